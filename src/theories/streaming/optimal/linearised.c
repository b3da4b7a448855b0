#include "src/theories/streaming/optimal/linearised.h"

#include "src/base/clones.h"

bool linearised_serves(const sgdl_system_t *system)
{
    return system->L == 1 && !system->coupled && !system->single && !system->driven;
}

/* Differentials of the coefficients along v, [C] each, laid out like the system's own. */
typedef struct along {
    double *drift, *shrinkage, *noise;
} along_t;

static along_t differentiate(const sgdl_system_t *system, const double *v)
{
    const size_t C = system->C;
    double *dm = system->differential, *dB = dm + C;
    const along_t along = {dB + C, dB + 2 * C, dB + 3 * C};
    system_moments(system, v, dm, dB);
    for (size_t i = 0; i < C; i++) {
        const sgdl_averages_t *average = &system->average[i];
        const double rate = system->gamma * system->problem->weight[i];
        const double noise = rate * system->gamma / system->problem->batch;
        const double m = dm[i] + (system->intercept ? v[system->bias] : 0);
        along.drift[i] = rate * (average->H[0] * m + average->G_B[0] * dB[i]);
        along.shrinkage[i] = rate * (average->H_m[0] * m + average->H_B[0] * dB[i]);
        along.noise[i] = noise * (average->Q_m[0] * m + average->Q_B[0] * dB[i]);
    }
    return along;
}

/* dA' = -(dc + dh A + h dA) and dS' = dq - 2 (dh S + h dS + dc . A + c . dA) over one chunk. */
CLONES static void multiply(const sgdl_system_t *system, const along_t *along, size_t first,
                            const double *y, const double *v, double *Jv)
{
    const sgdl_nodes_t *nodes = system->nodes;
    const size_t C = system->C, N = system->N, k = system->k, at = system->S + first;
    const size_t count = system_chunk(system, first);
    const double *lambda = nodes->eigenvalue + first;
    double h[SYSTEM_CHUNK], dh[SYSTEM_CHUNK], dq[SYSTEM_CHUNK], c[SYSTEM_CHUNK], dc[SYSTEM_CHUNK];
    system_combine(h, system->decay, system->shrinkage, lambda, C, N, count);
    system_combine(dh, 0, along->shrinkage, lambda, C, N, count);
    system_combine(dq, 0, along->noise, lambda, C, N, count);
    for (size_t n = 0; n < count; n++)
        Jv[at + n] = dq[n] - 2 * (dh[n] * y[at + n] + h[n] * v[at + n]);
    for (size_t j = 0; j < k; j++) {
        const size_t offset = system->A + j * N + first;
        const double *mean = nodes->mean + j * N + first, *A = y + offset, *dA = v + offset;
        system_combine(c, 0, system->drift, mean, C, k * N, count);
        system_combine(dc, 0, along->drift, mean, C, k * N, count);
        for (size_t n = 0; n < count; n++) {
            Jv[offset + n] = -(dc[n] + dh[n] * A[n] + h[n] * dA[n]);
            Jv[at + n] -= 2 * (dc[n] * A[n] + c[n] * dA[n]);
        }
    }
}

void linearised_times(const sgdl_system_t *system, const double *y, const double *v, double *Jv)
{
    const along_t along = differentiate(system, v);
    const double intercept = system->problem->intercept;
    double sum = 0;
    for (size_t first = 0; first < system->N; first += SYSTEM_CHUNK)
        multiply(system, &along, first, y, v, Jv);
    for (size_t i = 0; i < system->C; i++)
        sum += along.drift[i];
    if (system->intercept)
        Jv[system->bias] = -intercept * intercept * sum;
}
