/* Files of numbers, and the families that read them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_errno.h>

#include "src/base/numbers.h"
#include "tests/scratch_file.h"
#include "tests/spectra_build.h"

/* ---- files ------------------------------------------------------------------------------- */

/* The numbers of a file, as a problem that was read holds them. */
static void use_path(sgdl_spec_t *spec, const scratch_t *scratch)
{
    sgdl_setting_t *setting = &spec->setting[0];
    free(setting->path);
    free(setting->list);
    setting->path = strdup(scratch->path);
    assert_non_null(setting->path);
    assert_int_equal(sgdl_numbers_read(scratch->path, &setting->list, &setting->data_count, NULL),
                     0);
    setting->data = setting->list;
    setting->count = 1;
}

static void numbers_are_read(void **state)
{
    scratch_write(*state, "# eigenvalues\n1\n-2.5e-3\n+4\r\n\n  .5 # tail 7\n0e-400\n6.");
    double *values;
    size_t count;
    assert_int_equal(sgdl_numbers_read(((scratch_t *)*state)->path, &values, &count, NULL), 0);
    const double expected[] = {1, -2.5e-3, 4, .5, 0, 6};
    assert_int_equal(count, 6);
    for (size_t k = 0; k < count; k++)
        assert_close(values[k], expected[k], 0);
    free(values);
    scratch_write(*state, "\xEF\xBB\xBF"
                          "1\n2\n"); /* as some editors leave it */
    assert_int_equal(sgdl_numbers_read(((scratch_t *)*state)->path, &values, &count, NULL), 0);
    assert_true(count == 2 && values[0] == 1 && values[1] == 2);
    free(values);
    scratch_write(*state, "5e-324\n-5e-324\n-0\n"); /* the smallest */
    assert_int_equal(sgdl_numbers_read(((scratch_t *)*state)->path, &values, &count, NULL), 0);
    assert_true(count == 3 && values[0] == 0x1p-1074 && values[1] == -0x1p-1074 && values[2] == 0);
    free(values);
    scratch_write(*state, "# all on one line\n\n 1 2\t3 \n\n");
    assert_int_equal(sgdl_numbers_read(((scratch_t *)*state)->path, &values, &count, NULL), 0);
    assert_int_equal(count, 3);
    free(values);
}

/* A list is one number a line or one line; all else is something else. */
static void other_layouts_are_refused(void **state)
{
    const struct {
        const char *text, *place, *message;
        size_t columns;
    } cases[] = {
        {"1 10\n2 20\n3 30\n", ":1", "found 2 numbers on one of 3 lines", 1},
        {"1\n2\n# here:\n3 4\n5 6 7\n", ":4", "found 2 numbers on one of 4 lines", 1},
        {"1 2 3\n4\n", ":1", "found 3 numbers on one of 2 lines", 1},
        {"1 -2\n-2 1\n", "", "a 2 x 2 matrix", 1},
        {"1 2 3\n4 5 6\n7 8 9\n", "", "a 3 x 3 matrix", 2},
        {"1 2\n3 4 5\n", ":2", "one a line, 2 on every line or all on one line", 2},
        {"1 2\n3\n", "", "lines of 1 and of 2 numbers", 2},
        {"1 2\n3 4\n5 6\n", NULL, NULL, 2},
        {"1 2\n3 4\n", NULL, NULL, 2},
        {"1 2 3 4\n", NULL, NULL, 2},
        {"1\n2\n3\n4\n", NULL, NULL, 2},
    };
    const scratch_t *scratch = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        numbers_t numbers;
        sgdl_error_t error = {0};
        scratch_write(scratch, cases[k].text);
        const int status = numbers_read(&numbers, scratch->path, 0, cases[k].columns, &error);
        assert_int_equal(status, cases[k].message ? SGDL_ERR_INPUT : SGDL_OK);
        numbers_free(&numbers);
        if (!cases[k].message)
            continue;
        char place[128];
        (void)snprintf(place, sizeof place, "%s%s", scratch->path, cases[k].place);
        assert_string_equal(error.place, place);
        assert_non_null(strstr(error.message, cases[k].message));
    }
}

