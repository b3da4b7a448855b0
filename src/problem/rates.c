/* The learning rates. */
#include "src/problem/keys.h"
#include "src/problem/problem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/schedule/source.h"
#include "src/schedule/stated.h"

enum { RATES_MAX = 1000 };

static const char none[] = "none"; /* of gradient flow */

/* One that the state drives is known neither before a warm-up's end nor of a landscape. */
static int check_driven(const reading_t *self, const node_t *node, const sgdl_schedule_t *schedule)
{
    const node_t *warmup = node_get(node, schedule_table.common);
    if (rate_source_of(schedule, 0).kind != RATE_DRIVEN)
        return SGDL_OK;
    if (warmup)
        return node_fail(self->error, warmup,
                         "found a warm-up in front of %s, which the state drives, allowed in front "
                         "of given schedules alone",
                         schedule->spec.family->name);
    if (self->problem->model == &model_fixed_data)
        return node_fail(self->error, node,
                         "found %s, which the state drives, allowed with data: stream alone",
                         schedule->spec.family->name);
    if (self->problem->model != &model_mixture)
        return node_fail(self->error, node,
                         "found %s, which the state drives, allowed for the model %s alone",
                         schedule->spec.family->name, model_mixture.name);
    return SGDL_OK;
}

static int read_schedule(reading_t *self, const node_t *node, sgdl_schedule_t *schedule)
{
    const family_scope_t scope = {.folder = self->folder};
    int status = family_read(node, &schedule_table, &scope, &schedule->spec, self->error);
    const node_t *warmup = status != SGDL_OK ? NULL : node_get(node, schedule_table.common);
    if (status == SGDL_OK)
        status = check_driven(self, node, schedule);
    if (warmup && status == SGDL_OK)
        status = value_number(warmup, (range_t){.upper = INFINITY}, &schedule->warmup, self->error);
    return status;
}

static int read_rate(reading_t *self, const node_t *node, sgdl_schedule_t *schedule)
{
    char found[NODE_FOUND_SIZE];
    double value;
    if (node->kind == NODE_MAP || family_is_named(node, &schedule_table))
        return read_schedule(self, node, schedule);
    const range_t positive = {.upper = INFINITY, .lower_open = true};
    if (value_number(node, positive, &value, NULL))
        return node_fail(self->error, node,
                         "found %s, allowed a number > 0, a list of them or a schedule such as %s",
                         node_found(node, found), schedule_table.example);
    *schedule = sgdl_schedule_constant(value);
    return SGDL_OK;
}

/* Its time is what learning rates are multiplied with elsewhere. */
static int refuse_of_flow(const reading_t *self, const node_t *node)
{
    char found[NODE_FOUND_SIZE];
    return !node || (node->kind == NODE_SCALAR && strcmp(node->text, none) == 0)
               ? SGDL_OK
               : node_fail(self->error, node, "found %s with method: gradient-flow, allowed none",
                           node_found(node, found));
}

static int rates_read(reading_t *self, const problem_key_t *key)
{
    sgdl_problem_t *problem = self->problem;
    const node_t *node = reading_get(self, key->name);
    bool list = node && node->kind == NODE_LIST && node->children > 0;
    size_t rates = list ? node->children : 1;
    if (rates > RATES_MAX)
        return node_fail(self->error, node, "found %zu learning rates, allowed up to %d", rates,
                         (int)RATES_MAX);
    problem->learning_rate = calloc(rates, sizeof *problem->learning_rate);
    if (!problem->learning_rate)
        return sgdl_fail_memory(self->error);
    problem->rates = rates;
    if (problem->method == METHOD_FLOW) {
        problem->learning_rate[0] = sgdl_schedule_constant(1);
        return refuse_of_flow(self, node);
    }
    if (!node) {
        problem->learning_rate[0] = sgdl_schedule_constant(problem->model->rate);
        return SGDL_OK;
    }
    int status = SGDL_OK;
    const node_t *rate = list ? node->first : node;
    for (size_t i = 0; i < rates && status == SGDL_OK; i++, rate = rate->next)
        status = read_rate(self, rate, &problem->learning_rate[i]);
    return status;
}

/* The constant schedule is the plain number. */
static void put_rate(FILE *out, const sgdl_schedule_t *schedule)
{
    const bool warm = schedule->warmup > 0.0;
    if (strcmp(schedule->spec.family->name, "constant") == 0 && !warm) {
        text_put_number(out, sgdl_spec_number(&schedule->spec, "value"));
        return;
    }
    family_put(out, &schedule_table, &schedule->spec);
    if (warm) {
        (void)fprintf(out, ", %s: ", schedule_table.common);
        text_put_number(out, schedule->warmup);
    }
    (void)fputc('}', out);
}

static void rates_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                      const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    if (problem->method == METHOD_FLOW)
        (void)fputs(none, out);
    for (size_t i = 0; i < problem->rates && problem->method != METHOD_FLOW; i++) {
        (void)fputs(i ? ", " : problem->rates > 1 ? "[" : "", out);
        put_rate(out, &problem->learning_rate[i]);
    }
    (void)fputs(problem->rates > 1 ? "]" : "", out);
}

static const key_flag_t flags[] = {
    {{"learning-rate", "lr", 0, "GAMMA",
      "a number, numbers 0.1,0.5 (one curve each) or a schedule name:key=value,... [0.5; of a "
      "landscape 0.01]"},
     "learning_rate",
     FORM_RATE,
     &schedule_table},
    {.path = NULL}};

const problem_key_t key_learning_rate = {.name = "learning_rate",
                                         .flags = flags,
                                         .read = rates_read,
                                         .put = rates_put,
                                         .caption = "learning rate"};
