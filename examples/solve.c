/* A problem is stated, solved, and its columns are read as arrays.
 *
 *     cc solve.c $(pkg-config --cflags --libs sgdlimit) -o solve && ./solve
 */
#include <stdio.h>

#include <sgdlimit/sgdlimit.h>

static int print_curve(const sgdl_problem_t *problem, sgdl_curve_t *curve, sgdl_error_t *error)
{
    const sgdl_sink_t sink = sgdl_curve_sink(curve);
    int status = sgdl_solve(problem, NULL, &sink, error);
    if (status != SGDL_OK)
        return status;
    const double *t = sgdl_curve_column(curve, "t");
    const double *risk = sgdl_curve_column(curve, "risk");
    const double *misclassified = sgdl_curve_column(curve, "error");
    for (size_t row = 0; row < sgdl_curve_rows(curve); row++)
        printf("t = %5.1f   risk %.6f   misclassified %.6f\n", t[row], risk[row],
               misclassified[row]);
    return SGDL_OK;
}

int main(void)
{
    static const char text[] =
        "{loss: logistic, learning_rate: 0.5, time: 10, output: {points: 6}, classes: ["
        "{label: 1, covariance: {family: power-law, exponent: 1}, mean: {family: constant}}, "
        "{label: 0, covariance: {family: isotropic}, mean: {family: opposite, of: 1}}]}";
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_curve_t *curve = sgdl_curve_new();
    sgdl_error_t error = {0};
    int status = sgdl_problem_parse(problem, text, "solve.c", NULL, 0, &error);
    if (status == SGDL_OK && !curve)
        status = sgdl_fail_memory(&error);
    if (status == SGDL_OK)
        status = print_curve(problem, curve, &error);
    if (status != SGDL_OK)
        fprintf(stderr, "%s: %s\n", error.place, error.message);
    sgdl_curve_free(curve);
    sgdl_problem_free(problem);
    return status != SGDL_OK;
}
