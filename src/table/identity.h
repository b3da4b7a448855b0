/**
 * What makes two tables tables of one work: comments and columns that both have.
 */
#ifndef SGDLIMIT_TABLE_IDENTITY_H
#define SGDLIMIT_TABLE_IDENTITY_H

#include <stdint.h>

#include "sgdlimit/table.h"

/** Refuses a table `other`, called `name`, that lacks one of the comments of `own` or has other
 * columns; comments of its own it may have. Errors: SGDL_ERR_INPUT. */
int identity_check(const sgdl_table_t *own, const sgdl_table_t *other, const char *name,
                   sgdl_error_t *error) SGDL_CHECKED;

/** A checksum of comments and columns. */
uint32_t identity_sum(const sgdl_table_t *own);

/** Goes on with the checksum `sum`: the numbers of a row [columns]; whatever format they were
 * written in and read from, it is the same. */
uint32_t identity_add_row(uint32_t sum, const double *row, size_t columns);

#endif
