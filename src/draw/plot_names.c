/* What tells tables apart: the parameters in which they differ, else their files' names; and which
 * simulation belongs to which theory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text_stream.h"
#include "src/draw/plot.h"
#include "src/problem/keys.h"

enum {
    MOST_LEAVES = 256,
    LEAF_NAME = 96,
    LONGEST_NAME = 96, /* of a table, made of parameters */
    MOST_DIFFERENCES = 4
};

/* A parameter down to a single value: "class 2 covariance exponent" and "1.5". */
typedef struct leaf {
    char name[LEAF_NAME];
    char value[64];
    const char *key; /* of the comment */
} leaf_t;

typedef struct leaves {
    leaf_t leaf[MOST_LEAVES];
    size_t count;
} leaves_t;

/* ---- parameters down to single values ---------------------------------------------------------
 */

static void add_leaf(leaves_t *self, const char *key, const char *name, const char *value,
                     size_t length)
{
    if (self->count == MOST_LEAVES)
        return;
    leaf_t *leaf = &self->leaf[self->count++];
    leaf->key = key;
    (void)snprintf(leaf->name, sizeof leaf->name, "%s", name);
    (void)snprintf(leaf->value, sizeof leaf->value, "%.*s", (int)(length < 63 ? length : 63),
                   value);
}

static size_t scalar_length(const char *text)
{
    if (*text == '\'' || *text == '"') {
        const char *end = strchr(text + 1, *text);
        return end ? (size_t)(end - text) + 1 : strlen(text);
    }
    return strcspn(text, ",}]");
}

/* Walks through a flow text such as "[{weight: 0.5, mean: {family: constant}}]" from *text on;
 * lists of numbers stay whole. */
static void walk(leaves_t *self, const char *key, const char *name, const char **text, int depth)
{
    const char *c = *text;
    const char *start = c;
    if (depth < 8 && *c == '[' && strncmp(c, "[{", 2) == 0) {
        for (int item = 1; *c && *c != ']'; item++) {
            char inner[LEAF_NAME];
            (void)snprintf(inner, sizeof inner, "%.60s%d ", name, item);
            c += 1 + strspn(c + 1, " ");
            walk(self, key, inner, &c, depth + 1);
        }
        c += *c == ']';
    } else if (depth < 8 && *c == '{') {
        while (*c && *c != '}') {
            char inner[LEAF_NAME];
            c += 1 + strspn(c + 1, " ");
            size_t length = strcspn(c, ":},");
            bool family = length == 6 && strncmp(c, "family", 6) == 0;
            int shown = family ? 0 : length < 40 ? (int)length : 40;
            (void)snprintf(inner, sizeof inner, "%.50s%.*s%s", name, shown, c, family ? "" : " ");
            c += length;
            if (*c != ':')
                break;
            c += 1 + strspn(c + 1, " ");
            walk(self, key, inner, &c, depth + 1);
        }
        c += strcspn(c, "}");
        c += *c == '}';
    } else {
        if (*c == '[') {
            int open = 0;
            do {
                open += (*c == '[') - (*c == ']');
            } while (*c++ && open > 0);
            c -= c[-1] == '\0';
        } else {
            c += scalar_length(c);
        }
        char trimmed[LEAF_NAME];
        (void)snprintf(trimmed, sizeof trimmed, "%s", name);
        size_t length = strlen(trimmed);
        trimmed[length > 0 && trimmed[length - 1] == ' ' ? length - 1 : length] = '\0';
        add_leaf(self, key, trimmed, start, (size_t)(c - start));
    }
    c += strspn(c, " ");
    *text = c;
}

static void collect(leaves_t *self, const sgdl_table_t *table)
{
    self->count = 0;
    plot_parameter_t parameter, *p = &parameter;
    for (size_t n = 0; plot_parameter(n, p); n++) {
        const char *value = sgdl_table_value(table, p->key);
        char name[LEAF_NAME];
        bool classes = strcmp(p->key, "classes") == 0;
        (void)snprintf(name, sizeof name, "%s ", classes ? "class" : p->name);
        if (value)
            walk(self, p->key, name, &value, 0);
    }
}

