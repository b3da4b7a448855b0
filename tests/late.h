/* Risks at late times, by integration. */
#ifndef SGDLIMIT_TESTS_LATE_H
#define SGDLIMIT_TESTS_LATE_H

#include "src/theories/streaming/limit/long_run.h"

typedef struct risks {
    double *risk;
    size_t count;
} risks_t;

static inline void take_risk(void *context, const observation_t *seen)
{
    risks_t *self = context;
    self->risk[self->count++] = seen->risk;
}

/* The first learning rate's risk at late times; *count becomes how many were reached. */
static inline int late_risks(const sgdl_problem_t *problem, const double *times, size_t *count,
                             double *risk, sgdl_error_t *error)
{
    risks_t risks = {.risk = risk};
    const long_run_t run = {.problem = problem, .seen = take_risk, .context = &risks};
    int status = long_run(&run, times, *count, error);
    *count = risks.count;
    return status;
}

#endif
