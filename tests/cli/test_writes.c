/* Every command while a step of its output fails, or all from one on, one run a step: it ends with
 * exit status 1 and a message, no file by halves and the earlier one as it was, or gets over it
 * with the same table. */
#include "tests/program.h"

#include <errno.h>

enum { MOST_STEPS = 100, NAME_SIZE = 16 };

static const char earlier[] = "what an earlier run has left\n";

/* ---- a command --------------------------------------------------------------------------------
 */

typedef struct job {
    const char *const *arguments;
    const char *file;  /* its --output in the folder; NULL: standard output */
    const char *part;  /* what may stay there when it ends early, to be resumed; NULL: nothing */
    bool replaces;     /* there is an earlier file */
    outcome_t outcome; /* when nothing fails */
    char *text;        /* of the file, then */
    size_t steps;
    char step[MOST_STEPS][NAME_SIZE];
} job_t;

static char *text_of(const char *name)
{
    return name && exists(name) ? read_file(in_folder(name)) : NULL;
}

static void set_scene(const job_t *self)
{
    if (self->part)
        (void)unlink(in_folder(self->part));
    if (self->file)
        (void)unlink(in_folder(self->file));
    if (self->file && self->replaces)
        (void)write_file(self->file, earlier);
}

/* What the command does when nothing fails, and in which steps. */
static void rehearse(job_t *self)
{
    set_scene(self);
    assert_int_equal(setenv("COUNTED_OUTPUT", in_folder("steps"), 1), 0);
    self->outcome = run_with(NULL, NULL, self->arguments);
    (void)unsetenv("COUNTED_OUTPUT");
    self->text = text_of(self->file);
    char *names = read_file(in_folder("steps"));
    for (char *name = strtok(names, "\n"); name; name = strtok(NULL, "\n")) {
        assert_true(self->steps < MOST_STEPS);
        (void)snprintf(self->step[self->steps++], NAME_SIZE, "%s", name);
    }
    free(names);
    (void)unlink(in_folder("steps"));
    assert_true(self->outcome.status < 256 && self->steps > 0);
    assert_true(!self->file || self->text);
}

/* ---- a failure --------------------------------------------------------------------------------
 */

typedef struct failure {
    int number; /* errno */
    bool for_ever;
} failure_t;

/* What a disk that is full, a broken one and a signal answer. */
static const failure_t failures[] = {{ENOSPC, true}, {EIO, false}, {ENOSPC, false}, {EINTR, false}};

