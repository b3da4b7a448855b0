#include "src/tree/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "src/base/c_locale.h"
#include "src/tree/yaml_flaw.h"

enum { ANCHORS = 256 };

typedef struct anchor {
    char *name;
    node_t *node;
    bool complete; /* false while the node's own children are being read */
} anchor_t;

typedef struct reader {
    yaml_parser_t parser;
    yaml_event_t event; /* the current one, deleted by next() */
    const char *text, *source;
    size_t length;
    long line, last_line; /* of the text's first and last line */
    tree_t *tree;
    anchor_t anchor[ANCHORS];
    size_t anchors;
    sgdl_error_t *error;
} reader_t;

static long mark_line(const reader_t *self, const yaml_mark_t *mark)
{
    /* The parser sees one more line end at the end of the text. */
    long line = self->line + (long)mark->line;
    return line < self->last_line ? line : self->last_line;
}

static long event_line(const reader_t *self) { return mark_line(self, &self->event.start_mark); }

/* SGDL_ERR_INPUT at the current event. */
static int fail_here(const reader_t *self, const char *format, ...) SGDL_FORMAT(2, 3);

static int fail_here(const reader_t *self, const char *format, ...)
{
    const node_t place = {.source = self->source, .line = event_line(self)};
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    (void)c_print_list(message, sizeof message, format, arguments);
    va_end(arguments);
    return node_fail_plainly(self->error, &place, "%s", message);
}

static int parser_failure(const reader_t *self)
{
    const yaml_parser_t *parser = &self->parser;
    node_t place = {.source = self->source, .line = self->line};
    const char *problem = parser->problem ? parser->problem : "unreadable";
    if (parser->error == YAML_MEMORY_ERROR)
        return sgdl_fail_memory(self->error);
    if (parser->error == YAML_READER_ERROR) {
        for (size_t i = 0; i < parser->problem_offset && i < self->length; i++)
            place.line += self->text[i] == '\n';
        return node_fail_plainly(self->error, &place, "not UTF-8 text: %s", problem);
    }
    size_t row;
    char flaw[YAML_FLAW_SIZE];
    if (yaml_flaw(parser, self->text, self->length, &row, flaw)) {
        place.line = mark_line(self, &(yaml_mark_t){.line = row});
        return node_fail_plainly(self->error, &place, "not valid YAML: %s", flaw);
    }
    place.line = mark_line(self, &parser->problem_mark);
    if (!parser->context)
        return node_fail_plainly(self->error, &place, "not valid YAML: %s", problem);
    return node_fail_plainly(self->error, &place, "not valid YAML: %s (%s that starts in line %ld)",
                             problem, parser->context, mark_line(self, &parser->context_mark));
}

/* Moves on to the next event. */
static int next(reader_t *self)
{
    yaml_event_delete(&self->event);
    if (yaml_parser_parse(&self->parser, &self->event))
        return SGDL_OK;
    return parser_failure(self);
}

static anchor_t *find_anchor(reader_t *self, const char *name)
{
    for (size_t i = 0; i < self->anchors; i++)
        if (strcmp(self->anchor[i].name, name) == 0)
            return &self->anchor[i];
    return NULL;
}

/* Notes that `node` is called `name`; *made is NULL where it has no name. */
static int note_anchor(reader_t *self, const yaml_char_t *name, node_t *node, anchor_t **made)
{
    *made = NULL;
    if (!name)
        return SGDL_OK;
    anchor_t *anchor = find_anchor(self, (const char *)name);
    if (!anchor) {
        if (self->anchors == ANCHORS)
            return fail_here(self, "too many anchors, allowed %d", (int)ANCHORS);
        anchor = &self->anchor[self->anchors];
        anchor->name = tree_text(self->tree, (const char *)name, strlen((const char *)name));
        if (!anchor->name)
            return sgdl_fail_memory(self->error);
        self->anchors++;
    }
    anchor->node = node;
    anchor->complete = false;
    *made = anchor;
    return SGDL_OK;
}

/* A place for the next value: the end of a list, a key of a map, or the root. */
typedef struct slot {
    node_t *parent;  /* NULL: the root */
    const char *key; /* in a map; in the tree's memory */
    int depth;
} slot_t;

static int put(reader_t *self, const slot_t *slot, node_t *node)
{
    if (!slot->parent)
        return SGDL_OK;
    if (slot->key)
        return node_put(slot->parent, slot->key, node, self->error);
    node_append(slot->parent, node);
    return SGDL_OK;
}

static int too_deep(const reader_t *self)
{
    return fail_here(self, "lists and maps lie too deep inside one another, allowed %d levels",
                     (int)TREE_DEPTH);
}

/* Copies what an alias names, but for its texts, which are shared: a few bytes of a file can name
 * megabytes. Nodes keep the place where they were written. */
