#include "src/problem/labels.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/text.h"
#include "src/problem/committee.h"
#include "src/problem/keys.h"
#include "src/problem/problem.h"

/* Of a target for least squares: its square is still a number. */
static const double LABEL_MOST = 1e100;

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
                         "the labels of %zu classes are missing, allowed: %s loss: softmax or "
                         "encoding: one-hot, where they are 1, 2, ...",
                         problem->classes,
                         self->counted ? "2 classes, or" : "'label' in every class, or");
    for (size_t i = 0; i < problem->classes; i++)
        problem->label[i] = problem->loss->standard_label[i];
    return SGDL_OK;
}

/* "0 or 1" */
static const char *labels_of(const sgdl_loss_t *loss, char *list, size_t room)
{
    size_t used = 0;
    list[0] = '\0';
    for (size_t k = 0; k < loss->label_count && used < room; k++) {
        char label[TEXT_NUMBER_SIZE];
        text_shortest(loss->labels[k], label);
        used += (size_t)snprintf(list + used, room - used, "%s%s",
                                 k == 0                      ? ""
                                 : k + 1 < loss->label_count ? ", "
                                                             : " or ",
                                 label);
    }
    return list;
}

static int read_label(const sgdl_problem_t *problem, const node_t *node, double *label,
                      sgdl_error_t *error)
{
    const sgdl_loss_t *loss = problem->loss;
    char found[NODE_FOUND_SIZE], list[128];
    if (problem->one_hot)
        return value_integer(node, 1.0, (double)problem->classes, label, error);
    const range_t range = {.lower = -LABEL_MOST, .upper = LABEL_MOST};
    if (!loss->labels)
        return value_number(node, range, label, error);
    int status = value_number(node, range, label, NULL);
    for (size_t k = 0; status == SGDL_OK && k < loss->label_count; k++)
        if (*label == loss->labels[k])
            return SGDL_OK;
    return node_fail(error, node, "found %s, allowed %s (%s)", node_found(node, found),
                     labels_of(loss, list, sizeof list), loss->name);
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
    if (labels < 2 && problem->loss->only_one_hot && problem->model == &model_fixed_data)
        return node_fail(self->error, reading_get(self, "classes"),
                         "found one label with loss: %s on a fixed data set, allowed two or more",
                         problem->loss->name);
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

/* With a teacher classes have no label of their own: one stands for all of them, which nobody looks
 * at. */
static int teacher_labels(sgdl_problem_t *problem, sgdl_error_t *error)
{
    problem->target = calloc(1, sizeof *problem->target);
    if (!problem->target)
        return sgdl_fail_memory(error);
    problem->targets.labels = 1;
    problem->targets.outputs =
        problem->loss == &sgdl_loss_committee ? problem->committee.student.hidden : 1;
    problem->targets.target = problem->target;
    return SGDL_OK;
}

int labels_read(reading_t *self)
{
    if (committee_is_stated(self->root) && !teacher_is_stated(self->root))
        return node_fail(self->error, reading_get(self, key_loss.name),
                         "found %s without a teacher, allowed with teacher: {signals: [FAMILY, "
                         "...]}",
                         sgdl_loss_committee.name);
    if (teacher_is_stated(self->root))
        return teacher_labels(self->problem, self->error);
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
    return status;
}

static int noise_read(reading_t *self, const problem_key_t *key)
{
    sgdl_targets_t *targets = &self->problem->targets;
    const node_t *node = reading_get(self, key->name);
    const range_t range = {.lower = 0.0, .upper = 1.0, .upper_open = true};
    if (!node)
        return SGDL_OK;
    int status = value_number(node, range, &targets->noise, self->error);
    if (status == SGDL_OK && targets->noise > 0.0 && self->problem->has_teacher)
        return node_fail(self->error, node, "found %s beside a teacher, allowed 0; %s", node->text,
                         self->problem->teacher.labels == TEACHER_LINEAR
                             ? "the noise of linear labels is teacher.noise"
                             : "labels are as noisy as teacher.steepness makes them");
    if (status == SGDL_OK && targets->noise > 0.0 && targets->labels < 2)
        return node_fail(self->error, node,
                         "found %s with one label in all, allowed 0 unless "
                         "there are two labels or more",
                         node->text);
    return status;
}

static void noise_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                      const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    text_put_number(out, problem->targets.noise);
}

static const key_flag_t flags[] = {
    {{"label-noise", NULL, 0, "P", "probability that a label is replaced by another one [0]"},
     "label_noise",
     FORM_SCALAR,
     NULL},
    {.path = NULL}};
static const key_axis_t axes[] = {{"label_noise", "label noise"}, {.path = NULL}};

const problem_key_t key_label_noise = {.name = "label_noise",
                                       .flags = flags,
                                       .read = noise_read,
                                       .put = noise_put,
                                       .axes = axes,
                                       .caption = "label noise",
                                       .usual = "0"};
