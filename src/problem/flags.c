#include "src/problem/flags.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "src/spec/family.h"

/* What a flag's text becomes in the tree. */
typedef enum form {
    FORM_SCALAR, /* the value of a key */
    FORM_GROUP,  /* a key of a map that is stated by flags alone or not at all */
    FORM_TIMES,  /* the same with a list of numbers */
    FORM_START,  /* key=value,... for the whole map of the start */
    FORM_RATE,   /* a number, a list of numbers or a schedule */
    FORM_CLASS,  /* a key of the classes, one flag a class */
    FORM_FAMILY  /* the same with name:key=value,... */
} form_t;

/* X(flag, alias, letter, argument, path, form, help) */
#define FLAG_LIST(X)                                                                               \
    X("dimension", NULL, 'd', "D", "dimension", FORM_SCALAR,                                       \
      "number of features, or inf for the limit [inf]")                                            \
    X("loss", NULL, 0, "LOSS", "loss", FORM_SCALAR, "logistic or least-squares [logistic]")        \
    X("encoding", NULL, 0, "WORD", "encoding", FORM_SCALAR,                                        \
      "least-squares: scalar (the label is the target) or one-hot [scalar]")                       \
    X("weight", NULL, 0, "P", "weight", FORM_CLASS, "a class's probability, once a class [equal]") \
    X("label", NULL, 0, "Y", "label", FORM_CLASS,                                                  \
      "a class's label, once a class [1 and 0; least-squares: 1 and -1; one-hot: 1, 2, ...]")      \
    X("covariance", NULL, 0, "FAMILY", "covariance", FORM_FAMILY,                                  \
      "name:key=value,...; once for all classes or once a class [isotropic]")                      \
    X("mean", NULL, 0, "FAMILY", "mean", FORM_FAMILY,                                              \
      "name:key=value,...; once for class 1 and all that are not opposite or same, or once a "     \
      "class [two classes: constant and its opposite; else zero]")                                 \
    X("learning-rate", "lr", 0, "GAMMA", "learning_rate", FORM_RATE,                               \
      "a number, numbers 0.1,0.5 (one curve each) or a schedule name:key=value,... [0.5]")         \
    X("intercept", NULL, 0, "C", "intercept", FORM_SCALAR,                                         \
      "value of a constant feature, 0 for none [0]")                                               \
    X("batch", NULL, 0, "B", "batch", FORM_SCALAR, "samples a step [1]")                           \
    X("ridge", NULL, 0, "DELTA", "ridge", FORM_SCALAR, "weight of |X|^2/2 in the loss [0]")        \
    X("label-noise", NULL, 0, "P", "label_noise", FORM_SCALAR,                                     \
      "probability that a label is replaced by another one [0]")                                   \
    X("start", NULL, 0, "KEY=VALUE", "start", FORM_START,                                          \
      "norm2=S (isotropic random start) or file=PATH (d rows) [norm2=0]")                          \
    X("start-norm2", NULL, 0, "S", "start.norm2", FORM_GROUP, "the same as --start norm2=S [0]")   \
    X("start-file", NULL, 0, "PATH", "start.file", FORM_GROUP, "the same as --start file=PATH")    \
    X("time", NULL, 't', "T", "time", FORM_SCALAR, "horizon in t = steps/d [100]")                 \
    X("output-points", "points", 0, "N", "output.points", FORM_GROUP, "rows of a curve [101]")     \
    X("output-spacing", "spacing", 0, "WORD", "output.spacing", FORM_GROUP,                        \
      "linear or log [linear]")                                                                    \
    X("output-first", "first", 0, "T", "output.first", FORM_GROUP,                                 \
      "first positive time of log spacing [0.01]")                                                 \
    X("output-times", "times", 0, "T,T,...", "output.times", FORM_TIMES,                           \
      "print exactly these times, such as 0,1,10")                                                 \
    X("clean-below", NULL, 0, "TAU", "clean_below", FORM_SCALAR,                                   \
      "directions with a mean eigenvalue up to this are clean [1e-9]")                             \
    X("seed", NULL, 0, "N", "seed", FORM_SCALAR, "of random means, starts and runs [1]")           \
    X("tolerance-relative", "rtol", 0, "TOL", "tolerance.relative", FORM_SCALAR,                   \
      "the integrator's relative accuracy [1e-8]")                                                 \
    X("tolerance-absolute", "atol", 0, "TOL", "tolerance.absolute", FORM_SCALAR,                   \
      "the integrator's absolute accuracy [1e-12]")

const sgdl_problem_flag_t sgdl_problem_flags[] = {
#define PUBLIC_ROW(flag, alias, letter, argument, path, form, help)                                \
    {flag, alias, letter, argument, help},
    FLAG_LIST(PUBLIC_ROW)
#undef PUBLIC_ROW
        {NULL, NULL, 0, NULL, NULL}};

