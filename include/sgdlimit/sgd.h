/**
 * The companion simulation: streaming SGD on the problem's Gaussian mixture, and its comparison
 * with the limit.
 *
 *     X_{k+1} = X_k - (gamma_k/d) [ (1/b) sum over the batch of a g(X_k^T a)^T + delta X_k ]
 *
 * A run makes round(t d) steps to the output time t, and there reads m_i = X^T mu_i and
 * B_i = X^T K_i X off the actual X and from them the exact population risk and error. An ensemble
 * of runs gives mean, standard deviation (n - 1) and the 10 and 90 % quantiles (type 7).
 *
 * Run r of seed s is the same whatever the number of threads and of runs.
 */
#ifndef SGDLIMIT_SGD_H
#define SGDLIMIT_SGD_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"
#include "sgdlimit/problem.h"
#include "sgdlimit/table.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sgdl_kernel {
    SGDL_KERNEL_AUTO,     /* whichever of the two is cheaper */
    SGDL_KERNEL_FULL,     /* every coordinate; a step costs O(d) */
    SGDL_KERNEL_COLLAPSED /* exact in law from inner products alone; a step costs O(number of
                             different eigenvalues), whatever d is */
} sgdl_kernel_t;

typedef struct sgdl_simulate_options {
    size_t runs;          /* 10; at least 1 */
    size_t threads;       /* 0: as many as there are processors */
    sgdl_kernel_t kernel; /* SGDL_KERNEL_AUTO */
    bool directions;      /* instead of curves, by bins of eigenvalues at every time; full kernel */
    const size_t *shown; /* [shown_count] 0-based classes, increasing, whose columns are printed; */
    size_t shown_count;  /* NULL: all of them, or none if those are many */
    const volatile sig_atomic_t *interrupted; /* set from outside to stop early; may be NULL */
    /* May be NULL. Called by one thread at a time; t is NAN. */
    void (*progress)(void *context, double fraction, double t);
    void *progress_context;
} sgdl_simulate_options_t;

sgdl_simulate_options_t sgdl_simulate_options_default(void);

/**
 * Simulates the problem and appends its curves to an empty table, one block a learning rate: t,
 * then NAME_mean NAME_sd NAME_q10 NAME_q90 for risk, error, learning_rate, norm2, mean_i, var_i.
 * If a run diverges, the rows before it are in the table; if interrupted, the finished runs are. A
 * comment says so, and the status is SGDL_ERR_DIVERGED or SGDL_ERR_INTERRUPTED.
 * Errors: those two, SGDL_ERR_INPUT (d = infinity), SGDL_ERR_MEMORY, SGDL_ERR_EXTERNAL.
 */
int sgdl_simulate(const sgdl_problem_t *problem, const sgdl_simulate_options_t *options,
                  sgdl_table_t *table, sgdl_error_t *error) SGDL_CHECKED;

typedef struct sgdl_compare_options {
    sgdl_simulate_options_t simulate; /* runs: at least 2 */
    double significance; /* 1e-3: probability to find fault with an ODE that is right */
    double allowance;    /* 3: c over the largest value of the ODE's curve */
} sgdl_compare_options_t;

sgdl_compare_options_t sgdl_compare_options_default(void);

/** What a comparison comes to. */
typedef enum sgdl_comparison {
    SGDL_AGREE,
    SGDL_DISAGREE,    /* in one row or more, beyond what is allowed */
    SGDL_INCONCLUSIVE /* so much is allowed that nothing can be told */
} sgdl_comparison_t;

/** "agree", "disagree", "inconclusive". */
const char *sgdl_comparison_name(sgdl_comparison_t verdict);

/**
 * ODE and ensemble at the same times: t, then NAME_ode NAME_mean NAME_sd NAME_q10 NAME_q90 for risk
 * and error. They agree if |mean - ode| <= z se + c/d in every row, se the standard error of the
 * mean, z Student's quantile for `significance` shared among all rows, and c/d what an ensemble
 * at dimension d may be off by in its mean; and if that allowed deviation is nowhere more than half
 * of what the ODE's curve does, the range of its values over the rows or, if more, a tenth of the
 * largest (times the last t where that is below 1). A curve without a row after the first step
 * tells nothing. Errors: as sgdl_simulate and sgdl_solve.
 */
int sgdl_compare(const sgdl_problem_t *problem, const sgdl_compare_options_t *options,
                 sgdl_table_t *table, sgdl_comparison_t *verdict, sgdl_error_t *error) SGDL_CHECKED;

/**
 * sgdl_compare with runs that are there already: `simulated` is a table of sgdl_simulate, a block a
 * learning rate, of runs at that dimension. The problem's ODE, at its own dimension, is
 * integrated at the table's times. Errors: as sgdl_solve, and SGDL_ERR_INPUT for another table.
 */
int sgdl_compare_simulated(const sgdl_problem_t *problem, const sgdl_table_t *simulated,
                           double dimension, const sgdl_compare_options_t *options,
                           sgdl_table_t *table, sgdl_comparison_t *verdict,
                           sgdl_error_t *error) SGDL_CHECKED;

/**
 * sgdl_compare at several dimensions [count]: a row each with the root mean square over rows of
 * mean - ode, of its standard error, of the runs' standard deviation, and the largest |mean - ode|,
 * for risk and error; comments with the exponents of d that fit the columns. The verdict is that
 * of the dimensions that could tell. The problem must not hold files that fix its dimension.
 * Errors: as sgdl_compare.
 */
int sgdl_compare_dimensions(const sgdl_problem_t *problem, const sgdl_compare_options_t *options,
                            const double *dimensions, size_t count, sgdl_table_t *table,
                            sgdl_comparison_t *verdict, sgdl_error_t *error) SGDL_CHECKED;

#ifdef __cplusplus
}
#endif
#endif
