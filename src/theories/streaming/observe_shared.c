/* What a row says of one output of one class where outputs share what their means do. */
#include "src/theories/streaming/observe.h"
#include "src/theories/streaming/shared.h"

/* m_ia from output a's multiples of the rows, and a bound on its error. */
static known_t overlap(const sgdl_system_t *system, const flow_t *flow, size_t i, size_t a,
                       const double *rows)
{
    const size_t U = system->shared->U, N = system->N;
    const size_t first = system->shared->rotated ? 0 : i;
    const size_t last = system->shared->rotated ? U : i + 1;
    known_t out = {0};
    for (size_t u = first; u < last; u++) {
        const double share = shared_share(system, a, u);
        for (size_t n = 0; n < N; n++) {
            const size_t e = u * N + n;
            const double unknown =
                flow->relative * fabs(rows[e]) + flow->factor * flow->absolute[system->A + e];
            const double factor =
                system->nodes->weight[n] * shared_class_mean(system, i, u, n) * share;
            out.value += factor * rows[e];
            out.unknown += fabs(factor) * unknown;
        }
    }
    return out;
}

/* Of a class that is a unit; several units have one node, which is clean or not. */
static double clean_share(const observer_t *self, size_t i, size_t a, const double *rows,
                          double unknown)
{
    const sgdl_system_t *system = self->system;
    const size_t N = system->N;
    if (system->shared->rotated)
        return NAN;
    for (size_t n = 0; n < N; n++)
        self->room[n] = shared_share(system, a, i) * rows[i * N + n];
    return observer_clean_share(self, 1, self->room, system->shared->mean + i * N, unknown);
}

/* As of any outputs; nothing but the start has none of the variances. */
static double plain_error(observer_t *self, size_t i)
{
    const sgdl_system_t *system = self->system;
    const system_shared_t *shared = system->shared;
    const double *B = shared->B + shared->kind[i] * system->L;
    double largest = 0, *m = self->drift;
    for (size_t a = 0; a < system->L; a++) {
        m[a] = shared_share(system, a, i) * shared->rho[i];
        largest = fmax(largest, B[a]);
    }
    if (largest == 0)
        return shared->rho[i] > 0 ? 0 : shared->rho[i] < 0 ? 1 : 1 - 1 / (double)system->L;
    return population_class_error(&system->population, i, m, B, 0, NULL);
}

void observer_see_shared(observer_t *self, size_t e, size_t a, const double *y, const flow_t *flow,
                         const double *rows)
{
    const sgdl_system_t *system = self->system;
    const size_t i = self->shown[e], at = e * system->L + a;
    const known_t m = overlap(system, flow, i, a, rows);
    observation_t *seen = &self->seen;
    seen->mean[at] = m.value;
    seen->var[at] = system->shared->B[system->shared->kind[i] * system->L + a];
    seen->cos[at] = observer_cosine(system, m, weights_norm2(system, flow, y, a, false), i);
    /* Where m_i = 0, as at the start, its limit along the first step: down the gradient. */
    seen->clean_share[at] = m.value != 0 ? clean_share(self, i, a, rows, m.unknown)
                                         : clean_share(self, i, a, self->gradient, 0);
}

/* Where outputs are independent m is that of the own output alone. */
void observer_shared_errors(observer_t *self)
{
    const sgdl_system_t *system = self->system;
    const system_shared_t *shared = system->shared;
    const size_t C = system->C, L = system->L;
    double *error = self->seen.class_error, most = 0;
    for (size_t i = 0; i < C; i++)
        error[i] = NAN;
    if (!system->population.uncorrelated || system->population.no_error)
        return;
    for (size_t i = 0; i < C; i++)
        most = fmax(most, fabs(shared->own * shared->rho[i]));
    for (size_t d = 0; d < shared->D; d++) {
        const bool known = apart_init(self->apart, L, shared->B + d * L, most);
        for (size_t i = 0; i < C; i++)
            if (shared->kind[i] != d)
                continue;
            else if (!exchange_leads(&system->exchange, i))
                error[i] = error[system->exchange.leader[i]];
            else
                error[i] = known ? apart_error(self->apart, system->problem->label_index[i],
                                               shared->own * shared->rho[i])
                                 : plain_error(self, i);
    }
}
