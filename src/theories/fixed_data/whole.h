/**
 * A problem in whole samples: what an ensemble of dimension d can have of it, and the theory beside
 * such an ensemble is asked for.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_WHOLE_H
#define SGDLIMIT_THEORIES_FIXED_DATA_WHOLE_H

#include "sgdlimit/problem.h"

/** Samples of a data set of dimension d: alpha d to the next whole number, 1 at least. */
double whole_samples(const sgdl_problem_t *problem, double d);

/** The same problem with n/d as its ratio and, of independent fractions, |B|/n as its fraction.
 * *whole is to be freed; NULL after an error: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int whole_problem(sgdl_problem_t **whole, const sgdl_problem_t *problem, double d,
                  sgdl_error_t *error) SGDL_CHECKED;

#endif
