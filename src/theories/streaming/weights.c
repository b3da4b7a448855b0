#include "src/theories/streaming/weights.h"

#include <math.h>

#include "src/base/sums.h"
#include "src/theories/streaming/single.h"

const double *weights_mean(const sgdl_system_t *system, const double *y, double *room)
{
    if (system->shift == 0)
        return y + system->A;
    for (size_t j = 0; j < system->k; j++)
        for (size_t n = 0; n < system->N; n++)
            room[j * system->N + n] = weights_first(system, y, 0, j, n);
    return room;
}

double weights_first(const sgdl_system_t *system, const double *y, size_t a, size_t j, size_t n)
{
    const double A = y[system->A + (a * system->k + j) * system->N + n];
    return system->shift == 0 ? A : A + system->shift * single_signal(system, j, n);
}

double weights_second(const sgdl_system_t *system, const double *y, size_t n)
{
    const double S = y[single_S(system, 0, 0, n)];
    double deviation = 0, whole = 0;
    if (system->shift == 0)
        return S;
    for (size_t j = 0; j < system->k; j++) {
        const double A = y[single_A(system, 0, j, n)], X = weights_first(system, y, 0, j, n);
        deviation += A * A;
        whole += X * X;
    }
    return (S - deviation) + whole; /* zero at a start at zero: see single_start */
}

known_t weights_norm2(const sgdl_system_t *system, const flow_t *flow, const double *y, size_t a,
                      bool clean_only)
{
    const double *S = y + system->S + system_diagonal(system, a) * system->N;
    double sum = 0, correction = 0;
    for (size_t n = 0; n < system->N; n++)
        if (!clean_only || system->nodes->clean[n])
            sum_accumulate(&sum, &correction,
                           system->nodes->weight[n] *
                               (system->shift == 0 ? S[n] : weights_second(system, y, n)));
    sum += correction;
    known_t out = {sum, uncertainty_norm2(system, flow, y, a)};
    if (system->shift != 0 && !(sum == 0 || sum > out.unknown))
        out.value = NAN;
    /* S may dip below zero by the integrator's error; what is not a number stays so. */
    if (out.value < 0)
        out.value = 0;
    return out;
}

known_t weights_overlap(const sgdl_system_t *system, const flow_t *flow, const double *y,
                        const double *A, size_t i, size_t a)
{
    const sgdl_nodes_t *nodes = system->nodes;
    const size_t N = system->N, k = system->k;
    known_t out = {0};
    if (system->has_signal) {
        double correction = 0;
        for (size_t j = 0; j < k; j++)
            for (size_t n = 0; n < N; n++)
                sum_accumulate(&out.value, &correction,
                               nodes->weight[n] * A[j * N + n] * nodes->mean[(i * k + j) * N + n]);
        out.value += correction;
    } else {
        out.value = system->m_weights[i * system->L + a];
    }
    out.unknown = out.value != 0 ? uncertainty_mean(system, flow, y, i, a) : 0;
    return out;
}

known_t weights_spread(const sgdl_system_t *system, const flow_t *flow, const double *y, size_t i)
{
    known_t out = {system->B[i], uncertainty_variance(system, flow, y, i, 0)};
    if (!system->has_signal)
        return out;
    const double *eigenvalue = system->nodes->eigenvalue + i * system->N;
    double sum = 0, correction = 0; /* node by node: zero where X is */
    for (size_t n = 0; n < system->N; n++)
        sum_accumulate(&sum, &correction,
                       system->nodes->weight[n] * eigenvalue[n] * weights_second(system, y, n));
    out.value = sum + correction;
    out.unknown += 2 * system->shift * uncertainty_cross(system, flow, y, i);
    return out;
}
