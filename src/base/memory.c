#include "src/base/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#include "src/base/c_locale.h"

/* Of x86-64, and of aarch64 with pages of 4 kB. */
static const size_t huge_page = (size_t)1 << 21;
static const size_t line = 64; /* of a cache */

const char *memory_text(double bytes, char text[MEMORY_TEXT])
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    size_t unit = 0;
    for (; bytes >= 1000 && unit < 4; unit++)
        bytes /= 1000;
    (void)c_print(text, MEMORY_TEXT, "%.3g %s", bytes, units[unit]);
    return text;
}

int memory_ask(double allowed, double bytes, sgdl_error_t *error, const char *format, ...)
{
    if (!(allowed > 0) || bytes <= allowed)
        return SGDL_OK;
    char what[200], taken[MEMORY_TEXT], limit[MEMORY_TEXT];
    va_list list;
    va_start(list, format);
    (void)c_print_list(what, sizeof what, format, list);
    va_end(list);
    return sgdl_fail(error, SGDL_ERR_INPUT, "--memory", "%s would take about %s, allowed: %s", what,
                     memory_text(bytes, taken), memory_text(allowed, limit));
}

double *memory_numbers(size_t a, size_t b)
{
    if (b != 0 && a > (SIZE_MAX - huge_page) / sizeof(double) / b)
        return NULL;
    const size_t size = a * b * sizeof(double);
    const size_t page = size < huge_page ? line : huge_page;
    const size_t whole = size > 0 ? (size + page - 1) / page * page : page;
    double *block = aligned_alloc(page, whole);
#ifdef MADV_HUGEPAGE
    if (block && page == huge_page)
        (void)madvise(block, whole, MADV_HUGEPAGE); /* a wish: what refuses has small pages */
#endif
    return block;
}
