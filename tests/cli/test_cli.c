/* The program from outside: exit statuses, messages, files, pictures. */
#include "tests/program.h"

#include <math.h>

#include "src/problem/problem.h"
#include "sgdlimit/table.h"
#include "sgdlimit/version.h"

/* ---- help -------------------------------------------------------------------------------------
 */

static void help_names_every_command(void **state)
{
    (void)state;
    static const char *const names[] = {"solve", "spectrum", "plot", "help"};
    outcome_t by_command = run("help");
    outcome_t by_flag = run("--help");
    assert_done(&by_command);
    assert_done(&by_flag);
    assert_string_equal(by_command.out, by_flag.out);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_non_null(strstr(by_command.out, names[i]));
    outcome_free(&by_command);
    outcome_free(&by_flag);
}

static void assert_mentions_flag(const char *text, const char *flag)
{
    char word[128];
    (void)snprintf(word, sizeof word, "--%s", flag);
    if (!strstr(text, word))
        fail_msg("the help text lacks %s", word);
}

static void help_names_every_flag(void **state)
{
    (void)state;
    static const char *const commands[] = {"solve", "spectrum"};
    static const char *const common[] = {"output", "format", "quiet", "help"};
    for (size_t c = 0; c < 2; c++) {
        outcome_t page = run("help", commands[c]);
        outcome_t same = run(commands[c], "--time", "1", "-h");
        assert_done(&page);
        assert_done(&same);
        assert_string_equal(page.out, same.out);
        for (size_t i = 0; i < sizeof common / sizeof *common; i++)
            assert_mentions_flag(page.out, common[i]);
        const sgdl_problem_flag_t *flag;
        for (size_t f = 0; (flag = sgdl_problem_flag(f)) != NULL; f++) {
            assert_mentions_flag(page.out, flag->flag);
            if (flag->alias)
                assert_mentions_flag(page.out, flag->alias);
        }
        assert_non_null(strstr(page.out, "example:"));
        outcome_free(&page);
        outcome_free(&same);
    }
}

static void version_is_told(void **state)
{
    (void)state;
    outcome_t outcome = run("--version");
    assert_done(&outcome);
    assert_string_equal(outcome.out, "sgdlimit " SGDL_VERSION "\n");
    outcome_free(&outcome);
}

/* ---- what is refused --------------------------------------------------------------------------
 */

static void wrong_command_lines_are_refused(void **state)
{
    (void)state;
    assert_fails(run_with(NULL, NULL, (const char *const[]){NULL}), 2, "no command");
    assert_fails(run("slove"), 2, "did you mean 'solve'?");
    assert_fails(run("frobnicate"), 2, "unknown command 'frobnicate'");
    assert_fails(run("help", "slove"), 2, "did you mean 'solve'?");
    assert_fails(run("solve", "--learning-rat", "1"), 2, "did you mean '--learning-rate'?");
    assert_fails(run("solve", "--learning-rat=1"), 2, "--learning-rat: unknown flag");
    assert_fails(run("solve", "--dim", "3"), 2, "--dim: unknown flag");
    assert_fails(run("solve", "--qwertyuiop"), 2, "unknown flag");
    assert_fails(run("solve", "-x"), 2, "-x: unknown flag");
    assert_fails(run("solve", "--time"), 2, "--time: needs a value");
    assert_fails(run("solve", "--time", "--seed", "2"), 2, "--time: needs a value");
    assert_fails(run("solve", "-t"), 2, "-t: needs a value");
    assert_fails(run("solve", "--quiet=yes"), 2, "--quiet: takes no value");
    assert_fails(run("solve", "a.yaml", "b.yaml"), 2, "b.yaml: one argument too many");
    assert_fails(run("solve", "--", "a.yaml", "--time"), 2, "--time: one argument too many");
    assert_fails(run("solve", "--format", "xml"), 2, "--format: found 'xml'");
    assert_fails(run("solve", "--output="), 2, "--output: found ''");
    assert_fails(run("solve", "--classes", "3"), 2, "--classes: found '3'");
    assert_fails(run("solve", "--classes", "1,1"), 2, "--classes: found '1,1'");
    assert_fails(run("solve", "--classes", "1,"), 2, "--classes: found '1,'");
    assert_fails(run("solve", "--linear-solver", "magic"), 2, "--linear-solver: found 'magic'");
    assert_fails(run("solve", "--refine", "0"), 2, "--refine: found '0'");
    assert_fails(run("solve", "--refine", "2x"), 2, "--refine: found '2x'");
    assert_fails(run("plot"), 2, "one table or more");
    assert_fails(run("--time", "3"), 2, "a command must come first");
}

