/* Bisection on the verdict. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sgdlimit/critical.h"
#include "sgdlimit/limit.h"
#include "sgdlimit/sweep.h"
#include "src/curve/emit.h"
#include "src/problem/keys.h"
#include "src/problem/plan.h"
#include "src/problem/problem.h"
#include "src/study/variable.h"
#include "src/study/variation.h"
#include "src/theories/theory.h"

enum { TRIALS = 200 };

static const double theory_within = 1e-12;
static const double numeric_within = 1e-3;

typedef struct trial {
    double value;
    judgement_t judged; /* theory: verdict and reason only */
} trial_t;

typedef struct bisection {
    const sgdl_critical_options_t *options;
    const theory_t *theory;
    const sgdl_plan_t *plan;
    sgdl_problem_t *base; /* what is varied */
    int decades;
    bool whole; /* the key takes whole numbers */
    trial_t trial[TRIALS];
    size_t count;
    trial_t lower, upper; /* of the bracket, lower.value < upper.value */
} bisection_t;

static int try_value(bisection_t *self, double value, trial_t *out, sgdl_error_t *error)
{
    const sgdl_critical_options_t *options = self->options;
    sgdl_plan_t own = *self->plan;
    own.watch.progress = NULL; /* which is not that of one run */
    *out = (trial_t){.value = value};
    if (sgdl_watch_stopped(&self->plan->watch))
        return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted after %zu trials",
                         self->count);
    sgdl_problem_t *problem = sgdl_problem_new();
    int status = variation_read(problem, self->base, &options->key, &value, 1, error);
    if (status == SGDL_OK) {
        own.rtol = problem->plan.rtol;
        own.atol = problem->plan.atol;
    }
    if (status == SGDL_OK && options->numeric) {
        status = self->theory->judge(problem, &own, 0, self->decades, &out->judged, error);
    } else if (status == SGDL_OK) {
        out->judged = (judgement_t){.kappa = NAN, .error = NAN, .risk = NAN};
        status =
            sgdl_limit_verdict(problem, &own, 0, &out->judged.verdict, &out->judged.reason, error);
    }
    sgdl_problem_free(problem);
    if (status == SGDL_OK && self->count < TRIALS)
        self->trial[self->count++] = *out;
    return status;
}

static double tolerance(const bisection_t *self)
{
    const sgdl_critical_options_t *options = self->options;
    double within = options->within > 0 ? options->within
                    : options->numeric  ? numeric_within
                                        : theory_within;
    return within * fabs(options->to - options->from);
}

static void show_progress(const bisection_t *self)
{
    const sgdl_critical_options_t *options = self->options;
    double total = log(fabs(options->to - options->from) / tolerance(self));
    double done = log(fabs(options->to - options->from) / (self->upper.value - self->lower.value));
    sgdl_watch_report(&self->plan->watch, total > 0 ? fmin(done / total, 1) : 1, NAN);
}

static int bisect(bisection_t *self, sgdl_error_t *error)
{
    const sgdl_critical_options_t *options = self->options;
    int status = try_value(self, fmin(options->from, options->to), &self->lower, error);
    if (status == SGDL_OK)
        status = try_value(self, fmax(options->from, options->to), &self->upper, error);
    if (status != SGDL_OK)
        return status;
    if (self->lower.judged.verdict == self->upper.judged.verdict)
        return sgdl_fail(
            error, SGDL_ERR_INPUT, options->key,
            "no transition between %.10g and %.10g: the verdict is '%s' at both (%s%s)",
            options->from, options->to, sgdl_verdict_name(self->lower.judged.verdict),
            self->lower.judged.reason,
            isinf(self->lower.judged.error) || isinf(self->upper.judged.error)
                ? ", though that has not settled by the last time"
                : "");
    while (self->upper.value - self->lower.value > tolerance(self) && self->count < TRIALS) {
        double middle = self->lower.value + 0.5 * (self->upper.value - self->lower.value);
        if (self->whole)
            middle = floor(middle);
        trial_t trial;
        if (middle <= self->lower.value || middle >= self->upper.value)
            break;
        status = try_value(self, middle, &trial, error);
        if (status != SGDL_OK)
            return status;
        if (trial.judged.verdict == self->lower.judged.verdict)
            self->lower = trial;
        else
            self->upper = trial;
        show_progress(self);
    }
    return SGDL_OK;
}

