/** The rows of the table of schedules, one file each, and rates of any of them. */
#ifndef SGDLIMIT_SCHEDULE_FAMILY_H
#define SGDLIMIT_SCHEDULE_FAMILY_H

#include "sgdlimit/schedule.h"

/** A key whose number is positive and has no default. */
#define SCHEDULE_POSITIVE(key, text)                                                               \
    {                                                                                              \
        .name = (key), .kind = SGDL_KEY_REAL, .required = true, .standard = NAN, .lower = 0.0,     \
        .upper = INFINITY, .lower_open = true, .help = (text)                                      \
    }

extern const sgdl_schedule_family_t schedule_constant;
extern const sgdl_schedule_family_t schedule_polynomial;
extern const sgdl_schedule_family_t schedule_cosine;
extern const sgdl_schedule_family_t schedule_piecewise;
extern const sgdl_schedule_family_t schedule_adagrad_norm;
extern const sgdl_schedule_family_t schedule_line_search;
extern const sgdl_schedule_family_t schedule_polyak;

/** The row that a schedule is a member of. */
const sgdl_schedule_family_t *schedule_family(const sgdl_schedule_t *self);

/** sgdl_schedule_rate and sgdl_schedule_rate_within where this was measured. NAN if the state
 * drives the rate and nothing was, NULL. */
double schedule_rate(const sgdl_schedule_t *self, double t, double horizon,
                     const sgdl_measured_t *measured);
double schedule_rate_within(const sgdl_schedule_t *self, const double segment[2], double elapsed,
                            double horizon, const sgdl_measured_t *measured);

/** The derivatives of a driven rate, as schedule_rate_within gives it, by what was measured. */
sgdl_measured_t schedule_partial_within(const sgdl_schedule_t *self, const double segment[2],
                                        double elapsed, double horizon,
                                        const sgdl_measured_t *measured);

#endif