static const leaf_t *find(const leaves_t *self, const char *name)
{
    for (size_t i = 0; i < self->count; i++)
        if (strcmp(self->leaf[i].name, name) == 0)
            return &self->leaf[i];
    return NULL;
}

/* ---- differences ------------------------------------------------------------------------------
 */

static bool same(const leaf_t *a, const leaf_t *b)
{
    return a && b ? strcmp(a->value, b->value) == 0 : a == b;
}

/* Theory has no runs: those that have some may still agree on their number. */
static bool is_of_runs(const leaf_t *leaf)
{
    return strcmp(leaf->key, "runs") == 0 || strcmp(leaf->key, "seed") == 0;
}

static bool has_key(const leaves_t *self, const char *key)
{
    for (size_t i = 0; i < self->count; i++)
        if (strcmp(self->leaf[i].key, key) == 0)
            return true;
    return false;
}

/* A key that other problems have not, and that says what is so without it; or that gradient flow
 * has none of. */
static bool is_idle(const leaves_t *other, const leaf_t *leaf)
{
    if (strcmp(leaf->value, "none") == 0 &&
        (strcmp(leaf->key, key_learning_rate.name) == 0 || strcmp(leaf->key, key_batch.name) == 0))
        return true;
    return key_is_usual(leaf->key, leaf->value) && !has_key(other, leaf->key);
}

static bool differs(const leaves_t *all, size_t tables, const leaf_t *leaf)
{
    for (size_t i = 0; i < tables; i++) {
        const leaf_t *other = find(&all[i], leaf->name);
        if (!same(leaf, other) && (other || !is_of_runs(leaf)) && !is_idle(&all[i], leaf))
            return true;
    }
    return false;
}

/* "class 1 covariance exponent" where every class has the same in every table: without the class.
 * *skip: this leaf repeats that of class 1. */
static const char *without_class(const leaves_t *all, size_t tables, const char *name, bool *skip)
{
    unsigned number;
    int used = 0;
    *skip = false;
    if (sscanf(name, "class %u %n", &number, &used) != 1 || used == 0)
        return name;
    const char *rest = name + used;
    for (size_t i = 0; i < tables; i++) {
        for (unsigned c = 2;; c++) {
            char any[LEAF_NAME + 16];
            char first[LEAF_NAME + 16];
            (void)snprintf(any, sizeof any, "class %u weight", c);
            if (!find(&all[i], any))
                break;
            (void)snprintf(any, sizeof any, "class %u %s", c, rest);
            (void)snprintf(first, sizeof first, "class 1 %s", rest);
            if (!find(&all[i], any) || !same(find(&all[i], any), find(&all[i], first)))
                return name;
        }
    }
    *skip = number > 1;
    return rest;
}

static void write_command(FILE *out, const char *value)
{
    (void)fputs(strcmp(value, "solve") == 0      ? "theory"
                : strcmp(value, "simulate") == 0 ? "simulation"
                                                 : value,
                out);
}

static void write_leaf(FILE *out, const leaf_t *leaf, const char *name)
{
    bool infinite = strcmp(leaf->value, "inf") == 0;
    if (strcmp(leaf->key, "command") == 0)
        write_command(out, leaf->value);
    else if (strcmp(leaf->key, "loss") == 0 || strcmp(leaf->key, "encoding") == 0)
        (void)fputs(leaf->value, out);
    else if (strcmp(leaf->key, "dimension") == 0)
        (void)fprintf(out, "d = %s", infinite ? "∞" : leaf->value);
    else
        (void)fprintf(out, "%s = %s", name, leaf->value);
}

