/**
 * A mixture's profiles, resolved: who refers to whom, which means are random, and how the second
 * moments of the means depend on u.
 */
#ifndef SGDLIMIT_SPECTRA_FAMILIES_PROFILE_H
#define SGDLIMIT_SPECTRA_FAMILIES_PROFILE_H

#include "sgdlimit/spectra.h"
#include "spectra/families/family.h"

/** A class's mean after `opposite` and `same` have been followed to their base class. */
typedef struct mean_profile {
    mean_kind_t kind;        /* never MEAN_REFERENCE */
    const sgdl_spec_t *spec; /* the base class's */
    size_t base;             /* 0-based class whose draws or file these are */
    double sign;             /* +1 or -1 times the base class's mean */
    bool zero;               /* in all directions, or it is a file's */
    double exponent;         /* of MEAN_POWER; 0 otherwise */
    double on[2];            /* nonzero for on[0] < u <= on[1] only */
} mean_profile_t;

/** Resolves class i (0-based). Errors: SGDL_ERR_INPUT. */
int mean_profile_resolve(mean_profile_t *self, const sgdl_mixture_t *mixture, size_t i,
                         sgdl_error_t *error) SGDL_CHECKED;

/** Whether u lies where the mean is not cut to zero. */
bool mean_profile_on(const mean_profile_t *self, double u);

/** The factor of MEAN_POWER and MEAN_GAUSSIAN on the piece that holds u, the sign included; of the
 * others 0. Not cut. */
double mean_profile_scale(const mean_profile_t *self, double u);

/** The profiles of a mixture at d = infinity. */
typedef struct profiles {
    const sgdl_mixture_t *mixture; /* borrowed */
    mean_profile_t *mean;          /* [C] */
    size_t *column;                /* [C] latent column of class i's mean at a single place */
    size_t columns;                /* number of such columns */
} profiles_t;

/** Errors: SGDL_ERR_INPUT (also for what exists at finite d only), SGDL_ERR_MEMORY. */
int profiles_init(profiles_t *self, const sgdl_mixture_t *mixture,
                  sgdl_error_t *error) SGDL_CHECKED;
void profiles_free(profiles_t *self);

/** lambda_i at a place. */
double profiles_eigenvalue(const profiles_t *self, size_t i, position_t at);
/** sum_i p_i lambda_i at a place. */
double profiles_eigenvalue_bar(const profiles_t *self, position_t at);
/** The factor of class i's mean on the piece that holds `inside`: 0 where it is cut or has none. */
double profiles_mean_scale(const profiles_t *self, size_t i, position_t inside);
/** Whether it has a mean there. */
bool profiles_mean_on(const profiles_t *self, size_t i, position_t inside);

/** One power law. */
typedef struct power {
    double coefficient, exponent;
} power_t;

/** The second moment E nu_i nu_j on the piece that holds `inside`, as a function of u. */
power_t profiles_second_moment(const profiles_t *self, size_t i, size_t j, position_t inside);

/** sum_i p_i lambda_i <= tau, forgiving the rounding of the sum. */
static inline bool eigenvalue_is_clean(double eigenvalue_bar, double tau)
{
    return eigenvalue_bar <= tau * (1 + 1e-14);
}

#endif
