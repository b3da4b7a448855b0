/**
 * One pass over the tree that fills a problem, key by key, in the order of the model.
 */
#ifndef SGDLIMIT_PROBLEM_READING_H
#define SGDLIMIT_PROBLEM_READING_H

#include "sgdlimit/problem.h"
#include "src/spec/family.h"
#include "src/tree/tree.h"
#include "src/tree/value.h"

typedef struct reading {
    sgdl_problem_t *problem;
    tree_t *tree;
    node_t *root;       /* a map with no unknown keys */
    const char *folder; /* of the problem file, absolute; NULL: the working directory */
    node_t **entry;     /* [C] each class's map, NULL where nothing is stated; owned */
    node_t *counted;    /* the map that states all classes by their number, or NULL */
    sgdl_error_t *error;
} reading_t;

/** The node of a top-level key, or NULL. */
node_t *reading_get(const reading_t *self, const char *key);

/** The node of a key of a class (from 0), or NULL. Classes that are stated by their number share
 * theirs. */
node_t *reading_class(const reading_t *self, size_t index, const char *key);

/** Does a teacher label? That is stated in `root`, a map. */
bool teacher_is_stated(const node_t *root);

/** The node of its signal, from 0. */
node_t *teacher_signal(const reading_t *self, size_t number);

/** A member of a table of means with its interval `on`, of a class or a signal; and how it is
 * written. */
int mean_read(reading_t *self, const node_t *node, const family_table_t *table,
              const family_scope_t *scope, sgdl_mean_t *mean) SGDL_CHECKED;
void mean_put(FILE *out, const sgdl_mean_t *mean);

/** From now on the file's name is stated in full: a program that moves to another folder does not
 * move the file. Errors: SGDL_ERR_MEMORY. */
int reading_settle(reading_t *self, node_t *node, const char *path) SGDL_CHECKED;

#endif
