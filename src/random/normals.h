/**
 * Counter-based standard normals: number `index` of a stream is a pure function of
 * (seed, stream, index), whatever else is drawn, in whatever order.
 */
#ifndef SGDLIMIT_RANDOM_NORMALS_H
#define SGDLIMIT_RANDOM_NORMALS_H

#include <stdint.h>

/** Streams are separated by purpose in the upper half and by class in the lower. */
#define NORMALS_STREAM_MEAN (UINT64_C(1) << 32)

/** One N(0,1): Philox4x64-10 with key (seed, stream) at counter `index`, then Box-Muller. */
double normal_draw(uint64_t seed, uint64_t stream, uint64_t index);

#endif
