#include "src/cli/sweep_rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/base/fail_writing.h"

/* How remarks in FILE.part begin: the reasons of failures, named as in the table. */
static const char remark_key[] = "failed";

/* ---- printing ----------------------------------------------------------------------------------
 */

static void print_row(const sweep_rows_t *self, size_t point)
{
    const size_t columns = sgdl_sweep_columns(self->sweep);
    const char *reason = sgdl_sweep_reason(self->sweep, point);
    const double *row = sgdl_sweep_row(self->sweep, point);
    if (reason)
        (void)printf("# %s_%zu: %s\n", remark_key, point + 1, reason);
    for (size_t c = 0; c < columns; c++) {
        double value = row[c];
        if (value != value)
            (void)fputs("nan", stdout);
        else
            (void)printf("%.17g", value);
        (void)putchar(c + 1 < columns ? self->separator : '\n');
    }
}

static int print_rows(sweep_rows_t *self, sgdl_error_t *error)
{
    errno = 0;
    const size_t points = sgdl_sweep_points(self->sweep);
    while (self->next < points && sgdl_sweep_row(self->sweep, self->next))
        print_row(self, self->next++);
    return fflush(stdout) != 0 || ferror(stdout) ? fail_writing(error, errno, "standard output")
                                                 : SGDL_OK;
}

/* What a sweep that ended early still has, out of order as it may be. */
static void print_rest(sweep_rows_t *self)
{
    const size_t points = sgdl_sweep_points(self->sweep);
    size_t done = 0;
    for (size_t p = 0; p < points; p++) {
        if (!sgdl_sweep_row(self->sweep, p))
            continue;
        if (p >= self->next)
            print_row(self, p);
        done++;
    }
    (void)printf("# unfinished: %zu of %zu points\n", done, points);
}

/* ---- the beginning -----------------------------------------------------------------------------
 */

/* Rows go through FILE.part to a file, but not to a pipe or a device. */
static int name_part(sweep_rows_t *self, const sgdl_problem_t *problem, sweep_beginning_t beginning,
                     sgdl_error_t *error)
{
    const char *path = self->destination->path;
    struct stat found;
    bool special = path && stat(path, &found) == 0 && !S_ISREG(found.st_mode);
    if (!path || special) {
        return beginning == SWEEP_RESUME
                   ? sgdl_fail(error, SGDL_ERR_INPUT, "--resume",
                               "needs --output FILE, a file that keeps finished points%s%.100s",
                               path ? "; found " : "", path ? path : "")
                   : SGDL_OK;
    }
    size_t size = strlen(path) + sizeof ".part";
    self->part = malloc(size);
    if (!self->part)
        return sgdl_fail_memory(error);
    (void)snprintf(self->part, size, "%s.part", path);
    return destination_spare_inputs(self->part, "--output", self->destination->arguments, problem,
                                    error);
}

/* Is there a FILE with something in it? */
static bool has_file(const sweep_rows_t *self)
{
    struct stat found;
    return stat(self->destination->path, &found) == 0 && found.st_size > 0;
}

/* Comments and columns as they are written. */
static int make_header(const sweep_rows_t *self, sgdl_table_t *table, sgdl_error_t *error)
{
    int status = sgdl_sweep_header(self->sweep, table, error);
    return status != SGDL_OK ? status
                             : arguments_record(self->destination->arguments, table, error);
}

/* Rows of FILE, if there are any. */
static int restore_file(sweep_rows_t *self, sgdl_error_t *error)
{
    const char *path = self->destination->path;
    sgdl_table_t table;
    if (!has_file(self))
        return SGDL_OK;
    int status = sgdl_table_read(&table, path, error);
    if (status != SGDL_OK)
        return status;
    status = sgdl_sweep_restore(self->sweep, &table, path, error);
    sgdl_table_free(&table);
    return status;
}

