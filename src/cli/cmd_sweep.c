/* sgdlimit sweep: a grid over one or two keys, on threads or, with MPI, on many machines. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sgdlimit/critical.h"
#include "sgdlimit/limit.h"
#include "sgdlimit/sweep.h"
#include "src/cli/destination.h"
#include "src/cli/interrupt.h"
#include "src/cli/progress.h"
#include "src/cli/resources.h"
#include "src/cli/sweep_rows.h"
#include "src/study/ranks.h"
#include "src/study/variation.h"

/* What the command line asks for. */
typedef struct request {
    sgdl_axis_t axis[SGDL_SWEEP_AXES];
    char *key[SGDL_SWEEP_AXES]; /* owned */
    size_t axes;
    long threads;
    sweep_beginning_t beginning;
    destination_t destination; /* of rank 0 */
} request_t;

/* ---- the command line --------------------------------------------------------------------------
 */

static int read_axes(const arguments_t *arguments, request_t *request, sgdl_error_t *error)
{
    const char *text;
    while ((text = arguments_text_at(arguments, "vary", request->axes)) != NULL) {
        if (request->axes == SGDL_SWEEP_AXES) {
            return sgdl_fail(error, SGDL_ERR_INPUT, "--vary",
                             "found more than twice, allowed: once or twice");
        }
        size_t a = request->axes++;
        int status = sgdl_axis_parse(&request->axis[a], text, &request->key[a], error);
        if (status != SGDL_OK)
            return status;
    }
    return request->axes ? SGDL_OK
                         : sgdl_fail(error, SGDL_ERR_INPUT, "--vary",
                                     "missing; usage: sgdlimit sweep [PROBLEM] --vary "
                                     "KEY=from:to:count[:log]");
}

static int read_request(const arguments_t *arguments, request_t *request, sgdl_error_t *error)
{
    int status = read_axes(arguments, request, error);
    if (status == SGDL_OK)
        status = arguments_integer(arguments, "threads", 0, 1, 1024, &request->threads, error);
    bool resume = arguments_text(arguments, "resume") != NULL;
    bool restart = arguments_text(arguments, "restart") != NULL;
    request->beginning = resume ? SWEEP_RESUME : restart ? SWEEP_RESTART : SWEEP_ANEW;
    if (status == SGDL_OK && resume && restart) {
        status = sgdl_fail(error, SGDL_ERR_INPUT, "--resume",
                           "found beside --restart, allowed one or the other");
    }
    return status;
}

static void free_request(request_t *request)
{
    for (size_t a = 0; a < SGDL_SWEEP_AXES; a++)
        free(request->key[a]);
}

/* The problem as text, by rank 0. */
static int read_problem(const arguments_t *arguments, request_t *request, char **text,
                        sgdl_error_t *error)
{
    sgdl_problem_t problem = {0};
    sgdl_plan_t plan = sgdl_plan_default();
    int status = arguments_problem(arguments, &problem, &plan, error);
    if (status == SGDL_OK)
        status = destination_read(&request->destination, arguments, &problem, error);
    if (status == SGDL_OK)
        status = variation_text(&problem, &plan, text, error);
    sgdl_problem_free(&problem);
    return status;
}

/* ---- the work ----------------------------------------------------------------------------------
 */

/* The grid, whose rows may take what is allowed; a point may where as many are computed at once as
 * there are threads. */
static int init_sweep(const arguments_t *arguments, const request_t *request, const char *text,
                      sgdl_sweep_t *sweep, sgdl_error_t *error)
{
    long threads = request->threads > 0 ? request->threads : sysconf(_SC_NPROCESSORS_ONLN);
    double memory = 0;
    int status = memory_allowed(arguments, &memory, error);
    if (status == SGDL_OK) {
        status = sgdl_sweep_init(sweep, text, request->axis, request->axes,
                                 arguments_text(arguments, "timings") != NULL, memory, error);
    }
    if (status == SGDL_OK && threads > 1)
        sweep->memory = memory / fmin((double)threads, (double)sweep->points);
    return status;
}

/* Rank 0, before the others are told: grid, and rows of an earlier run. */
static int prepare(const arguments_t *arguments, request_t *request, sgdl_sweep_t *sweep,
                   sweep_rows_t *rows, char **text, sgdl_error_t *error)
{
    int status = read_problem(arguments, request, text, error);
    if (status == SGDL_OK)
        status = init_sweep(arguments, request, *text, sweep, error);
    return status != SGDL_OK
               ? status
               : sweep_rows_begin(rows, sweep, &request->destination, request->beginning, error);
}

