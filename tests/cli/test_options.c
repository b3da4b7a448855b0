/* Command lines: how flags may be written, what they choose, and their help pages. */
#include "tests/program.h"

#include <poll.h>
#include <pty.h>
#include <time.h>

#include "src/problem/problem.h"

/* ---- spellings --------------------------------------------------------------------------------
 */

/* The output without what it says of the options of its command line. */
static char *without_options(const char *text)
{
    char *copy = calloc(1, strlen(text) + 1);
    assert_non_null(copy);
    char *end = copy;
    while (*text) {
        size_t length = strcspn(text, "\n");
        length += text[length] == '\n';
        if (strncmp(text, "# option_", 9) != 0) {
            memcpy(end, text, length);
            end += length;
        }
        text += length;
    }
    return copy;
}

static void assert_same_output(outcome_t expected, outcome_t found)
{
    assert_done(&expected);
    assert_done(&found);
    char *a = without_options(expected.out);
    char *b = without_options(found.out);
    assert_string_equal(a, b);
    free(a);
    free(b);
    outcome_free(&expected);
    outcome_free(&found);
}

static void assert_spellings_agree(void)
{
    const char *path = write_file("p.yaml", "learning_rate: 0.7\n");
    const char *const lines[][12] = {
        {"solve", path, "--time=3", "--output-points=4", NULL},
        {"solve", "--time", "3", path, "--points", "4", NULL},
        {"solve", "-t", "3", "--points=4", path, NULL},
        {"solve", "-t3", "--points", "4", "--", path, NULL},
        {"solve", "-qt3", path, "--points", "4", NULL},
        {"solve", "-q", "--quiet", "-qqt", "3", path, "--points", "4", NULL},
        {"solve", path, "-t3", "--exact", "--points=4", "--refine=1", "--exact", NULL},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_same_output(run("solve", path, "--time", "3", "--output-points", "4"),
                           run_with(NULL, NULL, lines[i]));
    }
}

static void flags_may_be_written_in_many_ways(void **state)
{
    (void)state;
    assert_spellings_agree();
    assert_int_equal(setenv("POSIXLY_CORRECT", "1", 1), 0);
    assert_spellings_agree();
    assert_int_equal(unsetenv("POSIXLY_CORRECT"), 0);
}

static void a_value_may_be_negative(void **state)
{
    (void)state;
    assert_same_output(
        run("solve", "-t1", "--loss", "least-squares"),
        run("solve", "-t1", "--loss", "least-squares", "--label", "1", "--label", "-1"));
    assert_same_output(run("solve", "-t1", "--intercept", "-2"),
                       run("solve", "-t1", "--intercept=-2"));
    assert_fails(run("solve", "-t", "-1"), 2, "--time: key 'time': found -1");
    assert_fails(run("solve", "--seed", "-1"), 2, "--seed: key 'seed': found -1");
    assert_fails(run("solve", "--refine", "-1"), 2, "--refine: found '-1'");
}

static void flags_must_be_spelled_out(void **state)
{
    (void)state;
    static const char *const flags[][2] = {{"--tim", "--time"},
                                           {"--qui", "--quiet"},
                                           {"--hel", "--help"},
                                           {"--learning", "--learning-rate"},
                                           {"--start-norm", "--start-norm2"},
                                           {"--output-", "--output-"},
                                           {"--Time", "--time"},
                                           {"--learning_rate", "--learning-rate"},
                                           {"--covarianec", "--covariance"}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        char message[128];
        char with_value[64];
        (void)snprintf(message, sizeof message, "%s: unknown flag (did you mean '%s", flags[i][0],
                       flags[i][1]);
        (void)snprintf(with_value, sizeof with_value, "%s=1", flags[i][0]);
        assert_fails(run("solve", flags[i][0]), 2, message);
        assert_fails(run("solve", flags[i][0], "1"), 2, message);
        assert_fails(run("solve", with_value), 2, message);
    }
}

