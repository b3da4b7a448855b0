/* Whole curves against closed forms, limits and symmetries. Quick cases; slow ones are in
 * test_laws.c. */
#include "tests/curves.h"

#include <string.h>

/* ---- isotropic least squares in closed form ----------------------------------------------------
 * labels +-1, means +-mu, K = c I, M2 = |mu|^2, X_0 = 0, weights 1/2:
 *   m(t) = m_inf (1 - e^(-a t)), a = gamma (M2 + c), m_inf = M2/(M2 + c)
 *   dS/dt = kappa S + f(t), kappa = gamma^2 c^2/b - 2 gamma c,
 *   f = -2 gamma m (m-1) + gamma^2 c/b (m-1)^2, a sum of exponentials e^(-j a t), j = 0, 1, 2. */
static double isotropic_risk(double gamma, double batch, double c, double M2, double t)
{
    double a = gamma * (M2 + c), kappa = gamma * gamma * c * c / batch - 2 * gamma * c;
    double M = M2 / (M2 + c), noise = gamma * gamma * c / batch, S = 0;
    /* with E = e^(-a t): m = M - M E, m - 1 = (M - 1) - M E */
    double f[3] = {-2 * gamma * M * (M - 1) + noise * (M - 1) * (M - 1),
                   -2 * gamma * (-M * M - M * (M - 1)) - 2 * noise * M * (M - 1),
                   -2 * gamma * M * M + noise * M * M};
    for (int j = 0; j < 3; j++)
        S += f[j] * (exp(-j * a * t) - exp(kappa * t)) / (-j * a - kappa);
    double m = -M * expm1(-a * t);
    return 0.5 * (c * S + (1 - m) * (1 - m));
}

static void isotropic_least_squares_is_closed_form(void **unused)
{
    (void)unused;
    const double rates[] = {0.1, 0.5, 1.2}, scales[] = {1, 0.7}, batches[] = {1, 3};
    for (int r = 0; r < 3; r++)
        for (int v = 0; v < 2; v++) {
            char text[512];
            (void)snprintf(text, sizeof text,
                           "{loss: least-squares, learning_rate: %g, batch: %g, time: 100, classes:"
                           " [{label: 1, covariance: {family: isotropic, scale: %g}, mean: {family:"
                           " constant, scale: 1.3}}, {label: -1, covariance: {family: isotropic, "
                           "scale: %g}, mean: {family: opposite, of: 1}}]}",
                           rates[r], batches[v], scales[v], scales[v]);
            sgdl_table_t table = solve_text(text);
            assert_int_equal(table.rows, 101);
            for (size_t row = 0; row < table.rows; row++) {
                double t = table_at(&table, row, "t");
                assert_close(table_at(&table, row, "risk"),
                             isotropic_risk(rates[r], batches[v], scales[v], 1.69, t), 1e-8, 0,
                             text);
            }
            sgdl_table_free(&table);
        }
}

/* R_inf = R_min/(1 - gamma tr(K)/(2 d b)), R_min = 0.5/(1 + M): power law, both pieces by hand. */
static void least_squares_reaches_its_stationary_risk(void **unused)
{
    (void)unused;
    const double alphas[] = {0.5, 0.8}, betas[] = {0.25, 0.4};
    for (int v = 0; v < 2; v++) {
        double M = 1 / (2 * betas[v] + 1 - alphas[v]), trace = 1 / (1 + alphas[v]);
        for (int b = 1; b <= 2; b++) {
            char text[512];
            (void)snprintf(
                text, sizeof text,
                "{loss: least-squares, learning_rate: 0.6, batch: %d, output: {times: "
                "[0, 1.0e+14]}, classes: [{covariance: {family: power-law, exponent: %g},"
                " mean: {family: power-law, exponent: %g}}, {covariance: {family: "
                "power-law, exponent: %g}, mean: {family: opposite, of: 1}}]}",
                b, alphas[v], betas[v], alphas[v]);
            sgdl_table_t table = solve_text(text);
            double expected = 0.5 / (1 + M) / (1 - 0.6 * trace / (2 * b));
            assert_close(table_at(&table, 1, "risk"), expected, 0, 1e-7, text);
            sgdl_table_free(&table);
        }
    }
}

