/* Where one learning rate ends. */
#include "sgdlimit/limit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/problem/plan.h"
#include "src/theories/streaming/limit/laws.h"
#include "src/theories/streaming/limit/long_run.h"
#include "src/theories/streaming/limit/state.h"
#include "src/theories/streaming/limit/stationary.h"
#include "src/theories/streaming/limit/work.h"
#include "src/theories/streaming/streaming.h"

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
    const bool several = tail->columns > 1 || (tail->columns > 0 && self->problem->has_teacher);
    if (self->problem->ridge > 0) /* eigenvalues below it do not count against it */
        return fmax(1, 100 / self->problem->ridge);
    for (size_t c = 0; c < tail->columns && several; c++) {
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
    const sgdl_mixture_t mixture = sgdl_problem_mixture(problem, self->plan);
    sgdl_mixture_t classes = mixture;
    classes.classes = problem->classes; /* without a signal behind them */
    int status = sgdl_tail_init(&self->tail, &classes, error);
    if (status == SGDL_OK && problem->has_teacher)
        status = sgdl_tail_init(&self->whole, &mixture, error);
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
    return status == SGDL_OK ? system_stability_limit(&self->system, &self->limit->stability, error)
                             : status;
}

static int allocate(work_t *self, sgdl_error_t *error)
{
    sgdl_limit_t *limit = self->limit;
    const size_t C = limit->classes, L = limit->outputs, P = limit->pairs;
    size_t numbers;
    if (__builtin_mul_overflow(C, 2 * (L + P) + C, &numbers))
        return sgdl_fail_memory(error);
    limit->storage = calloc(numbers, sizeof(double));
    self->sign = calloc(C, 3 * sizeof *self->sign);
    if (!limit->storage || !self->sign)
        return sgdl_fail_memory(error);
    if (self->problem->has_teacher) {
        self->cross = self->sign + C;
        self->cross_0 = self->cross + C;
    }
    limit->m = limit->storage;
    limit->B = limit->m + C * L;
    limit->m_min = limit->B + C * P;
    limit->B_min = limit->m_min + C * L;
    limit->mahalanobis2 = limit->B_min + C * P;
    for (size_t e = 0; e < 2 * C * (L + P); e++)
        limit->storage[e] = NAN;
    return SGDL_OK;
}

/* ---- stationary points ----------------------------------------------------------------------- */

/* Order parameters: at the stationary point, or at the minimum of the risk. */
typedef struct order {
    double *m, *B, *cross;
} order_t;

static order_t order_of(const work_t *self, bool minimum)
{
    const sgdl_limit_t *limit = self->limit;
    return minimum ? (order_t){limit->m_min, limit->B_min, self->cross_0}
                   : (order_t){limit->m, limit->B, self->cross};
}

/* The risk at order parameters, and the error. */
static double risk_at(const work_t *self, const order_t *at, double *misclassified)
{
    const population_t *population = &self->system.population;
    const double risk = population_risk(population, at->m, at->B, at->cross);
    *misclassified = population_error(population, at->m, at->B, at->cross);
    return risk < 0 ? 0 : risk; /* means next to their targets leave rounding of either sign */
}

/* Where no teacher labels and nothing is clipped least squares are linear; means that meet all
 * targets leave nothing to clip. */
static bool is_linear(const work_t *self, bool minimum)
{
    const sgdl_problem_t *problem = self->problem;
    return problem->loss->quadratic && !problem->has_teacher &&
           (minimum || isinf(problem->clip) || self->limit->verdict == SGDL_VERDICT_ZERO);
}

