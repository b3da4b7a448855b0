/* As samples get too many the margin falls to zero, and the squared hinge's equations (1 - y r)_+
 * become homogeneous: (-y r)_+, r of any length. Of their response 1/(1 + V) only the ratios of
 * classes are left, 1/e_i:
 *
 *     H_n = sum_i p_i lambda_{i,n} P_i/e_i      e_i = (1/alpha) sum_n w_n lambda_{i,n}/H_n
 *
 * with P_i = P(y omega < 0), E_i = E (-y omega)_+ and so on as in minimiser.h. Summed up they say
 * alpha sum_i p_i P_i = share of the directions that are seen, which gives alpha where the X of
 * largest margin ceases to be. */
#include "src/theories/fixed_data/limit/separable.h"

#include <math.h>
#include <stdlib.h>

#include "src/theories/fixed_data/limit/balance.h"

enum { SWEEPS = 20000, STEADY = 20, SWEEPS_BETWEEN_LOOKS = 256 };
static const double settled = 1e-13; /* of alpha, relative, over STEADY sweeps */
/* Sweeps go half of the way. Where means are strong that goes too far, to and fro without an end:
 * the part of the way falls while alpha swings back by almost as much as it came. */
static const double first_part = 0.5, swinging = 0.7, shorter = 0.7, least_part = 1e-3;
static const double endless = 1e7; /* alpha: only a clean direction gets there */
static const double least_ridge = 1e-10;
static const double margin_ridge = 1e-8; /* of the mean eigenvalue: what the widest margin gives */

typedef struct threshold {
    const setup_t *setup;
    balance_t balance;
    pull_t *pull;                  /* [C] */
    double *m, *B, *cross, *e, *H; /* [C], H [N] */
    double bias, share, ratio, part;
    double *own;
} threshold_t;

/* All labels are one and the same, and stay so. */
static bool one_label(const sgdl_problem_t *problem)
{
    for (size_t i = 1; i < problem->classes; i++)
        if (problem->label_index[i] != problem->label_index[0])
            return false;
    return problem->targets.noise == 0 || problem->targets.labels < 2;
}

static int threshold_init(threshold_t *self, const setup_t *setup, sgdl_error_t *error)
{
    const size_t C = setup->C;
    *self = (threshold_t){.setup = setup, .part = first_part};
    self->pull = calloc(C, sizeof *self->pull);
    self->own = calloc(8 * C + setup->N + setup->P + 1, sizeof *self->own);
    if (!self->pull || !self->own)
        return sgdl_fail_memory(error);
    self->m = self->own;
    self->B = self->m + C;
    self->cross = self->B + C;
    self->e = self->cross + C;
    double *at = self->e + C;
    self->balance = (balance_t){.setup = setup,
                                .m = at,
                                .B = at + C,
                                .V = at + 2 * C,
                                .cross = at + 3 * C,
                                .H = at + 4 * C,
                                .a = at + 4 * C + setup->N};
    for (size_t n = 0; n < setup->N; n++) {
        double seen = 0;
        for (size_t i = 0; i < C; i++)
            seen += setup->p[i] * setup->eigenvalue[n * C + i];
        self->share += seen > 0 ? setup->weight[n] : 0;
    }
    for (size_t i = 0; i < C; i++)
        self->B[i] = self->e[i] = setup->trace[i];
    return SGDL_OK;
}

static void threshold_free(threshold_t *self)
{
    free(self->pull);
    free(self->own);
}

/* alpha and the samples' pull at the present direction; false: all samples are on the right side.
 */
static bool see_samples(threshold_t *self)
{
    const setup_t *setup = self->setup;
    double wrong = 0, push = 0, stiff = 0;
    for (size_t i = 0; i < setup->C; i++) {
        const sample_law_t law = {
            .m = self->m[i] + self->bias, .B = self->B[i], .cross = self->cross[i], .class = i};
        const double whole = setup->K > 0 ? setup->signal_B[i] : 0, e = self->e[i];
        sample_average_t at;
        if (!sample_average_sign(setup, &law, &at))
            return false;
        wrong += setup->p[i] * at.response;
        self->pull[i] = (pull_t){.gradient = at.gradient / e,
                                 .response = at.response / e,
                                 .square = at.square / (e * e)};
        if (whole > 0)
            self->pull[i].signal = (at.signal - at.response * law.cross) / whole / e;
        push += setup->p[i] * self->pull[i].gradient;
        stiff += setup->p[i] * self->pull[i].response;
    }
    self->ratio = self->share / wrong;
    if (setup->problem->intercept != 0 && stiff > 0)
        self->bias -= self->part * push / stiff;
    return self->ratio < endless;
}

