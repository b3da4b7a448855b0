#include "src/error/fail_reading.h"

#include <errno.h>
#include <string.h>

int fail_reading(sgdl_error_t *error, int number, const char *path, const char *what)
{
    if (number == ENOMEM)
        return sgdl_fail_memory(error);
    return sgdl_fail(error, SGDL_ERR_INPUT, path, "%s: %s", what, strerror(number ? number : EIO));
}
