/* Every command while an allocation fails, one run an allocation (or every so many): it ends with
 * exit status 1 and a message, or gets over it with the same table; no signal, nothing by halves.
 */
#include "tests/program.h"

enum { RUNS_PER_COMMAND = 14 };

static long count_allocations(const char *const *arguments, outcome_t *expected)
{
    assert_int_equal(setenv("COUNTED_ALLOCATIONS", in_folder("count"), 1), 0);
    *expected = run_with(NULL, NULL, arguments);
    (void)unsetenv("COUNTED_ALLOCATIONS");
    char *text = read_file(in_folder("count"));
    long count = strtol(text, NULL, 10);
    free(text);
    return count;
}

static void assert_whole(const outcome_t *found, const outcome_t *expected, long number,
                         const char *command)
{
    bool same = found->status == expected->status && strcmp(found->out, expected->out) == 0;
    bool failed = found->status == 1 && found->err[0] && (found->out[0] == '\0' || same);
    bool is_table = exists("out.tsv");
    if (!(same || failed) || (found->status == 1 && expected->status == 0 && is_table))
        fail_msg("%s, allocation %ld: status %d, %zu bytes of %zu, file %d, error: %s", command,
                 number, found->status, strlen(found->out), strlen(expected->out), is_table,
                 found->err);
}

static void run_failing(const char *const *arguments)
{
    outcome_t expected;
    long count = count_allocations(arguments, &expected);
    long stride = count / RUNS_PER_COMMAND + 1;
    assert_true(count > 0);
    for (long number = 1 + count % stride; number <= count; number += stride) {
        char text[32];
        (void)unlink(in_folder("out.tsv"));
        (void)snprintf(text, sizeof text, "%ld", number);
        assert_int_equal(setenv("FAILING_ALLOCATION", text, 1), 0);
        outcome_t found = run_with(NULL, NULL, arguments);
        (void)unsetenv("FAILING_ALLOCATION");
        assert_whole(&found, &expected, number, arguments[0]);
        outcome_free(&found);
    }
    outcome_free(&expected);
}

static void commands_outlive_failing_memory(void **state)
{
    (void)state;
    const char *preload = getenv("FAILING_MEMORY");
    if (!preload)
        skip();
    const char *out = in_folder("out.tsv");
    const char *const commands[][12] = {
        {"solve", "--time", "10", "--covariance", "power-law:exponent=1.5"},
        {"solve", "--loss", "least-squares", "--lr", "0.5,1", "--time", "10", "-o", out},
        {"solve", "--time", "3", "--format", "json"},
        {"solve", "--loss", "least-squares", "--encoding", "one-hot", "--label", "1", "--label",
         "2", "--linear-solver", "krylov"},
        {"spectrum", "--covariance", "power-law:exponent=1.2"},
        {"limit", "--covariance", "power-law:exponent=0.5"},
        {"simulate", "-d", "20", "--time", "1", "--points", "3", "--runs", "3", "-o", out},
        {"help"},
    };
    assert_int_equal(setenv("LD_PRELOAD", preload, 1), 0);
    for (size_t c = 0; c < sizeof commands / sizeof *commands; c++)
        run_failing(commands[c]);
    (void)unsetenv("LD_PRELOAD");
}

/* What may not be written any further is an error with a message, not a signal. */
static void files_that_may_not_grow_are_errors(void **state)
{
    (void)state;
    char command[2048];
    (void)snprintf(command, sizeof command, "ulimit -f 1; '%s' solve --points 1001 -o '%s' 2>'%s'",
                   program(), in_folder("limited.tsv"), in_folder("limited.err"));
    int status = system(command);
    char *text = read_file(in_folder("limited.err"));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    assert_non_null(strstr(text, "cannot be written"));
    assert_false(exists("limited.tsv"));
    free(text);
    assert_fails(run("solve", "-o", "/dev/full"), 1, "cannot be written");
}

static void bounds_are_named(void **state)
{
    (void)state;
    assert_fails(run("solve", "--time", "1e308"), 2, "1e300]");
    assert_fails(run("solve", "--times", "1,1e301"), 2, "1e300]");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_teardown(name, empty_folder)
    const struct CMUnitTest tests[] = {
        CASE(commands_outlive_failing_memory),
        CASE(files_that_may_not_grow_are_errors),
        CASE(bounds_are_named),
    };
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER"));
    return cmocka_run_group_tests_name("memory", tests, make_folder, remove_folder);
}
