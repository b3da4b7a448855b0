/* The keys of a landscape: its potential and noise, momentum, and how finely it is resolved. */
#include <math.h>
#include <string.h>

#include "src/base/text.h"
#include "src/landscape/noise.h"
#include "src/landscape/potential.h"
#include "src/problem/keys.h"
#include "src/problem/problem.h"

/* ---- the potential ----------------------------------------------------------------------- */

static const potential_family_t *potential_of(const sgdl_problem_t *problem)
{
    return (const potential_family_t *)(const void *)problem->potential.family;
}

static int potential_read(reading_t *self, const problem_key_t *key)
{
    const family_scope_t scope = {.folder = self->folder};
    const node_t *node = reading_get(self, key->name);
    if (!node)
        return node_fail(self->error, self->root,
                         "the key 'potential' is missing, allowed a map such as %s",
                         potential_table.example);
    return family_read(node, &potential_table, &scope, &self->problem->potential, self->error);
}

static void potential_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                          const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    family_put(out, &potential_table, &problem->potential);
    (void)fputc('}', out);
}

static const key_flag_t potential_flags[] = {
    {{"potential", NULL, 0, "FAMILY", "the loss of a landscape, such as double-well:scale=1"},
     "potential",
     FORM_MEMBER,
     &potential_table},
    {.path = NULL}};

const problem_key_t key_potential = {.name = "potential",
                                     .flags = potential_flags,
                                     .read = potential_read,
                                     .put = potential_put,
                                     .caption = "potential"};

/* ---- its noise --------------------------------------------------------------------------- */

/* What stands in a table's header for the noise that a potential brings. */
static const char own_word[] = "own";

static int read_noises(reading_t *self, const node_t *node)
{
    const family_scope_t scope = {.folder = self->folder};
    sgdl_problem_t *problem = self->problem;
    const bool list = node->kind == NODE_LIST;
    const size_t coordinates = potential_of(problem)->coordinates;
    if (list && node->children != coordinates)
        return node_fail(self->error, node,
                         "found a list of %zu, allowed one noise, or a list with one for each of "
                         "%zu coordinates",
                         node->children, coordinates);
    int status = SGDL_OK;
    for (const node_t *each = list ? node->first : node; each && status == SGDL_OK;
         each = list ? each->next : NULL)
        status = family_read(each, &noise_table, &scope, &problem->noise[problem->noises++],
                             self->error);
    return status;
}

/* The landscape is there once both are read. */
static int noise_read(reading_t *self, const problem_key_t *key)
{
    sgdl_problem_t *problem = self->problem;
    const node_t *node = reading_get(self, key->name);
    const bool own = potential_of(problem)->own_noise;
    int status = SGDL_OK;
    if (node && own && node->kind == NODE_SCALAR && strcmp(node->text, own_word) == 0)
        node = NULL;
    if (node && own)
        return node_fail(self->error, node, "found beside a potential that brings its noise, %s",
                         problem->potential.family->name);
    if (!node && !own)
        return node_fail(self->error, self->root,
                         "the key 'noise' is missing, allowed a map such as %s",
                         noise_table.example);
    if (node)
        status = read_noises(self, node);
    if (status == SGDL_OK)
        status = landscape_init(&problem->landscape, &problem->potential, problem->noise,
                                problem->noises, self->error);
    return status;
}

static void noise_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                      const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    (void)fputs(problem->noises > 1 ? "[" : "", out);
    for (size_t i = 0; i < problem->noises; i++) {
        (void)fputs(i > 0 ? ", " : "", out);
        family_put(out, &noise_table, &problem->noise[i]);
        (void)fputc('}', out);
    }
    (void)fputs(problem->noises > 1 ? "]" : "", out);
    (void)fputs(problem->noises == 0 ? own_word : "", out);
}

static const key_flag_t noise_flags[] = {
    {{"noise", NULL, 0, "FAMILY",
      "covariance of one sample's gradient on a landscape, such as constant:value=1"},
     "noise",
     FORM_MEMBER,
     &noise_table},
    {.path = NULL}};

const problem_key_t key_noise = {.name = "noise",
                                 .flags = noise_flags,
                                 .read = noise_read,
                                 .put = noise_put,
                                 .caption = "noise"};

/* ---- momentum ---------------------------------------------------------------------------- */

static const key_flag_t momentum_flags[] = {
    {{"momentum", NULL, 0, "MU", "of heavy ball, on a landscape [0]"},
     "momentum",
     FORM_SCALAR,
     NULL},
    {.path = NULL}};
static const key_axis_t momentum_axes[] = {{"momentum", "momentum μ"}, {.path = NULL}};

