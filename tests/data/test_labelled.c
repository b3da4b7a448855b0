/* Labelled rows from files: what is read of each format, and what is refused where. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/npy.h"
#include "src/data/labelled.h"
#include "tests/scratch_file.h"

static const char *format_of(const char *name) { return name ? name : "csv"; }

static int read_text(const scratch_t *scratch, const char *text, labelled_source_t source,
                     labelled_t *out, sgdl_error_t *error)
{
    scratch_write(scratch, text);
    source.path = scratch->path;
    source.format = format_of(source.format);
    *error = (sgdl_error_t){0};
    return labelled_read(out, &source, error);
}

/* Two rows of two features, labelled b and a. */
static void assert_two_rows(const labelled_t *data, const char *first, const char *second)
{
    static const double value[] = {1, -2.5, 30, 4e-1};
    assert_int_equal(data->rows, 2);
    assert_int_equal(data->columns, 2);
    for (size_t e = 0; e < 4; e++)
        assert_true(data->value[e] == value[e]);
    assert_int_equal(data->labels, 2);
    assert_string_equal(data->label[data->of[0]], first);
    assert_string_equal(data->label[data->of[1]], second);
}

static void the_same_rows_are_read_of_any_format(void **state)
{
    static const struct {
        const char *text, *format, *column;
    } same[] = {
        {"1,-2.5,b\n30,4e-1,a\n", "csv", NULL},
        {"1,-2.5,b\r\n30,4e-1,a", "csv", "3"},
        {"\xef\xbb\xbfx,y,label\n1,-2.5,b\n\n30,0.4,a\n", "csv", NULL},
        {"label,x,y\nb,1,-2.5\na,30,0.4\n", "csv", NULL},
        {"x,what,y\n1,b,-2.5\n30,a,0.4\n", "csv", "what"},
        {"\"x\",\"a \"\"word\"\", quoted\",y\n1,b,-2.5\n30,\"a\",\"0.4\"\n", "csv",
         "a \"word\", quoted"},
        {" 1 , -2.5 , b \n30,0.4, a\n", "csv", NULL},
        {"x\ty\tlabel\n1\t-2.5\tb\n30\t0.4\ta\n", "tsv", "label"},
        {"b 1:1 2:-2.5\na 1:30 2:0.4 # a remark\n", "libsvm", NULL},
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        labelled_t data;
        sgdl_error_t error;
        const labelled_source_t source = {.format = same[i].format, .column = same[i].column};
        if (read_text(*state, same[i].text, source, &data, &error) != SGDL_OK)
            fail_msg("%zu: %s: %s", i, error.place, error.message);
        assert_two_rows(&data, "b", "a");
        labelled_free(&data);
    }
}

static void labels_that_are_numbers_are_told_apart_as_such(void **state)
{
    static const char *const expected[] = {"-1", "2", "10"};
    labelled_t data;
    sgdl_error_t error;
    assert_int_equal(
        read_text(*state, "5,10\n6,2\n7,2.0\n8,-1\n9,1e1\n", (labelled_source_t){0}, &data, &error),
        SGDL_OK);
    static const size_t of[] = {2, 1, 1, 0, 2};
    assert_int_equal(data.labels, 3);
    for (size_t l = 0; l < 3; l++)
        assert_string_equal(data.label[l], expected[l]);
    for (size_t r = 0; r < 5; r++)
        assert_int_equal(data.of[r], of[r]);
    labelled_free(&data);
    /* one word, and they are words: 10 stands before 2 */
    assert_int_equal(read_text(*state, "5,10\n6,2\n7,x\n", (labelled_source_t){0}, &data, &error),
                     SGDL_OK);
    assert_string_equal(data.label[0], "10");
    assert_string_equal(data.label[1], "2");
    labelled_free(&data);
}

static void what_is_sparse_is_zero(void **state)
{
    static const double expected[] = {0, 0, 7, 0, 1, 0, 0, 0, 0};
    labelled_t data;
    sgdl_error_t error;
    assert_int_equal(read_text(*state, "1 3:7\n-1 2:1\n+1\n",
                               (labelled_source_t){.format = "libsvm"}, &data, &error),
                     SGDL_OK);
    assert_int_equal(data.rows, 3);
    assert_int_equal(data.columns, 3);
    for (size_t e = 0; e < 9; e++)
        assert_true(data.value[e] == expected[e]);
    assert_int_equal(data.labels, 2); /* +1 is 1 */
    labelled_free(&data);
}

