/*
 * Three or four outputs. Of the differences to one output, the reference, all but one are written
 * as A x in L - 2 standard normals; given x the last one, the inner output a, has
 * z = r_a - log sum_{b != a} e^{r_b} ~ N(M(x), V), and with s the logistic function and p the
 * softmax of the others
 *
 *     q_a = s(z)    q_b = s(-z) p_b    lse(r) = log sum_{b != a} e^{r_b} + log(1 + e^z).
 *
 * The average over z is a function of M and V (inner.h); that over x is the trapezoidal rule, whose
 * error falls like exp(-2 pi y/h + y^2/2), y the distance pi/spread of the nearest pole from the
 * axis (or 2 pi/h, if that is less). A second rule of twice the step, by the same points, errs by
 * exp(-pi y/h + y^2/2): the square of what it is off, times exp(-y^2/2), is the estimate.
 *
 * Moments of a confident prediction are those of tails, in which the normal density is tilted by up
 * to e^(2 (r_b - r_own)): the window holds its tilted centre, too.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "src/base/packed.h"
#include "src/loss/softmax/inner.h"
#include "src/loss/softmax/moments.h"
#include "src/loss/softmax/softmax_rules.h"

enum { L_MOST = 4, OUTER = 2, MONOMIALS = 35, SUMS = 1 + OUTER };

static const double step_most = 0.7, reach = 7;
/* With three and with four outputs: finer steps than that would take seconds and more. They are for
 * outputs that lie hundreds apart (L = 4: tens), where the estimate says what is lost. */
static const double step_least[] = {1.0 / 512, 1.0 / 64};
/* The density is below 1e-300 further out. */
static const double tilt_most = 38;

/* What stays as it is within a Newton solve; the front of the room. */
typedef struct choices {
    size_t L;
    size_t order[L_MOST]; /* reference, others, inner */
    double step[OUTER];
    double low[OUTER], high[OUTER]; /* in steps */
    double inner;                   /* window of the inner average */
} choices_t;

enum { CHOICES = (sizeof(choices_t) + sizeof(double) - 1) / sizeof(double) };

/* The differences d_i = r_order[i] - r_order[0] ~ mean + A x, i = 1 .. L - 1. */
typedef struct differences {
    double mean[L_MOST];
    double A[L_MOST][L_MOST - 1]; /* lower triangular behind its row 0, which is 0 */
} differences_t;

/* A running over the axes x, and what is summed. */
typedef struct rule {
    const choices_t *choices;
    const differences_t *d;
    inner_t inner;
    size_t L, degree, own; /* the position of the label in the order */
} rule_t;

typedef struct sums {
    double weight, risk;
    double moment[MONOMIALS];
} sums_t;

/* ---- order and window ----------------------------------------------------------------------- */

static void factorise(size_t L, const double *m, const double *B, const size_t *order,
                      differences_t *out)
{
    double S[L_MOST][L_MOST];
    memset(out, 0, sizeof *out);
    for (size_t i = 1; i < L; i++) {
        out->mean[i] = m[order[i]] - m[order[0]];
        for (size_t j = 1; j <= i; j++)
            S[i][j] =
                B[packed_pair(L, order[i], order[j])] - B[packed_pair(L, order[i], order[0])] -
                B[packed_pair(L, order[j], order[0])] + B[packed_index(L, order[0], order[0])];
    }
    for (size_t k = 1; k < L; k++) {
        const double pivot = sqrt(fmax(S[k][k], 0));
        out->A[k][k - 1] = pivot;
        for (size_t i = k + 1; i < L; i++) /* rounding must not blow up what B leaves no room for */
            out->A[i][k - 1] =
                pivot > 0 ? copysign(fmin(fabs(S[i][k]) / pivot, sqrt(fmax(S[i][i], 0))), S[i][k])
                          : 0;
        for (size_t i = k + 1; i < L; i++)
            for (size_t j = k + 1; j <= i; j++)
                S[i][j] -= out->A[i][k - 1] * out->A[j][k - 1];
    }
}

static double spread_of(const differences_t *d, size_t L, size_t k)
{
    double low = 0, high = 0;
    for (size_t i = k + 1; i < L; i++) {
        low = fmin(low, d->A[i][k]);
        high = fmax(high, d->A[i][k]);
    }
    return high - low;
}

static double variance_left(const differences_t *d, size_t L)
{
    return d->A[L - 1][L - 2] * d->A[L - 1][L - 2];
}

static double cost_of(const differences_t *d, size_t L)
{
    double cost = inner_cost(variance_left(d, L));
    for (size_t k = 0; k + 2 < L; k++)
        cost *= fmax(1, spread_of(d, L, k));
    return cost;
}

