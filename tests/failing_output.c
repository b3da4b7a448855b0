/* Preloaded into the program: the n-th step of its output fails. A step is a file that is opened
 * for writing, a write of bytes (of a stream, whenever its buffer is emptied), fsync, ftruncate,
 * rename, the making of a folder, and the close of what was written.
 *
 * $FAILING_OUTPUT is "n errno", or "n+ errno" for the n-th and all after it. The names of all steps
 * are written to the file $COUNTED_OUTPUT at exit. Children are spared, and so is standard error.
 * Compiled into a program, it does what failing.h says.
 *
 * The C library writes its streams by calls of its own, which no other function can replace. So
 * every stream is made one of fopencookie here, whose bytes pass through this file.
 */
#undef _FILE_OFFSET_BITS /* which would give two functions one name */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/failing.h"

enum { MOST_STREAMS = 64, LOG_SIZE = 1 << 16 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long steps, failing;
static int number; /* errno of the failure */
static bool for_ever;
static char counted[256], names[LOG_SIZE];

typedef struct handle {
    FILE *stream; /* NULL: free */
    int descriptor;
    bool written;
} handle_t;

static handle_t handles[MOST_STREAMS];

void failing_output_arm(long step, bool all_after, int code)
{
    steps = 0;
    failing = step;
    for_ever = all_after;
    number = code;
}

long failing_output_count(void) { return steps; }

/* Does this step fail? */
static bool fails(const char *name)
{
    (void)pthread_mutex_lock(&mutex);
    steps++;
    bool now = failing > 0 && (steps == failing || (for_ever && steps > failing));
    if (strlen(names) + strlen(name) + 2 < sizeof names) {
        (void)strcat(names, name);
        (void)strcat(names, "\n");
    }
    (void)pthread_mutex_unlock(&mutex);
    if (now)
        errno = number;
    return now;
}

/* ---- streams ----------------------------------------------------------------------------------
 */

static ssize_t cookie_read(void *cookie, char *buffer, size_t size)
{
    return read(((handle_t *)cookie)->descriptor, buffer, size);
}

static ssize_t cookie_write(void *cookie, const char *buffer, size_t size)
{
    size_t done = 0;
    if (fails("write"))
        return 0;
    while (done < size) {
        ssize_t written = write(((handle_t *)cookie)->descriptor, buffer + done, size - done);
        if (written < 0)
            return 0;
        done += (size_t)written;
    }
    return (ssize_t)done;
}

static int cookie_seek(void *cookie, off64_t *offset, int whence)
{
    *offset = lseek64(((handle_t *)cookie)->descriptor, *offset, whence);
    return *offset < 0 ? -1 : 0;
}

static int cookie_close(void *cookie)
{
    handle_t *self = cookie;
    bool failed = self->written && fails("close");
    int kept = errno;
    int status = close(self->descriptor);
    *self = (handle_t){0};
    errno = failed ? kept : errno;
    return failed ? -1 : status;
}

static FILE *wrap(int descriptor, const char *mode)
{
    const cookie_io_functions_t functions = {cookie_read, cookie_write, cookie_seek, cookie_close};
    handle_t *self = handles;
    (void)pthread_mutex_lock(&mutex);
    while (self->stream)
        self++; /* no command has as many open */
    self->descriptor = descriptor;
    self->written = strpbrk(mode, "wa+") != NULL;
    self->stream = fopencookie(self, mode, functions);
    (void)pthread_mutex_unlock(&mutex);
    return self->stream;
}

FILE *fdopen(int descriptor, const char *mode) { return wrap(descriptor, mode); }

static FILE *open_stream(const char *path, const char *mode)
{
    const bool update = strchr(mode, '+') != NULL;
    const int access = update ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY;
    const int creation = *mode == 'r' ? 0 : O_CREAT | (*mode == 'w' ? O_TRUNC : O_APPEND);
    if ((update || *mode != 'r') && fails("open"))
        return NULL;
    int descriptor = (int)syscall(SYS_openat, AT_FDCWD, path, access | creation | O_CLOEXEC, 0666);
    return descriptor < 0 ? NULL : wrap(descriptor, mode);
}

FILE *fopen(const char *path, const char *mode) { return open_stream(path, mode); }
FILE *fopen64(const char *path, const char *mode) { return open_stream(path, mode); }

int fileno(FILE *stream)
{
    for (handle_t *self = handles; self < handles + MOST_STREAMS; self++)
        if (stream && self->stream == stream)
            return self->descriptor;
    int (*function)(FILE *);
    *(void **)&function = dlsym(RTLD_NEXT, "fileno");
    return function(stream);
}

/* ---- files ------------------------------------------------------------------------------------
 */

static int open_file(const char *path, int flags, va_list rest)
{
    const mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    if ((flags & O_ACCMODE) != O_RDONLY && fails("open"))
        return -1;
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    int descriptor = open_file(path, flags, rest);
    va_end(rest);
    return descriptor;
}

int open64(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    int descriptor = open_file(path, flags, rest);
    va_end(rest);
    return descriptor;
}

int fsync(int descriptor) { return fails("fsync") ? -1 : (int)syscall(SYS_fsync, descriptor); }

static int truncate_file(int descriptor, off64_t length)
{
    return fails("ftruncate") ? -1 : (int)syscall(SYS_ftruncate, descriptor, length);
}

int ftruncate(int descriptor, off_t length) { return truncate_file(descriptor, length); }
int ftruncate64(int descriptor, off64_t length) { return truncate_file(descriptor, length); }

int rename(const char *from, const char *to)
{
    return fails("rename") ? -1 : renameat(AT_FDCWD, from, AT_FDCWD, to);
}

char *mkdtemp(char *pattern)
{
    char *(*function)(char *);
    *(void **)&function = dlsym(RTLD_NEXT, "mkdtemp");
    return fails("mkdtemp") ? NULL : function(pattern);
}

/* ---- the beginning and the end ----------------------------------------------------------------
 */

__attribute__((constructor)) static void prepare(void)
{
    const char *stated = getenv("FAILING_OUTPUT"), *file = getenv("COUNTED_OUTPUT");
    char *end = NULL;
    if (file && strlen(file) < sizeof counted)
        (void)strcpy(counted, file);
    failing = stated ? strtol(stated, &end, 10) : 0;
    for_ever = stated && *end == '+';
    number = stated ? atoi(end + for_ever) : 0;
    (void)unsetenv("LD_PRELOAD");
    stdout = wrap(STDOUT_FILENO, "w");
    steps = 0;
}

__attribute__((destructor)) static void finish(void)
{
    failing = 0;
    if (!*counted)
        return;
    int descriptor =
        (int)syscall(SYS_openat, AT_FDCWD, counted, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    (void)!write(descriptor, names, strlen(names));
    (void)close(descriptor);
}
