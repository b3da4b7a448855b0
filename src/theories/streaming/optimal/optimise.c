/* The optimal piecewise constant schedule: starts, the descent from them, the table. */
#include "sgdlimit/optimise.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/descent.h"
#include "src/base/text.h"
#include "src/base/text_stream.h"
#include "src/curve/emit.h"
#include "src/problem/plan.h"
#include "src/theories/streaming/optimal/families.h"
#include "src/theories/streaming/optimal/greedy.h"
#include "src/theories/streaming/streaming.h"

enum {
    START_STATED = MEMBERS, /* the problem's own learning rate */
    START_GREEDY,
    STARTS,
    TRIAL_STEPS = 6, /* of the descent from each start, before the best of them goes on */
    MOST_STEPS = 300
};

typedef struct optimum {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan; /* complete */
    const sgdl_optimise_options_t *options;
    const sgdl_sink_t *sink;
    double *storage;  /* owned, behind the arrays */
    double *time;     /* [pieces + 1] */
    double *gradient; /* [pieces] at the best rates; NAN: not known */
    double *scale;    /* [pieces] */
    double *sampled;  /* [pieces] of the greedy line search, NAN where it has none */
    member_t start[STARTS];
    greedy_t greedy;
    trial_t trial;
    descent_t descent;
    long steps;
    bool settled;
} optimum_t;

/* ---- what is asked for ----------------------------------------------------------------------- */

static int check(const sgdl_problem_t *problem, const sgdl_optimise_options_t *options,
                 sgdl_error_t *error)
{
    if (!options || options->pieces < 1 || options->pieces > SGDL_PIECES_MOST)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--schedule",
                         "found %zu pieces, allowed: from 1 to %d", options ? options->pieces : 0,
                         (int)SGDL_PIECES_MOST);
    if (!(options->at > 0) || !(options->at <= 1e300))
        return sgdl_fail(error, SGDL_ERR_INPUT, "--at", "found %g, allowed: a finite time above 0",
                         options->at);
    if (options->first != 0 &&
        (!(options->first > 0) || !(options->first < options->at) || options->pieces < 2))
        return sgdl_fail(error, SGDL_ERR_INPUT, "--pieces",
                         "found a first piece to %g of %zu, allowed: two pieces or more, the first "
                         "to a time above 0 and below %g",
                         options->first, options->pieces, options->at);
    if (problem->rates > 1)
        return sgdl_fail(error, SGDL_ERR_INPUT, "learning_rate",
                         "found %zu learning rates, allowed: one, from which the search starts",
                         problem->rates);
    const rate_source_t source = rate_source_of(problem->learning_rate, options->at);
    if (source.kind == RATE_DRIVEN)
        return sgdl_fail(error, SGDL_ERR_INPUT, "learning_rate",
                         "found the schedule %s, which the state drives; allowed: a given one, "
                         "from which the search starts",
                         problem->learning_rate->spec.family->name);
    return SGDL_OK;
}

static void cut(optimum_t *self)
{
    const sgdl_optimise_options_t *options = self->options;
    const double last = (double)options->pieces;
    for (size_t j = 1; j <= options->pieces; j++)
        self->time[j] = options->first > 0
                            ? options->first * exp(log(options->at / options->first) *
                                                   ((double)j - 1) / (last - 1))
                            : options->at * (double)j / last;
    self->time[options->pieces] = options->at;
}

static int allocate(optimum_t *self, sgdl_error_t *error)
{
    const size_t pieces = self->options->pieces;
    double *next = self->storage = calloc((4 + STARTS) * pieces + 1, sizeof *next);
    if (!next)
        return sgdl_fail_memory(error);
    self->time = next;
    self->gradient = next += pieces + 1;
    self->scale = next += pieces;
    self->sampled = next += pieces;
    for (size_t s = 0; s < STARTS; s++) {
        self->start[s].rate = next += pieces;
        self->start[s].risk = INFINITY;
    }
    for (size_t j = 0; j < pieces; j++)
        self->sampled[j] = NAN;
    self->greedy.risk = NAN;
    cut(self);
    return SGDL_OK;
}

