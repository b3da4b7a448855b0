/** Files that cannot be opened or read. */
#ifndef SGDLIMIT_FAIL_READING_H
#define SGDLIMIT_FAIL_READING_H

#include "sgdlimit/error.h"

/** "WHAT: the reason" by errno's `number` (0: not told), SGDL_ERR_INPUT; but SGDL_ERR_MEMORY where
 * memory was the reason, which is no fault of the file. */
int fail_reading(sgdl_error_t *error, int number, const char *path, const char *what);

#endif
