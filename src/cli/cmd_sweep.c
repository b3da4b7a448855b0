/* sgdlimit sweep: a grid over one or two keys, on threads or, with MPI, on many machines. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/cli/interrupt.h"
#include "src/cli/plan_options.h"
#include "src/cli/resources.h"
#include "src/cli/runner.h"
#include "src/cli/sweep_rows.h"
#include "src/study/ranks.h"
#include "src/study/variation.h"

/* What the command line asks for. */
typedef struct request {
    sgdl_axis_t axis[SGDL_SWEEP_AXES];
    char *key[SGDL_SWEEP_AXES]; /* owned */
    size_t axes;
    sweep_beginning_t beginning;
} request_t;

/* ---- the command line --------------------------------------------------------------------------
 */

static int read_vary(work_t *work, const char *text, sgdl_error_t *error)
{
    request_t *request = work->own;
    if (request->axes == SGDL_SWEEP_AXES) {
        return sgdl_fail(error, SGDL_ERR_INPUT, "--vary",
                         "found more than twice, allowed: once or twice");
    }
    size_t a = request->axes++;
    return sgdl_axis_parse(&request->axis[a], text, &request->key[a], error);
}

static int check(work_t *work, sgdl_error_t *error)
{
    request_t *request = work->own;
    bool resume = arguments_text(work->arguments, "resume") != NULL;
    bool restart = arguments_text(work->arguments, "restart") != NULL;
    request->beginning = resume ? SWEEP_RESUME : restart ? SWEEP_RESTART : SWEEP_ANEW;
    if (request->axes == 0) {
        return sgdl_fail(error, SGDL_ERR_INPUT, "--vary",
                         "missing; usage: sgdlimit sweep [PROBLEM] --vary KEY=from:to:count[:log]");
    }
    return resume && restart ? sgdl_fail(error, SGDL_ERR_INPUT, "--resume",
                                         "found beside --restart, allowed one or the other")
                             : SGDL_OK;
}

static void free_own(void *own)
{
    request_t *request = own;
    for (size_t a = 0; a < SGDL_SWEEP_AXES; a++)
        free(request->key[a]);
}

/* ---- the work ----------------------------------------------------------------------------------
 */

/* The grid, whose rows may take what is allowed. */
static int init_sweep(const work_t *work, sgdl_sweep_t *sweep, sgdl_error_t *error)
{
    const request_t *request = work->own;
    const sgdl_grid_t grid = {.axis = request->axis,
                              .axes = request->axes,
                              .timings = arguments_text(work->arguments, "timings") != NULL,
                              .memory = work->plan.memory,
                              .accuracy = work->plan.accuracy,
                              .paths = work->plan.paths,
                              .cell = work->plan.grid,
                              .no_error = work->plan.no_error};
    return sgdl_sweep_init(sweep, work->problem, &grid, error);
}

/* A point may take its part where as many are computed at once as there are threads. */
static double memory_of_point(const work_t *work, const sgdl_sweep_t *sweep)
{
    const size_t stated = work->plan.threads;
    const double threads = stated > 0 ? (double)stated : (double)sysconf(_SC_NPROCESSORS_ONLN);
    const double most = (double)sgdl_sweep_points(sweep);
    return threads > 1 ? work->plan.memory / fmin(threads, most) : work->plan.memory;
}

/* Rank 0, before the others are told: grid, and rows of an earlier run. */
static int prepare(const work_t *work, sgdl_sweep_t *sweep, sweep_rows_t *rows, char **text,
                   sgdl_error_t *error)
{
    const request_t *request = work->own;
    int status = variation_text(work->problem, &work->plan, text, error);
    if (status == SGDL_OK)
        status = init_sweep(work, sweep, error);
    return status != SGDL_OK ? status
                             : sweep_rows_begin(rows, sweep, work->problem, &work->destination,
                                                request->beginning, error);
}

static int lead(work_t *work, sgdl_sweep_t *sweep, sweep_rows_t *rows, sgdl_error_t *error)
{
    work_show_progress(work);
    const sgdl_sweep_options_t options = {.threads = work->plan.threads,
                                          .row = sweep_rows_take,
                                          .row_context = rows,
                                          .memory = memory_of_point(work, sweep),
                                          .watch = work->plan.watch};
    int status = sgdl_sweep_run(sweep, &options, error);
    progress_end(&work->progress);
    return sweep_rows_end(rows, status, error);
}

static int follow(const work_t *work, const char *text, sgdl_error_t *error)
{
    sgdl_sweep_t *sweep = sgdl_sweep_new();
    int status = sgdl_problem_parse(work->problem, text, "the problem", NULL, 0, error);
    if (status == SGDL_OK)
        status = init_sweep(work, sweep, error);
    if (status != SGDL_OK) { /* rank 0 would wait for this one */
        print_error(error);
        ranks_abort();
    } else {
        const sgdl_sweep_options_t options = {.threads = work->plan.threads,
                                              .memory = memory_of_point(work, sweep),
                                              .watch = work->plan.watch};
        status = sgdl_sweep_run(sweep, &options, error);
    }
    sgdl_sweep_free(sweep);
    return status;
}

