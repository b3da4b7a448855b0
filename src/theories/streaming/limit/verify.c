#include "src/theories/streaming/limit/verify.h"

#include <math.h>

#include "src/schedule/source.h"
#include "src/theories/streaming/limit/long_run.h"
#include "src/problem/problem.h"

enum { SAMPLES = 7 };

/* The integrator's tolerance, times this, is what its risk may be off by. */
static const double noise_factor = 30;
/* Errors are sums of what is seen to shrink by q from one extrapolation to the next, q/(1 - q),
 * with margins for what shrinks like powers of 1/log t, which such a sum halves. */
static const double margin = 3, margin_slope = 8;
/* Beyond this q nothing is seen to shrink. */
static const double still = 0.97;
/* Slopes are not known better than this. */
static const double least_slope_error = 0.02;
/* What a power of log t adds to a slope is known up to this share of it. */
static const double log_share = 0.25;
/* An error beyond this share of the risk, or of the slope, leaves it undecided. */
static const double decisive = 0.2, decisive_slope = 0.7;

/* An exponential's rate is what the approach shows once it has fallen by this many factors of e. */
static const double relaxed = 3;

/* A run at times in a constant ratio: 2 where the approach is exponential, else 10. */
typedef struct run {
    size_t count; /* of the times that count: later ones drown in the integrator's noise */
    double t[SAMPLES], risk[SAMPLES];
    double noise[SAMPLES];   /* of the risk */
    double log_tau[SAMPLES]; /* tau = int gamma dt where the rate decays, else t */
    double fading;           /* factor by which noise falls from one to the next; 0: no matter */
} run_t;

static bool is_exponential(const sgdl_law_t *law) { return isinf(law->exponent); }

static double choose_time(const sgdl_limit_t *limit, const sgdl_plan_t *plan)
{
    const sgdl_law_t *law = &limit->law;
    const double slow = limit->learning_rate > 0 ? fmax(1, 1 / limit->learning_rate) : 1;
    const bool power = law->exponent > 0 && !is_exponential(law);
    if (plan->verify_time > 0)
        return plan->verify_time;
    if (limit->learning_rate == 0)
        return 1e10;
    if (law->rate > 0)
        return fmin(fmax(40 / law->rate, 100), 1e12);
    if (limit->verdict == SGDL_VERDICT_POSITIVE && power)
        return pow(10, fmin(fmax(7 / law->exponent, 4), 14));
    if (limit->verdict == SGDL_VERDICT_ZERO && power)
        return pow(10, fmin(9 / law->exponent, 10)) * fmin(slow, 1e6);
    return 1e10;
}

/* log tau by Simpson's rule in log t, from where the schedule is at its beginning still. */
static double log_tau(const sgdl_schedule_t *schedule, double t)
{
    enum { PIECES = 2000 };
    const double low = log(1e-12 * t), width = (log(t) - low) / PIECES;
    const rate_source_t source = rate_source_of(schedule, t);
    double sum = 0;
    for (int k = 0; k <= PIECES; k++) {
        double at = exp(low + k * width);
        double weight = k == 0 || k == PIECES ? 1 : k % 2 == 1 ? 4 : 2;
        sum += weight * at * rate_source_at(&source, at, NULL);
    }
    return log(sum * width / 3);
}

static double share_between(const run_t *run, const sgdl_law_t *law, size_t k)
{
    const double before = run->log_tau[k - 1], after = run->log_tau[k];
    double share = 0;
    if (law->exponent == 0 && law->log_power < 0 && before > 0)
        share = before / after;
    else if (isfinite(law->exponent))
        share = exp(-law->exponent * (after - before));
    else if (law->rate > 0)
        share = exp(-law->rate * (exp(after) - exp(before)));
    return fmin(fmax(share, run->fading), 1 - 1e-6);
}

/*
 * How far the last of three values of a sequence may be from its limit, if its steps go on
 * shrinking as they did; `noise` is what rounding may do to a step. INFINITY if they do not shrink.
 */
static double error_of(double first, double second, double third, double noise, double with_margin)
{
    const double before = fabs(first - second), after = fabs(second - third);
    if (after <= noise)
        return noise;
    const double q = after / fmax(before, noise);
    return q < still ? with_margin * after * fmax(q / (1 - q), 1) + noise : INFINITY;
}

/* Before its relaxation time an exponential law says nothing yet, where faster modes fall too. */
static bool is_under_way(const run_t *run, const sgdl_law_t *law)
{
    return !is_exponential(law) || !(law->rate > 0) ||
           law->rate * exp(run->log_tau[run->count - 1]) >= relaxed;
}

static void compare_stationary(const sgdl_limit_t *limit, const sgdl_plan_t *plan, const run_t *run,
                               verification_t *out)
{
    double end[3], noise = 0;
    for (size_t e = 0; e < 3; e++) {
        const size_t k = run->count - 3 + e;
        const double share = share_between(run, &limit->law, k);
        end[e] = run->risk[k] - (run->risk[k - 1] - run->risk[k]) * share / (1 - share);
        noise = (run->noise[k] + run->noise[k - 1]) / (1 - share);
    }
    out->extrapolated = end[2];
    out->error = error_of(end[0], end[1], end[2], noise, margin);
    out->decided = is_under_way(run, &limit->law) && end[2] >= -out->error && /* no risk is below */
                   out->error <= decisive * fmax(limit->risk, noise / decisive);
    out->agrees = fabs(end[2] - limit->risk) <= plan->verify_close * limit->risk + out->error;
}

