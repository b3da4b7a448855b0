/*
 * Clipped gradients under labels of two values, any loss: averages over r, where the kinks have
 * their places, with the labels' probabilities given r,
 *
 *     E[p | r], E[p' | r], ...   p(z) = P(label 1 | z), a step or s(z).
 *
 * With Delta = ghat_1 - ghat_0, J = shift H + k E[p' Delta], and so on; kinks give densities.
 */
#include <math.h>

#include "src/loss/averages/normal.h"
#include "src/loss/averages/rules.h"
#include "src/loss/clips/clipped.h"
#include "src/loss/clips/gradient.h"
#include "src/loss/teachers/law.h"

/* J, J_m, H_c, J_c and Q_c without their shift's parts: what p' and p'' give. */
enum { G, H, Q, H_M, H_B, Q_M, Q_B, J, J_M, H_C, J_C, Q_C, FIELDS };

struct hard {
    const sgdl_loss_t *loss;
    const teacher_law_t *law;
    double threshold;
    double low; /* the value of label 0: 0 or -1 */
    bool sign;
    tilted_rule_t given_r; /* of z, where that is narrow */
};

/* Given r: probabilities of both labels, E[p'], E[p'']; their derivatives by z. */
struct odds {
    double one, zero, slope, bend;
};

static double upper(double x) { return 0.5 * erfc(x * 0.70710678118654752440); }

static struct odds sign_odds(double z, double sigma)
{
    if (!(sigma > 0)) {
        const double one = z > 0 ? 1 : z < 0 ? 0 : 0.5;
        return (struct odds){.one = one, .zero = 1 - one};
    }
    const double x = z / sigma, density = 0.39894228040143267794 * exp(-x * x / 2) / sigma;
    return (struct odds){upper(-x), upper(x), density, -x / sigma * density};
}

static struct odds logistic_odds(const tilted_rule_t *narrow, double z, double sigma)
{
    const normal_rule_t *rule = narrow->rule;
    struct odds sum = {0};
    if (!rule) {
        sgdl_logistic_averages_t a;
        sgdl_logistic_average(fabs(z), sigma * sigma, &a);
        return z < 0 ? (struct odds){-a.g, 1 + a.g, a.h, -a.h1}
                     : (struct odds){1 + a.g, -a.g, a.h, a.h1};
    }
    const double base = exp(fmax(-TILTED_RULE_REACH, fmin(z, TILTED_RULE_REACH)));
    for (size_t i = 0; i < rule->points; i++) {
        const double e = base * narrow->factor[i], c = 1 / (1 + e), s = e * c;
        const double h = rule->weight[i] * s * c;
        sum.one += rule->weight[i] * s;
        sum.zero += rule->weight[i] * c;
        sum.slope += h;
        sum.bend += h * (c - s);
    }
    return sum;
}

static struct odds odds_at(const struct hard *self, double step)
{
    const teacher_law_t *law = self->law;
    const double z = law->z_m + law->z_on_r * step;
    return self->sign ? sign_odds(z, law->z_given_r)
                      : logistic_odds(&self->given_r, z, law->z_given_r);
}

static void add_point(const void *context, double x, double weight, double *sum)
{
    const struct hard *self = (const struct hard *)context;
    const double t = self->threshold, step = self->law->r_sigma * x, r = self->law->r_m + step;
    const struct odds odds = odds_at(self, step);
    const double p = weight * odds.one, n = weight * odds.zero;
    const double slope = weight * odds.slope, bend = weight * odds.bend;
    clipped_point_t a, b;
    if (self->loss->quadratic) {
        a = clipped_line(r, 1, t);
        b = clipped_line(r, self->low, t);
    } else {
        const sigmoid_t f = sigmoid(r);
        a = clipped_curve(&f, 1, t);
        b = clipped_curve(&f, 0, t);
    }
    sum[G] += p * a.g + n * b.g;
    sum[H] += p * a.g1 + n * b.g1;
    sum[Q] += p * a.g * a.g + n * b.g * b.g;
    sum[H_M] += p * a.g2 + n * b.g2;
    sum[H_B] += (p * a.g3 + n * b.g3) / 2;
    sum[Q_M] += 2 * (p * a.g * a.g1 + n * b.g * b.g1);
    sum[Q_B] += p * (a.g1 * a.g1 + a.g * a.g2) + n * (b.g1 * b.g1 + b.g * b.g2);
    sum[J] += slope * (a.g - b.g);
    sum[J_M] += slope * (a.g1 - b.g1);
    sum[H_C] += slope * (a.g2 - b.g2);
    sum[J_C] += bend * (a.g1 - b.g1);
    sum[Q_C] += slope * 2 * (a.g * a.g1 - b.g * b.g1);
}

