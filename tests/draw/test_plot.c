/* Pictures: real files of their kind, from every kind of table, whatever the texts in them. */
#include "tests/plot.h"

static const char compared[] =
    "# command: compare\nt,risk_ode,risk_mean,risk_sd,risk_q10,risk_q90\n"
    "0,0.7,0.7,0,0.7,0.7\n1,0.5,0.51,0.1,0.4,0.6\n2,0.4,0.38,0.1,0.3,0.5\n";
static const char simulated[] = "t\trisk_mean\trisk_sd\trisk_q10\trisk_q90\n"
                                "0\t0.7\t0\t0.7\t0.7\n1\t0.5\t0.1\t0.4\t0.6\n";
static const char spectrum[] =
    "node\tweight\teigenvalue_bar\tclean\teigenvalue_1\tmean_1_1\tmean_1_2\n"
    "1\t0.7\t1\t0\t1\t3\t4\n2\t0.3\t0\t1\t0\t1\t0\n";

static void three_kinds_of_files(void **state)
{
    (void)state;
    need_gnuplot();
    const char *table = write_file("a.tsv", curves);
    assert_draws(run("plot", table));
    assert_picture("a.png", "\x89PNG\r\n\x1a\n");
    assert_draws(run("plot", table, "-o", in_folder("b.svg")));
    assert_picture("b.svg", "<svg");
    assert_draws(run("plot", table, "-o", in_folder("c.pdf")));
    assert_picture("c.pdf", "%PDF-");
    assert_int_equal(count_files(false), 4); /* nothing else is left behind, here or in TMPDIR */
}

static void every_kind_of_table(void **state)
{
    (void)state;
    need_gnuplot();
    static const char *const texts[] = {curves, compared, simulated, spectrum, "x,y\n1,2\n3,4\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_draws(run("plot", write_file("a.tsv", texts[i]), "-o", in_folder("a.svg")));
        assert_picture("a.svg", "<svg");
    }
}

/* An svg holds its texts: labels, legends and the caption can be read there. */
static void words_are_in_the_picture(void **state)
{
    (void)state;
    need_gnuplot();
    static const char *const words[] = {"t = steps / d",
                                        "risk R(t)",
                                        "learning rate = 0.5",
                                        "learning rate = 1",
                                        "dimension inf",
                                        "class 1: weight 0.5, mean constant (scale 1)",
                                        "A title"};
    assert_draws(
        run("plot", write_file("a.tsv", curves), "--title", "A title", "-o", in_folder("a.svg")));
    char *text = read_file(in_folder("a.svg"));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strstr(text, words[i]))
            fail_msg("the picture lacks '%s'", words[i]);
    free(text);
}

/* One name, one meaning: an excess is counted from a reference, and the axis says from which. */
static void excess_names_its_reference(void **state)
{
    (void)state;
    need_gnuplot();
    static const char rows[] = "point\tlearning_rate\texcess\n1\t0.1\t0.5\n2\t0.2\t0.25\n";
    static const char *const cases[][2] = {
        {"t\texcess\n0\t0.5\n1\t0.25\n", "excess risk R(t) − R_ref"},
        {"# command: sweep\n# vary_1: learning_rate=0.1:0.2:2\n%s", "excess risk R(t) − R(∞)"},
        {"learning_rate\tnoise_excess\n0.1\t0.5\n0.2\t0.25\n", "R(∞) − R_min"}};
    static const char *const column[] = {"excess", "excess", "noise_excess"};
    for (size_t i = 0; i < 3; i++) {
        char table[512];
        (void)snprintf(table, sizeof table, cases[i][0], rows);
        assert_draws(
            run("plot", write_file("a.tsv", table), "--y", column[i], "-o", in_folder("a.svg")));
        char *text = read_file(in_folder("a.svg"));
        if (!strstr(text, cases[i][1]))
            fail_msg("the picture lacks '%s'", cases[i][1]);
        free(text);
    }
}