static void unknown_flags_are_named(void **state)
{
    (void)state;
    char many[300] = "--";
    memset(many + 2, 'x', sizeof many - 3);
    assert_fails(run("solve", "--lamda", "3"), 2, "--lamda: unknown flag (did you mean '--");
    assert_fails(run("solve", "--lamda", "3"), 2, "'sgdlimit solve --help' lists");
    assert_fails(run("plot", "--titel", "3"), 2, "--titel: unknown flag (did you mean '--title'?)");
    assert_fails(run("help", "--time"), 2, "--time: unknown flag (did you mean '--help'?)");
    assert_fails(run("solve", many), 2, "unknown flag; 'sgdlimit solve --help' lists");
    assert_fails(run("solve", ""), 2, "an argument is empty, allowed: [PROBLEM]");
    assert_fails(run("solve", "--=3"), 2, "--: unknown flag");
    assert_fails(run("solve", "-?"), 2, "-?: unknown flag");
    assert_fails(run("solve", "-:"), 2, "-:: unknown flag");
    assert_fails(run("solve", "-qz"), 2, "-qz: unknown flag");
    assert_fails(run("solve", "-\xC3\xA9"), 2, "-\xC3\xA9: unknown flag");
    assert_fails(run("solve", "--\xC3\xA9"), 2, "--\xC3\xA9: unknown flag");
}

static void missing_and_needless_values_are_named(void **state)
{
    (void)state;
    assert_fails(run("solve", "-q", "-t"), 2, "-t: needs a value, found the end of the line");
    assert_fails(run("solve", "-qt"), 2, "-t: needs a value, found the end of the line");
    assert_fails(run("solve", "--rtol"), 2, "--rtol: needs a value, found the end of the line");
    assert_fails(run("solve", "-o", "--quiet"), 2, "-o: needs a value, found '--quiet'");
    assert_fails(run("solve", "--lr", "--"), 2, "--lr: needs a value, found '--'");
    assert_fails(run("solve", "--help="), 2, "--help: takes no value, found ''");
    assert_fails(run("solve", "--time="), 2, "--time: key 'time': found ''");
}

