#include "src/problem/class_weights.h"

#include <math.h>
#include <string.h>

#include "src/base/text.h"

static const char uniform[] = "uniform", zipf[] = "zipf", exponent_key[] = "exponent";
static const char allowed[] = "uniform, zipf:EXPONENT or {family: zipf, exponent: 1.1}";
/* Beyond it the second class already has next to nothing; within it none has weight 0. */
static const double EXPONENT_MOST = 30;

static int fail_weights(reading_t *self, const node_t *node)
{
    char found[NODE_FOUND_SIZE];
    return node_fail(self->error, node, "found %s, allowed %s", node_found(node, found), allowed);
}

static int read_exponent(reading_t *self, const node_t *node)
{
    const range_t range = {.lower = 0.0, .upper = EXPONENT_MOST};
    return value_number(node, range, &self->problem->zipf, self->error);
}

/* zipf:1.1, and zipf:exponent=1.1 as flags have it. */
static int read_word(reading_t *self, node_t *node)
{
    const size_t length = strlen(zipf);
    if (strcmp(node->text, uniform) == 0)
        return SGDL_OK;
    if (strncmp(node->text, zipf, length) != 0 || node->text[length] != ':')
        return fail_weights(self, node);
    const char *number = node->text + length + 1;
    const size_t name = strlen(exponent_key);
    if (strncmp(number, exponent_key, name) == 0 && number[name] == '=')
        number += name + 1;
    node_t *exponent;
    int status = tree_scalar(self->tree, number, strlen(number),
                             (place_t){node->source, node->line}, &exponent, self->error);
    return status == SGDL_OK ? read_exponent(self, exponent) : status;
}

static int read_map(reading_t *self, node_t *node)
{
    static const char *const keys[] = {"family", "exponent"};
    int status = value_map(node, "{family: zipf, exponent: 1.1}", keys, 2, self->error);
    const node_t *family = status == SGDL_OK ? node_get(node, "family") : NULL;
    const node_t *exponent = status == SGDL_OK ? node_get(node, exponent_key) : NULL;
    if (status != SGDL_OK)
        return status;
    if (family ? family->kind != NODE_SCALAR : !exponent)
        return fail_weights(self, node);
    if (!family) /* an exponent is zipf's alone */
        return read_exponent(self, exponent);
    if (strcmp(family->text, uniform) == 0 && !exponent)
        return SGDL_OK;
    if (strcmp(family->text, zipf) != 0)
        return fail_weights(self, family);
    if (!exponent)
        return node_fail(self->error, node, "the key 'exponent' is missing, allowed %s", allowed);
    return read_exponent(self, exponent);
}

int class_weights_read(reading_t *self, node_t *weights)
{
    self->problem->zipf = 0;
    if (!weights)
        return SGDL_OK;
    if (weights->kind == NODE_SCALAR)
        return read_word(self, weights);
    return weights->kind == NODE_MAP ? read_map(self, weights) : fail_weights(self, weights);
}

void class_weights_fill(sgdl_problem_t *problem)
{
    const size_t C = problem->classes;
    double total = 0;
    for (size_t i = C; i-- > 0;) /* the small ones first */
        total += problem->weight[i] = pow((double)(i + 1), -problem->zipf);
    for (size_t i = 0; i < C; i++)
        problem->weight[i] /= total;
}

void class_weights_put(FILE *out, const sgdl_problem_t *problem)
{
    if (problem->zipf == 0) {
        (void)fputs(uniform, out);
        return;
    }
    (void)fprintf(out, "%s:", zipf);
    text_put_number(out, problem->zipf);
}