/* The published table of logistic risks (docs/theory.md, section 10): two independent integrators,
 * power law alpha, beta = 0, gamma = 1. */
static void logistic_risks_match_the_reference_table(void **unused)
{
    (void)unused;
    static const double alpha[] = {0.5, 1.0, 1.5, 2.0};
    static const double risk[][5] = {
        {0.53103592, 0.29308353, 0.21810750, 0.20368019, 0.20348592},
        {0.52176981, 0.23503660, 0.10003277, 0.019713825, 0.0039598909},
        {0.51640809, 0.20228339, 0.056149636, 0.0023827926, 6.0237105e-05},
        {0.51290290, 0.18212986, 0.038524215, 8.7232223e-04, 1.3857816e-05}};
    for (int v = 0; v < 4; v++) {
        char text[512];
        (void)snprintf(text, sizeof text,
                       "{learning_rate: 1, output: {times: [1, 10, 100, 1.0e+4, 1.0e+6]}, classes: "
                       "[{label: 1, covariance: {family: power-law, exponent: %g}, mean: {family: "
                       "constant}}, {label: 0, covariance: {family: power-law, exponent: %g}, mean:"
                       " {family: opposite, of: 1}}]}",
                       alpha[v], alpha[v]);
        sgdl_table_t table = solve_text(text);
        for (size_t row = 0; row < 5; row++)
            assert_close(table_at(&table, row, "risk"), risk[v][row], 0, 1e-7, text);
        sgdl_table_free(&table);
    }
}

/* The stationary point of section 10, its integrals over u done exactly. */
static void logistic_reaches_the_stationary_point(void **unused)
{
    (void)unused;
    sgdl_table_t table = solve_text(
        "{learning_rate: 1, output: {times: [1.0e+10]}, classes: [{covariance: {family: power-law, "
        "exponent: 0.5}}, {covariance: {family: power-law, exponent: 0.5}}]}");
    assert_close(table_at(&table, 0, "risk"), 0.2034839279, 1e-9, 0, "R");
    assert_close(table_at(&table, 0, "mean_1"), 4.2195321197, 1e-7, 0, "m");
    assert_close(table_at(&table, 0, "var_1"), 9.2721476747, 1e-7, 0, "B");
    sgdl_table_free(&table);
}

/* gamma M0 t R(t) -> 1: zero-one, the mean in the common null space. */
static void zero_one_logistic_follows_its_law(void **unused)
{
    (void)unused;
    const double rates[] = {0.5, 2};
    for (int r = 0; r < 2; r++) {
        char text[512];
        (void)snprintf(text, sizeof text,
                       "{learning_rate: %g, output: {times: [1.0e+6]}, classes: [{covariance: "
                       "{family: zero-one, zero: 0.5}, mean: {family: constant, scale: 1.5, on: "
                       "[0, 0.4]}}, {covariance: {family: zero-one, zero: 0.5}, mean: {family: "
                       "opposite, of: 1}}]}",
                       rates[r]);
        sgdl_table_t table = solve_text(text);
        double M0 = 2.25 * 0.4;
        assert_close(rates[r] * M0 * 1e6 * table_at(&table, 0, "risk"), 1, 1e-3, 0, "law");
        assert_close(table_at(&table, 0, "mean_1"), log(rates[r] * M0 * 1e6), 1e-4, 0, "m");
        assert_close(table_at(&table, 0, "clean_share_1"), 1, 1e-12, 0, "clean share");
        sgdl_table_free(&table);
    }
}

/* ---- divergence ------------------------------------------------------------------------------ */