static const option_t option_vary = {"vary",
                                     0,
                                     "KEY=A:B:N[:log]",
                                     "N values of a key from A to B; once or twice",
                                     RECORDED,
                                     .repeats = true,
                                     .read = read_vary};
static int share_option(work_t *work, const option_t *option, size_t index, sgdl_error_t *error)
{
    const char *own =
        ranks_own() == 0 ? arguments_text_at(work->arguments, option->name, index) : NULL;
    char *text = own ? strdup(own) : NULL;
    if (own && !text)
        return sgdl_fail_memory(error);
    int status = ranks_share_text(&text, error);
    if (status == SGDL_OK && text && ranks_own() != 0)
        status = option->read(work, text, error);
    free(text);
    return status;
}

/* What shapes the table as rank 0 knows it, maybe from a table that only it has read. */
static int share_options(work_t *work, sgdl_error_t *error)
{
    static const option_t *const shared[] = {&option_no_error, ESTIMATE_OPTIONS};
    int status = SGDL_OK;
    for (size_t a = 0; a < SGDL_SWEEP_AXES && status == SGDL_OK; a++)
        status = share_option(work, &option_vary, a, error);
    for (size_t i = 0; i < sizeof shared / sizeof *shared && status == SGDL_OK; i++)
        status = share_option(work, shared[i], 0, error);
    return status;
}

/* What is wrong with the command line, rank 0 says. */
static int run_beside(work_t *work, const arguments_t *arguments, sgdl_error_t *error)
{
    char *shared = NULL;
    int status = work_begin(work, arguments, error);
    if (status == SGDL_OK)
        status = ranks_share_text(&shared, error);
    if (status == SGDL_OK && shared) {
        work->plan.memory = memory_of_machine();
        work->plan.watch.stop = interrupt_watch();
        status = work_read_options(work, error);
        free_own(work->own);
        *(request_t *)work->own = (request_t){0};
        if (status == SGDL_OK)
            status = share_options(work, error);
        status = status != SGDL_OK ? status : follow(work, shared, error);
    }
    free(shared);
    return status;
}

static int run_first(work_t *work, const arguments_t *arguments, sgdl_error_t *error)
{
    sgdl_sweep_t *sweep = sgdl_sweep_new();
    sweep_rows_t rows = {0};
    char *text = NULL;
    int status = work_read(work, arguments, error);
    if (status == SGDL_OK)
        status = prepare(work, sweep, &rows, &text, error);
    char *shared = status != SGDL_OK ? NULL : text; /* without it the others go home */
    int sent = ranks_share_text(&shared, error);
    if (status == SGDL_OK && sent == SGDL_OK)
        sent = share_options(work, error);
    if (status == SGDL_OK && sent == SGDL_OK)
        status = lead(work, sweep, &rows, error);
    sweep_rows_free(&rows);
    sgdl_sweep_free(sweep);
    free(text);
    return status != SGDL_OK ? status : sent;
}

/* On many machines at once, of which one reads PROBLEM. */
static int run_sweep(const arguments_t *arguments, sgdl_error_t *error)
{
    work_t work = {.arguments = arguments};
    int status = ranks_begin(error);
    if (status == SGDL_OK) {
        status = ranks_own() == 0 ? run_first(&work, arguments, error)
                                  : run_beside(&work, arguments, error);
    }
    work_free(&work);
    ranks_end();
    return status;
}

static const option_t option_resume = {
    "resume", 0, NULL, "go on with FILE and FILE.part of --output; finished points are kept"};
static const option_t option_restart = {"restart", 0, NULL,
                                        "throw away the finished points in FILE.part of --output"};
static const option_t option_timings_of_points = {"timings", 0, NULL,
                                                  "a last column with the seconds of each point"};

static const option_t *const sweep_options[] = {OUTPUT_OPTIONS,
                                                &option_memory,
                                                &option_vary,
                                                &option_no_error,
                                                ESTIMATE_OPTIONS,
                                                &option_threads_of_grid,
                                                &option_resume,
                                                &option_restart,
                                                &option_timings_of_points,
                                                NULL};

const command_t command_sweep = {
    .name = "sweep",
    .help = "a grid over one or two parameters: a phase diagram",
    .operands = "[PROBLEM]",
    .most_operands = 1,
    .problem = true,
    .options = sweep_options,
    .example = "  sgdlimit sweep --covariance power-law:exponent=1 --time 1e8 "
               "--vary 'classes.*.covariance.exponent=0.2:2:10' -o sweep.tsv\n",
    .own_size = sizeof(request_t),
    .check = check,
    .free_own = free_own,
    .run = run_sweep,
};
