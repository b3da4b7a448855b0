/* How the deviation between ODE and ensemble shrinks with d. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sgdlimit/compare.h"
#include "src/study/verdict.h"
#include "src/problem/plan.h"

/* Columns of a compared quantity. */
enum { DEVIATION, STANDARD_ERROR, SPREAD, LARGEST, MEASURES };
static const char *const measure_names[MEASURES] = {"deviation", "se", "sd", "largest"};

/* A row: the dimension and what was measured there. */
enum { NUMBERS = 1 + COMPARED_MOST * MEASURES };

static int hand_out_quantities(const sgdl_problem_t *problem, const sgdl_sink_t *sink,
                               sgdl_error_t *error)
{
    const char *names[COMPARED_MOST];
    const size_t compared = theory_compared(problem, NULL, names);
    emit_list_t list = {.group = QUANTITIES_OF_DIMENSIONS};
    int status = emit_add(&list, error, "dimension");
    for (size_t v = 0; v < compared; v++)
        for (size_t k = 0; k < MEASURES && status == SGDL_OK; k++)
            status = emit_add(&list, error, "%s_%s", names[v], measure_names[k]);
    if (status == SGDL_OK)
        status = emit_quantities(&list, sink, error);
    emit_free(&list);
    return status;
}

/* Root mean squares over all rows after the start; undefined ones are left out. */
static void measure(const verdict_t *verdict, size_t v, double values[MEASURES])
{
    double sums[LARGEST] = {0}, count = 0;
    for (size_t e = 0; e < verdict->rows; e++) {
        const pair_row_t *row = &verdict->row[e];
        double deviation = row->simulated[v].mean - row->ode[v];
        double error = standard_error(row->simulated[v]), sd = row->simulated[v].sd;
        if (row->t == 0 || isnan(deviation))
            continue;
        sums[DEVIATION] += deviation * deviation;
        sums[STANDARD_ERROR] += error * error;
        sums[SPREAD] += sd * sd;
        count++;
    }
    for (size_t k = 0; k < LARGEST; k++)
        values[k] = sqrt(sums[k] / count);
    values[LARGEST] = verdict->worst[v].deviation;
}

/* Fills a row [NUMBERS] for one dimension. */
static int compare_one(const sgdl_problem_t *problem, const sgdl_plan_t *plan, double *row,
                       sgdl_comparison_t *kind, sgdl_error_t *error)
{
    sample_t sample = {0};
    verdict_t verdict = {0};
    int status = sample_of_ensemble(&sample, problem, plan, NULL, error);
    if (status == SGDL_OK)
        status = verdict_init(&verdict, problem, &sample, plan, error);
    if (status == SGDL_OK) {
        *row++ = problem->dimension;
        for (size_t v = 0; v < verdict.compared; v++, row += MEASURES)
            measure(&verdict, v, row);
        *kind = verdict.kind;
    }
    verdict_free(&verdict);
    sample_free(&sample);
    return status;
}

/* The slope of log y against log d by least squares, and its standard error. */
static void fit(const double (*row)[NUMBERS], size_t rows, size_t column, double *slope,
                double *error)
{
    double n = 0, x_mean = 0, y_mean = 0, xx = 0, xy = 0, residual = 0;
    for (int pass = 0; pass < 3; pass++)
        for (size_t r = 0; r < rows; r++) {
            double x = log(row[r][0]);
            double y = log(row[r][column]);
            if (pass == 0) {
                n++;
                x_mean += (x - x_mean) / n;
                y_mean += (y - y_mean) / n;
            } else if (pass == 1) {
                xx += (x - x_mean) * (x - x_mean);
                xy += (x - x_mean) * (y - y_mean);
            } else {
                double off = y - y_mean - xy / xx * (x - x_mean);
                residual += off * off;
            }
        }
    *slope = xy / xx;
    *error = n > 2 ? sqrt(residual / (n - 2) / xx) : NAN; /* two points leave nothing over */
}

static int comment_exponent(const sgdl_sink_t *sink, const char *key, double slope,
                            double slope_error, sgdl_error_t *error)
{
    if (!isfinite(slope)) /* the logarithm of a deviation of zero, or of none */
        return emit_note(sink, key, error,
                         "none: at some dimension it is zero "
                         "or undefined");
    if (!isfinite(slope_error))
        return emit_note(sink, key, error, "%.3f (no standard error from two dimensions)", slope);
    return emit_note(sink, key, error, "%.3f (standard error %.2g)", slope, slope_error);
}

static int comment_exponents(const sgdl_problem_t *problem, const double (*row)[NUMBERS],
                             size_t rows, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const char *names[COMPARED_MOST];
    const size_t compared = theory_compared(problem, NULL, names);
    int status = SGDL_OK;
    for (size_t v = 0; v < compared; v++)
        for (size_t k = 0; k < LARGEST && status == SGDL_OK; k++) {
            char key[64];
            double slope, slope_error;
            fit(row, rows, 1 + v * MEASURES + k, &slope, &slope_error);
            (void)snprintf(key, sizeof key, "exponent_%s_%s", names[v], measure_names[k]);
            status = comment_exponent(sink, key, slope, slope_error, error);
        }
    return status;
}

