#include "src/base/fail_writing.h"

#include <errno.h>
#include <string.h>

int fail_writing(sgdl_error_t *error, int number, const char *path)
{
    if (!number)
        number = EIO;
    const char *hint = number == ENOENT ? " (its folder does not exist)" : "";
    const int status =
        sgdl_fail(error, SGDL_ERR_OUTPUT, path, "cannot be written: %s%s", strerror(number), hint);
    if (error)
        error->raw = number;
    return status;
}
