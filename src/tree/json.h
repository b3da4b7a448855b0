/**
 * Stated values between JSON and one-line YAML, as json tables hold them.
 *
 * Numbers are JSON numbers where their text is the shortest that stands for the double, which all
 * that this program writes is, so that texts come back as they were; other scalars are strings.
 */
#ifndef SGDLIMIT_TREE_JSON_H
#define SGDLIMIT_TREE_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "src/tree/tree.h"

/** A json value as nodes that were stated in `line` of `source`. Errors: SGDL_ERR_INPUT for what is
 * beyond the tree's limits, SGDL_ERR_MEMORY. */
int json_node(tree_t *tree, json_t *value, const char *source, long line, node_t **node,
              sgdl_error_t *error) SGDL_CHECKED;

/** Prints one-line YAML `text` as JSON; what is no YAML as a string. Errors: SGDL_ERR_MEMORY. */
int json_print_yaml(const char *text, FILE *out, sgdl_error_t *error) SGDL_CHECKED;

/** Prints a text as a JSON string; what is not UTF-8 in it as '?'. Errors: SGDL_ERR_MEMORY. */
int json_print_string(const char *text, FILE *out, sgdl_error_t *error) SGDL_CHECKED;

/** A json value as one-line YAML, the other way round; a string is YAML already. *text is owned by
 * the caller in any case (free). Errors: as json_node. */
int json_yaml(json_t *value, char **text, sgdl_error_t *error) SGDL_CHECKED;

#endif