const problem_key_t key_momentum = {
    .name = "momentum",
    .flags = momentum_flags,
    .read = number_read,
    .put = number_put,
    .axes = momentum_axes,
    .caption = "momentum",
    .usual = "0",
    .field = offsetof(sgdl_problem_t, momentum),
    .range = {.upper = 1, .upper_open = true},
};

/* ---- the box and its cells --------------------------------------------------------------- */

static int box_read(reading_t *self, const problem_key_t *key)
{
    sgdl_problem_t *problem = self->problem;
    const node_t *node = reading_get(self, key->name);
    const range_t all = {.lower = -INFINITY, .upper = INFINITY};
    const size_t coordinates = problem->landscape.coordinates;
    for (size_t i = 0; i < LANDSCAPE_COORDINATES; i++)
        problem->box[i][0] = problem->box[i][1] = NAN;
    if (!node || (node->kind == NODE_SCALAR && strcmp(node->text, "auto") == 0))
        return SGDL_OK;
    if (coordinates == 1)
        return value_interval(node, all, problem->box[0], self->error);
    if (node->kind != NODE_LIST || node->children != coordinates)
        return node_fail(self->error, node, "allowed: auto, or [[a, b], [c, d]]");
    int status = value_interval(node->first, all, problem->box[0], self->error);
    return status == SGDL_OK ? value_interval(node->first->next, all, problem->box[1], self->error)
                             : status;
}

static void box_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                    const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    if (isnan(problem->box[0][0])) {
        (void)fputs("auto", out);
        return;
    }
    const bool plane = problem->landscape.coordinates > 1;
    (void)fputs(plane ? "[" : "", out);
    text_put_numbers(out, problem->box[0], 2);
    if (plane) {
        (void)fputs(", ", out);
        text_put_numbers(out, problem->box[1], 2);
        (void)fputc(']', out);
    }
}

static const key_flag_t box_flags[] = {
    {{"box", NULL, 0, "A,B", "where a landscape ends, with reflecting walls [auto]"},
     "box",
     FORM_LIST,
     NULL},
    {.path = NULL}};

const problem_key_t key_box = {.name = "box", .flags = box_flags, .read = box_read, .put = box_put};

static int cells_read(reading_t *self, const problem_key_t *key)
{
    static const double most[] = {1e6, 2000}, least = 8;
    sgdl_problem_t *problem = self->problem;
    const node_t *node = reading_get(self, key->name), *each;
    const size_t coordinates = problem->landscape.coordinates;
    problem->cells[0] = coordinates == 1 ? 1600 : 200;
    problem->cells[1] = coordinates == 1 ? 0 : 120;
    if (!node)
        return SGDL_OK;
    if (coordinates == 1)
        return value_integer(node, least, most[0], problem->cells, self->error);
    if (node->kind != NODE_LIST || node->children != coordinates)
        return node_fail(self->error, node, "allowed: a list of two such as [200, 120]");
    int status = SGDL_OK;
    each = node->first;
    for (size_t i = 0; i < coordinates && status == SGDL_OK; i++, each = each->next)
        status = value_integer(each, least, most[1], &problem->cells[i], self->error);
    return status;
}

static void cells_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                      const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    if (problem->landscape.coordinates > 1)
        text_put_numbers(out, problem->cells, 2);
    else
        text_put_number(out, problem->cells[0]);
}

static const key_flag_t cells_flags[] = {
    {{"cells", NULL, 0, "N", "cells of a landscape, in two coordinates N,M [1600]"},
     "cells",
     FORM_LIST,
     NULL},
    {.path = NULL}};

const problem_key_t key_cells = {
    .name = "cells", .flags = cells_flags, .read = cells_read, .put = cells_put, .whole = true};

static int hermite_read(reading_t *self, const problem_key_t *key)
{
    const node_t *node = reading_get(self, key->name);
    if (!node || (node->kind == NODE_SCALAR && strcmp(node->text, "auto") == 0))
        return SGDL_OK;
    return value_integer(node, 2, 1000, &self->problem->hermite, self->error);
}

static void hermite_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                        const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    if (problem->hermite > 0)
        text_put_number(out, problem->hermite);
    else
        (void)fputs("auto", out);
}

static const key_flag_t hermite_flags[] = {
    {{"hermite", NULL, 0, "N", "modes in the velocity, with momentum [auto]"},
     "hermite",
     FORM_SCALAR,
     NULL},
    {.path = NULL}};

const problem_key_t key_hermite = {.name = "hermite",
                                   .flags = hermite_flags,
                                   .read = hermite_read,
                                   .put = hermite_put,
                                   .whole = true};
