/* A problem stated and edited by a program: what is set goes into the statement, which is read
 * again when it is needed. */
#include <stdio.h>

#include "src/problem/assignments.h"
#include "src/problem/flags.h"
#include "src/problem/problem.h"

static int set(sgdl_problem_t *self, assignment_t what, sgdl_error_t *error)
{
    statement_t *stated;
    what.verbatim = true;
    int status = problem_edit(self, &stated, error);
    return status == SGDL_OK ? assignment_set(&stated->tree, stated->root, &what, error) : status;
}

int sgdl_problem_set(sgdl_problem_t *self, const char *key, const char *text, sgdl_error_t *error)
{
    return set(self, (assignment_t){.key = key, .text = text}, error);
}

int sgdl_problem_set_number(sgdl_problem_t *self, const char *key, double value,
                            sgdl_error_t *error)
{
    char text[TEXT_NUMBER_SIZE];
    assignment_number(value, text);
    return set(self, (assignment_t){.key = key, .text = text}, error);
}

int sgdl_problem_set_numbers(sgdl_problem_t *self, const char *key, const double *values,
                             size_t count, sgdl_error_t *error)
{
    return set(self, (assignment_t){.key = key, .values = values, .count = count}, error);
}

int sgdl_problem_set_classes(sgdl_problem_t *self, size_t classes, sgdl_error_t *error)
{
    statement_t *stated;
    int status = problem_edit(self, &stated, error);
    if (status != SGDL_OK)
        return status;
    tree_t *tree = &stated->tree;
    const node_t *old = node_get(stated->root, "classes");
    const node_t *entry = old && old->kind == NODE_LIST ? old->first : NULL;
    node_t *list, *map;
    status = tree_node(tree, NODE_LIST, (place_t){"classes", 0}, &list, error);
    for (size_t i = 0; i < classes && status == SGDL_OK; i++) {
        status = entry ? tree_copy(tree, NULL, entry, &map, error)
                       : tree_node(tree, NODE_MAP, (place_t){"classes", 0}, &map, error);
        entry = entry ? entry->next : NULL;
        if (status == SGDL_OK)
            node_append(list, map);
    }
    return status == SGDL_OK ? node_replace(tree, stated->root, "classes", list, error) : status;
}

/* One number a class. */
static int set_each(sgdl_problem_t *self, const char *key, const double *values, size_t count,
                    sgdl_error_t *error)
{
    statement_t *stated;
    node_t *classes;
    int status = problem_edit(self, &stated, error);
    if (status == SGDL_OK)
        status = find_classes(&stated->tree, stated->root, default_classes(stated->root), &classes,
                              error);
    if (status != SGDL_OK)
        return status;
    if (!classes || classes->children != count)
        return sgdl_fail(error, SGDL_ERR_INPUT, "classes",
                         "found %zu numbers for %zu classes, allowed one a class", count,
                         classes ? classes->children : 0);
    for (size_t i = 0; i < count && status == SGDL_OK; i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "classes.%zu.%s", i + 1, key);
        status = sgdl_problem_set_number(self, path, values[i], error);
    }
    return status;
}

int sgdl_problem_set_weights(sgdl_problem_t *self, const double *weights, size_t classes,
                             sgdl_error_t *error)
{
    return set_each(self, "weight", weights, classes, error);
}

int sgdl_problem_set_labels(sgdl_problem_t *self, const double *labels, size_t classes,
                            sgdl_error_t *error)
{
    return set_each(self, "label", labels, classes, error);
}

static int set_data(sgdl_problem_t *self, const char *key, const double *values, size_t count,
                    sgdl_error_t *error)
{
    const data_item_t *item;
    if (!self)
        return sgdl_fail_memory(error);
    int status = data_add(&self->data, values, count, &item, error);
    return status == SGDL_OK ? set(self, (assignment_t){.key = key, .data = item}, error) : status;
}

static int set_member(sgdl_problem_t *self, size_t class_number, const char *member,
                      const double *values, size_t count, sgdl_error_t *error)
{
    char path[64];
    if (class_number > 0)
        (void)snprintf(path, sizeof path, "classes.%zu.%s", class_number, member);
    else
        (void)snprintf(path, sizeof path, "classes.*.%s", member);
    return set_data(self, path, values, count, error);
}

int sgdl_problem_set_eigenvalues(sgdl_problem_t *self, size_t class_number,
                                 const double *eigenvalues, size_t dimension, sgdl_error_t *error)
{
    return set_member(self, class_number, "covariance", eigenvalues, dimension, error);
}

int sgdl_problem_set_mean(sgdl_problem_t *self, size_t class_number, const double *mean,
                          size_t dimension, sgdl_error_t *error)
{
    return set_member(self, class_number, "mean", mean, dimension, error);
}

int sgdl_problem_set_signal(sgdl_problem_t *self, const double *signal, size_t dimension,
                            sgdl_error_t *error)
{
    return set_data(self, "teacher.signal", signal, dimension, error);
}

int sgdl_problem_set_start(sgdl_problem_t *self, const double *start, size_t count,
                           sgdl_error_t *error)
{
    return set_data(self, "start", start, count, error);
}
