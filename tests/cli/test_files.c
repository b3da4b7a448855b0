/* What commands do to files: finished work stays, inputs stay, links and mounts are respected, and
 * no write waits beyond a signal. */
#include "tests/program.h"

#include <errno.h>
#include <time.h>

#include "sgdlimit/table.h"
#include "src/base/whole_file.h"

/* ---- a file system that refuses ---------------------------------------------------------------
 */

/* In the place of the C library's, for the code under test as well: what a file that is mounted by
 * itself answers. */
static int refusal;

int rename(const char *from, const char *to)
{
    if (refusal) {
        errno = refusal;
        return -1;
    }
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

static sgdl_table_t small_table(size_t rows)
{
    sgdl_table_t table;
    double *row;
    sgdl_table_init(&table);
    assert_int_equal(sgdl_table_column(&table, NULL, "t"), 0);
    for (size_t i = 0; i < rows; i++) {
        assert_int_equal(sgdl_table_row(&table, &row, NULL), 0);
        row[0] = (double)i;
    }
    return table;
}

static void what_cannot_be_replaced_is_written_in_place(void **state)
{
    (void)state;
    static const int numbers[] = {EBUSY, EXDEV, EPERM};
    sgdl_table_t table = small_table(2);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const char *path = write_file("a.tsv", "something longer than the table\n");
        struct stat before;
        struct stat after;
        assert_int_equal(stat(path, &before), 0);
        refusal = numbers[i];
        assert_int_equal(sgdl_table_save(&table, path, SGDL_FORMAT_TSV, NULL), SGDL_OK);
        refusal = 0;
        assert_int_equal(stat(path, &after), 0);
        assert_int_equal(before.st_ino, after.st_ino);
        assert_file("a.tsv", "t\n0\n1\n");
        assert_int_equal(count_files(false), 1);
    }
    sgdl_table_free(&table);
}

/* What is whole and fits nowhere stays beside, and the message says where. */
static void what_fits_nowhere_is_kept(void **state)
{
    (void)state;
    sgdl_table_t table = small_table(2);
    sgdl_error_t error = {0};
    refusal = EIO;
    assert_int_equal(sgdl_table_save(&table, in_folder("a.tsv"), SGDL_FORMAT_TSV, &error),
                     SGDL_ERR_OUTPUT);
    refusal = 0;
    assert_int_equal(error.raw, EIO);
    const char *kept = strstr(error.message, "what it should hold is in ");
    assert_non_null(kept);
    char *text = read_file(kept + strlen("what it should hold is in "));
    assert_string_equal(text, "t\n0\n1\n");
    free(text);
    sgdl_table_free(&table);
}

static void a_closed_folder_may_hold_an_open_file(void **state)
{
    (void)state;
    enum { NOBODY = 65534 };
    char path[PATH_SIZE];
    bool root = geteuid() == 0;
    sgdl_table_t table = small_table(1);
    sgdl_error_t error = {0};
    assert_int_equal(mkdir(in_folder("closed"), 0777), 0);
    (void)snprintf(path, sizeof path, "%s", write_file("closed/a.tsv", "old and long enough\n"));
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(chmod(in_folder("closed"), 0555), 0);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_true(!root || seteuid(NOBODY) == 0);
    int probed = whole_file_probe(path, &error);
    int saved = probed ? probed : sgdl_table_save(&table, path, SGDL_FORMAT_TSV, &error);
    int other = whole_file_probe(in_folder("closed/b.tsv"), NULL);
    assert_true(!root || seteuid(0) == 0);
    if (saved)
        fail_msg("%s: %s", error.place, error.message);
    assert_int_equal(other, SGDL_ERR_OUTPUT);
    assert_file("closed/a.tsv", "t\n0\n");
    assert_int_equal(chmod(in_folder("closed"), 0755), 0);
    assert_int_equal(unlink(path), 0);
    sgdl_table_free(&table);
}

/* ---- links ------------------------------------------------------------------------------------
 */

