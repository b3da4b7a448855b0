#include "src/theories/diffusion/flatness.h"

#include <math.h>
#include <stdbool.h>

#include "src/curve/emit.h"
#include "src/landscape/noise.h"

/* Depths that differ by less than this part of the barriers are the same. */
static const double rounding = 1e-9;

/* ---- numbers ------------------------------------------------------------------------------- */

/* Is the law e^{-psi/heat} up to a prefactor? */
static bool has_form(const setting_t *setting)
{
    const landscape_t *landscape = setting->landscape;
    const double *sigma = landscape_minimum(landscape, 0)->sigma;
    if (landscape->minima < 2)
        return false;
    if (landscape->coordinates > 1)
        return landscape_noise_is_constant(landscape) && sigma[0] == sigma[1];
    return setting->momentum == 0 || landscape_noise_is_constant(landscape);
}

static double psi(const setting_t *setting, const critical_point_t *point)
{
    return setting->landscape->coordinates > 1
               ? (point->loss - landscape_minimum(setting->landscape, 0)->loss) / point->sigma[0]
               : setting_height(setting, point->x[0]) * setting->heat;
}

/* What is climbed anywhere between minima, at most. */
static double highest_climb(const setting_t *setting)
{
    const landscape_t *landscape = setting->landscape;
    double low = INFINITY, high = -INFINITY;
    for (size_t c = 0; c < landscape->critical_count; c++) {
        const double here = psi(setting, &landscape->critical[c]);
        low = fmin(low, here);
        high = fmax(high, here);
    }
    return high - low;
}

static double steepness(const setting_t *setting, size_t basin)
{
    const critical_point_t *point = landscape_minimum(setting->landscape, basin);
    return setting->landscape->coordinates > 1 ? point->eigenvalue[0] * point->eigenvalue[1]
                                               : point->curvature;
}

static double sigma_at(const setting_t *setting, size_t basin)
{
    return landscape_minimum(setting->landscape, basin)->sigma[0];
}

flatness_t flatness_of(const setting_t *setting)
{
    const landscape_t *landscape = setting->landscape;
    flatness_t self = {.flat = landscape_flattest(landscape)};
    const double same = rounding * highest_climb(setting);
    double lowest = INFINITY;
    for (size_t b = 0; b < landscape->minima; b++) {
        const double here = psi(setting, landscape_minimum(landscape, b));
        const bool lower = here < lowest - same;
        if (b == self.flat || !(lower || here <= lowest + same))
            continue;
        if (lower || steepness(setting, b) > steepness(setting, self.sharp)) {
            lowest = here;
            self.sharp = b;
        }
    }
    self.climb = psi(setting, landscape_minimum(landscape, self.flat)) - lowest;
    if (fabs(self.climb) <= same)
        self.climb = 0;
    self.ratio = sqrt(steepness(setting, self.sharp) / steepness(setting, self.flat));
    if (landscape->coordinates == 1)
        self.ratio *= sqrt(sigma_at(setting, self.sharp) / sigma_at(setting, self.flat));
    /* even at heat = climb/log(ratio), heat = eta/(2B(1 - mu)) */
    const double heat = self.climb / log(self.ratio);
    self.critical_batch = heat > 0 ? setting->batch * setting->heat / heat : NAN;
    return self;
}

/* ---- words --------------------------------------------------------------------------------- */

static const char *words_of(const setting_t *setting, const flatness_t *self)
{
    if (landscape_noise_is_constant(setting->landscape))
        return self->climb == 0 ? "equal depths, the same noise everywhere: flat whatever the batch"
               : self->climb > 0
                   ? "unequal depths, the same noise everywhere: not independent of the batch; the "
                     "sharp one is deeper and wins exponentially in the batch"
                   : "unequal depths, the same noise everywhere: not independent of the batch; the "
                     "flat one is deeper, too, and wins exponentially in the batch";
    if (setting->problem->noises > 0 && setting->problem->noise[0].family == &noise_loss.family)
        return self->climb == 0
                   ? "noise in proportion to the loss, equal depths: flat whatever the batch, and "
                     "a power law in the loss"
                   : "noise in proportion to the loss: the odds are a power of the ratio of the "
                     "losses, with an exponent that grows with the batch";
    return self->climb < 0
               ? "the noise varies, and by int U'/Sigma the flat one is deeper: it wins "
                 "exponentially in the batch"
           : self->climb > 0
               ? "the noise varies, and by int U'/Sigma the sharp one is deeper: it wins "
                 "exponentially "
                 "in the batch"
               : "the noise varies, but by int U'/Sigma both are equally deep: odds that do not "
                 "depend on the batch";
}

static int note_case(const setting_t *setting, const flatness_t *self, const sgdl_sink_t *sink,
                     sgdl_error_t *error)
{
    char key[SETTING_KEY];
    const double ratio = sigma_at(setting, self->sharp) / sigma_at(setting, self->flat);
    setting_key(setting, "flat_minimum", key);
    if (ratio == 1)
        return emit_note(sink, key, error, "%s (basin %zu is flat, %zu sharp)",
                         words_of(setting, self), self->flat + 1, self->sharp + 1);
    return emit_note(sink, key, error,
                     "%s (basin %zu is flat, %zu sharp, with %.6g times the noise)",
                     words_of(setting, self), self->flat + 1, self->sharp + 1, ratio);
}

static int note_odds(const setting_t *setting, const flatness_t *self, const sgdl_sink_t *sink,
                     sgdl_error_t *error)
{
    char key[SETTING_KEY];
    const bool plane = setting->landscape->coordinates > 1;
    const char *root =
        plane ? "sqrt of the Hessians' determinants" : "sqrt(Sigma_s U''_s/(Sigma_f U''_f))";
    setting_key(setting, "flat_odds", key);
    if (self->climb == 0)
        return emit_note(sink, key, error,
                         "%.10g to 1 as the temperature falls (%s): probability %.10g of the two",
                         self->ratio, root, self->ratio / (1 + self->ratio));
    return emit_note(sink, key, error, "%.10g e^(%+.10g batch) to 1 (Laplace; %s in front)",
                     self->ratio, -self->climb / (setting->batch * setting->heat), root);
}

static int note_critical(const setting_t *setting, const flatness_t *self, const sgdl_sink_t *sink,
                         sgdl_error_t *error)
{
    char key[SETTING_KEY];
    if (isnan(self->critical_batch))
        return SGDL_OK;
    return emit_note(sink, setting_key(setting, "critical_batch", key), error,
                     "%.10g (Laplace): the flat minimum wins only %s it%s", self->critical_batch,
                     self->climb > 0 ? "below" : "above",
                     self->climb > 0 && self->critical_batch < 1 ? ", that is, with no batch" : "");
}

int flatness_note(const setting_t *setting, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    if (setting->curve % setting->problem->batch_count > 0 || !has_form(setting))
        return SGDL_OK;
    const flatness_t flatness = flatness_of(setting);
    int status = note_case(setting, &flatness, sink, error);
    if (status == SGDL_OK)
        status = note_odds(setting, &flatness, sink, error);
    return status == SGDL_OK ? note_critical(setting, &flatness, sink, error) : status;
}
