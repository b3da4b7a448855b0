/**
 * Files of numbers that stated values name, and numbers that a program states: each is read or
 * copied once and then shared by all that need it, from several threads too.
 */
#ifndef SGDLIMIT_TREE_DATA_H
#define SGDLIMIT_TREE_DATA_H

#include "src/base/numbers.h"

typedef struct data_item {
    char *path; /* absolute; NULL: stated by a program */
    numbers_t numbers;
} data_item_t; /* immutable once made */

/** What one statement needs; all-zero is valid and empty. */
typedef struct data {
    struct data_shared **item; /* [count] */
    size_t count;
} data_t;

/** The file of that absolute name, read if it is not there yet: whether it holds what is wanted is
 * for numbers_judge to say. Errors: SGDL_ERR_MEMORY. */
int data_read(data_t *self, const char *path, const data_item_t **item,
              sgdl_error_t *error) SGDL_CHECKED;

/** Numbers of a program, copied. Errors: SGDL_ERR_MEMORY. */
int data_add(data_t *self, const double *values, size_t count, const data_item_t **item,
             sgdl_error_t *error) SGDL_CHECKED;

/** The same items, shared, to an empty `copy`. Errors: SGDL_ERR_MEMORY. */
int data_copy(const data_t *self, data_t *copy, sgdl_error_t *error) SGDL_CHECKED;

/** The file of that name if it has been read, else NULL. */
const data_item_t *data_find(const data_t *self, const char *path);

/** Lets go of all items of which `is_needed` says no. */
void data_keep(data_t *self, bool (*is_needed)(const void *context, const data_item_t *item),
               const void *context);

void data_free(data_t *self);

#endif
