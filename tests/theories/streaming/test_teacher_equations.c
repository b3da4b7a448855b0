/* The equations under a teacher: closed forms, an equation of Volterra, and the undeviated pair
 * (X, X*) integrated by hand with averages by the trapezoidal rule. */
#include "src/problem/problem.h"
#include "tests/curves.h"

#include <string.h>

/* ---- least squares with linear labels -----------------------------------------------------------
 */

/* K = 1: S = |X - X*|^2 falls to gamma omega^2/(2 - gamma) like e^(-gamma (2 - gamma) t), and X
 * comes to X* like e^(-gamma t). */
static void isotropic_is_closed_form(void **unused)
{
    (void)unused;
    const double gamma = 0.6, omega = 0.5, s0 = 0.3, signal2 = 1.7 * 1.7;
    sgdl_table_t table = solve_text(
        "{loss: least-squares, learning_rate: 0.6, time: 30, start: {norm2: 0.3}, teacher: "
        "{signal: {family: constant, scale: 1.7}, labels: linear, noise: 0.5}, classes: [{mean: "
        "{family: zero}}]}");
    const double limit = gamma * omega * omega / (2 - gamma), rate = gamma * (2 - gamma);
    for (size_t row = 0; row < table.rows; row++) {
        double t = table_at(&table, row, "t");
        double S = limit + (signal2 + s0 - limit) * exp(-rate * t);
        double overlap = -signal2 * expm1(-gamma * t);
        double norm2 = S + 2 * overlap - signal2;
        assert_close(table_at(&table, row, "risk"), (S + omega * omega) / 2, 1e-8, 0, "risk");
        assert_close(table_at(&table, row, "overlap_signal"), overlap, 1e-8, 0, "overlap_signal");
        assert_close(table_at(&table, row, "norm2"), norm2, 1e-8, 0, "norm2");
        assert_close(table_at(&table, row, "var_1"), norm2, 1e-8, 0, "var_1");
        assert_close(table_at(&table, row, "cos_signal"), overlap / sqrt(norm2 * signal2), 1e-8, 0,
                     "cos_signal");
        assert_close(table_at(&table, row, "gradient_norm2"), S, 1e-8, 0, "gradient_norm2");
        assert_close(table_at(&table, row, "noise_power"), S + omega * omega, 1e-8, 0,
                     "noise_power");
        assert_true(isnan(table_at(&table, row, "error")));
        assert_true(isnan(table_at(&table, row, "cos_1")));
    }
    assert_string_equal(table.column[table.columns - 1], "cos_signal");
    assert_string_equal(table.column[table.columns - 2], "overlap_signal");
    sgdl_table_free(&table);
}

/* Without noise nothing stands between the risk and zero: relative accuracy is kept where the
 * state is far smaller than the signal. */
static void nothing_cancels_close_to_the_signal(void **unused)
{
    (void)unused;
    sgdl_table_t table = solve_text(
        "{loss: least-squares, learning_rate: 0.5, time: 80, teacher: {signal: {family: constant},"
        " labels: linear}, classes: [{mean: {family: zero}}], tolerance: {relative: 1e-10, "
        "absolute: 1e-60}}");
    for (size_t row = 0; row < table.rows; row++) {
        double t = table_at(&table, row, "t");
        assert_close(table_at(&table, row, "risk"), exp(-0.75 * t) / 2, 0, 1e-8, "risk");
        if (t > 0)
            assert_close(table_at(&table, row, "slope"), -0.75 * t, 0, 1e-6, "slope");
    }
    assert_true(table_at(&table, table.rows - 1, "risk") < 1e-25);
    sgdl_table_free(&table);
}

/* R(t) = omega^2/2 + 1/2 sum w lambda e^(-2 gamma lambda t) N_*^2
 *      + gamma^2 int_0^t k(t - s) R(s) ds,      k(t) = sum w lambda^2 e^(-2 gamma lambda t)
 * by the trapezoidal rule on `steps` steps. */
enum { DIM = 500, HORIZON = 10 };

