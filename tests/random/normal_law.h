/* Shared by the tests of random numbers: laws, their moments, and how far a sample is from them. */
#ifndef SGDLIMIT_TESTS_RANDOM_NORMAL_LAW_H
#define SGDLIMIT_TESTS_RANDOM_NORMAL_LAW_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static inline int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* sqrt(n) times the largest distance of the empirical distribution from `law`; sorts. */
static inline double kolmogorov(double *sample, size_t n, double (*law)(double))
{
    double largest = 0;
    qsort(sample, n, sizeof *sample, compare_numbers);
    for (size_t i = 0; i < n; i++) {
        double p = law(sample[i]);
        largest = fmax(largest, fmax(p - (double)i / (double)n, (double)(i + 1) / (double)n - p));
    }
    return largest * sqrt((double)n);
}

/* Beyond it lie 1e-5 of all samples (Kolmogorov's law, 2 exp(-2 x^2)). */
#define KOLMOGOROV_BOUND 2.47

static inline double normal_law(double x) { return gsl_cdf_ugaussian_P(x); }
static inline double exponential_law(double x) { return -expm1(-x); }
static inline double uniform_law(double x) { return x; }

/* x [n + lag], standard normals: numbers `lag` apart say nothing of each other. */
static inline void assert_independent(const double *x, size_t n, size_t lag)
{
    double linear = 0, squares = 0, mixed = 0, signs = 0;
    for (size_t e = 0; e < n; e++) {
        const double a = x[e], b = x[e + lag];
        linear += a * b;
        squares += (a * a - 1) * (b * b - 1);
        mixed += a * (b * b - 1);
        signs += (a > 0) == (b > 0) ? 1 : -1;
    }
    const double root = sqrt((double)n);
    assert_true(fabs(linear) < 4.5 * root);
    assert_true(fabs(squares) < 4.5 * 2 * root);
    assert_true(fabs(mixed) < 4.5 * sqrt(2) * root);
    assert_true(fabs(signs) < 4.5 * root);
}

/* (k - 1)!!, the k-th moment of a standard normal for even k. */
static inline double moment(int k)
{
    double product = k % 2 == 0;
    for (int i = k - 1; i > 1; i -= 2)
        product *= i;
    return product;
}

#endif
