/* ODE and ensemble in one table, with a verdict. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/compare.h"
#include "src/theories/streaming/curves.h"
#include "src/study/verdict.h"
#include "src/problem/plan.h"

/* Measured on the mixtures of examples/: see tests/theories/streaming/test_agreement.c. */
#define ALLOWANCE 3.0

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
    int status = self->problem->rates > 1 ? emit_add(&list, self->error, "curve") : SGDL_OK;
    if (status == SGDL_OK)
        status = emit_add(&list, self->error, "t");
    for (size_t v = 0; v < COMPARED && status == SGDL_OK; v++) {
        status = emit_add(&list, self->error, "%s_ode", compared_names[v]);
        if (status == SGDL_OK)
            status = curves_quantities(&list, compared_names[v], self->error);
    }
    if (status == SGDL_OK)
        status = emit_quantities(&list, self->sink, self->error);
    emit_free(&list);
    return status;
}

static int add_rows(const comparison_t *self)
{
    enum { MOST = 2 + COMPARED * 5 };
    int status = SGDL_OK;
    for (size_t e = 0; e < self->verdict.rows && status == SGDL_OK; e++) {
        const pair_row_t *row = &self->verdict.row[e];
        double number[MOST], *next = number;
        if (e == 0 || row->curve != self->verdict.row[e - 1].curve)
            status = emit_block(self->sink, self->error);
        if (status != SGDL_OK)
            return status;
        if (self->problem->rates > 1)
            *next++ = curves_value(self->problem, row->curve, self->horizon);
        *next++ = row->t;
        for (size_t v = 0; v < COMPARED; v++) {
            *next++ = row->ode[v];
            next = curves_statistics(next, row->simulated[v]);
        }
        status = emit_row(self->sink, number, self->error);
    }
    return status;
}

static int comment_worst(const comparison_t *self, size_t v)
{
    const worst_t *worst = &self->verdict.worst[v];
    char key[64];
    (void)snprintf(key, sizeof key, "largest_deviation_%s", compared_names[v]);
    return emit_note(
        self->sink, key, self->error,
        "|mean - ode| = %.4g at t = %.6g, learning rate %.6g; standard error %.4g, allowed "
        "z se + c/d = %.4g",
        worst->deviation, worst->t, curves_value(self->problem, worst->curve, self->horizon),
        worst->standard_error, worst->allowed);
}

static int comment_criterion(const comparison_t *self)
{
    const verdict_t *verdict = &self->verdict;
    const power_t *power = &verdict->power;
    int status = emit_note(
        self->sink, "criterion", self->error,
        "|mean - ode| <= z se + c/d in each of %zu rows; z = %.4g (Student's t, %zu runs, "
        "%g in all), c up to %.4g (risk), %.4g (error): %g times the curve's largest value%s",
        verdict->rows, verdict->z, verdict->runs, self->plan->significance, verdict->largest_c[0],
        verdict->largest_c[1], self->plan->allowance,
        self->problem->loss->quadratic ? ", over 1 - gamma/(its stability limit)" : "");
    if (status != SGDL_OK)
        return status;
    return emit_note(
        self->sink, "power", self->error,
        "allowed is at most %.4g of what the curve does (%.4g of %.4g: %s at t = %.6g, learning "
        "rate %.6g); to tell, it must be at most %g",
        power->allowed / power->does, power->allowed, power->does, compared_names[power->quantity],
        power->t, curves_value(self->problem, power->curve, self->horizon), verdict_power);
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
        (void)snprintf(help, sizeof help,
                       "c/d = %.4g alone is too much; a larger dimension would tell", power->bias);
    return emit_note(
        self->sink, "verdict", self->error,
        "inconclusive: the allowed deviation of the %s, %.4g at t = %.6g, is more than half of "
        "what the curve does, %.4g: %s",
        compared_names[power->quantity], power->allowed, power->t, power->does, help);
}

static int comment_verdict(const comparison_t *self)
{
    const verdict_t *verdict = &self->verdict;
    int status = SGDL_OK;
    for (size_t v = 0; v < COMPARED && status == SGDL_OK; v++)
        status = comment_worst(self, v);
    if (status == SGDL_OK)
        status = comment_criterion(self);
    if (status != SGDL_OK)
        return status;
    if (verdict->kind == SGDL_INCONCLUSIVE)
        return comment_inconclusive(self);
    if (verdict->kind == SGDL_DISAGREE)
        return emit_note(self->sink, "verdict", self->error, "disagree in %zu of %zu numbers",
                         verdict->disagreeing, verdict->rows * COMPARED);
    bool complete =
        self->sample.complete && verdict->rows == self->sample.curves * self->sample.points;
    return emit_note(self->sink, "verdict", self->error, "agree%s",
                     complete ? "" : " as far as it went: runs or rows are missing");
}

/* Adds the comments on where the sample comes from. */
typedef int comment_f(const comparison_t *self, const void *source);

