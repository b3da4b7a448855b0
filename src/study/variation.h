/**
 * One problem with some of its keys at other values, again and again.
 */
#ifndef SGDLIMIT_STUDY_VARIATION_H
#define SGDLIMIT_STUDY_VARIATION_H

#include "src/problem/problem.h"

/** The problem as text; its output times are left out, whoever varies it has times of his own.
 * *text is owned by the caller (free). Errors: SGDL_ERR_MEMORY. */
int variation_text(const sgdl_problem_t *problem, const sgdl_plan_t *plan, char **text,
                   sgdl_error_t *error) SGDL_CHECKED;

/** Makes of self, a new problem, what that text states: each key has its place in it. Its files are
 * not read again. `plan` NULL is what is stated with the problem. Errors: SGDL_ERR_INPUT,
 * SGDL_ERR_MEMORY. */
int variation_begin(sgdl_problem_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                    sgdl_error_t *error) SGDL_CHECKED;

/** Makes of self what `base` states, with keys [count] at `values`: a class's weight scales those
 * of the others so that all sum to 1. Several threads may do so at once. Errors: SGDL_ERR_INPUT,
 * SGDL_ERR_MEMORY. */
int variation_read(sgdl_problem_t *self, const sgdl_problem_t *base, const char *const *keys,
                   const double *values, size_t count, sgdl_error_t *error) SGDL_CHECKED;

enum { VARIATION_KEYS = 2 }; /* the most keys that are varied at a time */

#endif
