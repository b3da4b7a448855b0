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

/** The key of a profile's factor, 1 unless it is stated. */
#define FAMILY_SCALE(least, text)                                                                  \
    {                                                                                              \
        .name = "scale", .kind = SGDL_KEY_REAL, .standard = 1, .lower = (least),                   \
        .upper = FAMILY_SCALE_MAX, .help = (text)                                                  \
    }

/** A place 0 < u <= 1 where a profile is not smooth. */
typedef struct family_break {
    double u;
    bool singular; /* from here inwards the profile is smooth in |u - break|^(1/3) only */
} family_break_t;

/** The k-th break of a member, in order of u; false: there are no more. */
typedef bool family_break_at_f(const sgdl_spec_t *spec, size_t k, family_break_t *out);

/** Behaviour at u -> 0: lambda(u) = limit + coefficient u^exponent, where log u <= below. */
typedef struct family_origin {
    double limit, coefficient, exponent;
    double below;
} family_origin_t;

/**
 * The eigenvalues as a function of u. Pieces are what lies between breaks; a break itself belongs
 * to the piece below it. A family that is constant on every piece needs `eigenvalue` alone, and
 * `break_at` if it has breaks.
 */
typedef struct covariance_family {
    sgdl_family_t family;
    /* Lists d eigenvalues, for families that exist at finite d only; all below are then NULL. */
    int (*list)(const sgdl_spec_t *spec, size_t d, double *eigenvalue, sgdl_error_t *error);
    double (*eigenvalue)(const sgdl_spec_t *spec, position_t at);
    /* Those at u = (first + 1)/d .. (first + count)/d, faster than one by one. NULL: one by one. */
    void (*row)(const sgdl_spec_t *spec, size_t d, size_t first, size_t count, double *eigenvalue);
    bool slow;                   /* takes some 100 ns an eigenvalue instead of a few */
    family_break_at_f *break_at; /* NULL: smooth everywhere */
    /* Whether the profile is constant on the piece that holds `at`. NULL: on every piece, and what
     * follows is NULL too; it is asked only about pieces where the profile varies. */
    bool (*constant)(const sgdl_spec_t *spec, position_t at);
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

/** The means as a function of u, on pieces between breaks as above. */
typedef struct mean_family {
    sgdl_family_t family;
    mean_kind_t kind;
    double sign;                                        /* MEAN_REFERENCE */
    double (*scale)(const sgdl_spec_t *spec, double u); /* of the piece that holds u: MEAN_POWER,
                                                           MEAN_GAUSSIAN */
    family_break_at_f *break_at;                        /* NULL: one scale everywhere */
    double (*exponent)(const sgdl_spec_t *spec);        /* MEAN_POWER; NULL: 0 */
} mean_family_t;

extern const covariance_family_t covariance_isotropic;
extern const covariance_family_t covariance_zero_one;
extern const covariance_family_t covariance_power_law;
extern const covariance_family_t covariance_piecewise;
extern const covariance_family_t covariance_marchenko_pastur;
extern const covariance_family_t covariance_file;

extern const mean_family_t mean_zero;
extern const mean_family_t mean_constant;
extern const mean_family_t mean_power_law;
extern const mean_family_t signal_power_law; /* the same for signals, which have a bound of their
                                                own */
extern const mean_family_t mean_gaussian;
extern const mean_family_t mean_piecewise;
extern const mean_family_t mean_opposite;
extern const mean_family_t mean_same;
extern const mean_family_t mean_file;

static inline const covariance_family_t *covariance_family(const sgdl_spec_t *spec)
{
    return (const covariance_family_t *)spec->family;
}

/** Whether a member is constant on the piece that holds `at`. */
static inline bool covariance_constant(const sgdl_spec_t *spec, position_t at)
{
    const covariance_family_t *family = covariance_family(spec);
    return !family->constant || family->constant(spec, at);
}

/** Its behaviour at u -> 0 as the piece that holds `at` has it. */
static inline family_origin_t covariance_origin(const sgdl_spec_t *spec, position_t at)
{
    const covariance_family_t *family = covariance_family(spec);
    if (covariance_constant(spec, at))
        return (family_origin_t){.limit = family->eigenvalue(spec, at), .exponent = 1};
    return family->origin(spec);
}

static inline const mean_family_t *mean_family(const sgdl_spec_t *spec)
{
    return (const mean_family_t *)spec->family;
}

#endif
