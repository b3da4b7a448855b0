/* sgdlimit sweep: a grid over one or two keys, on threads or, with MPI, on many machines. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sgdlimit/longtime.h"
#include "src/cli/destination.h"
#include "src/cli/interrupt.h"
#include "src/cli/progress.h"
#include "src/longtime/ranks.h"
#include "src/longtime/variation.h"
#include "src/table/journal.h"

/* What the command line asks for. */
typedef struct request {
    sgdl_axis_t axis[SGDL_SWEEP_AXES];
    char *key[SGDL_SWEEP_AXES]; /* owned */
    size_t axes;
    long threads;
    bool resume;
    destination_t destination; /* of rank 0 */
    char *journal;             /* FILE.part, owned; NULL: standard output */
} request_t;

/* Where rows go as they come: into the journal, or to standard output in their order. */
typedef struct stream {
    const sgdl_sweep_t *sweep;
    journal_t journal;
    bool prints;    /* tsv or csv to standard output */
    char separator; /* of what is printed */
    size_t next;    /* the next point to be printed */
} stream_t;

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
        if (status) {
            return status;
        }
    }
    return request->axes ? SGDL_OK
                         : sgdl_fail(error, SGDL_ERR_INPUT, "--vary",
                                     "missing; usage: sgdlimit sweep [PROBLEM] --vary "
                                     "KEY=from:to:count[:log]");
}

static int name_journal(request_t *request, sgdl_error_t *error)
{
    const char *path = request->destination.path;
    if (!path) {
        return request->resume ? sgdl_fail(error, SGDL_ERR_INPUT, "--resume", "needs --output FILE")
                               : SGDL_OK;
    }
    size_t size = strlen(path) + sizeof ".part";
    request->journal = malloc(size);
    if (!request->journal) {
        return sgdl_fail_memory(error);
    }
    (void)snprintf(request->journal, size, "%s.part", path);
    return SGDL_OK;
}

static int read_request(const arguments_t *arguments, request_t *request, sgdl_error_t *error)
{
    int status = read_axes(arguments, request, error);
    if (status == SGDL_OK) {
        status = arguments_integer(arguments, "threads", 0, 1, 1024, &request->threads, error);
    }
    request->resume = arguments_text(arguments, "resume") != NULL;
    return status;
}

static void free_request(request_t *request)
{
    for (size_t a = 0; a < SGDL_SWEEP_AXES; a++) {
        free(request->key[a]);
    }
    free(request->journal);
}

/* The problem as text, by rank 0. */
static int read_problem(const arguments_t *arguments, request_t *request, char **text,
                        sgdl_error_t *error)
{
    sgdl_problem_t problem = {0};
    int status = arguments_problem(arguments, &problem, error);
    if (status == SGDL_OK) {
        status = destination_read(&request->destination, arguments, error);
    }
    if (status == SGDL_OK) {
        status = name_journal(request, error);
    }
    if (status == SGDL_OK) {
        status = variation_text(&problem, text, error);
    }
    sgdl_problem_free(&problem);
    return status;
}

/* ---- rows as they come -------------------------------------------------------------------------
 */

static void print_row(const stream_t *self, size_t point)
{
    const sgdl_sweep_t *sweep = self->sweep;
    if (sweep->reason[point]) {
        (void)printf("# failed_%zu: %s\n", point + 1, sweep->reason[point]);
    }
    for (size_t c = 0; c < sweep->columns; c++) {
        double value = sweep->value[point * sweep->columns + c];
        if (value != value) {
            (void)fputs("nan", stdout);
        } else {
            (void)printf("%.17g", value);
        }
        (void)putchar(c + 1 < sweep->columns ? self->separator : '\n');
    }
}

static int fail_stdout(sgdl_error_t *error)
{
    int number = errno ? errno : EIO;
    int status = sgdl_fail(error, SGDL_ERR_OUTPUT, "standard output", "cannot be written: %s",
                           strerror(number));
    error->raw = number;
    return status;
}

