#include "src/problem/plan.h"
#include "src/problem/problem.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/fail_reading.h"
#include "src/base/file_name.h"
#include "src/problem/assignments.h"
#include "src/problem/files.h"
#include "src/problem/flags.h"
#include "src/problem/keys.h"
#include "src/problem/reading.h"
#include "src/schedule/source.h"
#include "src/tree/value.h"
#include "src/tree/yaml.h"

const char *const problem_keys[PROBLEM_KEYS] = {"dimension",     "loss",      "encoding", "classes",
                                                "learning_rate", "intercept", "batch",    "ridge",
                                                "label_noise",   "start",     "time",     "output",
                                                "clean_below",   "seed",      "tolerance"};

enum { LOSSES = 16 };

const node_t *reading_get(const reading_t *self, const char *key)
{
    return node_get(self->root, key);
}

const node_t *reading_class(const reading_t *self, size_t index, const char *key)
{
    return self->entry[index] ? node_get(self->entry[index], key) : NULL;
}

void problem_clear(sgdl_problem_t *self)
{
    for (size_t i = 0; i < self->classes; i++) {
        if (self->covariance)
            sgdl_spec_free(&self->covariance[i]);
        if (self->mean)
            sgdl_spec_free(&self->mean[i].spec);
    }
    for (size_t i = 0; i < self->rates; i++)
        sgdl_schedule_free(&self->learning_rate[i]);
    free(self->weight);
    free(self->label);
    free(self->label_index);
    free(self->covariance);
    free(self->mean);
    free(self->target);
    free(self->learning_rate);
    free(self->start_path);
    free(self->start);
    free(self->times);
    free(self->file);
    *self = (sgdl_problem_t){0};
}

static int read_loss(reading_t *self)
{
    static const char *const later[] = {"softmax"};
    static const char *const encodings[] = {"scalar", "one-hot"};
    const char *names[LOSSES];
    words_t words = {names, 0, later, 1};
    for (; sgdl_losses[words.count] && words.count < LOSSES; words.count++)
        names[words.count] = sgdl_losses[words.count]->name;
    const node_t *loss = reading_get(self, "loss"), *encoding = reading_get(self, "encoding");
    size_t index = 0;
    int status = SGDL_OK;
    self->problem->loss = &sgdl_loss_logistic;
    if (loss) {
        status = value_word(loss, words, &index, self->error);
        self->problem->loss = sgdl_losses[index];
    }
    if (status != SGDL_OK || !encoding)
        return status;
    status = value_word(encoding, (words_t){encodings, 2, NULL, 0}, &index, self->error);
    self->problem->one_hot = status == SGDL_OK && index == 1;
    if (self->problem->one_hot && self->problem->loss != &sgdl_loss_least_squares)
        return node_fail(self->error, encoding,
                         "found one-hot with loss: %s, allowed with least-squares only",
                         self->problem->loss->name);
    return status;
}

/* Keys that are one number each; *value holds the default. */
static int read_number(const reading_t *self, const node_t *node, range_t range, double *value)
{
    return node ? value_number(node, range, value, self->error) : SGDL_OK;
}

static int read_scalars(reading_t *self)
{
    sgdl_problem_t *problem = self->problem;
    const range_t any = {.lower = -INFINITY, .upper = INFINITY}, not_negative = {.upper = INFINITY};
    const node_t *batch = reading_get(self, "batch"), *seed = reading_get(self, "seed");
    problem->intercept = 0.0;
    problem->batch = 1.0;
    problem->ridge = 0.0;
    problem->clean_below = 1e-9;
    problem->seed = 1;
    int status = read_number(self, reading_get(self, "intercept"), any, &problem->intercept);
    if (status == SGDL_OK)
        status = read_number(self, reading_get(self, "ridge"), not_negative, &problem->ridge);
    if (status == SGDL_OK)
        status = read_number(self, reading_get(self, "clean_below"), not_negative,
                             &problem->clean_below);
    if (status == SGDL_OK && batch)
        status = value_integer(batch, 1.0, 1e9, &problem->batch, self->error);
    if (status == SGDL_OK && seed)
        status = value_seed(seed, &problem->seed, self->error);
    return status;
}

