#include "src/tree/tree.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/c_locale.h"
#include "src/base/grow.h"
#include "src/base/text.h"
#include "src/tree/data.h"

enum { BLOCK_SIZE = 1 << 16 };

/* A piece of memory, of one tree or of several that share their texts. */
struct tree_block {
    atomic_size_t owners;
    size_t size, used;
    alignas(max_align_t) char memory[];
};

static void release(struct tree_block *block)
{
    if (atomic_fetch_sub(&block->owners, 1) == 1)
        free(block);
}

static struct tree_block *add_block(tree_t *self, size_t room)
{
    struct tree_block **grown = grow(self->block, self->blocks, &self->room, 4, sizeof *grown);
    struct tree_block *block = grown ? malloc(sizeof *block + room) : NULL;
    if (grown)
        self->block = grown;
    if (!block)
        return NULL;
    atomic_init(&block->owners, 1);
    block->size = room;
    block->used = 0;
    self->block[self->blocks++] = block;
    self->own = block;
    return block;
}

static void *take(tree_t *self, size_t size)
{
    size_t step = alignof(max_align_t);
    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + step - 1) / step * step;
    struct tree_block *block = self->own;
    if (!block || block->size - block->used < size)
        block = add_block(self, size > BLOCK_SIZE ? size : BLOCK_SIZE);
    if (!block)
        return NULL;
    void *memory = block->memory + block->used;
    block->used += size;
    return memory;
}

void tree_free(tree_t *self)
{
    for (size_t i = 0; i < self->blocks; i++)
        release(self->block[i]);
    free(self->block);
    *self = (tree_t){0};
}

char *tree_text(tree_t *self, const char *text, size_t length)
{
    char *copy = length < SIZE_MAX ? take(self, length + 1) : NULL;
    if (copy) {
        memcpy(copy, text, length);
        copy[length] = '\0';
    }
    return copy;
}

int tree_node(tree_t *self, node_kind_t kind, place_t place, node_t **node, sgdl_error_t *error)
{
    const node_t made = {.kind = kind, .source = place.source, .line = place.line};
    if (self->nodes >= TREE_NODES)
        return node_fail_plainly(error, &made, "too many values, allowed %d (aliases expanded)",
                                 (int)TREE_NODES);
    *node = take(self, sizeof **node);
    if (!*node)
        return sgdl_fail_memory(error);
    **node = made;
    self->nodes++;
    return SGDL_OK;
}

int tree_scalar(tree_t *self, const char *text, size_t length, place_t place, node_t **node,
                sgdl_error_t *error)
{
    int status = tree_node(self, NODE_SCALAR, place, node, error);
    if (status == SGDL_OK && !((*node)->text = tree_text(self, text, length)))
        status = sgdl_fail_memory(error);
    return status;
}

bool tree_needs(const node_t *node, const data_item_t *item)
{
    if (node->data == item ||
        (node->kind == NODE_SCALAR && item->path && strcmp(node->text, item->path) == 0))
        return true;
    for (const node_t *child = node->first; child; child = child->next)
        if (tree_needs(child, item))
            return true;
    return false;
}

/* Neighbours have the same source: one copy for all of them. */
typedef struct copier {
    tree_t *tree;
    const char *source, *own_source; /* the last one, and its copy */
    bool deep;                       /* texts too */
    sgdl_error_t *error;
} copier_t;

static int copy_text(const copier_t *self, const char **text)
{
    if (!*text || !self->deep)
        return SGDL_OK;
    *text = tree_text(self->tree, *text, strlen(*text));
    return *text ? SGDL_OK : sgdl_fail_memory(self->error);
}

static int copy_source(copier_t *self, const char *source)
{
    if (source == self->source)
        return SGDL_OK;
    self->own_source = tree_text(self->tree, source, strlen(source));
    self->source = source;
    return self->own_source ? SGDL_OK : sgdl_fail_memory(self->error);
}

static int copy_below(copier_t *self, const node_t *node, node_t **copy)
{
    node_t *made;
    int status = copy_source(self, node->source);
    if (status == SGDL_OK)
        status = tree_node(self->tree, node->kind, (place_t){self->own_source, node->line}, &made,
                           self->error);
    if (status != SGDL_OK)
        return status;
    made->plain = node->plain;
    made->data = node->data;
    made->text = node->text;
    made->key = node->key;
    status = copy_text(self, &made->text);
    if (status == SGDL_OK)
        status = copy_text(self, &made->key);
    for (const node_t *child = node->first; child && status == SGDL_OK; child = child->next) {
        node_t *below;
        status = copy_below(self, child, &below);
        if (status == SGDL_OK)
            node_append(made, below);
    }
    *copy = made;
    return status;
}

