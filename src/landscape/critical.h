/**
 * Critical points of a landscape: minima, the barriers between them, basins.
 */
#ifndef SGDLIMIT_LANDSCAPE_CRITICAL_H
#define SGDLIMIT_LANDSCAPE_CRITICAL_H

#include "src/landscape/landscape.h"

/** Fills critical and minimum of a landscape that has all else. Errors: SGDL_ERR_INPUT (there is no
 * minimum), SGDL_ERR_MEMORY, SGDL_ERR_EXTERNAL. */
int critical_find(landscape_t *self, sgdl_error_t *error) SGDL_CHECKED;

#endif
