/* What a block of paths tells the nodes, and how consistent it is. */
#include <math.h>
#include <string.h>

#include "src/theories/fixed_data/block_paths.h"

/* x [K] by the Cholesky factor of r*, x B(*,*)^-1; what has no pivot counts for nothing. */
static void divide(const block_paths_t *self, double *x)
{
    const size_t K = self->setup->K, side = K + (self->timeline->steps + 1) * self->setup->L;
    for (size_t k = 0; k < K; k++) {
        const double *row = self->chol + k * side;
        for (size_t h = 0; h < k; h++)
            x[k] -= row[h] * x[h];
        x[k] = row[k] > 0 ? x[k] / row[k] : 0;
    }
    for (size_t k = K; k-- > 0;) {
        const double pivot = self->chol[k * side + k];
        for (size_t h = k + 1; h < K; h++)
            x[k] -= self->chol[h * side + k] * x[h];
        x[k] = pivot > 0 ? x[k] / pivot : 0;
    }
}

/* R(t, *) out of sums over samples that stand for means: star and response. signal [L*K]. */
static void respond_to_signals(const block_paths_t *self, size_t t, const double *star,
                               const double *response, double *signal)
{
    const size_t L = self->setup->L, K = self->setup->K;
    for (size_t l = 0; l < L && K > 0; l++) {
        double *out = signal + l * K;
        for (size_t k = 0; k < K; k++) {
            out[k] = star[l * K + k];
            for (size_t z = 0; z < (t + 1) * L; z++)
                out[k] -= response[(z / L * L + l) * L + z % L] * self->cross[z * K + k];
        }
        divide(self, out);
    }
}

void block_paths_answer(block_paths_t *self, block_side_t *nodes)
{
    const size_t L = self->setup->L, K = self->setup->K, T = nodes->T, t = nodes->t, i = self->i;
    const block_sums_t at = block_sums(self->setup, T);
    const size_t blocks = (t + 1) * L * L, place = i * (T + 1) * L * L;
    memcpy(nodes->answer.mean + i * L, self->total + at.mean, L * sizeof(double));
    memcpy(nodes->answer.Cg + place, self->total + at.second, blocks * sizeof(double));
    memcpy(nodes->answer.Rg + place, self->total + at.response, blocks * sizeof(double));
    respond_to_signals(self, t, self->total + at.star, self->total + at.response,
                       nodes->answer.signal + i * L * K);
}

/* E r.g - [ m.E g + sum_{s<t} tr rho(t,s) C_g(t,s)^T + sum_{s<=t} tr R_g(t,s) B(t,s)^T
 * + tr R_g(t,*) B(t,*)^T ] from such sums. */
static double deviation(const block_paths_t *self, const block_side_t *nodes, const double *sums)
{
    const size_t L = self->setup->L, K = self->setup->K, T = nodes->T, t = nodes->t, i = self->i;
    const block_sums_t at = block_sums(self->setup, T);
    const double *rho = nodes->look.rho + i * T * L * L;
    const double *B = nodes->look.B + i * (T + 1) * L * L;
    double signal[BLOCK_OUTPUTS * BLOCK_OUTPUTS], sum = sums[at.product];
    for (size_t l = 0; l < L; l++)
        sum -= nodes->look.m[i * L + l] * sums[at.mean + l];
    for (size_t j = 0; j < t * L * L; j++)
        sum -= rho[j] * sums[at.second + j];
    for (size_t j = 0; j < (t + 1) * L * L; j++)
        sum -= B[j] * sums[at.response + j];
    respond_to_signals(self, t, sums + at.star, sums + at.response, signal);
    for (size_t j = 0; j < L * K; j++)
        sum -= signal[j] * nodes->look.cross[i * L * K + j];
    return sum;
}

double block_paths_residual(const block_paths_t *self, const block_side_t *nodes)
{
    enum { ENOUGH = 30 }; /* blocks, for their spread to be known */
    const double blocks = (double)self->blocks;
    double mean = 0, square = 0;
    if (self->blocks < ENOUGH)
        return 0;
    for (size_t b = 0; b < self->blocks; b++) {
        const double off = deviation(self, nodes, self->sums + b * self->width);
        mean += off / blocks;
        square += off * off / blocks;
    }
    const double spread = sqrt(fmax(0, square - mean * mean) / (blocks - 1));
    return spread > 0 ? fabs(mean) / spread : 0;
}
