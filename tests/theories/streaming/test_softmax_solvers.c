/* Softmax in the streaming equations: what exchanging labels, solvers, tolerances and threads
 * leaves as it is, long times, and the derivatives of averages of many labels. */
#include "tests/curves.h"

#include <string.h>

#include "src/problem/problem.h"
#include "src/theories/streaming/newton.h"
#include "src/theories/streaming/system.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define TIGHT "tolerance: {relative: 1e-11, absolute: 1e-14}"

/* ---- what leaves the curve as it is ------------------------------------------------------------
 */

#define FIRST "covariance: {family: power-law, exponent: 1.1}, mean: {family: constant, scale: 1.5}"
#define SECOND "covariance: {family: zero-one, zero: 0.4}, mean: {family: power-law, exponent: 0.3}"
#define THIRD "covariance: {family: isotropic, scale: 0.5}, mean: {family: constant, scale: -0.5}"
#define FOURTH "covariance: {family: isotropic, scale: 2}, mean: {family: zero}"

static sgdl_table_t solve_classes(const char *keys, const char *classes,
                                  sgdl_linear_solver_t solver)
{
    char text[2048];
    (void)snprintf(text, sizeof text, "{loss: softmax, learning_rate: 0.7, %s, classes: [%s]}",
                   keys, classes);
    return solve_expecting(text, 1, solver, SGDL_OK);
}

/* The labels' numbers, and the order of the classes. */
static void labels_can_be_exchanged(void **unused)
{
    (void)unused;
    static const char *const keys =
        "dimension: 8, intercept: 0.3, label_noise: 0.1, time: 2, output: {points: 3}";
    sgdl_table_t first =
        solve_classes(keys,
                      "{weight: 0.2, label: 1, " FIRST "}, {weight: 0.3, label: 2, " SECOND
                      "}, {weight: 0.4, label: 3, " THIRD "}, {weight: 0.1, label: 4, " FOURTH "}",
                      SGDL_LINEAR_STRUCTURED);
    sgdl_table_t other =
        solve_classes(keys,
                      "{weight: 0.4, label: 1, " THIRD "}, {weight: 0.1, label: 2, " FOURTH
                      "}, {weight: 0.3, label: 3, " SECOND "}, {weight: 0.2, label: 4, " FIRST "}",
                      SGDL_LINEAR_STRUCTURED);
    static const char *const columns[][2] = {{"risk", "risk"},       {"norm2", "norm2"},
                                             {"risk_1", "risk_4"},   {"risk_2", "risk_3"},
                                             {"risk_3", "risk_1"},   {"mean_3_1", "mean_1_4"},
                                             {"var_1_2", "var_4_3"}, {"error_4", "error_2"}};
    for (size_t c = 0; c < COUNT(columns); c++)
        for (size_t row = 0; row < first.rows; row++)
            assert_close(table_at(&first, row, columns[c][0]), table_at(&other, row, columns[c][1]),
                         1e-12, c + 1 == COUNT(columns) ? 1e-5 : 1e-7, columns[c][0]);
    sgdl_table_free(&first);
    sgdl_table_free(&other);
}

static void assert_same_tables(const sgdl_table_t *a, const sgdl_table_t *b, double relative,
                               const char *what)
{
    static const char *const columns[] = {"risk",   "risk_1", "risk_2",
                                          "risk_3", "norm2",  "mean_2_1"};
    for (size_t c = 0; c < COUNT(columns); c++)
        for (size_t row = 0; row < a->rows; row++)
            assert_close(table_at(a, row, columns[c]), table_at(b, row, columns[c]), 1e-13,
                         relative, what);
}

/* Classes of one law are averaged once; by themselves where weights differ by next to nothing. */
static void exchangeable_classes_are_averaged_alike(void **unused)
{
    (void)unused;
#define LAW "covariance: {family: power-law, exponent: 1.2}, mean: {family: gaussian}"
    static const char *const keys = "time: 50, output: {points: 3}, " TIGHT;
    sgdl_table_t one =
        solve_classes(keys,
                      "{weight: 0.25, label: 1, " LAW "}, {weight: 0.25, label: 2, " LAW
                      "}, {weight: 0.5, label: 3, " LAW "}",
                      SGDL_LINEAR_STRUCTURED);
    sgdl_table_t each = solve_classes(keys,
                                      "{weight: 0.2499999999999, label: 1, " LAW
                                      "}, {weight: 0.2500000000001, label: 2, " LAW
                                      "}, {weight: 0.5, label: 3, " LAW "}",
                                      SGDL_LINEAR_STRUCTURED);
    assert_same_tables(&one, &each, 1e-8, "exchangeable classes");
    sgdl_table_free(&one);
    sgdl_table_free(&each);
}

