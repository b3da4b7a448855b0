/* One parser for all commands, on getopt_long. Long flags must be spelled out: an abbreviation
 * that works today would be ambiguous after the next flag, and a typo deserves a suggestion. */
#include "src/cli/command.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/nearest.h"
#include "src/problem/stated.h"

enum {
    MOST_NAMES = 128,
    FIRST_NAME = 256, /* what getopt_long returns for name[0]: more than any letter */
    OPERAND = 1       /* what it returns for an argument that is no flag */
};

/* A flag of the problem or of the command. */
typedef struct meaning {
    const sgdl_problem_flag_t *flag;
    const option_t *option;
    char letter;
} meaning_t;

/* All flags of a command. Of two with one name or letter the first counts. */
typedef struct vocabulary {
    struct option name[MOST_NAMES + 1]; /* as getopt_long wants them: the last one's name is NULL */
    meaning_t meaning[MOST_NAMES];
    size_t names;
    char letters[2 * MOST_NAMES + 3];
} vocabulary_t;

static void add(vocabulary_t *self, const char *name, const char *argument, meaning_t meaning)
{
    assert(self->names < MOST_NAMES);
    bool undone = meaning.option && meaning.option->recorded != NOT_RECORDED; /* by "=no" */
    self->name[self->names] = (struct option){.name = name,
                                              .has_arg = argument ? required_argument
                                                         : undone ? optional_argument
                                                                  : no_argument,
                                              .val = FIRST_NAME + (int)self->names};
    self->meaning[self->names++] = meaning;
    if (meaning.letter) {
        char row[] = {meaning.letter, argument ? ':' : '\0', '\0'};
        (void)strcat(self->letters, row);
    }
}

static void collect(vocabulary_t *self, const command_t *command)
{
    static const option_t help = {"help", 'h', NULL, NULL};
    /* '-': operands are reported where they stand; ':': so are missing values, silently */
    *self = (vocabulary_t){.letters = "-:"};
    for (const option_t *const *row = command->options; *row; row++)
        add(self, (*row)->name, (*row)->argument,
            (meaning_t){.option = *row, .letter = (*row)->letter});
    const sgdl_problem_flag_t *row;
    for (size_t i = 0; command->problem && (row = sgdl_problem_flag(i)) != NULL; i++) {
        add(self, row->flag, row->argument, (meaning_t){.flag = row, .letter = row->letter});
        if (row->alias)
            add(self, row->alias, row->argument, (meaning_t){.flag = row});
    }
    add(self, help.name, NULL, (meaning_t){.option = &help, .letter = help.letter});
}

/* Where the name or letter stands that getopt_long found in `word`; `names` if it is not known,
 * which abbreviations are not. */
static size_t locate(const vocabulary_t *known, int found, const char *word)
{
    size_t i = 0;
    if (found >= FIRST_NAME) {
        const char *name = known->name[found - FIRST_NAME].name;
        size_t length = strlen(name);
        bool exact = strncmp(word + 2, name, length) == 0 &&
                     (word[2 + length] == '\0' || word[2 + length] == '=');
        return exact ? (size_t)(found - FIRST_NAME) : known->names;
    }
    while (i < known->names && (found == 0 || known->meaning[i].letter != found))
        i++;
    return i;
}

static int fail_unknown(const vocabulary_t *known, const command_t *command, const char *word,
                        sgdl_error_t *error)
{
    const char *names[MOST_NAMES];
    char place[128];
    (void)snprintf(place, sizeof place, "%.*s", (int)strcspn(word, "="), word);
    for (size_t i = 0; i < known->names; i++)
        names[i] = known->name[i].name;
    const char *nearest = word[1] == '-' ? nearest_name(place + 2, names, known->names) : NULL;
    return sgdl_fail(error, SGDL_ERR_INPUT, place,
                     "unknown flag%s%s%s; 'sgdlimit %s --help' lists those allowed",
                     nearest ? " (did you mean '--" : "", nearest ? nearest : "",
                     nearest ? "'?)" : "", command->name);
}

