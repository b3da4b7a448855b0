#include <math.h>

#include "sgdlimit/loss.h"

/* Many parameters: those of a loss's risk, and where the estimate goes. */
double sgdl_error_label(const sgdl_loss_t *loss, const sgdl_targets_t *targets, size_t own,
                        size_t pairs, const double *m, const double *B, double *estimate)
{
    double error = 0, largest = 0;
    for (size_t l = 0; l < targets->labels; l++) {
        double probability = sgdl_targets_probability(targets, own, l), part = 0;
        if (probability == 0)
            continue;
        if (targets->outputs == 1) {
            int sign = loss->decision(targets->target[l]);
            error += probability * (sign == 0 ? NAN : sgdl_error_binary(m[0], B[0], sign));
        } else if (pairs == targets->outputs) {
            error = NAN;
        } else {
            error += probability * sgdl_error_argmax(targets->outputs, m, B, l, &part);
            largest = fmax(largest, part);
        }
    }
    if (estimate)
        *estimate = largest;
    return error;
}
