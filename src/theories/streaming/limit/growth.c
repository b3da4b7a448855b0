#include "src/theories/streaming/limit/growth.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/theories/streaming/limit/long_run.h"
#include "src/problem/problem.h"

/* Increments below this part of X are the integrator's error: X has converged. */
static const double converged = 1e-6;
/* Least squares: a risk below this is gone. */
static const double vanished = 1e-11;
/* Differences of kappa from decade to decade are taken to shrink at least by this. */
static const double slowest = 0.9;
/* Differences below this are no sign of anything if they do not. */
static const double settled = 0.01;
/* The clock is summed over so many rows a decade. */
enum { ROWS = 4, FIRST = -2, LAST_KAPPAS = 4 };

/* X and log z at the decades of t. */
typedef struct curve {
    double X[GROWTH_MOST_DECADES + 1], log_z[GROWTH_MOST_DECADES + 1];
    int last;
} curve_t;

static double class_value(const sgdl_table_t *table, size_t row, const char *name, size_t i)
{
    char column[64];
    (void)snprintf(column, sizeof column, "%s_%zu", name, i + 1);
    return long_run_value(table, row, column);
}

static double margin(const sgdl_problem_t *problem, const sgdl_table_t *table, size_t row)
{
    if (problem->loss->quadratic) {
        double risk = long_run_value(table, row, "risk");
        return risk > vanished ? 1 / (2 * risk) : INFINITY;
    }
    double least = INFINITY;
    for (size_t i = 0; i < problem->classes; i++) {
        double target = problem->targets.target[problem->label_index[i]];
        double m = problem->loss->decision(target) * class_value(table, row, "mean", i);
        double B = class_value(table, row, "var", i);
        least = fmin(least, B > 0 ? m * fabs(m) / B : m > 0 ? INFINITY : 0);
    }
    return least;
}

/* gamma sum_i p_i Hbar_i. */
static double clock_rate(const sgdl_problem_t *problem, const sgdl_table_t *table, size_t row)
{
    double sum = problem->loss->quadratic ? 1 : 0;
    for (size_t i = 0; i < problem->classes && !problem->loss->quadratic; i++) {
        double unused[7], H, m = class_value(table, row, "mean", i);
        double B = class_value(table, row, "var", i);
        sgdl_averages_t out = {.G = &unused[0],
                               .H = &H,
                               .Q = &unused[1],
                               .G_B = &unused[2],
                               .H_m = &unused[3],
                               .H_B = &unused[4],
                               .Q_m = &unused[5],
                               .Q_B = &unused[6]};
        problem->loss->average(&problem->targets, problem->label_index[i], 1, &m, &B, &out);
        sum += problem->weight[i] * H;
    }
    return sum * long_run_value(table, row, "learning_rate");
}

/* z by the trapezoidal rule in log t. */
static void read_curve(curve_t *self, const sgdl_problem_t *problem, const sgdl_table_t *table)
{
    double z = 0, before = 0;
    for (size_t row = 0; row < table->rows; row++) {
        const double now = clock_rate(problem, table, row) * long_run_value(table, row, "t");
        z += row == 0 ? now : 0.5 * (now + before) * log(10) / ROWS;
        before = now;
        const int decade = (int)(row / ROWS) + FIRST;
        if (row % ROWS == 0 && decade >= 0) {
            self->X[decade] = margin(problem, table, row);
            self->log_z[decade] = log(z);
            self->last = decade;
        }
    }
}

/* log dX/dlog z over the decade that ends at k, and the middle of it. */
static double log_speed(const curve_t *self, int k, double *middle)
{
    *middle = 0.5 * (self->log_z[k] + self->log_z[k - 1]);
    const double speed = (self->X[k] - self->X[k - 1]) / (self->log_z[k] - self->log_z[k - 1]);
    return speed > 0 ? log(speed) : NAN;
}

static double kappa_at(const curve_t *self, int k)
{
    double now, before;
    const double after = log_speed(self, k, &now), first = log_speed(self, k - 1, &before);
    return (after - first) / (now - before);
}

/* From the last decades of t, whose differences are to go on shrinking as they did. Where they do
 * not the directions that count have not begun to relax, and nothing is known of kappa. */
static void extrapolate(const curve_t *self, growth_t *out)
{
    double kappa[LAST_KAPPAS], most = 0;
    for (int e = 0; e < LAST_KAPPAS; e++)
        kappa[e] = kappa_at(self, self->last - LAST_KAPPAS + 1 + e);
    for (int e = 1; e < LAST_KAPPAS; e++)
        most = fmax(most, fabs(kappa[e] - kappa[e - 1]));
    const double after = kappa[LAST_KAPPAS - 1] - kappa[LAST_KAPPAS - 2];
    const double before = kappa[LAST_KAPPAS - 2] - kappa[LAST_KAPPAS - 3];
    const double q = before != 0 ? fmin(fmax(after / before, 0), slowest) : slowest;
    const double beyond = after * q / (1 - q);
    out->kappa = kappa[LAST_KAPPAS - 1] + beyond;
    out->error = fabs(after) + fabs(beyond);
    if (!(fabs(after) <= slowest * fabs(before))) /* or a wiggle earlier on: NAN */
        out->error = most <= settled ? fmax(out->error, most / (1 - slowest)) : INFINITY;
    if (isnan(out->kappa))
        out->kappa = kappa[LAST_KAPPAS - 1];
}

static void judge(const curve_t *curve, growth_t *out)
{
    const double last = curve->X[curve->last], before = curve->X[curve->last - 1];
    if (isinf(last)) {
        out->verdict = SGDL_VERDICT_ZERO;
        out->reason = "nothing is left of the risk, or of the variance";
        return;
    }
    out->verdict = SGDL_VERDICT_POSITIVE;
    out->reason = "the squared margin has converged";
    if (last - before <= converged * fabs(last))
        return;
    extrapolate(curve, out);
    out->reason = "the squared margin grows less and less";
    if (!(out->kappa < 0)) {
        out->verdict = SGDL_VERDICT_ZERO;
        out->reason = "the squared margin grows more and more";
    }
}

int growth_judge(const sgdl_problem_t *problem, size_t rate, int decades, const sgdl_plan_t *plan,
                 growth_t *out, sgdl_error_t *error)
{
    const sgdl_schedule_ending_t ending =
        sgdl_schedule_ending(&problem->learning_rate[rate], problem->time);
    const long_run_options_t options = {.constant_rate = ending.rate, .plan = plan};
    enum { MOST = (GROWTH_MOST_DECADES - FIRST) * ROWS + 1 };
    double times[MOST];
    const size_t count = (size_t)((decades - FIRST) * ROWS + 1);
    curve_t curve = {.last = 0};
    sgdl_table_t table;
    for (size_t k = 0; k < count; k++)
        times[k] = pow(10, (double)k / ROWS + FIRST);
    *out = (growth_t){.kappa = NAN, .error = NAN, .risk = NAN};
    int status = long_run(problem, rate, &options, times, count, &table, error);
    if (status == SGDL_ERR_DIVERGED) {
        out->verdict = SGDL_VERDICT_DIVERGES;
        out->reason = "the run diverges";
        status = SGDL_OK;
    } else if (status == SGDL_OK) {
        read_curve(&curve, problem, &table);
        judge(&curve, out);
        out->risk = long_run_value(&table, table.rows - 1, "risk");
    }
    sgdl_table_free(&table);
    return status;
}
