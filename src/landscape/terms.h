/**
 * Polynomials in two variables, as sums of terms c x^i y^j.
 */
#ifndef SGDLIMIT_LANDSCAPE_TERMS_H
#define SGDLIMIT_LANDSCAPE_TERMS_H

#include <stddef.h>

#include "sgdlimit/spec.h"

enum { TERMS_POWER = 20 }; /* the largest power of a coordinate */

typedef struct term {
    int i, j;
    double c;
} term_t;

typedef struct terms {
    size_t count;
    int power[2]; /* the largest of each coordinate */
    term_t term[];
} terms_t;

/** Of a setting of the kind SGDL_KEY_TERMS; malloc'd. NULL without memory. */
terms_t *terms_new(const sgdl_setting_t *setting);

/** The key of families that are such sums. */
extern const sgdl_key_t terms_keys[1];

double terms_value(const terms_t *self, const double x[2]);
void terms_gradient(const terms_t *self, const double x[2], double g[2]);
/** H [4]. */
void terms_hessian(const terms_t *self, const double x[2], double H[4]);

/** The largest i + j. */
int terms_degree(const terms_t *self);

#endif