/* ---- arrays --------------------------------------------------------------------------------- */

static void arrays_have_labels_in_a_column_or_beside(void **state)
{
    static const double with[] = {1, 1, -2.5, 0, 30, 0.4}, without[] = {1, -2.5, 30, 0.4};
    const scratch_t *scratch = *state;
    labelled_t data;
    sgdl_error_t error = {0};
    char labels[80];
    assert_int_equal(npy_write(scratch->path, with, 2, (size_t[]){2, 3}, &error), SGDL_OK);
    const labelled_source_t own = {.path = scratch->path, .format = "npy", .column = "1"};
    assert_int_equal(labelled_read(&data, &own, &error), SGDL_OK);
    assert_two_rows(&data, "1", "0");
    labelled_free(&data);
    (void)snprintf(labels, sizeof labels, "%s.labels", scratch->path);
    FILE *stream = fopen(labels, "w");
    assert_non_null(stream);
    assert_true(fputs("kind\nb\n\"a\"\n", stream) >= 0);
    assert_int_equal(fclose(stream), 0);
    assert_int_equal(npy_write(scratch->path, without, 2, (size_t[]){2, 2}, &error), SGDL_OK);
    const labelled_source_t beside = {.path = scratch->path, .format = "npy", .labels = labels};
    assert_int_equal(labelled_read(&data, &beside, &error), SGDL_OK);
    assert_two_rows(&data, "b", "a");
    labelled_free(&data);
    assert_int_equal(npy_write(scratch->path, without, 2, (size_t[]){4, 1}, &error), SGDL_OK);
    assert_int_equal(labelled_read(&data, &beside, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "found 3 labels"));
    labelled_free(&data);
    (void)unlink(labels);
}

static void arrays_hold_finite_numbers(void **state)
{
    static const double bad[] = {1, 0, 2, 1, 0. / 0., 0};
    const scratch_t *scratch = *state;
    labelled_t data;
    sgdl_error_t error = {0};
    assert_int_equal(npy_write(scratch->path, bad, 2, (size_t[]){3, 2}, &error), SGDL_OK);
    const labelled_source_t source = {.path = scratch->path, .format = "npy"};
    assert_int_equal(labelled_read(&data, &source, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "row 3, column 1: found a missing value"));
    labelled_free(&data);
}

/* ---- refusals ------------------------------------------------------------------------------- */

