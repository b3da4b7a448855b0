/* The keys of a landscape: its potential and noise, and how finely it is resolved. */
#include <math.h>
#include <string.h>

#include "src/base/text.h"
#include "src/landscape/noise.h"
#include "src/landscape/potential.h"
#include "src/problem/keys.h"
#include "src/problem/problem.h"

/* ---- the potential ----------------------------------------------------------------------- */

static size_t coordinates_of(const sgdl_problem_t *problem)
{
    return ((const potential_family_t *)(const void *)problem->potential.family)->coordinates;
}

/* The table of 2, or up to `most`, columns that a member names, read once. */
static int read_table(reading_t *self, node_t *node, sgdl_setting_t *setting, size_t most)
{
    const data_item_t *item;
    if (!setting->path)
        return SGDL_OK;
    int status = data_read(&self->problem->data, setting->path, &item, self->error);
    if (status == SGDL_OK)
        status = numbers_judge_table(&item->numbers, setting->path, 2, most, self->error);
    if (status != SGDL_OK)
        return status;
    setting->data = item->numbers.value;
    setting->data_count = item->numbers.count;
    setting->number[0] = (double)item->numbers.columns;
    return reading_settle(self, node, setting->path);
}

static int read_tables(reading_t *self, node_t *member, sgdl_spec_t *spec, size_t most)
{
    int status = SGDL_OK;
    for (size_t i = 0; i < spec->family->key_count && status == SGDL_OK; i++) {
        node_t *node = node_get(member, spec->family->keys[i].name);
        if (node && spec->family->keys[i].kind == SGDL_KEY_PATH)
            status = read_table(self, node, &spec->setting[i], most);
    }
    return status;
}

