/* Where one learning rate ends. */
#include "sgdlimit/limit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/loss/second_moments.h"
#include "src/problem/plan.h"
#include "src/theories/streaming/limit/laws.h"
#include "src/theories/streaming/limit/long_run.h"
#include "src/theories/streaming/limit/stages.h"
#include "src/theories/streaming/limit/state.h"
#include "src/theories/streaming/limit/stationary.h"
#include "src/theories/streaming/streaming.h"
#include "src/theories/streaming/system.h"

/* Sums over u are to be exact to 1e-9. */
static const double accuracy = 1e-12;
static const double least_reach = 1e8;
static const double most_reach = 1e280;
static const double finite_reach = 1e30;
/* Up to this dimension directions are summed one by one; beyond, compressed. */
static const double most_exact = 1e6;
/* Below e^-600 weights of nodes would leave the range of numbers. */
static const double smallest_log_u0 = -600;
/* Risks that should be in order may differ by this the other way. */
static const double risk_rounding = 1e-9;

typedef struct work {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan;
    rate_source_t source;
    sgdl_limit_t *limit;
    const volatile sig_atomic_t *interrupted;
    sgdl_tail_t tail;
    sgdl_nodes_t nodes;
    separation_t separation;
    resolvent_t resolvent;
    sgdl_system_t system;
    double *sign;    /* [C] of the label */
    stages_t stages; /* not of a quadratic loss */
    bool at_rest;    /* the start meets all targets exactly: no gradient, no noise, ever */
} work_t;

/* ---- preparation ----------------------------------------------------------------------------- */

/*
 * Below u0, lambda(u0) reach = 0.1 accuracy, profiles are one group. Its share of K is known for a
 * single power there (resolvent_init), so u0 has to be small enough for that; several terms of the
 * means lose u0^gap, gap = 2 beta + 1 - alpha of the one that is nearest to the transition.
 */
static double choose_reach(const work_t *self)
{
    const sgdl_tail_t *tail = &self->tail;
    double log_u0 = tail->below;
    if (self->problem->ridge > 0) /* eigenvalues below it do not count against it */
        return fmax(1, 100 / self->problem->ridge);
    for (size_t c = 0; c < tail->columns && tail->columns > 1; c++) {
        double gap = separation_gap(tail, tail->power[c]);
        if (gap > 0)
            log_u0 = fmin(log_u0, log(accuracy) / gap);
    }
    log_u0 = fmax(log_u0, smallest_log_u0);
    double reach = exp(
        fmin(log(0.1 * accuracy / tail->coefficient) - tail->exponent * log_u0, log(most_reach)));
    if (isfinite(self->problem->dimension)) /* down to the smallest eigenvalue, whatever it is */
        return finite_reach;
    return tail->exists ? fmax(reach, least_reach) : least_reach;
}

static int prepare(work_t *self, sgdl_error_t *error)
{
    const sgdl_problem_t *problem = self->problem;
    sgdl_mixture_t mixture = sgdl_problem_mixture(problem, self->plan);
    int status = sgdl_tail_init(&self->tail, &mixture, error);
    if (status != SGDL_OK)
        return status;
    sgdl_quadrature_t quadrature = {.accuracy = accuracy,
                                    .reach = choose_reach(self),
                                    .refine = 1,
                                    .exact = problem->dimension <= most_exact};
    status = sgdl_nodes_init(&self->nodes, &mixture, &quadrature, error);
    const separation_of_t of = {problem,        &self->nodes, &self->tail,
                                problem->ridge, NULL,         self->interrupted};
    if (status == SGDL_OK)
        status = separation_init(&self->separation, &of, error);
    if (status == SGDL_OK)
        status = resolvent_init(&self->resolvent, problem, &self->nodes, &self->tail,
                                &self->separation, error);
    if (status == SGDL_OK)
        status =
            system_init(&self->system, problem, self->plan, &self->nodes, &self->source, error);
    if (status == SGDL_OK)
        status = system_stability_limit(&self->system, &self->limit->stability, error);
    return status;
}

