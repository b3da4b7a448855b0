#include "src/study/verdict.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/solve.h"
#include "src/base/student.h"
#include "src/problem/plan.h"

/* Allowed deviations beyond half of what a curve does would let pass a theory that gets the half of
 * it wrong. A curve that moves by less than a tenth of its value is held against that tenth: it
 * could have moved, in time. Before t = 1 it had only that part of the time, and at the start none.
 */
const double verdict_power = 0.5;
static const double least_range = 0.1, least_spread = 0.5;
enum { MOST_RUNS = 1000000 };

double standard_error(statistics_t statistics)
{
    return statistics.sd / sqrt((double)statistics.runs);
}

/* ---- the ODE at the ensemble's times -------------------------------------------------------- */

/* `how` NULL: by what stands beside an ensemble of the sample's dimension. */
static int solve(theory_f *how, const sgdl_problem_t *problem, const sample_t *sample,
                 const sgdl_plan_t *plan, sgdl_curve_t *ode, sgdl_error_t *error)
{
    const theory_t *theory = theory_of(problem);
    const sgdl_sink_t sink = sgdl_curve_sink(ode);
    sgdl_plan_t at_times = *plan; /* borrows all but the times */
    at_times.watch.progress = NULL;
    sample_set_times(sample, &at_times);
    if (how)
        return how(problem, &at_times, &sink, error);
    return theory->beside ? theory->beside(problem, &at_times, sample->dimension, &sink, error)
                          : theory->solve(problem, &at_times, &sink, error);
}

/* ---- rows ---------------------------------------------------------------------------------- */

/* What was solved: what the ensemble is judged by, and what may stand beside it. */
typedef struct solved {
    sgdl_curve_t *ode, *sde; /* owned; sde NULL: nothing does */
} solved_t;

/* Curves that ended early begin in the same rows nevertheless. */
static void add_sde(pair_row_t *row, const verdict_t *self, const sgdl_curve_t *sde, size_t block,
                    size_t place)
{
    const bool there = block < sgdl_curve_blocks(sde) &&
                       sgdl_curve_block(sde, block) + place < sgdl_curve_block_end(sde, block);
    for (size_t v = 0; v < self->compared; v++)
        row->sde[v] =
            there ? sgdl_curve_column(sde, self->name[v])[sgdl_curve_block(sde, block) + place]
                  : NAN;
}

static double column_at(const sgdl_curve_t *ode, const char *name, const char *ending, size_t row,
                        double missing)
{
    char key[64];
    (void)snprintf(key, sizeof key, "%s%s", name, ending);
    const double *column = sgdl_curve_column(ode, key);
    return column ? column[row] : missing;
}

static bool is_probability(const verdict_t *self, size_t v)
{
    const char *begins = self->theory->probabilities;
    return begins && strncmp(self->name[v], begins, strlen(begins)) == 0;
}

/* The limit of a quantity; of NAME_rows that of NAME. */
static double limit_at(const sgdl_curve_t *ode, const char *name, size_t row)
{
    static const char rows[] = "_rows";
    char of[64];
    const size_t length = strlen(name), ending = sizeof rows - 1;
    const bool is_of_rows = length > ending && strcmp(name + length - ending, rows) == 0;
    (void)snprintf(of, sizeof of, "%.*s", (int)(is_of_rows ? length - ending : length), name);
    return sgdl_curve_column(ode, of)[row];
}

/* The standard error of the theory itself. */
static double own_error(const verdict_t *self, const sgdl_curve_t *ode, size_t v, size_t at)
{
    const theory_t *theory = self->theory;
    size_t k = 0;
    if (!theory->own_error)
        return 0;
    while (strcmp(theory->compared[k], self->name[v]) != 0)
        k++;
    const char *column = theory->own_error[k];
    return column ? column_at(ode, column, "", at, 0) : 0;
}

