/**
 * Kramers' rate of heavy ball over one barrier, constant noise:
 *
 *     k = A (lambda/omega_b)(omega_i/2 pi) e^{-barrier/T},  lambda = sqrt(friction^2/4 + omega_b^2)
 * - friction/2,  omega^2 = |U''| A = A(D_1) A(D_2)/A(D_1 + D_2),  D_i = friction I_i/T, A(D) =
 * exp((2/pi) int_0^{pi/2} ln(1 - e^{-D/(4 cos^2 y)}) dy)             (Melnikov, Meshkov)
 *
 * where I_i is the action of the closed orbit at the barrier's height on either side.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_KRAMERS_UNDERDAMPED_H
#define SGDLIMIT_THEORIES_DIFFUSION_KRAMERS_UNDERDAMPED_H

#include "src/theories/diffusion/setting.h"

/** 1/k from basin `from` to its neighbour `to`. INFINITY beyond what a double holds, NAN with T(x)
 * or where U'' vanishes. */
double kramers_underdamped_time(const setting_t *setting, size_t from, size_t to);

/** The same without A: right at high friction alone. */
double kramers_inertial_time(const setting_t *setting, size_t from, size_t to);

/** The action of the closed orbit at the height of the barrier between basins `from` and `to`, on
 * the side of `from`: twice the integral of sqrt(2 (U_b - U)) from the turning point, or the box's
 * end, to the barrier. */
double kramers_action(const setting_t *setting, size_t from, size_t to);

/** A(D). */
double kramers_depopulation(double D);

/** What a finite step h does to the rate: it is multiplied by both factors. */
typedef struct finite_steps {
    double K;           /* friction int V^2 U'' dt along the damped descent from the barrier */
    double exponential; /* exp(h^2 K/(6 T)) */
    double prefactor;   /* 1 + (h^2/8)(U'' at the minimum - |U''| at the barrier) */
} finite_steps_t;

finite_steps_t kramers_finite_steps(const setting_t *setting, size_t from, size_t to);

#endif