static void links_stay_links(void **state)
{
    (void)state;
    struct stat found;
    assert_int_equal(mkdir(in_folder("d"), 0777), 0);
    assert_int_equal(symlink("later.tsv", in_folder("d/next")), 0);
    assert_int_equal(symlink("d/next", in_folder("a.tsv")), 0);
    for (size_t i = 0; i < 2; i++) { /* the target is made, then replaced */
        outcome_t outcome =
            run("solve", "-t", i ? "2" : "1", "--points", "2", "-o", in_folder("a.tsv"));
        assert_done(&outcome);
        outcome_free(&outcome);
        assert_int_equal(lstat(in_folder("a.tsv"), &found), 0);
        assert_true(S_ISLNK(found.st_mode));
        assert_int_equal(lstat(in_folder("d/next"), &found), 0);
        assert_true(S_ISLNK(found.st_mode));
        char *text = read_file(in_folder("d/later.tsv"));
        assert_non_null(strstr(text, i ? "\n2\t" : "\n1\t"));
        free(text);
    }
    assert_int_equal(unlink(in_folder("d/next")), 0);
    assert_int_equal(unlink(in_folder("d/later.tsv")), 0);
}

static void links_to_nowhere_are_refused_before_the_work(void **state)
{
    (void)state;
    assert_int_equal(symlink("loop.tsv", in_folder("loop.tsv")), 0);
    assert_int_equal(symlink("no/such/folder.tsv", in_folder("a.tsv")), 0);
    assert_fails(run("solve", "-t", "1e300", "-o", in_folder("loop.tsv")), 1,
                 "loop.tsv: cannot be written: ");
    assert_fails(run("solve", "-t", "1e300", "-o", in_folder("a.tsv")), 1,
                 "folder.tsv: cannot be written: No such file or directory (its folder does not "
                 "exist)");
    assert_int_equal(count_files(false), 2);
}

/* What shells make of >(command): the number of an open pipe, or of a file without a name. */
static void open_files_are_written_by_their_number(void **state)
{
    (void)state;
    int ends[2];
    char out[32];
    char text[65536];
    assert_int_equal(pipe(ends), 0);
    (void)snprintf(out, sizeof out, "/dev/fd/%d", ends[1]);
    outcome_t outcome = run("solve", "-t", "1", "--points", "2", "-o", out);
    assert_done(&outcome);
    outcome_free(&outcome);
    assert_int_equal(close(ends[1]), 0);
    ssize_t got = read(ends[0], text, sizeof text - 1);
    assert_true(got > 0);
    text[got] = '\0';
    assert_non_null(strstr(text, "\nt\trisk\t"));
    assert_int_equal(close(ends[0]), 0);

    FILE *unnamed = tmpfile();
    assert_non_null(unnamed);
    (void)snprintf(out, sizeof out, "/dev/fd/%d", fileno(unnamed));
    outcome = run("solve", "-t", "1", "--points", "2", "-o", out);
    assert_done(&outcome);
    outcome_free(&outcome);
    got = (ssize_t)fread(text, 1, sizeof text - 1, unnamed);
    assert_true(got > 0);
    text[got] = '\0';
    assert_non_null(strstr(text, "\nt\trisk\t"));
    assert_int_equal(fclose(unnamed), 0);
    assert_int_equal(count_files(false), 0);
}

/* ---- inputs -----------------------------------------------------------------------------------
 */

static void assert_spared(const char *output, const char *what, const char *command,
                          const char *const *words)
{
    const char *arguments[MOST_ARGUMENTS] = {command, "-o", output, "--format", "tsv"};
    for (size_t i = 0; words[i]; i++)
        arguments[i + 5] = words[i];
    char message[PATH_SIZE + 64];
    (void)snprintf(message, sizeof message, "--output: found '%s', which is %s", output, what);
    assert_fails(run_with(NULL, NULL, arguments), 2, message);
}

