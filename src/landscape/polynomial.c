#include "src/landscape/polynomial.h"

#include <gsl/gsl_poly.h>
#include <math.h>
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

static int increasing(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* A zero near x of what is smooth: Newton's steps while they shrink. */
static double polish(const polynomial_t *self, int order, double x)
{
    double last = INFINITY;
    for (int i = 0; i < 50; i++) {
        const double step = polynomial_slope(self, x, order) / polynomial_slope(self, x, order + 1);
        if (!(fabs(step) < last))
            break;
        x -= step;
        last = fabs(step);
    }
    return x;
}

/* Real zeros among complex ones z [degree], polished, each once. */
static size_t keep_real(const polynomial_t *self, int order, const double *z, size_t degree,
                        double *x)
{
    size_t found = 0, kept = 0;
    for (size_t i = 0; i < degree; i++)
        if (fabs(z[2 * i + 1]) <= 1e-7 * (1 + fabs(z[2 * i])))
            x[found++] = polish(self, order, z[2 * i]);
    qsort(x, found, sizeof *x, increasing);
    for (size_t i = 0; i < found; i++)
        if (kept == 0 || x[i] - x[kept - 1] > 1e-6 * (1 + fabs(x[i])))
            x[kept++] = x[i];
    return kept;
}

int polynomial_zeros(const polynomial_t *self, int order, double **x, size_t *count,
                     sgdl_error_t *error)
{
    *x = NULL;
    *count = 0;
    if (self->count <= (size_t)order + 1)
        return SGDL_OK;
    const size_t degree = self->count - 1 - (size_t)order;
    double *work = malloc((degree + 1 + 2 * degree) * sizeof *work), *z;
    gsl_poly_complex_workspace *solver = gsl_poly_complex_workspace_alloc(degree + 1);
    *x = malloc(degree * sizeof **x);
    int status = work && solver && *x ? SGDL_OK : sgdl_fail_memory(error);
    if (status == SGDL_OK) {
        z = work + degree + 1;
        for (size_t i = 0; i <= degree; i++)
            work[i] = factor(i + (size_t)order, order) * self->coefficient[i + (size_t)order];
        if (gsl_poly_complex_solve(work, degree + 1, solver, z) != 0)
            status = sgdl_fail(error, SGDL_ERR_EXTERNAL, NULL,
                               "the zeros of a polynomial of degree %zu were not found", degree);
        else
            *count = keep_real(self, order, z, degree, *x);
    }
    if (solver)
        gsl_poly_complex_workspace_free(solver);
    free(work);
    return status;
}
