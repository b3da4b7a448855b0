/**
 * The Jacobian times a vector as system_jacobian_times has it, for plain equations of one output,
 * many times as fast: sensitivities take little else. That one stays the reference.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_OPTIMAL_LINEARISED_H
#define SGDLIMIT_THEORIES_STREAMING_OPTIMAL_LINEARISED_H

#include "src/theories/streaming/system.h"

/** Whether the system is such: one output that no teacher, heavy ball or driven rate goes with. */
bool linearised_serves(const sgdl_system_t *system);

/** At the state last evaluated, y. Allocates nothing. */
void linearised_times(const sgdl_system_t *system, const double *y, const double *v, double *Jv);

#endif