/* What runs are spread by under the theory itself, and what it may be off by. */
static void add_spread(pair_row_t *row, const verdict_t *self, const sgdl_curve_t *ode, size_t at)
{
    for (size_t v = 0; v < self->compared; v++) {
        const char *name = self->name[v];
        const double p = fmin(fmax(row->ode[v], 0), 1);
        const bool is_one = is_probability(self, v);
        row->sd[v] = is_one ? sqrt(p * (1 - p)) : column_at(ode, name, "_sd", at, NAN);
        row->lean[v] = is_one ? fabs(1 - 2 * p) : fabs(column_at(ode, name, "_lean", at, 0));
        row->own[v] = own_error(self, ode, v, at);
    }
}

static void add_rows(verdict_t *self, const sample_t *sample, const solved_t *solved, size_t block)
{
    const sgdl_curve_t *ode = solved->ode;
    const size_t curve = sgdl_curve_block_of(ode, block).curve;
    const size_t first = sgdl_curve_block(ode, block), end = sgdl_curve_block_end(ode, block);
    for (size_t p = 0; p < sample->rows[curve]; p++) {
        const size_t place = sample_place(sample, curve, p);
        if (first + place >= end)
            break;
        pair_row_t *row = &self->row[self->rows++];
        *row = (pair_row_t){.curve = curve, .t = *sample_time(sample, curve, p)};
        if (solved->sde)
            add_sde(row, self, solved->sde, block, place);
        for (size_t v = 0; v < self->compared; v++) {
            row->ode[v] = limit_at(ode, self->name[v], first + place);
            row->simulated[v] = *sample_at(sample, curve, p, v);
            if (row->simulated[v].runs < self->runs)
                self->runs = row->simulated[v].runs;
        }
        add_spread(row, self, ode, first + place);
    }
}

static int collect(verdict_t *self, const sample_t *sample, const solved_t *solved,
                   sgdl_error_t *error)
{
    self->row = calloc(sample->curves * sample->points, sizeof *self->row);
    self->runs = SIZE_MAX;
    if (!self->row)
        return sgdl_fail_memory(error);
    self->has_sde = solved->sde != NULL;
    for (size_t block = 0; block < sgdl_curve_blocks(solved->ode); block++)
        add_rows(self, sample, solved, block);
    if (self->rows == 0)
        self->runs = 0;
    return SGDL_OK;
}

/* Of one run. */
static double spread_of(const pair_row_t *row, size_t v)
{
    return isnan(row->sd[v]) ? row->simulated[v].sd : row->sd[v];
}

/* ---- judgement ----------------------------------------------------------------------------- */

static int allocate(verdict_t *self, size_t curves, sgdl_error_t *error)
{
    const size_t numbers = curves * self->compared;
    self->c = calloc(numbers + curves, sizeof *self->c);
    if (!self->c)
        return sgdl_fail_memory(error);
    self->stride = self->c + numbers;
    return SGDL_OK;
}

/* What a value is measured by; of a probability whichever is rarer. */
static double size_of(const verdict_t *self, const pair_row_t *row, size_t v)
{
    const double value = fabs(row->ode[v]);
    if (is_probability(self, v))
        return fmin(value, fabs(1 - value));
    return self->theory->by_spread ? fmax(value, spread_of(row, v)) : value;
}

static bool are_alike(const verdict_t *self, size_t v, size_t w)
{
    const char *ends = self->theory->alike;
    const size_t length = ends ? strlen(ends) : 0, a = strlen(self->name[v]),
                 b = strlen(self->name[w]);
    return v == w ||
           (ends && a >= length && b >= length && strcmp(self->name[v] + a - length, ends) == 0 &&
            strcmp(self->name[w] + b - length, ends) == 0);
}

/* Of the largest value, for what rounding and quadrature are off by where nothing has moved yet. */
static const double rounding = 1e-3;

/* By how much a curve has moved, of quantities in the same units whichever has most. Without a row
 * at t = 0 nobody knows. */
