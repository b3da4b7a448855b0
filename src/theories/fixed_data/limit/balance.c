#include "src/theories/fixed_data/limit/balance.h"

#include <string.h>

static double dot(const double *x, const double *y, size_t count)
{
    double sum = 0;
    for (size_t a = 0; a < count; a++)
        sum += x[a] * y[a];
    return sum;
}

static void add_scaled(double *x, double factor, const double *y, size_t count)
{
    for (size_t a = 0; a < count; a++)
        x[a] += factor * y[a];
}

/* Node n: X there; returns the variance that the samples' noise leaves. */
static double see_node(balance_t *self, const pull_t *pull, size_t n)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, P = setup->P;
    const double *eigenvalue = setup->eigenvalue + n * C;
    double H = self->ridge, noise = 0, signal = 0;
    memset(self->a, 0, P * sizeof *self->a);
    for (size_t i = 0; i < C; i++) {
        const double part = setup->p[i] * eigenvalue[i];
        H += part * pull[i].response;
        noise += part * pull[i].square / self->ratio;
        signal += part * pull[i].signal;
        add_scaled(self->a, -setup->p[i] * pull[i].gradient, setup->mean + (n * C + i) * P, P);
    }
    if (setup->K > 0)
        add_scaled(self->a, -signal, setup->signal + n * P, P);
    if (self->centred)
        add_scaled(self->a, self->ridge, setup->start + n * P, P);
    for (size_t k = 0; k < P; k++)
        self->a[k] /= H;
    self->H[n] = H;
    return noise / (H * H);
}

void balance_take(balance_t *self, const pull_t *pull)
{
    const setup_t *setup = self->setup;
    const size_t C = setup->C, P = setup->P;
    memset(self->m, 0, C * sizeof *self->m);
    memset(self->B, 0, C * sizeof *self->B);
    memset(self->V, 0, C * sizeof *self->V);
    memset(self->cross, 0, C * sizeof *self->cross);
    self->norm2 = self->overlap = 0;
    for (size_t n = 0; n < setup->N; n++) {
        const double w = setup->weight[n], noise = see_node(self, pull, n);
        const double second = dot(self->a, self->a, P) + noise;
        const double overlap = setup->K > 0 ? dot(self->a, setup->signal + n * P, P) : 0;
        self->norm2 += w * second;
        self->overlap += w * overlap;
        for (size_t i = 0; i < C; i++) {
            const double part = w * setup->eigenvalue[n * C + i];
            self->m[i] += w * dot(self->a, setup->mean + (n * C + i) * P, P);
            self->B[i] += part * second;
            self->V[i] += part / self->H[n] / self->ratio;
            self->cross[i] += part * overlap;
        }
    }
}
