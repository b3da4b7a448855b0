/* The classes: weights, covariances and means; their labels are in labels.c. */
#include "src/problem/keys.h"
#include "src/problem/labels.h"
#include "src/problem/problem.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "spectra/families/tables.h"
#include "src/base/text.h"
#include "src/problem/class_weights.h"
#include "src/problem/flags.h"

/* One-hot targets take C^2 numbers. */
enum { CLASSES_MAX = 4096 };

static const double weight_sum_slack = 1e-9;

static int allocate_entries(reading_t *self, size_t classes)
{
    self->problem->classes = classes;
    self->entry = calloc(classes, sizeof *self->entry);
    return self->entry ? SGDL_OK : sgdl_fail_memory(self->error);
}

/* {count: 100, weights: zipf:1.1, covariance: ..., mean: ...}: all of them alike. */
static int read_count(reading_t *self, node_t *map)
{
    static const char *const keys[] = {"count", "weights", "covariance", "mean"};
    double count;
    int status = value_map(map, "{count: 100, weights: uniform}", keys, sizeof keys / sizeof *keys,
                           self->error);
    if (status != SGDL_OK)
        return status;
    const node_t *number = node_get(map, "count");
    if (!number)
        return node_fail(self->error, map,
                         "the key 'count' is missing, allowed a map with the number of classes, "
                         "such as {count: 100, weights: uniform}, or a list of one map a class");
    status = value_integer(number, 1.0, CLASSES_MAX, &count, self->error);
    if (status != SGDL_OK)
        return status;
    self->counted = map;
    self->problem->counted = true;
    status = class_weights_read(self, node_get(map, "weights"));
    return status == SGDL_OK ? allocate_entries(self, (size_t)count) : status;
}

static int find_entries(reading_t *self)
{
    static const char *const keys[] = {"weight", "label", "covariance", "mean"};
    static const char example[] = "{weight: 0.5, mean: {family: constant}}";
    node_t *list = reading_get(self, "classes");
    char found[NODE_FOUND_SIZE];
    size_t classes = default_classes(self->root);
    if (list && list->kind == NODE_MAP)
        return read_count(self, list);
    if (list) {
        if (list->kind != NODE_LIST || list->children == 0)
            return node_fail(self->error, list,
                             "found %s, allowed a list of one or more maps "
                             "such as [%s], or {count: 100}",
                             node_found(list, found), example);
        if (list->children > CLASSES_MAX)
            return node_fail(self->error, list, "found %zu classes, allowed up to %d",
                             list->children, (int)CLASSES_MAX);
        classes = list->children;
    }
    int status = allocate_entries(self, classes);
    if (status != SGDL_OK)
        return status;
    for (node_t *entry = list ? list->first : NULL; entry; entry = entry->next) {
        status = value_map(entry, example, keys, sizeof keys / sizeof *keys, self->error);
        if (status != SGDL_OK)
            return status;
        self->entry[entry->index] = entry;
    }
    return SGDL_OK;
}

static int allocate(reading_t *self)
{
    sgdl_problem_t *problem = self->problem;
    size_t classes = problem->classes + PROBLEM_SIGNALS; /* room for signals */
    problem->weight = calloc(classes, sizeof *problem->weight);
    problem->label = calloc(classes, sizeof *problem->label);
    problem->label_index = calloc(classes, sizeof *problem->label_index);
    problem->covariance = calloc(classes, sizeof *problem->covariance);
    problem->mean = calloc(classes, sizeof *problem->mean);
    if (!problem->weight || !problem->label || !problem->label_index || !problem->covariance ||
        !problem->mean)
        return sgdl_fail_memory(self->error);
    return SGDL_OK;
}

static double sum(const double *values, size_t count)
{
    double total = 0.0;
    for (size_t i = 0; i < count; i++)
        total += values[i];
    return total;
}

