#include "src/problem/assignments.h"

#include <stdio.h>
#include <string.h>

#include "src/problem/flags.h"
#include "src/base/text.h"

/* One key on its way down the tree. */
typedef struct setter {
    tree_t *tree;
    const char *key;  /* the whole path, also the nodes' source */
    const char *text; /* the value */
    sgdl_error_t *error;
} setter_t;

static int fail(const setter_t *self, const char *format, const char *part, size_t length)
{
    char shown[64];
    (void)snprintf(shown, sizeof shown, "%.*s", (int)(length < 48 ? length : 48), part);
    return sgdl_fail(self->error, SGDL_ERR_INPUT, self->key, format, shown);
}

static int set(setter_t *self, node_t *node, const char *path);

/* Is this map an entry of the list of classes? */
static bool is_class(const node_t *map)
{
    const node_t *list = map->parent;
    return list && list->kind == NODE_LIST && list->key && strcmp(list->key, "classes") == 0 &&
           list->parent && !list->parent->parent;
}

/* The weight that another class states as a number. */
static bool other_weight(const node_t *other, const node_t *entry, double *weight)
{
    const node_t *node =
        other != entry && other->kind == NODE_MAP ? node_get(other, "weight") : NULL;
    return node && node->kind == NODE_SCALAR && text_number(node->text, weight) == NUMBER_OK;
}

/* What is left of the weights of the other classes sums to 1 with the new one. */
static int share_weights(setter_t *self, const node_t *entry)
{
    double weight, others = 0, stated;
    if (text_number(self->text, &weight) != NUMBER_OK)
        return SGDL_OK; /* whoever reads it will say so */
    for (node_t *other = entry->parent->first; other; other = other->next)
        if (other_weight(other, entry, &stated))
            others += stated;
    for (node_t *other = entry->parent->first; other && others > 0; other = other->next) {
        if (!other_weight(other, entry, &stated))
            continue;
        char text[TEXT_NUMBER_SIZE];
        node_t *scaled;
        text_shortest(stated * ((1 - weight) / others), text);
        int status = tree_node(self->tree, NODE_SCALAR, text, strlen(text), self->key, 0, &scaled,
                               self->error);
        if (status == SGDL_OK)
            status = node_replace(self->tree, other, "weight", scaled, self->error);
        if (status != SGDL_OK)
            return status;
    }
    return SGDL_OK;
}

static int set_in_map(setter_t *self, node_t *map, const char *path)
{
    size_t length = strcspn(path, ".");
    char name[64];
    if (length == 0 || length >= sizeof name)
        return fail(self, "'%s' is no key of a problem", path, length);
    (void)snprintf(name, sizeof name, "%.*s", (int)length, path);
    bool last = path[length] == '\0';
    node_t *child = last ? NULL : node_get(map, name);
    int status = SGDL_OK;
    if (!child) {
        status = tree_node(self->tree, last ? NODE_SCALAR : NODE_MAP, last ? self->text : NULL,
                           last ? strlen(self->text) : 0, self->key, 0, &child, self->error);
        if (status == SGDL_OK) {
            child->plain = true;
            status = node_replace(self->tree, map, name, child, self->error);
        }
    }
    if (status != SGDL_OK || !last)
        return status != SGDL_OK ? status : set(self, child, path + length + 1);

    bool weight = strcmp(name, "weight") == 0 && is_class(map) && !strchr(self->key, '*');
    return weight ? share_weights(self, map) : SGDL_OK;
}

static int set_in_list(setter_t *self, node_t *list, const char *path)
{
    size_t length = strcspn(path, ".");
    bool all = length == 1 && path[0] == '*', found = false;
    double number = 0;
    char name[32];
    (void)snprintf(name, sizeof name, "%.*s", (int)length, path);
    bool entry_meant = all || text_number(name, &number) == NUMBER_OK;
    if (entry_meant && path[length] == '\0')
        return fail(self,
                    "entry '%s' of a list is meant as a whole, allowed a key of it, such as "
                    "classes.1.weight; numbers of a list cannot be set one by one",
                    path, length);
    if (!entry_meant)
        return fail(self,
                    "found '%s' where an entry of a list is meant, allowed its number or * "
                    "and a key of it, such as classes.1.weight",
                    path, length);
    const char *rest = path + length + 1;
    bool means = strncmp(rest, "mean.", 5) == 0;
    for (node_t *entry = list->first; entry; entry = entry->next) {
        bool skip =
            all && means && entry->kind == NODE_MAP && class_borrows_mean(entry, list->children);
        if (skip || (!all && (double)entry->index + 1 != number))
            continue;
        found = true;
        int status = set(self, entry, rest);
        if (status != SGDL_OK)
            return status;
    }
    if (found)
        return SGDL_OK;
    return sgdl_fail(self->error, SGDL_ERR_INPUT, self->key,
                     "there is no entry '%.*s' in this list, allowed: 1 to %zu, or *", (int)length,
                     path, list->children);
}

static int set(setter_t *self, node_t *node, const char *path)
{
    if (node->kind == NODE_MAP)
        return set_in_map(self, node, path);
    if (node->kind == NODE_LIST)
        return set_in_list(self, node, path);
    return fail(self, "there is no key '%s': its place holds a single value", path,
                strcspn(path, "."));
}

int assignments_apply(tree_t *tree, node_t *root, const sgdl_assignment_t *assignments,
                      size_t count, sgdl_error_t *error)
{
    for (size_t i = 0; i < count; i++) {
        setter_t self = {.tree = tree, .text = assignments[i].text, .error = error};
        self.key = tree_text(tree, assignments[i].key, strlen(assignments[i].key));
        if (!self.key)
            return sgdl_fail_memory(error);
        int status = set(&self, root, self.key);
        if (status != SGDL_OK)
            return status;
    }
    return SGDL_OK;
}

bool assignment_is_class(const char *key)
{
    const char *last = strrchr(key, '.');
    return last && strcmp(last, ".of") == 0;
}

bool assignment_is_whole(const sgdl_problem_t *problem, const char *key)
{
    static const char *const whole[] = {"dimension", "batch", "seed"};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (strcmp(key, whole[i]) == 0)
            return true;
    const char *last = strrchr(key, '.');
    bool numbered = problem->loss == &sgdl_loss_logistic || problem->one_hot;
    return assignment_is_class(key) || (numbered && last && strcmp(last, ".label") == 0);
}