/* The table's values of all that differs, or "" where there is too much of it, or nothing. */
static char *difference(const leaves_t *all, size_t tables, size_t number,
                        const plot_request_t *request)
{
    char *text;
    size_t found = 0;
    text_stream_t stream;
    if (text_stream_open(&stream, NULL))
        return NULL;
    FILE *out = stream.out;
    bool curves = request->table[number].blocks > 1;
    const leaf_t *loss = find(&all[number], "loss");
    bool losses = loss && differs(all, tables, loss); /* and with them the usual labels */
    for (size_t i = 0; i < all[number].count; i++) {
        const leaf_t *leaf = &all[number].leaf[i];
        bool skip;
        size_t length = strlen(leaf->name);
        bool label = length > 6 && strcmp(leaf->name + length - 6, " label") == 0;
        if ((curves && strcmp(leaf->key, "learning_rate") == 0) || (losses && label) ||
            !differs(all, tables, leaf))
            continue;
        const char *name = without_class(all, tables, leaf->name, &skip);
        if (!skip) {
            (void)fputs(found++ ? ", " : "", out);
            write_leaf(out, leaf, name);
        }
    }
    if (text_stream_close(&stream, &text, NULL))
        return NULL;
    if (found > MOST_DIFFERENCES || strlen(text) > LONGEST_NAME)
        *text = '\0';
    return text;
}

/* ---- files ------------------------------------------------------------------------------------
 */

/* The last `parts` parts of a path, without its ending if `bare`. */
static void path_end(const char *path, size_t parts, bool bare, char *text, size_t size)
{
    const char *start = path + strlen(path);
    while (start > path && (start[-1] != '/' || --parts > 0))
        start--;
    (void)snprintf(text, size, "%s", start);
    char *slash = strrchr(text, '/');
    char *dot = strrchr(slash ? slash : text, '.');
    if (bare && dot && dot > (slash ? slash + 1 : text))
        *dot = '\0';
}

static bool only_one(const plot_request_t *request, size_t number, size_t parts, bool bare)
{
    char mine[PLOT_PATH_ROOM];
    char other[PLOT_PATH_ROOM];
    path_end(request->path[number], parts, bare, mine, sizeof mine);
    for (size_t i = 0; i < request->tables; i++) {
        path_end(request->path[i], parts, bare, other, sizeof other);
        if (i != number && strcmp(mine, other) == 0)
            return false;
    }
    return true;
}

/* As much of the path as tells it from the others; one file given twice is counted. */
static char *file_part(const plot_request_t *request, size_t number)
{
    char text[PLOT_PATH_ROOM];
    const char *path = request->path[number];
    for (size_t parts = 1; parts < 64; parts++) {
        for (int bare = 1; bare >= 0; bare--) {
            if (only_one(request, number, parts, bare)) {
                path_end(path, parts, bare, text, sizeof text);
                return strdup(text);
            }
        }
    }
    size_t turn = 1;
    for (size_t i = 0; i < number; i++)
        turn += strcmp(request->path[i], path) == 0;
    path_end(path, 1, true, text, sizeof text - 32);
    size_t length = strlen(text);
    (void)snprintf(text + length, sizeof text - length, " (%zu)", turn);
    return strdup(text);
}

/* ---- names ------------------------------------------------------------------------------------
 */

static bool repeated(const plot_names_t *self, size_t number)
{
    for (size_t i = 0; i < self->tables; i++)
        if (i != number && strcmp(self->name[i], self->name[number]) == 0)
            return true;
    return false;
}

/* Files' names for those that parameters do not tell from all the others. */
static int add_files(plot_names_t *self, const plot_request_t *request, sgdl_error_t *error)
{
    bool *unclear = calloc(self->tables, sizeof *unclear);
    int status = unclear ? SGDL_OK : sgdl_fail_memory(error);
    for (size_t i = 0; i < self->tables && status == SGDL_OK; i++)
        unclear[i] = !*self->name[i] || repeated(self, i);
    for (size_t i = 0; i < self->tables && status == SGDL_OK; i++) {
        if (!unclear[i])
            continue;
        char *file = file_part(request, i);
        size_t size = file ? strlen(file) + strlen(self->name[i]) + sizeof ", " : 0;
        char *both = file ? malloc(size) : NULL;
        if (both) {
            (void)snprintf(both, size, "%s%s%s", self->name[i], *self->name[i] ? ", " : "", file);
            free(self->name[i]);
            self->name[i] = both;
        } else {
            status = sgdl_fail_memory(error);
        }
        free(file);
    }
    free(unclear);
    return status;
}

