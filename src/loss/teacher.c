#include "src/loss/teacher.h"

#include <math.h>

const char *const teacher_words[TEACHER_LABELS] = {"linear", "sign", "logistic", "logistic-soft"};

double teacher_shift(const teacher_t *self, const sgdl_loss_t *loss)
{
    if (self->labels == TEACHER_LINEAR)
        return 1;
    const bool logistic = self->labels == TEACHER_LOGISTIC || self->labels == TEACHER_LOGISTIC_SOFT;
    return logistic && !loss->quadratic ? self->steepness : 0;
}

/* Least squares with linear labels: g = q - omega eps. */
static void average_linear(const teacher_t *self, const teacher_order_t *order,
                           sgdl_averages_t *out)
{
    const double variance = order->B + self->noise * self->noise;
    out->G[0] = order->m;
    out->H[0] = 1;
    out->Q[0] = variance + order->m * order->m;
    out->risk = out->Q[0] / 2;
    out->G_B[0] = out->H_m[0] = out->H_B[0] = 0;
    out->Q_m[0] = 2 * order->m;
    out->Q_B[0] = 1;
    out->J = out->J_m = out->J_B = out->J_c = out->H_c = out->Q_c = 0;
}

void teacher_average(const teacher_t *self, const sgdl_loss_t *loss, double threshold,
                     const teacher_order_t *order, sgdl_averages_t *out)
{
    (void)loss, (void)threshold;
    average_linear(self, order, out);
}

double teacher_risk(const teacher_t *self, const sgdl_loss_t *loss, const teacher_order_t *order)
{
    (void)loss;
    return (order->B + order->m * order->m + self->noise * self->noise) / 2;
}

double teacher_error(const teacher_t *self, const teacher_order_t *order)
{
    (void)self, (void)order;
    return NAN;
}

double teacher_label(const teacher_t *self, const sgdl_loss_t *loss, double r_star, double normal,
                     double uniform)
{
    const double low = loss->quadratic ? -1 : 0,
                 probability = 1 / (1 + exp(-self->steepness * r_star));
    switch (self->labels) {
    case TEACHER_LINEAR:
        return r_star + self->noise * normal;
    case TEACHER_SIGN:
        return r_star > 0 ? 1 : low;
    case TEACHER_LOGISTIC:
        return uniform < probability ? 1 : low;
    case TEACHER_LOGISTIC_SOFT:
    case TEACHER_LABELS:
        break;
    }
    return low + (1 - low) * probability;
}
