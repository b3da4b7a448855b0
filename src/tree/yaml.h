/**
 * YAML text to a tree of values. One document; aliases are copied out, within the tree's limits.
 */
#ifndef SGDLIMIT_TREE_YAML_H
#define SGDLIMIT_TREE_YAML_H

#include "src/tree/tree.h"

/**
 * Reads `text` [length] that starts at `place`. Errors: SGDL_ERR_INPUT for text
 * that is not UTF-8, not YAML, empty, more than one document or beyond the tree's limits.
 */
int tree_read_yaml(tree_t *tree, const char *text, size_t length, place_t place, node_t **root,
                   sgdl_error_t *error) SGDL_CHECKED;

#endif
