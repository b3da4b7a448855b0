/**
 * Adaptive integration of one function over an interval, without allocation or global state.
 */
#ifndef SGDLIMIT_BASE_QUADRATURE_H
#define SGDLIMIT_BASE_QUADRATURE_H

#include <stddef.h>

typedef double quadrature_f(void *context, double x);

enum { QUADRATURE_CUTS = 100 };

/**
 * The integral of f over [cut[0], cut[count - 1]] (0 if count < 2) by 15-point Gauss-Kronrod
 * panels, at first one between each cut and the next (increasing, at most QUADRATURE_CUTS),
 * halved until each one's error estimate is below `tolerance` times the integral of |f| as known by
 * then. Cuts belong where f changes within less than a panel: halving finds a jump in a panel, but
 * nothing that all of its points miss. Adds the estimate of the absolute error to *error.
 */
double quadrature_integrate(quadrature_f *f, void *context, const double *cut, size_t count,
                            double tolerance, double *error);

#endif
