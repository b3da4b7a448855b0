/* sgdlimit limit: stationary point, minimum of the risk, stability, law of approach; of a landscape
 * the stationary law and how fast it is reached. */
#include "sgdlimit/limit.h"
#include "src/cli/plan_options.h"
#include "src/cli/runner.h"

static int compute(work_t *work, sgdl_table_t *table, sgdl_error_t *error)
{
    const sgdl_sink_t sink = sgdl_table_sink(table);
    return sgdl_limit_table(work->problem, &work->plan, &sink, error);
}

static const option_t *const limit_options[] = {OUTPUT_OPTIONS,   &option_memory,  &option_verify,
                                                &option_discrete, &option_timings, NULL};

const command_t command_limit = {
    .name = "limit",
    .help = "long times: stationary point, stability, law of approach; of a landscape its law, gap",
    .operands = "[PROBLEM]",
    .most_operands = 1,
    .problem = true,
    .options = limit_options,
    .example = "  sgdlimit limit --covariance power-law:exponent=0.5 --learning-rate 0.5,1 "
               "--verify\n",
    .compute = compute,
};
