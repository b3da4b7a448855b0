/* The streaming equations under the integrator: what a step allocates, how far it reaches, what it
 * does at breaks and failures. */
#include "tests/curves.h"

#include <string.h>

#include "src/stepper/integrator.h"
#include "src/theories/streaming/evolution.h"

/* ---- counting allocations: ours stand in front of the C library's in the whole process ---------
 */

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#define COUNTS_ALLOCATIONS 1
static long allocations;
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *malloc(size_t size)
{
    allocations++;
    return __libc_malloc(size);
}
void *calloc(size_t count, size_t size)
{
    allocations++;
    return __libc_calloc(count, size);
}
void *realloc(void *block, size_t size)
{
    allocations++;
    return __libc_realloc(block, size);
}
#endif

typedef struct run {
    sgdl_problem_t *problem;
    sgdl_nodes_t nodes;
    sgdl_system_t system;
    evolution_t evolution;
    integrator_t integrator;
} run_t;

static void run_init(run_t *self, const char *text, sgdl_linear_solver_t kind)
{
    sgdl_error_t error = {0};
    self->problem = parse_problem(text);
    sgdl_mixture_t mixture = sgdl_problem_mixture(self->problem, &self->problem->plan);
    sgdl_quadrature_t quadrature = {.accuracy = 1e-8, .reach = self->problem->time, .refine = 1};
    rate_source_t source = rate_source_of(self->problem->learning_rate, self->problem->time);
    if (sgdl_nodes_init(&self->nodes, &mixture, &quadrature, &error) != SGDL_OK ||
        system_init(&self->system, self->problem, &self->problem->plan, &self->nodes, &source,
                    &error) != SGDL_OK ||
        evolution_init(&self->evolution, &self->system, kind, &error) != SGDL_OK ||
        integrator_init(&self->integrator, &self->evolution.equation, &error) != SGDL_OK)
        fail_msg("%s", error.message);
}

static void run_free(run_t *self)
{
    integrator_free(&self->integrator);
    evolution_free(&self->evolution);
    system_free(&self->system);
    sgdl_nodes_free(&self->nodes);
    sgdl_problem_free(self->problem);
}

#ifdef COUNTS_ALLOCATIONS /* not under a sanitizer, which brings its own allocator */
static void steps_allocate_nothing(void **unused)
{
    (void)unused;
    static const char *const problems[] = {
        "{intercept: 0.3, time: 1.0e+6, classes: [{covariance: {family: power-law, exponent: 1.2}},"
        " {covariance: {family: power-law, exponent: 0.7}}]}",
        "{loss: least-squares, encoding: one-hot, time: 1.0e+6, classes: [{weight: 0.3, label: 1, "
        "covariance: {family: power-law, exponent: 1}, mean: {family: gaussian}}, {weight: 0.3, "
        "label: 2, mean: {family: gaussian}}, {weight: 0.4, label: 3, mean: {family: gaussian}}]}"};
    for (size_t v = 0; v < 2; v++)
        for (int kind = 0; kind < 2; kind++) {
            run_t run;
            sgdl_error_t error = {0};
            run_init(&run, problems[v], kind ? SGDL_LINEAR_KRYLOV : SGDL_LINEAR_STRUCTURED);
            for (int step = 0; step < 100 && run.integrator.t < 1e6; step++)
                assert_int_equal(integrator_step(&run.integrator, 1e6, &error), SGDL_OK);
            long before = allocations;
            int steps = 0;
            for (; steps < 100 && run.integrator.t < 1e6; steps++)
                assert_int_equal(integrator_step(&run.integrator, 1e6, &error), SGDL_OK);
            assert_int_equal(allocations, before);
            assert_true(steps > 50);
            run_free(&run);
        }
    long before = allocations; /* the counter does count */
    free(malloc(before > 0 ? 16 : 8));
    assert_int_equal(allocations, before + 1);
}
#endif