/* Two values of one thing: which of them is meant is not the program's to guess. */
static void what_is_stated_twice_is_refused(void **state)
{
    (void)state;
    const char *path = write_file("p.yaml", "learning_rate: 0.7\n");
    static const char *const lines[][8] = {
        {"--learning-rate: found twice, allowed once; several values are one list: 0.1,0.2", "--lr",
         "0.1", "--lr", "0.2"},
        {"--learning-rate: found twice", "--learning-rate=0.1", "--lr", "0.1"},
        {"--time: found twice, allowed once", "-t1", "--time", "2"},
        {"--dimension: found twice, allowed once", "-d", "5", "-d5"},
        {"--seed: found twice", "--seed", "1", "--seed", "2"},
        {"--output-points: found twice", "--points", "3", "--output-points", "4"},
        {"--output-times: found twice, allowed once; several values are one list", "--times", "1",
         "--times", "2"},
        {"--tolerance-relative: found twice", "--rtol", "1e-6", "--tolerance-relative", "1e-6"},
        {"--start: found twice", "--start", "norm2=1", "--start", "norm2=2"},
        {"--start-norm2: found beside --start, which states the same, allowed one of them",
         "--start", "norm2=1", "--start-norm2", "2"},
        {"--start: found beside --start-norm2", "--start-norm2", "2", "--start", "norm2=1"},
        {"--refine: found twice ('2' and '1'), allowed once", "--refine", "2", "--refine=1"},
        {"-o: found twice ('a' and 'b'), allowed once", "--output", "a", "-o", "b"},
        {"--classes: found twice", "--classes", "1", "--classes", "2"},
        {"--exact: found twice ('yes' and 'no'), allowed once", "--exact", "--exact=no"},
        {"--exact: found twice ('no' and 'yes'), allowed once", "--exact=no", "--exact=yes"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *line[10] = {"solve", path};
        for (size_t k = 1; k < 8 && lines[i][k]; k++)
            line[k + 1] = lines[i][k];
        assert_fails(run_with(NULL, NULL, line), 2, lines[i][0]);
    }
    assert_fails(run("simulate", "-d", "9", "--runs", "2", "--runs", "3"), 2,
                 "--runs: found twice");
    assert_fails(run("critical", "--vary", "ridge", "--vary", "batch"), 2, "--vary: found twice");
    assert_fails(run("plot", "--title", "a", path, "--title", "b"), 2, "--title: found twice");
    outcome_t twice = run("sweep", "-t1", "--vary", "ridge=0:1:2", "--vary", "intercept=0:1:2");
    assert_done(&twice);
    outcome_free(&twice);
}

/* What the message about too many classes offers is a problem. */
static void three_classes_are_stated_as_the_message_says(void **state)
{
    (void)state;
    outcome_t refused = run("solve", "--weight", "0.2", "--weight", "0.3", "--weight", "0.5");
    char *example = strchr(refused.err, '\'');
    assert_non_null(example);
    *strrchr(example, '\'') = '\0';
    outcome_t done = run("solve", write_file("three.yaml", example + 1), "--weight", "0.2",
                         "--weight", "0.3", "--weight", "0.5", "-t1", "--points", "2");
    assert_done(&done);
    assert_non_null(strstr(done.out, "\trisk_3\t"));
    outcome_free(&refused);
    outcome_free(&done);
}

/* ---- --classes --------------------------------------------------------------------------------
 */

static void assert_columns(const char *list, const char *shown, const char *hidden)
{
    outcome_t outcome = run("solve", in_folder("p.yaml"), "--classes", list);
    assert_done(&outcome);
    for (const char *number = "123"; *number; number++) {
        char name[16];
        (void)snprintf(name, sizeof name, "\trisk_%c\t", *number);
        assert_true(!strstr(outcome.out, name) == !strchr(shown, *number));
        assert_true(!strstr(outcome.out, name) == !!strchr(hidden, *number));
    }
    outcome_free(&outcome);
}

static void chosen_classes_are_printed(void **state)
{
    (void)state;
    (void)write_file("p.yaml", "time: 1\noutput: {points: 2}\nclasses:\n- {label: 1}\n- {label: 0, "
                               "mean: {family: constant}}\n- {label: 0}\n");
    assert_columns("1,2,3", "123", "");
    assert_columns("2", "2", "13");
    assert_columns("1,3", "13", "2");
    assert_same_output(run("solve", in_folder("p.yaml"), "--classes", "1,3"),
                       run("solve", in_folder("p.yaml"), "--classes", "3,1"));
    assert_same_output(run("solve", in_folder("p.yaml")),
                       run("solve", in_folder("p.yaml"), "--classes", "2,3,1"));
}

static void wrong_class_lists_are_refused(void **state)
{
    (void)state;
    static const char *const lists[] = {"0",
                                        "3",
                                        "9",
                                        "1,1",
                                        "2,1,2",
                                        "1,9",
                                        "",
                                        ",",
                                        ",1",
                                        "1,",
                                        "1,,2",
                                        "1;2",
                                        "1 2",
                                        " 1",
                                        "+1",
                                        "1.0",
                                        "one",
                                        "-1",
                                        "18446744073709551617"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        char message[128];
        (void)snprintf(message, sizeof message,
                       "--classes: found '%s', allowed: different class numbers from 1 to 2",
                       lists[i]);
        assert_fails(run("solve", "-t1", "--classes", lists[i], "-o", in_folder("o.tsv")), 2,
                     message);
    }
    assert_false(exists("o.tsv"));
}

/* ---- progress ---------------------------------------------------------------------------------
 */

enum { TEXT_SIZE = 65536 };

/* Starts a long run whose standard error is a terminal; returns our end of it. */
static int start_on_terminal(const char *flag, pid_t *child)
{
    int terminal;
    int other_end;
    if (openpty(&terminal, &other_end, NULL, NULL, NULL) != 0)
        skip(); /* no terminals here */
    *child = fork();
    assert_true(*child >= 0);
    if (*child == 0) {
        int out = open("/dev/null", O_WRONLY);
        if (dup2(out, 1) == 1 && dup2(other_end, 2) == 2) {
            (void)execl(program(), "sgdlimit", "solve", "--time", "1e9", "--spacing", "log",
                        "--first", "1e-6", "--points", "10000", "--linear-solver", "dense",
                        "--covariance", "power-law:exponent=1.5", flag, (char *)NULL);
        }
        _exit(99);
    }
    assert_int_equal(close(other_end), 0);
    return terminal;
}

/* Appends what the program says until `word` is there or it has ended. */
static void listen_for(int terminal, const char *word, char *text)
{
    size_t length = strlen(text);
    while (!word || !strstr(text, word)) {
        struct pollfd end = {.fd = terminal, .events = POLLIN};
        assert_true(length + 1 < TEXT_SIZE);
        assert_int_equal(poll(&end, 1, 60000), 1);
        ssize_t got = read(terminal, text + length, TEXT_SIZE - 1 - length);
        if (got <= 0)
            break;
        length += (size_t)got;
        text[length] = '\0';
    }
}

static void interrupt(int terminal, pid_t child, char *text)
{
    int status;
    assert_int_equal(kill(child, SIGINT), 0);
    listen_for(terminal, NULL, text);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 130);
    assert_int_equal(close(terminal), 0);
    assert_non_null(strstr(text, "interrupted"));
}