static int copy(reader_t *self, const slot_t *slot, const node_t *from, node_t **made)
{
    if (slot->depth > TREE_DEPTH)
        return too_deep(self);
    int status =
        tree_node(self->tree, from->kind, (place_t){from->source, from->line}, made, self->error);
    if (status != SGDL_OK)
        return status;
    (*made)->text = from->text;
    (*made)->plain = from->plain;
    status = put(self, slot, *made);
    for (const node_t *child = from->first; child && status == SGDL_OK; child = child->next) {
        slot_t inner = {.parent = *made, .key = child->key, .depth = slot->depth + 1};
        node_t *unused;
        status = copy(self, &inner, child, &unused);
    }
    return status;
}

static int read_alias(reader_t *self, const slot_t *slot, node_t **made)
{
    const char *name = (const char *)self->event.data.alias.anchor;
    anchor_t *anchor = find_anchor(self, name);
    if (!anchor)
        return fail_here(self, "alias '*%.40s' has no anchor before it", name);
    if (!anchor->complete)
        return fail_here(self, "alias '*%.40s' lies inside the value it names", name);
    return copy(self, slot, anchor->node, made);
}

/* A tag says what kind a value is of; here the key does, so that YAML's own are passed over if they
 * fit, and others would be lost. */
static int check_tag(const reader_t *self, const yaml_char_t *tag, const char *const *allowed,
                     size_t count)
{
    static const char core[] = "tag:yaml.org,2002:";
    const char *text = (const char *)tag;
    if (!text || strcmp(text, "!") == 0)
        return SGDL_OK;
    if (strncmp(text, core, sizeof core - 1) == 0)
        for (size_t i = 0; i < count; i++)
            if (strcmp(text + sizeof core - 1, allowed[i]) == 0)
                return SGDL_OK;
    return fail_here(self, "found the tag '%.60s', allowed a value without a tag", text);
}

static int check_scalar_tag(const reader_t *self)
{
    static const char *const tags[] = {"str", "int", "float", "null", "bool"};
    return check_tag(self, self->event.data.scalar.tag, tags, sizeof tags / sizeof *tags);
}

static int read_scalar(reader_t *self, const slot_t *slot, node_t **made)
{
    const char *text = (const char *)self->event.data.scalar.value;
    size_t length = self->event.data.scalar.length;
    long line = event_line(self);
    if (check_scalar_tag(self))
        return SGDL_ERR_INPUT;
    if (memchr(text, '\0', length))
        return fail_here(self, "a text holds a NUL character");
    int status =
        tree_scalar(self->tree, text, length, (place_t){self->source, line}, made, self->error);
    if (status != SGDL_OK)
        return status;
    (*made)->plain = self->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    anchor_t *anchor;
    status = put(self, slot, *made);
    if (status == SGDL_OK)
        status = note_anchor(self, self->event.data.scalar.anchor, *made, &anchor);
    if (status == SGDL_OK && anchor)
        anchor->complete = true;
    return status;
}

/* The current event is a map's key; on return it is the first event of the key's value. */
static int read_key(reader_t *self, slot_t *slot, bool *merges)
{
    if (self->event.type != YAML_SCALAR_EVENT)
        return fail_here(self, "found a list, a map or an alias as a key, allowed a word");
    const char *text = (const char *)self->event.data.scalar.value;
    size_t length = self->event.data.scalar.length;
    if (check_scalar_tag(self))
        return SGDL_ERR_INPUT;
    if (memchr(text, '\0', length))
        return fail_here(self, "a key holds a NUL character");
    *merges = self->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE && strcmp(text, "<<") == 0;
    slot->key = tree_text(self->tree, text, length);
    return slot->key ? next(self) : sgdl_fail_memory(self->error);
}

static int read_value(reader_t *self, const slot_t *slot, node_t **made);

/* One key and its value into a map. "<<" is no key: its value, a map or a list of maps, is kept
 * apart in *merged. */
static int read_pair(reader_t *self, node_t *map, int depth, node_t **merged)
{
    slot_t slot = {.parent = map, .depth = depth};
    bool merges = false;
    node_t *value;
    int status = read_key(self, &slot, &merges);
    if (status != SGDL_OK)
        return status;
    if (merges && *merged)
        return fail_here(self, "key '<<' stated twice, allowed once, with a list of maps");
    if (merges)
        return read_value(self, &(slot_t){.depth = depth}, merged);
    status = read_value(self, &slot, &value);
    bool nothing =
        status == SGDL_OK && value->kind == NODE_SCALAR && value->plain && !value->text[0];
    if (nothing && strpbrk(slot.key, " :"))
        return node_fail_plainly(self->error, value,
                                 "found the key '%.40s' without a value, allowed 'key: value' with "
                                 "a colon and a space between the two",
                                 slot.key);
    return status;
}