/* Steps grow by a constant number a decade: t = 1e12 is a dozen decades, not 1e12 steps. */
static void steps_grow_with_the_decades(void **unused)
{
    (void)unused;
    run_t run;
    sgdl_error_t error = {0};
    run_init(&run,
             "{time: 1.0e+12, classes: [{covariance: {family: power-law, exponent: 0.8}}, "
             "{covariance: {family: power-law, exponent: 0.8}}]}",
             SGDL_LINEAR_STRUCTURED);
    long at[13] = {0};
    for (int decade = 1; decade <= 12; decade++) {
        double end = pow(10, decade);
        while (run.integrator.t < end)
            assert_int_equal(integrator_step(&run.integrator, end, &error), SGDL_OK);
        assert_true(run.integrator.t == end);
        at[decade] = integrator_statistics(&run.integrator).steps;
    }
    for (int decade = 4; decade <= 12; decade++)
        assert_in_range(at[decade] - at[decade - 1], 1, 300);
    run_free(&run);
}

/* More output times cost no steps: they come from CVODE's dense output. */
static void output_costs_no_steps(void **unused)
{
    (void)unused;
    char steps[2][200];
    for (int v = 0; v < 2; v++) {
        char text[256];
        (void)snprintf(text, sizeof text, "{time: 1000, output: {points: %d}}", v ? 20001 : 3);
        sgdl_table_t table = solve_text(text);
        (void)snprintf(steps[v], sizeof steps[v], "%s", sgdl_table_value(&table, "solver"));
        sgdl_table_free(&table);
    }
    assert_string_equal(steps[0], steps[1]);
}

/* Eigenvalues without bound, and rates of any size: the first step is as short as they want it,
 * from t = 0 and after a break. R_inf = R_min/(1 - gamma tr(K)/(2 d)), R_min = 0.5/(1 + M). */
static void singular_eigenvalues_are_started_upon(void **unused)
{
    (void)unused;
    static const double alphas[] = {-0.6, -0.9};
    const double beta = 0.25;
    for (size_t v = 0; v < sizeof alphas / sizeof alphas[0]; v++)
        for (int late = 0; late < 2 - (int)v; late++) {
            double M = 1 / (2 * beta + 1 - alphas[v]), trace = 1 / (1 + alphas[v]);
            double gamma = 0.4 / trace;
            char text[512], schedule[128];
            (void)snprintf(schedule, sizeof schedule,
                           late ? "{schedule: piecewise, times: [1.0e+3], values: [%g, %g]}" : "%g",
                           late ? 0.01 * gamma : gamma, gamma);
            (void)snprintf(text, sizeof text,
                           "{loss: least-squares, learning_rate: %s, output: {times: [1.0e+6]}, "
                           "classes: [{covariance: {family: power-law, exponent: %g}, mean: "
                           "{family: power-law, exponent: %g}}, {covariance: {family: power-law, "
                           "exponent: %g}, mean: {family: opposite, of: 1}}]}",
                           schedule, alphas[v], beta, alphas[v]);
            sgdl_table_t table = solve_text(text);
            assert_close(table_at(&table, 0, "risk"), 0.5 / (1 + M) / (1 - 0.2), 0, 1e-6, text);
            sgdl_table_free(&table);
        }
    /* Large eigenvalues under a small rate are the same problem in other units. */
    sgdl_table_t table = solve_text(
        "{learning_rate: 1.0e-21, classes: [{covariance: {family: isotropic, scale: 1.0e+20}, "
        "mean: "
        "{family: constant, scale: 1.0e+10}}, {covariance: {family: isotropic, scale: 1.0e+20}, "
        "mean: {family: opposite, of: 1}}]}");
    sgdl_table_t same = solve_text("{learning_rate: 0.1}");
    for (size_t row = 0; row < same.rows; row++)
        assert_close(table_at(&table, row, "risk"), table_at(&same, row, "risk"), 1e-8, 0, "risk");
    sgdl_table_free(&table);
    sgdl_table_free(&same);
    /* What rounding errors would decide is refused at once. */
    table = solve_expecting("{learning_rate: 1.0e+50}", 1, SGDL_LINEAR_STRUCTURED, SGDL_ERR_SOLVER);
    assert_int_equal(table.rows, 1);
    sgdl_table_free(&table);
}

