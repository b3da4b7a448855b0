/*
 * Clipped gradients under labels that are functions of r*, s(z) or, of least squares, 2 s(z) - 1:
 * averages over z of averages over q given z. The kinks are where g(q + z, z) = +-threshold; with
 * F(q, z) = clip(g) the derivatives are E F_qq, E F_qz and so on, in the sense of distributions.
 */
#include <math.h>

#include "src/loss/averages/normal.h"
#include "src/loss/averages/rules.h"
#include "src/loss/averages/sigmoid.h"
#include "src/loss/clips/clipped.h"
#include "src/loss/teachers/law.h"

/* By q: G, H, H_M, H_B, Q, Q_M, Q_B; J = E F_z, J_M = E F_qz, H_C = E F_qqz, J_C = E F_qzz,
 * Q_C = E (F^2)_qz. */
enum { G, H, Q, J, H_M, H_B, Q_M, Q_B, J_M, H_C, Q_C, J_C, FIELDS };

struct soft {
    const teacher_law_t *law;
    double threshold, given_z; /* standard deviation of q given z */
};

/* ---- least squares -------------------------------------------------------------------------- */

static void add_line(const void *context, double x, double weight, double *sum)
{
    const struct soft *self = (const struct soft *)context;
    const teacher_law_t *law = self->law;
    const double z = law->z_m + law->z_sigma * x, mean = law->r_m + law->r_on_z * law->z_sigma * x;
    const double y = tanh(z / 2), y1 = 2 * sigmoid(z).h, y2 = -y * y1;
    clipped_t a;
    clipped_least_squares(mean - y, self->given_z * self->given_z, self->threshold, &a);
    sum[G] += weight * a.G;
    sum[H] += weight * a.H;
    sum[Q] += weight * a.Q;
    sum[J] -= weight * y1 * a.H;
    sum[H_M] += weight * a.H_m;
    sum[H_B] += weight * a.H_B;
    sum[Q_M] += weight * a.Q_m;
    sum[Q_B] += weight * a.Q_B;
    sum[J_M] -= weight * y1 * a.H_m;
    sum[H_C] -= weight * y1 * 2 * a.H_B;
    sum[Q_C] -= weight * y1 * 2 * a.Q_B;
    sum[J_C] += weight * (y1 * y1 * 2 * a.H_B - y2 * a.H_m);
}

/* ---- logistic loss -------------------------------------------------------------------------- */

/* Given z: g = s(r) - s(z), r ~ N(mean, sigma^2), cut at +-t. F_zz grows without bound where a kink
 * goes to infinity, so that J_C is E[F_qz (score - tilt x)] with -d log(density)/dz of (q, z), x
 * the standard normal of q. */
struct given {
    double z, mean, sigma;
    double score, tilt;
    sigmoid_t at; /* z */
};

static void add_inside(const void *context, double x, double weight, double *sum)
{
    const struct given *self = (const struct given *)context;
    const double r = self->mean + self->sigma * x;
    const sigmoid_t f = sigmoid(r);
    const double g = sigmoid_rise(&self->at, &f, r - self->z);
    const double gap = g * (f.c - self->at.s); /* s'(r) - s'(z) */
    const double bend = g * f.h1;
    sum[G] += weight * g;
    sum[H] += weight * f.h;
    sum[Q] += weight * g * g;
    sum[J] += weight * gap;
    sum[H_M] += weight * f.h1;
    sum[H_B] += weight * f.h2 / 2;
    sum[Q_M] += weight * 2 * g * f.h;
    sum[Q_B] += weight * (f.h * f.h + bend);
    sum[J_M] += weight * f.h1;
    sum[H_C] += weight * f.h2;
    sum[Q_C] += weight * 2 * (f.h * gap + bend);
    sum[J_C] += weight * f.h1 * (self->score - self->tilt * x);
}

/* What lies beyond the kink at r (g = side t there), and the kink itself. */
static void add_beyond(const struct given *self, double side, double t, double r, double *sum)
{
    if (!(self->sigma > 0)) {
        const bool beyond = side * (self->mean - r) > 0;
        sum[G] += beyond ? side * t : 0;
        sum[Q] += beyond ? t * t : 0;
        return;
    }
    const double x = (r - self->mean) / self->sigma, part = normal_upper(side * x);
    const double jump = -side * normal_density(x) / self->sigma, tilt = x / self->sigma;
    sum[G] += side * t * part;
    sum[Q] += t * t * part;
    if (jump == 0)
        return;
    const sigmoid_t f = sigmoid(r);
    const double gap = side * t * (f.c - self->at.s);
    sum[H_M] += jump * f.h;
    sum[H_B] += jump * (f.h1 + f.h * tilt) / 2;
    sum[Q_B] += side * t * jump * f.h;
    sum[J_M] += jump * gap;
    sum[H_C] += jump * (f.h1 + gap * tilt);
    sum[Q_C] += jump * 2 * side * t * gap;
    sum[J_C] += jump * gap * (self->score - self->tilt * x);
}

/* Where s(r) = s(z) +- t, infinite where nowhere. */
static void kinks(const sigmoid_t *at, double t, double *low, double *high)
{
    *low = at->s > t ? log(at->s - t) - log(at->c + t) : -INFINITY;
    *high = at->c > t ? log(at->s + t) - log(at->c - t) : INFINITY;
}

