/**
 * Sums over points r in R^L of what the averages of softmax are made of, block by block: numbers of
 * a block stand in rows [SAMPLES_BLOCK], one an output.
 */
#ifndef SGDLIMIT_LOSS_SOFTMAX_SAMPLES_H
#define SGDLIMIT_LOSS_SOFTMAX_SAMPLES_H

#include <stddef.h>

enum { SAMPLES_BLOCK = 64 };

/** Sums of weights times the loss, q_a and q_a q_b; borrowed. */
typedef struct samples {
    size_t L, own;
    double risk;
    double *first;  /* [L] */
    double *second; /* [L*L] of which a <= b are summed */
} samples_t;

/** Doubles of first and second; puts them into a room of that many, zero. */
size_t samples_room(size_t L);
void samples_init(samples_t *self, size_t L, size_t own, double *room);

/** q = softmax(m + factor y) of the rows of y [L*SAMPLES_BLOCK], and the loss log(1/q_own), whose
 * small values keep their digits. */
void samples_soften(const samples_t *self, const double *m, double factor, const double *y,
                    double *q, double *loss);

/** Adds a block of them. weighted [L*SAMPLES_BLOCK] is scratch. */
void samples_add(samples_t *self, const double *weight, const double *q, const double *loss,
                 double *weighted);

/** to += factor from */
void samples_merge(samples_t *to, double factor, const samples_t *from);

/** out[a*L + b] += sum_i x_a[i] y_b[i], of a <= b alone or (all) of all a and b; rows
 * [SAMPLES_BLOCK]. */
void samples_products(size_t L, int all, const double *x, const double *y, double *out);

#endif