static void the_problem_is_no_output(void **state)
{
    (void)state;
    static const char text[] = "dimension: 3\ntime: 1\n";
    static const char *const commands[] = {"solve", "simulate", "compare", "spectrum",
                                           "limit", "critical", "sweep"};
    char crooked[PATH_SIZE + 8];
    const char *path = write_file("p.yaml", text);
    (void)snprintf(crooked, sizeof crooked, "%s/./p.yaml", folder);
    assert_int_equal(symlink("p.yaml", in_folder("link")), 0);
    assert_int_equal(link(path, in_folder("hard")), 0);
    const char *const names[] = {path, crooked, in_folder("link"), in_folder("hard")};
    for (size_t c = 0; c < sizeof commands / sizeof *commands; c++) {
        const bool search = strcmp(commands[c], "critical") == 0;
        const bool grid = strcmp(commands[c], "sweep") == 0;
        const char *const words[] = {path,
                                     search || grid ? "--vary" : NULL,
                                     search ? "learning_rate" : "learning_rate=0.1:0.2:2",
                                     search ? "--from" : NULL,
                                     "0.1",
                                     "--to",
                                     "3",
                                     NULL};
        for (size_t n = 0; n < sizeof names / sizeof *names; n++)
            assert_spared(names[n], "the problem", commands[c], words);
    }
    assert_fails(run_with(path, NULL,
                          (const char *const[]){"solve", "-", "-o", path, "--format", "tsv", NULL}),
                 2, "which is the problem");
    assert_file("p.yaml", text);
}

static void files_of_the_problem_are_no_output(void **state)
{
    (void)state;
    static const char *const flags[][2] = {
        {"--covariance", "file:path=%s"}, {"--mean", "file:path=%s"}, {"--start", "file=%s"}};
    const char *path = write_file("numbers.png", "1\n2\n");
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        char value[PATH_SIZE + 32];
        (void)snprintf(value, sizeof value, flags[i][1], path);
        const char *const words[] = {"-d", "2", "-t", "1", flags[i][0], value, NULL};
        assert_spared(path, "a file that the problem needs", "solve", words);
        assert_fails(run("compare", "-d", "2", "-t", "1", flags[i][0], value, "--plot", path), 2,
                     "--plot: found");
    }
    assert_file("numbers.png", "1\n2\n");
    assert_fails(run("compare", "-d", "20", "-t", "1", "--plot", in_folder("a.png"), "-o",
                     in_folder("a.png"), "--format", "tsv"),
                 2, "which is --output");
}

/* ---- formats ----------------------------------------------------------------------------------
 */

static void endings_say_the_format(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *begin; /* of the first line of the rows' header, or of all */
        const char *format;
    } cases[] = {{"a.tsv", "\nt\trisk\t", NULL},   {"a.TXT", "\nt\trisk\t", NULL},
                 {"a.csv", "\nt,risk,", NULL},     {"a.CSV", "\nt,risk,", NULL},
                 {"a.b.Json", "\"rows\": ", NULL}, {"curve", "\nt\trisk\t", NULL},
                 {".csv", "\nt\trisk\t", NULL},    {"a.csv.gz", "\nt,risk,", "csv"},
                 {"a.png", "\nt\trisk\t", "tsv"},  {"a.csv", "\"rows\": ", "json"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        outcome_t outcome = run("solve", "-t", "1", "--points", "2", "-o", in_folder(cases[i].name),
                                cases[i].format ? "--format" : NULL, cases[i].format);
        assert_done(&outcome);
        char *text = read_file(in_folder(cases[i].name));
        assert_non_null(strstr(text, cases[i].begin));
        free(text);
        outcome_free(&outcome);
    }
    static const char *const refused[] = {"b.csv.gz", "b.png", "b.xlsx", "b.0",
                                          "b.yaml",   "b.jsn", "b.tsv~", "b.parquet"};
    (void)count_files(true);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char message[2 * PATH_SIZE];
        (void)snprintf(message, sizeof message,
                       "--output: found '%s', allowed: a name that ends in .tsv, .txt, .csv or "
                       ".json or has no ending; with --format any",
                       in_folder(refused[i]));
        assert_fails(run("solve", "-t", "1e300", "-o", in_folder(refused[i])), 2, message);
    }
    assert_int_equal(count_files(false), 0);
    assert_int_equal(mkfifo(in_folder("pipe.gz"), 0600), 0); /* gzip may be behind it */
    int reader = open(in_folder("pipe.gz"), O_RDONLY | O_NONBLOCK);
    outcome_t outcome = run("solve", "-t", "1", "--points", "2", "-o", in_folder("pipe.gz"));
    assert_done(&outcome);
    assert_int_equal(close(reader), 0);
    outcome_free(&outcome);
}

/* ---- work that ends early ---------------------------------------------------------------------
 */