static double progress_of(const verdict_t *self, size_t v, const double *moved)
{
    double most = 0;
    for (size_t w = 0; w < self->compared; w++)
        if (are_alike(self, v, w))
            most = fmax(most, moved[w]);
    return most;
}

static void set_bias(verdict_t *self, const sgdl_plan_t *plan, size_t curve)
{
    const leeway_t *leeway = &self->leeway;
    const pair_row_t *first = NULL;
    double moved[COMPARED_MOST] = {0};
    for (size_t e = 0; e < self->rows; e++) {
        pair_row_t *row = &self->row[e];
        if (row->curve != curve)
            continue;
        first = first ? first : row;
        for (size_t v = 0; v < self->compared; v++)
            moved[v] = fmax(moved[v], fabs(row->ode[v] - first->ode[v]));
        for (size_t v = 0; v < self->compared; v++) {
            const double most = self->c[curve * self->compared + v];
            const double share = plan->allowance * leeway->factor;
            const bool moves = leeway->by_progress && first->t == 0;
            const double done = progress_of(self, v, moved) + leeway->start;
            const double c = moves ? fmin(most, share * done + rounding * most) : most;
            row->bias[v] = c / leeway->scale;
            self->largest_c[v] = fmax(self->largest_c[v], c);
        }
    }
}

static int set_allowances(verdict_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                          double dimension, sgdl_error_t *error)
{
    const size_t curves = problem_curves(problem);
    const theory_t *theory = theory_of(problem);
    int status = allocate(self, curves, error);
    for (size_t e = 0; e < self->rows && status == SGDL_OK; e++)
        for (size_t v = 0; v < self->compared; v++) {
            double *c = &self->c[self->row[e].curve * self->compared + v];
            *c = fmax(*c, plan->allowance * size_of(self, &self->row[e], v));
        }
    for (size_t curve = 0; curve < curves && status == SGDL_OK; curve++) {
        status = theory->leeway(problem, plan, curve, dimension, &self->leeway, error);
        for (size_t v = 0; v < self->compared && status == SGDL_OK; v++) {
            const size_t i = curve * self->compared + v;
            self->c[i] *= self->leeway.factor;
        }
        if (status == SGDL_OK)
            set_bias(self, plan, curve);
        self->stride[curve] = self->leeway.stride;
    }
    return status;
}

/* What the curve does over its rows. */
static double range_of(const verdict_t *self, const pair_row_t *row, size_t rows, size_t v)
{
    double least = INFINITY, largest = -INFINITY, spread = 0;
    for (size_t e = 0; e < rows; e++) {
        least = fmin(least, row[e].ode[v]);
        largest = fmax(largest, row[e].ode[v]);
        spread = fmax(spread, spread_of(&row[e], v));
    }
    const double time = fmin(rows > 0 ? row[rows - 1].t : 0, 1);
    double still = least_range * fmax(fabs(least), fabs(largest));
    if (is_probability(self, v))
        still = least_range;
    else if (self->theory->by_spread)
        still = least_spread * spread;
    return fmax(largest - least, time * still);
}

static void judge_row(verdict_t *self, const pair_row_t *row, const double *does, double until)
{
    for (size_t v = 0; v < self->compared; v++) {
        const statistics_t *simulated = &row->simulated[v];
        double deviation = fabs(simulated->mean - row->ode[v]);
        const double sd = spread_of(row, v);
        const double own = row->own[v];
        double error = hypot(sd / sqrt((double)simulated->runs), own);
        double bias = row->bias[v];
        double allowed = self->z * error + bias +
                         self->z * self->z * row->lean[v] / (3 * (double)simulated->runs);
        worst_t *worst = &self->worst[v];
        if (isnan(row->ode[v])) /* undefined, or beyond what its tolerance can know */
            continue;
        self->disagreeing += !(deviation <= allowed);
        if (!(deviation <= worst->deviation))
            *worst = (worst_t){deviation, error, allowed, row->t, row->curve};
        if (!(allowed * self->power.does <= self->power.allowed * does[v]))
            self->power = (power_t){allowed, does[v], bias, sd, own, row->t, until, row->curve, v};
    }
}

