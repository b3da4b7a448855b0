/* Ratios in a row: numbers where the tolerance can know them, nan where it cannot. */
#include "tests/curves.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define PAIR(covariance) "classes: [{covariance: " covariance "}, {covariance: " covariance "}]}"

/* On a plateau nothing moves, however late: the slope is next to zero or unknown, never noise. */
static void slope_of_a_plateau_is_no_noise(void **unused)
{
    (void)unused;
#define LATE "output: {times: [1.0e+6, 1.0e+9, 1.0e+12, 1.0e+14, 3.0e+15, 1.0e+16]}, "
    static const char *const problems[] = {
        "{" LATE PAIR("{family: isotropic}"),
        "{loss: least-squares, " LATE PAIR("{family: isotropic, scale: 0.3}"),
        "{loss: least-squares, learning_rate: 1.9, " LATE PAIR("{family: isotropic}"),
        "{ridge: 1.0e+100, " LATE PAIR("{family: isotropic}"),
        "{ridge: 1.0e+300, " LATE PAIR("{family: isotropic}"),
        "{ridge: 1.0e+300, output: {times: [1, 10, 100]}, " PAIR(
            "{family: power-law, exponent: 1}"),
        "{ridge: 1.0e+300, loss: least-squares, learning_rate: 1.0e-9, output: {times: [1, 10, "
        "100]}, " PAIR("{family: isotropic}"),
        "{ridge: 1.0e+280, learning_rate: {schedule: cosine, value: 1}, time: 100, output: "
        "{points: "
        "5}, dimension: 7, " PAIR("{family: isotropic}"),
        "{ridge: 0.1, intercept: 2, " LATE PAIR("{family: power-law, exponent: 0.5}"),
        "{loss: least-squares, learning_rate: {schedule: piecewise, times: [1, 100], values: [0.1, "
        "1, 0.2]}, " LATE PAIR("{family: isotropic}"),
        "{dimension: 5, label_noise: 0.2, " LATE PAIR("{family: power-law, exponent: 1}")};
    for (size_t v = 0; v < COUNT(problems); v++) {
        sgdl_table_t table = solve_text(problems[v]);
        for (size_t row = 0; row < table.rows; row++) {
            double slope = table_at(&table, row, "slope");
            if (fabs(slope) > 1e-6)
                fail_msg("%s\nslope %g at t = %g", problems[v], slope, table_at(&table, row, "t"));
        }
        sgdl_table_free(&table);
    }
}

/* A curve that falls has a slope at any time, and it is that of its own rows. */
static void slope_of_a_late_decay_is_known(void **unused)
{
    (void)unused;
    static const char *const problems[] = {
        "{loss: least-squares, " PAIR("{family: power-law, exponent: 1.1}"),
        "{loss: least-squares, intercept: 1, " PAIR("{family: power-law, exponent: 1.5}"),
        "{" PAIR("{family: power-law, exponent: 1.5}"), "{" PAIR("{family: zero-one, zero: 0.5}")};
    static const double times[] = {1e3, 1e8, 1e11, 1e15};
    for (size_t v = 0; v < COUNT(problems); v++) {
        char text[1024];
        int length = snprintf(text, sizeof text, "{output: {times: [");
        for (size_t e = 0; e < COUNT(times); e++)
            length +=
                snprintf(text + length, sizeof text - (size_t)length, "%s%.17g, %.17g, %.17g",
                         e ? ", " : "", times[e] * exp(-0.01), times[e], times[e] * exp(0.01));
        (void)snprintf(text + length, sizeof text - (size_t)length, "]}, %s", problems[v] + 1);
        sgdl_table_t table = solve_text(text);
        for (size_t e = 0; e < COUNT(times); e++) {
            double before = log(table_at(&table, 3 * e, "risk"));
            double after = log(table_at(&table, 3 * e + 2, "risk"));
            assert_close(table_at(&table, 3 * e + 1, "slope"), (after - before) / 0.02, 0, 3e-5,
                         text);
        }
        sgdl_table_free(&table);
    }
}

