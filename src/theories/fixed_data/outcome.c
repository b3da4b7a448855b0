#include "src/theories/fixed_data/outcome.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/theories/fixed_data/ladder.h"

const double outcome_accuracy_exact = 1e-5, outcome_accuracy_sampled = 1e-3;

/* Replicates that a standard error takes, and beyond which rather the paths are more. */
enum {
    REPLICATES_LEAST = 8,
    REPLICATES_MOST = LADDER_REPLICATES,
    PATHS_FIRST = 1024,
    PATHS_A_STEP = 8,
    PATHS_A_ROW = 4,
    PATHS_GROWTH = 8
};

/* Grids that passes begin with, of continuous methods, and those that an exact one may take. */
enum { GRIDS_EXACT = 3, GRIDS_SAMPLED = 3, GRIDS_FORESEEN = 5, GRIDS_DIVERGING = 4 };

/* Multiply-adds of what is begun beyond the first passes: some ten seconds, or minutes where an
 * accuracy is asked for. */
static const double BUDGET = 3e10, BUDGET_ASKED = 1e12;

/* Standard errors by which identities are not violated by chance. */
static const double VIOLATED = 6;

/* A curve on its way. */
typedef struct course {
    const setup_t *setup;
    const columns_t *columns;
    ladder_t ladder;
    outcome_t *out;
    double budget;              /* what is left */
    double *raw, *whole, *less; /* rooms of a row; owned, behind raw */
    double *mean, *slope;       /* of raw rows; likewise */
} course_t;

/* Nodes converge so fast that a much smaller error costs little. */
static const double NODES_ACCURACY = 1e-3, NODES_FINEST = 1e-10, NODES_COARSEST = 1e-6;

int outcome_setup(setup_t *setup, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                  sgdl_error_t *error)
{
    const double last = plan->times[plan->points - 1], beta = problem->momentum;
    const double most = problem->loss->hessian_max;
    const double asked = plan->accuracy > 0         ? plan->accuracy
                         : problem->loss->quadratic ? outcome_accuracy_exact
                                                    : outcome_accuracy_sampled;
    double rate = 0, amplification = 1 / (1 - beta);
    for (size_t r = 0; r < problem->rates; r++)
        rate = fmax(rate, timeline_largest_rate(problem, plan, r));
    if (timeline_is_continuous(problem))
        amplification = 1; /* in the rate already */
    else if (problem->nesterov == NESTEROV_INCREASING)
        amplification = 1 + last / 3;
    const double reach = (isfinite(most) ? most : 1) * rate * last * amplification;
    const double accuracy = fmax(NODES_FINEST, fmin(NODES_COARSEST, NODES_ACCURACY * asked));
    return setup_init(setup, problem, plan, fmax(1, reach), accuracy, error);
}

double outcome_stiffness(const setup_t *setup)
{
    const sgdl_problem_t *problem = setup->problem;
    const double edge = 1 + 1 / sqrt(setup->ratio), most = problem->loss->hessian_max;
    double largest = 0, spikes = problem->intercept * problem->intercept;
    for (size_t n = 0; n < setup->N; n++) {
        double eigenvalue = 0;
        for (size_t i = 0; i < setup->C; i++)
            eigenvalue += setup->p[i] * setup->eigenvalue[n * setup->C + i];
        largest = fmax(largest, eigenvalue);
    }
    for (size_t i = 0; i < setup->C; i++)
        spikes += isfinite(setup->mean_norm2[i]) ? setup->p[i] * setup->mean_norm2[i] : 0;
    return problem->ridge + (isfinite(most) ? most : 1) * (edge * edge * largest + spikes);
}

/* ---- from passes to values ------------------------------------------------------------------- */

static double relative(double difference, double value)
{
    if (difference == 0)
        return 0;
    const double ratio = fabs(difference) / fabs(value);
    return isnan(ratio) ? INFINITY : ratio;
}

/* Mean and standard error of numbers that come one by one (Welford). */
typedef struct spread {
    double count, mean, squares;
} spread_t;

