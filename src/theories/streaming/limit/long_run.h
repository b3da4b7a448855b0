/**
 * One learning rate of a problem, integrated to a few late times.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_LIMIT_LONG_RUN_H
#define SGDLIMIT_THEORIES_STREAMING_LIMIT_LONG_RUN_H

#include "src/theories/streaming/observe.h"

typedef struct long_run {
    const sgdl_problem_t *problem; /* borrowed */
    size_t rate;                   /* number of the learning rate */
    double constant_rate;    /* > 0: in the place of the schedule, which may hang on the horizon */
    const sgdl_plan_t *plan; /* all but what is shown at which times; borrowed */
    /* Called at each time that is reached, with what is seen of all classes there. */
    void (*seen)(void *context, const observation_t *seen);
    void *context;
} long_run_t;

/** Whether long times of the problem's loss have laws: SGDL_ERR_INPUT where they are not known. */
int long_run_check(const sgdl_problem_t *problem, sgdl_error_t *error) SGDL_CHECKED;

/** Integrates to the times [count], increasing; the last is the horizon. Those before an error have
 * been handed out. Errors: as sgdl_solve. */
int long_run(const long_run_t *self, const double *times, size_t count,
             sgdl_error_t *error) SGDL_CHECKED;

#endif
