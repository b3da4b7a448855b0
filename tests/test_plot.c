/* Pictures: real files of their kind, from every kind of table, whatever the texts in them. */
#include "tests/program.h"

/* Tables stated here, so that pictures are tested apart from the numbers. */
static const char curves[] = "# sgdlimit: 0.1.0\n# command: solve\n# dimension: inf\n"
                             "# learning_rate: [0.5, 1]\n# classes: [{weight: 0.5, mean: {family: "
                             "constant, scale: 1}}, {weight: 0.5}]\n"
                             "curve\tt\trisk\terror\tmean_1\tmean_2\n"
                             "0.5\t0\t0.7\t0.5\t0\t0\n0.5\t1\t0.1\t0.3\t1\t-1\n"
                             "0.5\t1000\t0.001\tnan\t2\t-2\n\n\n"
                             "1\t0\t0.7\t0.5\t0\t0\n1\t1\t0.2\t0.4\t2\t-2\n"
                             "1\t1000\t0.003\t0.1\t3\t-3\n";
static const char compared[] =
    "# command: compare\nt,risk_ode,risk_mean,risk_sd,risk_q10,risk_q90\n"
    "0,0.7,0.7,0,0.7,0.7\n1,0.5,0.51,0.1,0.4,0.6\n2,0.4,0.38,0.1,0.3,0.5\n";
static const char simulated[] = "t\trisk_mean\trisk_sd\trisk_q10\trisk_q90\n"
                                "0\t0.7\t0\t0.7\t0.7\n1\t0.5\t0.1\t0.4\t0.6\n";
static const char spectrum[] =
    "node\tweight\teigenvalue_bar\tclean\teigenvalue_1\tmean_1_1\tmean_1_2\n"
    "1\t0.7\t1\t0\t1\t3\t4\n2\t0.3\t0\t1\t0\t1\t0\n";

static void need_gnuplot(void)
{
    const char *path = getenv("PATH");
    char *copy = strdup(path ? path : "");
    bool found = false;
    char *rest = NULL;
    assert_non_null(copy);
    for (char *part = strtok_r(copy, ":", &rest); part && !found;
         part = strtok_r(NULL, ":", &rest)) {
        char name[PATH_SIZE];
        (void)snprintf(name, sizeof name, "%s/gnuplot", part);
        found = access(name, X_OK) == 0;
    }
    free(copy);
    if (!found) {
        skip();
    }
}

/* The file begins as its kind does and is no stub. */
static void assert_picture(const char *name, const char *start)
{
    char head[256] = "";
    struct stat found;
    FILE *stream = fopen(in_folder(name), "r");
    assert_non_null(stream);
    assert_true(fread(head, 1, sizeof head - 1, stream) > 100);
    assert_int_equal(fstat(fileno(stream), &found), 0);
    assert_int_equal(fclose(stream), 0);
    assert_true(found.st_size > 2000);
    assert_non_null(strstr(head, start));
}

static void assert_draws(outcome_t outcome)
{
    assert_done(&outcome);
    assert_string_equal(outcome.out, "");
    outcome_free(&outcome);
}

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
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!strstr(text, words[i])) {
            fail_msg("the picture lacks '%s'", words[i]);
        }
    }
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

static void texts_are_never_commands(void **state)
{
    (void)state;
    need_gnuplot();
    static const char nasty[] =
        "it's `touch pwned` @x \"q\" \\n {/*3 a_b^c} $(id) %s\nnew; unset key";
    const char *table = write_file("a'b `touch pwned` \"c\".tsv", curves);
    assert_draws(run("plot", table, "--title", nasty, "--y", "risk,mean", "--layout", "2x1", "-o",
                     in_folder("'q' `x`.svg")));
    char *text = read_file(in_folder("'q' `x`.svg"));
    assert_non_null(strstr(text, "`touch pwned`"));
    assert_non_null(strstr(text, "a_b^c"));
    free(text);
    assert_false(exists("pwned"));
    assert_int_not_equal(access("pwned", F_OK), 0);
    assert_int_equal(count_files(false), 2);
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
    assert_fails(run("plot", in_folder("absent.tsv")), 2, "absent.tsv");
    assert_fails(run("plot", empty), 2, "no rows");
    assert_fails(run("plot", table, "--y", "rsik"), 2, "did you mean 'risk'?");
    assert_fails(run("plot", table, "--y", "risk,"), 2, "--y");
    assert_fails(run("plot", table, "--x", "time"), 2, "no column 'time'");
    assert_fails(run("plot", table, "--log", "z"), 2, "--log: found 'z'");
    assert_fails(run("plot", zero, "--log", "y"), 2, "no positive number");
    assert_fails(run("plot", table, "--layout", "1x1", "--y", "risk,error"), 2, "--layout");
    assert_fails(run("plot", table, "--layout", "2"), 2, "--layout");
    assert_fails(run("plot", table, "-o", in_folder("a.gif")), 2, ".png, .svg or .pdf");
    assert_fails(run("plot", table, "-o", in_folder("absent/a.png")), 1, "absent/a.png");
    assert_int_equal(count_files(false), 3);
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

#define CASE(name) cmocka_unit_test_teardown(name, empty_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(three_kinds_of_files),       CASE(every_kind_of_table),
        CASE(words_are_in_the_picture),   CASE(tables_are_told_apart),
        CASE(texts_are_never_commands),   CASE(standard_input_is_a_table),
        CASE(wrong_requests_are_refused), CASE(gnuplot_missing_or_failing_is_told),
    };
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER"));
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
