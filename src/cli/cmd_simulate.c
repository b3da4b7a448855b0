/* sgdlimit simulate: an ensemble of streaming SGD runs, printed as mean and quantiles. */
#include "sgdlimit/simulate.h"
#include "src/cli/plan_options.h"
#include "src/cli/runner.h"

static int check(work_t *work, sgdl_error_t *error)
{
    return plan_options_check_ensemble(work->problem, error);
}

static int compute(work_t *work, sgdl_table_t *table, sgdl_error_t *error)
{
    const sgdl_sink_t sink = sgdl_table_sink(table);
    return sgdl_simulate(work->problem, &work->plan, &sink, error);
}

static const option_t *const simulate_options[] = {OUTPUT_OPTIONS,
                                                   &option_memory,
                                                   &option_classes,
                                                   ENSEMBLE_OPTIONS(option_runs),
                                                   &option_grid,
                                                   &option_directions,
                                                   &option_no_error,
                                                   &option_timings,
                                                   NULL};

const command_t command_simulate = {
    .name = "simulate",
    .help = "SGD itself, an ensemble of runs, print mean and quantiles",
    .operands = "[PROBLEM]",
    .most_operands = 1,
    .problem = true,
    .options = simulate_options,
    .example = "  sgdlimit simulate --dimension 1000 --covariance power-law:exponent=1.5 --time 10 "
               "--runs 30\n",
    .check = check,
    .compute = compute,
};
