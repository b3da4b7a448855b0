/* Every command while an allocation fails, or all from one on, one run an allocation (or every so
 * many): it ends with exit status 1 and a message, or gets over it with the same table; no signal,
 * nothing by halves. */
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

/* A table that is printed whole is good where the command succeeds, or ends as it does with memory
 * (a verdict); with a failure of memory none is printed, but for what is drawn or said after it. */
static void assert_whole(const outcome_t *found, const outcome_t *expected, const char *number,
                         const char *command)
{
    bool same = strcmp(found->out, expected->out) == 0;
    bool as_ever = found->status == expected->status && same;
    bool failed = found->status == 1 && found->err[0] && found->out[0] == '\0';
    bool is_file = exists("out.tsv") || exists("out.svg");
    if (!(as_ever || failed) || (found->status == 1 && expected->status == 0 && is_file))
        fail_msg("%s, allocation %s: status %d, %zu bytes of %zu, file %d, error: %s", command,
                 number, found->status, strlen(found->out), strlen(expected->out), is_file,
                 found->err);
}

/* `number` as in "7" or "7+". */
static void run_with_failure(const char *const *arguments, const char *number,
                             const outcome_t *expected)
{
    (void)unlink(in_folder("out.tsv"));
    (void)unlink(in_folder("out.svg"));
    assert_int_equal(setenv("FAILING_ALLOCATION", number, 1), 0);
    outcome_t found = run_with(NULL, NULL, arguments);
    (void)unsetenv("FAILING_ALLOCATION");
    assert_whole(&found, expected, number, arguments[0]);
    outcome_free(&found);
}

static void run_failing(const char *const *arguments)
{
    outcome_t expected;
    long count = count_allocations(arguments, &expected);
    long stride = count / RUNS_PER_COMMAND + 1;
    assert_true(count > 0);
    for (long number = 1 + count % stride; number <= count; number += stride) {
        char once[32], for_ever[32];
        (void)snprintf(once, sizeof once, "%ld", number);
        (void)snprintf(for_ever, sizeof for_ever, "%ld+", number);
        run_with_failure(arguments, once, &expected);
        run_with_failure(arguments, for_ever, &expected);
    }
    outcome_free(&expected);
}

/* in_folder's paths are soon overwritten. */
static void copy_path(char path[PATH_SIZE], const char *name)
{
    (void)snprintf(path, PATH_SIZE, "%s/%s", folder, name);
}

static void run_all(const char *const commands[][14], size_t count)
{
    const char *preload = getenv("FAILING_MEMORY");
    assert_non_null(preload);
    assert_int_equal(setenv("LD_PRELOAD", preload, 1), 0);
    for (size_t c = 0; c < count; c++)
        run_failing(commands[c]);
    (void)unsetenv("LD_PRELOAD");
}

static void curves_outlive_failing_memory(void **state)
{
    (void)state;
    char out[PATH_SIZE];
    copy_path(out, "out.tsv");
    const char *const commands[][14] = {
        {"solve", "--time", "10", "--covariance", "power-law:exponent=1.5"},
        {"solve", "--loss", "least-squares", "--lr", "0.5,1", "--time", "10", "-o", out},
        {"solve", "--time", "3", "--format", "json"},
        {"solve", "--loss", "least-squares", "--encoding", "one-hot", "--label", "1", "--label",
         "2", "--linear-solver", "krylov"},
        {"spectrum", "--covariance", "power-law:exponent=1.2"},
        {"simulate", "-d", "20", "--time", "1", "--points", "3", "--runs", "3", "-o", out},
        {"compare", "-d", "20", "--time", "1", "--points", "3", "--runs", "3"},
        {"compare", "--time", "1", "--points", "3", "--runs", "3", "--dimensions", "20,40",
         "--format", "json"},
        {"help"},
    };
    run_all(commands, sizeof commands / sizeof *commands);
}

static void searches_and_pictures_outlive_failing_memory(void **state)
{
    (void)state;
    char curve[PATH_SIZE], out[PATH_SIZE], picture[PATH_SIZE];
    copy_path(curve, "curve.tsv");
    copy_path(out, "out.tsv");
    copy_path(picture, "out.svg");
    outcome_t made = run("solve", "--time", "1", "--points", "5", "-o", curve);
    assert_done(&made);
    outcome_free(&made);
    const char *const commands[][14] = {
        {"limit", "--covariance", "power-law:exponent=0.5"},
        {"sweep", "--vary", "learning_rate=0.1:0.5:2", "--loss", "least-squares", "--threads", "1",
         "--restart", "-o", out},
        {"critical", "--loss", "least-squares", "--vary", "learning_rate", "--from", "0.1", "--to",
         "8", "--within", "0.1"},
        {"plot", curve, "-o", picture},
    };
    run_all(commands, sizeof commands / sizeof *commands);
}

/* Files that cannot be read for want of memory are not at fault: that is exit status 1. */
static void readers_outlive_failing_memory(void **state)
{
    (void)state;
    char table[PATH_SIZE], covariance[PATH_SIZE + 16];
    copy_path(table, "table.json");
    (void)snprintf(covariance, sizeof covariance, "file:path=%s",
                   write_file("numbers.txt", "1 2 3 4\n"));
    outcome_t made = run("solve", "--time", "1", "--points", "5", "--format", "json", "-o", table);
    assert_done(&made);
    outcome_free(&made);
    const char *const commands[][14] = {
        {"spectrum", "-d", "4", "--covariance", covariance},
        {"solve", "-d", "4", "--covariance", covariance, "--time", "1", "--points", "3"},
        {"solve", table, "--points", "3"},
        {"plot", table, "--format", "svg", "-o", "/dev/null"},
    };
    run_all(commands, sizeof commands / sizeof *commands);
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
    const struct CMUnitTest failing[] = {
        CASE(curves_outlive_failing_memory),
        CASE(searches_and_pictures_outlive_failing_memory),
        CASE(readers_outlive_failing_memory),
        CASE(files_that_may_not_grow_are_errors),
        CASE(bounds_are_named),
    };
    /* a sanitizer's build cannot make allocations fail: it brings an allocator of its own */
    const struct CMUnitTest others[] = {
        CASE(files_that_may_not_grow_are_errors),
        CASE(bounds_are_named),
    };
    return getenv("FAILING_MEMORY")
               ? cmocka_run_group_tests_name("memory", failing, make_folder, remove_folder)
               : cmocka_run_group_tests_name("memory", others, make_folder, remove_folder);
}
