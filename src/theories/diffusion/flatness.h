/**
 * Which minimum the stationary law prefers as the batch grows, in words: by Laplace's method the
 * flattest basin f has against another, s, the odds
 *
 *     sqrt(Sigma_s U''_s/(Sigma_f U''_f)) e^{-(psi_f - psi_s)/heat},   psi' = U'/Sigma
 *
 * of several coordinates determinants of the Hessians in the place of U''.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_FLATNESS_H
#define SGDLIMIT_THEORIES_DIFFUSION_FLATNESS_H

#include "sgdlimit/curve.h"
#include "src/theories/diffusion/setting.h"

typedef struct flatness {
    size_t flat, sharp;    /* basins: the flattest, and the lowest psi of the others */
    double ratio;          /* sqrt(Sigma_s U''_s/(Sigma_f U''_f)) */
    double climb;          /* psi_f - psi_s; 0 where that is rounding */
    double critical_batch; /* B*, where the odds are even; NAN: they are for none */
} flatness_t;

/** Of a landscape with at least two minima whose stationary law is e^{-psi/heat} up to a prefactor:
 * one coordinate without momentum, or a constant noise, the same in all coordinates. */
flatness_t flatness_of(const setting_t *setting);

/** The case, the odds and B* as notes; one for all batches of a learning rate. Says nothing of one
 * minimum or where the law has no such form. Errors: the sink's, SGDL_ERR_MEMORY. */
int flatness_note(const setting_t *setting, const sgdl_sink_t *sink,
                  sgdl_error_t *error) SGDL_CHECKED;

#endif
