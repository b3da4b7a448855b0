/* Problems that look valid, with values from 1e-300 to 1e300: number `seed` of an endless list. */
#ifndef SGDLIMIT_TESTS_EXTREME_PROBLEM_H
#define SGDLIMIT_TESTS_EXTREME_PROBLEM_H

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { EXTREME_TEXT = 32768 };

typedef struct extreme {
    uint64_t state;
    bool teacher; /* labels: then classes carry none */
    char text[EXTREME_TEXT];
    size_t used;
} extreme_t;

/* ---- chance ---------------------------------------------------------------------------------- */

static uint64_t extreme_bits(extreme_t *self)
{
    uint64_t z = self->state += 0x9e3779b97f4a7c15u; /* splitmix64 */
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static double extreme_between(extreme_t *self, double low, double high)
{
    return low + (high - low) * ((double)(extreme_bits(self) >> 11) * 0x1p-53);
}

static size_t extreme_below(extreme_t *self, size_t count) { return extreme_bits(self) % count; }

static bool extreme_chance(extreme_t *self, double probability)
{
    return extreme_between(self, 0, 1) < probability;
}

/* Ordinary half of the time, else anywhere; now and then an end of the range. */
static double extreme_size(extreme_t *self)
{
    static const double ends[] = {0,     1,    1e-300, 1e300, 1e-310, 5e-324,
                                  1e-16, 1e16, 1e-8,   1e154, 1e-154};
    const double choice = extreme_between(self, 0, 1);
    if (choice < 0.5)
        return extreme_between(self, 0.1, 3);
    if (choice < 0.75)
        return pow(10, extreme_between(self, -8, 8));
    if (choice < 0.95)
        return pow(10, extreme_between(self, -300, 300));
    return ends[extreme_below(self, sizeof ends / sizeof *ends)];
}

/* The same, seldom beyond what is allowed. */
static double extreme_most(extreme_t *self, double most)
{
    const double size = extreme_size(self);
    return extreme_chance(self, 0.02) ? size : fmin(size, most);
}

/* In [0, 1], often next to an end. */
static double extreme_share(extreme_t *self)
{
    static const double ends[] = {0, 1, 0.5, 1e-300, 1e-16, 0x1.fffffffffffffp-1, 1e-9, 0.999999};
    return extreme_chance(self, 0.6)   ? extreme_between(self, 0, 1)
           : extreme_chance(self, 0.5) ? pow(10, extreme_between(self, -20, 0))
                                       : ends[extreme_below(self, sizeof ends / sizeof *ends)];
}

/* An exponent beyond `low`. */
static double extreme_exponent(extreme_t *self, double low)
{
    return extreme_chance(self, 0.7)   ? extreme_between(self, low, 3)
           : extreme_chance(self, 0.5) ? low + pow(10, extreme_between(self, -12, 0))
           : extreme_chance(self, 0.5) ? extreme_between(self, 3, 60)
                                       : (double)extreme_below(self, 4);
}

/* ---- text ------------------------------------------------------------------------------------ */

__attribute__((format(printf, 2, 3))) static void extreme_say(extreme_t *self, const char *format,
                                                              ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length =
        vsnprintf(self->text + self->used, EXTREME_TEXT - self->used, format, arguments);
    va_end(arguments);
    if (length > 0 && self->used + (size_t)length < EXTREME_TEXT)
        self->used += (size_t)length;
}

static void extreme_interval(extreme_t *self, const char *key)
{
    const double a = extreme_share(self), b = extreme_share(self);
    extreme_say(self, ", %s: [%.17g, %.17g]", key, fmin(a, b), fmax(a, b));
}

static void extreme_scale(extreme_t *self)
{
    if (extreme_chance(self, 0.5))
        extreme_say(self, ", scale: %.17g", extreme_most(self, 1e100));
}

/* Breaks, now and then in a wrong order, and a value more of them; ends the map. */
static void extreme_steps(extreme_t *self, double sign)
{
    const size_t breaks = 1 + extreme_below(self, 3);
    double at = 0;
    extreme_say(self, ", breaks: [");
    for (size_t k = 0; k < breaks; k++) {
        at = extreme_chance(self, 0.02) ? extreme_share(self)
                                        : at + (1 - at) * fmin(extreme_share(self), 0.999999);
        extreme_say(self, "%s%.17g", k ? ", " : "", at);
    }
    extreme_say(self, "], values: [");
    for (size_t k = 0; k <= breaks; k++)
        extreme_say(self, "%s%.17g", k ? ", " : "",
                    extreme_chance(self, 0.3)   ? 0
                    : extreme_chance(self, 0.5) ? extreme_most(self, 1e100)
                                                : sign * extreme_most(self, 1e100));
    extreme_say(self, "]}");
}

static void extreme_covariance(extreme_t *self)
{
    switch (extreme_below(self, 5)) {
    case 0:
        extreme_say(self, "{family: isotropic");
        break;
    case 3:
        extreme_say(self, "{family: piecewise");
        extreme_steps(self, 1);
        return;
    case 1:
        extreme_say(self, "{family: zero-one");
        if (extreme_chance(self, 0.7))
            extreme_say(self, ", zero: %.17g", extreme_share(self));
        else
            extreme_interval(self, "zero");
        break;
    case 2:
        extreme_say(self, "{family: power-law, exponent: %.17g", extreme_exponent(self, -0.95));
        break;
    default:
        extreme_say(self, "{family: marchenko-pastur, ratio: %.17g", extreme_most(self, 1e6));
    }
    extreme_scale(self);
    extreme_say(self, "}");
}

static void extreme_mean(extreme_t *self, size_t index)
{
    const size_t choice = extreme_below(self, index ? 7 : 5);
    switch (choice) {
    case 0:
        extreme_say(self, "{family: constant");
        break;
    case 1:
        extreme_say(self, "{family: power-law, exponent: %.17g", extreme_exponent(self, -0.5));
        break;
    case 2:
        extreme_say(self, "{family: gaussian");
        break;
    case 3:
        extreme_say(self, "{family: zero}");
        return;
    case 4:
        extreme_say(self, "{family: piecewise");
        extreme_steps(self, -1);
        return;
    default:
        extreme_say(self, "{family: %s, of: 1}", choice == 5 ? "opposite" : "same");
        return;
    }
    extreme_scale(self);
    if (extreme_chance(self, 0.3))
        extreme_interval(self, "on");
    extreme_say(self, "}");
}

static void extreme_label(extreme_t *self, size_t i, size_t count, bool logistic, bool one_hot)
{
    if (logistic)
        extreme_say(self, ", label: %zu",
                    extreme_chance(self, 0.9) ? (i + 1) % 2 : extreme_below(self, 2));
    else if (one_hot)
        extreme_say(self, ", label: %zu", count < 5 ? i + 1 : 1 + i % 3);
    else
        extreme_say(self, ", label: %.17g", (i % 2 ? -1 : 1) * extreme_size(self));
}

/* Weights sum to 1 as far as numbers can. */
static void extreme_classes(extreme_t *self, bool logistic, bool one_hot)
{
    const size_t count =
        extreme_chance(self, 0.9) ? 1 + extreme_below(self, 4) : 5 + extreme_below(self, 30);
    double rest = 1;
    extreme_say(self, "classes:\n");
    for (size_t i = 0; i < count; i++) {
        const double weight = fmax(i + 1 == count ? rest : rest * extreme_share(self), 1e-310);
        rest = fmax(rest - weight, 0);
        extreme_say(self, "  - {weight: %.17g", weight);
        if (!self->teacher)
            extreme_label(self, i, count, logistic, one_hot);
        extreme_say(self, ", covariance: ");
        extreme_covariance(self);
        extreme_say(self, ", mean: ");
        extreme_mean(self, i);
        extreme_say(self, "}\n");
    }
}

static void extreme_rate(extreme_t *self, double time)
{
    const double value = extreme_size(self);
    switch (extreme_below(self, 6)) {
    case 0:
        extreme_say(self,
                    "learning_rate: {schedule: polynomial, value: %.17g, tau: %.17g, power: %.17g",
                    value, extreme_size(self),
                    extreme_chance(self, 0.8) ? extreme_between(self, 0, 3) : extreme_size(self));
        break;
    case 1:
        extreme_say(self, "learning_rate: {schedule: cosine, value: %.17g, final: %.17g", value,
                    extreme_chance(self, 0.5) ? 0 : extreme_size(self));
        if (extreme_chance(self, 0.5))
            extreme_say(self, ", over: %.17g", extreme_size(self));
        break;
    case 2: {
        const double a = time * extreme_share(self), b = time * extreme_share(self);
        extreme_say(self,
                    "learning_rate: {schedule: piecewise, times: [%.17g, %.17g], values: [%.17g, "
                    "%.17g, %.17g]",
                    fmin(a, b),
                    extreme_chance(self, 0.8) ? fmax(a, b) : nextafter(fmin(a, b), INFINITY), value,
                    extreme_size(self), extreme_chance(self, 0.3) ? 0 : extreme_size(self));
        break;
    }
    default:
        extreme_say(self, "learning_rate: {schedule: constant, value: %.17g", value);
    }
    if (extreme_chance(self, 0.2))
        extreme_say(self, ", warmup: %.17g", extreme_size(self));
    extreme_say(self, "}\n");
}

static void extreme_teacher(extreme_t *self, bool logistic)
{
    static const char *const labels[] = {"sign", "logistic", "logistic-soft", "linear"};
    const size_t choice = extreme_below(self, logistic ? 3 : 4);
    extreme_say(self, "teacher:\n  labels: %s\n  signal: ", labels[choice]);
    if (extreme_chance(self, 0.3)) {
        extreme_say(self, "{family: power-law, exponent: %.17g", extreme_exponent(self, -1));
        extreme_scale(self);
        extreme_say(self, "}");
    } else {
        extreme_mean(self, 1);
    }
    if (choice == 3)
        extreme_say(self, "\n  noise: %.17g\n", extreme_most(self, 1e100));
    else if (choice > 0)
        extreme_say(self, "\n  steepness: %.17g\n", extreme_most(self, 1e100));
    else
        extreme_say(self, "\n");
}

/* What is done to gradients; what does not go together is refused. */
static void extreme_gradients(extreme_t *self)
{
    if (extreme_chance(self, 0.1))
        extreme_say(self, "clip: %.17g\n", extreme_size(self));
    if (extreme_chance(self, 0.1))
        extreme_say(self, "gradient_noise: %.17g\n", extreme_most(self, 1e100));
    if (extreme_chance(self, 0.05))
        extreme_say(self, "momentum: %.17g\n", extreme_share(self));
    else if (extreme_chance(self, 0.05))
        extreme_say(self, "momentum: {gain: %.17g, weight: %.17g, decay: %.17g}\n",
                    extreme_most(self, 1e100), extreme_most(self, 1e100),
                    extreme_most(self, 1e100));
}

/* Writes problem number `seed` to self->text. */
static void extreme_problem(extreme_t *self, uint64_t seed)
{
    *self = (extreme_t){.state = seed * 0x632be59bd9b4e019u + 1};
    const bool logistic = extreme_chance(self, 0.5), one_hot = extreme_chance(self, 0.3);
    self->teacher = seed % 5 == 4 && (logistic || !one_hot);
    const double time =
        extreme_chance(self, 0.5) ? extreme_between(self, 0.1, 100) : extreme_size(self);
    if (extreme_chance(self, 0.8))
        extreme_say(self, "dimension: inf\n");
    else
        extreme_say(self, "dimension: %zu\n",
                    1 + extreme_below(self, extreme_chance(self, 0.9) ? 300 : 10000));
    extreme_say(self, "loss: %s\n", logistic ? "logistic" : "least-squares");
    if (!logistic && one_hot)
        extreme_say(self, "encoding: one-hot\n");
    extreme_classes(self, logistic, one_hot);
    extreme_rate(self, time);
    extreme_say(self, "time: %.17g\n", time);
    extreme_say(self, "output: {points: %zu, spacing: %s}\n", 2 + extreme_below(self, 5),
                extreme_chance(self, 0.3) ? "log" : "linear");
    if (extreme_chance(self, 0.3))
        extreme_say(self, "intercept: %.17g\n", extreme_size(self));
    if (extreme_chance(self, 0.3))
        extreme_say(self, "ridge: %.17g\n", extreme_size(self));
    if (extreme_chance(self, 0.3) && !self->teacher && strstr(self->text, "- {weight: 1,") == NULL)
        extreme_say(self, "label_noise: %.17g\n", extreme_share(self));
    if (extreme_chance(self, 0.3))
        extreme_say(self, "start: {norm2: %.17g}\n", extreme_size(self));
    if (extreme_chance(self, 0.2))
        extreme_say(self, "batch: %.0f\n",
                    extreme_chance(self, 0.5) ? 1 + floor(extreme_between(self, 0, 100))
                                              : floor(extreme_most(self, 1e9 - 1)) + 1);
    if (extreme_chance(self, 0.2))
        extreme_say(self, "clean_below: %.17g\n", extreme_size(self));
    if (extreme_chance(self, 0.1))
        extreme_say(self, "tolerance: {relative: %.17g, absolute: %.17g}\n",
                    pow(10, extreme_between(self, -12, -2)), extreme_size(self));
    if (self->teacher)
        extreme_teacher(self, logistic);
    extreme_gradients(self);
}

#endif
