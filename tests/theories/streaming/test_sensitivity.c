/* The exact derivative of the risk at the end with respect to the rates of a piecewise constant
 * schedule: against central differences of what `solve` says, and against a closed form. */
#include "tests/curves.h"

#include <string.h>

#include "src/problem/plan.h"
#include "src/theories/streaming/optimal/linearised.h"
#include "src/theories/streaming/optimal/staircase.h"
#include "tests/coupled_loss.h"

enum { PIECES_MOST = 8 };

#define TIGHT "tolerance: {relative: 1.0e-11, absolute: 1.0e-13}, "
#define COUPLED "# coupled\n"

/* ---- two ways to a risk ------------------------------------------------------------------------
 */

/* A problem whose one output time is its last; of a coupled loss if `keys` says so in a comment. */
static sgdl_problem_t *problem_of(const char *keys, double end, const char *learning_rate)
{
    char text[4096];
    (void)snprintf(text, sizeof text,
                   "{%s, time: %.17g, output: {times: [%.17g]}, learning_rate: %s}", keys, end, end,
                   learning_rate);
    sgdl_problem_t *problem = parse_problem(text);
    if (strstr(keys, COUPLED))
        problem->loss = &coupled_loss;
    return problem;
}

/* The risk at the last time as `solve` says it, the schedule being one of the problem file. */
static double solved_risk(const char *keys, const double *time, const double *rate, size_t pieces)
{
    char text[1024] = "{schedule: piecewise, times: [";
    for (size_t part = 0; part < 2; part++) {
        for (size_t j = 0; j < pieces - (part == 0); j++) {
            const size_t used = strlen(text);
            (void)snprintf(text + used, sizeof text - used, "%s%.17g", j > 0 ? ", " : "",
                           part == 0 ? time[j + 1] : rate[j]);
        }
        (void)strcat(text, part == 0 ? "], values: [" : "]}");
    }
    sgdl_problem_t *problem = problem_of(keys, time[pieces], text);
    sgdl_table_t table;
    sgdl_error_t error = {0};
    sgdl_table_init(&table);
    if (sgdl_solve(problem, NULL, INTO(&table), &error) != SGDL_OK)
        fail_msg("%s", error.message);
    double risk = table_at(&table, 0, "risk");
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
    return risk;
}

typedef struct scene {
    sgdl_problem_t *problem;
    sgdl_plan_t plan;
    sgdl_nodes_t nodes;
    staircase_t staircase;
} scene_t;

static void scene_init(scene_t *self, const char *keys, const double *time, size_t pieces,
                       double largest)
{
    sgdl_error_t error = {0};
    self->problem = problem_of(keys, time[pieces], "0.5");
    assert_int_equal(plan_complete(&self->plan, NULL, self->problem, &error), SGDL_OK);
    const sgdl_mixture_t mixture = sgdl_problem_mixture(self->problem, &self->plan);
    const sgdl_quadrature_t quadrature =
        problem_quadrature(self->problem, &self->plan, largest, time[pieces]);
    assert_int_equal(sgdl_nodes_init(&self->nodes, &mixture, &quadrature, &error), SGDL_OK);
    const staircase_of_t of = {self->problem, &self->plan, &self->nodes, time, pieces};
    if (staircase_init(&self->staircase, &of, true, &error) != SGDL_OK)
        fail_msg("%s", error.message);
}

static void scene_free(scene_t *self)
{
    staircase_free(&self->staircase);
    sgdl_nodes_free(&self->nodes);
    sgdl_problem_free(self->problem);
}

/* ---- against differences ---------------------------------------------------------------------
 */

/* Relative to the largest entry in rate times gradient: what a change of the rate in proportion
 * does. */