/* log10 R over the interval before time k, by decade. */
static double slope_before(const run_t *run, size_t k)
{
    return log10(run->risk[k] / run->risk[k - 1]) / log10(run->t[k] / run->t[k - 1]);
}

/* What the law's power, or its exponential, makes of that, and what its logarithms add. */
static double slope_of_power(const run_t *run, const sgdl_law_t *law, size_t k)
{
    const double before = run->log_tau[k - 1], after = run->log_tau[k];
    const double units = log(run->t[k] / run->t[k - 1]);
    return is_exponential(law) ? -law->rate * (exp(after) - exp(before)) / units
                               : -law->exponent * (after - before) / units;
}

static double slope_of_logarithms(const run_t *run, const sgdl_law_t *law, size_t k)
{
    const double before = run->log_tau[k - 1], after = run->log_tau[k];
    if (is_exponential(law) || !isfinite(law->log_power) || !(before > 0))
        return 0;
    return law->log_power * log(after / before) / log(run->t[k] / run->t[k - 1]);
}

static double slope_law_before(const run_t *run, const sgdl_law_t *law, size_t k)
{
    return slope_of_power(run, law, k) + slope_of_logarithms(run, law, k);
}

static void compare_vanishing(const sgdl_limit_t *limit, const run_t *run, verification_t *out)
{
    const sgdl_law_t *law = &limit->law;
    const size_t last = run->count - 1;
    double off[3];
    out->extrapolated = 0;
    if (is_exponential(law) && run->risk[last] <= run->noise[last]) {
        out->decided = out->agrees = true;
        return;
    }
    out->slope = slope_before(run, last);
    out->slope_law = slope_law_before(run, law, last);
    for (size_t e = 0; e < 3; e++)
        off[e] = slope_before(run, last - 2 + e) - slope_law_before(run, law, last - 2 + e);
    const double noise = run->noise[last] / run->risk[last];
    /* powers of a logarithm come with logarithms of it */
    out->error = least_slope_error + log_share * fabs(slope_of_logarithms(run, law, last)) +
                 error_of(off[0], off[1], off[2], noise, margin_slope);
    out->decided = out->error <= decisive_slope * fmax(fabs(out->slope_law), 0.1);
    out->agrees = fabs(off[2]) <= out->error;
}

/* A run under way. */
typedef struct sampling {
    run_t *run;
    const sgdl_schedule_t *schedule;
    const sgdl_plan_t *plan;
    bool decays;
} sampling_t;

static void take_sample(void *context, const observation_t *seen)
{
    const sampling_t *self = context;
    run_t *run = self->run;
    const size_t k = run->count++;
    run->risk[k] = seen->risk;
    run->noise[k] = noise_factor * (self->plan->rtol * seen->risk + self->plan->atol);
    run->log_tau[k] = self->decays ? log_tau(self->schedule, run->t[k]) : log(run->t[k]);
}

static int make_run(run_t *self, const sgdl_limit_t *limit, const sgdl_problem_t *problem,
                    size_t rate, const sgdl_plan_t *plan, sgdl_error_t *error)
{
    const bool decays = !(limit->learning_rate > 0);
    const double last = choose_time(limit, plan);
    const double ratio = is_exponential(&limit->law) && !decays ? 2 : 10;
    sampling_t sampling = {self, &problem->learning_rate[rate], plan, decays};
    const long_run_t run = {.problem = problem,
                            .rate = rate,
                            .constant_rate = limit->learning_rate,
                            .plan = plan,
                            .seen = take_sample,
                            .context = &sampling};
    *self = (run_t){.fading = decays ? pow(ratio, -limit->decay) : 0};
    for (size_t k = 0; k < SAMPLES; k++)
        self->t[k] = k + 1 == SAMPLES ? last : last * pow(ratio, (double)k + 1 - SAMPLES);
    return long_run(&run, self->t, SAMPLES, error);
}

int verify_limit(const sgdl_limit_t *limit, const sgdl_problem_t *problem, size_t rate,
                 const sgdl_plan_t *plan, verification_t *out, sgdl_error_t *error)
{
    enum { LEAST = 4 }; /* three intervals */
    run_t run;
    *out = (verification_t){.risk = NAN,
                            .extrapolated = NAN,
                            .error = NAN,
                            .slope = NAN,
                            .slope_law = NAN,
                            .agrees = true,
                            .decided = true};
    int status = make_run(&run, limit, problem, rate, plan, error);
    out->t = run.t[SAMPLES - 1];
    if (limit->verdict == SGDL_VERDICT_DIVERGES) {
        out->applies = true;
        out->agrees = status == SGDL_ERR_DIVERGED;
        return status == SGDL_ERR_DIVERGED ? SGDL_OK : status;
    }
    if (status != SGDL_OK && !(status == SGDL_ERR_SOLVER && run.count >= LEAST))
        return status;
    const bool zero = limit->verdict == SGDL_VERDICT_ZERO;
    while (zero && !is_exponential(&limit->law) && run.count > LEAST &&
           run.risk[run.count - 1] < run.noise[run.count - 1])
        run.count--;
    out->t = run.t[run.count - 1];
    out->risk = run.risk[run.count - 1];
    out->applies = zero ? !isnan(limit->law.exponent) : limit->stationary;
    if (!out->applies)
        return SGDL_OK;
    if (zero)
        compare_vanishing(limit, &run, out);
    else
        compare_stationary(limit, plan, &run, out);
    /* who states a time wants it to be late enough */
    out->agrees = out->agrees && (out->decided || !(plan->verify_time > 0));
    out->decided = out->decided || plan->verify_time > 0;
    return SGDL_OK;
}
