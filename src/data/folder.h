/**
 * A folder that appears whole or not at all: filled beside its place, then renamed.
 */
#ifndef SGDLIMIT_DATA_FOLDER_H
#define SGDLIMIT_DATA_FOLDER_H

#include <dirent.h>
#include <stdbool.h>

#include "sgdlimit/error.h"

typedef struct folder {
    char *target;    /* where it will be */
    char *temporary; /* where it is until then */
    DIR *entries;    /* of it, so that no memory is needed to remove them */
} folder_t;

/** Makes the folder beside its place, which must be free: nothing there or an empty folder or, with
 * `replace`, one that holds only files of such names. Errors: SGDL_ERR_INPUT, SGDL_ERR_OUTPUT,
 * SGDL_ERR_MEMORY. */
int folder_open(folder_t *self, const char *path, bool replace, bool (*is_own)(const char *name),
                sgdl_error_t *error) SGDL_CHECKED;

/** Puts it in its place. Errors: SGDL_ERR_OUTPUT, SGDL_ERR_MEMORY. */
int folder_commit(folder_t *self, sgdl_error_t *error) SGDL_CHECKED;

/** Removes what was written; legal after commit, after a failed open and on an all-zero object. */
void folder_discard(folder_t *self);

#endif
