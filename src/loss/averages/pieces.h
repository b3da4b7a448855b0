/**
 * Averages over N(0, 1) of what changes fast in places that are known: 16-point Gauss-Legendre
 * panels whose widths follow the distance to those places, so that every panel is at rounding.
 */
#ifndef SGDLIMIT_LOSS_AVERAGES_PIECES_H
#define SGDLIMIT_LOSS_AVERAGES_PIECES_H

#include <stdbool.h>
#include <stddef.h>

enum { PIECE_FEATURES = 12 };

/** Near x = centre something varies over `width`: a function with poles that far from the real
 * axis, or (step) a normal cdf in (x - centre)/width; of width 0 a kink or jump. */
typedef struct piece_feature {
    double centre, width;
    bool step;
} piece_feature_t;

typedef struct pieces {
    double low, high; /* what is integrated over */
    piece_feature_t feature[PIECE_FEATURES];
    size_t features;
} pieces_t;

/** Adds what the point x gives, `weight` being that of the rule times the normal density. */
typedef void piece_f(const void *context, double x, double weight, double *sum);

/** The standard window, 9 standard deviations beyond what lies between -left and right. */
void pieces_init(pieces_t *self, double left, double right);

/** Features beyond every reach are left out. */
void pieces_add(pieces_t *self, double centre, double width, bool step);

/** Starts at `low` instead, if that is inside, where the integrand is largest and falls like
 * exp(-slope x) or slower. `high` reaches further if it must. */
void pieces_start_at(pieces_t *self, double low, double slope);

/** Adds the integral to the sums. */
void pieces_sum(const pieces_t *self, piece_f *f, const void *context, double *sum);

enum { PIECE_FIELDS = 16 };

typedef struct piece_fields {
    piece_f *f;
    const void *context;
    size_t fields; /* sums */
} piece_fields_t;

/** The same where not all places are known: panels are halved until that changes nothing. */
void pieces_refine(const pieces_t *self, piece_fields_t what, double *sum);

#endif
