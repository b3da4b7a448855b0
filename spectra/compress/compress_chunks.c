#include "spectra/compress/compress_chunks.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "src/base/interrupted.h"

enum {
    CHUNK = 512,        /* rows reduced at once: they stay in a near cache */
    CHUNK_COLUMNS = 16, /* and so many more a column: rules are to be much shorter than chunks */
    SECTION = 1 << 15   /* nodes that one thread takes at a time */
};

/* Width of a chunk in units of the radius within which all is analytic: three steps will do. */
static const double chunk_width = 0.06;

static int chunk_init(chunk_t *self, const chunks_t *task, sgdl_error_t *error)
{
    const size_t latent = task->nodes->latent, C = task->nodes->classes;
    const size_t columns = task->columns->count, rows = CHUNK + CHUNK_COLUMNS * columns;
    self->nodes = rows > latent ? rows / latent : 1;
    self->stride = self->nodes * latent;
    if (C > SIZE_MAX / 32 / self->stride || columns > SIZE_MAX / 32 / self->stride)
        return sgdl_fail_memory(error);
    self->x = malloc((2 + C + columns) * self->stride * sizeof *self->x);
    if (!self->x)
        return sgdl_fail_memory(error);
    self->rate = self->x + self->stride;
    self->eigenvalue = self->rate + self->stride;
    self->vector = self->eigenvalue + C * self->stride;
    return estimate_sums_init(&self->sums, task->estimate, error);
}

int chunks_init(chunks_t *self, size_t threads, sgdl_error_t *error)
{
    self->threads = threads;
    self->chunk = calloc(threads, sizeof *self->chunk);
    int status = self->chunk ? SGDL_OK : sgdl_fail_memory(error);
    for (size_t t = 0; t < threads && status == SGDL_OK; t++)
        status = chunk_init(&self->chunk[t], self, error);
    return status;
}

void chunks_free(chunks_t *self)
{
    for (size_t t = 0; t < self->threads && self->chunk; t++) {
        block_gauss_free(&self->chunk[t].gauss);
        estimate_sums_free(&self->chunk[t].sums);
        free(self->chunk[t].x);
    }
    free(self->chunk);
    self->chunk = NULL;
}

/* Numbers of the nodes at `count` places, once a latent column. */
static void gather(const double *in, const compress_order_t *order, size_t place, size_t count,
                   double *out)
{
    for (size_t n = 0; n < count && order->index; n++)
        out[n] = in[order->index[place + n]];
    if (!order->index)
        memcpy(out, in + place, count * sizeof *out);
}

static void repeat(size_t count, size_t times, double *x)
{
    for (size_t a = 1; a < times; a++)
        memcpy(x + a * count, x, count * sizeof *x);
}

/* The chunk that begins at `place` and ends at `end` at the latest; returns its nodes. */
static size_t load(chunk_t *self, const chunks_t *task, size_t place, size_t end)
{
    const sgdl_nodes_t *nodes = task->nodes;
    const compress_order_t *order = task->panel->order;
    const size_t most = end - place < self->nodes ? end - place : self->nodes;
    const double width = chunk_width * task->panel->radius;
    size_t count = 1;
    panel_coordinates(task->panel, place, most, self->x);
    while (count < most && fabs(self->x[count - 1] - self->x[0]) <= width)
        count++;
    repeat(count, nodes->latent, self->x);
    gather(nodes->eigenvalue_bar, order, place, count, self->rate);
    repeat(count, nodes->latent, self->rate);
    for (size_t i = 0; i < nodes->classes; i++) {
        double *eigenvalue = self->eigenvalue + i * self->stride;
        gather(nodes->eigenvalue + i * nodes->count, order, place, count, eigenvalue);
        repeat(count, nodes->latent, eigenvalue);
    }
    for (size_t a = 0; a < nodes->latent; a++)
        compress_columns_rows(task->columns, order->index ? order->index + place : NULL, place, a,
                              (compress_rows_t){count, self->stride, self->vector + a * count});
    return count;
}

