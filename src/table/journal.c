#include "src/table/journal.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(const char *path, sgdl_error_t *error)
{
    int number = errno ? errno : EIO;
    int status = sgdl_fail(error, SGDL_ERR_OUTPUT, path, "cannot be written: %s", strerror(number));
    if (error) {
        error->raw = number;
    }
    return status;
}

int journal_begin(journal_t *self, const char *path, const sgdl_table_t *table, sgdl_error_t *error)
{
    *self = (journal_t){.path = strdup(path)};
    if (!self->path) {
        return sgdl_fail_memory(error);
    }
    int status = sgdl_table_save(table, path, SGDL_FORMAT_TSV, error);
    if (status) {
        return status;
    }
    errno = 0;
    self->stream = fopen(path, "a");
    return self->stream ? SGDL_OK : fail(path, error);
}

int journal_mend(const char *path, sgdl_error_t *error)
{
    struct stat found;
    FILE *stream = stat(path, &found) == 0 && S_ISREG(found.st_mode) ? fopen(path, "r+") : NULL;
    if (!stream) {
        return SGDL_OK;
    }
    off_t whole = found.st_size;
    while (whole > 0 && fseeko(stream, whole - 1, SEEK_SET) == 0 && fgetc(stream) != '\n') {
        whole--;
    }
    errno = 0;
    bool failed = whole < found.st_size && ftruncate(fileno(stream), whole) != 0;
    failed |= fclose(stream) != 0;
    return failed ? fail(path, error) : SGDL_OK;
}

int journal_append(journal_t *self, const double *row, size_t columns, const char *key,
                   const char *remark, sgdl_error_t *error)
{
    errno = 0;
    if (remark) {
        (void)fprintf(self->stream, "# %s: %s\n", key, remark);
    }
    for (size_t c = 0; c < columns; c++) {
        if (isnan(row[c])) { /* printf would give some of them a sign */
            (void)fputs("nan", self->stream);
        } else {
            (void)fprintf(self->stream, "%.17g", row[c]);
        }
        (void)fputc(c + 1 < columns ? '\t' : '\n', self->stream);
    }
    return fflush(self->stream) != 0 || ferror(self->stream) ? fail(self->path, error) : SGDL_OK;
}

void journal_close(journal_t *self, bool remove_it)
{
    if (self->stream) {
        (void)fclose(self->stream);
    }
    if (remove_it && self->path) {
        (void)unlink(self->path);
    }
    free(self->path);
    *self = (journal_t){0};
}
