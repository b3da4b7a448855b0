/* The folders that estimates write, and what is refused. */
#include "tests/data/estimates.h"

#include "src/problem/problem.h"

static void write_file(const char *path, const char *text)
{
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    assert_true(fputs(text, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
}

/* ---- what is stated ------------------------------------------------------------------------- */

static void statement_is(const sgdl_estimate_options_t *options, const char *const *lines)
{
    char path[SIZE], text[1 << 14];
    sgdl_table_t table;
    estimate_into("stated", options, &table);
    sgdl_table_free(&table);
    (void)snprintf(path, sizeof path, "%s/problem.yaml", in_place("stated"));
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    text[fread(text, 1, sizeof text - 1, stream)] = '\0';
    (void)fclose(stream);
    for (; *lines; lines++)
        if (!strstr(text, *lines))
            fail_msg("no '%s' in\n%s", *lines, text);
    if (!options->diagonal)
        return;
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_error_t error = {0};
    if (sgdl_problem_read(problem, path, NULL, 0, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    assert_true(problem->dimension == P);
    sgdl_problem_free(problem);
}

static void labels_and_losses_are_the_users(void **state)
{
    sgdl_estimate_options_t options = sgdl_estimate_default();
    (void)state;
    options.replace = options.diagonal = true;
    statement_is(&options, (const char *[]){"loss: least-squares", "encoding: one-hot",
                                            "labelled 'eel'\n    label: 3\n", NULL});
    options.loss = "softmax";
    statement_is(&options, (const char *[]){"loss: softmax\n", "label: 3\n", NULL});
    options.loss = NULL;
    options.only = "dog,eel";
    statement_is(&options, (const char *[]){"loss: logistic", "labelled 'dog'\n    label: 0\n",
                                            "labelled 'eel'\n    label: 1\n", NULL});
    options.loss = "least-squares";
    statement_is(&options, (const char *[]){"labelled 'dog'\n    label: -1\n",
                                            "labelled 'eel'\n    label: 1\n", NULL});
    options.loss = options.only = NULL;
    options.positive = "cat,eel";
    statement_is(&options, (const char *[]){"loss: logistic", "labelled 'cat'\n    label: 1\n",
                                            "labelled 'dog'\n    label: 0\n",
                                            "labelled 'eel'\n    label: 1\n", NULL});
}

static void another_transform_is_applied_as_it_is(void **state)
{
    sgdl_estimate_options_t options = sgdl_estimate_default();
    char path[SIZE];
    sgdl_table_t table;
    (void)state;
    options.components = 2;
    estimate_into("first", &options, &table);
    sgdl_table_free(&table);
    (void)snprintf(path, sizeof path, "%s/transform.npy", in_place("first"));
    options.components = 0;
    options.transform = path;
    estimate_into("second", &options, &table);
    sgdl_table_free(&table);
    npy_t first = array_of("first", "rows.npy"), second = array_of("second", "rows.npy");
    assert_int_equal(second.shape[1], 3);
    for (size_t e = 0; e < N * 3; e++)
        assert_near(second.value[e], first.value[e], 1);
    npy_free(&first);
    npy_free(&second);
}

/* ---- refusals ------------------------------------------------------------------------------- */

static void refuses(const char *text, const sgdl_estimate_options_t *options, const char *message)
{
    sgdl_error_t error = {0};
    struct stat there;
    write_file(in_place("bad.csv"), text);
    const int status = sgdl_estimate(in_place("bad.csv"), in_place("bad"), options, NULL, &error);
    if (status != SGDL_ERR_INPUT || !strstr(error.message, message))
        fail_msg("status %d, %s: %s", status, error.place, error.message);
    assert_int_not_equal(stat(in_place("bad"), &there), 0);
}

static void what_has_no_covariance_is_refused(void **state)
{
    const sgdl_estimate_options_t standard = sgdl_estimate_default();
    sgdl_estimate_options_t options = standard;
    (void)state;
    refuses("1,2,a\n3,4,a\n5,6,b\n", NULL, "found the only row of label 'b'");
    refuses("1,2,a\n3,2,a\n5,2,b\n4,2,b\n", NULL, "feature 2 is 2 in all rows");
    refuses("x,y,label\n1,2,a\n3,2,a\n5,2,b\n4,2,b\n", NULL, "feature 2 (y) is 2 in all rows");
    options.constant = SGDL_CONSTANT_DROP;
    refuses("1,2,a\n1,2,a\n1,2,b\n1,2,b\n", &options, "constant features only");
    refuses("1,2,a\n1,2,a\n3,2,b\n3,2,b\n", &options, "no variance within the classes");
    options = standard;
    options.only = "a,c";
    refuses("1,2,a\n3,4,a\n5,6,b\n", &options, "found 'c', allowed: labels of the data");
    options = standard;
    options.positive = "a,b";
    refuses("1,2,a\n3,4,a\n5,6,b\n7,9,b\n", &options, "which is all of the labels");
    options = standard;
    options.loss = "logistic";
    refuses("1,2,a\n3,4,a\n5,6,b\n7,9,b\n5,6,c\n7,9,c\n", &options, "logistic with 3 labels");
    options.loss = "hinge";
    refuses("1,2,a\n3,4,a\n5,6,b\n7,9,b\n", &options, "found 'hinge'");
    options = standard;
    options.components = 3;
    refuses("1,2,a\n3,4,a\n5,6,b\n7,9,b\n", &options, "up to 2 features");
    options.components = 2;
    refuses("1,2,a\n2,4,a\n3,6,b\n5,10,b\n", &options, "found 2, allowed: up to 1");
    options = standard;
    options.shrinkage = 2;
    refuses("1,2,a\n3,4,a\n5,6,b\n7,9,b\n", &options, "found 2, allowed: a number from 0 to 1");
}

static void folders_are_not_overwritten(void **state)
{
    sgdl_estimate_options_t options = sgdl_estimate_default();
    sgdl_error_t error = {0};
    sgdl_table_t table;
    struct stat there;
    char path[SIZE];
    (void)state;
    options.diagonal = true;
    estimate_into("kept", &options, &table);
    sgdl_table_free(&table);
    const char *data = in_place("data.csv"), *kept = in_place("kept");
    assert_int_equal(sgdl_estimate(data, kept, NULL, NULL, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "--force"));
    options.replace = true;
    options.diagonal = false;
    assert_int_equal(sgdl_estimate(data, kept, &options, NULL, &error), SGDL_OK);
    (void)snprintf(path, sizeof path, "%s/covariance_1.txt", kept);
    assert_int_not_equal(stat(path, &there), 0); /* nothing is left of the first */
    (void)snprintf(path, sizeof path, "%s/thesis.tex", kept);
    write_file(path, "years of work");
    assert_int_equal(sgdl_estimate(data, kept, &options, NULL, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "holds 'thesis.tex'"));
    assert_int_equal(stat(path, &there), 0);
    assert_int_equal(sgdl_estimate(data, data, &options, NULL, &error), SGDL_ERR_INPUT);
    assert_int_equal(mkdir(in_place("empty"), 0777), 0);
    assert_int_equal(sgdl_estimate(data, in_place("empty"), NULL, NULL, &error), SGDL_OK);
    assert_int_equal(sgdl_estimate(data, "/nowhere/at/all", NULL, NULL, &error), SGDL_ERR_OUTPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_and_losses_are_the_users),
        cmocka_unit_test(another_transform_is_applied_as_it_is),
        cmocka_unit_test(what_has_no_covariance_is_refused),
        cmocka_unit_test(folders_are_not_overwritten),
    };
    return cmocka_run_group_tests(tests, make_data, remove_all);
}
