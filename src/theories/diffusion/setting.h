/**
 * One learning rate and batch on a landscape: the numbers of SGD's diffusion there.
 *
 *     dX = -U'(X) dt + sqrt(2 D(X)) dW,   D(x) = heat Sigma(x),  heat = eta/(2B)        momentum 0
 *     dX = V dt,  dV = -(friction V + U'(X)) dt + sqrt(2 friction T(X)) dW,  T(x) = heat Sigma(x)
 *
 * with heat = eta/(2B(1 - mu)), friction = 2 (1 - mu)/((1 + mu) h) and t = h k, h = sqrt(2 eta/(1 +
 * mu)): then heavy ball is weakly second order in h.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_SETTING_H
#define SGDLIMIT_THEORIES_DIFFUSION_SETTING_H

#include "sgdlimit/curve.h"
#include "sgdlimit/plan.h"
#include "src/landscape/landscape.h"
#include "src/problem/problem.h"
#include "src/schedule/source.h"

typedef struct setting {
    const sgdl_problem_t *problem; /* borrowed */
    const landscape_t *landscape;  /* borrowed from the problem */
    size_t curve;                  /* its number among all pairs */
    rate_source_t rate;            /* eta as a function of t */
    double eta;                    /* at t = 0 */
    double batch;                  /* B */
    double momentum;               /* mu */
    double heat;                   /* D(x) or T(x) over Sigma(x), at eta */
    double temperature;            /* heat Sigma at the first minimum */
    double stride;                 /* t of a step: eta, with momentum h */
    double friction;               /* gamma_f; 0 without momentum */
    bool settled;                  /* at the rate that a schedule ends at */
} setting_t;

/** Of curve number `curve` < problem_curves; nothing is owned. Errors: SGDL_ERR_INPUT (a driven
 * rate, or one that is not above 0 up to the horizon). */
int setting_init(setting_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                 size_t curve, sgdl_error_t *error) SGDL_CHECKED;

/** The same as t -> infinity: eta, heat, temperature, stride and friction of the learning rate that
 * a schedule ends at. Errors: SGDL_ERR_INPUT (it falls to 0: there is no stationary law). */
int setting_settle(setting_t *self, sgdl_error_t *error) SGDL_CHECKED;

/** The learning rate does not change. */
static inline bool setting_is_constant(const setting_t *self)
{
    return self->rate.kind == RATE_CONSTANT;
}

/** heat at time t. */
double setting_heat(const setting_t *self, double t);

/** Steps made by time t: the integral of dt/eta; t/stride where the rate is constant. Errors:
 * SGDL_ERR_MEMORY. */
int setting_steps(const setting_t *self, double t, double *steps, sgdl_error_t *error) SGDL_CHECKED;

/** Heights in units of the temperature: phi(x) = int U'/D dx from the first minimum, one
 * coordinate. Closed form where the noise is constant, else Gauss-Legendre quadrature. */
double setting_height(const setting_t *self, double x);

enum { SETTING_KEY = 64 };

/** The key of a note about this setting: the name, behind "curve_3_" where there are several
 * curves. Returns key. */
const char *setting_key(const setting_t *self, const char *name, char key[SETTING_KEY]);

/** What a reader has to know of a curve: its time, temperature, friction. Errors: the sink's,
 * SGDL_ERR_MEMORY. */
int setting_note(const setting_t *self, const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

#endif