static int print_rows(stream_t *self, sgdl_error_t *error)
{
    errno = 0;
    while (self->next < self->sweep->points && self->sweep->done[self->next]) {
        print_row(self, self->next++);
    }
    return fflush(stdout) != 0 || ferror(stdout) ? fail_stdout(error) : SGDL_OK;
}

static int append_row(stream_t *self, size_t point, sgdl_error_t *error)
{
    const sgdl_sweep_t *sweep = self->sweep;
    char key[48];
    (void)snprintf(key, sizeof key, "failed_%zu", point + 1);
    return journal_append(&self->journal, sweep->value + point * sweep->columns, sweep->columns,
                          key, sweep->reason[point], error);
}

static int take_row(void *context, size_t point, sgdl_error_t *error)
{
    stream_t *self = context;
    if (self->journal.stream) {
        return append_row(self, point, error);
    }
    return self->prints ? print_rows(self, error) : SGDL_OK;
}

/* ---- resuming ----------------------------------------------------------------------------------
 */

/* Rows from a file of an earlier run; none if it does not exist. */
static int restore_from(sgdl_sweep_t *sweep, const char *path, sgdl_error_t *error)
{
    sgdl_table_t table;
    if (access(path, F_OK) != 0) {
        return SGDL_OK;
    }
    int status = journal_mend(path, error);
    if (status) {
        return status;
    }
    status = sgdl_table_read(&table, path, error);
    if (status) {
        return status;
    }
    status = sgdl_sweep_restore(sweep, &table, path, error);
    sgdl_table_free(&table);
    return status;
}

/* Starts the journal; with --resume it begins with the rows that there are. */
static int begin_stream(stream_t *stream, sgdl_sweep_t *sweep, const request_t *request,
                        sgdl_error_t *error)
{
    sgdl_table_t table;
    int status = SGDL_OK;
    if (request->resume) {
        status = restore_from(sweep, request->destination.path, error);
    }
    if (status == SGDL_OK && request->resume) {
        status = restore_from(sweep, request->journal, error);
    }
    sgdl_table_init(&table);
    if (status == SGDL_OK && request->journal) {
        status = sgdl_sweep_table(sweep, &table, error);
        status = status ? status : arguments_record(request->destination.arguments, &table, error);
        status = status ? status : journal_begin(&stream->journal, request->journal, &table, error);
    } else if (status == SGDL_OK && stream->prints) {
        status = sgdl_sweep_header(sweep, &table, error);
        status = status ? status : arguments_record(request->destination.arguments, &table, error);
        status = status ? status : destination_write(&request->destination, &table, error);
    }
    sgdl_table_free(&table);
    return status;
}

/* ---- the work ----------------------------------------------------------------------------------
 */

static int finish(stream_t *stream, const request_t *request, int outcome, sgdl_error_t *error)
{
    sgdl_table_t table;
    if (stream->prints) {
        return SGDL_OK; /* main looks at what became of it */
    }
    sgdl_table_init(&table);
    int status = sgdl_sweep_table(stream->sweep, &table, error);
    if (status == SGDL_OK) {
        status = arguments_record(request->destination.arguments, &table, error);
    }
    if (status == SGDL_OK && table.rows > 0) {
        status = destination_write(&request->destination, &table, error);
    }
    sgdl_table_free(&table);
    journal_close(&stream->journal, status == SGDL_OK && outcome == SGDL_OK);
    return status;
}

/* Rank 0, before the others are told: grid, journal, rows of an earlier run. */
static int prepare(const arguments_t *arguments, request_t *request, sgdl_sweep_t *sweep,
                   stream_t *stream, char **text, sgdl_error_t *error)
{
    int status = read_problem(arguments, request, text, error);
    if (status == SGDL_OK) {
        status = sgdl_sweep_init(sweep, *text, request->axis, request->axes,
                                 arguments_text(arguments, "timings") != NULL, error);
    }
    stream->sweep = sweep;
    stream->prints = !request->journal && request->destination.format != SGDL_FORMAT_JSON;
    stream->separator = request->destination.format == SGDL_FORMAT_CSV ? ',' : '\t';
    return status ? status : begin_stream(stream, sweep, request, error);
}

