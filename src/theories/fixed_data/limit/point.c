/* A point of a sweep: where the run ends. */
#include <math.h>
#include <string.h>

#include "src/problem/plan.h"
#include "src/theories/fixed_data/fixed_data.h"
#include "src/theories/fixed_data/limit/ending.h"

static const char *const names[] = {"verdict",   "risk_limit",  "error_limit", "train_risk_limit",
                                    "gap_limit", "norm2_limit", "stability"};

int fixed_data_point_columns(const sgdl_problem_t *problem, emit_list_t *columns,
                             sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (size_t c = 0; c < sizeof names / sizeof *names && status == SGDL_OK; c++)
        status = emit_add(columns, error, "%s", names[c]);
    return status == SGDL_OK && problem->has_teacher ? emit_add(columns, error, "cos_signal")
                                                     : status;
}

int fixed_data_point_measure(const sgdl_problem_t *problem, const sgdl_plan_t *stated,
                             const emit_list_t *columns, double *value, sgdl_error_t *error)
{
    sgdl_plan_t plan;
    ending_t ending;
    double norm2 = 0;
    int status = plan_complete(&plan, stated, problem, error);
    if (status != SGDL_OK)
        return status;
    status = ending_init(&ending, &(ending_of_t){problem, &plan, 0}, error);
    const double *row = ending.minimiser.row;
    const layout_t *at = &ending.minimiser.layout;
    for (size_t l = 0; status == SGDL_OK && l < ending.setup.L; l++)
        norm2 += row[at->norm2 + l];
    const double found[] = {ending.verdict,
                            ending.risk,
                            ending.error,
                            ending.train_risk,
                            ending.risk - ending.train_risk,
                            ending.grows      ? INFINITY
                            : ending.is_known ? norm2
                                              : NAN,
                            ending.stability};
    const size_t known = sizeof found / sizeof *found;
    if (status == SGDL_OK)
        memcpy(value, found, sizeof found);
    if (status == SGDL_OK && columns->count > known)
        value[known] = ending.is_known && problem->has_teacher
                           ? overlap_cosine(row[at->overlap], norm2, *ending.setup.signal_norm2)
                           : NAN;
    ending_free(&ending);
    return status;
}