/* Waits for the program, which has been told to end; a minute later it hangs. */
static outcome_t finish_soon(pid_t child)
{
    for (int i = 0; i < 6000; i++) {
        siginfo_t info = {0};
        if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
            info.si_pid == child)
            return finish_program(child);
        (void)usleep(10000);
    }
    (void)kill(child, SIGKILL);
    outcome_free(&(outcome_t){0});
    fail_msg("the program does not end");
    return finish_program(child);
}

/* Starts the program anew, later and later, until it has the signal in hand and, where `rows` is no
 * NULL, leaves a file of that name. */
static outcome_t interrupt_program(const char *out, const char *const *arguments, int number,
                                   const char *rows)
{
    outcome_t outcome = {0};
    for (useconds_t delay = 50000; delay < 10000000; delay *= 2) {
        pid_t child = start_program(NULL, out, arguments);
        (void)usleep(delay);
        assert_int_equal(kill(child, number), 0);
        outcome_free(&outcome);
        outcome = finish_soon(child);
        if (outcome.status < 256 && (!rows || exists(rows)))
            break;
    }
    return outcome;
}

static void assert_part(outcome_t outcome, int status, const char *part, size_t least)
{
    sgdl_table_t table;
    char message[2 * PATH_SIZE];
    (void)snprintf(message, sizeof message,
                   "a.tsv: exists and stays as it is; the rows so far are in %s\n",
                   in_folder(part));
    if (outcome.status != status || !strstr(outcome.err, message)) {
        fail_msg("status %d, not %d, or not '%s' in: %s", outcome.status, status, message,
                 outcome.err);
    }
    assert_file("a.tsv", "finished work\n");
    assert_int_equal(sgdl_table_read(&table, in_folder(part), NULL), SGDL_OK);
    assert_true(table.rows >= least && table.rows < 1000);
    sgdl_table_free(&table);
    outcome_free(&outcome);
}

static void finished_work_stays(void **state)
{
    (void)state;
    const char *path = write_file("a.tsv", "finished work\n");
    const char *const diverging[] = {"--loss", "least-squares", "--lr", "2.5", "-t", "1000"};
    assert_part(run("solve", diverging[0], diverging[1], diverging[2], diverging[3], diverging[4],
                    diverging[5], "-o", path),
                1, "a.tsv.part", 2);
    /* what an earlier run left is not overwritten either, nor what a link of that name leads to */
    assert_int_equal(symlink("a.tsv", in_folder("a.tsv.part.2")), 0);
    assert_part(run("simulate", "-d", "100", diverging[0], diverging[1], diverging[2], "5",
                    diverging[4], diverging[5], "-o", path),
                1, "a.tsv.part.3", 1);
    (void)unlink(in_folder("a.tsv.part"));
    const char *const simulation[] = {
        "simulate", "-d",       "2000", "--time",    "100000", "--points", "101", "-o",
        path,       "--kernel", "full", "--threads", "1",      "--runs",   "2",   NULL};
    assert_part(interrupt_program(NULL, simulation, SIGINT, "a.tsv.part"), 130, "a.tsv.part", 1);
    (void)unlink(in_folder("a.tsv.part"));
    const char *const integration[] = {"solve",
                                       "--dimension",
                                       "20000",
                                       "--exact",
                                       "--covariance",
                                       "power-law:exponent=1.5",
                                       "-t",
                                       "1e9",
                                       "--lr",
                                       "1,1.5,2,2.5,3,3.5,4,4.5,5,5.5,6,6.5,7",
                                       "--points",
                                       "20",
                                       "-o",
                                       path,
                                       NULL};
    assert_part(interrupt_program(NULL, integration, SIGXCPU, "a.tsv.part"), 128 + SIGXCPU,
                "a.tsv.part", 1);
}

/* The longest name that there is leaves no room for ".part". */
static void long_names_are_cut(void **state)
{
    (void)state;
    enum { LONGEST = 255 };
    char name[LONGEST + 1];
    memset(name, 'x', sizeof name);
    (void)snprintf(name + LONGEST - 4, 5, ".tsv");
    const char *path = write_file(name, "finished work\n");
    outcome_t outcome =
        run("solve", "--loss", "least-squares", "--lr", "2.5", "-t", "1000", "-o", path);
    assert_int_equal(outcome.status, 1);
    assert_non_null(strstr(outcome.err, "xxx.part\n"));
    assert_file(name, "finished work\n");
    assert_int_equal(count_files(false), 2);
    outcome_free(&outcome);
}