static int allocate(work_t *self, sgdl_error_t *error)
{
    sgdl_limit_t *limit = self->limit;
    const size_t C = limit->classes, L = limit->outputs, P = limit->pairs;
    size_t numbers;
    if (__builtin_mul_overflow(C, 2 * (L + P) + C, &numbers))
        return sgdl_fail_memory(error);
    limit->storage = calloc(numbers, sizeof(double));
    self->sign = calloc(C, sizeof *self->sign);
    if (!limit->storage || !self->sign)
        return sgdl_fail_memory(error);
    limit->m = limit->storage;
    limit->B = limit->m + C * L;
    limit->m_min = limit->B + C * P;
    limit->B_min = limit->m_min + C * L;
    limit->mahalanobis2 = limit->B_min + C * P;
    for (size_t e = 0; e < 2 * C * (L + P); e++)
        limit->storage[e] = NAN;
    return SGDL_OK;
}

/* ---- the verdict ----------------------------------------------------------------------------- */

/* Least squares: are all targets shifts that cost nothing? */
static bool targets_are_free(const work_t *self)
{
    const sgdl_targets_t *targets = &self->problem->targets;
    const size_t C = self->problem->classes, L = targets->outputs;
    for (size_t a = 0; a < L; a++)
        for (size_t j = 0; j < C; j++) {
            double left = 0, size = 0;
            for (size_t i = 0; i < C; i++) {
                double y = targets->target[self->problem->label_index[i] * L + a];
                left += self->separation.projector[j * C + i] * y;
                size = fmax(size, fabs(y));
            }
            if (fabs(left) > 1e-10 * size)
                return false;
        }
    return true;
}

/* Whether labels change by noise at all: with one label there is no other. */
static bool labels_are_noisy(const sgdl_problem_t *problem)
{
    return problem->targets.noise > 0 && problem->targets.labels > 1;
}

/* No weights are what all targets ask for, and so the run starts: no gradient has a mean or a
 * variance. */
static bool starts_at_rest(const sgdl_problem_t *problem)
{
    const sgdl_targets_t *targets = &problem->targets;
    for (size_t i = 0; i < problem->classes; i++)
        for (size_t a = 0; a < targets->outputs; a++)
            if (targets->target[problem->label_index[i] * targets->outputs + a] != 0)
                return false;
    return problem->start_norm2 == 0;
}

static void judge_quadratic(work_t *self)
{
    sgdl_limit_t *limit = self->limit;
    self->at_rest = starts_at_rest(self->problem);
    limit->stationary = self->at_rest || limit->learning_rate < limit->stability;
    if (self->at_rest) {
        limit->verdict = SGDL_VERDICT_ZERO;
        limit->reason = "all targets are zero and so is the start: nothing moves";
    } else if (!limit->stationary) {
        limit->verdict = SGDL_VERDICT_DIVERGES;
        limit->reason = "the learning rate is not below its stability limit";
    } else if (labels_are_noisy(self->problem)) {
        limit->reason = "noisy labels cannot be met";
    } else if (targets_are_free(self)) {
        limit->verdict = SGDL_VERDICT_ZERO;
        limit->reason = self->problem->ridge > 0
                            ? "the bias, which the ridge spares, meets the one target"
                            : "the common clean directions meet all targets at no variance";
    } else if (self->problem->ridge > 0) {
        limit->reason = "the ridge keeps the classes' means from their targets";
    } else {
        limit->reason = "meeting the targets costs variance: Mahalanobis norms are finite";
    }
}

static const char *separated_because(const work_t *self)
{
    if (self->problem->ridge > 0)
        return "the bias, which the ridge spares, serves the one label; there is no finite "
               "stationary point";
    if (self->stages.count > 1)
        return "directions that are clean for the classes that remain separate them stage by "
               "stage; there is no finite stationary point";
    return "the common clean directions separate the classes; there is no finite stationary point";
}

