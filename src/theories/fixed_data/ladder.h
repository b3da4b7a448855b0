/**
 * The passes of one curve: on one grid, of methods that have steps of their own, else on finer and
 * finer ones, whose rows are extrapolated to cells of no length.
 *
 * Rows on a grid whose cells are cut into n parts differ from what they come to by c_1/n + c_2/n^2
 * + ...: K of them leave the first K - 1 terms out (Richardson). Replicates share no random
 * number; a replicate's passes on all grids are extrapolated together.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_LADDER_H
#define SGDLIMIT_THEORIES_FIXED_DATA_LADDER_H

#include "src/theories/fixed_data/pass.h"

enum { LADDER_MOST = 10, LADDER_REPLICATES = 32 };

typedef struct rung {
    timeline_t timeline;
    double *rows;   /* [room * timeline.rows * layout.width] */
    size_t room;    /* for replicates */
    size_t reached; /* rows that all passes have */
} rung_t;

typedef struct ladder {
    const setup_t *setup; /* borrowed */
    size_t curve;
    layout_t layout;
    double cell;     /* of the first grid */
    bool continuous; /* there is more than one grid */
    bool exact;      /* passes do not sample: one replicate is all */
    bool blocks;     /* responses are blocks */
    pass_f *pass;
    size_t paths, replicates;
    rung_t rung[LADDER_MOST];
    size_t count;                       /* grids with passes of all replicates */
    double residual[LADDER_REPLICATES]; /* the largest of each replicate's passes */
    sgdl_error_t ended;      /* SGDL_OK, or the divergence of the last pass that diverged */
    double foreseen;         /* multiply-adds of the passes that are still to come */
    double done, begin, end; /* share of the work that is behind, between begin and end */
} ladder_t;

/** Without a grid yet; the progress goes from `begin` to `end`. free is legal after an error.
 * Errors: those of timeline_init. */
int ladder_init(ladder_t *self, const setup_t *setup, size_t curve, double cell,
                sgdl_error_t *error) SGDL_CHECKED;
void ladder_free(ladder_t *self);

/** Grid number `index`. Errors: those of timeline_init. */
int ladder_make_timeline(const ladder_t *self, size_t index, timeline_t *timeline,
                         sgdl_error_t *error) SGDL_CHECKED;

/** Forgets all passes; the next ones have that many replicates of so many paths. */
void ladder_restart(ladder_t *self, size_t replicates, size_t paths);

/** Multiply-adds of all replicates on grid number `index`, about. Errors: those of timeline_init.
 */
int ladder_cost(const ladder_t *self, size_t index, double *cost, sgdl_error_t *error) SGDL_CHECKED;

/** Are a pass on grid number `index` and the rows of all within plan->memory? Errors:
 * SGDL_ERR_INPUT if not, those of timeline_init. */
int ladder_ask(const ladder_t *self, size_t index, sgdl_error_t *error) SGDL_CHECKED;

/** Passes of all replicates up to `grids` grids in all, one replicate after another. One that is
 * interrupted leaves what was whole before it, the very first one its rows. A divergence is kept in
 * `ended`. Errors: those of passes but SGDL_ERR_DIVERGED. */
int ladder_climb(ladder_t *self, size_t grids, sgdl_error_t *error) SGDL_CHECKED;

/** Up to `replicates` of them on all grids. Errors likewise. */
int ladder_widen(ladder_t *self, size_t replicates, sgdl_error_t *error) SGDL_CHECKED;

/** The median of the replicates' residuals: what chance does to one of them says nothing, what is
 * wrong with all does. */
double ladder_residual(const ladder_t *self);

/** Rows that there are; `grids` receives how many of the finest grids have all of them. */
size_t ladder_rows(const ladder_t *self, size_t *grids);

/** A replicate's row, extrapolated from the finest `grids` of them: into out [layout.width]. */
void ladder_row(const ladder_t *self, size_t replicate, size_t row, size_t grids, double *out);

/** Of the finest grid. */
const timeline_t *ladder_timeline(const ladder_t *self);

#endif
