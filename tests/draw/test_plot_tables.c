/* Every kind of table shows something worth a look, unasked, on a page that can be read. */
#include "tests/plot_svg.h"

#define POWER "--covariance", "power-law:exponent=1.5"
#define TABLE in_folder("t.tsv")

static void make(outcome_t outcome)
{
    assert_true(outcome.status == 0 || strstr(outcome.err, "verdict") || outcome.status == 1);
    outcome_free(&outcome);
    assert_true(exists("t.tsv"));
}

static void assert_axes(const page_t *page, const char *x, const char *y)
{
    size_t upright = 0;
    size_t level = 0;
    for (size_t i = 0; i < page->count; i++) {
        upright += page->words[i].upright && strcmp(page->words[i].text, y) == 0;
        level += !page->words[i].upright && strcmp(page->words[i].text, x) == 0;
    }
    if (upright == 0 || level == 0)
        fail_msg("no panel shows '%s' against '%s'", y, x);
}

static void draws_against(const char *x, const char *y)
{
    page_t *page = PAGE(TABLE);
    assert_axes(page, x, y);
    free(page);
}

/* ---- sweeps -----------------------------------------------------------------------------------
 */

static void sweeps_of_any_key(void **state)
{
    (void)state;
    need_gnuplot();
    static const char *const varied[][2] = {{"learning_rate=0.1:2:5", "learning rate γ"},
                                            {"learning_rate=0.01:2:5:log", "learning rate γ"},
                                            {"ridge=0.001:1:5:log", "ridge"},
                                            {"label_noise=0:0.2:3", "label noise"},
                                            {"batch=1:4:4", "batch"}};
    for (size_t i = 0; i < sizeof varied / sizeof *varied; i++) {
        bool log = strstr(varied[i][0], ":log") != NULL;
        make(run("sweep", POWER, "--time", "10", "--vary", varied[i][0], "-o", TABLE));
        page_t *page = PAGE(TABLE);
        const char *limit = count_words(page, "exponent θ") ? "risk at t → ∞" : "risk";
        assert_axes(page, varied[i][1], count_words(page, "risk R(t)") ? "risk R(t)" : limit);
        free(page);
        drawn_t drawn = DRAW(TABLE, "-o", in_folder("x.png"));
        assert_true(drawn.log_x == log);
        drawn_free(&drawn);
    }
}

/* The limit and its exponent where they move, the risk at the end where only that does. */
static void sweeps_show_what_moves(void **state)
{
    (void)state;
    need_gnuplot();
    static const char head[] = "# command: sweep\n# vary_1: learning_rate=1:3:3\n# time: 50\n"
                               "point\tlearning_rate\trisk\trisk_limit\ttheta\n";
    static const struct {
        const char *rows;
        const char *shown[2];
    } cases[] = {{"1\t1\t5\t0\t1\n2\t2\t4\t0\t1\n3\t3\t3\t0\t1\n", {"risk R(t)", NULL}},
                 {"1\t1\t5\t1\tinf\n2\t2\t4\t2\tinf\n3\t3\tinf\tnan\tnan\n",
                  {"risk at t → ∞", "risk at t = 50"}},
                 {"1\t1\t5\t1\t1\n2\t2\t4\t2\t2\n3\t3\t3\t3\t2\n",
                  {"risk at t → ∞", "exponent θ of the approach"}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512];
        (void)snprintf(text, sizeof text, "%s%s", head, cases[i].rows);
        page_t *page = PAGE(write_file("t.tsv", text));
        for (int k = 0; k < 2 && cases[i].shown[k]; k++)
            assert_word(page, cases[i].shown[k]);
        assert_int_equal(count_words(page, "diverged"), i == 1);
        free(page);
    }
}

static void planes_and_curves_across_them(void **state)
{
    (void)state;
    need_gnuplot();
    make(run("sweep", "--loss", "least-squares", "--time", "20", "--vary", "learning_rate=0.5:3:6",
             "--vary", "label_noise=0:0.2:3", "-o", TABLE));
    page_t *page = PAGE(TABLE);
    assert_axes(page, "learning rate γ", "label noise");
    assert_axes(page, "learning rate γ", "risk R(t)");
    assert_word(page, "diverges");
    assert_int_equal(count_words(page, "no value"), 0);
    free(page);
    page = PAGE(TABLE, "--x", "learning_rate", "--y", "risk");
    assert_axes(page, "learning rate γ", "risk R(t)");
    assert_word(page, "label noise = 0.1");
    assert_word(page, "infinite (diverged)");
    free(page);
    page = PAGE(TABLE, "--x", "label_noise", "--y", "risk_limit");
    assert_word(page, "learning rate γ = 1.5");
    free(page);
    /* a curve is what one value of the other key gives, in the order of the axis */
    drawn_t drawn = DRAW(TABLE, "--x", "label_noise", "--y", "risk", "-o", in_folder("x.png"));
    assert_int_equal(drawn.points, 3);
    assert_true(drawn.x[0] == 0 && drawn.x[1] == 0.1 && drawn.x[2] == 0.2);
    drawn_free(&drawn);
    assert_fails(run("plot", TABLE, "--x", "norm2"), 2, "learning_rate, label_noise");
}

