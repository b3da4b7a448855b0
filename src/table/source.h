/**
 * Problem files: a YAML file, or one of our own tables, whose header holds the problem.
 */
#ifndef SGDLIMIT_TABLE_SOURCE_H
#define SGDLIMIT_TABLE_SOURCE_H

#include <stdbool.h>
#include <stdio.h>

#include "src/tree/tree.h"

/** What was read. All of it lives in the tree. */
typedef struct header {
    node_t *root;        /* the problem's keys */
    const char *version; /* of the program that made the table, if it states it, else NULL */
    const char *command; /* of a table that states it, else NULL */
    node_t *options;     /* of a table: a map, OPTION_PREFIX and a name -> text */
    node_t *files;       /* of a table: a list, what FILE_PREFIX and a number stand for */
} header_t;

/** How the keys begin under which a table's header holds the options of its command, and the
 * checksums of the files that its problem depends on. */
#define OPTION_PREFIX "option_"
#define FILE_PREFIX "file_"

/** The key of the version in a table's header, its first line where it is text. */
#define VERSION_KEY "sgdlimit"

/** The keys that state a problem. */
typedef struct source_keys {
    const char *const *names; /* [count] */
    size_t count;
    /* Is it one of those that the whole of such a problem stated in that version? NULL: all are. */
    bool (*needs)(const node_t *root, const char *version, const char *name);
} source_keys_t;

/**
 * Reads a stream to its end, or a table as far as its header; `name` stands for it in messages
 * and must outlive the tree. A table that states its version states the whole problem, and its
 * columns: what was cut or changed is not completed by defaults. Errors: SGDL_ERR_INPUT,
 * SGDL_ERR_MEMORY.
 */
int source_read(tree_t *tree, FILE *stream, const char *name, const source_keys_t *keys,
                header_t *header, sgdl_error_t *error) SGDL_CHECKED;

#endif
