/**
 * Flags merged over the tree of a problem file.
 */
#ifndef SGDLIMIT_PROBLEM_FLAGS_H
#define SGDLIMIT_PROBLEM_FLAGS_H

#include "src/problem/keys.h"

/** The family of the mean of class `index` (from 0) that states none: of two classes the first has
 * "constant" and the second "opposite" (of class 1), any other number of classes has "zero". */
const char *default_mean(size_t index, size_t classes);

/** Whether the class's map says, or by default means, that its mean is taken from another class. */
bool class_borrows_mean(const node_t *entry, size_t classes);

/** How many classes a problem has that states none: two, with a teacher one. */
size_t default_classes(const node_t *root);

/** The list of classes, `otherwise` empty ones where none are stated; NULL where it is no list of
 * maps. Errors: SGDL_ERR_MEMORY. */
int find_classes(tree_t *tree, node_t *root, size_t otherwise, node_t **classes,
                 sgdl_error_t *error) SGDL_CHECKED;

/** What a flag's text stands for. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int flag_node(const family_text_t *to, const key_flag_t *row, const char *text,
              node_t **node) SGDL_CHECKED;

/** Adds the flags [count] to `root`, a map, in the place of what it states.
 * Errors: SGDL_ERR_INPUT with the flag's name as place, SGDL_ERR_MEMORY. */
int flags_apply(tree_t *tree, node_t *root, const sgdl_flag_value_t *flags, size_t count,
                sgdl_error_t *error) SGDL_CHECKED;

#endif
