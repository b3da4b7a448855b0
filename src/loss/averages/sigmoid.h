/**
 * The logistic function at a point, s(z) = 1/(1 + e^-z), without cancellation.
 */
#ifndef SGDLIMIT_LOSS_AVERAGES_SIGMOID_H
#define SGDLIMIT_LOSS_AVERAGES_SIGMOID_H

#include <math.h>

typedef struct sigmoid {
    double s, c;      /* s(z), s(-z) */
    double h, h1, h2; /* s', s'', s''' */
} sigmoid_t;

static inline sigmoid_t sigmoid(double z)
{
    const double e = exp(-fabs(z)), larger = 1 / (1 + e), smaller = e * larger;
    const double h = smaller * larger, gap = (1 - e) * larger;
    return (sigmoid_t){.s = z >= 0 ? larger : smaller,
                       .c = z >= 0 ? smaller : larger,
                       .h = h,
                       .h1 = z >= 0 ? -h * gap : h * gap,
                       .h2 = h * (1 - 6 * h)};
}

/* s(z + q) - s(z), to the last digits of a small q and of far tails; `at` is at z, `moved` at
 * z + q. */
static inline double sigmoid_rise(const sigmoid_t *at, const sigmoid_t *moved, double q)
{
    if (fabs(q) > 0.5)
        return at->c < 0.5 ? at->c - moved->c : moved->s - at->s;
    return expm1(q) * at->s * moved->c;
}

#endif
