/**
 * The forward (Fokker-Planck) equation of a setting: the law of X, or of X and V, as t goes on. A
 * row a kind of equation; solve.c knows rows only.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_FORWARD_H
#define SGDLIMIT_THEORIES_DIFFUSION_FORWARD_H

#include "sgdlimit/curve.h"
#include "src/theories/diffusion/observables.h"

typedef struct forward {
    const struct forward_kind *kind;
    const setting_t *setting; /* borrowed */
    const sgdl_plan_t *plan;  /* complete; borrowed */
    double horizon;           /* the last time that is asked for */
    void *state;              /* the kind's own */
} forward_t;

typedef struct forward_kind {
    /* The law at t = 0, made into `state`. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY, ... */
    int (*init)(forward_t *self, sgdl_error_t *error);
    /* NULL is no state, half-made ones are legal. */
    void (*free_state)(void *state);
    /* On to t, not before that of the last call. Errors: SGDL_ERR_SOLVER, SGDL_ERR_INTERRUPTED,
     * SGDL_ERR_MEMORY. */
    int (*advance)(forward_t *self, double t, sgdl_error_t *error);
    /* Of the law that was reached. */
    void (*observe)(const forward_t *self, observables_t *out);
    /* The same as a density of X: how many cells, and of one of them the coordinates
     * [landscape.coordinates] and behind them the density. */
    size_t (*cells)(const forward_t *self);
    void (*cell)(const forward_t *self, size_t cell, double *values);
    /* Notes at the end: how it was resolved, what the solver did, which is added to
     * plan.statistics, too; keys by setting_key. */
    int (*note)(const forward_t *self, const sgdl_sink_t *sink, sgdl_error_t *error);
} forward_kind_t;

extern const forward_kind_t forward_line, forward_plane, forward_momentum;

/** The row that serves a setting. */
const forward_kind_t *forward_kind_of(const setting_t *setting);

#endif
