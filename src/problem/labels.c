#include "src/problem/reading.h"

#include <math.h>
#include <stdlib.h>

#include "src/tree/value.h"

/* Of a target for least squares: its square is still a number. */
static const double LABEL_MOST = 1e100;

static bool is_logistic(const sgdl_problem_t *problem)
{
    return problem->loss == &sgdl_loss_logistic;
}

/* The labels of classes that state none. */
static int standard_labels(reading_t *self)
{
    sgdl_problem_t *problem = self->problem;
    if (problem->one_hot) {
        for (size_t i = 0; i < problem->classes; i++)
            problem->label[i] = (double)(i + 1);
        return SGDL_OK;
    }
    if (problem->classes > 2)
        return node_fail(self->error, reading_get(self, "classes"),
                         "the labels of %zu classes are missing, allowed: 'label' in every class",
                         problem->classes);
    problem->label[0] = 1.0;
    if (problem->classes == 2)
        problem->label[1] = is_logistic(problem) ? 0.0 : -1.0;
    return SGDL_OK;
}

static int read_label(const sgdl_problem_t *problem, const node_t *node, double *label,
                      sgdl_error_t *error)
{
    char found[NODE_FOUND_SIZE];
    if (problem->one_hot)
        return value_integer(node, 1.0, (double)problem->classes, label, error);
    if (!is_logistic(problem))
        return value_number(node, (range_t){.lower = -LABEL_MOST, .upper = LABEL_MOST}, label,
                            error);
    int status = value_number(node, (range_t){.upper = 1.0}, label, NULL);
    if (status != SGDL_OK || (*label > 0.0 && *label < 1.0))
        return node_fail(error, node, "found %s, allowed 0 or 1 (logistic)",
                         node_found(node, found));
    return SGDL_OK;
}

static int stated_labels(reading_t *self)
{
    sgdl_problem_t *problem = self->problem;
    size_t stated = 0;
    for (size_t i = 0; i < problem->classes; i++)
        stated += reading_class(self, i, "label") != NULL;
    if (stated == 0)
        return standard_labels(self);
    for (size_t i = 0; i < problem->classes; i++) {
        const node_t *node = reading_class(self, i, "label");
        if (!node)
            return node_fail(self->error, self->entry[i],
                             "the key 'label' is missing, allowed: stated in every class or in "
                             "none");
        int status = read_label(problem, node, &problem->label[i], self->error);
        if (status != SGDL_OK)
            return status;
    }
    return SGDL_OK;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The distinct labels in increasing order, and which of them each class has. */
static void index_labels(sgdl_problem_t *problem, double *distinct, size_t *count)
{
    for (size_t i = 0; i < problem->classes; i++)
        distinct[i] = problem->label[i];
    qsort(distinct, problem->classes, sizeof *distinct, compare);
    size_t kept = 1;
    for (size_t i = 1; i < problem->classes; i++)
        if (distinct[i] > distinct[kept - 1])
            distinct[kept++] = distinct[i];
    for (size_t i = 0; i < problem->classes; i++) {
        const double *place =
            bsearch(&problem->label[i], distinct, kept, sizeof *distinct, compare);
        problem->label_index[i] = (size_t)(place - distinct);
    }
    *count = kept;
}

static int make_targets(reading_t *self, const double *distinct, size_t labels)
{
    sgdl_problem_t *problem = self->problem;
    size_t outputs = problem->one_hot ? labels : 1;
    for (size_t k = 0; k < labels && problem->one_hot; k++)
        if (distinct[k] > (double)(k + 1))
            return node_fail(self->error, reading_get(self, "classes"),
                             "no class has label %zu, allowed one-hot labels that cover 1 to the "
                             "largest",
                             k + 1);
    /* At most CLASSES_MAX each: no overflow. */
    problem->target = calloc(labels * outputs, sizeof *problem->target);
    if (!problem->target)
        return sgdl_fail_memory(self->error);
    for (size_t k = 0; k < labels; k++)
        problem->target[problem->one_hot ? k * outputs + k : k] =
            problem->one_hot ? 1.0 : distinct[k];
    problem->targets.outputs = outputs;
    problem->targets.labels = labels;
    problem->targets.target = problem->target;
    return SGDL_OK;
}

static int read_noise(reading_t *self)
{
    sgdl_targets_t *targets = &self->problem->targets;
    const node_t *node = reading_get(self, "label_noise");
    const range_t range = {.lower = 0.0, .upper = 1.0, .upper_open = true};
    if (!node)
        return SGDL_OK;
    int status = value_number(node, range, &targets->noise, self->error);
    if (status == SGDL_OK && targets->noise > 0.0 && targets->labels < 2)
        return node_fail(self->error, node,
                         "found %s with one label in all, allowed 0 unless "
                         "there are two labels or more",
                         node->text);
    return status;
}

int labels_read(reading_t *self)
{
    int status = stated_labels(self);
    if (status != SGDL_OK)
        return status;
    double *distinct = calloc(self->problem->classes, sizeof *distinct);
    if (!distinct)
        return sgdl_fail_memory(self->error);
    size_t labels;
    index_labels(self->problem, distinct, &labels);
    status = make_targets(self, distinct, labels);
    free(distinct);
    return status != SGDL_OK ? status : read_noise(self);
}
