/* Least squares: l'(r) = (omega - y)/(1 + V), so that averages are m_i - E y, B_i and constants. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/linear.h"
#include "src/theories/fixed_data/limit/minimiser.h"
#include "src/theories/fixed_data/limit/shrinkage.h"

/* In place of ridge 0 where that has no equations of its own, relative to the mean eigenvalue. */
static const double least_ridge = 1e-9;

typedef struct targets {
    double *mean, *cov; /* [C*L], [C*L*L] E y, Cov y; owned */
    double *slope;      /* [C] Cov(y, r*)/Var r* */
} targets_t;

typedef struct linear {
    minimiser_t *out;
    const setup_t *setup;
    shrinkage_t shrink;
    targets_t targets;
    double *a;      /* [N*L*P] X in nodes */
    double *dm;     /* [C*L] m - E y */
    double *system; /* [(C+1)^2] */
    double *right;  /* [(C+1)*max(L, pairs)] */
    double *room;   /* [L + pairs] */
    double *own;
} linear_t;

/* ---- labels ---------------------------------------------------------------------------------- */

/* By the averages of the loss at X = 0, where g = -y. */
static void see_teacher(const setup_t *setup, targets_t *out)
{
    const teacher_t *teacher = setup->population.teacher;
    for (size_t i = 0; i < setup->C; i++) {
        double G, H, Q, unused[5];
        sgdl_averages_t at = {.G = &G,
                              .H = &H,
                              .Q = &Q,
                              .G_B = &unused[0],
                              .H_m = &unused[1],
                              .H_B = &unused[2],
                              .Q_m = &unused[3],
                              .Q_B = &unused[4]};
        const double zero = 0, whole = setup->signal_B[i];
        if (teacher->labels == TEACHER_LINEAR) {
            out->mean[i] = setup->signal_m[i];
            out->slope[i] = 1;
            out->cov[i] = whole + teacher->noise * teacher->noise;
            continue;
        }
        population_average(&setup->population, i, &zero, &zero, 0, &at);
        out->mean[i] = -G;
        out->slope[i] = whole > 0 ? -at.J : 0;
        out->cov[i] = fmax(Q - G * G, 0);
    }
}

static void see_targets(linear_t *self)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, L = setup->L;
    if (setup->K > 0) {
        see_teacher(setup, &self->targets);
        return;
    }
    memcpy(self->targets.mean, setup->target_mean, C * L * sizeof(double));
    memcpy(self->targets.cov, setup->target_cov, C * L * L * sizeof(double));
}

/* ---- which form of the equations ---------------------------------------------------------------
 */

static bool has_mean(const setup_t *setup, size_t n)
{
    const double *mean = setup->mean + n * setup->C * setup->P;
    for (size_t k = 0; k < setup->C * setup->P; k++)
        if (mean[k] != 0)
            return true;
    return false;
}

/* Share of the directions in which there is any variance. *alike: that is so for all classes or
 * for none, and where there is none there are no means, either. */
static double support(const setup_t *setup, bool *alike, bool *clean_means)
{
    const size_t C = setup->C;
    double share = 0;
    *alike = true;
    *clean_means = false;
    for (size_t n = 0; n < setup->N; n++) {
        size_t seen = 0;
        for (size_t i = 0; i < C; i++)
            seen += setup->eigenvalue[n * C + i] > 0;
        share += seen > 0 ? setup->weight[n] : 0;
        *alike &= seen == 0 || seen == C;
        *clean_means |= seen == 0 && has_mean(setup, n);
    }
    return share;
}

static int shrink(linear_t *self, double ridge, sgdl_error_t *error)
{
    bool alike, clean_means;
    const double share = support(self->setup, &alike, &clean_means), ratio = self->setup->ratio;
    const bool few = ratio < share;
    const bool critical = fabs(ratio - share) <= 1e-9 * share;
    if (ridge == 0 && (critical || !alike || (clean_means && !few)))
        ridge = least_ridge * minimiser_scale(self->setup);
    self->out->ridge = ridge;
    return few ? shrinkage_solve(&self->shrink, 1, ridge, error)
               : shrinkage_solve(&self->shrink, ridge, 1, error);
}

/* ---- means -------------------------------------------------------------------------------------
 */

