/* The horizon, and the output times up to it. */
#include "src/problem/keys.h"
#include "src/problem/plan.h"
#include "src/problem/problem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"

static const double longest_time = 1e300;
static const double most_points = 1e7;

typedef struct output_nodes {
    const node_t *time, *points, *spacing, *first, *times;
} output_nodes_t;

static int fill(reading_t *self, const output_nodes_t *nodes)
{
    sgdl_problem_t *problem = self->problem;
    sgdl_plan_t *plan = &problem->plan;
    size_t points = plan->points;
    double *times = calloc(points, sizeof *times); /* times[0] = 0 */
    if (!times)
        return sgdl_fail_memory(self->error);
    problem->times = times;
    plan->times = times;
    bool logarithmic = plan->spacing == SGDL_SPACING_LOG;
    double ratio = problem->time / plan->first;
    for (size_t i = 1; i + 1 < points; i++) {
        if (!logarithmic)
            times[i] = problem->time * (double)i / (double)(points - 1);
        else if (isfinite(ratio))
            times[i] = plan->first * pow(ratio, (double)(i - 1) / (double)(points - 2));
        else
            times[i] = exp(log(plan->first) + (log(problem->time) - log(plan->first)) *
                                                  (double)(i - 1) / (double)(points - 2));
    }
    times[points - 1] = problem->time;
    for (size_t i = 1; i < points; i++) {
        if (times[i] > times[i - 1])
            continue;
        const node_t *node = nodes->points ? nodes->points : nodes->time;
        return node_fail(self->error, node ? node : self->root,
                         "%zu output times do not differ from one another, allowed fewer", points);
    }
    return SGDL_OK;
}

static int check_increasing(const reading_t *self, const node_t *list)
{
    const sgdl_plan_t *plan = &self->problem->plan;
    const node_t *node = list->first;
    for (size_t i = 1; i < plan->points; i++) {
        const node_t *before = node;
        node = node->next;
        if (!(plan->times[i] > plan->times[i - 1]))
            return node_fail(self->error, node,
                             "found %s after %s, allowed times that strictly increase", node->text,
                             before->text);
    }
    return SGDL_OK;
}

/* Explicit times: exactly these rows; without a stated horizon the last of them is it. */
static int read_times(reading_t *self, const output_nodes_t *nodes)
{
    sgdl_problem_t *problem = self->problem;
    sgdl_plan_t *plan = &problem->plan;
    const node_t *other = nodes->points    ? nodes->points
                          : nodes->spacing ? nodes->spacing
                                           : nodes->first;
    if (other)
        return node_fail(self->error, other,
                         "found beside 'times', allowed one or the other: times say it all");
    int status = value_numbers(nodes->times, (range_t){.upper = longest_time}, &problem->times,
                               &plan->points, self->error);
    plan->times = problem->times;
    if (status != SGDL_OK)
        return status;
    status = check_increasing(self, nodes->times);
    if (status != SGDL_OK)
        return status;
    plan->spacing = SGDL_SPACING_TIMES;
    double horizon = plan->times[plan->points - 1];
    /* The horizon is the last of them; a longer stated time still sets a schedule's length. */
    if (horizon > problem->time || (!nodes->time && horizon > 0.0))
        problem->time = horizon;
    return SGDL_OK;
}

static int read_spacing(reading_t *self, const output_nodes_t *nodes)
{
    static const char *const spacings[] = {"linear", "log"};
    sgdl_problem_t *problem = self->problem;
    sgdl_plan_t *plan = &problem->plan;
    double points = 101.0;
    size_t spacing = 0;
    int status = SGDL_OK;
    if (nodes->points)
        status = value_integer(nodes->points, 2.0, most_points, &points, self->error);
    if (status == SGDL_OK && nodes->spacing)
        status = value_word(nodes->spacing, (words_t){spacings, 2, NULL, 0}, &spacing, self->error);
    if (status != SGDL_OK)
        return status;
    plan->points = (size_t)points;
    plan->spacing = spacing == 0 ? SGDL_SPACING_LINEAR : SGDL_SPACING_LOG;
    const range_t range = {.upper = problem->time, .lower_open = true, .upper_open = true};
    if (nodes->first && spacing == 0)
        return node_fail(self->error, nodes->first,
                         "found without 'spacing: log', allowed with it only");
    if (nodes->first) {
        status = value_number(nodes->first, range, &plan->first, self->error);
    } else if (spacing == 1 && plan->first >= problem->time) {
        status = node_fail(self->error, nodes->time ? nodes->time : nodes->spacing,
                           "the time is not beyond %g, the first positive time of log spacing, "
                           "allowed: state 'output.first'",
                           plan->first);
    }
    return status != SGDL_OK ? status : fill(self, nodes);
}