/* ---- limits, transitions, dimensions ----------------------------------------------------------
 */

static void limits(void **state)
{
    (void)state;
    need_gnuplot();
    make(run("limit", "--lr", "0.1,0.2,0.5", "--loss", "least-squares", "-o", TABLE));
    draws_against("learning rate γ", "risk");
    draws_against("learning rate γ", "misclassification error");
    page_t *page = PAGE(TABLE);
    assert_word(page, "least risk");
    free(page);
    drawn_t drawn = DRAW(TABLE, "-o", in_folder("x.png"));
    assert_int_equal(drawn.points, 3);
    assert_true(drawn.x[0] == 0.1 && drawn.x[2] == 0.5);
    drawn_free(&drawn);
    make(run("limit", POWER, "-o", TABLE)); /* zero, with columns that are nan */
    draws_against("learning rate γ", "risk");
}

static void transitions(void **state)
{
    (void)state;
    need_gnuplot();
    make(run("critical", POWER, "--vary", "classes.*.covariance.exponent", "--from", "0.3", "--to",
             "2.5", "-o", TABLE));
    page_t *page = PAGE(TABLE);
    assert_axes(page, "covariance exponent α", "the risk's verdict");
    assert_word(page, "zero");
    assert_word(page, "positive");
    assert_word(page, "critical value 1 ±");
    free(page);
    drawn_t drawn = DRAW(TABLE, "-o", in_folder("x.png"));
    assert_true(drawn.x[1] == drawn.x[2] && fabs(drawn.x[1] - 1) < 1e-6);
    assert_true(drawn.line[0] == 1 && drawn.line[1] == 1 && drawn.line[2] == 0);
    drawn_free(&drawn);
    /* what was tried is shown where it was tried */
    (void)write_file("t.tsv", "# key: ridge\n# trial_1: 0.5: zero; risk 1\n# trial_2: 2: positive; "
                              "risk 2\ncritical\tuncertainty\tlower\tupper\tverdict_lower\t"
                              "verdict_upper\n1.25\t0.75\t0.5\t2\t0\t1\n");
    drawn = DRAW(TABLE, "-o", in_folder("x.png"));
    assert_true(drawn.x_low == 0.5 && drawn.x_high == 2);
    assert_true(drawn.dot[drawn.points - 2] == 0 && drawn.x[drawn.points - 2] == 0.5);
    assert_true(drawn.dot[drawn.points - 1] == 1 && drawn.x[drawn.points - 1] == 2);
    drawn_free(&drawn);
    draws_against("ridge", "the risk's verdict");
}

static void dimensions(void **state)
{
    (void)state;
    need_gnuplot();
    make(run("compare", "--dimensions", "20,40,80", "--time", "2", "--points", "5", "--runs", "5",
             "-o", TABLE));
    page_t *page = PAGE(TABLE);
    assert_axes(page, "dimension d", "deviation of the risk");
    assert_word(page, "standard error of the mean");
    assert_word(page, "|mean of the runs − theory|");
    free(page);
    drawn_t drawn = DRAW(TABLE, "-o", in_folder("x.png"));
    assert_true(drawn.log_x && drawn.log_y && drawn.x[0] == 20 && drawn.x[2] == 80);
    drawn_free(&drawn);
}

static void curves_in_time(void **state)
{
    (void)state;
    need_gnuplot();
    make(run("solve", POWER, "--time", "5", "--points", "6", "-o", TABLE));
    draws_against("t = steps / d", "risk R(t)");
    make(run("simulate", "-d", "20", "--time", "5", "--points", "6", "--runs", "3", "-o", TABLE));
    draws_against("t = steps / d", "risk R(t)");
    make(run("compare", "-d", "20", "--time", "5", "--points", "6", "--runs", "5", "-o", TABLE));
    page_t *page = PAGE(TABLE, "--y", "risk,error");
    assert_axes(page, "t = steps / d", "misclassification error");
    assert_word(page, "theory");
    assert_word(page, "mean of the runs");
    assert_word(page, "10 to 90 % of the runs");
    free(page);
}

