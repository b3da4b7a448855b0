#include "src/theories/streaming/limit/stationary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/interrupted.h"
#include "src/base/powell.h"

enum { ITERATIONS = 200, RIDGES = 200, STARTS = 10 };

/* Residuals below this, relative to what they are made of, are taken for a solution. */
static const double solved = 1e-11;
/* What is left of the gradients along free shifts, relative to the gradients themselves. */
static const double balanced = 1e-8;
/* Searches from where the last one ended, as long as the gradients go on shrinking. */
enum { RESCALINGS = 4 };
/* A path is lost where no step of the ridge by more than this succeeds. */
static const double shortest_step = 0.98;
/* Of the ridge's steps by 10: once the order parameters change less, the ridge no longer counts. */
static const double settled = 1e-3;

typedef struct search {
    const stationary_t *stationary;
    resolvent_t *sums;       /* in use, with the projector that it was made with */
    const double *projector; /* [C*C] */
    double ridge;
    double heat; /* see resolvent.h */
    double unit; /* of the gradients along free shifts: they may be small beside m */
    size_t C;
    size_t unknowns;                                     /* m, B and with a teacher R */
    double *G, *H, *Q, *G_B, *H_m, *H_B, *Q_m, *Q_B, *g; /* [C] of x below */
    double *J, *J_m, *J_B, *J_c, *H_c, *Q_c;             /* [C], with a teacher */
    double *buffer;
} search_t;

static int search_init(search_t *self, const stationary_t *stationary, sgdl_error_t *error)
{
    const size_t C = stationary->problem->classes;
    const bool teacher = stationary->population->teacher;
    *self =
        (search_t){.stationary = stationary, .unit = 1, .C = C, .unknowns = (teacher ? 3 : 2) * C};
    self->buffer = calloc(C, 15 * sizeof(double));
    if (!self->buffer)
        return sgdl_fail_memory(error);
    double **field[] = {&self->G,   &self->H,   &self->Q,   &self->G_B, &self->H_m,
                        &self->H_B, &self->Q_m, &self->Q_B, &self->g,   &self->J,
                        &self->J_m, &self->J_B, &self->J_c, &self->H_c, &self->Q_c};
    for (size_t f = 0; f < sizeof field / sizeof field[0]; f++)
        *field[f] = self->buffer + f * C;
    return SGDL_OK;
}

/* A covariance that the two variances allow. */
static double allowed_cross(const population_t *population, size_t i, double B, double cross)
{
    const double most = sqrt(B * population->signal_B[i]);
    return fmin(fmax(cross, -most), most);
}

/* Averages of class i at x = (m, B, R). */
static void average_class(search_t *self, size_t i, const double *x)
{
    const population_t *population = self->stationary->population;
    const double m = x[i], B = fmax(x[self->C + i], 0);
    double cross = 0;
    sgdl_averages_t out = {.G = &self->G[i],
                           .H = &self->H[i],
                           .Q = &self->Q[i],
                           .G_B = &self->G_B[i],
                           .H_m = &self->H_m[i],
                           .H_B = &self->H_B[i],
                           .Q_m = &self->Q_m[i],
                           .Q_B = &self->Q_B[i]};
    if (population->teacher)
        cross = allowed_cross(population, i, B, x[2 * self->C + i]);
    population_average(population, i, &m, &B, cross, &out);
    if (x[self->C + i] < 0) /* where nothing depends on it */
        self->G_B[i] = self->H_B[i] = self->Q_B[i] = 0;
    self->J[i] = out.J;
    self->J_m[i] = out.J_m;
    self->J_B[i] = out.J_B;
    self->J_c[i] = out.J_c;
    self->H_c[i] = out.H_c;
    self->Q_c[i] = out.Q_c;
    self->g[i] = self->stationary->problem->weight[i] * self->G[i];
}

