/**
 * Where a noisy method ends of which no equation is known: runs of its recursion to later and later
 * times, until what three late rows come to does not change any more.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_LONG_RUN_H
#define SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_LONG_RUN_H

#include "src/theories/fixed_data/limit/ending.h"

/** Fills what `self`, prepared with its minimiser, says of the end, with standard errors that hold
 * what the extrapolation may be off by. Errors: those of outcome_init but SGDL_ERR_DIVERGED. */
int long_run_find(ending_t *self, size_t rate, sgdl_error_t *error) SGDL_CHECKED;

#endif