static void wrong_values_are_refused(void **state)
{
    (void)state;
    assert_fails(run("solve", "--time", "NaN"), 2, "--time");
    assert_fails(run("solve", "--time", "1e999"), 2, "--time");
    assert_fails(run("solve", "--time", "10x"), 2, "--time");
    assert_fails(run("solve", "--time=-1"), 2, "--time");
    assert_fails(run("solve", "--dimension", "0"), 2, "--dimension");
    assert_fails(run("solve", "--dimension", "1e30"), 2, "--dimension");
    assert_fails(run("solve", "--dimension", "2.5"), 2, "--dimension");
    assert_fails(run("solve", "--learning-rate", "-1"), 2, "--learning-rate");
    assert_fails(run("solve", "--points", "1e18"), 2, "--output-points");
    assert_fails(run("solve", "--covariance", "isotropic:scale=-1"), 2, "--covariance");
    assert_fails(run("solve", "--covariance", "isotropc"), 2, "isotropic");
    assert_fails(run("solve", "--mean", "power-law:exponent=-0.5"), 2, "--mean");
    assert_fails(run("solve", "--mean", "opposite:of=1", "--mean", "zero"), 2, "itself");
    assert_fails(run("solve", "--mean", "opposite:of=2", "--mean", "same:of=1"), 2, "cycle");
    assert_fails(run("solve", "--weight", "0.5", "--weight", "0.6"), 2, "1.1");
    assert_fails(run("solve", "--loss", "logistc"), 2, "logistic");
}

/* One problem file and a part of what must be said about it. */
typedef struct flaw {
    const char *text;
    const char *message;
} flaw_t;

static void wrong_files_are_refused(void **state)
{
    (void)state;
    static const flaw_t flaws[] = {
        {"time: 1\nlerning_rate: 1\n", "p.yaml:2: "},
        {"lerning_rate: 1\n", "learning_rate"},
        {"classes:\n- {weight: 0.5}\n- {weight: 0.6}\n", "1.1"},
        {"classes:\n- {covariance: {family: isotropic, scale: -1}}\n- {}\n", "p.yaml:2: "},
        {"classes:\n- {mean: {family: power-law, exponent: -0.5}}\n- {}\n", "exponent"},
        {"classes:\n- {mean: {family: opposite, of: 1}}\n- {}\n", "itself"},
        {"dimension: 3\nclasses:\n- {covariance: {family: file, path: two.txt}}\n- {}\n",
         "two.txt"},
        {"classes:\n- {covariance: {family: file, path: absent.txt}}\n- {}\n", "absent.txt"},
        {"time: NaN\n", "p.yaml:1: "},
        {"time: 1e999\n", "p.yaml:1: "},
        {"dimension: 0\n", "p.yaml:1: "},
        {"dimension: 1e30\n", "p.yaml:1: "},
        {"", "p.yaml"},
        {"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
         "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
         "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n"
         "g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\nh: &h [*g,*g,*g,*g,*g,*g,*g,*g,*g]\n"
         "time: *h\n",
         "p.yaml"},
        {"time: [1\n", "p.yaml"},
    };
    (void)write_file("two.txt", "1\n2\n");
    for (size_t i = 0; i < sizeof flaws / sizeof *flaws; i++) {
        const char *path = write_file("p.yaml", flaws[i].text);
        assert_fails(run("solve", path, "-o", in_folder("o.tsv")), 2, flaws[i].message);
        assert_fails(run("spectrum", path), 2, flaws[i].message);
    }
    assert_fails(run("solve", in_folder("absent.yaml")), 2, "absent.yaml");
    assert_fails(run("solve", folder), 2, folder);
    assert_false(exists("o.tsv"));
    assert_int_equal(count_files(false), 2);
}

