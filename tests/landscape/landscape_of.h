/* Shared by the tests of landscapes: one from a problem, what is refused, derivatives twice. */
#ifndef SGDLIMIT_TESTS_LANDSCAPE_LANDSCAPE_OF_H
#define SGDLIMIT_TESTS_LANDSCAPE_LANDSCAPE_OF_H

#include "tests/curves.h"

#include <string.h>

#include "src/landscape/landscape.h"
#include "src/problem/problem.h"

/* The landscape of a problem that is stated by its potential and more; the problem owns it. */
static inline const landscape_t *landscape_of(sgdl_problem_t *problem)
{
    return &problem->landscape;
}

static inline sgdl_problem_t *hill(const char *potential, const char *rest)
{
    char text[4096];
    (void)snprintf(text, sizeof text, "potential: %s\n%s\n", potential,
                   rest ? rest : "noise: {family: constant, value: 1}");
    return parse_problem(text);
}

/* The message with which it is refused holds these words. */
static inline void assert_no_hill(const char *potential, const char *rest, const char *words)
{
    char text[4096];
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_error_t error = {0};
    (void)snprintf(text, sizeof text, "potential: %s\n%s\n", potential,
                   rest ? rest : "noise: {family: constant, value: 1}");
    assert_int_equal(sgdl_problem_parse(problem, text, "p.yaml", NULL, 0, &error), SGDL_ERR_INPUT);
    if (!strstr(error.message, words))
        fail_msg("%s: '%s' lacks '%s'", text, error.message, words);
    sgdl_problem_free(problem);
}

/* A polynomial as a potential. */
static inline sgdl_problem_t *polynomial_hill(const double *coefficient, size_t count)
{
    char text[2048] = "{family: polynomial, coefficients: [";
    for (size_t i = 0; i < count; i++) {
        const size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, "%s%.17g", i > 0 ? ", " : "",
                       coefficient[i]);
    }
    (void)strcat(text, "]}");
    return hill(text, NULL);
}

/* Derivatives of all orders of U and Sigma against central differences of the ones below. */
static inline void assert_slopes(const landscape_t *landscape, double from, double to, int orders)
{
    for (int k = 1; k < 40; k++) {
        const double x = from + (to - from) * k / 40.3, h = 1e-5 * (to - from);
        for (int order = 1; order <= orders; order++) {
            const double stated = landscape_slope(landscape, x, order);
            const double measured = (landscape_slope(landscape, x + h, order - 1) -
                                     landscape_slope(landscape, x - h, order - 1)) /
                                    (2 * h);
            assert_close(measured, stated, 1e-4, 1e-5, "slope of U");
        }
        for (int order = 1; order <= 2; order++) {
            const double stated = landscape_sigma_slope(landscape, x, order);
            const double measured = (landscape_sigma_slope(landscape, x + h, order - 1) -
                                     landscape_sigma_slope(landscape, x - h, order - 1)) /
                                    (2 * h);
            assert_close(measured, stated, 1e-4, 1e-5, "slope of Sigma");
        }
    }
}

#endif
