/**
 * Fixed rules for Gaussian averages, made once.
 */
#ifndef SGDLIMIT_LOSS_AVERAGES_RULES_H
#define SGDLIMIT_LOSS_AVERAGES_RULES_H

#include <stddef.h>

#include "src/base/gauss_legendre.h"

enum { NORMAL_RULE_MOST = 24 };

/** Averages over N(0, 1). */
typedef struct normal_rule {
    size_t points;
    double x[NORMAL_RULE_MOST], weight[NORMAL_RULE_MOST];
} normal_rule_t;

/** The rule that averages, to rounding, what is analytic as far from the real axis as the logistic
 * function (pi), of an argument with this standard deviation <= 1; a single point where it is 0. */
const normal_rule_t *normal_rule(double sigma);

/** Gauss-Legendre on (0, 1), for short paths. */
const gauss_legendre_t *path_rule(void);

/** Gauss-Legendre on (0, 1), for panels. */
const gauss_legendre_t *panel_rule(void);

#endif
