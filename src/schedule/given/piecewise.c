#include "src/schedule/family.h"

#include <math.h>
#include <string.h>

static const sgdl_key_t keys[] = {
    {.name = "times",
     .kind = SGDL_KEY_REALS,
     .required = true,
     .standard = NAN,
     .lower = 0.0,
     .upper = INFINITY,
     .lower_open = true,
     .help = "where gamma jumps, increasing"},
    {.name = "values",
     .kind = SGDL_KEY_REALS,
     .required = true,
     .standard = NAN,
     .lower = 0.0,
     .upper = INFINITY,
     .help = "gamma before, between and after the times: one more than times"},
};

/* The number of times that have come, found by bisection: times[0..passed) <= s. */
static size_t count_passed(const sgdl_spec_t *spec, double s)
{
    const sgdl_setting_t *times = sgdl_spec_setting(spec, "times");
    size_t passed = 0, end = times->count;
    while (passed < end) {
        size_t middle = passed + (end - passed) / 2;
        if (times->list[middle] <= s)
            passed = middle + 1;
        else
            end = middle;
    }
    return passed;
}

static double rate(const sgdl_spec_t *spec, double s, double horizon)
{
    (void)horizon;
    return sgdl_spec_setting(spec, "values")->list[count_passed(spec, s)];
}

static size_t breaks(const sgdl_spec_t *spec, double horizon, double *times, size_t room)
{
    const sgdl_setting_t *jumps = sgdl_spec_setting(spec, "times");
    size_t copied = jumps->count < room ? jumps->count : room;
    (void)horizon;
    if (copied > 0)
        memcpy(times, jumps->list, copied * sizeof *times);
    return jumps->count;
}

static double max(const sgdl_spec_t *spec, double horizon)
{
    const sgdl_setting_t *values = sgdl_spec_setting(spec, "values");
    double most = 0.0;
    (void)horizon;
    for (size_t i = 0; i < values->count; i++)
        most = fmax(most, values->list[i]);
    return most;
}

static double least(const sgdl_spec_t *spec, double s, double horizon)
{
    const sgdl_setting_t *values = sgdl_spec_setting(spec, "values");
    double lowest = INFINITY;
    (void)horizon;
    for (size_t i = count_passed(spec, s); i < values->count; i++)
        lowest = fmin(lowest, values->list[i]);
    return lowest;
}

static const char *check(const sgdl_spec_t *spec)
{
    const sgdl_setting_t *times = sgdl_spec_setting(spec, "times");
    const sgdl_setting_t *values = sgdl_spec_setting(spec, "values");
    if (values->count != times->count + 1)
        return "the numbers of times and values do not match, allowed one value more than times";
    for (size_t i = 1; i < times->count; i++)
        if (!(times->list[i] > times->list[i - 1]))
            return "the times do not increase, allowed strictly increasing times";
    return NULL;
}

const sgdl_schedule_family_t schedule_piecewise = {
    .family = {.name = "piecewise",
               .help = "constant between times",
               .keys = keys,
               .key_count = sizeof keys / sizeof *keys,
               .check = check},
    .rate = rate,
    .breaks = breaks,
    .max = max,
    .least = least,
};
