/* Tables of `escape`: rows, numbers made elsewhere, words, refusals. */
#include <string.h>

#include "tests/theories/diffusion/rates_of.h"

#include "tests/scratch_file.h"

static int escape_into(sgdl_table_t *table, const char *text, const sgdl_plan_t *plan,
                       sgdl_error_t *error)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_table_init(table);
    int status = sgdl_escape(problem, plan, INTO(table), error);
    sgdl_problem_free(problem);
    return status;
}

static sgdl_table_t escape_of(const char *text, const sgdl_plan_t *plan)
{
    sgdl_table_t table;
    sgdl_error_t error = {0};
    if (escape_into(&table, text, plan, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    return table;
}

static void assert_says(const sgdl_table_t *table, const char *key, const char *words)
{
    const char *text = sgdl_table_value(table, key);
    if (!text || !strstr(text, words))
        fail_msg("%s: %s\nwanted: %s", key, text ? text : "(no such note)", words);
}

static void rows_of_the_double_well(void **state)
{
    (void)state;
    sgdl_table_t table = escape_of(WELL "batch: 16\n", NULL);
    static const double times[] = {1114.687453, 422.6276762};
    assert_int_equal(table.rows, 2);
    assert_int_equal(table.columns, 11);
    for (size_t i = 0; i < 2; i++) {
        assert_close(table_at(&table, i, "learning_rate"), 0.01, 0, 0, "learning rate");
        assert_close(table_at(&table, i, "batch"), 16, 0, 0, "batch");
        assert_true(table_at(&table, i, "from") == (double)(i + 1));
        assert_true(table_at(&table, i, "to") == (double)(2 - i));
        assert_close(table_at(&table, i, "mfpt"), times[i], 0, 1e-9, "mfpt");
        assert_close(table_at(&table, i, "mfpt_steps"), 100 * times[i], 0, 1e-9, "steps");
        assert_close(table_at(&table, i, "rate"), 1 / times[i], 0, 1e-9, "rate");
        assert_close(table_at(&table, i, "kramers"), times[i], 0, 0.1, "kramers");
    }
    assert_close(table_at(&table, 1, "mfpt_saddle"), 193.6100683, 0, 1e-9, "mfpt_saddle");
    assert_says(&table, "passage_check", "quadrature and cells agree to ");
    assert_says(&table, "kramers", "next order");
    assert_says(&table, "boundary_shift", "0.0261 further out");
    assert_null(sgdl_table_value(&table, "warning_barrier"));
    sgdl_table_free(&table);
}

static void the_chain_stands_beside_if_asked_for(void **state)
{
    (void)state;
    sgdl_plan_t plan = sgdl_plan_default();
    plan.discrete = true;
    sgdl_table_t table = escape_of(WELL "batch: [8, 16, 20]\n", &plan);
    static const double to_sharp[] = {62.1, 1117, 4796}, to_flat[] = {26.78, 414.1, 1733},
                        to_saddle[] = {11.87, 212.1, 903};
    assert_int_equal(table.rows, 6);
    assert_int_equal(table.columns, 14);
    for (size_t b = 0; b < 3; b++) {
        assert_close(table_at(&table, 2 * b, "mfpt_discrete"), to_sharp[b], 0, 1e-3, "to sharp");
        assert_close(table_at(&table, 2 * b + 1, "mfpt_discrete"), to_flat[b], 0, 5e-4, "to flat");
        assert_close(table_at(&table, 2 * b + 1, "mfpt_saddle_discrete"), to_saddle[b], 0, 1e-3,
                     "to saddle");
    }
    assert_says(&table, "discrete", "Gaussian noise");
    sgdl_table_free(&table);
}

/* The relaxation of two wells is what both ways out add up to. */
static void rates_add_up_to_the_gap(void **state)
{
    (void)state;
    static const double gap[] = {2.404008537e-13, 4.775043558e-26};
    sgdl_table_t table = escape_of(WELL "batch: [80, 160]\n", NULL);
    for (size_t b = 0; b < 2; b++)
        assert_close(table_at(&table, 2 * b, "rate") + table_at(&table, 2 * b + 1, "rate"), gap[b],
                     0, 1e-9, "sum of rates");
    sgdl_table_free(&table);
}

/* Over 1600 temperatures. */
static void what_no_double_holds_is_inf(void **state)
{
    (void)state;
    sgdl_table_t table = escape_of(WELL "batch: 4800\n", NULL);
    assert_true(isinf(table_at(&table, 0, "mfpt")) && table_at(&table, 0, "rate") == 0);
    assert_says(&table, "warning_passage", "beyond 1.8e308");
    sgdl_table_free(&table);
}

static void no_barrier_to_speak_of_is_said(void **state)
{
    (void)state;
    sgdl_table_t table = escape_of(WELL "batch: 4\n", NULL);
    assert_says(&table, "warning_barrier", "Kramers' rates mean nothing");
    assert_null(strstr(sgdl_table_value(&table, "warning_barrier"), "smooth"));
    assert_true(table_at(&table, 0, "mfpt") > 1 && table_at(&table, 0, "mfpt") < 62);
    sgdl_table_free(&table);
}

/* A dent that a noisy point makes is a minimum of the spline, too. */
static void dents_of_a_profile_are_said(void **state)
{
    const scratch_t *file = *state;
    char text[256];
    scratch_write(file, "-4 9\n-3 4\n-2 1\n-1 0\n0 0.6\n1 0.55\n2 1.4\n3 4\n4 9\n");
    (void)snprintf(text, sizeof text,
                   "potential: {family: file, path: %s}\nnoise: {family: constant, value: 20}",
                   file->path);
    sgdl_table_t table = escape_of(text, NULL);
    assert_says(&table, "warning_barrier", "points are noisy: smooth them");
    sgdl_table_free(&table);
}

/* x^2 (x^2 - 1)^2 + x/50: minima near -1, 0, 1, lower to the left. */
static void neighbours_of_three_wells(void **state)
{
    (void)state;
    sgdl_table_t table =
        escape_of("potential: {family: polynomial, coefficients: [0, 0.02, 1, 0, -2, 0, 1]}\n"
                  "noise: {family: constant, value: 4}\n",
                  NULL);
    static const int from[] = {1, 2, 2, 3}, to[] = {2, 1, 3, 2};
    assert_int_equal(table.rows, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_true(table_at(&table, i, "from") == from[i] && table_at(&table, i, "to") == to[i]);
        assert_true(table_at(&table, i, "mfpt_saddle") < table_at(&table, i, "mfpt"));
    }
    /* it visits the well on the other side, which is left more seldom if deeper */
    assert_true(table_at(&table, 2, "mfpt") > 2 * table_at(&table, 1, "mfpt"));
    assert_close(table_at(&table, 0, "mfpt"), table_at(&table, 0, "kramers"), 0, 0.05,
                 "outer well");
    assert_says(&table, "kramers", "visits to minima behind");
    sgdl_table_free(&table);
}

static void noise_that_varies_has_the_leading_order(void **state)
{
    (void)state;
    sgdl_table_t table = escape_of(
        DOUBLE_WELL "noise: {family: polynomial, coefficients: [3.2, 1.6, 0.64]}\n", NULL);
    assert_says(&table, "kramers", "leading order: the noise varies");
    assert_close(table_at(&table, 1, "kramers") / table_at(&table, 1, "mfpt"), 1, 0.05, 0,
                 "sharp to flat");
    sgdl_table_free(&table);
}

/* ---- --target ------------------------------------------------------------------------------- */

/* U = x^2/2, D = 1: sqrt(pi/2) int_0^b e^{u^2/2} (1 + erf(u/sqrt 2)) du. */
static void a_place_is_reached_from_the_only_minimum(void **state)
{
    (void)state;
    sgdl_plan_t plan = sgdl_plan_default();
    plan.target = 2;
    sgdl_table_t table = escape_of("potential: {family: polynomial, coefficients: [0, 0, 0.5]}\n"
                                   "noise: {family: constant, value: 200}\n",
                                   &plan);
    double sum = 0;
    for (int i = 0; i <= 2000; i++) {
        const double u = i / 1000.0, f = exp(0.5 * u * u) * (1 + erf(u / M_SQRT2));
        sum += f * (i == 0 || i == 2000 ? 1 : i % 2 ? 4 : 2) / 3000;
    }
    assert_int_equal(table.rows, 1);
    assert_int_equal(table.columns, 7);
    assert_close(table_at(&table, 0, "mfpt"), sqrt(M_PI / 2) * sum, 0, 1e-9, "mfpt");
    assert_true(table_at(&table, 0, "target") == 2 && table_at(&table, 0, "from") == 1);
    assert_true(sgdl_table_find(&table, "to") < 0 && sgdl_table_find(&table, "kramers") < 0);
    sgdl_table_free(&table);
}

static void a_place_is_reached_from_both_sides(void **state)
{
    (void)state;
    sgdl_plan_t plan = sgdl_plan_default();
    plan.target = 0.2542628300;
    plan.discrete = true;
    sgdl_table_t table = escape_of(WELL "batch: 16\n", &plan);
    assert_int_equal(table.rows, 2);
    assert_close(table_at(&table, 1, "mfpt"), 193.6100683, 0, 1e-6, "from the right");
    assert_close(table_at(&table, 1, "mfpt_discrete"), 212.1, 0, 1e-3, "steps from the right");
    sgdl_table_free(&table);
    plan.target = -1;
    table = escape_of(WELL "batch: 16\n", &plan);
    assert_true(table_at(&table, 0, "mfpt") == 0 && table_at(&table, 0, "mfpt_discrete") == 0);
    assert_close(table_at(&table, 1, "mfpt"), 422.6276762, 0, 1e-8, "to the minimum");
    sgdl_table_free(&table);
}

/* ---- what is refused ------------------------------------------------------------------------ */

static void assert_refused(const char *text, const sgdl_plan_t *plan, const char *place,
                           const char *words)
{
    sgdl_table_t table;
    sgdl_error_t error = {0};
    assert_int_equal(escape_into(&table, text, plan, &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, place);
    if (!strstr(error.message, words))
        fail_msg("%s\nwanted: %s", error.message, words);
    assert_int_equal(table.rows, 0);
    sgdl_table_free(&table);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    sgdl_plan_t to = sgdl_plan_default(), discrete = sgdl_plan_default();
    discrete.discrete = true;
    to.target = 2.06;
    assert_refused(WELL, &to, "--target", "within the box, from -2.7 to 2.05");
    to.target = -3;
    assert_refused(WELL, &to, "--target", "within the box");
    to.target = INFINITY;
    assert_refused(WELL, &to, "plan.target", "a finite number");
    to.target = 0;
    assert_refused(WELL "momentum: 0.9\n", &to, "--target", "momentum");
    assert_refused("potential: {family: polynomial, coefficients: [0, 0, 1]}\n"
                   "noise: {family: constant, value: 1}\n",
                   NULL, "potential", "has one minimum");
    assert_refused(WELL "momentum: 0.5\n", &discrete, "--discrete", "momentum");
    assert_refused(WELL "batch: 1e9\n", &discrete, "--discrete", "points");
    assert_refused("loss: logistic\n", NULL, "model", "knows no escape times");
}

static void it_stops_when_told_to(void **state)
{
    (void)state;
    const volatile sig_atomic_t stop = 1;
    sgdl_plan_t plan = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    plan.watch.stop = &stop;
    assert_int_equal(escape_into(&table, WELL, &plan, &error), SGDL_ERR_INTERRUPTED);
    sgdl_table_free(&table);
}

/* A box that is found holds the shallow basin whole: nothing moves in a wider one. */
static void a_deep_basin_takes_nothing_from_a_shallow_one(void **state)
{
    (void)state;
#define DEEP                                                                                       \
    "{potential: {family: polynomial, coefficients: [0, -0.5, 0.05, 0.2, 0, 0.3, 0.08]}, noise: "  \
    "{family: constant, value: 20}"
    static const char *const boxes[] = {DEEP "}", DEEP ", box: [-4.5, 2.5], cells: 6400}"};
    sgdl_table_t table[] = {escape_of(boxes[0], NULL), escape_of(boxes[1], NULL)};
    for (size_t i = 0; i < 2; i++)
        assert_close(table_at(&table[0], i, "mfpt"), table_at(&table[1], i, "mfpt"), 0, 1e-7,
                     "mfpt");
    assert_close(table_at(&table[0], 1, "kramers") / table_at(&table[0], 1, "mfpt"), 1, 0.05, 0,
                 "kramers");
    for (size_t t = 0; t < 2; t++)
        sgdl_table_free(&table[t]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_the_double_well),
        cmocka_unit_test(the_chain_stands_beside_if_asked_for),
        cmocka_unit_test(rates_add_up_to_the_gap),
        cmocka_unit_test(what_no_double_holds_is_inf),
        cmocka_unit_test(no_barrier_to_speak_of_is_said),
        cmocka_unit_test_setup_teardown(dents_of_a_profile_are_said, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test(neighbours_of_three_wells),
        cmocka_unit_test(noise_that_varies_has_the_leading_order),
        cmocka_unit_test(a_place_is_reached_from_the_only_minimum),
        cmocka_unit_test(a_place_is_reached_from_both_sides),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(it_stops_when_told_to),
        cmocka_unit_test(a_deep_basin_takes_nothing_from_a_shallow_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
