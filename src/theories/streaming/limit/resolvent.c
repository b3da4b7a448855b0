#include "src/theories/streaming/limit/resolvent.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/interrupted.h"

/* ---- means ----------------------------------------------------------------------------------- */

/* What cancels to this was meant to vanish: eigenvalues may be so small that rounding errors in its
 * place would count. */
static const double cancelled = 1e-13;

/* Entries of a mean, relative to what it is the sum of. */
static int project_means(resolvent_t *self, const double *projector, sgdl_error_t *error)
{
    const size_t C = self->C, row = self->k * self->N;
    for (size_t e = 0; e < row; e++) {
        int status = check_interrupted(self->interrupted, error);
        if (status != SGDL_OK)
            return status;
        for (size_t i = 0; i < C; i++) {
            double sum = 0, size = 0;
            for (size_t j = 0; j < C; j++) {
                double term = projector[i * C + j] * self->nodes->mean[j * row + e];
                sum += term;
                size += fabs(term);
            }
            self->mean[i * row + e] = fabs(sum) > cancelled * size ? sum : 0;
        }
    }
    return SGDL_OK;
}

/* The one term of the means that the projection leaves at u -> 0: false if there is none or
 * more. s [C] receives it, projected. */
static bool single_term(const resolvent_t *self, const sgdl_tail_t *tail, const double *projector,
                        double *power, double *s)
{
    const size_t C = self->C;
    size_t terms = 0;
    for (size_t c = 0; c < tail->columns; c++) {
        const double *mean = tail->mean + c * C;
        if (separation_diverges(tail, tail->power[c]))
            continue;
        double norm = 0, left = 0;
        double *to = terms == 0 ? s : self->coupling;
        for (size_t i = 0; i < C; i++) {
            to[i] = 0;
            for (size_t j = 0; j < C; j++)
                to[i] += projector[i * C + j] * mean[j];
            norm = hypot(norm, mean[i]);
            left = hypot(left, to[i]);
        }
        if (left < 1e-12 * norm)
            continue;
        *power = tail->power[c];
        terms++;
    }
    return terms == 1;
}

/*
 * Below u0 the nodes hold one group with the means of lambda and of nu^2 over u, but K is made of
 * the mean of nu^2/lambda: int_0^u0 u^(2 beta - alpha) du, which near the transition falls so
 * slowly with u0 that no u0 is small enough.
 */
static void sharpen_innermost(resolvent_t *self, const sgdl_tail_t *tail, double power,
                              const double *s)
{
    const sgdl_nodes_t *nodes = self->nodes;
    const size_t N = self->N;
    double smallest = INFINITY, weight = 0;
    for (size_t n = 0; n < N; n++)
        if (nodes->eigenvalue_bar[n] > 0)
            smallest = fmin(smallest, nodes->eigenvalue_bar[n]);
    for (size_t n = 0; n < N; n++)
        weight += nodes->eigenvalue_bar[n] == smallest ? nodes->weight[n] : 0;
    const double mean_power = tail->coefficient * pow(weight, tail->exponent);
    const double as_group = mean_power / (tail->exponent + 1);
    if (!(fabs(smallest / as_group - 1) < 1e-3)) /* not such a group, or u0 has underflown */
        return;
    const double gap = separation_gap(tail, power);
    const double mean2 = pow(weight, 2 * power) / gap * (smallest / mean_power);
    bool first = true;
    for (size_t n = 0; n < N; n++) {
        if (nodes->eigenvalue_bar[n] != smallest)
            continue;
        for (size_t i = 0; i < self->C; i++)
            for (size_t a = 0; a < self->k; a++)
                self->mean[(i * self->k + a) * N + n] =
                    first && a == 0 ? s[i] * sqrt(mean2 * weight / nodes->weight[n]) : 0;
        first = false;
    }
}