/* What t is, the table's problem says; captions and legends tell fixed data. */
#define FIXED "--loss", "least-squares", "--data", "ratio=2", "--points", "6"

static void curves_of_fixed_data(void **state)
{
    (void)state;
    need_gnuplot();
    make(run("solve", FIXED, "--batch", "fraction=0.5", "--time", "5", "-o", TABLE));
    draws_against("t = steps", "risk R(t)");
    page_t *page = PAGE(TABLE, "--y", "train_risk,gap");
    assert_axes(page, "t = steps", "training risk");
    assert_axes(page, "t = steps", "generalisation gap");
    free(page);
    page = PAGE(TABLE);
    assert_word(page, "data ratio 2");
    assert_word(page, "batch fraction 0.5");
    free(page);
    make(run("solve", FIXED, "--method", "gradient-flow", "--time", "2", "-o", TABLE));
    draws_against("t of gradient flow", "risk R(t)");
    make(run("solve", FIXED, "--batch", "2", "--time", "2", "-o", TABLE));
    draws_against("t = steps / d", "risk R(t)");
    make(run("solve", "--loss", "least-squares", "--time", "2", "-o", in_folder("s.tsv")));
    page = PAGE(TABLE, in_folder("s.tsv"));
    assert_word(page, "data = stream");
    free(page);
    make(run("sweep", FIXED, "--batch", "full", "--ridge", "0.1", "--vary", "data.ratio=1:3:3",
             "-o", TABLE)); /* without a risk at a time */
    page = PAGE(TABLE);
    assert_axes(page, "samples per dimension α", "risk at t → ∞");
    free(page);
}

/* ---- directions -------------------------------------------------------------------------------
 */

#define NODES "t\tnode\tweight\teigenvalue_bar\tclean\tA\tS\toverlap_1\n"

/* Nodes in any order are drawn in the order of their eigenvalues, and joined only where one value
 * follows another. */
static void directions_are_sorted_and_joined_with_care(void **state)
{
    (void)state;
    drawn_t smooth = DRAW(write_file("t.tsv", NODES "1\t1\t.25\t3\t0\t0\t0\t9\n"
                                                    "1\t2\t.25\t1\t0\t0\t0\t1\n"
                                                    "1\t3\t.25\t4\t0\t0\t0\t16\n"
                                                    "1\t4\t.25\t2\t0\t0\t0\t4\n"),
                          "-o", in_folder("x.png"));
    assert_int_equal(smooth.points, 4);
    for (int k = 0; k < 4; k++) {
        assert_true(smooth.x[k] == k + 1 && smooth.line[k] == (k + 1) * (k + 1));
        assert_true(isnan(smooth.dot[k]));
    }
    drawn_free(&smooth);
    static const char *const apart[] = {
        /* two nodes at one eigenvalue */
        NODES "1\t1\t.25\t1\t0\t0\t0\t9\n1\t2\t.25\t1\t0\t0\t0\t1\n"
              "1\t3\t.25\t4\t0\t0\t0\t16\n1\t4\t.25\t2\t0\t0\t0\t4\n",
        /* two nodes in all: nothing is known between them */
        NODES "1\t1\t.5\t0\t1\t0\t0\t9\n1\t2\t.5\t1\t0\t0\t0\t1\n",
        /* random means */
        NODES "1\t1\t.2\t1\t0\t0\t0\t9\n1\t2\t.2\t2\t0\t0\t0\t1\n1\t3\t.2\t3\t0\t0\t0\t16\n"
              "1\t4\t.2\t4\t0\t0\t0\t4\n1\t5\t.2\t5\t0\t0\t0\t8\n"};
    for (size_t i = 0; i < sizeof apart / sizeof *apart; i++) {
        drawn_t dots = DRAW(write_file("t.tsv", apart[i]), "-o", in_folder("x.png"));
        for (size_t k = 0; k < dots.points; k++) {
            assert_true(isnan(dots.line[k]) && isfinite(dots.dot[k]));
            assert_true(k == 0 || dots.x[k] >= dots.x[k - 1]);
        }
        drawn_free(&dots);
    }
}

