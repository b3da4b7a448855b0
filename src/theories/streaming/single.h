/**
 * One output under a teacher, with a heavy ball, or with both.
 *
 * The state holds parts p of the parameter: X, or under a teacher its deviation D from the signal
 * (src/loss/teacher.h), and behind it with a heavy ball the velocity V. Per node, with
 *
 *     c = sum_i p_i (G_i N_i + lambda_i J_i N_*) + delta shift N_*     N_* the signal's row
 *     h = sum_i p_i lambda_i Hbar_i + delta
 *     kappa = (1/b) sum_i p_i lambda_i Q_i + sigma^2
 *
 * and f = (-gamma, g), M_0 = (0, -g; 0, -damping), its moments move by
 *
 *     dA_p  = f_p (c + h A_x) + (M_0 A)_p
 *     dS_pq = f_p s_q + f_q s_p + (M_0 S + S M_0^T)_pq,     s_p = c . A_p + h S_xp + kappa f_p/2
 *
 * Nothing but the product of gain and weight is seen of V in X: V is in units in which both are
 * g = sqrt(gain weight).
 *
 * The system's rows of coefficients are p_i G_i, p_i Hbar_i, p_i Q_i/b and p_i J_i here: gamma,
 * which may be zero while V pushes on, is left out.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_SINGLE_H
#define SGDLIMIT_THEORIES_STREAMING_SINGLE_H

#include "src/theories/streaming/system.h"

/** Coefficients, or their differentials: a row [C] for each of G, Hbar, Q and J (NULL: none), and
 * what is added on every node to h, kappa and the factor of N_* in c. */
typedef struct single_rows {
    const double *G, *H, *Q, *J;
    double decay, diffusion, pull;
} single_rows_t;

enum { SINGLE_ROWS = 4 };

/** The system's own. */
single_rows_t single_rows(const sgdl_system_t *self);

/** Differentials of the four rows of class i along those of (m_i, B_i, cross_i). */
void single_differentiate(const sgdl_system_t *self, size_t i, const double z[3],
                          double out[SINGLE_ROWS]);

typedef struct single_terms {
    double h, kappa;
    double *c; /* [k] */
} single_terms_t;

/** The terms of node n, with c stored inside self->node: in slot 0 or 1. */
single_terms_t single_gather(const sgdl_system_t *self, size_t n, const single_rows_t *rows,
                             int slot);

/** f, by parts. */
static inline void single_push(const sgdl_system_t *self, double f[2])
{
    f[0] = -self->gamma;
    f[1] = self->push;
}

/** Of a vector laid out like the state, at node n: row j of A_p, and S_pq. */
static inline size_t single_A(const sgdl_system_t *self, size_t p, size_t j, size_t n)
{
    return self->A + (p * self->k + j) * self->N + n;
}

static inline size_t single_S(const sgdl_system_t *self, size_t p, size_t q, size_t n)
{
    return self->S + (p + q) * self->N + n;
}

/** The same of the signal. */
static inline double single_signal(const sgdl_system_t *self, size_t j, size_t n)
{
    return self->nodes->mean[(self->C * self->k + j) * self->N + n];
}

/** Sum over j of A_p times a vector [k]. */
static inline double single_dot(const sgdl_system_t *self, const double *y, size_t p, size_t n,
                                const double *vector)
{
    double sum = 0;
    for (size_t j = 0; j < self->k; j++)
        sum += y[single_A(self, p, j, n)] * vector[j];
    return sum;
}

/** What a change of the terms of node n makes of its motion, added to s [parts] and force [k]. */
void single_add_change(const sgdl_system_t *self, size_t n, const single_terms_t *change,
                       const double *y, double *force, double s[2]);

/** From the start of X to that of D. y [length]. */
void single_start(const sgdl_system_t *self, double *y);

/** The linear functionals cross_i of any vector laid out like the state; [C], with a teacher. */
void single_cross(const sgdl_system_t *self, const double *y, double *cross);

/**
 * With a heavy ball, from the tolerances of X in `atol` [length] those of V at a state, or any
 * vector laid out like it, y, at the coefficients set last: what V may be wrong by without that X
 * is, beyond rtol. V is of the size v |A_x|, v = min(g h/damping, sqrt(h)): following the force, or
 * oscillating. The force itself is a difference of terms that large, all but zero once X has come
 * to rest: relative to V alone its rounding errors would decide.
 */
void single_tolerate(const sgdl_system_t *self, double rtol, const double *y, double *atol);

/** system_set_rate's, system_derivative's and system_jacobian_times' part. */
void single_set_coefficients(sgdl_system_t *self);
void single_derivative(const sgdl_system_t *self, const double *y, double *dy);
void single_jacobian_times(const sgdl_system_t *self, const double *y, const double *v, double *Jv);

#endif
