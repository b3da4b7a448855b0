/**
 * F_n(v) = E[e^n exp(-e)] with e = exp(-v + sqrt(D) xi), xi ~ N(0, 1), one table an output: the
 * factors of the exponential representation, of which the trapezoidal rule in v wants rows at
 * spacing `step`.
 *
 * A table holds F on a grid whose spacing is the step times a power of two, so that all numbers of
 * a row lie between grid points in the same way: rows are sums of shifted rows of the table with
 * constant weights. dF_n/dv = F_{n+1} - n F_n gives quintic Hermite interpolation its derivatives.
 */
#ifndef SGDLIMIT_LOSS_SOFTMAX_EXPONENTIAL_TABLE_H
#define SGDLIMIT_LOSS_SOFTMAX_EXPONENTIAL_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum {
    EXPONENTIAL_ORDERS = 5,                   /* rows are given of F_0 to F_4 at most */
    EXPONENTIAL_HELD = EXPONENTIAL_ORDERS + 2 /* tables hold those up to F_6 */
};

/** Numbers at v = k spacing, k from `first`; row n of f is F_n, the one before it 1 - F_0. */
typedef struct exponential_grid {
    int exponent;  /* spacing = step 2^exponent */
    long first;    /* a multiple of phases */
    size_t phases; /* 2^-exponent, at least 1: numbers are kept a phase after the other */
    size_t slots;  /* of a phase */
    size_t stride; /* from row to row */
    double *f;
} exponential_grid_t;

typedef struct exponential_tables {
    size_t outputs;
    size_t orders; /* rows wanted: F_0 to F_{orders - 1} */
    double step;
    const double *D;          /* [outputs] borrowed */
    double *low, *high;       /* [outputs] F_0 vanishes below low, F_1 above high */
    exponential_grid_t *grid; /* [outputs] */
    double *room;
} exponential_tables_t;

/** Bytes of room that tables take, aligned as doubles are. */
size_t exponential_tables_room(size_t outputs);

/** Puts them into a room. */
void exponential_tables_init(exponential_tables_t *self, size_t outputs, void *room);

/** Fills them for these variances; orders is 3 or 5. The step, self->step, is at most 20. */
void exponential_tables_fill(exponential_tables_t *self, const double *D, double step,
                             size_t orders);

/** Rows of 1 - F_0, F_0, F_1, ... at v + i step, i < count, for an output; out [(orders +
 * 1)*stride]. */
void exponential_tables_rows(const exponential_tables_t *self, size_t output, double v,
                             size_t count, size_t stride, double *out);

#endif
