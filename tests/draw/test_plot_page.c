/* The page: words stand on it and beside each other, axes say what they can and what they cannot.
 */
#include "tests/plot_svg.h"

#define LONG                                                                                       \
    "a title that says in more words than a line can hold what is in the picture, and then says "  \
    "it again in other words, so that it has to be broken into lines"

static const char *two_curves(void) { return write_file("a.tsv", curves); }

/* ---- words ------------------------------------------------------------------------------------
 */

static void words_do_not_meet(void **state)
{
    (void)state;
    need_gnuplot();
    static const char *const layouts[][3] = {{"risk", "1x1", NULL},
                                             {"risk,error", "1x2", NULL},
                                             {"risk,error", "2x1", LONG},
                                             {"risk,error,mean", "2x2", "short"},
                                             {"risk,error,mean,mean_1", "1x4", LONG},
                                             {"mean,risk,risk,risk,risk,risk", "3x2", NULL},
                                             {"risk+error", "1x1", LONG LONG LONG LONG}};
    const char *table = two_curves();
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        const char *title = layouts[i][2] ? layouts[i][2] : "";
        page_t *page =
            PAGE(table, "--y", layouts[i][0], "--layout", layouts[i][1], "--title", title);
        assert_word(page, "t = steps / d");
        assert_word(page, "learning rate = 0.5");
        if (strlen(title) > 400) {
            assert_word(page, " …"); /* not silently */
        } else if (*title) {
            assert_word(page,
                        layouts[i][2] == (const char *)LONG ? "to be broken into lines" : title);
        }
        free(page);
    }
}

static void long_words_stay_on_the_page(void **state)
{
    (void)state;
    need_gnuplot();
    char name[300];
    char text[1200];
    (void)memset(name, 'w', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    (void)snprintf(text, sizeof text, "# loss: %s\n# batch: %.150s\nt\t%.200s\n0\t1\n1\t2\n", name,
                   name, name);
    const char *table = write_file("a.tsv", text);
    (void)strcpy(name + 200, ".tsv");
    const char *other = write_file(name, "t\trisk\n0\t1\n1\t2\n");
    page_t *page = PAGE(table);
    assert_word(page, "…");
    free(page);
    page = PAGE(other, other, "--title", name);
    assert_word(page, "(2)"); /* the end of a name that is cut in its middle */
    free(page);
}

static void numbers_of_any_length_have_room(void **state)
{
    (void)state;
    need_gnuplot();
    static const char *const values[][2] = {{"0.1234567", "0.1234568"},
                                            {"-1e-20", "1e-20"},
                                            {"123456", "123459"},
                                            {"-98765.5", "98765.5"},
                                            {"1e300", "2e300"},
                                            {"1e-300", "1e300"},
                                            {"7", "7"},
                                            {"0", "0"},
                                            {"-3", "-3"},
                                            {"1e15", "1.0001e15"},
                                            {"0.00012", "0.00013"},
                                            {"7e307", "-7e307"}};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        for (int log = 0; log < 2; log++) {
            char text[256];
            (void)snprintf(text, sizeof text, "x\ty\n%s\t%s\n%s\t%s\n", values[i][0], values[i][0],
                           values[i][1], values[i][1]);
            if (log && (values[i][0][0] == '-' || values[i][0][0] == '0'))
                continue;
            page_t *page = PAGE(write_file("a.tsv", text), "--log", log ? "xy" : "none");
            assert_true(page->count >= 4); /* two names of axes and their numbers */
            free(page);
        }
    }
}

/* ---- ticks ------------------------------------------------------------------------------------
 */

static size_t count_ticks(const drawn_t *drawn, const char *axis, bool labelled)
{
    char start[64];
    size_t count = 0;
    (void)snprintf(start, sizeof start, "set %stics add (\"", axis);
    for (const char *c = drawn->axes; (c = strstr(c, start)) != NULL; c++)
        count += (c[strlen(start)] != '"') == labelled;
    return count;
}

