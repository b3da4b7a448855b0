#include "src/tree/yaml_flaw.h"

#include <stdio.h>
#include <string.h>

#include "src/base/text.h"

enum {
    SHOWN_SIZE = 48,
    LONGEST_KEY = 1024 /* of YAML */
};

/* One line of the text, without its comment and the blanks at its end. */
typedef struct line {
    const char *text;
    size_t length, indent;
} line_t;

static line_t find_line(const char *text, size_t length, size_t number)
{
    const char *end = text + length;
    for (; number > 0 && text < end; number--) {
        const char *next = memchr(text, '\n', (size_t)(end - text));
        text = next ? next + 1 : end;
    }
    const char *stop = memchr(text, '\n', (size_t)(end - text));
    line_t line = {.text = text, .length = (size_t)((stop ? stop : end) - text)};
    while (line.indent < line.length && strchr(" \t-", text[line.indent]))
        line.indent++;
    for (size_t i = line.indent; i < line.length; i++)
        if (text[i] == '#' && (i == line.indent || strchr(" \t", text[i - 1])))
            line.length = i;
    while (line.length > line.indent && strchr(" \t\r", text[line.length - 1]))
        line.length--;
    return line;
}

static bool is_empty(const line_t *line) { return line->indent == line->length; }

/* The part of the line that is for a message. */
static const char *show(const line_t *line, char shown[SHOWN_SIZE])
{
    char text[4 * SHOWN_SIZE];
    (void)snprintf(text, sizeof text, "%.*s", (int)(line->length - line->indent),
                   line->text + line->indent);
    text_printable(text, shown, SHOWN_SIZE);
    return shown;
}

/* Where a colon parts a key from its value within the first `length` bytes; `length`: nowhere. */
static size_t find_colon(const line_t *line, size_t length)
{
    for (size_t i = line->indent; i < length; i++)
        if (line->text[i] == ':' && (i + 1 >= line->length || strchr(" \t", line->text[i + 1])))
            return i;
    return length;
}

static void say_no_colon(const line_t *line, char message[YAML_FLAW_SIZE])
{
    char shown[SHOWN_SIZE];
    if (find_colon(line, line->length) < line->length) {
        (void)snprintf(message, YAML_FLAW_SIZE, "found the key '%s', allowed up to %d letters",
                       show(line, shown), (int)LONGEST_KEY);
        return;
    }
    bool tight = memchr(line->text + line->indent, ':', line->length - line->indent) != NULL;
    (void)snprintf(message, YAML_FLAW_SIZE, "found '%s' without a %s, allowed 'key: value'",
                   show(line, shown), tight ? "space behind the ':'" : "':' behind the key");
}

/* A colon where none may be: one too many in its line, or none in the line before it. */
static void explain_colon(const char *text, size_t length, const yaml_mark_t *mark, size_t *number,
                          char message[YAML_FLAW_SIZE])
{
    line_t here = find_line(text, length, mark->line);
    *number = mark->line;
    size_t before_mark = mark->column < here.length ? mark->column : here.length;
    if (find_colon(&here, before_mark) < before_mark) {
        (void)snprintf(
            message, YAML_FLAW_SIZE,
            "found a second ':' in one line, allowed one 'key: value' a line; a map in a "
            "line stands in braces, a text with ': ' in quotes");
        return;
    }
    if (mark->column > here.indent + LONGEST_KEY) {
        say_no_colon(&here, message);
        return;
    }
    for (size_t before = mark->line; before-- > 0;) {
        line_t line = find_line(text, length, before);
        if (is_empty(&line))
            continue;
        if (find_colon(&line, line.length) == line.length) {
            *number = before;
            say_no_colon(&line, message);
            return;
        }
        break;
    }
    (void)snprintf(message, YAML_FLAW_SIZE,
                   "this line is indented deeper than the one before, whose key has its value "
                   "already, allowed the same indentation");
}

bool yaml_flaw(const yaml_parser_t *parser, const char *text, size_t length, size_t *line,
               char message[YAML_FLAW_SIZE])
{
    if (parser->error != YAML_SCANNER_ERROR || !parser->problem)
        return false;
    line_t here = find_line(text, length, parser->problem_mark.line);
    *line = parser->problem_mark.line;
    if (memchr(here.text, '\t', here.indent)) {
        (void)snprintf(message, YAML_FLAW_SIZE,
                       "found a tab that indents a line, allowed spaces only");
        return true;
    }
    if (strcmp(parser->problem, "could not find expected ':'") == 0) {
        *line = parser->context_mark.line;
        here = find_line(text, length, *line);
        say_no_colon(&here, message);
        return true;
    }
    if (strcmp(parser->problem, "mapping values are not allowed in this context") == 0) {
        explain_colon(text, length, &parser->problem_mark, line, message);
        return true;
    }
    return false;
}
