/**
 * Streams of random numbers that are drawn one after another, and what all streams of the program
 * are for: Threefry 4x64 in counter mode, whose key is (seed, number, purpose) and whether it gives
 * normals or words. What a stream holds depends on its key alone, whatever else is drawn by
 * whichever thread, and no two keys are the same. White noise for billions of coordinates is
 * src/random/noise.h's.
 */
#ifndef SGDLIMIT_RANDOM_STREAM_H
#define SGDLIMIT_RANDOM_STREAM_H

#include <stddef.h>
#include <stdint.h>

/** Normals are made in blocks that stay in the first-level cache. */
enum { NORMALS_BLOCK = 512 };

/** All that is drawn, and what the stream's number is. The values are part of the keys: a new
 * purpose goes behind the others, or every table with a seed changes. */
typedef enum stream_purpose {
    STREAM_START,    /* run: X_0, or the inner products that stand for it */
    STREAM_CHOICES,  /* run: classes and labels of the samples */
    STREAM_FEATURES, /* run: features of the samples, or the inner products that stand for them */
    STREAM_MEANS,    /* class, 0-based: its Gaussian mean, one normal a direction */
    STREAM_TRIALS,   /* anything: what tests and benchmarks draw */
    STREAM_LABELS,   /* run: labels that a teacher gives */
    STREAM_NOISE,    /* run: the noise that is added to gradients */
    STREAM_SIGNAL,   /* signal, 0-based: a Gaussian one, one normal a direction */
    STREAM_VISITS,   /* run: which samples of a fixed data set steps see, and how much */
    STREAM_PATHS, /* replicate, class, step, block: what happens to samples of a fixed data set */
    STREAM_SCRAMBLES, /* likewise: how points of low discrepancy are randomised */
    STREAM_ROWS,      /* run: the order of the rows of a file */
    STREAM_PURPOSES   /* how many there are */
} stream_purpose_t;

/** A stream of standard normals. */
typedef struct normals {
    _Alignas(64) double value[NORMALS_BLOCK];
    size_t used; /* of value */
    uint64_t key[4];
    uint64_t counter;
} normals_t;

void normals_init(normals_t *self, uint64_t seed, uint64_t number, stream_purpose_t purpose);

/** Makes the next block: value[0 .. NORMALS_BLOCK-1], used = 0. */
void normals_refill(normals_t *self);

/** Goes to number `place` of the stream, 0-based: it is value[used]. Makes its block unless that is
 * there. */
void normals_seek(normals_t *self, uint64_t place);

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

void words_init(words_t *self, uint64_t seed, uint64_t number, stream_purpose_t purpose);

/** The next one. */
uint64_t words_next(words_t *self);

/** The next one, as a number in [0, 1). */
double words_uniform(words_t *self);

/** A gamma-distributed number of that shape > 0 and scale 1. */
double stream_gamma(normals_t *normals, words_t *words, double shape);

/** The norm of a standard normal vector in R^n, n >= 1 (chi with n degrees of freedom). */
double stream_chi(normals_t *normals, words_t *words, double n);

#endif
