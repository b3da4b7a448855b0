/* The grid as a table, and back. */
#include "src/study/sweep_table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/study/sweep_point.h"
#include "src/base/text.h"
#include "src/base/crc32.h"
#include "src/problem/provenance.h"
#include "src/table/identity.h"
#include "src/theories/theory.h"

/* Reasons of failures are comments; readers of tables take a bounded number of those. */
enum { MOST_REASONS = 5000 };

enum { CHECKSUM_SIZE = 16 };

static const char failed_prefix[] = "failed_";
static const char checksum_key[] = "checksum";

/* ---- rows ------------------------------------------------------------------------------------ */

static int set_reason(sgdl_sweep_t *self, size_t point, const char *reason, sgdl_error_t *error)
{
    free(self->reason[point]);
    self->reason[point] = *reason ? strdup(reason) : NULL;
    return *reason && !self->reason[point] ? sgdl_fail_memory(error) : SGDL_OK;
}

int sweep_keep(sgdl_sweep_t *self, size_t point, const double *row, const char *reason,
               sgdl_error_t *error)
{
    memcpy(self->value + point * self->columns, row, self->columns * sizeof *row);
    self->done[point] = true;
    return set_reason(self, point, reason, error);
}

size_t sgdl_sweep_failed(const sgdl_sweep_t *self, size_t *first)
{
    size_t count = 0;
    for (size_t p = 0; p < self->points; p++) {
        if (!self->done[p] || !sweep_point_failed(self, self->value + p * self->columns))
            continue;
        if (count++ == 0 && first)
            *first = p;
    }
    return count;
}

/* ---- tables ---------------------------------------------------------------------------------- */

/* How close points are to come, where that is stated. */
static int add_estimates(const sgdl_sweep_t *self, sgdl_table_t *table, sgdl_error_t *error)
{
    const double value[] = {self->accuracy, (double)self->paths, self->cell};
    static const char *const key[] = {"accuracy", "paths", "grid"};
    int status = SGDL_OK;
    for (size_t i = 0; i < sizeof key / sizeof *key && status == SGDL_OK; i++) {
        char text[TEXT_NUMBER_SIZE];
        text_shortest(value[i], text);
        if (value[i] > 0)
            status = sgdl_table_comment(table, false, key[i], error, "%s", text);
    }
    if (status == SGDL_OK && self->no_error)
        status = provenance_no_error(table, error);
    return status;
}

int sgdl_sweep_header(const sgdl_sweep_t *self, sgdl_table_t *table, sgdl_error_t *error)
{
    int status = provenance_add(table, "sweep", self->problem, NULL, error);
    for (size_t a = 0; a < self->axes && status == SGDL_OK; a++) {
        const sgdl_axis_t *axis = &self->axis[a];
        char key[32], from[TEXT_NUMBER_SIZE], to[TEXT_NUMBER_SIZE];
        (void)snprintf(key, sizeof key, "vary_%zu", a + 1);
        text_shortest(axis->from, from);
        text_shortest(axis->to, to);
        status = sgdl_table_comment(table, false, key, error, "%s=%s:%s:%zu%s", axis->key, from, to,
                                    axis->count, axis->log ? ":log" : "");
    }
    if (status == SGDL_OK)
        status = add_estimates(self, table, error);
    const point_theory_t *theory = theory_of(self->problem)->point;
    for (size_t i = 0; theory->notes[i][0] && status == SGDL_OK; i++)
        status =
            sgdl_table_comment(table, false, theory->notes[i][0], error, "%s", theory->notes[i][1]);
    if (status == SGDL_OK)
        status = sgdl_table_comment(table, false, "status", error,
                                    "0 done, else the point failed: see failed_POINT");
    return status != SGDL_OK ? status : sweep_point_columns(self, table, error);
}

static bool is_reason(const sgdl_comment_t *comment)
{
    return strncmp(comment->key, failed_prefix, sizeof failed_prefix - 1) == 0;
}

static int add_reasons(const sgdl_sweep_t *self, sgdl_table_t *table, sgdl_error_t *error)
{
    size_t count = 0;
    int status = SGDL_OK;
    for (size_t p = 0; p < self->points && status == SGDL_OK; p++) {
        char key[48];
        if (!self->done[p] || !sweep_point_failed(self, self->value + p * self->columns))
            continue;
        if (count++ >= MOST_REASONS || !self->reason[p])
            continue;
        (void)snprintf(key, sizeof key, "%s%zu", failed_prefix, p + 1);
        status = sgdl_table_comment(table, false, key, error, "%s", self->reason[p]);
    }
    if (status == SGDL_OK && count > MOST_REASONS)
        status = sgdl_table_comment(table, false, "failed_more", error,
                                    "%zu more points failed; their reasons are left out",
                                    count - MOST_REASONS);
    return status;
}

/* The checksum of reasons and rows of a table of the sweep whose header is `own`. It does not
 * depend on the format that the table is written in. */
