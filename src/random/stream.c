#include "src/random/stream.h"

#include "src/base/clones.h"
#include "src/random/box_muller.h"

enum { COUNTERS = NORMALS_BLOCK / 4 };

/* Normals and words of one purpose have keys of their own. */
static void set_key(uint64_t key[4], uint64_t seed, uint64_t number, stream_purpose_t purpose,
                    uint64_t kind)
{
    key[0] = seed;
    key[1] = number;
    key[2] = (uint64_t)purpose;
    key[3] = kind;
}

void normals_init(normals_t *self, uint64_t seed, uint64_t number, stream_purpose_t purpose)
{
    self->used = NORMALS_BLOCK;
    self->counter = 0;
    set_key(self->key, seed, number, purpose, 0);
}

CLONES static void fill(const uint64_t *key, uint64_t counter, double *restrict value)
{
    uint64_t k[4] = {key[0], key[1], key[2], key[3]};
#pragma omp simd
    for (size_t l = 0; l < COUNTERS; l++)
        box_muller_normals(k, counter + l, &value[l], &value[COUNTERS + l],
                           &value[(size_t)2 * COUNTERS + l], &value[(size_t)3 * COUNTERS + l]);
}

void normals_refill(normals_t *self)
{
    fill(self->key, self->counter, self->value);
    self->counter += COUNTERS;
    self->used = 0;
}

void normals_seek(normals_t *self, uint64_t place)
{
    const uint64_t counter = place / NORMALS_BLOCK * COUNTERS;
    if (self->counter != counter + COUNTERS) {
        self->counter = counter;
        normals_refill(self);
    }
    self->used = place % NORMALS_BLOCK;
}

void words_init(words_t *self, uint64_t seed, uint64_t number, stream_purpose_t purpose)
{
    self->used = 4;
    self->counter = 0;
    set_key(self->key, seed, number, purpose, 1);
}

uint64_t words_next(words_t *self)
{
    if (self->used == 4) {
        threefry4x64_key_t key = {{self->key[0], self->key[1], self->key[2], self->key[3]}};
        threefry4x64_ctr_t counter = {{self->counter++, 0, 0, 0}};
        threefry4x64_ctr_t words = threefry4x64_R(BOX_MULLER_ROUNDS, counter, key);
        memcpy(self->value, words.v, sizeof self->value);
        self->used = 0;
    }
    return self->value[self->used++];
}

double words_uniform(words_t *self) { return (double)(words_next(self) >> 11) * 0x1p-53; }

/* Marsaglia and Tsang's rejection (2000), of a shape from 1 on. */
static double gamma_from_one(normals_t *normals, words_t *words, double shape)
{
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = normals_next(normals), v = 1 + c * x;
        if (v <= 0)
            continue;
        v = v * v * v;
        double u = 1 - words_uniform(words), x2 = x * x;
        if (u < 1 - 0.0331 * x2 * x2 || log(u) < 0.5 * x2 + d * (1 - v + log(v)))
            return d * v;
    }
}

/* Half a squared normal is that of shape 1/2; below 1, Gamma(a) = Gamma(a + 1) U^(1/a). */
double stream_gamma(normals_t *normals, words_t *words, double shape)
{
    if (shape == 0.5) {
        const double x = normals_next(normals);
        return 0.5 * x * x;
    }
    if (shape >= 1)
        return gamma_from_one(normals, words, shape);
    const double u = 1 - words_uniform(words);
    return gamma_from_one(normals, words, shape + 1) * pow(u, 1 / shape);
}

/* chi^2/2 is Gamma(n/2). */
double stream_chi(normals_t *normals, words_t *words, double n)
{
    return n < 2 ? fabs(normals_next(normals)) : sqrt(2 * gamma_from_one(normals, words, 0.5 * n));
}
