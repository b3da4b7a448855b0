#include "src/theories/fixed_data/limit/ending.h"

#include <math.h>
#include <stdlib.h>

#include "src/schedule/source.h"
#include "src/theories/fixed_data/block_loss.h"
#include "src/theories/fixed_data/limit/edge.h"
#include "src/theories/fixed_data/limit/long_run.h"
#include "src/theories/fixed_data/limit/noise_floor.h"
#include "src/theories/fixed_data/limit/separable.h"
#include "src/theories/streaming/streaming.h"

static const double accuracy = 1e-12; /* of sums over directions */
static const double reach = 1e12;
/* In place of ridge 0, relative to the mean eigenvalue, where a minimum is known to be there. */
static const double least_ridge = 1e-9;
static const double no_risk = 1e-13; /* of the targets' mean square */

/* ---- numbers of a row ------------------------------------------------------------------------ */

/* Risk and error of a fresh sample. With a teacher they are asked of the deviation from a multiple
 * of the signal. */
static int see_population(ending_t *self, sgdl_error_t *error)
{
    const setup_t *setup = &self->setup;
    const layout_t *layout = &self->minimiser.layout;
    const double *row = self->minimiser.row;
    const size_t C = setup->C;
    const population_t *population = &setup->population;
    if (setup->K == 0) {
        self->risk = population_risk(population, row + layout->mean, row + layout->moment, NULL);
        self->error = population_error(population, row + layout->mean, row + layout->moment, NULL);
        return SGDL_OK;
    }
    const double shift = population->teacher->shift;
    double *m = calloc(3 * C, sizeof *m), *B = m + C, *cross = B + C;
    if (!m)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < C; i++) {
        const double whole = setup->signal_B[i], seen = row[layout->cross + i];
        m[i] = row[layout->mean + i] - shift * setup->signal_m[i];
        B[i] = fmax(row[layout->moment + i] - shift * (2 * seen - shift * whole), 0);
        cross[i] = seen - shift * whole;
    }
    self->risk = population_risk(population, m, B, cross);
    self->error = population_error(population, m, B, cross);
    free(m);
    return SGDL_OK;
}

static int see_row(ending_t *self, sgdl_error_t *error)
{
    const layout_t *layout = &self->minimiser.layout;
    self->train_risk = self->train_error = 0;
    for (size_t i = 0; i < self->setup.C; i++) {
        self->train_risk += self->setup.p[i] * self->minimiser.row[layout->train_risk + i];
        self->train_error += self->setup.p[i] * self->minimiser.row[layout->train_error + i];
    }
    return see_population(self, error);
}

/* E |y|^2/2 of least squares. */
static double target_size(const setup_t *setup)
{
    double sum = 0;
    for (size_t i = 0; i < setup->C && setup->K == 0; i++)
        for (size_t l = 0; l < setup->L; l++)
            sum += 0.5 * setup->p[i] *
                   (pow(setup->target_mean[i * setup->L + l], 2) +
                    setup->target_cov[(i * setup->L + l) * setup->L + l]);
    for (size_t i = 0; i < setup->C && setup->K > 0; i++)
        sum += 0.5 * setup->p[i] * (setup->signal_B[i] + pow(setup->signal_m[i], 2));
    return sum;
}

/* ---- least squares ----------------------------------------------------------------------------
 */

static bool is_noisy(const sgdl_problem_t *problem)
{
    return problem->method != METHOD_FLOW &&
           (problem->method == METHOD_SME || !(problem->fraction == 1));
}

static int find_stability(ending_t *self, bool noise_known, double *largest, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = self->problem;
    self->stability = INFINITY;
    *largest = 0;
    if (problem->method == METHOD_FLOW)
        return SGDL_OK;
    int status = edge_find(&self->setup, problem->ridge, largest, NULL, error);
    if (status != SGDL_OK)
        return status;
    if (!is_noisy(problem))
        self->stability = edge_rate(problem, *largest);
    else if (noise_known)
        status =
            noise_floor_stability(&self->setup, problem->ridge, *largest, &self->stability, error);
    else
        self->stability = NAN;
    return status;
}

static void judge_quadratic(ending_t *self)
{
    self->verdict = SGDL_VERDICT_POSITIVE;
    self->reason = self->problem->ridge > 0 ? "the ridge keeps the data from being met"
                                            : "the samples are too many to be met exactly";
    if (self->train_risk > no_risk * target_size(&self->setup))
        return;
    self->verdict = SGDL_VERDICT_ZERO;
    self->reason = "there is an X that meets all samples exactly";
    self->train_risk = 0;
}

static double mean_train_risk(const minimiser_t *self)
{
    double sum = 0;
    for (size_t i = 0; i < self->setup->C; i++)
        sum += self->setup->p[i] * self->row[self->layout.train_risk + i];
    return sum;
}

/* Where no equation holds without a ridge, a tiny one takes its place, and a tinier one tells what
 * vanishes and what grows as it falls. */
