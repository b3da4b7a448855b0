/* How a law of the chain goes on, step by step or by squares of the matrix, whichever is less. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/base/interrupted.h"
#include "src/base/memory.h"
#include "src/theories/diffusion/chain.h"

void chain_first(const chain_t *self, size_t count, const double *x, const double *mass,
                 double *law, double *work)
{
    double sum = 0;
    for (size_t j = 0; j < self->points; j++)
        law[j] = 0;
    for (size_t i = 0; i < count; i++) {
        if (!(mass[i] > 0))
            continue;
        const chain_step_t step = chain_step(self, x[i], work);
        for (size_t j = step.begin; j < step.end; j++)
            law[j] += mass[i] * work[j - step.begin];
    }
    for (size_t j = 0; j < self->points; j++)
        sum += law[j];
    for (size_t j = 0; j < self->points; j++)
        law[j] /= sum;
}

/* ---- a matrix whose rows sum to 1 ------------------------------------------------------------
 * Squares keep that only up to rounding, which doubles with each; so rows are scaled back. Nothing
 * is subtracted: what seldom happens stays as accurate as what often does. */

typedef struct power {
    size_t n;
    double *entry;       /* [n*n] rows: from */
    chain_step_t *range; /* [n] where a row is not 0 */
} power_t;

/* Products of what is below would be no normal numbers, which are slow. */
static const double nothing = 1e-150;

static void finish_row(power_t *self, size_t i)
{
    double *row = self->entry + i * self->n, sum = 0;
    chain_step_t *range = &self->range[i];
    for (size_t j = range->begin; j < range->end; j++) {
        row[j] = row[j] < nothing ? 0 : row[j];
        sum += row[j];
    }
    for (size_t j = range->begin; j < range->end; j++)
        row[j] /= sum;
    while (range->begin < range->end && row[range->begin] == 0)
        range->begin++;
    while (range->begin < range->end && row[range->end - 1] == 0)
        range->end--;
}

static int power_init(power_t *self, size_t n, sgdl_error_t *error)
{
    *self = (power_t){.n = n,
                      .entry = calloc(n * n, sizeof *self->entry),
                      .range = calloc(n, sizeof *self->range)};
    return self->entry && self->range ? SGDL_OK : sgdl_fail_memory(error);
}

static void power_free(power_t *self)
{
    free(self->entry);
    free(self->range);
}

static void fill_first(power_t *self, const chain_t *chain)
{
    for (size_t i = 0; i < self->n; i++) {
        double *row = self->entry + i * self->n;
        const chain_step_t step = chain_step(chain, chain->x[i], row);
        memmove(row + step.begin, row, (step.end - step.begin) * sizeof *row);
        memset(row, 0, (step.begin < self->n ? step.begin : self->n) * sizeof *row);
        self->range[i] = step;
        finish_row(self, i);
    }
}

/* out += sum_k left_k rows_k over k in [begin, end). */
CLONES static void add_rows(double *restrict out, const double *restrict left, size_t begin,
                            size_t end, const power_t *rows)
{
    for (size_t k = begin; k < end; k++) {
        const double *restrict row = rows->entry + k * rows->n;
        const chain_step_t range = rows->range[k];
        const double factor = left[k];
        if (factor > 0)
            for (size_t j = range.begin; j < range.end; j++)
                out[j] += factor * row[j];
    }
}

enum { BLOCK = 48 }; /* rows of the right factor that stay in the cache */

static int square(const power_t *from, power_t *to, const sgdl_watch_t *watch, sgdl_error_t *error)
{
    const size_t n = from->n;
    memset(to->entry, 0, n * n * sizeof *to->entry);
    for (size_t b = 0; b < n; b += BLOCK) {
        const size_t most = b + BLOCK < n ? b + BLOCK : n;
        int status = check_interrupted(watch->stop, error);
        if (status != SGDL_OK)
            return status;
        for (size_t i = 0; i < n; i++) {
            const chain_step_t range = from->range[i];
            const size_t begin = range.begin > b ? range.begin : b;
            add_rows(to->entry + i * n, from->entry + i * n, begin,
                     range.end < most ? range.end : most, from);
        }
    }
    for (size_t i = 0; i < n; i++) {
        to->range[i] = (chain_step_t){0, n};
        finish_row(to, i);
    }
    return SGDL_OK;
}

