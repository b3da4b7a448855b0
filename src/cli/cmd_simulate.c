/* sgdlimit simulate: an ensemble of streaming SGD runs, printed as mean and quantiles. */
#include <stdlib.h>

#include "src/cli/class_list.h"
#include "src/cli/destination.h"
#include "src/cli/direction_times.h"
#include "src/cli/ensemble_options.h"
#include "src/cli/interrupt.h"
#include "src/cli/progress.h"
#include "src/cli/resources.h"

/* Simulates and writes; what an early end leaves is written all the same. */
static int simulate_and_write(const arguments_t *arguments, const sgdl_problem_t *problem,
                              sgdl_plan_t *plan, const destination_t *destination,
                              sgdl_error_t *error)
{
    sgdl_table_t table;
    progress_t progress;
    sgdl_table_init(&table);
    progress_start(&progress, arguments_text(arguments, "quiet") != NULL);
    plan->watch.progress = progress_show;
    plan->watch.context = &progress;

    int status = sgdl_simulate(problem, plan, &table, error);
    progress_end(&progress);
    status = destination_finish(destination, &table, status, error);
    sgdl_table_free(&table);
    return status;
}

static int run_simulate(const arguments_t *arguments, sgdl_error_t *error)
{
    sgdl_problem_t problem = {0};
    sgdl_plan_t plan = sgdl_plan_default();
    size_t *shown = NULL;
    destination_t destination;

    int status = ensemble_options_read(arguments, 1, &plan, error);
    plan.directions = arguments_text(arguments, "directions") != NULL;
    if (status == SGDL_OK)
        status = direction_times_read(arguments, &problem, &plan, error);
    if (status == SGDL_OK)
        status = ensemble_options_check(&problem, error);
    if (status == SGDL_OK) {
        status = class_list_read(arguments_text(arguments, "classes"), problem.classes, &shown,
                                 &plan.shown_count, error);
        plan.shown = shown;
    }
    if (status == SGDL_OK)
        status = destination_read(&destination, arguments, &problem, error);
    if (status == SGDL_OK)
        status = simulate_and_write(arguments, &problem, &plan, &destination, error);
    free(shown);
    sgdl_problem_free(&problem);
    return status;
}

static const option_t simulate_options[] = {OUTPUT_OPTIONS,
                                            MEMORY_OPTION,
                                            CLASSES_OPTION,
                                            ENSEMBLE_OPTIONS,
                                            DIRECTIONS_OPTION,
                                            TIMINGS_OPTION,
                                            {0}};

const command_t command_simulate = {
    .name = "simulate",
    .help = "streaming SGD, an ensemble of runs, print mean and quantiles",
    .operands = "[PROBLEM]",
    .most_operands = 1,
    .problem = true,
    .options = simulate_options,
    .example = "  sgdlimit simulate --dimension 1000 --covariance power-law:exponent=1.5 --time 10 "
               "--runs 30\n",
    .run = run_simulate,
};
