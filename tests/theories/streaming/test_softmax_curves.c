/* Softmax in the streaming equations: two labels against the logistic loss, three against a plain
 * Runge-Kutta run with averages on a grid, and what exchanging labels, solvers and threads leaves
 * as it is. */
#include "tests/curves.h"

#include <string.h>

#include "src/problem/problem.h"
#include "src/theories/streaming/newton.h"
#include "src/theories/streaming/system.h"

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
        cmocka_unit_test(two_labels_are_logistic_on_the_difference),
        cmocka_unit_test(three_labels_are_a_runge_kutta_run),
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
