/* What order parameters are of: the mixture's laws as averages see them. */
#include <math.h>
#include <stdlib.h>

#include "src/problem/problem.h"

population_t problem_population(const sgdl_problem_t *self, size_t pairs)
{
    return (population_t){.loss = self->loss,
                          .targets = &self->targets,
                          .classes = self->classes,
                          .weight = self->weight,
                          .label_index = self->label_index,
                          .pairs = pairs};
}

/* m_i = X*^T mu_i and B_i = X*^T K_i X*, the signal being the nodes' last row of means. */
static void set_signal(const sgdl_nodes_t *nodes, size_t C, double *m, double *B)
{
    const size_t N = nodes->count, k = nodes->latent;
    for (size_t i = 0; i < C; i++)
        for (size_t n = 0; n < N; n++)
            for (size_t a = 0; a < k; a++) {
                const double signal = nodes->mean[(C * k + a) * N + n];
                m[i] += nodes->weight[n] * nodes->mean[(i * k + a) * N + n] * signal;
                B[i] += nodes->weight[n] * nodes->eigenvalue[i * N + n] * signal * signal;
            }
}

/* Does no other class have a part of the coordinates of a class's mean, nor its label? Then no
 * sample of squared losses, whose label is true, moves two outputs together: from X = 0 on X_a lies
 * along the mean of label a and its noise is its own. */
static bool outputs_stay_apart(const sgdl_problem_t *self, const sgdl_nodes_t *nodes)
{
    const size_t C = self->classes, N = nodes->count, k = nodes->latent;
    if (!self->loss->quadratic || !self->loss->separable || self->targets.labels != C ||
        self->intercept != 0 || self->start || self->start_norm2 > 0 || self->targets.noise > 0)
        return false;
    for (size_t j = 0; j < k; j++) {
        size_t having = 0;
        for (size_t i = 0; i < C; i++) {
            const double *mean = nodes->mean + (i * k + j) * N;
            bool any = false;
            for (size_t n = 0; n < N && !any; n++)
                any = mean[n] != 0;
            having += any;
        }
        if (having > 1)
            return false;
    }
    return true;
}

int problem_population_init(population_t *out, const sgdl_problem_t *self, size_t pairs,
                            const sgdl_nodes_t *nodes, sgdl_error_t *error)
{
    const size_t C = self->classes;
    *out = problem_population(self, pairs);
    out->uncorrelated = outputs_stay_apart(self, nodes);
    if (self->loss->room &&
        !(out->own = calloc(self->loss->room(self->targets.outputs), sizeof *out->own)))
        return sgdl_fail_memory(error);
    out->room = out->own;
    if (isinf(self->clip) && !self->has_teacher)
        return SGDL_OK;
    free(out->own); /* clips and teachers are of losses without a room */
    out->room = NULL;
    double *own = out->own = calloc(C, 3 * sizeof *own);
    if (!own)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < C; i++)
        own[i] = self->clip / sqrt(nodes->trace[i]); /* INFINITY where there is no variance */
    out->threshold = isinf(self->clip) ? NULL : own;
    if (!self->has_teacher || self->loss == &sgdl_loss_committee) /* src/loss/committee.h */
        return SGDL_OK;
    set_signal(nodes, C, own + C, own + 2 * C);
    out->teacher = &self->teacher;
    out->signal_m = own + C;
    out->signal_B = own + 2 * C;
    return SGDL_OK;
}

void problem_population_free(population_t *self)
{
    free(self->own);
    *self = (population_t){0};
}
