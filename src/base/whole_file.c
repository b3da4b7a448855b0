/* Files that appear whole or not at all. */
#include "src/base/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/fail_writing.h"

enum { NAME_ATTEMPTS = 1000, MOST_LINKS = 40 };

/* A name beside the target that does not depend on the target's name, whose length may already be
 * at the file system's limit. */
static char *temporary_name(const char *target, int attempt)
{
    const char *slash = strrchr(target, '/');
    int folder = slash ? (int)(slash - target) + 1 : 0;
    static const char format[] = "%.*s.sgdlimit-%ld-%d.tmp";
    int length = snprintf(NULL, 0, format, folder, target, (long)getpid(), attempt);
    char *name = length < 0 ? NULL : malloc((size_t)length + 1);
    if (name)
        (void)snprintf(name, (size_t)length + 1, format, folder, target, (long)getpid(), attempt);
    return name;
}

/* Creates the temporary file; O_EXCL instead of mkstemp so that the umask sets the mode. */
static int open_temporary(whole_file_t *self, sgdl_error_t *error)
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
        if (errno != EEXIST)
            break;
    }
    (void)fail_writing(error, errno, self->target);
    return -1;
}

/* Where a folder takes no new file, the file itself may still be written. */
static bool no_new_file(long number)
{
    return number == EACCES || number == EPERM || number == EROFS ||
           number == ENOENT; /* of /proc/self/fd */
}

static int open_in_place(whole_file_t *self, sgdl_error_t *error)
{
    int descriptor = open(self->target, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0)
        (void)fail_writing(error, errno, self->target);
    return descriptor;
}

/* The name behind all links, where it is the same file: the numbers of open files have no name. */
static void resolve(whole_file_t *self, const struct stat *found)
{
    struct stat named;
    char *name = realpath(self->target, NULL);
    if (name && stat(name, &named) == 0 && named.st_dev == found->st_dev &&
        named.st_ino == found->st_ino) {
        free(self->target);
        self->target = name;
    } else {
        free(name);
    }
}

/* Keeps the permissions of an existing target; reports what cannot be replaced. */
static int open_existing(whole_file_t *self, const struct stat *found, sgdl_error_t *error)
{
    if (S_ISDIR(found->st_mode) || access(self->target, W_OK) != 0) {
        (void)fail_writing(error, S_ISDIR(found->st_mode) ? EISDIR : errno, self->target);
        return -1;
    }
    if (!S_ISREG(found->st_mode))
        return open_in_place(self, error);
    resolve(self, found);
    sgdl_error_t beside = {0};
    int descriptor = open_temporary(self, &beside);
    if (descriptor >= 0) {
        /* best effort: a file system without permissions is no reason to fail */
        (void)!fchmod(descriptor, found->st_mode & 07777);
        return descriptor;
    }
    self->in_place = beside.code == SGDL_ERR_OUTPUT && no_new_file(beside.raw);
    if (self->in_place)
        return open_in_place(self, error);
    if (error)
        *error = beside;
    return -1;
}

/* The name behind a link, in the link's folder unless it is absolute; NULL without memory or where
 * `path` is no link any more. */
static char *read_link(const char *path)
{
    char name[PATH_MAX];
    ssize_t length = readlink(path, name, sizeof name - 1);
    if (length < 0)
        return NULL;
    name[length] = '\0';
    const char *slash = strrchr(path, '/');
    size_t folder = name[0] != '/' && slash ? (size_t)(slash - path) + 1 : 0;
    char *joined = malloc(folder + (size_t)length + 1);
    if (joined) {
        memcpy(joined, path, folder);
        memcpy(joined + folder, name, (size_t)length + 1);
    }
    return joined;
}

/* Follows links to a file that does not exist yet: its folder is where to write, and the links
 * stay. */
static int follow_links(whole_file_t *self, sgdl_error_t *error)
{
    struct stat found;
    for (int links = 0; lstat(self->target, &found) == 0 && S_ISLNK(found.st_mode); links++) {
        char *next = links < MOST_LINKS ? read_link(self->target) : NULL;
        if (!next)
            return fail_writing(error, links < MOST_LINKS ? errno : ELOOP, self->target);
        free(self->target);
        self->target = next;
    }
    return SGDL_OK;
}

