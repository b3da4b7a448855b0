/* Pictures of landscapes: what their tables show unasked, what tells curves apart, captions. */
#include "tests/plot_svg.h"

#define HEAD(command)                                                                              \
    "# sgdlimit: 0.2.0\n# command: " command "\n# model: landscape\n# potential: {family: "        \
    "double-well, scale: 0.5, linear: 1.2, quadratic: 0.5, tilt: 0}\n# noise: {family: constant, " \
    "value: 320}\n# momentum: 0\n# start: {at: 1, width: 0.05}\n# seed: 1\n"
#define BATCHES "# learning_rate: 0.01\n# batch: [8, 16]\n"
#define BATCH "# learning_rate: 0.01\n# batch: 8\n"

static const char caption[] =
    "potential double-well (scale 0.5, linear 1.2, quadratic 0.5, tilt 0)";

static void assert_axes(const page_t *page, const char *x, const char *y)
{
    size_t upright = 0, level = 0;
    for (size_t i = 0; i < page->count; i++) {
        upright += page->words[i].upright && strcmp(page->words[i].text, y) == 0;
        level += !page->words[i].upright && strcmp(page->words[i].text, x) == 0;
    }
    if (upright == 0 || level == 0)
        fail_msg("no panel shows '%s' against '%s'", y, x);
}

/* ---- curves -----------------------------------------------------------------------------------
 */

static const char solved[] = HEAD("solve") BATCHES
    "curve\tlearning_rate\tbatch\tt\tstep\tp_1\tp_2\tmean_loss\tp_flat\n"
    "1\t0.01\t8\t0\t0\t0\t1\t0.1\t0\n1\t0.01\t8\t0.1\t10\t1e-9\t1\t0.2\t1e-9\n"
    "1\t0.01\t8\t1\t100\t0.2\t0.8\t0.2\t0.2\n"
    "1\t0.01\t8\t1000\t100000\t0.7\t0.3\t0.2\t0.7\n\n\n"
    "2\t0.01\t16\t0\t0\t0\t1\t0.1\t0\n2\t0.01\t16\t0.1\t10\t0\t1\t0.2\t0\n"
    "2\t0.01\t16\t1\t100\t0\t1\t0.2\t0\n"
    "2\t0.01\t16\t1000\t100000\t0.6\t0.4\t0.2\t0.6\n";

static void probabilities_against_steps(void **state)
{
    (void)state;
    need_gnuplot();
    const char *table = write_file("t.tsv", solved);
    page_t *page = PAGE(table);
    assert_axes(page, "SGD steps", "probability of the flattest basin");
    assert_word(page, "batch 8");
    assert_word(page, "batch 16");
    assert_word(page, caption);
    assert_word(page, "noise constant (value 320)");
    assert_word(page, "start at 1, width 0.05");
    assert_word(page, "learning rate 0.01");
    assert_int_equal(count_words(page, "not drawn"), 0); /* step 0 is the start */
    free(page);
    /* steps by their logarithms, probabilities not, however small */
    drawn_t drawn = DRAW(table, "-o", in_folder("x.png"));
    assert_true(drawn.log_x && !drawn.log_y);
    assert_true(drawn.x[1] == 10 && drawn.x[3] == 100000 && drawn.line[3] == 0.7);
    drawn_free(&drawn);
    page = PAGE(table, "--x", "t", "--y", "p,mean_loss");
    assert_axes(page, "t = learning rate × steps", "probability");
    assert_axes(page, "t = learning rate × steps", "mean loss E U");
    assert_word(page, "batch 16, basin 2");
    free(page);
}

/* Pairs are told by both numbers. */
static void pairs_of_rate_and_batch(void **state)
{
    (void)state;
    need_gnuplot();
    page_t *page = PAGE(
        write_file("t.tsv", HEAD("solve") "# learning_rate: [0.01, 0.02]\n# batch: [8, 16]\n"
                                          "curve\tlearning_rate\tbatch\tt\tstep\tp_flat\n"
                                          "1\t0.01\t8\t0\t0\t0\n1\t0.01\t8\t1\t100\t0.5\n\n\n"
                                          "2\t0.01\t16\t0\t0\t0\n2\t0.01\t16\t1\t100\t0.4\n\n\n"
                                          "3\t0.02\t8\t0\t0\t0\n3\t0.02\t8\t1\t50\t0.3\n"));
    assert_word(page, "learning rate 0.01, batch 16");
    assert_word(page, "learning rate 0.02, batch 8");
    assert_int_equal(count_words(page, "learning rate [0.01"), 0);
    free(page);
}

