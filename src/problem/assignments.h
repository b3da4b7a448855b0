/**
 * Single keys of a problem's tree, set by their path.
 */
#ifndef SGDLIMIT_PROBLEM_ASSIGNMENTS_H
#define SGDLIMIT_PROBLEM_ASSIGNMENTS_H

#include "sgdlimit/problem.h"
#include "src/base/text.h"
#include "src/tree/tree.h"

/** A key and what is put in the place of what the problem states. */
typedef struct assignment {
    const char *key;  /* with dots: see sgdl_problem_set */
    const char *text; /* a scalar, or with `verbatim` whatever a flag for the key takes, or YAML in
                         brackets; NULL: the numbers below */
    const double *values; /* [count] a list; NULL: data */
    size_t count;
    const struct data_item *data; /* in one piece, for a covariance, a mean or the start */
    bool verbatim; /* a class's weight leaves the others as they are; else it scales them, so that
                      all sum to 1 */
} assignment_t;

/** Sets it in `root`, a map. Errors: SGDL_ERR_INPUT with the key as place, SGDL_ERR_MEMORY. */
int assignment_set(tree_t *tree, node_t *root, const assignment_t *what,
                   sgdl_error_t *error) SGDL_CHECKED;

/** A number as it is stated: with all digits where it is whole. */
void assignment_number(double value, char text[TEXT_NUMBER_SIZE]);

/** Does that key of the problem take whole numbers alone? */
bool assignment_is_whole(const sgdl_problem_t *problem, const char *key);

/** Does this key name a class of the problem, by its number? */
bool assignment_is_class(const char *key);

#endif
