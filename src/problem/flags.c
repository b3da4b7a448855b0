#include "src/problem/flags.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "src/problem/keys.h"
#include "src/tree/yaml.h"

typedef struct merger {
    tree_t *tree;
    node_t *root;
    const sgdl_flag_value_t *flags;
    size_t count;
    size_t at;              /* the current flag */
    node_t *start, *output; /* groups as stated by flags; NULL: not yet */
    const char *source;     /* the current flag, with dashes */
    sgdl_error_t *error;
} merger_t;

const char *default_mean(size_t index, size_t classes)
{
    if (classes != 2)
        return "zero";
    return index == 0 ? "constant" : "opposite";
}

/* ---- texts to nodes --------------------------------------------------------------------- */

static int make_scalar(const family_text_t *to, const char *text, node_t **node)
{
    return tree_scalar(to->tree, text, strlen(text), (place_t){to->source, 0}, node, to->error);
}

static int make_yaml(const family_text_t *to, const char *text, node_t **node)
{
    return tree_read_yaml(to->tree, text, strlen(text), (place_t){to->source, 0}, node, to->error);
}

static int make_rate(const family_text_t *to, const family_table_t *table, const char *text,
                     node_t **node)
{
    bool word = isalpha((unsigned char)text[0]) && strcmp(text, "inf") != 0 &&
                strcmp(text, "nan") != 0 && strcmp(text, "none") != 0;
    if (*text == '[' || *text == '{')
        return make_yaml(to, text, node);
    const bool list = strchr(text, ',') && !strchr(text, ':');
    if (!list && (word || strchr(text, ':')))
        return family_from_text(to, table, text, node);
    return list ? list_from_text(to, text, strlen(text), ',', node) : make_scalar(to, text, node);
}

static int make_list(const family_text_t *to, const char *text, node_t **node)
{
    if (*text == '[' || *text == '{')
        return make_yaml(to, text, node);
    if (strchr(text, '='))
        return map_from_text(to, NULL, text, node);
    return strchr(text, ',') ? list_from_text(to, text, strlen(text), ',', node)
                             : make_scalar(to, text, node);
}

static int make_member(const family_text_t *to, const family_table_t *table, const char *text,
                       node_t **node)
{
    if (*text == '[' || *text == '{')
        return make_yaml(to, text, node);
    return family_from_text(to, table, text, node);
}

static int make_map(const family_text_t *to, const family_table_t *table, const char *text,
                    node_t **node)
{
    if (*text == '{' || *text == '[')
        return make_yaml(to, text, node);
    return strchr(text, '=') ? map_from_text(to, table, text, node) : make_scalar(to, text, node);
}

int flag_node(const family_text_t *to, const key_flag_t *row, const char *text, node_t **node)
{
    switch (row->form) {
    case FORM_TIMES:
        return list_from_text(to, text, strlen(text), ',', node);
    case FORM_ITEMS:
        return items_from_text(to, text, node);
    case FORM_MAP:
        return make_map(to, row->table, text, node);
    case FORM_RATE:
        return make_rate(to, row->table, text, node);
    case FORM_LIST:
        return make_list(to, text, node);
    case FORM_MEMBER:
    case FORM_FAMILY:
        return make_member(to, row->table, text, node);
    case FORM_SCALAR:
    case FORM_GROUP:
    case FORM_CLASS:
        break;
    }
    return make_scalar(to, text, node);
}

/* ---- nodes into the tree ---------------------------------------------------------------- */

/* The map under a top-level key; made where it is missing, replaced where `fresh`. NULL where
 * something else is there: whoever reads it will say so. */
static int find_group(merger_t *self, const char *name, bool fresh, node_t **group)
{
    node_t *found = node_get(self->root, name);
    *group = found && found->kind == NODE_MAP ? found : NULL;
    if (found && !fresh)
        return SGDL_OK;
    int status = tree_node(self->tree, NODE_MAP, (place_t){self->source, 0}, group, self->error);
    return status != SGDL_OK ? status
                             : node_replace(self->tree, self->root, name, *group, self->error);
}