/* Densities at the kinks of one label. */
static void add_kinks(const struct hard *self, double y, double *sum)
{
    const teacher_law_t *law = self->law;
    const double sign = y > 0.5 ? 1 : -1;
    clipped_kink_t kink[CLIPPED_KINKS];
    const int count = clipped_kinks(self->loss, y, self->threshold, kink);
    for (int i = 0; i < count; i++) {
        const double step = kink[i].r - law->r_m, x = step / law->r_sigma;
        const double density = normal_density(x) / law->r_sigma;
        if (density == 0)
            continue;
        const struct odds odds = odds_at(self, step);
        const double p = density * (y > 0.5 ? odds.one : odds.zero);
        const double slope = density * sign * odds.slope;
        sum[H_M] += kink[i].jump * p;
        sum[H_B] +=
            (kink[i].jump2 * p + kink[i].jump * (x / law->r_sigma * p - law->z_on_r * slope)) / 2;
        sum[Q_B] += kink[i].g * kink[i].jump * p;
        sum[H_C] += kink[i].jump * slope;
    }
}

static void integrate(const struct hard *self, double *sum)
{
    const teacher_law_t *law = self->law;
    if (!(law->r_sigma * law->r_sigma >= CLIPPED_LEAST_B)) {
        add_point(self, 0, 1, sum);
        return;
    }
    pieces_t pieces;
    teacher_pieces_on_r(law, self->sign, &pieces);
    for (int label = 0; label < 2; label++) {
        clipped_kink_t kink[CLIPPED_KINKS];
        const double y = label == 1 ? 1 : self->low;
        const int count = clipped_kinks(self->loss, y, self->threshold, kink);
        for (int i = 0; i < count; i++)
            pieces_add(&pieces, (kink[i].r - law->r_m) / law->r_sigma, 0, true);
        add_kinks(self, y, sum);
    }
    pieces_sum(&pieces, add_point, self, sum);
}

/* A step's p' is a density at z = 0: averages over r given that. */
static void step_parts(const struct hard *self, double *sum)
{
    const teacher_law_t *law = self->law;
    const double density = teacher_law_density(law), m = law->r_m - law->r_on_z * law->z_m,
                 B = law->r_given_z * law->r_given_z;
    clipped_t a, b;
    sum[J] = sum[J_M] = sum[H_C] = sum[J_C] = sum[Q_C] = 0;
    if (density == 0)
        return;
    clipped_average(self->loss, 1, m, B, self->threshold, &a);
    clipped_average(self->loss, self->low, m, B, self->threshold, &b);
    sum[J] = density * (a.G - b.G);
    sum[J_M] = density * (a.H - b.H);
    sum[H_C] = density * (a.H_m - b.H_m);
    sum[J_C] = -density * (law->z_m / (law->z_sigma * law->z_sigma) * (a.H - b.H) +
                           law->r_on_z * (a.H_m - b.H_m));
    sum[Q_C] = density * (a.Q_m - b.Q_m);
}

void teacher_hard_average(const teacher_t *teacher, const sgdl_loss_t *loss, double threshold,
                          const teacher_law_t *law, sgdl_averages_t *out)
{
    struct hard self = {.loss = loss,
                        .law = law,
                        .threshold = threshold,
                        .low = loss->quadratic ? -1 : 0,
                        .sign = teacher->labels == TEACHER_SIGN};
    const double k = law->k, shift = law->shift;
    double sum[FIELDS] = {0};
    if (!self.sign && law->z_given_r <= NORMAL_RULE_SIGMA)
        tilted_rule_init(&self.given_r, law->z_given_r);
    integrate(&self, sum);
    if (self.sign)
        step_parts(&self, sum);
    out->G[0] = sum[G];
    out->H[0] = sum[H];
    out->Q[0] = sum[Q];
    out->H_m[0] = sum[H_M];
    out->G_B[0] = sum[H_M] / 2;
    out->H_B[0] = sum[H_B];
    out->Q_m[0] = sum[Q_M];
    out->Q_B[0] = sum[Q_B];
    out->J = shift * sum[H] + k * sum[J];
    out->J_m = shift * sum[H_M] + k * sum[J_M];
    out->H_c = shift * 2 * sum[H_B] + k * sum[H_C];
    out->J_B = out->H_c / 2;
    out->J_c = shift * (shift * 2 * sum[H_B] + 2 * k * sum[H_C]) + k * k * sum[J_C];
    out->Q_c = shift * 2 * sum[Q_B] + k * sum[Q_C];
}
