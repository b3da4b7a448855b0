/* The sink that fills a table. */
#include "sgdlimit/curve.h"

#include <string.h>

static int add_columns(void *context, const sgdl_quantity_t *quantity, size_t count,
                       sgdl_error_t *error)
{
    sgdl_table_t *table = context;
    int status = SGDL_OK;
    if (table->columns > 0)
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "found a table that holds %zu columns, allowed: one without",
                         table->columns);
    for (size_t q = 0; q < count && status == SGDL_OK; q++)
        status = sgdl_table_column(table, error, "%s", quantity[q].name);
    return status;
}

static int add_block(void *context, const sgdl_block_t *block, sgdl_error_t *error)
{
    (void)block; /* what a table knows of it is in its rows and comments */
    return sgdl_table_block(context, error);
}

static int add_row(void *context, const double *value, sgdl_error_t *error)
{
    sgdl_table_t *table = context;
    double *row;
    int status = sgdl_table_row(table, &row, error);
    if (status == SGDL_OK)
        memcpy(row, value, table->columns * sizeof *row);
    return status;
}

static int add_comment(void *context, const char *key, const char *text, sgdl_error_t *error)
{
    return sgdl_table_comment(context, false, key, error, "%s", text);
}

sgdl_sink_t sgdl_table_sink(sgdl_table_t *table)
{
    return (sgdl_sink_t){.context = table,
                         .quantities = add_columns,
                         .block = add_block,
                         .row = add_row,
                         .note = add_comment};
}
