/**
 * The standard normal law, to the last digits and far into its tails.
 */
#ifndef SGDLIMIT_LOSS_AVERAGES_NORMAL_H
#define SGDLIMIT_LOSS_AVERAGES_NORMAL_H

/** A number as an unevaluated sum of two doubles: high + low, |low| <= ulp(high)/2. */
typedef struct pair {
    double high, low;
} pair_t;

/** a + b, exactly. */
pair_t pair_sum(double a, double b);

/**
 * exp(-x^2 / (2 v)), v > 0. A plain exp() of the rounded exponent is off by |exponent| ulps, 1e-13
 * where a density is 1e-290; this one stays at an ulp or two. 0 where it would underflow.
 */
double normal_gauss(pair_t x, pair_t v);

/** Density of N(0, 1) at x. */
double normal_density(double x);

/** P(N(0, 1) > x), to relative accuracy for every x. */
double normal_upper(double x);

/**
 * The continued fraction c(x) = 1/(x + 2/(x + 3/(x + ...))) for x >= SGDL_NORMAL_TAIL. With it
 * Mills' ratio P(N > x)/density(x) is R = 1/(x + c), and 1 - x R = c R without cancellation.
 */
double normal_fraction(double x);

/* Below it the continued fraction is slow, and 1 - x R does not cancel much. */
#define SGDL_NORMAL_TAIL 3.0

#endif
