#include "src/schedule/family.h"

#include <math.h>

static const sgdl_key_t keys[] = {
    SCHEDULE_POSITIVE("value", "gamma at the beginning"),
    {.name = "final",
     .kind = SGDL_KEY_REAL,
     .standard = 0.0,
     .lower = 0.0,
     .upper = INFINITY,
     .help = "gamma at the end and after it"},
    {.name = "over",
     .kind = SGDL_KEY_REAL,
     .standard = NAN,
     .lower = 0.0,
     .upper = INFINITY,
     .lower_open = true,
     .help = "its length [the horizon]"},
};

static double length(const sgdl_spec_t *spec, double horizon)
{
    const sgdl_setting_t *over = sgdl_spec_setting(spec, "over");
    return over->count > 0 ? over->number[0] : horizon;
}

static double rate(const sgdl_spec_t *spec, double s, double horizon)
{
    double value = sgdl_spec_number(spec, "value"), final = sgdl_spec_number(spec, "final");
    double over = length(spec, horizon);
    if (s >= over)
        return final;
    /* (1 + cos x)/2 is cos^2(x/2), and with the angle taken from the end a sine: a final 0 is
     * approached without cancellation. */
    double left = sin(0.5 * M_PI * ((over - s) / over)), gone = sin(0.5 * M_PI * (s / over));
    return value * left * left + final * gone * gone;
}

/* The second derivative jumps at the end, the first does not: the end is a break for those who
 * step with high order. */
static size_t breaks(const sgdl_spec_t *spec, double horizon, double *times, size_t room)
{
    if (room > 0)
        times[0] = length(spec, horizon);
    return 1;
}

/* The cosine is monotone: the largest rate is at one of its ends. */
static double max(const sgdl_spec_t *spec, double horizon)
{
    return fmax(rate(spec, 0.0, horizon), rate(spec, horizon, horizon));
}

static double least(const sgdl_spec_t *spec, double s, double horizon)
{
    return fmin(rate(spec, s, horizon), sgdl_spec_number(spec, "final"));
}

const sgdl_schedule_family_t schedule_cosine = {
    .family = {.name = "cosine",
               .help = "from value to final along half a cosine",
               .keys = keys,
               .key_count = sizeof keys / sizeof *keys},
    .rate = rate,
    .breaks = breaks,
    .max = max,
    .least = least,
};
