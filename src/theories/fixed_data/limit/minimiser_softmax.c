/* The minimiser of softmax's training objective: its equations swept, with Anderson's acceleration,
 * from a large ridge down to the stated one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/linear.h"
#include "src/base/packed.h"
#include "src/theories/fixed_data/limit/balance_blocks.h"
#include "src/theories/fixed_data/limit/lower.h"
#include "src/theories/fixed_data/limit/minimiser.h"

enum {
    DEPTH = 6,          /* sweeps that the next one looks back at */
    MOST_SWEEPS = 2000, /* at one ridge */
    STEPS_OUTPUTS = 3,  /* up to which equal steps are exact */
    COARSE = 512,       /* of Sobol's points, on the way and at the end */
    FINE = 4096,
    SETS = 4, /* independent ones, whose spread is the error */
    ERROR_POINTS = 4096
};
static const double converged = 1e-10, converged_coarse = 1e-3, converged_fine = 1e-6;
static const double on_the_way = 1e-3, RIDGES = 4;
static const double damping = 0.6;

typedef struct search {
    minimiser_t *out;
    const setup_t *setup;
    size_t LL, unknowns;     /* C (L + 2 L^2) of m, B, V, and L of the bias */
    double *x, *F, *scale;   /* [unknowns] */
    double *past_x, *past_F; /* [DEPTH*unknowns] differences of sweeps */
    size_t depth;
    balance_blocks_t balance;
    softmax_average_t *average; /* [C] */
    sample_points_t points;     /* of Sobol, or the last steps */
    double step;                /* of those; 0: none yet */
    double *factors;            /* [C*2*LL] of B and V */
    double *scratch;            /* of averages, for `room` points */
    size_t room;
    double *own;
} search_t;

/* ---- room ------------------------------------------------------------------------------------ */

static int search_init(search_t *self, minimiser_t *out, sgdl_error_t *error)
{
    const setup_t *setup = out->setup;
    const size_t C = setup->C, L = setup->L, LL = L * L;
    const size_t U = C * (L + 2 * LL) + L, averages = L + 2 * LL;
    *self = (search_t){.out = out, .setup = setup, .LL = LL, .unknowns = U};
    self->average = calloc(C, sizeof *self->average);
    self->own = calloc((3 + 2 * DEPTH) * U + C * averages + C * (L + 2 * LL) + L + 4 * LL +
                           L * setup->P + 2 * C * LL,
                       sizeof *self->own);
    if (!self->average || !self->own)
        return sgdl_fail_memory(error);
    double *next = self->own;
    double **const places[] = {&self->x, &self->F, &self->scale, &self->past_x, &self->past_F};
    const size_t sizes[] = {U, U, U, DEPTH * U, DEPTH * U};
    for (size_t p = 0; p < sizeof sizes / sizeof *sizes; p++) {
        *places[p] = next;
        next += sizes[p];
    }
    for (size_t i = 0; i < C; i++, next += averages)
        self->average[i] =
            (softmax_average_t){.gradient = next, .response = next + L, .square = next + L + LL};
    self->balance = (balance_blocks_t){.setup = setup,
                                       .m = next,
                                       .B = next + C * L,
                                       .V = next + C * (L + LL),
                                       .norm2 = next + C * (L + 2 * LL),
                                       .scratch = next + C * (L + 2 * LL) + L};
    self->factors = self->balance.scratch + 4 * LL + L * setup->P;
    return SGDL_OK;
}

static void search_free(search_t *self)
{
    sample_points_free(&self->points);
    free(self->scratch);
    free(self->average);
    free(self->own);
}

static int take_points(search_t *self, int status, sgdl_error_t *error)
{
    const size_t needed = sample_softmax_scratch(self->setup->L, self->points.count);
    if (status != SGDL_OK || needed <= self->room)
        return status;
    free(self->scratch);
    self->scratch = malloc(needed * sizeof *self->scratch);
    self->room = self->scratch ? needed : 0;
    return self->scratch ? SGDL_OK : sgdl_fail_memory(error);
}

static int take_sobol(search_t *self, size_t count, uint64_t number, sgdl_error_t *error)
{
    sample_points_free(&self->points);
    return take_points(
        self, sample_points_init_sobol(&self->points, self->setup->L - 1, count, number, error),
        error);
}

/* ---- a sweep --------------------------------------------------------------------------------- */

static double *class_at(const search_t *self, double *x, size_t i)
{
    return x + i * (self->setup->L + 2 * self->LL);
}

/* Without what it does along (1, ..., 1). */
static void centre(size_t L, double *a)
{
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t l = 0; l < L; l++) {
            double mean = 0;
            for (size_t k = 0; k < L; k++)
                mean += a[pass ? k * L + l : l * L + k] / (double)L;
            for (size_t k = 0; k < L; k++)
                a[pass ? k * L + l : l * L + k] -= mean;
        }
}