/* Where all residuals are clipped nothing contracts, and what is found there is no solution. */
static bool is_flat(const search_t *self)
{
    double most = self->ridge;
    for (size_t i = 0; i < self->C; i++)
        most = fmax(most, self->H[i]);
    return most < 1e-200;
}

/* Averages of every class and the sums over directions at x. */
static bool evaluate(search_t *self, const double *x)
{
    for (size_t e = 0; e < self->unknowns; e++)
        if (!isfinite(x[e]))
            return false;
    for (size_t i = 0; i < self->C; i++)
        average_class(self, i, x);
    const resolvent_point_t point = {.H = self->H,
                                     .g = self->g,
                                     .Q = self->Q,
                                     .J = self->J,
                                     .drive = self->stationary->drive,
                                     .ridge = self->ridge,
                                     .shift = self->stationary->problem->teacher.shift,
                                     .heat = self->heat};
    if (self->stationary->population->threshold && is_flat(self))
        return false;
    return resolvent_evaluate(self->sums, &point, NULL) == SGDL_OK; /* else interrupted */
}

static void set_residual(const search_t *self, const double *x, double *f)
{
    const resolvent_t *sums = self->sums;
    const size_t C = self->C;
    for (size_t j = 0; j < C; j++) {
        double r = -sums->M[j];
        for (size_t i = 0; i < C; i++) {
            double P = self->projector[j * C + i];
            r += P * x[i] + ((j == i) - P) * self->g[i] / self->unit;
        }
        f[j] = r;
        f[C + j] = x[C + j] - sums->B[j];
        if (self->unknowns > 2 * C)
            f[2 * C + j] = x[2 * C + j] - sums->R[j];
    }
}

static bool residual(void *context, const double *x, double *f)
{
    if (!evaluate(context, x))
        return false;
    set_residual(context, x, f);
    return true;
}

/* Derivatives of the averages of one class with respect to one unknown. */
typedef struct change {
    double G, H, Q, J;
} change_t;

/* What such a change in class i makes of the residual, added to a column of the Jacobian. */
static void add_change(const search_t *self, size_t i, const change_t *by, double *column)
{
    const resolvent_t *sums = self->sums;
    const sgdl_problem_t *problem = self->stationary->problem;
    const drive_t *drive = &self->stationary->drive;
    const size_t C = self->C;
    const double noise = drive_unit(drive) / (2 * drive->batch), p = problem->weight[i];
    for (size_t j = 0; j < C; j++) {
        const double P = self->projector[j * C + i], delta = j == i;
        const size_t e = j * C + i;
        const double by_g = p * (sums->K[e] + (delta - P) / self->unit);
        const double by_H = -p * sums->E[e];
        const double B_g = -2 * p * sums->E[i * C + j], B_H = p * sums->Z[e];
        const double B_Q = -noise * p * sums->T[e];
        column[j] = column[j] + by_g * by->G + by_H * by->H;
        column[C + j] = column[C + j] + B_g * by->G + B_H * by->H + B_Q * by->Q;
        if (self->unknowns == 2 * C)
            continue;
        column[j] += p * sums->U[e] * by->J;
        column[C + j] -= 2 * p * sums->V[e] * by->J;
        column[2 * C + j] +=
            p * (sums->U[i * C + j] * by->G - sums->V[e] * by->H + sums->W[e] * by->J);
    }
}

/* d(residual)/dm_i, /dB_i and /dR_i through g_i, Hbar_i, Q_i and J_i, where they were evaluated. */
static void jacobian(void *context, double *J)
{
    const search_t *self = context;
    const size_t C = self->C, n = self->unknowns;
    memset(J, 0, n * n * sizeof *J);
    for (size_t i = 0; i < C; i++) {
        const change_t by_m = {self->H[i], self->H_m[i], self->Q_m[i], self->J_m[i]};
        const change_t by_B = {self->G_B[i], self->H_B[i], self->Q_B[i], self->J_B[i]};
        const change_t by_R = {self->J_m[i], self->H_c[i], self->Q_c[i], self->J_c[i]};
        for (size_t j = 0; j < C; j++)
            J[i * n + j] = self->projector[j * C + i];
        J[(C + i) * n + C + i] = 1;
        add_change(self, i, &by_m, J + i * n);
        add_change(self, i, &by_B, J + (C + i) * n);
        if (n == 2 * C)
            continue;
        J[(2 * C + i) * n + 2 * C + i] = 1;
        add_change(self, i, &by_R, J + (2 * C + i) * n);
    }
}

