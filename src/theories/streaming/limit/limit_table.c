/* The rows of `limit`: numbers in a row a learning rate, words in notes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/limit.h"
#include "src/problem/plan.h"
#include "src/base/c_locale.h"
#include "src/curve/emit.h"
#include "src/theories/streaming/limit/verify.h"
#include "src/theories/streaming/streaming.h"

enum { PAIRED_CLASSES = 16 }; /* most classes whose pairs are listed */

typedef struct listing {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan;
    const sgdl_sink_t *sink;
    double *row; /* owned */
    bool disagreed;
    sgdl_error_t *error;
} listing_t;

static bool lists_classes(const listing_t *self)
{
    return self->problem->targets.outputs == 1 && self->problem->classes <= PAIRED_CLASSES;
}

static int list_quantities(const listing_t *self, emit_list_t *list)
{
    static const char *const front[] = {"learning_rate", "verdict",   "risk_limit",   "error_limit",
                                        "risk_min",      "error_min", "noise_excess", "theta",
                                        "constant",      "log_power", "rate",         "stability",
                                        "clean_margin2"};
    static const char *const of_class[] = {"mean", "var", "mean_min", "var_min"};
    static const char *const of_signal[] = {"norm2", "overlap_signal", "cos_signal"};
    static const char *const verified[] = {"verify_t", "verify_risk", "verify_extrapolated",
                                           "verify_error", "verify_agrees"};
    int status = SGDL_OK;
    for (size_t c = 0; c < sizeof front / sizeof *front && status == SGDL_OK; c++)
        status = emit_add(list, self->error, "%s", front[c]);
    for (size_t i = 0; i < self->problem->classes && lists_classes(self); i++)
        for (size_t c = 0; c < sizeof of_class / sizeof *of_class && status == SGDL_OK; c++)
            status = emit_add(list, self->error, "%s_%zu", of_class[c], i + 1);
    if (status == SGDL_OK && self->problem->intercept != 0 && self->problem->targets.outputs == 1)
        status = emit_add(list, self->error, "bias");
    for (size_t c = 0; c < sizeof of_signal / sizeof *of_signal && status == SGDL_OK; c++)
        if (self->problem->has_teacher)
            status = emit_add(list, self->error, "%s", of_signal[c]);
    for (size_t c = 0; c < sizeof verified / sizeof *verified && status == SGDL_OK; c++)
        if (self->plan->verify)
            status = emit_add(list, self->error, "%s", verified[c]);
    return status;
}

static int add_row(const listing_t *self, const sgdl_limit_t *limit, const verification_t *verified)
{
    double *row = self->row;
    const double front[] = {limit->learning_rate,
                            limit->verdict,
                            limit->risk,
                            limit->error,
                            limit->risk_min,
                            limit->error_min,
                            limit->risk - limit->risk_min,
                            limit->law.exponent,
                            limit->law.constant,
                            limit->law.log_power,
                            limit->law.rate,
                            limit->stability,
                            limit->clean_margin2};
    memcpy(row, front, sizeof front);
    row += sizeof front / sizeof *front;
    for (size_t i = 0; i < limit->classes && lists_classes(self); i++) {
        *row++ = limit->m[i];
        *row++ = limit->B[i];
        *row++ = limit->m_min[i];
        *row++ = limit->B_min[i];
    }
    if (self->problem->intercept != 0 && limit->outputs == 1)
        *row++ = limit->bias;
    if (self->problem->has_teacher) {
        *row++ = limit->norm2;
        *row++ = limit->overlap_signal;
        *row++ = limit->cos_signal;
    }
    if (self->plan->verify) {
        *row++ = verified->t;
        *row++ = verified->risk;
        *row++ = verified->extrapolated;
        *row++ = verified->error;
        *row++ = verified->applies && verified->decided ? verified->agrees : NAN;
    }
    return emit_row(self->sink, self->row, self->error);
}

/* "name" or, of several curves, "curve_2_name". */
static int add_words(const listing_t *self, size_t rate, const char *name, const char *words)
{
    char key[64];
    if (self->problem->rates > 1)
        (void)snprintf(key, sizeof key, "curve_%zu_%s", rate + 1, name);
    else
        (void)snprintf(key, sizeof key, "%s", name);
    return emit_note(self->sink, key, self->error, "%s", words);
}

static int add_schedule(const listing_t *self, const sgdl_limit_t *limit, size_t rate)
{
    char words[256];
    const bool moves_on = self->problem->heavy_ball.is_stated;
    if (limit->learning_rate == 0 && moves_on)
        (void)c_print(words, sizeof words, "gamma -> 0; the velocity moves on");
    else if (limit->learning_rate > 0)
        (void)c_print(words, sizeof words, "gamma = %.10g at t -> infinity", limit->learning_rate);
    else if (limit->decay <= 1)
        (void)c_print(words, sizeof words,
                      "gamma ~ t^-%g: the law holds in tau = int gamma dt, at gamma = 1 and "
                      "without noise; what noise adds falls like gamma(t)",
                      limit->decay);
    else
        (void)c_print(words, sizeof words, "int gamma dt is finite");
    return add_words(self, rate, "schedule_end", words);
}

