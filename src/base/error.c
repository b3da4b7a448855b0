#include "sgdlimit/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "src/base/c_locale.h"

const char *sgdl_status_text(int code)
{
    switch (code) {
    case SGDL_OK:
        return "done";
#define STATUS_TEXT(name, text)                                                                    \
    case name:                                                                                     \
        return text;
        SGDL_STATUS_LIST(STATUS_TEXT)
#undef STATUS_TEXT
    default:
        return "unknown status";
    }
}

int sgdl_fail(sgdl_error_t *error, int code, const char *place, const char *format, ...)
{
    if (error) {
        error->code = code;
        error->raw = 0;
        (void)snprintf(error->place, sizeof error->place, "%s", place ? place : "");
        va_list arguments;
        va_start(arguments, format);
        (void)c_print_list(error->message, sizeof error->message, format, arguments);
        va_end(arguments);
    }
    return code;
}

int sgdl_fail_memory(sgdl_error_t *error)
{
    return sgdl_fail(error, SGDL_ERR_MEMORY, NULL, "%s", sgdl_status_text(SGDL_ERR_MEMORY));
}
