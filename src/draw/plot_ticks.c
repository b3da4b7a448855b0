/* Ticks: round numbers, as many as there is room for, on plain and on logarithmic axes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/draw/plot.h"

static const double NEAR = 1e-9; /* of a step: a tick at an end of the axis counts as on it */

/* ---- labels -----------------------------------------------------------------------------------
 */

static double markup_width(const char *label)
{
    const char *power = strstr(label, "^{");
    size_t length = power ? (size_t)(power - label) : strlen(label);
    double width = plot_text_width(label, length, PLOT_LETTER);
    return power ? width + plot_text_width(power + 2, strlen(power + 2) - 1, 0.8 * PLOT_LETTER)
                 : width;
}

static void add(plot_ticks_t *self, double at, bool minor, const char *label)
{
    if (self->count == sizeof self->tick / sizeof *self->tick)
        return;
    plot_tick_t *tick = &self->tick[self->count++];
    *tick = (plot_tick_t){.at = at, .minor = minor};
    (void)snprintf(tick->label, sizeof tick->label, "%s", label);
    if (!minor) {
        self->last = markup_width(label);
        self->widest = fmax(self->widest, self->last);
    }
}

/* A number with `decimals`, with a true minus sign. */
static void plain_label(char *label, size_t size, double value, int decimals)
{
    (void)snprintf(label, size, "%s%.*f", value < 0 ? "−" : "", decimals, fabs(value));
}

static void power_label(char *label, size_t size, double factor, int decimals, int power)
{
    char front[32] = "";
    if (factor != 1)
        plain_label(front, sizeof front, factor, decimals);
    (void)snprintf(label, size, "%s%s10^{%s%d}", front, factor == 1 ? "" : "·",
                   power < 0 ? "−" : "", abs(power));
}

/* ---- plain axes -------------------------------------------------------------------------------
 */

/* The smallest round step with at most `most` ticks between the ends. */
static double round_step(double low, double high, size_t most, bool whole)
{
    static const double factors[] = {1, 2, 5};
    double length = high - low;
    double power = floor(log10(length / (double)most)) - 1;
    for (int k = 0;; k++) {
        double step = factors[k % 3] * pow(10, power + k / 3);
        if (whole && step < 1 - NEAR)
            continue;
        if (floor(high / step + NEAR) - ceil(low / step - NEAR) + 1 <= (double)most)
            return step;
    }
}

static int decimals_of(double step)
{
    int decimals = (int)ceil(-log10(step) - 1e-6);
    return decimals < 0 ? 0 : decimals > 15 ? 15 : decimals;
}

static void add_plain(plot_ticks_t *self, double low, double high, size_t most, bool whole)
{
    double step = round_step(low, high, most, whole);
    double largest = fmax(fabs(low), fabs(high));
    int power = largest >= 1e6 || largest < 1e-3 ? (int)floor(log10(largest)) : 0;
    double scale = pow(10, power);
    int decimals = decimals_of(step / scale);
    double first = ceil(low / step - NEAR);
    double end = floor(high / step + NEAR);
    if (!isfinite(step) || !(end - first < 100))
        return; /* numbers that differ by less than their last digit */
    for (int i = 0; first + i <= end; i++) {
        char label[48];
        double k = first + i;
        double value = k * step / scale;
        if (power && k != 0)
            power_label(label, sizeof label, decimals || value != 1 ? value : 1, decimals, power);
        else
            plain_label(label, sizeof label, value, decimals);
        add(self, k * step, false, label);
    }
}

/* ---- logarithmic axes -------------------------------------------------------------------------
 */

/* Labels of an axis of few decades: 1, 2, 5 or 1, 3 or 1 alone, times powers of ten. */
typedef struct digits {
    int digit[3];
    int count;
} digits_t;

static const digits_t one_two_five = {{1, 2, 5}, 3};
static const digits_t one_three = {{1, 3, 0}, 2};
static const digits_t one = {{1, 0, 0}, 1};

static bool has_digit(const digits_t *digits, int digit)
{
    for (int f = 0; f < digits->count; f++)
        if (digits->digit[f] == digit)
            return true;
    return false;
}

static bool between(const plot_axis_t *axis, double value)
{
    return value >= axis->low * (1 - NEAR) && value <= axis->high * (1 + NEAR);
}

