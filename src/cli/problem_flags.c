/* The problem of a command line: its flags, and the times that --directions or --density state. */
#include "src/cli/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/problem/stated.h"

/* The option that states times, NULL: none does. */
static const char *option_with_times(const arguments_t *arguments)
{
    static const char *const names[] = {"directions", "density"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (arguments_text(arguments, names[i]))
            return names[i];
    return NULL;
}

/* Other times on the command line would say nothing: those of the option stand. */
static int check_other_times(const arguments_t *arguments, const char *option, sgdl_error_t *error)
{
    const char *times = option ? arguments_text(arguments, option) : NULL;
    const char *density = arguments_text(arguments, "density");
    if (density && density != times)
        return sgdl_fail(error, SGDL_ERR_INPUT, "--density",
                         "found beside --directions %.80s; allowed: one of the two", times);
    for (size_t i = 0; times && i < arguments->flags; i++) {
        const char *flag = arguments->flag[i].flag;
        if (strncmp(flag, "output-", 7) == 0) {
            bool recorded = arguments_recorded(arguments, option);
            char place[64];
            (void)snprintf(place, sizeof place, "--%s", flag);
            return sgdl_fail(
                error, SGDL_ERR_INPUT, place, "found beside %s--%s %.80s; allowed: %s%s%s",
                recorded ? "the table's " : "", option, times,
                recorded ? "--" : "one of the two, for --", option,
                recorded ? " with other times, or none for curves" : " has times of its own");
        }
    }
    return SGDL_OK;
}

int arguments_problem(const arguments_t *self, sgdl_problem_t *problem, sgdl_error_t *error)
{
    const char *option = option_with_times(self);
    sgdl_flag_value_t *flags = calloc(self->flags + 1, sizeof *flags);
    size_t count = 0;
    int status = check_other_times(self, option, error);
    if (status != SGDL_OK || !flags) {
        free(flags);
        return status != SGDL_OK ? status : sgdl_fail_memory(error);
    }
    for (; count < self->flags; count++)
        flags[count] = self->flag[count];
    if (option)
        flags[count++] = (sgdl_flag_value_t){.flag = option, .text = arguments_text(self, option)};
    status = stated_problem(self->stated, problem, flags, count, error);
    free(flags);
    return status;
}
