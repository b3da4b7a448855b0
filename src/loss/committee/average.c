/*
 * Averages of committees. With S = 1(x > 0) and + = max(x, 0) of two Gaussian numbers x, y, those
 * of products follow from P(x > 0, y > 0), densities at 0 and Stein's lemma; erf(x/sqrt 2) is
 * 2 S - 1 of x with a variance that is larger by one, independently.
 */
#include <math.h>
#include <string.h>

#include "src/base/gauss_legendre.h"
#include "src/base/packed.h"
#include "src/loss/averages/bivariate.h"
#include "src/loss/averages/normal.h"
#include "src/loss/committee.h"

/* Two hidden units' preactivations. */
typedef struct couple {
    double mx, my, vx, vy, c;
} couple_t;

/* Averages of act(x) act(y), act'(x) act(y), act'(x) act'(y), act''(x) act(y). */
typedef struct products {
    double value, slope, slopes, bend;
} products_t;

static double lower(double x) { return normal_upper(-x); }

/* m/s; of no variance how certain the sign is, 0 counting as not above 0. */
static double margin(double m, double v)
{
    return v > 0 ? m / sqrt(v) : m > 0 ? INFINITY : -INFINITY;
}

static double density_at_zero(double m, double v)
{
    return v > 0 ? normal_density(m / sqrt(v)) / sqrt(v) : 0;
}

/* E y+ */
static double mean_above(double m, double v)
{
    return m * lower(margin(m, v)) + v * density_at_zero(m, v);
}

/* Sums over steps and ramps of a couple, and what is known at x = 0. */
typedef struct parts {
    double above, above_x, above_y;           /* P(x > 0, y > 0), P(x > 0), P(y > 0) */
    double at_x, at_y;                        /* densities at 0 */
    double at_x_above, at_y_above;            /* E d(x) S(y), E d(y) S(x) */
    double at_x_ramp;                         /* E d(x) y+ */
    double at_both;                           /* E d(x) d(y) */
    double at_x_above_slope, at_x_ramp_slope; /* their derivatives by the mean of x */
    double ramp_x, ramp_y;                    /* E x+ S(y), E y+ S(x) */
} parts_t;

/* y given x = 0. */
static void condition(const couple_t *of, double *m, double *v)
{
    const double slope = of->vx > 0 ? of->c / of->vx : 0;
    *m = of->my - slope * of->mx;
    *v = fmax(0, of->vy - slope * of->c);
}

static parts_t take_apart(const couple_t *of)
{
    const couple_t turned = {of->my, of->mx, of->vy, of->vx, of->c};
    const double hx = margin(of->mx, of->vx), hy = margin(of->my, of->vy);
    const double scale = sqrt(of->vx * of->vy);
    double m, v, m_turned, v_turned;
    condition(of, &m, &v);
    condition(&turned, &m_turned, &v_turned);
    parts_t out = {.above = bivariate_lower(hx, hy, scale > 0 ? of->c / scale : 0),
                   .above_x = lower(hx),
                   .above_y = lower(hy),
                   .at_x = density_at_zero(of->mx, of->vx),
                   .at_y = density_at_zero(of->my, of->vy)};
    out.at_x_above = out.at_x * lower(margin(m, v));
    out.at_y_above = out.at_y * lower(margin(m_turned, v_turned));
    out.at_x_ramp = out.at_x * mean_above(m, v);
    out.at_both = out.at_x * density_at_zero(m, v);
    if (of->vx > 0) {
        out.at_x_above_slope = -(of->mx * out.at_x_above + of->c * out.at_both) / of->vx;
        out.at_x_ramp_slope = -(of->mx * out.at_x_ramp + of->c * out.at_x_above) / of->vx;
    }
    out.ramp_x = of->mx * out.above + of->vx * out.at_x_above + of->c * out.at_y_above;
    out.ramp_y = of->my * out.above + of->vy * out.at_y_above + of->c * out.at_x_above;
    return out;
}

