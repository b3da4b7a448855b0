/** Files that cannot be opened or read. */
#ifndef SGDLIMIT_BASE_FAIL_READING_H
#define SGDLIMIT_BASE_FAIL_READING_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "sgdlimit/error.h"

/** "WHAT: the reason" by errno's `number` (0: not told), SGDL_ERR_INPUT; but SGDL_ERR_MEMORY where
 * memory was the reason, which is no fault of the file. */
int fail_reading(sgdl_error_t *error, int number, const char *path, const char *what);

/** json_loadb. *starved: memory was the reason of a failure, which jansson's flaw alone does not
 * tell: a string for which there is no memory is "invalid" to it. */
json_t *load_json(const char *text, size_t length, size_t flags, json_error_t *flaw, bool *starved);

#endif
