/* Tables that others write are read, flawed ones refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "sgdlimit/table.h"
#include "tests/table_folder.h"

#define CASE(name) cmocka_unit_test_teardown(name, empty_folder)

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(reads_what_others_write),  CASE(empty_cells_are_nan),
        CASE(flawed_files_are_refused), CASE(what_is_no_text_is_refused),
        CASE(comments_are_bounded),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
