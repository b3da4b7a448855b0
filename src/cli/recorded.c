/* Options that shape a table: in its header as `option_NAME: text`, and back from there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/file_name.h"
#include "src/cli/command.h"
#include "src/problem/stated.h"
#include "src/tree/value.h"

enum { KEY_SIZE = 64 };

/* What stands for an option without a value. */
static const char yes[] = "yes";
static const char no[] = "no";

/* "option_linear_solver"; of values that count together the second is "option_vary_2". */
static const char *key_of(const option_t *option, size_t index, char key[KEY_SIZE])
{
    int length = snprintf(key, KEY_SIZE, OPTION_PREFIX "%s", option->name);
    for (char *c = key; *c; c++)
        *c = (char)(*c == '-' ? '_' : *c);
    if (index > 0 && length > 0 && length < KEY_SIZE)
        (void)snprintf(key + length, KEY_SIZE - (size_t)length, "_%zu", index + 1);
    return key;
}

/* How often an option may be recorded: more than any command takes. */
static size_t most(const option_t *option) { return option->repeats ? 8 : 1; }

static const option_t *find(const command_t *command, const char *name)
{
    const option_t *const *row = command->options;
    while (*row && strcmp((*row)->name, name) != 0)
        row++;
    return *row;
}

static bool is_own(const arguments_t *self)
{
    const char *command = self->stated->header.command;
    return command && strcmp(command, self->command->name) == 0;
}

/* What the table recorded of an option that the command line does not mention; NULL: nothing. */
static const node_t *recorded_node(const arguments_t *self, const option_t *option, size_t index)
{
    char key[KEY_SIZE];
    const node_t *options = self->stated->header.options;
    bool counts = option && options &&
                  (option->recorded == RECORDED_SHARED || (option->recorded && is_own(self)));
    return counts ? node_get(options, key_of(option, index, key)) : NULL;
}

/* The command line's mention of an option with this index, or NULL. */
static const char *given_text(const arguments_t *self, const char *name, size_t index)
{
    for (size_t i = 0; i < self->options; i++)
        if (strcmp(self->option[i].option->name, name) == 0 && index-- == 0)
            return self->option[i].text;
    return NULL;
}

const char *arguments_given(const arguments_t *self, const char *name)
{
    return given_text(self, name, 0);
}

const char *arguments_text_at(const arguments_t *self, const char *name, size_t index)
{
    const option_t *option = find(self->command, name);
    const char *text = given_text(self, name, index);
    if (!arguments_given(self, name)) {
        const node_t *node = recorded_node(self, option, index);
        text = node ? node->text : NULL;
    }
    bool undone = text && option && option->recorded != NOT_RECORDED &&
                  strcmp(text, option->argument ? "none" : no) == 0;
    return undone ? NULL : text;
}

const char *arguments_text(const arguments_t *self, const char *name)
{
    return arguments_text_at(self, name, 0);
}

bool arguments_recorded(const arguments_t *self, const char *name)
{
    return !arguments_given(self, name) && recorded_node(self, find(self->command, name), 0);
}

/* The command's option that stands under this key of a header, or NULL. */
static const option_t *find_recorded(const command_t *command, const char *wanted)
{
    char key[KEY_SIZE];
    for (const option_t *const *row = command->options; *row; row++) {
        for (size_t i = 0; (*row)->recorded && i < most(*row); i++)
            if (strcmp(wanted, key_of(*row, i, key)) == 0)
                return *row;
    }
    return NULL;
}

/* An option that this version does not know would be lost without a word; so would what neither
 * says yes nor no. */
static int check_recorded(const arguments_t *self, sgdl_error_t *error)
{
    const node_t *options = self->stated->header.options;
    for (const node_t *node = options ? options->first : NULL; node; node = node->next) {
        const option_t *option = find_recorded(self->command, node->key);
        if (!option && is_own(self)) {
            return node_fail(error, node, "%s has no such option; 'sgdlimit %s --help' lists them",
                             self->command->name, self->command->name);
        }
        if (option && !option->argument && strcmp(node->text, yes) != 0 &&
            strcmp(node->text, no) != 0)
            return node_fail(error, node, "found '%.80s', allowed: yes or no", node->text);
    }
    return SGDL_OK;
}

int arguments_state(const arguments_t *self, sgdl_error_t *error)
{
    int status = stated_read(self->stated, self->operands ? self->operand[0] : NULL, error);
    return status != SGDL_OK ? status : check_recorded(self, error);
}

/* A file's name is found again from any folder. */
static int record(const option_t *option, size_t index, const char *text, sgdl_table_t *table,
                  sgdl_error_t *error)
{
    char key[KEY_SIZE];
    (void)key_of(option, index, key);
    if (option->recorded != RECORDED_FILE)
        return sgdl_table_comment(table, false, key, error, "%s", option->argument ? text : yes);
    char *name = absolute_name(NULL, text);
    int status =
        name ? sgdl_table_comment(table, false, key, error, "%s", name) : sgdl_fail_memory(error);
    free(name);
    return status;
}

int arguments_record(const arguments_t *self, sgdl_table_t *table, sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (const option_t *const *row = self->command->options; *row; row++) {
        for (size_t i = 0; (*row)->recorded && i < most(*row) && status == SGDL_OK; i++) {
            const char *text = arguments_text_at(self, (*row)->name, i);
            status = text ? record(*row, i, text, table, error) : SGDL_OK;
        }
    }
    return status;
}

void arguments_place(const arguments_t *self, sgdl_error_t *error)
{
    const char *name = error->place + 2;
    if (strncmp(error->place, "--", 2) != 0 || !arguments_recorded(self, name))
        return;
    char key[KEY_SIZE];
    const node_t *node = recorded_node(self, find(self->command, name), 0);
    (void)snprintf(error->place, sizeof error->place, "%s:%ld: %s", node->source, node->line,
                   key_of(find(self->command, name), 0, key));
}
