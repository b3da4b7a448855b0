#include "src/problem/reading.h"

#include <math.h>
#include <stdlib.h>

#include "src/spec/family.h"
#include "src/tree/value.h"

enum { RATES_MAX = 1000 };

static const double standard_rate = 0.5;

static int read_schedule(reading_t *self, const node_t *node, sgdl_schedule_t *schedule)
{
    const family_scope_t scope = {.folder = self->folder};
    int status = family_read(node, &schedule_table, &scope, &schedule->spec, self->error);
    const node_t *warmup = status != SGDL_OK ? NULL : node_get(node, schedule_table.common);
    if (warmup)
        status = value_number(warmup, (range_t){.upper = INFINITY}, &schedule->warmup, self->error);
    return status;
}

static int read_rate(reading_t *self, const node_t *node, sgdl_schedule_t *schedule)
{
    char found[NODE_FOUND_SIZE];
    double value;
    if (node->kind == NODE_MAP)
        return read_schedule(self, node, schedule);
    const range_t positive = {.upper = INFINITY, .lower_open = true};
    if (value_number(node, positive, &value, NULL))
        return node_fail(self->error, node,
                         "found %s, allowed a number > 0, a list of them or a schedule such as %s",
                         node_found(node, found), schedule_table.example);
    *schedule = sgdl_schedule_constant(value);
    return SGDL_OK;
}

int rates_read(reading_t *self)
{
    sgdl_problem_t *problem = self->problem;
    const node_t *node = reading_get(self, "learning_rate");
    bool list = node && node->kind == NODE_LIST && node->children > 0;
    size_t rates = list ? node->children : 1;
    if (rates > RATES_MAX)
        return node_fail(self->error, node, "found %zu learning rates, allowed up to %d", rates,
                         (int)RATES_MAX);
    problem->learning_rate = calloc(rates, sizeof *problem->learning_rate);
    if (!problem->learning_rate)
        return sgdl_fail_memory(self->error);
    problem->rates = rates;
    if (!node) {
        problem->learning_rate[0] = sgdl_schedule_constant(standard_rate);
        return SGDL_OK;
    }
    int status = SGDL_OK;
    const node_t *rate = list ? node->first : node;
    for (size_t i = 0; i < rates && status == SGDL_OK; i++, rate = rate->next)
        status = read_rate(self, rate, &problem->learning_rate[i]);
    return status;
}