static int read_weights(reading_t *self)
{
    sgdl_problem_t *problem = self->problem;
    size_t classes = problem->classes, stated = 0;
    const node_t *last = NULL;
    if (self->counted) {
        class_weights_fill(problem);
        return SGDL_OK;
    }
    for (size_t i = 0; i < classes; i++)
        stated += reading_class(self, i, "weight") != NULL;
    for (size_t i = 0; i < classes; i++) {
        const node_t *node = reading_class(self, i, "weight");
        problem->weight[i] = 1.0 / (double)classes;
        if (node) {
            const range_t range = {.lower = 0.0, .upper = 1.0, .lower_open = true};
            int status = value_number(node, range, &problem->weight[i], self->error);
            if (status != SGDL_OK)
                return status;
            last = node;
        } else if (stated > 0 && classes != 2) {
            return node_fail(self->error, self->entry[i],
                             "the key 'weight' is missing, allowed: stated in every class or in "
                             "none");
        }
    }
    double total = sum(problem->weight, classes);
    if (last && !(fabs(total - 1.0) <= weight_sum_slack))
        return node_fail(self->error, last, "the weights sum to %.12g, allowed 1 (within 1e-9)",
                         total);
    /* What is off by rounding alone stays as stated, so that a written problem reads the same. */
    if (fabs(total - 1.0) > DBL_EPSILON * (double)(classes + 2))
        for (size_t i = 0; i < classes; i++)
            problem->weight[i] /= total;
    return SGDL_OK;
}

static sgdl_spec_t standard(const family_table_t *table, const char *name)
{
    return sgdl_spec_default(family_find(table, name, strlen(name)));
}

int mean_read(reading_t *self, const node_t *node, const family_table_t *table,
              const family_scope_t *scope, sgdl_mean_t *mean)
{
    mean->on[0] = 0.0;
    mean->on[1] = 1.0;
    int status = family_read(node, table, scope, &mean->spec, self->error);
    const node_t *on = status != SGDL_OK ? NULL : node_get(node, table->common);
    const range_t unit = {.lower = 0.0, .upper = 1.0};
    return on ? value_interval(on, unit, mean->on, self->error) : status;
}

static int read_mean(reading_t *self, size_t index, const family_scope_t *scope)
{
    sgdl_mean_t *mean = &self->problem->mean[index];
    const node_t *node = reading_class(self, index, "mean");
    if (node)
        return mean_read(self, node, &mean_table, scope, mean);
    mean->on[0] = 0.0;
    mean->on[1] = 1.0;
    mean->spec =
        standard(&mean_table, self->counted ? "gaussian" : default_mean(index, scope->classes));
    sgdl_setting_t *of = family_setting(&mean->spec, "of");
    if (of) {
        of->number[0] = 1.0;
        of->count = 1;
    }
    return SGDL_OK;
}

static int read_members(reading_t *self, size_t index)
{
    sgdl_spec_t *covariance = &self->problem->covariance[index];
    const family_scope_t scope = {
        .classes = self->problem->classes, .own = index + 1, .folder = self->folder};
    const node_t *node = reading_class(self, index, "covariance");
    int status = SGDL_OK;
    if (node)
        status = family_read(node, &covariance_table, &scope, covariance, self->error);
    else
        *covariance = standard(&covariance_table, "isotropic");
    return status != SGDL_OK ? status : read_mean(self, index, &scope);
}

/* The key of the class that lends its mean, or NULL. */
static const sgdl_key_t *lender_key(const sgdl_mean_t *mean)
{
    const sgdl_family_t *family = mean->spec.family;
    for (size_t i = 0; i < family->key_count; i++)
        if (family->keys[i].kind == SGDL_KEY_CLASS)
            return &family->keys[i];
    return NULL;
}

/* The 0-based class that lends class i its mean, or i itself. */
static size_t lender(const sgdl_problem_t *problem, size_t i)
{
    const sgdl_key_t *key = lender_key(&problem->mean[i]);
    return key ? (size_t)sgdl_spec_number(&problem->mean[i].spec, key->name) - 1 : i;
}

static int fail_cycle(const reading_t *self, size_t i)
{
    const node_t *mean = reading_class(self, i, "mean");
    const char *name = lender_key(&self->problem->mean[i])->name;
    const node_t *node = mean ? node_get(mean, name) : NULL;
    return node_fail(self->error, node ? node : self->root,
                     "the mean of class %zu is taken from other classes in a cycle, allowed a "
                     "chain that ends in a class with a mean of its own",
                     i + 1);
}

/* Every chain of `opposite` and `same` has to end in a mean of its own. Each class is passed once:
 * chains that meet one that is known to end do too. */
