/* The digits of examples/ from file to curve, as docs/data.md goes the way: how far SGD over the
 * real rows is from the limit of their Gaussian mixture. */
#include "tests/curves.h"
#include "tests/program.h"

static const char *digits(void)
{
    static char path[512];
    const char *source = getenv("SGDLIMIT_SOURCE");
    assert_non_null(source);
    (void)snprintf(path, sizeof path, "%s/examples/digits.csv", source);
    return path;
}

static sgdl_table_t read_table(const char *name)
{
    sgdl_table_t table;
    sgdl_error_t error = {0};
    sgdl_table_init(&table);
    if (sgdl_table_read(&table, in_folder(name), &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    return table;
}

/* The largest |mean - ode| of a quantity. */
static double deviation(const sgdl_table_t *table, const char *quantity)
{
    char mean[64], ode[64];
    double largest = 0;
    (void)snprintf(mean, sizeof mean, "%s_mean", quantity);
    (void)snprintf(ode, sizeof ode, "%s_ode", quantity);
    for (size_t p = 0; p < table->rows; p++)
        largest = fmax(largest, fabs(table_at(table, p, mean) - table_at(table, p, ode)));
    return largest;
}

static void assert_deviations(const char *name, const double allowed[4])
{
    static const char *const quantity[] = {"risk", "error", "risk_rows", "error_rows"};
    sgdl_table_t table = read_table(name);
    for (size_t v = 0; v < 4; v++)
        if (!(deviation(&table, quantity[v]) <= allowed[v]))
            fail_msg("%s: %s is off by %g, said is %g", name, quantity[v],
                     deviation(&table, quantity[v]), allowed[v]);
    sgdl_table_free(&table);
}

/* What the page says, with the spread of another seed's forty runs in it. */
static void two_digits_follow_the_limit(void **state)
{
    (void)state;
    outcome_t made =
        run("estimate", digits(), "--only", "3,8", "--constant", "drop", "-o", in_folder("two"));
    assert_done(&made);
    outcome_free(&made);
    for (int seed = 1; seed <= 2; seed++) {
        outcome_t compared = run("compare", in_folder("two/problem.yaml"), "--rows",
                                 in_folder("two/rows.npy"), "--runs", "40", "--points", "24",
                                 "--seed", seed == 1 ? "1" : "2", "-o", in_folder("two.tsv"));
        assert_done(&compared); /* agree */
        outcome_free(&compared);
        assert_deviations("two.tsv", (const double[]){0.01, 0.01, 0.02, 0.025});
    }
}

static void odd_digits_follow_the_limit(void **state)
{
    (void)state;
    outcome_t made = run("estimate", digits(), "--positive", "1,3,5,7,9", "--constant", "drop",
                         "-o", in_folder("odd"));
    assert_done(&made);
    outcome_free(&made);
    outcome_t compared =
        run("compare", in_folder("odd/problem.yaml"), "--rows", in_folder("odd/rows.npy"), "--runs",
            "40", "--points", "24", "-o", in_folder("odd.tsv"));
    assert_done(&compared);
    outcome_free(&compared);
    assert_deviations("odd.tsv", (const double[]){0.012, 0.025, 0.03, 0.04});
}

/* Means so long that single steps show; the risk holds, the error is early off by what is said. */
static void ten_digits_follow_it_as_far_as_is_said(void **state)
{
    (void)state;
    outcome_t made = run("estimate", digits(), "--constant", "drop", "-o", in_folder("ten"));
    assert_done(&made);
    outcome_free(&made);
    outcome_t compared =
        run("compare", in_folder("ten/problem.yaml"), "--rows", in_folder("ten/rows.npy"), "--runs",
            "20", "--points", "12", "--lr", "0.1", "-o", in_folder("ten.tsv"));
    assert_true(compared.status == 0 || compared.status == 1);
    outcome_free(&compared);
    assert_deviations("ten.tsv", (const double[]){0.02, 0.1, 0.025, 0.13});
}

/* Folders of estimates hold files. */
static int remove_all(void **state)
{
    char command[PATH_SIZE];
    (void)snprintf(command, sizeof command, "rm -r %s/*", folder);
    return system(command) != 0 ? -1 : remove_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_digits_follow_the_limit),
        cmocka_unit_test(odd_digits_follow_the_limit),
        cmocka_unit_test(ten_digits_follow_it_as_far_as_is_said),
    };
    return cmocka_run_group_tests_name("digits", tests, make_folder, remove_all);
}
