/* The end of one learning rate as the public numbers have it. */
#include "sgdlimit/limit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/problem/plan.h"
#include "src/theories/fixed_data/fixed_data.h"
#include "src/theories/fixed_data/limit/ending.h"

static int allocate(sgdl_limit_t *self, sgdl_error_t *error)
{
    const size_t C = self->classes, L = self->outputs, P = self->pairs;
    const size_t count = 2 * C * (L + P) + C * C;
    self->storage = malloc(count * sizeof *self->storage);
    if (!self->storage)
        return sgdl_fail_memory(error);
    for (size_t e = 0; e < count; e++)
        self->storage[e] = NAN;
    self->m = self->storage;
    self->B = self->m + C * L;
    self->m_min = self->B + C * P;
    self->B_min = self->m_min + C * L;
    self->mahalanobis2 = self->B_min + C * P;
    return SGDL_OK;
}

static void put_row(sgdl_limit_t *self, const ending_t *ending)
{
    const layout_t *at = &ending->minimiser.layout;
    const double *row = ending->minimiser.row;
    const size_t C = self->classes, L = self->outputs;
    memcpy(self->m, row + at->mean, C * L * sizeof *self->m);
    memcpy(self->B, row + at->moment, C * self->pairs * sizeof *self->B);
    self->norm2 = 0;
    for (size_t l = 0; l < L; l++)
        self->norm2 += row[at->norm2 + l];
    if (ending->problem->intercept != 0 && L == 1)
        self->bias = row[at->bias];
    if (ending->setup.K > 0) {
        self->overlap_signal = row[at->overlap];
        self->cos_signal =
            overlap_cosine(self->overlap_signal, self->norm2, *ending->setup.signal_norm2);
    }
}

int fixed_data_limit_init(sgdl_limit_t *self, const sgdl_problem_t *problem,
                          const sgdl_plan_t *stated, size_t rate, sgdl_error_t *error)
{
    sgdl_plan_t plan;
    ending_t ending;
    *self = (sgdl_limit_t){0};
    int status = plan_complete(&plan, stated, problem, error);
    if (status != SGDL_OK)
        return status;
    status = ending_init(&ending, &(ending_of_t){problem, &plan, rate}, error);
    *self = (sgdl_limit_t){.classes = ending.setup.C,
                           .outputs = ending.setup.L,
                           .pairs = ending.setup.pairs,
                           .nodes = ending.setup.N,
                           .learning_rate = ending.rate,
                           .decay = ending.decay,
                           .stability = ending.stability,
                           .verdict = ending.verdict,
                           .reason = ending.reason,
                           .stationary = ending.is_known && !ending.grows,
                           .risk = ending.risk,
                           .error = ending.error,
                           .train_risk = ending.train_risk,
                           .bias = NAN,
                           .norm2 = NAN,
                           .overlap_signal = NAN,
                           .cos_signal = NAN,
                           .grows = ending.grows,
                           .risk_min = NAN,
                           .error_min = NAN,
                           .clean_margin2 = NAN,
                           .law = {.name = "not known",
                                   .formula = "not known",
                                   .exponent = NAN,
                                   .constant = NAN,
                                   .log_power = NAN,
                                   .rate = NAN}};
    if (status == SGDL_OK)
        status = allocate(self, error);
    for (size_t i = 0; status == SGDL_OK && i < self->classes; i++)
        memcpy(self->mahalanobis2 + i * self->classes,
               ending.setup.nodes.mahalanobis2 + i * ending.setup.nodes.classes,
               self->classes * sizeof(double));
    if (status == SGDL_OK && self->stationary)
        put_row(self, &ending);
    ending_free(&ending);
    return status;
}

int fixed_data_verdict(const sgdl_problem_t *problem, const sgdl_plan_t *stated, size_t rate,
                       sgdl_verdict_t *verdict, const char **reason, sgdl_error_t *error)
{
    sgdl_plan_t plan;
    ending_t ending;
    *verdict = SGDL_VERDICT_ZERO;
    int status = plan_complete(&plan, stated, problem, error);
    if (status != SGDL_OK)
        return status;
    status = ending_verdict(&ending, &(ending_of_t){problem, &plan, rate}, error);
    *verdict = ending.verdict;
    if (reason)
        *reason = ending.reason;
    ending_free(&ending);
    return status;
}
