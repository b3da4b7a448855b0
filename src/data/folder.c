#include "src/data/folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/fail_reading.h"
#include "src/base/fail_writing.h"

static char *joined(const char *a, const char *b)
{
    char *text = malloc(strlen(a) + strlen(b) + 1);
    if (text) {
        (void)strcpy(text, a);
        (void)strcat(text, b);
    }
    return text;
}

/* The next entry of a folder but for itself and the one above; NULL: there is none. */
static const char *next_entry(DIR *folder)
{
    const struct dirent *entry;
    do {
        entry = readdir(folder);
    } while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    return entry ? entry->d_name : NULL;
}

/* The first entry that is not its own; "": there is none. */
static int find_foreign(const char *path, bool (*is_own)(const char *name), char found[128],
                        sgdl_error_t *error)
{
    errno = 0;
    DIR *folder = opendir(path);
    if (!folder)
        return fail_reading(error, errno, path, "cannot read the folder");
    const char *name;
    do {
        name = next_entry(folder);
    } while (name && is_own && is_own(name));
    (void)snprintf(found, 128, "%.100s", name ? name : "");
    (void)closedir(folder);
    return SGDL_OK;
}

static int check_place(const char *path, bool replace, bool (*is_own)(const char *name),
                       sgdl_error_t *error)
{
    struct stat there;
    if (stat(path, &there) != 0)
        return SGDL_OK;
    if (!S_ISDIR(there.st_mode))
        return sgdl_fail(error, SGDL_ERR_INPUT, path, "is no folder, allowed: a new or empty one");
    char foreign[128] = "";
    int status = find_foreign(path, replace ? is_own : NULL, foreign, error);
    if (status == SGDL_OK && *foreign && replace)
        return sgdl_fail(error, SGDL_ERR_INPUT, path,
                         "holds '%s', which no estimate wrote; allowed: a folder that can be "
                         "replaced",
                         foreign);
    if (status == SGDL_OK && *foreign)
        return sgdl_fail(error, SGDL_ERR_INPUT, path,
                         "is there and not empty; allowed: a new folder, or --force to replace one "
                         "that an estimate wrote");
    return status;
}

int folder_open(folder_t *self, const char *path, bool replace, bool (*is_own)(const char *name),
                sgdl_error_t *error)
{
    *self = (folder_t){.target = strdup(path)};
    if (!self->target)
        return sgdl_fail_memory(error);
    for (size_t end = strlen(path); end > 1 && self->target[end - 1] == '/';)
        self->target[--end] = '\0';
    int status = check_place(self->target, replace, is_own, error);
    if (status != SGDL_OK)
        return status;
    self->temporary = joined(self->target, ".XXXXXX");
    if (!self->temporary)
        return sgdl_fail_memory(error);
    if (!mkdtemp(self->temporary)) {
        status = fail_writing(error, errno, self->target);
        free(self->temporary);
        self->temporary = NULL;
        return status;
    }
    const mode_t mask = umask(0); /* mkdtemp's folder is its owner's alone */
    (void)umask(mask);
    (void)chmod(self->temporary, 0777 & ~mask);
    self->entries = opendir(self->temporary);
    return self->entries ? SGDL_OK : sgdl_fail_memory(error);
}

/* All in it, which is files, and itself. */
static void remove_folder(const char *path, DIR *entries)
{
    const char *name;
    if (entries) {
        rewinddir(entries);
        while ((name = next_entry(entries)) != NULL)
            (void)unlinkat(dirfd(entries), name, 0);
    }
    (void)rmdir(path);
}

/* What was in its place goes aside first, and comes back where it fails. */
static int replace(const folder_t *self, sgdl_error_t *error)
{
    char *aside = joined(self->temporary, ".old");
    DIR *entries = opendir(self->target);
    int number = 0;
    if (!aside || !entries || rename(self->target, aside) != 0)
        number = errno;
    else if (rename(self->temporary, self->target) != 0) {
        number = errno;
        (void)rename(aside, self->target);
    } else {
        remove_folder(aside, entries);
    }
    if (entries)
        (void)closedir(entries);
    free(aside);
    return number == ENOMEM ? sgdl_fail_memory(error)
           : number         ? fail_writing(error, number, self->target)
                            : SGDL_OK;
}

int folder_commit(folder_t *self, sgdl_error_t *error)
{
    int status = SGDL_OK;
    if (rename(self->temporary, self->target) != 0)
        status = errno == EEXIST || errno == ENOTEMPTY ? replace(self, error)
                                                       : fail_writing(error, errno, self->target);
    if (status == SGDL_OK) {
        free(self->temporary);
        self->temporary = NULL;
    }
    folder_discard(self);
    return status;
}

void folder_discard(folder_t *self)
{
    if (self->temporary)
        remove_folder(self->temporary, self->entries);
    if (self->entries)
        (void)closedir(self->entries);
    free(self->temporary);
    free(self->target);
    *self = (folder_t){0};
}
