#include "src/loss/teacher.h"

#include <math.h>

#include "src/loss/clips/clipped.h"
#include "src/loss/teachers/law.h"

const char *const teacher_words[TEACHER_LABELS] = {"linear", "sign", "logistic", "logistic-soft"};

static bool logistic_labels(const teacher_t *self)
{
    return self->labels == TEACHER_LOGISTIC || self->labels == TEACHER_LOGISTIC_SOFT;
}

double teacher_shift(const teacher_t *self, const sgdl_loss_t *loss)
{
    if (self->labels == TEACHER_LINEAR)
        return 1;
    return logistic_labels(self) && !loss->quadratic ? self->steepness : 0;
}

/* Least squares with linear labels: g = q - omega eps. */
static void average_linear(const teacher_t *self, double threshold, const teacher_order_t *order,
                           sgdl_averages_t *out)
{
    const double variance = order->B + self->noise * self->noise;
    clipped_t a;
    clipped_least_squares(order->m, variance, threshold, &a);
    out->risk = (variance + order->m * order->m) / 2;
    out->G[0] = a.G;
    out->H[0] = a.H;
    out->Q[0] = a.Q;
    out->H_m[0] = a.H_m;
    out->G_B[0] = a.H_m / 2;
    out->H_B[0] = a.H_B;
    out->Q_m[0] = a.Q_m;
    out->Q_B[0] = a.Q_B;
}

/* As if nothing were clipped; all but linear labels. */
static void average_plain(const teacher_t *self, const sgdl_loss_t *loss, const teacher_law_t *law,
                          sgdl_averages_t *out)
{
    if (loss->quadratic)
        teacher_closed_average(self, law, out);
    else if (self->labels == TEACHER_SIGN)
        teacher_sign_average(law, out);
    else
        teacher_logistic_average(law, self->labels == TEACHER_LOGISTIC, out);
}

/* Whether clipping has any effect that a number holds. */
static bool clips(const teacher_t *self, const sgdl_loss_t *loss, double threshold,
                  const teacher_law_t *law)
{
    if (loss->quadratic)
        return threshold < INFINITY;
    if (threshold >= 1)
        return false;
    /* |s(r) - s(z)| <= |q|/4; the density has lost e^-200 after 20 standard deviations */
    return self->labels != TEACHER_LOGISTIC_SOFT ||
           4 * threshold < fabs(law->q_m) + 20 * sqrt(law->q_B);
}

void teacher_average(const teacher_t *self, const sgdl_loss_t *loss, double threshold,
                     const teacher_order_t *order, sgdl_averages_t *out)
{
    teacher_law_t law;
    out->G_B[0] = out->H_m[0] = out->H_B[0] = 0;
    out->J = out->J_m = out->J_B = out->J_c = out->H_c = out->Q_c = 0;
    if (self->labels == TEACHER_LINEAR) {
        average_linear(self, threshold, order, out);
        return;
    }
    teacher_law_init(&law, self, order);
    if (!clips(self, loss, threshold, &law)) {
        average_plain(self, loss, &law, out);
        return;
    }
    if (self->labels == TEACHER_LOGISTIC_SOFT)
        teacher_soft_average(loss, threshold, &law, out);
    else
        teacher_hard_average(self, loss, threshold, &law, out);
    out->risk = teacher_risk(self, loss, order);
}

double teacher_risk(const teacher_t *self, const sgdl_loss_t *loss, const teacher_order_t *order)
{
    teacher_law_t law;
    if (self->labels == TEACHER_LINEAR)
        return (order->B + order->m * order->m + self->noise * self->noise) / 2;
    teacher_law_init(&law, self, order);
    if (loss->quadratic)
        return teacher_closed_risk(self, &law);
    return self->labels == TEACHER_SIGN ? teacher_sign_risk(&law) : teacher_logistic_risk(&law);
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
