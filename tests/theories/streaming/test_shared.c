/* Least squares against many unit vectors: what outputs share, against the plain equations and
 * closed forms. */
#include "tests/curves.h"

#include <string.h>

#include "src/theories/streaming/newton.h"
#include "src/theories/streaming/shared.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define ONE_HOT "loss: least-squares, encoding: one-hot, "
#define COUNTED(weights, covariance)                                                               \
    "classes: {count: 17, weights: " weights ", covariance: " covariance                           \
    ", mean: {family: gaussian}}}"
#define ZIPF "{family: zipf, exponent: 1.1}"

/* Two classes of the last label, three kinds of covariances, one class without a mean. */
#define STATED                                                                                     \
    "classes: [{label: 1, covariance: {family: power-law, exponent: 1}, mean: {family: "           \
    "gaussian}}, "                                                                                 \
    "{label: 2, covariance: {family: power-law, exponent: 1}, mean: {family: gaussian}}, "         \
    "{label: 3, covariance: {family: isotropic}, mean: {family: zero}}, "                          \
    "{label: 4, covariance: {family: isotropic}, mean: {family: gaussian, scale: 2}}, " REST "]}"
#define ONE(label)                                                                                 \
    "{label: " #label ", covariance: {family: zero-one, zero: 0.3}, mean: {family: gaussian}}"
#define REST                                                                                       \
    ONE(5)                                                                                         \
    ", " ONE(6) ", " ONE(7) ", " ONE(8) ", " ONE(9) ", " ONE(10) ", " ONE(11) ", " ONE(            \
        12) ", " ONE(13) ", " ONE(14) ", " ONE(15) ", " ONE(16) ", " ONE(17) ", " ONE(17)

static const char *const problems[] = {
    "{" ONE_HOT COUNTED("uniform", "{family: isotropic}"),
    "{" ONE_HOT COUNTED(ZIPF, "{family: isotropic}"),
    "{" ONE_HOT
    "label_noise: 0.2, ridge: 0.1, batch: 3, gradient_noise: 0.4, momentum: 0.3, " COUNTED(
        ZIPF, "{family: isotropic, scale: 1.5}"),
    "{" ONE_HOT
    "label_noise: 0.1, start: {norm2: 0.5}, " COUNTED(ZIPF, "{family: zero-one, zero: 0.3}"),
    "{" ONE_HOT STATED, "{" ONE_HOT "label_noise: 0.3, " STATED,
    /* units that are no classes; fewer directions than classes */
    "{" ONE_HOT "dimension: 200, " COUNTED(ZIPF, "{family: isotropic}"),
    "{" ONE_HOT
    "dimension: 200, label_noise: 0.2, ridge: 0.1, " COUNTED("uniform", "{family: isotropic}"),
    "{" ONE_HOT
    "dimension: 6, label_noise: 0.2, start: {norm2: 0.5}, " COUNTED(ZIPF, "{family: isotropic}")};

typedef struct fixture {
    sgdl_problem_t *problem;
    sgdl_nodes_t nodes;
    sgdl_system_t system;
} fixture_t;

static void fixture_init(fixture_t *self, const char *text)
{
    sgdl_error_t error = {0};
    self->problem = parse_problem(text);
    const sgdl_mixture_t mixture = sgdl_problem_mixture(self->problem, &self->problem->plan);
    const sgdl_quadrature_t quadrature = {.accuracy = 1e-4, .reach = 10, .refine = 1};
    const rate_source_t source = rate_source_of(self->problem->learning_rate, 10);
    if (sgdl_nodes_init(&self->nodes, &mixture, &quadrature, &error) != SGDL_OK ||
        system_init_shared(&self->system, self->problem, &self->problem->plan, &self->nodes,
                           &source, &error) != SGDL_OK)
        fail_msg("%s\n%s", error.message, text);
    if (!self->system.shared)
        fail_msg("nothing shared by\n%s", text);
}

static void fixture_free(fixture_t *self)
{
    system_free(&self->system);
    sgdl_nodes_free(&self->nodes);
    sgdl_problem_free(self->problem);
}

static double draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) / 9007199254740992.0 - 0.5;
}

/* A state with variances, and any vector. */
static void draw_state(const sgdl_system_t *system, uint64_t *seed, double *y, double *v)
{
    for (size_t e = 0; e < system->length; e++) {
        y[e] = e < system->S ? draw(seed) : 1 + draw(seed);
        v[e] = draw(seed);
    }
}

