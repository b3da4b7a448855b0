/* Softmax in the streaming equations: two labels against the logistic loss, three against a plain
 * Runge-Kutta run with averages on a grid. */
#include "tests/curves.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define TIGHT "tolerance: {relative: 1e-11, absolute: 1e-14}"

/* ---- two labels: r_1 - r_2 moves like the output of logistic at twice the rate -----------------
 */

#define MIXED(first, second)                                                                       \
    "classes: [{weight: 0.3, label: " first ", covariance: {family: power-law, exponent: 1.1}, "   \
    "mean: {family: gaussian}}, {weight: 0.5, label: " second ", covariance: {family: power-law, " \
    "exponent: 1.5, scale: 2}, mean: {family: power-law, exponent: 0.2}}, {weight: 0.2, "          \
    "label: " first                                                                                \
    ", covariance: {family: isotropic, scale: 0.3}, mean: {family: gaussian, scale: 2}}]"
#define ZERO_ONE(first, second)                                                                    \
    "classes: [{label: " first ", covariance: {family: zero-one, zero: 0.4}, mean: {family: "      \
    "gaussian}}, {label: " second ", covariance: {family: zero-one, zero: 0.3}, mean: {family: "   \
    "gaussian}}]"

static void assert_same_column(const sgdl_table_t *a, const char *name_a, const sgdl_table_t *b,
                               const char *name_b, double relative, const char *what)
{
    char text[4096];
    for (size_t row = 0; row < a->rows; row++) {
        (void)snprintf(text, sizeof text, "%s, row %zu: %s", name_a, row, what);
        assert_close(table_at(a, row, name_a), table_at(b, row, name_b), 1e-300, relative, text);
    }
}

static void two_labels_are_logistic_on_the_difference(void **unused)
{
    (void)unused;
    static const struct {
        const char *softmax, *logistic;
    } keys[] = {
        {"learning_rate: 0.4, " MIXED("1", "2"), "learning_rate: 0.8, " MIXED("1", "0")},
        {"learning_rate: 0.4, intercept: 0.7, label_noise: 0.1, batch: 3, ridge: 0.2, momentum: "
         "0.5, gradient_noise: 0.3, start: {norm2: 0.5}, " MIXED("1", "2"),
         "learning_rate: 0.8, intercept: 0.7, label_noise: 0.1, batch: 3, ridge: 0.1, momentum: "
         "0.5, gradient_noise: 0.21213203435596426, start: {norm2: 1}, " MIXED("1", "0")},
        {"learning_rate: 0.4, start: {file: [1, 0.5, -0.2, 0.3, 0, 2]}, " MIXED("1", "2"),
         "learning_rate: 0.8, start: {file: [0.5, -0.5, -2]}, " MIXED("1", "0")},
        {"learning_rate: {schedule: polynomial, value: 0.5, power: 0.4, tau: 2}, " MIXED("1", "2"),
         "learning_rate: {schedule: polynomial, value: 1, power: 0.4, tau: 2}, " MIXED("1", "0")},
        /* rates that look at the state */
        {"ridge: 0.2, learning_rate: {schedule: line-search}, " MIXED("1", "2"),
         "ridge: 0.1, learning_rate: {schedule: line-search}, " MIXED("1", "0")},
        {"learning_rate: {schedule: polyak, factor: 0.8, risk_min: 0.05}, " MIXED("1", "2"),
         "learning_rate: {schedule: polyak, factor: 0.8, risk_min: 0.05}, " MIXED("1", "0")},
        {"learning_rate: {schedule: adagrad-norm, eta: 0.5, b0: 0.5}, " MIXED("1", "2"),
         "learning_rate: {schedule: adagrad-norm, eta: 0.70710678118654757, b0: "
         "0.35355339059327379}, " MIXED("1", "0")},
        /* a risk that goes to zero */
        {"learning_rate: 0.4, " ZERO_ONE("1", "2"), "learning_rate: 0.8, " ZERO_ONE("1", "0")},
    };
    for (size_t v = 0; v < COUNT(keys); v++) {
        const char *time = v + 1 == COUNT(keys) ? "1e5" : "30";
        const char *dimension = v == 0 || v + 1 == COUNT(keys) ? "inf" : v == 2 ? "3" : "20";
        char text[2048];
        (void)snprintf(text, sizeof text,
                       "{dimension: %s, loss: softmax, " TIGHT
                       ", time: %s, output: {points: 6, spacing: log}, %s}",
                       dimension, time, keys[v].softmax);
        sgdl_table_t softmax = solve_text(text);
        (void)snprintf(text, sizeof text,
                       "{dimension: %s, " TIGHT
                       ", time: %s, output: {points: 6, spacing: log}, %s}",
                       dimension, time, keys[v].logistic);
        sgdl_table_t logistic = solve_text(text);
        assert_same_column(&softmax, "risk", &logistic, "risk", 1e-8, text);
        assert_same_column(&softmax, "error", &logistic, "error", 1e-7, text);
        assert_same_column(&softmax, "risk_2", &logistic, "risk_2", 1e-8, text);
        for (size_t row = 1; row < softmax.rows; row++)
            assert_close(2 * table_at(&softmax, row, "learning_rate"),
                         table_at(&logistic, row, "learning_rate"), 0, 1e-8, text);
        sgdl_table_free(&softmax);
        sgdl_table_free(&logistic);
    }
}