/* Risks that fall below what the state is known to. */
static void slope_of_an_unknown_risk_is_nan(void **unused)
{
    (void)unused;
    static const double unknown[] = {1e-18, 1e-18, 1e-13};
    static const char *const problems[] = {
        "{loss: least-squares, time: 1000, " PAIR("{family: zero-one, zero: 0.5}"),
        "{loss: least-squares, intercept: 1, time: 300, classes: [{weight: 1, label: 2, "
        "covariance: {family: isotropic, scale: 0}, mean: {family: zero}}]}",
        "{loss: least-squares, start: {norm2: 1}, time: 200, classes: [{weight: 1, label: 0, "
        "covariance: {family: isotropic}, mean: {family: zero}}]}"};
    for (size_t v = 0; v < COUNT(problems); v++) {
        sgdl_table_t table = solve_text(problems[v]);
        double step = table_at(&table, 1, "t");
        for (size_t row = 1; row + 1 < table.rows; row++) {
            double t = table_at(&table, row, "t"), slope = table_at(&table, row, "slope");
            double risk = table_at(&table, row, "risk");
            if (risk < unknown[v])
                assert_true(isnan(slope));
            if (risk > 1e-9 && row > 20) {
                double ratio =
                    table_at(&table, row + 1, "risk") / table_at(&table, row - 1, "risk");
                assert_close(slope, t * log(ratio) / (2 * step), 0, 1e-3, "slope");
            }
        }
        assert_true(table_at(&table, table.rows - 1, "risk") < unknown[v]);
        sgdl_table_free(&table);
    }
}

/* At the very beginning risks change in proportion to t, and so does the slope. */
static void slope_begins_in_proportion(void **unused)
{
    (void)unused;
    static const char *const problems[] = {
        "{output: {times: [%s]}, " PAIR("{family: isotropic}"),
        "{loss: least-squares, output: {times: [%s]}, " PAIR("{family: power-law, exponent: 2}"),
        "{start: {norm2: 1}, intercept: 1, output: {times: "
        "[%s]}, " PAIR("{family: power-law, exponent: 0.3}")};
    for (size_t v = 0; v < COUNT(problems); v++) {
        char text[512];
        (void)snprintf(text, sizeof text, problems[v],
                       "1.0e-300, 1.0e-100, 1.0e-20, 1.0e-15, 1.0e-10, 1.0e-6");
        sgdl_table_t table = solve_text(text);
        double unit = table_at(&table, 5, "slope") / 1e-6;
        assert_true(unit < 0);
        for (size_t row = 0; row < 5; row++)
            assert_close(table_at(&table, row, "slope") / table_at(&table, row, "t"), unit, 0, 1e-4,
                         text);
        sgdl_table_free(&table);
    }
}

static void slope_at_rest_is_zero(void **unused)
{
    (void)unused;
    sgdl_table_t table =
        solve_text("{learning_rate: {schedule: piecewise, times: [2, 1.0e+6], values: [1, 0, 1]}, "
                   "output: {times: [0, 2, 100, 999999, 1.0e+6]}, " PAIR("{family: isotropic}"));
    for (size_t row = 0; row < 4; row++)
        assert_true(table_at(&table, row, "slope") == 0);
    assert_true(table_at(&table, 4, "slope") < -1000);
    sgdl_table_free(&table);
}

