/* The library in a program whose locale has a decimal comma: what it reads, writes and says is the
 * same, byte for byte, and the program's locale stays as it is. */
#include <locale.h>
#include <gsl/gsl_errno.h>
#include <math.h>

#include "sgdlimit/sgdlimit.h"
#include "tests/sink.h"
#include "src/base/c_locale.h"
#include "src/base/text.h"
#include "src/table/journal.h"
#include "tests/program.h"
#include "src/problem/problem.h"
#include "tests/sweeps.h"

static const char problem_text[] =
    "ridge: 0.5\nlearning_rate: [0.9, 5.5e-1]\ntime: 2.5\noutput: {points: 4}\n"
    "classes: [{weight: 0.3, mean: {family: constant, scale: 0.75}, covariance: {family: file, "
    "path: numbers.txt}}, {weight: 0.7, covariance: {family: isotropic, scale: 1.25}}]\n";

static const char numbers_text[] = "0.5 1.25 2.5e-1 1e0 # 4,5\n";

/* ---- a locale with a comma ---------------------------------------------------------------- */

/* glibc's own format of LC_NUMERIC, so that no locale need be installed. */
static void write_locale(void)
{
    static const uint32_t head[] = {0x20031115 ^ LC_NUMERIC, 6, 32, 34, 36, 40, 44, 48};
    static const char points[8] = {',', 0, '.', 0, 3, 3, 0, 0};
    static const uint32_t wide[] = {',', '.'};
    static const char codes[6] = "UTF-8";
    assert_int_equal(mkdir(in_folder("comma"), 0700), 0);
    FILE *stream = fopen(in_folder("comma/LC_NUMERIC"), "w");
    assert_non_null(stream);
    assert_true(fwrite(head, sizeof head, 1, stream) == 1 &&
                fwrite(points, sizeof points, 1, stream) == 1 &&
                fwrite(wide, sizeof wide, 1, stream) == 1 &&
                fwrite(codes, sizeof codes, 1, stream) == 1);
    assert_int_equal(fclose(stream), 0);
}

static bool has_comma(void)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%g", 0.5);
    return strcmp(text, "0,5") == 0;
}

/* Ours, or one of the system's. The name lives on. */
static const char *comma_locale(void)
{
    static const char *const names[] = {"comma",       "de_DE.UTF-8", "de_DE.utf8",
                                        "fr_FR.UTF-8", "es_ES.UTF-8", "nl_NL.UTF-8"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (i == 0)
            assert_int_equal(setenv("LOCPATH", folder, 1), 0);
        else
            (void)unsetenv("LOCPATH");
        bool found = setlocale(LC_NUMERIC, names[i]) && has_comma();
        (void)setlocale(LC_ALL, "C");
        if (found)
            return names[i];
    }
    return NULL;
}

/* ---- what is compared --------------------------------------------------------------------- */

static void put_table(FILE *out, const sgdl_table_t *table)
{
    for (int format = SGDL_FORMAT_TSV; format <= SGDL_FORMAT_JSON; format++)
        assert_int_equal(sgdl_table_write(table, out, (sgdl_format_t)format, NULL), SGDL_OK);
}

static int put_line(void *context, const char *key, const char *value)
{
    (void)fprintf(context, "%s: %s\n", key, value);
    return SGDL_OK;
}

