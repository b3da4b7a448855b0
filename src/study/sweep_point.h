/**
 * One point of a sweep.
 */
#ifndef SGDLIMIT_STUDY_SWEEP_POINT_H
#define SGDLIMIT_STUDY_SWEEP_POINT_H

#include "src/study/grid.h"

enum { SWEEP_REASON = 256 }; /* room for the reason of a failure */

/** Asks the theory for what it shows of the problem's points. Errors: SGDL_ERR_MEMORY. */
int sweep_point_shown(sgdl_sweep_t *self, sgdl_error_t *error) SGDL_CHECKED;

/** Names the columns. Errors: SGDL_ERR_MEMORY. */
int sweep_point_columns(const sgdl_sweep_t *self, sgdl_table_t *table,
                        sgdl_error_t *error) SGDL_CHECKED;

/** How many columns there are. */
size_t sweep_point_width(const sgdl_sweep_t *self);

/** Does a row [width] tell of a failure? */
bool sweep_point_failed(const sgdl_sweep_t *self, const double *row);

/** Says in a plan of its points how close they are to come. */
void sweep_point_plan(const sgdl_sweep_t *self, sgdl_plan_t *plan);

/** Computes a point into row [width], with the options' memory, until their watch tells to stop;
 * `reason` is "" unless it failed. Reads self only, so that
 * several threads may. Errors: SGDL_ERR_INTERRUPTED, SGDL_ERR_MEMORY, SGDL_ERR_INPUT (a file of the
 * problem has changed). */
int sweep_point_compute(const sgdl_sweep_t *self, size_t point, const sgdl_sweep_options_t *options,
                        double *row, char reason[SWEEP_REASON], sgdl_error_t *error) SGDL_CHECKED;

#endif
