/* Newton's method on (m, log B, log V, cross) of all classes and the bias, from a large ridge down
 * to the stated one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/linear.h"
#include "src/theories/fixed_data/limit/balance.h"

enum {
    NEWTON_STEPS = 60,
    SETTLING = 12,      /* damped sweeps where Newton's method has nothing to begin with */
    MOST_SWEEPS = 4000, /* where it has too many unknowns */
    MOST_UNKNOWNS = 200,
    HALVINGS = 12
};
static const double converged = 2e-13; /* of the scaled residual */
static const double acceptable = 1e-9;
static const double difference = 1e-5;
static const double longest = 2; /* step of a logarithm */
static const double least_ridge_factor = 1.05;

typedef struct search {
    minimiser_t *out;
    const setup_t *setup;
    sample_average_f *average;
    balance_t balance;
    size_t unknowns, per_class;
    bool taught, biased;
    bool *flat;               /* [C] no variance: omega is m */
    sample_average_t *sample; /* [C] */
    pull_t *pull;             /* [C] */
    double *x, *F, *next, *F_next, *jacobian, *storage;
} search_t;

/* ---- unknowns -------------------------------------------------------------------------------- */

static sample_law_t law_at(const search_t *self, const double *x, size_t i)
{
    const double *at = x + i * self->per_class;
    sample_law_t out = {.m = at[0], .class = i};
    if (self->flat[i])
        return out;
    out.B = exp(at[1]);
    out.V = exp(at[2]);
    out.cross = self->taught ? at[3] : 0;
    return out;
}

static bool average_class(search_t *self, const double *x, size_t i, pull_t *pull)
{
    const sample_law_t law = law_at(self, x, i);
    sample_average_t *sample = &self->sample[i];
    if (!self->average(self->setup, &law, sample))
        return false;
    *pull = (pull_t){sample->gradient, sample->response, sample->square, 0};
    const double whole = self->taught ? self->setup->signal_B[i] : 0;
    if (whole > 0)
        pull->signal = (sample->signal - sample->response * law.cross) / whole;
    return true;
}

/* What x should be, less what it is; logarithms of B and V, the bias by one step of Newton's. */
static void residual(search_t *self, const double *x, double *F)
{
    const setup_t *setup = self->setup;
    const double bias = self->biased ? x[self->unknowns - 1] : 0;
    double pull = 0, stiffness = 0;
    balance_take(&self->balance, self->pull);
    for (size_t i = 0; i < setup->C; i++) {
        const double *at = x + i * self->per_class;
        double *out = F + i * self->per_class;
        out[0] = self->balance.m[i] + bias - at[0];
        out[1] = self->flat[i] ? 0 : log(self->balance.B[i]) - at[1];
        out[2] = self->flat[i] ? 0 : log(self->balance.V[i]) - at[2];
        if (self->taught)
            out[3] = self->balance.cross[i] - at[3];
        pull += setup->p[i] * self->pull[i].gradient;
        stiffness += setup->p[i] * self->pull[i].response;
    }
    if (!self->biased)
        return;
    const double c = setup->problem->intercept;
    const double own = self->out->weighs_bias ? self->out->ridge / (c * c) : 0;
    F[self->unknowns - 1] = -(pull + own * bias) / (stiffness + own);
}

static bool evaluate(search_t *self, const double *x, double *F)
{
    for (size_t i = 0; i < self->setup->C; i++)
        if (!average_class(self, x, i, &self->pull[i]))
            return false;
    residual(self, x, F);
    for (size_t k = 0; k < self->unknowns; k++)
        if (!isfinite(F[k]))
            return false;
    return true;
}

static bool is_log(const search_t *self, size_t k)
{
    const size_t place = k % self->per_class;
    return k < self->setup->C * self->per_class && (place == 1 || place == 2);
}

static double scale_of(const search_t *self, const double *x, size_t k)
{
    return is_log(self, k) ? 1 : 1 + fabs(x[k]);
}

static double size_of(const search_t *self, const double *x, const double *F)
{
    double most = 0;
    for (size_t k = 0; k < self->unknowns; k++)
        most = fmax(most, fabs(F[k]) / scale_of(self, x, k));
    return most;
}

/* ---- steps ----------------------------------------------------------------------------------- */

static bool sweep(search_t *self, size_t times)
{
    for (size_t s = 0; s < times; s++) {
        const double size = size_of(self, self->x, self->F);
        if (size < converged)
            return true;
        for (size_t k = 0; k < self->unknowns; k++)
            self->x[k] += 0.5 * self->F[k];
        if (!evaluate(self, self->x, self->F))
            return false;
    }
    return true;
}

