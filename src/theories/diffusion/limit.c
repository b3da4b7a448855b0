/* The rows of `limit`: one for each learning rate and batch. */
#include "src/theories/diffusion/limit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/curve/emit.h"
#include "src/problem/plan.h"
#include "src/theories/diffusion/chain.h"
#include "src/theories/diffusion/diffusion.h"
#include "src/theories/diffusion/flatness.h"
#include "src/theories/diffusion/warnings.h"

/* Above it a chain does not stay in its box. */
static const double much_astray = 1e-8;

typedef struct listing {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan; /* complete */
    const sgdl_sink_t *sink;
    double *row; /* owned, and behind it the probabilities of basins */
    double *basin;
} listing_t;

/* ---- columns ------------------------------------------------------------------------------- */

static int add_names(emit_list_t *list, const char *const *names, sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (; *names && status == SGDL_OK; names++)
        status = emit_add(list, error, "%s", *names);
    return status;
}

const char *const limit_tail_columns[] = {"second_moment",       "tail_exponent",
                                          "tail_exponent_sde",   "stable_below",
                                          "almost_surely_below", NULL};

static int add_columns(const listing_t *self, emit_list_t *list, sgdl_error_t *error)
{
    static const char *const front[] = {"batch", "learning_rate", "temperature", NULL};
    static const char *const back[] = {"mean_loss",        "sharpness", "gap",
                                       "relaxation_steps", "p_flat",    NULL};
    const size_t minima = self->problem->landscape.minima;
    int status = add_names(list, front, error);
    for (size_t b = 0; b < minima && status == SGDL_OK; b++)
        status = emit_add(list, error, "p_%zu", b + 1);
    if (status == SGDL_OK)
        status = add_names(list, back, error);
    if (status == SGDL_OK && limit_has_tail(self->problem))
        status = add_names(list, limit_tail_columns, error);
    if (status == SGDL_OK && self->plan->discrete)
        status = emit_add(list, error, "discrete_gap");
    for (size_t b = 0; b < minima && status == SGDL_OK && self->plan->discrete; b++)
        status = emit_add(list, error, "discrete_p_%zu", b + 1);
    return status;
}

static int begin(listing_t *self, sgdl_error_t *error)
{
    const size_t minima = self->problem->landscape.minima;
    emit_list_t list = {.group = QUANTITIES_OF_DIFFUSION};
    int status = add_columns(self, &list, error);
    if (status == SGDL_OK)
        status = emit_quantities(&list, self->sink, error);
    if (status == SGDL_OK && !(self->row = calloc(list.count + minima, sizeof *self->row)))
        status = sgdl_fail_memory(error);
    self->basin = self->row ? self->row + list.count : NULL;
    emit_free(&list);
    return status;
}

/* ---- rows ---------------------------------------------------------------------------------- */

static limit_f *filler_of(const setting_t *setting)
{
    if (setting->landscape->coordinates > 1)
        return limit_plane;
    if (limit_has_tail(setting->problem) && !(setting->friction > 0))
        return limit_tail;
    return setting->friction > 0 ? limit_momentum : limit_line;
}

/* The exact chain beside the diffusion, into the columns from `next` on. */
static int fill_discrete(const listing_t *self, const setting_t *setting, double *next,
                         sgdl_error_t *error)
{
    chain_t chain;
    char key[SETTING_KEY];
    int status = chain_init(&chain, setting, self->plan, error);
    if (status == SGDL_OK) {
        observables_t seen = {.basin = next + 1};
        next[0] = chain.gap;
        chain_observe(&chain, chain.stationary, &seen);
        status = emit_note(self->sink, setting_key(setting, "discrete", key), error,
                           "the chain of steps with Gaussian noise, on %zu points", chain.points);
    }
    if (status == SGDL_OK && chain.astray > much_astray)
        status = emit_note(self->sink, setting_key(setting, "warning_discrete", key), error,
                           "from %.1e of the chain's law a step leads out of the box, above %g: "
                           "steps are too large for it",
                           chain.astray, much_astray);
    chain_free(&chain);
    return status;
}