/* ---- the descent ----------------------------------------------------------------------------- */

static int value(void *context, const double *x, double *risk, sgdl_error_t *error)
{
    return trial_risk(context, x, risk, error);
}

static int slope(void *context, const double *x, double *gradient, sgdl_error_t *error)
{
    return trial_gradient(context, x, gradient, error);
}

/* What is a large change of a rate: itself or some of the mean, and more on a short piece, which
 * does less. */
static void set_scale(optimum_t *self, const double *rate)
{
    static const double some = 0.1, shortest = 1e-4;
    const double end = self->options->at, share = 1 / (double)self->options->pieces;
    double mean = 0;
    for (size_t j = 0; j < self->options->pieces; j++)
        mean += rate[j] * (self->time[j + 1] - self->time[j]) / end;
    for (size_t j = 0; j < self->options->pieces; j++) {
        const double part = (self->time[j + 1] - self->time[j]) / end;
        self->scale[j] =
            fmax(fmax(rate[j], some * mean), 1e-300) / sqrt(fmax(part / share, shortest));
    }
}

/* That many steps from there. Whoever asks for the best asks the trial. */
static int descend(optimum_t *self, const double *rate, double risk, int steps, double from,
                   sgdl_error_t *error)
{
    bool settled = false;
    set_scale(self, rate);
    int status = descent_begin(&self->descent, rate, risk, error);
    for (int s = 0; s < steps && !settled && status == SGDL_OK; s++) {
        status = descent_step(&self->descent, &settled, error);
        self->steps += status == SGDL_OK && !settled;
        sgdl_watch_report(&self->plan->watch, from + (0.99 - from) * (s + 1) / steps, NAN);
    }
    self->settled = settled;
    return status;
}

/* All starts a little, then the best of what was found until it stands still. */
static int search(optimum_t *self, sgdl_error_t *error)
{
    enum { PATIENCE = 2 };
    const size_t pieces = self->options->pieces;
    int status = SGDL_OK;
    double before = INFINITY;
    for (size_t s = 0; s < STARTS && status == SGDL_OK; s++)
        if (isfinite(self->start[s].risk))
            status = descend(self, self->start[s].rate, self->start[s].risk, TRIAL_STEPS,
                             0.2 + 0.05 * (double)s, error);
    double *rate = malloc(pieces * sizeof *rate);
    if (!rate)
        return sgdl_fail_memory(error);
    /* once more with a fresh estimate of the Hessian where that brings more */
    for (int round = 0; round < PATIENCE && status == SGDL_OK && self->trial.risk < before;
         round++) {
        before = self->trial.risk * (1 - 10 * self->plan->rtol);
        memcpy(rate, self->trial.best, pieces * sizeof *rate);
        status = descend(self, rate, self->trial.risk, MOST_STEPS, 0.5, error);
    }
    free(rate);
    return status;
}

/* ---- starts ---------------------------------------------------------------------------------- */

static int add_stated(optimum_t *self, sgdl_error_t *error)
{
    member_t *start = &self->start[START_STATED];
    families_sample(self->problem->learning_rate, &self->trial, start->rate);
    return trial_risk(&self->trial, start->rate, &start->risk, error);
}

static int add_greedy(optimum_t *self, sgdl_error_t *error)
{
    member_t *start = &self->start[START_GREEDY];
    self->greedy.rate = self->sampled;
    int status = greedy_run(self->problem, self->plan, self->time, self->options->pieces,
                            &self->greedy, error);
    if (status != SGDL_OK)
        return status;
    for (size_t j = 0; j < self->options->pieces; j++) {
        start->rate[j] = self->sampled[j];
        if (!isfinite(self->sampled[j]) || !(self->sampled[j] >= 0))
            return SGDL_OK; /* no start */
    }
    return trial_risk(&self->trial, start->rate, &start->risk, error);
}

