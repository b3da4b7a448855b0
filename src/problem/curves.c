#include "src/problem/curves.h"

#include <stdio.h>

#include "src/base/c_locale.h"
#include "src/schedule/source.h"

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

const char *curves_words(const sgdl_problem_t *problem, size_t curve, double horizon,
                         char words[CURVES_WORDS])
{
    const size_t batches = problem->batch_count > 0 ? problem->batch_count : 1;
    const sgdl_schedule_t *schedule = &problem->learning_rate[curve / batches];
    const rate_source_t source = rate_source_of(schedule, horizon);
    const bool driven = source.kind == RATE_DRIVEN;
    int used = driven
                   ? c_print(words, CURVES_WORDS, "%s", schedule->spec.family->name)
                   : c_print(words, CURVES_WORDS, "learning rate %.6g", rate_source_label(&source));
    if (driven && problem->rates > 1)
        used += c_print(words + used, CURVES_WORDS - (size_t)used, ", curve %zu", curve + 1);
    if (problem->batch_count > 1)
        (void)c_print(words + used, CURVES_WORDS - (size_t)used, ", batch %g",
                      problem->batches[curve % problem->batch_count]);
    return words;
}

/* ---- curves one after another ------------------------------------------------------------- */

bool curves_end_with_rows(int status)
{
    return status == SGDL_OK || status == SGDL_ERR_DIVERGED || status == SGDL_ERR_INTERRUPTED ||
           status == SGDL_ERR_SOLVER;
}

int curves_solve(const sgdl_problem_t *problem, const sgdl_sink_t *sink,
                 int (*solve_curve)(void *context, size_t curve, sgdl_error_t *error),
                 void *context, sgdl_error_t *error)
{
    sgdl_error_t first = {.code = SGDL_OK};
    const size_t curves = problem_curves(problem);
    for (size_t c = 0; c < curves && first.code != SGDL_ERR_INTERRUPTED; c++) {
        int status = solve_curve(context, c, error);
        if (status == SGDL_OK)
            continue;
        if (!curves_end_with_rows(status))
            return status;
        const sgdl_error_t reason = *error;
        char key[64];
        (void)snprintf(key, sizeof key, "curve_%zu_ended", c + 1);
        int noted = emit_note(sink, key, error, "%s", reason.message);
        if (noted != SGDL_OK)
            return noted;
        if (first.code == SGDL_OK || status == SGDL_ERR_INTERRUPTED)
            first = reason;
    }
    *error = first;
    return first.code;
}
