/* sgdlimit critical: locate a structural phase transition along one parameter. */
#include <math.h>
#include <stdlib.h>

#include "sgdlimit/critical.h"
#include "src/cli/plan_options.h"
#include "src/cli/runner.h"

static const char usage[] =
    "missing; usage: sgdlimit critical [PROBLEM] --vary KEY --from A --to B";

static int read_number(const char *place, const char *text, double *value, sgdl_error_t *error)
{
    char *end;
    *value = strtod(text, &end);
    return end > text && !*end && isfinite(*value)
               ? SGDL_OK
               : sgdl_fail(error, SGDL_ERR_INPUT, place, "found '%.80s', allowed: a number", text);
}

static int read_from(work_t *work, const char *text, sgdl_error_t *error)
{
    sgdl_critical_options_t *request = work->own;
    return read_number("--from", text, &request->from, error);
}

static int read_to(work_t *work, const char *text, sgdl_error_t *error)
{
    sgdl_critical_options_t *request = work->own;
    return read_number("--to", text, &request->to, error);
}

static int read_within(work_t *work, const char *text, sgdl_error_t *error)
{
    sgdl_critical_options_t *request = work->own;
    return read_number("--within", text, &request->within, error);
}

static int read_horizon(work_t *work, const char *text, sgdl_error_t *error)
{
    sgdl_critical_options_t *request = work->own;
    return read_number("--horizon", text, &request->horizon, error);
}

/* What has no default. */
static int check(work_t *work, sgdl_error_t *error)
{
    static const char *const needed[] = {"vary", "from", "to"};
    sgdl_critical_options_t *request = work->own;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        char place[16];
        (void)snprintf(place, sizeof place, "--%s", needed[i]);
        if (!arguments_text(work->arguments, needed[i]))
            return sgdl_fail(error, SGDL_ERR_INPUT, place, "%s", usage);
    }
    request->key = arguments_text(work->arguments, "vary");
    request->numeric = arguments_text(work->arguments, "numeric") != NULL;
    return SGDL_OK;
}

static int compute(work_t *work, sgdl_table_t *table, sgdl_error_t *error)
{
    const sgdl_sink_t sink = sgdl_table_sink(table);
    return sgdl_critical(work->problem, &work->plan, work->own, &sink, error);
}

static const option_t option_vary = {
    "vary", 0, "KEY", "a number of the problem file, e.g. classes.*.covariance.exponent", RECORDED};
static const option_t option_from = {"from",           0, "A", "one end of the search", RECORDED,
                                     .read = read_from};
static const option_t option_to = {
    "to", 0, "B", "the other end, beyond the transition", RECORDED, .read = read_to};
static const option_t option_numeric = {
    "numeric", 0, NULL, "judge by integrating to long times, not by theory", RECORDED};
static const option_t option_within = {
    "within",           0, "W", "last bracket relative to |B - A| [1e-12, numeric 1e-3]", RECORDED,
    .read = read_within};
static const option_t option_horizon = {
    "horizon", 0,
    "T",       "numeric: last time, a power of ten [1e10; fixed data 1e3]",
    RECORDED,  .read = read_horizon};

static const option_t *const critical_options[] = {
    OUTPUT_OPTIONS,  &option_memory, ESTIMATE_OPTIONS, &option_vary,    &option_from, &option_to,
    &option_numeric, &option_within, &option_horizon,  &option_timings, NULL};

const command_t command_critical = {
    .name = "critical",
    .help = "locate a structural phase transition along one parameter",
    .operands = "[PROBLEM]",
    .most_operands = 1,
    .problem = true,
    .options = critical_options,
    .example = "  sgdlimit critical --covariance power-law:exponent=1 "
               "--vary 'classes.*.covariance.exponent' --from 0.5 --to 2 --numeric\n",
    .own_size = sizeof(sgdl_critical_options_t),
    .check = check,
    .compute = compute,
};