static int find_starts(optimum_t *self, sgdl_error_t *error)
{
    int status = add_stated(self, error);
    for (int kind = 0; kind < MEMBERS && status == SGDL_OK; kind++) {
        status = families_best(&self->trial, (member_kind_t)kind, &self->start[MEMBER_CONSTANT],
                               &self->start[kind], error);
        sgdl_watch_report(&self->plan->watch, 0.05 * (kind + 1), NAN);
    }
    if (status == SGDL_OK)
        status = add_greedy(self, error);
    if (status == SGDL_OK && !isfinite(self->trial.risk))
        status = sgdl_fail(error, SGDL_ERR_SOLVER, "--at",
                           "no learning rate that was tried has a risk at t = %g: all runs diverge "
                           "or cannot be integrated",
                           self->options->at);
    return status;
}

/* ---- notes ----------------------------------------------------------------------------------- */

static int note_schedule(const optimum_t *self, sgdl_error_t *error)
{
    const size_t pieces = self->options->pieces;
    text_stream_t stream;
    char *text = NULL;
    int status = text_stream_open(&stream, error);
    if (status != SGDL_OK)
        return status;
    (void)fputs("learning_rate: ", stream.out);
    if (pieces > 1) {
        (void)fputs("{schedule: piecewise, times: ", stream.out);
        text_put_numbers(stream.out, self->time + 1, pieces - 1);
        (void)fputs(", values: ", stream.out);
        text_put_numbers(stream.out, self->trial.best, pieces);
        (void)fputs("}", stream.out);
    } else {
        text_put_number(stream.out, self->trial.best[0]);
    }
    status = text_stream_close(&stream, &text, error);
    if (status == SGDL_OK)
        status = emit_note(self->sink, "optimal", error, "%s", text);
    free(text);
    return status;
}

static int note_risks(const optimum_t *self, sgdl_error_t *error)
{
    const member_t *greedy = &self->start[START_GREEDY];
    int status = emit_note(self->sink, "risk_optimal", error, "%.12g at t = %.6g", self->trial.risk,
                           self->options->at);
    for (int kind = 0; kind < MEMBERS && status == SGDL_OK; kind++) {
        char key[32];
        (void)snprintf(key, sizeof key, "risk_%s", member_names[kind]);
        if (isfinite(self->start[kind].risk))
            status = emit_note(self->sink, key, error, "%.12g sampled on these pieces: %s",
                               self->start[kind].risk, self->start[kind].text);
    }
    if (status == SGDL_OK && isfinite(self->start[START_STATED].risk))
        status = emit_note(self->sink, "risk_stated", error,
                           "%.12g of the problem's learning rate, sampled on these pieces",
                           self->start[START_STATED].risk);
    if (status == SGDL_OK && *self->greedy.reason)
        return emit_note(self->sink, "risk_line_search", error, "not known: %s",
                         self->greedy.reason);
    if (status == SGDL_OK && isfinite(self->greedy.risk))
        status = emit_note(self->sink, "risk_line_search", error,
                           "%.12g of the greedy line search itself, %.12g sampled on these pieces",
                           self->greedy.risk, greedy->risk);
    return status;
}

