/**
 * Streaming SGD as an ensemble's walker: a curve is a learning rate, a row what is read off a run.
 *
 * A row holds the quantities of readout.h and, behind them, those by direction of bins.h where they
 * were asked for.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_WALKERS_SGD_H
#define SGDLIMIT_THEORIES_STREAMING_WALKERS_SGD_H

#include "src/ensemble/walker.h"
#include "src/theories/streaming/walkers/bins.h"
#include "src/theories/streaming/walkers/readout.h"

/** What all runs share. Not to be moved: its parts point to each other. */
typedef struct sgd {
    experiment_t experiment;
    readout_t readout;
    bins_t bins; /* empty unless quantities by direction were asked for */
    const kernel_t *kernel;
    void *model; /* the kernel's */
} sgd_t;

/** What is simulated and what is read off; no kernel yet. To be freed in any case. Errors: those of
 * experiment_init and bins_init. */
int sgd_init(sgd_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
             sgdl_error_t *error) SGDL_CHECKED;
void sgd_free(sgd_t *self);

/** Quantities of a row. */
size_t sgd_quantities(const sgd_t *self);

/** Rough number of doubles that the full kernel takes on that many threads. */
double sgd_numbers(const sgd_t *self, double threads);

/** Prepares a kernel; SGDL_KERNEL_AUTO is the collapsed one where that is cheaper, and quantities
 * by direction need the full one. Errors: those of the kernel. */
int sgd_choose_kernel(sgd_t *self, sgdl_kernel_t wish, sgdl_error_t *error) SGDL_CHECKED;

/** Whether the kernel draws batches by the sums of their samples. */
bool sgd_sums_batches(const sgd_t *self);

/** Once it has a kernel; borrows self. */
walker_t sgd_walker(const sgd_t *self);

#endif
