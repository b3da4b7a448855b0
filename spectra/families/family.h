/**
 * What a row of the tables of families can do. The public row is the first member, so that a
 * spec's family pointer casts back. A new family is one file and one row in families.c.
 */
#ifndef SGDLIMIT_SPECTRA_FAMILIES_FAMILY_H
#define SGDLIMIT_SPECTRA_FAMILIES_FAMILY_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/spectra.h"
#include "spectra/families/position.h"

#define FAMILY_COUNT(array) (sizeof(array) / sizeof *(array))

/* Bounds that keep every product of a few settings far from overflow. */
#define FAMILY_SCALE_MAX 1e100
#define FAMILY_EXPONENT_MAX 1e3

/** A place 0 < u <= 1 where a profile is not smooth. */
typedef struct family_break {
    double u;
    bool singular; /* from here inwards the profile is smooth in |u - break|^(1/3) only */
} family_break_t;

enum { FAMILY_BREAKS = 3 }; /* the most breaks of a family */

/** Behaviour at u -> 0: lambda(u) = limit + coefficient u^exponent, where log u <= below. */
typedef struct family_origin {
    double limit, coefficient, exponent;
    double below;
} family_origin_t;

typedef struct covariance_family {
    sgdl_family_t family;
    /* Lists d eigenvalues, for families that exist at finite d only; all below are then NULL. */
    int (*list)(const sgdl_spec_t *spec, size_t d, double *eigenvalue, sgdl_error_t *error);
    double (*eigenvalue)(const sgdl_spec_t *spec, position_t at);
    /* Whether the profile is constant on the piece between breaks that holds `at`. */
    bool (*constant)(const sgdl_spec_t *spec, position_t at);
    size_t (*breaks)(const sgdl_spec_t *spec, family_break_t *out); /* out [FAMILY_BREAKS] */
    family_origin_t (*origin)(const sgdl_spec_t *spec);
    /* The power with which the profile varies near `at`: on the scale of log u, singularities in
     * the complex plane stay pi/rate away. */
    double (*rate)(const sgdl_spec_t *spec, position_t at);
    /* The integral of lambda^power du, power 1 or 2, over low < u < high on one piece: what
     * quadrature is checked against. May be infinite. */
    double (*integral)(const sgdl_spec_t *spec, position_t low, position_t high, int power);
} covariance_family_t;

typedef enum mean_kind {
    MEAN_POWER,     /* scale u^exponent */
    MEAN_GAUSSIAN,  /* scale N(0,1) */
    MEAN_REFERENCE, /* sign times another class's mean */
    MEAN_FILE       /* listed, finite d only */
} mean_kind_t;

typedef struct mean_family {
    sgdl_family_t family;
    mean_kind_t kind;
    double sign;                                 /* MEAN_REFERENCE */
    double (*scale)(const sgdl_spec_t *spec);    /* MEAN_POWER, MEAN_GAUSSIAN */
    double (*exponent)(const sgdl_spec_t *spec); /* MEAN_POWER */
} mean_family_t;

extern const covariance_family_t covariance_isotropic;
extern const covariance_family_t covariance_zero_one;
extern const covariance_family_t covariance_power_law;
extern const covariance_family_t covariance_marchenko_pastur;
extern const covariance_family_t covariance_file;

extern const mean_family_t mean_zero;
extern const mean_family_t mean_constant;
extern const mean_family_t mean_power_law;
extern const mean_family_t mean_gaussian;
extern const mean_family_t mean_opposite;
extern const mean_family_t mean_same;
extern const mean_family_t mean_file;

static inline const covariance_family_t *covariance_family(const sgdl_spec_t *spec)
{
    return (const covariance_family_t *)spec->family;
}

static inline const mean_family_t *mean_family(const sgdl_spec_t *spec)
{
    return (const mean_family_t *)spec->family;
}

#endif
