/* Rows of a file as samples: runs beside plain loops over the same rows, their order, a Gaussian
 * sample beside the limit, and what is refused. */
#include <string.h>
#include <unistd.h>

#include "src/base/npy.h"
#include "src/problem/problem.h"
#include "src/random/stream.h"
#include "src/theories/streaming/walkers/rows.h"
#include "tests/curves.h"

enum { D = 6, N = 50, CLASSES = 3 };

static char path[] = "/tmp/sgdlimit-rows-XXXXXX.npy";
static double row[N][1 + D];

static int write_rows(size_t n, size_t columns, const double *value)
{
    return npy_write(path, value, 2, (size_t[]){n, columns}, NULL);
}

static int make_rows(void **state)
{
    normals_t normals;
    (void)state;
    const int descriptor = mkstemps(path, 4);
    if (descriptor < 0)
        return -1;
    (void)close(descriptor);
    normals_init(&normals, 5, 0, STREAM_TRIALS);
    for (size_t r = 0; r < N; r++) {
        row[r][0] = (double)(r % CLASSES + 1);
        for (size_t a = 1; a <= D; a++)
            row[r][a] = normals_next(&normals) + (double)(r % CLASSES == a % CLASSES);
    }
    return write_rows(N, 1 + D, row[0]);
}

static int remove_rows(void **state)
{
    (void)state;
    return unlink(path);
}

static sgdl_plan_t plan_of(const sgdl_problem_t *problem, size_t runs)
{
    sgdl_plan_t plan = sgdl_plan_default();
    plan.times = problem->times;
    plan.points = problem->plan.points;
    plan.runs = runs;
    plan.rows = path;
    return plan;
}

/* ---- the order ------------------------------------------------------------------------------- */

/* The rows of run number `run` in its order, found again by their numbers. */
static void list_order(const sgdl_problem_t *problem, uint64_t run, double held_out,
                       size_t order[N])
{
    sgdl_plan_t plan = plan_of(problem, 1);
    experiment_t experiment;
    row_list_t rows;
    row_order_t own;
    plan.held_out = held_out;
    assert_int_equal(experiment_init(&experiment, problem, &plan, NULL), SGDL_OK);
    assert_int_equal(row_list_init(&rows, &experiment, NULL, NULL), SGDL_OK);
    assert_int_equal(row_order_init(&own, &rows, run), SGDL_OK);
    assert_int_equal(rows.held_out, (size_t)(held_out * N));
    for (size_t k = 0; k < N; k++) {
        size_t class_index, r = 0;
        const double *a = row_order_next(&own, &class_index);
        while (r < N && memcmp(a, &row[r][1], D * sizeof *a) != 0)
            r++;
        assert_true(r < N);
        assert_int_equal(class_index, r % CLASSES);
        order[k] = r;
    }
    row_order_free(&own);
    row_list_free(&rows);
    experiment_free(&experiment);
}

static const char *const three =
    "{dimension: 6, time: 1, loss: least-squares, encoding: one-hot, output: {times: [0, 1]}, "
    "classes: [{weight: 0.3, label: 1}, {weight: 0.3, label: 2}, {weight: 0.4, label: 3}]}";

static void every_row_comes_once_in_an_order_of_the_run(void **state)
{
    sgdl_problem_t *problem = parse_problem(three);
    size_t order[2][N], first[N] = {0}, same = 0;
    (void)state;
    for (uint64_t run = 0; run < 2; run++) {
        bool seen[N] = {false};
        list_order(problem, run, 0.3, order[run]);
        for (size_t k = 0; k < N; k++) {
            assert_false(seen[order[run][k]]);
            seen[order[run][k]] = true;
            same += run == 1 && order[0][k] == order[1][k];
        }
    }
    assert_true(same < N / 4);
    /* any row may come first: 8 of 400 runs each, on average */
    for (uint64_t run = 0; run < 400; run++) {
        size_t any[N];
        list_order(problem, run, 0, any);
        first[any[0]]++;
    }
    double chi2 = 0;
    for (size_t r = 0; r < N; r++)
        chi2 += pow((double)first[r] - 8, 2) / 8;
    assert_true(chi2 < 49 + 5 * sqrt(98)); /* 5 standard deviations */
    sgdl_problem_free(problem);
}

/* ---- beside plain loops ---------------------------------------------------------------------- */

