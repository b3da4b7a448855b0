/* Rows of theories: who can what, and how the rest is refused. */
#include "tests/curves.h"

#include <string.h>

#include "src/problem/keys.h"
#include "src/theories/theory.h"

static int nothing(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                   sgdl_error_t *error)
{
    (void)problem;
    (void)plan;
    (void)sink;
    (void)error;
    return SGDL_OK;
}

static const theory_t still = {.name = "still", .model = "still-life", .solve = nothing};
static const theory_t moving = {.name = "moving", .model = "picture", .simulate = nothing};

static void what_a_theory_cannot_is_refused_by_naming_those_that_can(void **state)
{
    (void)state;
    const theory_t *const all[] = {theories[0], &still, &moving, NULL};
    sgdl_error_t error = {0};
    assert_int_equal(theory_need(&still, THEORY_SOLVES, all, &error), SGDL_OK);
    assert_int_equal(theory_need(&still, THEORY_SIMULATES, all, &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, "model");
    assert_string_equal(error.message, "found still-life, whose theory has no simulation; allowed: "
                                       "mixture, picture");
    assert_int_equal(theory_need(&moving, THEORY_SOLVES, all, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "allowed: mixture, still-life"));
}

static void where_no_theory_can_none_is_named(void **state)
{
    (void)state;
    const theory_t *const all[] = {&still, &moving, NULL};
    for (int ability = 0; ability < THEORY_ABILITIES; ability++) {
        sgdl_error_t error = {0};
        const bool can = theory_can(&still, ability);
        assert_true(can == (ability == THEORY_SOLVES));
        assert_int_equal(theory_need(&still, ability, all, &error), can ? SGDL_OK : SGDL_ERR_INPUT);
        if (ability == THEORY_JUDGES)
            assert_non_null(strstr(error.message, "allowed: none"));
    }
}

/* All that public functions, compare, sweep and critical ask for, but what only a landscape has. */
static void streaming_can_all_that_is_asked_of_mixtures(void **state)
{
    (void)state;
    sgdl_problem_t *problem = parse_problem("{}");
    const theory_t *theory = theory_of(problem);
    size_t compared = 0;
    assert_string_equal(theory->model, "mixture");
    for (int ability = 0; ability < THEORY_ABILITIES; ability++)
        assert_true(theory_can(theory, ability) ==
                    (ability != THEORY_HAS_LANDSCAPE && ability != THEORY_FINDS_ESCAPES &&
                     ability != THEORY_HAS_CHAIN && ability != THEORY_SHOWS_DENSITIES &&
                     ability != THEORY_SIMULATES_PASSAGES));
    while (theory->compared[compared])
        compared++;
    assert_in_range(compared, 1, COMPARED_MOST);
    sgdl_problem_free(problem);
}

static const char *unit_of_time(const sgdl_curve_t *curve)
{
    for (size_t q = 0; q < sgdl_curve_quantities(curve); q++)
        if (strcmp(sgdl_curve_quantity(curve, q).name, "t") == 0)
            return sgdl_curve_quantity(curve, q).unit;
    return "none";
}

/* Names that compare takes from the row are names that solve and simulate hand out. Returns how
 * many the problem has. */
static size_t assert_handed_out(const char *text)
{
    size_t names = 0;
    sgdl_problem_t *problem = parse_problem(text);
    const theory_t *theory = theory_of(problem);
    sgdl_curve_t *curve = sgdl_curve_new(), *runs = sgdl_curve_new();
    const sgdl_sink_t of_curve = sgdl_curve_sink(curve), of_runs = sgdl_curve_sink(runs);
    sgdl_error_t error = {0};
    assert_int_equal(theory->solve(problem, NULL, &of_curve, &error), SGDL_OK);
    assert_int_equal(theory->simulate(problem, NULL, &of_runs, &error), SGDL_OK);
    assert_string_equal(unit_of_time(curve), sgdl_problem_time_unit(problem));
    assert_string_equal(unit_of_time(runs), sgdl_problem_time_unit(problem));
    for (const char *const *name = theory->compared; *name; name++) {
        char mean[64];
        if (theory->compares && !theory->compares(problem, *name))
            continue;
        names++;
        (void)snprintf(mean, sizeof mean, "%s_mean", *name);
        assert_non_null(sgdl_curve_column(curve, *name));
        assert_non_null(sgdl_curve_column(runs, mean));
    }
    sgdl_curve_free(curve);
    sgdl_curve_free(runs);
    sgdl_problem_free(problem);
    return names;
}

static void what_is_compared_is_handed_out_by_both(void **state)
{
    (void)state;
    assert_int_equal(assert_handed_out("{dimension: 20, time: 1, output: {points: 2}}"), 2);
    assert_int_equal(
        assert_handed_out("{potential: {family: double-well}, noise: {family: constant, value: 9}, "
                          "time: 1, output: {points: 2}}"),
        5);
    assert_int_equal(assert_handed_out("{potential: {family: polynomial, coefficients: [0, 0, 1]}, "
                                       "noise: {family: constant, value: 9}, time: 1, "
                                       "output: {points: 2}}"),
                     3);
}

/* Every problem of every model finds one theory. */
static void every_model_has_its_theory(void **state)
{
    (void)state;
    for (size_t m = 0; models[m]; m++) {
        size_t serve = 0;
        for (size_t i = 0; theories[i]; i++)
            serve += strcmp(theories[i]->model, models[m]->name) == 0;
        assert_int_equal(serve, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_theory_cannot_is_refused_by_naming_those_that_can),
        cmocka_unit_test(where_no_theory_can_none_is_named),
        cmocka_unit_test(every_model_has_its_theory),
        cmocka_unit_test(streaming_can_all_that_is_asked_of_mixtures),
        cmocka_unit_test(what_is_compared_is_handed_out_by_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