static double seconds(void)
{
    struct timespec now;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The silent run is listened to for longer than the other one needed to say something. */
static void progress_is_told_unless_quiet(void **state)
{
    (void)state;
    char *text = calloc(1, TEXT_SIZE);
    assert_non_null(text);
    pid_t child;
    double start = seconds();
    int terminal = start_on_terminal("--format=tsv", &child);
    listen_for(terminal, "%", text);
    double patience = seconds() - start + 0.3;
    assert_non_null(strstr(text, "t = "));
    interrupt(terminal, child, text);

    *text = '\0';
    terminal = start_on_terminal("--quiet", &child);
    (void)usleep((useconds_t)(1e6 * patience));
    interrupt(terminal, child, text);
    assert_null(strchr(text, '%'));
    assert_int_equal(strncmp(text, "sgdlimit: ", 10), 0);
    free(text);
}

/* ---- help pages -------------------------------------------------------------------------------
 */

static const char *const pages[] = {"solve", "spectrum", "plot", "help"};

/* Nothing is wider than a page, and every text has its column: two spaces part it from the flag, or
 * it begins on the next line. */
static void help_pages_are_laid_out(void **state)
{
    (void)state;
    enum { WIDTH = 100, COLUMN = 40 };
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        outcome_t page = run("help", pages[i]);
        assert_done(&page);
        size_t flags = 0;
        for (const char *line = page.out; *line; line += strcspn(line, "\n") + 1) {
            size_t length = strcspn(line, "\n");
            bool is_flag = strncmp(line, "  -", 3) == 0 || strncmp(line, "      --", 8) == 0;
            assert_true(length <= WIDTH);
            assert_true(length == 0 || line[length - 1] != ' ');
            if (is_flag && length > COLUMN) {
                assert_memory_equal(line + COLUMN - 2, "  ", 2);
                assert_true(line[COLUMN] != ' ');
            } else if (is_flag) {
                line += length + 1; /* the text is all of the next line */
                assert_true(strspn(line, " ") == COLUMN);
            }
            flags += is_flag;
        }
        assert_true(flags >= 1);
        outcome_free(&page);
    }
}

/* No word of a flag's text is lost where lines are broken. */
static void help_pages_keep_their_texts(void **state)
{
    (void)state;
    outcome_t page = run("help", "solve");
    assert_done(&page);
    char *end = page.out;
    for (const char *c = page.out; *c; c++) { /* all white space as one space */
        bool space = *c == ' ' || *c == '\n';
        if (!space || (end > page.out && end[-1] != ' '))
            *end++ = space ? ' ' : *c;
    }
    *end = '\0';
    const sgdl_problem_flag_t *flag;
    for (size_t f = 0; (flag = sgdl_problem_flag(f)) != NULL; f++)
        if (!strstr(page.out, flag->help))
            fail_msg("the page lacks the text of --%s: %s", flag->flag, flag->help);
    outcome_free(&page);
}

#define CASE(name) cmocka_unit_test_teardown(name, empty_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(flags_may_be_written_in_many_ways),
        CASE(a_value_may_be_negative),
        CASE(flags_must_be_spelled_out),
        CASE(unknown_flags_are_named),
        CASE(missing_and_needless_values_are_named),
        CASE(what_is_stated_twice_is_refused),
        CASE(three_classes_are_stated_as_the_message_says),
        CASE(chosen_classes_are_printed),
        CASE(wrong_class_lists_are_refused),
        CASE(progress_is_told_unless_quiet),
        CASE(help_pages_are_laid_out),
        CASE(help_pages_keep_their_texts),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