static void divergence_is_said_and_rows_kept(void **unused)
{
    (void)unused;
    sgdl_table_t table = solve_expecting("{loss: least-squares, learning_rate: 2.5, time: 1000}", 1,
                                         SGDL_LINEAR_STRUCTURED, SGDL_ERR_DIVERGED);
    assert_true(table.rows > 2 && table.rows < 101);
    assert_non_null(sgdl_table_value(&table, "curve_1_ended"));
    assert_non_null(strstr(sgdl_table_value(&table, "curve_1_ended"), "stable below 2"));
    sgdl_table_free(&table);
    table = solve_expecting("{loss: least-squares, learning_rate: 2.02, time: 50}", 1,
                            SGDL_LINEAR_STRUCTURED, SGDL_ERR_DIVERGED);
    assert_int_equal(table.rows, 101); /* too slow to explode, and still said */
    sgdl_table_free(&table);
    table = solve_expecting("{loss: least-squares, learning_rate: 1.98, time: 50}", 1,
                            SGDL_LINEAR_STRUCTURED, SGDL_OK);
    sgdl_table_free(&table);
    /* One curve that diverges leaves the others whole. */
    table = solve_expecting("{loss: least-squares, learning_rate: [0.5, 3, 1], time: 100}", 1,
                            SGDL_LINEAR_STRUCTURED, SGDL_ERR_DIVERGED);
    assert_int_equal(table.blocks, 3);
    assert_int_equal(table.rows - table.block_start[2], 101);
    sgdl_table_free(&table);
}

/* ---- invariances ----------------------------------------------------------------------------- */

/* Two problems whose curves must agree; columns as pairs of names, values up to a factor. */
static void assert_same_curves(const char *one, const char *other, const char *const *columns,
                               const double *factors)
{
    sgdl_table_t a = solve_text(one), b = solve_text(other);
    assert_int_equal(a.rows, b.rows);
    for (size_t row = 0; row < a.rows; row++)
        for (size_t c = 0; columns[2 * c]; c++) {
            double x = table_at(&a, row, columns[2 * c]), y = table_at(&b, row, columns[2 * c + 1]);
            double factor = factors ? factors[c] : 1;
            if (isnan(x) && isnan(y))
                continue;
            assert_close(y, factor * x, 2e-9, 2e-8, columns[2 * c]);
        }
    sgdl_table_free(&a);
    sgdl_table_free(&b);
}

#define FRONT "{learning_rate: 0.7, ridge: 0.01, time: 50, dimension: 60, "
#define ONE                                                                                        \
    "covariance: {family: power-law, exponent: 1.3}, mean: {family: power-law, exponent: 0.2}"
#define TWO                                                                                        \
    "covariance: {family: zero-one, zero: 0.4, scale: 2}, mean: {family: constant, scale: -0.5}"

static void permuting_classes_changes_nothing(void **unused)
{
    (void)unused;
    static const char *const columns[] = {
        "risk",        "risk",           "error",          "error", "norm2",
        "norm2",       "mean_1",         "mean_2",         "var_2", "var_1",
        "risk_1",      "risk_2",         "slope",          "slope", "noise_power",
        "noise_power", "gradient_norm2", "gradient_norm2", NULL};
    assert_same_curves(
        FRONT "classes: [{weight: 0.3, label: 1, " ONE "}, {weight: 0.7, label: 0, " TWO "}]}",
        FRONT "classes: [{weight: 0.7, label: 0, " TWO "}, {weight: 0.3, label: 1, " ONE "}]}",
        columns, NULL);
}

static void splitting_a_class_changes_nothing(void **unused)
{
    (void)unused;
    static const char *const columns[] = {"risk",  "risk",   "error",  "error", "norm2",
                                          "norm2", "mean_1", "mean_2", NULL};
    assert_same_curves(
        FRONT "classes: [{weight: 0.3, label: 1, " ONE "}, {weight: 0.7, label: 0, " TWO "}]}",
        FRONT "classes: [{weight: 0.15, label: 1, " ONE "}, {weight: 0.15, label: 1, " ONE
              "}, {weight: 0.7, label: 0, " TWO "}]}",
        columns, NULL);
}

/* a -> -a and y -> 1 - y: X -> X, so every class sees r -> -r and the same loss. */
static void flipping_means_and_labels_flips_r(void **unused)
{
    (void)unused;
    static const double factors[] = {1, 1, 1, -1, 1};
    static const char *const columns[] = {"risk",   "risk",   "error", "error", "norm2", "norm2",
                                          "mean_1", "mean_1", "var_2", "var_2", NULL};
    assert_same_curves(
        FRONT "classes: [{weight: 0.3, label: 1, covariance: {family: isotropic}, mean: {family: "
              "constant, scale: 0.8}}, {weight: 0.7, label: 0, " TWO "}]}",
        FRONT
        "classes: [{weight: 0.3, label: 0, covariance: {family: isotropic}, mean: {family: "
        "constant, scale: -0.8}}, {weight: 0.7, label: 1, covariance: {family: zero-one, zero: "
        "0.4, scale: 2}, mean: {family: constant, scale: 0.5}}]}",
        columns, factors);
}

