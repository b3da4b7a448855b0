#include "src/theories/fixed_data/limit/edge.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/linear.h"

enum { HALVINGS = 60, DOUBLINGS = 60 };
static const double beyond_edge = 1e-10; /* where outliers are looked for first, relative */

/* No eigenvalue of the bulk is larger. */
static double bulk_bound(const setup_t *setup)
{
    double sum = 0;
    for (size_t i = 0; i < setup->C; i++) {
        double largest = 0;
        for (size_t n = 0; n < setup->N; n++)
            largest = fmax(largest, setup->eigenvalue[n * setup->C + i]);
        const double spread = 1 + sqrt(1 / (setup->ratio * setup->p[i]));
        sum += setup->p[i] > 0 ? setup->p[i] * largest * spread * spread : 0;
    }
    return sum;
}

static int find_bulk(shrinkage_t *shrink, double *edge, sgdl_error_t *error)
{
    double low = 0, high = 1.01 * bulk_bound(shrink->setup);
    int status = SGDL_OK;
    for (int k = 0; k < HALVINGS && high - low > 1e-14 * high && status == SGDL_OK; k++) {
        const double middle = 0.5 * (low + high);
        bool inside;
        status = shrinkage_beyond(shrink, middle, &inside, error);
        *(inside ? &low : &high) = middle;
    }
    *edge = high;
    return status;
}

/* The largest eigenvalue of D^1/2 G D^1/2, G the Gram matrix of the means in the resolvent at z,
 * D = p/e: 1 at an outlier, more to its left. */
static int pull_of_means(shrinkage_t *shrink, double z, double ridge, double *pull,
                         sgdl_error_t *error)
{
    const setup_t *setup = shrink->setup;
    const size_t C = setup->C, P = setup->P;
    const double c = setup->problem->intercept;
    double *gram = calloc(C * C + C, sizeof *gram);
    bool inside;
    *pull = INFINITY;
    if (!gram)
        return sgdl_fail_memory(error);
    int status = shrinkage_beyond(shrink, z - ridge, &inside, error);
    if (status != SGDL_OK || inside) {
        free(gram);
        return status;
    }
    for (size_t i = 0; i < C; i++)
        for (size_t j = 0; j < C; j++) {
            double sum = c * c / z;
            for (size_t n = 0; n < setup->N; n++) {
                const double *left = setup->mean + (n * C + i) * P;
                const double *right = setup->mean + (n * C + j) * P;
                for (size_t k = 0; k < P; k++)
                    sum -= setup->weight[n] * left[k] * right[k] / shrink->h[n];
            }
            gram[i * C + j] = sum * sqrt(setup->p[i] * setup->p[j] / (shrink->e[i] * shrink->e[j]));
        }
    const lapack_int info = linear_eigen_symmetric(C, gram, C, gram + C * C);
    if (info != 0)
        status = linear_fail(info, "outliers of the samples' covariance", error);
    *pull = gram[C * C + C - 1];
    free(gram);
    return status;
}

int edge_find(const setup_t *setup, double ridge, double *largest, double *bulk,
              sgdl_error_t *error)
{
    shrinkage_t shrink;
    double edge = 0, pull = 0;
    int status = shrinkage_init(&shrink, setup, error);
    if (status == SGDL_OK)
        status = find_bulk(&shrink, &edge, error);
    if (bulk)
        *bulk = edge;
    double low = edge * (1 + beyond_edge) + ridge, high = low;
    if (low == ridge) /* samples that do not vary */
        low = high = ridge + 1e-12 * (1 + ridge);
    if (status == SGDL_OK)
        status = pull_of_means(&shrink, low, ridge, &pull, error);
    for (int k = 0; k < DOUBLINGS && status == SGDL_OK && pull > 1; k++) {
        low = high;
        high *= 2;
        status = pull_of_means(&shrink, high, ridge, &pull, error);
    }
    for (int k = 0; k < HALVINGS && status == SGDL_OK && high - low > 1e-14 * high; k++) {
        const double middle = 0.5 * (low + high);
        status = pull_of_means(&shrink, middle, ridge, &pull, error);
        *(pull > 1 ? &low : &high) = middle;
    }
    shrinkage_free(&shrink);
    *largest = high;
    return status;
}

double edge_rate(const sgdl_problem_t *problem, double curvature)
{
    const double beta = problem->nesterov == NESTEROV_INCREASING ? 1 : problem->momentum;
    const double steeper = problem->nesterov == NESTEROV_NONE ? 1 : 1 + 2 * beta;
    return 2 * (1 + beta) / steeper / curvature;
}
