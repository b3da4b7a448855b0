/* First-passage times of real runs: a row a way from one minimum to its neighbour, alone or beside
 * the exact chain. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/student.h"
#include "src/curve/emit.h"
#include "src/problem/plan.h"
#include "src/theories/diffusion/chain.h"
#include "src/theories/diffusion/diffusion.h"
#include "src/theories/diffusion/passages.h"
#include "src/theories/diffusion/warnings.h"

/* More than half of the runs must have come. */
static const double least_reached = 0.5;
/* Allowed deviations beyond this part of a time tell nothing. */
static const double most_allowed = 0.5;

typedef struct listing {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan; /* complete */
    const sgdl_sink_t *sink;
    passages_t passages;
    bool beside; /* the chain's times */
    double z;
    size_t judged, disagreeing, powerless;
    double worst; /* the largest deviation in units of what is allowed */
    char worst_words[256];
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
    if (status == SGDL_OK && self->beside)
        status = emit_add(&list, error, "mfpt_discrete");
    if (status == SGDL_OK && self->beside)
        status = emit_add(&list, error, "mfpt_saddle_discrete");
    if (status == SGDL_OK)
        status = emit_quantities(&list, self->sink, error);
    emit_free(&list);
    return status;
}

/* ---- judgement ------------------------------------------------------------------------------- */

/* The chain's steps are Gaussian: of others a mean may be off by c eta of it. */
static void judge(listing_t *self, const setting_t *setting, const passage_mean_t *mean,
                  double exact, const char *what)
{
    const bool binary = self->plan->noise_law == SGDL_NOISE_BINARY;
    const double bias = binary ? self->plan->allowance * setting->eta * exact : 0;
    const double allowed = self->z * mean->error + bias, off = fabs(mean->steps - exact);
    self->judged++;
    if (!((double)mean->reached >= least_reached * (double)mean->runs) ||
        !(allowed <= most_allowed * exact)) {
        self->powerless++;
        return;
    }
    self->disagreeing += !(off <= allowed);
    if (off / allowed >= self->worst) {
        self->worst = off / allowed;
        (void)snprintf(self->worst_words, sizeof self->worst_words,
                       "|mean - chain| = %.4g of %.6g steps to the %s at learning rate %g, batch "
                       "%g; standard error %.4g, allowed %.4g",
                       off, exact, what, setting->eta, setting->batch, mean->error, allowed);
    }
}

/* Beside a mean of the runs what the chain says. */
static int put_exact(listing_t *self, const setting_t *setting, double from, double target,
                     const passage_mean_t *mean, double *out, sgdl_error_t *error)
{
    double steps;
    int status = chain_passage(setting, self->plan, from, target, &steps, error);
    *out = steps * setting->stride;
    if (status == SGDL_OK)
        judge(self, setting, mean, steps,
              landscape_slope(setting->landscape, target, 2) > 0 ? "minimum" : "saddle");
    return status;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static int add_way(listing_t *self, size_t curve, size_t from, size_t to, sgdl_error_t *error)
{
    const landscape_t *landscape = &self->problem->landscape;
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
    const double start = landscape_minimum(landscape, from)->x[0];
    const double between = landscape_barrier(landscape, from < to ? from : to)->x[0];
    for (size_t i = 0; i < numbers; i++)
        self->row[i] = row[i];
    int status = SGDL_OK;
    if (self->beside)
        status = put_exact(self, setting, start, landscape_minimum(landscape, to)->x[0], &minimum,
                           &self->row[numbers], error);
    if (status == SGDL_OK && self->beside)
        status = put_exact(self, setting, start, between, &barrier, &self->row[numbers + 1], error);
    return status == SGDL_OK ? emit_row(self->sink, self->row, error) : status;
}

static int add_curve(listing_t *self, size_t curve, sgdl_error_t *error)
{
    const size_t minima = self->problem->landscape.minima;
    const setting_t *setting = &self->passages.runs.walk.curve[curve].setting;
    int status = setting_note(setting, self->sink, error);
    if (status == SGDL_OK)
        status = warnings_note(setting, self->sink, error);
    for (size_t from = 0; from < minima && status == SGDL_OK; from++) {
        if (from > 0)
            status = add_way(self, curve, from, from - 1, error);
        if (status == SGDL_OK && from + 1 < minima)
            status = add_way(self, curve, from, from + 1, error);
    }
    return status;
}

static int note(const listing_t *self, sgdl_error_t *error)
{
    int status = runs_note(&self->passages.runs, self->sink, error);
    if (status == SGDL_OK)
        status = emit_note(self->sink, "passage", error,
                           "from a minimum until a run is at or beyond the minimum of its "
                           "neighbour, or the saddle between, after a step; until t = %g",
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
        if (self->beside)
            status =
                chain_offered(&self->passages.runs.walk.curve[curve].setting, "--passage", error);
    const bool prepared = status == SGDL_OK;
    if (prepared)
        status = passages_make(&self->passages, error);
    if (prepared && (status == SGDL_OK || status == SGDL_ERR_INTERRUPTED)) {
        self->beside = self->beside && status == SGDL_OK;
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

static int note_verdict(const listing_t *self, sgdl_comparison_t verdict, sgdl_error_t *error)
{
    int status = SGDL_OK;
    if (*self->worst_words)
        status = emit_note(self->sink, "largest_deviation", error, "%s", self->worst_words);
    if (status == SGDL_OK)
        status = emit_note(self->sink, "criterion", error,
                           "|mean - chain| <= z se%s in each of %zu times; z = %.4g (Student's t, "
                           "%zu runs, %g in all)",
                           self->plan->noise_law == SGDL_NOISE_BINARY ? " + c eta, c = allowance "
                                                                        "times the chain's"
                                                                      : "",
                           self->judged, self->z, self->plan->runs, self->plan->significance);
    if (status != SGDL_OK)
        return status;
    if (verdict == SGDL_INCONCLUSIVE)
        return emit_note(self->sink, "verdict", error,
                         "inconclusive: of %zu of %zu times fewer than half of the runs came, or "
                         "the allowed deviation is more than half of it; a later time or more runs "
                         "would tell",
                         self->powerless, self->judged);
    return verdict == SGDL_DISAGREE
               ? emit_note(self->sink, "verdict", error, "disagree in %zu of %zu times",
                           self->disagreeing, self->judged)
               : emit_note(self->sink, "verdict", error, "agree");
}

int diffusion_compare_passages(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                               const sgdl_sink_t *sink, sgdl_comparison_t *verdict,
                               sgdl_error_t *error)
{
    const landscape_t *landscape = &problem->landscape;
    const double ways = 4 * (double)problem_curves(problem) * (double)(landscape->minima - 1);
    listing_t self = {.problem = problem, .plan = plan, .sink = sink, .beside = true};
    self.z = ways > 0 && plan->runs > 1
                 ? student_quantile(plan->significance / ways / 2, (double)plan->runs - 1)
                 : NAN;
    int status = make(&self, error);
    passages_free(&self.passages);
    if (status != SGDL_OK)
        return status;
    *verdict = self.disagreeing > 0 ? SGDL_DISAGREE
               : self.powerless > 0 ? SGDL_INCONCLUSIVE
                                    : SGDL_AGREE;
    return note_verdict(&self, *verdict, error);
}
