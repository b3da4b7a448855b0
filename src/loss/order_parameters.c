#include "src/loss/order_parameters.h"

#include <math.h>

#include "src/loss/errors/apart.h"

double population_mix(const population_t *self, const double *value)
{
    double sum = 0;
    for (size_t i = 0; i < self->classes; i++)
        sum += self->weight[i] * value[i];
    return sum;
}

static teacher_order_t order_of(const population_t *self, size_t i, const double *m,
                                const double *B, double cross)
{
    return (teacher_order_t){.m = m[0],
                             .B = B[0],
                             .cross = cross,
                             .signal_m = self->signal_m[i],
                             .signal_B = self->signal_B[i]};
}

void population_average(const population_t *self, size_t i, const double *m, const double *B,
                        double cross, sgdl_averages_t *out)
{
    const double threshold = self->threshold ? self->threshold[i] : INFINITY;
    if (self->teacher) {
        const teacher_order_t order = order_of(self, i, m, B, cross);
        teacher_average(self->teacher, self->loss, threshold, &order, out);
    } else if (threshold < INFINITY) {
        clip_average(self->loss, threshold, self->targets, self->label_index[i], m[0], B[0], out);
    } else {
        self->loss->average(self->targets, self->label_index[i], self->pairs, m, B, out);
    }
}

double population_class_risk(const population_t *self, size_t i, const double *m, const double *B,
                             double cross)
{
    if (!self->teacher)
        return self->loss->risk(self->targets, self->label_index[i], self->pairs, m, B, self->room);
    const teacher_order_t order = order_of(self, i, m, B, cross);
    return teacher_risk(self->teacher, self->loss, &order);
}

double population_class_error(const population_t *self, size_t i, const double *m, const double *B,
                              double cross, double *estimate)
{
    const bool unknown =
        self->pairs == self->targets->outputs && self->pairs > 1 && !self->uncorrelated;
    if (self->no_error || (unknown && !self->teacher)) {
        if (estimate)
            *estimate = 0;
        return NAN;
    }
    if (!self->teacher)
        return sgdl_error_label(self->loss, self->targets, self->label_index[i], self->pairs, m, B,
                                estimate);
    const teacher_order_t order = order_of(self, i, m, B, cross);
    if (estimate)
        *estimate = 0;
    return teacher_error(self->teacher, &order);
}

double population_risk(const population_t *self, const double *m, const double *B,
                       const double *cross)
{
    const size_t L = self->targets->outputs;
    double sum = 0;
    for (size_t i = 0; i < self->classes; i++)
        sum += self->weight[i] *
               population_class_risk(self, i, m + i * L, B + i * self->pairs, cross ? cross[i] : 0);
    return sum;
}

/* May outputs be independent, each with a mean in its own class alone and a label that is true? */
static bool is_apart(const population_t *self, const double *m)
{
    const size_t L = self->targets->outputs;
    if (self->no_error || self->teacher || !self->uncorrelated || self->pairs != L || L < 2 ||
        self->targets->noise > 0)
        return false;
    for (size_t i = 0; i < self->classes; i++)
        for (size_t a = 0; a < L; a++)
            if (a != self->label_index[i] && m[i * L + a] != 0)
                return false;
    return true;
}

/* But for the rounding of what solved for them? */
static bool are_near(size_t count, const double *x, const double *y)
{
    bool near = true;
    for (size_t e = 0; e < count && near; e++)
        near = fabs(x[e] - y[e]) <= 1e-12 * fabs(x[e]);
    return near;
}

/* Classes of the same variances have one table: that of the class before goes on as long as theirs
 * are near, and what it is of stays there. */
static double error_apart(const population_t *self, const double *m, const double *B)
{
    const size_t L = self->targets->outputs;
    double sum = 0, most = 0;
    apart_t table = {0};
    bool known = false;
    for (size_t i = 0; i < self->classes; i++)
        most = fmax(most, fabs(m[i * L + self->label_index[i]]));
    for (size_t i = 0; i < self->classes; i++) {
        const double *own = B + i * L;
        if (!known || !are_near(L, own, table.variance))
            known = apart_init(&table, L, own, most);
        sum += self->weight[i] *
               (known ? apart_error(&table, self->label_index[i], m[i * L + self->label_index[i]])
                      : population_class_error(self, i, m + i * L, own, 0, NULL));
    }
    return sum;
}

double population_error(const population_t *self, const double *m, const double *B,
                        const double *cross)
{
    const size_t L = self->targets->outputs;
    double sum = 0;
    if (is_apart(self, m))
        return error_apart(self, m, B);
    for (size_t i = 0; i < self->classes; i++)
        sum += self->weight[i] * population_class_error(self, i, m + i * L, B + i * self->pairs,
                                                        cross ? cross[i] : 0, NULL);
    return sum;
}

double population_mean(const population_t *self, size_t i, double m)
{
    return self->teacher ? m + self->teacher->shift * self->signal_m[i] : m;
}

double population_spread(const population_t *self, size_t i, double B, double cross)
{
    if (!self->teacher)
        return B;
    const double shift = self->teacher->shift;
    return B + shift * (2 * cross + shift * self->signal_B[i]);
}

double population_average_risk(const population_t *self, const sgdl_averages_t *average)
{
    double sum = 0;
    for (size_t i = 0; i < self->classes; i++)
        sum += self->weight[i] * average[i].risk;
    return sum;
}

double population_noise_power(const population_t *self, const sgdl_averages_t *average,
                              const double *trace)
{
    const size_t L = self->targets->outputs;
    double sum = 0;
    for (size_t i = 0; i < self->classes; i++) {
        double trace_Q = 0;
        for (size_t a = 0; a < L; a++)
            trace_Q += average[i].Q[second_moments_diagonal(L, self->pairs, a)];
        sum += self->weight[i] * trace[i] * trace_Q;
    }
    return sum;
}