static void outputs_that_cannot_be_written_fail(void **state)
{
    (void)state;
    assert_fails(run("solve", "-t", "1", "-o", in_folder("absent/o.tsv")), 1, "absent/o.tsv");
    assert_fails(run("solve", "-t", "1", "-o", folder), 1, folder);
    assert_fails(run("solve", "-t", "1", "-o", "/dev/full"), 1, "/dev/full: cannot be written");
    static const char *const lines[][4] = {
        {"solve", "-t", "1", NULL}, {"spectrum", NULL}, {"help", NULL}, {"--version", NULL}};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_fails(run_with(NULL, "/dev/full", lines[i]), 1,
                     "standard output: cannot be written");
    }
    assert_int_equal(count_files(false), 0);
}

/* A reader that has seen enough and closed the pipe. */
static void a_closed_pipe_ends_quietly(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(close(ends[0]), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int err = open(in_folder(".err"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        (void)signal(SIGPIPE, SIG_DFL);
        if (dup2(ends[1], 1) == 1 && dup2(err, 2) == 2)
            (void)execl(program(), "sgdlimit", "solve", "-t", "1", (char *)NULL);
        _exit(99);
    }
    assert_int_equal(close(ends[1]), 0);
    outcome_t outcome = finish_program(child);
    assert_int_equal(outcome.status, 0);
    assert_string_equal(outcome.err, "");
    outcome_free(&outcome);
}

/* ---- tables -----------------------------------------------------------------------------------
 */

static sgdl_table_t read_table(const char *name)
{
    sgdl_table_t table;
    sgdl_error_t error = {0};
    if (sgdl_table_read(&table, in_folder(name), &error) != SGDL_OK)
        fail_msg("%s: %s: %s", name, error.place, error.message);
    return table;
}

static void assert_same_numbers(const sgdl_table_t *a, const sgdl_table_t *b)
{
    assert_int_equal(a->columns, b->columns);
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->blocks, b->blocks);
    for (size_t j = 0; j < a->columns; j++)
        assert_string_equal(a->column[j], b->column[j]);
    for (size_t i = 0; i < a->rows * a->columns; i++) {
        if (isnan(a->value[i]) ? !isnan(b->value[i]) : a->value[i] != b->value[i]) {
            fail_msg("row %zu, column %s: %.17g against %.17g", i / a->columns,
                     a->column[i % a->columns], a->value[i], b->value[i]);
        }
    }
}

static void solve_prints_the_promised_columns(void **state)
{
    (void)state;
    static const char *const columns[] = {
        "t",           "risk",           "error",      "learning_rate", "norm2", "slope",
        "risk_1",      "error_1",        "mean_1",     "var_1",         "cos_1", "clean_share_1",
        "risk_2",      "error_2",        "mean_2",     "var_2",         "cos_2", "clean_share_2",
        "clean_norm2", "gradient_norm2", "noise_power"};
    outcome_t outcome = run("solve", "-t", "2", "--points", "5");
    assert_done(&outcome);
    assert_int_equal(strncmp(outcome.out, "# sgdlimit: ", 12), 0);
    (void)write_file("a.tsv", outcome.out);
    sgdl_table_t table = read_table("a.tsv");
    assert_int_equal(table.columns, sizeof columns / sizeof *columns);
    for (size_t j = 0; j < table.columns; j++)
        assert_string_equal(table.column[j], columns[j]);
    assert_int_equal(table.rows, 5);
    assert_true(table.value[4 * table.columns] == 2);
    assert_true(fabs(table.value[1] - log(2)) < 1e-14); /* X = 0: the risk of a coin */
    assert_true(table.value[2] == 0.5);
    assert_string_equal(sgdl_table_value(&table, "time"), "2");
    sgdl_table_free(&table);
    outcome_free(&outcome);
}

/* A table holds its problem: solving it again gives the same numbers, in every format. */
static void a_table_reproduces_itself(void **state)
{
    (void)state;
    static const char *const names[] = {"a.tsv", "a.csv", "a.json"};
    outcome_t first = run("solve", "--lr", "0.5,1", "-t", "50", "--spacing", "log", "--points",
                          "20", "--covariance", "power-law:exponent=1.1", "--covariance",
                          "power-law:exponent=1.5", "-o", in_folder("first.tsv"));
    assert_done(&first);
    assert_string_equal(first.out, "");
    sgdl_table_t expected = read_table("first.tsv");
    assert_int_equal(expected.blocks, 2);
    assert_string_equal(expected.column[0], "curve");
    const char *source = in_folder("first.tsv");
    char last[PATH_SIZE];
    for (size_t i = 0; i < 3; i++) { /* each one is made from the one before */
        outcome_t outcome = run("solve", source, "-o", in_folder(names[i]));
        assert_done(&outcome);
        sgdl_table_t table = read_table(names[i]);
        assert_same_numbers(&expected, &table);
        sgdl_table_free(&table);
        outcome_free(&outcome);
        (void)snprintf(last, sizeof last, "%s", in_folder(names[i]));
        source = last;
    }
    outcome_t outcome = run("solve", source, "-o", in_folder("again.tsv"));
    assert_done(&outcome);
    sgdl_table_t again = read_table("again.tsv");
    assert_same_numbers(&expected, &again);
    assert_int_equal(count_files(false), 5);
    sgdl_table_free(&again);
    sgdl_table_free(&expected);
    outcome_free(&outcome);
    outcome_free(&first);
}

static void problems_come_from_files_and_standard_input(void **state)
{
    (void)state;
    const char *path = write_file("p.yaml", "time: 3\noutput: {points: 4}\n");
    outcome_t by_file = run("solve", path, "-o", in_folder("a.tsv"));
    outcome_t by_input =
        run_with(path, NULL, (const char *const[]){"solve", "-", "-o", in_folder("b.tsv"), NULL});
    outcome_t by_flags = run("solve", "-t3", "--points=4", "-o", in_folder("c.tsv"));
    assert_done(&by_file);
    assert_done(&by_input);
    assert_done(&by_flags);
    sgdl_table_t a = read_table("a.tsv");
    sgdl_table_t b = read_table("b.tsv");
    sgdl_table_t c = read_table("c.tsv");
    assert_int_equal(a.rows, 4);
    assert_same_numbers(&a, &b);
    assert_same_numbers(&a, &c);
    sgdl_table_free(&a);
    sgdl_table_free(&b);
    sgdl_table_free(&c);
    outcome_free(&by_file);
    outcome_free(&by_input);
    outcome_free(&by_flags);
}

static double comment_number(const sgdl_table_t *table, const char *key)
{
    const char *value = sgdl_table_value(table, key);
    if (!value) {
        fail_msg("the table lacks the comment '%s'", key);
        return 0;
    }
    return strtod(value, NULL);
}

/* Zero-one with z = 1/4 and constant means +-1: everything is known by hand. */
static void spectrum_adds_up(void **state)
{
    (void)state;
    outcome_t outcome = run("spectrum", "--covariance", "zero-one:zero=0.25,scale=2", "--mean",
                            "constant:scale=3,on=0.25:1", "-o", in_folder("s.tsv"));
    assert_done(&outcome);
    sgdl_table_t table = read_table("s.tsv");
    assert_string_equal(sgdl_table_value(&table, "command"), "spectrum");
    assert_true(comment_number(&table, "nodes") == (double)table.rows);
    assert_true(fabs(comment_number(&table, "trace_1") - 1.5) < 1e-14);
    assert_true(fabs(comment_number(&table, "mean_norm2_2") - 6.75) < 1e-13);
    assert_true(fabs(comment_number(&table, "mean_distance_1_2") - 2 * sqrt(6.75)) < 1e-13);
    assert_true(fabs(comment_number(&table, "mahalanobis2_1") - 3.375) < 1e-13);
    assert_true(fabs(comment_number(&table, "mahalanobis2_1_2") - 13.5) < 1e-13);
    double weight = 0;
    double trace = 0;
    double clean = 0;
    long first = sgdl_table_find(&table, "eigenvalue_2");
    for (size_t i = 0; i < table.rows; i++) {
        const double *row = table.value + i * table.columns;
        weight += row[1];
        trace += row[1] * row[first];
        clean += row[3] * row[1];
    }
    assert_true(fabs(weight - 1) < 1e-14);
    assert_true(fabs(trace - 1.5) < 1e-14);
    assert_true(fabs(clean - 0.25) < 1e-14);
    sgdl_table_free(&table);
    outcome_free(&outcome);
}

/* A mean in directions without variance is infinitely far in Mahalanobis' sense. */
static void spectrum_tells_infinity(void **state)
{
    (void)state;
    outcome_t outcome =
        run("spectrum", "--covariance", "zero-one:zero=0.25", "-o", in_folder("s.json"));
    assert_done(&outcome);
    sgdl_table_t table = read_table("s.json");
    assert_string_equal(sgdl_table_value(&table, "mahalanobis2_1_2"), "inf");
    sgdl_table_free(&table);
    outcome_free(&outcome);
}

/* Least squares beyond its stability limit: the rows so far, the error, status 1. */
static void a_diverging_run_keeps_its_rows(void **state)
{
    (void)state;
    assert_fails(run("solve", "--loss", "least-squares", "--lr", "3", "-t", "1e6", "--points",
                     "100001", "-o", in_folder("a.tsv")),
                 1, "diverge");
    sgdl_table_t table = read_table("a.tsv");
    assert_true(table.rows > 1 && table.rows < 100001);
    sgdl_table_free(&table);
}

/* The delay grows until the signal finds the solver at work: neither before the handler is there
 * (the signal ends the program) nor after the last row (status 0 needs a longer problem). */
/* Starts the program anew, later and later, until a signal meets it at work that has made this
 * file (NULL: none). */
static outcome_t run_and_interrupt(const char *const *arguments, int number, const char *made)
{
    outcome_t outcome = {0};
    for (useconds_t delay = 30000; delay < 30000000; delay *= 2) {
        pid_t child = start_program(NULL, NULL, arguments);
        (void)usleep(delay);
        assert_int_equal(kill(child, number), 0);
        outcome_free(&outcome);
        outcome = finish_program(child);
        if (outcome.status == 128 + number && (!made || exists(made)))
            break;
    }
    return outcome;
}

static void an_interrupted_run_keeps_its_rows(void **state)
{
    (void)state;
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGXCPU};
    const char *const arguments[] = {
        "solve", "--dimension", "200000",  "--covariance", "power-law:exponent=1.5", "-t",
        "1e9",   "--points",    "1000000", "-o",           in_folder("a.tsv"),       NULL};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        assert_fails(run_and_interrupt(arguments, signals[i], "a.tsv"), 128 + signals[i],
                     "interrupt");
        sgdl_table_t table = read_table("a.tsv");
        assert_true(table.rows >= 1 && table.rows < 1000000);
        assert_int_equal(count_files(true), 1);
        sgdl_table_free(&table);
    }
}

