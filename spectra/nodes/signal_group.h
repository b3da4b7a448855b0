/**
 * A signal of infinite norm on the innermost group, 0 < u < high, where directions do not move.
 *
 * What counts there are X*^T K_i X*, X*^T mu_i and the means' own products. One N_* has them all:
 * long enough for a vector with these products with the means, with eigenvalues that make
 * lambda_i N_*^2 right. They are below the group's average then, which counts for nothing: u0 is
 * tiny.
 */
#ifndef SGDLIMIT_SPECTRA_NODES_SIGNAL_GROUP_H
#define SGDLIMIT_SPECTRA_NODES_SIGNAL_GROUP_H

#include "spectra/families/signal.h"
#include "spectra/nodes/segments.h"

/** Is the signal a power of u on the segment that makes its norm infinite at u -> 0? */
bool signal_is_steep(const profiles_t *self, const segment_t *segment);

/** There: the least power of u among the integrands in which it meets others, and log u below which
 * it would be absurdly large. */
double signal_least_power(const profiles_t *self, const segment_t *segment);
double signal_absurd_below(const profiles_t *self, const segment_t *segment);

/** The largest power of u, du = u dlog u included, among these integrands; 0 without a signal. */
double signal_most_power(const profiles_t *self, const segment_t *segment);

/** |N_*|^2 times the group's weight, for the group of 0 < u < high, and the eigenvalues of the
 * classes that go with it. */
double signal_group(const profiles_t *self, const segment_t *segment, position_t high,
                    double *eigenvalue);

/** int lambda_i nu_*^2 du over low < u < high of a segment where class i is the power that it is at
 * u -> 0; is it one that is known? */
double signal_variance(const profiles_t *self, const segment_t *segment, size_t i, position_t low,
                       position_t high);
bool signal_variance_is_known(const profiles_t *self, const segment_t *segment, size_t i);

#endif
