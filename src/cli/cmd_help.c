/* sgdlimit help: pages made from the tables of commands, options and problem flags. */
#include <stdio.h>
#include <string.h>

#include "src/cli/command.h"
#include "sgdlimit/version.h"

enum { PAGE_WIDTH = 100, TEXT_COLUMN = 40 };

void print_overview(void)
{
    (void)printf("sgdlimit %s: the exact high-dimensional limit of one-pass SGD on Gaussian "
                 "mixtures\n\nusage: sgdlimit COMMAND [arguments]\n\ncommands:\n",
                 SGDL_VERSION);
    for (const command_t *const *command = commands; *command; command++) {
        char usage[64];
        (void)snprintf(usage, sizeof usage, "%s %s", (*command)->name, (*command)->operands);
        (void)printf("  %-20s%s\n", usage, (*command)->help);
    }
    (void)printf("\nPROBLEM is a YAML file, a table that this program printed, or - for standard "
                 "input;\nevery key also has a flag. 'sgdlimit help COMMAND' lists the flags.\n"
                 "Exit status: 0 done, 1 the work failed, 2 the command line or an input is "
                 "wrong.\n\nexample:\n"
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
            while (length > 0 && text[length] != ' ') {
                length--;
            }
            length = length ? length : (int)strcspn(text, " ");
        }
        (void)printf("%.*s\n", length, text);
        text += length;
        text += strspn(text, " ");
        if (!*text) {
            return;
        }
        (void)printf("%*s", indent, "");
    }
}

/* "  -o, --output FILE    what it does"; the text of a long name begins on the next line. */
static void print_flag(char letter, const char *name, const char *alias, const char *argument,
                       const char *help)
{
    char short_form[8] = "    ";
    if (letter) {
        (void)snprintf(short_form, sizeof short_form, "-%c, ", letter);
    }
    int length = printf("  %s--%s%s%s%s%s", short_form, name, alias ? ", --" : "",
                        alias ? alias : "", argument ? " " : "", argument ? argument : "");
    if (length + 2 > TEXT_COLUMN) {
        (void)putchar('\n');
        length = 0;
    }
    (void)printf("%*s", TEXT_COLUMN - length, "");
    print_wrapped(help, TEXT_COLUMN);
}

void print_command_help(const command_t *command)
{
    (void)printf("usage: sgdlimit %s %s [flags]\n\n%s\n\nflags:\n", command->name,
                 command->operands, command->help);
    for (const option_t *option = command->options; option->name; option++) {
        print_flag(option->letter, option->name, NULL, option->argument, option->help);
    }
    print_flag('h', "help", NULL, NULL, "this page");
    if (command->problem) {
        (void)puts("\nflags that state the problem, over its file:");
        for (const sgdl_problem_flag_t *flag = sgdl_problem_flags; flag->flag; flag++) {
            print_flag(flag->letter, flag->flag, flag->alias, flag->argument, flag->help);
        }
    }
    (void)printf("\nexample:\n%s", command->example);
}

static int run_help(const arguments_t *arguments, sgdl_error_t *error)
{
    if (arguments->operands == 0) {
        print_overview();
        return SGDL_OK;
    }
    const command_t *command;
    int status = command_find(arguments->operand[0], &command, error);
    if (status == SGDL_OK) {
        print_command_help(command);
    }
    return status;
}

static const option_t help_options[] = {{0}};

const command_t command_help = {
    .name = "help",
    .help = "print the list of commands, or one command's page",
    .operands = "[COMMAND]",
    .most_operands = 1,
    .options = help_options,
    .example = "  sgdlimit help solve\n",
    .run = run_help,
};
