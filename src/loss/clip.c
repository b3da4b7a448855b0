#include "src/loss/clip.h"

#include "src/loss/clips/clipped.h"

void clipped_average(const sgdl_loss_t *loss, double y, double m, double B, double threshold,
                     clipped_t *out)
{
    if (loss->quadratic)
        clipped_least_squares(m - y, B, threshold, out);
    else if (loss == &sgdl_loss_logistic)
        clipped_logistic(y, m, B, threshold, out);
    else
        clipped_any_loss(loss, y, (const double[2]){m, B}, threshold, out);
}

/* Many parameters: those of a loss's average, and the threshold. */
void clip_average(const sgdl_loss_t *loss, double threshold, const sgdl_targets_t *targets,
                  size_t label, double m, double B, sgdl_averages_t *out)
{
    clipped_t sum = {0};
    for (size_t l = 0; l < targets->labels; l++) {
        const double p = sgdl_targets_probability(targets, label, l);
        clipped_t one;
        if (p == 0)
            continue;
        clipped_average(loss, targets->target[l], m, B, threshold, &one);
        sum.G += p * one.G;
        sum.H += p * one.H;
        sum.Q += p * one.Q;
        sum.H_m += p * one.H_m;
        sum.H_B += p * one.H_B;
        sum.Q_m += p * one.Q_m;
        sum.Q_B += p * one.Q_B;
    }
    out->risk = loss->risk(targets, label, 1, &m, &B, NULL);
    out->G[0] = sum.G;
    out->H[0] = sum.H;
    out->Q[0] = sum.Q;
    out->G_B[0] = sum.H_m / 2;
    out->H_m[0] = sum.H_m;
    out->H_B[0] = sum.H_B;
    out->Q_m[0] = sum.Q_m;
    out->Q_B[0] = sum.Q_B;
}
