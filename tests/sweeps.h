/* Sweeps of problems that are stated as texts. */
#ifndef SGDLIMIT_TESTS_SWEEPS_H
#define SGDLIMIT_TESTS_SWEEPS_H

#include "sgdlimit/sweep.h"

static inline int sweep_of_text(sgdl_sweep_t *self, const char *text, const sgdl_axis_t *axes,
                                size_t count, bool timings, sgdl_error_t *error)
{
    sgdl_problem_t *problem = sgdl_problem_new();
    int status = sgdl_problem_parse(problem, text, "the problem", NULL, 0, error);
    if (status == SGDL_OK)
        status = sgdl_sweep_init(self, problem, &(sgdl_grid_t){axes, count, timings, 0}, error);
    sgdl_problem_free(problem);
    return status;
}

#endif