/* |X| or m_i below the tolerance: no direction to speak of. X = 0 has cosine 0 by convention. */
static void cosines_are_cosines(void **unused)
{
    (void)unused;
    static const char *const vanishing[] = {
        "{ridge: 1.0e+100, " PAIR("{family: isotropic}"),
        "{loss: least-squares, start: {norm2: 1}, time: 500, classes: [{weight: 1, label: 0, "
        "covariance: {family: isotropic}, mean: {family: constant}}]}",
        "{dimension: 6, loss: least-squares, start: {norm2: 1}, ridge: 3, time: 100, intercept: 1, "
        "classes: [{weight: 1, label: 1, covariance: {family: isotropic}, mean: {family: "
        "constant}}]}"};
    for (size_t v = 0; v < COUNT(vanishing); v++) {
        sgdl_table_t table = solve_text(vanishing[v]);
        for (size_t row = 0; row < table.rows; row++) {
            double cosine = table_at(&table, row, "cos_1");
            assert_true(isnan(cosine) || fabs(cosine) <= 1);
        }
        double last = table_at(&table, table.rows - 1, "cos_1");
        assert_true(isnan(last) || last == 0);
        sgdl_table_free(&table);
    }
    sgdl_table_t table = solve_text("{classes: [{mean: {family: constant}}, {mean: {family: "
                                    "zero}}]}");
    assert_true(table_at(&table, 0, "cos_1") == 0);
    assert_true(isnan(table_at(&table, 0, "cos_2")));
    assert_true(table_at(&table, 100, "cos_1") > 0.5);
    assert_true(isnan(table_at(&table, 100, "cos_2")));
    sgdl_table_free(&table);
}

/* A share of nothing is none: no clean direction, no other direction, no overlap. */
static void clean_shares_of_nothing_are_nan(void **unused)
{
    (void)unused;
    static const struct {
        const char *problem;
        bool known;
    } cases[] = {
        {"{" PAIR("{family: isotropic}"), false},
        {"{" PAIR("{family: isotropic, scale: 0}"), false},
        {"{clean_below: 2, " PAIR("{family: isotropic}"), false},
        {"{" PAIR("{family: zero-one, zero: 0.3}"), true},
        {"{clean_below: 0.1, " PAIR("{family: power-law, exponent: 1}"), true},
        {"{ridge: 1.0e+30, " PAIR("{family: zero-one, zero: 0.3}"), false}, /* for t > 0 */
    };
    for (size_t v = 0; v < COUNT(cases); v++) {
        sgdl_table_t table = solve_text(cases[v].problem);
        for (size_t row = 1; row < table.rows; row++) {
            double share = table_at(&table, row, "clean_share_1");
            if (isnan(share) == cases[v].known)
                fail_msg("%s: clean share %g in row %zu", cases[v].problem, share, row);
            assert_true(!cases[v].known || (share >= 0 && share <= 1));
        }
        sgdl_table_free(&table);
    }
}

/* A small learning rate makes a small state, in which the gradient stays what it is at the start:
 * of an isotropic covariance and opposite means of norm one, m = g t, B = g^2 (t^2 + t), g half of
 * the rate (logistic) or all of it (least squares). The error does not depend on the rate. */
static void small_states_are_known(void **unused)
{
    (void)unused;
    static const double rates[] = {1e-7, 1e-8, 1e-10, 1e-12, 1e-30, 1e-99};
    static const struct {
        const char *loss;
        double g;
    } losses[] = {{"logistic", 0.5}, {"least-squares", 1}};
    for (size_t e = 0; e < 2 * COUNT(rates); e++) {
        char text[256];
        double g = losses[e % 2].g * rates[e / 2];
        (void)snprintf(text, sizeof text,
                       "{loss: %s, learning_rate: %.17g, output: {times: [0.5, 10, 100]}}",
                       losses[e % 2].loss, rates[e / 2]);
        sgdl_table_t table = solve_text(text);
        for (size_t row = 0; row < table.rows; row++) {
            double t = table_at(&table, row, "t"), z = t / sqrt(t * t + t);
            double accuracy = 1e-6 + 4 * t * rates[e / 2];
            assert_close(table_at(&table, row, "mean_1"), g * t, 0, accuracy, text);
            assert_close(table_at(&table, row, "var_1"), g * g * (t * t + t), 0, accuracy, text);
            assert_close(table_at(&table, row, "cos_1"), z, 0, accuracy, text);
            assert_close(table_at(&table, row, "error"), erfc(z / sqrt(2)) / 2, 0, accuracy, text);
        }
        sgdl_table_free(&table);
    }
}