/* A quantity of every class is drawn from a simulation as from a curve of the limit. */
static void simulated_classes_are_drawn(void **state)
{
    (void)state;
    need_gnuplot();
    const char *table = write_file("a.tsv", "t\tvar_1_mean\tvar_1_sd\tvar_1_q10\tvar_1_q90\t"
                                            "var_2_mean\tvar_2_sd\tvar_2_q10\tvar_2_q90\n"
                                            "0\t1\t0\t1\t1\t2\t0\t2\t2\n"
                                            "1\t3\t1\t2\t4\t5\t1\t4\t6\n");
    assert_draws(run("plot", table, "--y", "var", "-o", in_folder("x.svg")));
    char *text = read_file(in_folder("x.svg"));
    assert_non_null(strstr(text, "class 1"));
    assert_non_null(strstr(text, "class 2"));
    assert_null(strstr(text, "class 3"));
    free(text);
}

/* The legend says what differs between tables, else their names. */
static void tables_are_told_apart(void **state)
{
    (void)state;
    need_gnuplot();
    const char *a = write_file("a.tsv", "# batch: 1\n# dimension: inf\nt\trisk\n0\t1\n1\t0.5\n");
    const char *b = write_file("b.tsv", "# batch: 7\n# dimension: inf\nt\trisk\n0\t1\n1\t0.4\n");
    const char *c = write_file("c.tsv", "# batch: 7\n# dimension: inf\nt\trisk\n0\t1\n1\t0.3\n");
    assert_draws(run("plot", a, b, "-o", in_folder("x.svg")));
    char *text = read_file(in_folder("x.svg"));
    assert_non_null(strstr(text, "batch = 7"));
    assert_non_null(strstr(text, "dimension inf"));
    free(text);
    assert_draws(run("plot", b, c, "-o", in_folder("x.svg")));
    text = read_file(in_folder("x.svg"));
    assert_non_null(strstr(text, ">b<"));
    assert_non_null(strstr(text, ">c<"));
    free(text);
}

static void standard_input_is_a_table(void **state)
{
    (void)state;
    need_gnuplot();
    const char *table = write_file("a.tsv", curves);
    assert_draws(
        run_with(table, NULL, (const char *const[]){"plot", "-", "-o", in_folder("b.png"), NULL}));
    assert_picture("b.png", "\x89PNG\r\n\x1a\n");
}

static void wrong_requests_are_refused(void **state)
{
    (void)state;
    const char *table = write_file("a.tsv", curves);
    const char *empty = write_file("empty.tsv", "t\trisk\n");
    const char *zero = write_file("zero.tsv", "t\trisk\n0\t0\n1\tnan\n");
    const char *none = write_file("none.tsv", "t\trisk\n0\tnan\n1\tnan\n");
    assert_fails(run("plot", in_folder("absent.tsv")), 2, "absent.tsv");
    assert_fails(run("plot", empty), 2, "no rows");
    assert_fails(run("plot", table, "--y", "rsik"), 2, "did you mean 'risk'?");
    assert_fails(run("plot", table, "--y", "risk,"), 2, "--y");
    assert_fails(run("plot", table, "--x", "tt"), 2, "no column 'tt' (did you mean 't'?)");
    assert_fails(run("plot", table, "--x", "time"), 2, "there are: curve, t, risk");
    assert_fails(run("plot", table, "--log", "z"), 2, "--log: found 'z'");
    assert_fails(run("plot", zero, "--log", "y"), 2, "no positive number");
    assert_fails(run("plot", none), 2, "column 'risk' has no number to draw\n");
    assert_fails(run("plot", table, "--layout", "1x1", "--y", "risk,error"), 2, "--layout");
    assert_fails(run("plot", table, "--layout", "2"), 2, "--layout");
    assert_fails(run("plot", table, "-o", in_folder("a.gif")), 2, ".png, .svg or .pdf");
    assert_fails(run("plot", table, "-o", in_folder("absent/a.png")), 1, "absent/a.png");
    assert_int_equal(count_files(false), 4);
}

