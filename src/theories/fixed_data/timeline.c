#include "src/theories/fixed_data/timeline.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/quadrature.h"
#include "src/problem/plan.h"
#include "src/schedule/source.h"

static const double MOST_STEPS = 1e7;

/* Of a cell's share of the samples: see timeline.h. */
static const double MOST_CHANCE = 0.25;

/* The first cells move along the stiffest direction by this much of it: explicit steps are stable,
 * and what is left falls fast with every refinement. */
static const double FIRST_STRIDE = 1;

/* ---- the method ------------------------------------------------------------------------------ */

bool timeline_is_continuous(const sgdl_problem_t *problem)
{
    return problem->method == METHOD_FLOW || isnan(problem->fraction);
}

const char *timeline_unit(const sgdl_problem_t *problem)
{
    if (!timeline_is_continuous(problem))
        return "steps";
    return problem->method == METHOD_FLOW ? "t" : "steps/d";
}

/* Gradient flow has no learning rate: it goes by time itself. */
static rate_source_t source_of(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t curve)
{
    const double horizon = plan_horizon(plan, problem);
    return problem->method == METHOD_FLOW ? rate_source_constant(1, horizon)
                                          : rate_source_of(&problem->learning_rate[curve], horizon);
}

/* Momentum of steps is in the steps; of steps of order 1/d nothing but a larger rate is left. */
static double amplification(const sgdl_problem_t *problem)
{
    const bool small = isnan(problem->fraction) && problem->method == METHOD_SGD;
    return small ? problem_amplification(problem) : 1;
}

double timeline_largest_rate(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t curve)
{
    return amplification(problem) * source_of(problem, plan, curve).bound;
}

double timeline_standard_cell(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t curve,
                              double stiffness)
{
    if (!timeline_is_continuous(problem))
        return 0;
    const double last = plan->times[plan->points - 1];
    const double speed = timeline_largest_rate(problem, plan, curve) * stiffness;
    double cell = speed * last > FIRST_STRIDE ? FIRST_STRIDE / speed : last > 0 ? last : 1;
    /* One visit at most errs less than Poisson's many: worth cells that are a little shorter. */
    const double single = MOST_CHANCE * problem->ratio / problem->batch;
    if (isnan(problem->fraction) && problem->method == METHOD_SGD && single >= cell / 2)
        cell = fmin(cell, single);
    return cell;
}

/* The law of all cells, none of which is longer than `longest`. */
static const selection_law_t *law_of(const sgdl_problem_t *problem, double longest)
{
    if (problem->method == METHOD_FLOW || problem->fraction == 1)
        return &selection_full;
    if (problem->method == METHOD_SME)
        return &selection_gaussian;
    if (isnan(problem->fraction))
        return problem->batch * longest / problem->ratio <= MOST_CHANCE ? &selection_fraction
                                                                        : &selection_poisson;
    if (problem->persistence > 0)
        return &selection_persistent;
    return problem->reshuffled ? &selection_reshuffled : &selection_fraction;
}

/* ---- rates ----------------------------------------------------------------------------------- */

/* A segment between breaks of the schedule, and where in it a cell begins. */
typedef struct segment {
    const rate_source_t *source;
    double begin, end, from;
} segment_t;

static double rate_behind(void *context, double elapsed)
{
    const segment_t *self = context;
    return rate_source_within(self->source, self->begin, self->end,
                              self->from - self->begin + elapsed, NULL);
}

static double integrate(const segment_t *segment, double length)
{
    if (segment->source->kind == RATE_CONSTANT)
        return segment->source->value * length;
    const double cut[] = {0, length};
    double ignored = 0;
    return quadrature_integrate(rate_behind, (void *)segment, cut, 2, 1e-14, &ignored);
}

/* ---- steps of the method's own --------------------------------------------------------------- */

static timeline_step_t step_of(const timeline_t *self, const rate_source_t *source, size_t k)
{
    const sgdl_problem_t *problem = self->problem;
    timeline_step_t step = {.rate = rate_source_at(source, (double)k, NULL),
                            .momentum = problem->momentum,
                            .chance = problem->fraction,
                            .second = 1 / problem->fraction};
    if (problem->nesterov == NESTEROV_INCREASING)
        step.momentum = (double)k / (double)(k + 3);
    if (problem->nesterov != NESTEROV_NONE)
        step.ahead = step.momentum;
    return step;
}