/* law = law P; work [n]. */
static void advance(double *law, const power_t *matrix, double *work)
{
    double sum = 0;
    memset(work, 0, matrix->n * sizeof *work);
    add_rows(work, law, 0, matrix->n, matrix);
    for (size_t j = 0; j < matrix->n; j++)
        sum += work[j];
    for (size_t j = 0; j < matrix->n; j++)
        law[j] = work[j] / sum;
}

/* ---- laws ----------------------------------------------------------------------------------- */

/* One step after another. */
static int walk(const power_t *matrix, const chain_laws_t *laws, double *work,
                const sgdl_watch_t *watch, sgdl_error_t *error)
{
    int status = SGDL_OK;
    double done = 1;
    for (size_t s = 0; s < laws->count && status == SGDL_OK; s++) {
        double *now = laws->law + s * matrix->n;
        if (s > 0)
            memcpy(now, now - matrix->n, matrix->n * sizeof *now);
        for (; done < laws->step[s] && status == SGDL_OK; done++) {
            advance(now, matrix, work);
            status = check_interrupted(watch->stop, error);
        }
    }
    return status;
}

/* Powers of two of the matrix commute: each law takes those that its step number is made of. */
static int leap(power_t *matrix, const chain_laws_t *laws, double *work, const sgdl_watch_t *watch,
                sgdl_error_t *error)
{
    power_t next;
    int status = power_init(&next, matrix->n, error);
    for (double weight = 1; laws->step[laws->count - 1] - 1 >= weight && status == SGDL_OK;
         weight *= 2) {
        for (size_t s = 0; s < laws->count; s++)
            if (fmod(floor((laws->step[s] - 1) / weight), 2) == 1)
                advance(laws->law + s * matrix->n, matrix, work);
        if (laws->step[laws->count - 1] - 1 < 2 * weight)
            break;
        status = square(matrix, &next, watch, error);
        const power_t before = *matrix;
        *matrix = next;
        next = before;
    }
    power_free(&next);
    return status;
}

/* Multiplications; steps reach a part of the points, of high powers all. */
static bool walking_is_less(const chain_t *self, double last)
{
    const double n = (double)self->points;
    const double reached = fmin(n, 2 * 20 * 16 / 6.0);
    return last * n * reached < (log2(last) + 1) * n * n * n;
}

int chain_laws(const chain_t *self, const double *first, const chain_laws_t *laws,
               const sgdl_plan_t *plan, sgdl_error_t *error)
{
    const size_t n = self->points;
    power_t matrix = {0};
    double *work = NULL;
    if (laws->count == 0)
        return SGDL_OK;
    const double last = laws->step[laws->count - 1];
    const bool walking = walking_is_less(self, last);
    int status =
        memory_ask(plan->memory, (walking ? 1.0 : 2.0) * (double)n * (double)n * sizeof *first,
                   error, "powers of the chain of steps on %zu points", n);
    if (status == SGDL_OK)
        status = power_init(&matrix, n, error);
    if (status == SGDL_OK && !(work = malloc(n * sizeof *work)))
        status = sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        fill_first(&matrix, self);
        for (size_t s = 0; s < (walking ? 1 : laws->count); s++)
            memcpy(laws->law + s * n, first, n * sizeof *first);
        status = walking ? walk(&matrix, laws, work, &plan->watch, error)
                         : leap(&matrix, laws, work, &plan->watch, error);
    }
    free(work);
    power_free(&matrix);
    return status;
}
