#include "src/cli/ensemble_options.h"

#include <math.h>
#include <string.h>

enum { MOST_RUNS = 1000000, MOST_THREADS = 1024 };

static int read_kernel(const char *text, sgdl_kernel_t *kernel, sgdl_error_t *error)
{
    static const char *const names[] = {[SGDL_KERNEL_AUTO] = "auto",
                                        [SGDL_KERNEL_FULL] = "full",
                                        [SGDL_KERNEL_COLLAPSED] = "collapsed"};
    for (size_t i = 0; text && i < sizeof names / sizeof *names; i++) {
        if (strcmp(text, names[i]) == 0) {
            *kernel = (sgdl_kernel_t)i;
            return SGDL_OK;
        }
    }
    return text ? sgdl_fail(error, SGDL_ERR_INPUT, "--kernel",
                            "found '%.80s', allowed: full, collapsed, auto", text)
                : SGDL_OK;
}

int ensemble_options_read(const arguments_t *arguments, long least_runs, sgdl_plan_t *plan,
                          sgdl_error_t *error)
{
    long runs;
    long threads;
    int status =
        arguments_integer(arguments, "runs", (long)plan->runs, least_runs, MOST_RUNS, &runs, error);
    if (status == SGDL_OK)
        status = arguments_integer(arguments, "threads", 0, 1, MOST_THREADS, &threads, error);
    if (status != SGDL_OK)
        return status;
    plan->runs = (size_t)runs;
    plan->threads = (size_t)threads;
    return read_kernel(arguments_text(arguments, "kernel"), &plan->kernel, error);
}

int ensemble_options_check(const sgdl_problem_t *problem, sgdl_error_t *error)
{
    return isfinite(problem->dimension)
               ? SGDL_OK
               : sgdl_fail(error, SGDL_ERR_INPUT, "dimension",
                           "found inf, which has no directions to draw; a simulation needs a "
                           "finite one, such as --dimension 1000");
}