static const struct {
    const char *path;
    form_t form;
} effects[] = {
#define EFFECT_ROW(flag, alias, letter, argument, path, form, help) {path, form},
    FLAG_LIST(EFFECT_ROW)
#undef EFFECT_ROW
};

enum { FLAGS = sizeof effects / sizeof *effects };

typedef struct merger {
    tree_t *tree;
    node_t *root;
    const sgdl_flag_value_t *flags;
    size_t count;
    size_t seen[FLAGS];     /* how often each flag was applied */
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

static int make(merger_t *self, node_kind_t kind, const char *text, size_t length, node_t **node)
{
    return tree_node(self->tree, kind, text, length, self->source, 0, node, self->error);
}

static int fail(const merger_t *self, const char *text, const char *allowed)
{
    char found[NODE_FOUND_SIZE];
    const node_t place = {.source = self->source, .text = text};
    return node_fail_plainly(self->error, &place, "found %s, allowed %s", node_found(&place, found),
                             allowed);
}

static int make_list(merger_t *self, const char *text, size_t length, char separator, node_t **list)
{
    int status = make(self, NODE_LIST, NULL, 0, list);
    while (status == SGDL_OK) {
        const char *end = memchr(text, separator, length);
        size_t item_length = end ? (size_t)(end - text) : length;
        node_t *item;
        status = make(self, NODE_SCALAR, text, item_length, &item);
        if (status == SGDL_OK)
            node_append(*list, item);
        if (!end)
            break;
        text += item_length + 1;
        length -= item_length + 1;
    }
    return status;
}

/* Is the value of this key a list, written a:b:c in a flag? */
static bool is_list(const family_table_t *table, const sgdl_family_t *family, const char *key,
                    size_t key_length, bool has_colon)
{
    if (!table)
        return false;
    if (table->common_is_list && strlen(table->common) == key_length &&
        strncmp(table->common, key, key_length) == 0)
        return true;
    for (size_t i = 0; family && i < family->key_count; i++) {
        const sgdl_key_t *row = &family->keys[i];
        if (strlen(row->name) == key_length && strncmp(row->name, key, key_length) == 0)
            return row->kind == SGDL_KEY_REALS || row->kind == SGDL_KEY_INTERVAL ||
                   (row->kind == SGDL_KEY_REAL_OR_INTERVAL && has_colon);
    }
    return false;
}

/* The length of the next "key=value": a piece without '=' belongs to the value before it, so that
 * file names may hold commas. */
static size_t item_length(const char *text)
{
    size_t length = strcspn(text, ",");
    while (text[length] == ',') {
        size_t more = strcspn(text + length + 1, ",=");
        if (text[length + 1 + more] == '=')
            break;
        length += 1 + more;
    }
    return length;
}

/* Adds "key=value,key=value" to a map; table and family (may be NULL) tell which are lists. */
static int add_items(merger_t *self, node_t *map, const char *text, const family_table_t *table,
                     const sgdl_family_t *family)
{
    int status = SGDL_OK;
    while (status == SGDL_OK) {
        size_t length = item_length(text);
        const char *equals = memchr(text, '=', length);
        if (!equals || equals == text)
            return fail(self, text, "key=value,key=value");
        size_t key_length = (size_t)(equals - text), value_length = length - key_length - 1;
        const char *value = equals + 1;
        bool has_colon = memchr(value, ':', value_length) != NULL;
        node_t *node;
        if (is_list(table, family, text, key_length, has_colon))
            status = make_list(self, value, value_length, ':', &node);
        else
            status = make(self, NODE_SCALAR, value, value_length, &node);
        if (status == SGDL_OK)
            status = node_add(self->tree, map, text, key_length, node, self->error);
        if (text[length] == '\0')
            break;
        text += length + 1;
    }
    return status;
}

/* "name" or "name:key=value,key=value" */
static int make_family(merger_t *self, const char *text, const family_table_t *table, node_t **map)
{
    size_t name_length = strcspn(text, ":");
    node_t *name;
    int status = make(self, NODE_MAP, NULL, 0, map);
    if (status == SGDL_OK)
        status = make(self, NODE_SCALAR, text, name_length, &name);
    if (status == SGDL_OK)
        status =
            node_add(self->tree, *map, table->selector, strlen(table->selector), name, self->error);
    if (status == SGDL_OK && text[name_length] == ':')
        status = add_items(self, *map, text + name_length + 1, table,
                           family_find(table, text, name_length));
    return status;
}

static int make_rate(merger_t *self, const char *text, node_t **node)
{
    bool word =
        isalpha((unsigned char)text[0]) && strcmp(text, "inf") != 0 && strcmp(text, "nan") != 0;
    if (word || strchr(text, ':'))
        return make_family(self, text, &schedule_table, node);
    if (strchr(text, ','))
        return make_list(self, text, strlen(text), ',', node);
    return make(self, NODE_SCALAR, text, strlen(text), node);
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
    int status = make(self, NODE_MAP, NULL, 0, group);
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
    if (form == FORM_SCALAR)
        status = find_group(self, name, false, &group);
    else if (*kept)
        group = *kept;
    else if (!(status = find_group(self, name, true, &group)))
        *kept = group;
    if (status != SGDL_OK || !group)
        return status;
    status = refuse_second(self, group, dot + 1, form);
    return status != SGDL_OK ? status : node_replace(self->tree, group, dot + 1, node, self->error);
}

/* The list of classes, two where none are stated; NULL where it is no list of maps. */
static int find_classes(merger_t *self, node_t **classes)
{
    *classes = node_get(self->root, "classes");
    if (!*classes) {
        int status = tree_node(self->tree, NODE_LIST, NULL, 0, self->root->source, self->root->line,
                               classes, self->error);
        for (int i = 0; i < 2 && status == SGDL_OK; i++) {
            node_t *entry;
            status = tree_node(self->tree, NODE_MAP, NULL, 0, self->root->source, self->root->line,
                               &entry, self->error);
            if (status == SGDL_OK)
                node_append(*classes, entry);
        }
        return status != SGDL_OK
                   ? status
                   : node_replace(self->tree, self->root, "classes", *classes, self->error);
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

static int set_class(merger_t *self, node_t *entry, size_t row, const char *text)
{
    const char *key = effects[row].path;
    node_t *node;
    int status;
    if (effects[row].form == FORM_CLASS)
        status = make(self, NODE_SCALAR, text, strlen(text), &node);
    else
        status = make_family(self, text, strcmp(key, "mean") == 0 ? &mean_table : &covariance_table,
                             &node);
    return status != SGDL_OK ? status : node_replace(self->tree, entry, key, node, self->error);
}

static int apply_to_classes(merger_t *self, size_t row, const char *text)
{
    node_t *classes;
    int status = find_classes(self, &classes);
    if (status != SGDL_OK || !classes)
        return status;
    size_t given = 0, number = ++self->seen[row];
    for (size_t i = 0; i < self->count; i++)
        given += strcmp(self->flags[i].flag, sgdl_problem_flags[row].flag) == 0;
    bool all = given == 1 && effects[row].form == FORM_FAMILY;
    bool mean = strcmp(effects[row].path, "mean") == 0;
    if (given != classes->children && !all) {
        const node_t place = {.source = self->source};
        return node_fail_plainly(
            self->error, &place, "found %zu for %zu classes, allowed one a class%s%s", given,
            classes->children, effects[row].form == FORM_FAMILY ? " or one for all" : "",
            given > classes->children ? "; more classes are stated in a problem file, one map "
                                        "each: 'classes: [{label: 1}, {label: 0}, {label: 0}]'"
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

static int apply(merger_t *self, size_t row, const char *text)
{
    form_t form = effects[row].form;
    const char *path = effects[row].path;
    node_t *node = NULL;
    int status;
    if (form == FORM_CLASS || form == FORM_FAMILY)
        return apply_to_classes(self, row, text);
    if (form == FORM_TIMES)
        status = make_list(self, text, strlen(text), ',', &node);
    else if (form == FORM_RATE)
        status = make_rate(self, text, &node);
    else if (form == FORM_START)
        status = make(self, NODE_MAP, NULL, 0, &node);
    else
        status = make(self, NODE_SCALAR, text, strlen(text), &node);
    if (status == SGDL_OK && form == FORM_START) {
        status = add_items(self, node, text, NULL, NULL);
        self->start = node;
    }
    return status != SGDL_OK ? status : put(self, path, form, node);
}

int flags_apply(tree_t *tree, node_t *root, const sgdl_flag_value_t *flags, size_t count,
                sgdl_error_t *error)
{
    merger_t self = {.tree = tree, .root = root, .flags = flags, .count = count, .error = error};
    int status = SGDL_OK;
    for (size_t i = 0; i < count && status == SGDL_OK; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "--%s", flags[i].flag);
        self.source = tree_text(tree, name, strlen(name));
        if (!self.source)
            return sgdl_fail_memory(error);
        size_t row = 0;
        while (row < FLAGS && strcmp(sgdl_problem_flags[row].flag, flags[i].flag) != 0)
            row++;
        if (row == FLAGS)
            return sgdl_fail(error, SGDL_ERR_INPUT, name, "unknown flag");
        status = apply(&self, row, flags[i].text);
    }
    return status;
}
