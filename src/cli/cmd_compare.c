/* sgdlimit compare: the ODE and an ensemble at the same times, with a verdict by error bars. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/destination.h"
#include "src/cli/ensemble_options.h"
#include "src/cli/interrupt.h"
#include "src/draw/plot.h"
#include "src/cli/progress.h"
#include "src/cli/resources.h"
#include "src/cli/simulated.h"
#include "src/base/whole_file.h"

enum { MOST_DIMENSIONS = 64 };

/* What the command line asks for. */
typedef struct request {
    sgdl_plan_t plan;
    double dimensions[MOST_DIMENSIONS];
    size_t dimension_count; /* 0: the problem's own */
    const char *picture;    /* NULL: none */
    const char *simulated;  /* a table with the runs; NULL: they are made */
    destination_t destination;
} request_t;

/* ---- options ----------------------------------------------------------------------------------
 */

static int fail_dimensions(const char *text, sgdl_error_t *error)
{
    return sgdl_fail(error, SGDL_ERR_INPUT, "--dimensions",
                     "found '%.80s', allowed: 2 to %d increasing integers from 1 to %.0f, "
                     "separated by commas",
                     text, MOST_DIMENSIONS, SGDL_DIMENSION_MAX);
}

/* "100,400,1600" */
static int read_dimensions(const char *text, request_t *request, sgdl_error_t *error)
{
    double last = 0;
    for (const char *next = text; text;) {
        char *end;
        double value = strtod(next, &end);
        if (strspn(next, "0123456789.eE+") < (size_t)(end - next) || end == next ||
            (*end && *end != ',') || value != floor(value) || !(value > last) ||
            value > SGDL_DIMENSION_MAX || request->dimension_count == MOST_DIMENSIONS)
            return fail_dimensions(text, error);
        last = request->dimensions[request->dimension_count++] = value;
        if (!*end)
            break;
        next = end + 1;
    }
    return request->dimension_count == 1 ? fail_dimensions(text, error) : SGDL_OK;
}

static int read_number(const arguments_t *arguments, const char *name, double upper, double *value,
                       sgdl_error_t *error)
{
    const char *text = arguments_text(arguments, name);
    if (!text)
        return SGDL_OK;
    char *end;
    double number = strtod(text, &end);
    if (strspn(text, "0123456789.eE+-") != strlen(text) || end == text || *end || !(number > 0) ||
        number > upper) {
        char place[64];
        (void)snprintf(place, sizeof place, "--%s", name);
        return sgdl_fail(error, SGDL_ERR_INPUT, place,
                         "found '%.80s', allowed: a number above 0, up to %g", text, upper);
    }
    *value = number;
    return SGDL_OK;
}

static int read_picture(const arguments_t *arguments, const sgdl_problem_t *problem,
                        request_t *request, sgdl_error_t *error)
{
    request->picture = arguments_text(arguments, "plot");
    if (!request->picture)
        return SGDL_OK;
    if (!plot_ending(request->picture)) {
        return sgdl_fail(error, SGDL_ERR_INPUT, "--plot",
                         "found '%.200s', allowed: a name that ends in .png, .svg or .pdf",
                         request->picture);
    }
    int status = destination_spare_inputs(request->picture, "--plot", arguments, problem, error);
    const char *table = arguments_text(arguments, "output");
    if (status == SGDL_OK && table &&
        (strcmp(table, request->picture) == 0 || same_file(table, request->picture))) {
        status =
            sgdl_fail(error, SGDL_ERR_INPUT, "--plot",
                      "found '%.200s', which is --output; allowed: another file", request->picture);
    }
    return status != SGDL_OK ? status : whole_file_probe(request->picture, error);
}

static int read_request(const arguments_t *arguments, const sgdl_problem_t *problem,
                        request_t *request, sgdl_error_t *error)
{
    sgdl_plan_t *plan = &request->plan;
    int status = ensemble_options_read(arguments, 2, plan, error);
    if (status == SGDL_OK)
        status = read_number(arguments, "significance", 0.5, &plan->significance, error);
    if (status == SGDL_OK)
        status = read_number(arguments, "allowance", 1e9, &plan->allowance, error);
    if (status == SGDL_OK)
        status = read_dimensions(arguments_text(arguments, "dimensions"), request, error);
    if (status == SGDL_OK)
        status = read_picture(arguments, problem, request, error);
    return status != SGDL_OK ? status
                             : destination_read(&request->destination, arguments, problem, error);
}

/* ---- the work ---------------------------------------------------------------------------------
 */

static int draw(const request_t *request, const sgdl_table_t *table, sgdl_error_t *error)
{
    static const char *const curves[] = {"risk", "error"};
    static const char *const deviations[] = {"risk_deviation+risk_se", "error_deviation+error_se"};
    static const char *const name = "compare";
    if (!request->picture || table->rows == 0)
        return SGDL_OK;
    plot_request_t plot = {.table = table,
                           .path = &name,
                           .tables = 1,
                           .y = request->dimension_count ? deviations : curves,
                           .panels = 2,
                           .x = request->dimension_count ? "dimension" : NULL,
                           .log = request->dimension_count ? PLOT_LOG_XY : PLOT_LOG_AUTO,
                           .rows = 1,
                           .across = 2};
    return plot_picture(&plot, request->picture, plot_ending(request->picture), error);
}