/* Of one basin the probability is 1, but for rounding: the loss tells more. */
static void one_basin(void **state)
{
    (void)state;
    need_gnuplot();
    page_t *page = PAGE(write_file("t.tsv", HEAD("solve") BATCH
                                   "t\tstep\tp_1\tmean_loss\tp_flat\n0\t0\t1\t0.5\t1\n"
                                   "1\t100\t0.9999999999999999\t0.2\t0.9999999999999999\n"));
    assert_axes(page, "SGD steps", "mean loss E U");
    free(page);
}

/* A run is in a basin or not: quantiles of that say nothing. Beside the chain stands the diffusion.
 */
static void comparisons(void **state)
{
    (void)state;
    need_gnuplot();
    const char *table = write_file(
        "t.tsv", HEAD("compare") BATCH
        "# runs: 100\n# verdict: agree\n"
        "t\tp_1_ode\tp_1_sde\tp_1_mean\tp_1_sd\tp_1_q10\tp_1_q90\tmean_x_ode\tmean_x_mean\t"
        "mean_x_sd\tmean_x_q10\tmean_x_q90\n"
        "0\t0\t0\t0\t0\t0\t0\t1\t1\t0.1\t0.9\t1.1\n1\t0.4\t0.35\t0.41\t0.5\t0\t1\t0\t0.1\t1\t-"
        "1\t1\n");
    page_t *page = PAGE(table);
    assert_axes(page, "t = learning rate × steps", "probability, basin 1");
    assert_word(page, "of the diffusion");
    assert_word(page, "mean of the runs");
    assert_word(page, "verdict: agree");
    assert_int_equal(count_words(page, "10 to 90 %"), 0);
    free(page);
    page = PAGE(table, "--y", "mean_x");
    assert_word(page, "10 to 90 % of the runs");
    free(page);
}

/* ---- densities --------------------------------------------------------------------------------
 */

static const char densities[] =
    HEAD("solve") BATCH "t\tstep\tx\tdensity\n"
                        "0\t0\t-9\t0\n0\t0\t-1\t0\n0\t0\t0\t0\n0\t0\t1\t5\n0\t0\t9\t0\n\n\n"
                        "10\t1000\t-9\t1e-9\n10\t1000\t-1\t1\n10\t1000\t0\t0.1\n"
                        "10\t1000\t1\t2\n10\t1000\t9\t1e-9\n";

static void densities_stand_over_the_loss(void **state)
{
    (void)state;
    need_gnuplot();
    const char *table = write_file("t.tsv", densities);
    page_t *page = PAGE(table);
    assert_axes(page, "x", "probability density");
    assert_axes(page, "x", "loss U(x)");
    assert_word(page, "t = 10 (1000 steps)");
    assert_word(page, "loss U(x), on the right");
    assert_word(page, "batch 8");
    free(page);
    /* where they are worth a look: 20 % beyond -1 and 1 */
    drawn_t drawn = DRAW(table, "-o", in_folder("x.png"));
    assert_true(drawn.x_low == -1.4 && drawn.x_high == 1.4 && drawn.y_low == 0 && !drawn.log_y);
    assert_non_null(strstr(drawn.parameters, "grounded[1] = 1"));
    drawn_free(&drawn);
    drawn = DRAW(table, "--range", "x=-3:3", "-o", in_folder("x.png"));
    assert_true(drawn.x_low == -3 && drawn.x_high == 3);
    drawn_free(&drawn);
}

/* A header that lost its potential, or whose file is gone: the densities alone. */
static void losses_that_are_not_known(void **state)
{
    (void)state;
    need_gnuplot();
    static const char *const heads[] = {
        "", "# potential: {family: file, path: /no/such/file.txt}\n# noise: own\n",
        "# potential: {family: no-such, a: 1}\n# noise: {family: constant, value: 1}\n"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        char text[1024];
        (void)snprintf(text, sizeof text, "%s%s", heads[i], strstr(densities, "t\tstep"));
        page_t *page = PAGE(write_file("t.tsv", text));
        assert_axes(page, "x", "probability density");
        assert_int_equal(count_words(page, "loss"), 0);
        free(page);
    }
}

/* ---- settings ---------------------------------------------------------------------------------
 */

#define LIMITS "batch\tlearning_rate\ttemperature\tp_1\tp_2\tgap\trelaxation_steps\tp_flat\n"

