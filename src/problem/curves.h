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

/** Does what ended so leave rows that are worth keeping? */
bool curves_end_with_rows(int status);

/** Hands out all curves, one after another. One that ends early, with rows, does not take the
 * others with it: a note says why it ended, and the first such failure is reported; none follows an
 * interruption. `error` is not NULL. Errors: those of `solve_curve`, the sink's. */
int curves_solve(const sgdl_problem_t *problem, const sgdl_sink_t *sink,
                 int (*solve_curve)(void *context, size_t curve, sgdl_error_t *error),
                 void *context, sgdl_error_t *error) SGDL_CHECKED;

#endif
