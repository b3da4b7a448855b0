#include "src/problem/assignments.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/problem/flags.h"
#include "src/problem/problem.h"
#include "src/tree/yaml.h"

/* One key on its way down the tree. */
typedef struct setter {
    tree_t *tree;
    const char *key; /* the whole path, also the nodes' source */
    const assignment_t *what;
    sgdl_error_t *error;
} setter_t;

static int fail(const setter_t *self, const char *format, const char *part, size_t length)
{
    char shown[64];
    (void)snprintf(shown, sizeof shown, "%.*s", (int)(length < 48 ? length : 48), part);
    return sgdl_fail(self->error, SGDL_ERR_INPUT, self->key, format, shown);
}

static int set(setter_t *self, node_t *node, const char *path);

/* Does this map state all classes by their number? */
static bool is_counted(const node_t *map)
{
    return map->kind == NODE_MAP && map->key && strcmp(map->key, "classes") == 0 && map->parent &&
           !map->parent->parent;
}

/* Is this map an entry of the list of classes, or what stands for all of them? */
static bool is_class(const node_t *map)
{
    const node_t *list = map->parent;
    return is_counted(map) ||
           (list && list->kind == NODE_LIST && list->key && strcmp(list->key, "classes") == 0 &&
            list->parent && !list->parent->parent);
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
    if (text_number(self->what->text, &weight) != NUMBER_OK)
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
        int status = tree_scalar(self->tree, text, strlen(text), (place_t){self->key, 0}, &scaled,
                                 self->error);
        if (status == SGDL_OK)
            status = node_replace(self->tree, other, "weight", scaled, self->error);
        if (status != SGDL_OK)
            return status;
    }
    return SGDL_OK;
}

/* The flag, or what is like one, that states what is at this place; NULL: none does. */
static const key_flag_t *row_for(const setter_t *self, const node_t *map, const char *name)
{
    const bool class = is_class(map);
    const key_flag_t *row = class ? NULL : key_part(self->key);
    if (row)
        return row;
    for (size_t i = 0; (row = key_flag(i)) != NULL; i++) {
        const bool of_class = row->form == FORM_CLASS || row->form == FORM_FAMILY;
        if (of_class == class && strcmp(row->path, class ? name : self->key) == 0)
            return row;
    }
    return NULL;
}

/* The value, as a flag for this key would state it where there is one. */
static int make_text(const setter_t *self, const node_t *map, const char *name, node_t **node)
{
    const family_text_t to = {self->tree, self->key, self->error};
    const char *text = self->what->text;
    const key_flag_t *row = row_for(self, map, name);
    if (*text == '[' || *text == '{')
        return tree_read_yaml(self->tree, text, strlen(text), (place_t){self->key, 1}, node,
                              self->error);
    if (row)
        return flag_node(&to, row, text, node);
    return tree_scalar(self->tree, text, strlen(text), (place_t){self->key, 0}, node, self->error);
}

/* A map of one key, and of another before it where `selector` is one. */
static int wrap(const setter_t *self, const char *selector, const char *family, const char *key,
                node_t *value, node_t **map)
{
    node_t *name;
    int status = tree_node(self->tree, NODE_MAP, (place_t){self->key, 0}, map, self->error);
    if (status == SGDL_OK && selector)
        status = tree_scalar(self->tree, family, strlen(family), (place_t){self->key, 0}, &name,
                             self->error);
    if (status == SGDL_OK && selector)
        status = node_put(*map, selector, name, self->error);
    return status == SGDL_OK ? node_put(*map, key, value, self->error) : status;
}

/* Where a member of a family is due, numbers stand for the family of files. */
static int wrap_data(const setter_t *self, const node_t *map, const char *name, node_t *data,
                     node_t **node)
{
    const key_flag_t *row = row_for(self, map, name);
    if (row && (row->form == FORM_FAMILY || row->form == FORM_MEMBER))
        for (const sgdl_family_t *const *family = row->table->families; *family; family++)
            if ((*family)->key_count == 1 && (*family)->keys[0].kind == SGDL_KEY_PATH)
                return wrap(self, row->table->selector, (*family)->name, (*family)->keys[0].name,
                            data, node);
    if (strcmp(self->key, key_start.name) == 0)
        return wrap(self, NULL, NULL, "file", data, node);
    *node = data;
    return SGDL_OK;
}

static int make_list(const setter_t *self, node_t **list)
{
    const assignment_t *what = self->what;
    int status = tree_node(self->tree, NODE_LIST, (place_t){self->key, 0}, list, self->error);
    for (size_t i = 0; i < what->count && status == SGDL_OK; i++) {
        char text[TEXT_NUMBER_SIZE];
        node_t *item;
        text_shortest(what->values[i], text);
        status = tree_scalar(self->tree, text, strlen(text), (place_t){self->key, 0}, &item,
                             self->error);
        if (status == SGDL_OK)
            node_append(*list, item);
    }
    return status;
}

static int make_value(const setter_t *self, const node_t *map, const char *name, node_t **node)
{
    const assignment_t *what = self->what;
    node_t *data;
    if (what->data) {
        int status =
            tree_node(self->tree, NODE_NUMBERS, (place_t){self->key, 0}, &data, self->error);
        if (status == SGDL_OK)
            data->data = what->data;
        return status == SGDL_OK ? wrap_data(self, map, name, data, node) : status;
    }
    if (what->values)
        return make_list(self, node);
    if (what->verbatim)
        return make_text(self, map, name, node);
    return tree_scalar(self->tree, what->text, strlen(what->text), (place_t){self->key, 0}, node,
                       self->error);
}

