/* Learning rates that the state drives: a family of this test's own, through the equations and
 * through both kernels, each against a few lines of arithmetic. */
#include "tests/curves.h"

#include <string.h>

#include "src/theories/streaming/system.h"
#include "src/theories/streaming/walkers/sgd.h"

/* ---- the family: gamma = eta / sqrt(b0^2 + R), the risk R or another measure ------------------
 */

static const sgdl_key_t keys[] = {
    {.name = "eta", .kind = SGDL_KEY_REAL, .required = true, .standard = NAN, .upper = INFINITY},
    {.name = "b0", .kind = SGDL_KEY_REAL, .required = true, .standard = NAN, .upper = INFINITY},
};

static double damp(double eta, double b0, double measured)
{
    return eta / sqrt(b0 * b0 + measured);
}

static double damped(const sgdl_spec_t *spec, double s, double horizon,
                     const sgdl_measured_t *measured)
{
    (void)s;
    (void)horizon;
    return damp(spec->setting[0].number[0], spec->setting[1].number[0], measured->risk);
}

static double damped_by_noise(const sgdl_spec_t *spec, double s, double horizon,
                              const sgdl_measured_t *measured)
{
    (void)s;
    (void)horizon;
    return damp(spec->setting[0].number[0], spec->setting[1].number[0], measured->noise_power);
}

static double most(const sgdl_spec_t *spec, double horizon)
{
    (void)horizon;
    return spec->setting[0].number[0] / spec->setting[1].number[0];
}

static const sgdl_schedule_family_t by_risk = {
    .family = {.name = "damped", .help = "eta/sqrt(b0^2 + R)", .keys = keys, .key_count = 2},
    .driven = damped,
    .measures = SGDL_MEASURE_RISK,
    .max = most,
};

/* Without a bound that anybody knows. */
static const sgdl_schedule_family_t by_noise = {
    .family = {.name = "damped-by-noise", .help = "", .keys = keys, .key_count = 2},
    .driven = damped_by_noise,
    .measures = SGDL_MEASURE_NOISE_POWER,
};

static const sgdl_schedule_family_t by_another = {
    .family = {.name = "by-another", .help = "", .keys = keys, .key_count = 2},
    .driven = damped,
    .measures = 1u << 30,
};

static sgdl_problem_t *driven_problem(const char *text, const sgdl_schedule_family_t *family,
                                      double eta, double b0, double warmup)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_schedule_t *rate = &problem->learning_rate[0];
    sgdl_schedule_free(rate);
    rate->spec = sgdl_spec_default(&family->family);
    rate->spec.setting[0] = (sgdl_setting_t){.number = {eta}, .count = 1};
    rate->spec.setting[1] = (sgdl_setting_t){.number = {b0}, .count = 1};
    rate->warmup = warmup;
    return problem;
}

static sgdl_table_t solve_problem(const sgdl_problem_t *problem, sgdl_linear_solver_t solver)
{
    sgdl_plan_t plan = problem->plan;
    sgdl_error_t error = {0};
    sgdl_table_t table;
    plan.linear_solver = solver;
    sgdl_table_init(&table);
    if (sgdl_solve(problem, &plan, INTO(&table), &error) != SGDL_OK)
        fail_msg("%s", error.message);
    return table;
}

/* ---- the equations ----------------------------------------------------------------------------
 */

/* Least squares, K = 1, means +-mu, |mu| = 1: the state is (A, S) along mu and |x|^2 = S. */
typedef struct reference {
    double A, S, eta, b0, warmup;
    bool by_noise;
} reference_t;

static double reference_risk(const reference_t *self)
{
    return 0.5 * (self->S + (self->A - 1) * (self->A - 1));
}

static double reference_rate(const reference_t *self, double t)
{
    double noise = self->S + (self->A - 1) * (self->A - 1); /* E (r - y)^2 */
    double rate = damp(self->eta, self->b0, self->by_noise ? noise : reference_risk(self));
    return t < self->warmup ? rate * t / self->warmup : rate;
}