/* Whatever a logarithmic axis spans it has three numbers or more, and no more than there is room
 * for. */
static void short_log_axes_have_numbers(void **state)
{
    (void)state;
    static const double spans[] = {1.01, 1.3, 2, 5, 9, 12, 40, 99, 150, 1e5, 1e40, 1e300};
    static const double starts[] = {1, 3.3, 0.0123};
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        for (size_t k = 0; k < sizeof starts / sizeof *starts; k++) {
            char text[256];
            double end = starts[k] * spans[i];
            (void)snprintf(text, sizeof text, "x\ty\n%.17g\t%.17g\n%.17g\t%.17g\n", starts[k],
                           starts[k], end, end);
            drawn_t drawn =
                DRAW(write_file("a.tsv", text), "--log", "xy", "-o", in_folder("x.png"));
            size_t along = count_ticks(&drawn, "x", true);
            size_t across = count_ticks(&drawn, "y", true);
            if (along < 2 || along > 12 || across < 3 || across > 12) {
                fail_msg("from %g to %g: %zu numbers along, %zu across", starts[k], end, along,
                         across);
            }
            assert_true(drawn.y_low <= starts[k] && drawn.y_high >= end);
            drawn_free(&drawn);
        }
    }
}

static void sweeps_by_factors_have_log_axes(void **state)
{
    (void)state;
    static const char text[] = "# command: sweep\n# vary_1: ridge=1:16:5%s\npoint\tridge\trisk\n"
                               "1\t1\t1\n2\t2\t2\n3\t4\t3\n4\t8\t4\n5\t16\t5\n";
    for (int log = 0; log < 2; log++) {
        char table[512];
        (void)snprintf(table, sizeof table, text, log ? ":log" : "");
        drawn_t drawn = DRAW(write_file("a.tsv", table), "-o", in_folder("x.png"));
        assert_true(drawn.log_x == log);
        assert_int_equal(count_ticks(&drawn, "x", true) >= 3, true);
        drawn_free(&drawn);
    }
}

/* ---- what is left out -------------------------------------------------------------------------
 */

