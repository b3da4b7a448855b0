/* Shared by the tests that solve whole problems: a problem from YAML text, a value from a table. */
#ifndef SGDLIMIT_TESTS_CURVES_H
#define SGDLIMIT_TESTS_CURVES_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sgdlimit/sgdlimit.h"
#include "tests/sink.h"

static inline sgdl_problem_t *parse_problem(const char *text)
{
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_error_t error = {0};
    if (sgdl_problem_parse(problem, text, "test", NULL, 0, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    return problem;
}

/* Solves a problem stated as YAML; the expected status is checked, the table is the caller's. */
static inline sgdl_table_t solve_expecting(const char *text, int refine,
                                           sgdl_linear_solver_t linear_solver, int expected)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    options.refine = refine;
    options.linear_solver = linear_solver;
    sgdl_table_init(&table);
    int status = sgdl_solve(problem, &options, INTO(&table), &error);
    if (status != expected)
        fail_msg("status %d (%s), expected %d\n%s", status, error.message, expected, text);
    sgdl_problem_free(problem);
    return table;
}

static inline sgdl_table_t solve_text(const char *text)
{
    return solve_expecting(text, 1, SGDL_LINEAR_STRUCTURED, SGDL_OK);
}

static inline double table_at(const sgdl_table_t *table, size_t row, const char *column)
{
    long c = sgdl_table_find(table, column);
    if (c < 0 || row >= table->rows)
        fail_msg("no column %s or row %zu", column, row);
    return table->value[row * table->columns + (size_t)c];
}

static inline void assert_close(double found, double expected, double absolute, double relative,
                                const char *what)
{
    if (!(fabs(found - expected) <= absolute + relative * fabs(expected)))
        fail_msg("%s: found %.15g, expected %.15g, off by %.3g", what, found, expected,
                 found - expected);
}

/* The classes of a problem with two power laws. */
#define POWER_LAWS(alpha, beta)                                                                    \
    "classes: [{covariance: {family: power-law, exponent: " alpha "}, mean: {family: power-law, "  \
    "exponent: " beta "}}, {covariance: {family: power-law, exponent: " alpha                      \
    "}, mean: {family: opposite, of: 1}}]"

/* An ensemble of so many runs agrees with the limit. */
static inline void assert_agrees_with_runs(const char *text, sgdl_kernel_t kernel, size_t runs)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t plan = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_comparison_t verdict;
    sgdl_error_t error = {0};
    plan.runs = runs;
    plan.kernel = kernel;
    sgdl_table_init(&table);
    if (sgdl_compare(problem, &plan, INTO(&table), &verdict, &error) != SGDL_OK)
        fail_msg("%s: %s", text, error.message);
    if (verdict != SGDL_AGREE)
        fail_msg("%s: %s; risk: %s; error: %s", text, sgdl_table_value(&table, "verdict"),
                 sgdl_table_value(&table, "largest_deviation_risk"),
                 sgdl_table_value(&table, "largest_deviation_error"));
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

#endif
