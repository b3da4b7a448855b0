/**
 * Streams of random numbers, counter-based: what a stream holds depends on (seed, run, purpose)
 * alone, whatever else is drawn by whichever thread, and no two of them overlap.
 */
#ifndef SGDLIMIT_RANDOM_STREAM_H
#define SGDLIMIT_RANDOM_STREAM_H

#include <stddef.h>
#include <stdint.h>

/** Normals are made in blocks that stay in the first-level cache. */
enum { NORMALS_BLOCK = 512 };

typedef enum stream_purpose { STREAM_START, STREAM_CHOICES, STREAM_FEATURES } stream_purpose_t;

/** A stream of standard normals. */
typedef struct normals {
    _Alignas(64) double value[NORMALS_BLOCK];
    size_t used; /* of value */
    uint64_t key[4];
    uint64_t counter;
} normals_t;

void normals_init(normals_t *self, uint64_t seed, uint64_t run, stream_purpose_t purpose);

/** Makes the next block: value[0 .. NORMALS_BLOCK-1], used = 0. */
void normals_refill(normals_t *self);

/** The next one. */
static inline double normals_next(normals_t *self)
{
    if (self->used == NORMALS_BLOCK)
        normals_refill(self);
    return self->value[self->used++];
}

/** A stream of 64-bit words. */
typedef struct words {
    uint64_t value[4];
    size_t used;
    uint64_t key[4];
    uint64_t counter;
} words_t;

void words_init(words_t *self, uint64_t seed, uint64_t run, stream_purpose_t purpose);

/** The next one, as a number in [0, 1). */
double words_uniform(words_t *self);

/** The norm of a standard normal vector in R^n, n >= 1 (chi with n degrees of freedom). */
double stream_chi(normals_t *normals, words_t *words, double n);

#endif