/* Squares that all but underflow are beyond any tolerance: no error, no variance, but no noise. */
static void errors_of_unknown_states_are_nan(void **unused)
{
    (void)unused;
    static const char *const problems[] = {
        "{learning_rate: 1.0e-150, output: {times: [1, 10, 100]}}",
        "{learning_rate: 1.0e-120, loss: least-squares, output: {times: [1, 10]}}",
        "{learning_rate: 1.0e-110, output: {times: [1, 10, 100]}, " PAIR(
            "{family: power-law, exponent: 1}")};
    for (size_t v = 0; v < COUNT(problems); v++) {
        sgdl_table_t table = solve_text(problems[v]);
        for (size_t row = 0; row < table.rows; row++) {
            double mean = table_at(&table, row, "mean_1");
            assert_true(mean == 0 || isnan(table_at(&table, row, "error")));
            assert_true(mean == 0 || isnan(table_at(&table, row, "error_1")));
            assert_true(mean == 0 || isnan(table_at(&table, row, "var_1")));
            assert_true(table_at(&table, row, "risk") > 0);
        }
        sgdl_table_free(&table);
    }
    /* what is known from the first moment on, and what is decided however small the variance */
    sgdl_table_t early = solve_text("{output: {times: [1.0e-12, 1.0e-9, 1.0e-6]}}");
    sgdl_table_t late = solve_text("{loss: least-squares, time: 1000, output: {points: 11}, " PAIR(
        "{family: zero-one, zero: 0.5}"));
    for (size_t row = 0; row < 3; row++) {
        double t = table_at(&early, row, "t");
        assert_close(table_at(&early, row, "var_1"), t / 16, 0, 1e-5, "var_1");
        assert_true(table_at(&early, row, "error") > 0.4);
    }
    assert_true(table_at(&late, 10, "error") < 1e-10);
    sgdl_table_free(&early);
    sgdl_table_free(&late);
}

/* Absolute tolerances below every rounding error are a start like any other. */
static void any_absolute_tolerance_starts(void **unused)
{
    (void)unused;
    static const char *const rates[] = {"0.5", "1.0e-2", "1.0e-9"};
    static const char *const losses[] = {"logistic", "least-squares"};
    static const char *const tolerances[] = {"1.0e-12", "1.0e-20", "1.0e-30", "1.0e-40"};
    for (size_t e = 0; e < 6; e++) {
        double risk = NAN, error = NAN;
        for (size_t a = 0; a < COUNT(tolerances); a++) {
            char text[160];
            (void)snprintf(text, sizeof text,
                           "{learning_rate: %s, loss: %s, tolerance: {absolute: %s}, output: "
                           "{times: [10]}}",
                           rates[e / 2], losses[e % 2], tolerances[a]);
            sgdl_table_t table = solve_text(text);
            if (a > 0) {
                assert_close(table_at(&table, 0, "risk"), risk, 0, 1e-7, text);
                assert_close(table_at(&table, 0, "error"), error, 0, 1e-7, text);
            }
            risk = table_at(&table, 0, "risk");
            error = table_at(&table, 0, "error");
            sgdl_table_free(&table);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_absolute_tolerance_starts),
        cmocka_unit_test(errors_of_unknown_states_are_nan),
        cmocka_unit_test(small_states_are_known),
        cmocka_unit_test(slope_of_a_plateau_is_no_noise),
        cmocka_unit_test(slope_of_a_late_decay_is_known),
        cmocka_unit_test(slope_of_an_unknown_risk_is_nan),
        cmocka_unit_test(slope_begins_in_proportion),
        cmocka_unit_test(slope_at_rest_is_zero),
        cmocka_unit_test(cosines_are_cosines),
        cmocka_unit_test(clean_shares_of_nothing_are_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
