/* A landscape is stated without a file: a flat and a sharp minimum of equal depth. For each batch
 * the probability of the flat one and the mean time from the sharp one to it are read as arrays.
 *
 *     cc landscape.c $(pkg-config --cflags --libs sgdlimit) -o landscape && ./landscape
 */
#include <stdio.h>

#include <sgdlimit/sgdlimit.h>

static int state(sgdl_problem_t *problem, sgdl_error_t *error)
{
    static const char *const settings[][2] = {
        {"model", "landscape"},
        {"potential", "double-well:scale=0.5,linear=1.2,quadratic=0.5"},
        {"noise", "constant:value=320"},
        {"learning_rate", "0.01"},
        {"batch", "8,16,24"},
    };
    int status = SGDL_OK;
    for (size_t i = 0; i < sizeof settings / sizeof *settings && status == SGDL_OK; i++)
        status = sgdl_problem_set(problem, settings[i][0], settings[i][1], error);
    return status;
}

/* A row a batch; of escapes a row for each way between neighbouring minima, too. */
static int print_batches(const sgdl_problem_t *problem, sgdl_curve_t *law, sgdl_curve_t *escape,
                         sgdl_error_t *error)
{
    const sgdl_sink_t to_law = sgdl_curve_sink(law), to_escape = sgdl_curve_sink(escape);
    int status = sgdl_limit_table(problem, NULL, &to_law, error);
    if (status == SGDL_OK)
        status = sgdl_escape(problem, NULL, &to_escape, error);
    if (status != SGDL_OK)
        return status;
    const double *from = sgdl_curve_column(escape, "from");
    for (size_t way = 0, batch = 0; way < sgdl_curve_rows(escape); way++)
        if (from[way] == 2) /* basins count from 1, left to right */
            printf("batch %2.0f   %.4f flat   %.3g steps out of the sharp one\n",
                   sgdl_curve_column(escape, "batch")[way],
                   sgdl_curve_column(law, "p_flat")[batch++],
                   sgdl_curve_column(escape, "mfpt_steps")[way]);
    return SGDL_OK;
}

int main(void)
{
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_curve_t *law = sgdl_curve_new(), *escape = sgdl_curve_new();
    sgdl_error_t error = {0};
    int status = problem && law && escape ? state(problem, &error) : sgdl_fail_memory(&error);
    if (status == SGDL_OK)
        status = print_batches(problem, law, escape, &error);
    if (status != SGDL_OK)
        fprintf(stderr, "%s: %s\n", error.place, error.message);
    sgdl_curve_free(escape);
    sgdl_curve_free(law);
    sgdl_problem_free(problem);
    return status != SGDL_OK;
}
