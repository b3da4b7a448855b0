#include "src/base/file_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* malloc'd, or NULL. */
static char *working_folder(void)
{
    size_t size = 256;
    char *folder = NULL;
    for (;;) {
        char *grown = realloc(folder, size);
        if (!grown)
            break;
        folder = grown;
        if (getcwd(folder, size))
            return folder;
        if (size > 1 << 20)
            break;
        size *= 2;
    }
    free(folder);
    return NULL;
}

char *absolute_name(const char *folder, const char *name)
{
    if (name[0] == '/')
        return strdup(name);
    char *own = NULL;
    if (!folder)
        folder = own = working_folder();
    const size_t size = folder ? strlen(folder) + strlen(name) + 2 : 0;
    char *absolute = folder ? malloc(size) : NULL;
    if (absolute)
        (void)snprintf(absolute, size, "%s/%s", folder, name);
    free(own);
    return absolute;
}
