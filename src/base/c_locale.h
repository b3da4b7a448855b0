/**
 * Numbers and words as the C locale has them, in whatever locale the calling program is: a problem
 * or a table is the same file everywhere. Only the calling thread is concerned, and only between
 * enter and leave; the program's own locale stays as it is.
 */
#ifndef SGDLIMIT_BASE_C_LOCALE_H
#define SGDLIMIT_BASE_C_LOCALE_H

#include <locale.h>
#include <stdarg.h>
#include <stddef.h>
#if defined(__APPLE__) || defined(__FreeBSD__)
#include <xlocale.h>
#endif

#include "sgdlimit/error.h"

typedef struct c_locale {
    locale_t own, before;
} c_locale_t;

/** From here to c_locale_leave this thread reads and prints in the C locale; pairs may lie inside
 * one another, and nothing that is the caller's runs in between. Errors: SGDL_ERR_MEMORY; then
 * there is nothing to leave. */
int c_locale_enter(c_locale_t *self, sgdl_error_t *error) SGDL_CHECKED;

void c_locale_leave(c_locale_t *self);

/** snprintf, vsnprintf and strtod in the C locale. */
int c_print(char *text, size_t room, const char *format, ...) SGDL_FORMAT(3, 4);
int c_print_list(char *text, size_t room, const char *format, va_list list) SGDL_FORMAT(3, 0);
double c_number(const char *text, char **end);

#endif
