#include "src/base/c_locale.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* glibc and musl have the C locale at hand, where this takes no memory and cannot fail. */
static bool enter(c_locale_t *self)
{
    self->own = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!self->own)
        return false;
    self->before = uselocale(self->own);
    return true;
}

int c_locale_enter(c_locale_t *self, sgdl_error_t *error)
{
    return enter(self) ? SGDL_OK : sgdl_fail_memory(error);
}

void c_locale_leave(c_locale_t *self)
{
    (void)uselocale(self->before);
    freelocale(self->own);
}

int c_print_list(char *text, size_t room, const char *format, va_list list)
{
    c_locale_t locale;
    bool entered = enter(&locale);
    int length = vsnprintf(text, room, format, list);
    if (entered)
        c_locale_leave(&locale);
    return length;
}

int c_print(char *text, size_t room, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int length = c_print_list(text, room, format, list);
    va_end(list);
    return length;
}

double c_number(const char *text, char **end)
{
    c_locale_t locale;
    bool entered = enter(&locale);
    double number = strtod(text, end);
    if (entered)
        c_locale_leave(&locale);
    return number;
}
