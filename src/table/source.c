#include "src/base/fail_reading.h"
#include "src/table/source.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "src/tree/json.h"
#include "src/tree/yaml.h"

/* Problem files, and headers of tables, are small; tables may go on for longer. */
enum { SOURCE_MEGABYTES = 16, SOURCE_BYTES = SOURCE_MEGABYTES << 20 };

/* Some editors put it in front of UTF-8. */
static const char byte_order_mark[] = "\xEF\xBB\xBF";

typedef struct source {
    const char *name;
    const source_keys_t *keys;
    char *text; /* [length] and a NUL */
    size_t length;
    bool cut;    /* there is more than was read */
    bool behind; /* the lines of a problem, in a row, have been read */
    tree_t *tree;
    header_t *header;
    sgdl_error_t *error;
} source_t;

static int fail(const source_t *self, const char *what)
{
    return sgdl_fail(self->error, SGDL_ERR_INPUT, self->name, "%s", what);
}

static int slurp(source_t *self, FILE *stream)
{
    size_t room = 1 << 16;
    self->text = malloc(room);
    if (!self->text)
        return sgdl_fail_memory(self->error);
    for (;;) {
        errno = 0;
        self->length += fread(self->text + self->length, 1, room - 1 - self->length, stream);
        if (ferror(stream))
            return fail_reading(self->error, errno, self->name, "cannot be read");
        if (self->length < room - 1)
            break;
        if (room >= SOURCE_BYTES) {
            self->cut = true;
            break;
        }
        room *= 2;
        char *grown = realloc(self->text, room);
        if (!grown)
            return sgdl_fail_memory(self->error);
        self->text = grown;
    }
    self->text[self->length] = '\0';
    if (strncmp(self->text, byte_order_mark, sizeof byte_order_mark - 1) == 0) {
        self->length -= sizeof byte_order_mark - 1;
        memmove(self->text, self->text + sizeof byte_order_mark - 1, self->length + 1);
    }
    return SGDL_OK;
}

/* ---- tsv and csv ------------------------------------------------------------------------ */

static const char version_line[] = "# " VERSION_KEY ": ";

/* Is the first line "# sgdlimit: 1.2.3"? A comment that merely begins so is no table. */
static bool is_text_table(const source_t *self)
{
    size_t lead = sizeof version_line - 1;
    if (strncmp(self->text, version_line, lead) != 0)
        return false;
    const char *version = self->text + lead;
    size_t length = strcspn(version, "\r\n");
    return isdigit((unsigned char)version[0]) && strcspn(version, " \t") >= length;
}

static const char *problem_key(const source_t *self, const char *text, size_t length)
{
    for (size_t i = 0; i < self->keys->count; i++)
        if (strlen(self->keys->names[i]) == length &&
            strncmp(self->keys->names[i], text, length) == 0)
            return self->keys->names[i];
    return NULL;
}

static bool has_prefix(const char *key, size_t length, const char *prefix)
{
    return length > strlen(prefix) && strncmp(key, prefix, strlen(prefix)) == 0;
}

/* A piece of the text, or of what it spells. */
typedef struct piece {
    const char *text;
    size_t length;
} piece_t;

static bool is_word(piece_t piece, const char *word)
{
    return piece.length == strlen(word) && strncmp(piece.text, word, piece.length) == 0;
}

static int add_text(const source_t *self, const char **text, piece_t value)
{
    *text = tree_text(self->tree, value.text, value.length);
    return *text ? SGDL_OK : sgdl_fail_memory(self->error);
}

/* Behind the problem a comment may go by the name of a key, such as the method of a study. */
static bool is_comment(const source_t *self, const char *key)
{
    const header_t *header = self->header;
    return self->behind &&
           (node_get(header->root, key) ||
            (self->keys->needs && !self->keys->needs(header->root, header->version, key)));
}

/* Adds one entry of a header. A problem's value is one-line YAML, others are plain text; comments
 * that say nothing about how the table was made are passed over. */
static int add_line(source_t *self, piece_t key, piece_t value, long line)
{
    header_t *header = self->header;
    const char *known = problem_key(self, key.text, key.length);
    node_t *node;
    self->behind |= !known && header->root->children > 0;
    if (known && is_comment(self, known))
        return SGDL_OK;
    if (known) {
        int status = tree_read_yaml(self->tree, value.text, value.length,
                                    (place_t){self->name, line}, &node, self->error);
        return status != SGDL_OK
                   ? status
                   : node_add(self->tree, header->root, known, key.length, node, self->error);
    }
    if (is_word(key, "command"))
        return add_text(self, &header->command, value);
    if (is_word(key, VERSION_KEY))
        return add_text(self, &header->version, value);
    if (is_word(key, OPTION_PREFIX) || is_word(key, FILE_PREFIX)) {
        const node_t place = {.source = self->name, .line = line};
        return node_fail_plainly(self->error, &place,
                                 "found '%.*s' without a name, allowed: a header as it was written",
                                 (int)key.length, key.text);
    }
    bool option = has_prefix(key.text, key.length, OPTION_PREFIX);
    if (!option && !has_prefix(key.text, key.length, FILE_PREFIX))
        return SGDL_OK;
    int status = option ? tree_scalar(self->tree, value.text, value.length,
                                      (place_t){self->name, line}, &node, self->error)
                        : tree_read_yaml(self->tree, value.text, value.length,
                                         (place_t){self->name, line}, &node, self->error);
    if (status == SGDL_OK && option)
        return node_add(self->tree, header->options, key.text, key.length, node, self->error);
    if (status == SGDL_OK)
        node_append(header->files, node);
    return status;
}

