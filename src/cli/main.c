/* sgdlimit: a table of commands. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/fail_writing.h"
#include "src/base/nearest.h"
#include "src/cli/interrupt.h"
#include "src/cli/runner.h"
#include "sgdlimit/version.h"

const command_t *const commands[] = {&command_solve,     &command_simulate,
                                     &command_compare,   &command_spectrum,
                                     &command_limit,     &command_critical,
                                     &command_sweep,     &command_optimise,
                                     &command_landscape, &command_escape,
                                     &command_estimate,  &command_plot,
                                     &command_help,      NULL};

void print_error(const sgdl_error_t *error)
{
    (void)fprintf(stderr, "sgdlimit: %s%s%s\n", error->place, *error->place ? ": " : "",
                  *error->message ? error->message : sgdl_status_text(error->code));
}

int command_find(const char *name, const command_t **command, sgdl_error_t *error)
{
    const char *names[sizeof commands / sizeof *commands];
    char list[256] = "";
    size_t count = 0;
    for (; commands[count]; count++) {
        if (strcmp(commands[count]->name, name) == 0) {
            *command = commands[count];
            return SGDL_OK;
        }
        names[count] = commands[count]->name;
        size_t used = strlen(list);
        (void)snprintf(list + used, sizeof list - used, "%s%s", count ? ", " : "", names[count]);
    }
    const char *nearest = nearest_name(name, names, count);
    return sgdl_fail(error, SGDL_ERR_INPUT, NULL, "unknown command '%.100s'%s%s%s; allowed: %s",
                     name, nearest ? " (did you mean '" : "", nearest ? nearest : "",
                     nearest ? "'?)" : "", list);
}

/* argv[0] is the command's name. */
static int run_command(int argc, char *const *argv, sgdl_error_t *error)
{
    const command_t *command;
    int status = command_find(argv[0], &command, error);
    if (status != SGDL_OK)
        return status;
    arguments_t arguments;
    status = arguments_read(&arguments, command, argc, argv, error);
    if (status == SGDL_OK && arguments_text(&arguments, "help")) {
        print_command_help(command);
    } else if (status == SGDL_OK && arguments.operands > command->most_operands) {
        status = sgdl_fail(error, SGDL_ERR_INPUT, arguments.operand[command->most_operands],
                           "one argument too many; usage: sgdlimit %s %s [flags]", command->name,
                           command->operands);
    } else if (status == SGDL_OK) {
        status = command->run ? command->run(&arguments, error) : runner_run(&arguments, error);
        if (status == SGDL_ERR_INPUT)
            arguments_place(&arguments, error);
    }
    arguments_free(&arguments);
    return status;
}

static int run(int argc, char *const *argv, sgdl_error_t *error)
{
    if (argc < 2) {
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "no command given; 'sgdlimit help' lists them");
    }
    const char *first = argv[1];
    if (strcmp(first, "--version") == 0 || strcmp(first, "-V") == 0) {
        (void)puts("sgdlimit " SGDL_VERSION);
        return SGDL_OK;
    }
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0) {
        print_overview();
        return SGDL_OK;
    }
    if (first[0] == '-' && first[1]) {
        return sgdl_fail(error, SGDL_ERR_INPUT, first,
                         "a command must come first, or one of --help and --version; 'sgdlimit "
                         "help' lists the commands");
    }
    return run_command(argc - 1, argv + 1, error);
}

enum { SIGNALLED = 128 }; /* plus the signal's number, as shells have it */

/* The one place where a status becomes an exit status. */
static int exit_status(int status)
{
    if (status == SGDL_ERR_INTERRUPTED && interrupt_signal())
        return SIGNALLED + interrupt_signal();
    return status == SGDL_OK ? 0 : status == SGDL_ERR_INPUT ? 2 : 1;
}

int main(int argc, char **argv)
{
    sgdl_error_t error = {0};
    /* a reader that has seen enough is reported by write errors, which are handled below */
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a write error, too */

    int status = run(argc, argv, &error);
    if (!ferror(stdout)) /* else it says why, of a text longer than the buffer */
        errno = 0;
    if (status == SGDL_OK && (fflush(stdout) != 0 || ferror(stdout)))
        status = fail_writing(&error, errno, "standard output");
    if (status == SGDL_ERR_OUTPUT && error.raw == EPIPE)
        return 0;
    if (status == SGDL_ERR_OUTPUT && error.raw == EINTR && interrupt_signal())
        status = SGDL_ERR_INTERRUPTED;
    if (status != SGDL_OK)
        print_error(&error);
    if (interrupt_signal() && ferror(stdout))
        _exit(exit_status(status)); /* without waiting once more for who should read the rest */
    interrupt_end();
    return exit_status(status);
}
