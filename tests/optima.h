/* Shared by the tests of optimal learning rates: a search, and what `solve` says of a schedule. */
#ifndef SGDLIMIT_TESTS_OPTIMA_H
#define SGDLIMIT_TESTS_OPTIMA_H

#include "tests/curves.h"

#include <string.h>

enum { OPTIMA_TEXT = 4096 };

/* ---- what is found ---------------------------------------------------------------------------
 */

typedef struct optimum {
    sgdl_curve_t *curve;
    double risk; /* as the notes have it */
} optimum_t;

static inline double number_of_note(const sgdl_curve_t *curve, const char *key)
{
    const char *text = sgdl_curve_note(curve, key);
    return text ? strtod(text, NULL) : NAN;
}

static inline optimum_t optimise(const char *keys, const sgdl_optimise_options_t *options)
{
    char text[OPTIMA_TEXT];
    sgdl_error_t error = {0};
    (void)snprintf(text, sizeof text, "{%s}", keys);
    sgdl_problem_t *problem = parse_problem(text);
    optimum_t self = {.curve = sgdl_curve_new()};
    const sgdl_sink_t sink = sgdl_curve_sink(self.curve);
    if (sgdl_optimise(problem, NULL, options, &sink, &error) != SGDL_OK)
        fail_msg("%s: %s", keys, error.message);
    self.risk = number_of_note(self.curve, "risk_optimal");
    assert_int_equal(sgdl_curve_rows(self.curve), options->pieces);
    sgdl_problem_free(problem);
    return self;
}

/* The risk at the end, by `solve`, of a learning rate as a problem file states it. */
static inline double solved_risk(const char *keys, double end, const char *learning_rate)
{
    char text[2 * OPTIMA_TEXT];
    (void)snprintf(
        text, sizeof text, "{%s, time: %.17g, output: {times: [%.17g]}, %s%s}", keys, end, end,
        strncmp(learning_rate, "learning_rate", 13) == 0 ? "" : "learning_rate: ", learning_rate);
    sgdl_table_t table = solve_text(text);
    const double risk = table_at(&table, 0, "risk");
    sgdl_table_free(&table);
    return risk;
}

/* ---- problems of a moment --------------------------------------------------------------------
 */

#define LOOSE "tolerance: {relative: 1.0e-6, absolute: 1.0e-9}, "
#define TWO_SPEEDS                                                                                 \
    "loss: least-squares, start: {norm2: 1}, classes: [{label: 0, mean: {family: zero}, "          \
    "covariance: {family: piecewise, breaks: [0.5], values: [1, 0.1]}}]"

#endif
