/* --memory: how a size may be written, and what is refused beforehand under too small a one. */
#include "tests/program.h"

static void sizes_are_read(void **state)
{
    (void)state;
    static const char *const good[] = {"4G", "4g", "500M", "1e9", "64000k", "0.5T", "2000000000"};
    static const char *const bad[] = {"0", "-1",  "abc", "1e400", "",    "4GB",
                                      "G", "nan", "inf", "4 G",   "0.1", "1e19"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        outcome_t found = run("solve", "--time", "1", "--points", "2", "--memory", good[i]);
        assert_done(&found);
        outcome_free(&found);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        outcome_t found = run("solve", "--time", "1", "--points", "2", "--memory", bad[i]);
        assert_string_equal(found.out, "");
        assert_fails(found, 2, "--memory: found '");
    }
}

/* Too little for what the command has to hold: it says what that is, and writes nothing. */
static void too_little_is_refused(void **state)
{
    (void)state;
    static const char *const commands[][14] = {
        {"solve", "--time", "1"},
        {"solve", "--time", "1", "-d", "1000000", "--covariance", "power-law:exponent=1"},
        {"simulate", "-d", "100", "--time", "1"},
        {"compare", "-d", "100", "--time", "1"},
        {"spectrum", "-d", "1000000", "--covariance", "power-law:exponent=1"},
        {"limit", "-d", "1000000", "--covariance", "power-law:exponent=1", "--loss",
         "least-squares"},
        {"critical", "-d", "1000000", "--covariance", "power-law:exponent=1", "--vary", "ridge",
         "--from", "0", "--to", "1"},
        {"sweep", "--vary", "learning_rate=0.1:0.5:20000"},
        {"sweep", "--vary", "learning_rate=0.1:0.5:200", "--vary", "ridge=0:1:200", "--threads",
         "1"},
    };
    for (size_t c = 0; c < sizeof commands / sizeof *commands; c++) {
        const char *arguments[17];
        size_t count = 0;
        for (; commands[c][count]; count++)
            arguments[count] = commands[c][count];
        arguments[count++] = "--memory";
        arguments[count++] = "10k";
        arguments[count] = NULL;
        outcome_t found = run_with(NULL, NULL, arguments);
        if (found.status != 2 || !strstr(found.err, "allowed: "))
            print_message("%s: status %d, %s", arguments[0], found.status, found.err);
        assert_string_equal(found.out, "");
        assert_fails(found, 2, "--memory: ");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_read),
        cmocka_unit_test(too_little_is_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
