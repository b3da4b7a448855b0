/*
 * Mahalanobis norms are integrals of (power law)/lambda over u that converge slowly near the
 * structural transition, where u^(2 beta - alpha) is barely integrable. On each segment du/lambda
 * becomes a measure: quadrature points where lambda is a mixture of powers, and, below the place
 * where the smallest power has taken over to machine precision, the closed form.
 */
#include "spectra/nodes/mahalanobis.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/interrupted.h"
#include "spectra/families/signal.h"
#include "spectra/nodes/panels.h"

enum { ALL_CLASSES = -1, MOMENTS = 32, ORDER = 20 };

/* Terms of lambda whose logs are below the largest one's by this do not count. */
static const double negligible = -39; /* 1e-17 */

/* du / lambda on a segment, lambda of one class or the average over classes. */
typedef struct measure {
    const profiles_t *profiles;
    const segment_t *segment;
    long which;      /* 0-based class or ALL_CLASSES */
    bool zero;       /* lambda = 0: every non-zero integral is infinite */
    position_t tail; /* below this place lambda = coefficient u^exponent */
    double log_coefficient, exponent;
    panels_t panels; /* above it; weights already divided by lambda */
    /* Integrals of u^q that have been asked for. */
    size_t moments;
    double power[MOMENTS], moment[MOMENTS];
} measure_t;

static double class_weight(const measure_t *self, size_t i)
{
    if (self->which == ALL_CLASSES)
        return self->profiles->mixture->weight[i];
    return (size_t)self->which == i ? 1 : 0;
}

/* log lambda_i, where lambda_i itself may leave the range of a double. */
static double log_eigenvalue(const profiles_t *profiles, size_t i, position_t at)
{
    const sgdl_spec_t *spec = &profiles->mixture->covariance[i];
    const double eigenvalue = profiles_eigenvalue(profiles, i, at);
    if (covariance_constant(spec, at) || (eigenvalue > 1e-290 && eigenvalue < 1e290))
        return log(eigenvalue);
    const family_origin_t origin = covariance_family(spec)->origin(spec);
    return log(origin.coefficient) + origin.exponent * at.log_u;
}

static double log_lambda(const measure_t *self, position_t at)
{
    const size_t classes = self->profiles->mixture->classes;
    double largest = -INFINITY, sum = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < classes; i++) {
            const double weight = class_weight(self, i);
            if (weight == 0)
                continue;
            const double term = log(weight) + log_eigenvalue(self->profiles, i, at);
            if (pass == 0)
                largest = fmax(largest, term);
            else if (term > -INFINITY)
                sum += exp(term - largest);
        }
    return largest + log(sum);
}

/* lambda's behaviour on this segment for one class: limit + coefficient u^exponent. */
static family_origin_t class_origin(const measure_t *self, size_t i)
{
    const sgdl_spec_t *spec = &self->profiles->mixture->covariance[i];
    return covariance_origin(spec, self->segment->inside);
}

/* One power in lambda, on a log scale: weights and scales may be anything. */
typedef struct term {
    double log_coefficient, exponent;
} term_t;

/* The powers in lambda; returns the count. Class i has at most two. */
static size_t class_terms(const measure_t *self, size_t i, term_t out[2])
{
    const family_origin_t origin = class_origin(self, i);
    const double weight = class_weight(self, i);
    size_t count = 0;
    if (weight > 0 && origin.limit > 0)
        out[count++] = (term_t){log(weight) + log(origin.limit), 0};
    if (weight > 0 && origin.coefficient > 0)
        out[count++] = (term_t){log(weight) + log(origin.coefficient), origin.exponent};
    return count;
}

/* The log of the sum of all terms with one exponent. */
static double log_coefficient(const measure_t *self, double exponent)
{
    double largest = -INFINITY, sum = 0;
    term_t terms[2];
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < self->profiles->mixture->classes; i++)
            for (size_t k = class_terms(self, i, terms); k-- > 0;)
                if (terms[k].exponent != exponent)
                    continue;
                else if (pass == 0)
                    largest = fmax(largest, terms[k].log_coefficient);
                else
                    sum += exp(terms[k].log_coefficient - largest);
    return largest + log(sum);
}