/* A picture of half the work is none. */
static void a_finished_picture_stays(void **state)
{
    (void)state;
    const char *path = write_file("a.png", "finished picture\n");
    outcome_t outcome = run("compare", "-d", "50", "--runs", "3", "--loss", "least-squares", "--lr",
                            "2.5", "-t", "1000", "--plot", path);
    assert_int_equal(outcome.status, 1);
    assert_non_null(strstr(outcome.err, "diverged"));
    assert_file("a.png", "finished picture\n");
    assert_int_equal(count_files(false), 1);
    outcome_free(&outcome);
}

/* A file without content is no work. */
static void an_empty_file_is_filled(void **state)
{
    (void)state;
    const char *path = write_file("a.tsv", "");
    outcome_t outcome =
        run("solve", "--loss", "least-squares", "--lr", "2.5", "-t", "1000", "-o", path);
    assert_fails(outcome, 1, "diverged");
    assert_int_equal(count_files(false), 1);
    char *text = read_file(path);
    assert_non_null(strstr(text, "\n# curve_1_ended: "));
    free(text);
}

/* ---- writes that wait -------------------------------------------------------------------------
 */

static void a_pipe_without_reader_does_not_hold_the_program(void **state)
{
    (void)state;
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    const char *path = in_folder("pipe.tsv");
    assert_int_equal(mkfifo(path, 0600), 0);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        const char *const arguments[] = {"solve", "-t", "1", "--points", "2", "-o", path, NULL};
        outcome_t outcome = interrupt_program(NULL, arguments, signals[i], NULL);
        assert_int_equal(outcome.status, 128 + signals[i]);
        outcome_free(&outcome);
    }
    /* and where the signal comes first, the pipe is not waited for */
    const char *const arguments[] = {"simulate", "-d",       "2000", "--time", "100000", "--kernel",
                                     "full",     "--points", "3",    "-o",     path,     NULL};
    outcome_t outcome = interrupt_program(NULL, arguments, SIGTERM, NULL);
    assert_int_equal(outcome.status, 143);
    assert_non_null(strstr(outcome.err, "pipe.tsv: interrupted while its reader took nothing"));
    outcome_free(&outcome);
}

static void a_full_pipe_does_not_hold_the_program(void **state)
{
    (void)state;
    int ends[2];
    char out[32];
    const char *const arguments[] = {"solve", "--points", "20000", "-t", "1", NULL};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pipe(ends), 0); /* which this program never reads */
        (void)snprintf(out, sizeof out, "/dev/fd/%d", ends[1]);
        const char *const saved[] = {"solve", "--points", "20000", "-t", "1", "-o", out, NULL};
        outcome_t outcome = interrupt_program(i ? NULL : out, i ? saved : arguments, SIGINT, NULL);
        assert_int_equal(outcome.status, 130);
        outcome_free(&outcome);
        assert_int_equal(close(ends[0]), 0);
        assert_int_equal(close(ends[1]), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_cannot_be_replaced_is_written_in_place, empty_folder),
        cmocka_unit_test_teardown(what_fits_nowhere_is_kept, empty_folder),
        cmocka_unit_test_teardown(a_closed_folder_may_hold_an_open_file, empty_folder),
        cmocka_unit_test_teardown(links_stay_links, empty_folder),
        cmocka_unit_test_teardown(links_to_nowhere_are_refused_before_the_work, empty_folder),
        cmocka_unit_test_teardown(open_files_are_written_by_their_number, empty_folder),
        cmocka_unit_test_teardown(the_problem_is_no_output, empty_folder),
        cmocka_unit_test_teardown(files_of_the_problem_are_no_output, empty_folder),
        cmocka_unit_test_teardown(endings_say_the_format, empty_folder),
        cmocka_unit_test_teardown(finished_work_stays, empty_folder),
        cmocka_unit_test_teardown(long_names_are_cut, empty_folder),
        cmocka_unit_test_teardown(a_finished_picture_stays, empty_folder),
        cmocka_unit_test_teardown(an_empty_file_is_filled, empty_folder),
        cmocka_unit_test_teardown(a_pipe_without_reader_does_not_hold_the_program, empty_folder),
        cmocka_unit_test_teardown(a_full_pipe_does_not_hold_the_program, empty_folder),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
