/**
 * Factors that many variables have in common: correlations C are, off the diagonal, U U^T as nearly
 * as few columns allow (factor analysis by least residuals), |U_a| < 1.
 */
#ifndef SGDLIMIT_LOSS_ERRORS_COMMON_FACTORS_H
#define SGDLIMIT_LOSS_ERRORS_COMMON_FACTORS_H

#include <stddef.h>

enum { FACTORS_MAX = 3 };

/** Joins a column to the first `known` ones of U [count*FACTORS_MAX] and fits them all anew to C
 * [count*count], symmetric with diagonal 1. room [2*count]. */
void common_factors_add(size_t count, const double *C, size_t known, double *U, double *room);

#endif
