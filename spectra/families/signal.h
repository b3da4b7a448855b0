/**
 * The signals of a mixture: its last classes where it says so, of weight 0, of which only the
 * means count. The norm of X* need not be finite at d = infinity: what is seen of it is
 *
 *     X*^T K_i X* = int lambda_i nu_*^2 du        X*^T mu_i = int nu_i nu_* du
 *
 * so that an exponent below -1/2 is legal where the eigenvalues fall fast enough at u -> 0.
 */
#ifndef SGDLIMIT_SPECTRA_FAMILIES_SIGNAL_H
#define SGDLIMIT_SPECTRA_FAMILIES_SIGNAL_H

#include "spectra/families/profile.h"

/** The classes of a mixture that are ones. */
static inline size_t signal_classes(const sgdl_mixture_t *mixture)
{
    return mixture->classes - mixture->signals;
}

/** The powers of u that a single signal has to be above, and whose doing it is. */
typedef struct signal_bound {
    double above;
    size_t of; /* 0-based class; SIZE_MAX: its own norm, where there is no variance at u -> 0 */
    bool mean; /* the class's mean, else its covariance */
} signal_bound_t;

signal_bound_t signal_bound(const sgdl_mixture_t *mixture);

/** Is signal `number` (from 0) u^exponent at u -> 0, which a bound may forbid? Errors:
 * SGDL_ERR_INPUT. */
int signal_at_origin(const sgdl_mixture_t *mixture, size_t number, bool *is, double *exponent,
                     sgdl_error_t *error) SGDL_CHECKED;

/** What is wrong with the exponent, after what was found. */
enum { SIGNAL_TEXT = 200 };
const char *signal_allowed(const signal_bound_t *bound, char text[SIGNAL_TEXT]);

/** Refuses what the bound forbids, infinite norms among several, and weights. Errors:
 * SGDL_ERR_INPUT. */
int signal_check(const sgdl_mixture_t *mixture, sgdl_error_t *error) SGDL_CHECKED;

#endif
