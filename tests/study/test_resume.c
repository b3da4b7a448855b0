/* sweep --resume and --restart: what is there is finished, left alone or refused. */
#include <sys/file.h>

#include "tests/program.h"

#define SWEEP "sweep", "--time", "1", "--points", "2", "--vary", "ridge=0:1:5"

/* What is there and not a sweep's is refused by name and left as it was. */
static void assert_left_alone(const char *name, const char *content, const char *words)
{
    const char *path = write_file(name, content);
    assert_fails(run(SWEEP, "-o", in_folder("a.tsv"), "--resume"), 2, words);
    char *after = read_file(path);
    assert_string_equal(after, content);
    assert_true(count_files(true) == 1); /* no other file is left either */
    free(after);
}

static void other_files_are_left_alone(void **unused)
{
    (void)unused;
    static const char *const contents[] = {
        "some words\nand a last line without its end", "{\"a\": 1}", "1 2 3",
        "# sgdlimit: 0.1.0\n# command: solve\nt\trisk\n0\t1\n1\t0.5"};
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        assert_left_alone("a.tsv", contents[i], "a.tsv");
        assert_left_alone("a.tsv.part", contents[i], "a.tsv.part");
    }
    /* a table of the same sweep that lost its checksum */
    outcome_t outcome = run(SWEEP);
    assert_done(&outcome);
    assert_left_alone("a.tsv", outcome.out, "no checksum");
    outcome_free(&outcome);
}

/* What is left of a sweep is neither lost nor taken up without being asked. */
static void starting_over_is_asked_for(void **unused)
{
    (void)unused;
    outcome_t first = run(SWEEP, "-o", in_folder("b.tsv"));
    assert_done(&first);
    outcome_free(&first);
    char *expected = read_file(in_folder("b.tsv"));
    static const char left[] = "# sgdlimit: 0.1.0\n# command: sweep\nvary_1\tchecksum\n0.5\t7\n";
    const char *part = write_file("a.tsv.part", left);
    outcome_t refused = run(SWEEP, "-o", in_folder("a.tsv"));
    assert_non_null(strstr(refused.err, "--restart"));
    assert_fails(refused, 2, "--resume");
    char *after = read_file(part);
    assert_string_equal(after, left);
    assert_false(exists("a.tsv"));
    free(after);
    assert_fails(run(SWEEP, "-o", in_folder("a.tsv"), "--resume", "--restart"), 2, "one or the");
    outcome_t again = run(SWEEP, "-o", in_folder("a.tsv"), "--restart");
    assert_done(&again);
    char *found = read_file(in_folder("a.tsv"));
    assert_string_equal(found, expected);
    assert_false(exists("a.tsv.part"));
    /* with nothing there, both just begin */
    outcome_t resumed = run(SWEEP, "-o", in_folder("c.tsv"), "--resume");
    outcome_t restarted = run(SWEEP, "-o", in_folder("d.tsv"), "--restart");
    assert_done(&resumed);
    assert_done(&restarted);
    free(found);
    free(expected);
    outcome_free(&again);
    outcome_free(&resumed);
    outcome_free(&restarted);
}

/* FILE.part under which a problem, or what it is made of, goes: by name or by a second one. */
static void inputs_are_no_parts(void **unused)
{
    (void)unused;
    static const char *const ways[] = {NULL, "--resume", "--restart"};
    char covariance[PATH_SIZE + 16];
    const char *problem = write_file("z.part", "ridge: 1\n");
    const char *linked = write_file("p.yaml", "ridge: 2\n");
    const char *data = write_file("w.tsv.part", "1\n2\n3\n");
    assert_int_equal(link(linked, in_folder("x.tsv.part")), 0);
    (void)snprintf(covariance, sizeof covariance, "file:path=%s", data);
    for (size_t i = 0; i < 3; i++) {
        const char *way = ways[i];
        assert_fails(run("sweep", problem, "--vary", "batch=1:3:3", "-o", in_folder("z"), way), 2,
                     "z.part', which is the problem");
        assert_fails(run("sweep", linked, "--vary", "batch=1:3:3", "-o", in_folder("x.tsv"), way),
                     2, "x.tsv.part', which is the problem");
        assert_fails(run(SWEEP, "--covariance", covariance, "-o", in_folder("w.tsv"), way), 2,
                     "w.tsv.part', which is a file that the problem needs");
    }
    char *after[] = {read_file(problem), read_file(linked), read_file(data)};
    assert_string_equal(after[0], "ridge: 1\n");
    assert_string_equal(after[1], "ridge: 2\n");
    assert_string_equal(after[2], "1\n2\n3\n");
    for (size_t i = 0; i < 3; i++)
        free(after[i]);
}