/* The leading power at u -> 0, and where the others can be dropped. */
static void find_tail(measure_t *self)
{
    const size_t classes = self->profiles->mixture->classes;
    term_t terms[2];
    self->tail = self->segment->high;
    self->exponent = INFINITY;
    for (size_t i = 0; i < classes; i++)
        for (size_t k = class_terms(self, i, terms); k-- > 0;)
            self->exponent = fmin(self->exponent, terms[k].exponent);
    self->zero = isinf(self->exponent);
    if (self->zero)
        return;
    self->log_coefficient = log_coefficient(self, self->exponent);
    double tail = self->segment->high.log_u;
    for (size_t i = 0; i < classes; i++) {
        if (class_weight(self, i) > 0)
            tail = fmin(tail, class_origin(self, i).below);
        for (size_t k = class_terms(self, i, terms); k-- > 0;)
            if (terms[k].exponent > self->exponent)
                tail = fmin(tail, (negligible + self->log_coefficient - terms[k].log_coefficient) /
                                      (terms[k].exponent - self->exponent));
    }
    if (tail < self->tail.log_u)
        self->tail = position_log(tail);
}

/*
 * How fast lambda changes its power below `top`: the steepest term that still counts against the
 * leading one at u -> 0. What has become negligible stays so, and need not be resolved.
 */
static double measure_rate(const void *context, position_t top)
{
    const measure_t *self = context;
    const sgdl_mixture_t *mixture = self->profiles->mixture;
    const double counts = log_lambda(self, top) + negligible;
    double rate = 0;
    term_t terms[2];
    for (size_t i = 0; i < mixture->classes; i++) {
        const sgdl_spec_t *spec = &mixture->covariance[i];
        const covariance_family_t *family = covariance_family(spec);
        for (size_t k = class_terms(self, i, terms); k-- > 0;)
            if (terms[k].log_coefficient + terms[k].exponent * top.log_u > counts)
                rate = fmax(rate, terms[k].exponent - self->exponent);
        /* Families that are powers throughout are among the terms. */
        if (class_weight(self, i) > 0 && !covariance_constant(spec, self->segment->inside) &&
            family->origin(spec).below < top.log_u &&
            log(class_weight(self, i)) + log_eigenvalue(self->profiles, i, top) > counts)
            rate = fmax(rate, family->rate(spec, top));
    }
    return rate;
}

/* Whether lambda is more than its powers at u -> 0 say, on a segment away from 0. */
static bool needs_points(const measure_t *self)
{
    const sgdl_mixture_t *mixture = self->profiles->mixture;
    if (self->segment->low.u == 0)
        return false;
    for (size_t i = 0; i < mixture->classes; i++) {
        const sgdl_spec_t *spec = &mixture->covariance[i];
        const covariance_family_t *family = covariance_family(spec);
        if (class_weight(self, i) > 0 && !covariance_constant(spec, self->segment->inside) &&
            (family->origin(spec).below < 0 || family->origin(spec).coefficient == 0))
            return true;
    }
    return false;
}

static int measure_init(measure_t *self, const profiles_t *profiles, const segment_t *segment,
                        long which, sgdl_error_t *error)
{
    *self = (measure_t){.profiles = profiles, .segment = segment, .which = which};
    find_tail(self);
    if (needs_points(self)) {
        self->zero = false;
        self->tail = segment->low;
    }
    if (self->tail.log_u < segment->low.log_u)
        self->tail = segment->low;
    if (self->zero || self->tail.log_u >= segment->high.log_u)
        return SGDL_OK;
    double envelope = 1;
    for (size_t i = 0; i < profiles->mixture->classes; i++)
        envelope = fmax(envelope, 1 + 2 * profiles->mean[i].exponent);
    const panel_plan_t plan = {.order = ORDER,
                               .refine = 1,
                               .envelope = envelope,
                               .rate = measure_rate,
                               .context = self,
                               .interrupted = profiles->mixture->watch.stop};
    const int status = panels_add(&self->panels, segment, self->tail, &plan, error);
    for (size_t n = 0; n < self->panels.count; n++)
        self->panels.point[n].log_weight -= log_lambda(self, self->panels.point[n].at);
    return status;
}

/* The integral of u^q / lambda over the segment. */
static double compute_moment(const measure_t *self, double q)
{
    const segment_t *segment = self->segment;
    double sum = 0;
    for (size_t n = 0; n < self->panels.count; n++) {
        const panel_point_t *point = &self->panels.point[n];
        sum += exp(point->log_weight + q * point->at.log_u);
    }
    if (self->tail.log_u == segment->low.log_u)
        return sum;
    const double c = q + 1 - self->exponent;
    if (segment->low.log_u == -INFINITY)
        return c > 0 ? sum + exp(c * self->tail.log_u - self->log_coefficient) / c : INFINITY;
    return sum + exp(-self->log_coefficient) * position_power(segment->low, self->tail, c);
}