/* a -> c a, X -> X/c, gamma -> gamma/c^2, ridge -> c^2 ridge: same risks, norm2 -> norm2/c^2. */
static void scaling_symmetry_holds(void **unused)
{
    (void)unused;
    static const char *const columns[] = {"risk",   "risk",   "error", "error", "norm2", "norm2",
                                          "mean_1", "mean_1", "var_2", "var_2", NULL};
    static const double factors[] = {1, 1, 1 / 2.25, 1, 1};
    assert_same_curves(
        "{learning_rate: 0.9, ridge: 0.02, start: {norm2: 0.5}, dimension: inf, time: 30, classes: "
        "[{covariance: {family: power-law, exponent: 1.5, scale: 1}, mean: {family: power-law, "
        "exponent: 0.1, scale: 1}}, {covariance: {family: isotropic, scale: 0.4}, mean: {family: "
        "opposite, of: 1}}]}",
        "{learning_rate: 0.4, ridge: 0.045, start: {norm2: 0.2222222222222222222}, dimension: inf, "
        "time: 30, classes: [{covariance: {family: power-law, exponent: 1.5, scale: 2.25}, mean: "
        "{family: power-law, exponent: 0.1, scale: 1.5}}, {covariance: {family: isotropic, scale: "
        "0.9}, mean: {family: opposite, of: 1}}]}",
        columns, factors);
}

/* Grouped nodes against the same directions told apart by a negligible difference. */
static void regrouping_nodes_changes_nothing(void **unused)
{
    (void)unused;
    static const char *const columns[] = {"risk",  "risk",   "error",  "error", "norm2",
                                          "norm2", "mean_1", "mean_1", "var_2", "var_2",
                                          "cos_1", "cos_1",  NULL};
    assert_same_curves(
        "{dimension: 50, time: 40, classes: [{covariance: {family: isotropic, scale: 0.8}, mean: "
        "{family: gaussian}}, {covariance: {family: isotropic, scale: 1.1}, mean: {family: "
        "power-law, exponent: 0.5}}]}",
        "{dimension: 50, time: 40, classes: [{covariance: {family: power-law, exponent: 1.0e-13, "
        "scale: 0.8}, mean: {family: gaussian}}, {covariance: {family: isotropic, scale: 1.1}, "
        "mean: {family: power-law, exponent: 0.5}}]}",
        columns, NULL);
}

/* Two classes: one-hot outputs are +-1 halves of the scalar problem, so the decisions agree and
 * r_1 - r_2 is the scalar prediction (X_0 = 0 and an intercept-free symmetric pair). */
static void one_hot_pair_is_the_scalar_problem(void **unused)
{
    (void)unused;
#define PAIR(L1, L2, rest)                                                                         \
    "{loss: least-squares, learning_rate: 0.5, time: 20, dimension: 40, " rest                     \
    "classes: [{label: " L1 ", " ONE "}, {label: " L2 ", " ONE "}, {label: " L2 ", " TWO "}]}"
    static const char *const columns[] = {"error", "error", NULL};
    assert_same_curves(PAIR("1", "-1", "label_noise: 0.1, "),
                       PAIR("1", "2", "encoding: one-hot, label_noise: 0.1, "), columns, NULL);
}

/* ---- schedules ------------------------------------------------------------------------------- */

