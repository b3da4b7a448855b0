#include "src/tree/value.h"

#include <limits.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/file_name.h"
#include "src/base/nearest.h"
#include "src/base/text.h"
#include "src/tree/data.h"

/* ---- numbers ---------------------------------------------------------------------------- */

const char *range_text(range_t range, char buffer[RANGE_TEXT_SIZE])
{
    char lower[TEXT_NUMBER_SIZE], upper[TEXT_NUMBER_SIZE];
    /* Bounds at the edge of what a double holds are no bounds to speak of. */
    bool below = range.lower > -DBL_MAX, above = range.upper < DBL_MAX;
    text_shortest(range.lower, lower);
    text_shortest(range.upper, upper);
    if (below && above)
        (void)snprintf(buffer, RANGE_TEXT_SIZE, "a number in %c%s, %s%c",
                       range.lower_open ? '(' : '[', lower, upper, range.upper_open ? ')' : ']');
    else if (below)
        (void)snprintf(buffer, RANGE_TEXT_SIZE, "a number %s %s",
                       range.lower_open ? ">" : ">=", lower);
    else if (above)
        (void)snprintf(buffer, RANGE_TEXT_SIZE, "a number %s %s",
                       range.upper_open ? "<" : "<=", upper);
    else
        (void)snprintf(buffer, RANGE_TEXT_SIZE, "a finite number");
    return buffer;
}

static bool in_range(double value, range_t range)
{
    return (range.lower_open ? value > range.lower : value >= range.lower) &&
           (range.upper_open ? value < range.upper : value <= range.upper);
}

static int fail_octal(const node_t *node, sgdl_error_t *error)
{
    char found[NODE_FOUND_SIZE];
    return node_fail(error, node,
                     "found %s, which is octal to some programs and decimal to others, allowed a "
                     "number without a 0 in front",
                     node_found(node, found));
}

/* Is it what readers of YAML do not agree about? On the command line all numbers are decimal. */
static bool is_octal(const node_t *node)
{
    return node->kind == NODE_SCALAR && node->plain && !node_is_flag(node) &&
           text_is_octal(node->text);
}

int value_number(const node_t *node, range_t range, double *value, sgdl_error_t *error)
{
    char found[NODE_FOUND_SIZE], allowed[RANGE_TEXT_SIZE];
    double number;
    if (is_octal(node))
        return fail_octal(node, error);
    number_status_t status =
        node->kind == NODE_SCALAR ? text_number(node->text, &number) : NUMBER_NOT;
    if (status == NUMBER_OK && in_range(number, range)) {
        *value = number;
        return SGDL_OK;
    }
    return node_fail(error, node, "found %s%s, allowed %s", node_found(node, found),
                     status == NUMBER_LARGE ? " (no double holds it)" : "",
                     range_text(range, allowed));
}

int value_integer(const node_t *node, double lower, double upper, double *value,
                  sgdl_error_t *error)
{
    char found[NODE_FOUND_SIZE];
    double number;
    if (is_octal(node))
        return fail_octal(node, error);
    if (node->kind == NODE_SCALAR && text_number(node->text, &number) == NUMBER_OK &&
        number >= lower && number <= upper && number == floor(number)) {
        *value = number;
        return SGDL_OK;
    }
    return node_fail(error, node, "found %s, allowed an integer from %.0f to %.0f",
                     node_found(node, found), lower, upper);
}

int value_seed(const node_t *node, uint64_t *value, sgdl_error_t *error)
{
    char found[NODE_FOUND_SIZE];
    if (is_octal(node))
        return fail_octal(node, error);
    if (node->kind == NODE_SCALAR && text_seed(node->text, value))
        return SGDL_OK;
    return node_fail(error, node, "found %s, allowed an integer from 0 to 18446744073709551615",
                     node_found(node, found));
}

int value_numbers(const node_t *node, range_t range, double **values, size_t *count,
                  sgdl_error_t *error)
{
    char found[NODE_FOUND_SIZE];
    if (node->kind != NODE_LIST || node->children == 0)
        return node_fail(error, node, "found %s, allowed a list of numbers such as [1, 10]%s",
                         node_found(node, found),
                         node_is_flag(node) ? "; one of its numbers by its place, as KEY.1" : "");
    if (node_is_flag(node) && node->first->kind == NODE_SCALAR && strchr(node->first->text, ','))
        return node_fail(error, node, "found %s, allowed numbers with colons such as 1:10",
                         node_found(node->first, found));
    double *list = calloc(node->children, sizeof *list);
    if (!list)
        return sgdl_fail_memory(error);
    size_t i = 0;
    for (const node_t *child = node->first; child; child = child->next) {
        int status = value_number(child, range, &list[i++], error);
        if (status != SGDL_OK) {
            free(list);
            return status;
        }
    }
    *values = list;
    *count = i;
    return SGDL_OK;
}

int value_interval(const node_t *node, range_t range, double values[2], sgdl_error_t *error)
{
    char found[NODE_FOUND_SIZE];
    if (node->kind != NODE_LIST)
        return node_fail(error, node, "found %s, allowed an interval [a, b]",
                         node_found(node, found));
    if (node->children != 2)
        return node_fail(error, node, "found a list of %zu, allowed an interval [a, b]",
                         node->children);
    double ends[2];
    int status = value_number(node->first, range, &ends[0], error);
    if (status == SGDL_OK)
        status = value_number(node->last, range, &ends[1], error);
    if (status != SGDL_OK)
        return status;
    if (!(ends[0] < ends[1]))
        return node_fail(error, node, "found [%s, %s], allowed an interval [a, b] with a < b",
                         node->first->text, node->last->text);
    values[0] = ends[0];
    values[1] = ends[1];
    return SGDL_OK;
}

