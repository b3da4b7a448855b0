/*
 * What real steps do in law: in one coordinate, without momentum, at a constant learning rate. Of
 * Gaussian noise the chain of its steps, which binary noise is beside up to O(eta); of least
 * squares the recursion of its first two moments. Beside a mean stands what the mean over runs of
 * that number is spread by: NAME_sd of one run, and NAME_lean, the third central moment over the
 * variance.
 */
#include <math.h>
#include <stdlib.h>

#include "src/problem/curves.h"
#include "src/problem/plan.h"
#include "src/theories/diffusion/chain.h"
#include "src/theories/diffusion/diffusion.h"
#include "src/theories/diffusion/start.h"
#include "src/theories/diffusion/walker.h"

/* ---- the start ------------------------------------------------------------------------------- */

/* Points of a law; a Gaussian has its own, however narrow it is. */
typedef struct points {
    size_t count;
    double *x, *mass; /* [count] owned; mass in x's block */
} points_t;

enum { GAUSSIAN_POINTS = 800 };
static const double gaussian_reach = 8.5; /* standard deviations */

static int allocate_points(points_t *self, size_t count, sgdl_error_t *error)
{
    self->count = count;
    self->x = malloc(2 * count * sizeof *self->x);
    self->mass = self->x ? self->x + count : NULL;
    return self->x ? SGDL_OK : sgdl_fail_memory(error);
}

static int gaussian_points(points_t *self, const setting_t *setting, const double box[2],
                           sgdl_error_t *error)
{
    const double at = setting->problem->start_at[0], width = setting->problem->start_width;
    const double size = 2 * gaussian_reach / GAUSSIAN_POINTS;
    double sum = 0;
    int status = allocate_points(self, GAUSSIAN_POINTS, error);
    for (size_t i = 0; i < self->count && status == SGDL_OK; i++) {
        const double from = -gaussian_reach + size * (double)i;
        self->x[i] = at + width * (from + 0.5 * size);
        const bool inside = self->x[i] >= box[0] && self->x[i] <= box[1];
        self->mass[i] = inside ? start_between(from, from + size) : 0;
        self->x[i] = fmin(fmax(self->x[i], box[0]), box[1]);
        sum += self->mass[i];
    }
    if (status == SGDL_OK && !(sum >= 1 - START_OUTSIDE))
        status = sgdl_fail(error, SGDL_ERR_INPUT, "start",
                           "a Gaussian at %g of width %g has %.3g of its mass in the box from %.6g "
                           "to %.6g; allowed: at least %g, or a wider box",
                           at, width, sum, box[0], box[1], 1 - START_OUTSIDE);
    for (size_t i = 0; i < self->count && status == SGDL_OK; i++)
        self->mass[i] /= sum;
    return status;
}

static int basin_points(points_t *self, const setting_t *setting, sgdl_error_t *error)
{
    generator_t generator;
    int status = generator_init(&generator, setting, (size_t)setting->problem->cells[0], error);
    if (status == SGDL_OK)
        status = allocate_points(self, generator.grid.cells, error);
    if (status == SGDL_OK)
        status = start_fill(&generator, self->mass, error);
    for (size_t i = 0; i < self->count && status == SGDL_OK; i++)
        self->x[i] = generator.grid.centre[i];
    generator_free(&generator);
    return status;
}

static int start_points(points_t *self, const setting_t *setting, const double box[2],
                        sgdl_error_t *error)
{
    return setting->problem->start_basin > 0 ? basin_points(self, setting, error)
                                             : gaussian_points(self, setting, box, error);
}

/* ---- what is told of a law ------------------------------------------------------------------- */

enum { TOLD = 3 };
static const char *const told[TOLD] = {"mean_loss", "mean_x", "var_x"};

typedef struct exact {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan; /* complete */
    const sgdl_sink_t *sink;
    double *row; /* owned */
} exact_t;

