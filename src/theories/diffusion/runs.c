#include "src/theories/diffusion/runs.h"

#include <stdio.h>

#include "src/curve/emit.h"

void runs_free(runs_t *self)
{
    ensemble_free(&self->ensemble);
    walk_free(&self->walk);
}

int runs_make(runs_t *self, sgdl_error_t *error)
{
    const walker_t walker = walk_walker(&self->walk);
    return ensemble_run(&self->ensemble, &walker, error);
}

/* In words. */
static const char *steps_of(const walk_t *walk)
{
    static const char *const plain[] = {
        [GRADIENT_GAUSSIAN] = "x' = x - eta (U'(x) + xi sqrt(Sigma(x)/B)), xi standard normal",
        [GRADIENT_BINARY] = "x' = x - eta (U'(x) + xi sqrt(Sigma(x)/B)), xi the scaled sum of the "
                            "batch's B signs",
        [GRADIENT_FEATURES] = "x' = (1 - eta A) x + eta b, A the mean of the batch's squared "
                              "features, b | A normal"};
    static const char *const heavy[] = {
        [GRADIENT_GAUSSIAN] = "v' = mu v - eta (U'(x) + xi sqrt(Sigma(x)/B)), x' = x + v', xi "
                              "standard normal",
        [GRADIENT_BINARY] = "v' = mu v - eta (U'(x) + xi sqrt(Sigma(x)/B)), x' = x + v', xi the "
                            "scaled sum of the batch's B signs",
        [GRADIENT_FEATURES] = "v' = mu v - eta (A x - b), x' = x + v', A the mean of the batch's "
                              "squared features, b | A normal"};
    return (walk->problem->momentum > 0 ? heavy : plain)[walk->law];
}

int runs_note(const runs_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const walk_t *walk = &self->walk;
    int status = emit_note(sink, "runs", error, "%zu", self->ensemble.plan.runs);
    if (status == SGDL_OK)
        status = emit_note(sink, "steps", error, "%s", steps_of(walk));
    if (status == SGDL_OK)
        status = emit_note(sink, "walls", error, "%s",
                           walk->walls ? "runs are mirrored at the ends of the box"
                                       : "none: nothing holds a run but the loss");
    if (status == SGDL_OK && walk->problem->momentum > 0)
        status = emit_note(sink, "midway", error,
                           "x is read midway of the last step, x - v/2, where heavy ball is of "
                           "second order in h; it starts there with v = h V, V normal of variance "
                           "T(x)");
    return status;
}

int runs_divergence(const runs_t *self, const double *t, sgdl_error_t *error)
{
    const ensemble_plan_t *plan = &self->ensemble.plan;
    for (size_t curve = 0; curve < plan->curves; curve++) {
        const kept_t kept = ensemble_kept(&self->ensemble, curve);
        if (kept.diverged == 0)
            continue;
        const setting_t *setting = &self->walk.curve[curve].setting;
        const size_t first = kept.rows < plan->points ? kept.rows : plan->points - 1;
        return sgdl_fail(error, SGDL_ERR_DIVERGED, NULL,
                         "%zu of %zu runs left for infinity, the first by t = %.4g at learning "
                         "rate %.6g, batch %g; %zu of %zu rows kept",
                         kept.diverged, plan->runs, t[curve * plan->points + first], setting->eta,
                         setting->batch, kept.rows, plan->points);
    }
    return SGDL_OK;
}
