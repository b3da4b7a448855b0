/**
 * Reading one value of the tree: what was found and what is allowed, said in one way everywhere.
 * All return SGDL_OK or SGDL_ERR_INPUT (texts and lists also SGDL_ERR_MEMORY) at the node's place.
 */
#ifndef SGDLIMIT_TREE_VALUE_H
#define SGDLIMIT_TREE_VALUE_H

#include <stdint.h>

#include "src/tree/tree.h"

/** The numbers from lower to upper; infinite bounds do not bound. */
typedef struct range {
    double lower, upper;
    bool lower_open, upper_open;
} range_t;

enum { RANGE_TEXT_SIZE = 96 };

/** "a number in (0, 1]" or the like. */
const char *range_text(range_t range, char buffer[RANGE_TEXT_SIZE]);

int value_number(const node_t *node, range_t range, double *value,
                 sgdl_error_t *error) SGDL_CHECKED;

/** A whole number, also stated as 1e6, from lower to upper. */
int value_integer(const node_t *node, double lower, double upper, double *value,
                  sgdl_error_t *error) SGDL_CHECKED;

int value_seed(const node_t *node, uint64_t *value, sgdl_error_t *error) SGDL_CHECKED;

/** A list of one or more numbers; *values [count] is malloc'd. */
int value_numbers(const node_t *node, range_t range, double **values, size_t *count,
                  sgdl_error_t *error) SGDL_CHECKED;

/** [a, b] with a < b. */
int value_interval(const node_t *node, range_t range, double values[2],
                   sgdl_error_t *error) SGDL_CHECKED;

/** A word of names [count]. later [later_count] are words that are known but not built. */
typedef struct words {
    const char *const *names;
    size_t count;
    const char *const *later;
    size_t later_count;
} words_t;

int value_word(const node_t *node, words_t words, size_t *index, sgdl_error_t *error) SGDL_CHECKED;

/** A file's name made absolute; *path is malloc'd. `folder` is the problem file's, absolute; names
 * in flags start from the working directory. */
int value_path(const node_t *node, const char *folder, char **path,
               sgdl_error_t *error) SGDL_CHECKED;

/** The name of a file of numbers, or numbers in its place. */
typedef struct value_data {
    char *path;         /* as of value_path, or NULL: the numbers themselves */
    double *list;       /* malloc'd; NULL: they are a program's */
    const double *data; /* [count] */
    size_t count;
} value_data_t;

int value_data(const node_t *node, const char *folder, value_data_t *value,
               sgdl_error_t *error) SGDL_CHECKED;

/** A map with no keys beyond names [count]. `example` is what the message allows. */
int value_map(const node_t *node, const char *example, const char *const *names, size_t count,
              sgdl_error_t *error) SGDL_CHECKED;

#endif