static int hand_out_quantities(exact_t *self, sgdl_error_t *error)
{
    emit_list_t list = {.group = QUANTITIES_OF_DIFFUSION};
    int status = curves_quantities(self->problem, &list, error);
    if (status == SGDL_OK)
        status = emit_add(&list, error, "t");
    for (size_t b = 0; b < self->problem->landscape.minima && status == SGDL_OK; b++)
        status = emit_add(&list, error, "p_%zu", b + 1);
    for (size_t i = 0; i < TOLD && status == SGDL_OK; i++) {
        status = emit_add(&list, error, "%s", told[i]);
        if (status == SGDL_OK)
            status = emit_add(&list, error, "%s_sd", told[i]);
        if (status == SGDL_OK)
            status = emit_add(&list, error, "%s_lean", told[i]);
    }
    if (status == SGDL_OK)
        status = emit_quantities(&list, self->sink, error);
    if (status == SGDL_OK && !(self->row = calloc(list.count, sizeof *self->row)))
        status = sgdl_fail_memory(error);
    emit_free(&list);
    return status;
}

static double tell(const landscape_t *landscape, size_t what, double x, double mean_x)
{
    return what == 0   ? landscape_slope(landscape, x, 0)
           : what == 1 ? x
                       : (x - mean_x) * (x - mean_x);
}

/* Mean, standard deviation and lean; returns the mean. */
static double put_moments(const landscape_t *landscape, const points_t *law, size_t what,
                          double mean_x, double out[3])
{
    double sums[3] = {0};
    for (size_t i = 0; i < law->count; i++)
        sums[0] += law->mass[i] * tell(landscape, what, law->x[i], mean_x);
    for (size_t i = 0; i < law->count; i++) {
        const double off = tell(landscape, what, law->x[i], mean_x) - sums[0];
        sums[1] += law->mass[i] * off * off;
        sums[2] += law->mass[i] * off * off * off;
    }
    out[0] = sums[0];
    out[1] = sqrt(fmax(sums[1], 0));
    out[2] = sums[1] > 0 ? sums[2] / sums[1] : 0;
    return sums[0];
}

static double *put_law(const landscape_t *landscape, const points_t *law, double *next)
{
    for (size_t b = 0; b < landscape->minima; b++)
        next[b] = 0;
    for (size_t i = 0; i < law->count; i++)
        next[landscape_basin(landscape, &law->x[i])] += law->mass[i];
    next += landscape->minima;
    const double mean = put_moments(landscape, law, 1, 0, next + 3);
    (void)put_moments(landscape, law, 0, mean, next);
    (void)put_moments(landscape, law, 2, mean, next + 6);
    return next + (size_t)3 * TOLD;
}

static double steps_at(const exact_t *self, const setting_t *setting, size_t row)
{
    return rint(self->plan->times[row] / setting->stride);
}

static double *begin_row(const exact_t *self, const setting_t *setting, size_t row)
{
    double *next = curves_put(self->problem, setting->curve,
                              plan_horizon(self->plan, self->problem), self->row);
    *next++ = steps_at(self, setting, row) * setting->stride;
    return next;
}

/* ---- the chain ------------------------------------------------------------------------------- */

static int hand_out_laws(const exact_t *self, const chain_t *chain, const points_t *start,
                         const chain_laws_t *laws, sgdl_error_t *error)
{
    const size_t points = self->plan->points, before = points - laws->count;
    int status = emit_block(self->sink, chain->setting->curve, 0, error);
    for (size_t p = 0; p < points && status == SGDL_OK; p++) {
        double *next = begin_row(self, chain->setting, p);
        const points_t later = {chain->points, chain->x,
                                p < before ? NULL : laws->law + (p - before) * chain->points};
        (void)put_law(chain->setting->landscape, p < before ? start : &later, next);
        status = emit_row(self->sink, self->row, error);
    }
    return status;
}

static int solve_laws(const exact_t *self, const chain_t *chain, const points_t *start,
                      sgdl_error_t *error)
{
    const size_t points = self->plan->points, size = chain->points;
    double *step = malloc(points * sizeof *step);
    double *law = calloc(points * size + 2 * size, sizeof *law);
    chain_laws_t laws = {.step = step, .law = law};
    int status = step && law ? SGDL_OK : sgdl_fail_memory(error);
    for (size_t p = 0; p < points && status == SGDL_OK; p++)
        if (steps_at(self, chain->setting, p) > 0)
            step[laws.count++] = steps_at(self, chain->setting, p);
    if (status == SGDL_OK) {
        double *first = law + points * size;
        chain_first(chain, start->count, start->x, start->mass, first, first + size);
        if (laws.count > 0)
            status = chain_laws(chain, first, &laws, self->plan, error);
    }
    if (status == SGDL_OK)
        status = hand_out_laws(self, chain, start, &laws, error);
    free(step);
    free(law);
    return status;
}

