/**
 * The plan: how a problem is to be computed and what is to be shown of it. The problem says what.
 *
 * One struct for all computations; each reads what concerns it. Stated in the problem file's
 * `output` and `tolerance` and by options of the commands, recorded in a table's header beside the
 * problem, so that any table reproduces itself.
 */
#ifndef SGDLIMIT_PLAN_H
#define SGDLIMIT_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"
#include "sgdlimit/watch.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sgdl_spacing {
    SGDL_SPACING_LINEAR,
    SGDL_SPACING_LOG,
    SGDL_SPACING_TIMES
} sgdl_spacing_t;

typedef enum sgdl_linear_solver {
    SGDL_LINEAR_STRUCTURED, /* block-diagonal + low rank, O(nodes); Krylov where the rank is large
                             */
    SGDL_LINEAR_KRYLOV,     /* GMRES, the block-diagonal part as preconditioner */
    SGDL_LINEAR_DENSE       /* LAPACK on the full matrix: the reference */
} sgdl_linear_solver_t;

typedef enum sgdl_kernel {
    SGDL_KERNEL_AUTO,      /* the full or the collapsed one, whichever is cheaper */
    SGDL_KERNEL_FULL,      /* every coordinate; a step costs O(d) */
    SGDL_KERNEL_COLLAPSED, /* exact in law from inner products alone; a step costs O(number of
                              different eigenvalues), whatever d is */
    SGDL_KERNEL_SAMPLES    /* full, and every sample of a batch is drawn; the others draw batches
                              by the sums of their samples where that is cheaper, exact in law */
} sgdl_kernel_t;

/** What one sample's gradient is off by on a landscape. */
typedef enum sgdl_noise_law {
    SGDL_NOISE_GAUSSIAN,
    SGDL_NOISE_BINARY /* a standard deviation up or down: a batch is binomial */
} sgdl_noise_law_t;

typedef struct sgdl_plan {
    /* Output times. NULL: those that are stated with the problem. */
    const double *times;    /* [points] in t, from 0, increasing; borrowed */
    size_t points;          /* rows of a curve */
    sgdl_spacing_t spacing; /* how they were stated */
    double first;           /* first positive time of log spacing */

    /* accuracy */
    double rtol, atol; /* of the integrator; the answer's error is of that order. 0: as stated with
                          the problem */
    int refine;        /* see sgdl_quadrature_t; 1 */
    bool exact;        /* see sgdl_quadrature_t; false */
    sgdl_linear_solver_t linear_solver;

    /* fixed data sets */
    double accuracy; /* relative on risk and train_risk, of every row; 0: 1e-5 where the recursion
                        is exact, 1e-3 elsewhere */
    size_t paths; /* a class and replicate, of recursions that sample; 0: chosen by the accuracy */
    double grid;  /* cell of small-batch and continuous methods, in units of t; 0: chosen */

    /* simulations */
    size_t runs;    /* 0: as many as is usual, 10 and of a landscape 10,000 */
    size_t threads; /* 0: as many as there are processors */
    sgdl_kernel_t kernel;
    sgdl_noise_law_t noise_law; /* of a landscape */
    bool passage;               /* of a landscape: first-passage times instead of curves */

    /* Rows of a file as samples, which each run streams once in an order of its own: the path of a
     * rows.npy that an estimate wrote. NULL: samples are drawn. Borrowed */
    const char *rows;
    double held_out; /* 0.2: the part of them that each run keeps for risk_rows and error_rows; 0:
                        these are of all rows */

    /* comparisons and checks */
    double significance; /* 1e-3: probability to find fault with a theory that is right */
    double allowance;    /* 3: c over the largest value of the theory's curve */
    bool verify;         /* limit: integrate to a long time and compare */
    bool discrete; /* landscapes: beside the diffusion the exact chain of SGD's steps; false */
    double target; /* escape: a place to reach from each minimum, in place of the next one; NAN */
    double verify_time;  /* 0: chosen by the law */
    double verify_close; /* 1e-6: relative to the risk, beyond what the law still expects */

    const double *dimensions; /* [dimension_count] sgdl_compare_dimensions: increasing whole
                                 numbers; borrowed */
    size_t dimension_count;

    /* what is shown */
    const size_t *shown; /* [shown_count] 0-based classes, increasing, whose columns are given; */
    size_t shown_count;  /* NULL: all of them, without the columns of single outputs if many */
    const double *reference; /* [rates] risks that a last column, `excess`, is counted from; NULL */
    bool no_error;           /* misclassification errors are not computed: nan; false */
    bool directions;         /* instead of curves a block of directions for every output time */
    bool density;            /* of landscapes, solve: instead of curves a block of cells for every
                                output time */

    /* resources */
    double memory; /* bytes that the work may take, where that can be told beforehand; 0: no bound,
                      of fixed data sets 4e9 */
    sgdl_watch_t watch;
    struct sgdl_solve_statistics
        *statistics; /* the integrator's work is added to it; may be NULL */
} sgdl_plan_t;

/** What a program begins with; a plan that cannot be, such as times that do not increase, is
 * refused with SGDL_ERR_INPUT by every computation. No times and tolerances: those that are stated
 * with the problem; the rest as said above. */
sgdl_plan_t sgdl_plan_default(void);

#ifdef __cplusplus
}
#endif
#endif