static int lead(sgdl_sweep_t *sweep, sweep_rows_t *rows, const request_t *request,
                const arguments_t *arguments, sgdl_error_t *error)
{
    progress_t progress;
    progress_start(&progress, arguments_text(arguments, "quiet") != NULL);
    const sgdl_sweep_options_t options = {.threads = (size_t)request->threads,
                                          .row = sweep_rows_take,
                                          .row_context = rows,
                                          .watch.stop = interrupt_watch(),
                                          .watch.progress = progress_show,
                                          .watch.context = &progress};
    int status = sgdl_sweep_run(sweep, &options, error);
    progress_end(&progress);
    return sweep_rows_end(rows, status, error);
}

static int follow(const arguments_t *arguments, const request_t *request, const char *text,
                  sgdl_error_t *error)
{
    sgdl_sweep_t sweep = {0};
    const sgdl_sweep_options_t options = {.watch.stop = interrupt_watch()};
    int status = init_sweep(arguments, request, text, &sweep, error);
    if (status != SGDL_OK) { /* rank 0 would wait for this one */
        print_error(error);
        ranks_abort();
    }
    status = status != SGDL_OK ? status : sgdl_sweep_run(&sweep, &options, error);
    sgdl_sweep_free(&sweep);
    return status;
}

/* The axes as rank 0 knows them, maybe from a table that only it has read. */
static int share_axes(const arguments_t *arguments, request_t *request, sgdl_error_t *error)
{
    for (size_t a = 0; a < SGDL_SWEEP_AXES; a++) {
        const char *own = ranks_own() == 0 ? arguments_text_at(arguments, "vary", a) : NULL;
        char *text = own ? strdup(own) : NULL;
        if (own && !text)
            return sgdl_fail_memory(error);
        int status = ranks_share_text(&text, error);
        if (status == SGDL_OK && text && ranks_own() != 0) {
            status =
                sgdl_axis_parse(&request->axis[request->axes++], text, &request->key[a], error);
        }
        free(text);
        if (status != SGDL_OK)
            return status;
    }
    return SGDL_OK;
}

/* What is wrong with the command line, rank 0 says. */
static int run_beside(const arguments_t *arguments, request_t *request, sgdl_error_t *error)
{
    char *shared = NULL;
    int status = ranks_share_text(&shared, error);
    if (status == SGDL_OK && shared) {
        status = share_axes(arguments, request, error);
        status = status != SGDL_OK ? status : follow(arguments, request, shared, error);
    }
    free(shared);
    return status;
}

static int run_first(const arguments_t *arguments, request_t *request, sgdl_error_t *error)
{
    sgdl_sweep_t sweep = {0};
    sweep_rows_t rows = {0};
    char *text = NULL;
    int status = arguments_state(arguments, error);
    if (status == SGDL_OK)
        status = read_request(arguments, request, error);
    if (status == SGDL_OK)
        status = prepare(arguments, request, &sweep, &rows, &text, error);
    char *shared = status != SGDL_OK ? NULL : text; /* without it the others go home */
    int sent = ranks_share_text(&shared, error);
    if (status == SGDL_OK && sent == SGDL_OK)
        sent = share_axes(arguments, request, error);
    if (status == SGDL_OK && sent == SGDL_OK)
        status = lead(&sweep, &rows, request, arguments, error);
    sweep_rows_free(&rows);
    sgdl_sweep_free(&sweep);
    free(text);
    return status != SGDL_OK ? status : sent;
}

static int run_sweep(const arguments_t *arguments, sgdl_error_t *error)
{
    request_t request = {0};
    int status = ranks_begin(error);
    if (status == SGDL_OK) {
        status = ranks_own() == 0 ? run_first(arguments, &request, error)
                                  : run_beside(arguments, &request, error);
    }
    free_request(&request);
    ranks_end();
    return status;
}

static const option_t sweep_options[] = {
    OUTPUT_OPTIONS,
    MEMORY_OPTION,
    {"vary", 0, "KEY=A:B:N[:log]", "N values of a key from A to B; once or twice", RECORDED,
     .repeats = true},
    {"threads", 0, "N", "threads [the processors; under mpirun 1 a rank]"},
    {"resume", 0, NULL, "go on with FILE and FILE.part of --output; finished points are kept"},
    {"restart", 0, NULL, "throw away the finished points in FILE.part of --output"},
    {"timings", 0, NULL, "a last column with the seconds of each point"},
    {0}};

const command_t command_sweep = {
    .name = "sweep",
    .help = "a grid over one or two parameters: a phase diagram",
    .operands = "[PROBLEM]",
    .most_operands = 1,
    .problem = true,
    .ranks = true,
    .options = sweep_options,
    .example = "  sgdlimit sweep --covariance power-law:exponent=1 --time 1e8 "
               "--vary 'classes.*.covariance.exponent=0.2:2:10' -o sweep.tsv\n",
    .run = run_sweep,
};
