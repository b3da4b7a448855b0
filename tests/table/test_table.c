/* Tables: what is written comes back, files are whole or absent, bad files are refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <float.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "sgdlimit/table.h"
#include "tests/table_folder.h"

/* ---- sample tables ----------------------------------------------------------------------------
 */

static const double samples[] = {0.0,
                                 -0.0,
                                 1.0 / 3,
                                 0.1,
                                 M_PI,
                                 -1e-300,
                                 DBL_MIN,
                                 DBL_MAX,
                                 NAN,
                                 INFINITY,
                                 -INFINITY,
                                 DBL_TRUE_MIN,
                                 1e17,
                                 -DBL_MAX,
                                 5,
                                 1e22,
                                 0x1.fffffffffffffp-2};
enum { SAMPLES = sizeof samples / sizeof *samples, BLOCKS = 3, COLUMNS = 2 };

static void fill(sgdl_table_t *table)
{
    sgdl_table_init(table);
    assert_int_equal(sgdl_table_comment(table, false, "sgdlimit", NULL, "%s", "0.1.0"), 0);
    assert_int_equal(sgdl_table_comment(table, true, "loss", NULL, "logistic"), 0);
    assert_int_equal(
        sgdl_table_comment(table, true, "classes", NULL, "[{label: \"a\\x08: c\", x: %g}]", 0.5),
        0);
    assert_int_equal(sgdl_table_comment(table, false, "note", NULL, "two\nlines, β"), 0);
    assert_int_equal(sgdl_table_column(table, NULL, "t"), 0);
    assert_int_equal(sgdl_table_column(table, NULL, "mean_%d", 1), 0);
    for (size_t block = 0; block < BLOCKS; block++) {
        assert_int_equal(sgdl_table_block(table, NULL), 0);
        for (size_t i = 0; i < SAMPLES; i++) {
            double *row;
            assert_int_equal(sgdl_table_row(table, &row, NULL), 0);
            assert_true(isnan(row[0]) && isnan(row[1]));
            row[0] = (double)i;
            row[1] = samples[(i + block) % SAMPLES];
        }
    }
}

/* Equal to the last bit, NAN equal to NAN. */
static void assert_same_number(double a, double b)
{
    if (isnan(a)) {
        assert_true(isnan(b));
        return;
    }
    assert_memory_equal(&a, &b, sizeof a);
}

static void assert_same(const sgdl_table_t *a, const sgdl_table_t *b)
{
    assert_int_equal(a->columns, b->columns);
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->blocks, b->blocks);
    assert_int_equal(a->comments, b->comments);
    for (size_t j = 0; j < a->columns; j++)
        assert_string_equal(a->column[j], b->column[j]);
    for (size_t i = 0; i < a->comments; i++) {
        const char *value = sgdl_table_value(b, a->comment[i].key);
        assert_non_null(value);
        assert_string_equal(a->comment[i].value, value);
    }
    for (size_t k = 0; k < a->blocks; k++)
        assert_int_equal(a->block_start[k], b->block_start[k]);
    for (size_t i = 0; i < a->rows * a->columns; i++)
        assert_same_number(a->value[i], b->value[i]);
}

/* ---- tests ------------------------------------------------------------------------------------
 */

static void memory_holds_what_was_added(void **state)
{
    (void)state;
    sgdl_table_t table;
    fill(&table);
    assert_int_equal(table.rows, BLOCKS * SAMPLES);
    assert_int_equal(sgdl_table_find(&table, "mean_1"), 1);
    assert_int_equal(sgdl_table_find(&table, "mean"), -1);
    assert_string_equal(sgdl_table_value(&table, "note"), "two lines, β");
    assert_null(sgdl_table_value(&table, "absent"));
    size_t comments = table.comments;
    assert_int_equal(sgdl_table_comment(&table, false, "note", NULL, "%d", 7), 0);
    assert_string_equal(sgdl_table_value(&table, "note"), "7");
    assert_int_equal(table.comments, comments);
    sgdl_table_free(&table);
    assert_int_equal(table.rows, 0);
    sgdl_table_free(&table); /* free is always legal */
}

static void first_row_opens_a_block(void **state)
{
    (void)state;
    sgdl_table_t table;
    double *row;
    sgdl_table_init(&table);
    assert_int_equal(sgdl_table_column(&table, NULL, "t"), 0);
    assert_int_equal(sgdl_table_row(&table, &row, NULL), 0);
    assert_int_equal(table.blocks, 1);
    assert_int_equal(table.block_start[0], 0);
    sgdl_table_free(&table);
}

static void round_trip(const char *name, sgdl_format_t format)
{
    sgdl_table_t table;
    sgdl_table_t back;
    fill(&table);
    assert_int_equal(sgdl_table_save(&table, in_folder(name), format, NULL), 0);
    assert_int_equal(sgdl_table_read(&back, in_folder(name), NULL), 0);
    assert_same(&table, &back);
    assert_int_equal(files(false), 1);
    sgdl_table_free(&table);
    sgdl_table_free(&back);
}

