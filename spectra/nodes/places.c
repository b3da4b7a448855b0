#include "spectra/nodes/places.h"

#include "spectra/nodes/signal_group.h"

/* An integral that is known: over the segment, and over all. */
typedef struct known {
    double exact, whole;
} known_t;

static const position_t zero = {.u = 0, .log_u = -INFINITY}, one = {.u = 1, .log_u = 0};

/* What a sum over nodes misses of it. */
static int check_sum(const places_t *self, size_t i, const char *name, double sum, known_t known,
                     sgdl_error_t *error)
{
    const double exact = known.exact, whole = known.whole;
    const double miss = fabs(sum - exact) / fmax(fabs(exact), isfinite(whole) ? whole : 0);
    const double allowed = fmax(self->accuracy, 1e-12);
    if (!isfinite(exact) || exact == 0 || !isfinite(sum) || miss <= allowed)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                     "class %zu: the nodes at d = inf miss %s by %.1e of it, allowed %.1e", i + 1,
                     name, miss, allowed);
}

/* sum of w lambda_i^power, and times the square of the mean of class j where that is asked for. */
static double sum_places(const places_t *self, size_t i, int power, const size_t *j)
{
    const size_t classes = self->profiles->mixture->classes;
    double sum = 0;
    for (size_t n = self->first; n < self->list->count; n++) {
        const listed_node_t *node = &self->list->node[n];
        double term = node->weight;
        if (j) {
            const double mean = node->eigenvalue[(1 + self->profiles->column[*j]) * classes + *j];
            term *= mean * mean;
        }
        for (int k = 0; k < power; k++)
            term *= node->eigenvalue[i];
        sum += term;
    }
    return sum;
}

static int check_mean(const places_t *self, size_t i, sgdl_error_t *error)
{
    const power_t square = profiles_second_moment(self->profiles, i, i, self->segment->inside);
    const known_t squares = {
        square.coefficient * position_power(self->low, self->segment->high, square.exponent + 1),
        square.coefficient * position_power(zero, one, square.exponent + 1)};
    return check_sum(self, i, "the square of its mean", sum_places(self, i, 0, &i), squares, error);
}

static int check_trace(const places_t *self, size_t i, sgdl_error_t *error)
{
    const sgdl_spec_t *spec = &self->profiles->mixture->covariance[i];
    const covariance_family_t *family = covariance_family(spec);
    int status = SGDL_OK;
    if (covariance_constant(spec, self->segment->inside))
        return SGDL_OK;
    for (int power = 1; power <= 2 && status == SGDL_OK; power++) {
        const known_t trace = {family->integral(spec, self->low, self->segment->high, power),
                               family->integral(spec, zero, one, power)};
        status = check_sum(self, i, power == 1 ? "its trace" : "its trace of squares",
                           sum_places(self, i, power, NULL), trace, error);
    }
    return status;
}

static int check_signal(const places_t *self, size_t i, sgdl_error_t *error)
{
    const size_t signal = signal_classes(self->profiles->mixture);
    if (!signal_variance_is_known(self->profiles, self->segment, i))
        return SGDL_OK;
    const known_t variance = {
        signal_variance(self->profiles, self->segment, i, self->low, self->segment->high),
        signal_variance(self->profiles, self->segment, i, zero, one)};
    return check_sum(self, i, "the signal's variance", sum_places(self, i, 1, &signal), variance,
                     error);
}

int places_check(const places_t *self, sgdl_error_t *error)
{
    const sgdl_mixture_t *mixture = self->profiles->mixture;
    int status = SGDL_OK;
    for (size_t k = 0; k < mixture->signals && mixture->signals > 1 && status == SGDL_OK; k++)
        status = check_mean(self, signal_classes(mixture) + k, error);
    for (size_t i = 0; i < signal_classes(mixture) && status == SGDL_OK; i++) {
        status = check_mean(self, i, error);
        if (status == SGDL_OK)
            status = check_trace(self, i, error);
        if (status == SGDL_OK && mixture->signals == 1)
            status = check_signal(self, i, error);
    }
    return status;
}
