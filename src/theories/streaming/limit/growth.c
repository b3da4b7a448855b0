#include "src/theories/streaming/limit/growth.h"

#include <math.h>
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

static double margin(const sgdl_problem_t *problem, const observation_t *seen)
{
    if (problem->loss->quadratic)
        return seen->risk > vanished ? 1 / (2 * seen->risk) : INFINITY;
    double least = INFINITY;
    for (size_t i = 0; i < problem->classes; i++) {
        double target = problem->targets.target[problem->label_index[i]];
        double m = problem->loss->decision(target) * seen->mean[i], B = seen->var[i];
        least = fmin(least, B > 0 ? m * fabs(m) / B : m > 0 ? INFINITY : 0);
    }
    return least;
}

/* gamma sum_i p_i Hbar_i; where gradients are clipped no more at long times. */
static double clock_rate(const sgdl_problem_t *problem, const observation_t *seen)
{
    const population_t population = problem_population(problem, 1);
    double sum = problem->loss->quadratic ? 1 : 0;
    for (size_t i = 0; i < problem->classes && !problem->loss->quadratic; i++) {
        double unused[7], H;
        sgdl_averages_t out = {.G = &unused[0],
                               .H = &H,
                               .Q = &unused[1],
                               .G_B = &unused[2],
                               .H_m = &unused[3],
                               .H_B = &unused[4],
                               .Q_m = &unused[5],
                               .Q_B = &unused[6]};
        population_average(&population, i, &seen->mean[i], &seen->var[i], 0, &out);
        sum += problem->weight[i] * H;
    }
    return sum * seen->learning_rate;
}

/* A curve under way: z by the trapezoidal rule in log t. */
typedef struct growing {
    const sgdl_problem_t *problem;
    curve_t curve;
    size_t rows;
    double z, before; /* the clock, and its last increment by log t */
    double risk;      /* at the last time */
} growing_t;

static void add_row(void *context, const observation_t *seen)
{
    growing_t *self = context;
    const double now = clock_rate(self->problem, seen) * seen->t;
    self->z += self->rows == 0 ? now : 0.5 * (now + self->before) * log(10) / ROWS;
    self->before = now;
    const int decade = (int)(self->rows / ROWS) + FIRST;
    if (self->rows % ROWS == 0 && decade >= 0) {
        self->curve.X[decade] = margin(self->problem, seen);
        self->curve.log_z[decade] = log(self->z);
        self->curve.last = decade;
    }
    self->rows++;
    self->risk = seen->risk;
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
    const rate_source_t source = rate_source_of(&problem->learning_rate[rate], problem->time);
    const sgdl_schedule_ending_t ending = rate_source_ending(&source);
    enum { MOST = (GROWTH_MOST_DECADES - FIRST) * ROWS + 1 };
    double times[MOST];
    const size_t count = (size_t)(decades - FIRST) * ROWS + 1;
    growing_t growing = {.problem = problem};
    const long_run_t run = {.problem = problem,
                            .rate = rate,
                            .constant_rate = ending.rate,
                            .plan = plan,
                            .seen = add_row,
                            .context = &growing};
    for (size_t k = 0; k < count; k++)
        times[k] = pow(10, (double)k / ROWS + FIRST);
    *out = (growth_t){.kappa = NAN, .error = NAN, .risk = NAN};
    int status = long_run_check(problem, error);
    if (status == SGDL_OK && problem->has_teacher)
        status = sgdl_fail(error, SGDL_ERR_INPUT, "teacher",
                           "how margins grow tells of labels that hang on classes, not of a "
                           "teacher's; allowed: none");
    if (status == SGDL_OK)
        status = long_run(&run, times, count, error);
    if (status == SGDL_ERR_DIVERGED) {
        out->verdict = SGDL_VERDICT_DIVERGES;
        out->reason = "the run diverges";
        status = SGDL_OK;
    } else if (status == SGDL_OK) {
        judge(&growing.curve, out);
        out->risk = growing.risk;
    }
    return status;
}
