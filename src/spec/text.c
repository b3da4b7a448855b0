/* Members of families as texts, the way flags state them. */
#include <string.h>

#include "src/spec/family.h"
#include "src/spec/kind.h"

static int make(const family_text_t *self, node_kind_t kind, const char *text, size_t length,
                node_t **node)
{
    const place_t place = {self->source, 0};
    return kind == NODE_SCALAR ? tree_scalar(self->tree, text, length, place, node, self->error)
                               : tree_node(self->tree, kind, place, node, self->error);
}

static int fail(const family_text_t *self, const char *text, const char *allowed)
{
    char found[NODE_FOUND_SIZE];
    const node_t place = {.source = self->source, .text = text};
    return node_fail_plainly(self->error, &place, "found %s, allowed %s", node_found(&place, found),
                             allowed);
}

int list_from_text(const family_text_t *self, const char *text, size_t length, char separator,
                   node_t **list)
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

/* The list of lists of "a:b:c;d:e:f". */
static int lists_from_text(const family_text_t *self, const char *text, size_t length,
                           node_t **lists)
{
    int status = make(self, NODE_LIST, NULL, 0, lists);
    for (const char *end = text + length; status == SGDL_OK && text <= end;) {
        const char *stop = memchr(text, ';', (size_t)(end - text));
        node_t *list;
        stop = stop ? stop : end;
        status = list_from_text(self, text, (size_t)(stop - text), ':', &list);
        if (status == SGDL_OK)
            node_append(*lists, list);
        text = stop + 1;
    }
    return status;
}

/* The value of a key in a flag. */
static int make_value(const family_text_t *self, listed_t listed, const char *text, size_t length,
                      node_t **node)
{
    if (listed == LISTS_LISTED)
        return lists_from_text(self, text, length, node);
    if (listed == ALWAYS_LISTED || (listed == LISTED_WITH_COLON && memchr(text, ':', length)))
        return list_from_text(self, text, length, ':', node);
    return make(self, NODE_SCALAR, text, length, node);
}

/* The length of the brackets at the head of the text, 0 where there are none that close. */
static size_t bracket_length(const char *text)
{
    size_t depth = 0;
    for (size_t at = 0; text[at] && (at == 0 || depth > 0); at++) {
        depth += text[at] == '[';
        depth -= text[at] == ']' && depth > 0;
        if (at > 0 && depth == 0)
            return at + 1;
    }
    return 0;
}

/* The length of the next "key=value", where the value may stand in brackets: a piece without '='
 * belongs to the value before it, so that file names may hold commas. */
static size_t item_length(const char *text, bool brackets)
{
    const size_t key = strcspn(text, ",=");
    const size_t bracket = brackets && text[key] == '=' ? bracket_length(text + key + 1) : 0;
    if (bracket > 0)
        return key + 1 + bracket + strcspn(text + key + 1 + bracket, ",");
    size_t length = strcspn(text, ",");
    while (text[length] == ',') {
        size_t more = strcspn(text + length + 1, ",=");
        if (text[length + 1 + more] == '=')
            break;
        length += 1 + more;
    }
    return length;
}

/* The keys of a map in a flag: those of a family of the table, whose lists it knows, or any, with
 * members of the table in brackets. */
typedef struct items {
    const family_table_t *table;
    const sgdl_family_t *family; /* NULL: none, or unknown */
    bool brackets;
} items_t;

/* Is the value of this key a list, written a:b:c in a flag, or one of lists? */
static listed_t list_of(const items_t *items, const char *key, size_t key_length)
{
    const family_table_t *table = items->table;
    const sgdl_family_t *family = items->family;
    if (!table || items->brackets)
        return NEVER_LISTED;
    if (table->common_is_list && strlen(table->common) == key_length &&
        strncmp(table->common, key, key_length) == 0)
        return ALWAYS_LISTED;
    for (size_t i = 0; family && i < family->key_count; i++) {
        const sgdl_key_t *row = &family->keys[i];
        if (strlen(row->name) == key_length && strncmp(row->name, key, key_length) == 0)
            return key_kinds[row->kind].listed;
    }
    return NEVER_LISTED;
}

static int add_items(const family_text_t *self, node_t *map, const char *text, items_t items);

/* What stands in brackets: a member of `table`, name:key=value, or key=value for a map. */
static int make_bracketed(const family_text_t *self, const family_table_t *table, const char *text,
                          size_t length, node_t **node)
{
    const char *inside = tree_text(self->tree, text + 1, length - 2);
    if (!inside)
        return sgdl_fail_memory(self->error);
    if (table && strcspn(inside, ":") <= strcspn(inside, "="))
        return family_from_text(self, table, inside, node);
    int status = make(self, NODE_MAP, NULL, 0, node);
    const items_t items = {.brackets = true};
    return status == SGDL_OK ? add_items(self, *node, inside, items) : status;
}

/* A family of one key or none needs no brackets. */
static bool is_member(const items_t *items, const char *text)
{
    return items->brackets && items->table && family_find(items->table, text, strcspn(text, ":,"));
}

static int make_member(const family_text_t *self, const family_table_t *table, const char *text,
                       size_t length, node_t **node)
{
    const char *own = tree_text(self->tree, text, length);
    return own ? family_from_text(self, table, own, node) : sgdl_fail_memory(self->error);
}

/* Adds "key=value,key=value" to a map. */
static int add_items(const family_text_t *self, node_t *map, const char *text, items_t items)
{
    int status = SGDL_OK;
    while (status == SGDL_OK) {
        size_t length = item_length(text, items.brackets);
        const char *equals = memchr(text, '=', length);
        if (!equals || equals == text)
            return fail(self, text, "key=value,key=value");
        size_t key_length = (size_t)(equals - text), value_length = length - key_length - 1;
        const char *value = equals + 1;
        node_t *node;
        if (items.brackets && value_length > 0 && bracket_length(value) == value_length)
            status = make_bracketed(self, items.table, value, value_length, &node);
        else if (is_member(&items, value))
            status = make_member(self, items.table, value, value_length, &node);
        else
            status =
                make_value(self, list_of(&items, text, key_length), value, value_length, &node);
        if (status == SGDL_OK)
            status = node_add(self->tree, map, text, key_length, node, self->error);
        if (text[length] == '\0')
            break;
        text += length + 1;
    }
    return status;
}

int items_from_text(const family_text_t *self, const char *text, node_t **map)
{
    int status = make(self, NODE_MAP, NULL, 0, map);
    return status == SGDL_OK ? add_items(self, *map, text, (items_t){0}) : status;
}

int map_from_text(const family_text_t *self, const family_table_t *table, const char *text,
                  node_t **map)
{
    const items_t items = {.table = table, .brackets = true};
    int status = make(self, NODE_MAP, NULL, 0, map);
    return status == SGDL_OK ? add_items(self, *map, text, items) : status;
}

int family_from_text(const family_text_t *self, const family_table_t *table, const char *text,
                     node_t **map)
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
        status = add_items(self, *map, text + name_length + 1,
                           (items_t){table, family_find(table, text, name_length), false});
    return status;
}
