/* Heat maps of sweeps over two keys: as large as the table, not as the grid that it names. */
#include "tests/plot_svg.h"

#define SWEEP(a, b)                                                                                \
    "# command: sweep\n# vary_1: ridge=" a "\n# vary_2: batch=" b "\n# time: 5\n"                  \
    "point\tridge\tbatch\trisk\tverdict\n"

/* Lines of a file that gnuplot was given which hold numbers. */
static size_t count_rows(const char *name)
{
    char *text = read_file(in_folder(name));
    size_t count = 0;
    for (char *rest = NULL, *line = strtok_r(text, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest))
        count += strncmp(line, "nan", 3) != 0 && *line != '\0';
    free(text);
    return count;
}

static size_t given_kilobytes(void)
{
    char *text = read_file(in_folder("given-size"));
    size_t size = strtoul(text, NULL, 10);
    free(text);
    return size;
}

/* A header may promise any grid: what is drawn is what the table holds. */
static void grids_cost_what_the_table_holds(void **state)
{
    (void)state;
    static const char *const tables[] = {
        SWEEP("0:1:20000", "0:1:20000") "1\t0\t0\t1\t0\n2\t0\t1\t2\t1\n",
        SWEEP("0:1:1000000", "1:9:1000000") "1\t0\t0\t1\t0\n1000000000000\t1\t9\t2\t1\n",
        SWEEP("1:10:1000000:log", "1:1:1") "7\t1\t1\t1\t0\n5\t0\t1\t2\t1\n",
        SWEEP("1:1:1", "1:5:1000000") "7\t1\t1\t1\t0\n5\t0\t1\t2\t1\n"};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        drawn_t drawn = DRAW(write_file("t.tsv", tables[i]), "-o", in_folder("x.png"));
        assert_int_equal(count_rows("given-panel1"), 2);
        assert_non_null(strstr(drawn.parameters, "\"no value\""));
        assert_true(given_kilobytes() < 200);
        drawn_free(&drawn);
    }
    /* rows of no point are none */
    drawn_t drawn =
        DRAW(write_file("t.tsv",
                        SWEEP("0:1:2000",
                              "0:1:2000") "0\t0\t0\t1\t0\n"
                                          "4000001\t0\t1\t2\t1\n1.5\t0\t0\t3\t0\n3\t0\t0\t3\t0\n"),
             "-o", in_folder("x.png"));
    assert_int_equal(count_rows("given-panel1"), 1);
    drawn_free(&drawn);
}

/* Few cells or many, some of them infinite: gnuplot draws what there is. */
static void sparse_and_full_grids_are_drawn(void **state)
{
    (void)state;
    need_gnuplot();
    static const size_t rows[] = {1, 2, 15, 30, 60, 100};
    static const char *const endings[] = {"x.png", "x.svg", "x.pdf"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[4096] = SWEEP("0:1:10", "1:10:10");
        for (size_t r = 0; r < rows[i]; r++) {
            size_t length = strlen(text);
            (void)snprintf(text + length, sizeof text - length, "%zu\t%g\t%zu\t%s\t%d\n", r + 1,
                           (double)(r / 10) / 9, r % 10 + 1, r % 7 == 3 ? "inf" : "0.5",
                           r % 2 == 1);
        }
        const char *table = write_file("t.tsv", text);
        assert_draws(run("plot", table, "--y", "risk", "-o", in_folder(endings[i % 3])));
        page_t *page = PAGE(table, "--y", "risk");
        assert_int_equal(count_words(page, "no value"), rows[i] < 100);
        assert_int_equal(count_words(page, "diverges"), rows[i] > 3);
        free(page);
    }
}

/* What grows without bound is not the largest colour, and what is not there is not the smallest. */
static void cells_without_a_number_have_their_own_look(void **state)
{
    (void)state;
    static const char rows[] = "1\t0\t1\t1\t1\n2\t0\t2\tinf\t2\n3\t1\t1\t3\t1\n4\t1\t2\tnan\t2\n";
    char text[1024];
    (void)snprintf(text, sizeof text, "%s%s", SWEEP("0:1:2", "1:2:2"), rows);
    drawn_t drawn = DRAW(write_file("t.tsv", text), "-o", in_folder("x.png"));
    assert_int_equal(count_rows("given-diverged1"), 2);
    assert_non_null(strstr(drawn.axes, "set cbrange [1:3]\n"));
    assert_non_null(strstr(drawn.parameters, "\"diverges\""));
    assert_null(strstr(drawn.parameters, "\"no value\""));
    drawn_free(&drawn);
    (void)snprintf(text, sizeof text, "%s%s", SWEEP("0:1:3", "1:2:2"), rows);
    drawn = DRAW(write_file("t.tsv", text), "-o", in_folder("x.png"));
    assert_non_null(strstr(drawn.parameters, "\"no value\""));
    drawn_free(&drawn);
    (void)snprintf(text, sizeof text, "%s%s", SWEEP("0:1:2", "1:2:2"),
                   "1\t0\t1\t1\t1\n2\t0\t2\t2\t1\n3\t1\t1\t3\t1\n4\t1\t2\tnan\tnan\n");
    drawn = DRAW(write_file("t.tsv", text), "-o", in_folder("x.png"));
    assert_null(strstr(drawn.parameters, "\"diverges\""));
    assert_non_null(strstr(drawn.parameters, "\"no value\""));
    drawn_free(&drawn);
    need_gnuplot();
    page_t *page = PAGE(in_folder("t.tsv"));
    assert_word(page, "no value");
    assert_int_equal(count_words(page, "the verdict changes"), 0); /* nor does any line say so */
    free(page);
}

