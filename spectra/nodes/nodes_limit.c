/*
 * d = infinity. Segments on which all covariances are constant become exact groups. On the others
 * quadrature points stand for single places; below the place u0 where the variation of the
 * eigenvalues times `reach` is negligible, the rest of the segment is a group as well, with the
 * second moments of the means in closed form. So no mean exponent above -1/2 is too singular.
 */
#include "spectra/nodes/nodes.h"

#include <stdlib.h>

#include "spectra/nodes/gram.h"
#include "src/base/hash.h"
#include "src/base/interrupted.h"
#include "spectra/nodes/mahalanobis.h"
#include "src/base/memory.h"
#include "spectra/nodes/node_list.h"
#include "spectra/nodes/panels.h"
#include "spectra/nodes/places.h"
#include "spectra/nodes/signal_group.h"

/* Weights are kept above this; beyond it the mean coordinates shrink instead. */
static const double weight_min = 1e-280;

typedef struct build {
    profiles_t profiles;
    segments_t segments;
    node_list_t list;
    double accuracy, reach;
    double log_relative_reach; /* log(reach * largest eigenvalue at u = 1) >= 0 */
    int refine;
    size_t carriers;    /* classes that have a mean somewhere */
    size_t *carrier;    /* [carriers] */
    double *gram;       /* [carriers^2] second moments of one group, times its weight */
    double *factor;     /* [carriers^2] */
    double *mean;       /* [C * (carriers or profiles.columns)] of one node */
    double *eigenvalue; /* [C] */
} build_t;

static const volatile sig_atomic_t *interrupted(const build_t *self)
{
    return self->profiles.mixture->watch.stop;
}

static size_t class_count(const build_t *self) { return self->profiles.mixture->classes; }

static bool class_constant(const build_t *self, size_t i, const segment_t *segment)
{
    const sgdl_spec_t *spec = &self->profiles.mixture->covariance[i];
    return covariance_constant(spec, segment->inside);
}

/* Where the class varies. */
static family_origin_t class_origin(const build_t *self, size_t i)
{
    const sgdl_spec_t *spec = &self->profiles.mixture->covariance[i];
    return covariance_family(spec)->origin(spec);
}

/* Appends a node with what is in `eigenvalue` and `mean`. The list is copied once. */
static int add_node(build_t *self, double weight, size_t columns, sgdl_error_t *error)
{
    const sgdl_mixture_t *mixture = self->profiles.mixture;
    const double C = (double)mixture->classes, numbers = C * (1 + (double)self->profiles.columns);
    int status =
        memory_ask(mixture->memory, 16 * (numbers * (double)self->list.count + 2 * C * C), error,
                   "%zu classes and more than %zu nodes", mixture->classes, self->list.count);
    if (status == SGDL_OK)
        status = check_interrupted(mixture->watch.stop, error);
    return status
               ? status
               : node_list_add(&self->list, weight, self->eigenvalue, columns, self->mean, error);
}

/* ---- groups ------------------------------------------------------------------------------ */

static void add_second_moments(build_t *self, position_t low, position_t high, position_t inside)
{
    const size_t carriers = self->carriers;
    for (size_t a = 0; a < carriers; a++)
        for (size_t b = 0; b < carriers; b++) {
            const power_t moment =
                profiles_second_moment(&self->profiles, self->carrier[a], self->carrier[b], inside);
            if (moment.coefficient != 0)
                self->gram[a * carriers + b] +=
                    moment.coefficient * position_power(low, high, moment.exponent + 1);
        }
}

static void clear_second_moments(build_t *self)
{
    for (size_t k = 0; k < self->carriers * self->carriers; k++)
        self->gram[k] = 0;
}

/* Columns first .. first + count - 1 of the factor, times `stretch`, as means of all classes. */
static void spread_columns(build_t *self, size_t first, size_t count, double stretch)
{
    const size_t classes = class_count(self), carriers = self->carriers;
    for (size_t k = 0; k < count * classes; k++)
        self->mean[k] = 0;
    for (size_t a = 0; a < count; a++)
        for (size_t c = 0; c < carriers; c++)
            self->mean[a * classes + self->carrier[c]] =
                stretch * self->factor[(first + a) * carriers + c];
}

/*
 * Adds the group in gram and eigenvalue. One with more latent columns than `columns` is spread
 * over several nodes of equal eigenvalues: with w/parts and sqrt(parts) N on each the equations
 * of the sums are the same, and the other nodes need no more columns for its sake.
 */
