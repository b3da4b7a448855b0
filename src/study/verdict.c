#include "src/study/verdict.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "sgdlimit/solve.h"
#include "src/base/student.h"
#include "src/problem/plan.h"

/* Allowed deviations beyond half of what a curve does would let pass a theory that gets the half of
 * it wrong. A curve that moves by less than a tenth of its value is held against that tenth: it
 * could have moved, in time. Before t = 1 it had only that part of the time, and at the start none.
 */
const double verdict_power = 0.5;
static const double least_range = 0.1;
enum { MOST_RUNS = 1000000 };

double standard_error(statistics_t statistics)
{
    return statistics.sd / sqrt((double)statistics.runs);
}

/* ---- the ODE at the ensemble's times -------------------------------------------------------- */

static int solve(const sgdl_problem_t *problem, const sample_t *sample, const sgdl_plan_t *plan,
                 sgdl_curve_t *ode, sgdl_error_t *error)
{
    const sgdl_sink_t sink = sgdl_curve_sink(ode);
    sgdl_plan_t at_times = *plan; /* borrows all but the times */
    at_times.watch.progress = NULL;
    at_times.points = sample->points;
    at_times.times = sample->t;
    return sgdl_solve(problem, &at_times, &sink, error);
}

/* ---- rows ---------------------------------------------------------------------------------- */

static void add_rows(verdict_t *self, const sample_t *sample, const sgdl_curve_t *ode, size_t block)
{
    const size_t curve = sgdl_curve_block_of(ode, block).curve;
    const size_t first = sgdl_curve_block(ode, block), end = sgdl_curve_block_end(ode, block);
    for (size_t p = 0; p < sample->rows[curve] && first + p < end; p++) {
        pair_row_t *row = &self->row[self->rows++];
        *row = (pair_row_t){.curve = curve, .t = sample->t[p]};
        for (size_t v = 0; v < self->compared; v++) {
            row->ode[v] = sgdl_curve_column(ode, self->name[v])[first + p];
            row->simulated[v] = *sample_at(sample, curve, p, v);
            if (row->simulated[v].runs < self->runs)
                self->runs = row->simulated[v].runs;
        }
    }
}

static int collect(verdict_t *self, const sample_t *sample, const sgdl_curve_t *ode,
                   sgdl_error_t *error)
{
    self->row = calloc(sample->curves * sample->points, sizeof *self->row);
    self->runs = SIZE_MAX;
    if (!self->row)
        return sgdl_fail_memory(error);
    for (size_t block = 0; block < sgdl_curve_blocks(ode); block++)
        add_rows(self, sample, ode, block);
    if (self->rows == 0)
        self->runs = 0;
    return SGDL_OK;
}

/* ---- judgement ----------------------------------------------------------------------------- */

static int set_allowances(verdict_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                          sgdl_error_t *error)
{
    self->c = calloc(problem->rates * self->compared, sizeof *self->c);
    if (!self->c)
        return sgdl_fail_memory(error);
    for (size_t e = 0; e < self->rows; e++)
        for (size_t v = 0; v < self->compared; v++) {
            double *c = &self->c[self->row[e].curve * self->compared + v];
            *c = fmax(*c, plan->allowance * self->row[e].ode[v]);
        }
    const theory_t *theory = theory_of(problem);
    self->why = "";
    for (size_t curve = 0; curve < problem->rates; curve++) {
        double factor = 1;
        int status = theory->allowance
                         ? theory->allowance(problem, plan, curve, &factor, &self->why, error)
                         : SGDL_OK;
        if (status != SGDL_OK)
            return status;
        for (size_t v = 0; v < self->compared; v++) {
            self->c[curve * self->compared + v] *= factor;
            self->largest_c[v] = fmax(self->largest_c[v], self->c[curve * self->compared + v]);
        }
    }
    return SGDL_OK;
}

/* What the curve does over its rows. */
static double range_of(const pair_row_t *row, size_t rows, size_t v)
{
    double least = INFINITY, largest = -INFINITY;
    for (size_t e = 0; e < rows; e++) {
        least = fmin(least, row[e].ode[v]);
        largest = fmax(largest, row[e].ode[v]);
    }
    double time = fmin(rows > 0 ? row[rows - 1].t : 0, 1);
    return fmax(largest - least, least_range * time * largest);
}

