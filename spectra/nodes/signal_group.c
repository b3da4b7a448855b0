#include "spectra/nodes/signal_group.h"

/* Of the one signal that there is; several have finite norms. */
static size_t place_of(const profiles_t *self) { return self->mixture->classes - 1; }

bool signal_is_steep(const profiles_t *self, const segment_t *segment)
{
    if (self->mixture->signals != 1)
        return false;
    const mean_profile_t *signal = &self->mean[place_of(self)];
    return signal->kind == MEAN_POWER && signal->exponent <= -0.5 &&
           profiles_mean_on(self, place_of(self), segment->inside);
}

static family_origin_t class_origin(const profiles_t *self, const segment_t *segment, size_t i)
{
    return covariance_origin(&self->mixture->covariance[i], segment->inside);
}

/* Whether class i has a mean that is correlated with the signal on the segment. */
static bool is_correlated(const profiles_t *self, const segment_t *segment, size_t i)
{
    return self->mean[i].kind == MEAN_POWER && profiles_mean_on(self, i, segment->inside);
}

double signal_least_power(const profiles_t *self, const segment_t *segment)
{
    const double b = self->mean[place_of(self)].exponent;
    double least = INFINITY;
    for (size_t i = 0; i < place_of(self); i++) {
        const family_origin_t origin = class_origin(self, segment, i);
        if (origin.limit > 0 || origin.coefficient > 0)
            least = fmin(least, 1 + 2 * b + (origin.limit > 0 ? 0 : origin.exponent));
        if (is_correlated(self, segment, i))
            least = fmin(least, 1 + b + self->mean[i].exponent);
    }
    return least;
}

double signal_most_power(const profiles_t *self, const segment_t *segment)
{
    double most = 0;
    if (self->mixture->signals != 1)
        return 0;
    for (size_t i = 0; i < place_of(self); i++)
        if (!covariance_constant(&self->mixture->covariance[i], segment->inside))
            most = fmax(most, class_origin(self, segment, i).exponent);
    return 1 + 2 * self->mean[place_of(self)].exponent + most;
}

double signal_absurd_below(const profiles_t *self, const segment_t *segment)
{
    const double scale = fabs(profiles_mean_scale(self, place_of(self), segment->inside));
    return (log(1e140) - log(fmax(scale, 1))) / self->mean[place_of(self)].exponent;
}

double signal_variance(const profiles_t *self, const segment_t *segment, size_t i, position_t low,
                       position_t high)
{
    const family_origin_t origin = class_origin(self, segment, i);
    const double scale = profiles_mean_scale(self, place_of(self), segment->inside);
    const double c = 1 + 2 * self->mean[place_of(self)].exponent;
    double sum = 0;
    if (origin.limit > 0)
        sum += origin.limit * position_power(low, high, c);
    if (origin.coefficient > 0)
        sum += origin.coefficient * position_power(low, high, c + origin.exponent);
    return scale * scale * sum;
}

bool signal_variance_is_known(const profiles_t *self, const segment_t *segment, size_t i)
{
    return self->mean[place_of(self)].kind == MEAN_POWER &&
           (covariance_constant(&self->mixture->covariance[i], segment->inside) ||
            class_origin(self, segment, i).below >= segment->high.log_u);
}

/*
 * The square of the part of u^b in 0 < u < 1 that lies along the powers u^beta of the means, in
 * closed form: the distance of u^b from them is |u^b| prod |b - beta|/(b + beta + 1).
 */
static double projection(const profiles_t *self, const segment_t *segment, double b)
{
    double log_ratio = 0, at_half = 0;
    for (size_t i = 0; i < place_of(self); i++) {
        const double beta = self->mean[i].exponent;
        bool seen = !is_correlated(self, segment, i);
        for (size_t j = 0; j < i && !seen; j++)
            seen = is_correlated(self, segment, j) && self->mean[j].exponent == beta;
        if (seen)
            continue;
        log_ratio += log((beta - b) / (b + beta + 1));
        at_half += 2 / (beta + 0.5);
    }
    return b == -0.5 ? at_half : -expm1(2 * log_ratio) / (2 * b + 1);
}

/* The length that makes sum w lambda_i^2 N_*^2 right as well, whichever class wants it longest. */
double signal_group(const profiles_t *self, const segment_t *segment, position_t high,
                    double *eigenvalue)
{
    const double scale = profiles_mean_scale(self, place_of(self), segment->inside);
    const double b = self->mean[place_of(self)].exponent, c = 2 * b + 1;
    double norm2 = scale * scale * exp(c * high.log_u) * projection(self, segment, b);
    for (size_t i = 0; i < place_of(self); i++) {
        const family_origin_t origin = class_origin(self, segment, i);
        const double lambda = origin.coefficient * exp(origin.exponent * high.log_u);
        eigenvalue[i] = signal_variance(self, segment, i, segment->low, high);
        if (lambda > 0)
            norm2 = fmax(norm2, eigenvalue[i] / lambda * (c + 2 * origin.exponent) /
                                    (c + origin.exponent));
    }
    for (size_t i = 0; i < place_of(self) && norm2 > 0; i++)
        eigenvalue[i] /= norm2;
    return norm2;
}
