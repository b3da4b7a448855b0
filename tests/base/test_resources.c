/* What work takes is told beforehand, and long work listens: many classes, large dimensions. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include <gsl/gsl_rng.h>

#include "spectra/nodes/gram.h"
#include "src/base/sums.h"
#include "src/base/linear.h"
#include "sgdlimit/solve.h"
#include "tests/sink.h"
#include "sgdlimit/compare.h"
#include "sgdlimit/simulate.h"
#include "tests/problem_text.h"

enum { MANY = 300 };

/* A text with `count` classes, each with what `entry` says, its place where that has @. */
static char *many_classes(size_t count, const char *head, const char *entry)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    (void)fprintf(out, "%s\nclasses:\n", head);
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(out, "- {label: %d, ", i % 2 ? 1 : -1);
        const char *number = strchr(entry, '@');
        (void)fprintf(out, "%.*s", number ? (int)(number - entry) : (int)strlen(entry), entry);
        if (number)
            (void)fprintf(out, "%.6f%s", ((double)i + 1) / (double)count, number + 1);
        (void)fputs("}\n", out);
    }
    (void)fclose(out);
    return text;
}

/* ---- Gram matrices ---------------------------------------------------------------------- */

/* Many rows of few directions, some zero, some equal: the pivoted factor multiplies back, its rank
 * is theirs, and gram_solve finds the moments of the latent coordinates. */
static void test_pivoted_factor(void **state)
{
    (void)state;
    enum { N = MANY, MEMBERS = 200, RANK = 150 };
    gsl_rng *random = gsl_rng_alloc(gsl_rng_taus2);
    double *V = calloc(N, MEMBERS * sizeof *V), *F = calloc(N, MEMBERS * sizeof *F);
    double *x = calloc(MEMBERS, sizeof *x), *moment = calloc(2 * N, sizeof *moment);
    assert_true(V && F && x && moment);
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < RANK && i % 7 != 3; k++)
            V[i * MEMBERS + k] =
                i % 5 == 4 ? -2 * V[(i - 4) * MEMBERS + k] : gsl_rng_uniform(random) - 0.5;
    for (size_t k = 0; k < MEMBERS; k++)
        x[k] = gsl_rng_uniform(random);
    size_t rank;
    const gram_vectors_t vectors = {N, MEMBERS, V, MEMBERS};
    assert_int_equal(gram_factor_vectors(&vectors, F, &rank, NULL, NULL), SGDL_OK);
    assert_int_equal(rank, RANK);
    for (size_t i = 0; i < N; i++)
        for (size_t j = i; j < N; j++) {
            double found = 0;
            for (size_t a = 0; a < rank; a++)
                found += F[a * N + i] * F[a * N + j];
            const double exact = sum_products(V + i * MEMBERS, V + j * MEMBERS, MEMBERS) / MEMBERS;
            assert_true(fabs(found - exact) < 1e-13);
        }
    /* Averages of x nu_i, to those of x zeta_a, and back. */
    for (size_t i = 0; i < N; i++)
        moment[i] = sum_products(x, V + i * MEMBERS, MEMBERS) / MEMBERS;
    assert_int_equal(gram_solve(&vectors, rank, F, moment, moment + N, NULL), SGDL_OK);
    for (size_t i = 0; i < N; i++) {
        double back = 0;
        for (size_t a = 0; a < rank; a++)
            back += F[a * N + i] * moment[N + a];
        assert_true(fabs(back - moment[i]) < 1e-10);
    }
    const sig_atomic_t stopped = 1;
    sgdl_error_t error = {0};
    assert_int_equal(gram_factor_vectors(&vectors, F, &rank, &stopped, &error),
                     SGDL_ERR_INTERRUPTED);
    free(V);
    free(F);
    free(x);
    free(moment);
    gsl_rng_free(random);
}

/* ---- many classes ----------------------------------------------------------------------- */

