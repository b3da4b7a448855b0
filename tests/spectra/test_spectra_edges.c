/*
 * Marchenko-Pastur covariances beside breaks, intervals and one another: the profile is smooth in
 * the cube root of the distance from its edges only, and panels may end anywhere near these. The
 * other way is to integrate in the angle of the law itself, where all is smooth.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>

#include "spectra/families/family.h"
#include "spectra/families/marchenko_pastur.h"
#include "tests/spectra_build.h"

enum { WORKSPACE = 2000, FUNCTIONS = 6 };

/* lambda = factor (1 + q^2 - 2 q cos theta), theta in [0, pi]; du = mass (2/pi) sin^2 / (lambda /
 * factor) dtheta. */
typedef struct law {
    double q, factor, mass, atom;
    int function;
    double time;
    gsl_integration_workspace *workspace;
} law_t;

static law_t law_of(double ratio, gsl_integration_workspace *workspace)
{
    law_t law = {.q = sqrt(ratio), .factor = 1, .mass = 1, .workspace = workspace};
    if (ratio > 1)
        law = (law_t){.q = sqrt(1 / ratio),
                      .factor = ratio,
                      .mass = 1 / ratio,
                      .atom = (ratio - 1) / ratio,
                      .workspace = workspace};
    return law;
}

static double apply(int function, double time, double lambda)
{
    switch (function) {
    case 0:
        return 1;
    case 1:
        return lambda;
    case 2:
        return lambda * lambda;
    case 3:
        return exp(-time * lambda);
    case 4:
        return 1 / (lambda + 1 / time);
    default:
        return lambda * exp(-time * lambda);
    }
}

static double density(double theta, void *context)
{
    const law_t *law = context;
    const double half = sin(0.5 * theta),
                 bulk = (1 - law->q) * (1 - law->q) + 4 * law->q * half * half;
    if (!(bulk > 0))
        return law->mass * M_2_PI; /* ratio 1: sin^2 / (4 sin^2(theta/2)) at 0 */
    return law->mass * M_2_PI * sin(theta) * sin(theta) / bulk *
           apply(law->function, law->time, law->factor * bulk);
}

static double integrate_piece(law_t law, double from, double to)
{
    double sum = 0, error;
    const gsl_function f = {.function = density, .params = &law};
    if (from < to)
        (void)gsl_integration_qag(&f, from, to, 1e-16, 1e-12, WORKSPACE, GSL_INTEG_GAUSS21,
                                  law.workspace, &sum, &error);
    return sum;
}

/* In pieces, so that no adaptive rule overlooks what happens at angles of the size of 1 - q. */
static double integrate(law_t law, double from, double to)
{
    double sum = 0;
    for (double cut = fmax(1 - law.q, 1e-12); cut < to; cut *= 10)
        if (cut > from) {
            sum += integrate_piece(law, from, cut);
            from = cut;
        }
    return sum + integrate_piece(law, from, to);
}

/* The angle at u, by bisection: independent of the program's Newton iteration and closed forms. */
static double angle_at(law_t law, double u)
{
    law.function = 0;
    if (u <= law.atom)
        return 0;
    if (u >= 1)
        return M_PI;
    /* from the nearer end, whose mass does not cancel */
    const bool from_below = u - law.atom < 0.5 * law.mass;
    double low = 0, high = M_PI;
    for (int step = 0; step < 60; step++) {
        const double middle = 0.5 * (low + high);
        const bool beyond = from_below ? integrate(law, 0, middle) > u - law.atom
                                       : integrate(law, middle, M_PI) < 1 - u;
        if (beyond)
            high = middle;
        else
            low = middle;
    }
    return 0.5 * (low + high);
}

/* The integral of f(lambda(u)) du from a to b. */
static double integral(law_t law, double a, double b)
{
    const double null = fmax(0, fmin(b, law.atom) - a);
    return (null > 0 ? null * apply(law.function, law.time, 0) : 0) +
           integrate(law, angle_at(law, a), angle_at(law, b));
}

