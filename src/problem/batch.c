/* The batches: one, or a list where the model makes curves of them. */
#include "src/problem/keys.h"
#include "src/problem/problem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"

enum { BATCHES_MAX = 1000 };

static const double largest = 1e9;
static const char full[] = "full";
static const char none[] = "none"; /* of gradient flow */

static int read_list(reading_t *self, const node_t *node)
{
    sgdl_problem_t *problem = self->problem;
    if (node->children > BATCHES_MAX)
        return node_fail(self->error, node, "found %zu batches, allowed up to %d", node->children,
                         (int)BATCHES_MAX);
    return value_numbers(node, (range_t){.lower = 1, .upper = largest}, &problem->batches,
                         &problem->batch_count, self->error);
}

static bool is_word(const node_t *node, const char *word)
{
    return node && node->kind == NODE_SCALAR && strcmp(node->text, word) == 0;
}

/* Of fixed data also all of it, or a fraction. */
static bool is_fraction(const node_t *node)
{
    return node && (node->kind == NODE_MAP || is_word(node, full));
}

static int read_fraction(reading_t *self, const node_t *node)
{
    static const char *const names[] = {"fraction"};
    sgdl_problem_t *problem = self->problem;
    char found[NODE_FOUND_SIZE];
    if (problem->model != &model_fixed_data)
        return node_fail(self->error, node,
                         "found %s, allowed an integer; full and {fraction: 0.1} are batches of "
                         "data: {ratio: 2}",
                         node_found(node, found));
    if (problem->method == METHOD_SME)
        return node_fail(self->error, node,
                         "found %s with method: sme, allowed an integer: the diffusion is that of "
                         "small batches",
                         node_found(node, found));
    problem->fraction = 1;
    if (node->kind != NODE_MAP)
        return SGDL_OK;
    int status = value_map(node, "{fraction: 0.1}", names, 1, self->error);
    const node_t *fraction = status == SGDL_OK ? node_get(node, names[0]) : NULL;
    if (status == SGDL_OK && !fraction)
        return node_fail(self->error, node,
                         "the key '%s' is missing, allowed: {fraction: 0.1}, "
                         "full or an integer",
                         names[0]);
    return status == SGDL_OK ? value_number(fraction, (range_t){.upper = 1, .lower_open = true},
                                            &problem->fraction, self->error)
                             : status;
}

/* A number of samples; of fixed data the message names the other batches, too. */
static int read_number(reading_t *self, const node_t *node)
{
    char found[NODE_FOUND_SIZE];
    const sgdl_problem_t *problem = self->problem;
    int status = value_integer(node, 1, largest, &self->problem->batch, self->error);
    return status == SGDL_OK || problem->model != &model_fixed_data || problem->method == METHOD_SME
               ? status
               : node_fail(self->error, node,
                           "found %s, allowed an integer from 1 to %.0f, full or {fraction: 0.1}",
                           node_found(node, found), largest);
}

/* Gradient flow takes all samples, and no steps. */
static int refuse_of_flow(const reading_t *self, const node_t *node)
{
    char found[NODE_FOUND_SIZE];
    return !node || is_word(node, none)
               ? SGDL_OK
               : node_fail(self->error, node, "found %s with method: gradient-flow, allowed none",
                           node_found(node, found));
}

static int batch_read(reading_t *self, const problem_key_t *key)
{
    sgdl_problem_t *problem = self->problem;
    const node_t *node = reading_get(self, key->name);
    if (problem->method == METHOD_FLOW)
        return refuse_of_flow(self, node);
    if (is_fraction(node))
        return read_fraction(self, node);
    const bool several = problem->model->batches;
    int status = SGDL_OK;
    if (!several || !node || node->kind != NODE_LIST) {
        if (several && !(problem->batches = calloc(1, sizeof *problem->batches)))
            return sgdl_fail_memory(self->error);
        if (node && several && node->kind == NODE_SCALAR && strchr(node->text, ','))
            return node_fail(self->error, node, "found '%s', allowed an integer or [8, 16]",
                             node->text);
        if (node)
            status = read_number(self, node);
        if (several)
            problem->batches[problem->batch_count++] = problem->batch;
        return status;
    }
    status = read_list(self, node);
    const node_t *each = node->first;
    for (size_t i = 0; i < problem->batch_count && status == SGDL_OK; i++, each = each->next)
        status = value_integer(each, 1, largest, &problem->batches[i], self->error);
    if (status == SGDL_OK)
        problem->batch = problem->batches[0];
    return status;
}

static void batch_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                      const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    if (problem->method == METHOD_FLOW) {
        (void)fputs(none, out);
    } else if (problem->fraction == 1) {
        (void)fputs(full, out);
    } else if (problem->fraction > 0) {
        (void)fputs("{fraction: ", out);
        text_put_number(out, problem->fraction);
        (void)fputc('}', out);
    } else if (problem->batch_count > 1)
        text_put_numbers(out, problem->batches, problem->batch_count);
    else
        text_put_number(out, problem->batch);
}

static const key_flag_t flags[] = {
    {{"batch", NULL, 0, "B",
      "samples a step; of a landscape also several 8,16,24; of fixed data also full or "
      "fraction=F [1]"},
     "batch",
     FORM_LIST,
     NULL},
    {.path = NULL}};
static const key_axis_t axes[] = {
    {"batch", "batch"}, {"batch.fraction", "batch's fraction"}, {.path = NULL}};

const problem_key_t key_batch = {
    .name = "batch",
    .flags = flags,
    .read = batch_read,
    .put = batch_put,
    .axes = axes,
    .caption = "batch",
    .usual = "1",
    .range = {.lower = 1, .upper = 1e9},
    .whole = true,
};
