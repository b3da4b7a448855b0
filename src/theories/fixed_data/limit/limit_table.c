/* The rows of `limit`: numbers in a row a learning rate, words in notes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/c_locale.h"
#include "src/curve/emit.h"
#include "src/problem/plan.h"
#include "src/theories/fixed_data/fixed_data.h"
#include "src/theories/fixed_data/limit/ending.h"

enum { SHOWN_NUMBERS = 64 }; /* most columns of classes and outputs */

typedef struct listing {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan;
    const sgdl_sink_t *sink;
    double *row; /* owned */
    sgdl_error_t *error;
} listing_t;

static const char *const front[] = {"learning_rate", "verdict",       "risk", "error",
                                    "train_risk",    "train_error",   "gap",  "stability",
                                    "risk_se",       "train_risk_se", "norm2"};

static bool lists_classes(const listing_t *self)
{
    return 2 * self->problem->classes * self->problem->targets.outputs <= SHOWN_NUMBERS;
}

static int list_classes(const listing_t *self, emit_list_t *list)
{
    const size_t L = self->problem->targets.outputs;
    int status = SGDL_OK;
    for (size_t i = 1; i <= self->problem->classes && lists_classes(self); i++)
        for (size_t a = 1; a <= L && status == SGDL_OK; a++) {
            char suffix[64];
            (void)snprintf(suffix, sizeof suffix, L > 1 ? "%zu_%zu" : "%zu", i, a);
            status = emit_add(list, self->error, "mean_%s", suffix);
            if (status == SGDL_OK)
                status = emit_add(list, self->error, "var_%s", suffix);
        }
    return status;
}

static int list_quantities(const listing_t *self, emit_list_t *list)
{
    int status = SGDL_OK;
    for (size_t c = 0; c < sizeof front / sizeof *front && status == SGDL_OK; c++)
        status = emit_add(list, self->error, "%s", front[c]);
    if (status == SGDL_OK && self->problem->has_teacher)
        status = emit_add(list, self->error, "overlap_signal");
    if (status == SGDL_OK && self->problem->has_teacher)
        status = emit_add(list, self->error, "cos_signal");
    if (status == SGDL_OK && self->problem->intercept != 0 && self->problem->targets.outputs == 1)
        status = emit_add(list, self->error, "bias");
    return status == SGDL_OK ? list_classes(self, list) : status;
}

/* Of X that grows without bound along a direction. */
static double grown(const ending_t *ending, double value)
{
    return !ending->is_known                 ? NAN
           : !ending->grows || !(value != 0) ? value
                                             : copysign(INFINITY, value);
}

static int add_row(const listing_t *self, const ending_t *ending)
{
    const layout_t *at = &ending->minimiser.layout;
    const double *found = ending->minimiser.row;
    const size_t L = ending->setup.L;
    double *row = self->row, norm2 = 0;
    for (size_t a = 0; a < L; a++)
        norm2 += found[at->norm2 + a];
    const double known[] = {ending->rate,
                            ending->verdict,
                            ending->risk,
                            ending->error,
                            ending->train_risk,
                            ending->train_error,
                            ending->risk - ending->train_risk,
                            ending->stability,
                            ending->risk_se,
                            ending->train_risk_se,
                            grown(ending, norm2)};
    memcpy(row, known, sizeof known);
    row += sizeof known / sizeof *known;
    if (self->problem->has_teacher) {
        const double overlap = found[at->overlap];
        *row++ = grown(ending, overlap);
        *row++ =
            ending->is_known ? overlap_cosine(overlap, norm2, *ending->setup.signal_norm2) : NAN;
    }
    if (self->problem->intercept != 0 && L == 1)
        *row++ = grown(ending, found[at->bias]);
    for (size_t i = 0; i < ending->setup.C && lists_classes(self); i++)
        for (size_t a = 0; a < L; a++) {
            *row++ = grown(ending, found[at->mean + i * L + a]);
            *row++ =
                grown(ending, found[at->moment + i * ending->setup.pairs + packed_index(L, a, a)]);
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

static int add_schedule(const listing_t *self, const ending_t *ending, size_t rate)
{
    char words[128];
    if (self->problem->method == METHOD_FLOW)
        return SGDL_OK;
    if (ending->rate > 0)
        (void)c_print(words, sizeof words, "gamma = %.10g at t -> infinity", ending->rate);
    else if (ending->decay <= 1)
        (void)c_print(words, sizeof words,
                      "gamma ~ t^-%g: what the choice of samples adds falls like gamma(t)",
                      ending->decay);
    else
        (void)c_print(words, sizeof words, "int gamma dt is finite");
    return add_words(self, rate, "schedule_end", words);
}

static int add_rate(const listing_t *self, size_t rate)
{
    ending_t ending;
    int status = ending_init(&ending, &(ending_of_t){self->problem, self->plan, rate}, self->error);
    if (status == SGDL_OK)
        status = add_words(self, rate, "verdict", sgdl_verdict_name(ending.verdict));
    if (status == SGDL_OK)
        status = add_words(self, rate, "reason", ending.reason);
    if (status == SGDL_OK && ending.remark)
        status = add_words(self, rate, "remark", ending.remark);
    if (status == SGDL_OK)
        status = add_schedule(self, &ending, rate);
    if (status == SGDL_OK)
        status = add_row(self, &ending);
    ending_free(&ending);
    return status;
}

static int begin(listing_t *self)
{
    emit_list_t list = {.group = QUANTITIES_OF_LIMIT};
    int status = emit_note(self->sink, "verdicts", self->error,
                           "of the training risk: 0 zero, 1 positive, 2 diverges");
    if (status == SGDL_OK)
        status = list_quantities(self, &list);
    if (status == SGDL_OK)
        status = emit_quantities(&list, self->sink, self->error);
    if (status == SGDL_OK && !(self->row = calloc(list.count, sizeof *self->row)))
        status = sgdl_fail_memory(self->error);
    emit_free(&list);
    return status;
}

int fixed_data_limit(const sgdl_problem_t *problem, const sgdl_plan_t *stated,
                     const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t plan;
    int status = plan_complete(&plan, stated, problem, error);
    if (status != SGDL_OK)
        return status;
    if (plan.verify)
        return sgdl_fail(error, SGDL_ERR_INPUT, "verify",
                         "long times of fixed data are not verified; allowed: a late time of solve "
                         "beside it");
    listing_t self = {.problem = problem, .plan = &plan, .sink = sink, .error = error};
    status = begin(&self);
    for (size_t r = 0; r < problem->rates && status == SGDL_OK; r++)
        status = add_rate(&self, r);
    free(self.row);
    return status;
}
