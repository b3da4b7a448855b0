#include "src/theories/streaming/uncertainty.h"

#include <math.h>

#include "src/base/clones.h"
#include "src/theories/streaming/shared.h"
#include "src/theories/streaming/single.h"

static double component(const flow_t *flow, const double *y, size_t e)
{
    return flow->relative * fabs(y[e]) + flow->factor * flow->absolute[e];
}

/* sum_n w_n |row_n| times the error of the components from `first` on; row NULL: ones. */
CLONES static double sum_components(const sgdl_system_t *system, const flow_t *flow,
                                    const double *y, const double *row, size_t first)
{
    const double *w = system->nodes->weight, *value = y + first;
    const double *absolute = flow->absolute + first;
    const double relative = flow->relative, factor = flow->factor;
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t n = 0; n < system->N; n++)
        sum += w[n] * (row ? fabs(row[n]) : 1) * (relative * fabs(value[n]) + factor * absolute[n]);
    return sum;
}

double uncertainty_mean(const sgdl_system_t *system, const flow_t *flow, const double *y, size_t i,
                        size_t a)
{
    size_t N = system->N, k = system->k;
    double sum = 0;
    for (size_t j = 0; j < k; j++)
        sum += sum_components(system, flow, y, system->nodes->mean + (i * k + j) * N,
                              system->A + (a * k + j) * N);
    return sum;
}

double uncertainty_variance(const sgdl_system_t *system, const flow_t *flow, const double *y,
                            size_t i, size_t p)
{
    const size_t N = system->N;
    return sum_components(system, flow, y, system->nodes->eigenvalue + i * N, system->S + p * N);
}

/* |N_*| times the error of A at node n, of one output. */
static double along_signal(const sgdl_system_t *system, const flow_t *flow, const double *y,
                           size_t n)
{
    double sum = 0;
    for (size_t j = 0; j < system->k; j++)
        sum += fabs(single_signal(system, j, n)) * component(flow, y, single_A(system, 0, j, n));
    return sum;
}

double uncertainty_cross(const sgdl_system_t *system, const flow_t *flow, const double *y, size_t i)
{
    const double *eigenvalue = system->nodes->eigenvalue + i * system->N;
    double sum = 0;
    for (size_t n = 0; n < system->N; n++)
        sum += system->nodes->weight[n] * eigenvalue[n] * along_signal(system, flow, y, n);
    return sum;
}

double uncertainty_norm2(const sgdl_system_t *system, const flow_t *flow, const double *y, size_t a)
{
    size_t N = system->N, first = system->S + system_diagonal(system, a) * N;
    double sum = sum_components(system, flow, y, NULL, first);
    for (size_t n = 0; n < N && system->shift != 0; n++)
        sum += 2 * system->shift * system->nodes->weight[n] * along_signal(system, flow, y, n);
    return sum;
}

/* |G| dm + |Hbar| (dB + dm^2)/2 over outputs; pairs of outputs drive a coupled loss only. */
static double class_risk(const sgdl_system_t *system, const flow_t *flow, const double *y, size_t i,
                         const sgdl_averages_t *average)
{
    double sum = 0;
    for (size_t a = 0; a < system->L; a++) {
        double mean = uncertainty_mean(system, flow, y, i, a);
        mean += system->intercept ? component(flow, y, system->bias + a) : 0;
        size_t diagonal = system_diagonal(system, a);
        double H = average->H[system->coupled ? diagonal : a];
        double variance = uncertainty_variance(system, flow, y, i, diagonal);
        sum += fabs(average->G[a]) * mean + 0.5 * fabs(H) * (variance + mean * mean);
        for (size_t b = a + 1; b < system->L && system->coupled; b++) {
            size_t p = packed_index(system->L, a, b);
            sum += fabs(average->H[p]) * uncertainty_variance(system, flow, y, i, p);
        }
    }
    if (system->has_signal)
        sum += fabs(average->J) * uncertainty_cross(system, flow, y, i);
    return sum;
}

double uncertainty_risk(const sgdl_system_t *system, const flow_t *flow, const double *y,
                        const sgdl_averages_t *average)
{
    double sum = 0;
    if (system->shared)
        return shared_risk_unknown(system, flow, y);
    for (size_t i = 0; i < system->C; i++)
        sum += system->problem->weight[i] * class_risk(system, flow, y, i, &average[i]);
    return sum;
}