static void judge_curves(verdict_t *self)
{
    self->power = (power_t){.does = 1, .until = INFINITY};
    for (size_t first = 0, end; first < self->rows; first = end) {
        double does[COMPARED_MOST];
        for (end = first; end < self->rows && self->row[end].curve == self->row[first].curve;)
            end++;
        for (size_t v = 0; v < self->compared; v++)
            does[v] = range_of(self, &self->row[first], end - first, v);
        double until = self->row[end - 1].t;
        self->untested +=
            !(until >= 0.5 * self->stride[self->row[first].curve]); /* its last step is the 0th */
        for (size_t e = first; e < end; e++)
            judge_row(self, &self->row[e], does, until);
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
    int status = set_allowances(self, problem, plan, sample->dimension, error);
    if (status != SGDL_OK)
        return status;
    judge_curves(self);
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

static bool is_enough(const verdict_t *self, size_t runs)
{
    const power_t *power = &self->power;
    const double error = hypot(power->sd / sqrt((double)runs), power->own);
    return factor(self, runs) * error <= verdict_power * power->does - power->bias;
}

size_t verdict_runs_needed(const verdict_t *self)
{
    size_t low = 1, high = MOST_RUNS; /* too few; enough */
    if (!is_enough(self, high))
        return 0;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        *(is_enough(self, middle) ? &high : &low) = middle;
    }
    return high;
}

/* By what is exact where there is such; what approximates it is then looked at too, however it
 * fares. */
static int solve_both(solved_t *solved, const sgdl_problem_t *problem, const sample_t *sample,
                      const sgdl_plan_t *plan, sgdl_error_t *error)
{
    const theory_t *theory = theory_of(problem);
    const bool exact = theory->exact && theory->is_exact(problem, plan);
    solved->ode = sgdl_curve_new();
    if (!solved->ode)
        return sgdl_fail_memory(error);
    int status = solve(exact ? theory->exact : NULL, problem, sample, plan, solved->ode, error);
    if (!exact || plan->discrete || sgdl_curve_rows(solved->ode) == 0)
        return status;
    solved->sde = sgdl_curve_new();
    if (!solved->sde)
        return sgdl_fail_memory(error);
    const int beside =
        solve(theory->solve, problem, sample, plan, solved->sde, status == SGDL_OK ? error : NULL);
    return status == SGDL_OK && beside != SGDL_ERR_DIVERGED ? beside : status;
}

int verdict_init(verdict_t *self, const sgdl_problem_t *problem, const sample_t *sample,
                 const sgdl_plan_t *plan, sgdl_error_t *error)
{
    solved_t solved = {NULL, NULL};
    *self = (verdict_t){.kind = SGDL_INCONCLUSIVE,
                        .name = sample->name,
                        .compared = sample->compared,
                        .theory = theory_of(problem)};
    int status = solve_both(&solved, problem, sample, plan, error);
    bool has_rows = status == SGDL_OK ||
                    (status == SGDL_ERR_DIVERGED && solved.ode && sgdl_curve_rows(solved.ode) > 0);
    if (has_rows) {
        sgdl_error_t *place = status == SGDL_OK ? error : NULL;
        int judged = collect(self, sample, &solved, place);
        if (judged == SGDL_OK)
            judged = judge(self, problem, sample, plan, place);
        status = status == SGDL_OK ? judged : status;
    }
    sgdl_curve_free(solved.ode);
    sgdl_curve_free(solved.sde);
    return status;
}

void verdict_free(verdict_t *self)
{
    free(self->row);
    free(self->c);
    *self = (verdict_t){0};
}
