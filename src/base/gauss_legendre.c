#include "src/base/gauss_legendre.h"

#include <assert.h>
#include <math.h>

/* P_n(x) and its derivative, |x| < 1. */
static double legendre(size_t n, double x, double *derivative)
{
    double p = 1, before = 0;
    for (size_t k = 1; k <= n; k++) {
        const double next = ((double)(2 * k - 1) * x * p - (double)(k - 1) * before) / (double)k;
        before = p;
        p = next;
    }
    *derivative = (double)n * (before - x * p) / (1 - x * x);
    return p;
}

void gauss_legendre_init(gauss_legendre_t *self, size_t order)
{
    assert(order >= 1 && order <= GAUSS_LEGENDRE_MAX);
    self->order = order;
    double sum = 0;
    for (size_t i = 0; i < (order + 1) / 2; i++) {
        /* The classical guess is good to O(n^-4); Newton then needs three or four steps. */
        double x = cos(M_PI * ((double)i + 0.75) / ((double)order + 0.5)), slope = 1;
        if (2 * i + 1 == order)
            x = 0;
        for (int step = 0; step < 8; step++)
            x -= legendre(order, x, &slope) / slope;
        (void)legendre(order, x, &slope);
        const double weight = 1 / ((1 - x * x) * slope * slope);
        self->point[order - 1 - i] = 0.5 * (1 + x);
        self->point[i] = 0.5 * (1 - x);
        self->weight[order - 1 - i] = self->weight[i] = weight;
        sum += 2 * i + 1 == order ? weight : 2 * weight;
    }
    for (size_t i = 0; i < order; i++)
        self->weight[i] /= sum;
}
