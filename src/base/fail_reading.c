#include "src/base/fail_reading.h"

#include <errno.h>
#include <string.h>

int fail_reading(sgdl_error_t *error, int number, const char *path, const char *what)
{
    if (number == ENOMEM)
        return sgdl_fail_memory(error);
    return sgdl_fail(error, SGDL_ERR_INPUT, path, "%s: %s", what, strerror(number ? number : EIO));
}

json_t *load_json(const char *text, size_t length, size_t flags, json_error_t *flaw, bool *starved)
{
    errno = 0;
    json_t *read = json_loadb(text, length, flags, flaw);
    *starved = !read && (errno == ENOMEM || json_error_code(flaw) == json_error_out_of_memory);
    return read;
}
