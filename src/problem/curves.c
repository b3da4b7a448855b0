#include "src/problem/curves.h"

int curves_quantities(const sgdl_problem_t *problem, emit_list_t *list, sgdl_error_t *error)
{
    const char *names[CURVE_COLUMNS];
    const size_t columns = problem_curve_columns(problem, names);
    int status = SGDL_OK;
    for (size_t c = 0; c < columns && status == SGDL_OK; c++)
        status = emit_add(list, error, "%s", names[c]);
    return status;
}

double *curves_put(const sgdl_problem_t *problem, size_t curve, double horizon, double *next)
{
    const char *names[CURVE_COLUMNS];
    double values[CURVE_COLUMNS];
    const size_t columns = problem_curve_columns(problem, names);
    if (columns > 0)
        problem_curve_values(problem, curve, horizon, values);
    for (size_t c = 0; c < columns; c++)
        *next++ = values[c];
    return next;
}
