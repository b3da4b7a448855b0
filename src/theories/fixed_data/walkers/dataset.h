/**
 * What all runs share, and the data set that each of them draws: n = alpha d samples of the
 * mixture, their labels drawn with them.
 *
 * An intercept is one more feature, the constant c, whose weight no ridge holds: coordinate d of
 * all rows. Rows are padded with zeros to whole panels.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_WALKERS_DATASET_H
#define SGDLIMIT_THEORIES_FIXED_DATA_WALKERS_DATASET_H

#include "src/theories/fixed_data/walkers/samples.h"
#include "src/theories/streaming/walkers/experiment.h"

/** To be freed in any case; all-zero is empty. */
typedef struct scene {
    experiment_t experiment; /* of a problem whose ratio is a whole number of samples */
    size_t n, stride;        /* samples; distance of rows */
    double *mean;            /* [C*stride] coordinates of mu_i */
    double *deviation;       /* [C*stride] sqrt(lambda_i) */
    double *signal;          /* [K*stride] coordinates of X*; NULL without a teacher */
    double *start;           /* [d*L] X_0 in the basis of matrices; NULL without either */
    size_t K;                /* signals */
    bool is_committee;
} scene_t;

/** Errors: those of experiment_init and sgdl_directions_init, SGDL_ERR_MEMORY. */
int scene_init(scene_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
               sgdl_error_t *error) SGDL_CHECKED;
void scene_free(scene_t *self);

typedef struct dataset {
    const scene_t *scene; /* borrowed */
    double *a;            /* [n*stride] features */
    double *y;            /* [n*L] targets */
    double *chance;       /* [n] that r > 0 is the right decision; NAN: there is none; L = 1 */
    size_t *class_index;  /* [n] */
    size_t *members;      /* [C] samples of a class */
    /* of the last look: */
    const double *row[SAMPLES_ROWS]; /* features of the samples */
    double *r;                       /* [SAMPLES_ROWS*L] their preactivations, sample-major */
} dataset_t;

/** That of run number `run`. free is legal after an error. Errors: SGDL_ERR_MEMORY. */
int dataset_init(dataset_t *self, const scene_t *scene, uint64_t run,
                 sgdl_error_t *error) SGDL_CHECKED;
void dataset_free(dataset_t *self);

/** Doubles that it takes. */
double dataset_numbers(const scene_t *scene);

/** Looks at X [L*stride] from the first samples of a list, as many as go into a panel; returns how
 * many these are. */
size_t dataset_look(dataset_t *self, const size_t *list, size_t count, const double *x);

/** The gradient g [L] of the loss of sample j at r [L]. */
void dataset_slope(const dataset_t *self, size_t j, const double *r, double *g);

/** Means over the samples of each class at X: of the loss, and of the wrong decisions. risk [C+1],
 * error [C+1], of all samples behind the classes; NAN of none. */
void dataset_train(dataset_t *self, const double *x, double *risk, double *error);

#endif