static void reference_slope(const reference_t *self, double t, double slope[2])
{
    double gamma = reference_rate(self, t), A = self->A, S = self->S;
    slope[0] = -gamma * (2 * A - 1);
    slope[1] = -2 * gamma * (A * (A - 1) + S) + gamma * gamma * (S + (A - 1) * (A - 1));
}

/* The classical Runge-Kutta method. */
static void reference_step(reference_t *self, double t, double h)
{
    static const double share[] = {0, 0.5, 0.5, 1}, weight[] = {1, 2, 2, 1};
    double sum[2] = {0}, slope[2] = {0};
    for (size_t stage = 0; stage < 4; stage++) {
        reference_t at = *self;
        at.A += share[stage] * h * slope[0];
        at.S += share[stage] * h * slope[1];
        /* just below the end of the warm-up the line still holds: rates are continuous there */
        reference_slope(&at, t + share[stage] * h, slope);
        sum[0] += weight[stage] * slope[0];
        sum[1] += weight[stage] * slope[1];
    }
    self->A += h * sum[0] / 6;
    self->S += h * sum[1] / 6;
}

#define PLAIN                                                                                      \
    "loss: least-squares, classes: [{label: 1, covariance: {family: isotropic}, mean: {family: "   \
    "constant}}, {label: -1, covariance: {family: isotropic}, mean: {family: opposite, of: 1}}]"

static void equations_follow_the_state(void **unused)
{
    (void)unused;
    for (int v = 0; v < 4; v++) {
        reference_t reference = {
            .eta = 0.7, .b0 = 0.4, .warmup = v % 2 ? 2 : 0, .by_noise = v >= 2};
        sgdl_problem_t *problem = driven_problem("{time: 8, output: {points: 17}, " PLAIN "}",
                                                 v >= 2 ? &by_noise : &by_risk, reference.eta,
                                                 reference.b0, reference.warmup);
        sgdl_table_t table = solve_problem(problem, SGDL_LINEAR_STRUCTURED);
        assert_int_equal(table.rows, 17);
        enum { STEPS = 200 };
        for (size_t row = 0; row < table.rows; row++) {
            double t = 0.5 * (double)row;
            assert_close(table_at(&table, row, "risk"), reference_risk(&reference), 1e-8, 1e-8,
                         "risk");
            assert_close(table_at(&table, row, "mean_1"), reference.A, 1e-8, 0, "mean");
            assert_close(table_at(&table, row, "norm2"), reference.S, 1e-8, 0, "norm2");
            assert_close(table_at(&table, row, "learning_rate"), reference_rate(&reference, t),
                         1e-8, 0, "learning rate");
            double slope[2];
            reference_slope(&reference, t, slope);
            double change = 0.5 * slope[1] + (reference.A - 1) * slope[0];
            if (t > 0)
                assert_close(table_at(&table, row, "slope"),
                             t * change / reference_risk(&reference), 1e-6, 1e-6, "slope");
            for (int step = 0; step < STEPS; step++)
                reference_step(&reference, t + 0.5 * step / STEPS, 0.5 / STEPS);
        }
        sgdl_table_free(&table);
        sgdl_problem_free(problem);
    }
}