static void spread_add(spread_t *self, double value)
{
    const double off = value - self->mean;
    self->count++;
    self->mean += off / self->count;
    self->squares += off * (value - self->mean);
}

static double spread_error(const spread_t *self)
{
    return self->count > 1 ? sqrt(self->squares / (self->count * (self->count - 1))) : NAN;
}

/* How far a difference is beyond what noise makes of it. */
static double beyond_noise(const spread_t *difference, double value)
{
    const double noise = difference->count > 1 ? 2 * spread_error(difference) : 0;
    return relative(fmax(0, fabs(difference->mean) - noise), value);
}

/* What replicates say of the two columns that are judged, and what the coarsest grid does to
 * them. */
typedef struct judged {
    spread_t spread[2], change[2];
} judged_t;

static const size_t judged_columns[] = {OBSERVED_RISK, OBSERVED_TRAIN_RISK};

/* Means over the replicates' columns. */
static void see_columns(course_t *self, size_t row, size_t grids, judged_t *judged)
{
    const outcome_t *out = self->out;
    const ladder_t *ladder = &self->ladder;
    double *value = out->value + row * out->columns;
    const double rate = out->timeline.rate[row], share = 1 / (double)ladder->replicates;
    for (size_t c = 0; c < out->columns; c++)
        value[c] = 0;
    for (size_t r = 0; r < ladder->replicates; r++) {
        ladder_row(ladder, r, row, grids, self->raw);
        columns_see(self->columns, self->raw, rate, self->whole);
        for (size_t c = 0; c < out->columns; c++)
            value[c] += share * self->whole[c];
        if (grids > 1) {
            ladder_row(ladder, r, row, grids - 1, self->raw);
            columns_see(self->columns, self->raw, rate, self->less);
        }
        for (size_t j = 0; j < 2; j++) {
            const size_t c = judged_columns[j];
            spread_add(&judged->spread[j], self->whole[c]);
            if (grids > 1)
                spread_add(&judged->change[j], self->whole[c] - self->less[c]);
        }
    }
}

/* risk and train_risk of a raw row, to first order from those of the mean one. */
static void see_near(const course_t *self, const double *value, double near[2])
{
    const setup_t *setup = self->setup;
    const layout_t *at = &self->ladder.layout;
    near[0] = value[OBSERVED_RISK];
    near[1] = 0;
    for (size_t e = 0; e < at->train_risk; e++)
        near[0] += self->slope[e] * (self->raw[e] - self->mean[e]);
    for (size_t i = 0; i < setup->C; i++)
        near[1] += setup->p[i] * self->raw[at->train_risk + i];
}

/* The columns of the replicates' mean row: one integral a class is what there is time for. */
static void see_mean_row(course_t *self, size_t row, size_t grids, judged_t *judged)
{
    const outcome_t *out = self->out;
    const ladder_t *ladder = &self->ladder;
    const size_t width = ladder->layout.width;
    double *value = out->value + row * out->columns;
    memset(self->mean, 0, width * sizeof *self->mean);
    for (size_t r = 0; r < ladder->replicates; r++) {
        ladder_row(ladder, r, row, grids, self->raw);
        for (size_t e = 0; e < width; e++)
            self->mean[e] += self->raw[e] / (double)ladder->replicates;
    }
    columns_see_slope(self->columns, self->mean, out->timeline.rate[row], value, self->slope);
    for (size_t r = 0; r < ladder->replicates; r++) {
        double whole[2], less[2];
        ladder_row(ladder, r, row, grids, self->raw);
        see_near(self, value, whole);
        if (grids > 1) {
            ladder_row(ladder, r, row, grids - 1, self->raw);
            see_near(self, value, less);
        }
        for (size_t j = 0; j < 2; j++) {
            spread_add(&judged->spread[j], whole[j]);
            if (grids > 1)
                spread_add(&judged->change[j], whole[j] - less[j]);
        }
    }
}

