/**
 * Problem files: a YAML file, or one of our own tables, whose header holds the problem.
 */
#ifndef SGDLIMIT_PROBLEM_SOURCE_H
#define SGDLIMIT_PROBLEM_SOURCE_H

#include <stdio.h>

#include "src/problem/tree.h"

/**
 * Reads a stream to its end, or a table as far as its header; `name` stands for it in messages
 * and must outlive the tree. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY.
 */
int source_read(tree_t *tree, FILE *stream, const char *name, node_t **root,
                sgdl_error_t *error) SGDL_CHECKED;

#endif
