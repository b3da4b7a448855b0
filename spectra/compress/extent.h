/** The least and the largest of many numbers. */
#ifndef SGDLIMIT_SPECTRA_COMPRESS_EXTENT_H
#define SGDLIMIT_SPECTRA_COMPRESS_EXTENT_H

#include <stddef.h>

/** Lowers *low and raises *high to hold value [count]. */
void extent_widen(const double *value, size_t count, double *low, double *high);

/** Likewise of those that are positive. */
void extent_widen_positive(const double *value, size_t count, double *low, double *high);

#endif
