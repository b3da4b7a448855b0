#include <math.h>
#include <string.h>

#include "src/loss/softmax/exponential_factors.h"

enum { MOST_NODES = 6000 };

static const double widest = 6.8; /* of the trapezoidal rules, standard deviations */

size_t factors_room(size_t outputs) { return 2 * outputs; }

static double spread_of(const double *W, size_t L)
{
    double low = W[0], high = W[0];
    for (size_t a = 1; a < L; a++)
        low = fmin(low, W[a]), high = fmax(high, W[a]);
    return high - low;
}

size_t factors_init(factors_t *self, const split_t *split, double spread, int level, double *room)
{
    const size_t L = split->outputs;
    *self = (factors_t){.outputs = L, .level = level, .W = split->W, .base = room, .M = room + L};
    size_t nodes = 1;
    while (self->strong < split->factors && self->strong < FACTORS_STRONG) {
        const size_t k = self->strong;
        const double wide = spread_of(split->W + k * L, L);
        if (!(wide > spread))
            break;
        self->step[k] = fmin(0.8, 1.1 / wide);
        self->points[k] = (long)ceil(widest / self->step[k]);
        self->total[k] = 0;
        for (long i = -self->points[k]; i <= self->points[k]; i++)
            self->total[k] += exp(-0.5 * (double)(i * i) * self->step[k] * self->step[k]);
        const size_t more = nodes * (size_t)(2 * self->points[k] + 1);
        const size_t rest = split->factors - self->strong - 1;
        if (more * smolyak_count(rest, rest > 0 ? level : 0) > MOST_NODES)
            break;
        nodes = more;
        self->strong++;
    }
    self->weak = split->factors - self->strong;
    return nodes * smolyak_count(self->weak, self->weak > 0 ? level : 0);
}

void factors_begin(factors_t *self, const double *m)
{
    self->m = m;
    self->begun = false;
}

/* To the first place of the sparse grid, at the present one of the strong factors. */
static void enter(factors_t *self)
{
    const size_t L = self->outputs;
    memcpy(self->base, self->m, L * sizeof *self->m);
    self->strong_weight = 1;
    for (size_t k = 0; k < self->strong; k++) {
        const double x = (double)self->place[k] * self->step[k];
        self->strong_weight *= exp(-0.5 * x * x) / self->total[k];
        for (size_t a = 0; a < L; a++)
            self->base[a] += x * self->W[k * L + a];
    }
    smolyak_init(&self->grid, self->weak, self->weak > 0 ? self->level : 0);
}

static bool move_on(factors_t *self)
{
    for (size_t k = 0; k < self->strong; k++) {
        if (self->place[k] < self->points[k]) {
            self->place[k]++;
            return true;
        }
        self->place[k] = -self->points[k];
    }
    return false;
}

bool factors_next(factors_t *self)
{
    const size_t L = self->outputs;
    if (!self->begun) {
        for (size_t k = 0; k < self->strong; k++)
            self->place[k] = -self->points[k];
        enter(self);
        self->begun = true;
    }
    while (!smolyak_next(&self->grid)) {
        if (!move_on(self))
            return false;
        enter(self);
    }
    const smolyak_node_t *node = &self->grid.node;
    memcpy(self->M, self->base, L * sizeof *self->M);
    for (size_t j = 0; j < node->count; j++) {
        const double *W = self->W + (self->strong + node->factor[j]) * L;
        for (size_t a = 0; a < L; a++)
            self->M[a] += node->x[j] * W[a];
    }
    self->weight = self->strong_weight * node->weight;
    /* without weak factors there is no coarser grid */
    self->lower = self->strong_weight * (self->weak > 0 ? node->lower : node->weight);
    return true;
}