static int compare_trials(const void *a, const void *b)
{
    const trial_t *left = a, *right = b;
    return left->value < right->value ? -1 : left->value > right->value;
}

/* d kappa / d value between two trials; NAN where either has none. */
static double slope(const trial_t *a, const trial_t *b)
{
    return (b->judged.kappa - a->judged.kappa) / (b->value - a->value);
}

/* The slope that is nearest to zero, of the bracket and of trials a little farther out: near its
 * zero kappa may be steep for no other reason than its own error. */
static double least_slope(const bisection_t *self)
{
    enum { FARTHER = 2 };
    double least = slope(&self->lower, &self->upper);
    size_t lower = 0;
    while (lower + 1 < self->count && self->trial[lower + 1].value <= self->lower.value)
        lower++;
    for (size_t out = 1; out <= FARTHER && lower >= out && lower + 1 + out < self->count; out++) {
        const double found = slope(&self->trial[lower - out], &self->trial[lower + 1 + out]);
        if (fabs(found) < fabs(least))
            least = found;
    }
    return least;
}

/* The value and how far it may be off: half of the bracket, and what kappa's error makes of it. */
static void estimate(bisection_t *self, double *critical, double *uncertainty)
{
    const trial_t *lower = &self->lower, *upper = &self->upper;
    const double width = upper->value - lower->value;
    *critical = lower->value + 0.5 * width;
    *uncertainty = 0.5 * width;
    qsort(self->trial, self->count, sizeof *self->trial, compare_trials);
    const double line = slope(lower, upper);
    if (!(fabs(line) > 0)) /* NAN too: no exponent on one side, the change is sharp */
        return;
    *critical = lower->value - lower->judged.kappa / line;
    *uncertainty += fmax(lower->judged.error, upper->judged.error) / fabs(least_slope(self));
    /* all that is known in the end is that it lies between the first two values */
    *uncertainty = fmin(*uncertainty, fmax(fabs(self->options->from - *critical),
                                           fabs(self->options->to - *critical)));
}

static int add_words(const bisection_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const sgdl_critical_options_t *options = self->options;
    const trial_t *ends[] = {&self->lower, &self->upper};
    static const char *const names[] = {"below", "above"};
    /* a key of fixed data goes by that name, too */
    const char *method =
        model_takes(self->base->model, key_method.name) ? "method_of_verdicts" : "method";
    int status = emit_note(sink, "key", error, "%s", options->key);
    if (status == SGDL_OK)
        status = options->numeric
                     ? emit_note(sink, method, error, "%s, to t = 1e%d", self->theory->judge_by,
                                 self->decades)
                     : emit_note(sink, method, error, "theory: %s", self->theory->verdict_by);
    if (status == SGDL_OK)
        status = emit_note(sink, "verdicts", error, "0 zero, 1 positive, 2 diverges");
    for (size_t e = 0; e < 2 && status == SGDL_OK; e++)
        status = emit_note(sink, names[e], error, "%s: %s",
                           sgdl_verdict_name(ends[e]->judged.verdict), ends[e]->judged.reason);
    for (size_t n = 0; n < self->count && options->numeric && status == SGDL_OK; n++) {
        const trial_t *trial = &self->trial[n];
        char key[32];
        (void)snprintf(key, sizeof key, "trial_%zu", n + 1);
        status = emit_note(sink, key, error, "%.10g: %s; kappa %.6f +- %.2g; risk %.6g",
                           trial->value, sgdl_verdict_name(trial->judged.verdict),
                           trial->judged.kappa, trial->judged.error, trial->judged.risk);
    }
    return status;
}