static int hand_out_row(const listing_t *self, const setting_t *setting, const limit_row_t *row,
                        sgdl_error_t *error)
{
    const landscape_t *landscape = setting->landscape;
    double *next = self->row;
    *next++ = setting->batch;
    *next++ = setting->eta;
    *next++ = setting->temperature;
    for (size_t b = 0; b < landscape->minima; b++)
        *next++ = row->law.basin[b];
    *next++ = row->law.mean_loss;
    *next++ = row->law.sharpness;
    *next++ = row->gap;
    *next++ = 1 / (row->gap * setting->stride);
    *next++ = row->law.basin[landscape_flattest(landscape)];
    if (limit_has_tail(self->problem)) {
        *next++ = row->tail.second_moment;
        *next++ = row->tail.exponent;
        *next++ = row->tail.exponent_sde;
        *next++ = row->tail.stable_below;
        *next++ = row->tail.almost_surely_below;
    }
    int status = self->plan->discrete ? fill_discrete(self, setting, next, error) : SGDL_OK;
    return status == SGDL_OK ? emit_row(self->sink, self->row, error) : status;
}

static int add_curve(const listing_t *self, size_t curve, sgdl_error_t *error)
{
    setting_t setting;
    limit_row_t row = {.law = {.basin = self->basin}};
    const sgdl_plan_t *plan = self->plan;
    sgdl_watch_report(&plan->watch, (double)curve / (double)problem_curves(self->problem), NAN);
    if (sgdl_watch_stopped(&plan->watch))
        return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
    int status = setting_init(&setting, self->problem, plan, curve, error);
    if (status == SGDL_OK)
        status = setting_settle(&setting, error);
    if (status == SGDL_OK && plan->discrete)
        status = chain_offered(&setting, "--discrete", error);
    if (status != SGDL_OK)
        return status;
    limit_f *fill = filler_of(&setting);
    status = setting_note(&setting, self->sink, error);
    if (status == SGDL_OK)
        status = warnings_note(&setting, self->sink, error);
    if (status == SGDL_OK)
        status = flatness_note(&setting, self->sink, error);
    if (status == SGDL_OK)
        status = fill(&setting, plan, self->sink, &row, error);
    return status == SGDL_OK ? hand_out_row(self, &setting, &row, error) : status;
}

/* Rows are a block for all batches of a learning rate. */
static bool begins_block(const sgdl_problem_t *problem, size_t curve)
{
    return problem->rates > 1 && problem->batch_count > 1 && curve % problem->batch_count == 0;
}

/* All curves. One without an answer does not take the others with it: a note says why, and the
 * first such failure is reported. */
static int add_curves(const listing_t *self, sgdl_error_t *error)
{
    sgdl_error_t first = {.code = SGDL_OK};
    const size_t curves = problem_curves(self->problem);
    for (size_t curve = 0; curve < curves; curve++) {
        int status =
            begins_block(self->problem, curve) ? emit_block(self->sink, curve, 0, error) : SGDL_OK;
        if (status == SGDL_OK)
            status = add_curve(self, curve, error);
        if (status == SGDL_OK)
            continue;
        if (status != SGDL_ERR_SOLVER)
            return status;
        const sgdl_error_t reason = *error;
        if (first.code == SGDL_OK)
            first = reason;
        char key[64];
        (void)snprintf(key, sizeof key, "curve_%zu_failed", curve + 1);
        status = emit_note(self->sink, key, error, "%s", reason.message);
        if (status != SGDL_OK)
            return status;
    }
    *error = first;
    return first.code;
}

int diffusion_limit(const sgdl_problem_t *problem, const sgdl_plan_t *stated,
                    const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t plan;
    int status = plan_complete(&plan, stated, problem, error);
    if (status != SGDL_OK)
        return status;
    if (plan.verify)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--verify",
                         "found for a landscape, allowed: none, what is found there is found two "
                         "ways in any case");
    sgdl_error_t own = {0}; /* the caller may not want the message, a note does */
    if (!error)
        error = &own;
    listing_t self = {.problem = problem, .plan = &plan, .sink = sink};
    status = begin(&self, error);
    if (status == SGDL_OK)
        status = add_curves(&self, error);
    free(self.row);
    return status;
}