/* The same problem, whoever computes it? A dimension may stand for its limit. */
static bool is_mate(const leaves_t *theory, const leaves_t *simulation, bool exact)
{
    static const char *const aside[] = {"command", "runs", "seed", "kernel", "time"};
    const leaf_t *here = find(theory, "command");
    const leaf_t *there = find(simulation, "command");
    if (!here || !there || strcmp(here->value, "solve") != 0 ||
        strcmp(there->value, "simulate") != 0)
        return false;
    plot_parameter_t parameter, *p = &parameter;
    for (size_t n = 0; plot_parameter(n, p); n++) {
        bool passed = !exact && strcmp(p->key, "dimension") == 0;
        for (size_t i = 0; i < sizeof aside / sizeof *aside; i++)
            passed = passed || strcmp(p->key, aside[i]) == 0;
        for (int side = 0; side < 2 && !passed; side++) {
            const leaves_t *all = side ? theory : simulation;
            const leaves_t *other = side ? simulation : theory;
            for (size_t i = 0; i < all->count; i++) {
                const leaf_t *leaf = &all->leaf[i];
                if (strcmp(leaf->key, p->key) == 0 && !same(leaf, find(other, leaf->name)))
                    return false;
            }
        }
    }
    const leaf_t *dimension = find(theory, "dimension");
    return exact || (dimension && strcmp(dimension->value, "inf") == 0);
}

/* One simulation a theory, or they would look the same. */
static bool is_taken(const plot_names_t *self, size_t theory)
{
    for (size_t k = 0; k < self->tables; k++)
        if (k != theory && self->mate[k] == theory)
            return true;
    return false;
}

static void find_mates(plot_names_t *self, const leaves_t *all)
{
    for (size_t i = 0; i < self->tables; i++)
        self->mate[i] = i;
    for (int exact = 1; exact >= 0; exact--) {
        for (size_t i = 0; i < self->tables; i++) {
            for (size_t j = 0; j < self->tables && self->mate[i] == i; j++)
                if (is_mate(&all[j], &all[i], exact) && !is_taken(self, j))
                    self->mate[i] = j;
        }
    }
}

/* Names given are one a table; one a curve are taken by plot_legend. */
static int check_given(const plot_request_t *request, sgdl_error_t *error)
{
    size_t curves = 0;
    for (size_t i = 0; i < request->tables; i++)
        curves += request->table[i].blocks;
    if (request->names && request->names != request->tables && request->names != curves) {
        return sgdl_fail(error, SGDL_ERR_INPUT, "--name",
                         "found %zu names, allowed: %zu, one a table%s", request->names,
                         request->tables, curves != request->tables ? ", or one a curve" : "");
    }
    return SGDL_OK;
}

int plot_names_init(plot_names_t *self, const plot_request_t *request, sgdl_error_t *error)
{
    *self = (plot_names_t){.tables = request->tables};
    self->name = calloc(request->tables, sizeof *self->name);
    self->mate = calloc(request->tables, sizeof *self->mate);
    leaves_t *all = calloc(request->tables, sizeof *all);
    int status =
        self->name && self->mate && all ? check_given(request, error) : sgdl_fail_memory(error);
    for (size_t i = 0; i < request->tables && status == SGDL_OK; i++)
        collect(&all[i], &request->table[i]);
    if (status == SGDL_OK)
        find_mates(self, all);
    bool given = request->names == request->tables;
    for (size_t i = 0; i < request->tables && status == SGDL_OK; i++) {
        self->name[i] = given                 ? strdup(request->name[i])
                        : request->tables > 1 ? difference(all, request->tables, i, request)
                                              : strdup("");
        status = self->name[i] ? SGDL_OK : sgdl_fail_memory(error);
    }
    if (status == SGDL_OK && request->tables > 1 && !given)
        status = add_files(self, request, error);
    free(all);
    return status;
}

void plot_names_free(plot_names_t *self)
{
    for (size_t i = 0; self->name && i < self->tables; i++)
        free(self->name[i]);
    free(self->name);
    free(self->mate);
    *self = (plot_names_t){0};
}