static void volterra(double gamma, double omega, double alpha, double beta, size_t steps,
                     double *risk)
{
    double h = HORIZON / (double)steps;
    double *kernel = calloc(steps + 1, sizeof *kernel);
    for (size_t k = 0; k <= steps; k++) {
        risk[k] = omega * omega / 2;
        for (int rho = 1; rho <= DIM; rho++) {
            double u = rho / (double)DIM, lambda = pow(u, alpha), w = 1.0 / DIM;
            double decay = exp(-2 * gamma * lambda * h * (double)k);
            kernel[k] += gamma * gamma * w * lambda * lambda * decay;
            risk[k] += 0.5 * w * lambda * pow(u, 2 * beta) * decay;
        }
        if (k == 0)
            continue;
        risk[k] += h * 0.5 * kernel[k] * risk[0];
        for (size_t j = 1; j < k; j++)
            risk[k] += h * kernel[k - j] * risk[j];
        risk[k] /= 1 - h * kernel[0] / 2;
    }
    free(kernel);
}

static void least_squares_is_an_equation_of_volterra(void **unused)
{
    (void)unused;
    enum { COARSE = 250, LEVELS = 4 };
    double *risk[LEVELS];
    for (int level = 0; level < LEVELS; level++) {
        size_t steps = (size_t)COARSE << level;
        risk[level] = calloc(steps + 1, sizeof *risk[level]);
        volterra(0.8, 0.7, 1.3, -0.2, steps, risk[level]);
    }
    sgdl_table_t table = solve_text(
        "{dimension: 500, loss: least-squares, learning_rate: 0.8, time: 10, output: {points: 11},"
        " teacher: {signal: {family: power-law, exponent: -0.2}, labels: linear, noise: 0.7}, "
        "classes: [{covariance: {family: power-law, exponent: 1.3}, mean: {family: zero}}], "
        "tolerance: {relative: 1e-10}}");
    for (size_t row = 0; row < table.rows; row++) {
        double value[LEVELS]; /* the error is a series in the square of the step */
        for (int level = 0; level < LEVELS; level++)
            value[level] = risk[level][(row * COARSE / 10) << level];
        for (int order = 1; order < LEVELS; order++)
            for (int level = LEVELS - 1; level >= order; level--)
                value[level] += (value[level] - value[level - 1]) / (pow(4, order) - 1);
        assert_close(value[LEVELS - 2], value[LEVELS - 1], 1e-10, 0, "the reference");
        assert_close(table_at(&table, row, "risk"), value[LEVELS - 1], 1e-8, 0, "risk");
    }
    sgdl_table_free(&table);
    for (int level = 0; level < LEVELS; level++)
        free(risk[level]);
}

/* ---- the pair (X, X*), two classes, two directions ----------------------------------------------
 */

typedef struct pair {
    const char *labels, *loss;
    double gamma, ridge, kappa;
    double lambda[2][2], nu[2][2], signal[2]; /* [class][direction] */
    double weight[2];
} pair_t;

/* A, S of the two directions. */
enum { STATES = 4 };

typedef struct law {
    double m, B, m_star, B_star, cross;
} law_t;

typedef struct averages {
    double f, G, H, J, Q, error;
} averages_t;

static double sigmoid(double z) { return z > 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z)); }

/* E of the loss at r and its derivatives where the label is 1 (+1) with probability p, p' = dp/dr*.
 */
static void add_point(const pair_t *self, double weight, double r, double p, double p_slope,
                      averages_t *out)
{
    const bool quadratic = strcmp(self->loss, "least-squares") == 0;
    const bool soft = strcmp(self->labels, "logistic-soft") == 0;
    const double low = quadratic ? -1 : 0, y[2] = {low, 1}, mean = low + (1 - low) * p;
    const double s = quadratic ? r : sigmoid(r);
    out->G += weight * (s - mean);
    out->H += weight * (quadratic ? 1 : s * (1 - s));
    out->J -= weight * (1 - low) * p_slope;
    for (int label = 0; label < 2; label++) {
        const double chance = weight * (label ? p : 1 - p), target = soft ? mean : y[label];
        out->Q += chance * (s - target) * (s - target);
        out->f += chance * (quadratic ? (r - target) * (r - target) / 2
                                      : fmax(r, 0) + log1p(exp(-fabs(r))) - target * r);
        out->error += chance * (r == 0 ? 0.5 : (r > 0) != label);
    }
}

/* Over r = m + sqrt(B) z by the trapezoidal rule, and over r* given r by another, or in closed form
 * where the label is its sign. */
