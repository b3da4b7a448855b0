/*
 * The logistic loss with labels of probability s(z), or s(z) themselves: g = s(q + z) - y, with
 * averages that vanish together with q,
 *
 *     G = E[s(q + z) - s(z)],   J/k = E[s'(q + z) - s'(z)],   Q_soft = E[(s(q + z) - s(z))^2],
 *
 * Q = Q_soft + E s'(z) with drawn labels. For q small G and J are integrated along the path t q,
 * 0 <= t <= 1; Q_soft is an average over z of averages over q given z, in which nothing cancels.
 */
#include <math.h>

#include "src/loss/averages/rules.h"
#include "src/loss/averages/sigmoid.h"
#include "src/loss/teachers/law.h"

enum { Q, Q1, Q2, QC, FIELDS };

static double square(double x) { return x * x; }

/* ---- G and J -------------------------------------------------------------------------------- */

/* z_m >= 0. `r` and `z` are the averages at either end. */
static void differences(const teacher_law_t *law, const sgdl_logistic_averages_t *r,
                        const sgdl_logistic_averages_t *z, double *G, double *J)
{
    const double scale = fmax(1, law->z_sigma / 9);
    if (fabs(law->q_m) + sqrt(law->q_B) > 0.5 * scale) {
        *G = r->g - z->g;
        *J = r->h - z->h;
        return;
    }
    const gauss_legendre_t *path = path_rule();
    *G = *J = 0;
    for (size_t i = 0; i < path->order; i++) {
        const double t = path->point[i], slope = law->q_cov + t * law->q_B;
        const double B =
            square(t * law->r_given_z) + square((1 - t + t * law->r_on_z) * law->z_sigma);
        sgdl_logistic_averages_t a;
        sgdl_logistic_average(law->z_m + t * law->q_m, B, &a);
        *G += path->weight[i] * (law->q_m * a.h + slope * a.h1);
        *J += path->weight[i] * (law->q_m * a.h1 + slope * a.h2);
    }
}

/* ---- Q -------------------------------------------------------------------------------------- */

struct squares {
    const teacher_law_t *law;
    tilted_rule_t given_z; /* of q, where that is narrow */
};

/* E[q | z], x the standard normal of z. */
static double mean_of_q(const teacher_law_t *law, double x)
{
    return law->q_m + (law->z_sigma > 0 ? law->q_cov / law->z_sigma * x : 0);
}

/* What q adds to the sums given z (with its standard normal x): q is narrow. */
static void add_narrow(const struct squares *self, double x, double weight, double *sum)
{
    const teacher_law_t *law = self->law;
    const normal_rule_t *rule = self->given_z.rule;
    const double z = law->z_m + law->z_sigma * x, mean = mean_of_q(law, x);
    const double base = exp(z + mean), first = expm1(mean);
    const sigmoid_t at = sigmoid(z);
    double square = 0, by_m = 0, by_B = 0, by_c = 0;
    for (size_t i = 0; i < rule->points; i++) {
        const double e = base * self->given_z.factor[i], c = 1 / (1 + e), s = e * c;
        const double second = self->given_z.rise[i], w = rule->weight[i];
        const double rise = (first + second + first * second) * at.s * c;
        const double h = s * c, bend = rise * h * (c - s);
        square += w * rise * rise;
        by_m += w * rise * h;
        by_B += w * (h * h + bend);
        by_c += w * (h * rise * (c - at.s) + bend);
    }
    sum[Q] += weight * square;
    sum[Q1] += weight * 2 * by_m;
    sum[Q2] += weight * by_B;
    sum[QC] += weight * 2 * by_c;
}

/* q is wide, or far: its averages are those of the logistic function; s(r) - s(z) is c(z) - c(r),
 * of falling functions at z >= 0. */
