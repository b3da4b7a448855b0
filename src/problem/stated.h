/**
 * What a file states before it is judged: a problem's keys and, in the header of one of our own
 * tables, which command made it, with which options, from which files.
 */
#ifndef SGDLIMIT_PROBLEM_STATED_H
#define SGDLIMIT_PROBLEM_STATED_H

#include "src/problem/problem.h"
#include "src/table/source.h"

typedef struct stated {
    tree_t tree;
    header_t header; /* root NULL: nothing was read */
    char *folder;    /* of the file, absolute; NULL: the working directory */
} stated_t;

/** Reads a problem file or a table, "-" for standard input, NULL for nothing; to be freed in any
 * case. `path` must outlive self. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int stated_read(stated_t *self, const char *path, sgdl_error_t *error) SGDL_CHECKED;

/** The problem with flags [flag_count] over it; once, since flags change the tree. Errors: as
 * sgdl_problem_read. */
int stated_problem(stated_t *self, sgdl_problem_t *problem, const sgdl_flag_value_t *flags,
                   size_t flag_count, sgdl_error_t *error) SGDL_CHECKED;

void stated_free(stated_t *self);

#endif
