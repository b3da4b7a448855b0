/* Files that appear whole or not at all. */
#include "src/table/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_ATTEMPTS = 1000 };

static int fail(const char *path, int number, sgdl_error_t *error)
{
    int status = sgdl_fail(error, SGDL_ERR_OUTPUT, path, "cannot be written: %s", strerror(number));
    if (error) {
        error->raw = number;
    }
    return status;
}

/* A name beside the target that does not depend on the target's name, whose length may already be
 * at the file system's limit. */
static char *temporary_name(const char *target, int attempt)
{
    const char *slash = strrchr(target, '/');
    int folder = slash ? (int)(slash - target) + 1 : 0;
    static const char format[] = "%.*s.sgdlimit-%ld-%d.tmp";
    int length = snprintf(NULL, 0, format, folder, target, (long)getpid(), attempt);
    char *name = length < 0 ? NULL : malloc((size_t)length + 1);
    if (name) {
        (void)snprintf(name, (size_t)length + 1, format, folder, target, (long)getpid(), attempt);
    }
    return name;
}

/* Creates the temporary file; O_EXCL instead of mkstemp so that the umask sets the mode. */
static int open_temporary(sgdl_whole_file_t *self, sgdl_error_t *error)
{
    for (int attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
        char *name = temporary_name(self->target, attempt);
        if (!name) {
            (void)sgdl_fail_memory(error);
            return -1;
        }
        int descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0) {
            self->temporary = name;
            return descriptor;
        }
        free(name);
        if (errno != EEXIST) {
            break;
        }
    }
    (void)fail(self->target, errno, error);
    return -1;
}

/* Follows links to an existing target and keeps its permissions; reports what cannot be replaced.
 */
static int open_existing(sgdl_whole_file_t *self, const struct stat *found, sgdl_error_t *error)
{
    if (S_ISDIR(found->st_mode) || access(self->target, W_OK) != 0) {
        (void)fail(self->target, S_ISDIR(found->st_mode) ? EISDIR : errno, error);
        return -1;
    }
    if (!S_ISREG(found->st_mode)) {
        int descriptor = open(self->target, O_WRONLY | O_CLOEXEC);
        if (descriptor < 0) {
            (void)fail(self->target, errno, error);
        }
        return descriptor;
    }
    char *resolved = realpath(self->target, NULL);
    if (resolved) {
        free(self->target);
        self->target = resolved;
    }
    int descriptor = open_temporary(self, error);
    if (descriptor >= 0) {
        /* best effort: a file system without permissions is no reason to fail */
        (void)!fchmod(descriptor, found->st_mode & 07777);
    }
    return descriptor;
}

int sgdl_whole_file_open(sgdl_whole_file_t *self, const char *path, sgdl_error_t *error)
{
    *self = (sgdl_whole_file_t){.target = strdup(path)};
    if (!self->target) {
        return sgdl_fail_memory(error);
    }
    struct stat found;
    int descriptor =
        stat(path, &found) == 0 ? open_existing(self, &found, error) : open_temporary(self, error);
    if (descriptor >= 0) {
        self->stream = fdopen(descriptor, "w");
        if (!self->stream) {
            (void)fail(path, errno, error);
            (void)close(descriptor);
        }
    }
    if (!self->stream) {
        sgdl_whole_file_discard(self);
        return error ? error->code : SGDL_ERR_OUTPUT;
    }
    return SGDL_OK;
}

int sgdl_whole_file_commit(sgdl_whole_file_t *self, sgdl_error_t *error)
{
    int number = 0;
    errno = 0;
    if (ferror(self->stream) || fflush(self->stream) != 0) {
        number = errno ? errno : EIO;
    } else if (self->temporary && fsync(fileno(self->stream)) != 0 && errno != EINVAL &&
               errno != EROFS) {
        number = errno;
    }
    if (fclose(self->stream) != 0 && number == 0) {
        number = errno;
    }
    self->stream = NULL;
    if (number == 0 && self->temporary) {
        if (rename(self->temporary, self->target) == 0) {
            free(self->temporary);
            self->temporary = NULL;
        } else {
            number = errno;
        }
    }
    int status = number ? fail(self->target, number, error) : SGDL_OK;
    sgdl_whole_file_discard(self);
    return status;
}

void sgdl_whole_file_discard(sgdl_whole_file_t *self)
{
    if (self->stream) {
        (void)fclose(self->stream);
    }
    if (self->temporary) {
        (void)unlink(self->temporary);
    }
    free(self->temporary);
    free(self->target);
    *self = (sgdl_whole_file_t){0};
}

int sgdl_whole_file_probe(const char *path, sgdl_error_t *error)
{
    struct stat found;
    bool special = stat(path, &found) == 0 && !S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode);
    if (special) {
        return SGDL_OK; /* opening a pipe could wait for its reader */
    }
    sgdl_whole_file_t file;
    int status = sgdl_whole_file_open(&file, path, error);
    sgdl_whole_file_discard(&file);
    return status;
}
