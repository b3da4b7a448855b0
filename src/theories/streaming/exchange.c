#include "src/theories/streaming/exchange.h"

#include <math.h>
#include <stdlib.h>

#include "spectra/families/family.h"
#include "src/base/packed.h"

/* ---- groups ---------------------------------------------------------------------------------- */

/* May classes of this problem be exchanged at all? Labels are then numbers of outputs, and the loss
 * treats these alike. */
static bool is_symmetric(const sgdl_problem_t *problem)
{
    return problem->one_hot && (problem->loss->quadratic || problem->loss->only_one_hot) &&
           problem->targets.outputs > 1 && !problem->start && !problem->has_teacher;
}

static bool is_reference(const sgdl_mean_t *mean)
{
    return mean_family(&mean->spec)->kind == MEAN_REFERENCE;
}

/* Marks the classes that cannot be exchanged, whatever others are like: the label or the mean is
 * another one's as well. */
static void mark_single(const sgdl_problem_t *problem, size_t *bearers, bool *single)
{
    const size_t C = problem->classes;
    for (size_t i = 0; i < C; i++)
        bearers[problem->label_index[i]]++;
    for (size_t i = 0; i < C; i++) {
        const sgdl_mean_t *mean = &problem->mean[i];
        if (bearers[problem->label_index[i]] > 1)
            single[i] = true;
        if (is_reference(mean))
            single[i] = single[(size_t)sgdl_spec_number(&mean->spec, "of") - 1] = true;
        if (mean_family(&mean->spec)->kind == MEAN_GAUSSIAN && isfinite(problem->dimension))
            single[i] = true;
    }
}

static bool is_exchangeable(const sgdl_problem_t *problem, size_t i, size_t j)
{
    const sgdl_mean_t *a = &problem->mean[i], *b = &problem->mean[j];
    return problem->weight[i] == problem->weight[j] && a->on[0] == b->on[0] &&
           a->on[1] == b->on[1] && sgdl_spec_equal(&a->spec, &b->spec) &&
           sgdl_spec_equal(&problem->covariance[i], &problem->covariance[j]);
}

/* leaders [C] is scratch: the lowest class of each group that may grow. */
static void find_groups(exchange_t *self, const sgdl_problem_t *problem, const bool *single,
                        size_t *leaders)
{
    size_t count = 0;
    for (size_t i = 0; i < problem->classes; i++) {
        size_t g = 0;
        self->leader[i] = i;
        while (!single[i] && g < count && !is_exchangeable(problem, leaders[g], i))
            g++;
        if (!single[i] && g < count) {
            self->leader[i] = leaders[g];
            self->groups--;
        } else if (!single[i]) {
            leaders[count++] = i;
        }
    }
}

int exchange_init(exchange_t *self, const sgdl_problem_t *problem, sgdl_error_t *error)
{
    const size_t C = problem->classes;
    *self = (exchange_t){.own = problem->label_index, .groups = C};
    size_t *scratch = calloc(C + problem->targets.labels + 1, sizeof *scratch);
    bool *single = calloc(C, sizeof *single);
    self->leader = calloc(C, sizeof *self->leader);
    const bool whole = scratch && single && self->leader;
    for (size_t i = 0; i < C && whole; i++)
        self->leader[i] = i;
    if (whole && is_symmetric(problem)) {
        mark_single(problem, scratch, single);
        find_groups(self, problem, single, scratch);
    }
    free(scratch);
    free(single);
    return whole ? SGDL_OK : sgdl_fail_memory(error);
}

void exchange_free(exchange_t *self)
{
    free(self->leader);
    *self = (exchange_t){0};
}

/* ---- averages -------------------------------------------------------------------------------- */

/* Two outputs that change places. */
typedef struct swap {
    size_t p, q, outputs, pairs;
} swap_t;

static swap_t swap_of(const exchange_t *self, size_t outputs, size_t pairs, size_t i)
{
    return (swap_t){self->own[self->leader[i]], self->own[i], outputs, pairs};
}

static size_t place(const swap_t *swap, size_t a)
{
    return a == swap->p ? swap->q : a == swap->q ? swap->p : a;
}

static void swap_first(const swap_t *swap, const double *in, double *out)
{
    for (size_t a = 0; a < swap->outputs; a++)
        out[place(swap, a)] = in[a];
}

static void swap_second(const swap_t *swap, const double *in, double *out)
{
    const size_t L = swap->outputs;
    if (swap->pairs == L) {
        swap_first(swap, in, out);
        return;
    }
    for (size_t a = 0, p = 0; a < L; a++)
        for (size_t b = a; b < L; b++)
            out[packed_pair(L, place(swap, a), place(swap, b))] = in[p++];
}

void exchange_first(const exchange_t *self, size_t outputs, size_t i, const double *leader,
                    double *out)
{
    const swap_t swap = swap_of(self, outputs, outputs, i);
    swap_first(&swap, leader, out);
}

void exchange_second(const exchange_t *self, size_t outputs, size_t pairs, size_t i,
                     const double *leader, double *out)
{
    const swap_t swap = swap_of(self, outputs, pairs, i);
    swap_second(&swap, leader, out);
}

/* Row by row, whose columns are m and then the packed B. */
static void swap_jacobian(const swap_t *swap, const double *in, double *out)
{
    const size_t L = swap->outputs, P = swap->pairs, columns = L + P;
    size_t row = 0;
    for (size_t a = 0; a < L; a++, row++) {
        double *to = out + place(swap, a) * columns;
        swap_first(swap, in + row * columns, to);
        swap_second(swap, in + row * columns + L, to + L);
    }
    for (size_t block = 0; block < 2; block++)
        for (size_t a = 0; a < L; a++)
            for (size_t b = a; b < L; b++, row++) {
                const size_t p = packed_pair(L, place(swap, a), place(swap, b));
                double *to = out + (L + block * P + p) * columns;
                swap_first(swap, in + row * columns, to);
                swap_second(swap, in + row * columns + L, to + L);
            }
}

void exchange_jacobian(const exchange_t *self, size_t outputs, size_t i, const double *leader,
                       double *out)
{
    const swap_t swap = swap_of(self, outputs, packed_length(outputs), i);
    swap_jacobian(&swap, leader, out);
}

void exchange_average(const exchange_t *self, const exchange_shape_t *shape, size_t i,
                      const sgdl_averages_t *leader, sgdl_averages_t *out)
{
    const swap_t swap = swap_of(self, shape->outputs, shape->pairs, i);
    out->risk = leader->risk;
    out->estimate = leader->estimate;
    swap_first(&swap, leader->G, out->G);
    swap_second(&swap, leader->Q, out->Q);
    if (!shape->separable) {
        swap_second(&swap, leader->H, out->H);
        return;
    }
    const double *from[] = {leader->H,   leader->G_B, leader->H_m,
                            leader->H_B, leader->Q_m, leader->Q_B};
    double *const to[] = {out->H, out->G_B, out->H_m, out->H_B, out->Q_m, out->Q_B};
    for (size_t f = 0; f < sizeof to / sizeof to[0]; f++)
        swap_first(&swap, from[f], to[f]);
}