/* Which step every row is after; rows that fall on one are the same unless stated one by one. */
static void place_rows(timeline_t *self, const sgdl_plan_t *plan)
{
    const bool all = plan->spacing == SGDL_SPACING_TIMES;
    self->rows = 0;
    for (size_t i = 0; i < plan->points; i++) {
        const double whole = floor(plan->times[i] + 0.5);
        self->rounded |= whole != plan->times[i];
        if (!all && self->rows > 0 && whole == self->t[self->rows - 1])
            continue;
        self->t[self->rows] = whole;
        self->due[self->rows++] = (size_t)whole;
    }
}

static int set_steps(timeline_t *self, const sgdl_plan_t *plan, const rate_source_t *source,
                     sgdl_error_t *error)
{
    place_rows(self, plan);
    self->steps = self->due[self->rows - 1];
    self->step = calloc(self->steps + 1, sizeof *self->step);
    if (!self->step)
        return sgdl_fail_memory(error);
    double flow = 0;
    for (size_t k = 0, row = 0; row < self->rows; k++) {
        for (; row < self->rows && self->due[row] == k; row++) {
            self->flow[row] = source->kind == RATE_CONSTANT ? source->value * (double)k : flow;
            self->epoch[row] = self->problem->fraction * (double)k;
        }
        if (k < self->steps) {
            self->step[k] = step_of(self, source, k);
            flow += self->step[k].rate;
        }
    }
    return SGDL_OK;
}

/* ---- cells of continuous methods ------------------------------------------------------------- */

/* What is between two output times or breaks. */
typedef struct stretches {
    double *bound;  /* [count + 1] where they begin and end */
    double *cells;  /* [count] cells of each */
    size_t *behind; /* [count + 1] the last break up to `bound`, 1-based; 0: none */
    double *breaks; /* [break_count] */
    size_t count, break_count;
    double longest; /* cell, before it is cut into parts */
    double total;   /* cells */
} stretches_t;

static void stretches_free(stretches_t *self)
{
    free(self->bound);
    free(self->cells);
    free(self->behind);
    free(self->breaks);
}

/* Output times and breaks in order, each once. */
static void merge(stretches_t *self, const sgdl_plan_t *plan)
{
    size_t row = 0, next = 0;
    while (row < plan->points && plan->times[row] <= 0)
        row++;
    while (row < plan->points) {
        const double stop = next < self->break_count ? self->breaks[next] : INFINITY;
        const double t = fmin(plan->times[row], stop);
        while (row < plan->points && plan->times[row] <= t)
            row++;
        next += stop <= t;
        self->count++;
        self->bound[self->count] = t;
        self->behind[self->count] = next;
    }
}

static int stretches_init(stretches_t *self, const sgdl_plan_t *plan, const rate_source_t *source,
                          double cell, sgdl_error_t *error)
{
    *self = (stretches_t){0};
    int status = rate_source_breaks(source, &self->breaks, &self->break_count, error);
    if (status != SGDL_OK)
        return status;
    const size_t most = plan->points + self->break_count + 1;
    self->bound = calloc(most, sizeof *self->bound);
    self->cells = calloc(most, sizeof *self->cells);
    self->behind = calloc(most, sizeof *self->behind);
    if (!self->bound || !self->cells || !self->behind)
        return sgdl_fail_memory(error);
    merge(self, plan);
    for (size_t s = 0; s < self->count; s++) {
        const double length = self->bound[s + 1] - self->bound[s];
        /* A length that is a whole number of cells but for rounding has no cell more. */
        self->cells[s] = fmax(1, ceil(length / cell * (1 - 1e-12)));
        self->longest = fmax(self->longest, length / self->cells[s]);
        self->total += self->cells[s];
    }
    return SGDL_OK;
}

static timeline_step_t cell_of(const timeline_t *self, const segment_t *segment, double length)
{
    const sgdl_problem_t *problem = self->problem;
    timeline_step_t step = {
        .rate = amplification(problem) * integrate(segment, length), .chance = 1, .second = 1};
    if (self->law == &selection_full)
        return step;
    step.chance = problem->batch * length / problem->ratio;
    step.second = self->law == &selection_fraction ? 1 / step.chance : 1 + 1 / step.chance;
    return step;
}