static double dot(const double *x, const double *y, size_t count)
{
    double sum = 0;
    for (size_t a = 0; a < count; a++)
        sum += x[a] * y[a];
    return sum;
}

/* What pulls X along the signal in node n. */
static double signal_pull(const linear_t *self, size_t n)
{
    const setup_t *setup = self->setup;
    double sum = 0;
    for (size_t i = 0; i < setup->C; i++)
        sum += setup->p[i] * setup->eigenvalue[n * setup->C + i] * self->targets.slope[i] /
               self->shrink.e[i];
    return sum;
}

/* X of output l in node n, given dm. */
static void set_node(linear_t *self, size_t n, size_t l)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, L = setup->L, P = setup->P;
    const double *start = setup->start + (n * L + l) * P, h = self->shrink.h[n];
    double *a = self->a + (n * L + l) * P;
    for (size_t k = 0; k < P; k++)
        a[k] = self->out->centred ? self->shrink.r * start[k] : 0;
    if (!(h > 0)) { /* the data see nothing of it */
        for (size_t k = 0; k < P; k++)
            a[k] = self->out->centred ? start[k] : 0;
        return;
    }
    for (size_t i = 0; i < C; i++) {
        const double pull = setup->p[i] / self->shrink.e[i] * self->dm[i * L + l];
        for (size_t k = 0; k < P; k++)
            a[k] -= pull * setup->mean[(n * C + i) * P + k];
    }
    if (setup->K > 0) {
        const double pull = signal_pull(self, n);
        for (size_t k = 0; k < P; k++)
            a[k] += pull * setup->signal[n * P + k];
    }
    for (size_t k = 0; k < P; k++)
        a[k] /= h;
}

/* m_i that the present a give, without the bias. */
static double mean_of(const linear_t *self, size_t i, size_t l)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, L = setup->L, P = setup->P;
    double sum = 0;
    for (size_t n = 0; n < setup->N; n++)
        sum += setup->weight[n] * dot(setup->mean + (n * C + i) * P, self->a + (n * L + l) * P, P);
    return sum;
}

static void set_nodes(linear_t *self)
{
    for (size_t n = 0; n < self->setup->N; n++)
        for (size_t l = 0; l < self->setup->L; l++)
            set_node(self, n, l);
}

/* m = m(0) - M dm + bias, sum_i (p_i/e_i) dm_i + own bias = 0. */
static int find_means(linear_t *self, sgdl_error_t *error)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, L = setup->L, P = setup->P;
    const double c = setup->problem->intercept;
    const size_t size = C + (c != 0);
    double *system = self->system, *right = self->right;
    memset(system, 0, size * size * sizeof *system);
    memset(self->dm, 0, C * L * sizeof *self->dm);
    set_nodes(self);
    for (size_t i = 0; i < C; i++)
        for (size_t l = 0; l < L; l++)
            right[i * L + l] = mean_of(self, i, l) - self->targets.mean[i * L + l];
    for (size_t n = 0; n < setup->N; n++)
        for (size_t i = 0; i < C && self->shrink.h[n] > 0; i++)
            for (size_t j = 0; j < C; j++)
                system[i * size + j] +=
                    setup->weight[n] / self->shrink.h[n] * setup->p[j] / self->shrink.e[j] *
                    dot(setup->mean + (n * C + i) * P, setup->mean + (n * C + j) * P, P);
    for (size_t i = 0; i < C; i++) {
        system[i * size + i] += 1;
        if (size > C) {
            system[i * size + C] = -1;
            system[C * size + i] = setup->p[i] / self->shrink.e[i];
        }
    }
    if (size > C) {
        system[C * size + C] = self->out->weighs_bias ? self->shrink.r / (c * c) : 0;
        memset(right + C * L, 0, L * sizeof *right);
    }
    const lapack_int info = linear_solve_rows(size, system, L, right, NULL);
    if (info != 0)
        return linear_fail(info, "the means at the minimum", error);
    memcpy(self->dm, right, C * L * sizeof *right);
    set_nodes(self);
    for (size_t i = 0; i < C; i++)
        for (size_t l = 0; l < L; l++)
            self->out->row[self->out->layout.mean + i * L + l] =
                self->dm[i * L + l] + self->targets.mean[i * L + l];
    for (size_t l = 0; l < L && size > C; l++)
        self->out->row[self->out->layout.bias + l] = right[C * L + l];
    return SGDL_OK;
}

