/* The scripts that are called from gnuplot itself: their words stand where they can be read, too.
 */
#include "tests/plot_svg.h"

/* Runs a script of plots/ in the folder of the tables and looks at its picture. */
static page_t *script_page(const char *script, const char *settings)
{
    char command[6 * PATH_SIZE];
    (void)snprintf(command, sizeof command,
                   "cd '%s' && gnuplot -d -e \"dir='%s'; output='%s/page.svg'; %s\" '%s/plots/%s' "
                   "2> complaint",
                   folder, folder, folder, settings, getenv("SGDLIMIT_SOURCE"), script);
    assert_int_equal(system(command), 0);
    page_t *page = read_page("page.svg");
    assert_legible(page);
    return page;
}

static void make(const char *name, const char *const *arguments)
{
    const char *all[24] = {0};
    size_t count = 0;
    for (; arguments[count]; count++)
        all[count] = arguments[count];
    all[count++] = "-o";
    all[count++] = in_folder(name);
    outcome_t outcome = run_with(NULL, NULL, all);
    assert_true(exists(name)); /* whatever the verdict of a comparison */
    outcome_free(&outcome);
}

#define MAKE(name, ...) make(name, (const char *const[]){__VA_ARGS__, NULL})

static void figure1(void **state)
{
    (void)state;
    need_gnuplot();
    static const char letters_of[] = "abcd";
    for (size_t i = 0; i < 4; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "figure1%c.tsv", letters_of[i]);
        MAKE(name, "solve", "--lr", "0.5,1", "--time", "100", "--spacing", "log", "--points", "13");
        (void)snprintf(name, sizeof name, "figure1%c-sgd.tsv", letters_of[i]);
        MAKE(name, "compare", "-d", "20", "--lr", "0.5,1", "--time", "10", "--spacing", "log",
             "--points", "13", "--runs", "3");
    }
    static const char *const settings[] = {"runs=0", "runs=3; dimension='20'"};
    for (size_t i = 0; i < 2; i++) {
        page_t *page = script_page("figure1.gp", settings[i]);
        assert_int_equal(count_words(page, "t = steps / d"), 4);
        assert_int_equal(count_words(page, "risk R(t)"), 4);
        assert_word(page, "γ = 0.5");
        free(page);
    }
}

static void alignment(void **state)
{
    (void)state;
    need_gnuplot();
    static const char *const families[][2] = {{"zero-one", "zero-one:zero=0.5"},
                                              {"power-law", "power-law:exponent=1.5"}};
    for (size_t i = 0; i < 2; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "alignment-%s.tsv", families[i][0]);
        MAKE(name, "solve", "-d", "20", "--covariance", families[i][1], "--directions", "1,10,20");
        (void)snprintf(name, sizeof name, "alignment-%s-sgd.tsv", families[i][0]);
        MAKE(name, "simulate", "-d", "20", "--covariance", families[i][1], "--directions",
             "1,10,20", "--runs", "3");
    }
    page_t *page = script_page("alignment.gp", "");
    assert_int_equal(count_words(page, "overlap density"), 2);
    assert_word(page, "eigenvalue λ");
    free(page);
}

static void cost(void **state)
{
    (void)state;
    need_gnuplot();
    (void)write_file("horizons.tsv", "method\tt\tnodes\tseconds\nstructured\t10\t1\t0.01\n"
                                     "structured\t1000\t1\t0.02\neuler\t10\t1\t0.1\n"
                                     "euler\t1000\t1\t10\n");
    (void)write_file("nodes.tsv", "method\tt\tnodes\tseconds\nstructured\t1\t100\t0.01\n"
                                  "structured\t1\t10000\t1\nadams\t1\t100\t1\n");
    page_t *page = script_page("cost.gp", "");
    assert_int_equal(count_words(page, "seconds, one core"), 2);
    free(page);
}

#define CASE(name) cmocka_unit_test_teardown(name, empty_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {CASE(figure1), CASE(alignment), CASE(cost)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