/* --restart throws away what a sweep has left, of whatever sweep and however little of it. */
static void only_parts_are_thrown_away(void **unused)
{
    (void)unused;
    static const char *const others[] = {"precious",
                                         "precious\n",
                                         "ridge: 1\n",
                                         "# sgdlimit\n",
                                         "# sgdlimit: 0.1.0\n# command: solve\nt\tchecksum\n0\t1\n",
                                         "# sgdlimit: 0.1.0\n# command: sweep\nt\trisk\n0\t1\n"};
    static const char *const ours[] = {
        "",
        "# sgd",
        "# sgdlimit: 0.1.0\n",
        "# sgdlimit: 0.1.0\n# command: sweep\n# ridge: 0\n# lo",
        "# sgdlimit: 0.1.0\n# command: sweep\nvary_1\tch",
        "# sgdlimit: 0.1.0\n# command: sweep\nvary_1\tchecksum\n0\t1\ndamaged"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const char *part = write_file("a.tsv.part", others[i]);
        assert_fails(run(SWEEP, "-o", in_folder("a.tsv"), "--restart"), 2,
                     "is no file of a sweep on its way; remove it");
        assert_fails(run(SWEEP, "-o", in_folder("a.tsv")), 2, "is no file of a sweep");
        char *after = read_file(part);
        assert_string_equal(after, others[i]);
        free(after);
        assert_false(exists("a.tsv"));
    }
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        (void)write_file("a.tsv.part", ours[i]);
        outcome_t outcome = run(SWEEP, "-o", in_folder("a.tsv"), "--restart");
        assert_done(&outcome);
        assert_false(exists("a.tsv.part"));
        outcome_free(&outcome);
    }
}

/* One at a time: who comes second is refused and takes nothing away. */
static void one_sweep_a_file(void **unused)
{
    (void)unused;
    const char *part = write_file("a.tsv.part", "");
    int descriptor = open(part, O_RDWR);
    assert_true(descriptor >= 0 && flock(descriptor, LOCK_EX) == 0);
    static const char *const ways[] = {NULL, "--resume", "--restart"};
    for (size_t i = 0; i < 3; i++) {
        assert_fails(run(SWEEP, "-o", in_folder("a.tsv"), ways[i]), 1, "another sweep");
        assert_true(exists("a.tsv.part"));
        assert_false(exists("a.tsv"));
    }
    assert_int_equal(close(descriptor), 0);
    outcome_t outcome = run(SWEEP, "-o", in_folder("a.tsv"));
    assert_done(&outcome);
    outcome_free(&outcome);
}

/* FILE.part is a file of its own: links are not followed, folders and pipes not written to. */
static void parts_are_plain_files(void **unused)
{
    (void)unused;
    static const char *const ways[] = {NULL, "--resume", "--restart"};
    for (size_t i = 0; i < 3; i++) {
        const char *target = write_file("target", "precious");
        assert_int_equal(symlink(target, in_folder("a.tsv.part")), 0);
        assert_fails(run(SWEEP, "-o", in_folder("a.tsv"), ways[i]), 1, "symbolic link");
        char *after = read_file(target);
        assert_string_equal(after, "precious");
        free(after);
        assert_int_equal(unlink(target), 0); /* now a dangling one */
        assert_fails(run(SWEEP, "-o", in_folder("a.tsv"), ways[i]), 1, "symbolic link");
        assert_false(exists("target"));
        assert_int_equal(unlink(in_folder("a.tsv.part")), 0);
        assert_int_equal(mkfifo(in_folder("a.tsv.part"), 0600), 0);
        assert_fails(run(SWEEP, "-o", in_folder("a.tsv"), ways[i]), 1, "no regular file");
        assert_int_equal(unlink(in_folder("a.tsv.part")), 0);
        assert_int_equal(mkdir(in_folder("a.tsv.part"), 0700), 0);
        assert_fails(run(SWEEP, "-o", in_folder("a.tsv"), ways[i]), 1, "a.tsv.part");
        (void)empty_folder(NULL);
    }
}