/* A sweep that has nothing to show is no success. */
static int judge(const sgdl_sweep_t *sweep, sgdl_error_t *error)
{
    size_t first = 0;
    if (sgdl_sweep_failed(sweep, &first) < sweep->points) {
        return SGDL_OK;
    }
    return sgdl_fail(error, SGDL_ERR_SOLVER, NULL, "all %zu points failed, the first so: %s",
                     sweep->points, sweep->reason[first] ? sweep->reason[first] : "no reason kept");
}

static int lead(sgdl_sweep_t *sweep, stream_t *stream, const request_t *request,
                const arguments_t *arguments, sgdl_error_t *error)
{
    progress_t progress;
    progress_start(&progress, arguments_text(arguments, "quiet") != NULL);
    const sgdl_sweep_options_t options = {.threads = (size_t)request->threads,
                                          .row = take_row,
                                          .row_context = stream,
                                          .interrupted = interrupt_watch(),
                                          .progress = progress_show,
                                          .progress_context = &progress};
    int status = sgdl_sweep_run(sweep, &options, error);
    progress_end(&progress);
    sgdl_error_t second = {0};
    int written = finish(stream, request, status, status ? &second : error);
    if (status && written && second.raw != EPIPE) {
        print_error(&second);
    }
    status = status ? status : written;
    return status ? status : judge(sweep, error);
}

static int follow(const arguments_t *arguments, const request_t *request, const char *text,
                  sgdl_error_t *error)
{
    sgdl_sweep_t sweep;
    const sgdl_sweep_options_t options = {.interrupted = interrupt_watch()};
    int status = sgdl_sweep_init(&sweep, text, request->axis, request->axes,
                                 arguments_text(arguments, "timings") != NULL, error);
    if (status) { /* rank 0 would wait for this one */
        print_error(error);
        ranks_abort();
    }
    status = status ? status : sgdl_sweep_run(&sweep, &options, error);
    sgdl_sweep_free(&sweep);
    return status;
}

/* The axes as rank 0 knows them, maybe from a table that only it has read. */
static int share_axes(const arguments_t *arguments, request_t *request, sgdl_error_t *error)
{
    for (size_t a = 0; a < SGDL_SWEEP_AXES; a++) {
        const char *own = ranks_own() == 0 ? arguments_text_at(arguments, "vary", a) : NULL;
        char *text = own ? strdup(own) : NULL;
        if (own && !text) {
            return sgdl_fail_memory(error);
        }
        int status = ranks_share_text(&text, error);
        if (status == SGDL_OK && text && ranks_own() != 0) {
            status =
                sgdl_axis_parse(&request->axis[request->axes++], text, &request->key[a], error);
        }
        free(text);
        if (status) {
            return status;
        }
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
        status = status ? status : follow(arguments, request, shared, error);
    }
    free(shared);
    return status;
}

static int run_first(const arguments_t *arguments, request_t *request, sgdl_error_t *error)
{
    sgdl_sweep_t sweep = {0};
    stream_t stream = {0};
    char *text = NULL;
    int status = arguments_state(arguments, error);
    if (status == SGDL_OK) {
        status = read_request(arguments, request, error);
    }
    if (status == SGDL_OK) {
        status = prepare(arguments, request, &sweep, &stream, &text, error);
    }
    char *shared = status ? NULL : text; /* without it the others go home */
    int sent = ranks_share_text(&shared, error);
    if (status == SGDL_OK && sent == SGDL_OK) {
        sent = share_axes(arguments, request, error);
    }
    if (status == SGDL_OK && sent == SGDL_OK) {
        status = lead(&sweep, &stream, request, arguments, error);
    }
    journal_close(&stream.journal, false);
    sgdl_sweep_free(&sweep);
    free(text);
    return status ? status : sent;
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
    {"vary", 0, "KEY=A:B:N[:log]", "N values of a key from A to B; once or twice", RECORDED,
     .repeats = true},
    {"threads", 0, "N", "threads [the processors; under mpirun 1 a rank]"},
    {"resume", 0, NULL, "go on with FILE and FILE.part of --output; finished points are kept"},
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