/* What gradients are made of, where they were evaluated: with noisy labels they cancel class by
 * class, and curvature is what is left to compare them with. 0 where all losses have underflown. */
static double gradient_scale(const search_t *self)
{
    double largest = 0;
    for (size_t i = 0; i < self->C; i++)
        largest = fmax(largest,
                       fmax(fabs(self->g[i]), self->stationary->problem->weight[i] * self->H[i]));
    return largest;
}

/* Whether x solves the equations, each part beside its own terms: gradients may be far below the
 * rounding of m, and what is lost in it is no solution. A solution but for gradients of size `unit`
 * is a good start for a search with a smaller one; 0: a solution indeed. Evaluates at x. */
static bool is_solution(search_t *self, const double *x, double unit)
{
    const size_t C = self->C;
    double m = 0;
    if (!evaluate(self, x))
        return false;
    const double scale = gradient_scale(self), allowed = fmax(scale, unit);
    for (size_t i = 0; i < C; i++)
        m = fmax(m, fabs(x[i]));
    for (size_t j = 0; j < C; j++) {
        const double B = x[C + j];
        double noisy = -self->sums->M[j], free = 0;
        for (size_t i = 0; i < C; i++) {
            double P = self->projector[j * C + i];
            noisy += P * x[i];
            free += ((j == i) - P) * self->g[i];
        }
        if (!(fabs(noisy) <= solved * (1 + m)) ||
            !(fabs(free) <= fmin(solved * (1 + m), balanced) * allowed) ||
            !(fabs(B - self->sums->B[j]) <= solved * (1 + fabs(B))) || B < -solved)
            return false;
        if (self->unknowns > 2 * C &&
            !(fabs(x[2 * C + j] - self->sums->R[j]) <= solved * (1 + fabs(x[2 * C + j]))))
            return false;
    }
    return scale > 0;
}

/* Sets the unit of the gradients at x; false if it was about that. */
static bool rescale(search_t *self, const double *x)
{
    if (!evaluate(self, x))
        return false;
    const double scale = gradient_scale(self);
    if (!(scale > 0) || fabs(log(scale / self->unit)) < 0.5)
        return false;
    self->unit = scale;
    return true;
}

static bool is_interrupted(const search_t *self)
{
    return check_interrupted(self->stationary->separation->interrupted, NULL) != SGDL_OK;
}

/* Leaves where it ended in the solver, for x may be there too. */
static bool search_from(search_t *self, powell_t *solver, const double *x)
{
    const equations_t equations = {residual, jacobian, self,
                                   self->stationary->separation->interrupted};
    if (is_interrupted(self) || !powell_begin(solver, &equations, x))
        return false;
    for (int i = 0; i < ITERATIONS && !is_interrupted(self); i++)
        if (!powell_step(solver) || powell_settled(solver, 1e-15, 1e-14))
            break; /* done, or stuck: at rounding level that is the same */
    return is_solution(self, solver->x, 0);
}

/* From x to the solution at the current ridge, in place; x is kept on failure. */
static bool solve_at(search_t *self, powell_t *solver, double *x)
{
    (void)rescale(self, x);
    bool found = search_from(self, solver, x);
    for (int i = 0; i < RESCALINGS && !found && is_solution(self, solver->x, self->unit) &&
                    rescale(self, solver->x);
         i++)
        found = search_from(self, solver, solver->x);
    if (found)
        memcpy(x, solver->x, solver->n * sizeof *x);
    return found;
}