static drawn_t draw(const char *text, const char *column, const char *log)
{
    drawn_t drawn = DRAW(write_file("a.tsv", text), "--y", column, "--log", log);
    drawn_t numbers = drawn;
    drawn_free(&drawn);
    numbers.parameters = numbers.axes = numbers.panel = NULL;
    return numbers;
}

/* Of the rows t = 1, 10, ... those that are drawn. */
static void assert_drawn(const drawn_t *drawn, size_t first, size_t end)
{
    for (size_t i = 0; i < drawn->points; i++)
        assert_true(isnan(drawn->line[i]) == (i < first || i >= end));
}

#define DECAY                                                                                      \
    "t\trisk\terror\tgradient_norm2\n1\t1\t1\t1\n10\t1e-4\t1e-4\t1e-4\n"                           \
    "100\t2e-9\t1e-20\t2e-9\n1000\t5e-10\t1e-30\t5e-10\n1e4\t1e-13\t1e-60\t1e-13\n"                \
    "1e5\t0\t0\t0\n1e6\t-1e-17\t1e-99\t1e-17\n"
#define SQUARES "# loss: least-squares\n"
#define COARSE "# tolerance: {relative: 1e-8, absolute: 1e-9}\n"

/* Least-squares risks below the integrator's absolute tolerance are noise: no log axis shows them,
 * nor do they keep a log axis from being chosen; the time axis holds all rows. */
static void noise_is_left_out_of_log_axes(void **state)
{
    (void)state;
    static const char *const squares[] = {"risk", "gradient_norm2"};
    for (size_t i = 0; i < 2; i++) {
        drawn_t coarse = draw(SQUARES COARSE DECAY, squares[i], "auto");
        drawn_t usual = draw(SQUARES DECAY, squares[i], "xy");
        drawn_t plain = draw(SQUARES COARSE DECAY, squares[i], "none");
        assert_int_equal(coarse.points, 7);
        assert_true(coarse.log_x == 1 && coarse.log_y == 1);
        assert_true(coarse.x_low == 1 && coarse.x_high == 1e6);
        assert_drawn(&coarse, 0, 3);
        assert_true(coarse.line[2] == 2e-9);
        assert_drawn(&usual, 0, 4); /* 1e-12 */
        assert_true(plain.log_x == 0 && plain.log_y == 0);
        assert_drawn(&plain, 0, 7);
    }
    /* small errors and logistic risks are no noise */
    drawn_t error = draw(SQUARES COARSE DECAY, "error", "xy");
    drawn_t logistic = draw("# loss: logistic\n" COARSE DECAY, "risk", "xy");
    assert_true(error.line[4] == 1e-60 && isnan(error.line[5]) && error.line[6] == 1e-99);
    assert_drawn(&logistic, 0, 5);
}

static void time_axes_begin_and_end_with_the_rows(void **state)
{
    (void)state;
    drawn_t late = draw("t\tslope\n0\tnan\n1\tnan\n2\t0.5\n4\tnan\n", "slope", "none");
    assert_true(late.x_low == 0 && late.x_high == 4);
    drawn_t log = draw("t\tslope\n0\t1\n1\tnan\n2\t0.5\n4\tnan\n", "slope", "x");
    assert_true(log.x_low == 1 && log.x_high == 4);
    assert_true(isnan(log.x[0]));
    char text[4096] = "node\tweight\teigenvalue_bar\teigenvalue_1\n";
    for (int i = 1; i <= 50; i++) {
        size_t length = strlen(text);
        (void)snprintf(text + length, sizeof text - length, "%d\t0.02\t%d\t%d\n", i, i, i);
    }
    drawn_t profile = draw(text, "eigenvalue", "none");
    assert_int_equal(profile.points, 100); /* steps */
    assert_true(profile.x[0] == 0 && fabs(profile.x[1] - 0.02) < 1e-9 && profile.x[99] == 1);
    assert_true(profile.x_low == 0 && profile.x_high == 1);
}

