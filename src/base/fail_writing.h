/** Files that cannot be written. */
#ifndef SGDLIMIT_BASE_FAIL_WRITING_H
#define SGDLIMIT_BASE_FAIL_WRITING_H

#include "sgdlimit/error.h"

/** "cannot be written: the reason" by errno's `number` (0: not told), which error->raw keeps.
 * Returns SGDL_ERR_OUTPUT. path may be NULL. */
int fail_writing(sgdl_error_t *error, int number, const char *path);

#endif