static averages_t average(const pair_t *self, const law_t *law)
{
    enum { HALF = 45 };
    const double h = 0.2, root = sqrt(law->B), slope = law->B > 0 ? law->cross / law->B : 0;
    const double left = sqrt(law->B_star - slope * law->cross);
    const bool sign = strcmp(self->labels, "sign") == 0;
    averages_t out = {0};
    for (int a = -HALF; a <= HALF; a++) {
        const double z = a * h, weight = h * exp(-z * z / 2) / sqrt(2 * M_PI);
        const double r = law->m + root * z, center = law->m_star + slope * (r - law->m);
        if (sign) {
            const double at = center / left;
            add_point(self, weight, r, erfc(-at / sqrt(2)) / 2,
                      exp(-at * at / 2) / sqrt(2 * M_PI) / left, &out);
            continue;
        }
        for (int b = -HALF; b <= HALF; b++) {
            const double z_star = b * h, star = center + left * z_star;
            const double p = sigmoid(self->kappa * star);
            add_point(self, weight * h * exp(-z_star * z_star / 2) / sqrt(2 * M_PI), r, p,
                      self->kappa * p * (1 - p), &out);
        }
    }
    return out;
}

static law_t law_of(const pair_t *self, int i, const double y[STATES])
{
    law_t out = {0};
    for (int n = 0; n < 2; n++) {
        out.m += 0.5 * self->nu[i][n] * y[n];
        out.B += 0.5 * self->lambda[i][n] * y[2 + n];
        out.m_star += 0.5 * self->nu[i][n] * self->signal[n];
        out.B_star += 0.5 * self->lambda[i][n] * self->signal[n] * self->signal[n];
        out.cross += 0.5 * self->lambda[i][n] * self->signal[n] * y[n];
    }
    return out;
}

static void pair_slope(const pair_t *self, const double y[STATES], double dy[STATES])
{
    const double gamma = self->gamma;
    for (int n = 0; n < 2; n++) {
        dy[n] = -gamma * self->ridge * y[n];
        dy[2 + n] = -2 * gamma * self->ridge * y[2 + n];
    }
    for (int i = 0; i < 2; i++) {
        const law_t law = law_of(self, i, y);
        const averages_t of = average(self, &law);
        for (int n = 0; n < 2; n++) {
            const double lambda = self->lambda[i][n], p = self->weight[i];
            const double c = of.G * self->nu[i][n] + lambda * of.J * self->signal[n];
            dy[n] -= gamma * p * (c + lambda * of.H * y[n]);
            dy[2 + n] -= 2 * gamma * p * (c * y[n] + lambda * of.H * y[2 + n]);
            dy[2 + n] += gamma * gamma * p * lambda * of.Q;
        }
    }
}

static void pair_step(const pair_t *self, double h, double y[STATES])
{
    static const double share[] = {0, 0.5, 0.5, 1}, weight[] = {1, 2, 2, 1};
    double sum[STATES] = {0}, slope[STATES] = {0}, at[STATES];
    for (size_t stage = 0; stage < 4; stage++) {
        for (int e = 0; e < STATES; e++)
            at[e] = y[e] + share[stage] * h * slope[e];
        pair_slope(self, at, slope);
        for (int e = 0; e < STATES; e++)
            sum[e] += weight[stage] / 6 * h * slope[e];
    }
    for (int e = 0; e < STATES; e++)
        y[e] += sum[e];
}

static void compare_row(const pair_t *self, const sgdl_table_t *table, size_t row,
                        const double y[STATES])
{
    double risk = 0, norm2 = 0, overlap = 0, signal2 = 0, gradient2 = 0, c[2] = {0}, h[2] = {0};
    for (int n = 0; n < 2; n++) {
        norm2 += 0.5 * y[2 + n];
        overlap += 0.5 * self->signal[n] * y[n];
        signal2 += 0.5 * self->signal[n] * self->signal[n];
    }
    for (int i = 0; i < 2; i++) {
        const law_t law = law_of(self, i, y);
        const averages_t of = average(self, &law);
        char name[16];
        risk += self->weight[i] * of.f;
        for (int n = 0; n < 2; n++) {
            c[n] += self->weight[i] *
                    (of.G * self->nu[i][n] + self->lambda[i][n] * of.J * self->signal[n]);
            h[n] += self->weight[i] * self->lambda[i][n] * of.H;
        }
        (void)snprintf(name, sizeof name, "mean_%d", i + 1);
        assert_close(table_at(table, row, name), law.m, 1e-7, 0, name);
        (void)snprintf(name, sizeof name, "var_%d", i + 1);
        assert_close(table_at(table, row, name), law.B, 1e-7, 0, name);
    }
    for (int n = 0; n < 2; n++)
        gradient2 += 0.5 * (c[n] * c[n] + 2 * h[n] * c[n] * y[n] + h[n] * h[n] * y[2 + n]);
    assert_close(table_at(table, row, "risk"), risk, 1e-7, 0, self->labels);
    assert_close(table_at(table, row, "norm2"), norm2, 1e-7, 0, self->labels);
    assert_close(table_at(table, row, "gradient_norm2"), gradient2, 1e-7, 0, self->labels);
    assert_close(table_at(table, row, "overlap_signal"), overlap, 1e-7, 0, self->labels);
    if (row > 0)
        assert_close(table_at(table, row, "cos_signal"), overlap / sqrt(norm2 * signal2), 1e-6, 0,
                     self->labels);
    else
        assert_true(table_at(table, row, "cos_signal") == 0);
}

