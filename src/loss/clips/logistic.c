/*
 * The logistic loss clipped. For label 1, g = -s(-z) is cut where s(-z) > t: on the left of the
 * kink k = log((1 - t)/t), and nowhere if t >= 1. The constant part is a normal probability, the
 * rest is integrated from the kink on by panels: it decays, whether or not the kink is in the bulk.
 * Label 0 is the same at -m.
 */
#include <math.h>

#include "src/loss/averages/normal.h"
#include "src/loss/averages/pieces.h"
#include "src/loss/averages/sigmoid.h"
#include "src/loss/clips/clipped.h"

enum { G, H, Q, H1, H2, Q1, Q2, FIELDS };

struct line {
    double m, sigma;
};

static void add_point(const void *context, double x, double weight, double *sum)
{
    const struct line *at = (const struct line *)context;
    const sigmoid_t f = sigmoid(at->m + at->sigma * x);
    const double ch = weight * f.c * f.h;
    sum[G] += weight * f.c;
    sum[H] += weight * f.h;
    sum[Q] += weight * f.c * f.c;
    sum[H1] += weight * f.h1;
    sum[H2] += weight * f.h2;
    sum[Q1] -= 2 * ch;
    sum[Q2] += 2 * ch * (2 * f.s - f.c);
}

static void plain(double m, double B, clipped_t *out)
{
    sgdl_logistic_averages_t a;
    sgdl_logistic_average(m, B, &a);
    *out = (clipped_t){.G = a.g,
                       .H = a.h,
                       .Q = a.g2,
                       .H_m = a.h1,
                       .H_B = a.h2 / 2,
                       .Q_m = a.g2_1,
                       .Q_B = a.g2_2 / 2};
}

static void without_variance(double m, double t, double kink, clipped_t *out)
{
    if (m >= kink)
        plain(m, 0, out);
    else
        *out = (clipped_t){.G = -t, .Q = t * t};
}

/* The window: mass of e^-jz under the law, j <= 2, is j standard deviations of z on the left of the
 * mean, or where z = 0 if that is nearer; on the other side of 0 likewise, e^z. */
static pieces_t window(double m, double sigma, double x_kink)
{
    pieces_t pieces;
    const double zero = -m / sigma;
    pieces_init(&pieces, fmin(2 * sigma, fmax(-zero, 0)), fmin(sigma, fmax(zero, 0)));
    pieces_add(&pieces, zero, M_PI / sigma, false);
    pieces_start_at(&pieces, x_kink, fmax(x_kink, 0) + 2 * sigma);
    return pieces;
}

static void label_1(double m, double B, double t, clipped_t *out)
{
    const double kink = log1p(-t) - log(t);
    if (!(B >= CLIPPED_LEAST_B)) {
        without_variance(m, t, kink, out);
        return;
    }
    const double sigma = sqrt(B), x = (kink - m) / sigma;
    const pieces_t pieces = window(m, sigma, x);
    const struct line line = {m, sigma};
    double sum[FIELDS] = {0};
    pieces_sum(&pieces, add_point, &line, sum);
    const double cut = normal_upper(-x), h = t * (1 - t), density = normal_density(x) / sigma;
    out->G = -(t * cut + sum[G]);
    out->H = sum[H];
    out->Q = t * t * cut + sum[Q];
    out->H_m = sum[H1] + h * density;
    out->H_B = (sum[H2] + h * density * ((2 * t - 1) + x / sigma)) / 2;
    out->Q_m = sum[Q1];
    out->Q_B = sum[Q2] / 2 - t * h * density;
}

void clipped_logistic(double y, double m, double B, double t, clipped_t *out)
{
    const double side = y > 0.5 ? m : -m;
    if (t >= 1)
        plain(side, B, out);
    else
        label_1(side, B, t, out);
    if (y > 0.5)
        return;
    out->G = -out->G;
    out->H_m = -out->H_m;
    out->Q_m = -out->Q_m;
}