/* d F / d x_k by the difference of both sides, or of the one on which there is a law. */
static bool differentiate_one(search_t *self, size_t k)
{
    const size_t n = self->unknowns;
    const bool of_class = k < self->setup->C * self->per_class;
    const size_t i = of_class ? k / self->per_class : 0;
    const pull_t kept = self->pull[i];
    const sample_average_t sample = self->sample[i];
    const double x = self->x[k], h = difference * scale_of(self, self->x, k);
    double *side[] = {self->F_next, self->next};
    double distance = 0;
    for (int s = 0; s < 2; s++) {
        self->x[k] = x + (s ? -h : h);
        const bool good = !of_class || average_class(self, self->x, i, &self->pull[i]);
        distance += good ? h : 0;
        if (good)
            residual(self, self->x, side[s]);
        else
            memcpy(side[s], self->F, n * sizeof *self->F);
    }
    for (size_t r = 0; r < n && distance > 0; r++)
        self->jacobian[r * n + k] = (side[0][r] - side[1][r]) / distance;
    self->x[k] = x;
    self->pull[i] = kept;
    self->sample[i] = sample;
    return distance > 0;
}

static bool differentiate(search_t *self)
{
    bool good = true;
    for (size_t k = 0; k < self->unknowns && good; k++)
        good = differentiate_one(self, k);
    return good;
}

static double longest_step(const search_t *self, const double *step)
{
    double most = 1;
    for (size_t k = 0; k < self->unknowns; k++)
        if (is_log(self, k))
            most = fmax(most, fabs(step[k]) / longest);
    return 1 / most;
}

/* Goes along `step`, halving it, as long as that brings no less. */
static bool advance(search_t *self, const double *step)
{
    const double size = size_of(self, self->x, self->F);
    double part = longest_step(self, step);
    for (int h = 0; h < HALVINGS; h++, part /= 2) {
        for (size_t k = 0; k < self->unknowns; k++)
            self->next[k] = self->x[k] - part * step[k];
        if (evaluate(self, self->next, self->F_next) &&
            size_of(self, self->next, self->F_next) < size * (1 - 0.1 * part)) {
            memcpy(self->x, self->next, self->unknowns * sizeof *self->x);
            memcpy(self->F, self->F_next, self->unknowns * sizeof *self->F);
            return true;
        }
    }
    return false;
}

static int newton_step(search_t *self, bool *moved, sgdl_error_t *error)
{
    const size_t n = self->unknowns;
    double *step = self->storage;
    *moved = differentiate(self);
    if (!*moved)
        return SGDL_OK;
    memcpy(step, self->F, n * sizeof *step);
    const lapack_int info = linear_solve_rows(n, self->jacobian, 1, step, NULL);
    if (info < 0)
        return linear_fail(info, "a Newton step of the minimiser's equations", error);
    *moved = info == 0 && advance(self, step);
    if (!*moved) /* the averages of the last point that was tried are there */
        (void)evaluate(self, self->x, self->F);
    return SGDL_OK;
}

