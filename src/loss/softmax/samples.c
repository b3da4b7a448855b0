#include "src/loss/softmax/samples.h"

#include <string.h>

#include "src/base/clones.h"
#include "src/base/elementary.h"

enum { BLOCK = SAMPLES_BLOCK, LANES = 8 };

size_t samples_room(size_t L) { return L + L * L; }

void samples_init(samples_t *self, size_t L, size_t own, double *room)
{
    *self = (samples_t){.L = L, .own = own, .first = room, .second = room + L};
    memset(room, 0, samples_room(L) * sizeof *room);
}

CLONES static void place(double m, double factor, const double *restrict y, double *restrict r,
                         double *restrict top)
{
    for (size_t i = 0; i < BLOCK; i++) {
        r[i] = m + factor * y[i];
        top[i] = r[i] > top[i] ? r[i] : top[i];
    }
}

CLONES static void exponentiate(const double *restrict top, double *restrict r,
                                double *restrict sum)
{
    for (size_t i = 0; i < BLOCK; i++) {
        r[i] = elementary_exp(r[i] - top[i]);
        sum[i] += r[i];
    }
}

/* log(1 + others/own), or by the top where the own one is so far below it that it may have
 * vanished.
 */
CLONES static void take_loss(const double *restrict behind, const double *restrict own,
                             const double *restrict others, double *restrict loss)
{
    for (size_t i = 0; i < BLOCK; i++) {
        const int near = own[i] > 1e-200;
        const double more = elementary_log1p(near ? others[i] / own[i] : others[i] + own[i] - 1);
        loss[i] = near ? more : more + behind[i];
    }
}

CLONES static void divide(const double *restrict own, const double *restrict others, size_t L,
                          double *restrict q)
{
    double share[BLOCK];
    for (size_t i = 0; i < BLOCK; i++)
        share[i] = 1 / (own[i] + others[i]);
    for (size_t a = 0; a < L; a++)
        for (size_t i = 0; i < BLOCK; i++)
            q[a * BLOCK + i] *= share[i];
}

void samples_soften(const samples_t *self, const double *m, double factor, const double *y,
                    double *q, double *loss)
{
    double top[BLOCK], others[BLOCK] = {0}, own[BLOCK] = {0}, behind[BLOCK];
    for (size_t i = 0; i < BLOCK; i++)
        top[i] = -1e300;
    for (size_t a = 0; a < self->L; a++)
        place(m[a], factor, y + a * BLOCK, q + a * BLOCK, top);
    for (size_t i = 0; i < BLOCK; i++)
        behind[i] = top[i] - q[self->own * BLOCK + i];
    for (size_t a = 0; a < self->L; a++)
        exponentiate(top, q + a * BLOCK, a == self->own ? own : others);
    take_loss(behind, own, others, loss);
    divide(own, others, self->L, q);
}

CLONES static void weigh(size_t L, const double *restrict weight, const double *restrict q,
                         double *restrict weighted, double *restrict first)
{
    for (size_t a = 0; a < L; a++) {
        double lane[LANES] = {0};
        for (size_t i = 0; i < BLOCK; i += LANES)
            for (size_t k = 0; k < LANES; k++) {
                const double x = weight[i + k] * q[a * BLOCK + i + k];
                weighted[a * BLOCK + i + k] = x;
                lane[k] += x;
            }
        for (size_t k = 0; k < LANES; k++)
            first[a] += lane[k];
    }
}

CLONES void samples_products(size_t L, int all, const double *x, const double *y, double *out)
{
    for (size_t a = 0; a < L; a++)
        for (size_t b = all ? 0 : a; b < L; b++) {
            const double *u = x + a * BLOCK, *v = y + b * BLOCK;
            double lane[LANES] = {0};
            for (size_t i = 0; i < BLOCK; i += LANES)
                for (size_t k = 0; k < LANES; k++)
                    lane[k] += u[i + k] * v[i + k];
            out[a * L + b] += ((lane[0] + lane[4]) + (lane[1] + lane[5])) +
                              ((lane[2] + lane[6]) + (lane[3] + lane[7]));
        }
}

void samples_add(samples_t *self, const double *weight, const double *q, const double *loss,
                 double *weighted)
{
    for (size_t i = 0; i < BLOCK; i++)
        self->risk += weight[i] * loss[i];
    weigh(self->L, weight, q, weighted, self->first);
    samples_products(self->L, 0, weighted, q, self->second);
}

void samples_merge(samples_t *to, double factor, const samples_t *from)
{
    to->risk += factor * from->risk;
    for (size_t e = 0; e < samples_room(to->L); e++)
        to->first[e] += factor * from->first[e]; /* second behind it */
}
