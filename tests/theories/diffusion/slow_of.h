/* Shared by the tests of momentum: heavy ball's operator and its slow modes. */
#ifndef SGDLIMIT_TESTS_THEORIES_DIFFUSION_SLOW_OF_H
#define SGDLIMIT_TESTS_THEORIES_DIFFUSION_SLOW_OF_H

#include "src/theories/diffusion/underdamped_modes.h"
#include "tests/curves.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The double well at T = 0.1 and friction 1.025978352. */
#define POTENTIAL "potential: {family: double-well, scale: 0.5, linear: 1.2, quadratic: 0.5}\n"
#define HEAVY                                                                                      \
    POTENTIAL "noise: {family: constant, value: 2}\nlearning_rate: 0.01\nmomentum: 0.9\n"          \
              "box: [-2.5, 1.85]\n"

typedef struct slow_of {
    sgdl_problem_t *problem;
    setting_t setting;
    sgdl_plan_t plan;
    underdamped_t flow;
    inverse_t inverse;
    momentum_modes_t slow;
} slow_of_t;

/* At that friction and temperature at the first minimum; 0: at the problem's own. */
static inline void make_setting(slow_of_t *self, const char *text, double friction,
                                double temperature)
{
    sgdl_error_t error = {0};
    *self = (slow_of_t){.problem = parse_problem(text), .plan = sgdl_plan_default()};
    setting_t *setting = &self->setting;
    assert_int_equal(setting_init(setting, self->problem, NULL, 0, &error), SGDL_OK);
    if (friction > 0)
        setting->friction = friction;
    if (temperature > 0) {
        setting->temperature = temperature;
        setting->heat = temperature / landscape_minimum(setting->landscape, 0)->sigma[0];
    }
}

/* Its operator and slow modes. */
static inline void make_slow(slow_of_t *self, size_t cells, size_t modes)
{
    sgdl_error_t error = {0};
    int status = underdamped_init(&self->flow, &self->setting, cells, modes, &error);
    if (status == SGDL_OK)
        status = inverse_init(&self->inverse, &self->flow, false, &self->plan, &error);
    if (status == SGDL_OK)
        status = momentum_modes_init(&self->slow, &self->inverse, &self->plan, &error);
    if (status != SGDL_OK)
        fail_msg("%s", error.message);
}

static inline void free_slow(slow_of_t *self)
{
    momentum_modes_free(&self->slow);
    inverse_free(&self->inverse);
    underdamped_free(&self->flow);
}

static inline void free_setting(slow_of_t *self)
{
    free_slow(self);
    sgdl_problem_free(self->problem);
}

#endif
