/* Several tables in one picture: legends say what differs, styles what belongs together. */
#include "tests/plot_svg.h"

#define HEAD(command, dimension, rest)                                                             \
    "# command: " command "\n# dimension: " dimension "\n# loss: logistic\n"                       \
    "# learning_rate: 0.5\n" rest
#define CLASSES(first, second)                                                                     \
    "# classes: [{weight: 0.5, label: 1, covariance: {family: power-law, exponent: " first         \
    ", scale: 1}}, {weight: 0.5, label: 0, covariance: {family: power-law, exponent: " second      \
    ", scale: 1}}]\n"
#define LINE "t\trisk\n0\t1\n1\t0.5\n2\t0.4\n"
#define RUNS "t\trisk_mean\trisk_sd\trisk_q10\trisk_q90\n0\t1\t0\t1\t1\n1\t0.6\t0.1\t0.5\t0.7\n"

/* The style of a legend's entry, as gnuplot was told. */
static long style_of(const drawn_t *drawn, const char *text)
{
    size_t number = 0;
    for (const char *c = drawn->parameters; (c = strstr(c, "phrase[")) != NULL; c++) {
        char *end;
        size_t found = strtoul(c + 7, &end, 10);
        if (strncmp(end, "] = \"", 5) == 0 && strncmp(end + 5, text, strlen(text)) == 0 &&
            end[5 + strlen(text)] == '"')
            number = found;
    }
    assert_true(number > 0);
    /* words: two labels of axes, then the entries in the order of the samples */
    char start[64];
    (void)snprintf(start, sizeof start, "\nsample_style[%zu] = ", number - 2);
    const char *found = strstr(drawn->parameters, start);
    assert_non_null(found);
    return strtol(found + strlen(start), NULL, 10);
}

static void differences_are_told(void **state)
{
    (void)state;
    need_gnuplot();
    static const struct {
        const char *first, *second;
        const char *told[2];
    } cases[] = {{HEAD("solve", "inf", "# batch: 1\n"),
                  HEAD("solve", "inf", "# batch: 7\n"),
                  {"batch = 1", "batch = 7"}},
                 {HEAD("solve", "inf", ""), HEAD("solve", "100", ""), {"d = ∞", "d = 100"}},
                 {HEAD("solve", "inf", CLASSES("1.5", "1.5")),
                  HEAD("solve", "inf", CLASSES("2", "2")),
                  {"covariance exponent = 1.5", "covariance exponent = 2"}},
                 {HEAD("solve", "inf", CLASSES("1.5", "1.5")),
                  HEAD("solve", "inf", CLASSES("1.5", "2")),
                  {"class 2 covariance exponent = 1.5", "class 2 covariance exponent = 2"}},
                 {"# loss: logistic\n# classes: [{weight: 1, label: 0}]\n",
                  "# loss: least-squares\n# classes: [{weight: 1, label: -1}]\n",
                  {"logistic", "least-squares"}},
                 {HEAD("solve", "inf", "# start: {norm2: 0}\n"),
                  HEAD("solve", "inf", "# start: {norm2: 2}\n"),
                  {"start norm2 = 0", "start norm2 = 2"}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char first[1024];
        char second[1024];
        (void)snprintf(first, sizeof first, "%s%s", cases[i].first, LINE);
        (void)snprintf(second, sizeof second, "%s%s", cases[i].second, LINE);
        page_t *page = PAGE(write_file("a.tsv", first), write_file("b.tsv", second));
        for (int k = 0; k < 2; k++) {
            size_t found = 0;
            for (size_t w = 0; w < page->count; w++)
                found += strcmp(page->words[w].text, cases[i].told[k]) == 0;
            if (found != 1)
                fail_msg("the legend lacks '%s'", cases[i].told[k]);
        }
        free(page);
    }
}

/* Nothing differs but the files: as much of their names as tells them apart. */
static void files_are_told_apart(void **state)
{
    (void)state;
    need_gnuplot();
    assert_int_equal(mkdir(in_folder("one"), 0700), 0);
    assert_int_equal(mkdir(in_folder("two"), 0700), 0);
    const char *text = HEAD("solve", "inf", "") LINE;
    const char *one = write_file("one/r.tsv", text);
    const char *two = write_file("two/r.tsv", text);
    const char *other = write_file("two/s.tsv", text);
    const char *csv = write_file("two/s.csv", HEAD("solve", "inf", "") "t,risk\n0,1\n1,2\n");
    static const struct {
        int file[3];
        const char *told[3];
    } cases[] = {{{0, 1, -1}, {"one/r", "two/r", NULL}},
                 {{0, 2, -1}, {"r", "s", NULL}},
                 {{0, 1, 2}, {"one/r", "two/r", "s"}},
                 {{2, 3, -1}, {"s.tsv", "s.csv", NULL}},
                 {{0, 0, -1}, {"r (1)", "r (2)", NULL}}};
    const char *files[] = {one, two, other, csv};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *arguments[8] = {"plot"};
        size_t count = 1;
        for (int k = 0; k < 3 && cases[i].file[k] >= 0; k++)
            arguments[count++] = files[cases[i].file[k]];
        arguments[count++] = "-o";
        arguments[count++] = in_folder("page.svg");
        page_t *page = legible_page(arguments);
        for (int k = 0; k < 3 && cases[i].told[k]; k++)
            assert_word(page, cases[i].told[k]);
        free(page);
    }
    assert_int_equal(unlink(one) + unlink(two) + unlink(other) + unlink(csv), 0);
    assert_int_equal(rmdir(in_folder("one")) + rmdir(in_folder("two")), 0);
}