static void fill_cells(timeline_t *self, const stretches_t *stretches, const rate_source_t *source,
                       unsigned parts)
{
    double flow = 0;
    size_t row = 0;
    for (size_t s = 0; row < self->rows; s++) {
        const double begin = stretches->bound[s];
        for (; row < self->rows && self->t[row] <= begin; row++) {
            self->due[row] = self->steps;
            self->flow[row] = source->kind == RATE_CONSTANT ? source->value * self->t[row] : flow;
        }
        if (s == stretches->count)
            break;
        const size_t behind = stretches->behind[s];
        const double count = stretches->cells[s] * parts;
        const double length = (stretches->bound[s + 1] - begin) / count;
        segment_t segment = {source, behind > 0 ? stretches->breaks[behind - 1] : 0,
                             behind < stretches->break_count ? stretches->breaks[behind] : INFINITY,
                             begin};
        for (double c = 0; c < count; c++) {
            segment.from = begin + c * length;
            self->step[self->steps++] = cell_of(self, &segment, length);
            flow += self->step[self->steps - 1].rate / amplification(self->problem);
        }
    }
}

static int set_cells(timeline_t *self, const sgdl_plan_t *plan, const rate_source_t *source,
                     double cell, unsigned parts, sgdl_error_t *error)
{
    stretches_t stretches;
    const sgdl_problem_t *problem = self->problem;
    int status = stretches_init(&stretches, plan, source, cell, error);
    if (status == SGDL_OK && !(stretches.total * parts <= MOST_STEPS))
        status = sgdl_fail(error, SGDL_ERR_INPUT, "--grid",
                           "%.3g cells of time up to t = %g, allowed up to %g: an earlier end, or "
                           "longer cells",
                           stretches.total * parts, plan->times[plan->points - 1], MOST_STEPS);
    if (status == SGDL_OK) {
        self->law = law_of(problem, stretches.longest);
        self->cell = stretches.longest / parts;
        self->step = calloc((size_t)(stretches.total * parts) + 1, sizeof *self->step);
        if (!self->step)
            status = sgdl_fail_memory(error);
    }
    if (status == SGDL_OK) {
        self->rows = plan->points;
        for (size_t row = 0; row < self->rows; row++) {
            self->t[row] = plan->times[row];
            self->epoch[row] = problem->method == METHOD_FLOW
                                   ? NAN
                                   : problem->batch * self->t[row] / problem->ratio;
        }
        fill_cells(self, &stretches, source, parts);
    }
    stretches_free(&stretches);
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static int allocate_rows(timeline_t *self, size_t points, sgdl_error_t *error)
{
    self->due = calloc(points, sizeof *self->due);
    self->t = calloc(4 * points, sizeof *self->t);
    if (!self->due || !self->t)
        return sgdl_fail_memory(error);
    self->flow = self->t + points;
    self->epoch = self->flow + points;
    self->rate = self->epoch + points;
    return SGDL_OK;
}

/* Many parameters: a curve of a problem, and how finely it is looked at. */
int timeline_init(timeline_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                  size_t curve, double cell, unsigned parts, sgdl_error_t *error)
{
    const rate_source_t source = source_of(problem, plan, curve);
    const double last = plan->times[plan->points - 1];
    *self = (timeline_t){.problem = problem,
                         .curve = curve,
                         .continuous = timeline_is_continuous(problem),
                         .law = law_of(problem, 0),
                         .persistence = problem->persistence};
    int status = allocate_rows(self, plan->points, error);
    if (status == SGDL_OK && !self->continuous && !(last <= MOST_STEPS))
        status = sgdl_fail(error, SGDL_ERR_INPUT, "time", "%.3g steps, allowed up to %g", last,
                           MOST_STEPS);
    if (status == SGDL_OK)
        status = self->continuous
                     ? set_cells(self, plan, &source, cell, parts > 0 ? parts : 1, error)
                     : set_steps(self, plan, &source, error);
    for (size_t row = 0; row < self->rows && status == SGDL_OK; row++)
        self->rate[row] = rate_source_at(&source, self->t[row], NULL);
    return status;
}

void timeline_free(timeline_t *self)
{
    free(self->step);
    free(self->due);
    free(self->t);
    *self = (timeline_t){0};
}
