/* Arrays in NumPy's format, byte by byte as its description says. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/crc32.h"
#include "src/base/npy.h"
#include "src/base/numbers.h"

static char path[64];

static int make_name(void **state)
{
    (void)state;
    (void)snprintf(path, sizeof path, "/tmp/test_npy_%ld.npy", (long)getpid());
    return 0;
}

static int remove_file(void **state)
{
    (void)state;
    (void)unlink(path);
    return 0;
}

/* A file of that version, header and bytes of elements. */
static void put(unsigned version, const char *header, const void *bytes, size_t size)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    const size_t length = strlen(header);
    (void)fprintf(out, "\x93NUMPY%c%c%c%c", (int)version, 0, (int)(length & 255),
                  (int)(length >> 8));
    if (version > 1)
        (void)fwrite("\0\0", 1, 2, out);
    (void)fputs(header, out);
    (void)fwrite(bytes, 1, size, out);
    assert_int_equal(fclose(out), 0);
}

static void expect(const double *expected, size_t axes, size_t rows, size_t columns)
{
    npy_t array;
    sgdl_error_t error = {0};
    assert_int_equal(npy_read(&array, path, &error), SGDL_OK);
    assert_int_equal(array.axes, axes);
    assert_int_equal(array.shape[0], rows);
    assert_int_equal(array.shape[1], columns);
    assert_true(array.regular && array.unread == 0);
    for (size_t i = 0; i < rows * columns; i++)
        assert_true(array.value[i] == expected[i] || (isnan(expected[i]) && isnan(array.value[i])));
    npy_free(&array);
}

static void every_type_is_read(void **state)
{
    (void)state;
    const char *const one = "{'descr': '%s', 'fortran_order': False, 'shape': (2,), }\n";
    const struct {
        const char *type;
        unsigned char bytes[16];
        size_t size;
        double expected[2];
    } cases[] = {
        {"<f8", {0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0}, 16, {1.5, -2}},
        {">f8", {0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0}, 16, {1.5, -2}},
        {"<f4", {0, 0, 0xc0, 0x3f, 0, 0, 0x80, 0x7f}, 8, {1.5, INFINITY}},
        {">f4", {0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0}, 8, {1.5, -2}},
        {"<f2", {0, 0x3e, 1, 0x80}, 4, {1.5, -0x1p-24}},
        {">f2", {0x7c, 1, 0xfb, 0xff}, 4, {NAN, -65504}},
        {"|i1", {0x7f, 0x80}, 2, {127, -128}},
        {"|u1", {0x7f, 0x80}, 2, {127, 128}},
        {"|b1", {0, 1}, 2, {0, 1}},
        {"<i2", {0xfe, 0xff, 1, 2}, 4, {-2, 513}},
        {">u2", {0xff, 0xfe, 1, 2}, 4, {65534, 258}},
        {"<i4", {0, 0, 0, 0x80, 0xff, 0xff, 0xff, 0x7f}, 8, {-2147483648.0, 2147483647}},
        {"<i8", {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 7}, 16, {-1, 7}},
        {"<i8", {0, 0, 0, 0, 0, 0, 0, 0x80, 7}, 16, {-0x1p63, 7}},
        {"<u8", {0, 0, 0, 0, 0, 0, 0, 0x80, 7}, 16, {0x1p63, 7}},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        for (unsigned version = 1; version <= 3; version++) {
            char header[128];
            (void)snprintf(header, sizeof header, one, cases[k].type);
            put(version, header, cases[k].bytes, cases[k].size);
            expect(cases[k].expected, 1, 2, 1);
        }
}

static void both_orders_are_read(void **state)
{
    (void)state;
    const double rows[] = {1, 2, 3, 4, 5, 6};
    const unsigned char by_row[] = {1, 2, 3, 4, 5, 6}, by_column[] = {1, 4, 2, 5, 3, 6};
    put(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }", by_row, 6);
    expect(rows, 2, 2, 3);
    put(1, "{\"shape\":(2L,3L),\"fortran_order\":True,\"descr\":\"|u1\"}   \n", by_column, 6);
    expect(rows, 2, 2, 3);
    put(2, "{'descr': '|i1', 'fortran_order': True, 'shape': (6, 1)}", by_row, 6);
    expect(rows, 2, 6, 1);
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    const size_t n = 10007;
    double *value = malloc(n * sizeof *value);
    assert_non_null(value);
    for (size_t i = 0; i < n; i++)
        value[i] = sin((double)i) * pow(10, (double)(i % 600) - 300);
    value[5] = NAN;
    value[6] = -INFINITY;
    assert_int_equal(npy_write(path, value, 1, (size_t[]){n}, NULL), SGDL_OK);
    expect(value, 1, n, 1);
    assert_int_equal(npy_write(path, value, 2, (size_t[]){30, 300}, NULL), SGDL_OK);
    expect(value, 2, 30, 300);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    unsigned char front[128];
    uint32_t sum = 0;
    size_t held, bytes = 0;
    while ((held = fread(front, 1, sizeof front, in)) > 0) {
        sum = crc32_add(sum, front, held);
        bytes += held;
    }
    (void)fclose(in);
    assert_int_equal((bytes - 72000) % 64, 0);
    npy_t array;
    assert_int_equal(npy_read(&array, path, NULL), SGDL_OK);
    assert_int_equal(array.crc32, sum);
    npy_free(&array);
    assert_int_equal(npy_write("/nonexistent/x.npy", value, 1, (size_t[]){n}, NULL),
                     SGDL_ERR_OUTPUT);
    free(value);
}

static void damage_is_told(void **state)
{
    (void)state;
    const struct {
        unsigned version;
        const char *header, *message;
        size_t bytes;
    } cases[] = {
        {4, "{}", "found version 4.0", 0},
        {1, "", "expected '{', found ''", 0},
        {1, "{'descr': '<f8', 'fortran_order': False, }", "all of descr", 0},
        {1, "{'descr': '<c16', 'fortran_order': False, 'shape': (1,)}", "of type '<c16'", 16},
        {1, "{'descr': '<U5', 'fortran_order': False, 'shape': (1,)}", "of type '<U5'", 20},
        {1, "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "of type '|O'", 8},
        {1, "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}", "structured", 8},
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': ()}", "of 0 axes", 8},
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1, 1)}", "of 3 axes", 8},
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3)}", "no numbers", 0},
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", "a length", 0},
        {1, "{'descr': '<f8', 'fortran_order': maybe, 'shape': (1,)}", "True or False", 8},
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1}", "a value of", 8},
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1 2)}", "',' or ')'", 8},
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1e3,)}", "',' or ')'", 8},
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}", "after 2 of the 3", 16},
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}", "after 2 of the 3", 23},
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}", "goes on for 5 bytes", 29},
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (20000, 20000)}", "more than", 16},
        {1, "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999, 9)}",
         "more than", 16},
    };
    const unsigned char bytes[64] = {0};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        npy_t array;
        sgdl_error_t error = {0};
        put(cases[k].version, cases[k].header, bytes, cases[k].bytes);
        assert_int_equal(npy_read(&array, path, &error), SGDL_ERR_INPUT);
        assert_null(array.value);
        assert_string_equal(error.place, path);
        assert_non_null(strstr(error.message, cases[k].message));
        npy_free(&array);
    }
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    (void)fputs("1 2 3\n", out);
    (void)fclose(out);
    npy_t array;
    sgdl_error_t error = {0};
    assert_int_equal(npy_read(&array, path, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "does not begin as one"));
    assert_int_equal(npy_read(&array, "/nonexistent.npy", &error), SGDL_ERR_INPUT);
    assert_true(array.unread != 0);
}