/* The line of columns ends the header: without it, whole, the end of the file was lost. */
static int check_columns(const source_t *self, const char *text, long line)
{
    size_t length = strcspn(text, "\r\n");
    const node_t place = {.source = self->name, .line = line};
    if (length > 0 && text[length] != '\0')
        return SGDL_OK;
    return node_fail_plainly(self->error, &place,
                             "the table's header ends without a %sline of columns: the file was "
                             "cut or changed",
                             length > 0 ? "whole " : "");
}

static int read_text_table(source_t *self)
{
    const char *text = self->text;
    int status = SGDL_OK;
    long line = 1;
    for (; text[0] == '#' && status == SGDL_OK; line++) {
        size_t length = strcspn(text, "\n");
        if (text[length] == '\0' && self->cut)
            return fail(self, "the table's header is too long");
        size_t end = length > 0 && text[length - 1] == '\r' ? length - 1 : length;
        size_t start = strspn(text, "# ");
        const char *colon = start < end ? memchr(text + start, ':', end - start) : NULL;
        if (colon) {
            size_t value = (size_t)(colon - text) + 1;
            piece_t key = {text + start, value - 1 - start};
            value += value < end && text[value] == ' ';
            status = add_line(self, key, (piece_t){text + value, end - value}, line);
        }
        text += length + (text[length] == '\n');
    }
    bool stated = self->header->root->children > 0;
    return status != SGDL_OK || !stated ? status : check_columns(self, text, line);
}

/* ---- json ------------------------------------------------------------------------------- */

static const char *skip_space(const char *text) { return text + strspn(text, " \t\r\n"); }

/* The end of the JSON string that starts at text[0] = '"', just after its closing quote. */
static const char *skip_string(const char *text)
{
    for (text++; *text && *text != '"'; text++)
        if (*text == '\\' && text[1])
            text++;
    return *text ? text + 1 : text;
}

/* The end of the JSON value at `text`: commas and brackets at its own level end it. */
static const char *skip_value(const char *text)
{
    size_t depth = 0;
    while (*text) {
        if (*text == '"') {
            text = skip_string(text);
            continue;
        }
        if (*text == '{' || *text == '[')
            depth++;
        else if (depth == 0 && (*text == ',' || *text == '}' || *text == ']'))
            break;
        else if (*text == '}' || *text == ']')
            depth--;
        text++;
    }
    return text;
}

/* A string is one-line YAML: what has no structure, and all that version 0.1.0 wrote. */
static int add_json_key(const source_t *self, const char *key, json_t *value, long line)
{
    node_t *node;
    int status =
        json_is_string(value)
            ? tree_read_yaml(self->tree, json_string_value(value), json_string_length(value),
                             (place_t){self->name, line}, &node, self->error)
            : json_node(self->tree, value, self->name, line, &node, self->error);
    return status != SGDL_OK
               ? status
               : node_add(self->tree, self->header->root, key, strlen(key), node, self->error);
}

static int read_json_problem(const source_t *self, json_t *object, long line)
{
    int status = SGDL_OK;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        status = add_json_key(self, key, value, line);
        if (status != SGDL_OK)
            break;
    }
    return status;
}

static int add_json_file(const source_t *self, json_t *value, long line)
{
    node_t *node;
    int status = json_node(self->tree, value, self->name, line, &node, self->error);
    if (status == SGDL_OK)
        node_append(self->header->files, node);
    return status;
}

/* A comment: text, or a number or truth that another program made of one. */
static int add_json_comment(source_t *self, piece_t key, json_t *value, long line)
{
    char *text;
    int status = json_yaml(value, &text, self->error);
    if (status == SGDL_OK)
        status = add_line(self, key, (piece_t){text, strlen(text)}, line);
    free(text);
    return status;
}

