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

/** sum_j x_j y_j */
double panel_dot(const double *x, const double *y, size_t n);

#endif
