/**
 * What a problem is inside: what was read of its statement.
 */
#ifndef SGDLIMIT_PROBLEM_PROBLEM_H
#define SGDLIMIT_PROBLEM_PROBLEM_H

#include "sgdlimit/problem.h"
#include "src/loss/order_parameters.h"

/** A file that a problem depends on, as it was when the problem was read. */
typedef struct problem_file {
    const char *path; /* absolute; borrowed from the problem */
    uint32_t crc32;
} problem_file_t;

struct sgdl_problem {
    double dimension;        /* d, or INFINITY */
    const sgdl_loss_t *loss; /* borrowed, static */
    bool one_hot;            /* targets are unit vectors of R^L instead of the label itself */

    size_t classes;          /* C */
    double *weight;          /* [C] p_i, sum 1 */
    double *label;           /* [C] as stated */
    size_t *label_index;     /* [C] 0-based index of the class's label among the distinct ones */
    sgdl_spec_t *covariance; /* [C] */
    sgdl_mean_t *mean;       /* [C] */

    sgdl_targets_t targets; /* L = targets.outputs; distinct labels in increasing order */
    double *target;         /* [K*L] storage behind targets.target */

    size_t rates;                   /* number of learning rates, one curve each */
    sgdl_schedule_t *learning_rate; /* [rates] */

    double intercept;   /* c, 0: none */
    double batch;       /* b, a positive integer */
    double ridge;       /* delta >= 0 */
    double start_norm2; /* E|X_0 column|^2 of an isotropic random start; NAN with a start file */
    char *start_path;   /* NULL, or the file of a given start */
    double *start;      /* NULL, or [d*L] direction-major */

    double time; /* horizon in t = steps/d */

    double clean_below; /* tau */
    uint64_t seed;

    sgdl_plan_t plan; /* as stated with the problem; its times are `times` */
    double *times;    /* [plan.points] owned */

    size_t files;         /* regular files behind covariances, means and the start */
    problem_file_t *file; /* [files] each once */
};

/** The mixture as order parameters see it, with that many second moments a class; borrows. */
population_t problem_population(const sgdl_problem_t *self, size_t pairs);

/** The bound on all learning rates up to the horizon; INFINITY if one has none. */
double problem_largest_rate(const sgdl_problem_t *self, double horizon);

/** sgdl_problem_quadrature for a largest learning rate and a last time that may be others than the
 * problem's. */
sgdl_quadrature_t problem_quadrature(const sgdl_problem_t *self, const sgdl_plan_t *plan,
                                     double rate, double horizon);

/** The number by which the curve of a learning rate is told apart: see rate_source_label. */
double problem_curve_value(const sgdl_problem_t *self, size_t curve, double horizon);

/** Frees what the problem holds and leaves all zero. */
void problem_clear(sgdl_problem_t *self);

#endif
