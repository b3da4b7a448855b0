/**
 * One pass through time on one grid.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_PASS_H
#define SGDLIMIT_THEORIES_FIXED_DATA_PASS_H

#include "src/theories/fixed_data/timeline.h"
#include "src/theories/fixed_data/layout.h"
#include "src/theories/fixed_data/setup.h"

typedef struct pass_task {
    const setup_t *setup;
    const timeline_t *timeline;
    /* of a pass that samples */
    size_t paths;       /* a class */
    uint64_t replicate; /* number of independent sets of paths */
    size_t threads;
    double begin, share; /* of the work as the progress counts it */
} pass_task_t;

typedef struct pass_result {
    size_t rows;     /* done: all of the grid's, unless it ended early */
    double residual; /* largest deviation from the two identities of the equations, in standard
                        errors; 0 of exact passes */
} pass_result_t;

/** Fills rows [timeline->rows * layout.width]. One that diverges or is interrupted keeps the rows
 * before. Errors: SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED, SGDL_ERR_DIVERGED. */
typedef int pass_f(const pass_task_t *task, double *rows, pass_result_t *result,
                   sgdl_error_t *error);

/** Least squares, selections that are independent from step to step: a recursion without sampling,
 * but for training errors where residuals are not Gaussian. */
int pass_exact(const pass_task_t *task, double *rows, pass_result_t *result,
               sgdl_error_t *error) SGDL_CHECKED;
bool pass_exact_serves(const setup_t *setup, const timeline_t *timeline);
double pass_exact_memory(const setup_t *setup, const timeline_t *timeline);

/** One output, any loss and labels: paths of samples are drawn. */
int pass_sampled(const pass_task_t *task, double *rows, pass_result_t *result,
                 sgdl_error_t *error) SGDL_CHECKED;
double pass_sampled_memory(const setup_t *setup, const timeline_t *timeline, size_t paths,
                           size_t threads);

/** Several outputs whose gradients look at one another, or whose samples are chosen together:
 * responses are L x L blocks (block_loss.h: committees, least squares against unit vectors). */
int pass_blocks(const pass_task_t *task, double *rows, pass_result_t *result,
                sgdl_error_t *error) SGDL_CHECKED;
double pass_blocks_memory(const setup_t *setup, const timeline_t *timeline, size_t paths,
                          size_t threads);

#endif