static bool same_text(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

/* A call that is interrupted is worth a thought where signals interrupt it. */
static bool is_possible(const char *step, failure_t failure)
{
    return failure.number != EINTR || strcmp(step, "write") == 0 || strcmp(step, "fsync") == 0 ||
           strcmp(step, "close") == 0;
}

/* May the command get over it? The close of a file that is only tried, or whose bytes are on the
 * disk; what cannot be replaced may be written over; what was interrupted is done once more. */
static bool is_bearable(const job_t *self, const char *step, failure_t failure)
{
    return strcmp(step, "close") == 0 || (strcmp(step, "rename") == 0 && self->replaces) ||
           (strcmp(step, "fsync") == 0 && failure.number == EINTR);
}

/* Nothing is in the folder but what was, the command's file, what may be resumed, and `kept`. */
static bool is_tidy(const job_t *self, const char *kept, size_t before)
{
    const bool has_file = self->file && exists(self->file);
    const bool has_part = self->part && exists(self->part);
    return count_files(false) == before + has_file + has_part + (kept != NULL);
}

/* The path in a message that says where the whole table is; NULL: it doesn't. */
static const char *kept_file(const char *said)
{
    static char path[PATH_SIZE];
    static const char lead[] = "what it should hold is in ";
    const char *at = strstr(said, lead);
    if (!at)
        return NULL;
    at += strlen(lead);
    (void)snprintf(path, sizeof path, "%.*s", (int)strcspn(at, ";\n"), at);
    return path;
}

static bool is_clear(const char *said, failure_t failure)
{
    const char *end = strchr(said, '\n');
    return strncmp(said, "sgdlimit: ", 10) == 0 && end && end[1] == '\0' &&
           (strstr(said, strerror(failure.number)) ||
            (failure.number == EINTR && strstr(said, "interrupted while its reader")));
}

static bool failed_well(const job_t *self, const outcome_t *found, const char *text,
                        failure_t failure, size_t before)
{
    const char *kept = kept_file(found->err);
    char *beside = kept ? read_file(kept) : NULL;
    bool well = found->status == 1 && is_clear(found->err, failure) &&
                same_text(text, self->replaces ? earlier : NULL) && is_tidy(self, kept, before) &&
                (!kept || same_text(beside, self->text));
    if (kept)
        (void)unlink(kept);
    free(beside);
    return well;
}

/* What was broken off goes on and comes to the same end. */
static void resume(const job_t *self)
{
    const char *arguments[MOST_ARGUMENTS];
    size_t count = 0;
    for (; self->arguments[count]; count++)
        arguments[count] = self->arguments[count];
    arguments[count++] = "--resume";
    arguments[count] = NULL;
    outcome_t found = run_with(NULL, NULL, arguments);
    char *text = text_of(self->file);
    if (found.status != self->outcome.status || !same_text(text, self->text) || exists(self->part))
        fail_msg("status %d and another table: %s", found.status, found.err);
    free(text);
    outcome_free(&found);
}

static void run_with_failure(const job_t *self, size_t number, failure_t failure)
{
    const char *step = self->step[number];
    char stated[64];
    set_scene(self);
    const size_t before = count_files(false) - (self->file && self->replaces);
    (void)snprintf(stated, sizeof stated, "%zu%s %d", number + 1, failure.for_ever ? "+" : "",
                   failure.number);
    assert_int_equal(setenv("FAILING_OUTPUT", stated, 1), 0);
    outcome_t found = run_with(NULL, NULL, self->arguments);
    (void)unsetenv("FAILING_OUTPUT");
    char *text = text_of(self->file);
    bool as_ever = is_bearable(self, step, failure) && found.status == self->outcome.status &&
                   same_text(found.out, self->outcome.out) &&
                   same_text(found.err, self->outcome.err) && same_text(text, self->text) &&
                   is_tidy(self, NULL, before);
    if (!as_ever && !failed_well(self, &found, text, failure, before)) {
        fail_msg("%s, %s, step %zu (%s): %s%s: status %d, %zu files, then %zu, error: %s",
                 self->arguments[0], self->file ? self->file : "standard output", number, step,
                 strerror(failure.number), failure.for_ever ? " for ever" : "", found.status,
                 before, count_files(false), found.err);
    }
    if (self->part && exists(self->part))
        resume(self);
    free(text);
    outcome_free(&found);
}

static void fail_every_step(job_t job, size_t count)
{
    rehearse(&job);
    for (size_t number = 0; number < job.steps; number++)
        for (size_t i = 0; i < count; i++)
            if (is_possible(job.step[number], failures[i]))
                run_with_failure(&job, number, failures[i]);
    set_scene(&(job_t){.file = job.file, .part = job.part});
    outcome_free(&job.outcome);
    free(job.text);
}

enum { DISKS = 2, ALL = sizeof failures / sizeof *failures };

/* Into a file that is made, and over one that is there. */
static void fail_both_ways(job_t job, size_t count)
{
    fail_every_step(job, count);
    job.replaces = true;
    fail_every_step(job, count);
}

/* ---- cases ------------------------------------------------------------------------------------
 */

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static int make_failing_folder(void **state)
{
    const char *module = getenv("FAILING_OUTPUT_MODULE");
    return make_folder(state) || !module || setenv("LD_PRELOAD", module, 1);
}

static void printed_tables_are_whole_or_errors(void **state)
{
    static const char *const formats[] = {"tsv", "csv", "json"};
    (void)state;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        fail_every_step((job_t){.arguments = LIST("solve", "-t", "1", "--format", formats[i])},
                        ALL);
    const char *const *const commands[] = {
        LIST("simulate", "-d", "20", "-t", "1", "--points", "3", "--runs", "3"),
        LIST("compare", "-d", "20", "-t", "1", "--points", "3", "--runs", "3"),
        LIST("limit", "--loss", "least-squares"),
        LIST("sweep", "--vary", "learning_rate=0.1:0.5:2", "--loss", "least-squares", "--threads",
             "1"),
        LIST("critical", "--loss", "least-squares", "--vary", "learning_rate", "--from", "0.1",
             "--to", "8", "--within", "0.1"),
        LIST("spectrum"),
        LIST("help"),
        LIST("help", "families"),
        LIST("solve", "--help"),
        LIST("--version"),
    };
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fail_every_step((job_t){.arguments = commands[i]}, DISKS);
}

static void files_are_whole_or_as_they_were(void **state)
{
    static const char *const names[] = {"a.tsv", "a.csv", "a.json"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[PATH_SIZE];
        (void)snprintf(path, sizeof path, "%s", in_folder(names[i]));
        fail_both_ways((job_t){.arguments = LIST("solve", "-t", "1", "-o", path), .file = names[i]},
                       i == 0 ? ALL : DISKS);
    }
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s", in_folder("a.tsv"));
    const char *const *const commands[] = {
        LIST("simulate", "-d", "20", "-t", "1", "--points", "3", "--runs", "3", "-o", path),
        LIST("compare", "-d", "20", "-t", "1", "--points", "3", "--runs", "3", "-o", path),
        LIST("limit", "--loss", "least-squares", "-o", path),
        LIST("critical", "--loss", "least-squares", "--vary", "learning_rate", "--from", "0.1",
             "--to", "8", "--within", "0.1", "-o", path),
        LIST("spectrum", "-o", path),
    };
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fail_both_ways((job_t){.arguments = commands[i], .file = "a.tsv"}, DISKS);
}

static void sweeps_go_on_where_they_were(void **state)
{
    (void)state;
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s", in_folder("a.tsv"));
    const job_t job = {.arguments = LIST("sweep", "--vary", "learning_rate=0.1:0.5:3", "--loss",
                                         "least-squares", "--threads", "1", "-o", path),
                       .file = "a.tsv",
                       .part = "a.tsv.part"};
    fail_both_ways(job, ALL);
}

static void pictures_are_whole_or_as_they_were(void **state)
{
    (void)state;
    char table[PATH_SIZE], picture[PATH_SIZE];
    (void)snprintf(table, sizeof table, "%s", in_folder("table.tsv"));
    (void)snprintf(picture, sizeof picture, "%s", in_folder("a.svg"));
    outcome_t made = run("solve", "-t", "1", "--points", "5", "-o", table);
    assert_done(&made);
    outcome_free(&made);
    fail_every_step((job_t){.arguments = LIST("plot", table, "-o", picture), .file = "a.svg"},
                    DISKS);
    fail_every_step(
        (job_t){.arguments = LIST("plot", table, "-o", picture), .file = "a.svg", .replaces = true},
        1);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_teardown(name, empty_folder)
    const struct CMUnitTest tests[] = {
        CASE(printed_tables_are_whole_or_errors),
        CASE(files_are_whole_or_as_they_were),
        CASE(sweeps_go_on_where_they_were),
        CASE(pictures_are_whole_or_as_they_were),
    };
    return cmocka_run_group_tests(tests, make_failing_folder, remove_folder);
}