/* Hbar_i : B over outputs, B a symmetric matrix of which `pairs` are stored. */
static double contract(const population_t *self, const double *H, const double *B)
{
    const size_t L = self->targets->outputs;
    double sum = 0;
    for (size_t a = 0; a < L; a++) {
        if (self->loss->separable) {
            sum += H[a] * B[second_moments_diagonal(L, self->pairs, a)];
            continue;
        }
        for (size_t b = 0; b < L; b++)
            sum += H[packed_pair(L, a, b)] * B[packed_pair(L, a, b)];
    }
    return sum;
}

double population_risk_change(const population_t *self, const sgdl_averages_t *average,
                              const double *m, const double *B, const double *cross)
{
    const size_t L = self->targets->outputs;
    double sum = 0;
    for (size_t i = 0; i < self->classes; i++) {
        double change = self->teacher ? average[i].J * cross[i] : 0;
        change += 0.5 * contract(self, average[i].H, B + i * self->pairs);
        for (size_t a = 0; a < L; a++)
            change += average[i].G[a] * m[i * L + a];
        sum += self->weight[i] * change;
    }
    return sum;
}

static double trace_hessian(const population_t *self, const sgdl_averages_t *average)
{
    const size_t L = self->targets->outputs;
    double sum = 0;
    for (size_t a = 0; a < L; a++)
        sum += average->H[self->loss->separable ? a : packed_index(L, a, a)];
    return sum;
}

/* sum_ji p_j p_i tr(K_j K_i)/d tr(Hbar_j Q_i)/b, Hbar and Q of different averages. */
static double join(const population_t *self, const sgdl_averages_t *of_hessian,
                   const sgdl_averages_t *of_noise, const population_step_t *step)
{
    double sum = 0;
    for (size_t j = 0; j < self->classes; j++) {
        const double *product = step->product + j * self->classes;
        double along = 0;
        for (size_t i = 0; i < self->classes; i++)
            along += self->weight[i] * product[i] * contract(self, of_hessian[j].H, of_noise[i].Q);
        sum += self->weight[j] * along;
    }
    return sum / step->batch;
}

/* sum_j p_j tr(K_j)/d tr Hbar_j. */
static double spread_hessian(const population_t *self, const sgdl_averages_t *average,
                             const population_step_t *step)
{
    double sum = 0;
    for (size_t j = 0; j < self->classes; j++)
        sum += self->weight[j] * step->trace[j] * trace_hessian(self, &average[j]);
    return sum;
}

double population_curvature(const population_t *self, const sgdl_averages_t *average,
                            const population_step_t *step)
{
    const double sigma2 = step->noise * step->noise;
    const double power = population_noise_power(self, average, step->trace) / step->batch +
                         sigma2 * (double)self->targets->outputs;
    return (join(self, average, average, step) + sigma2 * spread_hessian(self, average, step) +
            step->ridge * power) /
           2;
}

double population_curvature_change(const population_t *self, const sgdl_averages_t *average,
                                   const sgdl_averages_t *change, bool by_noise,
                                   const population_step_t *step)
{
    if (by_noise)
        return (join(self, average, change, step) +
                step->ridge * population_noise_power(self, change, step->trace) / step->batch) /
               2;
    return (join(self, change, average, step) +
            step->noise * step->noise * spread_hessian(self, change, step)) /
           2;
}

static void change_separable(const population_t *self, const sgdl_averages_t *average,
                             const double *m, const double *B, sgdl_averages_t *out)
{
    const size_t L = self->targets->outputs, P = self->pairs;
    for (size_t a = 0; a < L; a++) {
        const size_t p = second_moments_diagonal(L, P, a);
        out->G[a] = average->H[a] * m[a] + average->G_B[a] * B[p];
        out->H[a] = average->H_m[a] * m[a] + average->H_B[a] * B[p];
        out->Q[p] = average->Q_m[a] * m[a] + average->Q_B[a] * B[p];
        /* Off the diagonal only quadratic losses: Q_ab = B_ab + E (m - y)_a (m - y)_b. */
        for (size_t b = a + 1; b < L && P > L; b++) {
            const size_t pair = packed_index(L, a, b);
            out->Q[pair] = B[pair] + average->G[a] * m[b] + average->G[b] * m[a];
        }
    }
}

void population_average_change(const population_t *self, const sgdl_averages_t *average,
                               const double *m, const double *B, double cross, sgdl_averages_t *out)
{
    if (self->loss->separable)
        change_separable(self, average, m, B, out);
    out->risk = 0.5 * contract(self, average->H, B);
    for (size_t a = 0; a < self->targets->outputs; a++)
        out->risk += average->G[a] * m[a];
    if (!self->teacher)
        return;
    out->risk += average->J * cross;
    out->G[0] += average->J_m * cross;
    out->H[0] += average->H_c * cross;
    out->Q[0] += average->Q_c * cross;
    out->J = average->J_m * m[0] + average->J_B * B[0] + average->J_c * cross;
}

double population_variance(const population_t *self, const double *B, size_t i, size_t a)
{
    return B[i * self->pairs + second_moments_diagonal(self->targets->outputs, self->pairs, a)];
}

double overlap_cosine(double m, double norm2, double mean_norm2)
{
    if (mean_norm2 == 0)
        return NAN;
    if (norm2 == 0)
        return 0;
    const double cosine = m / sqrt(norm2 * mean_norm2);
    return cosine > 1 ? 1 : cosine < -1 ? -1 : cosine;
}
