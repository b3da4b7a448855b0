/**
 * A clipped gradient at a point, with derivatives, and its kinks.
 */
#ifndef SGDLIMIT_LOSS_CLIPS_GRADIENT_H
#define SGDLIMIT_LOSS_CLIPS_GRADIENT_H

#include "src/loss/averages/sigmoid.h"
#include "sgdlimit/loss.h"

/** ghat and its derivatives by r: none where it is cut. */
typedef struct clipped_point {
    double g, g1, g2, g3;
} clipped_point_t;

/** Of g = r - y. */
static inline clipped_point_t clipped_line(double r, double y, double threshold)
{
    const double g = r - y;
    return fabs(g) <= threshold ? (clipped_point_t){g, 1, 0, 0}
                                : (clipped_point_t){.g = copysign(threshold, g)};
}

/** Of g = s(r) - y, y = 0 or 1; `f` is at r. */
static inline clipped_point_t clipped_curve(const sigmoid_t *f, double y, double threshold)
{
    const double g = y > 0.5 ? -f->c : f->s;
    return fabs(g) <= threshold ? (clipped_point_t){g, f->h, f->h1, f->h2}
                                : (clipped_point_t){.g = copysign(threshold, g)};
}

/** A kink at r: how much ghat' and ghat'' jump there as r increases, and ghat itself. */
typedef struct clipped_kink {
    double r, jump, jump2, g;
} clipped_kink_t;

enum { CLIPPED_KINKS = 2 };

/** How many kinks a label has; their places in increasing order. */
static inline int clipped_kinks(const sgdl_loss_t *loss, double y, double threshold,
                                clipped_kink_t kink[CLIPPED_KINKS])
{
    if (loss->quadratic) {
        kink[0] = (clipped_kink_t){y - threshold, 1, 0, -threshold};
        kink[1] = (clipped_kink_t){y + threshold, -1, 0, threshold};
        return threshold < INFINITY ? 2 : 0;
    }
    const double h = threshold * (1 - threshold), h1 = h * (2 * threshold - 1);
    const double edge = log1p(-threshold) - log(threshold);
    if (!(threshold < 1))
        return 0;
    if (y > 0.5)
        kink[0] = (clipped_kink_t){edge, h, h1, -threshold};
    else
        kink[0] = (clipped_kink_t){-edge, -h, h1, threshold};
    return 1;
}

#endif
