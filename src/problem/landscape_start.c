/* The start on a landscape: a Gaussian, or the stationary law of a basin. */
#include <math.h>

#include "src/base/text.h"
#include "src/problem/keys.h"
#include "src/problem/problem.h"

static int read_at(reading_t *self, const node_t *at)
{
    sgdl_problem_t *problem = self->problem;
    const range_t all = {.lower = -INFINITY, .upper = INFINITY};
    const size_t coordinates = problem->landscape.coordinates;
    const bool list = at->kind == NODE_LIST;
    char found[NODE_FOUND_SIZE];
    if (list ? at->children != coordinates : coordinates > 1)
        return node_fail(self->error, at, "found %s, allowed: %s", node_found(at, found),
                         coordinates > 1 ? "a list of 2 numbers, [x, y]" : "one number");
    int status = SGDL_OK;
    const node_t *each = list ? at->first : at;
    for (size_t i = 0; i < coordinates && status == SGDL_OK; i++, each = each->next) {
        const double *range = problem->landscape.range[i];
        status = value_number(each, all, &problem->start_at[i], self->error);
        if (status == SGDL_OK &&
            !(problem->start_at[i] >= range[0] && problem->start_at[i] <= range[1]))
            return node_fail(self->error, each, "found %g, allowed inside the box, %g to %g",
                             problem->start_at[i], range[0], range[1]);
    }
    return status;
}

static int start_read(reading_t *self, const problem_key_t *key)
{
    static const char *const keys[] = {"at", "width", "basin"};
    sgdl_problem_t *problem = self->problem;
    const node_t *start = reading_get(self, key->name);
    problem->start_at[0] = problem->start_at[1] = NAN;
    problem->start_width = 0.05;
    if (!start)
        return SGDL_OK;
    int status = value_map(start, "{at: 1, width: 0.05} or {basin: 1}", keys,
                           sizeof keys / sizeof *keys, self->error);
    if (status != SGDL_OK)
        return status;
    const node_t *at = node_get(start, "at"), *width = node_get(start, "width"),
                 *basin = node_get(start, "basin");
    if (basin && (at || width))
        return node_fail(self->error, basin, "found beside '%s', allowed one or the other",
                         at ? "at" : "width");
    if (basin)
        return value_integer(basin, 1, (double)problem->landscape.minima, &problem->start_basin,
                             self->error);
    if (!at)
        return node_fail(self->error, start,
                         "the key 'at' is missing, allowed {at: 1, width: 0.05}");
    problem->start_basin = 0;
    status = read_at(self, at);
    if (status == SGDL_OK && width)
        status = value_number(width, (range_t){.upper = INFINITY, .lower_open = true},
                              &problem->start_width, self->error);
    return status;
}

static void start_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                      const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    if (problem->start_basin > 0) {
        (void)fputs("{basin: ", out);
        text_put_number(out, problem->start_basin);
    } else {
        (void)fputs("{at: ", out);
        if (problem->landscape.coordinates > 1)
            text_put_numbers(out, problem->start_at, 2);
        else
            text_put_number(out, problem->start_at[0]);
        (void)fputs(", width: ", out);
        text_put_number(out, problem->start_width);
    }
    (void)fputc('}', out);
}

static const key_flag_t flags[] = {
    {{"start-at", NULL, 0, "X",
      "centre of a Gaussian start on a landscape, in two coordinates X,Y"},
     "start.at",
     FORM_TIMES,
     NULL},
    {{"start-width", NULL, 0, "S", "its standard deviation [0.05]"},
     "start.width",
     FORM_GROUP,
     NULL},
    {{"start-basin", NULL, 0, "N", "start in the stationary law of this basin [1]"},
     "start.basin",
     FORM_GROUP,
     NULL},
    {.path = NULL}};

const problem_key_t key_landscape_start = {.name = "start",
                                           .flags = flags,
                                           .read = start_read,
                                           .put = start_put,
                                           .caption = "start",
                                           .usual = "{basin: 1}"};
