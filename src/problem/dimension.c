#include "src/problem/reading.h"

#include <math.h>
#include <string.h>

#include "src/base/numbers.h"
#include "src/tree/value.h"

/* Counts the numbers of a class's file. */
static int count_numbers(const reading_t *self, const node_t *node, const char *path,
                         bool eigenvalues, size_t *count)
{
    numbers_t numbers;
    int status = numbers_read(&numbers, path, eigenvalues ? 0.0 : -INFINITY, 1, self->error);
    *count = numbers.count;
    numbers_free(&numbers);
    if (status == SGDL_OK && (double)*count > SGDL_DIMENSION_MAX)
        return node_fail(self->error, node, "'%s' holds %zu numbers, allowed up to %.0f", path,
                         *count, SGDL_DIMENSION_MAX);
    return status;
}

/* *setter is the file that set the dimension, for the message about one that does not fit; NULL
 * where it is stated or not known yet. */
static int fit_file(reading_t *self, const node_t *node, const char *path, bool eigenvalues,
                    const char **setter)
{
    double *dimension = &self->problem->dimension;
    size_t count;
    if (isinf(*dimension))
        return node_fail(self->error, node,
                         "found a file with dimension: inf, allowed a finite dimension, or none "
                         "stated: the file's numbers, one a direction, set it");
    int status = count_numbers(self, node, path, eigenvalues, &count);
    if (status != SGDL_OK)
        return status;
    if (isnan(*dimension)) {
        *dimension = (double)count;
        *setter = path;
    }
    if (*dimension == (double)count)
        return SGDL_OK;
    const char *what = eigenvalues ? "eigenvalues" : "coordinates of mu";
    if (*setter)
        return node_fail(self->error, node,
                         "'%s' holds %zu numbers, allowed %.0f %s, one a direction as in '%s'",
                         path, count, *dimension, what, *setter);
    return node_fail(self->error, node,
                     "'%s' holds %zu numbers, allowed %.0f %s, one a direction (the dimension; "
                     "where none is stated a file sets it)",
                     path, count, *dimension, what);
}

static int fit_member(reading_t *self, size_t index, const char *name, const sgdl_spec_t *spec,
                      const char **setter)
{
    const node_t *member = reading_class(self, index, name);
    int status = SGDL_OK;
    for (size_t i = 0; member && i < spec->family->key_count && status == SGDL_OK; i++) {
        const node_t *node = node_get(member, spec->family->keys[i].name);
        if (node && spec->family->keys[i].kind == SGDL_KEY_PATH)
            status = fit_file(self, node, spec->setting[i].path, strcmp(name, "covariance") == 0,
                              setter);
    }
    return status;
}

static int read_stated(const reading_t *self)
{
    const node_t *node = reading_get(self, "dimension");
    double *dimension = &self->problem->dimension;
    char found[NODE_FOUND_SIZE];
    *dimension = NAN;
    if (!node)
        return SGDL_OK;
    if (node->kind == NODE_SCALAR &&
        (strcmp(node->text, "inf") == 0 || strcmp(node->text, ".inf") == 0)) {
        *dimension = INFINITY;
        return SGDL_OK;
    }
    if (value_integer(node, 1.0, SGDL_DIMENSION_MAX, dimension, NULL))
        return node_fail(self->error, node, "found %s, allowed an integer from 1 to %.0f, or inf",
                         node_found(node, found), SGDL_DIMENSION_MAX);
    return SGDL_OK;
}

int dimension_read(reading_t *self)
{
    sgdl_problem_t *problem = self->problem;
    const char *setter = NULL;
    int status = read_stated(self);
    for (size_t i = 0; i < problem->classes && status == SGDL_OK; i++) {
        status = fit_member(self, i, "covariance", &problem->covariance[i], &setter);
        if (status == SGDL_OK)
            status = fit_member(self, i, "mean", &problem->mean[i].spec, &setter);
    }
    if (isnan(problem->dimension))
        problem->dimension = INFINITY;
    return status;
}