static void an_interrupted_spectrum_leaves_nothing(void **state)
{
    (void)state;
    const char *const arguments[] = {
        "spectrum", "--exact",      "--dimension",          "4000000", "--mean",
        "gaussian", "--covariance", "power-law:exponent=2", "-o",      in_folder("a.tsv"),
        NULL};
    assert_fails(run_and_interrupt(arguments, SIGINT, NULL), 130,
                 "interrupted; no table was written");
    assert_int_equal(count_files(false), 0);
}

#define CASE(name) cmocka_unit_test_teardown(name, empty_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(help_names_every_command),
        CASE(help_names_every_flag),
        CASE(version_is_told),
        CASE(wrong_command_lines_are_refused),
        CASE(wrong_values_are_refused),
        CASE(wrong_files_are_refused),
        CASE(outputs_that_cannot_be_written_fail),
        CASE(a_closed_pipe_ends_quietly),
        CASE(solve_prints_the_promised_columns),
        CASE(a_table_reproduces_itself),
        CASE(problems_come_from_files_and_standard_input),
        CASE(spectrum_adds_up),
        CASE(spectrum_tells_infinity),
        CASE(a_diverging_run_keeps_its_rows),
        CASE(an_interrupted_run_keeps_its_rows),
        CASE(an_interrupted_spectrum_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
