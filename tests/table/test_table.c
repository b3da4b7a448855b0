/* Tables: what is written comes back, files are whole or absent, bad files are refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <float.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sgdlimit/table.h"

/* ---- a folder of its own ----------------------------------------------------------------------
 */

static char folder[] = "/tmp/sgdlimit-table-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static const char *in_folder(const char *name)
{
    static char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* How many files there are; removes them if asked. */
static size_t files(bool remove_them)
{
    size_t count = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            count++;
            if (remove_them && unlink(in_folder(entry->d_name)) != 0)
                assert_int_equal(rmdir(in_folder(entry->d_name)), 0);
        }
    }
    assert_int_equal(closedir(directory), 0);
    return count;
}

static int empty_folder(void **state)
{
    (void)state;
    (void)files(true);
    return 0;
}

static int remove_folder(void **state)
{
    (void)empty_folder(state);
    return rmdir(folder);
}

static void write_file(const char *path, const char *text, size_t length)
{
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    assert_int_equal(fwrite(text, 1, length, stream), length);
    assert_int_equal(fclose(stream), 0);
}

static char *read_file(const char *path)
{
    char *text = calloc(1, 1 << 20);
    FILE *stream = fopen(path, "r");
    assert_non_null(text);
    assert_non_null(stream);
    size_t got = fread(text, 1, (1 << 20) - 1, stream);
    assert_true(got < (1 << 20) - 1);
    assert_int_equal(fclose(stream), 0);
    return text;
}

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

static void reads_what_others_write(void **state)
{
    (void)state;
    static const char text[] = "\xEF\xBB\xBF# key: a: b\r\n#no space:\r\n\r\nx,y\r\n1,NaN\r\n\r\n"
                               "2,-Inf\r\n\r\n\r\n+3e0,.5";
    static const char json[] =
        "\xEF\xBB\xBF{\"columns\": [\"x\"], \"curves\": [{\"rows\": [[2]]}]}";
    sgdl_table_t table;
    write_file(in_folder("a"), text, sizeof text - 1);
    assert_int_equal(sgdl_table_read(&table, in_folder("a"), NULL), 0);
    assert_string_equal(sgdl_table_value(&table, "key"), "a: b");
    assert_string_equal(sgdl_table_value(&table, "no space"), "");
    assert_int_equal(table.rows, 3);
    assert_int_equal(table.blocks, 2); /* one empty line does not part blocks */
    assert_int_equal(table.block_start[1], 2);
    assert_true(isnan(table.value[1]));
    assert_true(table.value[3] == -INFINITY);
    assert_true(table.value[4] == 3 && table.value[5] == 0.5);
    sgdl_table_free(&table);
    write_file(in_folder("a"), json, sizeof json - 1);
    assert_int_equal(sgdl_table_read(&table, in_folder("a"), NULL), 0);
    assert_true(table.rows == 1 && table.value[0] == 2);
    sgdl_table_free(&table);
}

/* Spreadsheets and pandas write nothing where a number is not defined. */
static void empty_cells_are_nan(void **state)
{
    (void)state;
    static const char *const texts[] = {"t,risk,error\n1,,3\n,,\n4,5,\n",
                                        "t\trisk\terror\n1\t\t3\n\t\t\r\n4\t5\t\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        sgdl_table_t table;
        write_file(in_folder("a"), texts[i], strlen(texts[i]));
        assert_int_equal(sgdl_table_read(&table, in_folder("a"), NULL), 0);
        assert_int_equal(table.rows, 3);
        const double *value = table.value;
        assert_true(value[0] == 1 && isnan(value[1]) && value[2] == 3);
        assert_true(isnan(value[3]) && isnan(value[4]) && isnan(value[5]));
        assert_true(value[6] == 4 && value[7] == 5 && isnan(value[8]));
        sgdl_table_free(&table);
    }
}

typedef struct flaw {
    const char *text;
    const char *place;   /* what the error's place ends in */
    const char *message; /* what the message contains */
} flaw_t;

