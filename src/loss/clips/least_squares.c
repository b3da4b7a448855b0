/*
 * g = r - y clipped, in closed form: with a, b the thresholds in standard deviations from the mean
 * and rho(u) = E(N - u)+ = density(u) - u P(N > u),
 *
 *     G = m + sqrt(B) [rho((m + t)/sqrt(B)) - rho((t - m)/sqrt(B))],    H = P(|g| < t),
 *
 * and the like. Where the law is wider than the thresholds are apart these forms cancel, and what
 * is left is a short integral between them.
 */
#include <math.h>

#include "src/loss/averages/normal.h"
#include "src/loss/averages/rules.h"
#include "src/loss/clips/clipped.h"

/* E(N - u)+. */
static double excess(double u)
{
    if (u >= SGDL_NORMAL_TAIL) {
        const double c = normal_fraction(u);
        return c / (u + c) * normal_density(u);
    }
    return normal_density(u) - u * normal_upper(u);
}

static void without_variance(double m, double t, clipped_t *out)
{
    const double inside = fabs(m) <= t ? 1 : 0;
    const double g = inside > 0 ? m : copysign(t, m);
    *out = (clipped_t){.G = g, .H = inside, .Q = g * g, .Q_m = 2 * m * inside, .Q_B = inside};
}

/* The lower threshold at a, in standard deviations: sums over what lies between the two. */
static void between(double a, double sigma, double t, clipped_t *out)
{
    const gauss_legendre_t *rule = panel_rule();
    const double width = 2 * t / sigma;
    double sum[7] = {0};
    for (size_t i = 0; i < rule->order; i++) {
        const double u = a + width * rule->point[i], weight = width * rule->weight[i];
        const double g = t * (2 * rule->point[i] - 1), density = weight * normal_density(u);
        const double part = density * (t - g) * (t + g), bend = (u - 1) * (u + 1);
        sum[0] -= weight * erf(u * 0.70710678118654752440) / 2;
        sum[1] += density;
        sum[2] += part;
        sum[3] += density * u;
        sum[4] += density * bend;
        sum[5] += density * g;
        sum[6] -= part * bend;
    }
    const double B = sigma * sigma;
    *out = (clipped_t){.G = sigma * sum[0],
                       .H = sum[1],
                       .Q = t * t - sum[2],
                       .H_m = sum[3] / sigma,
                       .H_B = sum[4] / (2 * B),
                       .Q_m = 2 * sum[5],
                       .Q_B = sum[6] / (2 * B)};
}

/* m >= 0, so that b <= -a. */
static void closed(double a, double b, double m, double sigma, double t, clipped_t *out)
{
    const double density_a = normal_density(a), density_b = normal_density(b);
    const double inside =
        b > 0 ? 1 - normal_upper(b) - normal_upper(-a) : normal_upper(-b) - normal_upper(-a);
    const double outside = b > 0 ? normal_upper(b) + normal_upper(-a) : 1 - inside;
    if (b > 0)
        out->G = m + sigma * (excess(-a) - excess(b));
    else
        out->G = t + sigma * (excess(-a) - excess(-b));
    out->H = inside;
    out->Q = t * t * outside + sigma * ((m - t) * density_a - (m + t) * density_b);
    if (inside > 0) /* else m^2 may have overflown */
        out->Q += (m * m + sigma * sigma) * inside;
    out->H_m = (density_a - density_b) / sigma;
    out->H_B = (a * density_a - b * density_b) / sigma / (2 * sigma);
    out->Q_m = 2 * (m * inside + sigma * (density_a - density_b));
    out->Q_B = inside - t * (density_a + density_b) / sigma;
}

void clipped_least_squares(double m, double B, double t, clipped_t *out)
{
    if (!(t < INFINITY)) {
        *out = (clipped_t){.G = m, .H = 1, .Q = m * m + B, .Q_m = 2 * m, .Q_B = 1};
        return;
    }
    if (!(B >= CLIPPED_LEAST_B)) {
        without_variance(m, t, out);
        return;
    }
    const double side = fabs(m), sigma = sqrt(B);
    const double a = -(t + side) / sigma, b = (t - side) / sigma;
    if (t < sigma / 2 && -a * t < 2.5 * sigma)
        between(a, sigma, t, out);
    else
        closed(a, b, side, sigma, t, out);
    if (m < 0) {
        out->G = -out->G;
        out->H_m = -out->H_m;
        out->Q_m = -out->Q_m;
    }
}