static void what_is_left_out_is_said(void **state)
{
    (void)state;
    need_gnuplot();
    static const struct {
        const char *table, *log, *said;
    } cases[] = {
        {"# loss: logistic\nt\trisk\n1\t1\n2\t-1\n3\t0\n4\t2\n", "y",
         "not drawn of risk: 2 values 0 or less"},
        {"t\trisk\n1\t1\n2\tinf\n3\t3\n", "none", "not drawn of risk: 1 value infinite (diverged)"},
        {"# loss: least-squares\nt\trisk\n1\t1\n2\t1e-13\n3\t3\n", "y",
         "not drawn of risk: 1 value below the integrator's accuracy"},
        {"ridge\trisk\n0\t1\n2\t2\n3\t3\n", "x", "1 value left of 0 or at it"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        page_t *page = PAGE(write_file("a.tsv", cases[i].table), "--log", cases[i].log);
        char caption[2048] = "";
        for (size_t w = 0; w < page->count; w++) {
            size_t length = strlen(caption);
            if (page->words[w].letter < 15) {
                (void)snprintf(caption + length, sizeof caption - length, "%s%s", length ? " " : "",
                               page->words[w].text);
            }
        }
        if (!strstr(caption, cases[i].said))
            fail_msg("'%s' does not say '%s'", caption, cases[i].said);
        free(page);
    }
    /* the start of a curve on a logarithmic axis of time is no loss */
    page_t *page = PAGE(write_file("a.tsv", "t\trisk\n0\t1\n2\t2\n3\t3\n"), "--log", "x");
    assert_int_equal(count_words(page, "not drawn"), 0);
    free(page);
}

/* A line ends at a value that is missing, and goes on behind it. */
static void lines_do_not_cross_gaps(void **state)
{
    (void)state;
    drawn_t drawn = DRAW(write_file("a.tsv", "t\trisk\n0\t1\n1\tnan\n2\t2\n3\tinf\n4\t2\n"), "-o",
                         in_folder("x.png"));
    size_t gaps = 0;
    for (const char *c = drawn.panel; (c = strstr(c, "\n\n")) != NULL; c++)
        gaps++;
    assert_int_equal(gaps, 3); /* two, and the end */
    drawn_free(&drawn);
}

static void runs_that_finished_are_counted(void **state)
{
    (void)state;
    need_gnuplot();
    page_t *page =
        PAGE(write_file("a.tsv", "# command: simulate\n# runs: 10\n# curve_1_interrupted: 4 of 10 "
                                 "runs kept (those that had come to their end); 2 of 2 rows\n"
                                 "t\trisk_mean\trisk_q10\trisk_q90\n0\t1\t1\t1\n1\t2\t1\t3\n"));
    assert_word(page, "runs 4 of 10");
    free(page);
}

/* ---- what a user states ------------------------------------------------------------------------
 */

static void ranges_are_kept(void **state)
{
    (void)state;
    const char *table = two_curves();
    drawn_t drawn = DRAW(table, "--range", "x=1:500,y=0.01:2", "-o", in_folder("x.png"));
    assert_true(drawn.x_low == 1 && drawn.x_high == 500 && drawn.y_low == 0.01 &&
                drawn.y_high == 2);
    drawn_free(&drawn);
    drawn = DRAW(table, "--range", "y=0:", "--range", "x=:7.5", "-o", in_folder("x.png"));
    assert_true(drawn.y_low == 0 && !drawn.log_y && drawn.x_high == 7.5);
    drawn_free(&drawn);
    /* the y axis holds what is in the range of x */
    drawn = DRAW(table, "--log", "none", "--range", "x=900:", "-o", in_folder("x.png"));
    assert_true(drawn.y_low > 0 && drawn.y_high < 0.01);
    drawn_free(&drawn);
    static const char *const wrong[] = {"x",   "x=1",   "z=1:2",   "x=1:2:3",     "x=2:1", "x=a:2",
                                        "x=:", "x=1:1", "x=nan:1", "x=1:2,x=1:2", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_fails(run("plot", table, "--range", wrong[i]), 2, "--range");
    assert_fails(run("plot", table, "--log", "y", "--range", "y=0:1"), 2, "--range: y begins");
}

static void sizes_are_kept(void **state)
{
    (void)state;
    need_gnuplot();
    const char *table = two_curves();
    static const char *const sizes[] = {"500x400", "1200x500", "720x900"};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned width;
        unsigned height;
        assert_int_equal(sscanf(sizes[i], "%ux%u", &width, &height), 2);
        page_t *page = PAGE(table, "--size", sizes[i]);
        assert_true(page->width == width && page->height == height);
        free(page);
        assert_draws(run("plot", table, "--size", sizes[i], "-o", in_folder("x.png")));
        FILE *png = fopen(in_folder("x.png"), "r");
        unsigned char head[24];
        assert_non_null(png);
        assert_int_equal(fread(head, 1, sizeof head, png), sizeof head);
        assert_int_equal(fclose(png), 0);
        assert_int_equal(head[18] * 256 + head[19], width);
        assert_int_equal(head[22] * 256 + head[23], height);
    }
    static const char *const wrong[] = {"500", "500x", "x400", "10x10", "1e3x500", "99999x500", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_fails(run("plot", table, "--size", wrong[i]), 2, "--size: found");
    assert_fails(run("plot", table, "--size", "150x150"), 2, "--size: leaves no room");
}

#define CASE(name) cmocka_unit_test_teardown(name, empty_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(words_do_not_meet),
        CASE(long_words_stay_on_the_page),
        CASE(numbers_of_any_length_have_room),
        CASE(short_log_axes_have_numbers),
        CASE(sweeps_by_factors_have_log_axes),
        CASE(what_is_left_out_is_said),
        CASE(lines_do_not_cross_gaps),
        CASE(runs_that_finished_are_counted),
        CASE(ranges_are_kept),
        CASE(sizes_are_kept),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