static int find_point(work_t *self, bool minimum, sgdl_error_t *error)
{
    const order_t at = order_of(self, minimum);
    const size_t C = self->limit->classes;
    population_t population = self->system.population;
    if (minimum)
        population.threshold = NULL; /* of the plain risk */
    const stationary_t search = {.problem = self->problem,
                                 .plan = self->plan,
                                 .resolvent = &self->resolvent,
                                 .separation = &self->separation,
                                 .population = &population,
                                 .drive = minimum ? drive_none(self->problem) : self->drive};
    if (minimum ? self->ideal : self->settled) { /* no deviation from the signal */
        for (size_t i = 0; i < C; i++)
            at.m[i] = at.B[i] = at.cross[i] = 0;
        return SGDL_OK;
    }
    return is_linear(self, minimum)
               ? stationary_quadratic(&search, self->limit->pairs, true, at.m, at.B, error)
               : stationary_nonlinear(&search, at.m, at.B, at.cross, error);
}

/* Beside the order parameters: the bias and the overlap with a signal. */
static int find_state(work_t *self, sgdl_error_t *error)
{
    sgdl_limit_t *limit = self->limit;
    const sgdl_system_t *system = &self->system;
    if (limit->outputs > 1 || !(system->intercept || self->problem->has_teacher))
        return SGDL_OK;
    double *y = calloc(system->length, sizeof *y);
    if (!y)
        return sgdl_fail_memory(error);
    const stationary_point_t point = {limit->learning_rate, limit->m, limit->B, self->cross};
    int status = state_at_stationary_point(system, &point, y, error);
    if (system->intercept)
        limit->bias = y[system->bias];
    if (self->problem->has_teacher)
        state_overlap(system, y, &limit->norm2, &limit->overlap_signal, &limit->cos_signal);
    free(y);
    if (self->problem->has_teacher)
        unbounded_norms(self);
    return status;
}