/* Of all orders the cheapest, the first of those that tie. */
static void choose_order(size_t L, const double *m, const double *B, size_t *best)
{
    size_t order[L_MOST] = {0};
    double least = INFINITY;
    for (size_t code = 0; code < L * L * L * L; code++) {
        unsigned used = 0;
        size_t left = code;
        for (size_t i = 0; i < L; i++, left /= L) {
            order[i] = left % L;
            used |= 1U << order[i];
        }
        if (used != (1U << L) - 1 || left > 0)
            continue;
        differences_t d;
        factorise(L, m, B, order, &d);
        const double cost = cost_of(&d, L);
        if (cost < least * (1 - 1e-9)) {
            least = cost;
            memcpy(best, order, L * sizeof *best);
        }
    }
}

/* How far to both sides the density is tilted along axis k in the moments of a confident
 * prediction.
 */
static void tilts_along(size_t L, size_t own, const differences_t *d, size_t k, double tilt[2])
{
    tilt[0] = tilt[1] = 0;
    for (size_t b = 0; b < L; b++) {
        const double ahead = d->mean[own] - d->mean[b];
        double variance = 0;
        for (size_t j = 0; j + 1 < L; j++)
            variance += pow(d->A[b][j] - d->A[own][j], 2);
        if (!(ahead > 0 && variance > 0))
            continue;
        const double along = fmin(2, ahead / variance) * (d->A[b][k] - d->A[own][k]);
        const double shift = fmax(-tilt_most, fmin(along, tilt_most));
        tilt[0] = fmin(tilt[0], shift);
        tilt[1] = fmax(tilt[1], shift);
    }
}

static void choose_windows(size_t L, size_t own, const differences_t *d, choices_t *out)
{
    double tilt[2];
    for (size_t k = 0; k + 2 < L; k++) {
        tilts_along(L, own, d, k, tilt);
        out->step[k] = fmax(step_most / fmax(1, spread_of(d, L, k)), step_least[L - 3]);
        out->low[k] = floor((tilt[0] - reach) / out->step[k]);
        out->high[k] = ceil((tilt[1] + reach) / out->step[k]);
    }
    tilts_along(L, own, d, L - 2, tilt);
    out->inner = inner_window(variance_left(d, L), fmax(-tilt[0], tilt[1]));
}

static size_t position_of(const choices_t *choices, size_t output)
{
    size_t i = 0;
    while (choices->order[i] != output)
        i++;
    return i;
}

static void choose(size_t L, size_t own, const double *m, const double *B, choices_t *out)
{
    differences_t d;
    memset(out, 0, sizeof *out);
    out->L = L;
    choose_order(L, m, B, out->order);
    factorise(L, m, B, out->order, &d);
    choose_windows(L, position_of(out, own), &d, out);
}

/* ---- sums ----------------------------------------------------------------------------------- */

/* Monomials of p [n] of degrees 0 .. degree one after another, and how many there are of each. */
static void monomials_of(size_t n, size_t degree, const double *p, double *out)
{
    size_t begin = 0, count = 1;
    out[0] = 1;
    for (size_t d = 1; d <= degree; d++) {
        double *next = out + begin + count;
        size_t made = 0;
        for (size_t i = 0; i < n; i++) { /* p_i times those of variables from i on: the last ones */
            const size_t tail = softmax_monomials(n - i, d - 1);
            for (size_t k = 0; k < tail; k++)
                next[made++] = p[i] * out[begin + count - tail + k];
        }
        begin += count;
        count = made;
    }
}

/* Softmax p [n] of v [n], and log sum e^(v - v_of), whose small values keep their digits. */
static double soften(size_t n, const double *v, size_t of, double *p)
{
    size_t top = 0;
    double rest = 0;
    for (size_t i = 1; i < n; i++)
        if (v[i] > v[top])
            top = i;
    for (size_t i = 0; i < n; i++) {
        p[i] = i == top ? 1 : exp(v[i] - v[top]);
        rest += i == top ? 0 : p[i];
    }
    for (size_t i = 0; i < n; i++)
        p[i] /= 1 + rest;
    return log1p(rest) + (v[top] - v[of]);
}

/* One point x of that weight. */
static void add_point(const rule_t *self, const double *x, double weight, sums_t *sums)
{
    const size_t n = self->L - 1, D = self->degree;
    double v[L_MOST], p[L_MOST], mono[MONOMIALS], inner[INNER_DEGREE + 1];
    for (size_t i = 0; i <= n; i++) {
        v[i] = self->d->mean[i];
        for (size_t k = 0; k + 1 < n; k++)
            v[i] += self->d->A[i][k] * x[k];
    }
    const bool last = self->own == n;
    const double beyond = soften(n, v, last ? 0 : self->own, p); /* log-sum-exp over v_0 or v_own */
    const double z = v[n] - (beyond + (last ? v[0] : v[self->own]));
    const double risk = inner_average(&self->inner, z, D, last, inner);
    monomials_of(n, D, p, mono);
    sums->weight += weight;
    sums->risk += weight * (risk + (last ? 0 : beyond));
    for (size_t d = 0, k = 0; d <= D; d++) {
        const double w = weight * inner[D - d];
        for (size_t count = softmax_monomials(n, d); count > 0; count--, k++)
            sums->moment[k] += w * mono[k];
    }
}

