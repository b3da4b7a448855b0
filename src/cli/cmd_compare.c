/* sgdlimit compare: the ODE and an ensemble at the same times, with a verdict by error bars. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/compare.h"
#include "src/base/whole_file.h"
#include "src/cli/plan_options.h"
#include "src/cli/runner.h"
#include "src/cli/simulated.h"
#include "src/draw/plot.h"
#include "src/table/source.h"
#include "src/theories/theory.h"

enum { MOST_DIMENSIONS = 64 };

/* What the command line asks for. */
typedef struct request {
    double dimensions[MOST_DIMENSIONS];
    size_t dimension_count; /* 0: the problem's own */
    const char *picture;    /* NULL: none */
    bool is_simulated;      /* the runs are there; else they are made */
    simulated_t simulated;
    sgdl_comparison_t verdict;
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
static int read_dimensions(work_t *work, const char *text, sgdl_error_t *error)
{
    request_t *request = work->own;
    double last = 0;
    for (const char *next = text;;) {
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
    work->plan.dimensions = request->dimensions;
    work->plan.dimension_count = request->dimension_count;
    return request->dimension_count == 1 ? fail_dimensions(text, error) : SGDL_OK;
}

static int read_picture(work_t *work, const char *text, sgdl_error_t *error)
{
    const arguments_t *arguments = work->arguments;
    request_t *request = work->own;
    request->picture = text;
    if (!plot_ending(request->picture)) {
        return sgdl_fail(error, SGDL_ERR_INPUT, "--plot",
                         "found '%.200s', allowed: a name that ends in .png, .svg or .pdf",
                         request->picture);
    }
    int status =
        destination_spare_inputs(request->picture, "--plot", arguments, work->problem, error);
    const char *table = arguments_text(arguments, "output");
    if (status == SGDL_OK && table &&
        (strcmp(table, request->picture) == 0 || same_file(table, request->picture))) {
        status =
            sgdl_fail(error, SGDL_ERR_INPUT, "--plot",
                      "found '%.200s', which is --output; allowed: another file", request->picture);
    }
    return status != SGDL_OK ? status : whole_file_probe(request->picture, error);
}

/* The problem of runs that are there is read with them. */
static int state(work_t *work, sgdl_error_t *error)
{
    request_t *request = work->own;
    const char *path = arguments_text(work->arguments, "simulated");
    request->is_simulated = path != NULL;
    return path ? simulated_read(&request->simulated, path, work->arguments, work->problem, error)
                : arguments_problem(work->arguments, work->problem, error);
}

/* What is wrong is wrong with the table of runs, unless it says otherwise. */
static int place_simulated(const work_t *work, int status, sgdl_error_t *error)
{
    if (!*error->place) {
        (void)snprintf(error->place, sizeof error->place, "%s",
                       arguments_text(work->arguments, "simulated"));
    }
    return status;
}

/* The limit is looked at where the runs were, and held against what they drew. */
static int take_times(work_t *work, sgdl_error_t *error)
{
    simulated_t *simulated = &((request_t *)work->own)->simulated;
    const char *law = sgdl_table_value(&simulated->table, OPTION_PREFIX "noise_law");
    int status =
        sgdl_compare_times(work->problem, &simulated->table, &work->plan, &simulated->times, error);
    if (status == SGDL_OK && law)
        status = option_noise_law.read(work, law, error);
    return status == SGDL_OK ? SGDL_OK : place_simulated(work, status, error);
}

/* --dimensions stand in the place of the problem's own; a flag that states another is a slip. */
static int check(work_t *work, sgdl_error_t *error)
{
    const request_t *request = work->own;
    const arguments_t *arguments = work->arguments;
    if (request->picture && work->plan.passage)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--plot",
                         "found beside --passage, whose rows are no curves; allowed: one of them");
    if (request->is_simulated && request->dimension_count == 0)
        return take_times(work, error);
    for (size_t i = 0; i < arguments->flags && request->dimension_count > 0; i++) {
        if (strcmp(arguments->flag[i].flag, "dimension") == 0) {
            return sgdl_fail(error, SGDL_ERR_INPUT, "--dimension",
                             "found beside --dimensions, allowed: one of them");
        }
    }
    return request->dimension_count > 0 ? SGDL_OK
                                        : plan_options_check_ensemble(work->problem, error);
}

/* ---- the work ---------------------------------------------------------------------------------
 */

/* Is there a number of the quantity to draw? Labels may have no error. */
static bool is_known(const sgdl_table_t *table, const char *quantity, const char *ending)
{
    char name[96];
    (void)snprintf(name, sizeof name, "%.30s_%s", quantity, ending);
    const ptrdiff_t column = sgdl_table_find(table, name);
    for (size_t row = 0; row < table->rows && column >= 0; row++)
        if (isfinite(table->value[row * table->columns + (size_t)column]))
            return true;
    return false;
}

static int draw(const work_t *work, const sgdl_table_t *table, sgdl_error_t *error)
{
    const request_t *request = work->own;
    static const char *const title = "compare";
    char deviation[COMPARED_MOST][96];
    const char *quantity[COMPARED_MOST];
    if (!request->picture || table->rows == 0)
        return SGDL_OK;
    const size_t compared = theory_compared(work->problem, &work->plan, quantity);
    size_t panels = 0;
    for (size_t v = 0; v < compared; v++)
        if (is_known(table, quantity[v], request->dimension_count ? "deviation" : "mean"))
            quantity[panels++] = quantity[v];
    for (size_t v = 0; v < panels && request->dimension_count; v++) {
        (void)snprintf(deviation[v], sizeof deviation[v], "%.30s_deviation+%.30s_se", quantity[v],
                       quantity[v]);
        quantity[v] = deviation[v];
    }
    plot_request_t plot = {.table = table,
                           .path = &title,
                           .tables = 1,
                           .y = quantity,
                           .panels = panels,
                           .x = request->dimension_count ? "dimension" : NULL,
                           .log = request->dimension_count ? PLOT_LOG_XY : PLOT_LOG_AUTO,
                           .rows = 1,
                           .across = panels};
    return plot_picture(&plot, request->picture, plot_ending(request->picture), error);
}

static int compute(work_t *work, sgdl_table_t *table, sgdl_error_t *error)
{
    request_t *request = work->own;
    const sgdl_problem_t *problem = work->problem;
    const sgdl_plan_t *plan = &work->plan;
    const simulated_t *simulated = &request->simulated;
    const sgdl_simulated_t runs = {&simulated->table, simulated->dimension};
    const sgdl_sink_t sink = sgdl_table_sink(table);
    if (request->dimension_count > 0)
        return sgdl_compare_dimensions(problem, plan, &sink, &request->verdict, error);
    if (!request->is_simulated)
        return sgdl_compare(problem, plan, &sink, &request->verdict, error);
    int status = sgdl_compare_simulated(problem, &runs, plan, &sink, &request->verdict, error);
    if (status == SGDL_OK && *simulated->differs) {
        status =
            sgdl_table_comment(table, false, "simulated_differs", error, "%s", simulated->differs);
    }
    return status == SGDL_OK ? SGDL_OK : place_simulated(work, status, error);
}

/* Draws what is whole; what the exit status says in a number, in words. */
static int conclude(work_t *work, const sgdl_table_t *table, sgdl_error_t *error)
{
    const request_t *request = work->own;
    const char *differs = request->simulated.differs;
    int status = draw(work, table, error);
    if (status != SGDL_OK || request->verdict == SGDL_AGREE)
        return status;
    if (request->verdict == SGDL_INCONCLUSIVE) {
        return sgdl_fail(error, SGDL_ERR_INCONCLUSIVE, NULL, "%s",
                         sgdl_table_value(table, "verdict"));
    }
    return sgdl_fail(error, SGDL_ERR_DISAGREED, NULL,
                     "simulation and limit disagree; the table's comments say where%s%s",
                     *differs ? "; the runs' problem has another " : "", differs);
}

static void free_own(void *own)
{
    request_t *request = own;
    simulated_free(&request->simulated);
}

static const option_t option_plot = {
    "plot", 0, "FILE", "a picture as well: bands, means and curves; .png, .svg or .pdf [none]",
    .read = read_picture};
static const option_t option_dimensions = {
    "dimensions", 0,
    "LIST",       "a row a dimension instead, and how the deviation falls [none]",
    RECORDED,     .read = read_dimensions};
static const option_t option_simulated = {
    "simulated", 0, "TABLE",
    "judge the runs in a table of simulate instead; without PROBLEM by its own problem [none]",
    RECORDED_FILE};

static const option_t *const compare_options[] = {OUTPUT_OPTIONS,
                                                  &option_memory,
                                                  ENSEMBLE_OPTIONS(option_runs_from_two),
                                                  ESTIMATE_OPTIONS,
                                                  &option_plot,
                                                  &option_dimensions,
                                                  &option_simulated,
                                                  &option_significance,
                                                  &option_discrete,
                                                  &option_allowance,
                                                  &option_no_error,
                                                  &option_timings,
                                                  NULL};

const command_t command_compare = {
    .name = "compare",
    .help = "both on the same times, print them side by side with a verdict",
    .more =
        "The verdict is agree (exit status 0), disagree (1: in some row |mean - ode| > z se + c/d) "
        "or inconclusive (1: nothing disagrees, but z se + c/d is in some row more than half of "
        "what the curve does, the range of its values, so that a wrong limit could pass). Then "
        "it says how many runs would tell. z is Student's t over all rows; docs/theory.md, section "
        "10. Runs on a landscape are judged by the exact law of their steps where it is known, in "
        "the place of c/d nothing; the diffusion stands beside it as NAME_sde, but not with "
        "--discrete. Else they are judged by the diffusion, with c eta, of momentum c h^2.",
    .operands = "[PROBLEM]",
    .most_operands = 1,
    .problem = true,
    .options = compare_options,
    .example = "  sgdlimit compare --dimension 1000 --covariance zero-one:zero=0.3 --time 10 "
               "--plot picture.png\n",
    .own_size = sizeof(request_t),
    .state = state,
    .check = check,
    .compute = compute,
    .conclude = conclude,
    .free_own = free_own,
};