/* A part of the way to where that leads, brought back to length one. */
static void sweep(threshold_t *self)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C;
    double trace = 0, length = 0, e = 0;
    self->balance.ratio = self->ratio;
    self->balance.ridge = 0;
    for (size_t i = 0; i < C; i++)
        self->balance.ridge += least_ridge * setup->p[i] * setup->trace[i] * self->pull[i].response;
    balance_take(&self->balance, self->pull);
    for (size_t i = 0; i < C; i++) {
        self->m[i] += self->part * (self->balance.m[i] - self->m[i]);
        self->B[i] += self->part * (self->balance.B[i] - self->B[i]);
        self->cross[i] += self->part * (self->balance.cross[i] - self->cross[i]);
        self->e[i] += self->part * (self->balance.V[i] - self->e[i]);
        trace += setup->p[i] * setup->trace[i];
        length += setup->p[i] * self->B[i];
        e += setup->p[i] * self->e[i];
    }
    const double scale = sqrt(trace / length);
    for (size_t i = 0; i < C; i++) {
        self->m[i] *= scale;
        self->B[i] *= scale * scale;
        self->cross[i] *= scale;
        self->e[i] *= trace / e;
    }
    self->bias *= scale;
}

static int find_threshold(threshold_t *self, sgdl_error_t *error)
{
    double before = 0, move = 0;
    size_t steady = 0;
    for (size_t s = 0; s < SWEEPS && steady < STEADY; s++) {
        if (!see_samples(self)) {
            self->ratio = INFINITY;
            return SGDL_OK;
        }
        const double next = self->ratio - before, noise = settled * before;
        steady = fabs(next) <= noise ? steady + 1 : 0;
        if (next * move < 0 && fabs(next) > fmax(swinging * fabs(move), noise))
            self->part = fmax(shorter * self->part, least_part);
        move = next;
        before = self->ratio;
        sweep(self);
        if (s % SWEEPS_BETWEEN_LOOKS == 0 && sgdl_watch_stopped(&self->setup->plan->watch))
            return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
    }
    return steady == STEADY
               ? SGDL_OK
               : sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                           "the number of samples that can be separated was not found");
}

int separable_decide(const setup_t *setup, separability_t *out, sgdl_error_t *error)
{
    const teacher_t *teacher = setup->K > 0 ? setup->population.teacher : NULL;
    threshold_t threshold;
    *out = (separability_t){false, NAN, "soft labels are met by no sign"};
    if (teacher && teacher->labels == TEACHER_LOGISTIC_SOFT)
        return SGDL_OK;
    *out = (separability_t){true, INFINITY, "the teacher's signal separates the samples"};
    if (teacher && teacher->labels == TEACHER_SIGN)
        return SGDL_OK;
    *out = (separability_t){true, INFINITY, "the bias serves the one label"};
    if (!teacher && setup->problem->intercept != 0 && one_label(setup->problem))
        return SGDL_OK;
    int status = threshold_init(&threshold, setup, error);
    if (status == SGDL_OK)
        status = find_threshold(&threshold, error);
    out->ratio = threshold.ratio;
    out->is_separable = setup->ratio < out->ratio;
    out->reason = out->is_separable ? "the samples are few enough to be separated"
                                    : "the samples are too many to be separated";
    threshold_free(&threshold);
    return status;
}

int separable_margin(minimiser_t *self, sgdl_error_t *error)
{
    const double ridge = margin_ridge * minimiser_scale(self->setup);
    self->centred = false;
    self->weighs_bias = true;
    return minimiser_nonlinear(self, sample_average_hinge, ridge, false, error);
}