static products_t multiply(activation_t x, activation_t y, couple_t of)
{
    of.vx += x == ACTIVATION_ERF;
    of.vy += y == ACTIVATION_ERF;
    const parts_t p = take_apart(&of);
    if (x == ACTIVATION_ERF && y == ACTIVATION_ERF)
        return (products_t){.value = 4 * p.above - 2 * p.above_x - 2 * p.above_y + 1,
                            .slope = 4 * p.at_x_above - 2 * p.at_x,
                            .slopes = 4 * p.at_both,
                            .bend = 4 * p.at_x_above_slope + 2 * of.mx / of.vx * p.at_x};
    if (x == ACTIVATION_ERF)
        return (products_t){.value = 2 * p.ramp_y - mean_above(of.my, of.vy),
                            .slope = 2 * p.at_x_ramp,
                            .slopes = 2 * p.at_x_above,
                            .bend = 2 * p.at_x_ramp_slope};
    if (y == ACTIVATION_ERF)
        return (products_t){.value = 2 * p.ramp_x - mean_above(of.mx, of.vx),
                            .slope = 2 * p.above - p.above_x,
                            .slopes = 2 * p.at_y_above,
                            .bend = 2 * p.at_x_above - p.at_x};
    return (products_t){.value = of.mx * p.ramp_y + of.vx * p.at_x_ramp + of.c * p.above,
                        .slope = p.ramp_y,
                        .slopes = p.above,
                        .bend = p.at_x_ramp};
}

/* Of one unit with itself. */
static products_t square(activation_t kind, double m, double v)
{
    if (kind == ACTIVATION_ERF)
        return multiply(kind, kind, (couple_t){m, m, v, v, v});
    const double above = lower(margin(m, v)), ramp = mean_above(m, v);
    return (products_t){.value = m * ramp + v * above, .slope = ramp, .slopes = above, .bend = 0};
}

/* ---- the law of all units -------------------------------------------------------------------- */

static size_t units(const committee_task_t *self)
{
    return self->student.hidden + self->teacher.hidden;
}

static activation_t kind_of(const committee_task_t *self, size_t p)
{
    return p < self->student.hidden ? self->student.activation : self->teacher.activation;
}

/* e = sum_p factor_p act(r_p) - noise */
static double factor_of(const committee_task_t *self, size_t p)
{
    const size_t L = self->student.hidden;
    return p < L ? self->student.second_layer[p] : -self->teacher.second_layer[p - L];
}

static products_t products_of(const committee_task_t *self, const committee_law_t *law, size_t p,
                              size_t q)
{
    if (p == q)
        return square(kind_of(self, p), law->mean[p], fmax(0, law->cov[p][p]));
    return multiply(kind_of(self, p), kind_of(self, q),
                    (couple_t){law->mean[p], law->mean[q], fmax(0, law->cov[p][p]),
                               fmax(0, law->cov[q][q]), law->cov[p][q]});
}

/* Many parameters: they are what a class is known by. */
void committee_law(const committee_task_t *self, const double *m, const double *B,
                   const double *cross, const double *signal_m, const double *signal_B,
                   committee_law_t *law)
{
    const size_t L = self->student.hidden, K = self->teacher.hidden;
    memset(law, 0, sizeof *law);
    for (size_t a = 0; a < L; a++) {
        law->mean[a] = m[a];
        for (size_t b = 0; b < L; b++)
            law->cov[a][b] = B[packed_pair(L, a, b)];
        for (size_t k = 0; k < K; k++)
            law->cov[a][L + k] = law->cov[L + k][a] = cross[a * K + k];
    }
    for (size_t k = 0; k < K; k++) {
        law->mean[L + k] = signal_m[k];
        for (size_t h = 0; h < K; h++)
            law->cov[L + k][L + h] = signal_B[k * K + h];
    }
}

double committee_risk(const committee_task_t *self, const committee_law_t *law)
{
    double sum = self->noise * self->noise;
    for (size_t p = 0; p < units(self); p++)
        for (size_t q = 0; q <= p; q++)
            sum += (q < p ? 2 : 1) * factor_of(self, p) * factor_of(self, q) *
                   products_of(self, law, p, q).value;
    return 0.5 * sum;
}

/* ---- Q --------------------------------------------------------------------------------------- */

