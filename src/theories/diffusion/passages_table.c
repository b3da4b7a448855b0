/* First-passage times of real runs: a row a way from one minimum to its neighbour, alone or beside
 * the exact chain. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/curve/emit.h"
#include "src/problem/plan.h"
#include "src/theories/diffusion/chain.h"
#include "src/theories/diffusion/diffusion.h"
#include "src/theories/diffusion/passages.h"
#include "src/theories/diffusion/warnings.h"

typedef struct listing {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan; /* complete */
    const sgdl_sink_t *sink;
    passages_t passages;
    bool interrupted; /* there is no time for what is exact */
    double row[24];
} listing_t;

/* ---- columns --------------------------------------------------------------------------------- */

static int hand_out_quantities(const listing_t *self, sgdl_error_t *error)
{
    static const char *const names[] = {
        "learning_rate", "batch", "from",    "to",         "runs",        "reached",       "first",
        "unfinished",    "mfpt",  "mfpt_se", "mfpt_steps", "mfpt_saddle", "mfpt_saddle_se"};
    emit_list_t list = {.group = QUANTITIES_OF_ESCAPE};
    int status = SGDL_OK;
    for (size_t i = 0; i < sizeof names / sizeof *names && status == SGDL_OK; i++)
        status = emit_add(&list, error, "%s", names[i]);
    if (status == SGDL_OK && self->plan->discrete)
        status = emit_add(&list, error, "mfpt_discrete");
    if (status == SGDL_OK && self->plan->discrete)
        status = emit_add(&list, error, "mfpt_saddle_discrete");
    if (status == SGDL_OK && self->plan->discrete)
        status = emit_add(&list, error, "mfpt_discrete_steps");
    if (status == SGDL_OK)
        status = emit_quantities(&list, self->sink, error);
    emit_free(&list);
    return status;
}

/* ---- rows ------------------------------------------------------------------------------------ */

typedef struct way {
    size_t from, to; /* basins */
} way_t;

/* The chain's times to the other minimum and to what lies between. */
static int put_exact(const listing_t *self, const setting_t *setting, way_t way, double out[2],
                     sgdl_error_t *error)
{
    const landscape_t *landscape = setting->landscape;
    const double from = landscape_minimum(landscape, way.from)->x[0];
    const double target[] = {
        landscape_minimum(landscape, way.to)->x[0],
        landscape_barrier(landscape, way.from < way.to ? way.from : way.to)->x[0]};
    int status = SGDL_OK;
    for (int i = 0; i < 2 && status == SGDL_OK; i++) {
        out[i] = NAN;
        if (self->interrupted)
            continue;
        status = chain_passage(setting, self->plan, from, target[i], &out[i], error);
        out[i] *= setting->stride;
    }
    return status;
}

static int add_way(listing_t *self, size_t curve, size_t from, size_t to, sgdl_error_t *error)
{
    const setting_t *setting = &self->passages.runs.walk.curve[curve].setting;
    const passage_mean_t minimum = passages_mean(&self->passages, curve, from, to, false);
    const passage_mean_t barrier = passages_mean(&self->passages, curve, from, to, true);
    const double h = setting->stride,
                 row[] = {setting->eta,          setting->batch,
                          (double)from + 1,      (double)to + 1,
                          (double)minimum.runs,  (double)minimum.reached,
                          (double)minimum.first, (double)(minimum.runs - minimum.reached),
                          minimum.steps * h,     minimum.error * h,
                          minimum.steps,         barrier.steps * h,
                          barrier.error * h};
    const size_t numbers = sizeof row / sizeof *row;
    for (size_t i = 0; i < numbers; i++)
        self->row[i] = row[i];
    int status = SGDL_OK;
    if (self->plan->discrete)
        status = put_exact(self, setting, (way_t){from, to}, &self->row[numbers], error);
    if (self->plan->discrete)
        self->row[numbers + 2] = self->row[numbers] / h;
    return status == SGDL_OK ? emit_row(self->sink, self->row, error) : status;
}

static int add_curve(listing_t *self, size_t curve, sgdl_error_t *error)
{
    const size_t minima = self->problem->landscape.minima;
    const setting_t *setting = &self->passages.runs.walk.curve[curve].setting;
    int status = setting_note(setting, self->sink, error);
    if (status == SGDL_OK)
        status = warnings_note(setting, self->sink, error);
    for (size_t from = 0; from < minima; from++)
        for (size_t to = 0; to < minima && status == SGDL_OK; to++)
            if (passages_joined(&self->problem->landscape, from, to))
                status = add_way(self, curve, from, to, error);
    return status;
}

static int note(const listing_t *self, sgdl_error_t *error)
{
    int status = runs_note(&self->passages.runs, self->sink, error);
    if (status == SGDL_OK)
        status = emit_note(self->sink, "passage", error,
                           "from a minimum until a run is, after a step, %s; until t = %g",
                           self->problem->landscape.coordinates > 1
                               ? "in the core of another basin, where the loss lies below half way "
                                 "from that minimum to the saddle between them"
                               : "at or beyond the minimum of its neighbour, or the saddle between",
                           self->problem->time);
    if (status == SGDL_OK)
        status = emit_note(self->sink, "first", error,
                           "those that had not come to another minimum before");
    if (status == SGDL_OK)
        status = emit_note(self->sink, "unfinished", error,
                           "with such a mean is the time of all runs over the number that came, "
                           "and its error that of this ratio: right for an exponential law");
    return status;
}

static int hand_out(listing_t *self, sgdl_error_t *error)
{
    const size_t curves = problem_curves(self->problem);
    int status = note(self, error);
    if (status == SGDL_OK)
        status = hand_out_quantities(self, error);
    for (size_t curve = 0; curve < curves && status == SGDL_OK; curve++)
        status = add_curve(self, curve, error);
    return status;
}

/* ---- both ------------------------------------------------------------------------------------ */

static int make(listing_t *self, sgdl_error_t *error)
{
    int status = passages_init(&self->passages, self->problem, self->plan, error);
    for (size_t curve = 0; curve < problem_curves(self->problem) && status == SGDL_OK; curve++)
        if (self->plan->discrete)
            status =
                chain_offered(&self->passages.runs.walk.curve[curve].setting, "--passage", error);
    const bool prepared = status == SGDL_OK;
    if (prepared)
        status = passages_make(&self->passages, error);
    if (prepared && (status == SGDL_OK || status == SGDL_ERR_INTERRUPTED)) {
        self->interrupted = status != SGDL_OK;
        int filled = hand_out(self, status == SGDL_OK ? error : NULL);
        status = status == SGDL_OK ? filled : status;
    }
    return status == SGDL_OK ? runs_divergence(&self->passages.runs, self->passages.t, error)
                             : status;
}

int diffusion_passages(const sgdl_problem_t *problem, const sgdl_plan_t *stated,
                       const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t plan;
    int status = plan_complete(&plan, stated, problem, error);
    if (status != SGDL_OK)
        return status;
    listing_t self = {.problem = problem, .plan = &plan, .sink = sink};
    status = make(&self, error);
    passages_free(&self.passages);
    return status;
}
