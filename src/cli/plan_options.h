/**
 * The options that enter the plan: rows that commands name in their tables, each with its reader.
 */
#ifndef SGDLIMIT_CLI_PLAN_OPTIONS_H
#define SGDLIMIT_CLI_PLAN_OPTIONS_H

#include "src/cli/command.h"

/** What a command may take, and which of an ensemble it computes. */
extern const option_t option_memory, option_classes, option_directions, option_density,
    option_no_error;

/** Of what is integrated; the second two for a command that only lists directions. */
extern const option_t option_linear_solver, option_refine, option_exact, option_refine_list,
    option_exact_list;

/** Of ensembles; runs from two on where error bars are needed, threads of a grid. */
extern const option_t option_runs, option_runs_from_two, option_threads, option_threads_of_grid,
    option_kernel, option_noise_law, option_passage, option_rows, option_held_out;

/** Of fixed data: how close its answers come; the last of its simulations, too. */
extern const option_t option_accuracy, option_paths, option_grid;

/** Rows of a table of options: the three. */
#define ESTIMATE_OPTIONS &option_accuracy, &option_paths, &option_grid

/** Of comparisons and checks. */
extern const option_t option_verify, option_discrete, option_significance, option_allowance;

/** Rows of a table of options: what every simulation takes. */
#define ENSEMBLE_OPTIONS(runs)                                                                     \
    &runs, &option_threads, &option_kernel, &option_noise_law, &option_passage, &option_rows,      \
        &option_held_out

/** The value of an option that is a time above 0. Errors: SGDL_ERR_INPUT. */
int plan_options_time(const char *place, const char *text, double *time,
                      sgdl_error_t *error) SGDL_CHECKED;

/** SGDL_ERR_INPUT where the problem leaves the dimension of an ensemble infinite that has one. */
int plan_options_check_ensemble(const sgdl_problem_t *problem, sgdl_error_t *error) SGDL_CHECKED;

#endif
