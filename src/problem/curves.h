/**
 * What tells the curves of a problem apart, in front of what is handed out of them.
 */
#ifndef SGDLIMIT_PROBLEM_CURVES_H
#define SGDLIMIT_PROBLEM_CURVES_H

#include "src/curve/emit.h"
#include "src/problem/problem.h"

/** Adds problem_curve_columns. Errors: SGDL_ERR_MEMORY. */
int curves_quantities(const sgdl_problem_t *problem, emit_list_t *list,
                      sgdl_error_t *error) SGDL_CHECKED;

/** Writes their values for a curve; returns where the next number goes. */
double *curves_put(const sgdl_problem_t *problem, size_t curve, double horizon, double *next);

/** Which curve, in words: "learning rate 0.5", "learning rate 0.01, batch 8", of rates that the
 * state drives "polyak 1", "line-search". Returns words. */
enum { CURVES_WORDS = 80 };
const char *curves_words(const sgdl_problem_t *problem, size_t curve, double horizon,
                         char words[CURVES_WORDS]);

#endif
