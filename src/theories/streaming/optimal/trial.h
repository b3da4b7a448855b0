/**
 * Risks at T of learning rates that are constant on pieces, whatever their size: the directions
 * are chosen for the largest rates that are tried, and chosen anew where one is larger. The best
 * rates so far are kept.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_OPTIMAL_TRIAL_H
#define SGDLIMIT_THEORIES_STREAMING_OPTIMAL_TRIAL_H

#include "src/theories/streaming/optimal/staircase.h"

typedef struct trial {
    const sgdl_problem_t *problem; /* borrowed */
    sgdl_plan_t plan;              /* complete; its one time is T */
    const double *time;            /* [pieces + 1] borrowed */
    size_t pieces;
    bool gradients; /* there is room for them */
    double bound;   /* of the rates that the nodes serve */
    sgdl_nodes_t nodes;
    staircase_t staircase;
    double *best; /* [pieces] owned */
    double risk;  /* of the best; INFINITY: none yet */
    long runs, slopes;
} trial_t;

/** Not to be moved. `plan` is complete, `bound` a rate to begin with. To be freed in any case.
 * Errors: those of sgdl_nodes_init, staircase_init. */
int trial_init(trial_t *self, const staircase_of_t *of, double bound, bool gradients,
               sgdl_error_t *error) SGDL_CHECKED;
void trial_free(trial_t *self);

/** See staircase_risk. */
int trial_risk(trial_t *self, const double *rate, double *risk, sgdl_error_t *error) SGDL_CHECKED;
int trial_gradient(trial_t *self, const double *rate, double *gradient,
                   sgdl_error_t *error) SGDL_CHECKED;

/** The same rate on all pieces. */
int trial_constant(trial_t *self, double rate, double *risk, sgdl_error_t *error) SGDL_CHECKED;

/** Largest eigenvalue traces and squared means, at least: gamma times it is a pace. */
double trial_size(const trial_t *self);

#endif