static sgdl_nodes_t nodes_of(const sgdl_problem_t *problem)
{
    sgdl_mixture_t mixture = sgdl_problem_mixture(problem, &problem->plan);
    sgdl_quadrature_t quadrature = {.accuracy = 1e-8, .reach = 10, .refine = 1};
    sgdl_nodes_t nodes;
    sgdl_error_t error = {0};
    if (sgdl_nodes_init(&nodes, &mixture, &quadrature, &error))
        fail_msg("%s: %s", error.place, error.message);
    return nodes;
}

/* Thousands of classes without a mean, or with one mean among them, are one node of one column. */
static void test_thousands_of_classes(void **state)
{
    static const char *const entries[] = {"mean: {family: zero}", "mean: {family: constant}"};
    (void)state;
    for (size_t e = 0; e < 2; e++)
        for (size_t finite = 0; finite < 2; finite++) {
            char *text = many_classes(
                2000, finite ? "loss: least-squares\ndimension: 3000" : "loss: least-squares",
                entries[e]);
            sgdl_problem_t *problem = read_good(text, NULL);
            sgdl_nodes_t nodes = nodes_of(problem);
            assert_int_equal(nodes.count, 1);
            assert_int_equal(nodes.latent, 1);
            for (size_t i = 0; i < problem->classes; i += 77) {
                assert_true(fabs(nodes.gram[i * problem->classes + 5] - (double)e) < 1e-12);
                assert_true(fabs(nodes.mahalanobis2[i * problem->classes + i] - (double)e) < 1e-12);
                assert_true(nodes.mahalanobis2[i * problem->classes + (i + 1)] < 1e-12);
            }
            sgdl_nodes_free(&nodes);
            sgdl_problem_free(problem);
            free(text);
        }
}

/* 300 null sets, one inside the next: as many nodes, and traces known in closed form. */
static void test_many_null_sets(void **state)
{
    (void)state;
    char *text = many_classes(MANY, "loss: least-squares",
                              "mean: {family: zero}, covariance: {family: zero-one, zero: @}");
    sgdl_problem_t *problem = read_good(text, NULL);
    sgdl_nodes_t nodes = nodes_of(problem);
    assert_int_equal(nodes.count, MANY);
    for (size_t i = 0; i < MANY; i++)
        assert_true(fabs(nodes.trace[i] - (1 - ((double)i + 1) / MANY)) < 1e-6);
    sgdl_nodes_free(&nodes);
    sgdl_problem_free(problem);
    free(text);
}

/* ---- refusals and signals --------------------------------------------------------------- */

static void assert_memory_refused(int status, const sgdl_error_t *error, const char *message)
{
    assert_int_equal(status, SGDL_ERR_INPUT);
    assert_string_equal(error->place, "--memory");
    if (!strstr(error->message, message))
        fail_msg("found '%s', wanted '%s'", error->message, message);
}

/* Before anything is listed, whatever the memory of this machine. */
static void test_memory_is_asked(void **state)
{
    (void)state;
    const char *const flags[] = {"dimension=1e8", "covariance=power-law:exponent=1", NULL};
    sgdl_problem_t *problem = read_good(NULL, flags);
    sgdl_directions_t directions;
    sgdl_nodes_t nodes;
    const sgdl_quadrature_t quadrature = {.accuracy = 1e-8, .reach = 1, .refine = 1};
    sgdl_error_t error = {0};
    problem->plan.memory = 1e9;
    const sgdl_mixture_t mixture = sgdl_problem_mixture(problem, &problem->plan);
    assert_memory_refused(
        sgdl_directions_init(&directions, &mixture, &error), &error,
        "2 classes in 100000000 directions would take about 3.2 GB, allowed: 1 GB");
    assert_memory_refused(sgdl_nodes_init(&nodes, &mixture, &quadrature, &error), &error, "GB");
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_table_init(&table);
    options.memory = problem->plan.memory;
    assert_memory_refused(sgdl_simulate(problem, &options, INTO(&table), &error), &error,
                          "10 runs of 101 rows");
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

/* A flag that is set stops listing directions and building nodes. */
static void test_signals_are_heard(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"dimension=1e5", "covariance=marchenko-pastur:ratio=0.5", NULL},
        {"dimension=inf", "covariance=marchenko-pastur:ratio=0.5", NULL},
        {"dimension=inf", "covariance=isotropic", NULL},
    };
    const sig_atomic_t stopped = 1;
    for (size_t k = 0; k < COUNT(cases); k++) {
        sgdl_problem_t *problem = read_good(NULL, cases[k]);
        const sgdl_quadrature_t quadrature = {.accuracy = 1e-8, .reach = 1, .refine = 1};
        sgdl_nodes_t nodes;
        sgdl_error_t error = {0};
        problem->plan.watch.stop = &stopped;
        const sgdl_mixture_t mixture = sgdl_problem_mixture(problem, &problem->plan);
        assert_int_equal(sgdl_nodes_init(&nodes, &mixture, &quadrature, &error),
                         SGDL_ERR_INTERRUPTED);
        sgdl_problem_free(problem);
    }
}