static void labels_of_a_pair(void **unused)
{
    (void)unused;
    static const char *const cases[][2] = {{"logistic", "logistic"},
                                           {"logistic-soft", "logistic"},
                                           {"sign", "logistic"},
                                           {"sign", "least-squares"},
                                           {"logistic", "least-squares"}};
    for (size_t v = 0; v < sizeof cases / sizeof *cases; v++) {
        pair_t pair = {.labels = cases[v][0],
                       .loss = cases[v][1],
                       .gamma = 0.7,
                       .ridge = v % 2 ? 0.1 : 0,
                       .kappa = v == 2 || v == 3 ? 1 : 1.4,
                       .weight = {0.3, 0.7}};
        for (int n = 0; n < 2; n++) {
            const double u = (n + 1) / 2.0;
            pair.lambda[0][n] = u;
            pair.lambda[1][n] = 0.8 * sqrt(u);
            pair.nu[0][n] = 0.6;
            pair.nu[1][n] = -0.5 * pow(u, 0.3);
            pair.signal[n] = 1.2 * pow(u, 0.5);
        }
        char text[1024];
        (void)snprintf(
            text, sizeof text,
            "{dimension: 2, loss: %s, learning_rate: 0.7, ridge: %g, time: 4, output: {points: 5}, "
            "teacher: {signal: {family: power-law, exponent: 0.5, scale: 1.2}, labels: %s, "
            "steepness: %g}, classes: [{weight: 0.3, covariance: {family: power-law, exponent: 1}, "
            "mean: {family: constant, scale: 0.6}}, {weight: 0.7, covariance: {family: power-law, "
            "exponent: 0.5, scale: 0.8}, mean: {family: power-law, exponent: 0.3, scale: -0.5}}]}",
            pair.loss, pair.ridge, pair.labels, pair.kappa);
        sgdl_table_t table = solve_text(text);
        double y[STATES] = {0};
        for (size_t row = 0; row < table.rows; row++) {
            compare_row(&pair, &table, row, y);
            for (int step = 0; step < 50; step++)
                pair_step(&pair, 0.02, y);
        }
        sgdl_table_free(&table);
    }
}

/* ---- what is printed
 * ----------------------------------------------------------------------------- */

/* Node by node X is what it is in all, and zero at the start to the last bit. */
static void directions_are_those_of_the_weights(void **unused)
{
    (void)unused;
    static const char text[] =
        "{dimension: 6, loss: least-squares, learning_rate: 0.5, time: 2, output: {times: [0, 2]},"
        " teacher: {signal: {family: gaussian}, labels: linear, noise: 0.2}, classes: [{covariance:"
        " {family: power-law, exponent: 1}, mean: {family: constant}}]}";
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_table_t whole = solve_text(text), table;
    sgdl_plan_t plan = problem->plan;
    sgdl_error_t error = {0};
    plan.directions = true;
    sgdl_table_init(&table);
    if (sgdl_solve(problem, &plan, INTO(&table), &error) != SGDL_OK)
        fail_msg("%s", error.message);
    assert_int_equal(table.rows, 12);
    double norm2 = 0, mean = 0, overlap = 0;
    for (size_t row = 0; row < table.rows; row++) {
        double w = table_at(&table, row, "weight");
        if (row < 6) {
            assert_true(table_at(&table, row, "A") == 0 && table_at(&table, row, "S") == 0);
            continue;
        }
        norm2 += w * table_at(&table, row, "S");
        mean += w * table_at(&table, row, "overlap_1");
        overlap += w * table_at(&table, row, "overlap_signal");
    }
    assert_true(table_at(&whole, 0, "norm2") == 0 && table_at(&whole, 0, "var_1") == 0 &&
                table_at(&whole, 0, "mean_1") == 0);
    assert_close(norm2, table_at(&whole, 1, "norm2"), 1e-8, 0, "norm2");
    assert_close(mean, table_at(&whole, 1, "mean_1"), 1e-8, 0, "mean_1");
    assert_close(overlap, table_at(&whole, 1, "overlap_signal"), 1e-8, 0, "overlap_signal");
    sgdl_table_free(&table);
    sgdl_table_free(&whole);
    sgdl_problem_free(problem);
}