static double largest_ridge(const stationary_t *self)
{
    const sgdl_nodes_t *nodes = self->resolvent->nodes;
    double largest = self->problem->ridge, mean2 = 0;
    for (size_t n = 0; n < nodes->count; n++)
        largest = fmax(largest, nodes->eigenvalue_bar[n]);
    for (size_t i = 0; i < self->problem->classes; i++)
        mean2 = fmax(mean2, nodes->gram[i * nodes->classes + i]);
    return (largest + mean2) * (1 + drive_unit(&self->drive) / self->drive.batch);
}

/* No weights, as a large ridge has them. */
static void start_at_no_weights(const stationary_t *self, double *x)
{
    const population_t *population = self->population;
    const size_t C = self->problem->classes;
    memset(x, 0, (population->teacher ? 3 : 2) * C * sizeof *x);
    for (size_t i = 0; i < C && population->teacher; i++) {
        const double shift = population->teacher->shift;
        x[i] = -shift * population->signal_m[i];
        x[C + i] = shift * shift * population->signal_B[i];
        x[2 * C + i] = -shift * population->signal_B[i];
    }
}

static double change(size_t n, const double *x, const double *y)
{
    double most = 0;
    for (size_t e = 0; e < n; e++)
        most = fmax(most, fabs(x[e] - y[e]) / (1 + fabs(x[e])));
    return most;
}

/* With a ridge no shift is free but the intercept's; F is that of the problem once it is gone. */
typedef struct path {
    separation_t separation;
    resolvent_t own, *resolvent;
} path_t;

static int path_init(path_t *self, const stationary_t *stationary, sgdl_error_t *error)
{
    const sgdl_tail_t no_tail = {0};
    const sgdl_nodes_t *nodes = stationary->resolvent->nodes;
    *self = (path_t){.resolvent = stationary->resolvent};
    const separation_of_t of = {.problem = stationary->problem,
                                .nodes = nodes,
                                .tail = &no_tail,
                                .ridge = 1,
                                .interrupted = stationary->separation->interrupted};
    int status = separation_init(&self->separation, &of, error);
    if (status != SGDL_OK || self->separation.rank == stationary->separation->rank)
        return status;
    self->resolvent = &self->own;
    return resolvent_init(&self->own, stationary->problem, nodes, &no_tail, &self->separation,
                          error);
}

static void path_free(path_t *self)
{
    resolvent_free(&self->own);
    separation_free(&self->separation);
}

static void use_path(search_t *self, const path_t *path, double ridge)
{
    self->sums = path->resolvent;
    self->projector = path->separation.projector;
    self->ridge = ridge;
}

/* From a point of the path straight to the end at no ridge, where F is as large as it gets. */
static bool reach_end(search_t *self, powell_t *solver, double *x)
{
    self->sums = self->stationary->resolvent;
    self->projector = self->stationary->separation->projector;
    self->ridge = 0;
    return solve_at(self, solver, x);
}

/* Down from a large ridge to the problem's. x starts at no weights and ends at the solution. The
 * end is tried where the path has settled, and where it becomes too stiff to be followed. */
static bool follow(search_t *self, powell_t *solver, const path_t *path, double *x,
                   double *previous)
{
    const double goal = self->stationary->problem->ridge;
    double ridge = largest_ridge(self->stationary), factor = 0.1;
    use_path(self, path, ridge);
    for (int start = 0; !solve_at(self, solver, x); start++) { /* closer to them */
        if (start == STARTS || is_interrupted(self))
            return false;
        use_path(self, path, ridge *= 10);
    }
    for (int step = 0; step < RIDGES && ridge > goal && !is_interrupted(self); step++) {
        memcpy(previous, x, solver->n * sizeof *x);
        use_path(self, path, fmax(ridge * factor, goal));
        if (self->ridge < 1e-290)
            return false;
        if (!solve_at(self, solver, x)) {
            if (goal == 0 && reach_end(self, solver, x))
                return true;
            factor = sqrt(factor);
            if (factor > shortest_step)
                return false;
            continue;
        }
        ridge = self->ridge;
        bool last = goal == 0 && change(solver->n, x, previous) < settled * fmin(1, -log10(factor));
        factor = fmax(0.1, factor * factor);
        if (last && reach_end(self, solver, x))
            return true;
    }
    return ridge == goal;
}