static void add_wide(const teacher_law_t *law, double x, double weight, double *sum)
{
    const double z = law->z_m + law->z_sigma * x;
    const double r = law->r_m + law->r_on_z * law->z_sigma * x, side = z < 0 ? -1 : 1;
    const sigmoid_t at = sigmoid(fabs(z));
    sgdl_logistic_averages_t a;
    sgdl_logistic_average(side * r, square(law->r_given_z), &a);
    const double curved = a.g2_2 / 2 + at.c * a.h1; /* E[s'^2 + (c(z) - c(r)) s''] */
    sum[Q] += weight * (square(at.c) + 2 * at.c * a.g + a.g2);
    sum[Q1] += weight * side * (2 * at.c * a.h + a.g2_1);
    sum[Q2] += weight * curved;
    sum[QC] += weight * 2 * (curved - at.h * a.h);
}

static void add_point(const void *context, double x, double weight, double *sum)
{
    const struct squares *self = (const struct squares *)context;
    const teacher_law_t *law = self->law;
    const double mean = mean_of_q(law, x), r = law->z_m + law->z_sigma * x + mean;
    if (self->given_z.rule && fabs(mean) <= TILTED_RULE_REACH && fabs(r) <= TILTED_RULE_REACH)
        add_narrow(self, x, weight, sum);
    else
        add_wide(law, x, weight, sum);
}

static void add_squares(const teacher_law_t *law, double *sum)
{
    struct squares self = {.law = law};
    if (law->r_given_z <= NORMAL_RULE_SIGMA)
        tilted_rule_init(&self.given_z, law->r_given_z);
    if (law->z_sigma <= NORMAL_RULE_SIGMA &&
        fabs(law->r_on_z) * law->z_sigma <= NORMAL_RULE_SIGMA) {
        const normal_rule_t *rule = normal_rule(fmax(1, fabs(law->r_on_z)) * law->z_sigma);
        for (size_t i = 0; i < rule->points; i++)
            add_point(&self, rule->x[i], rule->weight[i], sum);
    } else {
        pieces_t pieces;
        teacher_pieces_on_z(law, &pieces);
        pieces_sum(&pieces, add_point, &self, sum);
    }
}

/* ---- all of it ------------------------------------------------------------------------------ */

/* f = log(1 + e^-r) + s(-z) r, z_m >= 0. */
static double risk(const teacher_law_t *law, const sgdl_logistic_averages_t *r,
                   const sgdl_logistic_averages_t *z)
{
    const double cov = law->r_on_z * square(law->z_sigma);
    return r->f - law->r_m * z->g - cov * z->h;
}

double teacher_logistic_risk(const teacher_law_t *stated)
{
    const teacher_law_t law = stated->z_m < 0 ? teacher_law_mirrored(stated) : *stated;
    sgdl_logistic_averages_t r, z;
    sgdl_logistic_average(law.r_m, square(law.r_sigma), &r);
    sgdl_logistic_average(law.z_m, square(law.z_sigma), &z);
    return risk(&law, &r, &z);
}

void teacher_logistic_average(const teacher_law_t *stated, bool hard, sgdl_averages_t *out)
{
    const double side = stated->z_m < 0 ? -1 : 1;
    const teacher_law_t law = side < 0 ? teacher_law_mirrored(stated) : *stated;
    sgdl_logistic_averages_t r, z;
    double sum[FIELDS] = {0}, G, J;
    sgdl_logistic_average(law.r_m, square(law.r_sigma), &r);
    sgdl_logistic_average(law.z_m, square(law.z_sigma), &z);
    differences(&law, &r, &z, &G, &J);
    add_squares(&law, sum);
    out->risk = risk(&law, &r, &z);
    out->G[0] = side * G;
    out->H[0] = r.h;
    out->Q[0] = sum[Q] + (hard ? z.h : 0);
    out->H_m[0] = side * r.h1;
    out->G_B[0] = out->H_m[0] / 2;
    out->H_B[0] = r.h2 / 2;
    out->Q_m[0] = side * sum[Q1];
    out->Q_B[0] = sum[Q2];
    out->J = law.k * J;
    out->J_m = law.k * out->H_m[0];
    out->H_c = law.k * r.h2;
    out->J_B = out->H_c / 2;
    out->J_c = square(law.k) * r.h2;
    out->Q_c = law.k * sum[QC];
}
