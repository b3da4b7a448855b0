/* The limit at the constant learning rate that minimises the risk at T, or at t -> infinity. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sgdlimit/optimise.h"
#include "src/curve/emit.h"
#include "src/problem/plan.h"
#include "src/theories/streaming/optimal/families.h"
#include "src/theories/streaming/streaming.h"

/* Rates of the limit are looked at down to this part of a large one. */
static const double least_rate = 1e-8;

typedef struct quest {
    sgdl_problem_t *problem; /* a copy whose learning rate is what is looked at */
    const sgdl_plan_t *plan; /* complete */
    double at;
    trial_t trial;
    constant_t found;
    sgdl_error_t unknown; /* why a limit is not known */
} quest_t;

static int state_rate(quest_t *self, double rate, sgdl_error_t *error)
{
    return sgdl_problem_set_number(self->problem, "learning_rate", rate, error);
}

/* A limit that is not known is none. */
static int risk_of_limit(void *context, double rate, double *risk, sgdl_error_t *error)
{
    quest_t *self = context;
    sgdl_limit_t limit = {0};
    *risk = INFINITY;
    int status = state_rate(self, rate, error);
    if (status == SGDL_OK)
        status = streaming_limit_init(&limit, self->problem, self->plan, 0, &self->unknown);
    if (status == SGDL_OK && limit.verdict != SGDL_VERDICT_DIVERGES && isfinite(limit.risk))
        *risk = limit.risk;
    sgdl_limit_free(&limit);
    if (status == SGDL_ERR_MEMORY || status == SGDL_ERR_INTERRUPTED || status == SGDL_ERR_INPUT)
        return sgdl_fail(error, status, self->unknown.place, "%s",
                         *self->unknown.message ? self->unknown.message : error->message);
    return SGDL_OK;
}

/* ---- words ------------------------------------------------------------------------------------
 */

static int say_limit(const quest_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const constant_t *found = &self->found;
    if (found->flat)
        return emit_note(sink, "optimal", error,
                         "none: the risk ends at %.12g at every learning rate that was looked at, "
                         "from %.3g on; this table is of %.6g; ask for the risk at a time, --at T",
                         found->risk, found->rate, found->rate);
    if (found->at_least)
        return emit_note(sink, "optimal", error,
                         "gamma -> 0: the risk that is left falls with the learning rate, which "
                         "only makes noise; this table is of %.3g, where it is %.12g; ask for the "
                         "risk at a time, --at T",
                         found->rate, found->risk);
    return emit_note(sink, "optimal", error,
                     "learning rate %.12g: the least risk at t -> infinity, %.12g", found->rate,
                     found->risk);
}

static int say_at(const quest_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const constant_t *found = &self->found;
    if (found->flat || found->at_least)
        return emit_note(sink, "optimal", error,
                         "gamma -> 0: the risk at t = %.6g is least, %.12g, where nothing moves; "
                         "this table is of %.3g",
                         self->at, found->risk, found->rate);
    return emit_note(sink, "optimal", error,
                     "learning rate %.12g: the least risk at t = %.6g, %.12g", found->rate,
                     self->at, found->risk);
}

static int say(const quest_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const constant_t *found = &self->found;
    int status = (self->at > 0 ? say_at : say_limit)(self, sink, error);
    if (status == SGDL_OK && found->minima > 1 && isfinite(found->next_risk))
        status = emit_note(sink, "local_minima", error,
                           "%zu; the next is at learning rate %.6g with risk %.6g", found->minima,
                           found->next_rate, found->next_risk);
    return status;
}

/* ---- the search ------------------------------------------------------------------------------ */

/* What is known of sizes and stability comes from the equations at T. */
static int search(quest_t *self, sgdl_error_t *error)
{
    const double time[2] = {0, self->at > 0 ? self->at : self->problem->time};
    const staircase_of_t of = {self->problem, self->plan, NULL, time, 1};
    int status = trial_init(&self->trial, &of,
                            sgdl_schedule_max(self->problem->learning_rate, time[1]), false, error);
    if (status == SGDL_OK) {
        constant_of_t constants = families_constants(&self->trial);
        if (!(self->at > 0)) {
            constants.risk = risk_of_limit;
            constants.context = self;
            constants.reference = fmin(constants.reference, constants.below);
            constants.least = least_rate * fmin(1 / trial_size(&self->trial), constants.below);
        }
        status = constant_search(&constants, &self->found, error);
    }
    trial_free(&self->trial);
    if (status == SGDL_OK && !isfinite(self->found.risk))
        status =
            sgdl_fail(error, SGDL_ERR_SOLVER, NULL, "no learning rate has a known risk at t %s%s%s",
                      self->at > 0 ? "= T" : "-> infinity", *self->unknown.message ? ": " : "",
                      self->unknown.message);
    return status;
}

static int check(const sgdl_problem_t *problem, double at, sgdl_error_t *error)
{
    if (at != 0 && (!(at > 0) || !(at <= 1e300)))
        return sgdl_fail(error, SGDL_ERR_INPUT, "--at", "found %g, allowed: a finite time above 0",
                         at);
    if (problem->rates > 1)
        return sgdl_fail(error, SGDL_ERR_INPUT, "learning_rate",
                         "found %zu learning rates, allowed: one, whose place the best takes",
                         problem->rates);
    return SGDL_OK;
}

int streaming_limit_optimised(const sgdl_problem_t *problem, const sgdl_plan_t *stated, double at,
                              const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t plan;
    int status = plan_complete(&plan, stated, problem, error);
    if (status == SGDL_OK)
        status = check(problem, at, error);
    if (status != SGDL_OK)
        return status;
    quest_t self = {.plan = &plan, .at = at};
    self.problem = sgdl_problem_copy(problem, error);
    if (!self.problem)
        return SGDL_ERR_MEMORY;
    status = state_rate(&self, 1, error); /* no schedule is looked at */
    if (status == SGDL_OK)
        status = problem_ready(self.problem, error);
    if (status == SGDL_OK)
        status = search(&self, error);
    if (status == SGDL_OK)
        status = state_rate(&self, self.found.rate, error);
    if (status == SGDL_OK)
        status = say(&self, sink, error);
    if (status == SGDL_OK)
        status = streaming_limit_table(self.problem, &plan, sink, error);
    sgdl_problem_free(self.problem);
    return status;
}
