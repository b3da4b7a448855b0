/* Preloaded into the program: the n-th allocation of the process fails, n from the environment
 * ($FAILING_ALLOCATION; "n+": the n-th and all after it). The number of allocations is written to
 * the file $COUNTED_ALLOCATIONS at exit. Children are spared, and so is one function of SUNDIALS.
 * Compiled into a program, it does what failing.h says.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/failing.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

static atomic_long allocations, blocks;
static atomic_int spared;
static long failing;
static bool for_ever, armed;
static char counted[256];

__attribute__((constructor)) static void prepare(void)
{
    const char *number = getenv("FAILING_ALLOCATION"), *file = getenv("COUNTED_ALLOCATIONS");
    if (file && strlen(file) < sizeof counted)
        (void)strcpy(counted, file);
    (void)unsetenv("LD_PRELOAD");
    atomic_store(&allocations, 0);
    failing = number ? strtol(number, NULL, 10) : 0;
    for_ever = number && strchr(number, '+');
}

__attribute__((destructor)) static void finish(void)
{
    long count = atomic_load(&allocations);
    failing = 0;
    FILE *stream = *counted ? fopen(counted, "w") : NULL;
    if (!stream)
        return;
    (void)fprintf(stream, "%ld\n", count);
    (void)fclose(stream);
}

void failing_memory_arm(long number, bool all_after)
{
    atomic_store(&allocations, 0);
    armed = true;
    failing = number;
    for_ever = all_after;
}

long failing_memory_count(void) { return atomic_load(&allocations); }
long failing_memory_blocks(void) { return atomic_load(&blocks); }

static bool fails(void)
{
    long number = atomic_fetch_add(&allocations, 1) + 1;
    bool now = failing > 0 && atomic_load(&spared) == 0 &&
               (number == failing || (for_ever && number > failing));
    if (now)
        errno = ENOMEM;
    return now;
}

/* SUNDIALS 6 loses what it has where it comes to no end of its beginning, and frees its vectors
 * twice if it is told to clean up: what it asks for itself is not counted. */
static long counts(void *caller)
{
    Dl_info info;
    return !armed || !dladdr(caller, &info) || !info.dli_fname ||
           !strstr(info.dli_fname, "libsundials");
}

#define COUNT(number) (void)atomic_fetch_add(&blocks, (number)*counts(__builtin_return_address(0)))

void *malloc(size_t size)
{
    void *block = fails() ? NULL : __libc_malloc(size);
    COUNT(block != NULL);
    return block;
}

void *calloc(size_t count, size_t size)
{
    void *block = fails() ? NULL : __libc_calloc(count, size);
    COUNT(block != NULL);
    return block;
}

void *realloc(void *block, size_t size)
{
    if (fails())
        return NULL;
    void *moved = __libc_realloc(block, size);
    COUNT((moved != NULL) - (block && (moved || size == 0)));
    return moved;
}

void free(void *block)
{
    COUNT(-(block != NULL));
    __libc_free(block);
}

void *memalign(size_t alignment, size_t size)
{
    void *block = fails() ? NULL : __libc_memalign(alignment, size);
    COUNT(block != NULL);
    return block;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    void *block = fails() ? NULL : __libc_memalign(alignment, size);
    COUNT(block != NULL);
    return block;
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    *block = fails() ? NULL : __libc_memalign(alignment, size);
    COUNT(*block != NULL);
    return *block ? 0 : ENOMEM;
}

/* SUNDIALS 6 uses what it asks for in here without a look at it. The program cannot mend that; it
 * asks for such blocks itself beforehand, which a process that is short of memory does not outlive,
 * but one that misses a single block does. */
int SUNLogger_Create(void *communicator, int rank, void **logger)
{
    int (*function)(void *, int, void **);
    *(void **)&function = dlsym(RTLD_NEXT, "SUNLogger_Create");
    atomic_fetch_add(&spared, 1);
    int status = function ? function(communicator, rank, logger) : -1;
    atomic_fetch_sub(&spared, 1);
    return status;
}
