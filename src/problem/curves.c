#include "src/problem/curves.h"

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