static int add_group(build_t *self, double weight, size_t columns, sgdl_error_t *error)
{
    weight = fmax(weight, weight_min);
    for (size_t k = 0; k < self->carriers * self->carriers; k++)
        self->gram[k] /= weight;
    size_t rank = 0;
    int status =
        gram_factor(self->carriers, self->gram, self->factor, &rank, interrupted(self), error);
    const size_t parts = rank > columns ? (rank + columns - 1) / columns : 1;
    for (size_t part = 0; status == SGDL_OK && part < parts; part++) {
        const size_t first = part * columns;
        const size_t count = rank - first < columns ? rank - first : columns;
        spread_columns(self, first, count, sqrt((double)parts));
        status = add_node(self, weight / (double)parts, count, error);
    }
    return status;
}

static bool same_eigenvalues(const build_t *self, const segment_t *a, const segment_t *b)
{
    for (size_t i = 0; i < class_count(self); i++)
        if (profiles_eigenvalue(&self->profiles, i, a->inside) !=
            profiles_eigenvalue(&self->profiles, i, b->inside))
            return false;
    return true;
}

/* A number that segments of the same eigenvalues share: telling thousands of segments with
 * thousands of classes apart one by one would take minutes. */
static uint64_t eigenvalue_hash(const build_t *self, const segment_t *segment)
{
    uint64_t hash = hash_start;
    for (size_t i = 0; i < class_count(self); i++)
        hash = hash_number(hash, profiles_eigenvalue(&self->profiles, i, segment->inside));
    return hash;
}

/* Adds the group of the constant segment k and those after it with the same eigenvalues. */
static int add_constant_group(build_t *self, size_t k, const uint64_t *hash, bool *done,
                              sgdl_error_t *error)
{
    const segments_t *segments = &self->segments;
    const segment_t *first = &segments->segment[k];
    double weight = 0;
    clear_second_moments(self);
    for (size_t l = k; l < segments->count; l++) {
        const segment_t *other = &segments->segment[l];
        if (done[l] || !other->constant || hash[k] != hash[l] ||
            !same_eigenvalues(self, first, other))
            continue;
        done[l] = true;
        weight += segment_weight(other);
        add_second_moments(self, other->low, other->high, other->inside);
    }
    for (size_t i = 0; i < class_count(self); i++)
        self->eigenvalue[i] = profiles_eigenvalue(&self->profiles, i, first->inside);
    return add_group(self, weight, class_count(self), error);
}

/* Groups the constant segments by their eigenvalues, in order of their first segment. */
static int add_constant_segments(build_t *self, sgdl_error_t *error)
{
    const segments_t *segments = &self->segments;
    bool *done = calloc(segments->count, sizeof *done);
    uint64_t *hash = calloc(segments->count, sizeof *hash);
    int status = done && hash ? SGDL_OK : sgdl_fail_memory(error);
    for (size_t k = 0; status == SGDL_OK && k < segments->count; k++) {
        hash[k] = eigenvalue_hash(self, &segments->segment[k]);
        status = check_interrupted(interrupted(self), error);
    }
    for (size_t k = 0; status == SGDL_OK && k < segments->count; k++) {
        if (!done[k] && segments->segment[k].constant)
            status = add_constant_group(self, k, hash, done, error);
        if (status == SGDL_OK)
            status = check_interrupted(interrupted(self), error);
    }
    free(done);
    free(hash);
    return status;
}

/* ---- varying segments -------------------------------------------------------------------- */

/* How far class i is looked at: where lambda has a positive limit, everything has decayed by
 * t = 40/limit, and longer reach need not be resolved. */
static double class_reach(const build_t *self, size_t i)
{
    const double limit = class_origin(self, i).limit;
    return limit * self->reach > 40 ? 40 / limit : self->reach;
}

/* log u below which class i's eigenvalue cannot be told from its limit. */
static double settled_below(const build_t *self, size_t i, const segment_t *segment)
{
    if (class_constant(self, i, segment))
        return INFINITY;
    const family_origin_t origin = class_origin(self, i);
    if (origin.coefficient == 0 || origin.exponent <= 0)
        return -INFINITY;
    const double small = log(0.1 * self->accuracy) - log(class_reach(self, i));
    return fmin(origin.below, (small - log(origin.coefficient)) / origin.exponent);
}

/*
 * log u below which the means do not count: u^power of their square is there, and in resolvents,
 * integrals of nu^2/(lambda + 1/t), it is amplified by 1/lambda = u^-steepest or by the reach,
 * whichever is less.
 */
static double negligible_below(const build_t *self, double power, double steepest)
{
    const double small = log(1e-3 * self->accuracy);
    double amplified = (small - self->log_relative_reach) / power;
    if (power > steepest)
        amplified = fmax(amplified, small / (power - steepest));
    return fmin(amplified, log(1e-18) / power);
}

/* log u0: below it the segment is a group. Either all classes are settled there, or nothing there
 * counts, or a negative exponent would make the eigenvalues absurd. */