/* One flag states a key once: of two values the user means one, and which is not ours to guess. */
static int refuse_second(const merger_t *self, const node_t *map, const char *key, form_t form)
{
    const node_t *other = node_get(map, key), place = {.source = self->source};
    if (!other || !node_is_flag(other) || !other->source[0])
        return SGDL_OK;
    if (strcmp(other->source, self->source) != 0)
        return node_fail_plainly(self->error, &place,
                                 "found beside %s, which states the same, allowed one of them",
                                 other->source);
    return node_fail_plainly(
        self->error, &place, "found twice, allowed once%s",
        form == FORM_RATE || form == FORM_TIMES ? "; several values are one list: 0.1,0.2" : "");
}

static int fail_counted(const merger_t *self, const char *text)
{
    const node_t place = {.source = self->source};
    return node_fail_plainly(self->error, &place, "%s", text);
}

/* Puts `node` at "key" or "group.key". */
static int put(merger_t *self, const char *path, form_t form, node_t *node)
{
    const char *dot = strchr(path, '.');
    if (!dot) {
        int first = refuse_second(self, self->root, path, form);
        return first ? first : node_replace(self->tree, self->root, path, node, self->error);
    }
    char name[32];
    (void)snprintf(name, sizeof name, "%.*s", (int)(dot - path), path);
    node_t **kept = strcmp(name, "start") == 0 ? &self->start : &self->output;
    node_t *group;
    int status = SGDL_OK;
    if (form == FORM_SCALAR) {
        status = find_group(self, name, false, &group);
        if (status == SGDL_OK && !group && strcmp(name, "classes") == 0)
            return fail_counted(self, "found beside a list of classes, allowed where classes are "
                                      "stated by their number: 'classes: {count: 100}'");
    } else if (*kept)
        group = *kept;
    else if (!(status = find_group(self, name, true, &group)))
        *kept = group;
    if (status != SGDL_OK || !group)
        return status;
    status = refuse_second(self, group, dot + 1, form);
    return status != SGDL_OK ? status : node_replace(self->tree, group, dot + 1, node, self->error);
}

size_t default_classes(const node_t *root) { return teacher_is_stated(root) ? 1 : 2; }

int find_classes(tree_t *tree, node_t *root, size_t otherwise, node_t **classes,
                 sgdl_error_t *error)
{
    *classes = node_get(root, "classes");
    if (!*classes) {
        int status =
            tree_node(tree, NODE_LIST, (place_t){root->source, root->line}, classes, error);
        for (size_t i = 0; i < otherwise && status == SGDL_OK; i++) {
            node_t *entry;
            status = tree_node(tree, NODE_MAP, (place_t){root->source, root->line}, &entry, error);
            if (status == SGDL_OK)
                node_append(*classes, entry);
        }
        return status != SGDL_OK ? status : node_replace(tree, root, "classes", *classes, error);
    }
    bool maps = (*classes)->kind == NODE_LIST && (*classes)->children > 0;
    for (node_t *entry = (*classes)->first; entry && maps; entry = entry->next)
        maps = entry->kind == NODE_MAP;
    if (!maps)
        *classes = NULL;
    return SGDL_OK;
}

bool class_borrows_mean(const node_t *entry, size_t classes)
{
    const node_t *mean = node_get(entry, "mean");
    const node_t *family = mean && mean->kind == NODE_MAP ? node_get(mean, "family") : NULL;
    const char *name = family && family->kind == NODE_SCALAR ? family->text : "";
    if (!mean)
        name = default_mean(entry->index, classes);
    return strcmp(name, "opposite") == 0 || strcmp(name, "same") == 0;
}

static int set_class(merger_t *self, node_t *entry, const key_flag_t *row, const char *text)
{
    const family_text_t to = {self->tree, self->source, self->error};
    node_t *node;
    int status = flag_node(&to, row, text, &node);
    return status != SGDL_OK ? status
                             : node_replace(self->tree, entry, row->path, node, self->error);
}

/* How often flag number `at` is given in all, and up to there. */
static void count_given(const merger_t *self, size_t at, size_t *given, size_t *number)
{
    *given = *number = 0;
    for (size_t i = 0; i < self->count; i++) {
        const bool same = strcmp(self->flags[i].flag, self->flags[at].flag) == 0;
        *given += same;
        *number += same && i <= at;
    }
}

static bool is_of_class(const key_flag_t *row)
{
    return row->form == FORM_CLASS || row->form == FORM_FAMILY;
}