int resolvent_init(resolvent_t *self, const sgdl_problem_t *problem, const sgdl_nodes_t *nodes,
                   const sgdl_tail_t *tail, const separation_t *separation, sgdl_error_t *error)
{
    const size_t C = problem->classes;
    *self = (resolvent_t){.C = C,
                          .N = nodes->count,
                          .k = nodes->latent,
                          .nodes = nodes,
                          .weight = problem->weight,
                          .interrupted = separation->interrupted};
    self->mean = calloc(C * self->k + 1, self->N * sizeof(double));
    self->M = calloc(C, (7 * C + self->k + 6) * sizeof(double));
    if (!self->mean || !self->M) {
        resolvent_free(self);
        return sgdl_fail_memory(error);
    }
    self->B = self->M + C;
    self->R = self->B + C;
    self->K = self->R + C;
    self->E = self->K + C * C;
    self->Z = self->E + C * C;
    self->T = self->Z + C * C;
    self->U = self->T + C * C;
    self->V = self->U + C * C;
    self->W = self->V + C * C;
    self->coupling = self->W + C * C;
    self->signal = problem->has_teacher ? nodes->mean + C * self->k * self->N : NULL;
    int status = project_means(self, separation->projector, error);
    if (status != SGDL_OK) {
        resolvent_free(self);
        return status;
    }
    double power, *s = self->M;
    if (tail->exists && !(problem->ridge > 0) &&
        single_term(self, tail, separation->projector, &power, s))
        sharpen_innermost(self, tail, power, s);
    return SGDL_OK;
}

void resolvent_free(resolvent_t *self)
{
    free(self->mean);
    free(self->M);
    *self = (resolvent_t){0};
}

/* ---- sums ------------------------------------------------------------------------------------ */

static double contraction(const resolvent_t *self, const resolvent_point_t *point, size_t n)
{
    double h = point->ridge;
    for (size_t i = 0; i < self->C; i++)
        h += self->weight[i] * self->nodes->eigenvalue[i * self->N + n] * point->H[i];
    return h;
}

/* x = N_n^T g / h, [k]. */
static void respond(const resolvent_t *self, const double *g, double h, size_t n, double *x)
{
    for (size_t a = 0; a < self->k; a++)
        x[a] = 0;
    for (size_t i = 0; i < self->C; i++) /* of many classes most have no part in one output */
        for (size_t a = 0; a < self->k && g[i] != 0; a++)
            x[a] += g[i] * self->mean[(i * self->k + a) * self->N + n];
    for (size_t a = 0; a < self->k; a++)
        x[a] /= h;
}

/* The same of the signal's part of a, added. */
static void respond_to_signal(const resolvent_t *self, const resolvent_point_t *point, double h,
                              size_t n, double *x)
{
    double pull = point->ridge * point->shift / h;
    for (size_t i = 0; i < self->C; i++)
        pull += self->weight[i] * (self->nodes->eigenvalue[i * self->N + n] / h) * point->J[i];
    for (size_t a = 0; a < self->k; a++)
        x[a] += pull * self->signal[a * self->N + n];
}

/* The sums beside which a signal stands; ratio [C] is lambda/h, x [k] a/h. */
static void add_signal(resolvent_t *self, size_t n, const double *ratio, const double *x,
                       double *with)
{
    const size_t C = self->C, N = self->N, k = self->k;
    const double *lambda = self->nodes->eigenvalue + n, *mean = self->mean + n;
    const double *signal = self->signal + n, w = self->nodes->weight[n];
    double along = 0, square = 0;
    for (size_t a = 0; a < k; a++) {
        along += signal[a * N] * x[a];
        square += signal[a * N] * signal[a * N];
    }
    for (size_t i = 0; i < C; i++) {
        with[i] = 0;
        for (size_t a = 0; a < k; a++)
            with[i] += mean[(i * k + a) * N] * signal[a * N];
    }
    for (size_t j = 0; j < C; j++) {
        self->R[j] -= w * lambda[j * N] * along;
        for (size_t i = 0; i < C; i++) {
            self->U[j * C + i] += w * with[j] * ratio[i];
            self->V[j * C + i] += w * lambda[j * N] * ratio[i] * along;
            self->W[j * C + i] += w * lambda[j * N] * ratio[i] * square;
        }
    }
}

