/**
 * Rows of a sweep: taken over, and as a table.
 */
#ifndef SGDLIMIT_STUDY_SWEEP_TABLE_H
#define SGDLIMIT_STUDY_SWEEP_TABLE_H

#include "src/study/grid.h"

/** Takes over a row [columns]; `reason` "" if the point did not fail. Errors: SGDL_ERR_MEMORY. */
int sweep_keep(sgdl_sweep_t *self, size_t point, const double *row, const char *reason,
               sgdl_error_t *error) SGDL_CHECKED;

#endif