static int find_quadratic(ending_t *self, sgdl_error_t *error)
{
    minimiser_t *minimiser = &self->minimiser;
    const layout_t *at = &minimiser->layout;
    int status = minimiser_quadratic(minimiser, self->problem->ridge, error);
    const double norm2 = minimiser->row[at->norm2], train_risk = mean_train_risk(minimiser);
    if (status != SGDL_OK || minimiser->ridge == self->problem->ridge)
        return status;
    minimiser->from_start = true;
    status = minimiser_quadratic(minimiser, minimiser->ridge / 100, error);
    minimiser->from_start = false;
    const bool fades = mean_train_risk(minimiser) < train_risk / 3;
    for (size_t i = 0; i < self->setup.C && fades; i++)
        minimiser->row[at->train_risk + i] = 0;
    if (status == SGDL_OK && minimiser->row[at->norm2] > 3 * norm2) {
        for (size_t e = 0; e < self->setup.C * self->setup.pairs; e++)
            minimiser->row[at->moment + e] = INFINITY;
        for (size_t l = 0; l < self->setup.L; l++)
            minimiser->row[at->norm2 + l] = INFINITY;
        self->remark = "as many samples as directions: the least squares solution has no finite "
                       "length";
    }
    return status;
}

static int end_quadratic(ending_t *self, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = self->problem;
    const bool noisy = is_noisy(problem) && self->rate > 0;
    const bool noise_known = is_noisy(problem) && noise_floor_serves(&self->setup);
    noise_floor_t noise = {0};
    double largest;
    int status = find_stability(self, noise_known, &largest, error);
    if (status == SGDL_OK && self->rate >= self->stability) {
        self->verdict = SGDL_VERDICT_DIVERGES;
        self->reason = "the learning rate is not below its stability limit";
        self->risk = self->train_risk = INFINITY;
        return SGDL_OK;
    }
    if (status == SGDL_OK)
        status = find_quadratic(self, error);
    self->is_known = !noisy || noise_known;
    if (status == SGDL_OK && noisy && noise_known)
        status = noise_floor_find(&noise, &self->setup, problem->ridge, self->rate, largest, error);
    if (status == SGDL_OK && noisy && noise_known)
        noise_floor_add(&noise, &self->minimiser);
    if (status == SGDL_OK)
        status = see_row(self, error);
    if (status == SGDL_OK)
        judge_quadratic(self);
    return status;
}

/* ---- losses that fall exponentially ------------------------------------------------------------
 */

/* Directions without variance, or ever closer to it, that separate the classes of a stream, do so
 * with any number of samples. */
static int separates_stream(const ending_t *self, bool *separates, const char **reason,
                            sgdl_error_t *error)
{
    sgdl_verdict_t verdict = SGDL_VERDICT_POSITIVE;
    *separates = false;
    if (isfinite(self->problem->dimension))
        return SGDL_OK;
    int status = streaming_limit_verdict(self->problem, self->plan, 0, &verdict, reason, error);
    *separates = verdict == SGDL_VERDICT_ZERO;
    return status;
}

/* X grows along the direction of the widest margin. */
static int end_separated(ending_t *self, sgdl_error_t *error)
{
    self->remark = "X grows without bound, ever more slowly; its direction goes to the one of the "
                   "widest margin, whose error and cosines these are";
    self->grows = self->is_known = true;
    int status = separable_margin(&self->minimiser, error);
    if (status == SGDL_OK)
        status = see_population(self, error);
    self->train_risk = self->train_error = 0;
    self->risk = self->error > 0 ? INFINITY : 0;
    return status;
}

/* The verdict hangs on the samples' number alone. */
static int judge_exponential(ending_t *self, sgdl_error_t *error)
{
    separability_t separability;
    const char *of_stream;
    bool separates = false;
    self->verdict = SGDL_VERDICT_POSITIVE;
    self->reason = "the ridge bounds the margin";
    if (self->problem->ridge > 0)
        return SGDL_OK;
    int status = separable_decide(&self->setup, &separability, error);
    self->reason = separability.reason;
    if (status == SGDL_OK && !separability.is_separable)
        status = separates_stream(self, &separates, &of_stream, error);
    if (separates)
        self->reason = of_stream;
    if (separates || separability.is_separable)
        self->verdict = SGDL_VERDICT_ZERO;
    return status;
}

static int end_softmax(ending_t *self, sgdl_error_t *error)
{
    double se[2];
    int status = minimiser_softmax(&self->minimiser, self->problem->ridge, se, error);
    if (status != SGDL_OK)
        return status;
    self->risk_se = se[0];
    self->train_risk_se = se[1];
    self->is_known = !(is_noisy(self->problem) && self->rate > 0);
    return see_row(self, error);
}

