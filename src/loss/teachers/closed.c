/*
 * Least squares with labels +-1 (or between): g = q - y(r*), so that everything follows from the
 * moments of y: by Stein E[y q] = m E y + Cov(q, r*) E y'. With a narrow law of r* it is the
 * difference between q and y itself that is averaged.
 */
#include <math.h>

#include "src/loss/averages/normal.h"
#include "src/loss/averages/rules.h"
#include "src/loss/teachers/law.h"

/* Mean of y, of y' = dy/dz, and E(q - E[y | z])^2; mean of Var(y | z). */
struct moments {
    double y, slope, square, spread;
};

static void of_sign(const teacher_law_t *law, struct moments *out)
{
    const double above = teacher_law_above(law), below = teacher_law_below(law);
    out->y = above - below;
    out->slope = 2 * teacher_law_density(law);
    out->spread = 0;
    if (law->z_sigma > 0)
        out->square = 4 * above * below;
    else
        out->square = 0;
}

/* y = tanh(z/2). */
static void of_narrow(const teacher_law_t *law, struct moments *out)
{
    const normal_rule_t *rule = normal_rule(law->z_sigma);
    const double q_on_z = law->z_sigma > 0 ? law->q_cov / law->z_sigma : 0;
    *out = (struct moments){.square = law->r_given_z * law->r_given_z};
    for (size_t i = 0; i < rule->points; i++) {
        const double x = rule->x[i], weight = rule->weight[i];
        const double y = tanh((law->z_m + law->z_sigma * x) / 2), off = law->q_m + q_on_z * x - y;
        out->y += weight * y;
        out->slope += weight * (1 - y) * (1 + y) / 2;
        out->square += weight * off * off;
    }
    out->spread = 2 * out->slope;
}

static void of_wide(const teacher_law_t *law, struct moments *out)
{
    sgdl_logistic_averages_t a;
    sgdl_logistic_average(fabs(law->z_m), law->z_sigma * law->z_sigma, &a);
    const double y = 1 + 2 * a.g; /* at |z_m| */
    out->y = law->z_m < 0 ? -y : y;
    out->slope = 2 * a.h;
    out->spread = 4 * a.h;
    out->square = 4 * (a.g2 - a.g * a.g); /* Var y */
}

/* E g^2, G = E g. */
static double second_moment(const teacher_t *self, const teacher_law_t *law, double *G,
                            double *slope)
{
    struct moments y;
    const bool sign = self->labels == TEACHER_SIGN,
               narrow = !sign && law->z_sigma <= NORMAL_RULE_SIGMA;
    if (narrow)
        of_narrow(law, &y);
    else if (sign)
        of_sign(law, &y);
    else
        of_wide(law, &y);
    *G = law->q_m - y.y;
    *slope = y.slope;
    const double soft =
        narrow ? y.square : law->q_B + *G * *G - 2 * law->q_cov * y.slope + y.square;
    return self->labels == TEACHER_LOGISTIC ? soft + y.spread : soft;
}

void teacher_closed_average(const teacher_t *self, const teacher_law_t *law, sgdl_averages_t *out)
{
    double slope;
    out->Q[0] = second_moment(self, law, &out->G[0], &slope);
    out->H[0] = 1;
    out->J = -law->k * slope;
    out->risk = out->Q[0] / 2;
    out->Q_m[0] = 2 * out->G[0];
    out->Q_B[0] = 1;
    out->Q_c = 2 * out->J;
}

double teacher_closed_risk(const teacher_t *self, const teacher_law_t *law)
{
    double G, slope;
    return second_moment(self, law, &G, &slope) / 2;
}