/* Theory and simulation of one problem share a style; another problem has its own, and so has a
 * second simulation. */
static void theory_and_simulation_share_a_style(void **state)
{
    (void)state;
    const char *theory = write_file("a.tsv", HEAD("solve", "inf", "# batch: 1\n") LINE);
    const char *other = write_file("b.tsv", HEAD("solve", "inf", "# batch: 2\n") LINE);
    const char *runs = write_file("c.tsv", HEAD("simulate", "100", "# batch: 1\n# runs: 5\n") RUNS);
    const char *same = write_file("d.tsv", HEAD("simulate", "100", "# batch: 2\n# runs: 5\n") RUNS);
    const char *more = write_file("e.tsv", HEAD("simulate", "200", "# batch: 2\n# runs: 5\n") RUNS);
    drawn_t drawn = DRAW(theory, runs, "-o", in_folder("x.png"));
    assert_int_equal(style_of(&drawn, "theory, d = ∞"), 1);
    assert_int_equal(style_of(&drawn, "simulation, d = 100: mean of the runs"), 1);
    assert_null(strstr(drawn.parameters, "\"mean of the runs\""));
    drawn_free(&drawn);
    drawn = DRAW(runs, other, theory, same, "-o", in_folder("x.png"));
    long pair[] = {style_of(&drawn, "theory, d = ∞, batch = 1"),
                   style_of(&drawn, "theory, d = ∞, batch = 2")};
    assert_int_equal(style_of(&drawn, "simulation, d = 100, batch = 1"), pair[0]);
    assert_int_equal(style_of(&drawn, "simulation, d = 100, batch = 2"), pair[1]);
    assert_true(pair[0] != pair[1]);
    drawn_free(&drawn);
    drawn = DRAW(other, same, more, "-o", in_folder("x.png"));
    assert_int_equal(style_of(&drawn, "simulation, d = 100"), style_of(&drawn, "theory, d = ∞"));
    assert_true(style_of(&drawn, "simulation, d = 200") != style_of(&drawn, "theory, d = ∞"));
    drawn_free(&drawn);
    need_gnuplot();
    page_t *page = PAGE(theory, runs);
    assert_word(page, "runs 5"); /* in the caption: theory has none that could differ */
    free(page);
}

