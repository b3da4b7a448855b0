#include "src/loss/softmax/points.h"

#include <gsl/gsl_cdf.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "src/random/sobol.h"
#include "src/random/stream.h"

/* Filled once, read only afterwards. */
static double points[POINTS_SETS][SOBOL_DIMENSIONS][POINTS_COUNT];
static uint16_t order[POINTS_COUNT]; /* a permutation */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill(void)
{
    sobol_t sobol;
    words_t words;
    for (size_t set = 0; set < POINTS_SETS; set++) {
        sobol_init(&sobol, 0, set);
        for (size_t d = 0; d < SOBOL_DIMENSIONS; d++)
            for (uint32_t i = 0; i < POINTS_COUNT; i++)
                points[set][d][i] = gsl_cdf_ugaussian_Pinv(sobol_point(&sobol, d, i));
    }
    words_init(&words, 0, POINTS_SETS, STREAM_SCRAMBLES);
    for (size_t i = 0; i < POINTS_COUNT; i++) {
        const size_t j = (size_t)(words_uniform(&words) * (double)(i + 1));
        order[i] = order[j];
        order[j] = (uint16_t)i;
    }
}

void points_fill(size_t set, size_t dimension, size_t begin, size_t count, double *x)
{
    (void)pthread_once(&once, fill);
    const double *row = points[set][dimension % SOBOL_DIMENSIONS];
    if (dimension < SOBOL_DIMENSIONS) {
        memcpy(x, row + begin, count * sizeof *x);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        size_t place = begin + i;
        for (size_t again = dimension / SOBOL_DIMENSIONS; again > 0; again--)
            place = order[place];
        x[i] = row[place];
    }
}
