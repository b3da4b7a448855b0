/* Shared by the tests of landscapes in one coordinate: a setting and the rates between its cells.
 */
#ifndef SGDLIMIT_TESTS_THEORIES_DIFFUSION_RATES_OF_H
#define SGDLIMIT_TESTS_THEORIES_DIFFUSION_RATES_OF_H

#include "src/theories/diffusion/generator.h"
#include "tests/curves.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The double well with its flat minimum on the left, its sharp one on the right. */
#define DOUBLE_WELL                                                                                \
    "potential: {family: double-well, scale: 0.5, linear: 1.2, quadratic: 0.5}\n"                  \
    "box: [-2.7, 2.05]\n"
/* Its temperature is eta 320/(2B). */
#define WELL DOUBLE_WELL "noise: {family: constant, value: 320}\n"

typedef struct rates_of {
    sgdl_problem_t *problem;
    setting_t setting;
    generator_t generator;
} rates_of_t;

/* At that temperature at the first minimum; 0: at the problem's own. */
static inline void make_rates(rates_of_t *self, const char *text, double temperature, size_t cells)
{
    sgdl_error_t error = {0};
    *self = (rates_of_t){.problem = parse_problem(text)};
    setting_t *setting = &self->setting;
    assert_int_equal(setting_init(setting, self->problem, NULL, 0, &error), SGDL_OK);
    if (temperature > 0)
        setting->heat = temperature / landscape_minimum(setting->landscape, 0)->sigma[0];
    if (generator_init(&self->generator, setting, cells, &error) != SGDL_OK)
        fail_msg("%s", error.message);
}

static inline void free_rates(rates_of_t *self)
{
    generator_free(&self->generator);
    sgdl_problem_free(self->problem);
}

#endif
