/**
 * Adaptive integration of one function over an interval, without allocation or global state.
 */
#ifndef SGDL_LOSS_QUADRATURE_H
#define SGDL_LOSS_QUADRATURE_H

typedef double sgdl_integrand_f(void *context, double x);

/**
 * The integral of f over [low, high] (0 if low >= high) by 15-point Gauss-Kronrod panels, at first
 * no wider than `panel` (at most 80 of them), halved until each one's error estimate is below
 * `tolerance` times the whole. A jump of f is met by halving as well. Adds the estimate of the
 * absolute error to *error.
 */
double sgdl_integrate(sgdl_integrand_f *f, void *context, double low, double high, double panel,
                      double tolerance, double *error);

#endif
