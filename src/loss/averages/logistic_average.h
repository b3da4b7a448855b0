/**
 * Room-internal side of the logistic averages: both labels from one evaluation.
 */
#ifndef SGDLIMIT_LOSS_AVERAGES_LOGISTIC_AVERAGE_H
#define SGDLIMIT_LOSS_AVERAGES_LOGISTIC_AVERAGE_H

#include "sgdlimit/loss.h"

/**
 * The averages at (-m, B) from those at (m, B), m >= 0: s(-z) = 1 - s(z) makes them combinations
 * that do not cancel in this direction. `out` may be `in`.
 */
void logistic_mirror(double m, const sgdl_logistic_averages_t *in, sgdl_logistic_averages_t *out);

#endif