static int potential_read(reading_t *self, const problem_key_t *key)
{
    const family_scope_t scope = {.folder = self->folder};
    sgdl_spec_t *spec = &self->problem->potential;
    node_t *node = reading_get(self, key->name);
    if (!node)
        return node_fail(self->error, self->root,
                         "the key 'potential' is missing, allowed a map such as %s",
                         potential_table.example);
    int status = family_read(node, &potential_table, &scope, spec, self->error);
    return status == SGDL_OK ? read_tables(self, node, spec, 3) : status;
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

/* A list of lists is a matrix: fluxes across the corners of cells would not stay positive. */
static int refuse_matrix(const reading_t *self, const node_t *node)
{
    for (const node_t *each = node->kind == NODE_LIST ? node->first : NULL; each; each = each->next)
        if (each->kind == NODE_LIST)
            return node_fail(self->error, each,
                             "found a matrix of noises, D(x) in full, for which there is no "
                             "positive scheme on cells; allowed: its diagonal, a list of two, in "
                             "coordinates in which it is one");
    return SGDL_OK;
}

static int read_noises(reading_t *self, node_t *node)
{
    const family_scope_t scope = {.folder = self->folder};
    sgdl_problem_t *problem = self->problem;
    const bool list = node->kind == NODE_LIST;
    const size_t coordinates = coordinates_of(problem);
    int status = refuse_matrix(self, node);
    if (status == SGDL_OK && list && node->children != coordinates)
        return node_fail(self->error, node, "found a list of %zu, allowed one noise%s",
                         node->children,
                         coordinates > 1 ? ", or a list of two: for x and for y" : "");
    for (node_t *each = list ? node->first : node; each && status == SGDL_OK;
         each = list ? each->next : NULL) {
        sgdl_spec_t *spec = &problem->noise[problem->noises++];
        status = family_read(each, &noise_table, &scope, spec, self->error);
        if (status == SGDL_OK)
            status = read_tables(self, each, spec, 2);
    }
    return status;
}

/* What a room that knows no files says, at a node; what names a file says it itself. */
static int fail_at(const reading_t *self, const node_t *node, int status, const sgdl_error_t *what)
{
    if (status != SGDL_ERR_INPUT || strchr(what->place, '/'))
        return sgdl_fail(self->error, status, what->place, "%s", what->message);
    return node_fail(self->error, node, "%s", what->message);
}

/* The landscape is there once both are read. */
static int make_landscape(reading_t *self, const node_t *noise)
{
    sgdl_problem_t *problem = self->problem;
    sgdl_error_t local = {0};
    int status = landscape_init(&problem->landscape, &problem->potential, problem->noise,
                                problem->noises, &local);
    if (status == SGDL_OK)
        return SGDL_OK;
    return fail_at(self,
                   noise && strcmp(local.place, key_noise.name) == 0
                       ? noise
                       : reading_get(self, key_potential.name),
                   status, &local);
}

static int noise_read(reading_t *self, const problem_key_t *key)
{
    sgdl_problem_t *problem = self->problem;
    node_t *node = reading_get(self, key->name);
    const bool own = potential_brings_noise(&problem->potential);
    int status = SGDL_OK;
    if (node && own && node->kind == NODE_SCALAR && strcmp(node->text, own_word) == 0)
        node = NULL;
    if (node && own)
        return node_fail(self->error, node,
                         "found beside a potential that brings its noise, %s; allowed: none",
                         problem->potential.family->name);
    if (!node && !own)
        return node_fail(self->error, self->root,
                         "the key 'noise' is missing, allowed a map such as %s",
                         noise_table.example);
    if (node)
        status = read_noises(self, node);
    return status == SGDL_OK ? make_landscape(self, node) : status;
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

/* ---- the box and its cells --------------------------------------------------------------- */

static int read_box(reading_t *self, const node_t *node)
{
    char found[NODE_FOUND_SIZE];
    sgdl_problem_t *problem = self->problem;
    const range_t all = {.lower = -INFINITY, .upper = INFINITY};
    const size_t coordinates = problem->landscape.coordinates;
    if (coordinates == 1)
        return value_interval(node, all, problem->box[0], self->error);
    if (node->kind != NODE_LIST || node->children != coordinates)
        return node_fail(self->error, node, "found %s, allowed: auto, or [[a, b], [c, d]]",
                         node_found(node, found));
    int status = value_interval(node->first, all, problem->box[0], self->error);
    return status == SGDL_OK ? value_interval(node->first->next, all, problem->box[1], self->error)
                             : status;
}

static int check_known(const reading_t *self, const node_t *node)
{
    const sgdl_problem_t *problem = self->problem;
    for (size_t i = 0; i < problem->landscape.coordinates; i++) {
        const double *range = problem->landscape.range[i], *box = problem->box[i];
        if (box[0] < range[0] || box[1] > range[1])
            return node_fail(self->error, node,
                             "found %g to %g, allowed: within %g to %g, where the profile is known",
                             box[0], box[1], range[0], range[1]);
    }
    return SGDL_OK;
}

/* Where the density will be for certain: in the box, or between the outermost minima. */
static int check_noise(const reading_t *self)
{
    const landscape_t *landscape = &self->problem->landscape;
    const node_t *node = reading_get(self, key_noise.name);
    double box[LANDSCAPE_COORDINATES][2], at[LANDSCAPE_COORDINATES];
    for (size_t i = 0; i < landscape->coordinates; i++) {
        box[i][0] = box[i][1] = landscape_minimum(landscape, 0)->x[i];
        for (size_t b = 1; b < landscape->minima; b++) {
            box[i][0] = fmin(box[i][0], landscape_minimum(landscape, b)->x[i]);
            box[i][1] = fmax(box[i][1], landscape_minimum(landscape, b)->x[i]);
        }
        if (isfinite(landscape->range[i][0]))
            box[i][0] = landscape->range[i][0];
        if (isfinite(landscape->range[i][1]))
            box[i][1] = landscape->range[i][1];
    }
    if (landscape_is_noisy(landscape, (const double(*)[2])box, at))
        return SGDL_OK;
    node = node ? node : reading_get(self, key_potential.name);
    if (landscape->coordinates > 1)
        return node_fail(self->error, node,
                         "Sigma is not above 0 at x = %.6g, y = %.6g, allowed: above 0 everywhere",
                         at[0], at[1]);
    return node_fail(self->error, node,
                     "Sigma is %.6g at x = %.6g, allowed: above 0 everywhere in the box",
                     landscape_sigma(landscape, 0, at), at[0]);
}

/* What starts all over the plane have not found is not known to be a basin. */
static int check_whole(const reading_t *self)
{
    const landscape_t *landscape = &self->problem->landscape;
    if (landscape->whole)
        return SGDL_OK;
    return node_fail(self->error, reading_get(self, key_potential.name),
                     "has critical points too close together to be told apart, or not isolated: "
                     "%zu were found, and not all; allowed: also a smaller box, without them",
                     landscape->critical_count);
}

/* A box that is found needs a loss that grows on all sides. */
static int check_confining(const reading_t *self)
{
    if (self->problem->landscape.confining)
        return SGDL_OK;
    return node_fail(self->error, reading_get(self, key_potential.name),
                     "does not confine: there is no stationary density; allowed: a loss that grows "
                     "on all sides, or a box");
}

static int clip(reading_t *self, const node_t *node)
{
    sgdl_problem_t *problem = self->problem;
    sgdl_error_t local = {0};
    int status = read_box(self, node);
    if (status == SGDL_OK)
        status = check_known(self, node);
    if (status != SGDL_OK)
        return status;
    status = landscape_clip(&problem->landscape, problem->box, &local);
    return status == SGDL_OK ? SGDL_OK : fail_at(self, node, status, &local);
}

static int box_read(reading_t *self, const problem_key_t *key)
{
    sgdl_problem_t *problem = self->problem;
    const node_t *node = reading_get(self, key->name);
    const bool found = !node || (node->kind == NODE_SCALAR && strcmp(node->text, "auto") == 0);
    for (size_t i = 0; i < LANDSCAPE_COORDINATES; i++)
        problem->box[i][0] = problem->box[i][1] = NAN;
    int status = found ? check_confining(self) : clip(self, node);
    if (status == SGDL_OK)
        status = check_whole(self);
    return status == SGDL_OK ? check_noise(self) : status;
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
    {{"box", NULL, 0, "A,B",
      "where a landscape ends, with reflecting walls; in two coordinates [[A,B],[C,D]] [auto]"},
     "box",
     FORM_LIST,
     NULL},
    {.path = NULL}};

const problem_key_t key_box = {.name = "box", .flags = box_flags, .read = box_read, .put = box_put};

static int cells_read(reading_t *self, const problem_key_t *key)
{
    char found[NODE_FOUND_SIZE];
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
        return node_fail(self->error, node, "found %s, allowed: a list of two such as [200, 120]",
                         node_found(node, found));
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
    {{"cells", NULL, 0, "N", "cells of a landscape, in two coordinates N,M [1600; 200,120]"},
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