static const struct {
    const char *text, *format, *column;
    const char *line; /* NULL: of the whole file */
    const char *message;
} refusals[] = {
    {"", "csv", NULL, NULL, "found no rows"},
    {"\n\n", "csv", NULL, NULL, "found no rows"},
    {"x,y,label\n", "csv", NULL, NULL, "found no rows"},
    {"1,2,a\n1,,b\n", "csv", NULL, ":2", "column 2: found a missing value, allowed: a number"},
    {"x,y,label\n1,2,a\n1,NaN,b\n", "csv", NULL, ":3",
     "column 2 (y): found a missing value ('NaN')"},
    {"x,y,label\n1,2,a\n1,3,\n", "csv", NULL, ":3", "column 3 (label): found no label"},
    {"1,2,a\n1,two,b\n", "csv", NULL, ":2", "column 2: found 'two', allowed: a number"},
    {"1,2,a\n1,0x10,b\n", "csv", NULL, ":2", "found '0x10'"},
    {"1,2,a\n1,inf,b\n", "csv", NULL, ":2", "found 'inf'"},
    {"1,2,a\n1,1e999,b\n", "csv", NULL, ":2", "a number that a double holds"},
    {"1,2,a\n1,2,3,b\n", "csv", NULL, ":2", "found 4 fields, allowed: 3"},
    {"1,2,a\n1,b\n", "csv", NULL, ":2", "found 2 fields, allowed: 3"},
    {"x,x,label\n1,2,a\n", "csv", NULL, ":1", "found the name 'x' of columns 1 and 2"},
    {"x,y,kind\n1,2,a\n", "csv", "kinds", ":1",
     "no column 'kinds' of labels (did you mean 'kind'?)"},
    {"1,2,a\n", "csv", "kind", ":1", "in a file without a header, allowed: a number from 1 to 3"},
    {"1,2,a\n", "csv", "4", ":1", "found no column '4'"},
    {"1,2,a\n", "csv", "0", ":1", "found no column '0'"},
    {"1,2,a\n", "csv", "1.5", ":1", "found no column '1.5'"},
    {"a\nb\n1\n", "csv", NULL, ":1", "found one column"},
    {"1,\"2,a\n", "csv", NULL, ":1", "a quote that does not end"},
    {"1,\"2\"3,a\n", "csv", NULL, ":1", "text behind a quoted field"},
    {"a 1:2\nb 2:x\n", "libsvm", NULL, ":2", "index 2: found 'x'"},
    {"a 1:2\nb 0:1\n", "libsvm", NULL, ":2", "an index from 1"},
    {"a 1:2 1:3\n", "libsvm", NULL, ":1", "found index 1 behind 1"},
    {"a 2:2 1:3\n", "libsvm", NULL, ":1", "found index 1 behind 2"},
    {"a 1\n", "libsvm", NULL, ":1", "allowed: index:value"},
    {"1:2 2:3\n", "libsvm", NULL, ":1", "found no label in front"},
    {"a 99999999:1\n", "libsvm", NULL, ":1", "an index from 1"},
    {"a\nb\n", "libsvm", NULL, NULL, "found no index:value"},
    {"1,2,a\n", "xls", NULL, NULL, "allowed: csv, tsv, npy, libsvm"},
};

static void what_is_wrong_is_said_with_line_and_column(void **state)
{
    const scratch_t *scratch = *state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        labelled_t data;
        sgdl_error_t error;
        const labelled_source_t source = {.format = refusals[i].format,
                                          .column = refusals[i].column};
        const int status = read_text(scratch, refusals[i].text, source, &data, &error);
        const char *line = error.place + strlen(scratch->path);
        const bool there =
            !refusals[i].line || (strncmp(error.place, scratch->path, strlen(scratch->path)) == 0 &&
                                  strcmp(line, refusals[i].line) == 0);
        if (status != SGDL_ERR_INPUT || !there || !strstr(error.message, refusals[i].message))
            fail_msg("%zu: status %d, %s: %s", i, status, error.place, error.message);
        labelled_free(&data);
    }
}

static void zero_bytes_and_packed_files_are_refused(void **state)
{
    const scratch_t *scratch = *state;
    labelled_t data;
    sgdl_error_t error = {0};
    FILE *stream = fopen(scratch->path, "w");
    assert_non_null(stream);
    assert_int_equal(fwrite("1,2,a\n1,\0,b\n", 1, 12, stream), 12);
    assert_int_equal(fclose(stream), 0);
    const labelled_source_t source = {.path = scratch->path, .format = "csv"};
    assert_int_equal(labelled_read(&data, &source, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "zero byte"));
    labelled_free(&data);
    const labelled_source_t packed = {.path = "digits.csv.gz"};
    assert_int_equal(labelled_read(&data, &packed, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "is compressed"));
    labelled_free(&data);
    const labelled_source_t absent = {.path = "/nowhere/there.csv"};
    assert_int_equal(labelled_read(&data, &absent, &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, "/nowhere/there.csv");
    labelled_free(&data);
}

static void memory_is_asked_for_before_it_is_taken(void **state)
{
    labelled_t data;
    sgdl_error_t error;
    const labelled_source_t source = {.format = "libsvm", .memory = 1e6};
    assert_int_equal(read_text(*state, "a 9999999:1\n", source, &data, &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, "--memory");
    labelled_free(&data);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        CASE(the_same_rows_are_read_of_any_format),
        CASE(labels_that_are_numbers_are_told_apart_as_such),
        CASE(what_is_sparse_is_zero),
        CASE(arrays_have_labels_in_a_column_or_beside),
        CASE(arrays_hold_finite_numbers),
        CASE(what_is_wrong_is_said_with_line_and_column),
        CASE(zero_bytes_and_packed_files_are_refused),
        CASE(memory_is_asked_for_before_it_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