static void limits_against_what_moves(void **state)
{
    (void)state;
    need_gnuplot();
    page_t *page = PAGE(write_file("t.tsv", HEAD("limit") BATCHES LIMITS
                                   "8\t0.01\t0.2\t0.7\t0.3\t0.1\t1000\t0.7\n"
                                   "16\t0.01\t0.1\t0.71\t0.29\t0.001\t100000\t0.71\n"));
    assert_axes(page, "batch", "probability of the flattest basin");
    assert_axes(page, "batch", "relaxation time in steps");
    assert_int_equal(count_words(page, "start"), 0); /* of no matter here */
    free(page);
    const char *table = write_file("t.tsv", HEAD("limit") BATCH LIMITS
                                   "8\t0.01\t0.2\t0.7\t0.3\t0.1\t1000\t0.7\n"
                                   "8\t0.02\t0.4\t0.71\t0.29\t0.5\t100\t0.71\n");
    page = PAGE(table);
    assert_axes(page, "learning rate", "relaxation time in steps");
    free(page);
    table = write_file("t.tsv", HEAD("limit") LIMITS "8\t0.01\t0.2\t0.7\t0.3\t0.1\t1000\t0.7\n"
                                                     "16\t0.01\t0.1\t0.71\t0.29\t0.1\t2000\t0.71\n"
                                                     "8\t0.02\t0.4\t0.72\t0.28\t0.5\t100\t0.72\n"
                                                     "16\t0.02\t0.2\t0.73\t0.27\t0.4\t200\t0.73\n");
    page = PAGE(table);
    assert_axes(page, "batch", "probability of the flattest basin");
    assert_word(page, "learning rate = 0.02");
    free(page);
    drawn_t drawn = DRAW(table, "-o", in_folder("x.png"));
    assert_int_equal(drawn.points, 2);
    assert_true(drawn.x[0] == 8 && drawn.line[0] == 0.7 && drawn.x[1] == 16 &&
                drawn.line[1] == 0.71);
    drawn_free(&drawn);
}

static void sweeps(void **state)
{
    (void)state;
    need_gnuplot();
    const char *table = write_file("t.tsv", HEAD("sweep") BATCH
                                   "# time: 100\n# vary_1: potential.tilt=0:1:2\n# vary_2: "
                                   "batch=1:2:2\n"
                                   "point\tpotential.tilt\tbatch\tp_1\tp_flat\trelaxation_steps"
                                   "\tp_flat_time\tbasins\tstatus\n"
                                   "1\t0\t1\t0.5\t0.5\t10\t0.1\t2\t0\n2\t0\t2\t0.001\t0.001\t20\t"
                                   "0.1\t2\t0\n3\t1\t1\t0.9\t0.9\t30\t0.1\t2\t0\n"
                                   "4\t1\t2\t0.8\t0.8\t40\t0.2\t2\t0\n");
    page_t *page = PAGE(table);
    assert_axes(page, "potential.tilt", "batch");
    assert_axes(page, "potential.tilt", "probability of the flattest basin");
    assert_word(page, "potential double-well (scale 0.5, linear 1.2, quadratic 0.5)"); /* no tilt */
    assert_int_equal(count_words(page, "t = 100"), 0);
    free(page);
    /* a colour for each hundredth, not for each decade */
    drawn_t drawn = DRAW(table, "-o", in_folder("x.png"));
    assert_non_null(strstr(drawn.axes, "unset logscale cb"));
    drawn_free(&drawn);
    page = PAGE(table, "--x", "batch", "--y", "p_flat_time");
    assert_word(page, "potential.tilt = 1");
    assert_word(page, "t = 100");
    free(page);
}

/* ---- critical points and planes ----------------------------------------------------------------
 */

static void critical_points_lie_on_the_loss(void **state)
{
    (void)state;
    need_gnuplot();
    const char *table = write_file("t.tsv", HEAD("landscape") BATCH
                                   "x\tloss\tcurvature\tsigma\tkind\tbarrier_left\t"
                                   "barrier_right\n-1\t0\t1.2\t320\t0\tnan\t0.585\n"
                                   "0.254\t0.585\t-3.1\t320\t1\tnan\tnan\n"
                                   "1\t0\t10.8\t320\t0\t0.585\tnan\n");
    page_t *page = PAGE(table);
    assert_axes(page, "x", "loss U");
    assert_word(page, "loss U(x)");
    assert_word(page, "minimum");
    assert_word(page, "barrier");
    assert_int_equal(count_words(page, "saddle"), 0);
    assert_int_equal(count_words(page, "batch"), 0); /* it knows none */
    free(page);
    drawn_t drawn = DRAW(table, "-o", in_folder("x.png"));
    assert_true(drawn.y_low < 0 && drawn.x_low < -1.2 && drawn.x_high > 1.1); /* none on an edge */
    drawn_free(&drawn);
}

