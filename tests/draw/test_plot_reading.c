/* What a reader takes from a picture is so: captions, ticks, samples of the legend, joined points.
 */
#include "tests/plot_svg.h"

/* The legend's sample beside a text: its style and its parts, as gnuplot was told; false if there
 * is no such text. */
static bool find_sample(const drawn_t *drawn, const char *text, long *style, long *parts)
{
    size_t number = 0;
    for (const char *c = drawn->parameters; (c = strstr(c, "phrase[")) != NULL; c++) {
        char *end;
        size_t found = strtoul(c + 7, &end, 10);
        if (strncmp(end, "] = \"", 5) == 0 && strncmp(end + 5, text, strlen(text)) == 0 &&
            end[5 + strlen(text)] == '"')
            number = found;
    }
    if (number <= 2) /* words: two labels of axes, then the entries in the order of the samples */
        return false;
    const char *const names[] = {"style", "parts"};
    long *const values[] = {style, parts};
    for (size_t i = 0; i < 2; i++) {
        char start[64];
        (void)snprintf(start, sizeof start, "\nsample_%s[%zu] = ", names[i], number - 2);
        const char *found = strstr(drawn->parameters, start);
        assert_non_null(found);
        *values[i] = strtol(found + strlen(start), NULL, 10);
    }
    return true;
}

enum { LINES = 1, MEANS = 2, MARKS = 16, NEUTRAL = 509 };

static void assert_sample(const drawn_t *drawn, const char *text, long style, long parts)
{
    long found_style;
    long found_parts;
    if (!find_sample(drawn, text, &found_style, &found_parts))
        fail_msg("the legend lacks '%s'", text);
    assert_int_equal(found_style, style);
    assert_int_equal(found_parts, parts);
}

static bool says(const drawn_t *drawn, const char *text)
{
    return strstr(drawn->parameters, text) != NULL;
}

#define DRAWN(text, ...) DRAW(write_file("a.tsv", text), __VA_ARGS__, "-o", in_folder("x.png"))

/* ---- captions ---------------------------------------------------------------------------------
 */

#define DEVIATIONS                                                                                 \
    "# command: compare\n# dimension: inf\n# batch: 3\n"                                           \
    "dimension\trisk_deviation\trisk_se\n100\t0.04\t0.05\n200\t0.03\t0.02\n800\t0.001\t0.01\n"

/* A parameter that the points have values of their own of is none of the picture. */
static void captions_leave_out_what_is_along_the_axis(void **state)
{
    (void)state;
    drawn_t drawn = DRAWN(DEVIATIONS, "--log", "auto");
    assert_false(says(&drawn, "dimension inf"));
    assert_true(says(&drawn, "batch 3"));
    drawn_free(&drawn);
    drawn = DRAWN("# dimension: inf\n# batch: 3\n# ridge: 2\nbatch\trisk\n1\t5\n2\t4\n", "--x",
                  "batch");
    assert_false(says(&drawn, "batch 3"));
    assert_true(says(&drawn, "dimension inf") && says(&drawn, "ridge 2"));
    drawn_free(&drawn);
    drawn = DRAWN("# learning_rate: 0.5\n# batch: 3\nt\tlearning_rate\trisk\n0\t1\t2\n1\t.5\t1\n",
                  "--x", "learning_rate");
    assert_false(says(&drawn, "learning rate 0.5"));
    assert_true(says(&drawn, "batch 3"));
    drawn_free(&drawn);
}

#define SWEPT(key, rows)                                                                           \
    "# command: sweep\n# vary_1: " key "\n# time: 50\npoint\tkey\trisk\tverdict\trisk_limit\t"     \
    "theta\n" rows
#define CROSSING                                                                                   \
    "1\t1\t5\t1\t3\t2\n2\t2\t4\t1\t2\t1\n3\t3\t3\t0\t0\t0.25\n4\t4\t2\t0\t0\t0.5\n"                \
    "5\t5\t1\t0\t0\t1\n"