/* Rows may come in any order; of two for one point the later counts. */
static void cells_do_not_depend_on_the_order_of_rows(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "1\t0\t1\t1\t0\n2\t0\t2\t2\t0\n3\t1\t1\t3\t1\n4\t1\t2\t4\t1\n",
        "4\t1\t2\t4\t1\n3\t1\t1\t9\t0\n2\t0\t2\t2\t0\n1\t0\t1\t1\t0\n3\t1\t1\t3\t1\n"};
    char *kept[2][2];
    for (size_t i = 0; i < 2; i++) {
        char text[512];
        (void)snprintf(text, sizeof text, "%s%s", SWEEP("0:1:2", "1:2:2"), rows[i]);
        drawn_t drawn = DRAW(write_file("t.tsv", text), "-o", in_folder("x.png"));
        kept[i][0] = read_file(in_folder("given-panel1"));
        kept[i][1] = read_file(in_folder("given-boundary"));
        drawn_free(&drawn);
    }
    for (int file = 0; file < 2; file++) {
        assert_string_equal(kept[0][file], kept[1][file]);
        free(kept[0][file]);
        free(kept[1][file]);
    }
}

static void logarithmic_keys_have_their_values(void **state)
{
    (void)state;
    need_gnuplot();
    const char *table = write_file(
        "t.tsv",
        SWEEP("0.01:1:3:log", "1:100:2:log") "1\t.01\t1\t1\t0\n"
                                             "2\t.01\t100\t2\t0\n3\t.1\t1\t3\t1\n4\t.1\t100\t4\t1\n"
                                             "5\t1\t1\t5\t1\n6\t1\t100\t6\t1\n");
    page_t *page = PAGE(table);
    assert_int_equal(count_words(page, "log₁₀"), 0);
    assert_word(page, "0.01");
    assert_word(page, "100");
    free(page);
    drawn_t drawn = DRAW(table, "--range", "x=0.1:1,colour=0:10", "-o", in_folder("x.png"));
    assert_true(drawn.x_low == -1 && drawn.x_high == 0); /* by exponents, for gnuplot alone */
    assert_non_null(strstr(drawn.axes, "set cbrange [0:10]\n"));
    drawn_free(&drawn);
    assert_fails(run("plot", table, "--range", "x=0:1"), 2, "--range x");
    assert_fails(run("plot", table, table), 2, "one table at a time");
}

static void pictures_of_all_formats(void **state)
{
    (void)state;
    need_gnuplot();
    const char *table =
        write_file("t.tsv", SWEEP("0:1:3", "1:2:2") "1\t0\t1\t1\t1\n2\t0\t2\tinf\t2\n");
    static const char *const endings[][2] = {
        {"a.png", "\x89PNG\r\n\x1a\n"}, {"a.svg", "<svg"}, {"a.pdf", "%PDF-"}};
    for (size_t i = 0; i < 3; i++) {
        assert_draws(run("plot", table, "--y", "risk,verdict", "-o", in_folder(endings[i][0])));
        assert_picture(endings[i][0], endings[i][1]);
    }
    page_t *page = read_page("a.svg");
    assert_legible(page);
    assert_word(page, "diverges");
    free(page);
}

/* gnuplot draws no image of one row, so it gets boxes. */
static void one_row_or_column_is_drawn(void **state)
{
    (void)state;
    static const char *const axes[][2] = {
        {"1:1:1", "0:2:3"}, {"0:2:3", "1:1:1"}, {"1:1:1", "1:1:1"}};
    static const char *const rows[] = {"1\t1\t0\t1\t1\n2\t1\t1\t2\t1\n3\t1\t2\t3\t1\n",
                                       "1\t0\t1\t1\t1\n2\t1\t1\t2\t1\n3\t2\t1\t3\t1\n",
                                       "1\t1\t1\t1\t1\n"};
    for (size_t i = 0; i < 3; i++) {
        char text[512];
        (void)snprintf(text, sizeof text,
                       "# command: sweep\n# vary_1: a=%s\n# vary_2: b=%s\n"
                       "point\ta\tb\trisk\tverdict\n%s",
                       axes[i][0], axes[i][1], rows[i]);
        drawn_t drawn = DRAW(write_file("t.tsv", text), "--y", "risk", "-o", in_folder("x.png"));
        assert_int_equal(count_rows("given-panel1"), i < 2 ? 3 : 1);
        char *how = read_file(in_folder("given-cells"));
        assert_non_null(strstr(how, "boxxyerror"));
        free(how);
        drawn_free(&drawn);
    }
}

#define CASE(name) cmocka_unit_test_teardown(name, empty_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(grids_cost_what_the_table_holds),
        CASE(sparse_and_full_grids_are_drawn),
        CASE(cells_without_a_number_have_their_own_look),
        CASE(cells_do_not_depend_on_the_order_of_rows),
        CASE(one_row_or_column_is_drawn),
        CASE(logarithmic_keys_have_their_values),
        CASE(pictures_of_all_formats),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
