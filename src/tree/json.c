#include "src/tree/json.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/text_stream.h"
#include "src/base/text.h"
#include "src/tree/yaml.h"

/* ---- values to nodes -------------------------------------------------------------------- */

typedef struct maker {
    tree_t *tree;
    const char *source;
    long line;
    sgdl_error_t *error;
} maker_t;

static int make(const maker_t *self, json_t *value, int depth, node_t **node);

static int make_children(const maker_t *self, json_t *value, int depth, node_t *node)
{
    size_t index;
    const char *key;
    json_t *child;
    node_t *made;
    int status = SGDL_OK;
    json_array_foreach(value, index, child)
    {
        status = make(self, child, depth, &made);
        if (status != SGDL_OK)
            return status;
        node_append(node, made);
    }
    json_object_foreach(value, key, child)
    {
        status = make(self, child, depth, &made);
        if (status == SGDL_OK)
            status = node_add(self->tree, node, key, strlen(key), made, self->error);
        if (status != SGDL_OK)
            return status;
    }
    return status;
}

static int make(const maker_t *self, json_t *value, int depth, node_t **node)
{
    bool map = json_is_object(value), string = json_is_string(value);
    const node_t place = {.source = self->source, .line = self->line};
    if (depth > TREE_DEPTH)
        return node_fail_plainly(self->error, &place,
                                 "lists and maps lie too deep inside one another, allowed %d "
                                 "levels",
                                 (int)TREE_DEPTH);
    if (map || json_is_array(value)) {
        int status = tree_node(self->tree, map ? NODE_MAP : NODE_LIST,
                               (place_t){self->source, self->line}, node, self->error);
        return status != SGDL_OK ? status : make_children(self, value, depth + 1, *node);
    }
    char number[TEXT_NUMBER_SIZE];
    const char *text = number;
    if (string)
        text = json_string_value(value);
    else if (json_is_integer(value))
        (void)snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        text_shortest(json_real_value(value), number);
    else
        text = json_is_true(value) ? "true" : json_is_false(value) ? "false" : "null";
    int status = tree_scalar(self->tree, text, strlen(text), (place_t){self->source, self->line},
                             node, self->error);
    if (status == SGDL_OK)
        (*node)->plain = !string;
    return status;
}

int json_node(tree_t *tree, json_t *value, const char *source, long line, node_t **node,
              sgdl_error_t *error)
{
    const maker_t self = {.tree = tree, .source = source, .line = line, .error = error};
    return make(&self, value, 0, node);
}

/* ---- nodes to JSON ---------------------------------------------------------------------- */

int json_print_string(const char *text, FILE *out, sgdl_error_t *error)
{
    json_t *string = json_string(text);
    if (!string) { /* not UTF-8, which JSON cannot hold */
        char *ascii = strdup(text);
        for (char *c = ascii; c && *c; c++)
            if ((unsigned char)*c >= 0x80)
                *c = '?';
        string = ascii ? json_string(ascii) : NULL;
        free(ascii);
    }
    char *quoted = string ? json_dumps(string, JSON_ENCODE_ANY) : NULL;
    json_decref(string);
    if (!quoted)
        return sgdl_fail_memory(error);
    (void)fputs(quoted, out);
    free(quoted);
    return SGDL_OK;
}

/* Is the text the shortest for its number? Then it is one of JSON's too, and comes back as it is.
 */
static bool is_shortest(const char *text)
{
    char shortest[TEXT_NUMBER_SIZE];
    double value;
    if (text_number(text, &value) != NUMBER_OK)
        return false;
    text_shortest(value, shortest);
    return strcmp(text, shortest) == 0;
}

static int print_json(const node_t *node, FILE *out, sgdl_error_t *error)
{
    if (node->kind == NODE_SCALAR && node->plain && is_shortest(node->text)) {
        (void)fputs(node->text, out);
        return SGDL_OK;
    }
    if (node->kind == NODE_SCALAR)
        return json_print_string(node->text, out, error);
    int status = SGDL_OK;
    (void)fputc(node->kind == NODE_MAP ? '{' : '[', out);
    for (const node_t *child = node->first; child && status == SGDL_OK; child = child->next) {
        (void)fputs(child == node->first ? "" : ", ", out);
        if (node->kind == NODE_MAP) {
            status = json_print_string(child->key, out, error);
            (void)fputs(": ", out);
        }
        status = status != SGDL_OK ? status : print_json(child, out, error);
    }
    (void)fputc(node->kind == NODE_MAP ? '}' : ']', out);
    return status;
}

int json_print_yaml(const char *text, FILE *out, sgdl_error_t *error)
{
    tree_t tree = {0};
    node_t *root;
    int status = tree_read_yaml(&tree, text, strlen(text), (place_t){"", 1}, &root, error);
    if (status == SGDL_ERR_INPUT)
        status = json_print_string(text, out, error);
    else if (status == SGDL_OK)
        status = print_json(root, out, error);
    tree_free(&tree);
    return status;
}

/* ---- nodes to YAML ---------------------------------------------------------------------- */

/* A word of the problem file needs no quotes; a file's name gets them, and what YAML would take for
 * something else. */
static bool is_word(const char *text)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_0123456789";
    static const char *const taken[] = {"true", "false", "null", "yes", "no"};
    double value;
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (strcmp(text, taken[i]) == 0)
            return false;
    return *text && *text != '-' && strspn(text, letters) == strlen(text) &&
           text_number(text, &value) == NUMBER_NOT;
}

static void print_yaml(const node_t *node, FILE *out)
{
    if (node->kind == NODE_SCALAR) {
        if (node->plain || is_word(node->text))
            (void)fputs(node->text, out);
        else
            text_quote(out, node->text);
        return;
    }
    (void)fputc(node->kind == NODE_MAP ? '{' : '[', out);
    for (const node_t *child = node->first; child; child = child->next) {
        (void)fputs(child == node->first ? "" : ", ", out);
        if (child->key && is_word(child->key))
            (void)fprintf(out, "%s: ", child->key);
        else if (child->key) {
            text_quote(out, child->key);
            (void)fputs(": ", out);
        }
        print_yaml(child, out);
    }
    (void)fputc(node->kind == NODE_MAP ? '}' : ']', out);
}

int json_yaml(json_t *value, char **text, sgdl_error_t *error)
{
    tree_t tree = {0};
    node_t *node;
    text_stream_t stream;
    *text = NULL;
    if (json_is_string(value)) {
        *text = strdup(json_string_value(value));
        return *text ? SGDL_OK : sgdl_fail_memory(error);
    }
    int status = json_node(&tree, value, "", 1, &node, error);
    if (status == SGDL_OK)
        status = text_stream_open(&stream, error);
    if (status == SGDL_OK) {
        print_yaml(node, stream.out);
        status = text_stream_close(&stream, text, error);
    }
    tree_free(&tree);
    return status;
}
