/* Shared by the tests that hold ensembles of real steps against the exact chain. */
#ifndef SGDLIMIT_TESTS_THEORIES_DIFFUSION_ENSEMBLES_H
#define SGDLIMIT_TESTS_THEORIES_DIFFUSION_ENSEMBLES_H

#include <string.h>

#include "tests/curves.h"

#define WELL                                                                                       \
    "potential: {family: double-well, scale: 0.5, linear: 1.2, quadratic: 0.5}\n"                  \
    "noise: {family: constant, value: 320}\n"

/* What an ensemble is made with. */
typedef struct making {
    size_t runs;
    sgdl_noise_law_t law;
    bool passage;
} making_t;

static inline sgdl_plan_t plan_for(making_t making)
{
    sgdl_plan_t plan = sgdl_plan_default();
    plan.runs = making.runs;
    plan.noise_law = making.law;
    plan.passage = making.passage;
    return plan;
}

/* The table is the caller's. */
static inline sgdl_table_t simulate(const char *text, making_t making)
{
    sgdl_problem_t *problem = parse_problem(text);
    const sgdl_plan_t plan = plan_for(making);
    sgdl_table_t table;
    sgdl_error_t error = {0};
    sgdl_table_init(&table);
    if (sgdl_simulate(problem, &plan, INTO(&table), &error) != SGDL_OK)
        fail_msg("%s: %s\n%s", error.place, error.message, text);
    sgdl_problem_free(problem);
    return table;
}

static inline double at(const sgdl_table_t *table, size_t row, const char *column)
{
    const long c = sgdl_table_find(table, column);
    if (c < 0)
        fail_msg("no column %s", column);
    return table->value[row * table->columns + (size_t)c];
}

static inline void assert_within(double found, double error, double expected, double errors)
{
    if (!(fabs(found - expected) <= errors * error))
        fail_msg("%.8g +- %.2g, expected %.8g", found, error, expected);
}

/* First passages of the well at that batch, beside numbers of the chain that were made elsewhere:
 * flat to sharp, sharp to flat, sharp to the saddle, each to `known`. */
static inline void assert_passages(const char *batch, making_t making, const double expected[3],
                                   const double known[3])
{
    char text[512];
    (void)snprintf(text, sizeof text, WELL "batch: %s\ntime: 40000\n", batch);
    making.passage = true;
    sgdl_table_t table = simulate(text, making);
    const size_t rows[] = {0, 1, 1};
    static const char *const names[][2] = {
        {"mfpt", "mfpt_se"}, {"mfpt", "mfpt_se"}, {"mfpt_saddle", "mfpt_saddle_se"}};
    assert_int_equal(table.rows, 2);
    for (size_t i = 0; i < 3; i++) {
        const double error = at(&table, rows[i], names[i][1]);
        assert_within(at(&table, rows[i], names[i][0]), hypot(error, known[i] / 3), expected[i], 3);
        assert_true(at(&table, rows[i], "unfinished") == 0);
    }
    sgdl_table_free(&table);
}

/* Two ensembles that start in the two wells: their difference falls as e^{-gap t}. */
static inline void assert_gap(const char *batch, making_t making, const double times[2],
                              double expected)
{
    double difference[2] = {0}, square[2] = {0};
    for (int well = 0; well < 2; well++) {
        char text[512];
        (void)snprintf(text, sizeof text,
                       WELL "batch: %s\nseed: %d\nstart: {basin: %d}\n"
                            "time: %.17g\noutput: {times: [%.17g, %.17g]}\n",
                       batch, well + 1, well + 1, times[1], times[0], times[1]);
        sgdl_table_t table = simulate(text, making);
        for (size_t p = 0; p < 2; p++) {
            const double sd = at(&table, p, "p_1_sd");
            difference[p] += (well == 0 ? 1 : -1) * at(&table, p, "p_1_mean");
            square[p] += sd * sd / (double)making.runs;
        }
        sgdl_table_free(&table);
    }
    const double relative = sqrt(square[0]) / difference[0] + sqrt(square[1]) / difference[1];
    assert_within(log(difference[0] / difference[1]) / (times[1] - times[0]),
                  relative / (times[1] - times[0]), expected, 3);
}

#endif
