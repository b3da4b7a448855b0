/* sgdlimit help: pages made from the tables of commands, options and problem flags. */
#include <stdio.h>
#include <string.h>

#include "src/base/nearest.h"
#include "src/cli/command.h"
#include "src/cli/help.h"
#include "src/problem/keys.h"
#include "sgdlimit/version.h"

enum { PAGE_WIDTH = 100, TEXT_COLUMN = 40 };

void print_overview(void)
{
    (void)printf(
        "sgdlimit %s: what SGD does, exactly: in high dimension on Gaussian mixtures, "
        "and as a diffusion between minima\n\nusage: sgdlimit COMMAND [arguments]\n\ncommands:\n",
        SGDL_VERSION);
    for (const command_t *const *command = commands; *command; command++) {
        char usage[64];
        (void)snprintf(usage, sizeof usage, "%s %s", (*command)->name, (*command)->operands);
        (void)printf("  %-20s%s\n", usage, (*command)->help);
    }
    (void)puts("\nmore pages:");
    for (const help_topic_t *topic = help_topics; topic->name; topic++)
        (void)printf("  help %-15s%s\n", topic->name, topic->help);
    (void)printf("\nPROBLEM is a YAML file, a table that this program printed, or - for standard "
                 "input;\nevery key also has a flag. 'sgdlimit help COMMAND' lists the flags.\n"
                 "Exit status: 0 done, 1 the work failed, 2 the command line or an input is wrong, "
                 "130 Ctrl-C,\n128 + n ended by signal n.\n\nexample:\n"
                 "  sgdlimit solve --learning-rate 0.5 --time 100 -o curve.tsv\n"
                 "  sgdlimit plot curve.tsv\n");
}

/* Breaks a text between words; all lines but the first begin at `indent`. */
static void print_wrapped(const char *text, int indent)
{
    int room = PAGE_WIDTH - indent;
    for (;;) {
        int length = (int)strlen(text);
        if (length > room) {
            length = room;
            while (length > 0 && text[length] != ' ')
                length--;
            length = length ? length : (int)strcspn(text, " ");
        }
        (void)printf("%.*s\n", length, text);
        text += length;
        text += strspn(text, " ");
        if (!*text)
            return;
        (void)printf("%*s", indent, "");
    }
}

void help_row(const char *head, const char *text)
{
    int length = printf("%s", head);
    if (length + 2 > TEXT_COLUMN) {
        (void)putchar('\n');
        length = 0;
    }
    (void)printf("%*s", TEXT_COLUMN - length, "");
    print_wrapped(text, TEXT_COLUMN);
}

void help_paragraph(const char *text)
{
    print_wrapped(text, 0);
    (void)putchar('\n');
}

/* "  -o, --output FILE    what it does"; the text of a long name begins on the next line. */
static void print_flag(char letter, const char *name, const char *alias, const char *argument,
                       const char *help)
{
    char short_form[8] = "    ";
    if (letter)
        (void)snprintf(short_form, sizeof short_form, "-%c, ", letter);
    char head[256];
    (void)snprintf(head, sizeof head, "  %s--%s%s%s%s%s", short_form, name, alias ? ", --" : "",
                   alias ? alias : "", argument ? " " : "", argument ? argument : "");
    help_row(head, help);
}

/* Those of the keys that this model alone takes, or several (NULL). */
static void print_problem_flags(const model_t *model)
{
    const key_flag_t *row;
    bool begun = model == NULL;
    for (size_t i = 0; (row = key_flag(i)) != NULL; i++) {
        if (key_flag_model(row) != model)
            continue;
        if (!begun)
            (void)printf("\nof a %s:\n", model->told);
        begun = true;
        print_flag(row->flag.letter, row->flag.flag, row->flag.alias, row->flag.argument,
                   row->flag.help);
    }
}

void print_command_help(const command_t *command)
{
    (void)printf("usage: sgdlimit %s %s [flags]\n\n%s\n\n", command->name, command->operands,
                 command->help);
    if (command->more)
        help_paragraph(command->more);
    (void)puts("flags:");
    for (const option_t *const *row = command->options; *row; row++)
        print_flag((*row)->letter, (*row)->name, NULL, (*row)->argument, (*row)->help);
    print_flag('h', "help", NULL, NULL, "this page");
    if (command->problem) {
        (void)puts("\nflags that state the problem, over its file:");
        print_problem_flags(NULL);
        for (const model_t *const *model = models; *model; model++)
            print_problem_flags(*model);
        (void)puts("\nsee also: sgdlimit help families, sgdlimit help teachers, sgdlimit help "
                   "data, sgdlimit\n"
                   "help landscapes, sgdlimit help schedules, sgdlimit help columns");
    }
    (void)printf("\nexample:\n%s", command->example);
}

static int fail_unknown(const char *name, sgdl_error_t *error)
{
    enum { MOST_PAGES = 64 };
    const char *names[MOST_PAGES];
    char list[512] = "";
    size_t count = 0;
    for (const command_t *const *command = commands; *command && count < MOST_PAGES; command++)
        names[count++] = (*command)->name;
    for (const help_topic_t *topic = help_topics; topic->name && count < MOST_PAGES; topic++)
        names[count++] = topic->name;
    for (size_t i = 0; i < count; i++) {
        size_t used = strlen(list);
        (void)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", names[i]);
    }
    const char *nearest = nearest_name(name, names, count);
    return sgdl_fail(error, SGDL_ERR_INPUT, NULL, "no page on '%.100s'%s%s%s; allowed: %s", name,
                     nearest ? " (did you mean '" : "", nearest ? nearest : "",
                     nearest ? "'?)" : "", list);
}

static int run_help(const arguments_t *arguments, sgdl_error_t *error)
{
    const char *name = arguments->operands ? arguments->operand[0] : NULL;
    if (!name) {
        print_overview();
        return SGDL_OK;
    }
    for (const help_topic_t *topic = help_topics; topic->name; topic++) {
        if (strcmp(topic->name, name) == 0) {
            topic->print();
            return SGDL_OK;
        }
    }
    for (const command_t *const *command = commands; *command; command++) {
        if (strcmp((*command)->name, name) == 0) {
            print_command_help(*command);
            return SGDL_OK;
        }
    }
    return fail_unknown(name, error);
}

static const option_t *const help_options[] = {NULL};

const command_t command_help = {
    .name = "help",
    .help = "the list of commands, one command's page, or one of the pages below",
    .operands = "[PAGE]",
    .most_operands = 1,
    .options = help_options,
    .example = "  sgdlimit help solve\n  sgdlimit help families\n",
    .run = run_help,
};