static double risk_at_zero(const work_t *self, double *misclassified)
{
    const size_t C = self->limit->classes;
    const size_t most = C * self->limit->pairs; /* pairs >= outputs */
    const population_t *population = &self->system.population;
    double *zeros = calloc(most, 3 * sizeof *zeros), risk = NAN;
    if (!zeros)
        return NAN;
    const order_t at = {zeros, zeros + most, self->problem->has_teacher ? zeros + 2 * most : NULL};
    for (size_t i = 0; i < C && at.cross; i++) { /* of the deviation from the signal */
        const double shift = population->teacher->shift;
        at.m[i] = -shift * population->signal_m[i];
        at.B[i] = shift * shift * population->signal_B[i];
        at.cross[i] = -shift * population->signal_B[i];
    }
    risk = risk_at(self, &at, misclassified);
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
    const bool limit_above = drive_unit(&self->drive) == 0 && limit->risk > most &&
                             isinf(self->problem->clip); /* else another risk is made small */
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

/* Whether the drive dies away, and what is made small is the risk. */
static bool ends_at_minimum(const work_t *self)
{
    return drive_unit(&self->drive) == 0 && isinf(self->problem->clip);
}

static void set_zero(work_t *self)
{
    sgdl_limit_t *limit = self->limit;
    limit->risk = limit->risk_min = 0;
    if (!self->problem->has_teacher || self->problem->teacher.labels != TEACHER_LINEAR)
        limit->error = limit->error_min = 0;
}

/* The stationary point, if there is one, and the minimiser of the risk. */
static int find_points(work_t *self, sgdl_error_t *error)
{
    const order_t end = order_of(self, false), least = order_of(self, true);
    sgdl_limit_t *limit = self->limit;
    const size_t C = limit->classes, L = limit->outputs, P = limit->pairs;
    bool quadratic = self->problem->loss->quadratic;
    int status = SGDL_OK;
    limit->grows = unbounded_noise(self);
    if (self->at_rest) { /* at any learning rate, be it beyond the stability limit */
        memset(limit->storage, 0, 2 * C * (L + P) * sizeof(double));
        limit->risk = limit->error = limit->risk_min = limit->error_min = 0;
        limit->bias = self->system.intercept && L == 1 ? 0 : NAN;
        return SGDL_OK;
    }
    if (limit->stationary) {
        status = find_point(self, false, error);
        if (status == SGDL_ERR_SOLVER && !is_linear(self, false)) {
            limit->stationary = false;
            limit->lost = true;
            return SGDL_OK;
        }
        if (status == SGDL_OK)
            limit->risk = risk_at(self, &end, &limit->error);
        if (status == SGDL_OK)
            status = find_state(self, error);
    }
    if (status == SGDL_OK && limit->stationary && ends_at_minimum(self)) {
        memcpy(limit->m_min, limit->m, C * L * sizeof *limit->m);
        memcpy(limit->B_min, limit->B, C * P * sizeof *limit->B);
        for (size_t i = 0; i < C && self->cross; i++)
            self->cross_0[i] = self->cross[i];
    } else if (status == SGDL_OK && (quadratic || limit->stationary)) {
        status = find_point(self, true, error);
        if (status == SGDL_ERR_SOLVER && !is_linear(self, true)) {
            limit->lost_minimum = true;
            status = SGDL_OK;
        }
    }
    if (status == SGDL_OK && isfinite(limit->m_min[0]))
        limit->risk_min = risk_at(self, &least, &limit->error_min);
    if (status == SGDL_OK)
        withdraw_impossible(self);
    if (self->lifted)
        limit->risk_min = 0;
    if (limit->verdict == SGDL_VERDICT_ZERO) /* exactly, not to rounding */
        set_zero(self);
    if (status == SGDL_OK)
        unbounded_risk(self);
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
    sgdl_tail_free(&self->whole);
    free(self->sign);
}

/* As far as what is found is that of X itself; with a teacher order parameters were those of the
 * deviation from the signal. */
static void leave_deviation(work_t *self)
{
    const population_t *population = &self->system.population;
    for (size_t i = 0; i < self->limit->classes && self->cross; i++)
        for (int minimum = 0; minimum < 2; minimum++) {
            const order_t at = order_of(self, minimum);
            at.m[i] = population_mean(population, i, at.m[i]);
            at.B[i] = population_spread(population, i, at.B[i], at.cross[i]);
            at.B[i] = at.B[i] < 0 ? 0 : at.B[i]; /* rounding */
        }
}

static int check(const sgdl_problem_t *problem, const rate_source_t *source, sgdl_error_t *error)
{
    if (source->kind == RATE_DRIVEN)
        return sgdl_fail(error, SGDL_ERR_INPUT, "learning_rate",
                         "long times of rates that the state drives are not known; allowed: those "
                         "that are constant or given. A late time of solve shows where such a run "
                         "goes");
    int status = long_run_check(problem, error);
    const bool linear = problem->loss->quadratic && isinf(problem->clip) && !problem->has_teacher &&
                        !problem->heavy_ball.is_stated;
    if (status != SGDL_OK || linear)
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
                           .norm2 = NAN,
                           .overlap_signal = NAN,
                           .cos_signal = NAN,
                           .risk_min = NAN,
                           .error_min = NAN};
    self->pairs = second_moments_carried(problem->loss, self->outputs, true);
    *work = (work_t){.problem = problem,
                     .plan = plan,
                     .source = rate_source_of(&problem->learning_rate[rate], problem->time),
                     .limit = self,
                     .interrupted = plan->watch.stop};
    const sgdl_schedule_ending_t ending = rate_source_ending(&work->source);
    self->learning_rate = ending.rate;
    self->decay = ending.power;
    work->drive = drive_of(problem, ending.rate);
    int status = check(problem, &work->source, error);
    if (status == SGDL_OK)
        status = allocate(work, error);
    if (status == SGDL_OK)
        status = prepare(work, error);
    if (status != SGDL_OK)
        return status;
    self->nodes = work->nodes.count;
    for (size_t i = 0; i < self->classes; i++)
        memcpy(self->mahalanobis2 + i * self->classes,
               work->nodes.mahalanobis2 + i * work->nodes.classes, self->classes * sizeof(double));
    return verdict_find(work, error);
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
                             .work = &work,
                             .limit = self};
        status = laws_find(&laws, &self->law, error);
        leave_deviation(&work);
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
