/**
 * Critical points in two coordinates, and the ways down to minima.
 */
#ifndef SGDLIMIT_LANDSCAPE_PLANE_H
#define SGDLIMIT_LANDSCAPE_PLANE_H

#include "src/landscape/landscape.h"

/** Fills critical, confining, whole and reach of a landscape in two coordinates: Newton's
 * iterations from many starts inside a circle beyond which the sign of the radial slope stays what
 * it is. The indices of what is found sum to the number of turns of the gradient along the circle,
 * or starts get denser, and if they never do it is not whole. Errors: SGDL_ERR_INPUT (critical
 * points that are not isolated), SGDL_ERR_MEMORY. */
int plane_find_critical(landscape_t *self, sgdl_error_t *error) SGDL_CHECKED;

/** Do the indices of the critical points, all inside a box, sum to the turns of the gradient along
 * its sides? */
bool plane_is_whole(const landscape_t *self, double (*box)[2]);

/** Numbers the minima that joins of each saddle name, and how near a minimum keeps what comes. */
void plane_find_joins(landscape_t *self);

/** The basin that steepest descent from x comes to, inside the landscape's range; NO_BASIN if to
 * none. */
size_t plane_descend(const landscape_t *self, const double *x);

#endif