/* At one ridge. *found: converged. */
static int solve_here(search_t *self, bool *found, sgdl_error_t *error)
{
    *found = false;
    if (!evaluate(self, self->x, self->F))
        return SGDL_OK;
    if (self->unknowns > MOST_UNKNOWNS) {
        *found = sweep(self, MOST_SWEEPS) && size_of(self, self->x, self->F) < acceptable;
        return SGDL_OK;
    }
    for (int step = 0; step < NEWTON_STEPS; step++) {
        const double before = size_of(self, self->x, self->F);
        bool moved;
        if (before < converged)
            break;
        int status = newton_step(self, &moved, error);
        if (status != SGDL_OK)
            return status;
        if (!moved && before < acceptable)
            break;
        if (!moved && !sweep(self, SETTLING))
            return SGDL_OK;
    }
    *found = size_of(self, self->x, self->F) < acceptable;
    return SGDL_OK;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static int search_init(search_t *self, minimiser_t *out, sample_average_f *average,
                       sgdl_error_t *error)
{
    const setup_t *setup = out->setup;
    const size_t C = setup->C;
    *self = (search_t){.out = out,
                       .setup = setup,
                       .average = average,
                       .taught = setup->K > 0,
                       .biased = setup->problem->intercept != 0};
    self->per_class = self->taught ? 4 : 3;
    self->unknowns = C * self->per_class + self->biased;
    const size_t n = self->unknowns, square = n <= MOST_UNKNOWNS ? n * n : 0;
    self->sample = calloc(C, sizeof *self->sample);
    self->pull = calloc(C, sizeof *self->pull);
    self->flat = calloc(C, sizeof *self->flat);
    self->x = calloc(5 * n + square + 4 * C + setup->P + 1, sizeof *self->x);
    if (!self->sample || !self->pull || !self->flat || !self->x)
        return sgdl_fail_memory(error);
    self->F = self->x + n;
    self->next = self->F + n;
    self->F_next = self->next + n;
    self->storage = self->F_next + n;
    self->jacobian = self->storage + n;
    double *at = self->jacobian + square;
    self->balance = (balance_t){.setup = setup,
                                .ratio = setup->ratio,
                                .centred = out->centred,
                                .H = out->H,
                                .m = at,
                                .B = at + C,
                                .V = at + 2 * C,
                                .cross = at + 3 * C,
                                .a = at + 4 * C};
    for (size_t i = 0; i < C; i++)
        self->flat[i] = !(setup->trace[i] > 0);
    return SGDL_OK;
}

static void search_free(search_t *self)
{
    free(self->sample);
    free(self->pull);
    free(self->flat);
    free(self->x);
}

static void begin(search_t *self, bool warm)
{
    const layout_t *layout = &self->out->layout;
    const double *row = self->out->row;
    for (size_t i = 0; i < self->setup->C; i++) {
        double *x = self->x + i * self->per_class;
        x[0] = warm ? row[layout->mean + i] : 0;
        x[1] = warm && row[layout->moment + i] > 0 ? log(row[layout->moment + i]) : 0;
        x[2] = warm && self->out->V[i] > 0 ? log(self->out->V[i]) : 0;
        if (self->taught)
            x[3] = warm ? row[layout->cross + i] : 0;
    }
    if (self->biased)
        self->x[self->unknowns - 1] = warm ? row[layout->bias] : 0;
}

static void finish(const search_t *self)
{
    const setup_t *setup = self->setup;
    const layout_t *layout = &self->out->layout;
    double *row = self->out->row;
    for (size_t i = 0; i < setup->C; i++) {
        const sample_law_t law = law_at(self, self->x, i);
        row[layout->mean + i] = law.m;
        row[layout->moment + i] = law.B;
        if (self->taught)
            row[layout->cross + i] = law.cross;
        row[layout->train_risk + i] = self->sample[i].risk;
        row[layout->train_error + i] = self->sample[i].error;
        self->out->V[i] = law.V;
    }
    row[layout->norm2] = self->balance.norm2;
    if (self->taught)
        row[layout->overlap] = self->balance.overlap;
    if (self->biased)
        row[layout->bias] = self->x[self->unknowns - 1];
    self->out->residual = size_of(self, self->x, self->F);
}

static void set_ridge(search_t *self, double ridge)
{
    self->out->ridge = self->balance.ridge = ridge;
}

/* From a ridge that dominates down to the stated one, in steps as long as they succeed. */
static int descend(search_t *self, double ridge, bool warm, sgdl_error_t *error)
{
    double at = warm ? ridge : fmax(ridge, minimiser_scale(self->setup)), factor = 10;
    bool found;
    begin(self, warm);
    set_ridge(self, at);
    if (!warm && evaluate(self, self->x, self->F))
        (void)sweep(self, SETTLING);
    int status = solve_here(self, &found, error);
    while (status == SGDL_OK && found && at > ridge) {
        const double to = fmax(at / factor, ridge);
        finish(self);
        set_ridge(self, to);
        status = solve_here(self, &found, error);
        if (status == SGDL_OK && found) {
            at = to;
        } else if (status == SGDL_OK && factor > least_ridge_factor) {
            factor = sqrt(factor);
            begin(self, true);
            found = true;
        }
        if (status == SGDL_OK && sgdl_watch_stopped(&self->setup->plan->watch))
            return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
    }
    if (status == SGDL_OK && !found && warm)
        return descend(self, ridge, false, error);
    if (status == SGDL_OK && !found)
        status = sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                           "the equations of the minimiser were not solved: residual %.2g at ridge "
                           "%.3g",
                           size_of(self, self->x, self->F), self->out->ridge);
    return status;
}

int minimiser_nonlinear(minimiser_t *self, sample_average_f *average, double ridge, bool warm,
                        sgdl_error_t *error)
{
    search_t search;
    int status = search_init(&search, self, average, error);
    if (status == SGDL_OK)
        status = descend(&search, ridge, warm, error);
    if (status == SGDL_OK)
        finish(&search);
    search_free(&search);
    return status;
}