static void see_row(course_t *self, size_t row, size_t grids)
{
    outcome_t *out = self->out;
    double *const errors[] = {&out->risk_se[row], &out->train_risk_se[row]};
    judged_t judged = {0};
    if (columns_integrate(self->columns))
        see_mean_row(self, row, grids, &judged);
    else
        see_columns(self, row, grids, &judged);
    for (size_t j = 0; j < 2; j++) {
        const double mean = judged.spread[j].mean;
        *errors[j] = self->ladder.exact ? 0 : spread_error(&judged.spread[j]);
        out->se = fmax(out->se, relative(*errors[j], mean));
        out->grid_error = fmax(out->grid_error, beyond_noise(&judged.change[j], mean));
    }
}

static int make_room(outcome_t *out, size_t rows, sgdl_error_t *error)
{
    free(out->value);
    out->value = calloc(rows * (out->columns + 2) + 1, sizeof *out->value);
    if (!out->value)
        return sgdl_fail_memory(error);
    out->risk_se = out->value + rows * out->columns;
    out->train_risk_se = out->risk_se + rows;
    return SGDL_OK;
}

static double cost_of_all(const course_t *self)
{
    double sum = 0;
    for (size_t k = 0; k < self->ladder.count; k++) {
        double cost;
        if (ladder_cost(&self->ladder, k, &cost, NULL) != SGDL_OK)
            return INFINITY;
        sum += cost;
    }
    return sum;
}

/* All that the passes so far say. */
static int see(course_t *self, sgdl_error_t *error)
{
    outcome_t *out = self->out;
    const ladder_t *ladder = &self->ladder;
    size_t grids;
    const size_t rows = ladder_rows(ladder, &grids);
    int status = make_room(out, rows, error);
    if (status != SGDL_OK)
        return status;
    timeline_free(&out->timeline);
    status = ladder_make_timeline(ladder, ladder->count - 1, &out->timeline, error);
    if (status != SGDL_OK)
        return status;
    out->rows = rows;
    out->se = out->grid_error = 0;
    for (size_t row = 0; row < rows; row++)
        see_row(self, row, grids);
    out->grids = grids;
    out->replicates = ladder->exact ? 0 : ladder->replicates;
    out->paths = ladder->paths;
    out->residual = ladder_residual(ladder);
    out->cost = cost_of_all(self);
    if (ladder->continuous && grids < 2)
        out->grid_error = NAN;
    out->is_met = out->se <= out->accuracy && out->grid_error <= out->accuracy;
    return SGDL_OK;
}

static bool has_ended(const course_t *self)
{
    const ladder_t *ladder = &self->ladder;
    size_t grids;
    return ladder_rows(ladder, &grids) < ladder_timeline(ladder)->rows;
}

/* ---- finer grids ----------------------------------------------------------------------------- */

/* Is there one grid more that is worth what it takes? The first ones are asked for. */
static bool can_refine(course_t *self)
{
    double cost;
    ladder_t *ladder = &self->ladder;
    if (!ladder->continuous || ladder->count == LADDER_MOST ||
        ladder_ask(ladder, ladder->count, NULL) != SGDL_OK ||
        ladder_cost(ladder, ladder->count, &cost, NULL) != SGDL_OK || cost > self->budget)
        return false;
    self->budget -= cost;
    ladder->foreseen = fmax(ladder->foreseen, 2 * cost);
    return true;
}

static int foresee(course_t *self, size_t grids, sgdl_error_t *error)
{
    ladder_t *ladder = &self->ladder;
    int status = SGDL_OK;
    ladder->foreseen = 0;
    for (size_t k = 0; k < grids && status == SGDL_OK; k++) {
        double cost;
        status = ladder_cost(ladder, k, &cost, error);
        ladder->foreseen += cost;
    }
    return status;
}

