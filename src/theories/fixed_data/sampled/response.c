#include "src/theories/fixed_data/sampled/response.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/clones.h"

/* Rows of events are whole vectors of eight; more events than this share of all steps are not worth
 * their lists. */
enum { EIGHT = 8, TILES = PATHS_BLOCK / PATHS_TILE };
static const double DENSE_FROM = 0.6;

typedef struct event {
    uint16_t sample, number; /* of the sample in its block, of the look at it */
} event_t;

static size_t triangle(size_t rows) { return rows * (rows + 1) / 2; }

static size_t padded(size_t count) { return (count + EIGHT - 1) / EIGHT * EIGHT; }

bool response_is_dense(size_t T, double looks) { return looks >= DENSE_FROM * (double)T; }

/* Numbers in the rows of that many looks at a sample, and half a vector a row beside them. */
static double numbers_of(double looks) { return looks * (looks + EIGHT) / 2 + EIGHT; }

double response_memory(size_t T, size_t blocks, double looks)
{
    const double samples = (double)blocks * PATHS_BLOCK;
    if (response_is_dense(T, looks))
        return samples * (double)T * ((double)T + 1) / 2 * sizeof(float);
    return samples * (1.5 * numbers_of(looks) * sizeof(float) + 1.5 * looks * sizeof(event_t) +
                      sizeof(uint16_t)) +
           (double)blocks * (double)(T + 1) * sizeof(size_t);
}

size_t response_scratch(size_t T) { return PATHS_BLOCK * padded(T + 1); }

static int events_init(events_t *self, size_t T, double looks)
{
    self->room = (size_t)(PATHS_BLOCK * numbers_of(looks));
    self->event_room = (size_t)(PATHS_BLOCK * (looks + 1));
    self->row = malloc(self->room * sizeof *self->row);
    self->event = malloc(self->event_room * sizeof *self->event);
    self->begin = calloc(T + 1, sizeof *self->begin);
    self->looks = calloc(PATHS_BLOCK, sizeof *self->looks);
    return self->row && self->event && self->begin && self->looks ? SGDL_OK : SGDL_ERR_MEMORY;
}

int response_init(response_t *self, size_t T, size_t blocks, double looks, sgdl_error_t *error)
{
    *self = (response_t){.T = T, .blocks = blocks};
    int status = SGDL_OK;
    if (response_is_dense(T, looks)) {
        self->dense = malloc((blocks * PATHS_BLOCK * triangle(T) + 1) * sizeof *self->dense);
        status = self->dense ? SGDL_OK : SGDL_ERR_MEMORY;
    } else {
        self->events = calloc(blocks, sizeof *self->events);
        status = self->events ? SGDL_OK : SGDL_ERR_MEMORY;
        for (size_t b = 0; b < blocks && status == SGDL_OK; b++)
            status = events_init(&self->events[b], T, looks);
    }
    return status == SGDL_OK ? SGDL_OK : sgdl_fail_memory(error);
}

void response_free(response_t *self)
{
    for (size_t b = 0; b < self->blocks && self->events; b++) {
        free(self->events[b].row);
        free(self->events[b].event);
        free(self->events[b].begin);
        free(self->events[b].looks);
    }
    free(self->events);
    free(self->dense);
    *self = (response_t){0};
}

/* ---- all steps kept ---------------------------------------------------------------------------
 */

/* v(s) = sum_{s<=k<t} rho_k D(k,s): rows k of D have (k+1) tiles, one behind another. */
CLONES static void sum_tile(const float *restrict D, const float *restrict rho, size_t t,
                            float *restrict v)
{
    enum { N = PATHS_TILE };
    size_t k = 0;
    memset(v, 0, t * N * sizeof *v);
    for (; k + 4 <= t; k += 4) {
        const float *d0 = D + triangle(k) * N, *d1 = D + triangle(k + 1) * N,
                    *d2 = D + triangle(k + 2) * N, *d3 = D + triangle(k + 3) * N;
        const float c0 = rho[k], c1 = rho[k + 1], c2 = rho[k + 2], c3 = rho[k + 3];
        size_t i = 0;
        for (; i < (k + 1) * N; i++)
            v[i] += (c0 * d0[i] + c1 * d1[i]) + (c2 * d2[i] + c3 * d3[i]);
        for (; i < (k + 2) * N; i++)
            v[i] += c1 * d1[i] + (c2 * d2[i] + c3 * d3[i]);
        for (; i < (k + 3) * N; i++)
            v[i] += c2 * d2[i] + c3 * d3[i];
        for (; i < (k + 4) * N; i++)
            v[i] += c3 * d3[i];
    }
    for (; k < t; k++) {
        const float *d = D + triangle(k) * N, c = rho[k];
        for (size_t i = 0; i < (k + 1) * N; i++)
            v[i] += c * d[i];
    }
}

/* The row D(t,.) of a tile, its part of the means, and its contractions with columns. */
CLONES static void end_tile(const response_step_t *step, size_t first, const float *restrict v,
                            float *restrict row)
{
    enum { N = PATHS_TILE };
    float mean[N], keep[N], c[PATHS_CHECKS][N];
    double trace = 0;
    for (size_t j = 0; j < N; j++) {
        mean[j] = (float)(step->weight[first + j] * step->lead[first + j]);
        keep[j] = (float)step->keep[first + j];
        trace += step->weight[first + j] * step->lead[first + j];
    }
    memset(c, 0, sizeof c);
    for (size_t s = 0; s < step->t; s++) {
        const float *restrict vs = v + s * N;
        float sum = 0;
#pragma omp simd reduction(+ : sum)
        for (size_t j = 0; j < N; j++)
            sum += mean[j] * vs[j];
        step->Rg[s] += (double)sum;
        for (size_t j = 0; j < N; j++)
            row[s * N + j] = keep[j] * vs[j];
        for (size_t q = 0; q < PATHS_CHECKS; q++) {
            const float b = step->column[q] ? (float)step->column[q][s] : 0;
            for (size_t j = 0; j < N; j++)
                c[q][j] += b * vs[j];
        }
    }
    step->Rg[step->t] += trace;
    memcpy(row + step->t * N, keep, sizeof keep);
    for (size_t q = 0; q < PATHS_CHECKS; q++)
        for (size_t j = 0; j < N && step->column[q]; j++)
            step->contraction[q][first + j] =
                step->lead[first + j] * ((double)c[q][j] + step->column[q][step->t]);
}

