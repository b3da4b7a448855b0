/**
 * What a step of streaming SGD in d coordinates asks of the processor, whoever writes it: d fused
 * multiply-adds for the inner product with the sample, d for the update, and the traffic of the two
 * arrays. machine.c is compiled for the very processor, with contraction (bench/meson.build).
 */
#ifndef SGDLIMIT_BENCH_LIMIT_MACHINE_H
#define SGDLIMIT_BENCH_LIMIT_MACHINE_H

#include <stddef.h>

/** Bytes a coordinate that a step moves at least: x and the sample, both read and written. */
#define MACHINE_BYTES 32

/** CPU seconds of the process: one thread works. */
double machine_seconds(void);

/** An array of that many doubles, all `value`, aligned to lines of the cache; to be freed. NULL: no
 * memory. */
double *machine_array(size_t count, double value);

/** Seconds of so many steps in two passes: c from x^T a, then x += c a. x, a [d]. */
double machine_passes(size_t d, size_t steps, double *x, const double *a);

/** Seconds of so many steps in one pass each: x += c a, a = the next sample, x^T a. It moves less
 * where the arrays lie far away. x, a [d]. */
double machine_fused(size_t d, size_t steps, double *x, double *a);

/** Seconds of reading and writing both arrays so many times. x, a [d]. */
double machine_stream(size_t d, size_t times, double *x, double *a);

#endif
