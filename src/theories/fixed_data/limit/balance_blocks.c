#include "src/theories/fixed_data/limit/balance_blocks.h"

#include <string.h>

#include "src/theories/fixed_data/limit/lower.h"

static double dot(const double *x, const double *y, size_t count)
{
    double sum = 0;
    for (size_t j = 0; j < count; j++)
        sum += x[j] * y[j];
    return sum;
}

/* Of node n: its inverse H^-1 [L*L], H^-1 noise H^-1 [L*L] and a [L*P]. */
static void see_node(balance_blocks_t *self, const softmax_average_t *average, size_t n)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, L = setup->L, P = setup->P, LL = L * L;
    double *inverse = self->scratch, *noise = inverse + LL, *factor = noise + LL,
           *half = factor + LL, *a = half + LL;
    memset(self->scratch, 0, (4 * LL + L * P) * sizeof *self->scratch);
    for (size_t i = 0; i < C; i++) {
        const double part = setup->p[i] * setup->eigenvalue[n * C + i];
        const double *mean = setup->mean + (n * C + i) * P;
        for (size_t j = 0; j < LL; j++) {
            factor[j] += part * average[i].response[j];
            noise[j] += part / setup->ratio * average[i].square[j];
        }
        for (size_t j = 0; j < L * P; j++)
            a[j] -= setup->p[i] * average[i].gradient[j / P] * mean[j % P];
    }
    for (size_t l = 0; l < L; l++) {
        factor[l * L + l] += self->ridge;
        inverse[l * L + l] = 1;
    }
    (void)lower_factor(L, factor);
    lower_solve(L, factor, L, inverse); /* F^-1, of which H^-1 = F^-T F^-1 */
    memcpy(half, inverse, LL * sizeof *half);
    for (size_t l = 0; l < L; l++)
        for (size_t k = 0; k < L; k++) {
            double sum = 0;
            for (size_t h = l > k ? l : k; h < L; h++)
                sum += half[h * L + l] * half[h * L + k];
            inverse[l * L + k] = sum;
        }
    for (size_t l = 0; l < L; l++)
        for (size_t k = 0; k < L; k++)
            half[l * L + k] = dot(inverse + l * L, noise + k * L, L); /* noise is symmetric */
    for (size_t l = 0; l < L; l++)
        for (size_t k = 0; k < L; k++)
            noise[l * L + k] = dot(half + l * L, inverse + k * L, L);
    for (size_t b = 0; b < P; b++) {
        for (size_t l = 0; l < L; l++)
            half[l] = a[l * P + b];
        for (size_t l = 0; l < L; l++)
            a[l * P + b] = dot(inverse + l * L, half, L);
    }
}

void balance_blocks_take(balance_blocks_t *self, const softmax_average_t *average)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, L = setup->L, P = setup->P, LL = L * L;
    const double *inverse = self->scratch, *noise = inverse + LL, *a = inverse + 4 * LL;
    memset(self->m, 0, C * L * sizeof *self->m);
    memset(self->B, 0, C * LL * sizeof *self->B);
    memset(self->V, 0, C * LL * sizeof *self->V);
    memset(self->norm2, 0, L * sizeof *self->norm2);
    for (size_t n = 0; n < setup->N; n++) {
        const double w = setup->weight[n];
        see_node(self, average, n);
        for (size_t l = 0; l < L; l++)
            for (size_t i = 0; i < C; i++)
                self->m[i * L + l] += w * dot(a + l * P, setup->mean + (n * C + i) * P, P);
        for (size_t l = 0; l < L; l++)
            for (size_t k = 0; k < L; k++) {
                const double second = noise[l * L + k] + dot(a + l * P, a + k * P, P);
                self->norm2[l] += l == k ? w * second : 0;
                for (size_t i = 0; i < C; i++) {
                    const double part = w * setup->eigenvalue[n * C + i];
                    self->B[i * LL + l * L + k] += part * second;
                    self->V[i * LL + l * L + k] += part / setup->ratio * inverse[l * L + k];
                }
            }
    }
}
