#include "src/theories/fixed_data/limit/lower.h"

#include <math.h>

static const double VANISHING = 1e-12, NEGATIVE = -1e-9;

bool lower_factor(size_t n, double *a)
{
    bool is_positive = true;
    for (size_t j = 0; j < n; j++) {
        double pivot = a[j * n + j];
        for (size_t k = 0; k < j; k++)
            pivot -= a[j * n + k] * a[j * n + k];
        is_positive &= pivot >= NEGATIVE * a[j * n + j];
        const double root = pivot > VANISHING * a[j * n + j] ? sqrt(pivot) : 0;
        for (size_t i = j + 1; i < n; i++) {
            double rest = a[i * n + j];
            for (size_t k = 0; k < j; k++)
                rest -= a[i * n + k] * a[j * n + k];
            a[i * n + j] = root > 0 ? rest / root : 0;
            a[j * n + i] = 0;
        }
        a[j * n + j] = root;
    }
    return is_positive;
}

void lower_solve(size_t n, const double *F, size_t columns, double *x)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++)
            for (size_t c = 0; c < columns; c++)
                x[i * columns + c] -= F[i * n + k] * x[k * columns + c];
        for (size_t c = 0; c < columns; c++)
            x[i * columns + c] /= F[i * n + i];
    }
}

void lower_solve_transposed(size_t n, const double *F, double *x)
{
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++)
            x[i] -= F[k * n + i] * x[k];
        x[i] /= F[i * n + i];
    }
}
