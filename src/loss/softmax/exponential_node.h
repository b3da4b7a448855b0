/**
 * Independent outputs, r_b ~ N(M_b, D_b): with s = e^{-u},
 *
 *     lse(r) - r_c = int (e^{-s e^{r_c}} - e^{-s S})/s ds, q_a = int e^{r_a} e^{-s S} ds,
 *     q_a q_b = int s e^{r_a + r_b} e^{-s S} ds, ...,   S = sum_b e^{r_b}
 *
 * whose integrands are, on average, products over b of F_{n,b}(u - M_b) of the tables. The
 * trapezoidal rule in u goes block by block; with g_b = F_{1,b}/F_{0,b} and P = prod F_{0,b}, E q_a
 * q_b is the sum of P g_a g_b.
 */
#ifndef SGDLIMIT_LOSS_SOFTMAX_EXPONENTIAL_NODE_H
#define SGDLIMIT_LOSS_SOFTMAX_EXPONENTIAL_NODE_H

#include <stddef.h>

#include "src/loss/softmax/exponential_table.h"

enum { EXPONENTIAL_BLOCK = 128 };

/** Points of the rule in u at given means: rows [EXPONENTIAL_BLOCK] an output. */
typedef struct exponential_rows {
    size_t outputs, reference;
    const exponential_tables_t *tables;
    const double *M;  /* [outputs] borrowed */
    double ahead;     /* of own, the reference's mean: to be added to the risk */
    double next, end; /* of u, in steps */
    size_t count;     /* of the block, then up to a multiple of 8 with zeros in product and risk */
    double *product;  /* step P */
    double *risk; /* step F_0 of the reference (1 - prod of the others'), free of cancellation */
    double *ratio[EXPONENTIAL_ORDERS]; /* [outputs*EXPONENTIAL_BLOCK] F_n/F_0, n = 1, 2, ... */
    double *scratch;
} exponential_rows_t;

size_t exponential_rows_room(size_t outputs);
void exponential_rows_init(exponential_rows_t *self, const exponential_tables_t *tables,
                           double *room);

/** Before the first block of these means, and to the next block; 0: there is none. */
void exponential_rows_begin(exponential_rows_t *self, size_t own, const double *M);
size_t exponential_rows_next(exponential_rows_t *self);

/** sum[a*L + b], a <= b, += weight sum_i x_a[i] y_b[i] over `count` places, a multiple of 8. */
void exponential_products(size_t L, size_t count, const double *x, const double *y, double *sum);

/** The sum of x y over a multiple of 8. */
double exponential_product(size_t count, const double *x, const double *y);

#endif
