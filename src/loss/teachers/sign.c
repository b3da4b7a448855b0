/*
 * The logistic loss with y = 1[r* > 0]: g = s(r) - y is additive, so that all but Q and the risk
 * are of one variable. Those are averages over r, the label's probability given r being
 * Phi(E[r* | r]/sd).
 */
#include <math.h>

#include "src/loss/averages/normal.h"
#include "src/loss/averages/sigmoid.h"
#include "src/loss/teachers/law.h"

enum { RISK, Q, Q1, Q2, FIELDS };

/* P(N > x), without the last digits of far tails. */
static double upper(double x) { return 0.5 * erfc(x * 0.70710678118654752440); }

static void add_point(const void *context, double x, double weight, double *sum)
{
    const teacher_law_t *law = (const teacher_law_t *)context;
    const double step = law->r_sigma * x, r = law->r_m + step, z = law->z_m + law->z_on_r * step;
    double above = z > 0 ? 1 : z < 0 ? 0 : 0.5, below = 1 - above;
    if (law->z_given_r > 0) {
        above = upper(-z / law->z_given_r);
        below = upper(z / law->z_given_r);
    }
    const sigmoid_t f = sigmoid(r);
    const double p = weight * above, n = weight * below, mean = n * f.s - p * f.c;
    sum[RISK] += r > 0 ? n * r : -p * r;
    sum[Q] += n * f.s * f.s + p * f.c * f.c;
    sum[Q1] += 2 * f.h * mean;
    sum[Q2] += (p + n) * f.h * f.h + mean * f.h1;
}

static void integrate(const teacher_law_t *law, double *sum)
{
    if (law->r_sigma > 0) {
        pieces_t pieces;
        teacher_pieces_on_r(law, true, &pieces);
        pieces_add(&pieces, -law->r_m / law->r_sigma, 0, true);
        pieces_sum(&pieces, add_point, law, sum);
    } else {
        add_point(law, 0, 1, sum);
    }
}

/* E log(1 + e^-|r|): of the loss what is left without its two ramps. */
static double rounding(const teacher_law_t *law, const sgdl_logistic_averages_t *right)
{
    /* right is at |r_m|: E log(1 + e^-r) = this + E max(-r, 0) */
    const double side = fabs(law->r_m);
    if (!(law->r_sigma > 0))
        return right->f;
    const double x = side / law->r_sigma;
    double ramp;
    if (x < SGDL_NORMAL_TAIL) {
        ramp = law->r_sigma * (normal_density(x) - x * normal_upper(x));
    } else {
        const double c = normal_fraction(x);
        ramp = law->r_sigma * c / (x + c) * normal_density(x);
    }
    return right->f - ramp;
}

double teacher_sign_risk(const teacher_law_t *law)
{
    sgdl_logistic_averages_t right;
    double sum[FIELDS] = {0};
    sgdl_logistic_average(fabs(law->r_m), law->r_sigma * law->r_sigma, &right);
    integrate(law, sum);
    return sum[RISK] + rounding(law, &right);
}

/* E[s'(r) | z = 0]. */
static double slope_on_boundary(const teacher_law_t *law)
{
    sgdl_logistic_averages_t a;
    sgdl_logistic_average(law->r_m - law->r_on_z * law->z_m, law->r_given_z * law->r_given_z, &a);
    return a.h;
}

void teacher_sign_average(const teacher_law_t *law, sgdl_averages_t *out)
{
    sgdl_logistic_averages_t right, a;
    double sum[FIELDS] = {0};
    sgdl_logistic_average(fabs(law->r_m), law->r_sigma * law->r_sigma, &right);
    integrate(law, sum);
    const double sign = law->r_m < 0 ? -1 : 1; /* a mirrored law gives -h1 */
    a = right;
    const double above = teacher_law_above(law), below = teacher_law_below(law);
    if (sign > 0) /* E s(r) = 1 + g */
        out->G[0] = above > 0.5 ? a.g + below : (1 + a.g) - above;
    else /* E s(r) = -g */
        out->G[0] = above > 0.5 ? below - (1 + a.g) : -a.g - above;
    out->H[0] = a.h;
    out->H_m[0] = sign * a.h1;
    out->H_B[0] = a.h2 / 2;
    out->G_B[0] = out->H_m[0] / 2;
    out->Q[0] = sum[Q];
    out->Q_m[0] = sum[Q1];
    out->Q_B[0] = sum[Q2];
    out->risk = sum[RISK] + rounding(law, &right);
    out->J = -teacher_law_density(law);
    out->Q_c = out->J < 0 ? 2 * out->J * slope_on_boundary(law) : 0;
}
