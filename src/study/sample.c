#include "src/study/sample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const compared_names[COMPARED] = {"risk", "error"};
static const size_t compared_quantity[COMPARED] = {READOUT_RISK, READOUT_ERROR};

static int allocate(sample_t *self, size_t curves, size_t points, sgdl_error_t *error)
{
    *self = (sample_t){.curves = curves, .points = points};
    self->t = calloc(points, sizeof *self->t);
    self->rows = calloc(curves, sizeof *self->rows);
    self->value = calloc(curves * points * COMPARED, sizeof *self->value);
    return self->t && self->rows && self->value ? SGDL_OK : sgdl_fail_memory(error);
}

void sample_free(sample_t *self)
{
    free(self->t);
    free(self->rows);
    free(self->value);
    *self = (sample_t){0};
}

void sample_set_times(const sample_t *self, sgdl_plan_t *plan)
{
    plan->spacing = SGDL_SPACING_TIMES;
    plan->points = self->points;
    plan->times = self->t;
}

int sample_of_simulation(sample_t *self, const simulation_t *simulation, sgdl_error_t *error)
{
    const ensemble_t *ensemble = &simulation->ensemble;
    const ensemble_plan_t *plan = &ensemble->plan;
    int status = allocate(self, plan->curves, plan->points, error);
    self->dimension = simulation->problem->dimension;
    self->complete = true;
    for (size_t p = 0; p < self->points && status == SGDL_OK; p++)
        self->t[p] = simulation_time(simulation, p);
    for (size_t curve = 0; curve < self->curves && status == SGDL_OK; curve++) {
        kept_t kept = ensemble_kept(ensemble, curve);
        self->rows[curve] = kept.rows;
        self->complete &= kept.rows == self->points && kept.runs == plan->runs;
        for (size_t p = 0; p < kept.rows; p++)
            for (size_t v = 0; v < COMPARED; v++)
                *sample_at(self, curve, p, v) =
                    ensemble_statistics(ensemble, curve, p, compared_quantity[v]);
    }
    return status;
}

/* ---- tables -------------------------------------------------------------------------------- */

/* The four statistics, as curves_columns names them; the quantiles are passed on, not judged. */
enum { MEAN, SD, Q10, Q90, KINDS };
static const char *const kinds[KINDS] = {"_mean", "_sd", "_q10", "_q90"};

typedef struct reader {
    const sgdl_table_t *table;
    long t, column[COMPARED][KINDS]; /* -1: a table without those quantiles */
    size_t known;                    /* times read so far */
    sgdl_error_t *error;
} reader_t;

static int find_columns(reader_t *self)
{
    char missing[64] = "";
    self->t = sgdl_table_find(self->table, "t");
    if (self->t < 0)
        (void)snprintf(missing, sizeof missing, "t");
    for (size_t v = 0; v < COMPARED; v++)
        for (size_t k = 0; k < KINDS; k++) {
            char name[64];
            (void)snprintf(name, sizeof name, "%s%s", compared_names[v], kinds[k]);
            self->column[v][k] = sgdl_table_find(self->table, name);
            if (self->column[v][k] < 0 && k <= SD && !*missing)
                (void)snprintf(missing, sizeof missing, "%s", name);
        }
    return *missing ? sgdl_fail(self->error, SGDL_ERR_INPUT, NULL,
                                "has no column '%s', allowed: a table of simulate", missing)
                    : SGDL_OK;
}

/* Runs behind a curve: all of them, or those that an interruption left. */
static int read_runs(const reader_t *self, size_t curve, size_t *runs, bool *complete)
{
    char key[64], *end = NULL;
    const char *all = sgdl_table_value(self->table, "runs");
    long count = all ? strtol(all, &end, 10) : 0;
    if (count < 1 || *end)
        return sgdl_fail(self->error, SGDL_ERR_INPUT, NULL,
                         "found %s%s, allowed: a comment 'runs' with their number",
                         all ? "runs: " : "no comment 'runs'", all ? all : "");
    (void)snprintf(key, sizeof key, "curve_%zu_interrupted", curve + 1);
    const char *kept = sgdl_table_value(self->table, key);
    if (kept) {
        *complete = false;
        count = strtol(kept, &end, 10);
    }
    (void)snprintf(key, sizeof key, "curve_%zu_ended", curve + 1);
    if (sgdl_table_value(self->table, key))
        *complete = false;
    if (count < 1)
        return sgdl_fail(self->error, SGDL_ERR_INPUT, NULL, "holds no run of curve %zu: '%.80s'",
                         curve + 1, kept);
    *runs = (size_t)count;
    return SGDL_OK;
}

static size_t block_end(const sgdl_table_t *table, size_t block)
{
    return block + 1 < table->blocks ? table->block_start[block + 1] : table->rows;
}

static int read_row(reader_t *self, sample_t *sample, size_t curve, size_t row, size_t runs)
{
    const sgdl_table_t *table = self->table;
    const double *number = table->value + (table->block_start[curve] + row) * table->columns;
    double t = number[self->t];
    if (!isfinite(t) || t < 0 || (row > 0 && !(t > sample->t[row - 1])))
        return sgdl_fail(self->error, SGDL_ERR_INPUT, NULL,
                         "found t = %.17g in row %zu of curve %zu, allowed: increasing times", t,
                         row + 1, curve + 1);
    if (row < self->known && sample->t[row] != t)
        return sgdl_fail(self->error, SGDL_ERR_INPUT, NULL,
                         "found t = %.17g in row %zu of curve %zu where others have %.17g, "
                         "allowed: the same times in all curves",
                         t, row + 1, curve + 1, sample->t[row]);
    sample->t[row] = t;
    self->known = row < self->known ? self->known : row + 1;
    for (size_t v = 0; v < COMPARED; v++) {
        double value[KINDS];
        for (size_t k = 0; k < KINDS; k++)
            value[k] = self->column[v][k] < 0 ? NAN : number[self->column[v][k]];
        *sample_at(sample, curve, row, v) =
            (statistics_t){value[MEAN], value[SD], value[Q10], value[Q90], runs};
    }
    return SGDL_OK;
}

int sample_of_table(sample_t *self, const sgdl_table_t *table, double dimension,
                    sgdl_error_t *error)
{
    reader_t reader = {.table = table, .error = error};
    size_t points = 0;
    *self = (sample_t){0};
    if (table->rows == 0)
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL, "has no rows, allowed: a table of simulate");
    for (size_t b = 0; b < table->blocks; b++) {
        size_t rows = block_end(table, b) - table->block_start[b];
        points = rows > points ? rows : points;
    }
    int status = find_columns(&reader);
    if (status == SGDL_OK)
        status = allocate(self, table->blocks, points, error);
    self->dimension = dimension;
    self->complete = true;
    for (size_t b = 0; b < table->blocks && status == SGDL_OK; b++) {
        size_t runs = 0, rows = block_end(table, b) - table->block_start[b];
        status = read_runs(&reader, b, &runs, &self->complete);
        for (size_t row = 0; row < rows && status == SGDL_OK; row++)
            status = read_row(&reader, self, b, row, runs);
        self->rows[b] = rows;
    }
    return status;
}
