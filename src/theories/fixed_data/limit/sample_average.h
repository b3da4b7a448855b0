/**
 * Averages over a sample of the data that X was fitted to, L = 1.
 *
 * Without the sample its preactivation would be omega ~ N(m, B), as of a fresh one; with it, r is
 * where the sample's own pull is in balance, the proximal point
 *
 *     r + V l'(r) = omega        (V: how far a unit pull moves r)
 *
 * and what the equations of the minimiser need are averages of functions of r. As a function of
 * omega they are analytic in the strip |Im omega| < pi whatever V is (r has its singularities
 * where 1 + V l''(r) = 0, which is on Im r = pi), so that equal steps of a fraction of that are
 * exact to rounding.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_SAMPLE_AVERAGE_H
#define SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_SAMPLE_AVERAGE_H

#include "src/theories/fixed_data/setup.h"

typedef struct sample_law {
    double m, B, V; /* of class `class`; the bias is in m */
    double cross;   /* Cov(omega, r*); with a teacher */
    size_t class;
} sample_law_t;

typedef struct sample_average {
    double gradient; /* E l'(r) */
    double response; /* E l''(r)/(1 + V l''(r)): d E l'(r) / d m */
    double square;   /* E l'(r)^2 */
    double signal;   /* E l'(r) (r* - m*); 0 without a teacher */
    double risk;     /* E l(r): of the training data */
    double error;    /* P(the sign of r is wrong), ties one half; NAN with a teacher */
} sample_average_t;

/** Allocate nothing. false: there is no such law, |cross| is beyond sqrt(B B*). */
typedef bool sample_average_f(const setup_t *setup, const sample_law_t *law, sample_average_t *out);

/** The problem's own loss, logistic; any labels. */
bool sample_average_logistic(const setup_t *setup, const sample_law_t *law, sample_average_t *out);

/** The squared hinge (1 - y r)_+^2/2, y = +-1: as the ridge falls its minimiser has the direction
 * of the widest margin, if there is one. Labels of two values. */
bool sample_average_hinge(const setup_t *setup, const sample_law_t *law, sample_average_t *out);

/** The same of (-y r)_+^2/2 at V = 0. */
bool sample_average_sign(const setup_t *setup, const sample_law_t *law, sample_average_t *out);

#endif
