/**
 * The samples of the full kernel: a = mu_i + K_i^(1/2) z, z white noise.
 *
 * In single precision, which carries what is random; what is summed over directions and steps stays
 * in double. The numbers of a class are stated in units of a power of two of its own, so that
 * floats hold them whatever their size; what is 1e-38 of the class's largest is zero.
 *
 * A class that hardly varies beside its mean is drawn in double: its mean's digits count.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_WALKERS_DRAWS_H
#define SGDLIMIT_THEORIES_STREAMING_WALKERS_DRAWS_H

#include <stdbool.h>

#include "sgdlimit/error.h"
#include "src/random/noise.h"

typedef struct draws {
    size_t units;            /* NOISE_UNIT directions each; rows end in zeros */
    float *rows;             /* those that differ; owned */
    const float **mean;      /* [C] rows [units*NOISE_UNIT], owned as a list */
    const float **deviation; /* [C] likewise, behind the means */
    double *scale;           /* [C] what both are in units of */
    bool *quiet;             /* [C*units] no direction of this unit varies */
    bool *fine;              /* [C] it is drawn in double; behind those */
    bool has_fine;           /* there is such a class */
} draws_t;

/** Of d directions of C classes, rows mean and deviation [C*stride]. self is to be freed in any
 * case. Errors: SGDL_ERR_MEMORY. */
int draws_init(draws_t *self, size_t C, size_t d, const double *mean, const double *deviation,
               size_t stride) SGDL_CHECKED;
void draws_free(draws_t *self); /* all-zero is legal */

/** One sample of a run. */
typedef struct drawn {
    size_t class_index;
    uint64_t number; /* samples of the run before it */
} drawn_t;

/** Its noise in units unit .. unit+units-1: z [units*NOISE_UNIT], finite before; it keeps what it
 * holds where nothing varies. */
void draws_noise(const draws_t *self, const noise_t *noise, drawn_t sample, size_t unit,
                 size_t units, float *z);

#endif