static int set_in_map(setter_t *self, node_t *map, const char *path)
{
    size_t length = strcspn(path, ".");
    char name[64];
    if (length == 0 || length >= sizeof name)
        return fail(self, "'%s' is no key of a problem", path, length);
    (void)snprintf(name, sizeof name, "%.*s", (int)length, path);
    bool last = path[length] == '\0';
    if (is_counted(map) && strcmp(name, "*") == 0 && !last)
        return set_in_map(self, map, path + length + 1);
    if (is_counted(map) && strspn(name, "0123456789") == length)
        return fail(self,
                    "class '%s' is meant alone, allowed * where classes are stated by their number",
                    path, length);
    node_t *child = last ? NULL : node_get(map, name);
    int status = SGDL_OK;
    if (child && child->kind == NODE_SCALAR && key_axis_label(self->key))
        child = NULL; /* momentum: 0 gives way to momentum.gain */
    if (!child) {
        status =
            last ? make_value(self, map, name, &child)
                 : tree_node(self->tree, NODE_MAP, (place_t){self->key, 0}, &child, self->error);
        if (status == SGDL_OK) {
            child->plain = true;
            status = node_replace(self->tree, map, name, child, self->error);
        }
    }
    if (status != SGDL_OK || !last)
        return status != SGDL_OK ? status : set(self, child, path + length + 1);

    bool weight = strcmp(name, "weight") == 0 && is_class(map) && !strchr(self->key, '*');
    return weight && !self->what->verbatim ? share_weights(self, map) : SGDL_OK;
}

/* A number of a list of numbers, in its place. */
static int set_number(setter_t *self, node_t *entry, const char *part, size_t length)
{
    double value;
    if (entry->kind != NODE_SCALAR)
        return fail(self,
                    "entry '%s' of a list is meant as a whole, allowed a key of it, such as "
                    "classes.1.weight",
                    part, length);
    if (!self->what->text || text_number(self->what->text, &value) != NUMBER_OK)
        return fail(self, "entry '%s' of a list of numbers is no number, allowed: one", part,
                    length);
    entry->text = tree_text(self->tree, self->what->text, strlen(self->what->text));
    entry->source = self->key;
    entry->line = 0;
    return entry->text ? SGDL_OK : sgdl_fail_memory(self->error);
}

static int set_in_list(setter_t *self, node_t *list, const char *path)
{
    size_t length = strcspn(path, ".");
    bool all = length == 1 && path[0] == '*', found = false;
    double number = 0;
    char name[32];
    (void)snprintf(name, sizeof name, "%.*s", (int)length, path);
    bool entry_meant = all || text_number(name, &number) == NUMBER_OK;
    bool last = path[length] == '\0';
    if (!entry_meant)
        return fail(self,
                    "found '%s' where an entry of a list is meant, allowed its number or * "
                    "and a key of it, such as classes.1.weight",
                    path, length);
    const char *rest = last ? "" : path + length + 1;
    bool means = strncmp(rest, "mean.", 5) == 0;
    for (node_t *entry = list->first; entry; entry = entry->next) {
        bool skip =
            all && means && entry->kind == NODE_MAP && class_borrows_mean(entry, list->children);
        if (skip || (!all && (double)entry->index + 1 != number))
            continue;
        found = true;
        int status = last ? set_number(self, entry, path, length) : set(self, entry, rest);
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

int assignment_set(tree_t *tree, node_t *root, const assignment_t *what, sgdl_error_t *error)
{
    setter_t self = {.tree = tree, .what = what, .error = error};
    self.key = tree_text(tree, what->key, strlen(what->key));
    if (!self.key)
        return sgdl_fail_memory(error);
    node_t *classes;
    int status = SGDL_OK;
    if (strncmp(self.key, "classes.", strlen("classes.")) == 0 &&
        strncmp(self.key, "classes.count", strlen("classes.count")) != 0 &&
        strncmp(self.key, "classes.weights", strlen("classes.weights")) != 0)
        status = find_classes(tree, root, default_classes(root), &classes, error);
    return status == SGDL_OK ? set(&self, root, self.key) : status;
}

bool assignment_is_class(const char *key)
{
    const char *last = strrchr(key, '.');
    return last && strcmp(last, ".of") == 0;
}

/* The key itself, or that of a list of which one number is meant. */
static const problem_key_t *row_of(const char *key)
{
    const size_t length = strcspn(key, ".");
    return key_named(key, key[length] && !key[strspn(key + length, ".0123456789*") + length]
                              ? length
                              : strlen(key));
}

bool assignment_is_whole(const sgdl_problem_t *problem, const char *key)
{
    if (strcmp(key, "classes.count") == 0)
        return true;
    const problem_key_t *row = row_of(key);
    if (row)
        return row->whole;
    const char *last = strrchr(key, '.');
    bool numbered = problem->one_hot || (problem->loss && problem->loss->labels);
    return assignment_is_class(key) || (numbered && last && strcmp(last, ".label") == 0);
}

void assignment_number(double value, char text[TEXT_NUMBER_SIZE])
{
    text_shortest(value, text);
    if (value == floor(value) && fabs(value) < 0x1p64) /* a seed is not 1e18 */
        (void)snprintf(text, TEXT_NUMBER_SIZE, "%.0f", value);
}