static double *factors_at(const search_t *self, size_t i)
{
    return self->factors + 2 * i * self->LL;
}

/* Factors of B and V of all classes. false: there are no such laws. */
static bool factor(search_t *self)
{
    const size_t L = self->setup->L, LL = self->LL;
    bool good = true;
    for (size_t i = 0; i < self->setup->C && good; i++) {
        double *F = factors_at(self, i);
        memcpy(F, class_at(self, self->x, i) + L, 2 * LL * sizeof *F);
        good = lower_factor(L, F) && lower_factor(L, F + LL);
    }
    return good;
}

/* Equal steps that are exact for all of them. */
static int choose_step(search_t *self, sgdl_error_t *error)
{
    const size_t L = self->setup->L;
    double step = INFINITY;
    for (size_t i = 0; i < self->setup->C; i++)
        step = fmin(step, sample_points_step(L, factors_at(self, i)));
    if (step == self->step)
        return SGDL_OK;
    self->step = step;
    sample_points_free(&self->points);
    return take_points(self, sample_points_init_steps(&self->points, L - 1, step, error), error);
}

static void average(search_t *self)
{
    const size_t L = self->setup->L;
    double m[BLOCK_OUTPUTS];
    for (size_t i = 0; i < self->setup->C; i++) {
        const double *F = factors_at(self, i), *x = class_at(self, self->x, i);
        const softmax_law_t law = {i, m, F, F + self->LL};
        for (size_t l = 0; l < L; l++)
            m[l] = x[l] + self->x[self->unknowns - L + l];
        sample_softmax(self->setup, &self->points, &law, self->scratch, &self->average[i]);
    }
}

/* The bias's step of Newton's: pulls of all classes add up to nothing. */
static void pull_bias(const search_t *self, double *F)
{
    const setup_t *setup = self->setup;
    const size_t L = setup->L;
    double *stiffness = self->balance.scratch;
    memset(F, 0, L * sizeof *F);
    memset(stiffness, 0, self->LL * sizeof *stiffness);
    if (setup->problem->intercept == 0)
        return;
    for (size_t i = 0; i < setup->C; i++)
        for (size_t l = 0; l < L; l++) {
            F[l] -= setup->p[i] * self->average[i].gradient[l];
            for (size_t k = 0; k < L; k++)
                stiffness[l * L + k] += setup->p[i] * self->average[i].response[l * L + k];
        }
    for (size_t j = 0; j < self->LL; j++) /* which is nothing along (1, ..., 1), as F is */
        stiffness[j] += 1 / (double)L;
    (void)lower_factor(L, stiffness);
    lower_solve(L, stiffness, 1, F);
    lower_solve_transposed(L, stiffness, F);
}

/* What x should be, less what it is; their scales. */
static int sweep(search_t *self, bool *good, sgdl_error_t *error)
{
    const setup_t *setup = self->setup;
    const size_t L = setup->L, LL = self->LL, C = setup->C;
    *good = factor(self);
    int status = *good && L <= STEPS_OUTPUTS ? choose_step(self, error) : SGDL_OK;
    if (status != SGDL_OK || !*good)
        return status;
    average(self);
    balance_blocks_take(&self->balance, self->average);
    for (size_t i = 0; i < C; i++) {
        double *at = class_at(self, self->x, i), *F = class_at(self, self->F, i),
               *scale = class_at(self, self->scale, i);
        const double *const found[] = {self->balance.m + i * L, self->balance.B + i * LL,
                                       self->balance.V + i * LL};
        double size[3] = {0, 0, 0};
        memcpy(F, found[0], L * sizeof *F);
        memcpy(F + L, found[1], LL * sizeof *F);
        memcpy(F + L + LL, found[2], LL * sizeof *F);
        centre(L, F + L);
        centre(L, F + L + LL);
        for (size_t l = 0; l < L; l++) {
            size[1] += F[L + l * L + l];
            size[2] += F[L + LL + l * L + l];
        }
        size[0] = 1 + sqrt(fmax(0, size[1]));
        for (size_t j = 0; j < L + 2 * LL; j++) {
            scale[j] = size[j < L ? 0 : j < L + LL ? 1 : 2] + 1e-300;
            F[j] -= at[j];
        }
    }
    pull_bias(self, self->F + self->unknowns - L);
    for (size_t l = 0; l < L; l++)
        self->scale[self->unknowns - L + l] = 1 + fabs(self->x[self->unknowns - L + l]);
    return SGDL_OK;
}

