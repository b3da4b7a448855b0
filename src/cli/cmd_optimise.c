/* sgdlimit optimise: the schedule that minimises the risk at a time. */
#include "sgdlimit/optimise.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/plan_options.h"
#include "src/cli/runner.h"

/* A count after a colon. */
static int read_schedule(work_t *work, const char *text, sgdl_error_t *error)
{
    static const char word[] = "piecewise:";
    sgdl_optimise_options_t *request = work->own;
    const size_t length = sizeof word - 1;
    const char *digits = text + length;
    const size_t count = strncmp(text, word, length) == 0 ? strspn(digits, "0123456789") : 0;
    if (count > 0 && count < 8 && !digits[count])
        request->pieces = (size_t)strtoul(digits, NULL, 10);
    if (request->pieces >= 1 && request->pieces <= SGDL_PIECES_MOST)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_INPUT, "--schedule",
                     "found '%.80s', allowed: piecewise:N with N from 1 to %d pieces", text,
                     (int)SGDL_PIECES_MOST);
}

static int read_pieces(work_t *work, const char *text, sgdl_error_t *error)
{
    static const char word[] = "log:";
    sgdl_optimise_options_t *request = work->own;
    const size_t length = sizeof word - 1;
    char *end;
    if (strcmp(text, "equal") == 0)
        return SGDL_OK;
    if (strncmp(text, word, length) == 0 &&
        strspn(text + length, "0123456789.eE+-") == strlen(text + length)) {
        request->first = strtod(text + length, &end);
        if (!*end && end > text + length && request->first > 0 && isfinite(request->first))
            return SGDL_OK;
    }
    return sgdl_fail(error, SGDL_ERR_INPUT, "--pieces",
                     "found '%.80s', allowed: equal, or log:FIRST with the end of the first piece",
                     text);
}

static int read_optimise_at(work_t *work, const char *text, sgdl_error_t *error)
{
    sgdl_optimise_options_t *request = work->own;
    return plan_options_time("--at", text, &request->at, error);
}

/* What has no default. */
static int check(work_t *work, sgdl_error_t *error)
{
    static const char *const needed[] = {"schedule", "at"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        char place[16];
        (void)snprintf(place, sizeof place, "--%s", needed[i]);
        if (!arguments_text(work->arguments, needed[i]))
            return sgdl_fail(error, SGDL_ERR_INPUT, place,
                             "missing; usage: sgdlimit optimise [PROBLEM] --schedule piecewise:N "
                             "--at T");
    }
    return SGDL_OK;
}

static int compute(work_t *work, sgdl_table_t *table, sgdl_error_t *error)
{
    const sgdl_sink_t sink = sgdl_table_sink(table);
    return sgdl_optimise(work->problem, &work->plan, work->own, &sink, error);
}

static const option_t option_schedule = {
    "schedule",    0,
    "piecewise:N", "a learning rate that is constant on N pieces",
    RECORDED,      .read = read_schedule};
static const option_t option_pieces = {
    "pieces", 0,
    "WORD",   "equal, or log:FIRST, evenly spaced in log t behind a first piece [equal]",
    RECORDED, .read = read_pieces};
static const option_t option_at = {
    "at", 0, "T", "the time whose risk is minimised, steps/d", RECORDED, .read = read_optimise_at};

static const option_t *const optimise_options[] = {
    OUTPUT_OPTIONS, &option_memory,        &option_schedule, &option_pieces,  &option_at,
    &option_refine, &option_linear_solver, &option_exact,    &option_timings, NULL};

const command_t command_optimise = {
    .name = "optimise",
    .help = "the learning rate, constant on N pieces of [0, T], that minimises the risk at T",
    .more = "A row a piece: the optimal learning rate, the derivative of R(T) by it, and the rate "
            "of the greedy line search beside it. The comments hold R(T) of the best constant, "
            "cosine and polynomial schedules, and the optimal one as a problem file states it. "
            "The search starts from all of these and from the problem's own learning rate.",
    .operands = "[PROBLEM]",
    .most_operands = 1,
    .problem = true,
    .options = optimise_options,
    .example = "  sgdlimit optimise --covariance power-law:exponent=1.5 --schedule piecewise:10 "
               "--at 20\n",
    .own_size = sizeof(sgdl_optimise_options_t),
    .check = check,
    .compute = compute,
};
