/** Long work looks at the flag that a signal may set. */
#ifndef SGDLIMIT_BASE_INTERRUPTED_H
#define SGDLIMIT_BASE_INTERRUPTED_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"

/** Whether the flag is set. NULL: it never is. */
static inline bool stop_asked(const volatile sig_atomic_t *flag) { return flag && *flag; }

/** SGDL_ERR_INTERRUPTED if it is, SGDL_OK if not. */
static inline int check_interrupted(const volatile sig_atomic_t *flag, sgdl_error_t *error)
{
    if (!stop_asked(flag))
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
}

#endif
