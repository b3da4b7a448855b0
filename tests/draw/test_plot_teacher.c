/* Teachers and momentum in pictures: captions in words, without what a sweep varies, and the signal
 * of a spectrum. */
#include "tests/plot_svg.h"

#define HEAD(command)                                                                              \
    "# sgdlimit: 0.2.0\n# command: " command "\n# dimension: inf\n# loss: least-squares\n"         \
    "# classes: [{weight: 1, covariance: {family: isotropic, scale: 1}, mean: {family: zero}}]\n"  \
    "# teacher: {signal: {family: power-law, exponent: 0.2, scale: 3}, labels: linear, noise: "    \
    "0.5}\n# momentum: {gain: 1, weight: 1.2, decay: {value: 2, over: 4}}\n# clip: none\n"         \
    "# gradient_noise: 0.1\n# seed: 7\n"

/* Captions are broken where lines end. */
static void assert_said(const page_t *page, const char *text)
{
    char all[4096] = "";
    for (size_t w = 0; w < page->count; w++) {
        const size_t length = strlen(all);
        (void)snprintf(all + length, sizeof all - length, "%s%s", length ? " " : "",
                       page->words[w].text);
    }
    if (!strstr(all, text))
        fail_msg("'%s' does not say '%s'", all, text);
}

static void teachers_are_told_in_words(void **state)
{
    (void)state;
    need_gnuplot();
    page_t *page = PAGE(write_file("a.tsv", HEAD("solve") "t\trisk\n0\t1\n1\t0.5\n"));
    assert_said(page, "teacher signal power-law (exponent 0.2, scale 3), labels linear, noise 0.5");
    assert_said(page, "momentum gain 1, weight 1.2, decay value 2, over 4");
    assert_said(page, "gradient noise 0.1");
    assert_int_equal(count_words(page, "clip"), 0);
    assert_int_equal(count_words(page, "seed"), 0); /* nothing is drawn */
    free(page);
}

static void what_is_varied_is_not_told(void **state)
{
    (void)state;
    need_gnuplot();
    static const struct {
        const char *key, *label, *said;
    } cases[] = {
        {"teacher.noise", "label noise ω",
         "teacher signal power-law (exponent 0.2, scale 3), labels linear;"},
        {"teacher.signal.exponent", "signal exponent",
         "teacher signal power-law (scale 3), labels linear, noise 0.5"},
        {"momentum.weight", "momentum's weight", "momentum gain 1, decay value 2, over 4"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char table[2048];
        (void)snprintf(table, sizeof table,
                       HEAD("sweep") "# vary_1: %s=0:1:2\npoint\t%s\trisk\n1\t0\t1\n2\t1\t2\n",
                       cases[i].key, cases[i].key);
        page_t *page = PAGE(write_file("a.tsv", table));
        assert_said(page, cases[i].said);
        assert_word(page, cases[i].label);
        free(page);
    }
}

static void spectra_show_the_signal(void **state)
{
    (void)state;
    need_gnuplot();
    static const char one[] = HEAD("spectrum") "node\tweight\teigenvalue_bar\tclean\teigenvalue_1\t"
                                               "mean_1\tsignal\n1\t0.5\t1\t0\t1\t0\t-2\n2\t0.5\t2"
                                               "\t0\t2\t0\t3\n";
    static const char two[] = HEAD("spectrum") "node\tweight\teigenvalue_bar\tclean\teigenvalue_1\t"
                                               "mean_1_1\tmean_1_2\tsignal_1\tsignal_2\n"
                                               "1\t0.5\t1\t0\t1\t0\t0\t3\t-4\n"
                                               "2\t0.5\t2\t0\t2\t0\t0\t0\t5\n";
    page_t *page = PAGE(write_file("a.tsv", one));
    assert_word(page, "signal coordinate |ν*(u)|");
    free(page);
    drawn_t drawn = DRAW(write_file("a.tsv", two), "-o", in_folder("x.png"), "--y", "signal");
    assert_true(drawn.line[1] == 5); /* the length of (3, -4) */
    drawn_free(&drawn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(teachers_are_told_in_words),
        cmocka_unit_test(what_is_varied_is_not_told),
        cmocka_unit_test(spectra_show_the_signal),
    };
    return cmocka_run_group_tests_name("plot_teacher", tests, make_folder, remove_folder);
}