/* A few unknowns are factored without LAPACK: with its pivots, and to the same numbers. */
static void test_factors_of_few_unknowns(void **state)
{
    (void)state;
    enum { MOST = 12, TRIALS = 50 };
    gsl_rng *random = gsl_rng_alloc(gsl_rng_taus2);
    assert_non_null(random);
    for (size_t n = 1; n <= MOST; n++)
        for (size_t trial = 0; trial < TRIALS; trial++) {
            double a[MOST * MOST], theirs[MOST * MOST], x[MOST], b[MOST] = {0};
            lapack_int pivot[MOST], other[MOST], order = (lapack_int)n;
            for (size_t c = 0; c < n; c++) {
                x[c] = gsl_rng_uniform(random) - 0.5;
                for (size_t r = 0; r < n; r++) {
                    a[c * n + r] = theirs[c * n + r] = gsl_rng_uniform(random) - 0.5;
                    b[r] += a[c * n + r] * x[c];
                }
            }
            assert_int_equal(linear_factor(n, a, pivot, NULL), 0);
            assert_int_equal(
                LAPACKE_dgetrf_work(LAPACK_COL_MAJOR, order, order, theirs, order, other), 0);
            assert_memory_equal(pivot, other, n * sizeof *pivot);
            for (size_t e = 0; e < n * n; e++)
                assert_true(fabs(a[e] - theirs[e]) < 1e-13 * (1 + fabs(theirs[e]) * 100));
            linear_backsolve(n, a, pivot, b);
            for (size_t r = 0; r < n; r++)
                assert_true(fabs(b[r] - x[r]) < 1e-9);
        }
    double zero[4] = {0, 0, 1, 2}, singular[4] = {1, 2, 2, 4};
    lapack_int pivot[2];
    assert_int_equal(linear_factor(2, zero, pivot, NULL), 1);
    assert_int_equal(linear_factor(2, singular, pivot, NULL), 2);
    gsl_rng_free(random);
}

/* Thousands of unknowns are factored panel by panel: the factors solve, pivots and all. */
static void test_factors_of_many_unknowns(void **state)
{
    (void)state;
    enum { N = 1100 };
    gsl_rng *random = gsl_rng_alloc(gsl_rng_taus2);
    double *a = malloc(sizeof(double) * N * N), *x = malloc(sizeof(double) * N);
    double *b = calloc(N, sizeof *b);
    lapack_int *pivot = malloc(N * sizeof *pivot);
    assert_true(a && x && b && pivot);
    for (size_t c = 0; c < N; c++) {
        x[c] = gsl_rng_uniform(random) - 0.5;
        for (size_t r = 0; r < N; r++) {
            a[c * N + r] = gsl_rng_uniform(random) - 0.5;
            b[r] += a[c * N + r] * x[c];
        }
    }
    double *copy = malloc(sizeof(double) * N * N);
    assert_non_null(copy);
    memcpy(copy, a, sizeof(double) * N * N);
    assert_int_equal(linear_factor(N, a, pivot, NULL), 0);
    assert_int_equal(LAPACKE_dgetrs_work(LAPACK_COL_MAJOR, 'N', N, 1, a, N, pivot, b, N), 0);
    for (size_t r = 0; r < N; r++)
        assert_true(fabs(b[r] - x[r]) < 1e-8);
    const sig_atomic_t stopped = 1;
    memcpy(a, copy, sizeof(double) * N * N);
    assert_int_equal(linear_factor(N, a, pivot, &stopped), LINEAR_INTERRUPTED);
    /* a column of zeros */
    memcpy(a, copy, sizeof(double) * N * N);
    memset(a + 700 * (size_t)N, 0, N * sizeof *a);
    assert_true(linear_factor(N, a, pivot, NULL) > 0);
    assert_int_equal(linear_solve_rows(N, copy, 1, x, &stopped), LINEAR_INTERRUPTED);
    free(copy);
    free(pivot);
    free(b);
    free(x);
    free(a);
    gsl_rng_free(random);
}