static void put_problem(FILE *out, const char *path)
{
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_error_t error = {0};
    if (sgdl_problem_read(problem, path, NULL, 0, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    assert_true(problem->ridge == 0.5);
    assert_int_equal(sgdl_problem_write(problem, &problem->plan, put_line, out, NULL), SGDL_OK);
    sgdl_problem_free(problem);
}

/* Curves and runs, written in every format, read again and written again. */
static void put_round_trips(FILE *out)
{
    static const char *const names[] = {"t.tsv", "t.csv", "t.json"};
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_table_t table[2], again;
    sgdl_error_t error = {0};
    assert_int_equal(sgdl_problem_read(problem, in_folder("p.yaml"), NULL, 0, &error), SGDL_OK);
    for (size_t i = 0; i < 2; i++) {
        sgdl_table_init(&table[i]);
        int status = sgdl_provenance(&table[i], "solve", problem, NULL, &error);
        if (status == SGDL_OK)
            status = i == 0 ? sgdl_solve(problem, NULL, INTO(&table[i]), &error)
                            : sgdl_simulate(problem, NULL, INTO(&table[i]), &error);
        if (status != SGDL_OK)
            fail_msg("%s: %s", error.place, error.message);
        put_table(out, &table[i]);
        for (size_t f = 0; f < 3; f++) {
            const char *path = in_folder(names[f]);
            assert_int_equal(sgdl_table_save(&table[i], path, (sgdl_format_t)f, &error), SGDL_OK);
            if (sgdl_table_read(&again, path, &error) != SGDL_OK)
                fail_msg("%s: %s", error.place, error.message);
            assert_int_equal(again.rows, table[i].rows);
            for (size_t v = 0; v < again.rows * again.columns; v++)
                assert_true(again.value[v] == table[i].value[v] || isnan(again.value[v]));
            put_table(out, &again);
            sgdl_table_free(&again);
            put_problem(out, path);
        }
        sgdl_table_free(&table[i]);
    }
    sgdl_problem_free(problem);
}

static void put_long_time(FILE *out)
{
    static const char flat[] = "ridge: 0.25";
    char *key;
    sgdl_axis_t axis;
    sgdl_table_t table;
    sgdl_sweep_t *sweep = sgdl_sweep_new();
    sgdl_error_t error = {0};
    const sgdl_sweep_options_t options = {.threads = 2};
    assert_int_equal(sgdl_axis_parse(&axis, "ridge=0.5:1.25:2", &key, &error), SGDL_OK);
    assert_true(axis.from == 0.5 && axis.to == 1.25 && axis.count == 2);
    assert_int_equal(sweep_of_text(sweep, flat, &axis, 1, false, &error), SGDL_OK);
    assert_int_equal(sgdl_sweep_run(sweep, &options, &error), SGDL_OK);
    sgdl_table_init(&table);
    assert_int_equal(sgdl_sweep_table(sweep, &table, &error), SGDL_OK);
    put_table(out, &table);
    sgdl_table_free(&table);
    sgdl_sweep_free(sweep);
    free(key);

    sgdl_problem_t *problem = sgdl_problem_new();
    assert_int_equal(sgdl_problem_parse(problem, flat, "flat", NULL, 0, &error), SGDL_OK);
    sgdl_table_init(&table);
    assert_int_equal(sgdl_limit_table(problem, NULL, INTO(&table), &error), SGDL_OK);
    put_table(out, &table);
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

/* Messages and comments name numbers. */
static void put_messages(FILE *out)
{
    static const char *const wrong[] = {"classes: [{weight: 0.25}, {weight: 0.5}]", "ridge: -0.5",
                                        "ridge: 0,5", "tolerance: {relative: 0.5}",
                                        "dimension: 2.5"};
    sgdl_error_t error = {0};
    sgdl_problem_t *problem = sgdl_problem_new();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(sgdl_problem_parse(problem, wrong[i], "wrong", NULL, 0, &error),
                         SGDL_ERR_INPUT);
        (void)fprintf(out, "%s: %s\n", error.place, error.message);
    }
    sgdl_problem_free(problem);
    (void)sgdl_fail(&error, SGDL_ERR_INPUT, NULL, "%g of %.3f", 0.5, 1.5);
    assert_string_equal(error.message, "0.5 of 1.500");
    (void)write_file("commas.txt", "0,5\n");
    double *values;
    size_t count;
    assert_int_equal(sgdl_numbers_read(in_folder("commas.txt"), &values, &count, &error),
                     SGDL_ERR_INPUT);
    (void)fprintf(out, "%s\n", error.message);
}

static int take_row(void *context, const double *row, const char *remark, sgdl_error_t *error)
{
    (void)remark;
    (void)error;
    memcpy(context, row, 2 * sizeof *row);
    return SGDL_OK;
}

static char *transcript(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    put_problem(out, in_folder("p.yaml"));
    put_round_trips(out);
    put_long_time(out);
    put_messages(out);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* ---- cases -------------------------------------------------------------------------------- */

static const char *comma;

/* Without a locale that has a comma there is nothing to see: other C libraries than glibc. */
static void need_comma(void)
{
    if (!comma)
        skip();
}

static void all_is_the_same_after_setlocale(void **unused)
{
    (void)unused;
    need_comma();
    char *expected = transcript();
    assert_true(strlen(expected) > 5000);
    assert_non_null(setlocale(LC_NUMERIC, comma));
    char *found = transcript();
    assert_true(has_comma());
    (void)setlocale(LC_ALL, "C");
    assert_string_equal(found, expected);
    free(found);
    free(expected);
}

/* Where the thread has a locale of its own, that one is given back. */
static void all_is_the_same_after_uselocale(void **unused)
{
    (void)unused;
    need_comma();
    char *expected = transcript();
    locale_t own = newlocale(LC_NUMERIC_MASK, comma, (locale_t)0);
    assert_true(own != (locale_t)0);
    locale_t before = uselocale(own);
    char *found = transcript();
    assert_true(has_comma() && uselocale((locale_t)0) == own);
    (void)uselocale(before);
    freelocale(own);
    assert_string_equal(found, expected);
    free(found);
    free(expected);
}

static void pairs_lie_inside_one_another(void **unused)
{
    (void)unused;
    need_comma();
    c_locale_t outer, inner;
    char text[TEXT_NUMBER_SIZE], *end;
    assert_non_null(setlocale(LC_NUMERIC, comma));
    assert_int_equal(c_locale_enter(&outer, NULL), SGDL_OK);
    assert_int_equal(c_locale_enter(&inner, NULL), SGDL_OK);
    assert_false(has_comma());
    c_locale_leave(&inner);
    assert_false(has_comma());
    c_locale_leave(&outer);
    assert_true(has_comma());
    assert_true(c_number("2.75", &end) == 2.75 && *end == '\0');
    (void)c_print(text, sizeof text, "%.2f", 2.75);
    assert_string_equal(text, "2.75");
    text_shortest(1.5e-7, text);
    assert_string_equal(text, "1.5e-7");
    (void)setlocale(LC_ALL, "C");
}

/* A sweep's rows, appended in one locale and read in the other. */
static void append_and_read(const char *appending, const char *reading)
{
    static const double row[] = {1, 0.625};
    double found[2] = {0};
    size_t damaged = 1;
    for (int reads = 0; reads < 2; reads++) {
        journal_t journal;
        sgdl_table_t header, identity;
        sgdl_table_init(&header);
        sgdl_table_init(&identity);
        assert_int_equal(sgdl_table_column(&header, NULL, "point"), SGDL_OK);
        assert_int_equal(sgdl_table_column(&header, NULL, "risk"), SGDL_OK);
        assert_int_equal(sgdl_table_column(&identity, NULL, "point"), SGDL_OK);
        assert_int_equal(sgdl_table_column(&identity, NULL, "risk"), SGDL_OK);
        assert_non_null(setlocale(LC_NUMERIC, reads ? reading : appending));
        assert_int_equal(journal_open(&journal, in_folder("s.part"), "failed", &identity, NULL),
                         SGDL_OK);
        if (reads) {
            assert_int_equal(journal_read(&journal, &header, take_row, found, &damaged, NULL),
                             SGDL_OK);
        } else {
            assert_int_equal(journal_start(&journal, &header, NULL), SGDL_OK);
            assert_int_equal(journal_append(&journal, row, NULL, NULL), SGDL_OK);
        }
        journal_close(&journal, reads);
        (void)setlocale(LC_ALL, "C");
        sgdl_table_free(&header);
    }
    assert_int_equal(damaged, 0);
    assert_memory_equal(found, row, sizeof row);
}

static void rows_on_their_way_are_the_same(void **unused)
{
    (void)unused;
    need_comma();
    append_and_read(comma, "C");
    append_and_read("C", comma);
    append_and_read(comma, comma);
}

static int make_files(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    write_locale();
    (void)write_file("p.yaml", problem_text);
    (void)write_file("numbers.txt", numbers_text);
    comma = comma_locale();
    return 0;
}

static int remove_files(void **state)
{
    (void)unlink(in_folder("comma/LC_NUMERIC"));
    (void)rmdir(in_folder("comma"));
    return remove_folder(state);
}

#ifdef __SANITIZE_ADDRESS__
/* glibc keeps what it made of LOCPATH. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:argz\n"; }
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_the_same_after_setlocale),
        cmocka_unit_test(all_is_the_same_after_uselocale),
        cmocka_unit_test(pairs_lie_inside_one_another),
        cmocka_unit_test(rows_on_their_way_are_the_same),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
