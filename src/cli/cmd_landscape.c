/* sgdlimit landscape: the critical points of a loss in one or two coordinates. */
#include "sgdlimit/landscape.h"
#include "src/cli/plan_options.h"
#include "src/cli/runner.h"

static int compute(work_t *work, sgdl_table_t *table, sgdl_error_t *error)
{
    const sgdl_sink_t sink = sgdl_table_sink(table);
    return sgdl_landscape(work->problem, &work->plan, &sink, error);
}

static const option_t *const landscape_options[] = {OUTPUT_OPTIONS, &option_timings, NULL};

const command_t command_landscape = {
    .name = "landscape",
    .help = "print the critical points of a landscape: minima, barriers between them",
    .operands = "[PROBLEM]",
    .most_operands = 1,
    .problem = true,
    .options = landscape_options,
    .example = "  sgdlimit landscape --potential double-well:linear=1.2,quadratic=0.5 --noise "
               "constant:value=1\n",
    .compute = compute,
};