static void no_signal_has_no_cosine(void **unused)
{
    (void)unused;
    sgdl_table_t table = solve_text(
        "{teacher: {signal: {family: zero}, labels: logistic}, time: 3, classes: [{mean: {family: "
        "zero}}]}");
    for (size_t row = 0; row < table.rows; row++) {
        assert_true(isnan(table_at(&table, row, "cos_signal")));
        assert_true(table_at(&table, row, "overlap_signal") == 0);
    }
    sgdl_table_free(&table);
}

/* Clipped far out, without a velocity's weight, without noise: the same curve. */
static void nothing_is_nothing(void **unused)
{
    (void)unused;
    static const char *const labels[] = {"sign", "logistic", "logistic-soft"};
    for (size_t v = 0; v < 3; v++) {
        static const char *const nothing[] = {
            "clip: 1e6", "momentum: {gain: 1, weight: 1e-18, decay: 1}", "gradient_noise: 1e-9"};
        sgdl_table_t plain = {0};
        for (size_t n = 0; n <= 3; n++) {
            char text[512];
            (void)snprintf(text, sizeof text,
                           "{%s%s teacher: {signal: {family: constant}, labels: %s}, time: 10, "
                           "classes: [{mean: {family: zero}}], tolerance: {relative: 1e-12, "
                           "absolute: 1e-14}}",
                           n > 0 ? nothing[n - 1] : "", n > 0 ? "," : "", labels[v]);
            sgdl_table_t table = solve_text(text);
            if (n == 0) {
                plain = table;
                continue;
            }
            for (size_t row = 0; row < table.rows; row++) {
                assert_close(table_at(&table, row, "risk"), table_at(&plain, row, "risk"), 1e-9, 0,
                             text);
                assert_close(table_at(&table, row, "error"), table_at(&plain, row, "error"), 1e-9,
                             0, text);
            }
            sgdl_table_free(&table);
        }
        sgdl_table_free(&plain);
    }
}

static void linear_solvers_agree(void **unused)
{
    (void)unused;
    static const char text[] =
        "{learning_rate: 0.4, intercept: 0.5, momentum: {gain: 1, weight: 1, decay: 1}, dimension: "
        "12, time: 20, teacher: {signal: {family: gaussian}, labels: logistic}, ridge: 0.1, "
        "classes: [{covariance: {family: power-law, exponent: 1}, mean: {family: gaussian}}, "
        "{covariance: {family: zero-one, zero: 0.3}, mean: {family: constant, scale: -0.6}}]}";
    sgdl_table_t table[3];
    for (int kind = 0; kind < 3; kind++)
        table[kind] = solve_expecting(text, 1, (sgdl_linear_solver_t)kind, SGDL_OK);
    for (size_t e = 0; e < table[0].rows * table[0].columns; e++)
        for (int kind = 1; kind < 3; kind++)
            if (!isnan(table[0].value[e]))
                assert_close(table[kind].value[e], table[0].value[e], 3e-7, 3e-7, text);
    for (int kind = 0; kind < 3; kind++)
        sgdl_table_free(&table[kind]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(isotropic_is_closed_form),
        cmocka_unit_test(nothing_cancels_close_to_the_signal),
        cmocka_unit_test(least_squares_is_an_equation_of_volterra),
        cmocka_unit_test(labels_of_a_pair),
        cmocka_unit_test(directions_are_those_of_the_weights),
        cmocka_unit_test(no_signal_has_no_cosine),
        cmocka_unit_test(nothing_is_nothing),
        cmocka_unit_test(linear_solvers_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
