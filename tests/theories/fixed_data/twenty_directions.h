/* Problems of twenty directions u_k = (k - 1/2)/20 whose eigenvalues and mean coordinates are
 * functions of u, as independent solutions of their equations were made for. */
#ifndef SGDLIMIT_TESTS_THEORIES_FIXED_DATA_TWENTY_DIRECTIONS_H
#define SGDLIMIT_TESTS_THEORIES_FIXED_DATA_TWENTY_DIRECTIONS_H

#include <math.h>

#include "sgdlimit/problem.h"

enum { DIRECTIONS = 20, MOST_CLASSES = 3 };

typedef double profile_f(double u);

typedef struct twenty {
    size_t classes;
    const char *text; /* all but the profiles */
    profile_f *eigenvalue[MOST_CLASSES], *mean[MOST_CLASSES];
    profile_f *signal; /* NULL: none is stated */
} twenty_t;

static inline double u_1_1(double u) { return pow(u, 1.1); }
static inline double u_1_5(double u) { return 1.3 * pow(u, 1.5); }
static inline double root_u(double u) { return 0.6 * sqrt(u); }
static inline double late_08(double u) { return u >= 0.4 ? 0.8 : 0; }
static inline double late_1(double u) { return u >= 0.4 ? 1 : 0; }
static inline double half(double u) { return u < 0 ? 0 : 0.5; }
static inline double unit(double u) { return u < 0 ? 0 : 1; }
static inline double flat_1_2(double u) { return u < 0 ? 0 : 1.2; }
static inline double steep(double u) { return 0.8 * pow(u, -0.2); }
static inline double line(double u) { return u - 0.5; }
static inline double wave(double u) { return 0.4 * cos(3 * u); }
static inline double root_cube(double u) { return -0.9 + 0.5 * pow(u, 0.3); }
static inline double cosine(double u) { return -1.2 * cos(2 * u); }
static inline double tilted(double u) { return 2 * u - 1.2; }
static inline double signal_cosine(double u) { return 2.5 * cos(2 * u) + 0.5; }

#define QUADRATIC_CLASSES                                                                          \
    "dimension: 20\nloss: least-squares\n"                                                         \
    "classes: [{weight: 0.2, label: 1}, {weight: 0.5, label: -1}, {weight: 0.3, label: 0.5}]\n"
#define LOGISTIC_PAIR                                                                              \
    "dimension: 20\nclasses: [{weight: 0.35, label: 1}, {weight: 0.65, label: 0}]\n"
#define LOGISTIC_THREE                                                                             \
    "dimension: 20\n"                                                                              \
    "classes: [{weight: 0.3, label: 1}, {weight: 0.45, label: 0}, {weight: 0.25, label: 1}]\n"

#define QUADRATIC_PROFILES                                                                         \
    {u_1_1, root_u, late_08}, { steep, line, wave }
#define PAIR_PROFILES                                                                              \
    {u_1_1, u_1_5}, { flat_1_2, root_cube }
#define THREE_PROFILES                                                                             \
    {u_1_1, late_1, half}, { unit, cosine, tilted }

/** To be freed. */
static inline sgdl_problem_t *twenty_problem(const twenty_t *of)
{
    sgdl_error_t error;
    sgdl_problem_t *problem = sgdl_problem_new();
    if (sgdl_problem_parse(problem, of->text, "text", NULL, 0, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    for (size_t i = 0; i <= of->classes; i++) {
        double eigenvalue[DIRECTIONS], mean[DIRECTIONS];
        profile_f *const coordinates = i < of->classes ? of->mean[i] : of->signal;
        for (size_t k = 0; k < DIRECTIONS && coordinates; k++) {
            const double u = ((double)k + 0.5) / DIRECTIONS;
            eigenvalue[k] = i < of->classes ? of->eigenvalue[i](u) : 0;
            mean[k] = coordinates(u) / sqrt(DIRECTIONS);
        }
        if (i < of->classes) {
            assert_int_equal(
                sgdl_problem_set_eigenvalues(problem, i + 1, eigenvalue, DIRECTIONS, &error),
                SGDL_OK);
            assert_int_equal(sgdl_problem_set_mean(problem, i + 1, mean, DIRECTIONS, &error),
                             SGDL_OK);
        } else if (of->signal) {
            assert_int_equal(sgdl_problem_set_signal(problem, mean, DIRECTIONS, &error), SGDL_OK);
        }
    }
    return problem;
}

#endif
