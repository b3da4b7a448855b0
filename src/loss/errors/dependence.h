/**
 * Probability that normal variables which depend on one another weakly are all below their bounds.
 *
 * With correlations R off the diagonal the logarithm of P(e_b < z_b for all b) is the sum of all
 * connected diagrams whose vertices are the derivatives of log Phi at z_b and whose lines are R:
 *
 *     P = exp(1/2 sum_{a != b} R_ab d_a d_b) prod_b Phi(z_b).
 *
 * All trees are summed by the stationary point eta = R g(z + eta), g = (log Phi)', all single loops
 * by a determinant, then follow those of two loops and the leading ones of more, of lines dressed
 * by loops. What is left out is of the sixth order in R. (TAP's and Plefka's expansion, in its
 * resummed form; for orthants: Opper, Paquet and Winther, J. Mach. Learn. Res. 14, 2013.)
 */
#ifndef SGDLIMIT_LOSS_ERRORS_DEPENDENCE_H
#define SGDLIMIT_LOSS_ERRORS_DEPENDENCE_H

#include <stdbool.h>
#include <stddef.h>

/** log Phi and its first five derivatives. */
typedef struct log_normal {
    double value, first, second, third, fourth, fifth;
} log_normal_t;

log_normal_t log_normal(double z);

/** The parts of the logarithm: trees and single loops, two loops, and those of more loops that are
 * of fourth and fifth order in R. */
typedef struct dependence {
    double trees, loops, fourth, fifth;
} dependence_t;

/** Doubles of scratch. */
size_t dependence_room(size_t count);

/** R [count*count] is symmetric with a diagonal of 0. False: too strong for an expansion. */
bool dependence_log(size_t count, const double *R, const double *z, double *room,
                    dependence_t *out);

/** To first order in R, sum_b log Phi(z_b) + 1/2 sum_ab R_ab g_a g_b. */
double dependence_faint(size_t count, const double *R, const double *z, double *room);

#endif
