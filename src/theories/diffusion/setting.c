#include "src/theories/diffusion/setting.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/quadrature.h"
#include "src/curve/emit.h"
#include "src/problem/plan.h"

static int check_rate(const setting_t *self, sgdl_error_t *error)
{
    if (self->rate.kind == RATE_DRIVEN)
        return sgdl_fail(error, SGDL_ERR_INPUT, "learning_rate",
                         "found one that the state drives, allowed: a number or a given schedule");
    if (self->eta > 0 && rate_source_at(&self->rate, self->rate.horizon, NULL) > 0)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_INPUT, "learning_rate",
                     "falls to or begins at 0: t, the integral of the rate over the steps, would "
                     "stand still; allowed: above 0 at all times, no warm-up");
}

/* All that follows from the learning rate. */
static void set_rate(setting_t *self, double eta)
{
    const double mu = self->momentum;
    self->eta = eta;
    self->heat = eta / (2 * self->batch * (1 - mu));
    self->temperature = self->heat * landscape_minimum(self->landscape, 0)->sigma[0];
    self->stride = mu > 0 ? sqrt(2 * eta / (1 + mu)) : eta;
    self->friction = mu > 0 ? 2 * (1 - mu) / ((1 + mu) * self->stride) : 0;
}

int setting_init(setting_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                 size_t curve, sgdl_error_t *error)
{
    const landscape_t *landscape = &problem->landscape;
    const sgdl_schedule_t *schedule = &problem->learning_rate[curve / problem->batch_count];
    *self = (setting_t){.problem = problem,
                        .landscape = landscape,
                        .curve = curve,
                        .rate = rate_source_of(schedule, plan_horizon(plan, problem)),
                        .batch = problem->batches[curve % problem->batch_count],
                        .momentum = problem->momentum};
    set_rate(self, self->rate.kind == RATE_DRIVEN ? NAN : rate_source_at(&self->rate, 0, NULL));
    return check_rate(self, error);
}

int setting_settle(setting_t *self, sgdl_error_t *error)
{
    const double last = rate_source_ending(&self->rate).rate;
    if (!(last > 0))
        return sgdl_fail(error, SGDL_ERR_INPUT, "learning_rate",
                         "falls to 0: the law comes to rest in no stationary one; allowed: a "
                         "number, or a schedule that ends above 0");
    self->settled = !setting_is_constant(self);
    self->rate = rate_source_constant(last, self->rate.horizon);
    set_rate(self, last);
    return SGDL_OK;
}

double setting_heat(const setting_t *self, double t)
{
    return rate_source_at(&self->rate, t, NULL) / (2 * self->batch * (1 - self->momentum));
}

/* What quadrature asks for at x or t. */
static double steps_per_time(void *context, double t)
{
    const setting_t *self = context;
    return 1 / rate_source_at(&self->rate, t, NULL);
}

static double slope_over_sigma(void *context, double x)
{
    const landscape_t *landscape = ((const setting_t *)context)->landscape;
    return landscape_slope(landscape, x, 1) / landscape_sigma_slope(landscape, x, 0);
}

/* Over [from, to], cut at the breaks of a schedule. */
static double steps_between(const setting_t *self, const double *breaks, size_t count, double t)
{
    setting_t setting = *self;
    double cut[2] = {0, t}, sum = 0, error = 0;
    for (size_t i = 0; i <= count && cut[0] < t; i++) {
        cut[1] = i < count ? fmin(breaks[i], t) : t;
        if (cut[1] > cut[0])
            sum += quadrature_integrate(steps_per_time, &setting, cut, 2, 1e-13, &error);
        cut[0] = fmax(cut[0], cut[1]);
    }
    return sum;
}

int setting_steps(const setting_t *self, double t, double *steps, sgdl_error_t *error)
{
    double *breaks = NULL;
    size_t count = 0;
    *steps = t / self->stride;
    if (setting_is_constant(self))
        return SGDL_OK;
    int status = rate_source_breaks(&self->rate, &breaks, &count, error);
    if (status == SGDL_OK)
        *steps = steps_between(self, breaks, count, t);
    free(breaks);
    return status;
}

double setting_height(const setting_t *self, double x)
{
    const landscape_t *landscape = self->landscape;
    const double from = landscape_minimum(landscape, 0)->x[0];
    double error = 0, cut[] = {fmin(from, x), fmax(from, x)};
    if (landscape_noise_is_constant(landscape))
        return (landscape_slope(landscape, x, 0) - landscape_slope(landscape, from, 0)) /
               (self->heat * landscape_sigma_slope(landscape, x, 0));
    setting_t setting = *self;
    const double integral = quadrature_integrate(slope_over_sigma, &setting, cut, 2, 1e-13, &error);
    return (x < from ? -integral : integral) / self->heat;
}

const char *setting_key(const setting_t *self, const char *name, char key[SETTING_KEY])
{
    if (problem_curves(self->problem) > 1)
        (void)snprintf(key, SETTING_KEY, "curve_%zu_%s", self->curve + 1, name);
    else
        (void)snprintf(key, SETTING_KEY, "%s", name);
    return key;
}

static int note_time(const setting_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    char key[SETTING_KEY];
    const char *settled = self->settled ? ", at which the schedule ends" : "";
    setting_key(self, "time_unit", key);
    if (self->momentum > 0)
        return emit_note(sink, key, error,
                         "t = h x steps, h = sqrt(2 learning_rate/(1 + momentum)) = %.10g; "
                         "friction %.10g%s",
                         self->stride, self->friction, settled);
    if (!setting_is_constant(self))
        return emit_note(sink, key, error, "t = the learning rate summed over steps");
    return emit_note(sink, key, error, "t = learning_rate x steps, learning_rate = %.10g%s",
                     self->stride, settled);
}

int setting_note(const setting_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    char key[SETTING_KEY];
    int status = note_time(self, sink, error);
    if (status != SGDL_OK)
        return status;
    return emit_note(sink, setting_key(self, "temperature", key), error,
                     "%.10g = learning_rate x noise/(2 batch%s)%s%s", self->temperature,
                     self->momentum > 0 ? " (1 - momentum)" : "",
                     landscape_noise_is_constant(self->landscape) ? "" : " at the first minimum",
                     setting_is_constant(self) ? "" : ", at t = 0");
}