/* The widest margin, if the null space alone separates all classes. */
static int find_margin(work_t *self, sgdl_error_t *error)
{
    stages_t alone;
    const stages_of_t of = {self->problem, &self->nodes, self->sign, STAGES_NULL_SPACE, self->plan};
    int status = stages_init(&alone, &of, error);
    if (status == SGDL_OK && alone.count == 1 && alone.remaining == 0)
        status = separation_margin2(&self->separation, self->sign, self->problem->intercept,
                                    &self->limit->clean_margin2, error);
    stages_free(&alone);
    return status;
}

static int judge_signs(work_t *self, sgdl_error_t *error)
{
    sgdl_limit_t *limit = self->limit;
    const sgdl_problem_t *problem = self->problem;
    for (size_t i = 0; i < limit->classes; i++)
        self->sign[i] = problem->loss->decision(problem->targets.target[problem->label_index[i]]);
    limit->stationary = true;
    if (labels_are_noisy(problem)) {
        limit->reason = "noisy labels cannot be separated";
        return SGDL_OK;
    }
    const stages_of_t of = {problem, &self->nodes, self->sign, STAGES_ALL, self->plan};
    int status = stages_init(&self->stages, &of, error);
    if (status == SGDL_OK && self->stages.count == 1 && self->stages.remaining == 0)
        status = find_margin(self, error);
    limit->stationary = self->stages.count == 0;
    if (self->stages.remaining == 0) {
        limit->verdict = SGDL_VERDICT_ZERO;
        limit->reason = separated_because(self);
    } else if (!limit->stationary) {
        limit->reason = "directions that are clean for the classes that remain separate some of "
                        "the classes only; there is no finite stationary point";
    } else if (problem->ridge > 0) {
        limit->reason = "the ridge bounds the margin";
    } else {
        limit->reason = "the common clean directions do not separate the classes";
    }
    return status;
}

static int judge(work_t *self, sgdl_error_t *error)
{
    sgdl_limit_t *limit = self->limit;
    const sgdl_schedule_ending_t ending = rate_source_ending(&self->source);
    limit->learning_rate = ending.rate;
    limit->decay = ending.power;
    limit->verdict = SGDL_VERDICT_POSITIVE;
    int status = SGDL_OK;
    if (self->problem->loss->quadratic)
        judge_quadratic(self);
    else
        status = judge_signs(self, error);
    if (limit->decay > 1 && !self->at_rest) {
        limit->verdict = SGDL_VERDICT_POSITIVE;
        limit->reason = "the learning rate falls too fast: its integral is finite and the run "
                        "stops on its way";
        limit->stationary = false;
    }
    return status;
}

/* ---- stationary points ----------------------------------------------------------------------- */

/* The risk at order parameters, and the error. */
static double risk_at(const work_t *self, const double *m, const double *B, double *misclassified)
{
    const population_t *population = &self->system.population;
    const double risk = population_risk(population, m, B, NULL);
    *misclassified = population_error(population, m, B, NULL);
    return risk < 0 ? 0 : risk; /* means next to their targets leave rounding of either sign */
}

static int find_point(work_t *self, double gamma, double *m, double *B, sgdl_error_t *error)
{
    const stationary_t search = {.problem = self->problem,
                                 .plan = self->plan,
                                 .resolvent = &self->resolvent,
                                 .separation = &self->separation,
                                 .gamma = gamma};
    return self->problem->loss->quadratic
               ? stationary_quadratic(&search, self->limit->pairs, true, m, B, error)
               : stationary_nonlinear(&search, m, B, error);
}

static int find_bias(work_t *self, sgdl_error_t *error)
{
    sgdl_limit_t *limit = self->limit;
    if (!self->system.intercept || limit->outputs > 1)
        return SGDL_OK;
    double *y = calloc(self->system.length, sizeof *y);
    if (!y)
        return sgdl_fail_memory(error);
    int status = state_at_stationary_point(&self->system, limit->learning_rate, limit->m, limit->B,
                                           y, error);
    limit->bias = y[self->system.bias];
    free(y);
    return status;
}

