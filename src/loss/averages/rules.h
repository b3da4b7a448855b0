/**
 * Fixed rules for Gaussian averages, made once.
 */
#ifndef SGDLIMIT_LOSS_AVERAGES_RULES_H
#define SGDLIMIT_LOSS_AVERAGES_RULES_H

#include <stddef.h>

#include "src/base/gauss_legendre.h"

enum { NORMAL_RULE_MOST = 81 };

/** Averages over N(0, 1). */
typedef struct normal_rule {
    size_t points;
    double x[NORMAL_RULE_MOST], weight[NORMAL_RULE_MOST];
} normal_rule_t;

/** The rule that averages, to rounding, what is analytic as far from the real axis as the logistic
 * function (pi), of an argument with this standard deviation <= NORMAL_RULE_SIGMA; a single point
 * where it is 0. */
#define NORMAL_RULE_SIGMA 1.4

const normal_rule_t *normal_rule(double sigma);

/** The same with e^(sigma x) and e^(sigma x) - 1 at its points: logistic functions of a + sigma x
 * need no exponential but e^a then, |a| <= TILTED_RULE_REACH. */
typedef struct tilted_rule {
    const normal_rule_t *rule;
    double sigma;
    double factor[NORMAL_RULE_MOST], rise[NORMAL_RULE_MOST];
} tilted_rule_t;

#define TILTED_RULE_REACH 600.0

void tilted_rule_init(tilted_rule_t *self, double sigma);

/** Gauss-Legendre on (0, 1), for short paths. */
const gauss_legendre_t *path_rule(void);

enum { PANEL_POINTS = 16 };

/** Gauss-Legendre on (0, 1), for panels: PANEL_POINTS. */
const gauss_legendre_t *panel_rule(void);

/** At its points the Legendre polynomials of degrees 6, 7, 14 and 15, times 2 degree + 1. */
typedef struct panel_legendre {
    double value[4][PANEL_POINTS];
} panel_legendre_t;

const panel_legendre_t *panel_legendre(void);

#endif