static int compare(const sgdl_problem_t *problem, const request_t *request,
                   const simulated_t *simulated, sgdl_table_t *table, sgdl_comparison_t *verdict,
                   sgdl_error_t *error)
{
    const sgdl_plan_t *plan = &request->plan;
    if (request->dimension_count) {
        return sgdl_compare_dimensions(problem, plan, request->dimensions, request->dimension_count,
                                       table, verdict, error);
    }
    if (!request->simulated)
        return sgdl_compare(problem, plan, table, verdict, error);
    int status = sgdl_compare_simulated(problem, &simulated->table, simulated->dimension, plan,
                                        table, verdict, error);
    if (status == SGDL_OK && *simulated->differs) {
        status =
            sgdl_table_comment(table, false, "simulated_differs", error, "%s", simulated->differs);
    }
    if (status && !*error->place)
        (void)snprintf(error->place, sizeof error->place, "%s", request->simulated);
    return status;
}

/* What the exit status says in a number, in words. */
static int report(const sgdl_table_t *table, const simulated_t *simulated,
                  sgdl_comparison_t verdict, sgdl_error_t *error)
{
    const char *differs = simulated->differs;
    if (verdict == SGDL_AGREE)
        return SGDL_OK;
    if (verdict == SGDL_INCONCLUSIVE) {
        return sgdl_fail(error, SGDL_ERR_INCONCLUSIVE, NULL, "%s",
                         sgdl_table_value(table, "verdict"));
    }
    return sgdl_fail(error, SGDL_ERR_DISAGREED, NULL,
                     "simulation and limit disagree; the table's comments say where%s%s",
                     *differs ? "; the runs' problem has another " : "", differs);
}

/* Compares and writes; draws what is whole. */
static int compare_and_write(const arguments_t *arguments, const sgdl_problem_t *problem,
                             request_t *request, const simulated_t *simulated, sgdl_error_t *error)
{
    sgdl_table_t table;
    progress_t progress;
    sgdl_comparison_t verdict = SGDL_INCONCLUSIVE;
    sgdl_table_init(&table);
    progress_start(&progress, arguments_text(arguments, "quiet") != NULL);
    request->plan.watch.progress = progress_show;
    request->plan.watch.context = &progress;

    int status = compare(problem, request, simulated, &table, &verdict, error);
    progress_end(&progress);
    status = destination_finish(&request->destination, &table, status, error);
    if (status == SGDL_OK)
        status = draw(request, &table, error);
    if (status == SGDL_OK)
        status = report(&table, simulated, verdict, error);
    sgdl_table_free(&table);
    return status;
}

/* --dimensions stand in the place of the problem's own; a flag that states another is a slip. */
static int check_no_other_dimension(const arguments_t *arguments, sgdl_error_t *error)
{
    for (size_t i = 0; i < arguments->flags; i++) {
        if (strcmp(arguments->flag[i].flag, "dimension") == 0) {
            return sgdl_fail(error, SGDL_ERR_INPUT, "--dimension",
                             "found beside --dimensions, allowed: one of them");
        }
    }
    return SGDL_OK;
}

static int run_compare(const arguments_t *arguments, sgdl_error_t *error)
{
    sgdl_problem_t problem = {0};
    simulated_t simulated = {0};
    request_t request = {.plan = sgdl_plan_default()};
    request.simulated = arguments_text(arguments, "simulated");
    int status = request.simulated ? simulated_read(&simulated, request.simulated, arguments,
                                                    &problem, &request.plan, error)
                                   : arguments_problem(arguments, &problem, &request.plan, error);
    if (status == SGDL_OK)
        status = read_request(arguments, &problem, &request, error);
    if (status == SGDL_OK && request.dimension_count > 0)
        status = check_no_other_dimension(arguments, error);
    if (status == SGDL_OK && request.dimension_count == 0 && !request.simulated)
        status = ensemble_options_check(&problem, error);
    if (status == SGDL_OK)
        status = compare_and_write(arguments, &problem, &request, &simulated, error);
    sgdl_problem_free(&problem);
    simulated_free(&simulated);
    return status;
}

static const option_t compare_options[] = {
    OUTPUT_OPTIONS,
    MEMORY_OPTION,
    ENSEMBLE_OPTIONS,
    {"plot", 0, "FILE", "a picture as well: bands, means and curves; .png, .svg or .pdf [none]"},
    {"dimensions", 0, "LIST", "a row a dimension instead, and how the deviation falls [none]",
     RECORDED},
    {"simulated", 0, "TABLE",
     "judge the runs in a table of simulate instead; without PROBLEM by its own problem [none]",
     RECORDED_FILE},
    {"significance", 0, "P", "probability to find fault where there is none [0.001]", RECORDED},
    {"allowance", 0, "X", "c in z se + c/d, in units of the curve's largest value [3]", RECORDED},
    TIMINGS_OPTION,
    {0}};

const command_t command_compare = {
    .name = "compare",
    .help = "both on the same times, print them side by side with a verdict",
    .more =
        "The verdict is agree (exit status 0), disagree (1: in some row |mean - ode| > z se + c/d) "
        "or inconclusive (1: nothing disagrees, but z se + c/d is in some row more than half of "
        "what the curve does, the range of its values, so that a wrong limit could pass). Then "
        "it says how many runs would tell. z is Student's t over all rows; docs/theory.md, section "
        "10.",
    .operands = "[PROBLEM]",
    .most_operands = 1,
    .problem = true,
    .options = compare_options,
    .example = "  sgdlimit compare --dimension 1000 --covariance zero-one:zero=0.3 --time 10 "
               "--plot picture.png\n",
    .run = run_compare,
};