/* ---- the stability limit of many classes ------------------------------------------------ */

/* The spectral radius of the noise's feedback from its definition, by LAPACK. */
static double radius_of(const sgdl_problem_t *problem, const sgdl_nodes_t *nodes)
{
    const size_t C = problem->classes;
    double *T = calloc(C * C, sizeof *T), *value = calloc(C, sizeof *value);
    assert_true(T && value);
    for (size_t n = 0; n < nodes->count; n++)
        for (size_t i = 0; i < C; i++)
            for (size_t j = 0; j < C && nodes->eigenvalue_bar[n] > 0; j++)
                T[j * C + i] += sqrt(problem->weight[i] * problem->weight[j]) * nodes->weight[n] *
                                nodes->eigenvalue[i * nodes->count + n] *
                                nodes->eigenvalue[j * nodes->count + n] /
                                (nodes->eigenvalue_bar[n] + problem->ridge);
    assert_int_equal(linear_eigen_symmetric(C, T, C, value), 0);
    const double radius = value[C - 1];
    free(T);
    free(value);
    return radius;
}

/* Beyond some number of classes the limit that a table states comes from powers of a matrix. */
static void test_stability_of_many_classes(void **state)
{
    (void)state;
    static const char *const entries[] = {
        "mean: {family: zero}, covariance: {family: zero-one, zero: @}",
        "mean: {family: zero}, covariance: {family: zero-one, zero: 0.5, scale: @}",
        "mean: {family: constant}, covariance: {family: isotropic, scale: @}",
    };
    for (size_t k = 0; k < COUNT(entries); k++) {
        char *text = many_classes(
            150, "loss: least-squares\nridge: 0.25\ntime: 0.01\noutput: {points: 2}", entries[k]);
        sgdl_problem_t *problem = read_good(text, NULL);
        sgdl_nodes_t nodes = nodes_of(problem);
        sgdl_table_t table;
        sgdl_table_init(&table);
        assert_int_equal(sgdl_solve(problem, NULL, INTO(&table), NULL), SGDL_OK);
        const char *stated = sgdl_table_value(&table, "curve_1_stability");
        if (!stated)
            stated = sgdl_table_value(&table, "stability");
        assert_non_null(stated);
        const char *number = strstr(stated, "limit ");
        assert_non_null(number);
        const double exact = 2 / radius_of(problem, &nodes);
        assert_true(fabs(strtod(number + 6, NULL) / exact - 1) < 1e-6);
        sgdl_table_free(&table);
        sgdl_nodes_free(&nodes);
        sgdl_problem_free(problem);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pivoted_factor),
        cmocka_unit_test(test_thousands_of_classes),
        cmocka_unit_test(test_many_null_sets),
        cmocka_unit_test(test_memory_is_asked),
        cmocka_unit_test(test_signals_are_heard),
        cmocka_unit_test(test_factors_of_few_unknowns),
        cmocka_unit_test(test_factors_of_many_unknowns),
        cmocka_unit_test(test_stability_of_many_classes),
    };
    return cmocka_run_group_tests_name("resources", tests, NULL, NULL);
}
