/**
 * Single keys of a problem's tree, set by their path.
 */
#ifndef SGDLIMIT_PROBLEM_ASSIGNMENTS_H
#define SGDLIMIT_PROBLEM_ASSIGNMENTS_H

#include "src/problem/problem.h"
#include "src/tree/tree.h"

/** Sets the keys [count] in `root`, a map. Errors: SGDL_ERR_INPUT with the key as place,
 * SGDL_ERR_MEMORY. */
int assignments_apply(tree_t *tree, node_t *root, const sgdl_assignment_t *assignments,
                      size_t count, sgdl_error_t *error) SGDL_CHECKED;

/** Does that key of the problem take whole numbers alone? */
bool assignment_is_whole(const sgdl_problem_t *problem, const char *key);

/** Does this key name a class of the problem, by its number? */
bool assignment_is_class(const char *key);

#endif
