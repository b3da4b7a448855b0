/**
 * A tree of stated values, whatever they were stated in: a YAML file, a table's header or flags.
 * Every node knows where it was stated, so that whoever finds it wanting can say so.
 *
 * Nodes and texts live in the tree's memory and are freed with it. Sizes are bounded: see the
 * limits below.
 */
#ifndef SGDLIMIT_TREE_TREE_H
#define SGDLIMIT_TREE_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"

/** Limits that keep any input's cost small. */
enum {
    TREE_NODES = 1000000, /* values in all, with aliases expanded */
    TREE_KEYS = 64,       /* keys of one map */
    TREE_DEPTH = 32       /* lists and maps inside one another */
};

typedef enum node_kind {
    NODE_SCALAR,
    NODE_LIST,
    NODE_MAP,
    NODE_NUMBERS /* a list of numbers that a program states, in one piece */
} node_kind_t;

typedef struct node {
    node_kind_t kind;
    bool plain;         /* a scalar without quotes */
    const char *source; /* the file's name, or the flag with its dashes; borrowed; "" if none */
    long line;          /* in the file; 0 for a flag */
    const char *text;   /* of a scalar */
    const struct data_item *data; /* of numbers; outlives the tree */
    const char *key;              /* the name in the parent map, NULL elsewhere */
    size_t index;                 /* 0-based position in the parent */
    size_t children;              /* of a list or map */
    struct node *parent, *first, *last, *next;
} node_t;

typedef struct tree {
    struct tree_block **block; /* [blocks] its memory, and that of trees whose texts it shares */
    size_t blocks, room;
    struct tree_block *own; /* that takes what is added; NULL: none yet */
    size_t nodes;
} tree_t;

/** An all-zero tree is valid and empty. */
void tree_free(tree_t *self);

/** Where a value was stated. */
typedef struct place {
    const char *source; /* as in node_t; borrowed */
    long line;
} place_t;

/** A new node without a parent: a list, a map or numbers; nothing in it yet. */
int tree_node(tree_t *self, node_kind_t kind, place_t place, node_t **node,
              sgdl_error_t *error) SGDL_CHECKED;

/** A new scalar without a parent. `text` [length] is copied. */
int tree_scalar(tree_t *self, const char *text, size_t length, place_t place, node_t **node,
                sgdl_error_t *error) SGDL_CHECKED;

/** Copies `text` into the tree's memory; NULL if there is none left. */
char *tree_text(tree_t *self, const char *text, size_t length);

/** A copy of a node and of all below it, without a parent. It shares the texts of `from`, whose
 * node it is, and keeps them alive; of NULL it copies them too. Sources are copied in any case.
 * Several threads may copy one tree at once. Errors: SGDL_ERR_INPUT (too many nodes),
 * SGDL_ERR_MEMORY. */
int tree_copy(tree_t *self, const tree_t *from, const node_t *node, node_t **copy,
              sgdl_error_t *error) SGDL_CHECKED;

/** Does a node, or one below it, name or hold these numbers? */
bool tree_needs(const node_t *node, const struct data_item *item);

/** Appends to a list. */
void node_append(node_t *list, node_t *child);

/** Adds to a map. `key` [length] is copied; stated twice or one too many, it is an error. */
int node_add(tree_t *tree, node_t *map, const char *key, size_t length, node_t *child,
             sgdl_error_t *error) SGDL_CHECKED;

/** The same with a key that is borrowed and outlives the tree, or lies in its memory. */
int node_put(node_t *map, const char *key, node_t *child, sgdl_error_t *error) SGDL_CHECKED;

/** Adds to a map in place of what was there under that key. */
int node_replace(tree_t *tree, node_t *map, const char *key, node_t *child,
                 sgdl_error_t *error) SGDL_CHECKED;

/** The child of a map under that key, or NULL; NULL also in a list or a scalar. */
node_t *node_get(const node_t *map, const char *key);

/** Stated by a flag? */
bool node_is_flag(const node_t *self);

/** SGDL_ERR_INPUT at the node's place: "key 'path.to.key': " and the message. */
int node_fail(sgdl_error_t *error, const node_t *node, const char *format, ...) SGDL_FORMAT(3, 4);

/** The same with the message alone. */
int node_fail_plainly(sgdl_error_t *error, const node_t *node, const char *format, ...)
    SGDL_FORMAT(3, 4);

/** What a message calls the value that was found. */
enum { NODE_FOUND_SIZE = 80 };
const char *node_found(const node_t *node, char buffer[NODE_FOUND_SIZE]);

#endif