/* J v against differences of the right-hand side, quadratic in the state: exact but for rounding;
 * and x - h J x = b of the structured solver. */
static void check_derivatives(const char *text)
{
    fixture_t fixture;
    fixture_init(&fixture, text);
    sgdl_system_t *system = &fixture.system;
    const size_t length = system->length;
    double *y = calloc(7 * length, sizeof *y), *v = y + length, *Jv = v + length;
    double *above = Jv + length, *below = above + length, *moved = below + length;
    double *x = moved + length;
    uint64_t seed = 7;
    newton_t newton;
    sgdl_error_t error;
    draw_state(system, &seed, y, v);
    for (int sign = -1; sign <= 1; sign += 2) {
        for (size_t e = 0; e < length; e++)
            moved[e] = y[e] + sign * 0.25 * v[e];
        assert_int_equal(system_rhs(system, 0, moved, sign > 0 ? above : below), 0);
    }
    assert_int_equal(system_evaluate(system, 0, y), 0);
    system_jacobian_times(system, y, v, Jv);
    for (size_t e = 0; e < length; e++)
        assert_close(Jv[e], 2 * (above[e] - below[e]), 1e-11, 1e-10, text);
    if (newton_init(&newton, system, SGDL_LINEAR_STRUCTURED, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    for (double h = 0.01; h < 200; h *= 20) {
        assert_int_equal(newton.solve(&newton, y, h, v, x), 0);
        system_jacobian_times(system, y, x, Jv);
        for (size_t e = 0; e < length; e++)
            assert_close(x[e] - h * Jv[e], v[e], 1e-10, 1e-10, text);
    }
    newton_free(&newton);
    free(y);
    fixture_free(&fixture);
}

static void derivatives_are_those_of_the_equations(void **unused)
{
    (void)unused;
    for (size_t p = 0; p < COUNT(problems); p++)
        check_derivatives(problems[p]);
}

static sgdl_table_t curve(const char *text, sgdl_linear_solver_t solver)
{
    static const size_t shown[] = {0, 2, 16};
    const double times[] = {0, 0.3, 2, 8};
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t plan = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    plan.linear_solver = solver;
    plan.shown = shown;
    plan.shown_count = COUNT(shown);
    plan.times = times;
    plan.points = COUNT(times);
    sgdl_table_init(&table);
    if (sgdl_solve(problem, &plan, INTO(&table), &error) != SGDL_OK)
        fail_msg("%s\n%s", error.message, text);
    sgdl_problem_free(problem);
    return table;
}

/* Whole tables, all columns: the plain equations are those of --linear-solver krylov. */
static void tables_are_those_of_the_plain_equations(void **unused)
{
    (void)unused;
    for (size_t p = 0; p < COUNT(problems); p++) {
        sgdl_table_t table = curve(problems[p], SGDL_LINEAR_STRUCTURED);
        sgdl_table_t plain = curve(problems[p], SGDL_LINEAR_KRYLOV);
        assert_int_equal(table.columns, plain.columns);
        assert_true(table.columns > 3 * 4 * 17);
        for (size_t row = 0; row < plain.rows; row++)
            for (size_t c = 0; c < plain.columns; c++) {
                const double a = table.value[row * table.columns + c];
                const double b = plain.value[row * table.columns + c];
                const bool is_slope = strcmp(plain.column[c], "slope") == 0;
                if (isnan(a) != isnan(b) ||
                    fabs(a - b) > (is_slope ? 1e-8 : 1e-10) + 1e-6 * fabs(b))
                    fail_msg("%s\n%s, row %zu: %.12g, plain %.12g", problems[p], plain.column[c],
                             row, a, b);
            }
        sgdl_table_free(&table);
        sgdl_table_free(&plain);
    }
}

/* ---- isotropic, d = infinity: every output in closed form ------------------------------------ */

/* x' = -decay x + sum_e source_e exp(-e kappa t), e = 0, 1, 2, x(0) = 0. */
static double response(double decay, double kappa, const double source[3], double t)
{
    double sum = 0;
    for (int e = 0; e < 3; e++)
        sum += source[e] * (exp(-e * kappa * t) - exp(-decay * t)) / (decay - e * kappa);
    return sum;
}

/* mean_i_i = r (1 - e^{-kappa t}), kappa = gamma (p M + 1), r = p M/(p M + 1), M = |mu|^2 = 1, and
 * the variance of output i, whose own class alone has a mean in it:
 * S' = -2 gamma S + gamma^2 (S + p (m - 1)^2) - 2 gamma p (m - 1) m. */
static void outputs_have_their_closed_form(void **unused)
{
    (void)unused;
    enum { C = 1000 };
    static const size_t shown[] = {0, 4, 999};
    static const double times[] = {0.5, 20, 100};
    const double gamma = 0.5;
    sgdl_problem_t *problem =
        parse_problem("{" ONE_HOT "classes: {count: 1000, weights: " ZIPF "}, learning_rate: 0.5}");
    sgdl_plan_t plan = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    plan.shown = shown;
    plan.shown_count = COUNT(shown);
    plan.times = times;
    plan.points = COUNT(times);
    sgdl_table_init(&table);
    if (sgdl_solve(problem, &plan, INTO(&table), &error) != SGDL_OK)
        fail_msg("%s", error.message);
    double sum = 0;
    for (size_t i = 0; i < C; i++)
        sum += pow((double)(i + 1), -1.1);
    for (size_t s = 0; s < COUNT(shown); s++) {
        const double p = pow((double)(shown[s] + 1), -1.1) / sum, r = p / (p + 1);
        const double kappa = gamma * (p + 1);
        /* m = r - r e; m - 1 = (r - 1) - r e; with e = e^{-kappa t} */
        const double source[3] = {
            p * (gamma * gamma * (r - 1) * (r - 1) - 2 * gamma * (r - 1) * r),
            p * (-2 * gamma * gamma * (r - 1) * r + 2 * gamma * (r * r + r * (r - 1))),
            p * (gamma * gamma * r * r - 2 * gamma * r * r)};
        for (size_t row = 0; row < table.rows; row++) {
            const double t = table_at(&table, row, "t");
            const double m = -r * expm1(-kappa * t);
            const double var = response(2 * gamma - gamma * gamma, kappa, source, t);
            char name[32];
            (void)snprintf(name, sizeof name, "mean_%zu_%zu", shown[s] + 1, shown[s] + 1);
            assert_close(table_at(&table, row, name), m, 1e-11, 1e-7, name);
            (void)snprintf(name, sizeof name, "var_%zu_%zu", shown[s] + 1, shown[s] + 1);
            assert_close(table_at(&table, row, name), var, 1e-12, 1e-7, name);
            (void)snprintf(name, sizeof name, "mean_%zu_7", shown[s] + 1);
            assert_true(table_at(&table, row, name) == 0);
        }
    }
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

/* What does not fall apart is left to the plain equations. */
static void others_share_nothing(void **unused)
{
    (void)unused;
    static const char *const plain[] = {
        "{" ONE_HOT "intercept: 1, " COUNTED("uniform", "{family: isotropic}"),
        "{" ONE_HOT "dimension: 200, " COUNTED("uniform", "{family: zero-one, zero: 0.3}"),
        "{" ONE_HOT "learning_rate: {schedule: polyak}, " COUNTED("uniform", "{family: isotropic}"),
        "{" ONE_HOT "classes: {count: 3}}"};
    for (size_t p = 0; p < COUNT(plain); p++) {
        fixture_t fixture = {.problem = parse_problem(plain[p])};
        sgdl_problem_t *problem = fixture.problem;
        sgdl_error_t error = {0};
        const sgdl_mixture_t mixture = sgdl_problem_mixture(problem, &problem->plan);
        const rate_source_t source = rate_source_of(problem->learning_rate, 10);
        if (sgdl_nodes_init(&fixture.nodes, &mixture, NULL, &error) != SGDL_OK ||
            system_init_shared(&fixture.system, problem, &problem->plan, &fixture.nodes, &source,
                               &error) != SGDL_OK)
            fail_msg("%s\n%s", error.message, plain[p]);
        assert_null(fixture.system.shared);
        fixture_free(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derivatives_are_those_of_the_equations),
        cmocka_unit_test(tables_are_those_of_the_plain_equations),
        cmocka_unit_test(outputs_have_their_closed_form),
        cmocka_unit_test(others_share_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
