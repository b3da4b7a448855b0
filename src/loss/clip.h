/**
 * Clipped losses, L = 1: each sample's gradient a g is shortened to norm c sqrt(d). |a|^2
 * concentrates on tr(K_i), so that given class i g becomes ghat = clip(g, +-threshold) with
 * threshold c/sqrt(tr(K_i)/d). The risk stays that of the loss.
 */
#ifndef SGDLIMIT_LOSS_CLIP_H
#define SGDLIMIT_LOSS_CLIP_H

#include "sgdlimit/loss.h"

/** ghat itself. */
static inline double clip_gradient(double g, double threshold)
{
    return g > threshold ? threshold : g < -threshold ? -threshold : g;
}

/** As the loss's own `average` of one output, G, H = E[ghat'] (the weak derivative), Q and their
 * derivatives being those of the clipped gradient; kinks give their densities. Without variance, on
 * a kink, it is the side that is not clipped. Allocates nothing. */
void clip_average(const sgdl_loss_t *loss, double threshold, const sgdl_targets_t *targets,
                  size_t label, double m, double B, sgdl_averages_t *out);

#endif
