/** The kernel of covariances that do not commute. */
#ifndef SGDLIMIT_THEORIES_STREAMING_WALKERS_MATRICES_H
#define SGDLIMIT_THEORIES_STREAMING_WALKERS_MATRICES_H

#include "src/theories/streaming/walkers/kernel.h"

/** Of a problem with matrices: a sample costs d times the rank of its covariance. */
extern const kernel_t kernel_matrices;

/** Whether they commute after all: the model that was prepared is nothing but this answer then. */
bool matrices_commute(const void *model);

#endif
