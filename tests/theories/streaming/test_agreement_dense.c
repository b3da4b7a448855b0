/* A pair of covariances that do not commute at d = 200, the law of large dimensions against runs.
 */
#include "src/base/npy.h"
#include "tests/curves.h"
#include "tests/rotation.h"

#include <stdlib.h>
#include <unistd.h>

enum { D = 200 };

static char folder[] = "/tmp/test_agreement_dense_XXXXXX";

/* A power law in a basis of its own. */
static int write_matrix(size_t number, double exponent)
{
    double lambda[D], *matrix = calloc(2 * D, D * sizeof *matrix), *rotation = matrix + D * D;
    char path[64];
    if (!matrix)
        return -1;
    for (size_t n = 0; n < D; n++)
        lambda[n] = 2 * pow((double)(n + 1) / D, exponent);
    rotation_make(D, number, rotation);
    rotation_matrix(D, rotation, lambda, matrix);
    (void)snprintf(path, sizeof path, "%s/K%zu.npy", folder, number);
    const int status = npy_write(path, matrix, 2, (size_t[]){D, D}, NULL);
    free(matrix);
    return status;
}

static void assert_agrees(const char *options, const char *labels)
{
    char text[1024];
    (void)snprintf(text, sizeof text,
                   "{%s, time: 20, output: {spacing: log, first: 0.1, points: 12}, classes: "
                   "[{label: 1, covariance: {family: file, path: %s/K1.npy}, mean: {family: "
                   "gaussian}}, {label: %s, covariance: {family: file, path: %s/K2.npy}, mean: "
                   "{family: opposite, of: 1}}]}",
                   options, folder, labels, folder);
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_comparison_t verdict;
    sgdl_plan_t plan = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    plan.runs = 80;
    sgdl_table_init(&table);
    if (sgdl_compare(problem, &plan, INTO(&table), &verdict, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    if (verdict != SGDL_AGREE)
        fail_msg("%s: risk: %s; error: %s", options,
                 sgdl_table_value(&table, "largest_deviation_risk"),
                 sgdl_table_value(&table, "largest_deviation_error"));
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

static void logistic(void **unused)
{
    (void)unused;
    assert_agrees("loss: logistic, learning_rate: [0.5, 2]", "0");
    assert_agrees("loss: softmax, learning_rate: 1, label_noise: 0.05", "2");
}

static void least_squares(void **unused)
{
    (void)unused;
    assert_agrees("loss: least-squares, learning_rate: 0.3", "-1");
    assert_agrees("loss: least-squares, encoding: one-hot, learning_rate: 0.2, batch: 2", "2");
}

static int make_files(void **state)
{
    (void)state;
    return mkdtemp(folder) && write_matrix(1, 1.2) == 0 && write_matrix(2, 0.5) == 0 ? 0 : -1;
}

static int remove_files(void **state)
{
    char path[64];
    (void)state;
    for (int number = 1; number <= 2; number++) {
        (void)snprintf(path, sizeof path, "%s/K%d.npy", folder, number);
        (void)unlink(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(logistic), cmocka_unit_test(least_squares)};
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
