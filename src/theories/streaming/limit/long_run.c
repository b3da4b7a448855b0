#include "src/theories/streaming/limit/long_run.h"
#include "src/problem/problem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int long_run(const sgdl_problem_t *problem, size_t rate, const long_run_options_t *options,
             const double *times, size_t count, sgdl_table_t *table, sgdl_error_t *error)
{
    sgdl_problem_t copy = *problem; /* borrows all that it does not replace */
    sgdl_schedule_t constant = {0};
    sgdl_table_init(table);
    copy.rates = 1;
    copy.learning_rate = &problem->learning_rate[rate];
    if (options->constant_rate > 0) {
        constant = sgdl_schedule_constant(options->constant_rate);
        copy.learning_rate = &constant;
    }
    sgdl_plan_t plan = *options->plan;
    plan.times = times;
    plan.points = count;
    plan.shown = NULL;
    plan.shown_count = 0;
    plan.reference = NULL;
    plan.directions = false;
    copy.time = times[count - 1];
    int status = sgdl_solve(&copy, &plan, table, error);
    sgdl_schedule_free(&constant);
    return status;
}

double long_run_value(const sgdl_table_t *table, size_t row, const char *column)
{
    long c = sgdl_table_find(table, column);
    return c < 0 || row >= table->rows ? NAN : table->value[row * table->columns + (size_t)c];
}
