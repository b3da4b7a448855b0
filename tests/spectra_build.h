/** Mixtures for the tests of spectra, put together by hand. */
#ifndef SGDLIMIT_TESTS_SPECTRA_BUILD_H
#define SGDLIMIT_TESTS_SPECTRA_BUILD_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/spectra.h"
#include "src/random/box_muller.h"
#include "src/random/stream.h"

/* A standard normal that depends on both numbers alone. */
static inline double trial_normal(uint64_t number, uint64_t index)
{
    const uint64_t key[4] = {0, number, STREAM_TRIALS, 0};
    double normal, others[3];
    box_muller_normals(key, index, &normal, &others[0], &others[1], &others[2]);
    return normal;
}

enum { BUILD_CLASSES = 3 };

typedef struct build {
    sgdl_mixture_t mixture;
    double weight[BUILD_CLASSES];
    sgdl_spec_t covariance[BUILD_CLASSES];
    sgdl_mean_t mean[BUILD_CLASSES];
} build_t;

static const sgdl_family_t *build_family(const sgdl_family_t *const *table, const char *name)
{
    while (*table && strcmp((*table)->name, name) != 0)
        table++;
    assert_non_null(*table);
    return *table;
}

static sgdl_setting_t *build_setting(sgdl_spec_t *spec, const char *key)
{
    return (sgdl_setting_t *)sgdl_spec_setting(spec, key);
}

static void build_number(sgdl_spec_t *spec, const char *key, double value)
{
    build_setting(spec, key)->number[0] = value;
    build_setting(spec, key)->count = 1;
}

/* Sets class i's covariance; key may be NULL. */
static void build_covariance(build_t *self, size_t i, const char *family, const char *key,
                             double value)
{
    self->covariance[i] = sgdl_spec_default(build_family(sgdl_covariance_families, family));
    if (key)
        build_number(&self->covariance[i], key, value);
}

static void build_mean(build_t *self, size_t i, const char *family, const char *key, double value)
{
    self->mean[i].spec = sgdl_spec_default(build_family(sgdl_mean_families, family));
    self->mean[i].on[0] = 0;
    self->mean[i].on[1] = 1;
    if (key)
        build_number(&self->mean[i].spec, key, value);
}

/* Equal weights, isotropic covariances, zero means. */
static inline void build_init(build_t *self, size_t classes, double dimension)
{
    *self = (build_t){0};
    for (size_t i = 0; i < classes; i++) {
        self->weight[i] = 1 / (double)classes;
        build_covariance(self, i, "isotropic", NULL, 0);
        build_mean(self, i, "zero", NULL, 0);
    }
    self->mixture = (sgdl_mixture_t){.classes = classes,
                                     .dimension = dimension,
                                     .weight = self->weight,
                                     .covariance = self->covariance,
                                     .mean = self->mean,
                                     .seed = 1,
                                     .clean_below = 1e-9};
}

static inline sgdl_nodes_t build_nodes(const build_t *self, double accuracy, double reach,
                                       int refine)
{
    const sgdl_quadrature_t quadrature = {.accuracy = accuracy, .reach = reach, .refine = refine};
    sgdl_nodes_t nodes;
    sgdl_error_t error = {0};
    const int status = sgdl_nodes_init(&nodes, &self->mixture, &quadrature, &error);
    if (status != SGDL_OK)
        print_error("%s: %s\n", error.place, error.message);
    assert_int_equal(status, 0);
    return nodes;
}

/* (N_n N_n^T)_ij */
static inline double build_moment(const sgdl_nodes_t *nodes, size_t i, size_t j, size_t n)
{
    double sum = 0;
    for (size_t a = 0; a < nodes->latent; a++)
        sum += nodes->mean[(i * nodes->latent + a) * nodes->count + n] *
               nodes->mean[(j * nodes->latent + a) * nodes->count + n];
    return sum;
}

#define assert_close(a, b, tolerance)                                                              \
    do {                                                                                           \
        const double close_a = (a), close_b = (b), close_t = (tolerance);                          \
        if (!(close_a == close_b || fabs(close_a - close_b) <= close_t))                           \
            fail_msg("%s = %.17g but %s = %.17g (tolerance %g)", #a, close_a, #b, close_b,         \
                     close_t);                                                                     \
    } while (0)

#define assert_relative(a, b, tolerance) assert_close(a, b, (tolerance)*fabs((double)(b)))

#endif