/* Whatever the loss: the right-hand side is that of the rate which the risk gives. */
static void any_system_is_driven(void **unused)
{
    (void)unused;
    static const char *const problems[] = {
        "{time: 5, start: {norm2: 1}, " POWER_LAWS("1.2", "0.3") "}",
        "{loss: least-squares, encoding: one-hot, start: {norm2: 0.5}, classes: [{weight: 0.3, "
        "label: 1, mean: {family: gaussian}}, {weight: 0.7, label: 2, mean: {family: gaussian}}]}"};
    for (size_t v = 0; v < 2; v++) {
        sgdl_problem_t *problem = driven_problem(problems[v], &by_risk, 0.6, 0.2, 0);
        sgdl_mixture_t mixture = sgdl_problem_mixture(problem, &problem->plan);
        sgdl_quadrature_t quadrature = sgdl_problem_quadrature(problem, &problem->plan);
        sgdl_nodes_t nodes;
        sgdl_system_t driven, constant;
        rate_source_t source = rate_source_of(problem->learning_rate, problem->time);
        assert_int_equal(source.kind, RATE_DRIVEN);
        assert_true(source.bound == 0.6 / 0.2);
        assert_int_equal(sgdl_nodes_init(&nodes, &mixture, &quadrature, NULL), SGDL_OK);
        assert_int_equal(system_init(&driven, problem, &problem->plan, &nodes, &source, NULL),
                         SGDL_OK);
        double *y = calloc(3 * driven.length, sizeof *y), *dy = y + driven.length;
        assert_non_null(y);
        system_start(&driven, y);
        assert_int_equal(system_rhs(&driven, 3, y, dy), 0);
        double risk = 0;
        for (size_t i = 0; i < driven.C; i++)
            risk += problem->weight[i] * driven.average[i].risk;
        source = rate_source_constant(damp(0.6, 0.2, risk), problem->time);
        assert_int_equal(system_init(&constant, problem, &problem->plan, &nodes, &source, NULL),
                         SGDL_OK);
        assert_int_equal(system_rhs(&constant, 3, y, dy + driven.length), 0);
        for (size_t e = 0; e < driven.length; e++)
            assert_close(dy[e], dy[driven.length + e], 1e-15, 1e-14, problems[v]);
        free(y);
        system_free(&driven);
        system_free(&constant);
        sgdl_nodes_free(&nodes);
        sgdl_problem_free(problem);
    }
}

/* Over decades of a stiff problem; rows agree whatever solves Newton's systems, and each has the
 * rate that its risk gives. */