int tree_copy(tree_t *self, const tree_t *from, const node_t *node, node_t **copy,
              sgdl_error_t *error)
{
    copier_t copier = {.tree = self, .deep = !from, .error = error};
    for (size_t i = 0; from && i < from->blocks; i++) {
        struct tree_block **grown = grow(self->block, self->blocks, &self->room, 4, sizeof *grown);
        if (!grown)
            return sgdl_fail_memory(error);
        self->block = grown;
        self->block[self->blocks++] = from->block[i];
        (void)atomic_fetch_add(&from->block[i]->owners, 1);
    }
    int status = copy_below(&copier, node, copy);
    if (status == SGDL_OK)
        (*copy)->key = NULL;
    return status;
}

void node_append(node_t *list, node_t *child)
{
    child->parent = list;
    child->index = list->children++;
    child->next = NULL;
    if (list->last)
        list->last->next = child;
    else
        list->first = child;
    list->last = child;
}

int node_add(tree_t *tree, node_t *map, const char *key, size_t length, node_t *child,
             sgdl_error_t *error)
{
    const char *own = tree_text(tree, key, length);
    return own ? node_put(map, own, child, error) : sgdl_fail_memory(error);
}

int node_put(node_t *map, const char *key, node_t *child, sgdl_error_t *error)
{
    child->key = key;
    node_t *other = node_get(map, child->key);
    child->parent = map; /* so that the messages below name the whole path */
    if (other && other->line > 0)
        return node_fail(error, child, "stated twice, first in line %ld", other->line);
    if (other)
        return node_fail(error, child, "stated twice");
    if (map->children >= TREE_KEYS)
        return node_fail(error, child, "too many keys in one map, allowed %d", (int)TREE_KEYS);
    node_append(map, child);
    return SGDL_OK;
}

int node_replace(tree_t *tree, node_t *map, const char *key, node_t *child, sgdl_error_t *error)
{
    node_t **link = &map->first;
    node_t *previous = NULL;
    while (*link && strcmp((*link)->key, key) != 0) {
        previous = *link;
        link = &previous->next;
    }
    if (*link) {
        *link = (*link)->next;
        if (!*link)
            map->last = previous;
        map->children--;
    }
    return node_add(tree, map, key, strlen(key), child, error);
}

node_t *node_get(const node_t *map, const char *key)
{
    for (node_t *child = map->first; child; child = child->next)
        if (child->key && strcmp(child->key, key) == 0)
            return child;
    return NULL;
}

bool node_is_flag(const node_t *self) { return self->line == 0; }

static void place(const node_t *node, char *buffer, size_t size)
{
    if (node->line > 0)
        (void)snprintf(buffer, size, "%s:%ld", node->source, node->line);
    else
        (void)snprintf(buffer, size, "%s", node->source);
}

enum { PATH_SIZE = 256 };

/* "classes[2].mean.scale"; classes are counted from 1 everywhere, so lists are too. */
static void path(const node_t *node, char buffer[PATH_SIZE])
{
    buffer[0] = '\0';
    if (!node->parent)
        return;
    path(node->parent, buffer);
    size_t used = strlen(buffer);
    if (node->key) {
        char key[48];
        text_printable(node->key, key, sizeof key);
        (void)snprintf(buffer + used, PATH_SIZE - used, "%s%s", used ? "." : "", key);
    } else {
        (void)snprintf(buffer + used, PATH_SIZE - used, "[%zu]", node->index + 1);
    }
}

int node_fail(sgdl_error_t *error, const node_t *node, const char *format, ...)
{
    char where[sizeof error->place], key[PATH_SIZE], message[sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    (void)c_print_list(message, sizeof message, format, arguments);
    va_end(arguments);
    place(node, where, sizeof where);
    path(node, key);
    if (key[0] == '\0')
        return sgdl_fail(error, SGDL_ERR_INPUT, where, "%s", message);
    return sgdl_fail(error, SGDL_ERR_INPUT, where, "key '%s': %s", key, message);
}

int node_fail_plainly(sgdl_error_t *error, const node_t *node, const char *format, ...)
{
    char where[sizeof error->place], message[sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    (void)c_print_list(message, sizeof message, format, arguments);
    va_end(arguments);
    place(node, where, sizeof where);
    return sgdl_fail(error, SGDL_ERR_INPUT, where, "%s", message);
}

const char *node_found(const node_t *node, char buffer[NODE_FOUND_SIZE])
{
    if (node->kind == NODE_LIST)
        return node->children > 0 ? "a list" : "an empty list";
    if (node->kind == NODE_MAP)
        return "a map";
    if (node->kind == NODE_NUMBERS)
        return "an array of numbers";
    const char *text = node->text;
    if (node->plain && (text[0] == '\0' || strcmp(text, "~") == 0 || !strcasecmp(text, "null")))
        return "nothing (null)";
    char shown[NODE_FOUND_SIZE - 20];
    double number;
    text_printable(text, shown, sizeof shown);
    const char *lead = "", *quote = text_number(text, &number) == NUMBER_NOT ? "'" : "";
    if (node->plain && (!strcasecmp(text, "true") || !strcasecmp(text, "false")))
        lead = "the boolean ";
    (void)snprintf(buffer, NODE_FOUND_SIZE, "%s%s%s%s", lead, quote, shown, quote);
    return buffer;
}