typedef struct plain {
    double x[D][CLASSES], bias[CLASSES];
    size_t L;
} plain_t;

static void predict(const plain_t *self, size_t r, double *out)
{
    for (size_t l = 0; l < self->L; l++) {
        out[l] = self->bias[l];
        for (size_t a = 0; a < D; a++)
            out[l] += self->x[a][l] * row[r][1 + a];
    }
}

/* f and its gradient for the label of a row; logistic: is it of class 1? */
static double loss_at(const plain_t *self, size_t r, bool logistic, double *g)
{
    double out[CLASSES], f = 0;
    predict(self, r, out);
    for (size_t l = 0; l < self->L; l++) {
        const double y = logistic ? r % CLASSES == 0 : r % CLASSES == l;
        g[l] = logistic ? 1 / (1 + exp(-out[l])) - y : out[l] - y;
        f += logistic ? log1p(exp(out[l])) - y * out[l] : 0.5 * g[l] * g[l];
    }
    return f;
}

static bool is_wrong(const plain_t *self, size_t r)
{
    double out[CLASSES];
    predict(self, r, out);
    if (self->L == 1)
        return (out[0] > 0) != (r % CLASSES == 0);
    for (size_t l = 0; l < self->L; l++)
        if (out[l] > out[r % CLASSES])
            return true;
    return false;
}

/* X <- X - (gamma/d)(batch mean of a g + ridge X) over the first rows of the order. */
static void run_plain(plain_t *self, const sgdl_problem_t *problem, const size_t *order,
                      bool logistic)
{
    const size_t steps = (size_t)(problem->time * D), batch = (size_t)problem->batch;
    const double rate = 0.4 / D, c2 = problem->intercept * problem->intercept;
    for (size_t k = 0; k < steps; k++) {
        plain_t next = *self;
        for (size_t l = 0; l < self->L; l++)
            for (size_t a = 0; a < D; a++)
                next.x[a][l] -= rate * problem->ridge * self->x[a][l];
        for (size_t j = 0; j < batch; j++) {
            double g[CLASSES];
            const size_t r = order[k * batch + j];
            (void)loss_at(self, r, logistic, g);
            for (size_t l = 0; l < self->L; l++) {
                next.bias[l] -= rate / (double)batch * c2 * g[l];
                for (size_t a = 0; a < D; a++)
                    next.x[a][l] -= rate / (double)batch * g[l] * row[r][1 + a];
            }
        }
        *self = next;
    }
}