static int read_tolerance(reading_t *self)
{
    static const char *const keys[] = {"relative", "absolute"};
    sgdl_plan_t *plan = &self->problem->plan;
    const node_t *node = reading_get(self, "tolerance");
    plan->rtol = 1e-8;
    plan->atol = 1e-12;
    if (!node)
        return SGDL_OK;
    const range_t relative = {.lower = 1e-14, .upper = 0.1},
                  absolute = {.upper = INFINITY, .lower_open = true};
    int status = value_map(node, "{relative: 1e-8, absolute: 1e-12}", keys,
                           sizeof keys / sizeof *keys, self->error);
    if (status == SGDL_OK)
        status = read_number(self, node_get(node, "relative"), relative, &plan->rtol);
    if (status == SGDL_OK)
        status = read_number(self, node_get(node, "absolute"), absolute, &plan->atol);
    return status;
}

/* Fills an empty problem from the tree. */
static int read_tree(sgdl_problem_t *problem, const node_t *root, const char *folder,
                     sgdl_error_t *error)
{
    static int (*const parts[])(reading_t *) = {read_loss,      classes_read, labels_read,
                                                dimension_read, rates_read,   start_read,
                                                output_read,    read_scalars, read_tolerance};
    problem->plan = sgdl_plan_default();
    reading_t reading = {.problem = problem, .root = root, .folder = folder, .error = error};
    int status = value_map(root, "dimension: inf", problem_keys, PROBLEM_KEYS, error);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && status == SGDL_OK; i++)
        status = parts[i](&reading);
    free(reading.entry);
    return status;
}

/* The folder of a file, absolute, malloc'd; NULL: out of memory. */
static char *folder_of(const char *path)
{
    char *name = absolute_name(NULL, path);
    if (name)
        *strrchr(name, '/') = '\0';
    return name;
}

int stated_read(stated_t *self, const char *path, sgdl_error_t *error)
{
    *self = (stated_t){0};
    if (!path)
        return SGDL_OK;
    self->folder = folder_of(path);
    if (!self->folder)
        return sgdl_fail_memory(error);
    if (strcmp(path, "-") == 0)
        return source_read(&self->tree, stdin, "standard input", &self->header, error);
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return fail_reading(error, errno, path, "cannot be opened");
    int status = source_read(&self->tree, stream, path, &self->header, error);
    (void)fclose(stream);
    return status;
}

/* A word where a map is due, as a forgotten space behind a colon leaves it. */
static int fail_scalar(const node_t *root, sgdl_error_t *error)
{
    char found[NODE_FOUND_SIZE];
    return node_fail_plainly(
        error, root,
        "found %s without a ':' and a space behind a key, allowed a map such as dimension: inf",
        node_found(root, found));
}

int stated_problem(stated_t *self, sgdl_problem_t *problem, const sgdl_flag_value_t *flags,
                   size_t flag_count, sgdl_error_t *error)
{
    header_t *header = &self->header;
    int status = SGDL_OK;
    if (!problem)
        return sgdl_fail_memory(error);
    problem_clear(problem);
    if (!header->root)
        status = tree_node(&self->tree, NODE_MAP, NULL, 0, "", 0, &header->root, error);
    if (status == SGDL_OK && header->root->kind == NODE_SCALAR)
        return fail_scalar(header->root, error);
    if (status == SGDL_OK && header->root->kind == NODE_MAP)
        status = flags_apply(&self->tree, header->root, flags, flag_count, error);
    if (status == SGDL_OK)
        status = files_check(header, error); /* before what they hold is found wanting */
    if (status == SGDL_OK)
        status = read_tree(problem, header->root, self->folder, error);
    if (status == SGDL_OK)
        status = files_read(problem, error);
    if (status == SGDL_OK)
        status = files_check_named(header, problem, error);
    if (status != SGDL_OK)
        problem_clear(problem);
    return status;
}

