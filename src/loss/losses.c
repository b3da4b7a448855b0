#include "sgdlimit/loss.h"

const sgdl_loss_t *const sgdl_losses[] = {&sgdl_loss_logistic, &sgdl_loss_least_squares,
                                          &sgdl_loss_softmax, NULL};

double sgdl_targets_probability(const sgdl_targets_t *self, size_t own, size_t other)
{
    if (self->labels < 2) /* there is no other label to mistake it for */
        return 1;
    return own == other ? 1 - self->noise : self->noise / (double)(self->labels - 1);
}
