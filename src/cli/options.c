/* One parser for all commands. Long flags must be spelled out: an abbreviation that works today
 * would be ambiguous after the next flag, and a typo deserves a suggestion. */
#include "src/cli/command.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const option_t help_option = {"help", 'h', NULL, NULL};

/* A flag of the problem or of the command. */
typedef struct match {
    const sgdl_problem_flag_t *flag;
    const option_t *option;
} match_t;

static bool same_name(const char *name, const char *word, size_t length)
{
    return name && strlen(name) == length && strncmp(name, word, length) == 0;
}

/* By long name [length], or by letter where `letter` is not 0. */
static bool find_flag(const command_t *command, const char *word, size_t length, char letter,
                      match_t *match)
{
    *match = (match_t){0};
    for (const option_t *option = command->options; option->name; option++) {
        if (letter ? option->letter == letter : same_name(option->name, word, length)) {
            match->option = option;
            return true;
        }
    }
    for (const sgdl_problem_flag_t *flag = sgdl_problem_flags; command->problem && flag->flag;
         flag++) {
        if (letter ? flag->letter == letter
                   : same_name(flag->flag, word, length) || same_name(flag->alias, word, length)) {
            match->flag = flag;
            return true;
        }
    }
    if (letter ? letter == help_option.letter : same_name(help_option.name, word, length)) {
        match->option = &help_option;
        return true;
    }
    return false;
}

static int fail_unknown(const command_t *command, const char *word, sgdl_error_t *error)
{
    const char *names[256];
    size_t count = 0;
    size_t room = sizeof names / sizeof *names - 2;
    names[count++] = help_option.name;
    for (const option_t *option = command->options; option->name && count < room; option++) {
        names[count++] = option->name;
    }
    for (const sgdl_problem_flag_t *flag = sgdl_problem_flags;
         command->problem && flag->flag && count < room; flag++) {
        names[count++] = flag->flag;
        if (flag->alias) {
            names[count++] = flag->alias;
        }
    }
    const char *nearest = sgdl_nearest_name(word, names, count);
    char place[128];
    (void)snprintf(place, sizeof place, "--%.100s", word);
    if (nearest) {
        return sgdl_fail(error, SGDL_ERR_INPUT, place, "unknown flag (did you mean '--%s'?)",
                         nearest);
    }
    return sgdl_fail(error, SGDL_ERR_INPUT, place,
                     "unknown flag; 'sgdlimit %s --help' lists those allowed", command->name);
}

static void keep(arguments_t *self, const match_t *match, const char *text)
{
    if (match->flag) {
        self->flag[self->flags++] = (sgdl_flag_value_t){match->flag->flag, text};
    } else {
        self->option[self->options++] = (given_option_t){match->option, text};
    }
}

static bool takes_value(const match_t *match)
{
    return match->flag ? match->flag->argument != NULL : match->option->argument != NULL;
}

/* --name, --name=value or --name value; *next is the argument behind, moved on where it is used. */
static int read_long(arguments_t *self, const char *word, const char *const **next,
                     const char *const *end, sgdl_error_t *error)
{
    const char *equals = strchr(word, '=');
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    char name[128];
    char place[128];
    match_t match;
    (void)snprintf(name, sizeof name, "%.*s", (int)(length < 100 ? length : 100), word);
    (void)snprintf(place, sizeof place, "--%.100s", name);
    if (!find_flag(self->command, word, length, 0, &match)) {
        return fail_unknown(self->command, name, error);
    }
    if (!takes_value(&match)) {
        if (equals) {
            return sgdl_fail(error, SGDL_ERR_INPUT, place, "takes no value, found '%.80s'",
                             equals + 1);
        }
        keep(self, &match, "");
        return SGDL_OK;
    }
    if (equals) {
        keep(self, &match, equals + 1);
        return SGDL_OK;
    }
    if (*next == end || strncmp(**next, "--", 2) == 0) {
        return sgdl_fail(error, SGDL_ERR_INPUT, place, "needs a value, found %s%s%s",
                         *next == end ? "the end of the line" : "'", *next == end ? "" : **next,
                         *next == end ? "" : "'");
    }
    keep(self, &match, *(*next)++);
    return SGDL_OK;
}

/* -x, -x value, -xvalue, or several letters without values behind one dash. */
static int read_letters(arguments_t *self, const char *letters, const char *const **next,
                        const char *const *end, sgdl_error_t *error)
{
    for (; *letters; letters++) {
        char place[3] = {'-', *letters, '\0'};
        match_t match;
        if (!find_flag(self->command, "", 0, *letters, &match)) {
            return sgdl_fail(error, SGDL_ERR_INPUT, place,
                             "unknown flag; 'sgdlimit %s --help' lists those allowed",
                             self->command->name);
        }
        if (!takes_value(&match)) {
            keep(self, &match, "");
            continue;
        }
        if (letters[1]) {
            keep(self, &match, letters + 1);
        } else if (*next == end) {
            return sgdl_fail(error, SGDL_ERR_INPUT, place,
                             "needs a value, found the end of the line");
        } else {
            keep(self, &match, *(*next)++);
        }
        break;
    }
    return SGDL_OK;
}

int arguments_read(arguments_t *self, const command_t *command, size_t count,
                   const char *const *argv, sgdl_error_t *error)
{
    /* no list is longer than the command line; letters may share an argument */
    size_t room = 1;
    for (size_t i = 0; i < count; i++) {
        room += strlen(argv[i]) + 1;
    }
    *self = (arguments_t){.command = command};
    self->flag = calloc(room, sizeof *self->flag);
    self->option = calloc(room, sizeof *self->option);
    self->operand = calloc(room, sizeof *self->operand);
    if (!self->flag || !self->option || !self->operand) {
        return sgdl_fail_memory(error);
    }
    bool flags_over = false;
    const char *const *end = argv + count;
    for (const char *const *next = argv; next < end;) {
        const char *word = *next++;
        int status = SGDL_OK;
        if (flags_over || word[0] != '-' || word[1] == '\0') {
            self->operand[self->operands++] = word;
        } else if (strcmp(word, "--") == 0) {
            flags_over = true;
        } else if (word[1] == '-') {
            status = read_long(self, word + 2, &next, end, error);
        } else {
            status = read_letters(self, word + 1, &next, end, error);
        }
        if (status) {
            return status;
        }
    }
    return SGDL_OK;
}

void arguments_free(arguments_t *self)
{
    free(self->flag);
    free(self->option);
    free(self->operand);
    *self = (arguments_t){0};
}

const char *arguments_text(const arguments_t *self, const char *name)
{
    for (size_t i = self->options; i > 0; i--) {
        if (strcmp(self->option[i - 1].option->name, name) == 0) {
            return self->option[i - 1].text;
        }
    }
    return NULL;
}

int arguments_integer(const arguments_t *self, const char *name, long standard, long lower,
                      long upper, long *value, sgdl_error_t *error)
{
    const char *text = arguments_text(self, name);
    *value = standard;
    if (!text) {
        return SGDL_OK;
    }
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || number < lower || number > upper) {
        char place[64];
        (void)snprintf(place, sizeof place, "--%s", name);
        return sgdl_fail(error, SGDL_ERR_INPUT, place,
                         "found '%.80s', allowed: an integer from %ld to %ld", text, lower, upper);
    }
    *value = number;
    return SGDL_OK;
}