static int hand_out(bisection_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    static const char *const names[] = {"critical", "uncertainty",   "lower",
                                        "upper",    "verdict_lower", "verdict_upper"};
    emit_list_t list = {.group = QUANTITIES_OF_CRITICAL};
    double critical, uncertainty;
    estimate(self, &critical, &uncertainty);
    const double row[] = {critical,
                          uncertainty,
                          self->lower.value,
                          self->upper.value,
                          self->lower.judged.verdict,
                          self->upper.judged.verdict};
    int status = add_words(self, sink, error);
    for (size_t c = 0; c < sizeof names / sizeof *names && status == SGDL_OK; c++)
        status = emit_add(&list, error, "%s", names[c]);
    if (status == SGDL_OK)
        status = emit_quantities(&list, sink, error);
    emit_free(&list);
    return status == SGDL_OK ? emit_row(sink, row, error) : status;
}

/* Before anything is computed: the key, and both ends. */
static int check_key(bisection_t *self, sgdl_error_t *error)
{
    const sgdl_critical_options_t *options = self->options;
    const double end[] = {options->from, options->to};
    sgdl_axis_t axis = {.key = options->key, .from = end[0], .to = end[1], .count = 2};
    int status = variable_check(self->base, &axis, 1, error);
    for (size_t e = 0; e < 2 && status == SGDL_OK; e++) {
        sgdl_problem_t *at = sgdl_problem_new();
        status = variation_read(at, self->base, &options->key, &end[e], 1, error);
        sgdl_problem_free(at);
    }
    self->whole = axis.whole;
    return status;
}

static int check(const sgdl_problem_t *problem, const bisection_t *self, sgdl_error_t *error)
{
    const sgdl_critical_options_t *options = self->options;
    if (!isfinite(options->from) || !isfinite(options->to) || options->from == options->to)
        return sgdl_fail(error, SGDL_ERR_INPUT, options->key,
                         "found from %g to %g, allowed: two different numbers", options->from,
                         options->to);
    const theory_t *theory = self->theory;
    if (theory->judge &&
        (self->decades < theory->least_decades || self->decades > theory->most_decades))
        return sgdl_fail(error, SGDL_ERR_INPUT, options->key,
                         "found a horizon of %g, allowed: from 1e%d to 1e%d", options->horizon,
                         theory->least_decades, theory->most_decades);
    if (problem->rates > 1)
        return sgdl_fail(error, SGDL_ERR_INPUT, "learning_rate",
                         "found %zu learning rates, allowed: one", problem->rates);
    return SGDL_OK;
}

int sgdl_critical(const sgdl_problem_t *problem, const sgdl_plan_t *stated,
                  const sgdl_critical_options_t *options, const sgdl_sink_t *sink,
                  sgdl_error_t *error)
{
    sgdl_plan_t whole;
    int status = plan_complete(&whole, stated, problem, error);
    if (status != SGDL_OK)
        return status;
    const sgdl_plan_t *plan = &whole;
    if (!options || !options->key)
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "found no key, allowed: one to vary, such as ridge, which has no default");
    bisection_t *self = calloc(1, sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    self->base = sgdl_problem_new();
    self->options = options;
    self->plan = plan;
    self->theory = theory_of(problem);
    const int usual =
        self->theory->judge && self->theory->most_decades < 10 ? self->theory->most_decades : 10;
    self->decades = options->horizon > 0 ? (int)lrint(log10(options->horizon)) : usual;
    status = theory_need(self->theory, options->numeric ? THEORY_JUDGES : THEORY_GIVES_VERDICTS,
                         theories, error);
    if (status == SGDL_OK)
        status = check(problem, self, error);
    if (status == SGDL_OK)
        status = variation_begin(self->base, problem, plan, error);
    if (status == SGDL_OK)
        status = check_key(self, error);
    if (status == SGDL_OK)
        status = bisect(self, error);
    if (status == SGDL_OK)
        status = hand_out(self, sink, error);
    sgdl_problem_free(self->base);
    free(self);
    return status;
}