static void assert_gradient(const char *keys, const double *time, const double *rate, size_t pieces)
{
    static const double step = 2e-3;
    double gradient[PIECES_MOST], risk, alone, moved[PIECES_MOST], most = 0;
    sgdl_error_t error = {0};
    scene_t scene;
    for (size_t j = 0; j < pieces; j++)
        most = fmax(most, rate[j]);
    scene_init(&scene, keys, time, pieces, most);
    if (staircase_risk(&scene.staircase, rate, &risk, gradient, &error) != SGDL_OK ||
        staircase_risk(&scene.staircase, rate, &alone, NULL, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    assert_close(risk, solved_risk(keys, time, rate, pieces), 0, 3e-10, keys);
    assert_close(alone, risk, 0, 3e-10, keys);
    for (size_t j = 0; j < pieces; j++) {
        /* fourth order: what is left of it is the tolerance over the step */
        double difference = 0;
        const double h = step * (rate[j] > 0 ? rate[j] : 1);
        static const double weight[] = {1.0 / 12, -8.0 / 12, 8.0 / 12, -1.0 / 12};
        static const int shift[] = {-2, -1, 1, 2};
        if (!(rate[j] > 0))
            continue; /* schedules have no negative rates */
        for (size_t p = 0; p < 4; p++) {
            memcpy(moved, rate, pieces * sizeof *rate);
            moved[j] += shift[p] * h;
            difference += weight[p] * solved_risk(keys, time, moved, pieces) / h;
        }
        assert_close(gradient[j], difference, 0, 1e-6, keys);
    }
    scene_free(&scene);
}

static void is_what_differences_are(void **unused)
{
    (void)unused;
    static const double even[] = {0, 1, 2, 3, 4}, rates[] = {0.9, 0.5, 0.7, 0.2};
    static const double uneven[] = {0, 0.05, 0.4, 2, 12}, stopped[] = {1.5, 0, 0.8, 0.3};
    static const char *const problems[] = {
        TIGHT "dimension: inf",
        TIGHT "ridge: 0.1, batch: 3, " POWER_LAWS("1.2", "0.25"),
        TIGHT "loss: least-squares, " POWER_LAWS("0.7", "0"),
        TIGHT
        "start: {norm2: 1.5}, intercept: 0.7, classes: [{weight: 0.3, mean: {family: gaussian}, "
        "covariance: {family: isotropic, scale: 0.5}}, {weight: 0.7, covariance: {family: "
        "zero-one, zero: [0.6, 1]}}]",
        TIGHT
        "loss: least-squares, encoding: one-hot, classes: [{weight: 0.3, label: 1, covariance: "
        "{family: power-law, exponent: 1}, mean: {family: gaussian}}, {weight: 0.3, label: 2, "
        "mean: {family: gaussian}}, {weight: 0.4, label: 3, mean: {family: gaussian}}]",
        TIGHT "clip: 0.4, gradient_noise: 0.3, momentum: 0.5, dimension: 6, " POWER_LAWS("1", "0"),
        TIGHT "momentum: {gain: 1, weight: 1.2, decay: 2}, ridge: 0.05, dimension: 5, " POWER_LAWS(
            "0.5", "0.25"),
        TIGHT "loss: least-squares, momentum: {gain: 0.7, weight: 0.5, decay: 1}, clip: 1, "
              "gradient_noise: 0.2",
        TIGHT "loss: least-squares, teacher: {signal: {family: power-law, exponent: 0.2}, labels: "
              "linear, noise: 0.5}, dimension: 6, classes: [{covariance: {family: power-law, "
              "exponent: 1}, mean: {family: zero}}]",
        TIGHT "teacher: {signal: {family: constant}, labels: logistic, steepness: 2}, classes: "
              "[{weight: 0.4, mean: {family: constant}}, {weight: 0.6, covariance: {family: "
              "isotropic, scale: 0.5}, mean: {family: zero}}]",
        TIGHT "label_noise: 0.2, loss: logistic, ridge: 0.05, " POWER_LAWS("1.5", "0"),
    };
    for (size_t p = 0; p < sizeof problems / sizeof *problems; p++)
        if (p % 2 == 0)
            assert_gradient(problems[p], even, rates, 4);
        else
            assert_gradient(problems[p], uneven, stopped, 4);
}

static void is_what_differences_are_of_coupled_outputs(void **unused)
{
    (void)unused;
    static const double time[] = {0, 1, 3}, rates[] = {0.9, 0.4};
    assert_gradient(COUPLED TIGHT
                    "dimension: 9, loss: least-squares, encoding: one-hot, classes: "
                    "[{label: 1, mean: {family: gaussian}}, {label: 2, mean: {family: "
                    "gaussian}}, {label: 3, covariance: {family: isotropic, scale: "
                    "0.3}}]",
                    time, rates, 2);
}

/* ---- the Jacobian ------------------------------------------------------------------------------
 */

/* The fast product is that of the reference, at a state and along a vector that are any. */
static void products_are_those_of_the_reference(void **unused)
{
    (void)unused;
    static const double time[] = {0, 1};
    static const char *const problems[] = {
        "intercept: 0.6, ridge: 0.1, dimension: 700, " POWER_LAWS("1.2", "0.25"),
        "loss: least-squares, classes: [{weight: 0.3, label: 1, mean: {family: gaussian}}, "
        "{weight: 0.5, label: -1, mean: {family: gaussian}}, {weight: 0.2, label: 1, covariance: "
        "{family: isotropic, scale: 2}}]",
        "clip: 0.4, gradient_noise: 0.2, momentum: 0.3, label_noise: 0.1"};
    for (size_t p = 0; p < sizeof problems / sizeof *problems; p++) {
        scene_t scene;
        scene_init(&scene, problems[p], time, 1, 1);
        sgdl_system_t *system = &scene.staircase.system;
        const size_t length = system->length;
        double *y = calloc(4 * length, sizeof *y), *v = y + length, *found = v + length,
               *expected = found + length, largest = 0;
        assert_non_null(y);
        assert_true(linearised_serves(system));
        for (size_t e = 0; e < length; e++) {
            y[e] = 0.5 + 0.4 * sin(1.7 * (double)e); /* S is positive */
            v[e] = cos(0.9 * (double)e);
        }
        assert_int_equal(system_average(system, y), 0);
        assert_int_equal(system_set_rate(system, 0.7), 0);
        system_jacobian_times(system, y, v, expected);
        linearised_times(system, y, v, found);
        for (size_t e = 0; e < length; e++)
            largest = fmax(largest, fabs(expected[e]));
        for (size_t e = 0; e < length; e++)
            assert_close(found[e], expected[e], 1e-13 * largest, 1e-12, problems[p]);
        free(y);
        scene_free(&scene);
    }
}

/* ---- in closed form --------------------------------------------------------------------------
 */

/* Isotropic, one class of mean zero and label 0, a start of norm^2 s0: dS = (gamma^2 - 2 gamma) S,
 * R = S/2, so that dR/dgamma_j = R (2 gamma_j - 2) over the piece, at gamma_j = 0 too. */
static void has_its_closed_form(void **unused)
{
    (void)unused;
    static const double time[] = {0, 0.5, 1.5, 1.75, 3}, rate[] = {0.3, 0, 1.4, 0.8};
    double gradient[4], risk, exponent = 0;
    sgdl_error_t error = {0};
    scene_t scene;
    scene_init(&scene,
               TIGHT "loss: least-squares, start: {norm2: 2}, classes: [{label: 0, mean: {family: "
                     "zero}}]",
               time, 4, 1.4);
    assert_int_equal(staircase_risk(&scene.staircase, rate, &risk, gradient, &error), SGDL_OK);
    for (size_t j = 0; j < 4; j++)
        exponent += (rate[j] * rate[j] - 2 * rate[j]) * (time[j + 1] - time[j]);
    assert_close(risk, exp(exponent), 0, 1e-9, "risk");
    for (size_t j = 0; j < 4; j++)
        assert_close(gradient[j], exp(exponent) * (2 * rate[j] - 2) * (time[j + 1] - time[j]), 0,
                     1e-9, "gradient");
    scene_free(&scene);
}

/* A run that diverges has no risk, and says so in no time. */
static void diverging_rates_have_no_risk(void **unused)
{
    (void)unused;
    static const double time[] = {0, 100, 200}, rate[] = {3, 0.1};
    double gradient[2], risk = 0;
    sgdl_error_t error = {0};
    scene_t scene;
    scene_init(&scene, "loss: least-squares", time, 2, 3);
    assert_int_equal(staircase_risk(&scene.staircase, rate, &risk, gradient, &error), SGDL_OK);
    assert_true(isinf(risk));
    scene_free(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_what_differences_are),
        cmocka_unit_test(is_what_differences_are_of_coupled_outputs),
        cmocka_unit_test(products_are_those_of_the_reference),
        cmocka_unit_test(has_its_closed_form),
        cmocka_unit_test(diverging_rates_have_no_risk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