/* A member of the table's outermost object: the problem, or a comment that says how it was made. */
static int read_json_member(source_t *self, piece_t key, piece_t value, long line)
{
    bool problem = is_word(key, "problem");
    bool file = has_prefix(key.text, key.length, FILE_PREFIX);
    bool option = has_prefix(key.text, key.length, OPTION_PREFIX);
    if (!problem && !file && !option && !is_word(key, "command") && !is_word(key, VERSION_KEY) &&
        !is_word(key, OPTION_PREFIX) && !is_word(key, FILE_PREFIX))
        return SGDL_OK;
    const node_t place = {.source = self->name, .line = line};
    json_error_t flaw;
    bool starved;
    json_t *read = load_json(value.text, value.length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
                             &flaw, &starved);
    if (starved)
        return sgdl_fail_memory(self->error);
    if (!read)
        return node_fail_plainly(self->error, &place, "the table's %.*s is not valid JSON: %s",
                                 (int)key.length, key.text, flaw.text);
    int status = problem                         ? read_json_problem(self, read, line)
                 : file && !json_is_string(read) ? add_json_file(self, read, line)
                                                 : add_json_comment(self, key, read, line);
    json_decref(read);
    return status;
}

/* Steps through the members of a json table's outermost object, since the rows may be far more
 * than should be held in memory. With a header to fill, fills it; *found tells whether there is a
 * problem among them. */
static int walk_json(source_t *self, bool *found)
{
    const char *text = skip_space(self->text), *counted = self->text;
    long line = 1;
    *found = false;
    if (*text != '{')
        return SGDL_OK;
    do {
        const char *key = skip_space(text + 1);
        if (*key != '"')
            return SGDL_OK;
        const char *end = skip_string(key);
        piece_t name = {key + 1, (size_t)(end - key) - 2};
        text = skip_space(end);
        if (*text != ':')
            return SGDL_OK;
        const char *value = skip_space(text + 1);
        text = skip_value(value);
        if (!*text)
            return SGDL_OK;
        *found |= name.length == 7 && strncmp(name.text, "problem", 7) == 0 && *value == '{';
        for (; counted < value; counted++)
            line += *counted == '\n';
        piece_t whole = {value, (size_t)(text - value)};
        int status = self->header->root ? read_json_member(self, name, whole, line) : SGDL_OK;
        if (status != SGDL_OK)
            return status;
    } while (*text == ',');
    return SGDL_OK;
}

/* ---- any -------------------------------------------------------------------------------- */

static int read_problem(source_t *self)
{
    if (self->cut)
        return sgdl_fail(self->error, SGDL_ERR_INPUT, self->name,
                         "found more than %d MB, allowed a smaller problem file",
                         (int)SOURCE_MEGABYTES);
    if (memchr(self->text, '\0', self->length))
        return fail(self, "found a NUL character, allowed UTF-8 text");
    return tree_read_yaml(self->tree, self->text, self->length, (place_t){self->name, 1},
                          &self->header->root, self->error);
}

/* Every version writes all its keys, so that a key that is missing was lost or mistyped. Where json
 * holds one that is unknown, whoever reads the problem names it. */
static int check_keys(const source_t *self)
{
    const char *missing = NULL;
    size_t count = 0;
    for (const node_t *node = self->header->root->first; node; node = node->next)
        if (!problem_key(self, node->key, strlen(node->key)))
            return SGDL_OK;
    const node_t *root = self->header->root;
    for (size_t i = 0; i < self->keys->count; i++) {
        const char *name = self->keys->names[i];
        if (!node_get(root, name) &&
            (!self->keys->needs || self->keys->needs(root, self->header->version, name))) {
            missing = missing ? missing : name;
            count++;
        }
    }
    if (!missing)
        return SGDL_OK;
    char more[64] = "";
    if (count > 1)
        (void)snprintf(more, sizeof more, " and %zu more of a problem's keys", count - 1);
    return sgdl_fail(self->error, SGDL_ERR_INPUT, self->name,
                     "the table's header lacks '%s'%s, allowed: all of them, as they were written; "
                     "it was cut or changed",
                     missing, more);
}

static int read_any(source_t *self)
{
    bool text = is_text_table(self), json = false;
    header_t *header = self->header;
    int status = text ? SGDL_OK : walk_json(self, &json);
    if (status == SGDL_OK && !text && !json)
        return read_problem(self);
    node_t **const maps[] = {&header->root, &header->options};
    for (size_t i = 0; i < sizeof maps / sizeof *maps && status == SGDL_OK; i++)
        status = tree_node(self->tree, NODE_MAP, (place_t){self->name, 1}, maps[i], self->error);
    if (status == SGDL_OK)
        status =
            tree_node(self->tree, NODE_LIST, (place_t){self->name, 1}, &header->files, self->error);
    if (status == SGDL_OK)
        status = text ? read_text_table(self) : walk_json(self, &json);
    if (status == SGDL_OK && header->root->children == 0)
        return fail(self, "the table's header holds no problem");
    return status != SGDL_OK || !header->version ? status : check_keys(self);
}

int source_read(tree_t *tree, FILE *stream, const char *name, const source_keys_t *keys,
                header_t *header, sgdl_error_t *error)
{
    source_t self = {.name = name, .tree = tree, .keys = keys, .header = header, .error = error};
    *header = (header_t){0};
    int status = slurp(&self, stream);
    if (status == SGDL_OK)
        status = read_any(&self);
    free(self.text);
    return status;
}
