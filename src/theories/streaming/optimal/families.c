#include "src/theories/streaming/optimal/families.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/base/minimum.h"
#include "src/base/text.h"
#include "src/schedule/family.h"

const char *const member_names[MEMBERS] = {"constant", "cosine", "polynomial"};

/* With a rate times time that small nothing moves. */
static const double least_way = 1e-3;
static const double within = 5e-4; /* of the numbers below */
enum { NUMBERS_MOST = 3, VALUES_MOST = 250 };

/* A family by numbers that may be any: its values are
 *     cosine      e^x0 and e^x0 x1^2 at the end
 *     polynomial  e^x0, tau = T e^x1, power x2^2 */
typedef struct search {
    trial_t *trial;
    member_kind_t kind;
    double *rate; /* [pieces] */
} search_t;

static sgdl_schedule_t schedule_of(const search_t *self, const double *x)
{
    const double value = exp(x[0]), end = self->trial->time[self->trial->pieces];
    sgdl_schedule_t schedule = sgdl_schedule_constant(value);
    if (self->kind == MEMBER_CONSTANT)
        return schedule;
    const bool cosine = self->kind == MEMBER_COSINE;
    const double numbers[NUMBERS_MOST] = {value, cosine ? value * x[1] * x[1] : end * exp(x[1]),
                                          cosine ? end : x[2] * x[2]};
    sgdl_schedule_free(&schedule);
    schedule.spec =
        sgdl_spec_default(cosine ? &schedule_cosine.family : &schedule_polynomial.family);
    for (size_t k = 0; k < NUMBERS_MOST; k++) {
        schedule.spec.setting[k].number[0] = numbers[k];
        schedule.spec.setting[k].count = 1;
    }
    return schedule;
}

void families_sample(const sgdl_schedule_t *schedule, const trial_t *trial, double *rate)
{
    const double *time = trial->time;
    for (size_t j = 0; j < trial->pieces; j++)
        rate[j] = sgdl_schedule_rate(schedule, 0.5 * (time[j] + time[j + 1]), time[trial->pieces]);
}

static int risk_of(void *context, const double *x, double *risk, sgdl_error_t *error)
{
    search_t *self = context;
    sgdl_schedule_t schedule = schedule_of(self, x);
    bool is_rate = true;
    families_sample(&schedule, self->trial, self->rate);
    sgdl_schedule_free(&schedule);
    for (size_t j = 0; j < self->trial->pieces; j++)
        is_rate = is_rate && isfinite(self->rate[j]) && self->rate[j] < 1e100;
    *risk = INFINITY;
    return is_rate ? trial_risk(self->trial, self->rate, risk, error) : SGDL_OK;
}

/* ---- constants ------------------------------------------------------------------------------- */

static int risk_of_constant(void *context, double rate, double *risk, sgdl_error_t *error)
{
    return trial_constant(context, rate, risk, error);
}

constant_of_t families_constants(trial_t *trial)
{
    const double pace = trial_size(trial), end = trial->time[trial->pieces];
    const double stability = trial->staircase.stability;
    return (constant_of_t){.risk = risk_of_constant,
                           .context = trial,
                           .least = fmin(least_way / (pace * end), 1e-3 * stability),
                           .reference = fmax(1 / pace, 1 / (pace * end)),
                           .below = stability};
}

/* ---- searches -------------------------------------------------------------------------------- */

/* The starts that are looked at first: x1 and x2 of polynomials are in the rows of both. */
static int choose_start(search_t *self, double constant, double *x, double *risk,
                        sgdl_error_t *error)
{
    static const double cosines[][NUMBERS_MOST] = {{0, 0.9},  {0, 0.1}, {0.5, 0.1},
                                                   {1, 0.05}, {1, 0.3}, {1.8, 0.05}};
    static const double polynomials[][NUMBERS_MOST] = {{0, 0, 0.1},  {0.5, -1, 0.7}, {1, -3, 0.7},
                                                       {2, -6, 0.7}, {0.7, 0, 1},    {1.5, -2, 1.0},
                                                       {3, -4, 1.0}, {2, -1, 1.4},   {4, -3, 1.4}};
    const bool cosine = self->kind == MEMBER_COSINE;
    const size_t count =
        cosine ? sizeof cosines / sizeof *cosines : sizeof polynomials / sizeof *polynomials;
    *risk = INFINITY;
    for (size_t s = 0; s < count; s++) {
        double start[NUMBERS_MOST], value;
        memcpy(start, cosine ? cosines[s] : polynomials[s], sizeof start);
        start[0] += log(constant);
        int status = risk_of(self, start, &value, error);
        if (status != SGDL_OK)
            return status;
        if (value < *risk) {
            *risk = value;
            memcpy(x, start, sizeof start);
        }
    }
    return SGDL_OK;
}

static void describe(const search_t *self, const double *x, char text[MEMBER_TEXT])
{
    sgdl_schedule_t schedule = schedule_of(self, x);
    int used = snprintf(text, MEMBER_TEXT, "{schedule: %s", schedule.spec.family->name);
    for (size_t k = 0; k < schedule.spec.family->key_count; k++) {
        char number[TEXT_NUMBER_SIZE];
        (void)snprintf(number, sizeof number, "%.6g", schedule.spec.setting[k].number[0]);
        used += snprintf(text + used, MEMBER_TEXT - (size_t)used, ", %s: %s",
                         schedule.spec.family->keys[k].name, number);
    }
    (void)snprintf(text + used, MEMBER_TEXT - (size_t)used, "}");
    sgdl_schedule_free(&schedule);
}

static int best_constant(search_t *self, member_t *out, sgdl_error_t *error)
{
    const constant_of_t of = families_constants(self->trial);
    constant_t found;
    int status = constant_search(&of, &found, error);
    out->risk = found.risk;
    for (size_t j = 0; j < self->trial->pieces; j++)
        out->rate[j] = found.rate;
    if (isfinite(found.risk))
        describe(self, (double[]){log(found.rate)}, out->text);
    return status;
}

int families_best(trial_t *trial, member_kind_t kind, const member_t *constant, member_t *out,
                  sgdl_error_t *error)
{
    static const double sizes[MEMBERS][NUMBERS_MOST] = {
        [MEMBER_COSINE] = {0.3, 0.2}, [MEMBER_POLYNOMIAL] = {0.4, 0.7, 0.3}};
    search_t self = {trial, kind, out->rate};
    double x[NUMBERS_MOST] = {0};
    out->risk = INFINITY;
    if (kind == MEMBER_CONSTANT)
        return best_constant(&self, out, error);
    if (!isfinite(constant->risk))
        return SGDL_OK;
    const minimum_of_t of = {risk_of, &self, within};
    int status = choose_start(&self, constant->rate[0], x, &out->risk, error);
    if (status == SGDL_OK && isfinite(out->risk))
        status = minimum_by_simplex(&of, kind == MEMBER_COSINE ? 2 : 3, sizes[kind], VALUES_MOST, x,
                                    &out->risk, error);
    if (!isfinite(out->risk))
        return status;
    describe(&self, x, out->text);
    sgdl_schedule_t schedule = schedule_of(&self, x);
    families_sample(&schedule, trial, out->rate);
    sgdl_schedule_free(&schedule);
    return status;
}