static void scripts_are_found_beside_the_program(void **state)
{
    (void)state;
    need_gnuplot();
    assert_int_equal(unsetenv("SGDLIMIT_PLOTS"), 0);
    outcome_t outcome = run("plot", write_file("a.tsv", curves));
    assert_int_equal(set_scripts(), 0);
    assert_draws(outcome);
    assert_picture("a.png", "\x89PNG\r\n\x1a\n");
}

static void gnuplot_missing_or_failing_is_told(void **state)
{
    (void)state;
    const char *table = write_file("a.tsv", curves);
    char *before = strdup(getenv("PATH"));
    assert_non_null(before);
    assert_int_equal(setenv("PATH", "/nonexistent", 1), 0);
    outcome_t missing = run("plot", table);
    assert_int_equal(setenv("PATH", folder, 1), 0);
    (void)write_file("gnuplot", "#!/bin/sh\necho 'out of ink' >&2\nexit 3\n");
    assert_int_equal(chmod(in_folder("gnuplot"), 0700), 0);
    outcome_t failing = run("plot", table);
    (void)write_file("gnuplot", "#!/bin/sh\nexit 0\n");
    outcome_t idle = run("plot", table);
    /* a disk that is full: gnuplot leaves what fitted, and is content */
    (void)write_file("gnuplot", "#!/bin/sh\nfor last; do :; done\n"
                                "printf 'PNG, but a part only: it has no end at all' "
                                ">\"$last/picture\"\n");
    for (size_t i = 0; i < 3; i++) {
        static const char *const names[] = {"x.png", "x.svg", "x.pdf"};
        assert_fails(run("plot", table, "-o", in_folder(names[i])), 1,
                     "gnuplot: drew an incomplete picture");
        assert_false(exists(names[i]));
    }
    assert_int_equal(setenv("PATH", before, 1), 0);
    free(before);
    assert_fails(missing, 1, "gnuplot: not found");
    assert_fails(failing, 1, "out of ink");
    assert_fails(idle, 1, "gnuplot: drew nothing");
    assert_int_equal(setenv("SGDLIMIT_PLOTS", "/nonexistent", 1), 0);
    outcome_t scripts = run("plot", table);
    assert_int_equal(set_scripts(), 0);
    assert_fails(scripts, 1, "SGDLIMIT_PLOTS");
    assert_false(exists("a.png"));
    assert_int_equal(count_files(false), 2);
}

/* A picture takes the place of no table that it shows, by whatever name. */
static void tables_are_not_drawn_over(void **state)
{
    (void)state;
    const char *table = write_file("a.tsv", curves), *strange = write_file("b.png", curves);
    assert_int_equal(symlink("a.tsv", in_folder("l.png")), 0);
    assert_int_equal(link(table, in_folder("h.svg")), 0);
    assert_fails(run("plot", table, "-o", in_folder("l.png")), 2, "which is the table");
    assert_fails(run("plot", strange, table, "-o", in_folder("h.svg")), 2, "which is the table");
    assert_fails(run("plot", strange), 2, "which is the table");
    assert_file("a.tsv", curves);
    assert_file("b.png", curves);
}

#define CASE(name) cmocka_unit_test_teardown(name, empty_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(three_kinds_of_files),
        CASE(every_kind_of_table),
        CASE(words_are_in_the_picture),
        CASE(excess_names_its_reference),
        CASE(simulated_classes_are_drawn),
        CASE(tables_are_told_apart),
        CASE(standard_input_is_a_table),
        CASE(wrong_requests_are_refused),
        CASE(noise_is_left_out_of_log_axes),
        CASE(time_axes_begin_and_end_with_the_rows),
        CASE(scripts_are_found_beside_the_program),
        CASE(gnuplot_missing_or_failing_is_told),
        CASE(tables_are_not_drawn_over),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
