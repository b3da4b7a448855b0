/* A problem and its statement. */
#include "src/problem/problem.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "src/problem/files.h"
#include "src/problem/keys.h"
#include "src/problem/plan.h"
#include "src/schedule/source.h"

/* ---- what is read of it ----------------------------------------------------------------- */

node_t *reading_get(const reading_t *self, const char *key) { return node_get(self->root, key); }

node_t *reading_class(const reading_t *self, size_t index, const char *key)
{
    const node_t *entry = self->counted ? self->counted : self->entry[index];
    return entry ? node_get(entry, key) : NULL;
}

int reading_settle(reading_t *self, node_t *node, const char *path)
{
    if (node->kind != NODE_SCALAR || node->text[0] == '/')
        return SGDL_OK;
    node->text = tree_text(self->tree, path, strlen(path));
    return node->text ? SGDL_OK : sgdl_fail_memory(self->error);
}

/* All but what it was read from, which other threads look at while they wait for their turn. */
static void fill(sgdl_problem_t *self, const sgdl_problem_t *with)
{
    memcpy(self, with, offsetof(sgdl_problem_t, statement));
}

/* Frees all that was read, and keeps what is stated and its numbers. */
static void forget(sgdl_problem_t *self)
{
    for (size_t i = 0; i < self->classes + PROBLEM_SIGNALS; i++) {
        if (self->covariance)
            sgdl_spec_free(&self->covariance[i]);
        if (self->mean)
            sgdl_spec_free(&self->mean[i].spec);
    }
    for (size_t i = 0; i < self->rates; i++)
        sgdl_schedule_free(&self->learning_rate[i]);
    sgdl_spec_free(&self->potential);
    for (size_t i = 0; i < LANDSCAPE_COORDINATES; i++)
        sgdl_spec_free(&self->noise[i]);
    landscape_free(&self->landscape);
    free(self->batches);
    free(self->weight);
    free(self->label);
    free(self->label_index);
    free(self->covariance);
    free(self->mean);
    free(self->target);
    free(self->learning_rate);
    free(self->start_path);
    free(self->start_list);
    free(self->times);
    free(self->file);
    fill(self, &(sgdl_problem_t){.data = self->data});
}

static int read_keys(sgdl_problem_t *self, sgdl_error_t *error)
{
    statement_t *stated = self->statement;
    reading_t reading = {.problem = self,
                         .tree = &stated->tree,
                         .root = stated->root,
                         .folder = stated->folder,
                         .error = error};
    const model_t *model = model_of(stated->root, models);
    const data_t data = self->data;
    fill(self, model->standard);
    self->data = data;
    self->model = model;
    self->plan = sgdl_plan_default();
    int status = model_check(model, stated->root, models, error);
    for (const problem_key_t *const *key = model->reading; *key && status == SGDL_OK; key++)
        status = (*key)->read(&reading, *key);
    free(reading.entry);
    return status;
}

/* ---- what is stated --------------------------------------------------------------------- */

/* An empty statement of the same problem. */
static void clear_statement(statement_t *self)
{
    tree_free(&self->tree);
    free(self->folder);
    self->root = NULL;
    self->folder = NULL;
    self->is_read = false;
}

sgdl_problem_t *sgdl_problem_new(void)
{
    sgdl_problem_t *self = calloc(1, sizeof *self);
    statement_t *stated = calloc(1, sizeof *stated);
    if (!self || !stated ||
        tree_node(&stated->tree, NODE_MAP, (place_t){"", 0}, &stated->root, NULL) != SGDL_OK ||
        pthread_mutex_init(&stated->lock, NULL) != 0) {
        if (stated)
            tree_free(&stated->tree);
        free(stated);
        free(self);
        return NULL;
    }
    stated->problem = self;
    self->statement = stated;
    return self;
}

void sgdl_problem_free(sgdl_problem_t *self)
{
    if (!self)
        return;
    forget(self);
    data_free(&self->data);
    clear_statement(self->statement);
    (void)pthread_mutex_destroy(&self->statement->lock);
    free(self->statement);
    free(self);
}

void problem_void(sgdl_problem_t *self)
{
    if (!self)
        return;
    forget(self);
    data_free(&self->data);
    clear_statement(self->statement);
}

int problem_state(sgdl_problem_t *self, const tree_t *tree, const node_t *root, const char *folder,
                  sgdl_error_t *error)
{
    if (!self)
        return sgdl_fail_memory(error);
    problem_void(self);
    statement_t *stated = self->statement;
    stated->folder = folder ? strdup(folder) : NULL;
    if (folder && !stated->folder)
        return sgdl_fail_memory(error);
    int status = tree_copy(&stated->tree, tree, root, &stated->root, error);
    stated->kept = stated->tree.nodes;
    return status;
}

static int fail_void(sgdl_error_t *error)
{
    return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                     "found a problem whose reading failed, allowed: one that was read or stated");
}

static bool is_needed(const void *root, const data_item_t *item) { return tree_needs(root, item); }

static int read_statement(statement_t *self, sgdl_error_t *error)
{
    sgdl_problem_t *problem = self->problem;
    forget(problem);
    int status = self->root ? read_keys(problem, error) : fail_void(error);
    if (status == SGDL_OK)
        status = files_read(problem, error);
    self->is_read = status == SGDL_OK;
    if (status != SGDL_OK)
        forget(problem);
    else
        data_keep(&problem->data, is_needed, self->root);
    return status;
}