static double size_of(const search_t *self)
{
    double most = 0;
    for (size_t u = 0; u < self->unknowns; u++)
        most = fmax(most, fabs(self->F[u]) / self->scale[u]);
    return most;
}

/* ---- sweep after sweep -----------------------------------------------------------------------
 */

/* The combination [depth] of past changes of F that is nearest to F. */
static bool combine(const search_t *self, double *gamma)
{
    const size_t n = self->depth;
    double gram[DEPTH * DEPTH], largest = 0;
    for (size_t h = 0; h < n; h++) {
        const double *one = self->past_F + h * self->unknowns;
        gamma[h] = 0;
        for (size_t u = 0; u < self->unknowns; u++)
            gamma[h] += one[u] * self->F[u] / (self->scale[u] * self->scale[u]);
        for (size_t k = 0; k < n; k++) {
            const double *two = self->past_F + k * self->unknowns;
            double sum = 0;
            for (size_t u = 0; u < self->unknowns; u++)
                sum += one[u] * two[u] / (self->scale[u] * self->scale[u]);
            gram[h * n + k] = sum;
        }
        largest = fmax(largest, gram[h * n + h]);
    }
    for (size_t h = 0; h < n; h++)
        gram[h * n + h] += 1e-12 * largest;
    return linear_solve_positive(n, gram, gamma) == 0;
}

/* x <- x + damping F - sum_h gamma_h (dx_h + damping dF_h) */
static void mix(search_t *self)
{
    const size_t U = self->unknowns;
    double gamma[DEPTH];
    const bool combined = self->depth > 0 && combine(self, gamma);
    for (size_t u = 0; u < U; u++) {
        self->x[u] += damping * self->F[u];
        for (size_t h = 0; h < self->depth && combined; h++)
            self->x[u] -= gamma[h] * (self->past_x[h * U + u] + damping * self->past_F[h * U + u]);
    }
}

/* Keeps the change from `before` = (x, F) to now as one of the past. */
static void remember(search_t *self, const double *before, size_t number)
{
    const size_t U = self->unknowns, h = number % DEPTH;
    for (size_t u = 0; u < U; u++) {
        self->past_x[h * U + u] = self->x[u] - before[u];
        self->past_F[h * U + u] = self->F[u] - before[U + u];
    }
    if (self->depth < DEPTH)
        self->depth++;
}