static int end_exponential(ending_t *self, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = self->problem;
    const bool noisy = is_noisy(problem) && self->rate > 0;
    if (self->verdict == SGDL_VERDICT_ZERO)
        return end_separated(self, error);
    const double ridge =
        problem->ridge > 0 ? problem->ridge : least_ridge * minimiser_scale(&self->setup);
    self->minimiser.centred = self->minimiser.weighs_bias = problem->ridge == 0;
    int status =
        minimiser_nonlinear(&self->minimiser, sample_average_logistic, ridge, false, error);
    self->is_known = !noisy;
    return status == SGDL_OK ? see_row(self, error) : status;
}

/* A bound below which steps are sure to lead down: the Hessian is at most so much. */
static int bound_exponential(ending_t *self, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = self->problem;
    double largest;
    self->stability = problem->method == METHOD_FLOW ? INFINITY : NAN;
    if (problem->method == METHOD_FLOW || is_noisy(problem))
        return SGDL_OK;
    int status = edge_find(&self->setup, 0, &largest, NULL, error);
    const double curvature = largest * problem->loss->hessian_max + problem->ridge;
    if (status == SGDL_OK && self->rate >= edge_rate(problem, curvature) && !self->grows)
        self->remark = "the learning rate is so large that steps need not lead down: whether it "
                       "ends at the minimum is not known";
    return status;
}

/* ---- the whole ---------------------------------------------------------------------------------
 */

static bool is_softmax(const sgdl_problem_t *problem)
{
    return problem->loss == &sgdl_loss_softmax;
}

static int check(const sgdl_problem_t *problem, sgdl_error_t *error)
{
    const sgdl_loss_t *loss = problem->loss;
    const size_t L = problem->targets.outputs;
    if (loss->quadratic || (loss->exponential && L == 1) ||
        (is_softmax(problem) && problem->ridge > 0 && L <= BLOCK_OUTPUTS))
        return SGDL_OK;
    if (is_softmax(problem) && L <= BLOCK_OUTPUTS)
        return sgdl_fail(
            error, SGDL_ERR_INPUT, "ridge",
            "found 0: whether softmax can separate the samples is not known, allowed for "
            "its long times on fixed data: above 0");
    return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                     "long times of the loss %s with %zu outputs on fixed data are not known, "
                     "allowed: those that are quadratic, such as least-squares, of one output that "
                     "fall exponentially, such as logistic, and softmax of 2 to %d labels",
                     loss->name, L, BLOCK_OUTPUTS);
}

static void see_rate(ending_t *self, size_t rate)
{
    self->rate = 1;
    self->decay = 0;
    if (self->problem->method == METHOD_FLOW)
        return;
    const rate_source_t source =
        rate_source_of(&self->problem->learning_rate[rate], self->problem->time);
    const sgdl_schedule_ending_t ending = rate_source_ending(&source);
    self->rate = ending.rate;
    self->decay = ending.power;
}

static int find_ending(ending_t *self, const ending_of_t *of, bool verdict_only,
                       sgdl_error_t *error)
{
    const sgdl_problem_t *problem = of->problem;
    const sgdl_plan_t *plan = of->plan;
    *self = (ending_t){.problem = problem,
                       .plan = plan,
                       .stability = NAN,
                       .risk = NAN,
                       .error = NAN,
                       .train_risk = NAN,
                       .train_error = NAN};
    int status = check(problem, error);
    if (status != SGDL_OK)
        return status;
    see_rate(self, of->rate);
    status = setup_init(&self->setup, problem, plan, reach, accuracy, error);
    if (status == SGDL_OK)
        status = minimiser_init(&self->minimiser, &self->setup, error);
    if (status == SGDL_OK && self->rate == 0 && !(self->decay <= 1)) {
        self->verdict = SGDL_VERDICT_POSITIVE;
        self->reason = "the integral of the learning rate is finite: it stops on its way";
        return SGDL_OK;
    }
    if (status == SGDL_OK && problem->loss->quadratic)
        status = end_quadratic(self, error);
    else if (status == SGDL_OK) /* softmax has a ridge */
        status = judge_exponential(self, error);
    verdict_only &= !problem->loss->quadratic;
    if (status == SGDL_OK && !verdict_only && is_softmax(problem))
        status = end_softmax(self, error);
    else if (status == SGDL_OK && !verdict_only && !problem->loss->quadratic)
        status = end_exponential(self, error);
    if (status == SGDL_OK && !verdict_only && !self->is_known &&
        self->verdict != SGDL_VERDICT_DIVERGES)
        status = long_run_find(self, of->rate, error);
    if (status == SGDL_OK && !verdict_only && !problem->loss->quadratic)
        status = bound_exponential(self, error);
    return status;
}

int ending_init(ending_t *self, const ending_of_t *of, sgdl_error_t *error)
{
    return find_ending(self, of, false, error);
}

int ending_verdict(ending_t *self, const ending_of_t *of, sgdl_error_t *error)
{
    return find_ending(self, of, true, error);
}

void ending_free(ending_t *self)
{
    minimiser_free(&self->minimiser);
    setup_free(&self->setup);
}
