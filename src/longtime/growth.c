#include "src/longtime/growth.h"

#include <math.h>
#include <stdio.h>

#include "src/longtime/long_run.h"

/* Increments below this part of X are the integrator's error: X has converged. */
static const double converged = 1e-6;
/* Least squares: a risk below this is gone. */
static const double vanished = 1e-11;

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

static double log_ratio(const double *X, int last)
{
    double now = X[last] - X[last - 1], before = X[last - 1] - X[last - 2];
    return now > 0 && before > 0 ? log(now / before) : NAN;
}

static void judge(const double *X, int last, growth_t *out)
{
    out->log_ratio = out->log_ratio_before = NAN;
    if (isinf(X[last])) {
        out->verdict = SGDL_VERDICT_ZERO;
        out->reason = "nothing is left of the risk, or of the variance";
        return;
    }
    out->verdict = SGDL_VERDICT_POSITIVE;
    out->reason = "the squared margin has converged";
    if (X[last] - X[last - 1] <= converged * fabs(X[last]))
        return;
    out->log_ratio = log_ratio(X, last);
    out->log_ratio_before = log_ratio(X, last - 2);
    out->reason = "the squared margin grows less with every decade of t";
    if (!(out->log_ratio < 0)) {
        out->verdict = SGDL_VERDICT_ZERO;
        out->reason = "the squared margin grows more with every decade of t";
    }
}

int growth_judge(const sgdl_problem_t *problem, size_t rate, int decades,
                 const volatile sig_atomic_t *interrupted, growth_t *out, sgdl_error_t *error)
{
    const sgdl_schedule_ending_t ending =
        sgdl_schedule_ending(&problem->learning_rate[rate], problem->time);
    long_run_options_t options = {.constant_rate = ending.rate,
                                  .solve = sgdl_solve_options_default()};
    double times[GROWTH_MOST_DECADES + 1], X[GROWTH_MOST_DECADES + 1];
    sgdl_table_t table;
    options.solve.interrupted = interrupted;
    for (int k = 0; k <= decades; k++)
        times[k] = pow(10, k);
    *out = (growth_t){.risk = NAN};
    int status = long_run(problem, rate, &options, times, (size_t)decades + 1, &table, error);
    if (status == SGDL_ERR_DIVERGED) {
        out->verdict = SGDL_VERDICT_DIVERGES;
        out->log_ratio = out->log_ratio_before = NAN;
        out->reason = "the run diverges";
        status = SGDL_OK;
    } else if (status == SGDL_OK) {
        for (int k = 0; k <= decades; k++)
            X[k] = margin(problem, &table, (size_t)k);
        judge(X, decades, out);
        out->risk = long_run_value(&table, (size_t)decades, "risk");
    }
    sgdl_table_free(&table);
    return status;
}
