#include "bench/limit/published.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "bench/limit/machine.h"

_Alignas(64) float published_floats[PUBLISHED_BLOCK];
_Alignas(64) double published_doubles[PUBLISHED_BLOCK];

double published_time(const published_t *row)
{
    enum { TIMES = 2000 };
    if (!row->fill)
        return NAN;
    const double begin = machine_seconds();
    for (int k = 0; k < TIMES; k++)
        row->fill();
    return 1e9 * (machine_seconds() - begin) / TIMES / PUBLISHED_BLOCK;
}

/* Its fastest generators by its manual, and its own default. */
static void fill_with(gsl_rng **generator, const gsl_rng_type *type)
{
    if (!*generator)
        *generator = gsl_rng_alloc(type);
    for (size_t n = 0; n < PUBLISHED_BLOCK; n++)
        published_doubles[n] = gsl_ran_gaussian_ziggurat(*generator, 1);
}

static void gsl_taus2(void)
{
    static gsl_rng *generator;
    fill_with(&generator, gsl_rng_taus2);
}

static void gsl_gfsr4(void)
{
    static gsl_rng *generator;
    fill_with(&generator, gsl_rng_gfsr4);
}

static void gsl_mt19937(void)
{
    static gsl_rng *generator;
    fill_with(&generator, gsl_rng_mt19937);
}

const published_t published_c[] = {
    {"GSL, ziggurat, taus2, double", "libgsl-dev", gsl_taus2},
    {"GSL, ziggurat, gfsr4, double", "libgsl-dev", gsl_gfsr4},
    {"GSL, ziggurat, mt19937, double", "libgsl-dev", gsl_mt19937},
    {0},
};

#ifdef WITHOUT_CPP
const published_t published_cpp[] = {
    {"Random123, Boost, libstdc++: no C++ compiler", "g++", NULL},
    {0},
};
#endif