/* The time of a sweep is said where what is drawn is at that time. */
static void captions_state_a_time_where_it_matters(void **state)
{
    (void)state;
    static const struct {
        const char *y;
        bool time;
    } cases[] = {{"risk", true},           {"risk_limit", false},       {"theta", false},
                 {"verdict", false},       {"risk_limit,theta", false}, {"risk_limit,risk", true},
                 {"risk+risk_limit", true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        drawn_t drawn = DRAWN(SWEPT("ridge=1:5:5", CROSSING), "--y", cases[i].y);
        assert_int_equal(says(&drawn, "; t = 50"), cases[i].time);
        drawn_free(&drawn);
    }
    drawn_t drawn = DRAWN(SWEPT("ridge=1:5:5", CROSSING), "--log", "auto"); /* limit and exponent */
    assert_false(says(&drawn, "; t = 50") || says(&drawn, "at t = 50"));
    drawn_free(&drawn);
    drawn = DRAWN(SWEPT("time=1:5:5", CROSSING), "--y", "risk+risk_limit"); /* each has its own */
    assert_false(says(&drawn, "; t = 50") || says(&drawn, "at t = 50"));
    drawn_free(&drawn);
}

/* ---- lines ------------------------------------------------------------------------------------
 */

/* A line through an exponent on both sides of a transition would state what is between them. */
static void jumps_are_not_joined(void **state)
{
    (void)state;
    static const struct {
        const char *y;
        bool apart;
    } cases[] = {{"theta", true}, {"verdict", true}, {"risk", false}, {"risk_limit", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        drawn_t drawn = DRAWN(SWEPT("ridge=1:5:5", CROSSING), "--y", cases[i].y);
        assert_int_equal(drawn.points, cases[i].apart ? 6 : 5);
        assert_true(drawn.x[1] == 2 && isnan(drawn.x[2]) == cases[i].apart);
        assert_true(drawn.x[drawn.points - 1] == 5);
        drawn_free(&drawn);
    }
    /* along one key of two, whatever the order of the rows */
    drawn_t drawn =
        DRAWN("# command: sweep\n# vary_1: a=1:3:3\n# vary_2: b=1:1:1\npoint\ta\tb\tverdict\t"
              "theta\n3\t3\t1\t0\t.5\n1\t1\t1\t1\t2\n2\t2\t1\t1\t1\n",
              "--x", "a", "--y", "theta");
    assert_int_equal(drawn.points, 4);
    assert_true(drawn.line[1] == 1 && isnan(drawn.line[2]) && drawn.line[3] == 0.5);
    drawn_free(&drawn);
}

/* ---- the default ------------------------------------------------------------------------------
 */

/* Who asked for a reference wants the power law towards it, noise at its end or not. */
static void an_excess_is_shown_as_a_power(void **state)
{
    (void)state;
    static const char *const ends[] = {"0.01", "0", "-1e-12"};
    for (size_t i = 0; i < 3; i++) {
        char text[256];
        (void)snprintf(text, sizeof text,
                       "# command: solve\nt\trisk\texcess\n0\t3\t2\n1\t2\t1\n2\t1.5\t0.5\n"
                       "3\t1.01\t%s\n",
                       ends[i]);
        drawn_t drawn = DRAWN(text, "--title", "");
        assert_true(drawn.log_x && drawn.log_y && drawn.line[1] == 1 && drawn.line[2] == 0.5);
        drawn_free(&drawn);
    }
    /* what goes below its reference has no logarithm, what is always the same says nothing */
    drawn_t drawn = DRAWN("t\trisk\texcess\n0\t3\t2\n1\t2\t1\n2\t1\t-1\n", "--title", "");
    assert_true(!drawn.log_y && drawn.line[2] == -1);
    drawn_free(&drawn);
    drawn = DRAWN("t\trisk\texcess\n0\t3\tnan\n1\t2\tnan\n", "--title", "");
    assert_true(drawn.line[0] == 3 && !drawn.log_x);
    drawn_free(&drawn);
}

/* ---- the legend -------------------------------------------------------------------------------
 */

#define MEANS_OF(curve)                                                                            \
    curve "\t0\t1\t0.9\t1.1\n" curve "\t1\t0.6\t0.5\t0.7\n" curve "\t2\t0.5\t0.4\t0.6\n"
#define RATES "# learning_rate: [0.5, 1]\ncurve\tt\trisk_mean\trisk_q10\trisk_q90\n"

/* A sample that stands for all curves has the colour of none; where there is one curve, its own. */
static void common_samples_are_neutral(void **state)
{
    (void)state;
    drawn_t drawn = DRAWN(RATES MEANS_OF("0.5") "\n\n" MEANS_OF("1"), "--log", "none");
    assert_sample(&drawn, "learning rate = 0.5", 1, MEANS);
    assert_sample(&drawn, "learning rate = 1", 2, MEANS);
    assert_sample(&drawn, "mean of the runs", NEUTRAL, MEANS);
    assert_sample(&drawn, "10 to 90 \\045 of the runs", NEUTRAL, 4);
    drawn_free(&drawn);
    drawn = DRAWN(RATES MEANS_OF("0.5"), "--log", "none");
    assert_sample(&drawn, "mean of the runs", 1, MEANS);
    drawn_free(&drawn);
    drawn = DRAWN("# learning_rate: [1, 2]\ncurve\tt\trisk_ode\trisk_mean\n1\t0\t1\t1\n1\t1\t2\t2\n"
                  "\n\n2\t0\t3\t3\n2\t1\t4\t4\n",
                  "--log", "none");
    assert_sample(&drawn, "theory", NEUTRAL, LINES);
    assert_sample(&drawn, "mean of the runs", NEUTRAL, MEANS);
    assert_sample(&drawn, "learning rate = 2", 2, LINES | MEANS);
    drawn_free(&drawn);
}

/* One sample a look: theory and runs of one problem are a line and dots. */
static void no_two_samples_are_alike(void **state)
{
    (void)state;
    const char *theory =
        write_file("t.tsv", "# command: solve\n# dimension: inf\n# loss: logistic\n"
                            "t\trisk\n0\t1\n1\t0.5\n2\t0.4\n");
    const char *runs =
        write_file("s.tsv", "# command: simulate\n# dimension: 300\n# loss: logistic\n"
                            "t\trisk_mean\trisk_q10\trisk_q90\n0\t1\t1\t1\n"
                            "1\t0.6\t0.5\t0.7\n");
    for (int order = 0; order < 2; order++) {
        long style;
        long parts;
        drawn_t drawn =
            DRAW(order ? runs : theory, order ? theory : runs, "-o", in_folder("x.png"));
        assert_sample(&drawn, "simulation, d = 300: mean of the runs", 1, MEANS);
        assert_sample(&drawn, "theory, d = ∞", 1, LINES);
        assert_false(find_sample(&drawn, "mean of the runs", &style, &parts));
        drawn_free(&drawn);
    }
}

/* Points that nothing joins have no line in the legend either. */
static void lonely_points_have_no_line(void **state)
{
    (void)state;
    static const char head[] = "learning_rate\tverdict\trisk_limit\trisk_min\n";
    char text[256];
    (void)snprintf(text, sizeof text, "%s0.5\t1\t0.3\t0.2\n", head);
    drawn_t drawn = DRAWN(text, "--y", "risk_limit+risk_min");
    assert_sample(&drawn, "risk at t → ∞", 1, MARKS);
    assert_sample(&drawn, "least risk", 2, MARKS);
    drawn_free(&drawn);
    (void)snprintf(text, sizeof text, "%s0.5\t1\t0.3\t0.2\n1\t1\tnan\t0.2\n2\t1\t0.5\t0.2\n", head);
    drawn = DRAWN(text, "--y", "risk_limit+risk_min");
    assert_sample(&drawn, "risk at t → ∞", 1, MARKS);
    assert_sample(&drawn, "least risk", 2, LINES | MARKS);
    drawn_free(&drawn);
    drawn = DRAWN("curve\tt\trisk\n1\t0\t1\n\n\n2\t0\t3\n2\t1\t4\n", "--log", "none");
    assert_sample(&drawn, "curve 1", 1, MARKS);
    assert_sample(&drawn, "curve 2", 2, LINES | MARKS);
    drawn_free(&drawn);
}

/* ---- ticks ------------------------------------------------------------------------------------
 */

/* gnuplot's own arithmetic takes no tick from the ends of a logarithmic axis. */
static void axes_have_numbers_at_their_ends(void **state)
{
    (void)state;
    need_gnuplot();
    static const char *const ends[][2] = {{"100", "1000"},  {"200", "1000"}, {"10", "50"},
                                          {"0.01", "0.05"}, {"0.2", "5"},    {"1000", "5000"}};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char text[256];
        char range[64];
        (void)snprintf(text, sizeof text, "x\ty\n%s\t77\n%s\t78\n", ends[i][0], ends[i][1]);
        (void)snprintf(range, sizeof range, "x=%s:", ends[i][0]);
        for (int given = 0; given < 2; given++) {
            page_t *page =
                PAGE(write_file("a.tsv", text), "--log", "x", "--range", given ? range : "y=76:79");
            for (int end = 0; end < 2; end++) {
                size_t found = 0;
                for (size_t w = 0; w < page->count; w++)
                    found += strcmp(page->words[w].text, ends[i][end]) == 0;
                if (found != 1) {
                    fail_msg("the axis from %s to %s lacks %s", ends[i][0], ends[i][1],
                             ends[i][end]);
                }
            }
            free(page);
        }
    }
}

/* Of the first panel's ticks along x those that are no whole numbers, and all. */
static size_t count_ticks(const drawn_t *drawn, size_t *broken)
{
    size_t count = 0;
    *broken = 0;
    for (const char *c = drawn->axes; (c = strstr(c, "set xtics add (\"")) != NULL; c++) {
        const char *label = strchr(c, '"') + 1;
        double at = strtod(strchr(label, '"') + 1, NULL);
        count++;
        *broken += fabs(at - round(at)) > 1e-9 || memchr(label, '.', strcspn(label, "\"")) != NULL;
    }
    return count;
}

static void whole_keys_have_whole_ticks(void **state)
{
    (void)state;
    static const struct {
        const char *key, *more, *column, *rows;
        bool whole;
    } cases[] = {{"batch=1:3:3", "", "batch", "1\t1\t5\n2\t2\t4\n3\t3\t3\n", true},
                 {"dimension=20:21:2", "", "dimension", "1\t20\t5\n2\t21\t4\n", true},
                 {"batch=1:2:2", "# vary_2: ridge=1:2:2\n", "batch\tridge",
                  "1\t1\t1\t5\n2\t1\t2\t4\n3\t2\t1\t3\n4\t2\t2\t2\n", true},
                 {"ridge=1:3:3", "", "ridge", "1\t1\t5\n2\t2\t4\n3\t3\t3\n", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512];
        size_t broken;
        (void)snprintf(text, sizeof text, "# command: sweep\n# vary_1: %s\n%spoint\t%s\trisk\n%s",
                       cases[i].key, cases[i].more, cases[i].column, cases[i].rows);
        drawn_t drawn = DRAWN(text, "--log", "none");
        assert_true(count_ticks(&drawn, &broken) >= 2);
        assert_int_equal(broken == 0, cases[i].whole);
        drawn_free(&drawn);
    }
}

/* ---- formats ----------------------------------------------------------------------------------
 */

/* The part of a picture's height that ten lines take: a margin of them. */
static double ten_lines(const char *ending)
{
    char script[4 * PATH_SIZE];
    (void)snprintf(script, sizeof script,
                   "cd '%s' && gnuplot -d -e \"ending='%s'; picture='p'; width=600; height=400; "
                   "load '%s/plots/style.gp'; set bmargin 10; set tmargin 0; set yrange [0:2]; "
                   "plot 1 notitle; set print 's'; print 1.0*GPVAL_TERM_YMIN/GPVAL_TERM_YMAX\"",
                   folder, ending, getenv("SGDLIMIT_SOURCE"));
    assert_int_equal(system(script), 0);
    char *shown = read_file(in_folder("s"));
    double part = strtod(shown, NULL);
    free(shown);
    return part;
}

/* Letters and markers take the same part of the page in all three. */
static void formats_have_one_size(void **state)
{
    (void)state;
    need_gnuplot();
    double png = ten_lines("png");
    double pdf = ten_lines("pdf");
    assert_true(png > 0.4 && png < 0.6); /* 18 of 400, and what is between lines */
    assert_true(fabs(pdf / png - 1) < 0.03);
    page_t *page = PAGE(write_file("a.tsv", DEVIATIONS));
    for (size_t i = 0; i < page->count; i++)
        assert_true(page->words[i].letter >= 13 && page->words[i].letter <= 18);
    free(page);
    /* a marker of an svg is about half as large as a letter, whose height is 18 */
    assert_draws(run("plot", write_file("a.tsv", DEVIATIONS), "-o", in_folder("x.svg")));
    char *svg = read_file(in_folder("x.svg"));
    size_t markers = 0;
    for (const char *c = svg; (c = strstr(c, "' transform='translate(")) != NULL; c++) {
        double radius;
        if (sscanf(c, "' transform='translate(%*f,%*f) scale(%lf)", &radius) == 1) {
            markers++;
            assert_true(radius > 3 && radius < 4.5);
        }
    }
    free(svg);
    assert_true(markers >= 6);
}

#define CASE(name) cmocka_unit_test_teardown(name, empty_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(captions_leave_out_what_is_along_the_axis),
        CASE(captions_state_a_time_where_it_matters),
        CASE(jumps_are_not_joined),
        CASE(an_excess_is_shown_as_a_power),
        CASE(common_samples_are_neutral),
        CASE(no_two_samples_are_alike),
        CASE(lonely_points_have_no_line),
        CASE(axes_have_numbers_at_their_ends),
        CASE(whole_keys_have_whole_ticks),
        CASE(formats_have_one_size),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