/* The law given r_a = x. */
static void fix(const committee_task_t *self, const committee_law_t *law, size_t a, double x,
                committee_law_t *out)
{
    const double v = law->cov[a][a];
    *out = *law;
    for (size_t p = 0; p < units(self); p++) {
        const double slope = v > 0 ? law->cov[p][a] / v : 0;
        out->mean[p] += slope * (x - law->mean[a]);
        for (size_t q = 0; q < units(self); q++)
            out->cov[p][q] -= slope * law->cov[a][q];
    }
    out->mean[a] = x;
    for (size_t p = 0; p < units(self); p++)
        out->cov[p][a] = out->cov[a][p] = 0;
}

/* The law under the weight exp(-x^2/2) of x = r_a, whose mean is the factor that is returned. */
static double tilt(const committee_task_t *self, committee_law_t *law, size_t a)
{
    const committee_law_t old = *law;
    const double m = old.mean[a], v = old.cov[a][a];
    for (size_t p = 0; p < units(self); p++) {
        const double slope = old.cov[p][a] / (1 + v);
        law->mean[p] -= slope * m;
        for (size_t q = 0; q < units(self); q++)
            law->cov[p][q] -= slope * old.cov[a][q];
    }
    return exp(-0.5 * m * m / (1 + v)) / sqrt(1 + v);
}

/* E act'(r_a) act'(r_b) e^2 of smooth units: both slopes are Gaussian weights. */
static double smooth_square(const committee_task_t *self, const committee_law_t *law, size_t a,
                            size_t b)
{
    committee_law_t tilted = *law;
    double factor = 2 / M_PI;
    factor *= tilt(self, &tilted, a);
    factor *= tilt(self, &tilted, b);
    return factor * 2 * committee_risk(self, &tilted);
}

enum { ORDER = 28 };

/* Standard deviations that integrals go from a mean. */
static const double FAR = 8.5;

/* E S(r_a) e^2, and with b != a E S(r_a) S(r_b) e^2: integrals over what is above 0. */
static double ramp_square(const committee_task_t *self, const committee_law_t *law, size_t a,
                          size_t b, const gauss_legendre_t *rule)
{
    const double m = law->mean[a], s = sqrt(fmax(0, law->cov[a][a]));
    const double low = fmax(0, m - FAR * s), length = m + FAR * s - low;
    committee_law_t given;
    double sum = 0;
    if (!(s > 0)) {
        fix(self, law, a, m, &given);
        return m > 0 ? (b == a ? 2 * committee_risk(self, &given)
                               : ramp_square(self, &given, b, b, rule))
                     : 0;
    }
    for (size_t i = 0; i < rule->order && length > 0; i++) {
        const double x = low + length * rule->point[i];
        fix(self, law, a, x, &given);
        sum += rule->weight[i] * length * normal_density((x - m) / s) / s *
               (b == a ? 2 * committee_risk(self, &given) : ramp_square(self, &given, b, b, rule));
    }
    return sum;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void add_squares(const committee_task_t *self, const committee_law_t *law,
                        committee_averages_t *out)
{
    const size_t L = self->student.hidden;
    const bool smooth = self->student.activation == ACTIVATION_ERF;
    const double *v = self->student.second_layer;
    gauss_legendre_t rule;
    if (!smooth)
        gauss_legendre_init(&rule, ORDER);
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < L; b++)
            out->Q[a * L + b] = out->Q[b * L + a] =
                v[a] * v[b] *
                (smooth ? smooth_square(self, law, a, b) : ramp_square(self, law, a, b, &rule));
}

void committee_average(const committee_task_t *self, const committee_law_t *law,
                       committee_averages_t *out)
{
    const size_t L = self->student.hidden, K = self->teacher.hidden;
    const double *v = self->student.second_layer;
    memset(out, 0, sizeof *out);
    out->risk = committee_risk(self, law);
    for (size_t a = 0; a < L; a++)
        for (size_t p = 0; p < units(self); p++) {
            const products_t of = products_of(self, law, a, p);
            const double factor = v[a] * factor_of(self, p);
            out->G[a] += factor * of.slope;
            out->H[a * L + a] += factor * of.bend;
            if (p < L)
                out->H[a * L + p] += factor * of.slopes;
            else
                out->J[a * K + p - L] = factor * of.slopes;
        }
    add_squares(self, law, out);
}
