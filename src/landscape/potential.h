/**
 * Potentials: one file and one row a family. The public row is the first member, so that a spec's
 * family pointer casts back.
 */
#ifndef SGDLIMIT_LANDSCAPE_POTENTIAL_H
#define SGDLIMIT_LANDSCAPE_POTENTIAL_H

#include "src/landscape/landscape.h"
#include "src/spec/family.h"

/** A member, prepared. */
typedef struct potential {
    const struct potential_family *family;
    void *data; /* what the family made of the spec; freed by its `free_data`, else by free() */
} potential_t;

typedef struct potential_family {
    sgdl_family_t family;
    size_t coordinates; /* 1 or 2 */
    bool smooth;        /* `slope` is right up to order 4 */
    /* Does a member bring its noise, `sigma` and its derivatives of order 0 .. 2? NULL: none does.
     */
    bool (*brings_noise)(const sgdl_spec_t *spec);
    int (*prepare)(const sgdl_spec_t *spec, void **data, sgdl_error_t *error);
    void (*free_data)(void *data); /* NULL: free() */
    /* The power of x by which U grows on both sides, 0: it does not confine. NULL: the range is
     * bounded. With own noise also Sigma's. */
    double (*growth)(const void *data);
    double (*sigma_growth)(const void *data);
    /* Where U is known, [coordinates][2]; NULL: everywhere. */
    void (*range)(const void *data, double (*range)[2]);
    /* one coordinate */
    double (*slope)(const void *data, double x, int order);
    double (*sigma)(const void *data, double x, int order);
    const features_t *(*features)(const void *data); /* see landscape_features; NULL: none */
    /* Where a derivative up to the third jumps, such as the knots of a spline: their number, and a
     * list that stays the member's. NULL: nowhere. */
    size_t (*knots)(const void *data, const double **x);
    /* All x where U' vanishes, increasing, into a malloc'd list; of a stretch, its ends. */
    int (*critical)(const void *data, double **x, size_t *count, sgdl_error_t *error);
    /* two coordinates */
    double (*loss)(const void *data, const double *x);
    void (*gradient)(const void *data, const double *x, double *g);
    void (*hessian)(const void *data, const double *x, double *H);
} potential_family_t;

extern const potential_family_t potential_polynomial, potential_double_well, potential_file,
    potential_terms, potential_least_squares;

/** See potential_family_t. */
bool potential_brings_noise(const sgdl_spec_t *spec);

/** Rows of all potentials; the last is NULL. */
extern const sgdl_family_t *const potential_families[];
extern const family_table_t potential_table;

#endif
