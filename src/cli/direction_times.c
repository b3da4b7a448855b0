#include "src/cli/direction_times.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    int status = sgdl_problem_read(problem, arguments->operands ? arguments->operand[0] : NULL,
                                   flags, count, error);
    if (status && times && strcmp(error->place, "--output-times") == 0) {
        (void)snprintf(error->place, sizeof error->place, "--directions");
    }
    free(flags);
    return status;
}
