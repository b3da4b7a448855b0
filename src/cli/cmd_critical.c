/* sgdlimit critical: locate a structural phase transition along one parameter. */
#include <math.h>
#include <stdlib.h>

#include "sgdlimit/critical.h"
#include "sgdlimit/limit.h"
#include "sgdlimit/sweep.h"
#include "src/cli/destination.h"
#include "src/cli/interrupt.h"
#include "src/cli/progress.h"
#include "src/cli/resources.h"

static int read_number(const arguments_t *arguments, const char *name, bool required, double *value,
                       sgdl_error_t *error)
{
    const char *text = arguments_text(arguments, name);
    char *end;
    char place[32];
    (void)snprintf(place, sizeof place, "--%s", name);
    if (!text) {
        return required ? sgdl_fail(error, SGDL_ERR_INPUT, place,
                                    "missing; usage: sgdlimit critical [PROBLEM] --vary KEY --from "
                                    "A --to B")
                        : SGDL_OK;
    }
    *value = strtod(text, &end);
    return end > text && !*end && isfinite(*value)
               ? SGDL_OK
               : sgdl_fail(error, SGDL_ERR_INPUT, place, "found '%.80s', allowed: a number", text);
}

static int read_options(const arguments_t *arguments, sgdl_critical_options_t *options,
                        sgdl_error_t *error)
{
    options->key = arguments_text(arguments, "vary");
    options->numeric = arguments_text(arguments, "numeric") != NULL;
    if (!options->key) {
        return sgdl_fail(error, SGDL_ERR_INPUT, "--vary",
                         "missing; usage: sgdlimit critical [PROBLEM] --vary KEY --from A --to B");
    }
    int status = read_number(arguments, "from", true, &options->from, error);
    if (status == SGDL_OK)
        status = read_number(arguments, "to", true, &options->to, error);
    if (status == SGDL_OK)
        status = read_number(arguments, "within", false, &options->within, error);
    if (status == SGDL_OK)
        status = read_number(arguments, "horizon", false, &options->horizon, error);
    return status;
}

static int locate_and_write(const arguments_t *arguments, const sgdl_problem_t *problem,
                            sgdl_plan_t *plan, sgdl_critical_options_t *options,
                            const destination_t *destination, sgdl_error_t *error)
{
    sgdl_table_t table;
    progress_t progress;
    sgdl_table_init(&table);
    progress_start(&progress, arguments_text(arguments, "quiet") != NULL);
    plan->watch.progress = progress_show;
    plan->watch.context = &progress;
    int status = sgdl_critical(problem, plan, options, &table, error);
    progress_end(&progress);
    status = destination_finish(destination, &table, status, error);
    sgdl_table_free(&table);
    return status;
}

static int run_critical(const arguments_t *arguments, sgdl_error_t *error)
{
    sgdl_problem_t problem = {0};
    sgdl_plan_t plan = sgdl_plan_default();
    sgdl_critical_options_t options = {0};
    destination_t destination;
    int status = read_options(arguments, &options, error);
    if (status == SGDL_OK)
        status = arguments_problem(arguments, &problem, &plan, error);
    if (status == SGDL_OK)
        status = destination_read(&destination, arguments, &problem, error);
    if (status == SGDL_OK)
        status = locate_and_write(arguments, &problem, &plan, &options, &destination, error);
    sgdl_problem_free(&problem);
    return status;
}

static const option_t critical_options[] = {
    OUTPUT_OPTIONS,
    MEMORY_OPTION,
    {"vary", 0, "KEY", "a number of the problem file, e.g. classes.*.covariance.exponent",
     RECORDED},
    {"from", 0, "A", "one end of the search", RECORDED},
    {"to", 0, "B", "the other end, beyond the transition", RECORDED},
    {"numeric", 0, NULL, "judge by integrating to long times, not by theory", RECORDED},
    {"within", 0, "W", "last bracket relative to |B - A| [1e-12, numeric 1e-3]", RECORDED},
    {"horizon", 0, "T", "numeric: last time, a power of ten [1e10]", RECORDED},
    TIMINGS_OPTION,
    {0}};

const command_t command_critical = {
    .name = "critical",
    .help = "locate a structural phase transition along one parameter",
    .operands = "[PROBLEM]",
    .most_operands = 1,
    .problem = true,
    .options = critical_options,
    .example = "  sgdlimit critical --covariance power-law:exponent=1 "
               "--vary 'classes.*.covariance.exponent' --from 0.5 --to 2 --numeric\n",
    .run = run_critical,
};
