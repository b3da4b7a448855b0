/* Momentum: a number, of a stream a map on the scale of the dimension, of fixed data Nesterov's. */
#include <math.h>
#include <string.h>

#include "src/base/text.h"
#include "src/problem/keys.h"
#include "src/problem/problem.h"

static const char example[] = "a number in [0, 1) or {gain: 1, weight: 1.2, decay: 2}";
static const char fixed_example[] = "a number in [0, 1), {nesterov: 0.6} or {nesterov: increasing}";
static const char increasing[] = "increasing"; /* k/(k+3) at step k */

/* Their squares are still numbers. */
static const double MOST = 1e100;

static int read_decay(const reading_t *self, const node_t *node, heavy_ball_t *out)
{
    static const char *const names[] = {"value", "over"};
    const range_t range = {.upper = MOST};
    out->over = INFINITY;
    if (node->kind == NODE_SCALAR)
        return value_number(node, range, &out->decay, self->error);
    int status = value_map(node, "{value: 3, over: 1}", names, 2, self->error);
    const node_t *value = status == SGDL_OK ? node_get(node, names[0]) : NULL;
    const node_t *over = status == SGDL_OK ? node_get(node, names[1]) : NULL;
    if (status == SGDL_OK && (!value || !over))
        return node_fail(self->error, node,
                         "the key '%s' is missing, allowed: {value: 3, over: 1} or a number",
                         value ? names[1] : names[0]);
    if (status == SGDL_OK)
        status = value_number(value, range, &out->decay, self->error);
    if (status == SGDL_OK)
        status = value_number(over, (range_t){.upper = INFINITY, .lower_open = true}, &out->over,
                              self->error);
    return status;
}

static int read_map(const reading_t *self, const node_t *node)
{
    static const char *const names[] = {"gain", "weight", "decay"};
    enum { KEYS = sizeof names / sizeof *names };
    heavy_ball_t *out = &self->problem->heavy_ball;
    double *const values[] = {&out->gain, &out->weight};
    if (node_get(node, "nesterov"))
        return node_fail(self->error, node_get(node, "nesterov"),
                         "found with data: stream, allowed with data: {ratio: 2} alone");
    int status = value_map(node, example, names, KEYS, self->error);
    for (size_t k = 0; k < KEYS && status == SGDL_OK; k++) {
        const node_t *each = node_get(node, names[k]);
        if (!each)
            return node_fail(self->error, node, "the key '%s' is missing, allowed: %s", names[k],
                             example);
        status = k < 2 ? value_number(each, (range_t){.upper = MOST}, values[k], self->error)
                       : read_decay(self, each, out);
    }
    if (status == SGDL_OK && self->problem->targets.outputs > 1)
        return node_fail(self->error, node, "found a map with %zu outputs, allowed with one alone",
                         self->problem->targets.outputs);
    out->is_stated = status == SGDL_OK;
    return status;
}

/* The memory of a step and a rate that looks at it are not known together. */
static int check_rates(const reading_t *self, const node_t *node)
{
    const sgdl_problem_t *problem = self->problem;
    const sgdl_schedule_t *driven = problem_driven_rate(problem, ~0u);
    if (!driven || (problem->momentum == 0 && !problem->heavy_ball.is_stated))
        return SGDL_OK;
    return node_fail(self->error, node,
                     "found momentum with the learning rate %s, which the state drives, allowed "
                     "with given ones",
                     driven->spec.family->name);
}

/* Of fixed data: what has no steps, or none that remember. */
static int check_method(const reading_t *self, const node_t *node)
{
    const sgdl_problem_t *problem = self->problem;
    if (problem->momentum == 0 && problem->nesterov == NESTEROV_NONE)
        return SGDL_OK;
    if (problem->method != METHOD_SGD)
        return node_fail(self->error, node, "found with method: %s, allowed with sgd alone",
                         problem->method == METHOD_SME ? "sme" : "gradient-flow");
    if (problem->nesterov == NESTEROV_INCREASING && !(problem->fraction > 0))
        return node_fail(self->error, node,
                         "found %s in small batches, whose learning rate a momentum beta divides "
                         "by 1 - beta; allowed with batch: full or {fraction: 0.1}",
                         increasing);
    return SGDL_OK;
}