/* ---- second moments ----------------------------------------------------------------------------
 */

/* X^T K_i X* and X . X*. */
static void find_cross(linear_t *self)
{
    const setup_t *setup = self->setup;
    double *cross = self->out->row + self->out->layout.cross;
    double *overlap = self->out->row + self->out->layout.overlap;
    memset(cross, 0, setup->C * sizeof *cross);
    *overlap = 0;
    for (size_t n = 0; n < setup->N; n++) {
        const double part =
            setup->weight[n] * dot(self->a + n * setup->P, setup->signal + n * setup->P, setup->P);
        *overlap += part;
        for (size_t i = 0; i < setup->C; i++)
            cross[i] += setup->eigenvalue[n * setup->C + i] * part;
    }
}

/* E (omega - y)_l (omega - y)_l' of class i, without B. */
static double error_moment(const linear_t *self, size_t i, size_t l, size_t other)
{
    const size_t L = self->setup->L;
    const double cross = self->setup->K > 0 ? self->out->row[self->out->layout.cross + i] : 0;
    return self->dm[i * L + l] * self->dm[i * L + other] +
           self->targets.cov[(i * L + l) * L + other] - 2 * self->targets.slope[i] * cross;
}

/* (I - K) B = own + K (A - B): the samples' noise is a multiple of the errors' moments A. */
static int find_moments(linear_t *self, sgdl_error_t *error)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, L = setup->L, P = setup->P, pairs = setup->pairs;
    double *system = self->system, *right = self->right;
    memset(system, 0, C * C * sizeof *system);
    memset(right, 0, C * pairs * sizeof *right);
    for (size_t n = 0; n < setup->N; n++) {
        const double *eigenvalue = setup->eigenvalue + n * C, h = self->shrink.h[n];
        for (size_t j = 0; j < C && h > 0; j++)
            for (size_t i = 0; i < C; i++)
                if (eigenvalue[i] > 0)
                    system[j * C + i] += setup->weight[n] * eigenvalue[j] * eigenvalue[i] /
                                         (h * h) * setup->p[i] /
                                         (self->shrink.e[i] * self->shrink.e[i]) / setup->ratio;
        for (size_t l = 0; l < L; l++)
            for (size_t k = l; k < L; k++) {
                const double *a = self->a + n * L * P;
                const double second = setup->weight[n] * dot(a + l * P, a + k * P, P);
                for (size_t j = 0; j < C; j++)
                    right[j * pairs + packed_index(L, l, k)] += eigenvalue[j] * second;
            }
    }
    for (size_t j = 0; j < C; j++)
        for (size_t i = 0; i < C; i++)
            for (size_t l = 0; l < L; l++)
                for (size_t k = l; k < L; k++)
                    right[j * pairs + packed_index(L, l, k)] +=
                        system[j * C + i] * error_moment(self, i, l, k);
    for (size_t e = 0; e < C * C; e++)
        system[e] = (double)(e % (C + 1) == 0) - system[e];
    const lapack_int info = linear_solve_rows(C, system, pairs, right, NULL);
    if (info != 0)
        return linear_fail(info, "the variances at the minimum", error);
    memcpy(self->out->row + self->out->layout.moment, right, C * pairs * sizeof *right);
    return SGDL_OK;
}

/* A of class i. */
static double whole_error(const linear_t *self, size_t i, size_t l, size_t other)
{
    const setup_t *setup = self->setup;
    const double *B = self->out->row + self->out->layout.moment + i * setup->pairs;
    return B[packed_pair(setup->L, l, other)] + error_moment(self, i, l, other);
}

static void find_norms(linear_t *self)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, L = setup->L, P = setup->P;
    for (size_t l = 0; l < L; l++) {
        double norm2 = 0;
        for (size_t n = 0; n < setup->N; n++) {
            const double *a = self->a + (n * L + l) * P, h = self->shrink.h[n];
            double second = dot(a, a, P);
            for (size_t i = 0; i < C && h > 0; i++)
                if (setup->eigenvalue[n * C + i] > 0)
                    second += setup->p[i] * setup->eigenvalue[n * C + i] / setup->ratio *
                              whole_error(self, i, l, l) / pow(self->shrink.e[i] * h, 2);
            norm2 += setup->weight[n] * second;
        }
        self->out->row[self->out->layout.norm2 + l] = norm2;
    }
}