static int restore_row(void *context, const double *row, const char *remark, sgdl_error_t *error)
{
    const sweep_rows_t *self = context;
    return sgdl_sweep_take(self->sweep, row, remark, error);
}

/* Rows of FILE.part and FILE, which may be of other work if FILE.part was begun to replace it. */
static int restore(sweep_rows_t *self, const sgdl_table_t *header, sgdl_error_t *error)
{
    size_t damaged = 0;
    int status = SGDL_OK;
    if (!journal_is_empty(&self->journal))
        status = journal_read(&self->journal, header, restore_row, self, &damaged, error);
    if (status == SGDL_OK) {
        sgdl_error_t of_file = {0};
        status = restore_file(self, &of_file);
        if (status == SGDL_ERR_INPUT && self->journal.begun)
            status = SGDL_OK;
        else if (status != SGDL_OK)
            *error = of_file;
    }
    if (status == SGDL_OK && damaged > 0) {
        sgdl_error_t note = {0};
        (void)sgdl_fail(&note, SGDL_OK, self->part,
                        "%zu line%s damaged; what was there is computed again", damaged,
                        damaged == 1 ? " is" : "s are");
        print_error(&note);
    }
    return status;
}

static int append(sweep_rows_t *self, size_t point, sgdl_error_t *error)
{
    return journal_append(&self->journal, sgdl_sweep_row(self->sweep, point),
                          sgdl_sweep_reason(self->sweep, point), error);
}

static int begin_part(sweep_rows_t *self, sweep_beginning_t beginning, sgdl_error_t *error)
{
    sgdl_table_t identity, header;
    sgdl_table_init(&identity);
    sgdl_table_init(&header);
    int status = sgdl_sweep_header(self->sweep, &identity, error);
    if (status == SGDL_OK)
        status = make_header(self, &header, error);
    if (status == SGDL_OK)
        status = journal_open(&self->journal, self->part, remark_key, &identity, error);
    if (status == SGDL_OK && beginning != SWEEP_RESUME && !journal_is_empty(&self->journal))
        status = journal_check_ours(&self->journal, error);
    if (status == SGDL_OK && beginning == SWEEP_ANEW && !journal_is_empty(&self->journal)) {
        status = sgdl_fail(error, SGDL_ERR_INPUT, self->part,
                           "is there from work that was interrupted; allowed: --resume, which goes "
                           "on with its finished points, or --restart, which throws them away");
    }
    if (status == SGDL_OK && beginning == SWEEP_RESUME)
        status = restore(self, &header, error);
    if (status == SGDL_OK && !self->journal.begun) {
        status = journal_start(&self->journal, &header, error);
        for (size_t p = 0; p < sgdl_sweep_points(self->sweep) && status == SGDL_OK; p++)
            status = sgdl_sweep_row(self->sweep, p) ? append(self, p, error) : SGDL_OK;
    }
    sgdl_table_free(&identity);
    sgdl_table_free(&header);
    return status;
}

/* FILE can be written, but nothing can be made beside it. */
static bool has_no_room(const sweep_rows_t *self, const sgdl_error_t *error)
{
    struct stat found;
    return error->code == SGDL_ERR_OUTPUT && lstat(self->part, &found) != 0 &&
           (error->raw == EACCES || error->raw == EPERM || error->raw == EROFS ||
            error->raw == ENAMETOOLONG);
}

/* Rows go to memory, and are lost if the program is killed. */
static int begin_without_part(sweep_rows_t *self, sgdl_error_t *error)
{
    sgdl_error_t note = *error;
    size_t used = strlen(note.message);
    (void)snprintf(note.message + used, sizeof note.message - used,
                   "; finished points are not kept before the end");
    print_error(&note);
    *error = (sgdl_error_t){0};
    journal_close(&self->journal, false);
    free(self->part);
    self->part = NULL;
    return SGDL_OK;
}

