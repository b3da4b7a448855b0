#include "src/base/memory.h"

#include <stdarg.h>
#include <stdio.h>

#include "src/base/c_locale.h"

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
