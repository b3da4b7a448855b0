/* sgdlimit solve: integrate the ODE, print the curve. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/critical.h"
#include "sgdlimit/limit.h"
#include "sgdlimit/sweep.h"
#include "sgdlimit/solve.h"
#include "src/cli/class_list.h"
#include "src/cli/destination.h"
#include "src/cli/direction_times.h"
#include "src/cli/interrupt.h"
#include "src/cli/progress.h"
#include "src/cli/resources.h"

static int read_options(const arguments_t *arguments, const sgdl_problem_t *problem,
                        sgdl_plan_t *plan, size_t **shown, sgdl_error_t *error)
{
    const char *solver = arguments_text(arguments, "linear-solver");
    if (solver && strcmp(solver, "dense") == 0) {
        plan->linear_solver = SGDL_LINEAR_DENSE;
    } else if (solver && strcmp(solver, "krylov") == 0) {
        plan->linear_solver = SGDL_LINEAR_KRYLOV;
    } else if (solver && strcmp(solver, "structured") != 0) {
        return sgdl_fail(error, SGDL_ERR_INPUT, "--linear-solver",
                         "found '%.80s', allowed: structured, krylov, dense", solver);
    }
    long refine;
    int status = arguments_integer(arguments, "refine", plan->refine, 1, 16, &refine, error);
    if (status != SGDL_OK)
        return status;
    plan->refine = (int)refine;
    plan->exact = arguments_text(arguments, "exact") != NULL;
    status = class_list_read(arguments_text(arguments, "classes"), problem->classes, shown,
                             &plan->shown_count, error);
    plan->shown = *shown;
    return status;
}

/* --reference: what the excess risk is counted from, one number a learning rate; *reference [rates]
 * is owned by the caller in any case and stays NULL without the option. */
static int read_reference(const arguments_t *arguments, const sgdl_problem_t *problem,
                          const sgdl_plan_t *plan, double **reference, sgdl_error_t *error)
{
    const char *text = arguments_text(arguments, "reference");
    if (!text)
        return SGDL_OK;
    if (arguments_text(arguments, "directions")) {
        return sgdl_fail(
            error, SGDL_ERR_INPUT, "--reference",
            "found beside --directions, whose table has no risk; allowed: one of them");
    }
    bool limit = strcmp(text, "limit") == 0;
    bool minimum = strcmp(text, "minimum") == 0;
    char *end;
    double number = strtod(text, &end);
    if (!limit && !minimum && (end == text || *end || !isfinite(number))) {
        return sgdl_fail(error, SGDL_ERR_INPUT, "--reference",
                         "found '%.80s', allowed: limit, minimum or a number", text);
    }
    *reference = calloc(problem->rates, sizeof **reference);
    if (!*reference)
        return sgdl_fail_memory(error);
    for (size_t r = 0; r < problem->rates; r++) {
        sgdl_limit_t end_of_rate = {.risk = number, .risk_min = number};
        if (limit || minimum) {
            int status = sgdl_limit_init(&end_of_rate, problem, plan, r, error);
            if (status != SGDL_OK)
                return status;
        }
        (*reference)[r] = minimum ? end_of_rate.risk_min : end_of_rate.risk;
        sgdl_limit_free(&end_of_rate);
    }
    return SGDL_OK;
}

/* Integrates and writes; rows of a run that ended early are written all the same. */
static int solve_and_write(const arguments_t *arguments, const sgdl_problem_t *problem,
                           sgdl_plan_t *plan, const destination_t *destination, sgdl_error_t *error)
{
    sgdl_table_t table;
    progress_t progress;
    sgdl_table_init(&table);
    progress_start(&progress, arguments_text(arguments, "quiet") != NULL);
    plan->watch.progress = progress_show;
    plan->watch.context = &progress;

    int status = sgdl_solve(problem, plan, &table, error);
    progress_end(&progress);
    status = destination_finish(destination, &table, status, error);
    sgdl_table_free(&table);
    return status;
}

static int run_solve(const arguments_t *arguments, sgdl_error_t *error)
{
    sgdl_problem_t problem = {0};
    double *reference = NULL;
    sgdl_plan_t plan = sgdl_plan_default();
    size_t *shown = NULL;
    destination_t destination;

    int status = direction_times_read(arguments, &problem, &plan, error);
    plan.directions = arguments_text(arguments, "directions") != NULL;
    if (status == SGDL_OK) {
        status = read_reference(arguments, &problem, &plan, &reference, error);
        plan.reference = reference;
    }
    if (status == SGDL_OK)
        status = read_options(arguments, &problem, &plan, &shown, error);
    if (status == SGDL_OK)
        status = destination_read(&destination, arguments, &problem, error);
    if (status == SGDL_OK)
        status = solve_and_write(arguments, &problem, &plan, &destination, error);
    free(shown);
    free(reference);
    sgdl_problem_free(&problem);
    return status;
}

static const option_t solve_options[] = {
    OUTPUT_OPTIONS,
    MEMORY_OPTION,
    CLASSES_OPTION,
    {"reference", 0, "RISK", "a column `excess`: the risk beyond limit, minimum or a number [none]",
     RECORDED},
    DIRECTIONS_OPTION,
    {"linear-solver", 0, "NAME", "structured; krylov or dense, for checks [structured]", RECORDED},
    {"refine", 0, "N", "N times as many panels and points over u; 2 checks 1 [1]", RECORDED_SHARED},
    {"exact", 0, NULL, "do not compress the directions of a large finite dimension",
     RECORDED_SHARED},
    TIMINGS_OPTION,
    {0}};

const command_t command_solve = {
    .name = "solve",
    .help = "integrate the ODE, print the curve",
    .operands = "[PROBLEM]",
    .most_operands = 1,
    .problem = true,
    .options = solve_options,
    .example = "  sgdlimit solve --covariance power-law:exponent=1.5 --learning-rate 0.5,1 "
               "--time 1e4 --spacing log\n",
    .run = run_solve,
};