/* Lists of numbers may be arrays, with what is judged of lists. */
static void lists_may_be_arrays(void **state)
{
    (void)state;
    const struct {
        size_t axes, shape[2], columns;
        double value[4];
        const char *message;
    } cases[] = {
        {1, {4, 1}, 1, {1, 2, 3, 4}, NULL},
        {2, {4, 1}, 1, {1, 2, 3, 4}, NULL},
        {2, {1, 4}, 1, {1, 2, 3, 4}, NULL},
        {2, {2, 2}, 2, {1, 2, 3, 4}, NULL},
        {2, {2, 2}, 1, {1, 2, 3, 4}, "a 2 x 2 matrix"},
        {2, {1, 2}, 1, {1, -2}, "found -2 in row 1, column 2"},
        {1, {3, 1}, 1, {1, 2, -3}, "found -3 as number 3"},
        {1, {3, 1}, 1, {1, NAN, 3}, "a finite number, found nan as number 2"},
        {2, {2, 2}, 2, {1, 2, INFINITY, 3}, "found inf in row 2, column 1"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        numbers_t numbers;
        sgdl_error_t error = {0};
        assert_int_equal(npy_write(path, cases[k].value, cases[k].axes, cases[k].shape, NULL),
                         SGDL_OK);
        const int status = numbers_read(&numbers, path, 0, cases[k].columns, &error);
        assert_int_equal(status, cases[k].message ? SGDL_ERR_INPUT : SGDL_OK);
        if (cases[k].message)
            assert_non_null(strstr(error.message, cases[k].message));
        for (size_t i = 0; !cases[k].message && i < 4; i++)
            assert_true(numbers.value[i] == cases[k].value[i]);
        numbers_free(&numbers);
    }
    const double six[6] = {1, 2, 3, 4, 5, 6};
    numbers_t numbers;
    sgdl_error_t error = {0};
    assert_int_equal(npy_write(path, six, 2, (size_t[]){2, 3}, NULL), SGDL_OK);
    assert_int_equal(numbers_read(&numbers, path, 0, 1, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "an array of shape (2, 3)"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read),         cmocka_unit_test(both_orders_are_read),
        cmocka_unit_test(what_is_written_reads_back), cmocka_unit_test(damage_is_told),
        cmocka_unit_test(lists_may_be_arrays),
    };
    return cmocka_run_group_tests(tests, make_name, remove_file);
}