/* ---- three labels: Runge-Kutta ------------------------------------------------------------------
 */

enum { L = 3, P = 6, D = 5, CLASSES = 3 };

static const double lambda[CLASSES][D] = {
    {0.1, 0.5, 1, 1.5, 2}, {1, 1, 1, 1, 1}, {0, 0.3, 0.6, 0, 0.9}};
static const double nu[CLASSES][D] = {
    {1, -0.5, 0.2, 1.5, 0.3}, {-1, 0.7, 0.4, 0, 2}, {0.1, 1, -2, 0.5, -0.6}};
static const double weight[CLASSES] = {0.5, 0.2, 0.3};
static const double gamma_of = 0.7, ridge = 0.1, intercept = 0.6, batch = 2, noise = 0.15;

/* E q and E q q^T of softmax for r ~ N(m, B) on a grid, B's Cholesky factor lower. */
static void grid_average(const double *m, double B[L][L], double *risk, double q[L],
                         double qq[L][L])
{
    enum { REACH = 12 };
    const double step = 0.55;
    double A[L][L] = {{0}}, total = 0;
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b <= a; b++) {
            double sum = B[a][b];
            for (size_t e = 0; e < b; e++)
                sum -= A[a][e] * A[b][e];
            A[a][b] = a == b ? sqrt(fmax(sum, 0)) : A[b][b] > 0 ? sum / A[b][b] : 0;
        }
    *risk = 0;
    memset(q, 0, L * sizeof *q);
    memset(qq, 0, L * L * sizeof **qq);
    for (int i = -REACH; i <= REACH; i++)
        for (int j = -REACH; j <= REACH; j++)
            for (int l = -REACH; l <= REACH; l++) {
                const double x[L] = {i * step, j * step, l * step};
                const double w = exp(-(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]) / 2);
                double r[L], top = -INFINITY, sum = 0;
                for (size_t a = 0; a < L; a++) {
                    r[a] = m[a];
                    for (size_t b = 0; b <= a; b++)
                        r[a] += A[a][b] * x[b];
                    top = fmax(top, r[a]);
                }
                for (size_t a = 0; a < L; a++)
                    sum += r[a] = exp(r[a] - top);
                total += w;
                *risk += w * (log(sum) + top);
                for (size_t a = 0; a < L; a++) {
                    q[a] += w * r[a] / sum;
                    for (size_t b = 0; b < L; b++)
                        qq[a][b] += w * r[a] / sum * r[b] / sum;
                }
            }
    *risk /= total;
    for (size_t a = 0; a < L; a++) {
        q[a] /= total;
        for (size_t b = 0; b < L; b++)
            qq[a][b] /= total;
    }
}

/* Single directions: chi's mean and second moment, and the bias. */
typedef struct plain {
    double A[D][L], S[D][L][L], bias[L];
} plain_t;

enum { NUMBERS = sizeof(plain_t) / sizeof(double) };

typedef struct order {
    double risk, G[L], H[L][L], Q[L][L];
} order_t;

static order_t order_of(const plain_t *at, size_t i)
{
    order_t out;
    double m[L], B[L][L] = {{0}}, q[L], qq[L][L], target[L];
    for (size_t a = 0; a < L; a++) {
        m[a] = at->bias[a];
        for (size_t n = 0; n < D; n++) {
            m[a] += nu[i][n] * at->A[n][a] / D;
            for (size_t b = 0; b < L; b++)
                B[a][b] += lambda[i][n] * at->S[n][a][b] / D;
        }
        target[a] = a == i ? 1 - noise : noise / (L - 1);
    }
    grid_average(m, B, &out.risk, q, qq);
    for (size_t a = 0; a < L; a++) {
        out.risk -= target[a] * m[a];
        out.G[a] = q[a] - target[a];
        for (size_t b = 0; b < L; b++) {
            out.H[a][b] = (a == b ? q[a] : 0) - qq[a][b];
            out.Q[a][b] = qq[a][b] - q[a] * target[b] - target[a] * q[b] + (a == b ? target[a] : 0);
        }
    }
    return out;
}