/* Of one node, in ratios to h so that nothing under- or overflows however small the eigenvalues
 * are: energy = |a|^2/h, heat = q, and by h falls = q - h q'. */
static void add_node(resolvent_t *self, const resolvent_point_t *point, double h, size_t n)
{
    const size_t C = self->C, N = self->N, k = self->k;
    const drive_t *drive = &point->drive;
    const double *lambda = self->nodes->eigenvalue + n, *mean = self->mean + n;
    const double w = self->nodes->weight[n], strength = drive_strength(drive, h);
    const double noise = strength / (2 * drive->batch);
    const double share = drive->push > 0 ? strength / drive_unit(drive) : 1;
    double *along = self->coupling, *ratio = along + C, *x = ratio + C, energy = 0;
    double heat = point->heat + (drive->noise2 > 0 ? strength * drive->noise2 / 2 : 0);
    respond(self, point->g, h, n, x);
    if (self->signal)
        respond_to_signal(self, point, h, n, x);
    for (size_t a = 0; a < k; a++)
        energy += x[a] * h * x[a];
    for (size_t i = 0; i < C; i++) {
        along[i] = 0;
        for (size_t a = 0; a < k; a++)
            along[i] += mean[(i * k + a) * N] * x[a];
        ratio[i] = lambda[i * N] / h;
        heat += noise * self->weight[i] * lambda[i * N] * point->Q[i];
    }
    const double falls =
        drive->push > 0 ? heat - (heat - point->heat) * h * drive_slope(drive, h) / strength : heat;
    for (size_t j = 0; j < C; j++) {
        self->M[j] -= w * along[j];
        self->B[j] += w * ratio[j] * (energy + heat);
        for (size_t i = 0; i < C; i++) {
            double dot = 0;
            for (size_t a = 0; a < k; a++)
                dot += mean[(j * k + a) * N] * (mean[(i * k + a) * N] / h);
            self->K[j * C + i] += w * dot;
            self->E[j * C + i] += w * along[j] * ratio[i];
            self->Z[j * C + i] += w * ratio[j] * ratio[i] * (2 * energy + falls);
            self->T[j * C + i] += w * lambda[j * N] * ratio[i] * share;
        }
    }
    if (self->signal)
        add_signal(self, n, ratio, x, x + k);
}

int resolvent_evaluate(resolvent_t *self, const resolvent_point_t *point, sgdl_error_t *error)
{
    const size_t C = self->C;
    memset(self->M, 0, (3 * C + 7 * C * C) * sizeof(double));
    for (size_t n = 0; n < self->N; n++) {
        int status = check_interrupted(self->interrupted, error);
        if (status != SGDL_OK)
            return status;
        double h = contraction(self, point, n);
        if (h > 0)
            add_node(self, point, h, n);
    }
    return SGDL_OK;
}

int resolvent_product(resolvent_t *self, const resolvent_point_t *point, const double *f,
                      double *out, sgdl_error_t *error)
{
    const size_t C = self->C, N = self->N, k = self->k;
    double *x = self->coupling, *y = x + k;
    memset(out, 0, C * sizeof *out);
    for (size_t n = 0; n < N; n++) {
        int status = check_interrupted(self->interrupted, error);
        if (status != SGDL_OK)
            return status;
        double h = contraction(self, point, n), product = 0;
        if (!(h > 0))
            continue;
        respond(self, point->g, h, n, x);
        respond(self, f, h, n, y);
        for (size_t a = 0; a < k; a++)
            product += x[a] * h * y[a];
        for (size_t j = 0; j < C; j++)
            out[j] += self->nodes->weight[n] * (self->nodes->eigenvalue[j * N + n] / h) * product;
    }
    return SGDL_OK;
}
