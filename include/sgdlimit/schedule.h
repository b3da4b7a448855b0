/**
 * Learning-rate schedules, t = steps/d.
 *
 * A schedule is a member of a family with an optional linear warm-up of length T in front: for t <
 * T a straight line from 0 to the schedule's first value, then the schedule at t - T. Schedules are
 * right-continuous. A family's rate is given, gamma(t) (constant, polynomial, cosine, piecewise),
 * or driven by what is measured of the state.
 */
#ifndef SGDLIMIT_SCHEDULE_H
#define SGDLIMIT_SCHEDULE_H

#include <stddef.h>

#include "sgdlimit/error.h"
#include "sgdlimit/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sgdl_schedule {
    sgdl_spec_t spec;
    double warmup; /* T >= 0 */
} sgdl_schedule_t;

/** What a driven rate may look at, all of it by population averages over the mixture. With the
 * batch b, gradient noise sigma and ridge delta, F = R + delta/2 |X|^2. */
typedef struct sgdl_measured {
    double risk;        /* R */
    double noise_power; /* sum_i p_i tr(K_i)/d E_i|f'|^2, what the noise is proportional to */
    double step_power;  /* noise_power/b + L sigma^2: a step's mean |gradient|^2/d */
    double descent;     /* |grad F|^2, and ... */
    double curvature;   /* ... dF/dt = -gamma descent + gamma^2 curvature */
    double accumulated; /* the integral of step_power from 0 to t */
} sgdl_measured_t;

/** Which of them: a set of bits. */
enum {
    SGDL_MEASURE_RISK = 1,
    SGDL_MEASURE_NOISE_POWER = 2,
    SGDL_MEASURE_STEP_POWER = 4,
    SGDL_MEASURE_PROGRESS = 8, /* descent and curvature */
    SGDL_MEASURE_ACCUMULATED = 16
};

/** A row of the table of schedules. `s` is time since the end of the warm-up. */
typedef struct sgdl_schedule_family {
    sgdl_family_t family;
    double (*rate)(const sgdl_spec_t *spec, double s, double horizon);
    /* In the place of `rate`: one that is driven by the state, a smooth function of s and of what
     * it `measures` (SGDL_MEASURE_...; the rest of *measured is not set). Whoever does not measure
     * that refuses the schedule. */
    double (*driven)(const sgdl_spec_t *spec, double s, double horizon,
                     const sgdl_measured_t *measured);
    unsigned measures;
    /* The derivatives of a driven rate by all that it measures, into *out, which is zero before.
     * NULL: they are left to Newton's iteration. */
    void (*partial)(const sgdl_spec_t *spec, double s, double horizon,
                    const sgdl_measured_t *measured, sgdl_measured_t *out);
    /* Writes up to `room` times in (0, inf) at which the rate or its derivative jumps; returns how
     * many there are. NULL: none. Between them the rate is smooth and monotone. */
    size_t (*breaks)(const sgdl_spec_t *spec, double horizon, double *times, size_t room);
    /* The largest rate over s in [0, horizon]. NULL: the rate never rises, rate(0) is it; a driven
     * one has no bound. */
    double (*max)(const sgdl_spec_t *spec, double horizon);
    /* The infimum of the rate from s on, for ever. NULL: the rate never rises, its end is it; of a
     * driven one nothing better than 0 is known. */
    double (*least)(const sgdl_spec_t *spec, double s, double horizon);
    /* The power of t with which the rate falls to zero at last, 0 if it does not. NULL: the rate
     * ends at a constant. */
    double (*decay)(const sgdl_spec_t *spec);
} sgdl_schedule_family_t;

/** The table; the last entry is NULL. family is the first member, so a spec's family casts back. */
extern const sgdl_family_t *const sgdl_schedule_families[];

/** gamma(t), t >= 0; `horizon` is the problem's time (cosine's default length). NAN if the state
 * drives it. */
double sgdl_schedule_rate(const sgdl_schedule_t *self, double t, double horizon);

/**
 * gamma at begin + elapsed within the segment [begin, end) of a schedule, begin and end 0, breaks
 * or (end) INFINITY. Held below a jump at the end, and exact where `elapsed` is far below what a
 * double near `begin` resolves.
 */
double sgdl_schedule_rate_within(const sgdl_schedule_t *self, double begin, double end,
                                 double elapsed, double horizon);

/** The infimum of gamma from t on, beyond the horizon too: what a growing run can hope for. */
double sgdl_schedule_least(const sgdl_schedule_t *self, double t, double horizon);

/** Times in (0, horizon] at which the integrator must stop, increasing: the first numbers at which
 * sgdl_schedule_rate has jumped. *times is owned by the caller (free). Errors: SGDL_ERR_MEMORY. */
int sgdl_schedule_breaks(const sgdl_schedule_t *self, double horizon, double **times, size_t *count,
                         sgdl_error_t *error) SGDL_CHECKED;

/** An upper bound on gamma over [0, horizon]; INFINITY: none is known. */
double sgdl_schedule_max(const sgdl_schedule_t *self, double horizon);

/** How a schedule ends: gamma -> rate > 0, or gamma ~ t^-power -> 0 (power INFINITY: it is 0 from
 * some time on). With power > 1 the integral of gamma is finite. Both NAN if the state drives it.
 */
typedef struct sgdl_schedule_ending {
    double rate;
    double power; /* 0 if rate > 0 */
} sgdl_schedule_ending_t;

sgdl_schedule_ending_t sgdl_schedule_ending(const sgdl_schedule_t *self, double horizon);

/** The constant schedule with this value. */
sgdl_schedule_t sgdl_schedule_constant(double value);

void sgdl_schedule_free(sgdl_schedule_t *self);

#ifdef __cplusplus
}
#endif
#endif