static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) * 0x1p-53;
}

/* A place in (0, 1) near an edge of the law, at a distance of 1e-12 .. 0.3, or anywhere. */
static double random_place(uint64_t *state, double atom)
{
    for (;;) {
        const double distance = pow(10, -12 + 11.5 * uniform(state)), which = uniform(state);
        const double u = which < 0.3               ? 1 - distance
                         : which < 0.5 && atom > 0 ? atom + distance
                         : which < 0.6 && atom > 0 ? atom - distance
                         : which < 0.8             ? distance
                                                   : uniform(state);
        if (u > 1e-13 && u < 1)
            return u;
    }
}

static double random_ratio(uint64_t *state)
{
    static const double special[] = {1, 1 + 1e-9, 1 - 1e-9, 1.0001, 0.9999, 2, 0.5, 1e3, 1e-3};
    const double which = uniform(state);
    return which < 0.4 ? special[(size_t)(9 * uniform(state))] : pow(10, 2 * uniform(state) - 1);
}

/* Sum over the nodes with second eigenvalue `second`. */
static double node_sum(const sgdl_nodes_t *nodes, double second, int function, double time)
{
    double sum = 0;
    for (size_t n = 0; n < nodes->count; n++)
        if (nodes->eigenvalue[nodes->count + n] == second)
            sum += nodes->weight[n] * apply(function, time, nodes->eigenvalue[n]);
    return sum;
}

static void check_interval(double ratio, double a, double b, double accuracy, double reach,
                           gsl_integration_workspace *workspace)
{
    build_t build;
    build_init(&build, 2, INFINITY);
    build_covariance(&build, 0, "marchenko-pastur", "ratio", ratio);
    build_covariance(&build, 1, "zero-one", NULL, 0);
    build_setting(&build.covariance[1], "zero")->count = 2;
    build_setting(&build.covariance[1], "zero")->number[0] = a;
    build_setting(&build.covariance[1], "zero")->number[1] = b;
    build_mean(&build, 0, "constant", NULL, 0);
    build.mean[0].on[0] = a;
    build.mean[0].on[1] = b;
    sgdl_nodes_t nodes = build_nodes(&build, accuracy, reach, 1);
    law_t law = law_of(ratio, workspace);
    assert_true(nodes.count < 3000);
    assert_close(nodes.trace[0], 1, 1e-2 * accuracy + 1e-12);
    assert_relative(nodes.gram[0], b - a, 1e-12 + 1e-15 / (b - a));
    for (law.function = 1; law.function < FUNCTIONS; law.function++)
        for (law.time = 0.1; law.time <= reach; law.time *= 100) {
            const double inner = integral(law, a, b);
            const double whole = inner + integral(law, 0, a) + integral(law, b, 1);
            const double found = node_sum(&nodes, 0, law.function, law.time);
            if (!(fabs(found - inner) <= (accuracy + 1e-11) * fmax(fabs(whole), 1e-8)))
                fail_msg("ratio %.17g, on (%.17g, %.17g], accuracy %g, reach %g, function %d, t = "
                         "%g: %.15g, should be %.15g of %.15g",
                         ratio, a, b, accuracy, reach, law.function, law.time, found, inner, whole);
        }
    sgdl_nodes_free(&nodes);
}

/* A break just inside the upper edge, and just above the atom. */
static void breaks_beside_edges(void **state)
{
    (void)state;
    static const double cases[][2] = {
        {1, 0.999}, {1, 0.9999}, {2, 0.5001}, {2, 0.499999}, {0.5, 1e-6}};
    gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(WORKSPACE);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        for (double accuracy = 1e-4; accuracy > 1e-13; accuracy *= 1e-4)
            check_interval(cases[k][0], 0, cases[k][1], accuracy, 1e4, workspace);
    gsl_integration_workspace_free(workspace);
}

