#include "src/loss/clip.h"

void clip_average(const sgdl_loss_t *loss, double threshold, const sgdl_targets_t *targets,
                  size_t label, double m, double B, sgdl_averages_t *out)
{
    (void)threshold;
    loss->average(targets, label, 1, &m, &B, out);
}