static double risk_at_zero(const work_t *self, double *misclassified)
{
    const size_t most = self->limit->classes * self->limit->pairs; /* pairs >= outputs */
    double *zeros = calloc(most, sizeof *zeros), risk = NAN;
    if (zeros)
        risk = risk_at(self, zeros, zeros, misclassified);
    free(zeros);
    return risk;
}

/* A minimum above the risk of no weights at all is none; nor is one above the risk at infinity,
 * unless a ridge counts in it, and then it is not known which of both is wrong. */
static void withdraw_impossible(work_t *self)
{
    sgdl_limit_t *limit = self->limit;
    const size_t C = limit->classes, L = limit->outputs, P = limit->pairs;
    double unused;
    const double most = risk_at_zero(self, &unused) * (1 + risk_rounding);
    const bool above_zero = limit->risk_min > most;
    const bool crossed = !(self->problem->ridge > 0) && limit->verdict != SGDL_VERDICT_ZERO &&
                         limit->risk < limit->risk_min * (1 - risk_rounding);
    const bool limit_above = limit->learning_rate == 0 && limit->risk > most;
    if (above_zero || crossed) {
        for (size_t e = 0; e < C * (L + P); e++)
            limit->m_min[e] = NAN; /* B_min is behind it */
        limit->risk_min = limit->error_min = NAN;
        limit->lost_minimum = true;
    }
    if (crossed || limit_above) {
        for (size_t e = 0; e < C * (L + P); e++)
            limit->m[e] = NAN;
        limit->risk = limit->error = limit->bias = NAN;
        limit->stationary = false;
        limit->lost = true;
    }
}

/* The stationary point, if there is one, and the minimiser of the risk. */
static int find_points(work_t *self, sgdl_error_t *error)
{
    sgdl_limit_t *limit = self->limit;
    const size_t C = limit->classes, L = limit->outputs, P = limit->pairs;
    bool quadratic = self->problem->loss->quadratic;
    int status = SGDL_OK;
    if (self->at_rest) { /* at any learning rate, be it beyond the stability limit */
        memset(limit->storage, 0, 2 * C * (L + P) * sizeof(double));
        limit->risk = limit->error = limit->risk_min = limit->error_min = 0;
        limit->bias = self->system.intercept && L == 1 ? 0 : NAN;
        return SGDL_OK;
    }
    if (limit->stationary) {
        status = find_point(self, limit->learning_rate, limit->m, limit->B, error);
        if (status == SGDL_ERR_SOLVER && !quadratic) {
            limit->stationary = false;
            limit->lost = true;
            return SGDL_OK;
        }
        if (status == SGDL_OK)
            limit->risk = risk_at(self, limit->m, limit->B, &limit->error);
        if (status == SGDL_OK)
            status = find_bias(self, error);
    }
    if (status == SGDL_OK && limit->stationary && limit->learning_rate == 0) {
        memcpy(limit->m_min, limit->m, C * L * sizeof *limit->m);
        memcpy(limit->B_min, limit->B, C * P * sizeof *limit->B);
    } else if (status == SGDL_OK && (quadratic || limit->stationary)) {
        status = find_point(self, 0, limit->m_min, limit->B_min, error);
        if (status == SGDL_ERR_SOLVER && !quadratic) {
            limit->lost_minimum = true;
            status = SGDL_OK;
        }
    }
    if (status == SGDL_OK && isfinite(limit->m_min[0]))
        limit->risk_min = risk_at(self, limit->m_min, limit->B_min, &limit->error_min);
    if (status == SGDL_OK)
        withdraw_impossible(self);
    if (limit->verdict == SGDL_VERDICT_ZERO) /* exactly, not to rounding */
        limit->risk = limit->error = limit->risk_min = limit->error_min = 0;
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void free_work(work_t *self)
{
    stages_free(&self->stages);
    system_free(&self->system);
    resolvent_free(&self->resolvent);
    separation_free(&self->separation);
    sgdl_nodes_free(&self->nodes);
    sgdl_tail_free(&self->tail);
    free(self->sign);
}

static int check(const sgdl_problem_t *problem, const rate_source_t *source, sgdl_error_t *error)
{
    if (source->kind == RATE_DRIVEN)
        return sgdl_fail(error, SGDL_ERR_INPUT, "learning_rate",
                         "long times of rates that the state drives are not known");
    int status = long_run_check(problem, error);
    if (status != SGDL_OK || problem->loss->quadratic)
        return status;
    if (problem->classes > SGDL_LIMIT_CLASSES)
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "found %zu classes, allowed for long times of this loss: up to %d",
                         problem->classes, (int)SGDL_LIMIT_CLASSES);
    return SGDL_OK;
}

