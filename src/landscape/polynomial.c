#include "src/landscape/polynomial.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

polynomial_t *polynomial_new(const double *coefficient, size_t count)
{
    while (count > 1 && coefficient[count - 1] == 0)
        count--;
    polynomial_t *self = malloc(sizeof *self + count * sizeof *self->coefficient);
    if (!self)
        return NULL;
    self->count = count;
    memcpy(self->coefficient, coefficient, count * sizeof *coefficient);
    return self;
}

/* i (i - 1) ... (i - order + 1): what the power's derivative brings. */
static double factor(size_t power, int order)
{
    double product = 1;
    for (int k = 0; k < order; k++)
        product *= (double)power - k;
    return product;
}

double polynomial_slope(const polynomial_t *self, double x, int order)
{
    double sum = 0;
    for (size_t i = self->count; i-- > (size_t)order;)
        sum = sum * x + factor(i, order) * self->coefficient[i];
    return sum;
}

double polynomial_growth(const polynomial_t *self)
{
    const size_t degree = self->count - 1;
    return degree % 2 == 0 && self->coefficient[degree] > 0 ? (double)degree : 0;
}

/* ---- zeros ----------------------------------------------------------------------------------- */

/* The sign of a derivative at x; 0 where rounding leaves none. */
static int sign_at(const polynomial_t *self, double x, int order)
{
    const double power = fabs(x);
    double sum = 0, size = 0;
    for (size_t i = self->count; i-- > (size_t)order;) {
        const double c = factor(i, order) * self->coefficient[i];
        sum = sum * x + c;
        size = size * power + fabs(c);
    }
    if (!isfinite(size)) { /* the largest power decides */
        const size_t top = self->count - 1;
        const int sign = self->coefficient[top] > 0 ? 1 : -1;
        return x < 0 && (top - (size_t)order) % 2 ? -sign : sign;
    }
    const double rounding = 4 * (double)self->count * DBL_EPSILON * size;
    return fabs(sum) <= rounding ? 0 : sum > 0 ? 1 : -1;
}

/* No zero of a derivative is farther from 0 (Fujiwara's bound; those of all orders, by Gauss and
 * Lucas, are within that of the first). */
static double bound(const polynomial_t *self, int order)
{
    const size_t top = self->count - 1, low = (size_t)order;
    const double leading = log(factor(top, order)) + log(fabs(self->coefficient[top]));
    double most = -INFINITY;
    for (size_t i = low; i < top; i++)
        if (self->coefficient[i] != 0)
            most = fmax(most, (log(factor(i, order)) + log(fabs(self->coefficient[i])) - leading) /
                                  (double)(top - i));
    return isinf(most) ? 1 : fmin(2.1 * exp(most), 1e300); /* of one power: any is */
}

/* Between a and b, where the signs differ and between which the derivative is monotone. */
static double bisect(const polynomial_t *self, int order, double a, double b, int sign_a)
{
    while (true) {
        const double middle = 0.5 * a + 0.5 * b;
        if (!(middle > a && middle < b))
            return fabs(polynomial_slope(self, a, order)) < fabs(polynomial_slope(self, b, order))
                       ? a
                       : b;
        const double value = polynomial_slope(self, middle, order);
        if (value == 0)
            return middle;
        if ((value > 0) == (sign_a > 0))
            a = middle;
        else
            b = middle;
    }
}

/* The zeros of a derivative from those of the next, x [count], which part it into monotone pieces.
 * Where it vanishes at one of these it touches 0 there. Returns how many there are, in zero. */
static size_t part(const polynomial_t *self, int order, const double *x, size_t count, double *zero)
{
    const double end = bound(self, order);
    size_t found = 0;
    double a = -end;
    int sign_a = sign_at(self, a, order);
    for (size_t i = 0; i <= count; i++) {
        const double b = i < count ? x[i] : end;
        const int sign_b = sign_at(self, b, order);
        if (sign_a * sign_b < 0)
            zero[found++] = bisect(self, order, a, b, sign_a);
        if (sign_b == 0 && (found == 0 || zero[found - 1] < b) && i < count)
            zero[found++] = b;
        a = b;
        sign_a = sign_b;
    }
    return found;
}

int polynomial_zeros(const polynomial_t *self, int order, double **x, size_t *count,
                     sgdl_error_t *error)
{
    *x = NULL;
    *count = 0;
    if (self->count <= (size_t)order + 1)
        return SGDL_OK;
    const size_t degree = self->count - 1;
    double *next = malloc((degree + 1) * sizeof *next);
    *x = malloc((degree + 1) * sizeof **x);
    if (!next || !*x) {
        free(next);
        return sgdl_fail_memory(error);
    }
    for (int k = (int)degree - 1; k >= order; k--) {
        *count = part(self, k, next, *count, *x);
        memcpy(next, *x, *count * sizeof *next);
    }
    free(next);
    return SGDL_OK;
}
