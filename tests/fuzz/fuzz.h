/* What the targets share. A target's input is a file's bytes, or one line a flag; whatever it is,
 * what comes back is an answer or a reason. libFuzzer calls LLVMFuzzerTestOneInput; build-aux/fuzz
 * builds and runs the targets. */
#ifndef SGDLIMIT_TESTS_FUZZ_FUZZ_H
#define SGDLIMIT_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sgdlimit/sgdlimit.h"
#include "src/problem/problem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A broken promise ends the run, and libFuzzer keeps the input. */
#define PROMISE(holds, ...)                                                                        \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            (void)fprintf(stderr, "broken promise: " __VA_ARGS__);                                 \
            (void)fputc('\n', stderr);                                                             \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* A failure has a code and says why. */
static inline void promise_reason(int status, const sgdl_error_t *error)
{
    PROMISE(status == SGDL_OK || (status == error->code && *error->message),
            "status %d, code %d, message '%s'", status, error->code, error->message);
    PROMISE(status == SGDL_OK || status == SGDL_ERR_INPUT, "status %d: %s", status, error->message);
}

/* The path of a file that holds these bytes; the same file every time. */
static inline const char *file_with(const uint8_t *data, size_t size)
{
    static char path[128];
    if (!*path)
        (void)snprintf(path, sizeof path, "%s/sgdlimit-fuzz-%ld",
                       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (long)getpid());
    FILE *stream = fopen(path, "wb");
    PROMISE(stream && fwrite(data, 1, size, stream) == size, "cannot write %s", path);
    (void)fclose(stream);
    return path;
}

/* ---- problems -------------------------------------------------------------------------------- */

typedef struct lines {
    char text[1 << 16];
    size_t used;
} lines_t;

static inline int lines_add(void *context, const char *key, const char *value)
{
    lines_t *self = context;
    const int length =
        snprintf(self->text + self->used, sizeof self->text - self->used, "%s: %s\n", key, value);
    if (length < 0 || (size_t)length >= sizeof self->text - self->used)
        return SGDL_ERR_MEMORY; /* too long to be looked at */
    self->used += (size_t)length;
    return SGDL_OK;
}

/* What a problem writes is read as the same problem, which writes the same. */
static inline void promise_fixed_point(const sgdl_problem_t *problem)
{
    static lines_t first, second;
    sgdl_problem_t *again = sgdl_problem_new();
    sgdl_error_t error = {0};
    first = second = (lines_t){.used = 0};
    if (sgdl_problem_write(problem, &problem->plan, lines_add, &first, &error) != SGDL_OK)
        return;
    const int status = sgdl_problem_parse(again, first.text, "again", NULL, 0, &error);
    PROMISE(status == SGDL_OK, "%s: %s\n%s", error.place, error.message, first.text);
    PROMISE(sgdl_problem_write(again, &again->plan, lines_add, &second, &error) == SGDL_OK &&
                strcmp(first.text, second.text) == 0,
            "not the same problem:\n%s\n%s", first.text, second.text);
    sgdl_problem_free(again);
}

#endif
