/* A problem is stated from plain arrays: eigenvalues, means, weights and labels of two classes in
 * eight directions. An edited problem is checked again.
 *
 *     cc arrays.c $(pkg-config --cflags --libs sgdlimit) -o arrays && ./arrays
 */
#include <stdio.h>

#include <sgdlimit/sgdlimit.h>

enum { D = 8 };

static int state(sgdl_problem_t *problem, sgdl_error_t *error)
{
    static const double weights[] = {0.25, 0.75}, labels[] = {1, 0};
    double eigenvalues[D], mean[D], opposite[D];
    for (int i = 0; i < D; i++) {
        eigenvalues[i] = 1.0 / (1 + i);
        mean[i] = 0.5 / (1 + i);
        opposite[i] = -mean[i];
    }
    int status = sgdl_problem_set_classes(problem, 2, error);
    if (status == SGDL_OK)
        status = sgdl_problem_set_weights(problem, weights, 2, error);
    if (status == SGDL_OK)
        status = sgdl_problem_set_labels(problem, labels, 2, error);
    if (status == SGDL_OK)
        status = sgdl_problem_set_eigenvalues(problem, 0, eigenvalues, D, error);
    if (status == SGDL_OK)
        status = sgdl_problem_set_mean(problem, 1, mean, D, error);
    if (status == SGDL_OK)
        status = sgdl_problem_set_mean(problem, 2, opposite, D, error);
    if (status == SGDL_OK)
        status = sgdl_problem_set_number(problem, "time", 4, error);
    return status != SGDL_OK ? status : sgdl_problem_set_number(problem, "output.points", 5, error);
}

static int print_curve(const sgdl_problem_t *problem, sgdl_error_t *error)
{
    sgdl_curve_t *curve = sgdl_curve_new();
    if (!curve)
        return sgdl_fail_memory(error);
    const sgdl_sink_t sink = sgdl_curve_sink(curve);
    int status = sgdl_solve(problem, NULL, &sink, error);
    for (size_t row = 0; status == SGDL_OK && row < sgdl_curve_rows(curve); row++)
        printf("t = %.0f   risk %.6f\n", sgdl_curve_column(curve, "t")[row],
               sgdl_curve_column(curve, "risk")[row]);
    sgdl_curve_free(curve);
    return status;
}

int main(void)
{
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_error_t error = {0};
    int status = problem ? state(problem, &error) : sgdl_fail_memory(&error);
    if (status == SGDL_OK)
        status = print_curve(problem, &error);
    /* two eigenvalues are not as many as there are directions: the computation refuses it */
    if (status == SGDL_OK)
        status = sgdl_problem_set_eigenvalues(problem, 1, (const double[]){1, 2}, 2, &error);
    if (status == SGDL_OK && print_curve(problem, &error) == SGDL_ERR_INPUT)
        printf("refused: %s\n", error.message);
    else
        fprintf(stderr, "%s: %s\n", error.place, error.message);
    sgdl_problem_free(problem);
    return status != SGDL_OK;
}