static int solve_chain(const exact_t *self, const setting_t *setting, sgdl_error_t *error)
{
    chain_t chain = {0};
    points_t start = {0};
    double box[2];
    int status = chain_init(&chain, setting, self->plan, error);
    if (status == SGDL_OK)
        status = grid_box(setting, box, error);
    if (status == SGDL_OK)
        status = start_points(&start, setting, box, error);
    if (status == SGDL_OK)
        status = solve_laws(self, &chain, &start, error);
    free(start.x);
    chain_free(&chain);
    return status;
}

/* ---- least squares --------------------------------------------------------------------------- */

/* e' = (1 - eta A) e + eta b: E e falls by 1 - eta h in a step, E e^2 by 1 - 2 eta h + eta^2 E A^2,
 * and grows by eta^2 s^2 h/B. U = h e^2/2. */
static int solve_moments(const exact_t *self, const walk_t *walk, const setting_t *setting,
                         sgdl_error_t *error)
{
    double mean, square;
    start_law_moments(&walk->curve[setting->curve].start, setting, &mean, &square);
    const double eta = setting->eta, B = setting->batch, h = walk->feature_mean;
    const double decay = 1 - eta * h;
    const double less = eta * (2 * h - eta * (h * h + walk->feature_variance / B));
    const double rest = eta * eta * walk->label_variance * h / B / less;
    int status = emit_block(self->sink, setting->curve, 0, error);
    for (size_t p = 0; p < self->plan->points && status == SGDL_OK; p++) {
        const double steps = steps_at(self, setting, p);
        const double e = mean * pow(decay, steps);
        const double e2 = rest + (square - rest) * pow(1 - less, steps);
        double *next = begin_row(self, setting, p);
        *next++ = 1;
        const double values[TOLD] = {0.5 * h * e2, e, e2 - e * e};
        for (size_t i = 0; i < TOLD; i++) {
            *next++ = values[i];
            *next++ = i == 1 ? sqrt(fmax(values[2], 0)) : NAN;
            *next++ = 0;
        }
        status = emit_row(self->sink, self->row, error);
    }
    return status;
}

/* ---- curves ---------------------------------------------------------------------------------- */

static int solve_curve(const exact_t *self, const walk_t *walk, size_t curve, sgdl_error_t *error)
{
    const setting_t *setting = &walk->curve[curve].setting;
    if (sgdl_watch_stopped(&self->plan->watch))
        return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
    return walk->law == GRADIENT_FEATURES ? solve_moments(self, walk, setting, error)
                                          : solve_chain(self, setting, error);
}

bool diffusion_is_exact(const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    bool exact = problem->landscape.coordinates == 1 && !(problem->momentum > 0);
    for (size_t curve = 0; curve < problem_curves(problem) && exact; curve++) {
        setting_t setting;
        exact = setting_init(&setting, problem, plan, curve, NULL) == SGDL_OK &&
                setting_is_constant(&setting);
    }
    return exact;
}

int diffusion_exact(const sgdl_problem_t *problem, const sgdl_plan_t *stated,
                    const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t plan;
    int status = plan_complete(&plan, stated, problem, error);
    if (status != SGDL_OK)
        return status;
    exact_t self = {.problem = problem, .plan = &plan, .sink = sink};
    walk_t walk;
    status = walk_init(&walk, problem, &plan, error);
    if (status == SGDL_OK)
        status = hand_out_quantities(&self, error);
    for (size_t curve = 0; curve < walk.curves && status == SGDL_OK; curve++)
        status = solve_curve(&self, &walk, curve, error);
    walk_free(&walk);
    free(self.row);
    return status;
}
