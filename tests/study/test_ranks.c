/* A sweep on several processes; built only with -Dmpi=enabled. */
#include "tests/program.h"

#define ALPHAS "classes.*.covariance.exponent=0.5:1.5:3"
#define BETAS "classes.*.mean.exponent=-0.6:0.1:2"

/* A process that a launcher starts: its id goes to a file, then it becomes the program. */
#define MPIRUN                                                                                     \
    "unset TMPDIR; mpirun --oversubscribe -n %s sh -c 'echo $$ >>\"%s\"; exec \"$0\" \"$@\"' "     \
    "'%s' "
#define SWEEP                                                                                      \
    "sweep --covariance power-law:exponent=1 --mean power-law:exponent=0 --time %s --vary '%s' "   \
    "--vary '" BETAS "' -o '%s' >'%s' 2>&1 </dev/null"

static int run_ranks(const char *ranks, const char *time, const char *alphas, const char *name)
{
    char command[8 * PATH_SIZE];
    (void)snprintf(command, sizeof command, MPIRUN SWEEP, ranks, in_folder("pids"), program(), time,
                   alphas, in_folder(name), in_folder("log"));
    return system(command);
}

/* The table of one process alone. */
static char *run_alone(const char *time, const char *alphas, const char *resume)
{
    outcome_t alone = run("sweep", "--covariance", "power-law:exponent=1", "--mean",
                          "power-law:exponent=0", "--time", time, "--vary", alphas, "--vary", BETAS,
                          "-o", in_folder(resume ? "a.tsv" : "0.tsv"), resume);
    assert_done(&alone);
    outcome_free(&alone);
    return read_file(in_folder(resume ? "a.tsv" : "0.tsv"));
}

static void ranks_do_not_matter(void **state)
{
    (void)state;
    char *expected = run_alone("100", ALPHAS, NULL);
    static const char *const ranks[] = {"1", "2", "4"};
    for (size_t i = 0; i < 3; i++) {
        if (run_ranks(ranks[i], "100", ALPHAS, "a.tsv") != 0)
            fail_msg("%s ranks: %s", ranks[i], read_file(in_folder("log")));
        char *found = read_file(in_folder("a.tsv"));
        assert_string_equal(found, expected);
        free(found);
    }
    free(expected);
}

static size_t count_lines(const char *path)
{
    size_t lines = 0;
    FILE *stream = fopen(path, "r");
    for (int c; stream && (c = fgetc(stream)) != EOF;)
        lines += c == '\n';
    if (stream)
        (void)fclose(stream);
    return lines;
}

/* kill -9 of one rank ends the job; what was finished is kept, and one process finishes the rest.
 */
static void killed_ranks_lose_nothing(void **state)
{
    (void)state;
    static const char alphas[] = "classes.*.covariance.exponent=0.3:2:150";
    long victim = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(run_ranks("2", "1e5", alphas, "a.tsv") == 0 ? 0 : 1);
    while (count_lines(in_folder("a.tsv.part")) < 40)
        (void)usleep(1000);
    FILE *pids = fopen(in_folder("pids"), "r");
    assert_int_equal(fscanf(pids, "%ld", &victim), 1);
    assert_int_equal(fclose(pids), 0);
    assert_int_equal(kill((pid_t)victim, SIGKILL), 0);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    assert_false(exists("a.tsv"));
    char *resumed = run_alone("1e5", alphas, "--resume");
    char *whole = run_alone("1e5", alphas, NULL);
    assert_string_equal(resumed, whole);
    free(resumed);
    free(whole);
}

/* A table as the problem, which rank 0 alone reads: the others hear of its axes. */
static void tables_are_problems(void **state)
{
    (void)state;
    char *expected = run_alone("100", ALPHAS, NULL);
    char command[8 * PATH_SIZE];
    (void)snprintf(command, sizeof command, MPIRUN "sweep '%s' -o '%s' >'%s' 2>&1 </dev/null", "3",
                   in_folder("pids"), program(), in_folder("0.tsv"), in_folder("1.tsv"),
                   in_folder("log"));
    if (system(command) != 0)
        fail_msg("%s", read_file(in_folder("log")));
    char *found = read_file(in_folder("1.tsv"));
    assert_string_equal(found, expected);
    free(expected);
    free(found);
}

/* What is wrong with the problem is said once, and all ranks go home. */
static void errors_are_said_once(void **state)
{
    (void)state;
    int status = run_ranks("3", "-1", ALPHAS, "a.tsv");
    char *log = read_file(in_folder("log"));
    char *first = strstr(log, "sgdlimit: --time: ");
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 2);
    assert_non_null(first);
    assert_null(strstr(first + 1, "sgdlimit: --time: "));
    free(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(ranks_do_not_matter, empty_folder),
        cmocka_unit_test_teardown(killed_ranks_lose_nothing, empty_folder),
        cmocka_unit_test_teardown(tables_are_problems, empty_folder),
        cmocka_unit_test_teardown(errors_are_said_once, empty_folder),
    };
    (void)setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    (void)setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