static void assert_run(const char *text, double held_out)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t plan = plan_of(problem, 1);
    sgdl_table_t table;
    sgdl_error_t error = {0};
    size_t order[N];
    plan.held_out = held_out;
    sgdl_table_init(&table);
    if (sgdl_simulate(problem, &plan, INTO(&table), &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    const bool logistic = strstr(text, "logistic") != NULL;
    plain_t plain = {.L = logistic ? 1 : CLASSES};
    list_order(problem, 0, held_out, order);
    run_plain(&plain, problem, order, logistic);
    const size_t first = held_out > 0 ? N - (size_t)(held_out * N) : 0;
    double risk = 0, wrong = 0, norm2 = 0, g[CLASSES];
    for (size_t k = first; k < N; k++) {
        risk += loss_at(&plain, order[k], logistic, g) / (double)(N - first);
        wrong += is_wrong(&plain, order[k]) / (double)(N - first);
    }
    for (size_t a = 0; a < D; a++)
        for (size_t l = 0; l < plain.L; l++)
            norm2 += plain.x[a][l] * plain.x[a][l];
    const size_t last = table.rows - 1;
    assert_close(table_at(&table, last, "risk_rows_mean"), risk, 1e-12, 0, "risk_rows");
    assert_close(table_at(&table, last, "error_rows_mean"), wrong, 1e-12, 0, "error_rows");
    assert_close(table_at(&table, last, "norm2_mean"), norm2, 1e-12, 0, "norm2");
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

static void runs_are_those_of_plain_loops(void **state)
{
    (void)state;
#define LABELS(a, b, c)                                                                            \
    "classes: [{weight: 0.3, label: " #a "}, {weight: 0.3, label: " #b                             \
    "}, {weight: 0.4, label: " #c "}], learning_rate: 0.4, output: {times: [0, 0.5, "
    assert_run(
        "{dimension: 6, time: 6, loss: least-squares, encoding: one-hot, " LABELS(1, 2, 3) "6]}}",
        0.2);
    assert_run("{dimension: 6, time: 2, batch: 3, ridge: 0.1, intercept: 0.7, loss: least-squares, "
               "encoding: one-hot, " LABELS(1, 2, 3) "2]}}",
               0.25);
    assert_run("{dimension: 6, time: 5, intercept: 1, loss: logistic, " LABELS(1, 0, 0) "5]}}",
               0.3);
    assert_run(
        "{dimension: 6, time: 2, batch: 4, ridge: 0.3, loss: logistic, " LABELS(1, 0, 0) "2]}}", 0);
}

/* Matrices are computed in another basis than rows are stated in, which no number tells: shared by
 * both (commuting), or without one. */
static void rows_beside_matrices_are_those_of_plain_loops(void **state)
{
    static const char *const name[] = {"/tmp/sgdlimit-rows-a.npy", "/tmp/sgdlimit-rows-b.npy"};
    double K[2][D][D];
    char text[1024];
    (void)state;
    for (size_t commute = 0; commute < 2; commute++) {
        for (size_t i = 0; i < 2; i++) {
            for (size_t a = 0; a < D; a++)
                for (size_t b = 0; b < D; b++)
                    K[i][a][b] = (a == b ? 1 + (commute ? 0.1 * (double)i : (double)(i * a)) : 0) +
                                 0.5 / (double)(1 + a + b);
            assert_int_equal(npy_write(name[i], K[i][0], 2, (size_t[]){D, D}, NULL), SGDL_OK);
        }
        (void)snprintf(text, sizeof text,
                       "{dimension: 6, time: 3, batch: 2, ridge: 0.2, intercept: 0.5, loss: "
                       "least-squares, encoding: one-hot, learning_rate: 0.4, output: {times: [0, "
                       "3]}, classes: [{weight: 0.3, label: 1, covariance: {family: file, path: "
                       "%s}}, {weight: 0.3, label: 2, covariance: {family: file, path: %s}, mean: "
                       "{family: constant}}, {weight: 0.4, label: 3, covariance: {family: file, "
                       "path: %s}}]}",
                       name[0], name[1], name[0]);
        assert_run(text, 0.2);
    }
    for (size_t i = 0; i < 2; i++)
        (void)unlink(name[i]);
}

static void softmax_rows_and_labels_that_are_noisy_are_taken(void **state)
{
    sgdl_problem_t *problem = parse_problem(
        "{dimension: 6, time: 5, loss: softmax, label_noise: 0.2, " LABELS(1, 2, 3) "5]}}");
    sgdl_plan_t plan = plan_of(problem, 3);
    sgdl_table_t table;
    sgdl_error_t error = {0};
    (void)state;
    sgdl_table_init(&table);
    if (sgdl_simulate(problem, &plan, INTO(&table), &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    /* X = 0: log 3, and two of three are wrong */
    assert_close(table_at(&table, 0, "risk_rows_mean"), log(3), 1e-12, 0, "risk_rows");
    assert_close(table_at(&table, 0, "error_rows_mean"), 2. / 3, 1e-12, 0, "error_rows");
    assert_true(table_at(&table, 2, "risk_rows_mean") < log(3));
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

/* ---- beside the limit ------------------------------------------------------------------------ */

enum { LARGE = 3000, WIDE = 60 };

/* Rows of the very mixture that is stated: the limit, its error bars and c/d are enough. */
static void gaussian_rows_agree_with_the_limit(void **state)
{
    static const char text[] =
        "{dimension: 60, time: 20, loss: logistic, learning_rate: 0.5, output: {points: 6}, "
        "classes: [{weight: 0.5, label: 1, covariance: {family: power-law, exponent: 0.5}, mean: "
        "{family: constant}}, {weight: 0.5, label: 0, covariance: {family: isotropic, scale: "
        "0.7}, mean: {family: opposite, of: 1}}]}";
    sgdl_problem_t *problem = parse_problem(text);
    double *value = calloc((size_t)LARGE * (1 + WIDE), sizeof *value);
    normals_t normals;
    sgdl_table_t table;
    sgdl_comparison_t verdict;
    sgdl_error_t error = {0};
    (void)state;
    assert_non_null(value);
    normals_init(&normals, 8, 1, STREAM_TRIALS);
    for (size_t r = 0; r < LARGE; r++) {
        double *a = value + r * (1 + WIDE);
        const bool first = r % 2 == 0;
        a[0] = first ? 1 : 2;
        for (size_t n = 1; n <= WIDE; n++)
            a[n] = (first ? 1 : -1) / sqrt(WIDE) +
                   sqrt(first ? pow((double)n / WIDE, 0.5) : 0.7) * normals_next(&normals);
    }
    assert_int_equal(write_rows(LARGE, 1 + WIDE, value), SGDL_OK);
    sgdl_plan_t plan = plan_of(problem, 40);
    sgdl_table_init(&table);
    const int status = sgdl_compare(problem, &plan, INTO(&table), &verdict, &error);
    assert_int_equal(write_rows(N, 1 + D, row[0]), SGDL_OK);
    if (status != SGDL_OK || verdict != SGDL_AGREE)
        fail_msg("%d %d: %s, %s", status, verdict, error.message,
                 sgdl_table_value(&table, "verdict"));
    assert_true(sgdl_table_find(&table, "risk_rows_ode") >= 0);
    for (size_t p = 0; p < table.rows; p++)
        assert_true(table_at(&table, p, "risk_rows_ode") == table_at(&table, p, "risk_ode"));
    assert_close(table_at(&table, 5, "risk_rows_mean"), table_at(&table, 5, "risk_mean"), 0.03, 0,
                 "risk on rows and of the mixture");
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
    free(value);
}

/* ---- refusals -------------------------------------------------------------------------------- */

static void refuses(const char *text, double held_out, const char *message)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t plan = plan_of(problem, 2);
    sgdl_error_t error = {0};
    plan.held_out = held_out;
    if (sgdl_simulate(problem, &plan, NULL, &error) != SGDL_ERR_INPUT ||
        !strstr(error.message, message))
        fail_msg("%s: %s, expected %s", error.place, error.message, message);
    sgdl_problem_free(problem);
}

static void what_rows_cannot_be_is_refused(void **state)
{
    (void)state;
    refuses("{dimension: 6, time: 9, output: {times: [0, 9]}, classes: ["
            "{weight: 0.3, label: 1}, {weight: 0.3, label: 0}, {weight: 0.4, label: 1}]}",
            0.2,
            "takes 54 rows at batch 1; the file holds 50, of which 10 are held out; allowed: up to "
            "--time 6.66667");
    refuses("{dimension: 6, time: 9, batch: 2, output: {times: [0, 9]}, classes: ["
            "{weight: 0.3, label: 1}, {weight: 0.3, label: 0}, {weight: 0.4, label: 1}]}",
            0, "allowed: up to --time 4.16667");
    refuses("{dimension: 7, time: 1}", 0.2, "rows of 8, the number of a class and 7 features");
    refuses("{dimension: 6, time: 1}", 0.2, "found 3 as the number of its class, allowed: 1 to 2");
    refuses("{dimension: 6, time: 1, teacher: {signal: {family: gaussian}, labels: sign}, "
            "classes: [{weight: 0.3}, {weight: 0.3}, {weight: 0.4}]}",
            0.2, "beside a teacher");
    refuses(three, 1.5, "found 1.5");
    refuses("{dimension: 6, time: 1, data: {ratio: 2}}", 0.2, "takes no rows of a file");
    row[7][0] = 3.5;
    assert_int_equal(write_rows(N, 1 + D, row[0]), SGDL_OK);
    refuses(three, 0.2, "row 8: found 3.5 as the number of its class");
    row[7][0] = 2;
    row[7][3] = NAN;
    assert_int_equal(write_rows(N, 1 + D, row[0]), SGDL_OK);
    refuses(three, 0.2, "row 8, column 4: found nan");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_comes_once_in_an_order_of_the_run),
        cmocka_unit_test(runs_are_those_of_plain_loops),
        cmocka_unit_test(rows_beside_matrices_are_those_of_plain_loops),
        cmocka_unit_test(softmax_rows_and_labels_that_are_noisy_are_taken),
        cmocka_unit_test(gaussian_rows_agree_with_the_limit),
        cmocka_unit_test(what_rows_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, make_rows, remove_rows);
}