static double integrate(measure_t *self, power_t integrand)
{
    if (integrand.coefficient == 0)
        return 0;
    if (self->zero)
        return INFINITY;
    size_t k = 0;
    while (k < self->moments && self->power[k] != integrand.exponent)
        k++;
    if (k == self->moments) {
        k = self->moments < MOMENTS ? self->moments++ : MOMENTS - 1;
        self->power[k] = integrand.exponent;
        self->moment[k] = compute_moment(self, integrand.exponent);
    }
    return integrand.coefficient * self->moment[k];
}

/* The integral of E (nu_i - nu_j)^2 / lambda. */
static double integrate_distance(measure_t *self, size_t i, size_t j)
{
    const profiles_t *profiles = self->profiles;
    const position_t inside = self->segment->inside;
    const power_t ii = profiles_second_moment(profiles, i, i, inside);
    const power_t jj = profiles_second_moment(profiles, j, j, inside);
    const power_t ij = profiles_second_moment(profiles, i, j, inside);
    if (ij.coefficient != 0 && ii.exponent == jj.exponent) {
        const double difference =
            profiles_mean_scale(profiles, i, inside) - profiles_mean_scale(profiles, j, inside);
        return integrate(self, (power_t){difference * difference, ii.exponent});
    }
    const double own = integrate(self, ii) + integrate(self, jj);
    return isinf(own) ? own : own - 2 * integrate(self, ij);
}

/* Pairs of which at least one has a mean on the segment. */
static int add_distances(double *out, measure_t *measure, sgdl_error_t *error)
{
    const profiles_t *profiles = measure->profiles;
    const size_t classes = profiles->mixture->classes, real = signal_classes(profiles->mixture);
    const position_t inside = measure->segment->inside;
    for (size_t i = 0; i < real; i++) {
        const int status = check_interrupted(profiles->mixture->watch.stop, error);
        if (status != SGDL_OK)
            return status;
        if (!profiles_mean_on(profiles, i, inside))
            continue;
        for (size_t j = 0; j < real; j++)
            if (j > i || (j < i && !profiles_mean_on(profiles, j, inside)))
                out[(i < j ? i : j) * classes + (i < j ? j : i)] +=
                    integrate_distance(measure, i, j);
    }
    return SGDL_OK;
}

static int add_segment(double *out, const profiles_t *profiles, const segment_t *segment,
                       sgdl_error_t *error)
{
    const size_t classes = profiles->mixture->classes, real = signal_classes(profiles->mixture);
    measure_t measure = {0};
    int status = SGDL_OK;
    bool some = false;
    for (size_t i = 0; status == SGDL_OK && i < real; i++) {
        if (!profiles_mean_on(profiles, i, segment->inside))
            continue;
        const power_t square = profiles_second_moment(profiles, i, i, segment->inside);
        some = true;
        status = measure_init(&measure, profiles, segment, (long)i, error);
        if (status == SGDL_OK)
            out[i * classes + i] += integrate(&measure, square);
        panels_free(&measure.panels);
        if (status == SGDL_OK)
            status = check_interrupted(profiles->mixture->watch.stop, error);
    }
    if (status != SGDL_OK || real == 1 || !some)
        return status;
    status = measure_init(&measure, profiles, segment, ALL_CLASSES, error);
    if (status == SGDL_OK)
        status = add_distances(out, &measure, error);
    panels_free(&measure.panels);
    return status;
}

int mahalanobis_limit(double *out, const profiles_t *profiles, const segments_t *segments,
                      sgdl_error_t *error)
{
    const size_t classes = profiles->mixture->classes;
    memset(out, 0, classes * classes * sizeof *out);
    for (size_t k = 0; k < segments->count; k++) {
        const int status = add_segment(out, profiles, &segments->segment[k], error);
        if (status != SGDL_OK)
            return status;
    }
    for (size_t i = 0; i < classes; i++)
        for (size_t j = 0; j < i; j++)
            out[i * classes + j] = out[j * classes + i];
    return SGDL_OK;
}