/* ---- the training data -------------------------------------------------------------------------
 */

/* A sample's r is `kept` omega + (1 - kept) y. */
static double train_error(const linear_t *self, size_t i, double kept)
{
    const setup_t *setup = self->setup;
    const sgdl_targets_t *targets = &setup->problem->targets;
    const size_t L = setup->L, own = setup->problem->label_index[i];
    const double *m = self->out->row + self->out->layout.mean + i * L;
    const double *B = self->out->row + self->out->layout.moment + i * setup->pairs;
    double sum = 0, *mean = self->room, *moment = self->room + L;
    if (setup->K > 0)
        return NAN;
    for (size_t e = 0; e < setup->pairs; e++)
        moment[e] = kept > 0 ? kept * kept * B[e] : 0;
    for (size_t j = 0; j < targets->labels; j++) {
        const double *y = targets->target + j * L;
        const int decision = L == 1 ? setup->problem->loss->decision(*y) : 1;
        for (size_t l = 0; l < L; l++)
            mean[l] = kept * m[l] + (1 - kept) * y[l];
        if (decision == 0)
            return NAN;
        sum += sgdl_targets_probability(targets, own, j) *
               (L == 1 ? sgdl_error_binary(*mean, *moment, decision)
                       : sgdl_error_argmax(L, mean, moment, j, NULL));
    }
    return sum;
}

static void see_training(linear_t *self)
{
    const setup_t *setup = self->setup;
    for (size_t i = 0; i < setup->C; i++) {
        const double kept = self->shrink.c > 0 ? self->shrink.c / self->shrink.e[i] : 0;
        double risk = 0;
        for (size_t l = 0; l < setup->L && kept > 0; l++)
            risk += 0.5 * kept * kept * whole_error(self, i, l, l);
        for (size_t l = 0; l < setup->L && kept > 0; l++)
            for (size_t k = l; k < setup->L; k++)
                self->out->residual_moment[i * setup->pairs + packed_index(setup->L, l, k)] =
                    kept * kept * whole_error(self, i, l, k);
        self->out->row[self->out->layout.train_risk + i] = risk;
        self->out->row[self->out->layout.train_error + i] = train_error(self, i, kept);
        self->out->V[i] = kept > 0 ? 1 / kept - 1 : INFINITY;
    }
    memcpy(self->out->H, self->shrink.h, setup->N * sizeof *self->out->H);
}

/* ---- the whole ---------------------------------------------------------------------------------
 */

static int linear_init(linear_t *self, minimiser_t *out, sgdl_error_t *error)
{
    const setup_t *setup = out->setup;
    const size_t C = setup->C, L = setup->L, rows = C + 1;
    const size_t columns = L > setup->pairs ? L : setup->pairs;
    *self = (linear_t){.out = out, .setup = setup};
    int status = shrinkage_init(&self->shrink, setup, error);
    if (status != SGDL_OK)
        return status;
    self->own = calloc(setup->N * L * setup->P + 2 * C * L + C * L * L + C + rows * rows +
                           rows * columns + L + setup->pairs,
                       sizeof *self->own);
    if (!self->own)
        return sgdl_fail_memory(error);
    self->a = self->own;
    self->dm = self->a + setup->N * L * setup->P;
    self->targets.mean = self->dm + C * L;
    self->targets.cov = self->targets.mean + C * L;
    self->targets.slope = self->targets.cov + C * L * L;
    self->system = self->targets.slope + C;
    self->right = self->system + rows * rows;
    self->room = self->right + rows * columns;
    return SGDL_OK;
}

int minimiser_quadratic(minimiser_t *self, double ridge, sgdl_error_t *error)
{
    linear_t work;
    int status = linear_init(&work, self, error);
    self->centred = self->weighs_bias = ridge == 0 || self->from_start;
    if (status == SGDL_OK)
        status = shrink(&work, ridge, error);
    if (status == SGDL_OK) {
        see_targets(&work);
        status = find_means(&work, error);
    }
    if (status == SGDL_OK) {
        if (self->setup->K > 0)
            find_cross(&work);
        status = find_moments(&work, error);
    }
    if (status == SGDL_OK) {
        find_norms(&work);
        see_training(&work);
    }
    shrinkage_free(&work.shrink);
    free(work.own);
    return status;
}
