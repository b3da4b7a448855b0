/* The command escape: what it prints, what it takes, what it refuses and how. */
#include <math.h>

#include "sgdlimit/table.h"
#include "tests/program.h"

#define WELL                                                                                       \
    "--potential", "double-well:scale=0.5,linear=1.2,quadratic=0.5", "--noise",                    \
        "constant:value=320", "--box", "-2.7,2.05"

static double number(const sgdl_table_t *table, size_t row, const char *column)
{
    const long c = sgdl_table_find(table, column);
    if (c < 0 || row >= table->rows)
        fail_msg("no column %s or row %zu", column, row);
    return table->value[row * table->columns + (size_t)c];
}

static void assert_near(double found, double expected, double relative)
{
    if (!(fabs(found - expected) <= relative * fabs(expected)))
        fail_msg("%.15g instead of %.15g", found, expected);
}

static void a_table_holds_both_ways_out(void **state)
{
    (void)state;
    sgdl_table_t table;
    sgdl_error_t error = {0};
    outcome_t made = run("escape", WELL, "--batch", "8,16", "--learning-rate", "0.01,0.02",
                         "--discrete", "-o", in_folder("t.tsv"));
    assert_done(&made);
    assert_int_equal(sgdl_table_read(&table, in_folder("t.tsv"), &error), SGDL_OK);
    assert_int_equal(table.rows, 8);
    for (size_t i = 0; i < 8; i++) { /* of eta/B alone, but for the steps */
        assert_near(number(&table, i, "learning_rate"), i < 4 ? 0.01 : 0.02, 0);
        assert_near(number(&table, i, "batch"), i % 4 < 2 ? 8 : 16, 0);
    }
    assert_near(number(&table, 2, "mfpt"), 1114.687453, 1e-9);
    assert_near(number(&table, 3, "mfpt"), 422.6276762, 1e-9);
    assert_near(number(&table, 3, "mfpt_saddle"), 193.6100683, 1e-9);
    assert_near(number(&table, 3, "mfpt_discrete"), 414.1, 5e-4);
    assert_near(number(&table, 6, "mfpt"), number(&table, 0, "mfpt"), 1e-9);
    assert_near(number(&table, 6, "mfpt_steps"), number(&table, 6, "mfpt") / 0.02, 1e-12);
    assert_near(number(&table, 6, "kramers"), number(&table, 0, "kramers"), 1e-12);
    assert_true(fabs(number(&table, 7, "mfpt_discrete") / number(&table, 7, "mfpt") - 1) >
                fabs(number(&table, 1, "mfpt_discrete") / number(&table, 1, "mfpt") - 1));
    sgdl_table_free(&table);
    outcome_free(&made);
}

static void a_place_stands_in_the_header(void **state)
{
    (void)state;
    outcome_t made = run("escape", WELL, "--batch", "16", "--target", "0.5");
    assert_done(&made);
    assert_non_null(strstr(made.out, "\n# option_target: 0.5\n"));
    assert_non_null(
        strstr(made.out, "\nlearning_rate\tbatch\tfrom\ttarget\tmfpt\tmfpt_steps\trate\n"));
    outcome_free(&made);
}

static void what_is_wrong_is_said_by_name(void **state)
{
    (void)state;
    assert_fails(run("escape", WELL, "--target", "3"), 2, "--target: found a way from x = ");
    assert_fails(run("escape", WELL, "--target", "3"), 2, "within the box, from -2.7 to 2.05");
    assert_fails(run("escape", WELL, "--target", "left"), 2, "--target: found 'left', allowed: ");
    assert_fails(run("escape", WELL, "--target", "nan"), 2, "--target: found 'nan', allowed: ");
    assert_fails(run("escape", WELL, "--target", "0", "--momentum", "0.9"), 2, "--target: ");
    assert_fails(run("escape", WELL, "--discrete", "--momentum", "0.9"), 2, "--discrete: ");
    assert_fails(run("escape", "--potential", "polynomial:coefficients=0:0:1", "--noise",
                     "constant:value=1"),
                 2, "potential: has one minimum, at x = 0: there is no other to go to");
    assert_fails(run("escape"), 2, "model: found mixture, whose theory knows no escape times");
    assert_fails(run("escape", WELL, "--verify"), 2, "--verify");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_table_holds_both_ways_out, empty_folder),
        cmocka_unit_test_teardown(a_place_stands_in_the_header, empty_folder),
        cmocka_unit_test_teardown(what_is_wrong_is_said_by_name, empty_folder),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
