/**
 * Schedules of few numbers beside which optimal ones are shown and from which they start, sampled
 * in the middle of each piece: the best constant one, the best cosine, the best polynomial one.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_OPTIMAL_FAMILIES_H
#define SGDLIMIT_THEORIES_STREAMING_OPTIMAL_FAMILIES_H

#include "sgdlimit/schedule.h"
#include "src/theories/streaming/optimal/constant.h"
#include "src/theories/streaming/optimal/trial.h"

typedef enum member_kind {
    MEMBER_CONSTANT,
    MEMBER_COSINE,
    MEMBER_POLYNOMIAL,
    MEMBERS
} member_kind_t;

extern const char *const member_names[MEMBERS];

enum { MEMBER_TEXT = 160 };

typedef struct member {
    double *rate;           /* [pieces] borrowed: where they go */
    double risk;            /* INFINITY: not found */
    char text[MEMBER_TEXT]; /* as a problem file states the schedule, not sampled */
} member_t;

/** What a schedule has in the middle of each piece. rate [pieces]. */
void families_sample(const sgdl_schedule_t *schedule, const trial_t *trial, double *rate);

/** The best of a family; the constants first, as the others start from them. Errors: those of
 * trial_risk, and then *out is the best so far. */
int families_best(trial_t *trial, member_kind_t kind, const member_t *constant, member_t *out,
                  sgdl_error_t *error) SGDL_CHECKED;

/** What constants are looked at: from those with which nothing moves. */
constant_of_t families_constants(trial_t *trial);

#endif
