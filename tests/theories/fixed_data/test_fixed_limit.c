/* Where gradient methods on a fixed data set end: closed forms, and recursions that have ended. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "sgdlimit/curve.h"
#include "sgdlimit/limit.h"
#include "sgdlimit/solve.h"
#include "src/problem/plan.h"
#include "src/theories/fixed_data/fixed_data.h"
#include "src/theories/fixed_data/limit/minimiser.h"
#include "src/theories/fixed_data/limit/separable.h"
#include "src/theories/theory.h"
#include "tests/theories/fixed_data/twenty_directions.h"

static sgdl_problem_t *parse(const char *text)
{
    sgdl_error_t error;
    sgdl_problem_t *problem = sgdl_problem_new();
    if (sgdl_problem_parse(problem, text, "text", NULL, 0, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    return problem;
}

typedef int compute_f(const sgdl_problem_t *, const sgdl_plan_t *, const sgdl_sink_t *,
                      sgdl_error_t *);

/* To be freed; as is the problem. */
static sgdl_curve_t *compute(compute_f *what, const sgdl_problem_t *problem)
{
    sgdl_error_t error;
    sgdl_curve_t *curve = sgdl_curve_new();
    const sgdl_sink_t sink = sgdl_curve_sink(curve);
    if (what(problem, NULL, &sink, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    return curve;
}

static void near(const char *name, double found, double expected, double tolerance)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("%s: found %.15g, expected %.15g", name, found, expected);
}

static double limit_number(const char *text, const char *name)
{
    sgdl_problem_t *problem = parse(text);
    sgdl_curve_t *curve = compute(sgdl_limit_table, problem);
    const double out = sgdl_curve_column(curve, name)[0];
    sgdl_curve_free(curve);
    sgdl_problem_free(problem);
    return out;
}

/* ---- how many samples can be separated ---------------------------------------------------------
 */

static double separable_ratio(sgdl_problem_t *problem)
{
    sgdl_error_t error;
    sgdl_plan_t plan;
    setup_t setup;
    separability_t out;
    assert_int_equal(plan_complete(&plan, NULL, problem, &error), SGDL_OK);
    assert_int_equal(setup_init(&setup, problem, &plan, 1e9, 1e-12, &error), SGDL_OK);
    if (separable_decide(&setup, &out, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    setup_free(&setup);
    sgdl_problem_free(problem);
    return out.ratio;
}

/* E (g - c (+-mean + z))_+^2 for independent normal g, z; the sign is wrong with chance `noise`. */
static double shortfall(double c, double mean, double noise)
{
    const double sigma2 = 1 + c * c;
    double sum = 0;
    for (int wrong = 0; wrong < 2; wrong++) {
        const double z = (wrong ? c : -c) * mean / sqrt(sigma2), below = 0.5 * erfc(-z / sqrt(2));
        const double density = exp(-z * z / 2) / sqrt(2 * M_PI);
        sum += (wrong ? noise : 1 - noise) * sigma2 * ((1 + z * z) * below + z * density);
    }
    return sum;
}

/* 1/min_c of that: opposite means of a length that the one covariance measures. */
static double ratio_of_two_means(double mean, double noise)
{
    double from = 0, to = 20;
    while (to - from > 1e-8) {
        const double third = (to - from) / 3;
        if (shortfall(from + third, mean, noise) < shortfall(to - third, mean, noise))
            to -= third;
        else
            from += third;
    }
    return 1 / shortfall(from, mean, noise);
}

static void two_samples_a_direction_are_separated_by_chance(void **state)
{
    (void)state;
    near("ratio",
         separable_ratio(parse("data: {ratio: 1}\nclasses: [{weight: 0.5, mean: zero}, "
                               "{weight: 0.5, mean: zero}]\n")),
         2, 1e-10);
    near("ratio",
         separable_ratio(parse("data: {ratio: 1}\nintercept: 1\nclasses: [{weight: 0.5, "
                               "mean: zero}, {weight: 0.5, mean: zero}]\n")),
         2, 1e-10);
    near("ratio",
         separable_ratio(parse(
             "data: {ratio: 1}\nclasses: [{mean: zero, weight: 0.5, covariance: {family: zero-one, "
             "zero: 0.3}}, {mean: zero, weight: 0.5, covariance: {family: zero-one, zero: 0.3}}]")),
         1.4, 1e-10);
    near("ratio", separable_ratio(parse("data: {ratio: 1}\n")), ratio_of_two_means(1, 0), 1e-9);
}

/* Means so strong that plain sweeps swing to and fro between both sides of the threshold. */
static void strong_means_and_wrong_labels(void **state)
{
    (void)state;
    static const double cases[][2] = {{3, 0.1}, {10, 0.2}, {10, 0.01}, {30, 0.3}, {30, 1e-6}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char text[256];
        const double mean = cases[k][0], noise = cases[k][1];
        (void)snprintf(text, sizeof text,
                       "data: {ratio: 1}\nlabel_noise: %g\nclasses: [{weight: 0.5, label: 1, mean: "
                       "{family: constant, scale: %g}}, {weight: 0.5, label: 0, mean: {family: "
                       "opposite, of: 1}}]\n",
                       noise, mean);
        const double expected = ratio_of_two_means(mean, noise);
        near("ratio", separable_ratio(parse(text)), expected, 1e-10 * expected);
    }
}

/* int (mean u^-1/4)^2 du = 2 mean^2 = 4.5 under eigenvalues u^1/2. */
#define DECAYING(noise, mean)                                                                      \
    "label_noise: " noise "\n"                                                                     \
    "classes: [{weight: 0.5, label: 1, covariance: {family: power-law, exponent: 0.5}, mean: "     \
    "{family: constant, scale: " mean "}}, {weight: 0.5, label: 0, covariance: {family: "          \
    "power-law, exponent: 0.5}, mean: {family: opposite, of: 1}}]\n"

static void decaying_directions_and_wrong_labels(void **state)
{
    (void)state;
    const double expected = ratio_of_two_means(sqrt(4.5), 0.2);
    near("ratio", separable_ratio(parse(DECAYING("0.2", "1.5") "data: {ratio: 1}\n")), expected,
         1e-8);
    assert_true(limit_number(DECAYING("0.2", "1.5") "batch: full\ndata: {ratio: 1.2}\n",
                             "verdict") == SGDL_VERDICT_ZERO);
    assert_true(limit_number(DECAYING("0.2", "1.5") "batch: full\ndata: {ratio: 4}\n", "verdict") ==
                SGDL_VERDICT_POSITIVE);
}

/* The responses V of the squared hinge go like one over the ridge below it, and are finite above.
 */
static double growth_of_V(double ratio)
{
    char text[256];
    sgdl_error_t error;
    sgdl_plan_t plan;
    setup_t setup;
    minimiser_t it;
    (void)snprintf(text, sizeof text, LOGISTIC_THREE "data: {ratio: %.17g}\n", ratio);
    sgdl_problem_t *problem = twenty_problem(&(twenty_t){3, text, THREE_PROFILES, NULL});
    assert_int_equal(plan_complete(&plan, NULL, problem, &error), SGDL_OK);
    assert_int_equal(setup_init(&setup, problem, &plan, 1e9, 1e-12, &error), SGDL_OK);
    assert_int_equal(minimiser_init(&it, &setup, &error), SGDL_OK);
    double V[2];
    for (int k = 0; k < 2; k++) {
        const double ridge = k ? 1e-9 : 1e-8;
        assert_int_equal(minimiser_nonlinear(&it, sample_average_hinge, ridge, false, &error),
                         SGDL_OK);
        V[k] = it.V[0];
    }
    minimiser_free(&it);
    setup_free(&setup);
    sgdl_problem_free(problem);
    return V[1] / V[0];
}

static void a_mixtures_threshold_is_where_the_margin_vanishes(void **state)
{
    (void)state;
    const double ratio = separable_ratio(
        twenty_problem(&(twenty_t){3, LOGISTIC_THREE "data: {ratio: 1}\n", THREE_PROFILES, NULL}));
    assert_true(growth_of_V(0.95 * ratio) > 8);
    assert_true(growth_of_V(1.05 * ratio) < 1.2);
}

static void separable_data_have_no_minimum(void **state)
{
    (void)state;
    const char *text = "data: {ratio: 1.5}\nbatch: full\n";
    assert_true(limit_number(text, "verdict") == SGDL_VERDICT_ZERO);
    assert_true(limit_number(text, "train_risk") == 0);
    assert_true(isinf(limit_number(text, "norm2")));
    assert_true(limit_number("data: {ratio: 4}\nbatch: full\n", "verdict") ==
                SGDL_VERDICT_POSITIVE);
}

/* ---- least squares ------------------------------------------------------------------------------
 */

#define NO_SIGNAL                                                                                  \
    "loss: least-squares\nlearning_rate: 0.1\nclasses: [{weight: 0.5, label: 1, mean: zero}, "     \
    "{weight: 0.5, label: -1, mean: zero}]\n"

static void labels_without_a_signal(void **state)
{
    (void)state;
    const char *many = NO_SIGNAL "data: {ratio: 4}\nbatch: full\n";
    near("norm2", limit_number(many, "norm2"), 1 / 3., 1e-9);
    near("train_risk", limit_number(many, "train_risk"), 0.5 * (1 - 1 / 4.), 1e-12);
    near("stability", limit_number(many, "stability"), 2 / (1.5 * 1.5), 1e-9);
    const char *few = NO_SIGNAL "data: {ratio: 0.5}\nbatch: full\nstart: {norm2: 1}\n";
    near("norm2", limit_number(few, "norm2"), 0.5 + 0.5 / (1 - 0.5), 1e-10);
    assert_true(limit_number(few, "verdict") == SGDL_VERDICT_ZERO);
    assert_true(isinf(limit_number(NO_SIGNAL "data: {ratio: 1}\nbatch: full\n", "risk")));
}

/* A mean of length one beyond the bulk: (1 + 1)(1 + 1/alpha). */
static void the_means_make_an_outlier(void **state)
{
    (void)state;
#define UNIT_MEANS "loss: least-squares\nlearning_rate: 0.1\ndata: {ratio: 2}\nbatch: full\n"
    near("stability", limit_number(UNIT_MEANS, "stability"), 2 / 3., 1e-9);
    near("stability", limit_number(UNIT_MEANS "momentum: 0.5\n", "stability"), 1, 1e-9);
    near("stability", limit_number(UNIT_MEANS "momentum: {nesterov: 0.5}\n", "stability"), 0.5,
         1e-9);
    assert_true(limit_number("loss: least-squares\nlearning_rate: 0.67\ndata: {ratio: 2}\nbatch: "
                             "full\n",
                             "verdict") == SGDL_VERDICT_DIVERGES);
}

/* Where a run diverges nothing of the minimiser is printed as its end. */
static void diverging_runs_have_no_end(void **state)
{
    (void)state;
    static const char text[] =
        "{data: {ratio: 2}, loss: least-squares, learning_rate: 30, classes: [{weight: 0.5, label: "
        "1, "
        "covariance: {family: isotropic}, mean: {family: constant}}, {weight: 0.5, label: -1, "
        "covariance: {family: isotropic, scale: 2}, mean: {family: opposite, of: 1}}]}";
    static const char *const unknown[] = {"error", "train_error", "gap", "norm2", "mean_1"};
    assert_true(limit_number(text, "verdict") == SGDL_VERDICT_DIVERGES);
    assert_true(isinf(limit_number(text, "risk")));
    for (size_t k = 0; k < sizeof unknown / sizeof *unknown; k++)
        assert_true(isnan(limit_number(text, unknown[k])));
}

/* The recursion after many steps is where the closed form says that it ends. */
static void ends_where(const char *text, double tolerance)
{
    static const char *const names[] = {"risk", "train_risk", "norm2", "mean_1", "var_2", "gap"};
    sgdl_problem_t *problem = parse(text);
    sgdl_curve_t *end = compute(sgdl_limit_table, problem), *run = compute(sgdl_solve, problem);
    const size_t last = sgdl_curve_rows(run) - 1;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        near(names[k], sgdl_curve_column(run, names[k])[last], sgdl_curve_column(end, names[k])[0],
             tolerance);
    sgdl_curve_free(run);
    sgdl_curve_free(end);
    sgdl_problem_free(problem);
}

#define LINEAR "loss: least-squares\nridge: 0.3\ntime: 150\noutput: {times: [150]}\n"

static void recursions_end_where_equations_say(void **state)
{
    (void)state;
    ends_where(LINEAR "data: {ratio: 1.4}\nbatch: full\nlearning_rate: 0.4\n", 1e-6);
    ends_where(LINEAR "data: {ratio: 1.4}\nbatch: {fraction: 0.3}\nlearning_rate: 0.4\n", 1e-9);
    ends_where(LINEAR "data: {ratio: 0.7}\nbatch: {fraction: 0.5}\nlearning_rate: 0.2\n"
                      "momentum: 0.5\n",
               1e-9);
    ends_where(LINEAR "data: {ratio: 1.4}\nbatch: {fraction: 0.5}\nlearning_rate: 0.3\n"
                      "momentum: {nesterov: 0.5}\nintercept: 0.7\n",
               1e-7);
}

/* The training risk of a run tells the same as the equations, where both are far from a threshold.
 */
static void runs_tell_the_verdict(void **state)
{
    (void)state;
    static const double ratios[] = {0.4, 2};
    for (size_t k = 0; k < 2; k++) {
        char text[256];
        sgdl_error_t error;
        sgdl_plan_t plan;
        sgdl_verdict_t verdict;
        judgement_t judged;
        (void)snprintf(text, sizeof text, NO_SIGNAL "data: {ratio: %g}\nbatch: full\n", ratios[k]);
        sgdl_problem_t *problem = parse(text);
        assert_int_equal(plan_complete(&plan, NULL, problem, &error), SGDL_OK);
        assert_int_equal(sgdl_limit_verdict(problem, NULL, 0, &verdict, NULL, &error), SGDL_OK);
        assert_int_equal(fixed_data_judge(problem, &plan, 0, 2, &judged, &error), SGDL_OK);
        assert_int_equal(judged.verdict, verdict);
        assert_int_equal(verdict, k ? SGDL_VERDICT_POSITIVE : SGDL_VERDICT_ZERO);
        sgdl_problem_free(problem);
    }
}

/* At a small rate it ends near the minimiser, which it goes to ever more slowly. */
static void errors_of_sampled_runs_hold_the_minimiser(void **state)
{
    (void)state;
    const double least =
        limit_number(DECAYING("0.2", "1.5") "batch: full\ndata: {ratio: 4}\n", "risk");
    sgdl_problem_t *problem = parse(DECAYING("0.2", "1.5") "data: {ratio: 4}\n"
                                                           "learning_rate: 0.05\nbatch: 1\n");
    sgdl_curve_t *end = compute(sgdl_limit_table, problem);
    assert_true(sgdl_curve_column(end, "risk_se")[0] > 0);
    near("risk", sgdl_curve_column(end, "risk")[0], least, sgdl_curve_column(end, "risk_se")[0]);
    sgdl_curve_free(end);
    sgdl_problem_free(problem);
}

static double latest;

static void follow(void *unused, double fraction, double t)
{
    (void)unused, (void)t;
    assert_true(fraction >= 0 && fraction <= 1);
    latest = fmax(latest, fraction);
}

/* Directions without a scale relax ever more slowly: what has not settled has an error that says
 * so. Two covariances as good as equal end where the equations of one say. */
static void runs_to_the_end_are_bounded(void **state)
{
    (void)state;
#define POWER_LAWS(scale)                                                                          \
    "loss: least-squares\ndata: {ratio: 2}\nlearning_rate: 0.5\nclasses: [{weight: 0.5, label: "   \
    "1, covariance: {family: power-law, exponent: 1}}, {weight: 0.5, label: -1, covariance: "      \
    "{family: power-law, exponent: 1, scale: " scale "}, mean: {family: opposite, of: 1}}]\n"
    sgdl_error_t error;
    sgdl_problem_t *problem = parse(POWER_LAWS("1.0000001"));
    sgdl_plan_t plan = sgdl_plan_default();
    sgdl_curve_t *end = sgdl_curve_new();
    const sgdl_sink_t sink = sgdl_curve_sink(end);
    latest = 0;
    plan.watch.progress = follow;
    if (sgdl_limit_table(problem, &plan, &sink, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    assert_true(latest > 0);
    static const char *const names[][2] = {{"risk", "risk_se"}, {"train_risk", "train_risk_se"}};
    for (size_t k = 0; k < 2; k++) {
        const double se = sgdl_curve_column(end, names[k][1])[0];
        assert_true(se > 0);
        near(names[k][0], sgdl_curve_column(end, names[k][0])[0],
             limit_number(POWER_LAWS("1"), names[k][0]), se);
    }
    sgdl_curve_free(end);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_samples_a_direction_are_separated_by_chance),
        cmocka_unit_test(strong_means_and_wrong_labels),
        cmocka_unit_test(decaying_directions_and_wrong_labels),
        cmocka_unit_test(a_mixtures_threshold_is_where_the_margin_vanishes),
        cmocka_unit_test(separable_data_have_no_minimum),
        cmocka_unit_test(labels_without_a_signal),
        cmocka_unit_test(the_means_make_an_outlier),
        cmocka_unit_test(recursions_end_where_equations_say),
        cmocka_unit_test(runs_tell_the_verdict),
        cmocka_unit_test(errors_of_sampled_runs_hold_the_minimiser),
        cmocka_unit_test(runs_to_the_end_are_bounded),
        cmocka_unit_test(diverging_runs_have_no_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
