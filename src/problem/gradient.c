/* What is done to the gradient: each sample's is shortened, noise is added to a step's. */
#include <math.h>
#include <string.h>

#include "src/base/text.h"
#include "src/problem/keys.h"
#include "src/problem/problem.h"

static const char none[] = "none";

/* Those that look at the risk reckon with the loss's own gradient. */
static int check_rates(const reading_t *self, const node_t *node)
{
    const sgdl_schedule_t *driven =
        problem_driven_rate(self->problem, SGDL_MEASURE_RISK | SGDL_MEASURE_PROGRESS);
    return driven ? node_fail(self->error, node,
                              "found %s with the learning rate %s, allowed with adagrad-norm and "
                              "given ones",
                              node->text, driven->spec.family->name)
                  : SGDL_OK;
}

static int clip_read(reading_t *self, const problem_key_t *key)
{
    sgdl_problem_t *problem = self->problem;
    const node_t *node = reading_get(self, key->name);
    if (!node || (node->kind == NODE_SCALAR && strcmp(node->text, none) == 0))
        return SGDL_OK;
    const range_t positive = {.upper = INFINITY, .lower_open = true};
    char found[NODE_FOUND_SIZE];
    if (value_number(node, positive, &problem->clip, NULL))
        return node_fail(self->error, node, "found %s, allowed a number > 0, or none",
                         node_found(node, found));
    if (problem->targets.outputs > 1)
        return node_fail(self->error, node, "found %s with %zu outputs, allowed with one alone",
                         node->text, problem->targets.outputs);
    return check_rates(self, node);
}

static void clip_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                     const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    if (isinf(problem->clip))
        (void)fputs(none, out);
    else
        text_put_number(out, problem->clip);
}

static const key_flag_t clip_flags[] = {
    {{"clip", NULL, 0, "C", "each sample's gradient is shortened to norm C sqrt(d) [none]"},
     "clip",
     FORM_SCALAR,
     NULL},
    {.path = NULL}};
static const key_axis_t clip_axes[] = {{"clip", "clip c"}, {.path = NULL}};

const problem_key_t key_clip = {.name = "clip",
                                .since = "0.2.0",
                                .flags = clip_flags,
                                .read = clip_read,
                                .put = clip_put,
                                .axes = clip_axes,
                                .caption = "clip",
                                .usual = none};

static const key_flag_t noise_flags[] = {
    {{"gradient-noise", NULL, 0, "SIGMA", "SIGMA N(0, I_d) is added to the gradient of a step [0]"},
     "gradient_noise",
     FORM_SCALAR,
     NULL},
    {.path = NULL}};
static const key_axis_t noise_axes[] = {{"gradient_noise", "gradient noise σ"}, {.path = NULL}};

const problem_key_t key_gradient_noise = {.name = "gradient_noise",
                                          .since = "0.2.0",
                                          .flags = noise_flags,
                                          .read = number_read,
                                          .put = number_put,
                                          .axes = noise_axes,
                                          .caption = "gradient noise",
                                          .usual = "0",
                                          .field = offsetof(sgdl_problem_t, gradient_noise),
                                          .range = {.upper = 1e100}}; /* squared, still a number */
