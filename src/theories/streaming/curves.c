#include "src/theories/streaming/curves.h"

#include <stdio.h>

#include "src/problem/curves.h"
#include "src/schedule/source.h"

int curves_note(const simulation_t *simulation, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = simulation->problem;
    const ensemble_plan_t *plan = &simulation->ensemble.plan;
    int status = emit_note(sink, "runs", error, "%zu", plan->runs);
    if (status == SGDL_OK)
        status = emit_note(sink, "kernel", error, "%s", simulation->sgd.kernel->name);
    if (status == SGDL_OK && sgd_sums_batches(&simulation->sgd))
        status = emit_note(sink, "note_batches", error,
                           "batches are drawn by the sums of their samples, exact in law; with "
                           "--kernel samples one by one");
    if (status == SGDL_OK)
        status =
            emit_note(sink, "time_unit", error, "t = steps/d; samples = %g t d", problem->batch);
    if (status == SGDL_OK)
        status = emit_note(sink, "steps_at_end", error, "%llu",
                           (unsigned long long)plan->steps[plan->points - 1]);
    const rate_source_t first = rate_source_of(&problem->learning_rate[0], problem->time);
    if (status == SGDL_OK && problem->rates == 1 && first.kind != RATE_DRIVEN)
        status = emit_note(sink, "raw_step", error, "gamma/d = %.6g at t = 0",
                           rate_source_at(&first, 0, NULL) / problem->dimension);
    if (status == SGDL_OK && simulation->plan->rows)
        status = emit_note(sink, "note_rows", error,
                           "samples are rows of a file, each once in random order; risk_rows and "
                           "error_rows are of %s, risk and error of the problem's mixture",
                           simulation->plan->held_out > 0 ? "those that a run holds out"
                                                          : "all rows, those it has seen too");
    const experiment_t *experiment = &simulation->sgd.experiment;
    if (status == SGDL_OK && !experiment->plan->no_error && experiment->L > 1 &&
        experiment->pairs == experiment->L)
        status = emit_note(sink, "note_error", error,
                           "the argmax error is computed up to %d outputs: nan here",
                           SECOND_MOMENTS_OUTPUTS);
    return status;
}

int curves_divergence(const simulation_t *simulation, sgdl_error_t *error)
{
    const ensemble_plan_t *plan = &simulation->ensemble.plan;
    for (size_t curve = 0; curve < plan->curves; curve++) {
        kept_t kept = ensemble_kept(&simulation->ensemble, curve);
        if (kept.diverged == 0)
            continue;
        const sgdl_problem_t *problem = simulation->problem;
        char words[CURVES_WORDS];
        double t =
            kept.rows < plan->points ? simulation_time(simulation, kept.rows) : problem->time;
        return sgdl_fail(error, SGDL_ERR_DIVERGED, NULL,
                         "%zu of %zu runs diverged, the first by t = %.4g at %s; "
                         "%zu of %zu rows kept",
                         kept.diverged, plan->runs, t,
                         curves_words(problem, curve, problem->time, words), kept.rows,
                         plan->points);
    }
    return SGDL_OK;
}