static void step_dense(response_t *self, size_t block, const response_step_t *step)
{
    const size_t T = self->T, t = step->t, size = triangle(T) * PATHS_TILE;
    for (size_t a = 0; a < TILES; a++) {
        float *D = self->dense + (block * TILES + a) * size;
        sum_tile(D, step->rho, t, step->scratch);
        end_tile(step, a * PATHS_TILE, step->scratch, D + triangle(t) * PATHS_TILE);
    }
}

/* ---- looks alone ------------------------------------------------------------------------------
 */

/* v of all samples that count, a row of `stride` a sample, in one pass over the rows of all looks.
 */
CLONES static void sum_events(const events_t *self, const response_step_t *step, size_t stride)
{
    const float *restrict row = self->row;
    float *restrict all = step->scratch;
    memset(all, 0, PATHS_BLOCK * stride * sizeof *all);
    for (size_t k = 0; k < step->t; k++) {
        const float rho = step->rho[k];
        for (size_t e = self->begin[k]; e < self->begin[k + 1]; e++) {
            const size_t j = self->event[e].sample, vectors = self->event[e].number / EIGHT + 1;
            float *restrict v = all + j * stride;
            if (step->lead[j] != 0)
                for (size_t a = 0; a < vectors; a++)
                    for (size_t i = 0; i < EIGHT; i++)
                        v[a * EIGHT + i] += rho * row[a * EIGHT + i];
            row += vectors * EIGHT;
        }
    }
}

static void end_events(const events_t *self, const response_step_t *step, size_t stride)
{
    double c[PATHS_CHECKS][PATHS_BLOCK] = {0};
    for (size_t k = 0; k < step->t; k++) {
        double sum = 0, b[PATHS_CHECKS];
        for (size_t q = 0; q < PATHS_CHECKS; q++)
            b[q] = step->column[q] ? step->column[q][k] : 0;
        for (size_t e = self->begin[k]; e < self->begin[k + 1]; e++) {
            const size_t j = self->event[e].sample;
            const double v = (double)step->scratch[j * stride + self->event[e].number];
            sum += step->weight[j] * step->lead[j] * v;
            for (size_t q = 0; q < PATHS_CHECKS; q++)
                c[q][j] += b[q] * v;
        }
        step->Rg[k] += sum;
    }
    for (size_t j = 0; j < PATHS_BLOCK; j++)
        step->Rg[step->t] += step->weight[j] * step->lead[j];
    for (size_t q = 0; q < PATHS_CHECKS; q++)
        for (size_t j = 0; j < PATHS_BLOCK && step->column[q]; j++)
            step->contraction[q][j] = step->lead[j] * (c[q][j] + step->column[q][step->t]);
}

/* Room for what step t looks at. */
static int make_room(events_t *self, const response_step_t *step)
{
    size_t looks = 0, numbers = 0;
    for (size_t j = 0; j < PATHS_BLOCK; j++)
        if (step->keep[j] != 0) {
            looks++;
            numbers += padded((size_t)self->looks[j] + 1);
        }
    if (self->used + numbers > self->room) {
        const size_t room = (self->used + numbers) * 5 / 4;
        float *row = realloc(self->row, room * sizeof *row);
        if (!row)
            return SGDL_ERR_MEMORY;
        self->row = row;
        self->room = room;
    }
    if (self->count + looks > self->event_room) {
        const size_t room = (self->count + looks) * 5 / 4;
        event_t *event = realloc(self->event, room * sizeof *event);
        if (!event)
            return SGDL_ERR_MEMORY;
        self->event = event;
        self->event_room = room;
    }
    return SGDL_OK;
}

static void add_events(events_t *self, const response_step_t *step, size_t stride)
{
    for (size_t j = 0; j < PATHS_BLOCK; j++) {
        if (step->keep[j] == 0)
            continue;
        const size_t number = self->looks[j], size = padded(number + 1);
        const float *v = step->scratch + j * stride, keep = (float)step->keep[j];
        float *row = self->row + self->used;
        for (size_t s = 0; s < size; s++)
            row[s] = s < number ? keep * v[s] : s == number ? keep : 0;
        self->used += size;
        self->event[self->count++] = (event_t){(uint16_t)j, (uint16_t)number};
        self->looks[j]++;
        if (self->looks[j] > self->most)
            self->most = self->looks[j];
    }
    self->begin[step->t + 1] = self->count;
}

int response_step(response_t *self, size_t block, const response_step_t *step)
{
    memset(step->Rg, 0, (step->t + 1) * sizeof *step->Rg);
    if (self->dense) {
        step_dense(self, block, step);
        return SGDL_OK;
    }
    events_t *events = &self->events[block];
    const size_t stride = padded(events->most);
    sum_events(events, step, stride);
    end_events(events, step, stride);
    const int status = make_room(events, step);
    if (status == SGDL_OK)
        add_events(events, step, stride);
    return status;
}