/* Devices and pipes get the table, and no file beside them. */
static void devices_have_no_part(void **unused)
{
    (void)unused;
    outcome_t outcome = run(SWEEP, "-o", "/dev/null");
    assert_done(&outcome);
    outcome_free(&outcome);
    assert_int_equal(access("/dev/null.part", F_OK), -1);
    assert_fails(run(SWEEP, "-o", "/dev/null", "--resume"), 2, "--resume: needs --output FILE");
    if (access("/dev/full", W_OK) == 0) {
        assert_fails(run(SWEEP, "-o", "/dev/full"), 1, "/dev/full");
        assert_int_equal(access("/dev/full.part", F_OK), -1);
    }
}

/* A file of the problem is what it was. */
static void changed_files_are_noticed(void **unused)
{
    (void)unused;
    const char *path = write_file("eigenvalues.txt", "1\n2\n3\n");
    char option[PATH_SIZE + 16];
    (void)snprintf(option, sizeof option, "file:path=%s", path);
    outcome_t first = run(SWEEP, "--covariance", option, "-o", in_folder("a.tsv"));
    assert_done(&first);
    outcome_free(&first);
    char *before = read_file(in_folder("a.tsv"));
    outcome_t same = run(SWEEP, "--covariance", option, "-o", in_folder("a.tsv"), "--resume");
    assert_done(&same);
    outcome_free(&same);
    (void)write_file("eigenvalues.txt", "1\n2\n3.5\n");
    assert_fails(run(SWEEP, "--covariance", option, "-o", in_folder("a.tsv"), "--resume"), 2,
                 "file_1");
    char *after = read_file(in_folder("a.tsv"));
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static uint64_t generator = 1;

static size_t random_below(size_t bound)
{
    generator = generator * 6364136223846793005U + 1442695040888963407U;
    return (size_t)(generator >> 33) % bound;
}

/* kill -9 at any time, once or twice, and then the table of an undisturbed sweep. */
static void kills_at_any_time(void **unused)
{
    (void)unused;
    enum { ROUNDS = 8, LONGEST_MICROSECONDS = 60000 };
    const char *sweep[] = {"sweep",
                           "--covariance",
                           "power-law:exponent=1",
                           "--mean",
                           "power-law:exponent=0",
                           "--time",
                           "1e3",
                           "--vary",
                           "classes.*.covariance.exponent=0.3:2:10",
                           "--vary",
                           "classes.*.mean.exponent=-0.6:0.5:3",
                           "-o",
                           in_folder("a.tsv"),
                           NULL,
                           NULL};
    const size_t last = sizeof sweep / sizeof *sweep - 2;
    outcome_t undisturbed = run_with(NULL, NULL, sweep);
    assert_done(&undisturbed);
    outcome_free(&undisturbed);
    char *expected = read_file(in_folder("a.tsv"));
    for (size_t n = 0; n < ROUNDS; n++) {
        assert_int_equal(unlink(in_folder("a.tsv")), 0);
        sweep[last] = NULL;
        for (size_t kills = 1 + random_below(2); kills > 0; kills--) {
            pid_t child = start_program(NULL, NULL, sweep);
            (void)usleep((useconds_t)random_below(LONGEST_MICROSECONDS));
            assert_int_equal(kill(child, SIGKILL), 0);
            outcome_t killed = finish_program(child);
            outcome_free(&killed);
            sweep[last] = "--resume";
        }
        outcome_t resumed = run_with(NULL, NULL, sweep);
        assert_done(&resumed);
        outcome_free(&resumed);
        char *found = read_file(in_folder("a.tsv"));
        assert_string_equal(found, expected);
        assert_false(exists("a.tsv.part"));
        free(found);
    }
    free(expected);
}

/* A file that is there in a folder where nothing can be made: a mounted one, say. */
static void files_without_room_beside(void **unused)
{
    (void)unused;
    char name[256];
    (void)memset(name, 'x', 254); /* FILE fits, FILE.part does not */
    name[254] = '\0';
    outcome_t outcome = run(SWEEP, "-o", in_folder(name));
    outcome_t expected = run(SWEEP, "-o", in_folder("b"));
    assert_done(&expected);
    assert_int_equal(outcome.status, 0);
    assert_non_null(strstr(outcome.err, "finished points are not kept before the end"));
    char *a = read_file(in_folder(name)), *b = read_file(in_folder("b"));
    assert_string_equal(a, b);
    assert_fails(run(SWEEP, "-o", in_folder(name), "--resume"), 1, "too long");
    /* an empty file is no table, but may become one */
    (void)write_file("c", "");
    outcome_t resumed = run(SWEEP, "-o", in_folder("c"), "--resume");
    assert_done(&resumed);
    char *c = read_file(in_folder("c"));
    assert_string_equal(c, b);
    free(a);
    free(b);
    free(c);
    outcome_free(&outcome);
    outcome_free(&expected);
    outcome_free(&resumed);
}

/* An interruption names what goes on, and a finished table stays what it was. */
static void interruptions_say_how_to_go_on(void **unused)
{
    (void)unused;
    outcome_t first = run(SWEEP, "-o", in_folder("a.tsv"));
    assert_done(&first);
    outcome_free(&first);
    char *before = read_file(in_folder("a.tsv"));
    const char *const slow[] = {"sweep",
                                "--time",
                                "1e8",
                                "--mean",
                                "power-law:exponent=0",
                                "--covariance",
                                "power-law:exponent=1",
                                "--vary",
                                "classes.*.covariance.exponent=0.3:2:1000",
                                "--threads",
                                "1",
                                "-o",
                                in_folder("a.tsv"),
                                NULL};
    pid_t child = start_program(NULL, NULL, slow);
    struct stat part = {0};
    while (part.st_size < 3000) {
        (void)usleep(1000);
        (void)stat(in_folder("a.tsv.part"), &part);
    }
    assert_int_equal(kill(child, SIGINT), 0);
    outcome_t outcome = finish_program(child);
    assert_int_equal(outcome.status, 130);
    assert_non_null(strstr(outcome.err, "interrupted; "));
    assert_non_null(strstr(outcome.err, "a.tsv.part keeps the finished points, --resume"));
    char *after = read_file(in_folder("a.tsv"));
    assert_string_equal(before, after);
    assert_true(exists("a.tsv.part"));
    outcome_free(&outcome);
    free(before);
    free(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(other_files_are_left_alone, empty_folder),
        cmocka_unit_test_teardown(starting_over_is_asked_for, empty_folder),
        cmocka_unit_test_teardown(inputs_are_no_parts, empty_folder),
        cmocka_unit_test_teardown(only_parts_are_thrown_away, empty_folder),
        cmocka_unit_test_teardown(one_sweep_a_file, empty_folder),
        cmocka_unit_test_teardown(parts_are_plain_files, empty_folder),
        cmocka_unit_test_teardown(devices_have_no_part, empty_folder),
        cmocka_unit_test_teardown(changed_files_are_noticed, empty_folder),
        cmocka_unit_test_teardown(kills_at_any_time, empty_folder),
        cmocka_unit_test_teardown(files_without_room_beside, empty_folder),
        cmocka_unit_test_teardown(interruptions_say_how_to_go_on, empty_folder),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
