#include "src/theories/streaming/walkers/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/sums.h"

/* ---- the rows ------------------------------------------------------------------------------- */

/* a <- basis a, row by row. */
static int turn(data_rows_t *data, const double *basis, sgdl_error_t *error)
{
    const size_t d = data->dimension;
    double *turned = calloc(d, sizeof *turned);
    if (!turned)
        return sgdl_fail_memory(error);
    for (size_t r = 0; r < data->count; r++) {
        double *a = data->value + r * d;
        for (size_t n = 0; n < d; n++)
            turned[n] = sum_products(basis + n * d, a, d);
        memcpy(a, turned, d * sizeof *a);
    }
    free(turned);
    return SGDL_OK;
}

/* One pass: a row is seen once. */
static int check_horizon(const row_list_t *self, sgdl_error_t *error)
{
    const experiment_t *experiment = self->experiment;
    const sgdl_plan_t *plan = experiment->plan;
    const double d = experiment->problem->dimension, b = experiment->problem->batch;
    const double steps = rint(plan->times[plan->points - 1] * d);
    const double rows = (double)(self->data.count - self->held_out);
    if (steps * b <= rows)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_INPUT, "--rows",
                     "found time %g, which takes %.0f rows at batch %g; the file holds %zu, of "
                     "which %zu are held out; allowed: up to --time %.6g",
                     plan->times[plan->points - 1], steps * b, b, self->data.count, self->held_out,
                     floor(rows / b * (1 + 1e-12)) / d);
}

int row_list_init(row_list_t *self, const experiment_t *experiment, const double *basis,
                  sgdl_error_t *error)
{
    const sgdl_plan_t *plan = experiment->plan;
    *self = (row_list_t){.experiment = experiment};
    if (!plan->rows)
        return SGDL_OK;
    if (experiment->problem->has_teacher)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--rows",
                         "found beside a teacher, who labels samples that are drawn; allowed: "
                         "classes with labels");
    const data_rows_of_t of = {
        .classes = experiment->C, .dimension = experiment->d, .memory = plan->memory};
    int status = data_rows_read(&self->data, plan->rows, &of, error);
    if (status != SGDL_OK)
        return status;
    self->held_out = (size_t)(plan->held_out * (double)self->data.count);
    status = check_horizon(self, error);
    return status == SGDL_OK && basis ? turn(&self->data, basis, error) : status;
}

void row_list_free(row_list_t *self)
{
    data_rows_free(&self->data);
    *self = (row_list_t){0};
}

/* ---- a run's order -------------------------------------------------------------------------- */

/* An integer below `count`, each as likely. */
static size_t below(words_t *words, size_t count)
{
    const uint64_t unfair = UINT64_MAX - UINT64_MAX % count;
    uint64_t word;
    do {
        word = words_next(words);
    } while (word >= unfair);
    return (size_t)(word % count);
}

int row_order_init(row_order_t *self, const row_list_t *rows, uint64_t run)
{
    *self = (row_order_t){.rows = rows};
    if (!row_list_is_there(rows))
        return SGDL_OK;
    const size_t count = rows->data.count;
    words_t words;
    self->place = calloc(count, sizeof *self->place);
    self->r = calloc(rows->experiment->L, sizeof *self->r);
    if (!self->place || !self->r)
        return SGDL_ERR_MEMORY;
    words_init(&words, rows->experiment->problem->seed, run, STREAM_ROWS);
    for (size_t k = 0; k < count; k++) { /* Fisher and Yates */
        const size_t other = below(&words, k + 1);
        self->place[k] = self->place[other];
        self->place[other] = k;
    }
    return SGDL_OK;
}

void row_order_free(row_order_t *self)
{
    free(self->place);
    free(self->r);
    *self = (row_order_t){0};
}

const double *row_order_next(row_order_t *self, size_t *class_index)
{
    const data_rows_t *data = &self->rows->data;
    const size_t at = self->place[self->next++];
    *class_index = data->of[at];
    return data->value + at * data->dimension;
}

/* ---- the test ------------------------------------------------------------------------------- */

/* How wrong the decision at r [L] is for a label: 0, 1, or of a tie the share that it loses. */
static double wrong(const experiment_t *experiment, size_t label, const double *r)
{
    const size_t L = experiment->L;
    const double *target = experiment->problem->target + label * L;
    size_t ties = 0;
    if (L == 1) {
        const int side = experiment->loss->decision(target[0]);
        if (side == 0)
            return NAN;
        return r[0] == 0 ? 0.5 : r[0] * side < 0;
    }
    for (size_t l = 0; l < L; l++) {
        if (r[l] > r[label])
            return 1;
        ties += l != label && r[l] == r[label];
    }
    return (double)ties / (double)(ties + 1);
}

/* Labels as noisy as the problem says. */
static void add_row(const experiment_t *experiment, size_t class_index, const double *r,
                    double *risk, double *error)
{
    const sgdl_targets_t *targets = &experiment->problem->targets;
    const size_t own = experiment->problem->label_index[class_index], L = experiment->L;
    for (size_t k = 0; k < targets->labels; k++) {
        const double p = sgdl_targets_probability(targets, own, k);
        if (p == 0)
            continue;
        *risk += p * experiment->loss->value(L, r, experiment->problem->target + k * L);
        *error += p * wrong(experiment, k, r);
    }
}

void row_order_test(row_order_t *self, const double *x, size_t stride, const double *bias,
                    double *risk, double *error)
{
    const data_rows_t *data = &self->rows->data;
    const experiment_t *experiment = self->rows->experiment;
    const size_t first = self->rows->held_out > 0 ? data->count - self->rows->held_out : 0;
    *risk = *error = 0;
    for (size_t k = first; k < data->count; k++) {
        const double *a = data->value + self->place[k] * data->dimension;
        for (size_t l = 0; l < experiment->L; l++)
            self->r[l] = bias[l] + sum_products(x + l * stride, a, data->dimension);
        add_row(experiment, data->of[self->place[k]], self->r, risk, error);
    }
    *risk /= (double)(data->count - first);
    *error /= (double)(data->count - first);
}
