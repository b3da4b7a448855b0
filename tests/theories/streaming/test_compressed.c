/* Curves over few nodes against those over all directions. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "sgdlimit/solve.h"
#include "tests/sink.h"
#include "tests/spectra_build.h"

/* ---- curves ------------------------------------------------------------------------------ */

static sgdl_table_t solve_text(const char *text, bool exact)
{
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    options.exact = exact;
    sgdl_table_init(&table);
    if (sgdl_problem_parse(problem, text, "test", NULL, 0, &error) ||
        sgdl_solve(problem, &options, INTO(&table), &error))
        fail_msg("%s: %s", error.place, error.message);
    sgdl_problem_free(problem);
    return table;
}

static void curves_equal_exact_ones(void **state)
{
    (void)state;
    const char *texts[] = {
        "{dimension: 20000, time: 1e6, output: {points: 13, spacing: log, first: 1}, classes: ["
        "{weight: 0.5, label: 1, covariance: {family: power-law, exponent: 1.1}, mean: {family: "
        "gaussian}}, {weight: 0.5, label: 0, covariance: {family: power-law, exponent: 1.5}, mean: "
        "{family: opposite, of: 1}}], clean_below: 1e-3}",
        "{dimension: 5000, time: 1e4, output: {points: 9, spacing: log, first: 1}, ridge: 1e-3, "
        "loss: least-squares, encoding: one-hot, learning_rate: 0.3, start: {norm2: 1}, classes: ["
        "{weight: 0.2, label: 1, covariance: {family: power-law, exponent: 0.5}, mean: {family: "
        "gaussian}}, {weight: 0.3, label: 2, covariance: {family: marchenko-pastur, ratio: 0.5}, "
        "mean: {family: constant}}, {weight: 0.5, label: 3, covariance: {family: isotropic}, "
        "mean: {family: power-law, exponent: -0.2}}]}"};
    for (size_t k = 0; k < 2; k++) {
        sgdl_table_t few = solve_text(texts[k], false), all = solve_text(texts[k], true);
        assert_int_equal(few.rows, all.rows);
        assert_int_equal(few.columns, all.columns);
        for (size_t n = 0; n < few.rows * few.columns; n++)
            if (!(isnan(few.value[n]) && isnan(all.value[n])))
                assert_close(few.value[n], all.value[n], 1e-7 * fabs(all.value[n]) + 1e-8);
        sgdl_table_free(&few);
        sgdl_table_free(&all);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curves_equal_exact_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