/* What numbers do not say by themselves. */
static int add_remarks(const listing_t *self, const sgdl_limit_t *limit, size_t rate)
{
    const sgdl_problem_t *problem = self->problem;
    int status = SGDL_OK;
    if (limit->lost)
        status = add_words(self, rate, "note_search",
                           "the search for the stationary point failed: no numbers for it here");
    if (status == SGDL_OK && limit->lost_minimum)
        status = add_words(self, rate, "note_minimum",
                           "the search for the minimum of the risk failed: no numbers for it here");
    if (status == SGDL_OK && isfinite(problem->clip))
        status = add_words(self, rate, "note_clip",
                           "clipped gradients vanish on average elsewhere than where the risk is "
                           "least: noise_excess holds what that costs, too");
    if (status == SGDL_OK && isfinite(problem->heavy_ball.over) && problem->heavy_ball.is_stated)
        status = add_words(self, rate, "note_momentum",
                           "the limit is that of no friction, to which decay/(1 + t/over) falls");
    if (status == SGDL_OK && limit->grows)
        status = add_words(self, rate, "note_norm",
                           "the gradient's own noise makes the squared norm grow without bound, "
                           "where nothing contracts and r sees nothing of it");
    return status;
}

static int add_verification(listing_t *self, size_t rate, const verification_t *verified)
{
    const char *verdict = !verified->decided ? "undecided"
                          : verified->agrees ? "agrees"
                                             : "disagrees";
    char words[256];
    if (!verified->applies)
        (void)c_print(words, sizeof words, "nothing to compare with at t = %g", verified->t);
    else if (isfinite(verified->slope_law))
        (void)c_print(words, sizeof words,
                      "%s: at t = %g log10 R changes by %.4f a decade, the law says %.4f, and "
                      "they may differ by %.2g",
                      verdict, verified->t, verified->slope, verified->slope_law, verified->error);
    else
        (void)c_print(words, sizeof words, "%s: R(%g) = %.10g, extrapolated %.10g +- %.2g", verdict,
                      verified->t, verified->risk, verified->extrapolated, verified->error);
    self->disagreed |= verified->decided && !verified->agrees;
    return add_words(self, rate, "verification", words);
}

static int add_rate(listing_t *self, size_t rate)
{
    sgdl_limit_t limit;
    verification_t verified = {0};
    int status = streaming_limit_init(&limit, self->problem, self->plan, rate, self->error);
    if (status != SGDL_OK)
        return status;
    if (self->plan->verify)
        status = verify_limit(&limit, self->problem, rate, self->plan, &verified, self->error);
    if (status == SGDL_OK)
        status = add_words(self, rate, "verdict", sgdl_verdict_name(limit.verdict));
    if (status == SGDL_OK)
        status = add_words(self, rate, "reason", limit.reason);
    if (status == SGDL_OK)
        status = add_words(self, rate, "law", limit.law.name);
    if (status == SGDL_OK)
        status = add_words(self, rate, "formula", limit.law.formula);
    if (status == SGDL_OK)
        status = add_schedule(self, &limit, rate);
    if (status == SGDL_OK)
        status = add_remarks(self, &limit, rate);
    if (status == SGDL_OK && self->plan->verify)
        status = add_verification(self, rate, &verified);
    if (status == SGDL_OK)
        status = add_row(self, &limit, &verified);
    sgdl_limit_free(&limit);
    return status;
}

/* mu_i^T K_i^-1 mu_i, and of pairs (mu_i - mu_j)^T K_bar^-1 (mu_i - mu_j). */
static int add_distances(const listing_t *self)
{
    const size_t C = self->problem->classes;
    sgdl_limit_t limit;
    if (C > PAIRED_CLASSES)
        return SGDL_OK;
    int status = streaming_limit_init(&limit, self->problem, self->plan, 0, self->error);
    if (status != SGDL_OK)
        return status;
    for (size_t i = 0; i < C; i++)
        for (size_t j = i; j < C && status == SGDL_OK; j++) {
            char key[96];
            if (i == j)
                (void)snprintf(key, sizeof key, "mahalanobis2_%zu", i + 1);
            else
                (void)snprintf(key, sizeof key, "mahalanobis2_%zu_%zu", i + 1, j + 1);
            status =
                emit_note(self->sink, key, self->error, "%.17g", limit.mahalanobis2[i * C + j]);
        }
    sgdl_limit_free(&limit);
    return status;
}

static int begin(listing_t *self)
{
    emit_list_t list = {.group = QUANTITIES_OF_LIMIT};
    int status = emit_note(self->sink, "verdicts", self->error, "0 zero, 1 positive, 2 diverges");
    if (status == SGDL_OK)
        status = list_quantities(self, &list);
    if (status == SGDL_OK)
        status = emit_quantities(&list, self->sink, self->error);
    if (status == SGDL_OK && !(self->row = calloc(list.count, sizeof *self->row)))
        status = sgdl_fail_memory(self->error);
    emit_free(&list);
    return status == SGDL_OK ? add_distances(self) : status;
}

int streaming_limit_table(const sgdl_problem_t *problem, const sgdl_plan_t *stated,
                          const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t plan;
    int status = plan_complete(&plan, stated, problem, error);
    if (status != SGDL_OK)
        return status;
    listing_t self = {.problem = problem, .plan = &plan, .sink = sink, .error = error};
    status = begin(&self);
    for (size_t r = 0; r < problem->rates && status == SGDL_OK; r++)
        status = add_rate(&self, r);
    free(self.row);
    if (status == SGDL_OK && self.disagreed)
        return sgdl_fail(error, SGDL_ERR_DISAGREED, NULL,
                         "the integration does not confirm the limit; see 'verification' in the "
                         "table's comments");
    return status;
}