static int solve_exact(course_t *self, sgdl_error_t *error)
{
    ladder_t *ladder = &self->ladder;
    const size_t first = ladder->continuous ? GRIDS_EXACT : 1;
    int status = foresee(self, ladder->continuous ? GRIDS_FORESEEN : 1, error);
    if (status == SGDL_OK)
        status = ladder_ask(ladder, first - 1, error);
    if (status == SGDL_OK)
        status = ladder_climb(ladder, first, error);
    while (status == SGDL_OK) {
        status = see(self, error);
        const bool done = has_ended(self) ? ladder->count >= GRIDS_DIVERGING : self->out->is_met;
        if (status != SGDL_OK || done || !can_refine(self))
            break;
        status = ladder_climb(ladder, ladder->count + 1, error);
    }
    return status;
}

/* ---- more paths and replicates --------------------------------------------------------------- */

/* By a little: replicates. By much: paths, which serve twice, as points that fill a space get
 * better faster than their number grows. */
static int sample_more(course_t *self, bool *done, sgdl_error_t *error)
{
    ladder_t *ladder = &self->ladder;
    const outcome_t *out = self->out;
    const double factor = out->se / out->accuracy * (out->se / out->accuracy) * 1.2;
    const double cost = cost_of_all(self), had = (double)ladder->replicates;
    const size_t grids = ladder->count, paths = ladder->paths;
    *done = true;
    if (!(cost < INFINITY) || self->setup->plan->paths > 0)
        return SGDL_OK;
    if (had * factor <= REPLICATES_MOST) {
        const double more = ceil(had * factor);
        if (cost * (more / had - 1) > self->budget)
            return SGDL_OK;
        *done = false;
        self->budget -= ladder->foreseen = cost * (more / had - 1);
        return ladder_widen(ladder, (size_t)more, error);
    }
    const double growth = fmin(PATHS_GROWTH, exp2(ceil(log2(factor))));
    ladder_t probe = *ladder;
    probe.paths = paths * (size_t)growth;
    probe.replicates = REPLICATES_LEAST;
    const double needed = growth * cost * REPLICATES_LEAST / had;
    if (needed > self->budget || ladder_ask(&probe, grids - 1, NULL) != SGDL_OK)
        return SGDL_OK;
    *done = false;
    self->budget -= ladder->foreseen = needed;
    ladder_restart(ladder, probe.replicates, probe.paths);
    return ladder_climb(ladder, grids, error);
}

/* Kernels of as many steps as there are paths are noise, which feeds on itself. Full batches move
 * on few paths: their fields have a low rank. Every output of a step has a row of its own. */
static int first_paths(const ladder_t *ladder, size_t grids, size_t *paths, sgdl_error_t *error)
{
    timeline_t timeline;
    int status = ladder_make_timeline(ladder, grids - 1, &timeline, error);
    const size_t L = ladder->blocks ? ladder->setup->L : 1;
    *paths = PATHS_FIRST;
    while (status == SGDL_OK && !timeline.law->all &&
           (*paths < PATHS_A_STEP * timeline.steps || *paths < PATHS_A_ROW * L * timeline.steps))
        *paths *= 2;
    timeline_free(&timeline);
    return status;
}