/* Moves the keys of `from`, a map that nothing else holds, into one that has them not yet. */
static int merge_map(reader_t *self, node_t *map, node_t *from)
{
    char found[NODE_FOUND_SIZE];
    if (from->kind != NODE_MAP)
        return node_fail_plainly(self->error, from,
                                 "key '<<': found %s, allowed a map or a list of maps",
                                 node_found(from, found));
    for (node_t *child = from->first, *after; child; child = after) {
        after = child->next;
        int status =
            node_get(map, child->key) ? SGDL_OK : node_put(map, child->key, child, self->error);
        if (status != SGDL_OK)
            return status;
    }
    return SGDL_OK;
}

/* The map's own keys come before merged ones, earlier merged ones before later ones. */
static int merge(reader_t *self, node_t *map, node_t *merged)
{
    int status = SGDL_OK;
    if (!merged || merged->kind != NODE_LIST)
        return merged ? merge_map(self, map, merged) : SGDL_OK;
    for (node_t *entry = merged->first; entry && status == SGDL_OK; entry = entry->next)
        status = merge_map(self, map, entry);
    return status;
}

static int read_collection(reader_t *self, const slot_t *slot, node_t **made)
{
    bool map = self->event.type == YAML_MAPPING_START_EVENT;
    const yaml_char_t *name =
        map ? self->event.data.mapping_start.anchor : self->event.data.sequence_start.anchor;
    const yaml_char_t *tag =
        map ? self->event.data.mapping_start.tag : self->event.data.sequence_start.tag;
    if (slot->depth >= TREE_DEPTH)
        return too_deep(self);
    if (check_tag(self, tag, &(const char *const){map ? "map" : "seq"}, 1))
        return SGDL_ERR_INPUT;
    int status = tree_node(self->tree, map ? NODE_MAP : NODE_LIST,
                           (place_t){self->source, event_line(self)}, made, self->error);
    anchor_t *anchor = NULL;
    if (status == SGDL_OK)
        status = put(self, slot, *made);
    if (status == SGDL_OK)
        status = note_anchor(self, name, *made, &anchor);
    if (status == SGDL_OK)
        status = next(self);
    node_t *merged = NULL, *unused;
    while (status == SGDL_OK && self->event.type != YAML_MAPPING_END_EVENT &&
           self->event.type != YAML_SEQUENCE_END_EVENT) {
        if (map)
            status = read_pair(self, *made, slot->depth + 1, &merged);
        else
            status =
                read_value(self, &(slot_t){.parent = *made, .depth = slot->depth + 1}, &unused);
        if (status == SGDL_OK)
            status = next(self);
    }
    if (status == SGDL_OK)
        status = merge(self, *made, merged);
    if (anchor)
        anchor->complete = true;
    return status;
}

/* The current event starts a value; on return it is the last event of that value. */
static int read_value(reader_t *self, const slot_t *slot, node_t **made)
{
    switch (self->event.type) {
    case YAML_SCALAR_EVENT:
        return read_scalar(self, slot, made);
    case YAML_ALIAS_EVENT:
        return read_alias(self, slot, made);
    default:
        return read_collection(self, slot, made);
    }
}

static int read_stream(reader_t *self, node_t **root)
{
    int status = next(self); /* the stream's start */
    if (status == SGDL_OK)
        status = next(self);
    if (status != SGDL_OK)
        return status;
    if (self->event.type == YAML_STREAM_END_EVENT)
        return fail_here(self, "found an empty file, allowed a problem such as 'dimension: inf'");
    status = next(self);
    if (status == SGDL_OK)
        status = read_value(self, &(slot_t){.depth = 0}, root);
    if (status == SGDL_OK)
        status = next(self); /* the document's end */
    if (status == SGDL_OK)
        status = next(self);
    if (status == SGDL_OK && self->event.type != YAML_STREAM_END_EVENT)
        return fail_here(self, "found a second YAML document, allowed one");
    return status;
}

int tree_read_yaml(tree_t *tree, const char *text, size_t length, place_t place, node_t **root,
                   sgdl_error_t *error)
{
    reader_t self = {.text = text,
                     .source = place.source,
                     .length = length,
                     .line = place.line,
                     .tree = tree,
                     .error = error};
    self.last_line = place.line;
    for (size_t i = 0; i + 1 < length; i++)
        self.last_line += text[i] == '\n';
    if (!yaml_parser_initialize(&self.parser))
        return sgdl_fail_memory(error);
    yaml_parser_set_encoding(&self.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&self.parser, (const unsigned char *)text, length);
    int status = read_stream(&self, root);
    yaml_event_delete(&self.event);
    yaml_parser_delete(&self.parser);
    return status;
}
