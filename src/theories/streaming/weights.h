/**
 * The weights X themselves, as rows print them, where the state may be that of their deviation from
 * a signal: each quantity with a bound on its error. What is left of large terms that cancel, as
 * close to X = 0, is known to no more than these.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_WEIGHTS_H
#define SGDLIMIT_THEORIES_STREAMING_WEIGHTS_H

#include "src/theories/streaming/uncertainty.h"

typedef struct known {
    double value, unknown;
} known_t;

/** A of X, all outputs [L*k*N]: in the state y itself, or put into `room` where it is not there. */
const double *weights_mean(const sgdl_system_t *system, const double *y, double *room);

/** Row j of A of X at node n and output a; S, of a system of one output. */
double weights_first(const sgdl_system_t *system, const double *y, size_t a, size_t j, size_t n);
double weights_second(const sgdl_system_t *system, const double *y, size_t n);

/** Part a of |X|^2, of clean nodes alone if asked for; NAN where nothing of it is known. */
known_t weights_norm2(const sgdl_system_t *system, const flow_t *flow, const double *y, size_t a,
                      bool clean_only);

/** X . mu_i, without a bias; i = C: the signal. A is weights_mean's, at output a. */
known_t weights_overlap(const sgdl_system_t *system, const flow_t *flow, const double *y,
                        const double *A, size_t i, size_t a);

/** Variance of r = X^T a in class i of the state averaged last, y, of one output. */
known_t weights_spread(const sgdl_system_t *system, const flow_t *flow, const double *y, size_t i);

#endif
