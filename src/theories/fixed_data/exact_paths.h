/**
 * Training errors where second moments do not tell them: paths of residuals are drawn, as many of
 * each class, with the memory and the covariances that the recursion knows exactly.
 *
 *     e^t = w^t + m(t) - y + sum_{s<t} rho(t,s) s_s e^s
 *
 * One output under class labels has a Gaussian companion beside it, with the same second moments
 * and noise that is coupled to the selection's: its error is known, and the difference alone is
 * estimated.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_EXACT_PATHS_H
#define SGDLIMIT_THEORIES_FIXED_DATA_EXACT_PATHS_H

#include "src/theories/fixed_data/exact.h"

/** The paths of one class, time-major. */
typedef struct path_class {
    double *factor; /* rows of the Cholesky factor of (r*, w^0, w^1, ...), a triangle by rows */
    double *normal; /* [rows*paths] */
    double *g;      /* [T*L*paths] */
    double *twin;   /* [T*paths] of the companion */
    double *label;  /* [L*paths] y */
    double *right;  /* [paths] sign or number of the right decision */
    double *row;    /* [L*rows] of the factor at the last look */
    double *e;      /* [L*paths] there, and of the companion */
    double *e_twin; /* [paths] */
    double *memory; /* [paths] of the selection */
} path_class_t;

typedef struct exact_paths {
    const exact_t *exact; /* borrowed */
    const timeline_t *timeline;
    size_t paths; /* a class; 0: errors are known without */
    size_t rows;  /* of a factor */
    bool has_twin;
    path_class_t *class; /* [C] */
    double *own;
} exact_paths_t;

double exact_paths_memory(const setup_t *setup, const timeline_t *timeline);

/** free is legal after an error. Errors: SGDL_ERR_MEMORY. */
int exact_paths_init(exact_paths_t *self, const exact_t *exact, const timeline_t *timeline,
                     sgdl_error_t *error) SGDL_CHECKED;
void exact_paths_free(exact_paths_t *self);

/** Follows the last look of the recursion. */
void exact_paths_see(exact_paths_t *self);

/** It was the query of the side's next step. */
void exact_paths_answer(exact_paths_t *self);

/** Corrects the errors [C] of exact_error. */
void exact_paths_error(const exact_paths_t *self, double *error);

#endif
