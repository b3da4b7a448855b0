/**
 * An ensemble of walks and what is said of it as a whole.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_RUNS_H
#define SGDLIMIT_THEORIES_DIFFUSION_RUNS_H

#include "sgdlimit/curve.h"
#include "src/ensemble/ensemble.h"
#include "src/theories/diffusion/walker.h"

/** Not to be moved while it runs. To be freed in any case. */
typedef struct runs {
    walk_t walk;
    ensemble_t ensemble;
} runs_t;

void runs_free(runs_t *self);

/** Makes all of them. Errors: as ensemble_run. */
int runs_make(runs_t *self, sgdl_error_t *error) SGDL_CHECKED;

/** Notes on the simulation as a whole. Errors: the sink's, SGDL_ERR_MEMORY. */
int runs_note(const runs_t *self, const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

/** SGDL_ERR_DIVERGED with a message if runs of any curve did; t [curves*points] are the times. */
int runs_divergence(const runs_t *self, const double *t, sgdl_error_t *error);

#endif
