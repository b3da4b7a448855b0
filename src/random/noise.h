/**
 * White noise: standard normals in single precision that are known by their place, for streams of
 * which a simulation draws billions. Whoever asks for a place, in whatever order and from whichever
 * thread, finds the same number there.
 *
 * Threefry 4x32 in counter mode, whose key is (seed, purpose) and whose counter is (place, number):
 * no two streams share a block. Other numbers come from src/random/stream.h.
 */
#ifndef SGDLIMIT_RANDOM_NOISE_H
#define SGDLIMIT_RANDOM_NOISE_H

#include "src/random/stream.h"

/** Normals are made in units of this many: 16 counters of four words each. */
enum { NOISE_UNIT = 64 };

/* Salmon et al. (2011, table 2) find that 12 rounds of Threefry 4x32 pass all of BigCrush. */
enum { NOISE_ROUNDS = 12 };

typedef struct noise {
    uint32_t key[4];
    uint32_t number[2];
} noise_t;

/** As streams, see stream.h. */
void noise_init(noise_t *self, uint64_t seed, uint64_t number, stream_purpose_t purpose);

/** Fills value [units*NOISE_UNIT] with the normals of units unit .. unit+units-1, unit < 2^60. */
void noise_fill(const noise_t *self, uint64_t unit, size_t units, float *value);

#endif
