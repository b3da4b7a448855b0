/* sgdlimit escape: how long SGD takes to leave a minimum of a landscape. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/landscape.h"
#include "src/cli/plan_options.h"
#include "src/cli/runner.h"

static int compute(work_t *work, sgdl_table_t *table, sgdl_error_t *error)
{
    const sgdl_sink_t sink = sgdl_table_sink(table);
    return sgdl_escape(work->problem, &work->plan, &sink, error);
}

static int read_target(work_t *work, const char *text, sgdl_error_t *error)
{
    char *end;
    work->plan.target = strtod(text, &end);
    if (strspn(text, "0123456789.eE+-") == strlen(text) && end != text && !*end &&
        isfinite(work->plan.target))
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_INPUT, "--target",
                     "found '%.80s', allowed: a place within the box, such as 0.5", text);
}

static const option_t option_target = {
    "target", 0,
    "X",      "the time to reach X from each minimum, instead of the next one [none]",
    RECORDED, .read = read_target};

static const option_t *const escape_options[] = {OUTPUT_OPTIONS,   &option_memory,  &option_target,
                                                 &option_discrete, &option_timings, NULL};

const command_t command_escape = {
    .name = "escape",
    .help = "how long SGD takes from one minimum of a landscape to the next",
    .more =
        "A row for each learning rate, batch and ordered pair of neighbouring minima: the mean "
        "first-passage time of SGD's diffusion from one to the other in t and in steps, Kramers' "
        "time beside it, and the time to the top of the barrier between them.",
    .operands = "[PROBLEM]",
    .most_operands = 1,
    .problem = true,
    .options = escape_options,
    .example = "  sgdlimit escape --potential double-well:linear=1.2,quadratic=0.5 "
               "--noise constant:value=320 --batch 8,16\n",
    .compute = compute,
};