static void flawed_files_are_refused(void **state)
{
    (void)state;
    static const flaw_t flaws[] = {
        {"", "a", "no line of column names"},
        {"# only: comments\n", "a", "no line of column names"},
        {"t\trisk\n1\n", "a:2", "fewer numbers"},
        {"t\trisk\n1\t2\t3\n", "a:2", "more numbers"},
        {"t\trisk\n1\t2\n1\tabc\n", "a:3", "'abc'"},
        {"t\trisk\n1\t0x10\n", "a:2", "'0x10'"},
        {"t\trisk\n1\t1e999\n", "a:2", "'1e999'"},
        {"t\trisk\n1\t2 3\n", "a:2", "'2 3'"},
        {"t\t\n", "a:1", "without a name"},
        {"# title\n\nA text, of words\nand more words\n", "a:4", "not a table: expected a number"},
        {"key: value\nother:\n  - 1\n", "a:2", "not a table: expected a number"},
        {"project('a', 'c',\n  'b')\n", "a:1", "not a table: a column without a name"},
        {"1\n2\n", "a:1", "not a table: expected the names of columns, found '1'"},
        {"1,nan\n2,3\n", "a:1", "not a table: expected the names of columns"},
        {"{", "a:1", "json"},
        {"{}", "a", "'columns'"},
        {"{\"columns\": [], \"curves\": []}", "a", "'columns'"},
        {"{\"columns\": [1], \"curves\": []}", "a", "column"},
        {"{\"columns\": [\"t\"], \"curves\": [1]}", "a", "'rows'"},
        {"{\"columns\": [\"t\"], \"curves\": [{\"rows\": [[1, 2]]}]}", "a", "row"},
        {"{\"columns\": [\"t\"], \"curves\": [{\"rows\": [[true]]}]}", "a", "no number"},
        {"{\"columns\": [\"t\"], \"curves\": [{\"rows\": [[1e999]]}]}", "a:1", "json"},
    };
    for (size_t i = 0; i < sizeof flaws / sizeof *flaws; i++) {
        sgdl_table_t table;
        sgdl_error_t error = {0};
        write_file(in_folder("a"), flaws[i].text, strlen(flaws[i].text));
        assert_int_equal(sgdl_table_read(&table, in_folder("a"), &error), SGDL_ERR_INPUT);
        assert_int_equal(table.rows, 0);
        assert_null(table.value);
        size_t length = strlen(error.place);
        size_t wanted = strlen(flaws[i].place);
        assert_true(length > wanted);
        assert_string_equal(error.place + length - wanted, flaws[i].place);
        assert_non_null(strstr(error.message, flaws[i].message));
    }
}

static void what_is_no_text_is_refused(void **state)
{
    (void)state;
    sgdl_table_t table;
    sgdl_error_t error = {0};
    assert_int_equal(sgdl_table_read(&table, in_folder("absent"), &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, in_folder("absent"));
    assert_int_equal(sgdl_table_read(&table, folder, &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, folder);
    assert_int_equal(sgdl_table_read(&table, "/dev/zero", &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "zero bytes"));
    write_file(in_folder("a"), "t\n1\0\n", 5);
    assert_int_equal(sgdl_table_read(&table, in_folder("a"), &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "zero bytes"));
}

static void comments_are_bounded(void **state)
{
    (void)state;
    sgdl_table_t table;
    sgdl_error_t error = {0};
    FILE *stream = fopen(in_folder("a"), "w");
    assert_non_null(stream);
    for (int i = 0; i < 20000; i++)
        (void)fprintf(stream, "# key%d: 1\n", i);
    (void)fputs("t\n1\n", stream);
    assert_int_equal(fclose(stream), 0);
    assert_int_equal(sgdl_table_read(&table, in_folder("a"), &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "comments"));
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
        CASE(reads_what_others_write),
        CASE(empty_cells_are_nan),
        CASE(flawed_files_are_refused),
        CASE(what_is_no_text_is_refused),
        CASE(comments_are_bounded),
        CASE(format_names_are_known),
    };
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER"));
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
