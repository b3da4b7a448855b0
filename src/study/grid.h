/**
 * What a sweep is inside: its grid, and what is known of its points.
 */
#ifndef SGDLIMIT_STUDY_GRID_H
#define SGDLIMIT_STUDY_GRID_H

#include "sgdlimit/sweep.h"
#include "src/curve/emit.h"

struct sgdl_sweep {
    sgdl_problem_t *problem; /* as varied; owned */
    double memory;           /* bytes that the rows may take */
    double accuracy, cell;   /* as in sgdl_grid_t */
    size_t paths;
    bool no_error;
    sgdl_axis_t axis[SGDL_SWEEP_AXES];
    size_t axes;
    emit_list_t shown; /* what the theory shows of a point, as columns; owned */
    bool timings;      /* a last column with the seconds that a point took */
    size_t points, columns;
    double *value; /* [points*columns] */
    bool *done;    /* [points] */
    char **reason; /* [points] of a failure, owned; NULL: none */
};

#endif
