/** The classes whose columns are printed. */
#ifndef SGDLIMIT_CLI_CLASS_LIST_H
#define SGDLIMIT_CLI_CLASS_LIST_H

#include <stddef.h>

#include "sgdlimit/error.h"

/** "1,5,9" -> 0-based class numbers in increasing order, whatever the text's: shown [*count], with
 * room for `classes`. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int class_list_read(const char *text, size_t classes, size_t *shown, size_t *count,
                    sgdl_error_t *error) SGDL_CHECKED;

#endif
