/** The options of the commands that simulate. */
#ifndef SGDLIMIT_CLI_ENSEMBLE_OPTIONS_H
#define SGDLIMIT_CLI_ENSEMBLE_OPTIONS_H

#include "sgdlimit/compare.h"
#include "sgdlimit/simulate.h"
#include "src/cli/command.h"

/** The options that ensemble_options_read understands; rows of an option table. */
#define ENSEMBLE_OPTIONS                                                                           \
    {"runs", 0, "N", "runs of the ensemble, drawn independently [10]", RECORDED_SHARED},           \
        {"threads", 0, "N", "threads that share the runs [one a processor]"},                      \
    {                                                                                              \
        "kernel", 0, "NAME",                                                                       \
            "full (every coordinate), collapsed (inner products, exact in law) or auto [auto]",    \
            RECORDED_SHARED                                                                        \
    }

/** Errors: SGDL_ERR_INPUT. */
int ensemble_options_read(const arguments_t *arguments, long least_runs, sgdl_plan_t *plan,
                          sgdl_error_t *error) SGDL_CHECKED;

/** SGDL_ERR_INPUT where the problem leaves the dimension infinite. */
int ensemble_options_check(const sgdl_problem_t *problem, sgdl_error_t *error) SGDL_CHECKED;

#endif
