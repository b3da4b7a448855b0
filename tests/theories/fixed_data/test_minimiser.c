/* The regularised minimiser against numbers that were made independently, and two ways. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "src/problem/plan.h"
#include "src/theories/fixed_data/limit/minimiser.h"
#include "tests/theories/fixed_data/twenty_directions.h"

typedef struct found {
    sgdl_problem_t *problem;
    sgdl_plan_t plan;
    setup_t setup;
    minimiser_t minimiser;
} found_t;

static void find(found_t *self, const twenty_t *of)
{
    sgdl_error_t error;
    self->problem = twenty_problem(of);
    assert_int_equal(plan_complete(&self->plan, NULL, self->problem, &error), SGDL_OK);
    assert_int_equal(setup_init(&self->setup, self->problem, &self->plan, 1e6, 1e-12, &error),
                     SGDL_OK);
    assert_int_equal(minimiser_init(&self->minimiser, &self->setup, &error), SGDL_OK);
    const double ridge = self->problem->ridge;
    const int status =
        self->problem->loss->quadratic
            ? minimiser_quadratic(&self->minimiser, ridge, &error)
            : minimiser_nonlinear(&self->minimiser, sample_average_logistic, ridge, false, &error);
    if (status != SGDL_OK)
        fail_msg("%s", error.message);
}

static void forget(found_t *self)
{
    minimiser_free(&self->minimiser);
    setup_free(&self->setup);
    sgdl_problem_free(self->problem);
}

static void near(const double *found, const double *expected, size_t count, double tolerance)
{
    for (size_t k = 0; k < count; k++)
        if (!(fabs(found[k] - expected[k]) <= tolerance))
            fail_msg("number %zu: found %.12g, expected %.12g", k, found[k], expected[k]);
}

static double train_risk(const found_t *self)
{
    double sum = 0;
    for (size_t i = 0; i < self->setup.C; i++)
        sum += self->setup.p[i] * self->minimiser.row[self->minimiser.layout.train_risk + i];
    return sum;
}

#define NEAR(at, tolerance, ...)                                                                   \
    near(at, (const double[]){__VA_ARGS__},                                                        \
         sizeof((const double[]){__VA_ARGS__}) / sizeof(double), tolerance)

static void the_logistic_minimum_of_two_classes(void **state)
{
    (void)state;
    found_t it;
    find(&it,
         &(twenty_t){2, LOGISTIC_PAIR "data: {ratio: 1.5}\nridge: 0.05\n", PAIR_PROFILES, NULL});
    const layout_t *at = &it.minimiser.layout;
    const double *row = it.minimiser.row;
    NEAR(row + at->mean, 1e-7, 1.828945531, -.846526644);
    NEAR(row + at->moment, 1e-7, 1.467850111, 1.509602169);
    NEAR(it.minimiser.V, 1e-7, 2.945712834, 3.05765754);
    NEAR(row + at->norm2, 1e-7, 4.225287725);
    const double seen[] = {
        train_risk(&it),
        population_risk(&it.setup.population, row + at->mean, row + at->moment, NULL),
        population_error(&it.setup.population, row + at->mean, row + at->moment, NULL)};
    NEAR(seen, 1e-7, .215675739, .410264315, .182471529);
    forget(&it);
}

static void the_logistic_minimum_of_three_classes(void **state)
{
    (void)state;
    found_t it;
    find(&it,
         &(twenty_t){3, LOGISTIC_THREE "data: {ratio: 1.5}\nridge: 0.05\n", THREE_PROFILES, NULL});
    const layout_t *at = &it.minimiser.layout;
    NEAR(it.minimiser.row + at->mean, 1e-7, 1.038930127, -.744384231, -.398270601);
    NEAR(it.minimiser.row + at->moment, 1e-7, 1.533713349, 1.782833318, 1.887158209);
    NEAR(it.minimiser.row + at->norm2, 1e-7, 3.774316417);
    NEAR((const double[]){train_risk(&it)}, 1e-7, .308078104);
    forget(&it);
    find(&it, &(twenty_t){3, LOGISTIC_THREE "data: {ratio: 1.5}\nridge: 0.05\nintercept: 0.9\n",
                          THREE_PROFILES, NULL});
    NEAR(it.minimiser.row + at->bias, 1e-7, .490977031);
    NEAR(it.minimiser.row + at->mean, 1e-7, 1.56289652, -.363311859, -.015957505);
    NEAR(it.minimiser.row + at->norm2, 1e-7, 3.812918759);
    NEAR((const double[]){train_risk(&it)}, 1e-7, .296465553);
    forget(&it);
}

static void the_logistic_minimum_of_a_teachers_labels(void **state)
{
    (void)state;
    found_t it;
    find(&it, &(twenty_t){2,
                          "dimension: 20\nclasses: [{weight: 0.35}, {weight: 0.65}]\n"
                          "teacher: {signal: constant, labels: logistic}\n"
                          "data: {ratio: 1.5}\nridge: 0.05\n",
                          PAIR_PROFILES, signal_cosine});
    const layout_t *at = &it.minimiser.layout;
    NEAR(it.minimiser.row + at->mean, 1e-6, 1.27885186, -.57536329);
    NEAR(it.minimiser.row + at->moment, 1e-6, 1.62487962, 1.71862334);
    NEAR(it.minimiser.V, 1e-6, 2.71126704, 2.80096504);
    NEAR(it.minimiser.row + at->norm2, 1e-6, 3.54653138);
    NEAR(it.minimiser.row + at->overlap, 1e-6, 2.215595);
    NEAR((const double[]){train_risk(&it)}, 1e-6, .31473463);
    forget(&it);
}

static void the_quadratic_minimum(void **state)
{
    (void)state;
    found_t it;
    find(&it, &(twenty_t){3, QUADRATIC_CLASSES "data: {ratio: 1.4}\nridge: 0.1\n",
                          QUADRATIC_PROFILES, NULL});
    const layout_t *at = &it.minimiser.layout;
    NEAR(it.minimiser.row + at->mean, 1e-9, .4658764157, -.1416395157, .1377225724);
    NEAR(it.minimiser.row + at->moment, 1e-9, .2838930102, .2984886056, .2246251709);
    NEAR(it.minimiser.V, 1e-9, .8931548581, .8588289007, .7844779316);
    NEAR(it.minimiser.row + at->norm2, 1e-9, 1.0266639057);
    NEAR((const double[]){train_risk(&it)}, 1e-9, .1075501298);
    forget(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_logistic_minimum_of_two_classes),
        cmocka_unit_test(the_logistic_minimum_of_three_classes),
        cmocka_unit_test(the_logistic_minimum_of_a_teachers_labels),
        cmocka_unit_test(the_quadratic_minimum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