static double group_below(const build_t *self, const segment_t *segment)
{
    const bool steep = signal_is_steep(&self->profiles, segment);
    double settled = INFINITY, absurd = -INFINITY, power = 1, steepest = 0;
    for (size_t i = 0; i < class_count(self); i++) {
        settled = fmin(settled, settled_below(self, i, segment));
        if (!class_constant(self, i, segment)) {
            const double exponent = class_origin(self, i).exponent;
            steepest = fmax(steepest, exponent);
            if (exponent < 0) {
                power = fmin(power, 1 + exponent);
                absurd = fmax(absurd, log(1e60) / exponent);
            }
        }
        if (!(steep && i == signal_classes(self->profiles.mixture)) &&
            profiles_mean_on(&self->profiles, i, segment->inside))
            power = fmin(power, 1 + 2 * self->profiles.mean[i].exponent);
    }
    if (steep) {
        power = fmin(power, signal_least_power(&self->profiles, segment));
        absurd = fmax(absurd, signal_absurd_below(&self->profiles, segment));
    }
    return fmax(fmax(settled, absurd), negligible_below(self, power, steepest));
}

static int add_inner_group(build_t *self, const segment_t *segment, position_t high,
                           sgdl_error_t *error)
{
    clear_second_moments(self);
    add_second_moments(self, segment->low, high, segment->inside);
    for (size_t i = 0; i < class_count(self); i++) {
        const family_origin_t origin =
            covariance_origin(&self->profiles.mixture->covariance[i], segment->inside);
        self->eigenvalue[i] = origin.limit;
        if (origin.coefficient != 0)
            self->eigenvalue[i] +=
                origin.coefficient * position_power_mean(segment->low, high, 1 + origin.exponent);
    }
    if (signal_is_steep(&self->profiles, segment) && segment->low.log_u == -INFINITY)
        self->gram[self->carriers * self->carriers - 1] = /* the last carrier's own */
            signal_group(&self->profiles, segment, high, self->eigenvalue);
    return add_group(self, high.u - segment->low.u, self->profiles.columns, error);
}

static int add_place(build_t *self, const segment_t *segment, const panel_point_t *point,
                     sgdl_error_t *error)
{
    const size_t classes = class_count(self);
    const profiles_t *profiles = &self->profiles;
    const double log_weight = fmax(point->log_weight, log(weight_min));
    const double shift = 0.5 * (point->log_weight - log_weight);
    for (size_t k = 0; k < classes * profiles->columns; k++)
        self->mean[k] = 0;
    for (size_t i = 0; i < classes; i++) {
        const double scale = profiles_mean_scale(profiles, i, segment->inside);
        self->eigenvalue[i] = profiles_eigenvalue(profiles, i, point->at);
        if (scale != 0)
            self->mean[profiles->column[i] * classes + i] =
                scale * exp(profiles->mean[i].exponent * point->at.log_u + shift);
    }
    return add_node(self, exp(log_weight), profiles->columns, error);
}

/* A segment being cut into panels. */
typedef struct panelling {
    const build_t *build;
    const segment_t *segment;
} panelling_t;

/* How far class i's eigenvalue is from its limit at u -> 0, where their difference would cancel
 * too. */
static double class_variation(const build_t *self, size_t i, position_t at)
{
    const family_origin_t origin = class_origin(self, i);
    if (at.log_u <= origin.below)
        return origin.coefficient * exp(origin.exponent * at.log_u);
    return fabs(profiles_eigenvalue(&self->profiles, i, at) - origin.limit);
}

/* The largest rate among the classes that still matter at this place. */
static double active_rate(const void *context, position_t top)
{
    const panelling_t *self = context;
    const profiles_t *profiles = &self->build->profiles;
    double largest = 0;
    for (size_t i = 0; i < profiles->mixture->classes; i++) {
        const sgdl_spec_t *spec = &profiles->mixture->covariance[i];
        if (!class_constant(self->build, i, self->segment) &&
            class_variation(self->build, i, top) * class_reach(self->build, i) >
                0.1 * self->build->accuracy)
            largest = fmax(largest, covariance_family(spec)->rate(spec, top));
    }
    return largest;
}

static int add_places(build_t *self, const segment_t *segment, position_t low, sgdl_error_t *error)
{
    double envelope = fmax(1, signal_most_power(&self->profiles, segment));
    for (size_t i = 0; i < class_count(self); i++)
        envelope = fmax(envelope, 1 + 2 * self->profiles.mean[i].exponent);
    const size_t first = self->list.count;
    const size_t order =
        (size_t)self->refine * (size_t)(8 + (int)ceil(-0.5 * log10(self->accuracy)));
    const panelling_t panelling = {.build = self, .segment = segment};
    const panel_plan_t plan = {.order = order < GAUSS_LEGENDRE_MAX ? order : GAUSS_LEGENDRE_MAX,
                               .refine = self->refine,
                               .envelope = envelope,
                               .rate = active_rate,
                               .context = &panelling,
                               .interrupted = interrupted(self)};
    panels_t panels = {0};
    int status = panels_add(&panels, segment, low, &plan, error);
    for (size_t n = 0; status == SGDL_OK && n < panels.count; n++)
        status = add_place(self, segment, &panels.point[n], error);
    panels_free(&panels);
    const places_t places = {.profiles = &self->profiles,
                             .segment = segment,
                             .low = low,
                             .list = &self->list,
                             .first = first,
                             .accuracy = self->accuracy};
    return status != SGDL_OK ? status : places_check(&places, error);
}