static void bad_numbers_name_their_line(void **state)
{
    const struct {
        const char *text, *place, *message;
    } cases[] = {
        {"1\n2 nan\n", ":2", "'nan'"},
        {"1\n# 3\n\n4x\n", ":4", "'4x'"},
        {"inf", ":1", "'inf'"},
        {"1e999\n", ":1", "'1e999'"},
        {"0x10\n", ":1", "'0x10'"},
        {"1,2\n", ":1", "'1,2'"},
        {"1\n1e\n", ":2", "'1e'"},
        {"1 2\n3 4\n--5", ":3", "'--5'"},
        {"\xff\xfe\n", ":1", "'\?\?'"},
        {"# nothing\n", "", "no numbers"},
        {"1\f2\n", ":1", "'1?2'"},
        {"1\n2\v\n", ":2", "'2?'"},
        {"1\xC2\xA0"
         "2",
         ":1", "'1\?\?2'"},
        {"\xEF\xBB"
         "1\n",
         ":1", "'\?'"},
        {"\xEF", ":1", "'\?'"},
        {"1\n\xEF\xBB\xBF"
         "2\n",
         ":2", "\?\?\?"},
        {"1\n1e-400\n", ":2", "that a double holds, found '1e-400'"},
        {"-1e-9999", ":1", "double"},
    };
    const scratch_t *scratch = *state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        scratch_write(scratch, cases[k].text);
        double *values;
        size_t count;
        sgdl_error_t error = {0};
        assert_int_equal(sgdl_numbers_read(scratch->path, &values, &count, &error), SGDL_ERR_INPUT);
        assert_null(values);
        char place[128];
        (void)snprintf(place, sizeof place, "%s%s", scratch->path, cases[k].place);
        assert_string_equal(error.place, place);
        assert_non_null(strstr(error.message, cases[k].message));
    }
    double *values;
    size_t count;
    assert_int_equal(sgdl_numbers_read("/nonexistent", &values, &count, NULL), SGDL_ERR_INPUT);
    assert_int_equal(sgdl_numbers_read("/tmp", &values, &count, NULL), SGDL_ERR_INPUT);
    assert_int_equal(sgdl_numbers_read("x.npy", &values, &count, NULL), SGDL_ERR_INPUT);
}

static void file_families_check_what_they_read(void **state)
{
    const struct {
        const char *text, *message;
    } bad[] = {{"1\n2\n", "found 2"}, {"1\n2\n3\n4\n", "found 4"}, {"1\n2\n-3\n", ">= 0"}};
    const scratch_t *scratch = *state;
    build_t build;
    build_init(&build, 1, 3);
    build_covariance(&build, 0, "file", NULL, 0);
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        sgdl_directions_t directions;
        sgdl_error_t error = {0};
        scratch_write(scratch, bad[k].text);
        use_path(&build.covariance[0], scratch);
        assert_int_equal(sgdl_directions_init(&directions, &build.mixture, &error), SGDL_ERR_INPUT);
        assert_non_null(strstr(error.message, bad[k].message));
        assert_ptr_equal(strstr(error.place, scratch->path), error.place);
        assert_null(directions.eigenvalue);
    }
    scratch_write(scratch, "3\n0\n2\n");
    use_path(&build.covariance[0], scratch);
    build_mean(&build, 0, "file", NULL, 0);
    use_path(&build.mean[0].spec, scratch);
    sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 1, 1);
    const double expected[] = {3, 0, 2};
    for (size_t n = 0; n < 3; n++) {
        assert_close(nodes.eigenvalue[n], expected[n], 0);
        assert_relative(nodes.mean[n], sqrt(3) * expected[n], 1e-15);
    }
    assert_relative(nodes.gram[0], 13, 1e-15);        /* |mu|^2 of the file's own numbers */
    assert_relative(nodes.mahalanobis2[0], 5, 1e-15); /* 9/3 + 4/2 */
    sgdl_nodes_free(&nodes);
    sgdl_spec_free(&build.covariance[0]);
    sgdl_spec_free(&build.mean[0].spec);
    assert_null(build.covariance[0].family);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_are_read, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(other_layouts_are_refused, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(bad_numbers_name_their_line, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(file_families_check_what_they_read, scratch_setup,
                                        scratch_teardown),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
