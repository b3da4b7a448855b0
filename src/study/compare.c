/* ODE and ensemble in one table, with a verdict. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/compare.h"
#include "src/base/c_locale.h"
#include "src/study/passages.h"
#include "src/study/verdict.h"
#include "src/problem/curves.h"
#include "src/problem/plan.h"

const char *sgdl_comparison_name(sgdl_comparison_t verdict)
{
    static const char *const names[] = {
        [SGDL_AGREE] = "agree", [SGDL_DISAGREE] = "disagree", [SGDL_INCONCLUSIVE] = "inconclusive"};
    return names[verdict];
}

/* ---- the table ----------------------------------------------------------------------------- */

/* A comparison under way. */
typedef struct comparison {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan;
    double horizon; /* the last time */
    sample_t sample;
    verdict_t verdict;
    const sgdl_sink_t *sink;
    sgdl_error_t *error;
} comparison_t;

static int hand_out_quantities(const comparison_t *self)
{
    emit_list_t list = {.group = QUANTITIES_OF_COMPARE};
    int status = curves_quantities(self->problem, &list, self->error);
    if (status == SGDL_OK)
        status = emit_add(&list, self->error, "t");
    if (status == SGDL_OK)
        list.quantity[list.count - 1].unit = sgdl_problem_time_unit(self->problem);
    for (size_t v = 0; v < self->sample.compared && status == SGDL_OK; v++) {
        status = emit_add(&list, self->error, "%s_ode", self->sample.name[v]);
        if (status == SGDL_OK && self->verdict.has_sde)
            status = emit_add(&list, self->error, "%s_sde", self->sample.name[v]);
        if (status == SGDL_OK)
            status = statistics_quantities(&list, self->sample.name[v], self->error);
    }
    if (status == SGDL_OK)
        status = emit_quantities(&list, self->sink, self->error);
    emit_free(&list);
    return status;
}

static int add_rows(const comparison_t *self)
{
    enum { MOST = CURVE_COLUMNS + 1 + COMPARED_MOST * 6 };
    int status = SGDL_OK;
    for (size_t e = 0; e < self->verdict.rows && status == SGDL_OK; e++) {
        const pair_row_t *row = &self->verdict.row[e];
        double number[MOST], *next = number;
        if (e == 0 || row->curve != self->verdict.row[e - 1].curve)
            status = emit_block(self->sink, row->curve, row->simulated[0].runs, self->error);
        if (status != SGDL_OK)
            return status;
        next = curves_put(self->problem, row->curve, self->horizon, next);
        *next++ = row->t;
        for (size_t v = 0; v < self->sample.compared; v++) {
            *next++ = row->ode[v];
            if (self->verdict.has_sde)
                *next++ = row->sde[v];
            next = statistics_put(next, row->simulated[v]);
        }
        status = emit_row(self->sink, number, self->error);
    }
    return status;
}

static int comment_worst(const comparison_t *self, size_t v)
{
    const worst_t *worst = &self->verdict.worst[v];
    char key[64], words[CURVES_WORDS];
    bool known = false;
    (void)snprintf(key, sizeof key, "largest_deviation_%s", self->sample.name[v]);
    for (size_t e = 0; e < self->verdict.rows && !known; e++)
        known = !isnan(self->verdict.row[e].ode[v]);
    if (!known)
        return emit_note(self->sink, key, self->error, "none: it is undefined in every row");
    return emit_note(self->sink, key, self->error,
                     "|mean - ode| = %.4g at t = %.6g, %s; standard error %.4g, allowed "
                     "z se%s = %.4g",
                     worst->deviation, worst->t,
                     curves_words(self->problem, worst->curve, self->horizon, words),
                     worst->standard_error, self->verdict.leeway.term, worst->allowed);
}

/* How far what approximates it is from what the runs were judged by. */
static int comment_sde(const comparison_t *self, size_t v)
{
    const pair_row_t *worst = NULL;
    char key[64], words[CURVES_WORDS];
    for (size_t e = 0; e < self->verdict.rows; e++) {
        const pair_row_t *row = &self->verdict.row[e];
        if (!worst || fabs(row->sde[v] - row->ode[v]) > fabs(worst->sde[v] - worst->ode[v]))
            worst = row;
    }
    (void)snprintf(key, sizeof key, "largest_sde_deviation_%s", self->sample.name[v]);
    return emit_note(self->sink, key, self->error, "sde - ode = %.4g at t = %.6g, %s",
                     worst->sde[v] - worst->ode[v], worst->t,
                     curves_words(self->problem, worst->curve, self->horizon, words));
}