#define THREE                                                                                      \
    "{weight: 0.2, label: 1, " FIRST "}, {weight: 0.3, label: 2, " SECOND                          \
    "}, {weight: 0.5, label: 3, " THIRD "}"

static void linear_solvers_and_tolerances_agree(void **unused)
{
    (void)unused;
    static const struct {
        const char *keys;
        sgdl_linear_solver_t solver;
        double relative;
    } ways[] = {
        {"dimension: 8, ridge: 0.1, intercept: 0.5, time: 200, output: {points: 4}, " TIGHT,
         SGDL_LINEAR_DENSE, 1e-8},
        {"dimension: 8, ridge: 0.1, intercept: 0.5, time: 200, output: {points: 4}, " TIGHT,
         SGDL_LINEAR_KRYLOV, 1e-8},
        {"dimension: 8, ridge: 0.1, intercept: 0.5, time: 200, output: {points: 4}",
         SGDL_LINEAR_STRUCTURED, 1e-6},
        {"dimension: 8, ridge: 0.1, intercept: 0.5, time: 200, output: {points: 4}, tolerance: "
         "{relative: 1e-4}",
         SGDL_LINEAR_STRUCTURED, 1e-3},
    };
    sgdl_table_t first = solve_classes(ways[0].keys, THREE, SGDL_LINEAR_STRUCTURED);
    for (size_t w = 0; w < COUNT(ways); w++) {
        sgdl_table_t other = solve_classes(ways[w].keys, THREE, ways[w].solver);
        assert_same_tables(&first, &other, ways[w].relative, ways[w].keys);
        sgdl_table_free(&other);
    }
    sgdl_table_free(&first);
}

/* Directions clean for all labels: the risk falls like 1/t down to nothing. */
static void risks_go_to_zero_like_one_over_t(void **unused)
{
    (void)unused;
#define CLEAN(weight, label, zero)                                                                 \
    "{weight: " weight ", label: " label ", covariance: {family: zero-one, zero: " zero            \
    "}, mean: {family: gaussian}}"
    sgdl_table_t table = solve_classes(
        "time: 1e6, output: {points: 5, spacing: log, first: 1e3}",
        CLEAN("0.2", "1", "0.3") ", " CLEAN("0.3", "2", "0.5") ", " CLEAN("0.5", "3", "0.2"),
        SGDL_LINEAR_STRUCTURED);
    const size_t last = table.rows - 1;
    for (size_t row = last - 1; row <= last; row++) {
        assert_close(table_at(&table, row, "slope"), -1, 2e-2 / (row == last ? 10 : 1), 0, "slope");
        assert_true(table_at(&table, row, "error") > 0 && table_at(&table, row, "error") < 1e-10);
    }
    const double law = table_at(&table, last, "risk") * table_at(&table, last, "t");
    assert_close(table_at(&table, last - 1, "risk") * table_at(&table, last - 1, "t"), law, 0, 3e-2,
                 "risk t");
    sgdl_table_free(&table);
}

/* Whatever the threads, the same numbers. */
static void threads_change_nothing(void **unused)
{
    (void)unused;
    sgdl_table_t table[2];
    for (size_t t = 0; t < 2; t++) {
        sgdl_problem_t *problem = parse_problem(
            "{loss: softmax, dimension: 12, time: 2, output: {points: 3}, classes: ["
            "{weight: 0.2, label: 1, " FIRST "}, {weight: 0.3, label: 2, " SECOND
            "}, {weight: 0.4, label: 3, " THIRD "}, {weight: 0.1, label: 4, " FOURTH "}]}");
        sgdl_plan_t plan = sgdl_plan_default();
        sgdl_error_t error = {0};
        plan.threads = 1 + 2 * t;
        sgdl_table_init(&table[t]);
        if (sgdl_solve(problem, &plan, INTO(&table[t]), &error) != SGDL_OK)
            fail_msg("%s", error.message);
        sgdl_problem_free(problem);
    }
    assert_int_equal(table[0].rows * table[0].columns, table[1].rows * table[1].columns);
    assert_memory_equal(table[0].value, table[1].value,
                        table[0].rows * table[0].columns * sizeof(double));
    sgdl_table_free(&table[0]);
    sgdl_table_free(&table[1]);
}

/* ---- many labels: the averages' derivatives in three ways, the solver in two -------------------
 */

#define SIX                                                                                        \
    "dimension: 3, loss: softmax, learning_rate: 0.7, intercept: 0.4, label_noise: 0.1, classes: " \
    "{count: 6, weights: 'zipf:1', covariance: {family: power-law, exponent: 0.7}, mean: "         \
    "{family: gaussian}}"