static void round_trip_tsv(void **state)
{
    (void)state;
    round_trip("a.tsv", SGDL_FORMAT_TSV);
}

static void round_trip_csv(void **state)
{
    (void)state;
    round_trip("a.csv", SGDL_FORMAT_CSV);
}

static void round_trip_json(void **state)
{
    (void)state;
    round_trip("a.json", SGDL_FORMAT_JSON);
}

static void text_is_laid_out_as_promised(void **state)
{
    (void)state;
    sgdl_table_t table;
    double *row;
    sgdl_table_init(&table);
    assert_int_equal(sgdl_table_comment(&table, false, "sgdlimit", NULL, "0.1.0"), 0);
    assert_int_equal(sgdl_table_column(&table, NULL, "t"), 0);
    assert_int_equal(sgdl_table_column(&table, NULL, "risk"), 0);
    for (int block = 0; block < 2; block++) {
        assert_int_equal(sgdl_table_block(&table, NULL), 0);
        assert_int_equal(sgdl_table_row(&table, &row, NULL), 0);
        row[0] = block;
        assert_true(isnan(row[1]));
    }
    assert_int_equal(sgdl_table_save(&table, in_folder("a"), SGDL_FORMAT_TSV, NULL), 0);
    char *text = read_file(in_folder("a"));
    assert_string_equal(text, "# sgdlimit: 0.1.0\nt\trisk\n0\tnan\n\n\n1\tnan\n");
    free(text);
    assert_int_equal(sgdl_table_save(&table, in_folder("a"), SGDL_FORMAT_CSV, NULL), 0);
    text = read_file(in_folder("a"));
    assert_string_equal(text, "# sgdlimit: 0.1.0\nt,risk\n0,nan\n\n\n1,nan\n");
    free(text);
    sgdl_table_free(&table);
}

static void json_separates_problem_from_provenance(void **state)
{
    (void)state;
    sgdl_table_t table;
    fill(&table);
    assert_int_equal(sgdl_table_save(&table, in_folder("a.json"), SGDL_FORMAT_JSON, NULL), 0);
    json_t *root = json_load_file(in_folder("a.json"), JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_object_get(root, "sgdlimit")), "0.1.0");
    json_t *problem = json_object_get(root, "problem");
    assert_int_equal(json_object_size(problem), 2);
    assert_string_equal(json_string_value(json_object_get(problem, "loss")), "logistic");
    assert_null(json_object_get(root, "loss"));
    json_t *curves = json_object_get(root, "curves");
    assert_int_equal(json_array_size(curves), BLOCKS);
    json_t *rows = json_object_get(json_array_get(curves, 0), "rows");
    assert_int_equal(json_array_size(rows), SAMPLES);
    for (size_t i = 0; i < SAMPLES; i++) {
        json_t *cell = json_array_get(json_array_get(rows, i), 1);
        if (isnan(samples[i]))
            assert_true(json_is_null(cell));
        else if (isinf(samples[i]))
            assert_string_equal(json_string_value(cell), samples[i] > 0 ? "inf" : "-inf");
        else
            assert_true(json_number_value(cell) == samples[i]);
    }
    json_decref(root);
    sgdl_table_t back;
    assert_int_equal(sgdl_table_read(&back, in_folder("a.json"), NULL), 0);
    for (size_t i = 0; i < back.comments; i++) {
        bool problem_key =
            strcmp(back.comment[i].key, "loss") == 0 || strcmp(back.comment[i].key, "classes") == 0;
        assert_int_equal(back.comment[i].problem, problem_key);
    }
    sgdl_table_free(&back);
    sgdl_table_free(&table);
}

static void a_full_disk_is_an_error(void **state)
{
    (void)state;
    sgdl_table_t table;
    fill(&table);
    for (sgdl_format_t format = SGDL_FORMAT_TSV; format <= SGDL_FORMAT_JSON; format++) {
        sgdl_error_t error = {0};
        FILE *stream = fopen("/dev/full", "w");
        assert_non_null(stream);
        assert_int_equal(sgdl_table_write(&table, stream, format, &error), SGDL_ERR_OUTPUT);
        assert_int_equal(error.raw, ENOSPC);
        (void)fclose(stream);
        error = (sgdl_error_t){0};
        assert_int_equal(sgdl_table_save(&table, "/dev/full", format, &error), SGDL_ERR_OUTPUT);
        assert_int_equal(error.raw, ENOSPC);
        assert_string_equal(error.place, "/dev/full");
    }
    sgdl_table_free(&table);
}

static void devices_are_written_in_place(void **state)
{
    (void)state;
    sgdl_table_t table;
    struct stat found;
    fill(&table);
    assert_int_equal(sgdl_table_save(&table, "/dev/null", SGDL_FORMAT_TSV, NULL), 0);
    assert_int_equal(stat("/dev/null", &found), 0);
    assert_true(S_ISCHR(found.st_mode));
    sgdl_table_free(&table);
}