static int add_varying_segment(build_t *self, const segment_t *segment, sgdl_error_t *error)
{
    const double below = group_below(self, segment);
    if (below >= segment->high.log_u)
        return add_inner_group(self, segment, segment->high, error);
    position_t low = segment->low;
    int status = SGDL_OK;
    if (below > low.log_u) {
        low = position_log(below);
        status = add_inner_group(self, segment, low, error);
    }
    return status != SGDL_OK ? status : add_places(self, segment, low, error);
}

/* ---- the whole --------------------------------------------------------------------------- */

static int allocate(build_t *self, sgdl_error_t *error)
{
    const profiles_t *profiles = &self->profiles;
    const size_t classes = class_count(self);
    self->carrier = calloc(classes, sizeof *self->carrier);
    if (!self->carrier)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < classes; i++)
        if (!profiles->mean[i].zero)
            self->carrier[self->carriers++] = i;
    const size_t carriers = self->carriers;
    const size_t columns = carriers > profiles->columns ? carriers : profiles->columns;
    const int status =
        memory_ask(profiles->mixture->memory,
                   8 * ((double)classes * (double)(columns + 2 * classes) +
                        2 * (double)carriers * (double)carriers),
                   error, "%zu classes, %zu of them with a mean,", classes, carriers);
    if (status != SGDL_OK)
        return status;
    self->gram = calloc(carriers + 1, carriers * sizeof(double) + 1);
    self->factor = calloc(carriers + 1, carriers * sizeof(double) + 1);
    self->mean = calloc(classes, columns * sizeof(double));
    self->eigenvalue = calloc(classes, sizeof(double));
    return self->gram && self->factor && self->mean && self->eigenvalue ? SGDL_OK
                                                                        : sgdl_fail_memory(error);
}

static int build_init(build_t *self, const sgdl_mixture_t *mixture,
                      const sgdl_quadrature_t *quadrature, sgdl_error_t *error)
{
    const size_t classes = mixture->classes;
    int status = profiles_init(&self->profiles, mixture, error);
    if (status == SGDL_OK)
        status = segments_init(&self->segments, &self->profiles, error);
    if (status != SGDL_OK)
        return status;
    status = allocate(self, error);
    if (status != SGDL_OK)
        return status;
    self->list.classes = classes;
    self->refine = quadrature->refine > 1 ? quadrature->refine : 1;
    self->accuracy = fmin(fmax(quadrature->accuracy, 1e-15), 1e-2);
    /* However short the time, powers of the eigenvalues are summed too. */
    double largest = 0;
    for (size_t i = 0; i < classes; i++)
        largest = fmax(largest, profiles_eigenvalue(&self->profiles, i, position_at(1)));
    self->reach = fmin(fmax(quadrature->reach, 1 / largest), 1e290);
    self->log_relative_reach = largest > 0 ? fmax(0, log(self->reach) + log(largest)) : 0;
    return SGDL_OK;
}

static void build_free(build_t *self)
{
    node_list_free(&self->list);
    segments_free(&self->segments);
    profiles_free(&self->profiles);
    free(self->carrier);
    free(self->gram);
    free(self->factor);
    free(self->mean);
    free(self->eigenvalue);
}

int nodes_init_limit(sgdl_nodes_t *self, const sgdl_mixture_t *mixture,
                     const sgdl_quadrature_t *quadrature, sgdl_error_t *error)
{
    if (mixture->start)
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "a given start needs a finite dimension, found inf");
    build_t build = {0};
    int status = signal_check(mixture, error);
    if (status == SGDL_OK)
        status = build_init(&build, mixture, quadrature, error);
    if (status == SGDL_OK)
        status = add_constant_segments(&build, error);
    for (size_t k = 0; status == SGDL_OK && k < build.segments.count; k++)
        if (!build.segments.segment[k].constant)
            status = add_varying_segment(&build, &build.segments.segment[k], error);
    if (status == SGDL_OK)
        status = node_list_fill(&build.list, self, error);
    if (status == SGDL_OK)
        status = mahalanobis_limit(self->mahalanobis2, &build.profiles, &build.segments, error);
    build_free(&build);
    return status;
}