static int solve_sampled(course_t *self, sgdl_error_t *error)
{
    ladder_t *ladder = &self->ladder;
    const size_t first = ladder->continuous ? GRIDS_SAMPLED : 1;
    size_t paths = self->setup->plan->paths;
    bool done = false;
    int status = paths > 0 ? SGDL_OK : first_paths(ladder, first, &paths, error);
    ladder_restart(ladder, REPLICATES_LEAST, paths);
    if (status == SGDL_OK)
        status = foresee(self, first, error);
    self->budget -= ladder->foreseen;
    if (status == SGDL_OK)
        status = ladder_ask(ladder, first - 1, error);
    if (status == SGDL_OK)
        status = ladder_climb(ladder, first, error);
    while (status == SGDL_OK && !done) {
        status = see(self, error);
        if (status != SGDL_OK || has_ended(self) || self->out->is_met)
            break;
        if (self->out->se > self->out->accuracy)
            status = sample_more(self, &done, error);
        else if (can_refine(self))
            status = ladder_climb(ladder, ladder->count + 1, error);
        else
            done = true;
    }
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static int begin(course_t *self, size_t curve, const outcome_effort_t *effort, sgdl_error_t *error)
{
    const setup_t *setup = self->setup;
    const sgdl_plan_t *plan = setup->plan;
    const double curves = (double)setup->problem->rates;
    const double cell = plan->grid > 0 ? plan->grid
                                       : timeline_standard_cell(setup->problem, plan, curve,
                                                                outcome_stiffness(setup));
    int status = ladder_init(&self->ladder, setup, curve, cell, error);
    if (status != SGDL_OK)
        return status;
    self->ladder.begin = (double)curve / curves;
    self->ladder.end = (double)(curve + 1) / curves;
    self->out->columns = self->columns->count;
    self->out->accuracy = effort               ? effort->accuracy
                          : plan->accuracy > 0 ? plan->accuracy
                          : self->ladder.exact ? outcome_accuracy_exact
                                               : outcome_accuracy_sampled;
    self->budget = effort ? effort->budget : plan->accuracy > 0 ? BUDGET_ASKED : BUDGET;
    self->raw = calloc(3 * self->ladder.layout.width + 2 * self->out->columns, sizeof *self->raw);
    if (!self->raw)
        return sgdl_fail_memory(error);
    self->whole = self->raw + self->ladder.layout.width;
    self->less = self->whole + self->out->columns;
    self->mean = self->less + self->out->columns;
    self->slope = self->mean + self->ladder.layout.width;
    return SGDL_OK;
}

/* What an early end leaves; a divergence of the finest passes is one. */
static int conclude(course_t *self, int status, sgdl_error_t *error)
{
    ladder_t *ladder = &self->ladder;
    /* Passes that were begun anew, of more paths, leave what was seen of those before. */
    const bool anew = ladder->replicates < self->out->replicates;
    if (status == SGDL_ERR_INTERRUPTED && !anew && see(self, NULL) != SGDL_OK)
        return sgdl_fail_memory(error);
    if (status == SGDL_ERR_INTERRUPTED && self->out->rows == self->out->timeline.rows)
        return sgdl_fail(error, status, NULL,
                         "interrupted while the accuracy was worked on; %zu of %zu rows kept, as "
                         "exact as numerical_error says",
                         self->out->rows, self->out->timeline.rows);
    if (status == SGDL_ERR_INTERRUPTED)
        return sgdl_fail(error, status, NULL, "interrupted; %zu of %zu rows kept", self->out->rows,
                         self->out->timeline.rows);
    if (status == SGDL_OK && self->out->residual > VIOLATED)
        return sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                         "identities that all samples obey in the mean are off by %.1f standard "
                         "errors in half of %zu replicates: more --paths may help (%zu now)",
                         self->out->residual, ladder->replicates, ladder->paths);
    if (status != SGDL_OK || !has_ended(self) || ladder->ended.code == SGDL_OK)
        return status;
    if (error)
        *error = ladder->ended;
    return ladder->ended.code;
}

int outcome_init_within(outcome_t *self, const setup_t *setup, const columns_t *columns,
                        size_t curve, const outcome_effort_t *effort, sgdl_error_t *error)
{
    *self = (outcome_t){0};
    course_t course = {.setup = setup, .columns = columns, .out = self};
    int status = begin(&course, curve, effort, error);
    if (status == SGDL_OK) {
        status = course.ladder.exact ? solve_exact(&course, error) : solve_sampled(&course, error);
        status = conclude(&course, status, error);
    }
    ladder_free(&course.ladder);
    free(course.raw);
    return status;
}

int outcome_init(outcome_t *self, const setup_t *setup, const columns_t *columns, size_t curve,
                 sgdl_error_t *error)
{
    return outcome_init_within(self, setup, columns, curve, NULL, error);
}

void outcome_free(outcome_t *self)
{
    timeline_free(&self->timeline);
    free(self->value);
    *self = (outcome_t){0};
}