static void add_sums(const sums_t *from, double factor, sums_t *to)
{
    to->weight += factor * from->weight;
    to->risk += factor * from->risk;
    for (size_t k = 0; k < MONOMIALS; k++)
        to->moment[k] += factor * from->moment[k];
}

static void normalise(sums_t *self)
{
    self->risk /= self->weight;
    for (size_t k = 0; k < MONOMIALS; k++)
        self->moment[k] /= self->weight;
}

static bool even(double j) { return fmod(j, 2) == 0; }

/* sums[0] over all points, sums[1 + k] over those that are even on axis k. */
static void sum_points(const rule_t *self, sums_t sums[SUMS])
{
    const choices_t *at = self->choices;
    for (double j = at->low[0]; j <= at->high[0]; j++) {
        sums_t row[2];
        double x[OUTER] = {j * at->step[0], 0};
        memset(row, 0, sizeof row);
        for (double i = at->low[1]; i <= at->high[1]; i++) {
            x[1] = i * at->step[1];
            const double weight = exp(-(x[0] * x[0] + x[1] * x[1]) / 2);
            add_point(self, x, weight, &row[even(i)]);
        }
        for (size_t parity = 0; parity < 2; parity++) {
            add_sums(&row[parity], 1, &sums[0]);
            if (even(j))
                add_sums(&row[parity], 1, &sums[1]);
            if (parity == 1)
                add_sums(&row[parity], 1, &sums[2]);
        }
    }
    for (size_t s = 0; s < SUMS; s++)
        normalise(&sums[s]);
}

static double estimate_of(const rule_t *self, const sums_t sums[SUMS])
{
    double estimate = 1e-13;
    for (size_t k = 0; k + 2 < self->L; k++) {
        const double h = self->choices->step[k];
        const double y = M_PI * fmin(1 / h, 1 / fmax(1, spread_of(self->d, self->L, k)));
        double off = fabs(sums[0].risk - sums[1 + k].risk) / fmax(1, sums[0].risk);
        for (size_t e = 0; e < MONOMIALS; e++)
            off = fmax(off, fabs(sums[0].moment[e] - sums[1 + k].moment[e]));
        /* Between steps that do not resolve the spread nothing converges geometrically. */
        const bool resolved = h * spread_of(self->d, self->L, k) <= step_most * (1 + 1e-6);
        estimate += resolved || h >= step_most ? off * off * exp(-y * y / 2) : off;
    }
    return estimate;
}

/* ---- the rule ------------------------------------------------------------------------------- */

size_t softmax_conditioned_room(size_t L) { return CHOICES + softmax_moments_room(L, 4); }

/* Those of the call before, if they are to stay. */
static choices_t choices_of(size_t L, size_t own, const double *m, const double *B,
                            const sgdl_averages_t *out)
{
    choices_t choices;
    if (out->frozen)
        memcpy(&choices, out->room, sizeof choices);
    else
        choose(L, own, m, B, &choices);
    assert(choices.L == L);
    memcpy(out->room, &choices, sizeof choices);
    return choices;
}

void softmax_conditioned(size_t L, size_t own, const double *m, const double *B,
                         sgdl_averages_t *out)
{
    const choices_t choices = choices_of(L, own, m, B, out);
    const size_t degree = out->jacobian ? 4 : 2;
    differences_t d;
    sums_t sums[SUMS];
    softmax_moments_t moments;
    factorise(L, m, B, choices.order, &d);
    rule_t rule = {
        .choices = &choices, .d = &d, .L = L, .degree = degree, .own = position_of(&choices, own)};
    inner_init(&rule.inner, variance_left(&d, L), choices.inner);
    memset(sums, 0, sizeof sums);
    sum_points(&rule, sums);
    softmax_moments_init(&moments, L, degree, out->room + CHOICES);
    /* the inner output as the first variable: sums are by falling powers of it */
    size_t order[L_MOST] = {choices.order[L - 1]};
    memcpy(order + 1, choices.order, (L - 1) * sizeof *order);
    softmax_monomials_spread(L, degree, sums[0].moment, order,
                             degree == 4 ? moments.fourth : moments.second);
    softmax_moments_lower(&moments);
    out->risk = sums[0].risk;
    softmax_moments_gradient(&moments, own, out);
    out->estimate = estimate_of(&rule, sums);
    if (out->jacobian)
        softmax_moments_jacobian(&moments, own, out->jacobian);
}
