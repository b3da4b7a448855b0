/* Runs the built program ($SGDLIMIT) and keeps what it said; everything in a folder of its own. */
#ifndef SGDLIMIT_TESTS_PROGRAM_H
#define SGDLIMIT_TESTS_PROGRAM_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { MOST_ARGUMENTS = 40, PATH_SIZE = 512 };

static char folder[] = "/tmp/sgdlimit-cli-XXXXXX";

/* What a run left behind. */
typedef struct outcome {
    int status; /* exit status, or 256 + the signal that ended it */
    char *out;
    char *err;
} outcome_t;

static void outcome_free(outcome_t *self)
{
    free(self->out);
    free(self->err);
    *self = (outcome_t){0};
}

/* ---- files ------------------------------------------------------------------------------------
 */

/* Into one of many rotating buffers, so that several paths can be arguments of one call. */
static const char *in_folder(const char *name)
{
    static char paths[256][PATH_SIZE];
    static size_t next;
    char *path = paths[next++ % 256];
    (void)snprintf(path, PATH_SIZE, "%s/%s", folder, name);
    return path;
}

static inline const char *write_file(const char *name, const char *text)
{
    const char *path = in_folder(name);
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    assert_true(fputs(text, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
    return path;
}

static char *read_file(const char *path)
{
    struct stat found;
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    assert_int_equal(fstat(fileno(stream), &found), 0);
    char *text = calloc(1, (size_t)found.st_size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)found.st_size, stream), found.st_size);
    assert_int_equal(fclose(stream), 0);
    return text;
}

static inline bool exists(const char *name) { return access(in_folder(name), F_OK) == 0; }

/* The number of files in the folder; removes them if asked. */
static size_t count_files(bool remove_them)
{
    size_t count = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        count++;
        if (remove_them && unlink(in_folder(entry->d_name)) != 0)
            assert_int_equal(rmdir(in_folder(entry->d_name)), 0);
    }
    assert_int_equal(closedir(directory), 0);
    return count;
}

/* The scripts of this source tree, wherever it is built. */
static int set_scripts(void)
{
    char plots[PATH_SIZE];
    const char *source = getenv("SGDLIMIT_SOURCE");
    (void)snprintf(plots, sizeof plots, "%s/plots", source ? source : ".");
    return source ? setenv("SGDLIMIT_PLOTS", plots, 1) : unsetenv("SGDLIMIT_PLOTS");
}

static int make_folder(void **state)
{
    (void)signal(SIGHUP, SIG_DFL); /* nohup(1) is for the tests, not for what they start */
    (void)state;
    if (set_scripts() != 0)
        return -1;
    return mkdtemp(folder) && setenv("TMPDIR", folder, 1) == 0 ? 0 : -1;
}

static int empty_folder(void **state)
{
    (void)state;
    (void)count_files(true);
    return 0;
}

static int remove_folder(void **state)
{
    (void)empty_folder(state);
    return rmdir(folder);
}

/* ---- runs -------------------------------------------------------------------------------------
 */

static const char *program(void)
{
    const char *path = getenv("SGDLIMIT");
    if (!path)
        fail_msg("the environment variable SGDLIMIT must name the program");
    return path;
}

/* Starts the program; standard output goes to `out` (NULL: captured), input comes from `in`. */
static pid_t start_program(const char *in, const char *out, const char *const *arguments)
{
    char *argv[MOST_ARGUMENTS] = {(char *)(uintptr_t)program()};
    pid_t child;
    posix_spawn_file_actions_t files;
    for (size_t i = 0; arguments[i]; i++) {
        assert_true(i + 2 < MOST_ARGUMENTS);
        argv[i + 1] = (char *)(uintptr_t)arguments[i];
    }
    assert_int_equal(posix_spawn_file_actions_init(&files), 0);
    assert_int_equal(
        posix_spawn_file_actions_addopen(&files, 0, in ? in : "/dev/null", O_RDONLY, 0), 0);
    assert_int_equal(posix_spawn_file_actions_addopen(&files, 1, out ? out : in_folder(".out"),
                                                      O_WRONLY | O_CREAT | O_TRUNC, 0600),
                     0);
    assert_int_equal(posix_spawn_file_actions_addopen(&files, 2, in_folder(".err"),
                                                      O_WRONLY | O_CREAT | O_TRUNC, 0600),
                     0);
    assert_int_equal(posix_spawn(&child, argv[0], &files, NULL, argv, environ), 0);
    assert_int_equal(posix_spawn_file_actions_destroy(&files), 0);
    return child;
}

static outcome_t finish_program(pid_t child)
{
    outcome_t outcome = {0};
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
    outcome.out =
        access(in_folder(".out"), F_OK) == 0 ? read_file(in_folder(".out")) : calloc(1, 1);
    outcome.err = read_file(in_folder(".err"));
    (void)unlink(in_folder(".out"));
    (void)unlink(in_folder(".err"));
    return outcome;
}

static inline outcome_t run_with(const char *in, const char *out, const char *const *arguments)
{
    return finish_program(start_program(in, out, arguments));
}

/* run("solve", "--time", "1"): a list of texts. */
#define run(...) run_with(NULL, NULL, (const char *const[]){__VA_ARGS__, NULL})

/* The run must be refused or fail with this status and one line that holds `text`. */
static inline void assert_fails(outcome_t outcome, int status, const char *text)
{
    size_t length = strlen(outcome.err);
    if (outcome.status != status || !strstr(outcome.err, text) ||
        strncmp(outcome.err, "sgdlimit: ", 10) != 0) {
        fail_msg("expected status %d and '%s', found status %d and: %s", status, text,
                 outcome.status, outcome.err);
    }
    assert_true(length > 0 && strchr(outcome.err, '\n') == outcome.err + length - 1);
    outcome_free(&outcome);
}

static inline void assert_done(const outcome_t *outcome)
{
    if (outcome->status != 0 || *outcome->err)
        fail_msg("expected success, found status %d and: %s", outcome->status, outcome->err);
}

static inline void assert_file(const char *name, const char *text)
{
    char *found = read_file(in_folder(name));
    assert_string_equal(found, text);
    free(found);
}

#endif
