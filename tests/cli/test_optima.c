/* The command optimise and limit --optimise: what they print, what they take, what they refuse. */
#include <math.h>

#include "sgdlimit/table.h"
#include "tests/program.h"

#define ONE                                                                                        \
    "--loss", "least-squares", "--covariance", "isotropic", "--gradient-noise", "0.3", "--rtol",   \
        "1e-6"

static double number(const sgdl_table_t *table, size_t row, const char *column)
{
    const long c = sgdl_table_find(table, column);
    if (c < 0 || row >= table->rows)
        fail_msg("no column %s or row %zu", column, row);
    return table->value[row * table->columns + (size_t)c];
}

/* The comment `optimal` is a line for a problem file, and makes what the comments say. */
static void the_schedule_can_be_pasted(void **state)
{
    (void)state;
    sgdl_table_t table, solved;
    sgdl_error_t error = {0};
    outcome_t made = run("optimise", ONE, "--schedule", "piecewise:4", "--at", "5", "--pieces",
                         "log:0.3", "-o", in_folder("t.tsv"));
    assert_done(&made);
    assert_int_equal(sgdl_table_read(&table, in_folder("t.tsv"), &error), SGDL_OK);
    assert_int_equal(table.rows, 4);
    assert_true(number(&table, 0, "t_end") == 0.3 && number(&table, 3, "t_end") == 5);
    for (size_t j = 0; j < 4; j++) {
        assert_true(number(&table, j, "learning_rate") > 0);
        assert_true(j == 0 || number(&table, j, "t_begin") == number(&table, j - 1, "t_end"));
    }
    char text[1024];
    (void)snprintf(text, sizeof text,
                   "%s\nloss: least-squares\ngradient_noise: 0.3\ntime: 5\ntolerance: {relative: "
                   "1.0e-6}\n",
                   sgdl_table_value(&table, "optimal"));
    (void)write_file("p.yaml", text);
    outcome_t again = run("solve", in_folder("p.yaml"), "-o", in_folder("s.tsv"));
    assert_done(&again);
    assert_int_equal(sgdl_table_read(&solved, in_folder("s.tsv"), &error), SGDL_OK);
    const double risk = strtod(sgdl_table_value(&table, "risk_optimal"), NULL);
    assert_true(fabs(number(&solved, solved.rows - 1, "risk") / risk - 1) < 1e-5);
    static const char *const families[] = {"risk_constant", "risk_cosine", "risk_polynomial"};
    for (size_t f = 0; f < 3; f++)
        assert_true(strtod(sgdl_table_value(&table, families[f]), NULL) >= risk);
    sgdl_table_free(&table);
    sgdl_table_free(&solved);
    outcome_free(&made);
    outcome_free(&again);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    assert_fails(run("optimise", "--at", "2"), 2, "--schedule: missing; usage: sgdlimit optimise");
    assert_fails(run("optimise", "--schedule", "piecewise:3"), 2, "--at: missing; usage: ");
    static const char *const schedules[] = {
        "piecewise",    "piecewise:",     "piecewise:0",  "cosine",
        "piecewise:-1", "piecewise:1001", "piecewise:2x", "20"};
    for (size_t i = 0; i < sizeof schedules / sizeof *schedules; i++)
        assert_fails(run("optimise", "--schedule", schedules[i], "--at", "2"), 2,
                     "allowed: piecewise:N with N from 1 to 1000 pieces");
    static const char *const times[] = {"0", "-1", "inf", "nan", "soon", "1e301"};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        assert_fails(run("optimise", "--schedule", "piecewise:2", "--at", times[i]), 2,
                     "allowed: a number above 0, up to 1e+300");
    static const char *const pieces[] = {"log", "log:", "log:0", "log:-1", "even", "log:x"};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        assert_fails(
            run("optimise", "--schedule", "piecewise:2", "--at", "2", "--pieces", pieces[i]), 2,
            "allowed: equal, or log:FIRST");
    assert_fails(run("optimise", "--schedule", "piecewise:2", "--at", "2", "--pieces", "log:3"), 2,
                 "--pieces: found a first piece to 3");
    assert_fails(run("optimise", "--schedule", "piecewise:2", "--at", "2", "--lr", "1,2"), 2,
                 "learning_rate: found 2 learning rates, allowed: one");
    assert_fails(run("optimise", "--schedule", "piecewise:2", "--at", "2", "--potential",
                     "double-well", "--noise", "constant:value=50"),
                 2, "model: found landscape, whose theory knows no optimal learning rates");
}

static void limits_take_a_time_to_optimise_for(void **state)
{
    (void)state;
    outcome_t made = run("limit", ONE, "--optimise", "learning_rate", "--at", "5");
    assert_done(&made);
    assert_non_null(strstr(made.out, "\n# optimal: learning rate "));
    assert_non_null(strstr(made.out, "\n# option_optimise: learning_rate\n"));
    outcome_free(&made);
    made = run("limit", ONE, "--optimise", "learning_rate");
    assert_done(&made);
    assert_non_null(strstr(made.out, "\n# optimal: gamma -> 0: "));
    outcome_free(&made);
    assert_fails(run("limit", "--at", "5"), 2, "--at: found without --optimise learning_rate");
    assert_fails(run("limit", "--optimise", "ridge"), 2, "allowed: learning_rate");
    assert_fails(run("limit", "--optimise", "learning_rate", "--lr", "1,2"), 2,
                 "learning_rate: found 2 learning rates, allowed: one");
    assert_fails(run("limit", "--optimise", "learning_rate", "--potential", "double-well",
                     "--noise", "constant:value=50"),
                 2, "knows no optimal learning rates; allowed: mixture");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_schedule_can_be_pasted, empty_folder),
        cmocka_unit_test_teardown(what_cannot_be_is_refused, empty_folder),
        cmocka_unit_test_teardown(limits_take_a_time_to_optimise_for, empty_folder),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
