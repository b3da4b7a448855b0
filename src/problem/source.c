#include "src/problem/source.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "src/problem/keys.h"
#include "src/problem/yaml.h"

/* Problem files, and headers of tables, are small; tables may go on for longer. */
enum { SOURCE_MEGABYTES = 16, SOURCE_BYTES = SOURCE_MEGABYTES << 20 };

/* Some editors put it in front of UTF-8. */
static const char byte_order_mark[] = "\xEF\xBB\xBF";

typedef struct source {
    const char *name;
    char *text; /* [length] and a NUL */
    size_t length;
    bool cut; /* there is more than was read */
    tree_t *tree;
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
            return fail(self, errno ? strerror(errno) : "cannot be read");
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

static const char version_line[] = "# sgdlimit: ";

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

static const char *problem_key(const char *text, size_t length)
{
    for (size_t i = 0; i < PROBLEM_KEYS; i++)
        if (strlen(problem_keys[i]) == length && strncmp(problem_keys[i], text, length) == 0)
            return problem_keys[i];
    return NULL;
}

/* Adds one key of a header, whose value is one-line YAML; other comments are passed over. */
static int add_line(const source_t *self, node_t *root, const char *key, size_t key_length,
                    const char *value, size_t value_length, long line)
{
    const char *known = problem_key(key, key_length);
    if (!known)
        return SGDL_OK;
    node_t *node;
    int status =
        tree_read_yaml(self->tree, value, value_length, self->name, line, &node, self->error);
    return status ? status : node_add(self->tree, root, known, key_length, node, self->error);
}

static int read_text_table(const source_t *self, node_t *root)
{
    const char *text = self->text;
    int status = SGDL_OK;
    for (long line = 1; text[0] == '#' && !status; line++) {
        size_t length = strcspn(text, "\n");
        if (text[length] == '\0' && self->cut)
            return fail(self, "the table's header is too long");
        size_t end = length > 0 && text[length - 1] == '\r' ? length - 1 : length;
        size_t start = strspn(text, "# ");
        const char *colon = start < end ? memchr(text + start, ':', end - start) : NULL;
        if (colon) {
            size_t value = (size_t)(colon - text) + 1;
            status = add_line(self, root, text + start, value - 1 - start, text + value,
                              end - value, line);
        }
        text += length + (text[length] == '\n');
    }
    return status;
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

/* Finds the object under "problem" of a json table; NULL in anything else. The rows may be far
 * more than should be held in memory, so the text is only stepped through. */
static const char *find_json_problem(const char *text, const char **end)
{
    static const char name[] = "\"problem\"";
    text = skip_space(text);
    if (*text != '{')
        return NULL;
    do {
        const char *key = text = skip_space(text + 1);
        if (*key != '"')
            return NULL;
        text = skip_space(skip_string(key));
        if (*text != ':')
            return NULL;
        text = skip_space(text + 1);
        *end = skip_value(text);
        if (strncmp(key, name, sizeof name - 1) == 0)
            return *text == '{' && **end ? text : NULL;
        text = *end;
    } while (*text == ',');
    return NULL;
}

static int read_json_problem(const source_t *self, const char *text, size_t length, node_t *root)
{
    long line = 1;
    for (const char *before = self->text; before < text; before++)
        line += *before == '\n';
    const node_t place = {.source = self->name, .line = line};
    json_error_t problem;
    json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES, &problem);
    if (!object)
        return node_fail_plainly(self->error, &place, "the table's problem is not valid JSON: %s",
                                 problem.text);
    int status = SGDL_OK;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        if (!json_is_string(value))
            status = node_fail_plainly(self->error, &place,
                                       "key '%.40s': found no string, allowed one of YAML", key);
        else
            status = add_line(self, root, key, strlen(key), json_string_value(value),
                              json_string_length(value), line);
        if (status)
            break;
    }
    json_decref(object);
    return status;
}

/* ---- any -------------------------------------------------------------------------------- */

static int read_any(source_t *self, node_t **root)
{
    const char *end, *problem = find_json_problem(self->text, &end);
    bool table = is_text_table(self);
    if (!table && !problem) {
        if (self->cut)
            return sgdl_fail(self->error, SGDL_ERR_INPUT, self->name,
                             "found more than %d MB, allowed a smaller problem file",
                             (int)SOURCE_MEGABYTES);
        if (memchr(self->text, '\0', self->length))
            return fail(self, "found a NUL character, allowed UTF-8 text");
        return tree_read_yaml(self->tree, self->text, self->length, self->name, 1, root,
                              self->error);
    }
    int status = tree_node(self->tree, NODE_MAP, NULL, 0, self->name, 1, root, self->error);
    if (!status)
        status = problem ? read_json_problem(self, problem, (size_t)(end - problem), *root)
                         : read_text_table(self, *root);
    if (!status && (*root)->children == 0)
        return fail(self, "the table's header holds no problem");
    return status;
}

int source_read(tree_t *tree, FILE *stream, const char *name, node_t **root, sgdl_error_t *error)
{
    source_t self = {.name = name, .tree = tree, .error = error};
    int status = slurp(&self, stream);
    if (!status)
        status = read_any(&self, root);
    free(self.text);
    return status;
}
