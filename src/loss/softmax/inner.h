/**
 * Averages of polynomials in s(z) and s(-z), z ~ N(M, V), for many M of one V: up to V = 100 or so
 * by the trapezoidal rule, whose e^(sqrt(V) x) are tabulated once.
 */
#ifndef SGDLIMIT_LOSS_SOFTMAX_INNER_H
#define SGDLIMIT_LOSS_SOFTMAX_INNER_H

#include <stdbool.h>
#include <stddef.h>

enum { INNER_LANES = 8, INNER_BLOCKS = 64, INNER_POINTS = INNER_BLOCKS * INNER_LANES };

enum { INNER_DEGREE = 4 };

typedef struct inner {
    double V;
    size_t points; /* a multiple of INNER_LANES; 0: sgdl_logistic_average */
    double weight[INNER_POINTS], factor[INNER_POINTS];
} inner_t;

/** How long an average takes, beside that of a small V. */
double inner_cost(double V);

/** How far out the points go, in deviations, where the density is tilted by that many, as it is
 * under moments of far tails; 0 where sgdl_logistic_average is faster. */
double inner_window(double V, double tilt);

/** `window` is that of this V or of one nearby. */
void inner_init(inner_t *self, double V, double window);

/** moment[i] = E[s(z)^i s(-z)^(degree - i)], i = 0 .. degree, of degree 2 or 4, each to relative
 * accuracy. Returns E log(1 + e^z), or (below) E log(1 + e^-z), likewise. */
double inner_average(const inner_t *self, double M, size_t degree, bool below, double *moment);

#endif