void stated_free(stated_t *self)
{
    free(self->folder);
    tree_free(&self->tree);
    *self = (stated_t){0};
}

int sgdl_problem_read(sgdl_problem_t *self, const char *path, const sgdl_flag_value_t *flags,
                      size_t flag_count, sgdl_error_t *error)
{
    stated_t stated;
    int status = stated_read(&stated, path, error);
    if (status == SGDL_OK)
        status = stated_problem(&stated, self, flags, flag_count, error);
    stated_free(&stated);
    return status;
}

int sgdl_problem_parse(sgdl_problem_t *self, const char *text, const char *name,
                       const sgdl_flag_value_t *flags, size_t flag_count, sgdl_error_t *error)
{
    stated_t stated = {0};
    int status =
        tree_read_yaml(&stated.tree, text, strlen(text), name, 1, &stated.header.root, error);
    if (status == SGDL_OK)
        status = stated_problem(&stated, self, flags, flag_count, error);
    stated_free(&stated);
    return status;
}

int sgdl_problem_parse_with(sgdl_problem_t *self, const char *text, const char *name,
                            const sgdl_assignment_t *assignments, size_t count, sgdl_error_t *error)
{
    tree_t tree = {0};
    node_t *root = NULL;
    if (!self)
        return sgdl_fail_memory(error);
    problem_clear(self);
    int status = tree_read_yaml(&tree, text, strlen(text), name, 1, &root, error);
    if (status == SGDL_OK && root->kind == NODE_MAP)
        status = assignments_apply(&tree, root, assignments, count, error);
    if (status == SGDL_OK)
        status = read_tree(self, root, NULL, error);
    if (status != SGDL_OK)
        problem_clear(self);
    tree_free(&tree);
    return status;
}

sgdl_problem_t *sgdl_problem_new(void)
{
    sgdl_problem_t *self = calloc(1, sizeof *self);
    return self;
}

void sgdl_problem_free(sgdl_problem_t *self)
{
    if (self)
        problem_clear(self);
    free(self);
}

double problem_curve_value(const sgdl_problem_t *self, size_t curve, double horizon)
{
    const rate_source_t source = rate_source_of(&self->learning_rate[curve], horizon);
    return rate_source_label(&source);
}

sgdl_mixture_t sgdl_problem_mixture(const sgdl_problem_t *self, const sgdl_plan_t *plan)
{
    return (sgdl_mixture_t){
        .classes = self->classes,
        .dimension = self->dimension,
        .weight = self->weight,
        .covariance = self->covariance,
        .mean = self->mean,
        .seed = self->seed,
        .clean_below = self->clean_below,
        .start = self->start,
        .outputs = self->targets.outputs,
        .memory = plan ? plan->memory : 0,
        .watch = plan ? plan->watch : (sgdl_watch_t){0},
    };
}

population_t problem_population(const sgdl_problem_t *self, size_t pairs)
{
    return (population_t){.loss = self->loss,
                          .targets = &self->targets,
                          .classes = self->classes,
                          .weight = self->weight,
                          .label_index = self->label_index,
                          .pairs = pairs};
}

sgdl_quadrature_t problem_quadrature(const sgdl_problem_t *self, const sgdl_plan_t *plan,
                                     double rate, double horizon)
{
    return (sgdl_quadrature_t){
        .accuracy = plan->rtol,
        .reach = self->loss->hessian_max * rate * horizon,
        .refine = plan->refine,
        .exact = plan->exact || plan->directions,
    };
}

double problem_largest_rate(const sgdl_problem_t *self, double horizon)
{
    double rate = 0;
    for (size_t r = 0; r < self->rates; r++)
        rate = fmax(rate, rate_source_of(&self->learning_rate[r], horizon).bound);
    return rate;
}

sgdl_quadrature_t sgdl_problem_quadrature(const sgdl_problem_t *self, const sgdl_plan_t *plan)
{
    const double horizon = plan_horizon(plan, self);
    return problem_quadrature(self, plan, problem_largest_rate(self, horizon), horizon);
}