static const char *write_checksum(const sgdl_table_t *own, const sgdl_table_t *table,
                                  char text[CHECKSUM_SIZE])
{
    uint32_t sum = identity_sum(own);
    for (size_t c = 0; c < table->comments; c++) {
        const sgdl_comment_t *comment = &table->comment[c];
        if (!is_reason(comment))
            continue;
        sum = crc32_add_text(sum, comment->key);
        sum = crc32_add_text(sum, comment->value);
    }
    for (size_t r = 0; r < table->rows; r++)
        sum = identity_add_row(sum, table->value + r * table->columns, table->columns);
    (void)snprintf(text, CHECKSUM_SIZE, "%08" PRIx32, sum);
    return text;
}

static int add_rows(const sgdl_sweep_t *self, sgdl_table_t *table, sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (size_t p = 0; p < self->points && status == SGDL_OK; p++) {
        double *row;
        if (!self->done[p])
            continue;
        status = sgdl_table_row(table, &row, error);
        if (status == SGDL_OK)
            memcpy(row, self->value + p * self->columns, self->columns * sizeof *row);
    }
    return status;
}

int sgdl_sweep_table(const sgdl_sweep_t *self, sgdl_table_t *table, sgdl_error_t *error)
{
    sgdl_table_t own;
    char text[CHECKSUM_SIZE];
    sgdl_table_init(&own);
    int status = sgdl_sweep_header(self, &own, error);
    if (status == SGDL_OK)
        status = sgdl_sweep_header(self, table, error);
    if (status == SGDL_OK)
        status = add_reasons(self, table, error);
    if (status == SGDL_OK)
        status = add_rows(self, table, error);
    if (status == SGDL_OK && table->rows < self->points)
        status =
            sgdl_table_comment(table, false, "unfinished", error,
                               "%zu of %zu points; --resume goes on", table->rows, self->points);
    if (status == SGDL_OK)
        status = sgdl_table_comment(table, false, checksum_key, error, "%s",
                                    write_checksum(&own, table, text));
    sgdl_table_free(&own);
    return status;
}

/* ---- resuming -------------------------------------------------------------------------------- */

/* The point in a row of an earlier run: whole, in the grid, and at the values that the grid has
 * there. */
static bool find_point(const sgdl_sweep_t *self, const double *row, size_t *point)
{
    if (!(row[0] >= 1 && row[0] <= (double)self->points && row[0] == floor(row[0])))
        return false;
    *point = (size_t)row[0] - 1;
    size_t rest = *point;
    for (size_t a = self->axes; a-- > 0;) {
        if (row[1 + a] != sgdl_axis_value(&self->axis[a], rest % self->axis[a].count))
            return false;
        rest /= self->axis[a].count;
    }
    return true;
}

int sgdl_sweep_take(sgdl_sweep_t *self, const double *row, const char *reason, sgdl_error_t *error)
{
    size_t point;
    if (!find_point(self, row, &point))
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "found a row for point %.10g that is not of this grid", row[0]);
    return sweep_keep(self, point, row, reason ? reason : "", error);
}

/* The rows of a table of this sweep, and then their reasons: as many as there are comments. */
static int restore_rows(sgdl_sweep_t *self, const sgdl_table_t *table, sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (size_t r = 0; r < table->rows && status == SGDL_OK; r++)
        status = sgdl_sweep_take(self, table->value + r * table->columns, NULL, error);
    for (size_t c = 0; c < table->comments && status == SGDL_OK; c++) {
        const sgdl_comment_t *comment = &table->comment[c];
        unsigned long number =
            is_reason(comment) ? strtoul(comment->key + strlen(failed_prefix), NULL, 10) : 0;
        if (number >= 1 && number <= self->points && self->done[number - 1])
            status = set_reason(self, number - 1, comment->value, error);
    }
    return status;
}

int sgdl_sweep_restore(sgdl_sweep_t *self, const sgdl_table_t *table, const char *name,
                       sgdl_error_t *error)
{
    sgdl_table_t own;
    sgdl_table_init(&own);
    int status = sgdl_sweep_header(self, &own, error);
    if (status == SGDL_OK)
        status = identity_check(&own, table, name, error);
    const char *stated = sgdl_table_value(table, checksum_key);
    char found[CHECKSUM_SIZE];
    if (status == SGDL_OK && !stated)
        status = sgdl_fail(error, SGDL_ERR_INPUT, name,
                           "holds no checksum of its rows, so that they cannot be relied on; "
                           "remove it, or compute all points again");
    else if (status == SGDL_OK && strcmp(write_checksum(&own, table, found), stated) != 0)
        status = sgdl_fail(error, SGDL_ERR_INPUT, name,
                           "was changed since it was written: the checksum of its rows is %s and "
                           "states %.20s; remove it, or compute all points again",
                           found, stated);
    if (status == SGDL_OK)
        status = restore_rows(self, table, error);
    if (status == SGDL_ERR_INPUT && error)
        (void)snprintf(error->place, sizeof error->place, "%s", name);
    sgdl_table_free(&own);
    return status;
}