/* The chunk's rule, or its rows where a rule would not be much shorter. */
static int reduce(chunk_t *self, const chunks_t *task, size_t rows, block_measure_t *rules,
                  sgdl_error_t *error)
{
    const size_t columns = task->columns->count;
    const block_points_t points = {columns, rows, self->x, self->vector, 1, self->stride};
    bool shorter = false;
    const int status =
        block_gauss_reduce(&self->gauss, &points, &task->target, rules, &shorter, error);
    for (size_t n = 0; n < rows && status == SGDL_OK && !shorter; n++) {
        double *vector = block_measure_add(rules, self->x[n]);
        if (!vector)
            return sgdl_fail_memory(error);
        for (size_t c = 0; c < columns; c++)
            vector[c] = self->vector[c * self->stride + n];
    }
    return status;
}

/* A stretch of the panel, and what becomes of it. */
typedef struct section {
    size_t begin, end;
    block_measure_t rules;
    double *sum; /* [times*quantities] */
    int status;
    sgdl_error_t error;
} section_t;

static int reduce_section(chunk_t *chunk, const chunks_t *task, section_t *section)
{
    int status = check_interrupted(task->interrupted, &section->error);
    for (size_t place = section->begin; place < section->end && status == SGDL_OK;) {
        const size_t nodes = load(chunk, task, place, section->end);
        const estimate_rows_t rows = {nodes * task->nodes->latent, chunk->stride, chunk->rate,
                                      chunk->eigenvalue, chunk->vector};
        estimate_rows(&chunk->sums, &rows);
        status = reduce(chunk, task, rows.count, &section->rules, &section->error);
        place += nodes;
    }
    estimate_take(&chunk->sums, section->sum);
    return status;
}

/* Sections one behind the other. */
static int collect(section_t *section, size_t sections, size_t sums, block_measure_t *rules,
                   double *sum, sgdl_error_t *error)
{
    memset(sum, 0, sums * sizeof *sum);
    rules->count = 0;
    for (size_t s = 0; s < sections; s++) {
        const block_measure_t *part = &section[s].rules;
        if (section[s].status != SGDL_OK) {
            if (error)
                *error = section[s].error;
            return section[s].status;
        }
        for (size_t n = 0; n < part->count; n++) {
            double *vector = block_measure_add(rules, part->x[n]);
            if (!vector)
                return sgdl_fail_memory(error);
            memcpy(vector, part->vector + n * part->columns, part->columns * sizeof *vector);
        }
        for (size_t k = 0; k < sums; k++)
            sum[k] += section[s].sum[k];
    }
    return SGDL_OK;
}

static void share_sections(const chunks_t *self, section_t *section, size_t sections)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)self->threads)
    for (size_t s = 0; s < sections; s++) {
        size_t thread = 0;
#ifdef _OPENMP
        thread = (size_t)omp_get_thread_num();
#endif
        section[s].status = reduce_section(&self->chunk[thread], self, &section[s]);
    }
}

int chunks_reduce(chunks_t *self, block_measure_t *rules, double *sum, sgdl_error_t *error)
{
    const size_t begin = self->panel->begin, count = self->panel->end - begin;
    const size_t sections = (count + SECTION - 1) / SECTION;
    const size_t sums = self->estimate->times * self->estimate->quantities;
    section_t *section = calloc(sections, sizeof *section);
    double *part = calloc(sections * sums, sizeof *part);
    int status = section && part ? SGDL_OK : sgdl_fail_memory(error);
    if (status != SGDL_OK)
        goto out;
    for (size_t s = 0; s < sections; s++)
        section[s] = (section_t){.begin = begin + s * SECTION,
                                 .end = begin + (s + 1 < sections ? (s + 1) * SECTION : count),
                                 .rules.columns = self->columns->count,
                                 .sum = part + s * sums};
    /* OpenMP ends the process where it finds no memory for a team, be it of one. */
    if (sections > 1 && self->threads > 1)
        share_sections(self, section, sections);
    else
        for (size_t s = 0; s < sections; s++)
            section[s].status = reduce_section(self->chunk, self, &section[s]);
    status = collect(section, sections, sums, rules, sum, error);
out:
    for (size_t s = 0; s < sections && section; s++)
        block_measure_free(&section[s].rules);
    free(section);
    free(part);
    return status;
}
