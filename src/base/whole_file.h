/**
 * Files that appear whole or not at all: written beside the target, then renamed over it.
 *
 * A target that exists and is no regular file (a pipe, /dev/null) is written directly; a symbolic
 * link is followed, also one whose target is still to be made. A target that exists keeps its
 * permissions, a new one gets the umask's. Where a file can be written but not replaced (it is
 * mounted by itself, its folder is read-only) it is written in place.
 */
#ifndef SGDLIMIT_BASE_WHOLE_FILE_H
#define SGDLIMIT_BASE_WHOLE_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "sgdlimit/error.h"

typedef struct whole_file {
    FILE *stream;    /* write here */
    char *target;    /* where the file will be */
    char *temporary; /* where it is until then; NULL when written directly */
    bool in_place;   /* a regular file written directly, over what it holds */
} whole_file_t;

/** Opens for writing. Errors: SGDL_ERR_OUTPUT (errno in error->raw), SGDL_ERR_MEMORY. */
int whole_file_open(whole_file_t *self, const char *path, sgdl_error_t *error) SGDL_CHECKED;

/** Puts the file in place, or removes what was written; what is whole and has no place to go stays
 * beside, and the message says where. Ends the object's life either way. Errors: SGDL_ERR_OUTPUT
 * (errno in error->raw). */
int whole_file_commit(whole_file_t *self, sgdl_error_t *error) SGDL_CHECKED;

/** Removes what was written; legal after commit and on an all-zero object. */
void whole_file_discard(whole_file_t *self);

/** Whether whole_file_open would succeed, without leaving anything behind: so that a long
 * run learns early that its output has nowhere to go. */
int whole_file_probe(const char *path, sgdl_error_t *error) SGDL_CHECKED;

/** Do both names lead to one regular file, by whatever path or link? */
bool same_file(const char *a, const char *b);

#endif
