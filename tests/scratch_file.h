/** A temporary file for one test case: setup and teardown, *state is a scratch_t. */
#ifndef SGDLIMIT_TESTS_SCRATCH_FILE_H
#define SGDLIMIT_TESTS_SCRATCH_FILE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct scratch {
    char path[64];
} scratch_t;

static int scratch_setup(void **state)
{
    scratch_t *self = calloc(1, sizeof *self);
    if (!self)
        return -1;
    strcpy(self->path, "/tmp/test_spectra_XXXXXX");
    const int descriptor = mkstemp(self->path);
    if (descriptor >= 0)
        (void)close(descriptor);
    *state = self;
    return descriptor >= 0 ? 0 : -1;
}

static int scratch_teardown(void **state)
{
    scratch_t *self = *state;
    (void)unlink(self->path);
    free(self);
    return 0;
}

static inline void scratch_write(const scratch_t *self, const char *text)
{
    FILE *stream = fopen(self->path, "w");
    assert_non_null(stream);
    assert_true(fputs(text, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
}

#endif
