#include "src/cli/direction_times.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Times on the command line say nothing of the directions that the table stands for. */
static int check_other_times(const arguments_t *arguments, sgdl_error_t *error)
{
    for (size_t i = 0; i < arguments->flags; i++) {
        const char *flag = arguments->flag[i].flag;
        if (strncmp(flag, "output-", 7) == 0 && arguments_recorded(arguments, "directions")) {
            char place[64];
            (void)snprintf(place, sizeof place, "--%s", flag);
            return sgdl_fail(error, SGDL_ERR_INPUT, place,
                             "found beside the table's --directions %.80s; allowed: --directions "
                             "with other times, or none for curves",
                             arguments_text(arguments, "directions"));
        }
    }
    return SGDL_OK;
}

int direction_times_read(const arguments_t *arguments, sgdl_problem_t *problem, sgdl_error_t *error)
{
    const char *times = arguments_text(arguments, "directions");
    sgdl_flag_value_t *flags = calloc(arguments->flags + 1, sizeof *flags);
    size_t count = 0;
    if (!flags) {
        return sgdl_fail_memory(error);
    }
    for (size_t i = 0; i < arguments->flags; i++) {
        if (!times || strncmp(arguments->flag[i].flag, "output-", 7) != 0) {
            flags[count++] = arguments->flag[i];
        }
    }
    if (times) {
        flags[count++] = (sgdl_flag_value_t){.flag = "output-times", .text = times};
    }
    int status = check_other_times(arguments, error);
    if (status == SGDL_OK) {
        status = arguments_problem_with(arguments, flags, count, problem, error);
    }
    if (status && times && strcmp(error->place, "--output-times") == 0) {
        (void)snprintf(error->place, sizeof error->place, "--directions");
    }
    free(flags);
    return status;
}