static int check(const sgdl_problem_t *problem, const sgdl_plan_t *plan, sgdl_error_t *error)
{
    const double *dimensions = plan->dimensions;
    const size_t count = dimensions ? plan->dimension_count : 0;
    if (plan->runs < 2)
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "found %zu runs, allowed from 2: error bars come from their spread",
                         plan->runs);
    if (count < 2)
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "found %zu dimensions, allowed from 2: an exponent is fitted", count);
    for (size_t e = 0; e < count; e++)
        if (!(dimensions[e] >= 1 && dimensions[e] <= SGDL_DIMENSION_MAX &&
              dimensions[e] == floor(dimensions[e]) &&
              (e == 0 || dimensions[e] > dimensions[e - 1])))
            return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                             "found dimension %g, allowed: integers from 1 to %g, increasing",
                             dimensions[e], SGDL_DIMENSION_MAX);
    if (problem->start)
        return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                         "the start file '%s' fixes the dimension; several need a start that is "
                         "drawn, such as {norm2: 1}",
                         problem->start_path);
    return SGDL_OK;
}

/* Agree where it could be told; one dimension at fault is fault enough. */
static int comment_verdict(const sgdl_sink_t *sink, const size_t counts[],
                           sgdl_comparison_t *verdict, sgdl_error_t *error)
{
    *verdict = counts[SGDL_DISAGREE] ? SGDL_DISAGREE
               : counts[SGDL_AGREE]  ? SGDL_AGREE
                                     : SGDL_INCONCLUSIVE;
    return emit_note(sink, "verdict", error,
                     "%s: agree at %zu, disagree at %zu, inconclusive at %zu",
                     sgdl_comparison_name(*verdict), counts[SGDL_AGREE], counts[SGDL_DISAGREE],
                     counts[SGDL_INCONCLUSIVE]);
}

/* A row at one dimension, handed out. */
static int add_dimension(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                         double row[NUMBERS], size_t counts[], const sgdl_sink_t *sink,
                         sgdl_error_t *error)
{
    sgdl_comparison_t here = SGDL_INCONCLUSIVE;
    char key[64];
    int status = compare_one(problem, plan, row, &here, error);
    counts[here]++;
    (void)snprintf(key, sizeof key, "verdict_%.0f", problem->dimension);
    if (status == SGDL_OK)
        status = emit_note(sink, key, error, "%s", sgdl_comparison_name(here));
    return status == SGDL_OK ? emit_row(sink, row, error) : status;
}

int sgdl_compare_dimensions(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                            const sgdl_sink_t *sink, sgdl_comparison_t *verdict,
                            sgdl_error_t *error)
{
    sgdl_plan_t own;
    *verdict = SGDL_INCONCLUSIVE;
    int status = plan_complete(&own, plan, problem, error);
    if (status != SGDL_OK)
        return status;
    const theory_t *theory = theory_of(problem);
    const size_t count = own.dimension_count;
    double(*row)[NUMBERS] = NULL;
    size_t counts[SGDL_INCONCLUSIVE + 1] = {0};
    if (own.rows)
        return sgdl_fail(
            error, SGDL_ERR_INPUT, "--rows",
            "found beside --dimensions; rows have one dimension, allowed: one of them");
    status = theory_need(theory, THEORY_SIMULATES, theories, error);
    if (status == SGDL_OK)
        status = theory_need(theory, THEORY_SOLVES, theories, error);
    if (status == SGDL_OK)
        status = check(problem, &own, error);
    if (status == SGDL_OK && !(row = calloc(count, sizeof *row)))
        status = sgdl_fail_memory(error);
    if (status == SGDL_OK)
        status = emit_note(sink, "runs", error, "%zu", own.runs);
    if (status == SGDL_OK)
        status = hand_out_quantities(problem, sink, error);
    for (size_t e = 0; e < count && status == SGDL_OK; e++) {
        sgdl_problem_t *one = sgdl_problem_copy(problem, error);
        status = one ? sgdl_problem_set_number(one, "dimension", own.dimensions[e], error)
                     : SGDL_ERR_MEMORY;
        if (status == SGDL_OK)
            status = sgdl_problem_validate(one, error);
        if (status == SGDL_OK)
            status = add_dimension(one, &own, row[e], counts, sink, error);
        sgdl_problem_free(one);
    }
    if (status == SGDL_OK)
        status = comment_exponents(problem, (const double(*)[NUMBERS])row, count, sink, error);
    free(row);
    return status == SGDL_OK ? comment_verdict(sink, counts, verdict, error) : status;
}
