/**
 * Noises: the covariance of one sample's gradient in one coordinate; one file and one row a family.
 */
#ifndef SGDLIMIT_LANDSCAPE_NOISE_H
#define SGDLIMIT_LANDSCAPE_NOISE_H

#include "src/landscape/landscape.h"
#include "src/spec/family.h"

/** A member, prepared. */
typedef struct noise {
    const struct noise_family *family;
    void *data; /* as of a potential */
} noise_t;

typedef struct noise_family {
    sgdl_family_t family;
    bool constant;
    bool plane; /* in two coordinates alone */
    int (*prepare)(const sgdl_spec_t *spec, void **data, sgdl_error_t *error);
    void (*free_data)(void *data); /* NULL: free() */
    /* The power by which Sigma grows where U does by `of_loss`; NULL: not at all. */
    double (*growth)(const void *data, double of_loss);
    /* Where Sigma is known; NULL: everywhere. */
    void (*range)(const void *data, double range[2]);
    /* One coordinate: Sigma's derivative of order 0 .. 2 at x, of that landscape. */
    double (*slope)(const void *data, const landscape_t *landscape, double x, int order);
    size_t (*knots)(const void *data, const double **x); /* as of a potential */
    /* Two coordinates: Sigma of coordinate i at x. NULL: `slope` of x[i]. */
    double (*sigma)(const void *data, const landscape_t *landscape, size_t i, const double *x);
} noise_family_t;

extern const noise_family_t noise_constant, noise_loss, noise_polynomial, noise_file, noise_terms;

/** Rows of all noises; the last is NULL. */
extern const sgdl_family_t *const noise_families[];
extern const family_table_t noise_table;

#endif
