/* Shared by the tests of simulations on fixed data: a problem with all that its runs need. */
#ifndef SGDLIMIT_TESTS_THEORIES_FIXED_DATA_WALKER_RIG_H
#define SGDLIMIT_TESTS_THEORIES_FIXED_DATA_WALKER_RIG_H

#include "tests/curves.h"

#include <string.h>

#include "src/problem/plan.h"
#include "src/theories/fixed_data/walkers/walk.h"

typedef struct rig {
    sgdl_problem_t *problem;
    sgdl_plan_t plan;
    setup_t setup;
    columns_t columns;
    walks_t walks;
    walker_t walker;
} rig_t;

static inline void rig_init(rig_t *self, const char *text)
{
    sgdl_error_t error = {0};
    memset(self, 0, sizeof *self);
    self->problem = parse_problem(text);
    if (plan_complete(&self->plan, NULL, self->problem, &error) != SGDL_OK ||
        setup_init(&self->setup, self->problem, &self->plan, 1, 1e-8, &error) != SGDL_OK)
        fail_msg("%s\n%s", error.message, text);
    self->columns = columns_of(&self->setup);
    if (walks_init(&self->walks, self->problem, &self->plan, &self->columns, &error) != SGDL_OK)
        fail_msg("%s\n%s", error.message, text);
    self->walker = walks_walker(&self->walks);
}

static inline void rig_free(rig_t *self)
{
    walks_free(&self->walks);
    setup_free(&self->setup);
    sgdl_problem_free(self->problem);
}

static inline walk_t *rig_begin(rig_t *self, uint64_t run)
{
    void *state = NULL;
    sgdl_error_t error = {0};
    if (self->walker.begin(&self->walks, 0, run, &state, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    return state;
}

#endif