/* The limit on a file's size stands in for a disk that fills up half way. */
static void a_failed_save_leaves_the_old_file(void **state)
{
    (void)state;
    sgdl_table_t table;
    sgdl_error_t error = {0};
    struct rlimit before;
    fill(&table);
    write_file(in_folder("a.tsv"), "old", 3);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = {.rlim_cur = 100, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int status = sgdl_table_save(&table, in_folder("a.tsv"), SGDL_FORMAT_TSV, &error);
    int second = sgdl_table_save(&table, in_folder("new.tsv"), SGDL_FORMAT_JSON, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, handler);
    assert_int_equal(status, SGDL_ERR_OUTPUT);
    assert_int_equal(second, SGDL_ERR_OUTPUT);
    assert_string_equal(error.place, in_folder("a.tsv"));
    assert_int_equal(files(false), 1);
    char *text = read_file(in_folder("a.tsv"));
    assert_string_equal(text, "old");
    free(text);
    sgdl_table_free(&table);
}

static void impossible_places_are_refused(void **state)
{
    (void)state;
    sgdl_table_t table;
    fill(&table);
    write_file(in_folder("file"), "x", 1);
    const char *const names[] = {"absent/a.tsv", "file/a.tsv", ""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        sgdl_error_t error = {0};
        assert_int_equal(sgdl_table_save(&table, in_folder(names[i]), SGDL_FORMAT_TSV, &error),
                         SGDL_ERR_OUTPUT);
        assert_true(error.raw != 0);
    }
    assert_int_equal(files(false), 1);
    assert_int_equal(chmod(in_folder("file"), 0400), 0);
    if (geteuid() != 0) { /* nothing is unwritable for root */
        assert_int_equal(sgdl_table_save(&table, in_folder("file"), SGDL_FORMAT_TSV, NULL),
                         SGDL_ERR_OUTPUT);
    }
    sgdl_table_free(&table);
}

static void permissions_follow_umask_or_the_old_file(void **state)
{
    (void)state;
    sgdl_table_t table;
    struct stat found;
    fill(&table);
    mode_t before = umask(027);
    assert_int_equal(sgdl_table_save(&table, in_folder("a"), SGDL_FORMAT_TSV, NULL), 0);
    assert_int_equal(stat(in_folder("a"), &found), 0);
    assert_int_equal(found.st_mode & 07777, 0640);
    assert_int_equal(chmod(in_folder("a"), 0604), 0);
    assert_int_equal(sgdl_table_save(&table, in_folder("a"), SGDL_FORMAT_TSV, NULL), 0);
    assert_int_equal(stat(in_folder("a"), &found), 0);
    assert_int_equal(found.st_mode & 07777, 0604);
    (void)umask(before);
    sgdl_table_free(&table);
}

static void a_link_stays_a_link(void **state)
{
    (void)state;
    sgdl_table_t table;
    struct stat found;
    fill(&table);
    write_file(in_folder("real"), "old", 3);
    assert_int_equal(symlink("real", in_folder("link")), 0);
    assert_int_equal(sgdl_table_save(&table, in_folder("link"), SGDL_FORMAT_TSV, NULL), 0);
    assert_int_equal(lstat(in_folder("link"), &found), 0);
    assert_true(S_ISLNK(found.st_mode));
    sgdl_table_t back;
    assert_int_equal(sgdl_table_read(&back, in_folder("real"), NULL), 0);
    assert_same(&table, &back);
    sgdl_table_free(&back);
    sgdl_table_free(&table);
}

static void format_names_are_known(void **state)
{
    (void)state;
    sgdl_format_t format = SGDL_FORMAT_TSV;
    assert_true(sgdl_format_parse("json", &format));
    assert_int_equal(format, SGDL_FORMAT_JSON);
    assert_true(sgdl_format_parse("csv", &format));
    assert_int_equal(format, SGDL_FORMAT_CSV);
    assert_true(sgdl_format_parse("tsv", &format));
    assert_int_equal(format, SGDL_FORMAT_TSV);
    assert_false(sgdl_format_parse("xml", &format));
    assert_false(sgdl_format_parse("TSV", &format));
}

#define CASE(name) cmocka_unit_test_teardown(name, empty_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(memory_holds_what_was_added),
        CASE(first_row_opens_a_block),
        CASE(round_trip_tsv),
        CASE(round_trip_csv),
        CASE(round_trip_json),
        CASE(text_is_laid_out_as_promised),
        CASE(json_separates_problem_from_provenance),
        CASE(a_full_disk_is_an_error),
        CASE(devices_are_written_in_place),
        CASE(a_failed_save_leaves_the_old_file),
        CASE(impossible_places_are_refused),
        CASE(permissions_follow_umask_or_the_old_file),
        CASE(a_link_stays_a_link),
        CASE(format_names_are_known),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
