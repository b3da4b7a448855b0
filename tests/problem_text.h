/* Shared by the tests of problems: reading texts and files, and what is written back. */
#ifndef SGDLIMIT_TESTS_PROBLEM_TEXT_H
#define SGDLIMIT_TESTS_PROBLEM_TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/problem/problem.h"
#include "tests/problem_refusals.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { TEXT_MAX = 4096 };

typedef struct flags {
    char name[FLAGS_MAX][32];
    sgdl_flag_value_t value[FLAGS_MAX];
    size_t count;
} flags_t;

static inline void split_flags(const char *const *texts, flags_t *flags)
{
    flags->count = 0;
    for (size_t i = 0; i < FLAGS_MAX && texts && texts[i]; i++) {
        const char *equals = strchr(texts[i], '=');
        (void)snprintf(flags->name[i], sizeof flags->name[i], "%.*s", (int)(equals - texts[i]),
                       texts[i]);
        flags->value[i] = (sgdl_flag_value_t){flags->name[i], equals + 1};
        flags->count++;
    }
}

/* Reads text (NULL: flags alone). */
static inline int read_text(sgdl_problem_t *self, const char *text, const char *const *texts,
                            sgdl_error_t *error)
{
    flags_t flags;
    split_flags(texts, &flags);
    if (!text)
        return sgdl_problem_read(self, NULL, flags.value, flags.count, error);
    return sgdl_problem_parse(self, text, "p.yaml", flags.value, flags.count, error);
}

static inline sgdl_problem_t *read_good(const char *text, const char *const *texts)
{
    sgdl_problem_t *self = sgdl_problem_new();
    sgdl_error_t error = {0};
    if (read_text(self, text, texts, &error))
        fail_msg("%s: %s\nin: %s", error.place, error.message, text ? text : "");
    return self;
}

static inline void assert_refused(int status, const sgdl_problem_t *self, const sgdl_error_t *error,
                                  const char *text, const char *place, const char *message)
{
    if (status != SGDL_ERR_INPUT)
        fail_msg("status %d, not refused: %s", status, text);
    if (strcmp(error->place, place) != 0 || !strstr(error->message, message))
        fail_msg("found  '%s: %s'\nwanted '%s: ... %s ...'\nin: %s", error->place, error->message,
                 place, message, text);
    assert_int_equal(self->classes, 0);
    assert_null(self->times);
}

/* ---- lines: what sgdl_problem_write says ------------------------------------------------ */

typedef struct lines {
    char text[8 * TEXT_MAX]; /* "key: value\n" each */
    const char *wanted;      /* only this key, without its name; NULL: all */
} lines_t;

static inline int add_line(void *context, const char *key, const char *value)
{
    lines_t *lines = context;
    size_t used = strlen(lines->text);
    assert_null(strchr(value, '\n'));
    if (lines->wanted && strcmp(lines->wanted, key) == 0)
        (void)snprintf(lines->text + used, sizeof lines->text - used, "%s", value);
    else if (!lines->wanted)
        (void)snprintf(lines->text + used, sizeof lines->text - used, "%s: %s\n", key, value);
    assert_true(strlen(lines->text) + 1 < sizeof lines->text);
    return SGDL_OK;
}

static inline void write_lines(const sgdl_problem_t *self, const char *wanted, lines_t *lines)
{
    sgdl_error_t error = {0};
    lines->text[0] = '\0';
    lines->wanted = wanted;
    assert_int_equal(sgdl_problem_write(self, &self->plan, add_line, lines, &error), SGDL_OK);
}

static inline void assert_value(const sgdl_problem_t *self, const char *key, const char *expected)
{
    lines_t lines;
    write_lines(self, key, &lines);
    assert_string_equal(lines.text, expected);
}

/* ---- files ------------------------------------------------------------------------------ */

static char folder[] = "/tmp/sgdlimit-problem-XXXXXX";

static inline const char *in_folder(const char *name)
{
    static char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static inline const char *write_file(const char *name, const char *text, size_t length)
{
    const char *path = in_folder(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    return path;
}

static inline int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static inline int remove_folder(void **state)
{
    static const char *const names[] = {"a.txt",
                                        "b.txt",
                                        "i.txt",
                                        "m.txt",
                                        "s.txt",
                                        "n.txt",
                                        "x0.txt",
                                        "p.yaml",
                                        "t.tsv",
                                        "t.csv",
                                        "t.json",
                                        "sub/q.yaml",
                                        "odd ,\"\\\xC3\xA9.txt"};
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++)
        (void)unlink(in_folder(names[i]));
    (void)rmdir(in_folder("sub"));
    return rmdir(folder);
}

static inline void assert_text_refused(const char *text, const char *place, const char *message)
{
    sgdl_problem_t *p = sgdl_problem_new();
    sgdl_error_t error = {0};
    int status = sgdl_problem_parse(p, text, "p.yaml", NULL, 0, &error);
    assert_refused(status, p, &error, "(a long text)", place, message);
    sgdl_problem_free(p);
}

static inline char *repeat(const char *piece, size_t times, const char *before)
{
    size_t length = strlen(piece), used = strlen(before);
    char *text = malloc(used + length * times + 1);
    assert_non_null(text);
    memcpy(text, before, used);
    for (size_t i = 0; i < times; i++)
        memcpy(text + used + i * length, piece, length);
    text[used + length * times] = '\0';
    return text;
}

static inline void assert_file_refused(const char *path, const char *place, const char *message)
{
    sgdl_problem_t *p = sgdl_problem_new();
    sgdl_error_t error = {0};
    char name[512];
    (void)snprintf(name, sizeof name, "%s", path);
    int status = sgdl_problem_read(p, name, NULL, 0, &error);
    assert_refused(status, p, &error, name, place, message);
    sgdl_problem_free(p);
}

#endif
