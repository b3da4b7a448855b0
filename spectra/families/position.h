/**
 * A place u in [0, 1] of a profile, carried together with log u.
 *
 * Slowly varying power laws matter at places far below the smallest double (at exponent 0.02 the
 * profile falls by e every e^-50), so everything that can be computed from log u is.
 */
#ifndef SGDLIMIT_SPECTRA_FAMILIES_POSITION_H
#define SGDLIMIT_SPECTRA_FAMILIES_POSITION_H

#include <float.h>
#include <math.h>
#include <stdbool.h>

typedef struct position {
    double u;     /* may have underflown to 0 */
    double log_u; /* -INFINITY only at u = 0 itself */
} position_t;

static inline position_t position_at(double u) { return (position_t){.u = u, .log_u = log(u)}; }

static inline position_t position_log(double log_u)
{
    return (position_t){.u = exp(log_u), .log_u = log_u};
}

/** log(a.u / b.u) for a <= b, to full relative precision when a and b are close. */
static inline double position_log_ratio(position_t a, position_t b)
{
    if (a.u >= 0.5 * b.u && b.u > DBL_MIN)
        return log1p((a.u - b.u) / b.u);
    return a.log_u - b.log_u;
}

/** The integral of u^(c-1) du from a to b, for any c with c > 0 or a.u > 0. */
static inline double position_power(position_t a, position_t b, double c)
{
    const double ratio = position_log_ratio(a, b);
    return c == 0 ? -ratio : exp(c * b.log_u) * -expm1(c * ratio) / c;
}

/** The mean of u^(c-1) over a < u < b, where u itself may underflow. */
static inline double position_power_mean(position_t a, position_t b, double c)
{
    const double ratio = position_log_ratio(a, b);
    return exp((c - 1) * b.log_u) * expm1(c * ratio) / (c * expm1(ratio));
}

/** u <= edge, where u = rho/d may be off by rounding: with edge = z exactly floor(z d) directions
 * are inside, also where z d is an integer that neither z nor u represents. */
static inline bool position_inside(double u, double edge)
{
    return u <= edge * (1 + 4 * DBL_EPSILON);
}

#endif
