/* sgdlimit limit: stationary point, minimum of the risk, stability, law of approach. */
#include "sgdlimit/critical.h"
#include "sgdlimit/limit.h"
#include "sgdlimit/sweep.h"
#include "src/cli/destination.h"
#include "src/cli/interrupt.h"
#include "src/cli/progress.h"
#include "src/cli/resources.h"

static int list_and_write(const arguments_t *arguments, const sgdl_problem_t *problem,
                          sgdl_plan_t *plan, const destination_t *destination, sgdl_error_t *error)
{
    sgdl_table_t table;
    progress_t progress;
    sgdl_table_init(&table);
    progress_start(&progress, arguments_text(arguments, "quiet") != NULL);
    plan->verify = arguments_text(arguments, "verify") != NULL;
    plan->watch.progress = progress_show;
    plan->watch.context = &progress;

    int status = sgdl_limit_table(problem, plan, &table, error);
    progress_end(&progress);
    status = destination_finish(destination, &table, status, error);
    sgdl_table_free(&table);
    return status;
}

static int run_limit(const arguments_t *arguments, sgdl_error_t *error)
{
    sgdl_problem_t problem = {0};
    sgdl_plan_t plan = sgdl_plan_default();
    destination_t destination;
    int status = arguments_problem(arguments, &problem, &plan, error);
    if (status == SGDL_OK)
        status = destination_read(&destination, arguments, &problem, error);
    if (status == SGDL_OK)
        status = list_and_write(arguments, &problem, &plan, &destination, error);
    sgdl_problem_free(&problem);
    return status;
}

static const option_t limit_options[] = {
    OUTPUT_OPTIONS,
    MEMORY_OPTION,
    {"verify", 0, NULL, "integrate to a long time and compare; exit 1 if they disagree", RECORDED},
    TIMINGS_OPTION,
    {0}};

const command_t command_limit = {
    .name = "limit",
    .help = "stationary point, minimum of the risk, stability, law of approach",
    .operands = "[PROBLEM]",
    .most_operands = 1,
    .problem = true,
    .options = limit_options,
    .example = "  sgdlimit limit --covariance power-law:exponent=0.5 --learning-rate 0.5,1 "
               "--verify\n",
    .run = run_limit,
};
