/**
 * What `limit` and `escape` know of heavy ball on one coordinate: slow modes on two sets of cells,
 * rates extrapolated from both.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_MOMENTUM_H
#define SGDLIMIT_THEORIES_DIFFUSION_MOMENTUM_H

#include "sgdlimit/curve.h"
#include "src/theories/diffusion/observables.h"
#include "src/theories/diffusion/underdamped_modes.h"

/** To be freed in any case. */
typedef struct momentum {
    const setting_t *setting; /* borrowed */
    size_t modes;             /* in V */
    bool stands;              /* they are enough */
    underdamped_t flow[2];    /* on N/2 and N cells */
    inverse_t inverse[2];
    momentum_modes_t slow[2];
    double apart;    /* how far the two routes to a rate are apart */
    const char *why; /* static: why there are no rates; NULL: there are */
} momentum_t;

/** Where the two routes disagree, `why` says so. Errors: as momentum_modes_choose. */
int momentum_init(momentum_t *self, const setting_t *setting, const sgdl_plan_t *plan,
                  sgdl_error_t *error) SGDL_CHECKED;
void momentum_free(momentum_t *self);

/** Rate of slow mode k, extrapolated; NAN: not known. */
double momentum_rate(const momentum_t *self, size_t k);

/** The stationary law of X: by quadrature, with T(x) by cells, extrapolated, NAN where
 * rates are lost. out->basin is the
 * caller's. Errors: as stationary_law. */
int momentum_law(const momentum_t *self, observables_t *out, sgdl_error_t *error) SGDL_CHECKED;

/** Rates from basin to basin, rate[to*minima + from], NAN where not known, of the slow modes and
 * the law's probabilities. Errors: SGDL_ERR_MEMORY. */
int momentum_escape_rates(const momentum_t *self, const double *basin, double *rate,
                          sgdl_error_t *error) SGDL_CHECKED;

/** Notes: how it was resolved and how well it agrees. Errors: the sink's, SGDL_ERR_MEMORY. */
int momentum_note(const momentum_t *self, const sgdl_sink_t *sink,
                  sgdl_error_t *error) SGDL_CHECKED;
int momentum_note_modes(const setting_t *setting, size_t modes, bool stands,
                        const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;
/** What finite steps do to the rates between neighbours. */
int momentum_note_steps(const setting_t *setting, const sgdl_sink_t *sink,
                        sgdl_error_t *error) SGDL_CHECKED;

#endif
