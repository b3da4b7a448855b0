#include "src/study/sample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/curve/emit.h"
#include "src/problem/problem.h"

static int allocate(sample_t *self, size_t curves, size_t points, sgdl_error_t *error)
{
    self->curves = curves;
    self->points = points;
    self->t = calloc(curves * points, sizeof *self->t);
    self->times = calloc(curves * points, sizeof *self->times);
    self->rows = calloc(curves, sizeof *self->rows);
    self->value = calloc(curves * points * self->compared, sizeof *self->value);
    return self->t && self->times && self->rows && self->value ? SGDL_OK : sgdl_fail_memory(error);
}

void sample_free(sample_t *self)
{
    free(self->t);
    free(self->times);
    free(self->rows);
    free(self->value);
    *self = (sample_t){0};
}

void sample_set_times(const sample_t *self, sgdl_plan_t *plan)
{
    plan->spacing = SGDL_SPACING_TIMES;
    plan->points = self->all;
    plan->times = self->times;
}

static int compare_times(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of a shared list those that a curve did not come to, too. */
static void list_times(sample_t *self)
{
    size_t count = 0;
    for (size_t curve = 0; curve < (self->shared ? 1 : self->curves); curve++)
        for (size_t p = 0; p < (self->shared ? self->points : self->rows[curve]); p++)
            self->times[count++] = *sample_time(self, curve, p);
    qsort(self->times, count, sizeof *self->times, compare_times);
    for (size_t i = 0; i < count; i++)
        if (self->shared || self->all == 0 || self->times[i] > self->times[self->all - 1])
            self->times[self->all++] = self->times[i];
}

size_t sample_place(const sample_t *self, size_t curve, size_t row)
{
    const double t = *sample_time(self, curve, row);
    size_t low = 0, high = self->all;
    if (self->shared)
        return row;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        *(t < self->times[middle] ? &high : &low) = middle;
    }
    return low;
}

static sample_t sample_for(const sgdl_problem_t *problem, const sgdl_plan_t *plan, double dimension)
{
    const theory_t *theory = theory_of(problem);
    sample_t self = {.dimension = dimension, .shared = theory->finite, .complete = true};
    self.compared = theory_compared(problem, plan, self.name);
    return self;
}

/* ---- what simulate hands out ----------------------------------------------------------------- */

/* The four statistics; the quantiles are passed on, not judged. */
enum { MEAN, SD, Q10, Q90, KINDS };
static const char *const kinds[KINDS] = {"_mean", "_sd", "_q10", "_q90"};

typedef struct reader {
    sample_t *sample;
    const sgdl_curve_t *runs;
    bool stated;     /* in a table, which may be wrong: its notes say how many runs there are */
    const double *t; /* [rows] of all blocks, like those that follow */
    const double *column[COMPARED_MOST][KINDS]; /* NULL: without those quantiles */
    size_t known, longest;                      /* the most times read so far, and of which curve */
    sgdl_error_t *error;
} reader_t;

static int find_columns(reader_t *self)
{
    char missing[64] = "";
    self->t = sgdl_curve_column(self->runs, "t");
    if (!self->t)
        (void)snprintf(missing, sizeof missing, "t");
    for (size_t v = 0; v < self->sample->compared; v++)
        for (size_t k = 0; k < KINDS; k++) {
            char name[64];
            (void)snprintf(name, sizeof name, "%s%s", self->sample->name[v], kinds[k]);
            self->column[v][k] = sgdl_curve_column(self->runs, name);
            if (!self->column[v][k] && k <= SD && !*missing)
                (void)snprintf(missing, sizeof missing, "%s", name);
        }
    return *missing ? sgdl_fail(self->error, SGDL_ERR_INPUT, NULL,
                                "has no column '%s', allowed: a table of simulate", missing)
                    : SGDL_OK;
}

/* Why a curve lacks runs or rows, or NULL. */
static const char *note_of(const sgdl_curve_t *runs, size_t curve, const char *what)
{
    char key[64];
    (void)snprintf(key, sizeof key, "curve_%zu_%s", curve + 1, what);
    return sgdl_curve_note(runs, key);
}

/* Runs behind a curve of a table: all of them, or those that an interruption left. */
static int read_runs(const reader_t *self, size_t curve, size_t *runs)
{
    char *end = NULL;
    const char *all = sgdl_curve_note(self->runs, "runs");
    long count = all ? strtol(all, &end, 10) : 0;
    if (count < 1 || *end)
        return sgdl_fail(self->error, SGDL_ERR_INPUT, NULL,
                         "found %s%s, allowed: a comment 'runs' with their number",
                         all ? "runs: " : "no comment 'runs'", all ? all : "");
    const char *kept = note_of(self->runs, curve, "interrupted");
    if (kept)
        count = strtol(kept, &end, 10);
    if (kept || note_of(self->runs, curve, "ended"))
        self->sample->complete = false;
    if (count < 1)
        return sgdl_fail(self->error, SGDL_ERR_INPUT, NULL, "holds no run of curve %zu: '%.80s'",
                         curve + 1, kept);
    *runs = (size_t)count;
    return SGDL_OK;
}

