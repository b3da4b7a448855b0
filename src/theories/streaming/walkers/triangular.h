/**
 * Gram matrices through their triangular factors, kept as factors so that rounding stays small
 * over any number of steps: F stands for any matrix with the Gram matrix F^T F.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_WALKERS_TRIANGULAR_H
#define SGDLIMIT_THEORIES_STREAMING_WALKERS_TRIANGULAR_H

#include <stddef.h>

#include "src/random/stream.h"

/** Adds row [L] (overwritten) to the triangular factor R [L*L, row by row]:
 * R^T R <- R^T R + row row^T. */
void triangular_push(size_t L, double *R, double *row);

/** Turns F [rows*L], rows >= L, into the triangular factor of its Gram matrix, in its first L rows;
 * the others become zero. Householder reflections. */
void triangular_reduce(size_t rows, size_t L, double *F);

/** Draws the triangular factor T [min(n, L)*L] of a Gaussian n x L matrix with independent N(0,1)
 * entries (Bartlett): chi on the diagonal, normals above it. */
void triangular_draw(double n, size_t L, normals_t *normals, words_t *words, double *T);

/** The factor F [rows*L] of a Gram matrix P [packed upper triangle] of rank `rows` at most:
 * Cholesky with the zero pivots left out. P is overwritten. */
void triangular_cholesky(size_t rows, size_t L, double *P, double *F);

#endif