int problem_ready(const sgdl_problem_t *self, sgdl_error_t *error)
{
    if (!self)
        return sgdl_fail_memory(error);
    statement_t *stated = self->statement;
    (void)pthread_mutex_lock(&stated->lock);
    int status = stated->is_read ? SGDL_OK : read_statement(stated, error);
    (void)pthread_mutex_unlock(&stated->lock);
    return status;
}

int sgdl_problem_validate(const sgdl_problem_t *self, sgdl_error_t *error)
{
    return problem_ready(self, error);
}

/* Edits leave what they replace behind in the tree's memory. */
static int tidy(statement_t *self, sgdl_error_t *error)
{
    tree_t fresh = {0};
    node_t *root;
    if (self->tree.nodes <= 2 * self->kept + 1000)
        return SGDL_OK;
    int status = tree_copy(&fresh, NULL, self->root, &root, error);
    if (status != SGDL_OK) {
        tree_free(&fresh);
        return status;
    }
    tree_free(&self->tree);
    self->tree = fresh;
    self->root = root;
    self->kept = fresh.nodes;
    return SGDL_OK;
}

int problem_edit(sgdl_problem_t *self, statement_t **statement, sgdl_error_t *error)
{
    if (!self)
        return sgdl_fail_memory(error);
    *statement = self->statement;
    if (!self->statement->root)
        return fail_void(error);
    self->statement->is_read = false;
    return tidy(self->statement, error);
}

sgdl_problem_t *sgdl_problem_copy(const sgdl_problem_t *self, sgdl_error_t *error)
{
    sgdl_problem_t *copy = sgdl_problem_new();
    int status = problem_ready(self, error);
    if (status == SGDL_OK)
        status = problem_state(copy, &self->statement->tree, self->statement->root,
                               self->statement->folder, error);
    if (status == SGDL_OK)
        status = data_copy(&self->data, &copy->data, error);
    if (status == SGDL_OK)
        return copy;
    sgdl_problem_free(copy);
    return NULL;
}

/* ---- as others see it ------------------------------------------------------------------- */

bool problem_numbers_curves(const sgdl_problem_t *self)
{
    for (size_t r = 0; r < self->rates; r++)
        if (rate_source_of(&self->learning_rate[r], 0).kind == RATE_DRIVEN)
            return true;
    return false;
}

double problem_curve_value(const sgdl_problem_t *self, size_t curve, double horizon)
{
    if (problem_numbers_curves(self))
        return (double)curve + 1;
    const size_t batches = self->batch_count > 0 ? self->batch_count : 1;
    const rate_source_t source = rate_source_of(&self->learning_rate[curve / batches], horizon);
    return rate_source_label(&source);
}

size_t problem_curves(const sgdl_problem_t *self)
{
    return self->rates * (self->batch_count > 0 ? self->batch_count : 1);
}

size_t problem_curve_columns(const sgdl_problem_t *self, const char *names[CURVE_COLUMNS])
{
    static const char *const all[CURVE_COLUMNS] = {"curve", "learning_rate", "batch"};
    if (problem_curves(self) == 1)
        return 0;
    for (size_t c = 0; c < CURVE_COLUMNS; c++)
        names[c] = all[c];
    return self->model->batches ? CURVE_COLUMNS : 1;
}

void problem_curve_values(const sgdl_problem_t *self, size_t curve, double horizon,
                          double values[CURVE_COLUMNS])
{
    values[0] = problem_curve_value(self, curve, horizon);
    if (!self->model->batches)
        return;
    values[1] = values[0];
    values[0] = (double)curve + 1;
    values[2] = self->batches[curve % self->batch_count];
}

sgdl_mixture_t sgdl_problem_mixture(const sgdl_problem_t *self, const sgdl_plan_t *plan)
{
    if (problem_ready(self, NULL) != SGDL_OK)
        return (sgdl_mixture_t){0};
    return (sgdl_mixture_t){
        .classes = self->classes + self->signals,
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
        .signals = self->signals,
        .threads = plan ? plan->threads : 0,
    };
}

/* Where the state drives a rate without a bound, profiles are resolved for rates up to this. */
#define RATE_RESOLVED 1e12

/* How far a direction of unit eigenvalue has moved by then: the bound on what time and the learning
 * rate make of it, and what a velocity adds, which forgets at its damping or not at all. */
static double reach_by(const sgdl_problem_t *self, double rate, double horizon)
{
    const heavy_ball_t *ball = &self->heavy_ball;
    double reach = problem_amplification(self) * fmin(rate, RATE_RESOLVED) * horizon;
    if (ball->is_stated) {
        const double damping = ball->decay / (1 + horizon / ball->over);
        const double memory = damping * horizon > 1 ? 1 / damping : horizon;
        reach += ball->gain * ball->weight * memory * horizon;
    }
    return reach;
}

sgdl_quadrature_t problem_quadrature(const sgdl_problem_t *self, const sgdl_plan_t *plan,
                                     double rate, double horizon)
{
    return (sgdl_quadrature_t){
        .accuracy = plan->rtol,
        .reach = self->loss->hessian_max * reach_by(self, rate, horizon),
        .refine = plan->refine,
        .exact = plan->exact || plan->directions,
    };
}

const sgdl_schedule_t *problem_driven_rate(const sgdl_problem_t *self, unsigned measures)
{
    for (size_t r = 0; r < self->rates; r++)
        if (rate_source_of(&self->learning_rate[r], self->time).measures & measures)
            return &self->learning_rate[r];
    return NULL;
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
    if (problem_ready(self, NULL) != SGDL_OK)
        return sgdl_quadrature_default();
    const double horizon = plan_horizon(plan, self);
    return problem_quadrature(self, plan, problem_largest_rate(self, horizon), horizon);
}
