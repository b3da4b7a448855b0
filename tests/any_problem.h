/* Problems of any kind, as texts of problem files. */
#ifndef SGDLIMIT_TESTS_ANY_PROBLEM_H
#define SGDLIMIT_TESTS_ANY_PROBLEM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <cmocka.h>

#ifndef COUNT
#define COUNT(array) (sizeof(array) / sizeof *(array))
#endif

static inline double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) * 0x1p-53;
}

/* One of `count` texts with up to two numbers in (0, 1) put in. */
static inline void put_one(FILE *out, uint64_t *state, const char *const *texts, size_t count)
{
    const char *text = texts[(size_t)(uniform(state) * (double)count)];
    for (; *text; text++)
        if (*text == '#')
            (void)fprintf(out, "%.17g", 0.01 + 0.98 * uniform(state));
        else
            (void)fputc(*text, out);
}

static inline char *any_problem(uint64_t *state)
{
    static const char *const covariances[] = {"isotropic",
                                              "isotropic, scale: #",
                                              "power-law, exponent: #",
                                              "marchenko-pastur, ratio: #",
                                              "zero-one, zero: #",
                                              "zero-one, zero: [0.01, #], scale: #"};
    static const char *const means[] = {"zero", "constant, scale: #", "gaussian, scale: #",
                                        "power-law, exponent: #, on: [0.005, #]",
                                        "constant, scale: -#"};
    static const char *const rates[] = {
        "#",
        "[#, 1#, 2e-3]",
        "{schedule: cosine, value: #, final: 1e-5, over: 1#}",
        "{schedule: polynomial, value: #, tau: #, power: #}",
        "{schedule: piecewise, times: [1, 1#e1], values: [#, 1e-12, #]}",
        "{schedule: constant, value: #, warmup: #}"};
    static const char *const outputs[] = {"{points: 7}", "{spacing: log, points: 5}",
                                          "{spacing: log, first: #e-3, points: 11}",
                                          "{times: [0, #, 1, 2.5]}"};
    static const char *const others[] = {"ridge: #\n",
                                         "intercept: -#\n",
                                         "clean_below: #e-7\n",
                                         "batch: 3\n",
                                         "dimension: 1000\n",
                                         "seed: 18446744073709551615\n",
                                         "start: {norm2: #}\n",
                                         "tolerance: {relative: #e-6, absolute: 1e-15}\n",
                                         "seed: 1000000000000000\n"};
    char *text = NULL;
    size_t size, classes = 1 + (size_t)(uniform(state) * 6);
    double weight[6], sum = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    for (size_t i = 0; i < classes; i++)
        sum += weight[i] = uniform(state);
    (void)fputs("loss: least-squares\ntime: 3\nclasses:\n", out);
    for (size_t i = 0; i < classes; i++) {
        /* off by rounding, or by more, which is normalised */
        (void)fprintf(out, "- {weight: %.*g, label: ", uniform(state) < 0.5 ? 17 : 10,
                      weight[i] / sum);
        (void)fprintf(out, "%.17g, covariance: {family: ", uniform(state) - 0.5);
        put_one(out, state, covariances, COUNT(covariances));
        (void)fputs("}, mean: {family: ", out);
        put_one(out, state, means, COUNT(means));
        (void)fputs("}}\n", out);
    }
    (void)fputs("learning_rate: ", out);
    put_one(out, state, rates, COUNT(rates));
    (void)fputs("\noutput: ", out);
    put_one(out, state, outputs, COUNT(outputs));
    (void)fputc('\n', out);
    put_one(out, state, others, COUNT(others));
    assert_int_equal(fclose(out), 0);
    return text;
}

#endif