static void random_intervals(void **state)
{
    (void)state;
    gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(WORKSPACE);
    uint64_t random = 9;
    for (int trial = 0; trial < 150; trial++) {
        const double ratio = random_ratio(&random), atom = ratio > 1 ? 1 - 1 / ratio : 0;
        double a = random_place(&random, atom), b = random_place(&random, atom);
        if (uniform(&random) < 0.3)
            a = 0;
        if (a > b) {
            const double swap = a;
            a = b;
            b = swap;
        }
        if (b - a < 1e-13)
            continue;
        check_interval(ratio, a, b, pow(10, -4 - 8 * uniform(&random)), 1e3, workspace);
    }
    gsl_integration_workspace_free(workspace);
}

/* Where the clean split falls into the law: the same sums, over clean nodes and the others. */
static void clean_cuts(void **state)
{
    (void)state;
    gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(WORKSPACE);
    const double places[] = {1e-9, 1e-3, 0.4, 0.97, 0.9999, 1 - 1e-8};
    const double ratios[] = {0.3, 0.999, 1, 1.001, 3};
    for (size_t r = 0; r < 5; r++)
        for (size_t k = 0; k < 6; k++) {
            law_t law = law_of(ratios[r], workspace);
            const double u = law.atom + (1 - law.atom) * places[k];
            build_t build;
            build_init(&build, 1, INFINITY);
            build_covariance(&build, 0, "marchenko-pastur", "ratio", ratios[r]);
            build.mixture.clean_below = marchenko_pastur_quantile(ratios[r], u);
            sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 100, 1);
            for (law.function = 1; law.function < 3; law.function++) {
                double clean = 0;
                for (size_t n = 0; n < nodes.count; n++)
                    if (nodes.clean[n])
                        clean += nodes.weight[n] * apply(law.function, 0, nodes.eigenvalue[n]);
                assert_close(clean, integral(law, 0, u), 1e-8);
            }
            sgdl_nodes_free(&nodes);
        }
    gsl_integration_workspace_free(workspace);
}

/* mu^T K^-1 mu of a constant mean on (a, b]: an integral of 1/lambda. */
static void mahalanobis_on_intervals(void **state)
{
    (void)state;
    gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(WORKSPACE);
    uint64_t random = 77;
    for (int trial = 0; trial < 60; trial++) {
        const double ratio = random_ratio(&random);
        law_t law = law_of(ratio, workspace);
        const double a = fmax(random_place(&random, law.atom), law.atom + 1e-6);
        const double b = fmin(1, a + pow(10, -6 * uniform(&random)));
        if (a >= b)
            continue;
        build_t build;
        build_init(&build, 1, INFINITY);
        build_covariance(&build, 0, "marchenko-pastur", "ratio", ratio);
        build_mean(&build, 0, "constant", NULL, 0);
        build.mean[0].on[0] = a;
        build.mean[0].on[1] = b;
        sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 100, 1);
        law.function = 4;
        law.time = INFINITY;
        const double exact = integral(law, a, b);
        assert_relative(nodes.mahalanobis2[0], exact, 1e-9 + 1e-14 / (b - a));
        sgdl_nodes_free(&nodes);
    }
    gsl_integration_workspace_free(workspace);
}

/* Two covariances over the same u. */
typedef struct pair {
    double ratio, other;
    double exponent; /* of a power law in the place of the other law; 0: none */
    double time;
} pair_t;

static double other_eigenvalue(const pair_t *self, double u)
{
    return self->exponent != 0 ? pow(u, self->exponent) : marchenko_pastur_quantile(self->other, u);
}

static double pair_function(double x, double y, double time)
{
    return time == 0 ? x * y : exp(-time * (x + y));
}

static double pair_integrand(double u, void *context)
{
    const pair_t *self = context;
    return pair_function(marchenko_pastur_quantile(self->ratio, u), other_eigenvalue(self, u),
                         self->time);
}

