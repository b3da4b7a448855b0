/** Averages of softmax for independent outputs, by the exponential representation alone. */
#ifndef SGDLIMIT_LOSS_SOFTMAX_DIAGONAL_H
#define SGDLIMIT_LOSS_SOFTMAX_DIAGONAL_H

#include "src/loss/softmax/samples.h"

/** Doubles of room. */
size_t diagonal_room(size_t L);

/** Adds those of r_a ~ N(m_a, deviation_a^2). */
void diagonal_average(const double *m, const double *deviation, double *room, samples_t *out);

#endif
