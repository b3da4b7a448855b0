/* The commands that simulate, as a user meets them. */
#include "tests/program.h"

static void same_seed_same_bytes(void **state)
{
    (void)state;
    static const char *const threads[] = {"1", "2", "5"};
    outcome_t outcome[4];
    for (size_t e = 0; e < 3; e++)
        outcome[e] = run("simulate", "--dimension", "40", "--time", "2", "--points", "5", "--runs",
                         "6", "--threads", threads[e]);
    outcome[3] =
        run("simulate", "-d", "40", "--time", "2", "--points", "5", "--runs", "6", "--seed", "2");
    for (size_t e = 0; e < 4; e++)
        assert_done(&outcome[e]);
    assert_string_equal(outcome[0].out, outcome[1].out);
    assert_string_equal(outcome[0].out, outcome[2].out);
    assert_string_not_equal(strstr(outcome[0].out, "\nt\t"), strstr(outcome[3].out, "\nt\t"));
    for (size_t e = 0; e < 4; e++)
        outcome_free(&outcome[e]);
}

/* A table of one command is a problem for the others. */
static void a_table_makes_itself_again(void **state)
{
    (void)state;
    outcome_t first = run("simulate", "-d", "30", "--time", "2", "--points", "3", "--lr", "0.5,2",
                          "-o", in_folder("first.tsv"));
    assert_done(&first);
    outcome_t second = run("simulate", in_folder("first.tsv"));
    assert_done(&second);
    char *text = read_file(in_folder("first.tsv"));
    assert_string_equal(text, second.out);
    free(text);
    outcome_free(&first);
    outcome_free(&second);
}

static void refusals_say_what_to_do(void **state)
{
    (void)state;
    assert_fails(run("simulate"), 2, "--dimension 1000");
    assert_fails(run("compare", "--dimension", "inf"), 2, "--dimension 1000");
    assert_fails(run("simulate", "-d", "9", "--runs", "0"), 2, "--runs: found '0'");
    assert_fails(run("simulate", "-d", "9", "--threads", "0"), 2, "--threads: found '0'");
    assert_fails(run("simulate", "-d", "9", "--threads", "2x"), 2, "--threads: found '2x'");
    assert_fails(run("simulate", "-d", "9", "--kernel", "fast"), 2, "full, collapsed, auto");
    assert_fails(run("simulate", "-d", "9", "--classes", "3"), 2, "from 1 to 2");
    assert_fails(run("compare", "-d", "9", "--runs", "1"), 2, "from 2");
    assert_fails(run("compare", "--dimensions", "100"), 2, "2 to 64");
    assert_fails(run("compare", "--dimensions", "100,90"), 2, "increasing");
    assert_fails(run("compare", "--dimensions", "100,2e2x"), 2, "increasing");
    assert_fails(run("compare", "-d", "9", "--allowance", "-1"), 2, "above 0");
    assert_fails(run("compare", "-d", "9", "--plot", in_folder("a.gif")), 2, ".png, .svg or .pdf");
    assert_false(exists("a.gif"));
    const char *start = write_file("start.txt", "1\n2\n3\n");
    assert_fails(run("simulate", "-d", "4", "--start-file", start), 2, "holds 3 numbers");
}

static void verdict_sets_the_exit_status(void **state)
{
    (void)state;
    outcome_t outcome = run("compare", "-d", "200", "--time", "3", "--points", "4");
    assert_done(&outcome);
    assert_non_null(strstr(outcome.out, "# verdict: agree\n"));
    outcome_free(&outcome);
    /* an ensemble so large that the O(1/d) it is refused shows */
    outcome = run("compare", "-d", "8", "--time", "3", "--points", "4", "--runs", "20000", "--loss",
                  "least-squares", "--allowance", "1e-9");
    assert_non_null(strstr(outcome.out, "# verdict: disagree in "));
    assert_fails(outcome, 1, "simulation and limit disagree");
}

static void divergence_keeps_rows_and_fails(void **state)
{
    (void)state;
    outcome_t outcome = run("simulate", "-d", "40", "--loss", "least-squares", "--lr", "3",
                            "--time", "50", "--points", "101");
    assert_non_null(strstr(outcome.out, "# curve_1_ended: "));
    assert_non_null(strstr(outcome.out, "\n0.5\t"));
    assert_fails(outcome, 1, "diverged");
}

static void signals_keep_finished_runs(void **state)
{
    (void)state;
    static const int signals[] = {SIGINT, SIGTERM};
    for (size_t e = 0; e < 2; e++) {
        const char *table = in_folder("stopped.tsv");
        pid_t child = start_program(NULL, NULL,
                                    (const char *const[]){"simulate", "-d", "2000", "--time",
                                                          "100000", "--points", "3", "--kernel",
                                                          "full", "-o", table, NULL});
        (void)usleep(300000);
        assert_int_equal(kill(child, signals[e]), 0);
        assert_fails(finish_program(child), 128 + signals[e], "interrupted");
        char *text = read_file(table);
        assert_non_null(strstr(text, "# curve_1_interrupted: "));
        assert_non_null(strstr(text, "\nt\trisk_mean\t"));
        free(text);
        assert_int_equal(count_files(true), 1);
    }
}

static void dimensions_are_fitted(void **state)
{
    (void)state;
    outcome_t outcome = run("compare", "--dimensions", "20,80,3.2e2", "--time", "2", "--points",
                            "5", "--runs", "50");
    assert_done(&outcome);
    assert_non_null(strstr(outcome.out, "# exponent_risk_deviation: -"));
    assert_non_null(strstr(outcome.out, "# verdict_320: agree\n"));
    assert_non_null(strstr(outcome.out, "\ndimension\trisk_deviation\trisk_se\trisk_sd\t"));
    assert_non_null(strstr(outcome.out, "\n320\t"));
    outcome_free(&outcome);
}

static void picture_is_drawn_beside_the_table(void **state)
{
    (void)state;
    outcome_t outcome = run("compare", "-d", "50", "--time", "2", "--points", "5", "--lr", "0.5,2",
                            "--plot", in_folder("picture.svg"));
    if (outcome.status == 1 && strstr(outcome.err, "gnuplot")) {
        outcome_free(&outcome);
        skip(); /* not installed */
    }
    assert_done(&outcome);
    assert_non_null(strstr(outcome.out, "risk_ode"));
    char *picture = read_file(in_folder("picture.svg"));
    assert_non_null(strstr(picture, "<svg"));
    assert_non_null(strstr(picture, "risk R(t)"));
    assert_non_null(strstr(picture, "misclassification error"));
    free(picture);
    outcome_free(&outcome);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_teardown(name, empty_folder)
    const struct CMUnitTest tests[] = {
        CASE(same_seed_same_bytes),
        CASE(a_table_makes_itself_again),
        CASE(refusals_say_what_to_do),
        CASE(verdict_sets_the_exit_status),
        CASE(divergence_keeps_rows_and_fails),
        CASE(signals_keep_finished_runs),
        CASE(dimensions_are_fitted),
        CASE(picture_is_drawn_beside_the_table),
    };
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER"));
    return cmocka_run_group_tests_name("simulate", tests, make_folder, remove_folder);
}
