/**
 * Averages of one label's clipped gradient ghat = clip(g, +-threshold), r ~ N(m, B).
 */
#ifndef SGDLIMIT_LOSS_CLIPS_CLIPPED_H
#define SGDLIMIT_LOSS_CLIPS_CLIPPED_H

#include "sgdlimit/loss.h"

typedef struct clipped {
    double G, H, Q;  /* E ghat, E ghat', E ghat^2 */
    double H_m, H_B; /* dG/dB is H_m/2 */
    double Q_m, Q_B;
} clipped_t;

/** Variances below are none: no density at a kink overflows. */
#define CLIPPED_LEAST_B 1e-100

/** Of g(r) = r - y, m the mean of g. */
void clipped_least_squares(double m, double B, double threshold, clipped_t *out);

/** Of the logistic loss, g(r) = s(r) - y for a label y = 0 or 1. */
void clipped_logistic(double y, double m, double B, double threshold, clipped_t *out);

/** Of any loss, by its gradient alone, at the law (m, B): slower, and with B small derivatives lose
 * digits. */
void clipped_any_loss(const sgdl_loss_t *loss, double y, const double law[2], double threshold,
                      clipped_t *out);

/** Of whichever that is. */
void clipped_average(const sgdl_loss_t *loss, double y, double m, double B, double threshold,
                     clipped_t *out);

#endif
