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

/* One run whose directions threads share; fewer of them where the system allows no more. */
static void one_large_run_has_the_same_bytes(void **state)
{
    (void)state;
    static const char *const threads[] = {"1", "2", "3", "5", "5"};
    outcome_t first = {0};
    for (size_t e = 0; e < 5; e++) {
        if (e == 4)
            assert_int_equal(setenv("OMP_THREAD_LIMIT", "2", 1), 0);
        outcome_t outcome = run("simulate", "-d", "30000", "--time", "0.001", "--points", "3",
                                "--runs", "1", "--kernel", "full", "--batch", "2", "--ridge", "0.1",
                                "--intercept", "1", "--threads", threads[e]);
        assert_int_equal(unsetenv("OMP_THREAD_LIMIT"), 0);
        assert_done(&outcome);
        if (e == 0) {
            first = outcome;
            continue;
        }
        assert_string_equal(outcome.out, first.out);
        outcome_free(&outcome);
    }
    assert_non_null(strstr(first.out, "\n0.001\t"));
    outcome_free(&first);
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

/* Every sample of a batch, or their sums: which is said, and kept. */
static void the_way_of_batches_is_kept(void **state)
{
    (void)state;
    const char *path = in_folder("t.tsv");
    outcome_t made = run("simulate", "-d", "200", "-t", "0.1", "--batch", "30", "--points", "2",
                         "--runs", "2", "--kernel", "samples", "-o", path);
    outcome_t again = run("simulate", path);
    assert_done(&made);
    assert_done(&again);
    assert_non_null(strstr(again.out, "\n# option_kernel: samples\n"));
    assert_null(strstr(again.out, "note_batches"));
    outcome_t sums = run("simulate", path, "--kernel", "full");
    assert_done(&sums);
    assert_non_null(strstr(sums.out, "\n# note_batches: "));
    outcome_t single = run("simulate", path, "--kernel", "full", "--batch", "1");
    assert_done(&single);
    assert_null(strstr(single.out, "note_batches"));
    outcome_free(&made);
    outcome_free(&again);
    outcome_free(&sums);
    outcome_free(&single);
}

static void refusals_say_what_to_do(void **state)
{
    (void)state;
    assert_fails(run("simulate"), 2, "--dimension 1000");
    assert_fails(run("compare", "--dimension", "inf"), 2, "--dimension 1000");
    assert_fails(run("simulate", "-d", "9", "--runs", "0"), 2, "--runs: found '0'");
    assert_fails(run("simulate", "-d", "9", "--threads", "0"), 2, "--threads: found '0'");
    assert_fails(run("simulate", "-d", "9", "--threads", "2x"), 2, "--threads: found '2x'");
    assert_fails(run("simulate", "-d", "9", "--kernel", "fast"), 2,
                 "full, collapsed, samples, auto");
    assert_fails(run("simulate", "-d", "9", "--classes", "3"), 2, "from 1 to 2");
    assert_fails(run("compare", "-d", "9", "--runs", "1"), 2, "from 2");
    assert_fails(run("compare", "--dimensions", "100"), 2, "2 to 64");
    assert_fails(run("compare", "-d", "9", "--dimensions", "5,9"), 2, "found beside --dimensions");
    assert_fails(run("compare", "--dimensions", "100,90"), 2, "increasing");
    assert_fails(run("compare", "--dimensions", "100,2e2x"), 2, "increasing");
    assert_fails(run("compare", "-d", "9", "--allowance", "-1"), 2, "above 0");
    assert_fails(run("compare", "-d", "9", "--noise-law", "uniform"), 2, "gaussian, binary");
    assert_fails(run("compare", "-d", "9", "--passage", "--plot", "x.png"), 2, "beside --passage");
    assert_fails(run("compare", "-d", "9", "--passage"), 2, "knows no first passages");
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

/* A verdict that would say nothing says so, and what would help: which does. */
static void too_few_runs_are_inconclusive(void **state)
{
    (void)state;
    static const char instance[] = "# verdict: inconclusive: the allowed deviation of the error, ";
    outcome_t outcome = run("compare", "-d", "50", "--time", "5", "--points", "11", "--runs", "2");
    assert_non_null(strstr(outcome.out, instance));
    const char *offer = strstr(outcome.err, "2 runs are too few, about ");
    assert_non_null(offer);
    char runs[16];
    (void)snprintf(runs, sizeof runs, "%ld", 2 * strtol(offer + 26, NULL, 10));
    assert_fails(outcome, 1, "sgdlimit: inconclusive: the allowed deviation");
    outcome = run("compare", "-d", "50", "--time", "5", "--points", "11", "--runs", runs);
    assert_done(&outcome);
    assert_non_null(strstr(outcome.out, "# verdict: agree\n"));
    outcome_free(&outcome);
    assert_fails(run("compare", "-d", "6", "-t5", "--points", "6", "--runs", "2000"), 1,
                 "a larger dimension would tell");
    outcome = run("compare", "--dimensions", "20,40", "-t2", "--points", "5", "--runs", "3");
    assert_non_null(strstr(outcome.out, "# verdict_40: inconclusive\n"));
    assert_fails(outcome, 1, "inconclusive: agree at 0, disagree at 0, inconclusive at 2");
    outcome = run("compare", "--dimensions", "8,400", "-t2", "--points", "5", "--runs", "30");
    assert_done(&outcome);
    assert_non_null(strstr(outcome.out, "# verdict_8: inconclusive\n"));
    assert_non_null(strstr(outcome.out, "# verdict: agree: agree at 1, disagree at 0, "));
    outcome_free(&outcome);
}

/* Runs in a table against the limit: its own, another problem's, and in other formats. */
static void simulated_tables_are_judged(void **state)
{
    (void)state;
    static const char *const formats[] = {"runs.tsv", "runs.csv", "runs.json"};
    for (size_t e = 0; e < 3; e++) {
        const char *runs = in_folder(formats[e]);
        outcome_t outcome = run("simulate", "-d", "2000", "--lr", "0.6", "-t4", "--points", "9",
                                "--runs", "30", "--kernel", "collapsed", "-o", runs);
        assert_done(&outcome);
        outcome_free(&outcome);
        outcome = run("compare", "--simulated", runs);
        assert_done(&outcome);
        assert_non_null(strstr(outcome.out, "# verdict: agree\n"));
        assert_non_null(strstr(outcome.out, "# learning_rate: 0.6\n"));
        assert_non_null(strstr(outcome.out, "# runs: 30\n"));
        assert_null(strstr(outcome.out, "differs"));
        outcome_free(&outcome);
        /* the limit is that of PROBLEM, or of the table with the flags over it */
        const char *problem = write_file("p.yaml", "{dimension: 2000, learning_rate: 0.5}\n");
        outcome = run("compare", problem, "--simulated", runs);
        assert_non_null(strstr(outcome.out, "# learning_rate: 0.5\n"));
        assert_non_null(
            strstr(outcome.out, "# simulated_differs: learning_rate (0.6 there, 0.5 here)\n"));
        assert_fails(outcome, 1,
                     "disagree; the table's comments say where; the runs' problem has "
                     "another learning_rate (0.6 there, 0.5 here)");
        assert_fails(run("compare", "--lr", "0.8", "--simulated", runs), 1, "simulation and limit");
        outcome = run("compare", "-d", "inf", "--simulated", runs);
        assert_done(&outcome);
        assert_non_null(strstr(outcome.out, "differs: dimension (2000 there, inf here)\n"));
        outcome_free(&outcome);
        assert_int_equal(unlink(runs), 0);
    }
}

/* A comparison makes itself again from anywhere, from the very runs that it was made from. */
static void comparisons_know_their_runs(void **state)
{
    (void)state;
    outcome_t outcome = run("simulate", "-d", "600", "-t4", "--points", "5", "--runs", "20", "-o",
                            in_folder("runs.tsv"));
    assert_done(&outcome);
    outcome_free(&outcome);
    char here[PATH_SIZE];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(in_folder("")), 0);
    outcome = run("compare", "--simulated", "runs.tsv", "-o", "a.tsv", "--significance", "0.01");
    assert_int_equal(chdir(here), 0);
    assert_done(&outcome);
    outcome_free(&outcome);
    outcome = run("compare", in_folder("a.tsv"));
    assert_done(&outcome);
    char *first = read_file(in_folder("a.tsv"));
    assert_string_equal(outcome.out, first);
    free(first);
    outcome_free(&outcome);
    const char *runs = in_folder("runs.tsv");
    assert_fails(run("compare", "--simulated", runs, "-o", runs), 2, "--output: ");
    outcome = run("simulate", "-d", "600", "-t4", "--points", "5", "--runs", "21", "-o", runs);
    assert_done(&outcome);
    outcome_free(&outcome);
    assert_fails(run("compare", in_folder("a.tsv")), 2, "is not the file that the table was made");
    outcome = run("compare", in_folder("a.tsv"), "--simulated", runs);
    assert_done(&outcome);
    outcome_free(&outcome);
}

/* What another program simulated: the columns, the number of runs, and a problem beside it. */
static void foreign_tables_are_judged(void **state)
{
    (void)state;
    const char *problem = write_file("p.yaml", "{dimension: 400, learning_rate: 0.5}\n");
    const char *runs = write_file("f.csv", "# runs: 100\nt,risk_mean,risk_sd,error_mean,error_sd\n"
                                           "0,0.6931,0,0.5,0\n2,0.1,0.01,0.1,0.01\n");
    assert_fails(run("compare", problem, "--simulated", runs), 1, "simulation and limit disagree");
    assert_fails(run("compare", "--simulated", runs), 2, "states no finite dimension of its runs");
    runs = write_file("f.csv", "t,risk_mean,risk_sd,error_mean,error_sd\n0,0.6931,0,0.5,0\n");
    assert_fails(run("compare", problem, "--simulated", runs), 2,
                 "f.csv: found no comment 'runs', allowed: a comment 'runs'");
}

static void what_is_not_simulated_is_refused(void **state)
{
    (void)state;
    const char *runs = in_folder("runs.tsv");
    outcome_t outcome = run("simulate", "-d", "20", "-t1", "--points", "3", "-o", runs);
    assert_done(&outcome);
    outcome_free(&outcome);
    assert_fails(run("compare", "--simulated", runs, "--runs", "5"), 2,
                 "--runs: found beside --simulated, whose runs are made already");
    assert_fails(run("compare", "--simulated", runs, "--dimensions", "5,10"), 2,
                 "--dimensions: found beside --simulated");
    assert_fails(run("compare", "--simulated", runs, "--kernel", "full"), 2, "--kernel: found");
    assert_fails(run("compare", "--simulated", "-"), 2, "--simulated: found '-'");
    assert_fails(run("compare", "--simulated", in_folder("none.tsv")), 2, "none.tsv: cannot");
    assert_fails(run("compare", "--simulated", runs, "--lr", "0.5,1"), 2,
                 "runs.tsv: holds 1 curves, allowed 2");
    outcome = run("solve", "-t1", "--points", "3", "-o", in_folder("curve.tsv"));
    assert_done(&outcome);
    outcome_free(&outcome);
    assert_fails(run("compare", "--simulated", in_folder("curve.tsv")), 2, "curve.tsv: ");
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
    assert_non_null(strstr(outcome.out, " (standard error "));
    outcome_free(&outcome);
    outcome =
        run("compare", "--dimensions", "20,40", "--time", "1", "--points", "3", "--runs", "3");
    assert_non_null(strstr(outcome.out, " (no standard error from two dimensions)\n"));
    assert_null(strstr(outcome.out, "nan"));
    outcome_free(&outcome);
    outcome = run("compare", write_file("one.yaml", "classes: [{label: 1}]\n"), "--dimensions",
                  "20,40,80", "--time", "1", "--points", "3", "--runs", "3"); /* without an error */
    assert_non_null(strstr(outcome.out, "# exponent_error_sd: none: "));
    assert_non_null(strstr(outcome.out, "# exponent_error_deviation: none: "));
    assert_null(strstr(outcome.out, "nan"));
    outcome_free(&outcome);
}

static void picture_is_drawn_beside_the_table(void **state)
{
    (void)state;
    outcome_t outcome = run("compare", "-d", "100", "--time", "2", "--points", "5", "--lr", "0.5,2",
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
        CASE(one_large_run_has_the_same_bytes),
        CASE(a_table_makes_itself_again),
        CASE(the_way_of_batches_is_kept),
        CASE(refusals_say_what_to_do),
        CASE(verdict_sets_the_exit_status),
        CASE(too_few_runs_are_inconclusive),
        CASE(simulated_tables_are_judged),
        CASE(comparisons_know_their_runs),
        CASE(foreign_tables_are_judged),
        CASE(what_is_not_simulated_is_refused),
        CASE(divergence_keeps_rows_and_fails),
        CASE(signals_keep_finished_runs),
        CASE(dimensions_are_fitted),
        CASE(picture_is_drawn_beside_the_table),
    };
    return cmocka_run_group_tests_name("simulate", tests, make_folder, remove_folder);
}