/* Where nobody says how many classes there are and a teacher labels, flags that are given once a
 * class do. */
static size_t standard_classes(const merger_t *self)
{
    size_t classes = default_classes(self->root), given, number;
    for (size_t i = 0; i < self->count && teacher_is_stated(self->root); i++) {
        const key_flag_t *row = key_flag_named(self->flags[i].flag);
        count_given(self, i, &given, &number);
        if (row && is_of_class(row) && given > classes)
            classes = given;
    }
    return classes;
}

/* Of classes that are stated by their number: one family for all of them. */
static int apply_to_counted(merger_t *self, node_t *classes, const key_flag_t *row,
                            const char *text)
{
    size_t given, number;
    count_given(self, self->at, &given, &number);
    if (row->form != FORM_FAMILY)
        return fail_counted(self, "found with classes that are stated by their number, allowed "
                                  "with a list of classes");
    if (given > 1)
        return fail_counted(self, "found more than once with classes that are stated by their "
                                  "number, allowed one for all of them");
    return set_class(self, classes, row, text);
}

static int apply_to_classes(merger_t *self, const key_flag_t *row, const char *text)
{
    node_t *classes = node_get(self->root, "classes");
    size_t given, number;
    if (classes && classes->kind == NODE_MAP)
        return apply_to_counted(self, classes, row, text);
    int status =
        find_classes(self->tree, self->root, standard_classes(self), &classes, self->error);
    if (status != SGDL_OK || !classes)
        return status;
    count_given(self, self->at, &given, &number);
    bool all = given == 1 && row->form == FORM_FAMILY;
    bool mean = strcmp(row->path, "mean") == 0;
    if (given != classes->children && !all) {
        const node_t place = {.source = self->source};
        return node_fail_plainly(
            self->error, &place, "found %zu for %zu classes, allowed one a class%s%s", given,
            classes->children, row->form == FORM_FAMILY ? " or one for all" : "",
            given > classes->children ? "; more classes are stated by --class-count, all alike, or "
                                        "in a problem file, one map each: 'classes: [{label: 1}, "
                                        "{label: 0}, {label: 0}]'"
                                      : "");
    }
    for (node_t *entry = classes->first; entry && status == SGDL_OK; entry = entry->next) {
        bool skip = all ? mean && entry->index > 0 && class_borrows_mean(entry, classes->children)
                        : entry->index + 1 != number;
        if (!skip)
            status = set_class(self, entry, row, text);
    }
    return status;
}

static int apply(merger_t *self, const key_flag_t *row, const char *text)
{
    const family_text_t to = {self->tree, self->source, self->error};
    node_t *node = NULL;
    if (is_of_class(row))
        return apply_to_classes(self, row, text);
    int status = flag_node(&to, row, text, &node);
    if (status == SGDL_OK && row->form == FORM_ITEMS)
        self->start = node;
    return status != SGDL_OK ? status : put(self, row->path, row->form, node);
}

/* The current flag, if it is one of the classes' or if it is none, as asked for. */
static int apply_some(merger_t *self, bool of_class)
{
    const sgdl_flag_value_t *given = &self->flags[self->at];
    const key_flag_t *row = key_flag_named(given->flag);
    char name[64];
    if (row && is_of_class(row) != of_class)
        return SGDL_OK;
    (void)snprintf(name, sizeof name, "--%s", given->flag);
    self->source = tree_text(self->tree, name, strlen(name));
    if (!self->source)
        return sgdl_fail_memory(self->error);
    if (!row)
        return sgdl_fail(self->error, SGDL_ERR_INPUT, name, "unknown flag");
    return apply(self, row, given->text);
}

/* How many classes there are may hang on other flags: these come first. */
int flags_apply(tree_t *tree, node_t *root, const sgdl_flag_value_t *flags, size_t count,
                sgdl_error_t *error)
{
    merger_t self = {.tree = tree, .root = root, .flags = flags, .count = count, .error = error};
    int status = SGDL_OK;
    for (self.at = 0; self.at < count && status == SGDL_OK; self.at++)
        status = apply_some(&self, false);
    for (self.at = 0; self.at < count && status == SGDL_OK; self.at++)
        status = apply_some(&self, true);
    return status;
}
