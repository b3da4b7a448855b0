/** Rotations O of R^d, and what they make of diagonal matrices and vectors. */
#ifndef SGDLIMIT_TESTS_ROTATION_H
#define SGDLIMIT_TESTS_ROTATION_H

#include <math.h>
#include <stddef.h>

/* A product of plane rotations by angles that depend on `number`; [d*d] by rows. */
static inline void rotation_make(size_t d, size_t number, double *rotation)
{
    for (size_t e = 0; e < d * d; e++)
        rotation[e] = e % (d + 1) == 0;
    for (size_t j = 0; j < d; j++)
        for (size_t k = j + 1; k < d; k++) {
            const double angle = 3 * sin((double)(number * 131 + j * 17 + k * 5 + 1));
            for (size_t n = 0; n < d; n++) {
                double *a = &rotation[j * d + n], *b = &rotation[k * d + n];
                const double turned = cos(angle) * *a - sin(angle) * *b;
                *b = sin(angle) * *a + cos(angle) * *b;
                *a = turned;
            }
        }
}

/* O diag(lambda) O^T */
static inline void rotation_matrix(size_t d, const double *rotation, const double *lambda,
                                   double *out)
{
    for (size_t j = 0; j < d; j++)
        for (size_t k = 0; k <= j; k++) {
            double sum = 0;
            for (size_t n = 0; n < d; n++)
                sum += rotation[j * d + n] * lambda[n] * rotation[k * d + n];
            out[j * d + k] = out[k * d + j] = sum;
        }
}

/* O x */
static inline void rotation_vector(size_t d, const double *rotation, const double *x, double *out)
{
    for (size_t j = 0; j < d; j++) {
        out[j] = 0;
        for (size_t n = 0; n < d; n++)
            out[j] += rotation[j * d + n] * x[n];
    }
}

#endif