int whole_file_open(whole_file_t *self, const char *path, sgdl_error_t *error)
{
    *self = (whole_file_t){.target = strdup(path)};
    if (!self->target)
        return sgdl_fail_memory(error);
    struct stat found;
    int descriptor = -1;
    if (stat(path, &found) == 0)
        descriptor = open_existing(self, &found, error);
    else if (follow_links(self, error) == SGDL_OK)
        descriptor = open_temporary(self, error);
    if (descriptor >= 0) {
        self->stream = fdopen(descriptor, "w");
        if (!self->stream) {
            (void)fail_writing(error, errno, path);
            (void)close(descriptor);
        }
    }
    if (!self->stream) {
        whole_file_discard(self);
        return error ? error->code : SGDL_ERR_OUTPUT;
    }
    return SGDL_OK;
}

/* Over what the target holds: it has been written whole beside it. */
static int copy(const char *from, const char *to)
{
    char buffer[1 << 14];
    size_t size;
    FILE *in = fopen(from, "rb");
    FILE *out = in ? fopen(to, "r+b") : NULL;
    bool failed = !out;
    while (!failed && (size = fread(buffer, 1, sizeof buffer, in)) > 0)
        failed = fwrite(buffer, 1, size, out) != size;
    failed = failed || ferror(in) || fflush(out) != 0 || ftruncate(fileno(out), ftello(out)) != 0;
    int number = failed ? (errno ? errno : EIO) : 0;
    if (in)
        (void)fclose(in);
    if (out && fclose(out) != 0 && !number)
        number = errno;
    return number;
}

/* Puts what lies beside the target in its place. */
static int move_into_place(whole_file_t *self, sgdl_error_t *error)
{
    struct stat found;
    if (rename(self->temporary, self->target) == 0) {
        free(self->temporary);
        self->temporary = NULL;
        return SGDL_OK;
    }
    int number = errno; /* a file that is mounted by itself cannot be replaced */
    if (stat(self->target, &found) == 0 && S_ISREG(found.st_mode))
        number = copy(self->temporary, self->target);
    if (!number)
        return SGDL_OK; /* and what lies beside is removed */
    int status = sgdl_fail(error, SGDL_ERR_OUTPUT, self->target,
                           "cannot be written: %s; what it should hold is in %s", strerror(number),
                           self->temporary);
    if (error)
        error->raw = number;
    free(self->temporary);
    self->temporary = NULL;
    return status;
}

/* Some file systems have no such thing. */
static int synchronise(int descriptor)
{
    int failed;
    do {
        failed = fsync(descriptor);
    } while (failed && errno == EINTR);
    return failed && errno != EINVAL && errno != EROFS ? errno : 0;
}

int whole_file_commit(whole_file_t *self, sgdl_error_t *error)
{
    int number = 0;
    errno = 0;
    if (ferror(self->stream) || fflush(self->stream) != 0)
        number = errno ? errno : EIO;
    else if (self->in_place && ftruncate(fileno(self->stream), ftello(self->stream)) != 0)
        number = errno;
    else if (self->temporary || self->in_place)
        number = synchronise(fileno(self->stream));
    if (!number) {
        /* all is on the disk, and what a signal interrupts is closed nevertheless */
        number = fclose(self->stream) != 0 && errno != EINTR ? errno : 0;
        self->stream = NULL;
    }
    int status = number            ? fail_writing(error, number, self->target)
                 : self->temporary ? move_into_place(self, error)
                                   : SGDL_OK;
    whole_file_discard(self);
    return status;
}

void whole_file_discard(whole_file_t *self)
{
    if (self->stream) {
        /* what a signal kept from a pipe must not wait for its reader again */
        (void)fcntl(fileno(self->stream), F_SETFL, O_NONBLOCK);
        (void)fclose(self->stream);
    }
    if (self->temporary)
        (void)unlink(self->temporary);
    free(self->temporary);
    free(self->target);
    *self = (whole_file_t){0};
}

int whole_file_probe(const char *path, sgdl_error_t *error)
{
    struct stat found;
    bool special = stat(path, &found) == 0 && !S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode);
    if (special)
        return SGDL_OK; /* opening a pipe could wait for its reader */
    whole_file_t file;
    int status = whole_file_open(&file, path, error);
    whole_file_discard(&file);
    return status;
}

bool same_file(const char *a, const char *b)
{
    struct stat one;
    struct stat other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && S_ISREG(one.st_mode) &&
           one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}
