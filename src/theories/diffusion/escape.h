/**
 * How long it takes to leave a basin. A function a kind of equation finds the rows of a setting;
 * escape.c knows which, and how they are handed out.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_ESCAPE_H
#define SGDLIMIT_THEORIES_DIFFUSION_ESCAPE_H

#include "sgdlimit/curve.h"
#include "src/theories/diffusion/setting.h"

/** Mean times in t; NAN: not known, INFINITY: beyond what a double holds. */
typedef struct escape_row {
    size_t from, to;        /* basins from 0; with plan.target `to` is not read */
    double mfpt;            /* from the minimum of one to that of the other, or to plan.target */
    double kramers;         /* the same by Kramers' rate, as well as it is known, */
    double kramers_leading; /* and by his formula alone */
    double saddle;          /* to the top of the barrier between them */
    double discrete;        /* of the chain of steps: the first that, */
    double saddle_discrete; /* and the first beyond the top */
} escape_row_t;

typedef struct escape_out escape_out_t; /* where rows go */

/** Finds the rows of a setting, in the order of `from`, then `to`, each through escape_add, and
 * gives notes, keys by setting_key. Errors: SGDL_ERR_SOLVER (two ways to compute a time disagree),
 * SGDL_ERR_INPUT, SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED, the sink's. */
typedef int escape_f(const setting_t *setting, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                     const escape_out_t *out, sgdl_error_t *error);

escape_f escape_line;     /* one coordinate without momentum */
escape_f escape_plane;    /* two coordinates */
escape_f escape_momentum; /* one coordinate with momentum */

/** Hands a row out. Errors: the sink's. */
int escape_add(const escape_out_t *out, const setting_t *setting, const escape_row_t *row,
               sgdl_error_t *error) SGDL_CHECKED;

#endif