static double slope_of(const plain_t *at, plain_t *slope)
{
    double risk = 0;
    memset(slope, 0, sizeof *slope);
    for (size_t i = 0; i < CLASSES; i++) {
        const order_t of = order_of(at, i);
        const double rate = gamma_of * weight[i];
        risk += weight[i] * of.risk;
        for (size_t a = 0; a < L; a++)
            slope->bias[a] -= rate * intercept * intercept * of.G[a];
        for (size_t n = 0; n < D; n++)
            for (size_t a = 0; a < L; a++) {
                slope->A[n][a] -= rate * of.G[a] * nu[i][n];
                for (size_t e = 0; e < L; e++)
                    slope->A[n][a] -= rate * lambda[i][n] * of.H[a][e] * at->A[n][e];
                for (size_t b = 0; b < L; b++) {
                    double *S = &slope->S[n][a][b];
                    *S -= rate * nu[i][n] * (of.G[a] * at->A[n][b] + of.G[b] * at->A[n][a]);
                    for (size_t e = 0; e < L; e++)
                        *S -= rate * lambda[i][n] *
                              (of.H[a][e] * at->S[n][e][b] + of.H[b][e] * at->S[n][e][a]);
                    *S += rate * gamma_of / batch * lambda[i][n] * of.Q[a][b];
                }
            }
    }
    for (size_t n = 0; n < D; n++)
        for (size_t a = 0; a < L; a++) {
            slope->A[n][a] -= gamma_of * ridge * at->A[n][a];
            for (size_t b = 0; b < L; b++)
                slope->S[n][a][b] -= 2 * gamma_of * ridge * at->S[n][a][b];
        }
    return risk;
}

static void step_plain(plain_t *at, double h)
{
    static const double node[] = {0, 0.5, 0.5, 1}, share[] = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6};
    plain_t slope = {0}, next = *at;
    for (int stage = 0; stage < 4; stage++) {
        plain_t here = *at;
        for (size_t e = 0; e < NUMBERS && stage > 0; e++)
            ((double *)&here)[e] += node[stage] * h * ((double *)&slope)[e];
        (void)slope_of(&here, &slope);
        for (size_t e = 0; e < NUMBERS; e++)
            ((double *)&next)[e] += share[stage] * h * ((double *)&slope)[e];
    }
    *at = next;
}

static void put_list(char *text, size_t room, const double *values, double scale)
{
    size_t used = 0;
    for (size_t n = 0; n < D; n++)
        used +=
            (size_t)snprintf(text + used, room - used, "%s%.17g", n ? ", " : "", values[n] * scale);
}

static void three_labels_are_a_runge_kutta_run(void **unused)
{
    (void)unused;
    enum { STEPS = 24, ROWS = 3 };
    char text[4096], values[256];
    size_t used = (size_t)snprintf(
        text, sizeof text,
        "{dimension: %d, loss: softmax, learning_rate: %g, ridge: %g, intercept: %g, batch: %g, "
        "label_noise: %g, " TIGHT ", time: 2, output: {points: %d}, classes: [",
        D, gamma_of, ridge, intercept, batch, noise, ROWS);
    for (size_t i = 0; i < CLASSES; i++) {
        put_list(values, sizeof values, lambda[i], 1);
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "{weight: %g, label: %zu, covariance: {family: file, path: [%s]}",
                                 weight[i], i + 1, values);
        put_list(values, sizeof values, nu[i], 1 / sqrt(D));
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 ", mean: {family: file, path: [%s]}}%s", values,
                                 i + 1 < CLASSES ? ", " : "]}");
    }
    sgdl_table_t table = solve_text(text);
    plain_t plain = {0}, unused_slope;
    for (size_t row = 0; row < ROWS; row++) {
        for (int step = 0; step < STEPS && row > 0; step++)
            step_plain(&plain, 1.0 / STEPS);
        assert_close(table_at(&table, row, "risk"), slope_of(&plain, &unused_slope), 0, 2e-7, text);
        double m = plain.bias[1];
        for (size_t n = 0; n < D; n++)
            m += nu[2][n] * plain.A[n][1] / D;
        assert_close(table_at(&table, row, "mean_3_2"), m, 1e-12, 2e-7, text);
    }
    sgdl_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_labels_are_logistic_on_the_difference),
        cmocka_unit_test(three_labels_are_a_runge_kutta_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
