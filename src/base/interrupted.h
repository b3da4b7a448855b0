/** Long work looks at the flag that a signal may set. */
#ifndef SGDLIMIT_BASE_INTERRUPTED_H
#define SGDLIMIT_BASE_INTERRUPTED_H

#include <signal.h>
#include <stddef.h>

#include "sgdlimit/error.h"

/** SGDL_ERR_INTERRUPTED if the flag is set, SGDL_OK if it is not or NULL. */
static inline int spectra_interrupted(const volatile sig_atomic_t *flag, sgdl_error_t *error)
{
    if (!flag || !*flag)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
}

#endif
