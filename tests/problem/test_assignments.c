/* Keys of a problem set by their path. */
#include "tests/curves.h"
#include "src/problem/assignments.h"
#include "src/problem/problem.h"

#include <string.h>

static const char text[] =
    "{loss: logistic, ridge: 0.5, learning_rate: {schedule: polynomial, value: 1, tau: 2, power: "
    "0.5}, classes: [{weight: 0.2, label: 1, covariance: {family: power-law, exponent: 1}, mean: "
    "{family: power-law, exponent: 0}}, {weight: 0.3, label: 0, covariance: {family: power-law, "
    "exponent: 2}, mean: {family: opposite, of: 1}}, {weight: 0.5, label: 1, covariance: {family: "
    "isotropic}, mean: {family: constant}}]}";

/* The problem with a key at another value, as a sweep varies it. */
static int vary(sgdl_problem_t *problem, const char *key, const char *value, sgdl_error_t *error)
{
    const assignment_t assignment = {.key = key, .text = value};
    statement_t *stated;
    assert_int_equal(sgdl_problem_parse(problem, text, "test", NULL, 0, error), SGDL_OK);
    assert_int_equal(problem_edit(problem, &stated, error), SGDL_OK);
    int status = assignment_set(&stated->tree, stated->root, &assignment, error);
    return status == SGDL_OK ? sgdl_problem_validate(problem, error) : status;
}

static sgdl_problem_t *assign(const char *key, const char *value)
{
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_error_t error = {0};
    if (vary(problem, key, value, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    return problem;
}

static void assert_refused(const char *key, const char *value, const char *words)
{
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_error_t error = {0};
    assert_int_equal(vary(problem, key, value, &error), SGDL_ERR_INPUT);
    if (strcmp(error.place, key) != 0 || !strstr(error.message, words))
        fail_msg("expected '%s' at %s, found %s: %s", words, key, error.place, error.message);
    sgdl_problem_free(problem);
}

static void top_level_keys(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem = assign("ridge", "0.25");
    assert_true(problem->ridge == 0.25);
    sgdl_problem_free(problem);
    problem = assign("batch", "3"); /* not stated in the text */
    assert_true(problem->batch == 3 && problem->ridge == 0.5);
    sgdl_problem_free(problem);
    problem = assign("learning_rate", "0.125"); /* in the place of a whole map */
    assert_true(sgdl_schedule_rate(&problem->learning_rate[0], 7, 100) == 0.125);
    sgdl_problem_free(problem);
}

static void keys_of_groups(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem = assign("learning_rate.value", "4");
    assert_true(sgdl_schedule_rate(&problem->learning_rate[0], 0, 100) == 4);
    sgdl_problem_free(problem);
    problem = assign("start.norm2", "2"); /* a group that is not stated */
    assert_true(problem->start_norm2 == 2);
    sgdl_problem_free(problem);
}

static void keys_of_classes(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem = assign("classes.2.covariance.exponent", "3");
    assert_true(sgdl_spec_number(&problem->covariance[0], "exponent") == 1);
    assert_true(sgdl_spec_number(&problem->covariance[1], "exponent") == 3);
    sgdl_problem_free(problem);
    problem = assign("classes.*.covariance.scale", "3");
    for (size_t i = 0; i < 3; i++)
        assert_true(sgdl_spec_number(&problem->covariance[i], "scale") == 3);
    sgdl_problem_free(problem);
    problem = assign("classes.*.mean.scale", "3"); /* class 2 has no mean of its own */
    assert_true(sgdl_spec_number(&problem->mean[0].spec, "scale") == 3);
    assert_true(sgdl_spec_number(&problem->mean[2].spec, "scale") == 3);
    sgdl_problem_free(problem);
}

static void weights_still_sum_to_1(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem = assign("classes.1.weight", "0.6");
    assert_close(problem->weight[0], 0.6, 1e-15, 0, "weight 1");
    assert_close(problem->weight[1], 0.15, 1e-15, 0, "weight 2");
    assert_close(problem->weight[2], 0.25, 1e-15, 0, "weight 3");
    sgdl_problem_free(problem);
    assert_refused("classes.1.weight", "1.5", "found 1.5");
}

static void wrong_keys(void **unused)
{
    (void)unused;
    assert_refused("rigde", "1", "did you mean 'ridge'");
    assert_refused("ridge.deep", "1", "single value");
    assert_refused("ridge", "-1", "found -1");
    assert_refused("classes", "1", "allowed a list");
    assert_refused("classes.4.weight", "1", "no entry '4'");
    assert_refused("classes.x.weight", "1", "'x'");
    assert_refused("classes.1", "1", "'1'");
    assert_refused("classes.1.covariance.exponet", "1", "did you mean 'exponent'");
    assert_refused("classes.*.covariance.exponent", "1", "exponent"); /* class 3 has none */
    assert_refused("", "1", "no key");
    assert_refused("ridge", "many", "'many'");
}

/* A weight is shared among classes, and among nothing else that happens to have children. */
static void weights_of_no_class(void **unused)
{
    (void)unused;
    assert_refused("x.weight", "0.1", "unknown key 'x'");
    assert_refused("start.weight", "0.1", "unknown key 'weight'");
    assert_refused("tolerance.weight", "0.1", "unknown key 'weight'");
    assert_refused("output.weight", "0.1", "unknown key 'weight'");
    assert_refused("learning_rate.weight", "0.1", "unknown key 'weight'");
    assert_refused("classes.1.mean.weight", "0.1", "unknown key 'weight'");
    assert_refused("classes.1.x.weight", "0.1", "unknown key 'x'");
    assert_refused("weight", "0.1", "unknown key 'weight'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(top_level_keys),  cmocka_unit_test(keys_of_groups),
        cmocka_unit_test(keys_of_classes), cmocka_unit_test(weights_still_sum_to_1),
        cmocka_unit_test(wrong_keys),      cmocka_unit_test(weights_of_no_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
