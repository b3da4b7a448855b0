/**
 * What a command is, and what a command line says once read.
 *
 * A command is one cmd_*.c with one command_t in it and one row of the table in main.c; parser and
 * help texts work from the option tables alone.
 */
#ifndef SGDL_CLI_COMMAND_H
#define SGDL_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"
#include "sgdlimit/problem.h"

/** A flag of a command. */
typedef struct command_option {
    const char *name;     /* without dashes */
    char letter;          /* one-letter form, or 0 */
    const char *argument; /* placeholder in help texts; NULL: the flag takes no value */
    const char *help;     /* one line with [default] */
    bool repeats;         /* may be given more than once; without a value any may */
} option_t;

typedef struct arguments arguments_t;

typedef struct command {
    const char *name;
    const char *help;     /* one line */
    const char *operands; /* placeholder of what is no flag, e.g. "[PROBLEM]" */
    size_t most_operands;
    bool problem;                                                  /* takes the problem's flags */
    const option_t *options;                                       /* the last row's name is NULL */
    const char *example;                                           /* one or more whole lines */
    int (*run)(const arguments_t *arguments, sgdl_error_t *error); /* returns a sgdl_status */
} command_t;

/** All commands, in the order of the help text; the last entry is NULL. */
extern const command_t *const commands[];

typedef struct given_option {
    const option_t *option;
    const char *text; /* "" if the option takes no value */
} given_option_t;

/** A command line, read. Texts are borrowed from argv. */
struct arguments {
    const command_t *command;
    sgdl_flag_value_t *flag; /* [flags] the problem's flags, in order */
    size_t flags;
    given_option_t *option; /* [options] the command's own, in order */
    size_t options;
    const char **operand; /* [operands] */
    size_t operands;
};

/** Reads argv [argc] and the NULL behind it; argv[0] is the command's name. Errors: SGDL_ERR_INPUT,
 * SGDL_ERR_MEMORY. */
int arguments_read(arguments_t *self, const command_t *command, int argc, char *const *argv,
                   sgdl_error_t *error) SGDL_CHECKED;
void arguments_free(arguments_t *self);

/** The text of the option called `name` (the last, if it repeats), or NULL if it was not given. */
const char *arguments_text(const arguments_t *self, const char *name);

/** The number of the option called `name`: an integer from `lower` to `upper`, or
 * `standard` if it was not given. Errors: SGDL_ERR_INPUT. */
int arguments_integer(const arguments_t *self, const char *name, long standard, long lower,
                      long upper, long *value, sgdl_error_t *error) SGDL_CHECKED;

/** The command of that name; fails with the nearest name and the list. Errors: SGDL_ERR_INPUT. */
int command_find(const char *name, const command_t **command, sgdl_error_t *error) SGDL_CHECKED;

/** Prints the overview of all commands, or one command's page. */
void print_overview(void);
void print_command_help(const command_t *command);

/** "sgdlimit: PLACE: message" on standard error. */
void print_error(const sgdl_error_t *error);

#endif
