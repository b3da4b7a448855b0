/* Momentum: a number, or of a mixture a map on the scale of the dimension. */
#include <math.h>

#include "src/base/text.h"
#include "src/problem/keys.h"
#include "src/problem/problem.h"

static const char example[] = "a number in [0, 1) or {gain: 1, weight: 1.2, decay: 2}";

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

static int momentum_read(reading_t *self, const problem_key_t *key)
{
    const sgdl_problem_t *problem = self->problem;
    const node_t *node = reading_get(self, key->name);
    const bool mixture = problem->model == &model_mixture;
    const bool map = mixture && node && node->kind == NODE_MAP;
    char found[NODE_FOUND_SIZE];
    int status = map ? read_map(self, node) : number_read(self, key);
    if (status == SGDL_ERR_INPUT && mixture && !map)
        return node_fail(self->error, node, "found %s, allowed %s", node_found(node, found),
                         example);
    if (status == SGDL_OK)
        status = check_rates(self, node);
    if (status == SGDL_OK && problem->momentum > 0 && problem->landscape.coordinates > 1)
        return node_fail(self->error, node, "found %g in two coordinates, allowed in one alone",
                         problem->momentum);
    return status;
}

static void momentum_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                         const sgdl_plan_t *plan)
{
    const heavy_ball_t *map = &problem->heavy_ball;
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
                                     "of heavy ball; of a mixture also "
                                     "gain=G1,weight=G3,decay=DELTA on the scale of d, decay also "
                                     "[value=DELTA,over=T] [0]"},
                                    "momentum",
                                    FORM_MAP,
                                    NULL},
                                   {.path = NULL}};
static const key_axis_t axes[] = {{"momentum", "momentum"},
                                  {"momentum.gain", "momentum's gain"},
                                  {"momentum.weight", "momentum's weight"},
                                  {"momentum.decay", "momentum's decay"},
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
