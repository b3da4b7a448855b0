/**
 * Learning rates that the state drives: what they look at, and how they change with it.
 *
 * The right-hand side is gamma f1 + gamma^2 f2, so that F = R + ridge/2 |X|^2 moves by
 *
 *     dF/dt = -gamma a + gamma^2 c,      a = -F'(f1),      c = F'(f2)
 *
 * of which a is read off the right-hand side without noise, and c has a closed form
 * (population_curvature). For Newton's method the Jacobian at a fixed rate gains a term of rank
 * one, f_gamma (grad gamma)^T with f_gamma = f1 + 2 gamma f2.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_DRIVEN_H
#define SGDLIMIT_THEORIES_STREAMING_DRIVEN_H

#include "src/theories/streaming/system.h"

struct system_driven {
    sgdl_measured_t measured; /* at the state that was looked at last, */
    sgdl_measured_t partial;  /* and the rate's derivatives by it there */
    double *product;          /* [C*C] tr(K_i K_j)/d; nothing unless a and c are measured */
    double *m, *B, *cross;    /* [C*L] with the bias, [C*pairs], [C]: moments of f1 there */
    double *vector;           /* [length] scratch */
    double *direction;        /* [length] f_gamma of driven_add_times */
    /* How averages change: */
    double *m_change, *B_change, *cross_change; /* [C*L], [C*pairs], [C] */
    sgdl_averages_t *change;                    /* [C] */
};

/** Errors: SGDL_ERR_MEMORY. Free is legal after them, and of NULL. */
int driven_init(sgdl_system_t *system, sgdl_error_t *error) SGDL_CHECKED;
void driven_free(struct system_driven *self);

/** The coefficients at the state averaged last, y, under the rate that it gives at begin + elapsed
 * within the source's segment [begin, end). Returns 0; 1 if that is none. */
int driven_set_rate(sgdl_system_t *system, const double segment[2], double elapsed,
                    const double *y);

/* At the state last evaluated, y: */

/** The change of the rate along v, to first order. y, v [length]. */
double driven_rate_change(const sgdl_system_t *system, const double *y, const double *v);

/** The change along v of the mean |gradient|^2/d of a step. */
double driven_power_change(const sgdl_system_t *system, const double *v);

/** f_gamma, the right-hand side's derivative by the rate. out [length]. */
void driven_direction(const sgdl_system_t *system, const double *y, double *out);

/** What the Jacobian times v, Jv, gains: f_gamma times the rate's change, and the row of what is
 * accumulated. */
void driven_add_times(const sgdl_system_t *system, const double *y, const double *v, double *Jv);

#endif