static void names_may_be_given(void **state)
{
    (void)state;
    need_gnuplot();
    const char *a = write_file("a.tsv", HEAD("solve", "inf", "") LINE);
    const char *two = write_file("b.tsv", "# learning_rate: [1, 2]\ncurve\tt\trisk\n1\t0\t1\n"
                                          "1\t1\t2\n\n\n2\t0\t1\n2\t1\t3\n");
    page_t *page = PAGE(a, two, "--name", "the limit", "--name", "γ = {1_2}");
    assert_word(page, "the limit");
    assert_word(page, "γ = {1_2}, learning rate = 2");
    free(page);
    page = PAGE(two, "--name", "slow", "--name", "fast");
    assert_word(page, "slow");
    assert_word(page, "fast");
    assert_int_equal(count_words(page, "learning rate = "), 0);
    free(page);
    page = PAGE(a, "--name", "alone");
    assert_word(page, "alone");
    free(page);
    assert_fails(run("plot", a, two, "--name", "x"), 2, "found 1 names, allowed: 2");
    assert_fails(run("plot", a, "--name", "x", "--name", "y"), 2, "found 2 names, allowed: 1");
}

/* Beyond the legend's room: all curves are drawn, and how many have no entry is said. */
static void many_curves_are_all_drawn(void **state)
{
    (void)state;
    need_gnuplot();
    enum { CURVES = 36 };
    char text[4096] = "curve\tt\trisk\n";
    for (int i = 1; i <= CURVES; i++) {
        size_t length = strlen(text);
        (void)snprintf(text + length, sizeof text - length, "%s%d\t0\t1\n%d\t1\t%d\n",
                       i > 1 ? "\n\n" : "", i, i, i);
    }
    const char *table = write_file("a.tsv", text);
    page_t *page = PAGE(table);
    assert_int_equal(count_words(page, "curve "), 29);
    assert_word(page, "and 7 more");
    free(page);
    drawn_t drawn = DRAW(table, "-o", in_folder("x.png"));
    assert_non_null(strstr(drawn.parameters, "\nstyles[1] = 36\n"));
    assert_true(drawn.y_low <= 1 && drawn.y_high >= CURVES);
    drawn_free(&drawn);
}

/* In grey a curve has its dash and its marker: no two of 65 curves have both in common. */
static void styles_differ_in_grey(void **state)
{
    (void)state;
    need_gnuplot();
    char path[PATH_SIZE];
    char script[4 * PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/plots/style.gp", getenv("SGDLIMIT_SOURCE"));
    (void)snprintf(
        script, sizeof script,
        "cd '%s' && gnuplot -d -e \"ending='svg'; picture='p.svg'; width=100; height=100; "
        "most_styles=65; load '%s'; set print 's'; show style line; show linetype\" "
        "2> shown",
        folder, path);
    assert_int_equal(system(script), 0);
    char *shown = read_file(in_folder("shown"));
    char dash[65][32];
    int marker[65];
    size_t count = 0;
    for (const char *c = shown; (c = strstr(c, "linetype ")) != NULL && count < 65; c++) {
        const char *end = c + strcspn(c, "\n");
        const char *point = strstr(c, "pointtype ");
        const char *dashes = strstr(c, "dashtype ");
        if (point && point < end && dashes && dashes < end) {
            marker[count] = atoi(point + 10);
            (void)snprintf(dash[count++], sizeof *dash, "%.*s",
                           (int)strcspn(dashes + 9, " \n") < 31 ? (int)strcspn(dashes + 9, " \n")
                                                                : 31,
                           dashes + 9);
        }
    }
    free(shown);
    assert_int_equal(count, 65);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(marker[i] != marker[k] || strcmp(dash[i], dash[k]) != 0);
}

#define CASE(name) cmocka_unit_test_teardown(name, empty_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(differences_are_told),
        CASE(files_are_told_apart),
        CASE(theory_and_simulation_share_a_style),
        CASE(names_may_be_given),
        CASE(many_curves_are_all_drawn),
        CASE(styles_differ_in_grey),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