static int comment_criterion(const comparison_t *self)
{
    const verdict_t *verdict = &self->verdict;
    const power_t *power = &verdict->power;
    const bool exact = isinf(verdict->leeway.scale);
    char largest[COMPARED_MOST * 64] = "", words[CURVES_WORDS];
    for (size_t v = 0; v < verdict->compared; v++) {
        const size_t used = strlen(largest);
        (void)c_print(largest + used, sizeof largest - used, "%s%.4g (%s)", v ? ", " : "",
                      verdict->largest_c[v], verdict->name[v]);
    }
    int status =
        exact ? emit_note(self->sink, "criterion", self->error,
                          "|mean - ode| <= z se%s in each of %zu rows; z = %.4g (Student's t, %zu "
                          "runs, %g in all)%s",
                          verdict->leeway.term, verdict->rows, verdict->z, verdict->runs,
                          self->plan->significance, verdict->leeway.why)
              : emit_note(self->sink, "criterion", self->error,
                          "|mean - ode| <= z se%s in each of %zu rows; z = %.4g (Student's t, %zu "
                          "runs, %g in all), c up to %s: %g times %s%s",
                          verdict->leeway.term, verdict->rows, verdict->z, verdict->runs,
                          self->plan->significance, largest, self->plan->allowance,
                          verdict->leeway.by_progress ? "what the curve has moved by then"
                                                      : "the curve's largest value",
                          verdict->leeway.why);
    if (status != SGDL_OK)
        return status;
    return emit_note(self->sink, "power", self->error,
                     "allowed is at most %.4g of what the curve does (%.4g of %.4g: %s at t = "
                     "%.6g, %s); to tell, it must be at most %g",
                     power->allowed / power->does, power->allowed, power->does,
                     self->sample.name[power->quantity], power->t,
                     curves_words(self->problem, power->curve, self->horizon, words),
                     verdict_power);
}

/* Why nothing can be told, and what would help. */
static int comment_inconclusive(const comparison_t *self)
{
    const verdict_t *verdict = &self->verdict;
    const power_t *power = &verdict->power;
    char help[128];
    if (verdict->runs < 2) /* after an interruption, or of a table */
        return emit_note(self->sink, "verdict", self->error, "inconclusive: one run, no error bar");
    if (verdict->untested > 0)
        return emit_note(self->sink, "verdict", self->error,
                         "inconclusive: no row lies after the first step, and the start "
                         "tests nothing; later times would tell");
    size_t needed = verdict_runs_needed(verdict);
    if (needed > 0)
        (void)snprintf(help, sizeof help, "%zu runs are too few, about %zu would tell",
                       verdict->runs, needed);
    else if (power->until < 1)
        (void)snprintf(help, sizeof help, "times after t = %.4g would tell", power->until);
    else
        (void)c_print(help, sizeof help, "%s = %.4g alone is too much; %s would tell",
                      verdict->leeway.bound, power->bias, verdict->leeway.help);
    return emit_note(
        self->sink, "verdict", self->error,
        "inconclusive: the allowed deviation of the %s, %.4g at t = %.6g, is more than half of "
        "what the curve does, %.4g: %s",
        self->sample.name[power->quantity], power->allowed, power->t, power->does, help);
}

static int comment_verdict(const comparison_t *self)
{
    const verdict_t *verdict = &self->verdict;
    int status = SGDL_OK;
    for (size_t v = 0; v < self->sample.compared && status == SGDL_OK; v++)
        status = comment_worst(self, v);
    for (size_t v = 0; v < self->sample.compared && verdict->has_sde && status == SGDL_OK; v++)
        status = comment_sde(self, v);
    if (status == SGDL_OK)
        status = comment_criterion(self);
    if (status != SGDL_OK)
        return status;
    if (verdict->kind == SGDL_INCONCLUSIVE)
        return comment_inconclusive(self);
    if (verdict->kind == SGDL_DISAGREE)
        return emit_note(self->sink, "verdict", self->error, "disagree in %zu of %zu numbers",
                         verdict->disagreeing, verdict->rows * verdict->compared);
    bool complete =
        self->sample.complete && verdict->rows == self->sample.curves * self->sample.points;
    return emit_note(self->sink, "verdict", self->error, "agree%s",
                     complete ? "" : " as far as it went: runs or rows are missing");
}

/* Judges the sample and hands it out; a limit that diverges early leaves its rows there. */
static int judge(comparison_t *self)
{
    int status =
        verdict_init(&self->verdict, self->problem, &self->sample, self->plan, self->error);
    if (status != SGDL_OK && status != SGDL_ERR_DIVERGED)
        return status;
    if (status == SGDL_ERR_DIVERGED)
        self->error = NULL; /* holds the divergence */
    int filled = self->verdict.rows > 0 ? comment_verdict(self) : SGDL_OK;
    if (filled == SGDL_OK)
        filled = hand_out_quantities(self);
    if (filled == SGDL_OK)
        filled = add_rows(self);
    return status == SGDL_OK ? filled : status;
}

/* Of a curve beside runs that were broken off, where the theory itself draws samples. */
static const double INTERRUPTED_ACCURACY = 0.1;

