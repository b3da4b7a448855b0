/* Comes first in every file that clang-tidy reads (.clang-tidy): what it cannot know of another file, that who
 * says that something failed returns no SGDL_OK. */
#include "sgdlimit/error.h"

#define sgdl_fail_memory(error) ((void)sgdl_fail_memory(error), (int)SGDL_ERR_MEMORY)
#define sgdl_fail(error, code, ...) ((void)sgdl_fail(error, code, __VA_ARGS__), (int)(code))
