/**
 * One pass over the tree that fills a problem: the parts of it, in the order of the calls.
 */
#ifndef SGDLIMIT_PROBLEM_READING_H
#define SGDLIMIT_PROBLEM_READING_H

#include "src/problem/problem.h"
#include "src/tree/tree.h"

typedef struct reading {
    sgdl_problem_t *problem;
    const node_t *root;   /* a map with no unknown keys */
    const char *folder;   /* of the problem file, absolute; NULL: the working directory */
    const node_t **entry; /* [C] each class's map, NULL where nothing is stated; owned */
    sgdl_error_t *error;
} reading_t;

/** Weights, covariances and means. */
int classes_read(reading_t *self) SGDL_CHECKED;

/** Labels, label noise and targets. Needs the loss, the encoding and the classes. */
int labels_read(reading_t *self) SGDL_CHECKED;

/** The dimension, as stated or as the classes' files set it. Needs the classes. */
int dimension_read(reading_t *self) SGDL_CHECKED;

/** The learning rates. */
int rates_read(reading_t *self) SGDL_CHECKED;

/** The start. Needs the dimension and the targets. */
int start_read(reading_t *self) SGDL_CHECKED;

/** The horizon and the output times. */
int output_read(reading_t *self) SGDL_CHECKED;

/** The node of a top-level key, or NULL. */
const node_t *reading_get(const reading_t *self, const char *key);

/** The node of a key of a class (from 0), or NULL. */
const node_t *reading_class(const reading_t *self, size_t index, const char *key);

#endif
