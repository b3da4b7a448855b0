/*
 * With e = e^-|M| e^(sqrt(V) x) the logistic functions are 1/(1 + e) and e/(1 + e): no exponential
 * but one is left. Their poles are pi/sqrt(V) from the axis of x, so that a step of 0.6
 * (0.6/sqrt(V) from V = 1 on) leaves 1e-12; the window holds the density after a tilt by e^(2 z),
 * under which squares of far tails are taken.
 */
#include "src/loss/softmax/inner.h"

#include <math.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/base/elementary.h"
#include "src/loss/averages/logistic_average.h"
#include "src/loss/averages/normal.h"

static const double step_most = 0.6, reach = 6.8;

static double step_of(double V) { return step_most / fmax(1, sqrt(V)); }

double inner_window(double V, double tilt)
{
    const double window = reach + fabs(tilt);
    return 2 * window <= step_of(V) * INNER_POINTS ? window : 0;
}

double inner_cost(double V) { return 2 + fmin(fmax(1, sqrt(V)), 16); }

void inner_init(inner_t *self, double V, double window)
{
    const double deviation = sqrt(V), step = step_of(V);
    const size_t blocks = (size_t)ceil(2 * window / (step * INNER_LANES));
    double total = 0;
    self->V = V;
    self->points = (blocks < INNER_BLOCKS ? blocks : INNER_BLOCKS) * INNER_LANES;
    for (size_t i = 0; i < self->points; i++) {
        const double x = step * ((double)i - (double)(self->points - 1) / 2);
        self->weight[i] = exp(-x * x / 2);
        self->factor[i] = exp(deviation * x);
        total += self->weight[i];
    }
    for (size_t i = 0; i < self->points; i++)
        self->weight[i] /= total;
}

/* Of E = e^-|M|: sum[0] is E log(1 + e), sum[1 + i] = E c^i s^(degree - i), c the smaller one. */
CLONES static void sum_squares(const inner_t *self, double E, double sum[INNER_DEGREE + 2])
{
    double lane[4][INNER_LANES] = {{0}};
    for (size_t i = 0; i < self->points; i += INNER_LANES)
        for (size_t k = 0; k < INNER_LANES; k++) {
            const double w = self->weight[i + k], e = E * self->factor[i + k];
            const double s = 1 / (1 + e), c = e * s;
            lane[0][k] += w * elementary_log1p(e);
            lane[1][k] += w * s * s;
            lane[2][k] += w * s * c;
            lane[3][k] += w * c * c;
        }
    for (size_t f = 0; f < 4; f++)
        for (size_t k = 0; k < INNER_LANES; k++)
            sum[f] += lane[f][k];
}

CLONES static void sum_fourths(const inner_t *self, double E, double sum[INNER_DEGREE + 2])
{
    double lane[6][INNER_LANES] = {{0}};
    for (size_t i = 0; i < self->points; i += INNER_LANES)
        for (size_t k = 0; k < INNER_LANES; k++) {
            const double w = self->weight[i + k], e = E * self->factor[i + k];
            const double s = 1 / (1 + e), c = e * s, ss = w * s * s, cc = c * c;
            lane[0][k] += w * elementary_log1p(e);
            lane[1][k] += ss * s * s;
            lane[2][k] += ss * s * c;
            lane[3][k] += ss * cc;
            lane[4][k] += w * s * c * cc;
            lane[5][k] += w * cc * cc;
        }
    for (size_t f = 0; f < 6; f++)
        for (size_t k = 0; k < INNER_LANES; k++)
            sum[f] += lane[f][k];
}

/* The same from the logistic averages at |M|, at whose z c = s(-z) is the smaller one. */
static void sum_logistic(double M, double V, size_t degree, double sum[INNER_DEGREE + 2])
{
    sgdl_logistic_averages_t z;
    sgdl_logistic_average(M, V, &z);
    const double sc = z.h, scc = -z.g2_1 / 2, ssc = scc - z.h1; /* E s c^2 and E s^2 c */
    const double cc = z.g2, c = -z.g;
    sum[0] = z.f;
    if (degree == 2) {
        sum[1] = 1 - c - sc;
        sum[2] = sc;
        sum[3] = cc;
        return;
    }
    /* s c^2 (2 s - c) = 2 s^2 c^2 - s c^3, and s c^2 = s^2 c^2 + s c^3 */
    const double sscc = (z.g2_2 / 2 + scc) / 3, sccc = scc - sscc;
    sum[1] = 1 - c - sc - ssc - (ssc - sscc);
    sum[2] = ssc - sscc;
    sum[3] = sscc;
    sum[4] = fmax(sccc, 0);
    sum[5] = fmax(cc - scc - sccc, 0);
}

double inner_average(const inner_t *self, double M, size_t degree, bool below, double *moment)
{
    double sum[INNER_DEGREE + 2] = {0};
    const double side = fabs(M);
    if (self->points == 0)
        sum_logistic(side, self->V, degree, sum);
    else if (degree == 2)
        sum_squares(self, exp(-side), sum);
    else
        sum_fourths(self, exp(-side), sum);
    for (size_t i = 0; i <= degree; i++) /* on the right of 0 the smaller one is s(-z) */
        moment[i] = sum[1 + (M >= 0 ? degree - i : i)];
    return sum[0] + ((M >= 0) == below ? 0 : side);
}
