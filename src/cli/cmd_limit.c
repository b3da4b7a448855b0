/* sgdlimit limit: stationary point, minimum of the risk, stability, law of approach; of a landscape
 * the stationary law and how fast it is reached. */
#include "sgdlimit/limit.h"
#include "sgdlimit/optimise.h"

#include <string.h>

#include "src/cli/plan_options.h"
#include "src/cli/runner.h"

typedef struct request {
    bool optimise;
    double at; /* 0: t -> infinity */
} request_t;

static int read_optimise(work_t *work, const char *text, sgdl_error_t *error)
{
    request_t *request = work->own;
    request->optimise = strcmp(text, "learning_rate") == 0;
    return request->optimise ? SGDL_OK
                             : sgdl_fail(error, SGDL_ERR_INPUT, "--optimise",
                                         "found '%.80s', allowed: learning_rate", text);
}

static int read_at(work_t *work, const char *text, sgdl_error_t *error)
{
    request_t *request = work->own;
    return plan_options_time("--at", text, &request->at, error);
}

static int check(work_t *work, sgdl_error_t *error)
{
    const request_t *request = work->own;
    return request->at > 0 && !request->optimise
               ? sgdl_fail(error, SGDL_ERR_INPUT, "--at",
                           "found without --optimise learning_rate, allowed with it only")
               : SGDL_OK;
}

static int compute(work_t *work, sgdl_table_t *table, sgdl_error_t *error)
{
    const request_t *request = work->own;
    const sgdl_sink_t sink = sgdl_table_sink(table);
    return request->optimise
               ? sgdl_limit_optimised(work->problem, &work->plan, request->at, &sink, error)
               : sgdl_limit_table(work->problem, &work->plan, &sink, error);
}

static const option_t option_optimise = {
    "optimise", 0,
    "KEY",      "learning_rate: the limit at the constant one of least risk [none]",
    RECORDED,   .read = read_optimise};
static const option_t option_at = {
    "at", 0, "T", "optimise the risk at this time [t -> infinity]", RECORDED, .read = read_at};

static const option_t *const limit_options[] = {OUTPUT_OPTIONS, &option_memory,   ESTIMATE_OPTIONS,
                                                &option_verify, &option_discrete, &option_optimise,
                                                &option_at,     &option_timings,  NULL};

const command_t command_limit = {
    .name = "limit",
    .help = "long times: stationary point, stability, law of approach; of a landscape its law, gap",
    .operands = "[PROBLEM]",
    .most_operands = 1,
    .problem = true,
    .options = limit_options,
    .example = "  sgdlimit limit --covariance power-law:exponent=0.5 --learning-rate 0.5,1 "
               "--verify\n",
    .own_size = sizeof(request_t),
    .check = check,
    .compute = compute,
};
