/**
 * The stationary law of a setting and how fast it is reached. A function a kind of equation fills a
 * row; limit.c knows which.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_LIMIT_H
#define SGDLIMIT_THEORIES_DIFFUSION_LIMIT_H

#include "sgdlimit/curve.h"
#include "src/theories/diffusion/observables.h"
#include "src/theories/diffusion/tail.h"

typedef struct limit_row {
    observables_t law; /* basin [minima] is the caller's; mass, mean and variance are not asked */
    tail_t tail;       /* of least squares in one direction alone */
    double gap;        /* slowest relaxation rate per t; 0: below what numbers hold */
} limit_row_t;

/** Fills the row and gives notes, keys by setting_key: how it was resolved, how well the ways to
 * compute it agree. Errors: SGDL_ERR_SOLVER (they do not), SGDL_ERR_INPUT, SGDL_ERR_MEMORY,
 * SGDL_ERR_INTERRUPTED, the sink's. */
typedef int limit_f(const setting_t *setting, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                    limit_row_t *row, sgdl_error_t *error);

/** Is it least squares in one direction, whose rows have a tail? */
bool limit_has_tail(const sgdl_problem_t *problem);
extern const char *const limit_tail_columns[]; /* the last is NULL */

limit_f limit_tail;     /* its rows */
limit_f limit_line;     /* one coordinate without momentum */
limit_f limit_plane;    /* two coordinates */
limit_f limit_momentum; /* one coordinate with momentum */

#endif