/* A state out of the physical domain is a failure that a smaller step may cure, not a crash. */
static void unphysical_states_are_refused(void **unused)
{
    (void)unused;
    run_t run;
    run_init(&run, "{time: 10}", SGDL_LINEAR_STRUCTURED);
    double *y = calloc(run.system.length, sizeof *y), *dy = calloc(run.system.length, sizeof *dy);
    assert_non_null(y);
    assert_non_null(dy);
    y[run.system.S] = -1;
    assert_int_equal(system_rhs(&run.system, 1, y, dy), 1);
    y[run.system.S] = NAN;
    assert_int_equal(system_rhs(&run.system, 1, y, dy), 1);
    y[run.system.S] = -1e-14; /* the integrator's own error */
    assert_int_equal(system_rhs(&run.system, 1, y, dy), 0);
    assert_true(run.system.B[0] == 0);
    free(y);
    free(dy);
    run_free(&run);
}

/* What tells a run to stop: the caller, once a part of the rows is there. */
typedef struct stopper {
    volatile sig_atomic_t interrupted;
    double from;
} stopper_t;

static void stop(void *context, double fraction, double t)
{
    (void)t;
    stopper_t *self = context;
    if (fraction >= self->from)
        self->interrupted = 1;
}

static void interrupt_from(double fraction, sgdl_table_t *table)
{
    sgdl_problem_t *problem = parse_problem("{time: 1000}");
    sgdl_plan_t options = sgdl_plan_default();
    stopper_t stopper = {.from = fraction};
    sgdl_error_t error = {0};
    options.watch.stop = &stopper.interrupted;
    options.watch.progress = stop;
    options.watch.context = &stopper;
    sgdl_table_init(table);
    assert_int_equal(sgdl_solve(problem, &options, INTO(table), &error), SGDL_ERR_INTERRUPTED);
    assert_non_null(strstr(error.message, "interrupted at t = "));
    assert_non_null(sgdl_table_value(table, "curve_1_ended"));
    sgdl_problem_free(problem);
}

/* Told to stop, a run keeps its rows and says so. */
static void interruption_keeps_rows(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem = parse_problem("{time: 1000}");
    sgdl_table_t whole, first, half;
    sgdl_table_init(&whole);
    assert_int_equal(sgdl_solve(problem, NULL, INTO(&whole), NULL), SGDL_OK);
    interrupt_from(0, &first);
    assert_int_equal(first.rows, 1);
    interrupt_from(0.5, &half);
    assert_in_range(half.rows, (problem->plan.points + 1) / 2, problem->plan.points - 1);
    assert_int_equal(half.columns, whole.columns);
    assert_memory_equal(half.value, whole.value, half.rows * half.columns * sizeof *half.value);
    sgdl_table_free(&half);
    sgdl_table_free(&first);
    sgdl_table_free(&whole);
    sgdl_problem_free(problem);
}

/* Told so before it begins, it has computed nothing: no rows, and no table that looks like one. */
static void interruption_before_the_start_leaves_nothing(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem = parse_problem("{time: 1000}");
    sgdl_plan_t options = sgdl_plan_default();
    volatile sig_atomic_t interrupted = 1;
    sgdl_table_t table;
    sgdl_error_t error = {0};
    options.watch.stop = &interrupted;
    sgdl_table_init(&table);
    assert_int_equal(sgdl_solve(problem, &options, INTO(&table), &error), SGDL_ERR_INTERRUPTED);
    assert_int_equal(table.rows, 0);
    assert_null(sgdl_table_value(&table, "curve_1_ended"));
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef COUNTS_ALLOCATIONS
        cmocka_unit_test(steps_allocate_nothing),
#endif
        cmocka_unit_test(steps_grow_with_the_decades),
        cmocka_unit_test(output_costs_no_steps),
        cmocka_unit_test(singular_eigenvalues_are_started_upon),
        cmocka_unit_test(unphysical_states_are_refused),
        cmocka_unit_test(interruption_keeps_rows),
        cmocka_unit_test(interruption_before_the_start_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