static int time_read(reading_t *self, const problem_key_t *key)
{
    const node_t *time = reading_get(self, key->name);
    return time ? value_number(time, (range_t){.upper = longest_time, .lower_open = true},
                               &self->problem->time, self->error)
                : SGDL_OK;
}

static void time_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                     const sgdl_plan_t *plan)
{
    (void)key;
    text_put_number(out, plan_horizon(plan, problem));
}

static int output_read(reading_t *self, const problem_key_t *key)
{
    static const char *const keys[] = {"points", "spacing", "first", "times"};
    output_nodes_t nodes = {.time = reading_get(self, key_time.name)};
    const node_t *output = reading_get(self, key->name);
    const bool steps = problem_counts_steps(self->problem);
    self->problem->plan.first = steps ? 1 : 0.01;
    int status = SGDL_OK;
    if (steps && self->problem->time < 1)
        return node_fail(self->error, nodes.time, "found %.10g, allowed from 1: t counts steps",
                         self->problem->time);
    if (output)
        status = value_map(output, "{points: 101, spacing: linear}", keys,
                           sizeof keys / sizeof *keys, self->error);
    if (status != SGDL_OK)
        return status;
    if (output) {
        nodes.points = node_get(output, "points");
        nodes.spacing = node_get(output, "spacing");
        nodes.first = node_get(output, "first");
        nodes.times = node_get(output, "times");
    }
    return nodes.times ? read_times(self, &nodes) : read_spacing(self, &nodes);
}

static void output_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                       const sgdl_plan_t *plan)
{
    (void)key, (void)problem;
    if (plan->spacing == SGDL_SPACING_TIMES) {
        (void)fputs("{times: ", out);
        text_put_numbers(out, plan->times, plan->points);
    } else if (plan->spacing == SGDL_SPACING_LOG) {
        (void)fprintf(out, "{points: %zu, spacing: log, first: ", plan->points);
        text_put_number(out, plan->first);
    } else {
        (void)fprintf(out, "{points: %zu, spacing: linear", plan->points);
    }
    (void)fputc('}', out);
}

static const key_flag_t time_flags[] = {
    {{"time", NULL, 't', "T",
      "horizon in t = steps/d [100]; of fixed data in steps of full batches and fractions, or of "
      "gradient flow; of a landscape learning rate x steps [1000]"},
     "time",
     FORM_SCALAR,
     NULL},
    {.path = NULL}};
static const key_axis_t time_axes[] = {{"time", "t = steps / d"}, {.path = NULL}};

const problem_key_t key_time = {
    .name = "time", .flags = time_flags, .read = time_read, .put = time_put, .axes = time_axes};

static const key_flag_t output_flags[] = {
    {{"output-points", "points", 0, "N", "rows of a curve [101]"},
     "output.points",
     FORM_GROUP,
     NULL},
    {{"output-spacing", "spacing", 0, "WORD", "linear or log [linear]"},
     "output.spacing",
     FORM_GROUP,
     NULL},
    {{"output-first", "first", 0, "T",
      "first positive time of log spacing [0.01; 1 where t counts steps]"},
     "output.first",
     FORM_GROUP,
     NULL},
    {{"output-times", "times", 0, "T,T,...", "print exactly these times, such as 0,1,10"},
     "output.times",
     FORM_TIMES,
     NULL},
    {.path = NULL}};

/* Instead of curves the state at these times: see sgdl_plan_t. */
static const key_flag_t output_options[] = {
    {{"directions", NULL, 0, NULL, NULL}, "output.times", FORM_TIMES, NULL},
    {{"density", NULL, 0, NULL, NULL}, "output.times", FORM_TIMES, NULL},
    {.path = NULL}};

const problem_key_t key_output = {.name = "output",
                                  .plan = true,
                                  .flags = output_flags,
                                  .options = output_options,
                                  .read = output_read,
                                  .put = output_put};