/* Nesterov's, of fixed data. */
static int read_nesterov(const reading_t *self, const node_t *node, range_t range)
{
    static const char *const names[] = {"nesterov"};
    sgdl_problem_t *problem = self->problem;
    char found[NODE_FOUND_SIZE];
    const node_t *of_stream = node_get(node, "gain");
    if (of_stream)
        return node_fail(self->error, node,
                         "found momentum on the scale of d, allowed with data: stream alone");
    int status = value_map(node, "{nesterov: 0.6}", names, 1, self->error);
    const node_t *beta = status == SGDL_OK ? node_get(node, names[0]) : NULL;
    if (status == SGDL_OK && !beta)
        return node_fail(self->error, node, "the key '%s' is missing, allowed: %s", names[0],
                         fixed_example);
    if (status != SGDL_OK)
        return status;
    if (beta->kind == NODE_SCALAR && strcmp(beta->text, increasing) == 0) {
        problem->nesterov = NESTEROV_INCREASING;
        return SGDL_OK;
    }
    problem->nesterov = NESTEROV_CONSTANT;
    if (value_number(beta, range, &problem->momentum, NULL) != SGDL_OK)
        return node_fail(self->error, beta, "found %s, allowed a number in [0, 1) or increasing",
                         node_found(beta, found));
    return SGDL_OK;
}

static int momentum_read(reading_t *self, const problem_key_t *key)
{
    const sgdl_problem_t *problem = self->problem;
    const node_t *node = reading_get(self, key->name);
    const bool mixture = problem->model == &model_mixture;
    const bool fixed = problem->model == &model_fixed_data;
    const bool map = (mixture || fixed) && node && node->kind == NODE_MAP;
    char found[NODE_FOUND_SIZE];
    int status = !map    ? number_read(self, key)
                 : fixed ? read_nesterov(self, node, key->range)
                         : read_map(self, node);
    if (status == SGDL_ERR_INPUT && (mixture || fixed) && !map)
        return node_fail(self->error, node, "found %s, allowed %s", node_found(node, found),
                         mixture ? example : fixed_example);
    if (status == SGDL_OK)
        status = fixed ? check_method(self, node) : check_rates(self, node);
    if (status == SGDL_OK && problem->momentum > 0 && problem->landscape.coordinates > 1)
        return node_fail(self->error, node, "found %g in two coordinates, allowed in one alone",
                         problem->momentum);
    return status;
}

static void momentum_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                         const sgdl_plan_t *plan)
{
    const heavy_ball_t *map = &problem->heavy_ball;
    if (problem->nesterov != NESTEROV_NONE) {
        (void)fputs("{nesterov: ", out);
        if (problem->nesterov == NESTEROV_INCREASING)
            (void)fputs(increasing, out);
        else
            number_put(out, key, problem, plan);
        (void)fputc('}', out);
        return;
    }
    if (!map->is_stated) {
        number_put(out, key, problem, plan);
        return;
    }
    (void)fputs("{gain: ", out);
    text_put_number(out, map->gain);
    (void)fputs(", weight: ", out);
    text_put_number(out, map->weight);
    (void)fputs(", decay: ", out);
    (void)fputs(isfinite(map->over) ? "{value: " : "", out);
    text_put_number(out, map->decay);
    if (isfinite(map->over)) {
        (void)fputs(", over: ", out);
        text_put_number(out, map->over);
        (void)fputc('}', out);
    }
    (void)fputc('}', out);
}

static const key_flag_t flags[] = {{{"momentum", NULL, 0, "BETA",
                                     "of heavy ball; of a stream also "
                                     "gain=G1,weight=G3,decay=DELTA on the scale of d, decay also "
                                     "[value=DELTA,over=T]; of fixed data nesterov=BETA or "
                                     "nesterov=increasing [0]"},
                                    "momentum",
                                    FORM_MAP,
                                    NULL},
                                   {.path = NULL}};
static const key_axis_t axes[] = {{"momentum", "momentum"},
                                  {"momentum.gain", "momentum's gain"},
                                  {"momentum.weight", "momentum's weight"},
                                  {"momentum.decay", "momentum's decay"},
                                  {"momentum.nesterov", "Nesterov's momentum"},
                                  {.path = NULL}};

const problem_key_t key_momentum = {
    .name = "momentum",
    .since = "0.2.0",
    .flags = flags,
    .read = momentum_read,
    .put = momentum_put,
    .axes = axes,
    .caption = "momentum",
    .usual = "0",
    .field = offsetof(sgdl_problem_t, momentum),
    .range = {.upper = 1, .upper_open = true},
};