static int check_time(const reader_t *self, size_t curve, size_t row, double t)
{
    const sample_t *sample = self->sample;
    if (!isfinite(t) || t < 0 || (row > 0 && !(t > *sample_time(sample, curve, row - 1))))
        return sgdl_fail(self->error, SGDL_ERR_INPUT, NULL,
                         "found t = %.17g in row %zu of curve %zu, allowed: increasing times", t,
                         row + 1, curve + 1);
    if (sample->shared && row < self->known && *sample_time(sample, self->longest, row) != t)
        return sgdl_fail(self->error, SGDL_ERR_INPUT, NULL,
                         "found t = %.17g in row %zu of curve %zu where others have %.17g, "
                         "allowed: the same times in all curves",
                         t, row + 1, curve + 1, *sample_time(sample, self->longest, row));
    return SGDL_OK;
}

static int read_block(reader_t *self, size_t block, size_t curve)
{
    sample_t *sample = self->sample;
    const size_t first = sgdl_curve_block(self->runs, block);
    const size_t rows = sgdl_curve_block_end(self->runs, block) - first;
    size_t runs = sgdl_curve_block_of(self->runs, block).runs;
    int status = self->stated ? read_runs(self, curve, &runs) : SGDL_OK;
    for (size_t row = 0; row < rows && status == SGDL_OK; row++) {
        const double t = self->t[first + row];
        status = self->stated ? check_time(self, curve, row, t) : SGDL_OK;
        *sample_time(sample, curve, row) = t;
        for (size_t v = 0; v < sample->compared; v++) {
            double value[KINDS];
            for (size_t k = 0; k < KINDS; k++)
                value[k] = self->column[v][k] ? self->column[v][k][first + row] : NAN;
            *sample_at(sample, curve, row, v) =
                (statistics_t){value[MEAN], value[SD], value[Q10], value[Q90], runs};
        }
    }
    sample->rows[curve] = rows;
    if (rows > self->known) {
        self->known = rows;
        self->longest = curve;
    }
    return status;
}

/* Curves that ended early share the times that others came to; those that none did are the plan's.
 */
static void share_times(const reader_t *self, const sgdl_plan_t *plan)
{
    const sample_t *sample = self->sample;
    for (size_t curve = 0; curve < sample->curves && sample->shared; curve++)
        for (size_t p = sample->rows[curve]; p < sample->points; p++)
            *sample_time(sample, curve, p) =
                p < self->known ? *sample_time(sample, self->longest, p) : plan->times[p];
}

/* ---- tables ---------------------------------------------------------------------------------- */

static int read_table(const sgdl_table_t *table, sgdl_curve_t *runs, sgdl_error_t *error)
{
    const sgdl_sink_t sink = sgdl_curve_sink(runs);
    sgdl_quantity_t *quantity = calloc(table->columns + 1, sizeof *quantity);
    if (!quantity)
        return sgdl_fail_memory(error);
    for (size_t c = 0; c < table->columns; c++)
        quantity[c] = (sgdl_quantity_t){table->column[c], "1", table->column[c]};
    int status = sink.quantities(sink.context, quantity, table->columns, error);
    for (size_t c = 0; c < table->comments && status == SGDL_OK; c++)
        status = sink.note(sink.context, table->comment[c].key, table->comment[c].value, error);
    for (size_t b = 0, row = 0; b < table->blocks && status == SGDL_OK; b++) {
        const size_t end = b + 1 < table->blocks ? table->block_start[b + 1] : table->rows;
        status = sink.block(sink.context, &(sgdl_block_t){.curve = b}, error);
        for (; row < end && status == SGDL_OK; row++)
            status = sink.row(sink.context, table->value + row * table->columns, error);
    }
    free(quantity);
    return status;
}

static int fill_from_blocks(sample_t *self, const sgdl_curve_t *runs, sgdl_error_t *error)
{
    reader_t reader = {.sample = self, .runs = runs, .stated = true, .error = error};
    const size_t blocks = sgdl_curve_blocks(runs);
    size_t points = 0;
    for (size_t b = 0; b < blocks; b++) {
        const size_t rows = sgdl_curve_block_end(runs, b) - sgdl_curve_block(runs, b);
        points = rows > points ? rows : points;
    }
    int status = find_columns(&reader);
    if (status == SGDL_OK)
        status = allocate(self, blocks, points, error);
    for (size_t b = 0; b < blocks && status == SGDL_OK; b++)
        status = read_block(&reader, b, b);
    if (status == SGDL_OK) {
        share_times(&reader, NULL); /* the longest has all points */
        list_times(self);
    }
    return status;
}