/* Least squares, zero covariance: m' = -gamma(t) M2 (m - 1), so m = 1 - exp(-M2 int gamma). */
static void schedules_integrate_exactly(void **unused)
{
    (void)unused;
    static const struct {
        const char *schedule;
        double integral; /* of gamma over [0, 10] */
    } cases[] = {
        {"0.3", 3.0},
        {"{schedule: polynomial, value: 0.5, tau: 2, power: 1}", 0.5 * 2 * 1.791759469228055},
        {"{schedule: piecewise, times: [2, 5], values: [0.1, 0.4, 0.05]}", 0.2 + 1.2 + 0.25},
        {"{schedule: cosine, value: 0.4, final: 0.1}", 2.5},
        {"{schedule: cosine, value: 0.4, final: 0.1, over: 4}", 1.0 + 0.6},
        {"{schedule: constant, value: 0.3, warmup: 4}", 0.6 + 1.8},
        {"{schedule: piecewise, times: [2], values: [0.3, 0.1], warmup: 4}", 0.6 + 0.6 + 0.4},
    };
    for (size_t v = 0; v < sizeof cases / sizeof cases[0]; v++) {
        char text[512];
        (void)snprintf(text, sizeof text,
                       "{loss: least-squares, tolerance: {relative: 1.0e-10}, learning_rate: %s, "
                       "time: 10, output: {times: [0, 1, "
                       "10]}, classes: [{covariance: {family: isotropic, scale: 0}}, {covariance: "
                       "{family: isotropic, scale: 0}}]}",
                       cases[v].schedule);
        sgdl_table_t table = solve_text(text);
        assert_close(table_at(&table, 2, "mean_1"), -expm1(-cases[v].integral), 2e-9, 0, text);
        sgdl_table_free(&table);
    }
}

/* Least squares on constants: with
 * lambda = 0 and no means only the bias learns: beta' = -gamma c^2 (beta - ybar). */
static void intercept_learns_the_mean_label(void **unused)
{
    (void)unused;
    sgdl_table_t table =
        solve_text("{loss: least-squares, learning_rate: 0.5, intercept: 0.8, time: 6, classes: "
                   "[{weight: 0.25, label: 3, covariance: {family: isotropic, scale: 0}, mean: "
                   "{family: zero}}, {weight: 0.75, label: -1, covariance: {family: isotropic, "
                   "scale: 0}, mean: {family: zero}}]}");
    for (size_t row = 0; row < table.rows; row++)
        assert_close(table_at(&table, row, "bias"), 0, 1e-12, 0, "the mean label is 0");
    sgdl_table_free(&table);
    table =
        solve_text("{loss: least-squares, learning_rate: 0.5, intercept: 0.8, time: 6, classes: "
                   "[{weight: 0.5, label: 3, covariance: {family: isotropic, scale: 0}, mean: "
                   "{family: zero}}, {weight: 0.5, label: 1, covariance: {family: isotropic, "
                   "scale: 0}, mean: {family: zero}}]}");
    for (size_t row = 0; row < table.rows; row++) {
        double t = table_at(&table, row, "t");
        assert_close(table_at(&table, row, "bias"), -2 * expm1(-0.5 * 0.64 * t), 1e-8, 0, "bias");
    }
    sgdl_table_free(&table);
}

/* An observed derivative: slope against a finite difference of log risk in log t. */
static void slope_is_the_logarithmic_derivative(void **unused)
{
    (void)unused;
    sgdl_table_t table = solve_text(
        "{tolerance: {relative: 1.0e-10}, learning_rate: 0.8, intercept: 0.5, ridge: 0.1, output: "
        "{times: [4.999, 5, 5.001]}, classes: [{weight: 0.4, label: 1, " ONE "}, {weight: 0.6, "
        "label: 0, " TWO "}]}");
    double ratio =
        log(table_at(&table, 2, "risk") / table_at(&table, 0, "risk")) / log(5.001 / 4.999);
    assert_close(table_at(&table, 1, "slope"), ratio, 1e-6, 0, "slope");
    sgdl_table_free(&table);
}

/* Where nothing but the mean's gradient acts (gamma -> small), dR/dt = -gamma |grad R|^2. */
static void gradient_norm_is_the_descent_rate(void **unused)
{
    (void)unused;
    sgdl_table_t table = solve_text(
        "{tolerance: {relative: 1.0e-10}, learning_rate: 1.0e-6, intercept: 0.5, output: {times: "
        "[1.0e+6]}, classes: [{weight: 0.4, label: 1, " ONE "}, {weight: 0.6, label: 0, " TWO
        "}]}");
    double R = table_at(&table, 0, "risk");
    double descent = -table_at(&table, 0, "slope") * R / 1e6;
    assert_close(descent, 1e-6 * table_at(&table, 0, "gradient_norm2"), 0, 1e-5, "descent");
    sgdl_table_free(&table);
}

