/**
 * What a command is, and what a command line says once read.
 *
 * A command is one cmd_*.c with one command_t in it and one row of the table in main.c; parser and
 * help texts work from the option tables alone.
 */
#ifndef SGDLIMIT_CLI_COMMAND_H
#define SGDLIMIT_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"
#include "src/problem/problem.h"
#include "sgdlimit/table.h"

/** Whether an option shapes the table: then the table's header holds it, and a command that gets
 * the table as its PROBLEM takes it from there unless the command line says otherwise. */
typedef enum recorded {
    NOT_RECORDED,
    RECORDED,       /* read back by the command that made the table */
    RECORDED_FILE,  /* the same of a file's name, which is absolute there */
    RECORDED_SHARED /* and by all others with an option of that name, where it means the same */
} recorded_t;

typedef struct arguments arguments_t;
typedef struct work work_t;

/** A flag of a command. */
typedef struct command_option {
    const char *name;     /* without dashes */
    char letter;          /* one-letter form, or 0 */
    const char *argument; /* placeholder in help texts; NULL: the flag takes no value */
    const char *help;     /* one line with [default] */
    recorded_t recorded;
    bool repeats; /* may be given more than once; without a value any may */
    /* Puts what was given into the work's plan or its own request, once the problem is read; of an
     * option that repeats each in turn. NULL: whoever needs the text asks for it. */
    int (*read)(work_t *work, const char *text, sgdl_error_t *error);
} option_t;

/** A command states its options, what they ask for and what it computes; the runner (runner.h) does
 * the rest. All functions return a sgdl_status. */
typedef struct command {
    const char *name;
    const char *help;     /* one line */
    const char *more;     /* a paragraph of its page, or NULL */
    const char *operands; /* placeholder of what is no flag, e.g. "[PROBLEM]" */
    size_t most_operands;
    bool problem;                   /* takes the problem's flags */
    const option_t *const *options; /* the last is NULL; in the order of the help text */
    const char *example;            /* one or more whole lines */
    size_t own_size;                /* bytes of work->own, its request; 0: none */
    int (*state)(work_t *work, sgdl_error_t *error); /* reads the problem otherwise; may be NULL */
    int (*check)(work_t *work, sgdl_error_t *error); /* once all is read; may be NULL */
    int (*compute)(work_t *work, sgdl_table_t *table, sgdl_error_t *error);
    int (*conclude)(work_t *work, const sgdl_table_t *table,
                    sgdl_error_t *error); /* once the whole table is written; may be NULL */
    void (*free_own)(void *own);          /* may be NULL */
    int (*run)(const arguments_t *arguments, sgdl_error_t *error); /* without the runner; or NULL */
} command_t;

extern const command_t command_solve, command_simulate, command_compare, command_limit,
    command_sweep, command_critical, command_spectrum, command_landscape, command_escape,
    command_optimise, command_estimate, command_plot, command_help;

/** All commands, in the order of the help text; the last entry is NULL. */
extern const command_t *const commands[];

typedef struct given_option {
    const option_t *option;
    const char *text; /* "" if the option takes no value */
} given_option_t;

struct stated;

/** A command line, read. Texts are borrowed from argv. */
struct arguments {
    const command_t *command;
    sgdl_flag_value_t *flag; /* [flags] the problem's flags, in order */
    size_t flags;
    given_option_t *option; /* [options] the command's own, in order */
    size_t options;
    const char **operand; /* [operands] */
    size_t operands;
    struct stated *stated; /* what PROBLEM states; all-zero until arguments_state */
};

/** Reads argv [argc] and the NULL behind it; argv[0] is the command's name. Errors: SGDL_ERR_INPUT,
 * SGDL_ERR_MEMORY. */
int arguments_read(arguments_t *self, const command_t *command, int argc, char *const *argv,
                   sgdl_error_t *error) SGDL_CHECKED;
void arguments_free(arguments_t *self);

/** What the command line itself says for an option, or NULL. */
const char *arguments_given(const arguments_t *self, const char *name);

/** Reads PROBLEM, so that options recorded in a table count as given: before they are asked for,
 * and before arguments_problem. Errors: as sgdl_problem_read, and for a recorded option that the
 * command which made the table does not have. */
int arguments_state(const arguments_t *self, sgdl_error_t *error) SGDL_CHECKED;

/** The problem that PROBLEM and the flags state, once. The times of an option --directions stand in
 * the place of other output times. Errors: as sgdl_problem_read. */
int arguments_problem(const arguments_t *self, sgdl_problem_t *problem,
                      sgdl_error_t *error) SGDL_CHECKED;

/** The text of an option, of the first if it repeats: the command line's, else what the table that
 * is PROBLEM recorded. NULL if it was not given, or is undone by `none` (without a value: `=no`).
 */
const char *arguments_text(const arguments_t *self, const char *name);

/** The same of an option that repeats, for the one with this index from 0. */
const char *arguments_text_at(const arguments_t *self, const char *name, size_t index);

/** Does what counts for the option come from the table? */
bool arguments_recorded(const arguments_t *self, const char *name);

/** Adds the options that shape the table to its comments. Errors: SGDL_ERR_MEMORY. */
int arguments_record(const arguments_t *self, sgdl_table_t *table,
                     sgdl_error_t *error) SGDL_CHECKED;

/** Where a message's place is "--name" and the option comes from the table, names that. */
void arguments_place(const arguments_t *self, sgdl_error_t *error);

/** The command of that name; fails with the nearest name and the list. Errors: SGDL_ERR_INPUT. */
int command_find(const char *name, const command_t **command, sgdl_error_t *error) SGDL_CHECKED;

/** Prints the overview of all commands, or one command's page. */
void print_overview(void);
void print_command_help(const command_t *command);

/** "sgdlimit: PLACE: message" on standard error. */
void print_error(const sgdl_error_t *error);

#endif