static int begin_stdout(const sweep_rows_t *self, sgdl_error_t *error)
{
    sgdl_table_t table;
    sgdl_table_init(&table);
    int status = make_header(self, &table, error);
    status = status != SGDL_OK ? status : destination_write(self->destination, &table, error);
    sgdl_table_free(&table);
    return status;
}

int sweep_rows_begin(sweep_rows_t *self, sgdl_sweep_t *sweep, const sgdl_problem_t *problem,
                     const destination_t *destination, sweep_beginning_t beginning,
                     sgdl_error_t *error)
{
    *self = (sweep_rows_t){.sweep = sweep, .destination = destination};
    self->prints = !destination->path && destination->format != SGDL_FORMAT_JSON;
    self->separator = destination->format == SGDL_FORMAT_CSV ? ',' : '\t';
    int status = name_part(self, problem, beginning, error);
    if (status != SGDL_OK)
        return status;
    if (self->part) {
        status = begin_part(self, beginning, error);
        return status != SGDL_OK && beginning != SWEEP_RESUME && has_no_room(self, error)
                   ? begin_without_part(self, error)
                   : status;
    }
    return self->prints ? begin_stdout(self, error) : SGDL_OK;
}

int sweep_rows_take(void *context, size_t point, sgdl_error_t *error)
{
    sweep_rows_t *self = context;
    if (self->part)
        return append(self, point, error);
    return self->prints ? print_rows(self, error) : SGDL_OK;
}

/* ---- the end -----------------------------------------------------------------------------------
 */

/* The table of a sweep with this outcome. */
static int write_table(const sweep_rows_t *self, int outcome, sgdl_error_t *error)
{
    sgdl_table_t table;
    sgdl_table_init(&table);
    int status = sgdl_sweep_table(self->sweep, &table, error);
    if (status == SGDL_OK && outcome == SGDL_OK) {
        status = arguments_record(self->destination->arguments, &table, error);
        status = status != SGDL_OK ? status : destination_write(self->destination, &table, error);
    } else if (status == SGDL_OK) {
        status = destination_finish(self->destination, &table, outcome, error);
    }
    sgdl_table_free(&table);
    return status;
}

/* A sweep that has nothing to show is no success. */
static int judge(const sgdl_sweep_t *sweep, sgdl_error_t *error)
{
    size_t first = 0;
    const size_t points = sgdl_sweep_points(sweep);
    if (sgdl_sweep_failed(sweep, &first) < points)
        return SGDL_OK;
    const char *reason = sgdl_sweep_reason(sweep, first);
    return sgdl_fail(error, SGDL_ERR_SOLVER, NULL, "all %zu points failed, the first so: %s",
                     points, reason ? reason : "no reason kept");
}

static void add_to_message(const sweep_rows_t *self, sgdl_error_t *error)
{
    size_t used = strlen(error->message);
    (void)snprintf(error->message + used, sizeof error->message - used,
                   "; %.300s keeps the finished points, --resume goes on with them", self->part);
}

/* After a sweep that ended early. A table that is there already stays: FILE.part has all rows. */
static int save_rest(sweep_rows_t *self, int outcome, sgdl_error_t *error)
{
    if (self->prints)
        print_rest(self);
    else if (!self->part || !has_file(self))
        outcome = write_table(self, outcome, error);
    if (self->journal.rows > 0)
        add_to_message(self, error);
    return outcome;
}

int sweep_rows_end(sweep_rows_t *self, int outcome, sgdl_error_t *error)
{
    if (outcome)
        return save_rest(self, outcome, error);
    int status = self->prints ? SGDL_OK : write_table(self, outcome, error);
    if (status == SGDL_OK) {
        journal_close(&self->journal, true);
        return judge(self->sweep, error);
    }
    if (self->journal.rows > 0)
        add_to_message(self, error);
    return status;
}

void sweep_rows_free(sweep_rows_t *self)
{
    journal_close(&self->journal, false);
    free(self->part);
    *self = (sweep_rows_t){0};
}
