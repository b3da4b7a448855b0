/** The Marchenko-Pastur law with unit mean, apart from the family's row so that it can be tested.
 */
#ifndef SGDLIMIT_SPECTRA_FAMILIES_MARCHENKO_PASTUR_H
#define SGDLIMIT_SPECTRA_FAMILIES_MARCHENKO_PASTUR_H

/** The quantile at u in [0, 1]: zero on the atom u <= 1 - 1/ratio, else in
 * [(1 - sqrt ratio)^2, (1 + sqrt ratio)^2]. */
double marchenko_pastur_quantile(double ratio, double u);

#endif