static void add_curve(const void *context, double x, double weight, double *sum)
{
    const struct soft *self = (const struct soft *)context;
    const teacher_law_t *law = self->law;
    const double step = law->z_sigma * x, z = law->z_m + step;
    const bool moves = law->z_sigma > 0 && self->given_z > 0;
    const struct given given = {
        .z = z,
        .mean = law->r_m + law->r_on_z * step,
        .sigma = self->given_z,
        .score = law->z_sigma > 0 ? x / law->z_sigma : 0,
        .tilt = moves ? law->q_cov / law->z_sigma / law->z_sigma / self->given_z : 0,
        .at = sigmoid(z)};
    double low, high, one[FIELDS] = {0};
    kinks(&given.at, self->threshold, &low, &high);
    if (given.sigma > 0) {
        pieces_t pieces;
        const double bend = -given.mean / given.sigma;
        pieces_init(&pieces, fmin(2 * given.sigma, fmax(-bend, 0)),
                    fmin(2 * given.sigma, fmax(bend, 0)));
        pieces_add(&pieces, bend, M_PI / given.sigma, false);
        pieces_start_at(&pieces, (low - given.mean) / given.sigma, 0);
        pieces.high = fmin(pieces.high, (high - given.mean) / given.sigma);
        pieces_sum(&pieces, add_inside, &given, one);
    } else if (low <= given.mean && given.mean <= high) {
        add_inside(&given, 0, 1, one);
    }
    if (low > -INFINITY)
        add_beyond(&given, -1, self->threshold, low, one);
    if (high < INFINITY)
        add_beyond(&given, 1, self->threshold, high, one);
    for (int i = 0; i < FIELDS; i++)
        sum[i] += weight * one[i];
}

/* ---- all of it ------------------------------------------------------------------------------ */

/* How far the mean of r given z, where z = z_m + z_sigma x, is beyond the kink above (side 1) or
 * below (-1); infinite where there is none. */
static double beyond(const sgdl_loss_t *loss, const struct soft *self, double side, double x)
{
    const teacher_law_t *law = self->law;
    const double z = law->z_m + law->z_sigma * x, r = law->r_m + law->r_on_z * law->z_sigma * x;
    if (loss->quadratic)
        return r - tanh(z / 2) - side * self->threshold;
    const sigmoid_t at = sigmoid(z);
    double low, high;
    kinks(&at, self->threshold, &low, &high);
    return r - (side > 0 ? high : low);
}

/* Between two places, where one is beyond and the other is not: where that changes. */
static double change(const sgdl_loss_t *loss, const struct soft *self, double side,
                     const double x[2])
{
    double low = x[0], high = x[1];
    const bool first = beyond(loss, self, side, low) > 0;
    for (int step = 0; step < 60 && high - low > 1e-15; step++) {
        const double middle = low + (high - low) / 2;
        if ((beyond(loss, self, side, middle) > 0) == first)
            low = middle;
        else
            high = middle;
    }
    return low + (high - low) / 2;
}

/* Its derivative by x. */
static double approach(const sgdl_loss_t *loss, const struct soft *self, double side, double x)
{
    const teacher_law_t *law = self->law;
    const sigmoid_t at = sigmoid(law->z_m + law->z_sigma * x);
    const double t = side * self->threshold;
    const double moves = loss->quadratic ? 2 * at.h : at.h / ((at.s + t) * (at.c - t));
    return law->z_sigma * (law->r_on_z - moves);
}

/* Where r is narrow given z, its passing of a kink is a step of that width. */
static void add_passages(const sgdl_loss_t *loss, const struct soft *self, pieces_t *pieces)
{
    enum { PLACES = 96 };
    const double step = (pieces->high - pieces->low) / PLACES;
    for (double side = -1; side <= 1; side += 2)
        for (int i = 0; i < PLACES && pieces->features < PIECE_FEATURES; i++) {
            const double x[2] = {pieces->low + i * step, pieces->low + (i + 1) * step};
            if ((beyond(loss, self, side, x[0]) > 0) == (beyond(loss, self, side, x[1]) > 0))
                continue;
            const double centre = change(loss, self, side, x);
            const double width = self->given_z / fabs(approach(loss, self, side, centre));
            if (width < 0.3)
                pieces_add(pieces, centre, width, true);
        }
}

static void integrate(const sgdl_loss_t *loss, const struct soft *self, double *sum)
{
    const teacher_law_t *law = self->law;
    piece_f *const f = loss->quadratic ? add_line : add_curve;
    pieces_t pieces;
    if (!(law->z_sigma > 0)) {
        f(self, 0, 1, sum);
        return;
    }
    teacher_pieces_on_z(law, &pieces);
    if (!loss->quadratic) { /* one of the kinks ends where s(z) = t, the other where s(-z) = t */
        const double end = log1p(-self->threshold) - log(self->threshold);
        pieces_add(&pieces, (end - law->z_m) / law->z_sigma, 0, true);
        pieces_add(&pieces, (-end - law->z_m) / law->z_sigma, 0, true);
    }
    add_passages(loss, self, &pieces);
    pieces_refine(&pieces, (piece_fields_t){f, self, FIELDS}, sum);
}

void teacher_soft_average(const sgdl_loss_t *loss, double threshold, const teacher_law_t *law,
                          sgdl_averages_t *out)
{
    const double k = law->k;
    /* of perfect correlation only that much is kept that kinks have densities */
    const struct soft self = {law, threshold, fmax(law->r_given_z, 1e-7 * sqrt(law->q_B))};
    double sum[FIELDS] = {0};
    integrate(loss, &self, sum);
    out->G[0] = sum[G];
    out->H[0] = sum[H];
    out->Q[0] = sum[Q];
    out->H_m[0] = sum[H_M];
    out->G_B[0] = sum[H_M] / 2;
    out->H_B[0] = sum[H_B];
    out->Q_m[0] = sum[Q_M];
    out->Q_B[0] = sum[Q_B];
    out->J = k * sum[J];
    out->J_m = k * sum[J_M];
    out->H_c = k * sum[H_C];
    out->J_B = out->H_c / 2;
    out->J_c = k * k * sum[J_C];
    out->Q_c = k * sum[Q_C];
}
