/** The bivariate normal law. */
#ifndef SGDLIMIT_LOSS_AVERAGES_BIVARIATE_H
#define SGDLIMIT_LOSS_AVERAGES_BIVARIATE_H

/** P(x < h, y < k) of two standard normals of correlation rho in [-1, 1], to 1e-15; h and k may be
 * infinite. */
double bivariate_lower(double h, double k, double rho);

#endif