static void check_pair(pair_t pair, gsl_integration_workspace *workspace)
{
    build_t build;
    build_init(&build, 2, INFINITY);
    build_covariance(&build, 0, "marchenko-pastur", "ratio", pair.ratio);
    build_covariance(&build, 1, "marchenko-pastur", "ratio", pair.other);
    if (pair.exponent != 0)
        build_covariance(&build, 1, "power-law", "exponent", pair.exponent);
    sgdl_nodes_t nodes = build_nodes(&build, 1e-9, 100, 1);
    const double low = law_of(pair.ratio, NULL).atom, high = law_of(pair.other, NULL).atom;
    for (pair.time = 0; pair.time <= 100; pair.time = pair.time > 0 ? 10 * pair.time : 1) {
        double sum = 0, exact = 0, error;
        double points[4] = {0, fmin(low, high), fmax(low, high), 1};
        size_t count = 0;
        for (size_t k = 0; k < 4; k++)
            if (count == 0 || points[k] > points[count - 1])
                points[count++] = points[k];
        const gsl_function f = {.function = pair_integrand, .params = &pair};
        (void)gsl_integration_qagp(&f, points, count, 0, 1e-11, WORKSPACE, workspace, &exact,
                                   &error);
        for (size_t n = 0; n < nodes.count; n++)
            sum += nodes.weight[n] *
                   pair_function(nodes.eigenvalue[n], nodes.eigenvalue[nodes.count + n], pair.time);
        if (!(fabs(sum - exact) <= 1e-9 * fmax(exact, 1e-6)))
            fail_msg("ratios %.17g and %.17g, exponent %g, t = %g: %.15g, should be %.15g +- %g",
                     pair.ratio, pair.other, pair.exponent, pair.time, sum, exact, error);
    }
    sgdl_nodes_free(&nodes);
}

static void two_laws(void **state)
{
    (void)state;
    gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(WORKSPACE);
    const pair_t pairs[] = {
        {2, 2.001, 0, 0}, {2, 2 + 1e-8, 0, 0}, {1.5, 4, 0, 0}, {0.5, 3, 0, 0},     {1, 1.05, 0, 0},
        {0.7, 0.1, 0, 0}, {100, 99, 0, 0},     {3, 3, 1.5, 0}, {1.01, 1, -0.4, 0}, {0.9, 1, 0.3, 0},
    };
    for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++)
        check_pair(pairs[k], workspace);
    gsl_integration_workspace_free(workspace);
}

static double wrong_integral(const sgdl_spec_t *spec, position_t low, position_t high, int power)
{
    return 1.00001 * covariance_power_law.integral(spec, low, high, power);
}

/* Sums that miss what is known are an error, unless they are within the accuracy asked for. */
static void misses_are_errors(void **state)
{
    (void)state;
    covariance_family_t wrong = covariance_power_law;
    wrong.integral = wrong_integral;
    build_t build;
    build_init(&build, 1, INFINITY);
    build_covariance(&build, 0, "power-law", "exponent", 1);
    build.covariance[0].family = &wrong.family;
    sgdl_nodes_t nodes;
    sgdl_error_t error = {0};
    sgdl_quadrature_t quadrature = {.accuracy = 1e-4, .reach = 1, .refine = 1};
    assert_int_equal(sgdl_nodes_init(&nodes, &build.mixture, &quadrature, &error), SGDL_OK);
    sgdl_nodes_free(&nodes);
    quadrature.accuracy = 1e-6;
    assert_int_equal(sgdl_nodes_init(&nodes, &build.mixture, &quadrature, &error), SGDL_ERR_SOLVER);
    assert_non_null(
        strstr(error.message, "class 1: the nodes at d = inf miss its trace by 1.0e-05"));
    assert_null(nodes.weight);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(breaks_beside_edges),
        cmocka_unit_test(random_intervals),
        cmocka_unit_test(clean_cuts),
        cmocka_unit_test(mahalanobis_on_intervals),
        cmocka_unit_test(two_laws),
        cmocka_unit_test(misses_are_errors),
    };
    return cmocka_run_group_tests_name("spectra_edges", tests, NULL, NULL);
}