/* ---- words ------------------------------------------------------------------------------ */

enum { LIST_SIZE = 512 };

/* "a, b, c" */
static const char *join(const char *const *names, size_t count, char buffer[LIST_SIZE])
{
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; i < count && used < LIST_SIZE; i++)
        used += (size_t)snprintf(buffer + used, LIST_SIZE - used, "%s%s", i ? ", " : "", names[i]);
    return buffer;
}

/* " (did you mean 'x'?)", or "'x: ...'" where a key swallowed the value behind it, or nothing */
static const char *suggest(const char *word, const char *const *names, size_t count,
                           char buffer[NODE_FOUND_SIZE])
{
    double number;
    size_t first = strcspn(word, " :={[");
    buffer[0] = '\0';
    if (text_number(word, &number) != NUMBER_NOT) /* no slip of a word */
        return buffer;
    const char *nearest = nearest_name(word, names, count);
    for (size_t i = 0; i < count && word[first]; i++)
        if (strlen(names[i]) == first && strncmp(names[i], word, first) == 0) {
            (void)snprintf(buffer, NODE_FOUND_SIZE, " (did you mean '%s: ...'?)", names[i]);
            return buffer;
        }
    if (nearest)
        (void)snprintf(buffer, NODE_FOUND_SIZE, " (did you mean '%s'?)", nearest);
    return buffer;
}

int value_word(const node_t *node, words_t words, size_t *index, sgdl_error_t *error)
{
    char found[NODE_FOUND_SIZE], near[NODE_FOUND_SIZE], list[LIST_SIZE];
    const char *allowed = join(words.names, words.count, list);
    if (node->kind != NODE_SCALAR)
        return node_fail(error, node, "found %s, allowed: %s", node_found(node, found), allowed);
    for (size_t i = 0; i < words.count; i++) {
        if (strcmp(node->text, words.names[i]) == 0) {
            *index = i;
            return SGDL_OK;
        }
    }
    for (size_t i = 0; i < words.later_count; i++)
        if (strcmp(node->text, words.later[i]) == 0)
            return node_fail(error, node, "%s is not available in this version; allowed: %s",
                             words.later[i], allowed);
    return node_fail(error, node, "found %s%s, allowed: %s", node_found(node, found),
                     suggest(node->text, words.names, words.count, near), allowed);
}

int value_map(const node_t *node, const char *example, const char *const *names, size_t count,
              sgdl_error_t *error)
{
    char found[NODE_FOUND_SIZE], near[NODE_FOUND_SIZE], list[LIST_SIZE];
    if (node->kind != NODE_MAP)
        return node_fail(error, node, "found %s, allowed a map such as %s", node_found(node, found),
                         example);
    for (const node_t *child = node->first; child; child = child->next) {
        size_t i = 0;
        while (i < count && strcmp(child->key, names[i]) != 0)
            i++;
        if (i < count)
            continue;
        /* The path is the map's, the place that of the key. */
        node_t place = *node;
        place.source = child->source;
        place.line = child->line;
        text_printable(child->key, found, sizeof found);
        return node_fail(error, &place, "unknown key '%s'%s; allowed: %s", found,
                         suggest(child->key, names, count, near), join(names, count, list));
    }
    return SGDL_OK;
}

/* ---- file names ------------------------------------------------------------------------- */

int value_path(const node_t *node, const char *folder, char **path, sgdl_error_t *error)
{
    char found[NODE_FOUND_SIZE];
    const char *text = node->kind == NODE_SCALAR ? node->text : "";
    bool word = node->plain && (!strcasecmp(text, "true") || !strcasecmp(text, "false") ||
                                !strcasecmp(text, "null") || strcmp(text, "~") == 0);
    if (text[0] == '\0' || word)
        return node_fail(error, node, "found %s, allowed the name of a file",
                         node_found(node, found));
    if (strlen(text) >= PATH_MAX) /* each class has its copy */
        return node_fail(error, node, "found a name of %zu bytes, allowed fewer than %d",
                         strlen(text), PATH_MAX);
    char *absolute = absolute_name(node_is_flag(node) ? NULL : folder, text);
    if (!absolute)
        return sgdl_fail_memory(error);
    /* A table that holds the problem has to be able to hold the name. */
    if (!text_is_utf8(absolute)) {
        free(absolute);
        return node_fail(error, node, "found %s, allowed a file name in UTF-8",
                         node_found(node, found));
    }
    *path = absolute;
    return SGDL_OK;
}

int value_data(const node_t *node, const char *folder, value_data_t *value, sgdl_error_t *error)
{
    const range_t any = {.lower = -INFINITY, .upper = INFINITY};
    *value = (value_data_t){0};
    if (node->kind == NODE_NUMBERS) {
        value->data = node->data->numbers.value;
        value->count = node->data->numbers.count;
        return SGDL_OK;
    }
    int status = SGDL_ERR_INPUT;
    if (node->kind == NODE_LIST)
        status = value_numbers(node, any, &value->list, &value->count, NULL);
    value->data = value->list;
    if (status == SGDL_ERR_MEMORY)
        return sgdl_fail_memory(error);
    return status == SGDL_OK ? status : value_path(node, folder, &value->path, error);
}
