/** r + V (s(r) - y) = omega, s(r) = 1/(1 + e^-r), y in [0, 1]. */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_PROXIMAL_H
#define SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_PROXIMAL_H

/** Newton's method from `guess`, inside a bracket that shrinks. */
double proximal_logistic(double omega, double y, double V, double guess);

#endif
