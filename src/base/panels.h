/**
 * Products with growing lower triangles, by rows: row k has k + 1 numbers, at k (k + 1)/2. A panel
 * of n rows is the beginning of any larger one, so that triangles grow a row at a time and are read
 * in one go. These products are bound by memory: what can be had of a triangle in one reading is.
 */
#ifndef SGDLIMIT_BASE_PANELS_H
#define SGDLIMIT_BASE_PANELS_H

#include <stddef.h>

/** Where row k begins, and how many numbers the rows before it have. */
static inline size_t panel_row(size_t k) { return k * (k + 1) / 2; }

/** out[k] = sum_{j<=k} M_kj x_j for k < n. */
void panel_dots(const double *M, size_t n, const double *x, double *out);

/** out[j] += sum_{k>=j} c_k M_kj for j < n. */
void panel_combine(const double *M, size_t n, const double *c, double *out);

/** Both in one reading: dots[k] = sum_{j<=k} M_kj x_j, out[j] += sum_{k>=j} c_k M_kj. */
void panel_both(const double *M, size_t n, const double *x, const double *c, double *dots,
                double *out);

/** A symmetric matrix of L x L blocks as such triangles: number (l, l') of block (k, j), j <= k, is
 * in triangle l*L + l'. It grows by a row of blocks at a time. */
typedef struct panel_blocks {
    double *M;     /* [L*L*stride] */
    size_t L;      /* numbers along a block */
    size_t stride; /* from one triangle to the next */
} panel_blocks_t;

/** out_{ll'}[j] = sum_k x_k M(k, l; j, l') for j < n, at (l*L + l')*room + j. dots [n] is scratch.
 */
void panel_blocks_times(const panel_blocks_t *self, size_t n, const double *x, size_t room,
                        double *dots, double *out);

/** sum_j x_j y_j */
double panel_dot(const double *x, const double *y, size_t n);

#endif
