#include "src/longtime/verify.h"

#include <math.h>

#include "src/longtime/long_run.h"

/* Risks below this are zero to the integrator. */
static const double vanished = 1e-12;
/* Parts of the extrapolation that its own corrections may be; slopes carry logarithms too. */
static const double slack_power = 0.1, slack_logarithm = 0.3;
static const double slack_slope = 0.03, slack_slope_logarithm = 0.15;

static double choose_time(const sgdl_limit_t *limit, const sgdl_limit_options_t *options)
{
    const sgdl_law_t *law = &limit->law;
    if (options->verify_time > 0)
        return options->verify_time;
    if (limit->learning_rate == 0)
        return 1e10;
    if (law->rate > 0)
        return fmin(fmax(40 / law->rate, 100), 1e12);
    if (limit->verdict == SGDL_VERDICT_POSITIVE && law->exponent > 0 && isfinite(law->exponent))
        return pow(10, fmin(fmax(7 / law->exponent, 4), 14));
    return 1e10;
}

/* How the last decade of t looks to the law. With a decaying learning rate its time is tau = int
 * gamma dt, and noise falls like gamma. */
typedef struct decade {
    double log_before, log_after; /* log of t or tau */
    double noise; /* factor by which the noise falls; 0: it is in the limit already */
} decade_t;

/* log tau by Simpson's rule in log t, from where the schedule is at its beginning still. */
static double log_tau(const sgdl_schedule_t *schedule, double t)
{
    enum { PIECES = 2000 };
    const double low = log(1e-12 * t), width = (log(t) - low) / PIECES;
    double sum = 0;
    for (int k = 0; k <= PIECES; k++) {
        double at = exp(low + k * width);
        double weight = k == 0 || k == PIECES ? 1 : k % 2 == 1 ? 4 : 2;
        sum += weight * at * sgdl_schedule_rate(schedule, at, t);
    }
    return log(sum * width / 3);
}

static decade_t last_decade(const sgdl_limit_t *limit, const sgdl_schedule_t *schedule, double t)
{
    if (limit->learning_rate > 0)
        return (decade_t){.log_before = log(t / 10), .log_after = log(t)};
    return (decade_t){.log_before = log_tau(schedule, t / 10),
                      .log_after = log_tau(schedule, t),
                      .noise = pow(10, -limit->decay)};
}

/* What is left of an excess that has changed by `change`: as a share of what it was before. */
static double remainder_of(const sgdl_law_t *law, const decade_t *decade, double change)
{
    double share = isfinite(law->exponent)
                       ? exp(-law->exponent * (decade->log_after - decade->log_before))
                       : 0;
    if (law->log_power < 0 && law->exponent == 0)
        share = decade->log_before / decade->log_after;
    share = fmax(share, decade->noise);
    return change * share / (1 - share);
}

static void compare_stationary(const sgdl_limit_t *limit, const sgdl_limit_options_t *options,
                               const decade_t *decade, double before, verification_t *out)
{
    double left = remainder_of(&limit->law, decade, before - out->risk);
    double slack = limit->law.log_power != 0 || decade->noise > 0 ? slack_logarithm : slack_power;
    out->extrapolated = out->risk - left;
    /* a law of small deviations, while the excess is not small */
    slack += fabs(left / out->risk);
    out->agrees = fabs(out->extrapolated - limit->risk) <=
                  options->verify_close * limit->risk + slack * fabs(left);
}

static void compare_vanishing(const sgdl_limit_t *limit, const decade_t *decade, double before,
                              verification_t *out)
{
    const sgdl_law_t *law = &limit->law;
    out->extrapolated = 0;
    if (out->risk <= vanished && !isfinite(law->exponent)) {
        out->agrees = true;
        return;
    }
    out->slope = log10(out->risk / before);
    out->slope_law = law->log_power * log10(decade->log_after / decade->log_before) -
                     law->exponent * (decade->log_after - decade->log_before) / log(10);
    double slack = law->log_power != 0 || law->exponent < 1 ? slack_slope_logarithm : slack_slope;
    out->agrees = fabs(out->slope - out->slope_law) <= slack;
}

int verify_limit(const sgdl_limit_t *limit, const sgdl_problem_t *problem, size_t rate,
                 const sgdl_limit_options_t *options, verification_t *out, sgdl_error_t *error)
{
    long_run_options_t run = {.constant_rate = limit->learning_rate,
                              .solve = sgdl_solve_options_default()};
    run.solve.interrupted = options->interrupted;
    run.solve.progress = options->progress;
    run.solve.progress_context = options->progress_context;
    *out = (verification_t){
        .risk = NAN, .extrapolated = NAN, .slope = NAN, .slope_law = NAN, .agrees = true};
    out->t = choose_time(limit, options);
    const double times[] = {out->t / 10, out->t};
    sgdl_table_t table;
    int status = long_run(problem, rate, &run, times, 2, &table, error);
    out->risk = long_run_value(&table, 1, "risk");
    double before = long_run_value(&table, 0, "risk");
    sgdl_table_free(&table);
    if (limit->verdict == SGDL_VERDICT_DIVERGES) {
        out->applies = true;
        out->agrees = status == SGDL_ERR_DIVERGED;
        return status == SGDL_ERR_DIVERGED ? SGDL_OK : status;
    }
    if (status != SGDL_OK)
        return status;
    const decade_t decade = last_decade(limit, &problem->learning_rate[rate], out->t);
    out->applies = limit->verdict == SGDL_VERDICT_ZERO || limit->stationary;
    if (limit->verdict == SGDL_VERDICT_ZERO)
        compare_vanishing(limit, &decade, before, out);
    else if (limit->stationary)
        compare_stationary(limit, options, &decade, before, out);
    return SGDL_OK;
}
