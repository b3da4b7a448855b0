#include "src/cli/class_list.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

static int fail_classes(const char *text, size_t classes, sgdl_error_t *error)
{
    return sgdl_fail(error, SGDL_ERR_INPUT, "--classes",
                     "found '%.80s', allowed: different class numbers from 1 to %zu, "
                     "separated by commas",
                     text, classes);
}

int class_list_read(const char *text, size_t classes, size_t *shown, size_t *count,
                    sgdl_error_t *error)
{
    bool *seen = calloc(classes, sizeof *seen);
    int status = seen ? SGDL_OK : sgdl_fail_memory(error);
    for (const char *next = text; status == SGDL_OK; next++) {
        char *end;
        errno = 0;
        unsigned long number = strtoul(next, &end, 10);
        if (*next < '0' || *next > '9' || errno || number < 1 || number > classes ||
            seen[number - 1] || (*end && *end != ',')) {
            status = fail_classes(text, classes, error);
            break;
        }
        seen[number - 1] = true;
        next = end;
        if (!*end)
            break;
    }
    *count = 0;
    for (size_t i = 0; i < classes && status == SGDL_OK; i++)
        if (seen[i])
            shown[(*count)++] = i;
    free(seen);
    return status;
}
