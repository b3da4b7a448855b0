/**
 * First passages of real runs: from a minimum until a run is for the first time at or beyond the
 * barrier to a neighbour, and at or beyond that neighbour's minimum; in two coordinates until it is
 * in the core of that basin, where the loss lies below half way from its minimum up to the saddle
 * between. A run ends when it has come to all its neighbours, or at the problem's time.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_PASSAGES_H
#define SGDLIMIT_THEORIES_DIFFUSION_PASSAGES_H

#include "src/theories/diffusion/runs.h"
#include "src/theories/diffusion/simulated.h"

/** Not to be moved while it runs. To be freed in any case. Its ensemble has a curve a curve of the
 * problem and minimum from which runs start. */
typedef struct passages {
    const landscape_t *landscape; /* borrowed */
    runs_t runs;
    basin_finder_t finder;
    double highest;  /* two coordinates: above it no basin has a core */
    uint64_t *steps; /* [curves of the ensemble] until which runs go; owned */
    double *t;       /* [the same] when that is; owned */
} passages_t;

/** What is told of the time that it takes to come somewhere. Where runs had not come there by the
 * end, the mean is that of an exponential law: the time of all runs over the number of those that
 * came. */
typedef struct passage_mean {
    size_t runs, reached;
    size_t first;        /* of those that reached it: who had not come to another minimum before */
    double steps, error; /* mean and its standard error, in steps; NAN: none came */
} passage_mean_t;

/** Errors: as walk_init; SGDL_ERR_INPUT: one minimum, a learning rate that
 * changes, memory. */
int passages_init(passages_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                  sgdl_error_t *error) SGDL_CHECKED;
void passages_free(passages_t *self);

/** Makes all runs. Errors: as ensemble_run. */
int passages_make(passages_t *self, sgdl_error_t *error) SGDL_CHECKED;

/** Are the basins neighbours? */
bool passages_joined(const landscape_t *landscape, size_t from, size_t to);

/** From basin `from` to its neighbour `to`: its minimum, or with `barrier` what lies between. */
passage_mean_t passages_mean(const passages_t *self, size_t curve, size_t from, size_t to,
                             bool barrier);

#endif