#define PLANE                                                                                      \
    "# sgdlimit: 0.2.0\n# command: solve\n# model: landscape\n# potential: {family: terms, "       \
    "terms: "                                                                                      \
    "[[2, 0, -0.5], [4, 0, 0.25], [0, 2, 1]]}\n# noise: {family: constant, value: 1}\n"

static void densities_over_a_plane(void **state)
{
    (void)state;
    need_gnuplot();
    char text[8192] = PLANE "# learning_rate: 0.01\n# batch: 1\nt\tstep\tx\ty\tdensity\n";
    for (int block = 0; block < 2; block++) {
        (void)strcat(text, block ? "\n\n" : "");
        for (int i = 0; i < 36; i++) {
            const double x = -2.5 + i % 6, y = -2.5 + i / 6;
            (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%d\t%d\t%g\t%g\t%g\n",
                           block, 100 * block, x, y, exp(-x * x - y * y));
        }
    }
    const char *table = write_file("t.tsv", text);
    page_t *page = PAGE(table);
    assert_axes(page, "x", "y");
    assert_axes(page, "x", "density, t = 1 (100 steps)");
    assert_word(page, "lines of equal loss");
    assert_word(page, "minimum");
    assert_word(page, "saddle");
    assert_word(page, "[4, 0, 0.25]");
    free(page);
    assert_fails(run("plot", table, "--y", "density,x"), 2, "allowed of two coordinates: density");
    assert_fails(run("plot", table, table), 2, "one table at a time");
    page = PAGE(table, "--x", "t"); /* any column as points */
    free(page);
}

static void critical_points_of_a_plane(void **state)
{
    (void)state;
    need_gnuplot();
    page_t *page = PAGE(write_file("t.tsv", PLANE
                                   "x\ty\tloss\tcurvature_1\tcurvature_2\tsigma_x\tsigma_y\tkind\n"
                                   "-1\t0\t-0.25\t2\t2\t1\t1\t0\n0\t0\t0\t-1\t2\t1\t1\t2\n"
                                   "1\t0\t-0.25\t2\t2\t1\t1\t0\n"));
    assert_axes(page, "x", "y");
    assert_axes(page, "x", "loss U(x, y)");
    assert_word(page, "saddle");
    free(page);
}

/* What the program itself prints. */
static void tables_of_the_program(void **state)
{
    (void)state;
    need_gnuplot();
    static const char *const commands[][8] = {
        {"solve", "--points", "5", "--time", "10", NULL},
        {"solve", "--density", "0,1", NULL},
        {"limit", "--batch", "8,16", NULL},
        {"landscape", NULL},
        {"sweep", "--vary", "batch=8:16:3", "--time", "1", NULL},
        {"simulate", "--runs", "20", "--time", "1", "--points", "3", NULL}};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const char *arguments[20] = {commands[i][0],
                                     "--potential",
                                     "double-well:scale=0.5,linear=1.2,quadratic=0.5",
                                     "--noise",
                                     "constant:value=320",
                                     "--start-at",
                                     "1",
                                     "--cells",
                                     "100"};
        size_t count = 9;
        for (size_t k = 1; commands[i][k]; k++)
            arguments[count++] = commands[i][k];
        arguments[count++] = "-o";
        arguments[count] = in_folder("t.tsv");
        outcome_t outcome = run_with(NULL, NULL, arguments);
        assert_done(&outcome);
        outcome_free(&outcome);
        page_t *page = PAGE(in_folder("t.tsv"));
        assert_word(page, "double-well");
        free(page);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(probabilities_against_steps),
        cmocka_unit_test(pairs_of_rate_and_batch),
        cmocka_unit_test(one_basin),
        cmocka_unit_test(comparisons),
        cmocka_unit_test(densities_stand_over_the_loss),
        cmocka_unit_test(losses_that_are_not_known),
        cmocka_unit_test(limits_against_what_moves),
        cmocka_unit_test(sweeps),
        cmocka_unit_test(critical_points_lie_on_the_loss),
        cmocka_unit_test(densities_over_a_plane),
        cmocka_unit_test(critical_points_of_a_plane),
        cmocka_unit_test(tables_of_the_program),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