static void directions_of_theory_and_simulation(void **state)
{
    (void)state;
    need_gnuplot();
    static const char *const means[] = {"constant", "gaussian"};
    for (size_t i = 0; i < 2; i++) {
        make(run("solve", POWER, "-d", "20", "--mean", means[i], "--directions", "1,10", "-o",
                 TABLE));
        draws_against("mean eigenvalue Σ p λ", "overlap density A·ν, class 1");
        page_t *page = PAGE(TABLE);
        assert_word(page, "t = 10");
        free(page);
    }
    make(run("simulate", POWER, "-d", "20", "--directions", "1,10", "--runs", "3", "-o", TABLE));
    draws_against("mean eigenvalue Σ p λ", "overlap density A·ν, class 1");
    make(run("solve", "--covariance", "zero-one:zero=0.5", "--directions", "1,10", "-o", TABLE));
    draws_against("mean eigenvalue Σ p λ", "overlap density A·ν, class 1");
}

/* ---- spectra ----------------------------------------------------------------------------------
 */

#define SPECTRUM "node\tweight\teigenvalue_bar\tclean\teigenvalue_1\n"

/* A node is a step as wide as its weight; a file keeps its order, nodes of a limit get one. */
static void spectra_are_steps(void **state)
{
    (void)state;
    static const char rows[] = SPECTRUM "1\t0.25\t5\t0\t5\n2\t0.5\t0\t1\t0\n3\t0.25\t7\t0\t7\n";
    char text[512];
    (void)snprintf(text, sizeof text, "# dimension: 4\n%s", rows);
    drawn_t file = DRAW(write_file("t.tsv", text), "-o", in_folder("x.png"));
    static const double steps[][2] = {{0, 5}, {0.25, 5}, {0.25, 0}, {0.75, 0}, {0.75, 7}, {1, 7}};
    assert_int_equal(file.points, 6);
    for (size_t k = 0; k < 6; k++)
        assert_true(file.x[k] == steps[k][0] && file.line[k] == steps[k][1]);
    drawn_free(&file);
    (void)snprintf(text, sizeof text, "# dimension: inf\n%s", rows);
    drawn_t limit = DRAW(write_file("t.tsv", text), "-o", in_folder("x.png"));
    assert_true(limit.line[0] == 0 && limit.x[1] == 0.5 && limit.line[2] == 5);
    assert_true(limit.x[3] == 0.75 && limit.line[4] == 7 && limit.x[5] == 1);
    drawn_free(&limit);
}

/* The atom of a Marchenko-Pastur law among many nodes, and a jump, are upright. */
static void atoms_and_jumps_are_upright(void **state)
{
    (void)state;
    static const char *const families[] = {"marchenko-pastur:ratio=2", "zero-one:zero=0.5",
                                           "zero-one:zero=0:0.5,scale=3",
                                           "piecewise:breaks=0.5,values=0:3"};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        make(run("spectrum", "--covariance", families[i], "-o", TABLE));
        drawn_t drawn = DRAW(TABLE, "--log", "none", "-o", in_folder("x.png"));
        assert_true(drawn.line[0] == 0);
        for (size_t k = 0; k < drawn.points; k++) {
            assert_true(drawn.x[k] >= 0.5 - 1e-9 || drawn.line[k] == 0);
            assert_true(drawn.x[k] <= 0.5 + 1e-9 || drawn.line[k] > 0);
        }
        drawn_free(&drawn);
    }
    need_gnuplot();
    draws_against("u = cumulative weight of directions", "eigenvalue λ(u)");
}

/* ---- tables that do not fit -------------------------------------------------------------------
 */

static void other_tables(void **state)
{
    (void)state;
    need_gnuplot();
    page_t *page = PAGE(write_file("t.csv", "when,what,empty\n1,2,nan\n2,3,nan\n"));
    assert_axes(page, "when", "what"); /* not the column without numbers */
    free(page);
    const char *curve = write_file("a.tsv", "t\trisk\n0\t1\n1\t2\n");
    const char *sweep = write_file(
        "b.tsv", "# command: sweep\n# vary_1: ridge=0:1:2\npoint\tridge\trisk\n1\t0\t1\n2\t1\t2\n");
    assert_fails(run("plot", curve, sweep), 2, "is drawn against 'ridge'");
}

#define CASE(name) cmocka_unit_test_teardown(name, empty_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(sweeps_of_any_key),
        CASE(sweeps_show_what_moves),
        CASE(planes_and_curves_across_them),
        CASE(limits),
        CASE(transitions),
        CASE(dimensions),
        CASE(curves_in_time),
        CASE(curves_of_fixed_data),
        CASE(directions_are_sorted_and_joined_with_care),
        CASE(directions_of_theory_and_simulation),
        CASE(spectra_are_steps),
        CASE(atoms_and_jumps_are_upright),
        CASE(other_tables),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
