/* Verdicts beside the integration, to t = 1e12. */
#ifndef SGDLIMIT_TESTS_VERDICTS_H
#define SGDLIMIT_TESTS_VERDICTS_H

#include "tests/curves.h"

#include "tests/late.h"
#include "src/problem/problem.h"

static inline sgdl_limit_t limit_of(const char *text)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_limit_t limit;
    sgdl_error_t error = {0};
    if (sgdl_limit_init(&limit, problem, NULL, 0, &error) != SGDL_OK)
        fail_msg("%s: %s\n%s", error.place, error.message, text);
    sgdl_problem_free(problem);
    return limit;
}

/* The risk at times, as far as the integrator comes: the number of them. */
static inline size_t risks_of(const char *text, const double *times, size_t count, double *risk)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_error_t error = {0};
    size_t rows = count;
    int status = late_risks(problem, times, &rows, risk, &error);
    if (status != SGDL_OK && status != SGDL_ERR_SOLVER)
        fail_msg("%s\n%s", error.message, text);
    sgdl_problem_free(problem);
    return rows;
}

/* Where R, sampled at times in constant ratio, is heading if what is left shrinks geometrically. */
static inline bool heads_for_zero(const double R[3])
{
    const double before = R[0] - R[1], after = R[1] - R[2];
    const double end = before != after ? R[2] - after * after / (before - after) : R[2];
    return R[2] < 0.5 * R[1] && end < 0.3 * R[2];
}

/* The verdict, and that the integration agrees with it. Returns the last time that it reached. */
static inline double assert_verdict(const char *text, sgdl_verdict_t expected)
{
    static const double times[] = {1e4, 1e6, 1e8, 1e10, 1e12};
    double risk[5];
    sgdl_limit_t limit = limit_of(text);
    if (limit.verdict != expected)
        fail_msg("%s (%s), expected %s\n%s", sgdl_verdict_name(limit.verdict), limit.reason,
                 sgdl_verdict_name(expected), text);
    sgdl_limit_free(&limit);
    const size_t rows = risks_of(text, times, 5, risk);
    assert_true(rows >= 3);
    const double *R = risk + rows - 3;
    if (heads_for_zero(R) != (expected == SGDL_VERDICT_ZERO))
        fail_msg("expected %s, risk %g, %g, %g\n%s", sgdl_verdict_name(expected), R[0], R[1], R[2],
                 text);
    return times[rows - 1];
}

#endif