/* Powers of ten that are numbers. */
static int first_power(const plot_axis_t *axis)
{
    return (int)fmax(-307, floor(log10(axis->low)) - 1);
}

static int last_power(const plot_axis_t *axis)
{
    return (int)fmin(307, ceil(log10(axis->high)) + 1);
}

static size_t count_labels(const plot_axis_t *axis, const digits_t *digits)
{
    size_t count = 0;
    for (int power = first_power(axis); power <= last_power(axis); power++) {
        for (int f = 0; f < digits->count; f++) {
            count +=
                between(axis, digits->digit[f] * pow(10, power)) && !(axis->whole && power < 0);
        }
    }
    return count;
}

static void factor_label(char *label, size_t size, int factor, int power)
{
    if (power >= -3 && power <= 3)
        plain_label(label, size, factor * pow(10, power), power < 0 ? -power : 0);
    else
        power_label(label, size, factor, 0, power);
}

/* Labels at the digits times powers that are multiples of `stride`. */
static void add_log(plot_ticks_t *self, const plot_axis_t *axis, const digits_t *digits, int stride)
{
    char label[48];
    for (int power = first_power(axis); power <= last_power(axis); power++) {
        for (int digit = 1; digit < 10; digit++) {
            double at = digit * pow(10, power);
            bool labelled = has_digit(digits, digit) && power % stride == 0;
            if (!between(axis, at) || (stride > 1 && digit > 1) || (axis->whole && power < 0))
                continue;
            if (digits->count > 1)
                factor_label(label, sizeof label, digit, power);
            else
                power_label(label, sizeof label, 1, 0, power);
            add(self, at, !labelled, labelled ? label : "");
        }
    }
}

static void choose_log(plot_ticks_t *self, const plot_axis_t *axis, size_t most)
{
    static const digits_t *const finer[] = {&one_two_five, &one_three};
    size_t powers = count_labels(axis, &one);
    for (size_t i = 0; i < 2 && powers < 4; i++) {
        size_t labels = count_labels(axis, finer[i]);
        if (labels >= 3 && labels <= most) {
            add_log(self, axis, finer[i], 1);
            return;
        }
    }
    if (powers >= 2) {
        int stride = 1;
        while (powers / (size_t)stride > most)
            stride++;
        add_log(self, axis, &one, stride);
    } else {
        add_plain(self, axis->low, axis->high, most < 5 ? most : 5, axis->whole);
    }
}

/* ---- both -------------------------------------------------------------------------------------
 */

void plot_ticks_choose(plot_ticks_t *self, const plot_axis_t *axis, size_t most)
{
    static const char *const verdicts[] = {"zero", "positive", "diverges"};
    *self = (plot_ticks_t){0};
    most = most < 2 ? 2 : most;
    if (axis->verdicts) {
        for (int k = 0; k < 3; k++)
            if (axis->low <= k && k <= axis->high)
                add(self, k, false, verdicts[k]);
    } else if (!(axis->low < axis->high)) {
        return;
    } else if (axis->log) {
        choose_log(self, axis, most);
    } else {
        add_plain(self, axis->low, axis->high, most, axis->whole);
    }
}

void plot_ticks_fit(plot_ticks_t *self, const plot_axis_t *axis, double width)
{
    size_t most = 9;
    do {
        plot_ticks_choose(self, axis, most);
    } while ((self->widest + 0.9 * PLOT_LETTER) * (double)most > width && --most > 1);
}

void plot_axis_round(plot_axis_t *self, size_t most)
{
    double low = self->low;
    double high = self->high;
    if (self->verdicts || !(low < high))
        return;
    if (self->log) {
        for (int power = last_power(self); power >= first_power(self); power--) {
            for (int f = 2; f >= 0; f--) {
                double at = one_two_five.digit[f] * pow(10, power);
                high = at >= self->high * (1 - NEAR) ? at : high;
                if (at <= self->low * (1 + NEAR)) {
                    low = at;
                    power = first_power(self);
                    break;
                }
            }
        }
    } else {
        for (int pass = 0; pass < 2; pass++) { /* ends that move may ask for a larger step */
            double step = round_step(low, high, most, self->whole);
            low = step * floor(low / step + NEAR);
            high = step * ceil(high / step - NEAR);
        }
    }
    self->low = self->low_given ? self->low : low;
    self->high = self->high_given ? self->high : high;
}
