/*
 * Clipped averages of a loss of which only the gradient is known: integrals of ghat with Hermite
 * polynomials, by parts E ghat' = E[ghat x]/sd and so on, kinks found beforehand.
 */
#include <math.h>

#include "src/loss/averages/pieces.h"
#include "src/loss/clips/clipped.h"

struct task {
    const sgdl_loss_t *loss;
    double y, m, sigma, threshold;
};

/* E ghat He_n, n = 0 .. 3, then E ghat^2 He_n, n = 0 .. 2. */
enum { FIRST, SECOND = 4, FIELDS = 7 };

static double gradient(const struct task *self, double x)
{
    const double r = self->m + self->sigma * x;
    double g;
    self->loss->gradient(1, &r, &self->y, &g);
    return g;
}

static double clipped(const struct task *self, double x)
{
    return fmax(-self->threshold, fmin(gradient(self, x), self->threshold));
}

static void add_point(const void *context, double x, double weight, double *sum)
{
    const double g = clipped((const struct task *)context, x);
    const double polynomial[4] = {1, x, x * x - 1, x * (x * x - 3)};
    for (int n = 0; n < 4; n++)
        sum[FIRST + n] += weight * g * polynomial[n];
    for (int n = 0; n < 3; n++)
        sum[SECOND + n] += weight * g * g * polynomial[n];
}

/* Adds where g passes `level` between two places. */
static void add_kink(const struct task *self, double level, double low, double high,
                     pieces_t *pieces)
{
    const bool above = gradient(self, low) > level;
    if (above == (gradient(self, high) > level) || pieces->features == PIECE_FEATURES)
        return;
    for (int step = 0; step < 60; step++) {
        const double middle = low + (high - low) / 2;
        if ((gradient(self, middle) > level) == above)
            low = middle;
        else
            high = middle;
    }
    pieces_add(pieces, low + (high - low) / 2, 0, true);
}

/* Without variance: the derivative from a difference. */
static void at_point(const sgdl_loss_t *loss, double y, double m, double threshold, clipped_t *out)
{
    const struct task task = {loss, y, m, 1e-5 * (1 + fabs(m)), threshold};
    const double g = clipped(&task, 0), slope = gradient(&task, 1) - gradient(&task, -1);
    const double H = fabs(gradient(&task, 0)) <= threshold ? slope / (2 * task.sigma) : 0;
    *out = (clipped_t){.G = g, .H = H, .Q = g * g, .Q_m = 2 * g * H, .Q_B = H * H};
}

void clipped_any_loss(const sgdl_loss_t *loss, double y, const double law[2], double threshold,
                      clipped_t *out)
{
    enum { PLACES = 96 };
    const double m = law[0], B = law[1], sigma = sqrt(fmax(B, 0));
    const struct task task = {loss, y, m, sigma, threshold};
    pieces_t pieces;
    double sum[FIELDS] = {0};
    if (!(sigma > 1e-8 * (1 + fabs(m)))) { /* r itself hardly tells its values apart */
        at_point(loss, y, m, threshold, out);
        return;
    }
    pieces_init(&pieces, 0, 0);
    const double low = pieces.low, step = (pieces.high - low) / PLACES;
    for (int i = 0; i < PLACES; i++)
        for (double side = -1; side <= 1; side += 2)
            add_kink(&task, side * threshold, low + i * step, low + (i + 1) * step, &pieces);
    pieces_refine(&pieces, (piece_fields_t){add_point, &task, FIELDS}, sum);
    *out = (clipped_t){.G = sum[FIRST],
                       .H = sum[FIRST + 1] / sigma,
                       .Q = sum[SECOND],
                       .H_m = sum[FIRST + 2] / B,
                       .H_B = sum[FIRST + 3] / (2 * B * sigma),
                       .Q_m = sum[SECOND + 1] / sigma,
                       .Q_B = sum[SECOND + 2] / (2 * B)};
}
