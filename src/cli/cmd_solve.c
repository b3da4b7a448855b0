/* sgdlimit solve: integrate the ODE, print the curve. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/ode.h"
#include "src/cli/interrupt.h"
#include "src/cli/destination.h"
#include "src/cli/progress.h"

static int fail_classes(const char *text, size_t classes, sgdl_error_t *error)
{
    return sgdl_fail(error, SGDL_ERR_INPUT, "--classes",
                     "found '%.80s', allowed: different class numbers from 1 to %zu, "
                     "separated by commas",
                     text, classes);
}

/* "1,5,9" -> 0-based class numbers; *shown stays NULL without a text. */
static int read_classes(const char *text, size_t classes, size_t **shown, size_t *count,
                        sgdl_error_t *error)
{
    if (!text) {
        return SGDL_OK;
    }
    bool *seen = calloc(classes, sizeof *seen);
    *shown = calloc(classes, sizeof **shown);
    int status = seen && *shown ? SGDL_OK : sgdl_fail_memory(error);
    for (const char *next = text; status == SGDL_OK; next++) {
        char *end;
        errno = 0;
        unsigned long number = strtoul(next, &end, 10);
        if (*next < '0' || *next > '9' || errno || number < 1 || number > classes ||
            seen[number - 1] || (*end && *end != ',')) {
            status = fail_classes(text, classes, error);
            break;
        }
        seen[number - 1] = true;
        (*shown)[(*count)++] = number - 1;
        next = end;
        if (!*end) {
            break;
        }
    }
    free(seen);
    return status;
}

static int read_options(const arguments_t *arguments, const sgdl_problem_t *problem,
                        sgdl_solve_options_t *options, size_t **shown, sgdl_error_t *error)
{
    const char *solver = arguments_text(arguments, "linear-solver");
    if (solver && strcmp(solver, "dense") == 0) {
        options->linear_solver = SGDL_LINEAR_DENSE;
    } else if (solver && strcmp(solver, "structured") != 0) {
        return sgdl_fail(error, SGDL_ERR_INPUT, "--linear-solver",
                         "found '%.80s', allowed: structured, dense", solver);
    }
    long refine;
    int status = arguments_integer(arguments, "refine", options->refine, 1, 16, &refine, error);
    if (status) {
        return status;
    }
    options->refine = (int)refine;
    status = read_classes(arguments_text(arguments, "classes"), problem->classes, shown,
                          &options->shown_count, error);
    options->shown = *shown;
    return status;
}

/* Integrates and writes; rows of a run that ended early are written all the same. */
static int solve_and_write(const arguments_t *arguments, const sgdl_problem_t *problem,
                           sgdl_solve_options_t *options, const destination_t *destination,
                           sgdl_error_t *error)
{
    sgdl_table_t table;
    progress_t progress;
    sgdl_table_init(&table);
    progress_start(&progress, arguments_text(arguments, "quiet") != NULL);
    options->progress = progress_show;
    options->progress_context = &progress;
    options->interrupted = interrupt_watch();

    int status = sgdl_solve(problem, options, &table, error);
    progress_end(&progress);
    bool ended_early = status == SGDL_ERR_DIVERGED || status == SGDL_ERR_INTERRUPTED ||
                       (status == SGDL_ERR_SOLVER && table.rows > 0);
    if (status == SGDL_OK) {
        status = destination_write(destination, &table, error);
    } else if (ended_early) {
        sgdl_error_t second = {0};
        if (destination_write(destination, &table, &second) != SGDL_OK && second.raw != EPIPE) {
            print_error(&second);
        }
    }
    sgdl_table_free(&table);
    return status;
}

static int run_solve(const arguments_t *arguments, sgdl_error_t *error)
{
    sgdl_problem_t problem = {0};
    sgdl_solve_options_t options = sgdl_solve_options_default();
    size_t *shown = NULL;
    destination_t destination;

    int status = sgdl_problem_read(&problem, arguments->operands ? arguments->operand[0] : NULL,
                                   arguments->flag, arguments->flags, error);
    if (status == SGDL_OK) {
        status = read_options(arguments, &problem, &options, &shown, error);
    }
    if (status == SGDL_OK) {
        status = destination_read(&destination, arguments, error);
    }
    if (status == SGDL_OK) {
        status = solve_and_write(arguments, &problem, &options, &destination, error);
    }
    free(shown);
    sgdl_problem_free(&problem);
    return status;
}

static const option_t solve_options[] = {
    OUTPUT_OPTIONS,
    {"classes", 0, "LIST", "print the columns of these classes only, e.g. 1,5,9 [all]"},
    {"linear-solver", 0, "NAME", "structured, or dense: slow, for checks [structured]"},
    {"refine", 0, "N", "N times as many panels and points over u; 2 checks 1 [1]"},
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
