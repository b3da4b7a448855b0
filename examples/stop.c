/* A computation is watched, and stopped when it has come half of its way; the rows that it has are
 * kept.
 *
 *     cc stop.c $(pkg-config --cflags --libs sgdlimit) -o stop && ./stop
 */
#include <signal.h>
#include <stdio.h>

#include <sgdlimit/sgdlimit.h>

static volatile sig_atomic_t stop;

static void watch(void *context, double fraction, double t)
{
    (void)t;
    ++*(long *)context;
    if (fraction >= 0.5)
        stop = 1;
}

int main(void)
{
    long calls = 0;
    sgdl_plan_t plan = sgdl_plan_default();
    plan.watch = (sgdl_watch_t){.stop = &stop, .progress = watch, .context = &calls};
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_curve_t *curve = sgdl_curve_new();
    sgdl_error_t error = {0};
    int status = sgdl_problem_parse(problem, "{time: 1000, output: {points: 1001}}", "stop.c", NULL,
                                    0, &error);
    if (status == SGDL_OK && !curve)
        status = sgdl_fail_memory(&error);
    if (status == SGDL_OK) {
        const sgdl_sink_t sink = sgdl_curve_sink(curve);
        status = sgdl_solve(problem, &plan, &sink, &error);
    }
    printf("%s\nrows %zu of 1001, calls %s\n", error.message, curve ? sgdl_curve_rows(curve) : 0,
           calls > 0 ? "some" : "none");
    sgdl_curve_free(curve);
    sgdl_problem_free(problem);
    return status != SGDL_ERR_INTERRUPTED;
}
