/** Powers of u = rho/d, many at once. */
#ifndef SGDLIMIT_SPECTRA_FAMILIES_POWER_H
#define SGDLIMIT_SPECTRA_FAMILIES_POWER_H

#include <stddef.h>

/** out [count] = scale u^exponent of the directions rho = first + 1 .. first + count of d, to an
 * ulp or two; large exponents to |exponent| times 3e-17 beside that. */
void power_row(double scale, double exponent, size_t d, size_t first, size_t count, double *out);

#endif
