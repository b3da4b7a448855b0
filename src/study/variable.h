/**
 * Whether a problem's keys can be varied as asked: told before anything is computed.
 */
#ifndef SGDLIMIT_STUDY_VARIABLE_H
#define SGDLIMIT_STUDY_VARIABLE_H

#include "sgdlimit/critical.h"
#include "sgdlimit/limit.h"
#include "sgdlimit/sweep.h"

/**
 * Checks axes [count, at most VARIATION_KEYS] against the problem, and notes
 * which of them take whole numbers. Refused are keys that it does not have or that change nothing,
 * grids that are not whole where numbers must be, that leave the range of a key of the problem
 * itself, or that hold no point that is a problem. A point that a family refuses is not: it will
 * be a row with its reason. Errors: SGDL_ERR_INPUT with the key as place, SGDL_ERR_MEMORY.
 */
int variable_check(const sgdl_problem_t *problem, sgdl_axis_t *axes, size_t count,
                   sgdl_error_t *error) SGDL_CHECKED;

#endif