static void long_curves_agree(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem = driven_problem(
        "{time: 1.0e+5, output: {points: 21, spacing: log, first: 0.01}, " POWER_LAWS("1.2",
                                                                                      "0.3") "}",
        &by_risk, 0.2, 0.1, 0);
    sgdl_table_t table = solve_problem(problem, SGDL_LINEAR_STRUCTURED);
    sgdl_table_t again = solve_problem(problem, SGDL_LINEAR_KRYLOV);
    double fastest = 0;
    for (size_t row = 0; row < table.rows; row++) {
        double risk = table_at(&table, row, "risk"), rate = table_at(&table, row, "learning_rate");
        assert_close(rate, damp(0.2, 0.1, risk), 1e-12, 1e-12, "rate");
        assert_close(table_at(&again, row, "risk"), risk, 1e-9, 3e-7, "risk");
        fastest = fmax(fastest, rate);
    }
    assert_true(fastest > 1.2 * table_at(&table, 0, "learning_rate"));
    sgdl_table_free(&again);
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

/* ---- the kernels ------------------------------------------------------------------------------
 */

/* Without variance every sample is +-mu and says the same: m <- m - gamma/d (m - 1). */
static void kernels_follow_the_state(void **unused)
{
    (void)unused;
    static const char *const extra[] = {"", "batch: 3, "};
    const kernel_t *const kernels[] = {&kernel_full, &kernel_collapsed};
    for (size_t v = 0; v < 4; v++) {
        char text[512];
        (void)snprintf(
            text, sizeof text,
            "{dimension: 32, time: 9, loss: least-squares, %sclasses: [{label: 1, "
            "covariance: {family: isotropic, scale: 1.0e-30}, mean: {family: constant}}, "
            "{label: -1, covariance: {family: isotropic, scale: 1.0e-30}, mean: {family: "
            "opposite, of: 1}}]}",
            extra[v / 2]);
        sgdl_problem_t *problem = driven_problem(text, &by_risk, 1.3, 0.3, 2);
        const kernel_t *kernel = kernels[v % 2];
        experiment_t experiment;
        void *model, *state;
        assert_int_equal(experiment_init(&experiment, problem, &problem->plan, NULL), SGDL_OK);
        assert_int_equal(kernel->prepare(&experiment, &model, NULL), SGDL_OK);
        assert_int_equal(kernel->begin(model, 0, 0, &state), SGDL_OK);
        double m = 0, found[2], variance[2];
        moments_t moments = {.m = found, .B = variance};
        for (int k = 0; k < 300; k++) {
            double gamma = damp(1.3, 0.3, 0.5 * (m - 1) * (m - 1)), t = k / 32.0;
            m -= (t < 2 ? gamma * t / 2 : gamma) / 32 * (m - 1);
            assert_true(kernel->advance(state, 1));
            if (k % 7 == 0) { /* looking at a run leaves it as it is */
                kernel->read(state, &moments);
                assert_close(found[0], m, 1e-12, 0, kernel->name);
                assert_close(found[1], -m, 1e-12, 0, kernel->name);
            }
        }
        assert_true(m > 0.9);
        kernel->end(state);
        kernel->discard(model);
        experiment_free(&experiment);
        sgdl_problem_free(problem);
    }
}

/* With noise: the ensembles of both kernels are around the equations' curve. */
static void ensembles_are_around_the_curve(void **unused)
{
    (void)unused;
    static const sgdl_kernel_t kernels[] = {SGDL_KERNEL_FULL, SGDL_KERNEL_COLLAPSED};
    sgdl_problem_t *problem = driven_problem(
        "{dimension: 400, time: 4, output: {points: 5}, " PLAIN "}", &by_risk, 0.5, 0.4, 0);
    sgdl_table_t theory = solve_problem(problem, SGDL_LINEAR_STRUCTURED);
    for (size_t v = 0; v < 2; v++) {
        sgdl_plan_t plan = problem->plan;
        sgdl_error_t error = {0};
        sgdl_table_t table;
        plan.runs = 40;
        plan.kernel = kernels[v];
        sgdl_table_init(&table);
        if (sgdl_simulate(problem, &plan, INTO(&table), &error) != SGDL_OK)
            fail_msg("%s", error.message);
        for (size_t row = 0; row < table.rows; row++) {
            static const char *const names[] = {"risk", "learning_rate"};
            for (size_t c = 0; c < 2; c++) {
                char mean[64], sd[64];
                (void)snprintf(mean, sizeof mean, "%s_mean", names[c]);
                (void)snprintf(sd, sizeof sd, "%s_sd", names[c]);
                double allowed = 5 * table_at(&table, row, sd) / sqrt(40) + 3.0 / 400;
                double expected = table_at(&theory, row, names[c]);
                assert_close(table_at(&table, row, mean), expected, allowed, 0, names[c]);
                assert_true(allowed < 0.1 * expected);
            }
        }
        sgdl_table_free(&table);
    }
    sgdl_table_free(&theory);
    sgdl_problem_free(problem);
}

/* ---- what is not known ------------------------------------------------------------------------
 */

static void what_is_not_measured_is_refused(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem =
        driven_problem("{dimension: 100, time: 1, " PLAIN "}", &by_another, 0.5, 0.4, 0);
    sgdl_plan_t plan = problem->plan;
    sgdl_table_t table;
    sgdl_error_t error = {0};
    sgdl_table_init(&table);
    assert_int_equal(sgdl_simulate(problem, &plan, INTO(&table), &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "'by-another' looks at more than the simulation"));
    assert_int_equal(table.rows, 0);
    sgdl_table_free(&table);
    sgdl_limit_t limit;
    assert_int_equal(sgdl_limit_init(&limit, problem, &plan, 0, &error), SGDL_ERR_INPUT);
    assert_non_null(strstr(error.message, "long times of rates that the state drives"));
    sgdl_limit_free(&limit);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equations_follow_the_state),
        cmocka_unit_test(any_system_is_driven),
        cmocka_unit_test(long_curves_agree),
        cmocka_unit_test(kernels_follow_the_state),
        cmocka_unit_test(ensembles_are_around_the_curve),
        cmocka_unit_test(what_is_not_measured_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