/* Keeps the flag that getopt_long found: `code` is its result, `word` the argument it stands in.
 * A value that looks like a long flag must be stated behind '='. */
static int keep(arguments_t *self, const vocabulary_t *known, int code, const char *word,
                bool value_apart, sgdl_error_t *error)
{
    bool complete = code != '?' && code != ':';
    size_t i = locate(known, complete ? code : optopt, word);
    if (i == known->names)
        return fail_unknown(known, self->command, word, error);
    char place[128];
    const meaning_t *meaning = &known->meaning[i];
    if (word[1] == '-')
        (void)snprintf(place, sizeof place, "--%s", known->name[i].name);
    else
        (void)snprintf(place, sizeof place, "-%c", meaning->letter);
    if (code == '?') {
        return sgdl_fail(error, SGDL_ERR_INPUT, place, "takes no value, found '%.80s'",
                         strchr(word, '=') + 1);
    }
    if (code == ':')
        return sgdl_fail(error, SGDL_ERR_INPUT, place, "needs a value, found the end of the line");
    if (value_apart && strncmp(optarg, "--", 2) == 0)
        return sgdl_fail(error, SGDL_ERR_INPUT, place, "needs a value, found '%.80s'", optarg);
    const char *text = optarg ? optarg : "";
    const option_t *option = meaning->option;
    if (optarg && option && !option->argument && strcmp(text, "yes") != 0 &&
        strcmp(text, "no") != 0) {
        return sgdl_fail(error, SGDL_ERR_INPUT, place,
                         "found '%.80s', allowed: no value, or yes, or no", text);
    }
    const char *before = option ? arguments_given(self, option->name) : NULL;
    bool both = before && !option->argument && !strcmp(before, "no") != !strcmp(text, "no");
    if (before && ((option->argument && !option->repeats) || both)) {
        return sgdl_fail(error, SGDL_ERR_INPUT, place,
                         "found twice ('%.80s' and '%.80s'), allowed once",
                         both && !*before ? "yes" : before, both && !*text ? "yes" : text);
    }
    if (meaning->flag) /* of the problem: who reads that refuses what is stated twice */
        self->flag[self->flags++] = (sgdl_flag_value_t){meaning->flag->flag, text};
    else
        self->option[self->options++] = (given_option_t){meaning->option, text};
    return SGDL_OK;
}

int arguments_read(arguments_t *self, const command_t *command, int argc, char *const *argv,
                   sgdl_error_t *error)
{
    vocabulary_t known;
    collect(&known, command);
    /* no list is longer than the command line; letters may share an argument */
    size_t room = 1;
    for (int i = 1; i < argc; i++)
        room += strlen(argv[i]) + 1;
    *self = (arguments_t){.command = command};
    self->flag = calloc(room, sizeof *self->flag);
    self->option = calloc(room, sizeof *self->option);
    self->operand = calloc(room, sizeof *self->operand);
    self->stated = calloc(1, sizeof *self->stated);
    if (!self->flag || !self->option || !self->operand || !self->stated)
        return sgdl_fail_memory(error);
    opterr = 0;
    optind = 0; /* getopt_long starts anew */
    for (;;) {
        const char *word = argv[optind ? optind : 1];
        int code = getopt_long(argc, argv, known.letters, known.name, NULL);
        if (code == -1)
            break;
        if (code == OPERAND) {
            self->operand[self->operands++] = optarg;
            continue;
        }
        int status = keep(self, &known, code, word, optarg == argv[optind - 1], error);
        if (status != SGDL_OK)
            return status;
    }
    for (int i = optind; i < argc; i++) /* behind "--" */
        self->operand[self->operands++] = argv[i];
    for (size_t i = 0; i < self->operands; i++) {
        if (!*self->operand[i]) {
            return sgdl_fail(error, SGDL_ERR_INPUT, NULL, "an argument is empty, allowed: %s",
                             command->operands);
        }
    }
    return SGDL_OK;
}

void arguments_free(arguments_t *self)
{
    if (self->stated)
        stated_free(self->stated);
    free(self->stated);
    free(self->flag);
    free(self->option);
    free(self->operand);
    *self = (arguments_t){0};
}