/* ---- an ensemble of its own ---------------------------------------------------------------- */

static int check(const sgdl_problem_t *problem, const sgdl_plan_t *plan, sgdl_error_t *error)
{
    int status = theory_need(theory_of(problem), THEORY_SOLVES, theories, error);
    if (status == SGDL_OK)
        status = theory_need(theory_of(problem), THEORY_SIMULATES, theories, error);
    if (status == SGDL_OK && plan->passage)
        status = theory_need(theory_of(problem), THEORY_SIMULATES_PASSAGES, theories, error);
    if (status == SGDL_OK && plan->rows)
        status = theory_need(theory_of(problem), THEORY_STREAMS_ROWS, theories, error);
    if (status == SGDL_OK && plan->runs < 2)
        status = sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                           "found %zu runs, allowed from 2: error bars come from their spread",
                           plan->runs);
    return status;
}

/* What an ensemble that ended early leaves is still worth its curve; the first failure counts. */
static int judge_early(comparison_t *self, sgdl_plan_t *plan, int status, sgdl_error_t *error)
{
    const sgdl_error_t first = *error;
    const bool interrupted = status == SGDL_ERR_INTERRUPTED;
    if (interrupted) {
        /* Nothing stops the curve any more, so it had better be short. */
        plan->watch.stop = NULL;
        plan->accuracy = fmax(plan->accuracy, INTERRUPTED_ACCURACY);
    }
    int judged = judge(self);
    if (!interrupted && judged != SGDL_OK)
        return judged;
    *error = first;
    return status;
}

int sgdl_compare(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                 sgdl_comparison_t *verdict, sgdl_error_t *error)
{
    sgdl_error_t unseen;
    sgdl_plan_t own;
    *verdict = SGDL_INCONCLUSIVE;
    int status = plan_complete(&own, plan, problem, error);
    if (status != SGDL_OK)
        return status;
    comparison_t self = {.problem = problem,
                         .plan = &own,
                         .horizon = plan_horizon(&own, problem),
                         .sink = sink,
                         .error = error ? error : &unseen};
    status = check(problem, &own, error);
    if (status == SGDL_OK && own.passage)
        return compare_passages(problem, &own, sink, verdict, error);
    if (status != SGDL_OK)
        return status;
    status = sample_of_ensemble(&self.sample, problem, &own, sink, self.error);
    if (status == SGDL_OK) {
        status = judge(&self);
        if (status == SGDL_ERR_INTERRUPTED)
            status = sgdl_fail(self.error, status, NULL,
                               "interrupted before the limit beside the runs was known; no rows "
                               "kept");
    } else if (self.sample.curves > 0 &&
               (status == SGDL_ERR_INTERRUPTED || status == SGDL_ERR_DIVERGED))
        status = judge_early(&self, &own, status, self.error);
    if (status == SGDL_OK)
        *verdict = self.verdict.kind;
    verdict_free(&self.verdict);
    sample_free(&self.sample);
    return status;
}

/* ---- a table of simulate ------------------------------------------------------------------- */

int sgdl_compare_simulated(const sgdl_problem_t *problem, const sgdl_simulated_t *simulated,
                           const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                           sgdl_comparison_t *verdict, sgdl_error_t *error)
{
    sgdl_plan_t own;
    *verdict = SGDL_INCONCLUSIVE;
    int status = plan_complete(&own, plan, problem, error);
    if (status != SGDL_OK)
        return status;
    comparison_t self = {.problem = problem, .plan = &own, .sink = sink, .error = error};
    const size_t curves = problem_curves(problem);
    status = sample_of_table(&self.sample, problem, simulated->table, simulated->dimension, error);
    if (status == SGDL_OK && self.sample.curves != curves)
        status =
            sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                      "holds %zu curves, allowed %zu: one a learning rate of the problem%s",
                      self.sample.curves, curves, problem->batch_count > 1 ? " and batch" : "");
    if (status == SGDL_OK) {
        sample_set_times(&self.sample, &own);
        self.horizon = plan_horizon(&own, problem);
        status = sample_note_table(simulated->table, sink, error);
    }
    if (status == SGDL_OK)
        status = judge(&self);
    if (status == SGDL_OK)
        *verdict = self.verdict.kind;
    verdict_free(&self.verdict);
    sample_free(&self.sample);
    return status;
}

int sgdl_compare_times(const sgdl_problem_t *problem, const sgdl_table_t *simulated,
                       sgdl_plan_t *plan, double **times, sgdl_error_t *error)
{
    sample_t sample;
    *times = NULL;
    int status = sample_of_table(&sample, problem, simulated, NAN, error);
    if (status == SGDL_OK) {
        sample_set_times(&sample, plan);
        *times = sample.times;
        sample.times = NULL;
    }
    sample_free(&sample);
    return status;
}
