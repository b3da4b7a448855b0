/**
 * Where a diffusion says little of SGD: notes that every computation on a landscape gives.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_WARNINGS_H
#define SGDLIMIT_THEORIES_DIFFUSION_WARNINGS_H

#include "sgdlimit/curve.h"
#include "src/theories/diffusion/setting.h"

/** A step beside the curvature of the basins; the least barrier beside the temperature. Says
 * nothing where all is well. Errors: the sink's, SGDL_ERR_MEMORY. */
int warnings_note(const setting_t *setting, const sgdl_sink_t *sink,
                  sgdl_error_t *error) SGDL_CHECKED;

/** That much of the stationary mass is in the outermost cells of the box. Errors: as above. */
int warnings_note_outermost(const setting_t *setting, double mass, const sgdl_sink_t *sink,
                            sgdl_error_t *error) SGDL_CHECKED;

#endif