static void judge_row(verdict_t *self, const pair_row_t *row, const double *does, double until,
                      double dimension)
{
    for (size_t v = 0; v < self->compared; v++) {
        const statistics_t *simulated = &row->simulated[v];
        double deviation = fabs(simulated->mean - row->ode[v]);
        double error = standard_error(*simulated);
        double bias = self->c[row->curve * self->compared + v] / dimension;
        double allowed = self->z * error + bias;
        worst_t *worst = &self->worst[v];
        if (isnan(row->ode[v])) /* undefined, or beyond what its tolerance can know */
            continue;
        self->disagreeing += !(deviation <= allowed);
        if (!(deviation <= worst->deviation))
            *worst = (worst_t){deviation, error, allowed, row->t, row->curve};
        if (!(allowed * self->power.does <= self->power.allowed * does[v]))
            self->power =
                (power_t){allowed, does[v], bias, simulated->sd, row->t, until, row->curve, v};
    }
}

static void judge_curves(verdict_t *self, double dimension)
{
    self->power = (power_t){.does = 1, .until = INFINITY};
    for (size_t first = 0, end; first < self->rows; first = end) {
        double does[COMPARED_MOST];
        for (end = first; end < self->rows && self->row[end].curve == self->row[first].curve;)
            end++;
        for (size_t v = 0; v < self->compared; v++)
            does[v] = range_of(&self->row[first], end - first, v);
        double until = self->row[end - 1].t;
        self->untested += !(until * dimension >= 0.5); /* its last step is the 0th */
        for (size_t e = first; e < end; e++)
            judge_row(self, &self->row[e], does, until, dimension);
    }
}

static double factor(const verdict_t *self, size_t runs)
{
    return runs > 1 ? student_quantile(self->tail, (double)(runs - 1)) : NAN;
}

static int judge(verdict_t *self, const sgdl_problem_t *problem, const sample_t *sample,
                 const sgdl_plan_t *plan, sgdl_error_t *error)
{
    double tests = (double)(self->rows > 0 ? self->rows : 1) * (double)self->compared;
    self->tail = plan->significance / tests / 2;
    self->z = factor(self, self->runs);
    int status = set_allowances(self, problem, plan, error);
    if (status != SGDL_OK)
        return status;
    judge_curves(self, sample->dimension);
    bool powerless =
        self->untested > 0 || !(self->power.allowed <= verdict_power * self->power.does);
    if (self->rows == 0 || self->runs < 2)
        self->kind = SGDL_INCONCLUSIVE;
    else if (self->disagreeing > 0)
        self->kind = SGDL_DISAGREE;
    else
        self->kind = powerless ? SGDL_INCONCLUSIVE : SGDL_AGREE;
    return SGDL_OK;
}

size_t verdict_runs_needed(const verdict_t *self)
{
    double room = verdict_power * self->power.does - self->power.bias;
    size_t low = 1, high = MOST_RUNS; /* too few; enough */
    if (!(factor(self, high) * self->power.sd / sqrt((double)high) <= room))
        return 0;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        bool enough = factor(self, middle) * self->power.sd / sqrt((double)middle) <= room;
        *(enough ? &high : &low) = middle;
    }
    return high;
}

int verdict_init(verdict_t *self, const sgdl_problem_t *problem, const sample_t *sample,
                 const sgdl_plan_t *plan, sgdl_error_t *error)
{
    sgdl_curve_t *ode = sgdl_curve_new();
    *self =
        (verdict_t){.kind = SGDL_INCONCLUSIVE, .name = sample->name, .compared = sample->compared};
    int status = ode ? solve(problem, sample, plan, ode, error) : sgdl_fail_memory(error);
    bool has_rows = status == SGDL_OK || (status == SGDL_ERR_DIVERGED && sgdl_curve_rows(ode) > 0);
    if (has_rows) {
        sgdl_error_t *place = status == SGDL_OK ? error : NULL;
        int judged = collect(self, sample, ode, place);
        if (judged == SGDL_OK)
            judged = judge(self, problem, sample, plan, place);
        status = status == SGDL_OK ? judged : status;
    }
    sgdl_curve_free(ode);
    return status;
}

void verdict_free(verdict_t *self)
{
    free(self->row);
    free(self->c);
    *self = (verdict_t){0};
}