/* At this ridge, from x on, until F is below `tolerance`. *found: it is. */
static int solve_here(search_t *self, double tolerance, bool *found, sgdl_error_t *error)
{
    const size_t U = self->unknowns;
    const sgdl_watch_t *watch = &self->setup->plan->watch;
    double *before = malloc(2 * U * sizeof *before);
    bool good = true;
    size_t number = 0;
    *found = false;
    self->depth = 0;
    int status = before ? sweep(self, &good, error) : sgdl_fail_memory(error);
    for (size_t s = 0; s < MOST_SWEEPS && status == SGDL_OK && good && !*found; s++) {
        *found = size_of(self) < tolerance;
        if (*found)
            break;
        if (sgdl_watch_stopped(watch))
            status = sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
        memcpy(before, self->x, U * sizeof *before);
        memcpy(before + U, self->F, U * sizeof *before);
        mix(self);
        if (status == SGDL_OK)
            status = sweep(self, &good, error);
        if (status == SGDL_OK && !good) { /* too far: a plain sweep */
            for (size_t u = 0; u < U; u++)
                self->x[u] = before[u] + 0.5 * before[U + u];
            self->depth = 0;
            status = sweep(self, &good, error);
        } else if (status == SGDL_OK) {
            remember(self, before, number++);
        }
    }
    free(before);
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* X = 0 under a large ridge: a law that has some spread to begin with. */
static void begin(search_t *self)
{
    const setup_t *setup = self->setup;
    const size_t L = setup->L;
    for (size_t i = 0; i < setup->C; i++) {
        double *at = class_at(self, self->x, i);
        for (size_t l = 0; l < L; l++) {
            at[L + l * L + l] = 0.01 * setup->trace[i];
            at[L + self->LL + l * L + l] = setup->trace[i] / setup->ratio / self->balance.ridge;
        }
        centre(L, at + L);
        centre(L, at + L + self->LL);
    }
}

/* Adds a share of what is found to a row. */
static void add_row(const search_t *self, double share, double *row)
{
    const setup_t *setup = self->setup;
    const layout_t *at = &self->out->layout;
    const size_t L = setup->L;
    const double *bias = self->x + self->unknowns - L;
    for (size_t i = 0; i < setup->C; i++) {
        const double *x = self->x + i * (L + 2 * self->LL);
        for (size_t l = 0; l < L; l++) {
            row[at->mean + i * L + l] += share * (x[l] + bias[l]);
            for (size_t k = l; k < L; k++)
                row[at->moment + i * setup->pairs + packed_index(L, l, k)] +=
                    share * x[L + l * L + k];
        }
        row[at->train_risk + i] += share * self->average[i].risk;
    }
    for (size_t l = 0; l < L; l++) {
        row[at->norm2 + l] += share * self->balance.norm2[l];
        row[at->bias + l] += share * bias[l];
    }
}

/* Decisions jump: they are asked of many points. */
static int add_errors(search_t *self, double share, uint64_t set, sgdl_error_t *error)
{
    int status = take_sobol(self, ERROR_POINTS, set, error);
    self->step = 0;
    if (status != SGDL_OK)
        return status;
    average(self);
    for (size_t i = 0; i < self->setup->C; i++)
        self->out->row[self->out->layout.train_error + i] += share * self->average[i].error;
    return SGDL_OK;
}

/* Down to the stated ridge. *found: the equations are solved. */
static int descend(search_t *self, double ridge, double tolerance, bool *found, sgdl_error_t *error)
{
    double at = fmax(ridge, minimiser_scale(self->setup));
    self->balance.ridge = at;
    begin(self);
    int status = solve_here(self, at > ridge ? on_the_way : tolerance, found, error);
    while (status == SGDL_OK && *found && at > ridge) {
        at = fmax(at / RIDGES, ridge);
        self->balance.ridge = at;
        status = solve_here(self, at > ridge ? on_the_way : tolerance, found, error);
    }
    return status;
}

/* One set of points, or equal steps: what it finds joins the row. sums [4]: of risk and train_risk,
 * and of their squares. */
static int add_set(search_t *self, uint64_t set, size_t sets, double sums[4], sgdl_error_t *error)
{
    const setup_t *setup = self->setup;
    const layout_t *at = &self->out->layout;
    bool found = true;
    int status = SGDL_OK;
    if (sets > 1) {
        status = take_sobol(self, FINE, set, error);
        if (status == SGDL_OK)
            status = solve_here(self, converged_fine, &found, error);
    }
    double *row = calloc(at->width, sizeof *row), train_risk = 0;
    if (status == SGDL_OK && !row)
        status = sgdl_fail_memory(error);
    if (status == SGDL_OK && found) {
        add_row(self, 1, row);
        add_row(self, 1 / (double)sets, self->out->row);
        for (size_t i = 0; i < setup->C; i++)
            train_risk += setup->p[i] * row[at->train_risk + i];
        const double risk =
            population_risk(&setup->population, row + at->mean, row + at->moment, NULL);
        const double value[] = {risk, train_risk};
        for (size_t j = 0; j < 2; j++) {
            sums[j] += value[j];
            sums[2 + j] += value[j] * value[j];
        }
        self->out->residual = size_of(self);
    }
    free(row);
    return status == SGDL_OK && !found ? SGDL_ERR_SOLVER : status;
}

static int find(search_t *self, double ridge, double se[2], sgdl_error_t *error)
{
    const size_t L = self->setup->L, sets = L <= STEPS_OUTPUTS ? 1 : SETS;
    double sums[4] = {0};
    bool found;
    int status = sets > 1 ? take_sobol(self, COARSE, SETS, error) : SGDL_OK;
    if (status == SGDL_OK)
        status = descend(self, ridge, sets > 1 ? converged_coarse : converged, &found, error);
    if (status == SGDL_OK && !found)
        status = SGDL_ERR_SOLVER;
    for (uint64_t set = 0; set < sets && status == SGDL_OK; set++)
        status = add_set(self, set, sets, sums, error);
    for (uint64_t set = 0; set < SETS && status == SGDL_OK; set++)
        status = add_errors(self, 1.0 / SETS, set, error);
    if (status == SGDL_ERR_SOLVER)
        return sgdl_fail(error, status, NULL,
                         "the equations of the minimiser were not solved: residual %.2g at ridge "
                         "%.3g",
                         size_of(self), self->balance.ridge);
    for (size_t j = 0; j < 2; j++) {
        const double n = (double)sets, mean = sums[j] / n;
        se[j] = sets > 1 ? sqrt(fmax(0, sums[2 + j] / n - mean * mean) / (n - 1)) : 0;
    }
    return status;
}

int minimiser_softmax(minimiser_t *self, double ridge, double se[2], sgdl_error_t *error)
{
    search_t search;
    memset(self->row, 0, self->layout.width * sizeof *self->row);
    self->ridge = ridge;
    int status = search_init(&search, self, error);
    if (status == SGDL_OK)
        status = find(&search, ridge, se, error);
    search_free(&search);
    return status;
}