typedef struct many {
    sgdl_problem_t *problem;
    sgdl_nodes_t nodes;
    sgdl_system_t system;
    double *y, *v, *Jv, *moved; /* [length] */
} many_t;

/* A state that was reached, and a direction that is any. */
static void many_init(many_t *self)
{
    sgdl_error_t error = {0};
    self->problem = parse_problem("{" SIX "}");
    const sgdl_mixture_t mixture = sgdl_problem_mixture(self->problem, &self->problem->plan);
    const sgdl_quadrature_t quadrature = {.accuracy = 1e-4, .reach = 10, .refine = 1};
    const rate_source_t source = rate_source_of(self->problem->learning_rate, 1);
    if (sgdl_nodes_init(&self->nodes, &mixture, &quadrature, &error) != SGDL_OK ||
        system_init(&self->system, self->problem, &self->problem->plan, &self->nodes, &source,
                    &error) != SGDL_OK)
        fail_msg("%s", error.message);
    const size_t length = self->system.length;
    self->y = calloc(4 * length, sizeof *self->y);
    self->v = self->y + length;
    self->Jv = self->v + length;
    self->moved = self->Jv + length;
    system_start(&self->system, self->y);
    for (int step = 0; step < 6; step++) {
        assert_int_equal(system_rhs(&self->system, 0, self->y, self->v), 0);
        for (size_t e = 0; e < length; e++)
            self->y[e] += 0.3 * self->v[e];
    }
    for (size_t e = 0; e < length; e++)
        self->v[e] = cos(0.7 * (double)e) / 8;
    assert_int_equal(system_evaluate(&self->system, 0, self->y), 0);
}

static void many_free(many_t *self)
{
    free(self->y);
    system_free(&self->system);
    sgdl_nodes_free(&self->nodes);
    sgdl_problem_free(self->problem);
}

static double largest_of(size_t count, const double *x)
{
    double size = 0;
    for (size_t e = 0; e < count; e++)
        size = fmax(size, fabs(x[e]));
    return size;
}

static void changes_are_those_of_differences(void **unused)
{
    (void)unused;
    const double step = 1e-4;
    many_t f;
    many_init(&f);
    const size_t length = f.system.length;
    system_jacobian_times(&f.system, f.y, f.v, f.Jv);
    const double size = largest_of(length, f.Jv);
    f.system.frozen = true;
    for (int side = -1; side <= 1; side += 2) {
        for (size_t e = 0; e < length; e++)
            f.y[e] += side * step * f.v[e];
        assert_int_equal(system_rhs(&f.system, 0, f.y, f.moved), 0);
        for (size_t e = 0; e < length; e++) {
            f.y[e] -= side * step * f.v[e];
            f.Jv[e] -= side * f.moved[e] / (2 * step);
        }
    }
    assert_close(largest_of(length, f.Jv) / size, 0, 1e-5, 0, "Jv against differences");
    many_free(&f);
}

/* (I - h J) x = b by the small matrix, made of Jacobians; J x by changes along x. */
static void structured_solves_are_solutions(void **unused)
{
    (void)unused;
    static const double steps[] = {0.1, 3, 100};
    many_t f;
    newton_t newton;
    sgdl_error_t error = {0};
    many_init(&f);
    const size_t length = f.system.length;
    assert_int_equal(newton_init(&newton, &f.system, SGDL_LINEAR_STRUCTURED, &error), SGDL_OK);
    assert_non_null(newton.setup);
    for (size_t s = 0; s < COUNT(steps); s++) {
        const double h = steps[s];
        assert_int_equal(newton.setup(&newton, f.y, h, s == 0), 0);
        assert_int_equal(newton.solve(&newton, f.y, h, f.v, f.moved), 0);
        system_jacobian_times(&f.system, f.y, f.moved, f.Jv);
        const double size = h * largest_of(length, f.Jv) + largest_of(length, f.moved);
        for (size_t e = 0; e < length; e++)
            f.Jv[e] = f.moved[e] - h * f.Jv[e] - f.v[e];
        assert_close(largest_of(length, f.Jv) / size, 0, 1e-4, 0, "residual");
    }
    newton_free(&newton);
    many_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_can_be_exchanged),
        cmocka_unit_test(exchangeable_classes_are_averaged_alike),
        cmocka_unit_test(linear_solvers_and_tolerances_agree),
        cmocka_unit_test(risks_go_to_zero_like_one_over_t),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(changes_are_those_of_differences),
        cmocka_unit_test(structured_solves_are_solutions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
