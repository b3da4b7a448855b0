/* The problem of a command line: its flags, and the times that --directions states. */
#include "src/cli/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/problem/stated.h"

/* Other times on the command line would say nothing: the directions have their own. */
static int check_other_times(const arguments_t *arguments, sgdl_error_t *error)
{
    const char *times = arguments_text(arguments, "directions");
    for (size_t i = 0; times && i < arguments->flags; i++) {
        const char *flag = arguments->flag[i].flag;
        if (strncmp(flag, "output-", 7) == 0) {
            bool recorded = arguments_recorded(arguments, "directions");
            char place[64];
            (void)snprintf(place, sizeof place, "--%s", flag);
            return sgdl_fail(error, SGDL_ERR_INPUT, place,
                             "found beside %s--directions %.80s; allowed: %s",
                             recorded ? "the table's " : "", times,
                             recorded ? "--directions with other times, or none for curves"
                                      : "one of the two, for --directions has times of its own");
        }
    }
    return SGDL_OK;
}

int arguments_problem(const arguments_t *self, sgdl_problem_t *problem, sgdl_error_t *error)
{
    const char *times = arguments_text(self, "directions");
    sgdl_flag_value_t *flags = calloc(self->flags + 1, sizeof *flags);
    size_t count = 0;
    int status = check_other_times(self, error);
    if (status != SGDL_OK || !flags) {
        free(flags);
        return status != SGDL_OK ? status : sgdl_fail_memory(error);
    }
    for (; count < self->flags; count++)
        flags[count] = self->flag[count];
    if (times)
        flags[count++] = (sgdl_flag_value_t){.flag = "directions", .text = times};
    status = stated_problem(self->stated, problem, flags, count, error);
    free(flags);
    return status;
}
