/* Committees: hidden layers under a fixed second one, of the loss and of the teacher. */
#include "src/problem/committee.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "spectra/families/tables.h"
#include "src/base/text.h"
#include "src/problem/keys.h"

/* Their squares are still numbers. */
static const double MOST = 1e100;

static const char loss_example[] =
    "{family: committee, activation: erf, hidden: 2, second_layer: [1, 1]}";
static const char teacher_example[] =
    "{signals: [{family: gaussian}, {family: gaussian}], activation: erf, second_layer: [1, 1], "
    "noise: 0.1}";

bool committee_is_stated(const node_t *root)
{
    const node_t *loss = root->kind == NODE_MAP ? node_get(root, key_loss.name) : NULL;
    const node_t *name = loss && loss->kind == NODE_MAP ? node_get(loss, "family") : loss;
    return name && name->kind == NODE_SCALAR && strcmp(name->text, sgdl_loss_committee.name) == 0;
}

/* The words and numbers of a hidden layer of `hidden` units, 0: as many as are stated, or 2. */
static int read_layer(const node_t *map, size_t hidden, committee_t *out, sgdl_error_t *error)
{
    const node_t *activation = node_get(map, "activation"), *second = node_get(map, "second_layer");
    const words_t words = {activation_words, ACTIVATIONS, NULL, 0};
    size_t index = ACTIVATION_ERF, count = 0;
    double *list = NULL;
    int status = activation ? value_word(activation, words, &index, error) : SGDL_OK;
    if (status == SGDL_OK && second)
        status =
            value_numbers(second, (range_t){.lower = -MOST, .upper = MOST}, &list, &count, error);
    if (status == SGDL_OK && second && hidden > 0 && count != hidden)
        status = node_fail(error, second, "found %zu numbers, allowed one a hidden unit: %zu",
                           count, hidden);
    if (status == SGDL_OK && count > COMMITTEE_HIDDEN)
        status = node_fail(error, second, "found %zu numbers, allowed up to %d", count,
                           (int)COMMITTEE_HIDDEN);
    if (status == SGDL_OK) {
        out->activation = (activation_t)index;
        out->hidden = hidden > 0 ? hidden : count > 0 ? count : 2;
        for (size_t a = 0; a < out->hidden; a++)
            out->second_layer[a] = list ? list[a] : 1;
    }
    free(list);
    return status;
}

static void put_layer(FILE *out, const committee_t *layer, bool hidden)
{
    (void)fprintf(out, "activation: %s, ", activation_words[layer->activation]);
    if (hidden)
        (void)fprintf(out, "hidden: %zu, ", layer->hidden);
    (void)fputs("second_layer: ", out);
    text_put_numbers(out, layer->second_layer, layer->hidden);
}

int committee_read(reading_t *self, const node_t *node)
{
    static const char *const names[] = {"family", "activation", "hidden", "second_layer"};
    sgdl_problem_t *problem = self->problem;
    double hidden = 0;
    problem->loss = &sgdl_loss_committee;
    if (node->kind != NODE_MAP) /* its name alone */
        return read_layer(node, 0, &problem->committee.student, self->error);
    int status = value_map(node, loss_example, names, sizeof names / sizeof *names, self->error);
    const node_t *stated = status == SGDL_OK ? node_get(node, "hidden") : NULL;
    if (stated)
        status = value_integer(stated, 1, COMMITTEE_HIDDEN, &hidden, self->error);
    if (status == SGDL_OK)
        status = read_layer(node, (size_t)hidden, &problem->committee.student, self->error);
    return status;
}

void committee_put(FILE *out, const sgdl_problem_t *problem)
{
    (void)fprintf(out, "{family: %s, ", problem->loss->name);
    put_layer(out, &problem->committee.student, true);
    (void)fputc('}', out);
}

/* ---- the teacher ------------------------------------------------------------------------- */

static int read_signals(reading_t *self, const node_t *list)
{
    sgdl_problem_t *problem = self->problem;
    const size_t C = problem->classes;
    const family_scope_t scope = {.classes = C, .folder = self->folder};
    char found[NODE_FOUND_SIZE];
    int status = SGDL_OK;
    if (list->kind != NODE_LIST || list->children == 0 || list->children > PROBLEM_SIGNALS)
        return node_fail(self->error, list, "found %s, allowed a list of 1 to %d families",
                         node_found(list, found), (int)PROBLEM_SIGNALS);
    /* several have finite norms, as means have */
    const family_table_t *table = list->children == 1 ? &signal_table : &mean_table;
    for (const node_t *child = list->first; child && status == SGDL_OK; child = child->next) {
        const size_t place = C + child->index;
        problem->covariance[place] =
            sgdl_spec_default(family_find(&covariance_table, "isotropic", strlen("isotropic")));
        family_setting(&problem->covariance[place], "scale")->number[0] = 0;
        status = mean_read(self, child, table, &scope, &problem->mean[place]);
    }
    if (status == SGDL_OK)
        problem->signals = list->children;
    return status;
}

/* Keys of other losses, which say something where they are not at their default. */
static int refuse(const reading_t *self)
{
    static const char *const names[] = {"intercept", "clip", "gradient_noise"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const node_t *node = reading_get(self, names[i]);
        double value = 0;
        if (node &&
            value_number(node, (range_t){.lower = -INFINITY, .upper = INFINITY}, &value, NULL) ==
                SGDL_OK &&
            value != 0 && isfinite(value))
            return node_fail(self->error, node, "found %.10g with loss: %s, which takes none",
                             value, sgdl_loss_committee.name);
    }
    return SGDL_OK;
}

int committee_read_teacher(reading_t *self, const node_t *node)
{
    static const char *const names[] = {"signals", "activation", "second_layer", "noise"};
    committee_task_t *task = &self->problem->committee;
    int status = value_map(node, teacher_example, names, sizeof names / sizeof *names, self->error);
    const node_t *signals = status == SGDL_OK ? node_get(node, names[0]) : NULL;
    if (status == SGDL_OK && !signals)
        return node_fail(self->error, node, "the key 'signals' is missing, allowed: %s",
                         teacher_example);
    if (status == SGDL_OK)
        status = read_signals(self, signals);
    if (status == SGDL_OK)
        status = read_layer(node, self->problem->signals, &task->teacher, self->error);
    const node_t *noise = status == SGDL_OK ? node_get(node, "noise") : NULL;
    if (noise)
        status = value_number(noise, (range_t){.upper = MOST}, &task->noise, self->error);
    return status == SGDL_OK ? refuse(self) : status;
}

void committee_put_teacher(FILE *out, const sgdl_problem_t *problem)
{
    (void)fputs("{signals: [", out);
    for (size_t k = 0; k < problem->signals; k++) {
        (void)fputs(k ? ", " : "", out);
        mean_put(out, &problem->mean[problem->classes + k]);
    }
    (void)fputs("], ", out);
    put_layer(out, &problem->committee.teacher, false);
    (void)fputs(", noise: ", out);
    text_put_number(out, problem->committee.noise);
    (void)fputc('}', out);
}