/* As far as the verdict. Both are to be freed in any case. */
static int begin(work_t *work, sgdl_limit_t *self, const sgdl_problem_t *problem,
                 const sgdl_plan_t *plan, size_t rate, sgdl_error_t *error)
{
    *self = (sgdl_limit_t){.classes = problem->classes,
                           .outputs = problem->targets.outputs,
                           .risk = NAN,
                           .error = NAN,
                           .bias = NAN,
                           .risk_min = NAN,
                           .error_min = NAN};
    self->pairs = second_moments_carried(problem->loss, self->outputs);
    *work = (work_t){.problem = problem,
                     .plan = plan,
                     .source = rate_source_of(&problem->learning_rate[rate], problem->time),
                     .limit = self,
                     .interrupted = plan->watch.stop};
    int status = check(problem, &work->source, error);
    if (status == SGDL_OK)
        status = allocate(work, error);
    if (status == SGDL_OK)
        status = prepare(work, error);
    if (status != SGDL_OK)
        return status;
    self->nodes = work->nodes.count;
    memcpy(self->mahalanobis2, work->nodes.mahalanobis2,
           self->classes * self->classes * sizeof(double));
    return judge(work, error);
}

int streaming_limit_init(sgdl_limit_t *self, const sgdl_problem_t *problem,
                         const sgdl_plan_t *stated, size_t rate, sgdl_error_t *error)
{
    sgdl_plan_t whole;
    *self = (sgdl_limit_t){0};
    int status = plan_complete(&whole, stated, problem, error);
    if (status != SGDL_OK)
        return status;
    const sgdl_plan_t *plan = &whole;
    work_t work;
    status = begin(&work, self, problem, plan, rate, error);
    if (status == SGDL_OK)
        status = find_points(&work, error);
    if (status == SGDL_OK) {
        const laws_t laws = {.problem = problem,
                             .plan = plan,
                             .nodes = &work.nodes,
                             .tail = &work.tail,
                             .separation = &work.separation,
                             .stages = &work.stages,
                             .at_rest = work.at_rest,
                             .limit = self};
        status = laws_find(&laws, &self->law, error);
    }
    free_work(&work);
    if (status != SGDL_OK)
        sgdl_limit_free(self);
    return status;
}

int streaming_limit_verdict(const sgdl_problem_t *problem, const sgdl_plan_t *stated, size_t rate,
                            sgdl_verdict_t *verdict, const char **reason, sgdl_error_t *error)
{
    sgdl_plan_t whole;
    *verdict = SGDL_VERDICT_ZERO;
    if (reason)
        *reason = NULL;
    int status = plan_complete(&whole, stated, problem, error);
    if (status != SGDL_OK)
        return status;
    const sgdl_plan_t *plan = &whole;
    sgdl_limit_t limit;
    work_t work;
    status = begin(&work, &limit, problem, plan, rate, error);
    *verdict = limit.verdict;
    if (reason)
        *reason = limit.reason;
    free_work(&work);
    sgdl_limit_free(&limit);
    return status;
}
