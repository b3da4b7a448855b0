/* sgdlimit solve: integrate the ODE, print the curve. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/limit.h"
#include "sgdlimit/solve.h"
#include "src/cli/plan_options.h"
#include "src/cli/runner.h"

/* What the excess risk is counted from, one number a learning rate. */
static int read_reference(work_t *work, const char *text, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = work->problem;
    const bool directions = arguments_text(work->arguments, "directions") != NULL;
    if (directions || arguments_text(work->arguments, "density")) {
        return sgdl_fail(error, SGDL_ERR_INPUT, "--reference",
                         "found beside --%s, whose table has no risk; allowed: one of them",
                         directions ? "directions" : "density");
    }
    bool limit = strcmp(text, "limit") == 0;
    bool minimum = strcmp(text, "minimum") == 0;
    char *end;
    double number = strtod(text, &end);
    if (!limit && !minimum && (end == text || *end || !isfinite(number))) {
        return sgdl_fail(error, SGDL_ERR_INPUT, "--reference",
                         "found '%.80s', allowed: limit, minimum or a number", text);
    }
    double *reference = work_keep(work, problem->rates, sizeof *reference, error);
    if (!reference)
        return SGDL_ERR_MEMORY;
    work->plan.reference = reference;
    for (size_t r = 0; r < problem->rates; r++) {
        sgdl_limit_t end_of_rate = {.risk = number, .risk_min = number};
        if (limit || minimum) {
            int status = sgdl_limit_init(&end_of_rate, problem, &work->plan, r, error);
            if (status != SGDL_OK)
                return status;
        }
        reference[r] = minimum ? end_of_rate.risk_min : end_of_rate.risk;
        sgdl_limit_free(&end_of_rate);
    }
    return SGDL_OK;
}

static int compute(work_t *work, sgdl_table_t *table, sgdl_error_t *error)
{
    const sgdl_sink_t sink = sgdl_table_sink(table);
    return sgdl_solve(work->problem, &work->plan, &sink, error);
}

static const option_t option_reference = {
    "reference", 0,
    "RISK",      "a column `excess`: the risk beyond limit, minimum or a number [none]",
    RECORDED,    .read = read_reference};

static const option_t *const solve_options[] = {OUTPUT_OPTIONS,
                                                &option_memory,
                                                &option_classes,
                                                &option_reference,
                                                &option_directions,
                                                &option_density,
                                                &option_no_error,
                                                ESTIMATE_OPTIONS,
                                                &option_linear_solver,
                                                &option_refine,
                                                &option_exact,
                                                &option_timings,
                                                NULL};

const command_t command_solve = {
    .name = "solve",
    .help = "integrate the ODE, print the curve",
    .operands = "[PROBLEM]",
    .most_operands = 1,
    .problem = true,
    .options = solve_options,
    .example = "  sgdlimit solve --covariance power-law:exponent=1.5 --learning-rate 0.5,1 "
               "--time 1e4 --spacing log\n",
    .compute = compute,
};
