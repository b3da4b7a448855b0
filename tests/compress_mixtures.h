/** Mixtures of power laws, groups and bulks in many directions, for the tests of compression. */
#ifndef SGDLIMIT_TESTS_COMPRESS_MIXTURES_H
#define SGDLIMIT_TESTS_COMPRESS_MIXTURES_H

#include "tests/spectra_build.h"

enum { D = 20000 };

static void power_laws(build_t *build)
{
    build_init(build, 2, D);
    build_covariance(build, 0, "power-law", "exponent", 1.1);
    build_covariance(build, 1, "power-law", "exponent", 1.5);
    build_mean(build, 0, "gaussian", NULL, 0);
    build_mean(build, 1, "opposite", "of", 1);
}

static void smooth_means(build_t *build)
{
    power_laws(build);
    build_mean(build, 0, "power-law", "exponent", -0.25);
    build_mean(build, 1, "power-law", "exponent", 0.5);
}

static void mixed_means(build_t *build)
{
    power_laws(build);
    build_mean(build, 0, "power-law", "exponent", -0.3);
    build_mean(build, 1, "gaussian", "scale", 2);
    build->mean[1].on[0] = 0.1;
    build->mean[1].on[1] = 0.6;
}

static void three_classes(build_t *build)
{
    build_init(build, 3, D);
    const double exponent[] = {0.5, 1.1, 2}, weight[] = {0.2, 0.5, 0.3};
    for (size_t i = 0; i < 3; i++) {
        build->weight[i] = weight[i];
        build_covariance(build, i, "power-law", "exponent", exponent[i]);
        build_mean(build, i, "gaussian", NULL, 0);
    }
}

/* Half of the eigenvalues are zero: one group, of two latent coordinates. */
static void marchenko_pastur(build_t *build)
{
    build_init(build, 2, D);
    for (size_t i = 0; i < 2; i++) {
        build_covariance(build, i, "marchenko-pastur", "ratio", 2);
        build_mean(build, i, "gaussian", NULL, 0);
    }
}

static void marchenko_pastur_and_power_law(build_t *build)
{
    power_laws(build);
    build_covariance(build, 0, "marchenko-pastur", "ratio", 0.5);
}

static void falling_and_rising(build_t *build)
{
    power_laws(build);
    build_covariance(build, 0, "power-law", "exponent", -0.3);
}

static void constant_and_power_law(build_t *build)
{
    power_laws(build);
    build_covariance(build, 0, "isotropic", "scale", 0.5);
}

static void zero_one_and_power_law(build_t *build)
{
    power_laws(build);
    build_covariance(build, 0, "zero-one", "zero", 0.3);
    build_mean(build, 1, "constant", NULL, 0);
}

static void clean_split(build_t *build)
{
    power_laws(build);
    build->mixture.clean_below = 1e-2;
}

typedef void mixture_t(build_t *build);

static mixture_t *const mixtures[] = {
    power_laws,         smooth_means,           mixed_means,
    three_classes,      marchenko_pastur,       marchenko_pastur_and_power_law,
    falling_and_rising, constant_and_power_law, zero_one_and_power_law,
    clean_split};
enum { MIXTURES = sizeof mixtures / sizeof *mixtures };

#endif