static int check_chains(const reading_t *self)
{
    const sgdl_problem_t *problem = self->problem;
    bool *ends = calloc(problem->classes, sizeof *ends);
    int status = ends ? SGDL_OK : sgdl_fail_memory(self->error);
    for (size_t i = 0; i < problem->classes && status == SGDL_OK; i++) {
        size_t at = i, steps = 0;
        for (; !ends[at] && lender(problem, at) != at && status == SGDL_OK;
             at = lender(problem, at))
            if (++steps > problem->classes)
                status = fail_cycle(self, i);
        for (at = i; status == SGDL_OK && !ends[at]; at = lender(problem, at))
            ends[at] = true;
    }
    free(ends);
    return status;
}

static int classes_read(reading_t *self, const problem_key_t *key)
{
    (void)key;
    int status = find_entries(self);
    if (status == SGDL_OK)
        status = allocate(self);
    if (status == SGDL_OK)
        status = read_weights(self);
    for (size_t i = 0; i < self->problem->classes && status == SGDL_OK; i++)
        status = read_members(self, i);
    if (status == SGDL_OK)
        status = check_chains(self);
    return status != SGDL_OK ? status : labels_read(self);
}

void mean_put(FILE *out, const sgdl_mean_t *mean)
{
    family_put(out, &mean_table, &mean->spec);
    if (mean->on[0] > 0.0 || mean->on[1] < 1.0) {
        (void)fprintf(out, ", %s: ", mean_table.common);
        text_put_numbers(out, mean->on, 2);
    }
    (void)fputc('}', out);
}

static void classes_put(FILE *out, const problem_key_t *key, const sgdl_problem_t *problem,
                        const sgdl_plan_t *plan)
{
    (void)key, (void)plan;
    if (problem->counted) {
        (void)fprintf(out, "{count: %zu, weights: ", problem->classes);
        class_weights_put(out, problem);
        (void)fputs(", covariance: ", out);
        family_put(out, &covariance_table, &problem->covariance[0]);
        (void)fputs("}, mean: ", out);
        mean_put(out, &problem->mean[0]);
        (void)fputc('}', out);
        return;
    }
    for (size_t i = 0; i < problem->classes; i++) {
        (void)fputs(i ? ", {weight: " : "[{weight: ", out);
        text_put_number(out, problem->weight[i]);
        if (!problem->has_teacher) {
            (void)fputs(", label: ", out);
            text_put_number(out, problem->label[i]);
        }
        (void)fputs(", covariance: ", out);
        family_put(out, &covariance_table, &problem->covariance[i]);
        (void)fputs("}, mean: ", out);
        mean_put(out, &problem->mean[i]);
        (void)fputc('}', out);
    }
    (void)fputc(']', out);
}

static const key_flag_t flags[] = {
    {{"class-count", NULL, 0, "N",
      "so many classes alike, with means drawn each on its own [two stated classes]"},
     "classes.count",
     FORM_SCALAR,
     NULL},
    {{"class-weights", NULL, 0, "LAW",
      "with --class-count: uniform, or zipf:exponent=A, p_i of i^-A [uniform]"},
     "classes.weights",
     FORM_SCALAR,
     NULL},
    {{"weight", NULL, 0, "P", "a class's probability, once a class [equal]"},
     "weight",
     FORM_CLASS,
     NULL},
    {{"label", NULL, 0, "Y",
      "a class's label, once a class [1 and 0; least-squares: 1 and -1; one-hot: 1, 2, ...]"},
     "label",
     FORM_CLASS,
     NULL},
    {{"covariance", NULL, 0, "FAMILY",
      "name:key=value,...; once for all classes or once a class [isotropic]"},
     "covariance",
     FORM_FAMILY,
     &covariance_table},
    {{"mean", NULL, 0, "FAMILY",
      "name:key=value,...; once for class 1 and all that are not opposite or same, or once a "
      "class [two classes: constant and its opposite; else zero]"},
     "mean",
     FORM_FAMILY,
     &mean_table},
    {.path = NULL}};
static const key_axis_t axes[] = {{"classes.count", "number of classes C"},
                                  {"classes.weights.exponent", "exponent of the class weights"},
                                  {"classes.*.covariance.exponent", "covariance exponent α"},
                                  {"classes.*.mean.exponent", "mean exponent β"},
                                  {"classes.1.mean.exponent", "mean exponent β"},
                                  {.path = NULL}};

const problem_key_t key_classes = {.name = "classes",
                                   .flags = flags,
                                   .read = classes_read,
                                   .put = classes_put,
                                   .axes = axes,
                                   .caption = "classes"};
