/* Which samples of a group a step looks at: evenly along r (array-RQMC). */
#include <string.h>

#include "src/theories/fixed_data/sampled/paths.h"

enum { BITS = 11, DIGITS = 1 << BITS, PASSES = 3 };

/* A key that grows with r. */
static uint32_t key_of(double r)
{
    const float value = (float)r;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits >> 31 ? ~bits : bits | 0x80000000U;
}

typedef struct order {
    uint32_t *key, *path, *key_next, *path_next; /* [count] */
    size_t count;
} order_t;

/* Sorts the paths by one digit of their keys, keeping the order of equal ones. */
static void sort_digit(order_t *self, unsigned shift)
{
    size_t begin[DIGITS + 1] = {0};
    for (size_t i = 0; i < self->count; i++)
        begin[(self->key[i] >> shift & (DIGITS - 1)) + 1]++;
    for (size_t d = 0; d < DIGITS; d++)
        begin[d + 1] += begin[d];
    for (size_t i = 0; i < self->count; i++) {
        const size_t to = begin[self->key[i] >> shift & (DIGITS - 1)]++;
        self->key_next[to] = self->key[i];
        self->path_next[to] = self->path[i];
    }
    uint32_t *swap = self->key;
    self->key = self->key_next;
    self->key_next = swap;
    swap = self->path;
    self->path = self->path_next;
    self->path_next = swap;
}

/* In front of r comes what tells samples apart besides: the copy, which has a label, and what a
 * sample remembers, on which s depends most. */
static void sort_kinds(order_t *self, const paths_t *paths)
{
    for (size_t i = 0; i < self->count; i++) {
        const size_t j = self->path[i];
        self->key[i] = (uint32_t)(2 * (j / paths->points % (DIGITS / 2)) + (paths->memory[j] != 0));
    }
    sort_digit(self, 0);
}

void paths_select(paths_t *self, size_t group, size_t t)
{
    const timeline_t *timeline = self->timeline;
    const size_t first = group * GROUP_SAMPLES, all = self->copies * self->points;
    const size_t size = self->blocks * PATHS_BLOCK;
    order_t order = {self->sort + first, self->sort + size + first, self->sort + 2 * size + first,
                     self->sort + 3 * size + first,
                     all - first < GROUP_SAMPLES ? all - first : GROUP_SAMPLES};
    words_t words;
    words_init(&words, self->setup->problem->seed, paths_stream(self, t + 1, group),
               STREAM_SCRAMBLES);
    const uint32_t shift = (uint32_t)(words_next(&words) >> 32);
    for (size_t i = 0; i < order.count; i++) {
        order.path[i] = (uint32_t)(first + i);
        order.key[i] = key_of(self->r[first + i]);
    }
    for (unsigned pass = 0; pass < PASSES; pass++)
        sort_digit(&order, pass * BITS);
    if (self->copies > 1 || !timeline->law->independent)
        sort_kinds(&order, self);
    for (size_t i = 0; i < order.count; i++) {
        const size_t j = order.path[i];
        const double uniform = ((double)(sobol_reverse((uint32_t)i) ^ shift) + 0.5) * 0x1p-32;
        self->s[j] = timeline->law->draw(&timeline->step[t], timeline->persistence, t, uniform,
                                         &self->memory[j]);
    }
}