int sample_of_table(sample_t *self, const sgdl_problem_t *problem, const sgdl_table_t *table,
                    double dimension, sgdl_error_t *error)
{
    *self = sample_for(problem, NULL, dimension);
    if (table->rows == 0)
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL, "has no rows, allowed: a table of simulate");
    sgdl_curve_t *runs = sgdl_curve_new();
    int status = runs ? read_table(table, runs, error) : sgdl_fail_memory(error);
    if (status == SGDL_OK)
        status = fill_from_blocks(self, runs, error);
    sgdl_curve_free(runs);
    return status;
}

int sample_note_table(const sgdl_table_t *table, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (size_t e = 0; e < table->comments && status == SGDL_OK; e++) {
        const char *key = table->comment[e].key;
        size_t length = strlen(key);
        bool incomplete = strncmp(key, "curve_", 6) == 0 && length > 6 &&
                          (strcmp(strrchr(key, '_'), "_interrupted") == 0 ||
                           strcmp(strrchr(key, '_'), "_ended") == 0);
        if (incomplete || strcmp(key, "runs") == 0 || strcmp(key, "kernel") == 0 ||
            strcmp(key, "note_batches") == 0)
            status = emit_note(sink, key, error, "%s", table->comment[e].value);
    }
    return status;
}

/* ---- an ensemble ----------------------------------------------------------------------------- */

/* A curve in memory, and whoever else wants the notes. */
typedef struct tee {
    sgdl_sink_t memory;
    const sgdl_sink_t *notes; /* may be NULL */
} tee_t;

static int tee_quantities(void *context, const sgdl_quantity_t *quantity, size_t count,
                          sgdl_error_t *error)
{
    const tee_t *self = context;
    return self->memory.quantities(self->memory.context, quantity, count, error);
}

static int tee_block(void *context, const sgdl_block_t *block, sgdl_error_t *error)
{
    const tee_t *self = context;
    return self->memory.block(self->memory.context, block, error);
}

static int tee_row(void *context, const double *value, sgdl_error_t *error)
{
    const tee_t *self = context;
    return self->memory.row(self->memory.context, value, error);
}

/* What is said of columns is not said of those beside which they stand. */
static int tee_note(void *context, const char *key, const char *text, sgdl_error_t *error)
{
    const tee_t *self = context;
    int status = self->memory.note(self->memory.context, key, text, error);
    if (status != SGDL_OK || !self->notes || !self->notes->note || strcmp(key, "note_columns") == 0)
        return status;
    return self->notes->note(self->notes->context, key, text, error);
}

/* Curves without a row have no block. Times that no curve has reached are the plan's. */
static int fill_from_runs(sample_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                          const sgdl_curve_t *runs, sgdl_error_t *error)
{
    reader_t reader = {.sample = self, .runs = runs, .error = error};
    const size_t blocks = sgdl_curve_blocks(runs);
    int status = find_columns(&reader);
    if (status == SGDL_OK)
        status = allocate(self, problem_curves(problem), plan->points, error);
    self->complete = blocks == self->curves;
    for (size_t b = 0; b < blocks && status == SGDL_OK; b++) {
        const sgdl_block_t block = sgdl_curve_block_of(runs, b);
        status = read_block(&reader, b, block.curve);
        self->complete &= block.runs == plan->runs && self->rows[block.curve] == plan->points;
    }
    if (status == SGDL_OK) {
        share_times(&reader, plan);
        list_times(self);
    }
    return status;
}

int sample_of_ensemble(sample_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                       const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const theory_t *theory = theory_of(problem);
    sgdl_plan_t curves = *plan;
    curves.directions = false;
    curves.density = false;
    *self = sample_for(problem, plan, problem->dimension);
    sgdl_curve_t *runs = sgdl_curve_new();
    if (!runs)
        return sgdl_fail_memory(error);
    tee_t tee = {sgdl_curve_sink(runs), sink};
    const sgdl_sink_t both = {&tee, tee_quantities, tee_block, tee_row, tee_note};
    int status = theory->simulate(problem, &curves, &both, error);
    const bool early = status == SGDL_ERR_INTERRUPTED || status == SGDL_ERR_DIVERGED;
    if (status == SGDL_OK || (early && sgdl_curve_rows(runs) > 0)) {
        sgdl_error_t second = {0};
        int filled = fill_from_runs(self, problem, plan, runs, &second);
        if (filled != SGDL_OK) {
            status = filled;
            if (error)
                *error = second;
        }
    }
    sgdl_curve_free(runs);
    return status;
}