/* Larger than all residuals. */
static double large_variance(const stationary_t *self)
{
    const population_t *population = self->population;
    double size = 1;
    for (size_t i = 0; i < self->problem->classes; i++)
        if (population->teacher)
            size = fmax(size, population->signal_B[i] + pow(population->signal_m[i], 2) +
                                  pow(population->teacher->noise, 2));
        else
            size = fmax(size, pow(population->targets->target[population->label_index[i]], 2));
    return 100 * size;
}

/* Clipped gradients hardly contract where all residuals are large, as they may be at no weights.
 * The path begins where noise of any kind is larger than all, and ends where it is what it is. */
static bool follow_heat(search_t *self, powell_t *solver, double *x)
{
    enum { STEPS = 200 };
    const stationary_t *stationary = self->stationary;
    const double large = large_variance(stationary);
    double factor = 0.3, H = 0;
    self->sums = stationary->resolvent;
    self->projector = stationary->separation->projector;
    self->ridge = stationary->problem->ridge;
    start_at_no_weights(stationary, x);
    for (size_t i = 0; i < self->C; i++)
        x[self->C + i] += large;
    if (!evaluate(self, x))
        return false;
    for (size_t i = 0; i < self->C; i++)
        H += stationary->problem->weight[i] * self->H[i];
    self->heat = large * (H + self->ridge);
    if (!solve_at(self, solver, x))
        return false;
    for (int step = 0; step < STEPS && factor < shortest_step && !is_interrupted(self); step++) {
        const double before = self->heat;
        self->heat = before * factor < 1e-12 * large * H ? 0 : before * factor;
        if (!solve_at(self, solver, x)) {
            self->heat = before;
            factor = sqrt(factor);
        } else if (self->heat == 0) {
            return true;
        } else {
            factor = fmax(0.1, factor * factor);
        }
    }
    return false;
}

int stationary_nonlinear(const stationary_t *self, double *m, double *B, double *cross,
                         sgdl_error_t *error)
{
    const size_t C = self->problem->classes, unknowns = (self->population->teacher ? 3 : 2) * C;
    search_t search;
    path_t path = {0};
    powell_t solver = {0};
    double *x = calloc(unknowns, sizeof *x), *previous = calloc(unknowns, sizeof *previous);
    int status = search_init(&search, self, error);
    if (status == SGDL_OK)
        status = path_init(&path, self, error);
    if (status == SGDL_OK)
        status = powell_init(&solver, unknowns, error);
    if (status == SGDL_OK && (!x || !previous))
        status = sgdl_fail_memory(error);
    bool found =
        status == SGDL_OK && self->population->threshold && follow_heat(&search, &solver, x);
    if (status == SGDL_OK && !found) {
        search.heat = 0;
        start_at_no_weights(self, x);
        found = follow(&search, &solver, &path, x, previous);
    }
    if (status == SGDL_OK) /* after which nothing that was found counts */
        status = check_interrupted(self->separation->interrupted, error);
    if (status == SGDL_OK && !found)
        status = sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                           "no stationary point found at learning rate %g", self->drive.rate);
    for (size_t i = 0; i < C && status == SGDL_OK; i++) {
        m[i] = x[i];
        B[i] = fmax(x[C + i], 0);
        if (unknowns > 2 * C)
            cross[i] = x[2 * C + i];
    }
    powell_free(&solver);
    free(x);
    free(previous);
    path_free(&path);
    free(search.buffer);
    return status;
}