/* One class, one label: everything decays below the tolerance, where S is as often negative. */
static void vanished_weights_have_no_negative_norm(void **unused)
{
    (void)unused;
    sgdl_table_t table = solve_text(
        "{dimension: 5, loss: least-squares, classes: [{weight: 1, label: -1, covariance: "
        "{family: isotropic}, mean: {family: zero}}], learning_rate: 1.7, intercept: 1, "
        "batch: 10, start: {norm2: 1}, time: 240, output: {points: 41}}");
    for (size_t row = 0; row < table.rows; row++) {
        assert_true(table_at(&table, row, "norm2") >= 0);
        assert_true(table_at(&table, row, "clean_norm2") >= 0);
        double slope = table_at(&table, row, "slope");
        assert_true(fabs(slope) < INFINITY || isnan(slope));
    }
    assert_close(table_at(&table, table.rows - 1, "norm2"), 0, 1e-12, 0, "norm2");
    sgdl_table_free(&table);
}

/* At t = 0 the output of label 1 moves along class 3's mean, to which class 2's is orthogonal: its
 * share there is 0/0, whatever rounding leaves of the product of means in a node of many
 * directions. Class 1's mean is met by class 3's in other than clean directions only. */
static void orthogonal_means_have_no_clean_share(void **unused)
{
    (void)unused;
    const char *text =
        "{dimension: 37, loss: least-squares, encoding: one-hot, clean_below: 0.5, output: {times: "
        "[0]}, classes: [{weight: 0.22, label: 2, covariance: {family: zero-one, zero: [0.03, "
        "0.34]}, mean: {family: power-law, exponent: 0.65, scale: -0.77, on: [0.07, 0.9]}}, "
        "{weight: 0.34, label: 3, covariance: {family: zero-one, zero: [0.03, 0.34]}, mean: "
        "{family: opposite, of: 1, on: [0.2, 0.39]}}, {weight: 0.44, label: 1, covariance: "
        "{family: "
        "zero-one, zero: [0.03, 0.34]}, mean: {family: constant, scale: 0.42, on: [0.51, 0.77]}}]}";
    sgdl_table_t table = solve_text(text);
    assert_true(isnan(table_at(&table, 0, "clean_share_2_1")));
    assert_true(isnan(table_at(&table, 0, "clean_share_3_3")));
    assert_true(table_at(&table, 0, "clean_share_1_1") == 0);
    assert_true(signbit(table_at(&table, 0, "clean_share_1_1")) == 0);
    assert_true(table_at(&table, 0, "clean_share_1_2") > 0);
    sgdl_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(isotropic_least_squares_is_closed_form),
        cmocka_unit_test(least_squares_reaches_its_stationary_risk),
        cmocka_unit_test(logistic_risks_match_the_reference_table),
        cmocka_unit_test(logistic_reaches_the_stationary_point),
        cmocka_unit_test(zero_one_logistic_follows_its_law),
        cmocka_unit_test(divergence_is_said_and_rows_kept),
        cmocka_unit_test(permuting_classes_changes_nothing),
        cmocka_unit_test(splitting_a_class_changes_nothing),
        cmocka_unit_test(flipping_means_and_labels_flips_r),
        cmocka_unit_test(scaling_symmetry_holds),
        cmocka_unit_test(regrouping_nodes_changes_nothing),
        cmocka_unit_test(one_hot_pair_is_the_scalar_problem),
        cmocka_unit_test(schedules_integrate_exactly),
        cmocka_unit_test(intercept_learns_the_mean_label),
        cmocka_unit_test(slope_is_the_logarithmic_derivative),
        cmocka_unit_test(gradient_norm_is_the_descent_rate),
        cmocka_unit_test(vanished_weights_have_no_negative_norm),
        cmocka_unit_test(orthogonal_means_have_no_clean_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