/* Judges the sample and hands it out; a limit that diverges early leaves its rows there. */
static int judge(comparison_t *self, comment_f *comment, const void *source)
{
    int status =
        verdict_init(&self->verdict, self->problem, &self->sample, self->plan, self->error);
    if (status != SGDL_OK && status != SGDL_ERR_DIVERGED)
        return status;
    if (status == SGDL_ERR_DIVERGED)
        self->error = NULL; /* holds the divergence */
    int filled = comment(self, source);
    if (filled == SGDL_OK && self->verdict.rows > 0)
        filled = comment_verdict(self);
    if (filled == SGDL_OK)
        filled = hand_out_quantities(self);
    if (filled == SGDL_OK)
        filled = add_rows(self);
    return status == SGDL_OK ? filled : status;
}

/* ---- an ensemble of its own ---------------------------------------------------------------- */

static int check_runs(const sgdl_plan_t *plan, sgdl_error_t *error)
{
    if (plan->runs >= 2)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                     "found %zu runs, allowed from 2: error bars come from their spread",
                     plan->runs);
}

static int comment_simulation(const comparison_t *self, const void *source)
{
    const simulation_t *simulation = source;
    int status = curves_note(simulation, self->sink, self->error);
    for (size_t curve = 0; curve < self->problem->rates && status == SGDL_OK; curve++)
        status = curves_note_incomplete(simulation, curve, self->sink, self->error);
    return status;
}

static int judge_simulation(comparison_t *self, const simulation_t *simulation)
{
    int status = sample_of_simulation(&self->sample, simulation, self->error);
    return status == SGDL_OK ? judge(self, comment_simulation, simulation) : status;
}

int sgdl_compare(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                 sgdl_comparison_t *verdict, sgdl_error_t *error)
{
    sgdl_plan_t own = plan_complete(plan, problem);
    comparison_t self = {.problem = problem,
                         .plan = &own,
                         .horizon = plan_horizon(&own, problem),
                         .sink = sink,
                         .error = error};
    simulation_t simulation = {0};
    *verdict = SGDL_INCONCLUSIVE;
    int status = check_runs(&own, error);
    if (status != SGDL_OK)
        return status;
    status = simulation_init(&simulation, problem, &own, error);
    if (status == SGDL_OK)
        status = simulation_run(&simulation, error);
    if (status == SGDL_OK) {
        status = judge_simulation(&self, &simulation);
    } else if (status == SGDL_ERR_INTERRUPTED && simulation_begun(&simulation)) {
        /* the finished runs are still worth their curve */
        own.watch.stop = NULL;
        self.error = NULL; /* holds the interruption */
        (void)judge_simulation(&self, &simulation);
    }
    if (status == SGDL_OK)
        status = curves_divergence(&simulation, error);
    if (status == SGDL_OK)
        *verdict = self.verdict.kind;
    verdict_free(&self.verdict);
    sample_free(&self.sample);
    simulation_free(&simulation);
    return status;
}

/* ---- a table of simulate ------------------------------------------------------------------- */

/* What the simulated table says of its runs. */
static int comment_simulated(const comparison_t *self, const void *source)
{
    const sgdl_table_t *simulated = source;
    int status = SGDL_OK;
    for (size_t e = 0; e < simulated->comments && status == SGDL_OK; e++) {
        const char *key = simulated->comment[e].key;
        size_t length = strlen(key);
        bool incomplete = strncmp(key, "curve_", 6) == 0 && length > 6 &&
                          (strcmp(strrchr(key, '_'), "_interrupted") == 0 ||
                           strcmp(strrchr(key, '_'), "_ended") == 0);
        if (incomplete || strcmp(key, "runs") == 0 || strcmp(key, "kernel") == 0)
            status = emit_note(self->sink, key, self->error, "%s", simulated->comment[e].value);
    }
    return status;
}

int sgdl_compare_simulated(const sgdl_problem_t *problem, const sgdl_table_t *simulated,
                           double dimension, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                           sgdl_comparison_t *verdict, sgdl_error_t *error)
{
    sgdl_plan_t own = plan_complete(plan, problem);
    comparison_t self = {.problem = problem, .plan = &own, .sink = sink, .error = error};
    *verdict = SGDL_INCONCLUSIVE;
    int status = sample_of_table(&self.sample, simulated, dimension, error);
    if (status == SGDL_OK && self.sample.curves != problem->rates)
        status = sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                           "holds %zu curves, allowed %zu: one a learning rate of the problem",
                           self.sample.curves, problem->rates);
    if (status == SGDL_OK) {
        sample_set_times(&self.sample, &own);
        self.horizon = plan_horizon(&own, problem);
        status = judge(&self, comment_simulated, simulated);
    }
    if (status == SGDL_OK)
        *verdict = self.verdict.kind;
    verdict_free(&self.verdict);
    sample_free(&self.sample);
    return status;
}

int sgdl_compare_times(const sgdl_table_t *simulated, sgdl_plan_t *plan, double **times,
                       sgdl_error_t *error)
{
    sample_t sample;
    *times = NULL;
    int status = sample_of_table(&sample, simulated, NAN, error);
    if (status == SGDL_OK) {
        sample_set_times(&sample, plan);
        *times = sample.t;
        sample.t = NULL;
    }
    sample_free(&sample);
    return status;
}