static int note_work(const optimum_t *self, sgdl_error_t *error)
{
    double largest = 0;
    for (size_t j = 0; j < self->options->pieces; j++)
        largest = fmax(largest, fabs(self->trial.best[j] * self->gradient[j]));
    int status = emit_note(self->sink, "search", error,
                           "%s; steps %ld; runs %ld; runs with sensitivities %ld; nodes %zu",
                           self->settled ? "settled" : "not settled", self->steps, self->trial.runs,
                           self->trial.slopes, self->trial.nodes.count);
    if (status == SGDL_OK && !isnan(self->gradient[0]))
        status = emit_note(self->sink, "gradient_norm", error,
                           "%.3g of the risk: the largest |learning_rate x gradient|",
                           largest / self->trial.risk);
    if (status == SGDL_OK && isfinite(self->trial.staircase.stability))
        status = emit_note(self->sink, "stability", error,
                           "constant learning rates are stable below %.10g",
                           self->trial.staircase.stability);
    return status;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* Known where the descent stands at the best rates. */
static void set_gradient(optimum_t *self)
{
    const size_t pieces = self->options->pieces;
    bool there = self->descent.buffer != NULL;
    for (size_t j = 0; j < pieces && there; j++)
        there = self->descent.x[j] == self->trial.best[j];
    for (size_t j = 0; j < pieces; j++)
        self->gradient[j] = there ? self->descent.gradient[j] : NAN;
}

static int hand_out(optimum_t *self, sgdl_error_t *error)
{
    static const char *const names[] = {"t_begin", "t_end", "learning_rate", "gradient",
                                        "line_search"};
    emit_list_t list = {.group = QUANTITIES_OF_OPTIMISE};
    int status = SGDL_OK;
    set_gradient(self);
    for (size_t c = 0; c < sizeof names / sizeof *names && status == SGDL_OK; c++)
        status = emit_add(&list, error, "%s", names[c]);
    if (status == SGDL_OK)
        status = emit_quantities(&list, self->sink, error);
    emit_free(&list);
    for (size_t j = 0; j < self->options->pieces && status == SGDL_OK; j++) {
        const double row[] = {self->time[j], self->time[j + 1], self->trial.best[j],
                              self->gradient[j], self->sampled[j]};
        status = emit_row(self->sink, row, error);
    }
    if (status == SGDL_OK)
        status = note_risks(self, error);
    if (status == SGDL_OK)
        status = note_work(self, error);
    return status == SGDL_OK ? note_schedule(self, error) : status;
}

/* The search, and what there is of it once it ended. */
static int work(optimum_t *self, sgdl_error_t *error)
{
    const size_t pieces = self->options->pieces;
    const descent_of_t descent_of = {.n = pieces,
                                     .value = value,
                                     .gradient = slope,
                                     .context = &self->trial,
                                     .scale = self->scale,
                                     .roughness = 0.1 * self->plan->rtol};
    int status = descent_init(&self->descent, &descent_of, error);
    if (status == SGDL_OK)
        status = find_starts(self, error);
    if (status == SGDL_OK)
        status = search(self, error);
    const bool ended = status == SGDL_ERR_INTERRUPTED || status == SGDL_ERR_SOLVER;
    if ((status != SGDL_OK && !ended) || !isfinite(self->trial.risk))
        return status;
    sgdl_error_t unsaid = {0};
    int handed = hand_out(self, &unsaid);
    if (handed != SGDL_OK)
        return sgdl_fail(error, handed, unsaid.place, "%s", unsaid.message);
    if (status == SGDL_ERR_INTERRUPTED)
        return sgdl_fail(error, status, NULL,
                         "interrupted after %ld steps; the schedule is the best so far",
                         self->steps);
    return status;
}

int streaming_optimise(const sgdl_problem_t *problem, const sgdl_plan_t *stated,
                       const sgdl_optimise_options_t *options, const sgdl_sink_t *sink,
                       sgdl_error_t *error)
{
    sgdl_plan_t plan;
    int status = plan_complete(&plan, stated, problem, error);
    if (status == SGDL_OK)
        status = check(problem, options, error);
    if (status != SGDL_OK)
        return status;
    optimum_t self = {.problem = problem, .plan = &plan, .options = options, .sink = sink};
    status = allocate(&self, error);
    if (status == SGDL_OK) {
        const staircase_of_t of = {problem, &plan, NULL, self.time, options->pieces};
        const double stated_rate = sgdl_schedule_max(problem->learning_rate, options->at);
        status = trial_init(&self.trial, &of, stated_rate, true, error);
    }
    if (status == SGDL_OK)
        status = work(&self, error);
    descent_free(&self.descent);
    trial_free(&self.trial);
    free(self.storage);
    return status;
}
