/* Covariances that do not commute: against the nodes where there are any, and against the equations
 * as they are written, with naive loops and fixed steps. */
#include "src/base/npy.h"
#include "src/base/packed.h"
#include "src/problem/problem.h"
#include "src/theories/streaming/course.h"
#include "tests/curves.h"
#include "tests/rotation.h"

#include <string.h>
#include <unistd.h>

enum { MOST = 120, CLASSES = 3 };

/* ---- matrices that commute, in a basis in which they are not diagonal ------------------------ */

typedef struct seen {
    size_t rows;
    double value[16][16];
} seen_t;

static int look(void *context, course_t *course, const double *y, sgdl_error_t *error)
{
    seen_t *self = context;
    double *next = self->value[self->rows++];
    const observation_t *seen = &course->observer.seen;
    (void)y, (void)error;
    *next++ = seen->risk;
    *next++ = seen->error;
    *next++ = seen->norm2;
    *next++ = seen->gradient_norm2;
    *next++ = seen->noise_power;
    *next++ = seen->class_risk[0];
    *next++ = seen->mean[0];
    *next++ = seen->var[0];
    *next++ = seen->cos[0];
    *next++ = seen->bias ? seen->bias[0] : 0;
    return SGDL_OK;
}

static seen_t run(const sgdl_problem_t *problem, const sgdl_nodes_t *nodes)
{
    seen_t out = {0};
    course_t course;
    sgdl_error_t error = {0};
    const course_task_t task = {problem, &problem->plan,
                                rate_source_of(&problem->learning_rate[0], problem->time)};
    int status = course_init(&course, &task, nodes, &error);
    if (status == SGDL_OK)
        status = course_run(&course, look, &out, &error);
    if (status != SGDL_OK)
        fail_msg("%s", error.message);
    course_free(&course);
    return out;
}

/* The nodes, one a direction, in another basis, which is the mean covariance's all the same since
 * that is isotropic. */
static void rotate_nodes(sgdl_nodes_t *nodes, double *matrix)
{
    const size_t N = nodes->count, C = nodes->classes;
    double rotation[MOST * MOST], vector[MOST];
    rotation_make(N, 4, rotation);
    for (size_t i = 0; i < C; i++) {
        double *K = matrix + i * N * N;
        rotation_matrix(N, rotation, nodes->eigenvalue + i * N, K);
        rotation_vector(N, rotation, nodes->mean + i * N, vector);
        for (size_t n = 0; n < N; n++) {
            nodes->mean[i * N + n] = vector[n];
            nodes->eigenvalue[i * N + n] = K[n * (N + 1)];
            K[n * (N + 1)] = 0;
        }
    }
    nodes->matrix = matrix;
}

/* The mean covariance is 1. */
static void commuting_matrices_are_nodes(void **unused)
{
    (void)unused;
#define TWO(l1, l2)                                                                                \
    "classes: [{label: " l1 ", covariance: {family: file, path: [0.1, 0.3, 0.7, 1.1, 1.4, 1.9, "   \
    "2]}, mean: {family: gaussian}}, {label: " l2                                                  \
    ", covariance: {family: file, path: [1.9, 1.7, 1.3, 0.9, 0.6, 0.1, 0]}, mean: "                \
    "{family: gaussian, scale: 1.5}}]"
#define THREE                                                                                      \
    "classes: [{label: 1, covariance: {family: file, path: [0.1, 1, 2, 0.5]}, mean: {family: "     \
    "gaussian}}, {label: 2, covariance: {family: file, path: [0.9, 1.8, 0.5, 0]}, mean: {family: " \
    "gaussian}}, {label: 3, covariance: {family: file, path: [2, 0.2, 0.5, 2.5]}, mean: {family: " \
    "constant}}]"
    static const char *const problems[] = {
        "{loss: logistic, learning_rate: 1.2, ridge: 0.02, label_noise: 0.1, " TWO("1", "0"),
        "{loss: logistic, learning_rate: 1.2, clip: 0.4, intercept: 0.5, " TWO("1", "0"),
        "{loss: least-squares, learning_rate: 0.3, batch: 2, gradient_noise: 0.2, " TWO("1", "-1"),
        "{loss: least-squares, encoding: one-hot, learning_rate: 0.4, intercept: "
        "1, " THREE,
        "{loss: softmax, learning_rate: 1.5, momentum: 0.3, " THREE,
    };
    for (size_t p = 0; p < sizeof problems / sizeof *problems; p++) {
        char text[2048];
        double matrix[CLASSES * MOST * MOST];
        (void)snprintf(text, sizeof text,
                       "%s, start: {norm2: 0.3}, time: 20, output: {times: [0, 0.1, 2, 20]}}",
                       problems[p]);
        sgdl_problem_t *problem = parse_problem(text);
        const course_task_t task = {problem, &problem->plan,
                                    rate_source_of(&problem->learning_rate[0], problem->time)};
        sgdl_nodes_t nodes;
        assert_int_equal(course_nodes(&task, &nodes, NULL), SGDL_OK);
        assert_int_equal(nodes.count, problem->dimension);
        const seen_t diagonal = run(problem, &nodes);
        rotate_nodes(&nodes, matrix);
        const seen_t dense = run(problem, &nodes);
        nodes.matrix = NULL;
        assert_int_equal(diagonal.rows, 4);
        for (size_t row = 0; row < 4; row++)
            for (size_t c = 0; c < 10; c++)
                if (!isnan(diagonal.value[row][c])) {
                    char what[64];
                    (void)snprintf(what, sizeof what, "problem %zu, row %zu, column %zu", p, row,
                                   c);
                    assert_close(dense.value[row][c], diagonal.value[row][c], 1e-8, 1e-8, what);
                }
        sgdl_nodes_free(&nodes);
        sgdl_problem_free(problem);
    }
}

/* ---- the equations as they are written --------------------------------------------------------
 */

typedef struct naive {
    const sgdl_problem_t *problem;
    population_t population;
    size_t d, L, C;
    double gamma;
    double K[CLASSES][MOST * MOST], nu[CLASSES][MOST];
    double m[CLASSES * CLASSES], B[CLASSES * 6];
    double room[4096];
} naive_t;

/* m [L] and B [packed] of class i. Many parameters: both halves of a state, both results. */
static void look_at(const naive_t *self, size_t i, const double *A, const double *S, double *m,
                    double *B)
{
    const size_t d = self->d, L = self->L, n = L * d;
    const double *K = self->K[i], *nu = self->nu[i];
    for (size_t a = 0; a < L; a++) {
        m[a] = 0;
        for (size_t j = 0; j < d; j++)
            m[a] += nu[j] * A[a * d + j] / (double)d;
        for (size_t e = a; e < L; e++) {
            double *sum = &B[packed_index(L, a, e)];
            *sum = 0;
            for (size_t j = 0; j < d; j++)
                for (size_t k = 0; k < d; k++)
                    *sum += K[j * d + k] * S[(a * d + j) * n + e * d + k] / (double)d;
        }
    }
}

/* (A, S) to their derivatives: A [L*d], S [(L*d)*(L*d)]. */
static void derive(naive_t *self, const double *A, const double *S, double *dA, double *dS)
{
    const size_t d = self->d, L = self->L, n = L * d, P = L * (L + 1) / 2;
    const double gamma = self->gamma, delta = self->problem->ridge, b = self->problem->batch;
    memset(dA, 0, n * sizeof *dA);
    memset(dS, 0, n * n * sizeof *dS);
    for (size_t i = 0; i < self->C; i++) {
        double G[3], H[6], Q[6], spare[5][3], full[3][3];
        double *m = self->m + i * L, *B = self->B + i * P;
        const double *K = self->K[i], *nu = self->nu[i], p = self->problem->weight[i];
        look_at(self, i, A, S, m, B);
        sgdl_averages_t average = {.G = G,
                                   .H = H,
                                   .Q = Q,
                                   .G_B = spare[0],
                                   .H_m = spare[1],
                                   .H_B = spare[2],
                                   .Q_m = spare[3],
                                   .Q_B = spare[4],
                                   .room = self->room};
        population_average(&self->population, i, m, B, 0, &average);
        for (size_t a = 0; a < L; a++)
            for (size_t e = 0; e < L; e++)
                full[a][e] = !self->problem->loss->separable ? H[packed_pair(L, a, e)]
                             : a == e                        ? H[a]
                                                             : 0;
        for (size_t a = 0; a < L; a++)
            for (size_t j = 0; j < d; j++) {
                double *out = &dA[a * d + j];
                *out -= gamma * p * (G[a] * nu[j] + delta * A[a * d + j]);
                for (size_t c = 0; c < L; c++)
                    for (size_t l = 0; l < d; l++)
                        *out -= gamma * p * full[a][c] * K[j * d + l] * A[c * d + l];
                for (size_t e = 0; e < L; e++)
                    for (size_t k = 0; k < d; k++) {
                        double *moment = &dS[(a * d + j) * n + e * d + k];
                        double sum = G[a] * nu[j] * A[e * d + k] + A[a * d + j] * G[e] * nu[k] +
                                     2 * delta * S[(a * d + j) * n + e * d + k];
                        for (size_t c = 0; c < L; c++)
                            for (size_t l = 0; l < d; l++)
                                sum += full[a][c] * K[j * d + l] * S[(c * d + l) * n + e * d + k] +
                                       full[c][e] * K[k * d + l] * S[(a * d + j) * n + c * d + l];
                        *moment +=
                            gamma * p * (gamma / b * Q[packed_pair(L, a, e)] * K[j * d + k] - sum);
                        if (a == e && j == k)
                            *moment += p * pow(gamma * self->problem->gradient_noise, 2);
                    }
            }
    }
}

/* Runge and Kutta's classical steps from X_0 = start [d*L] to t. */
static void march(naive_t *self, double t, double *y)
{
    const size_t n = self->L * self->d, length = n + n * n, steps = 400;
    double *k = calloc(6 * length, sizeof *k), *sum = k + length, *at = sum + length;
    assert_non_null(k);
    for (size_t s = 0; s < steps; s++) {
        static const double share[] = {1, 2, 2, 1}, far[] = {0, 0.5, 0.5, 1};
        const double h = t / (double)steps;
        memset(sum, 0, length * sizeof *sum);
        for (size_t stage = 0; stage < 4; stage++) {
            for (size_t e = 0; e < length; e++)
                at[e] = y[e] + (stage > 0 ? h * far[stage] * k[e] : 0);
            derive(self, at, at + n, k, k + n);
            for (size_t e = 0; e < length; e++)
                sum[e] += h / 6 * share[stage] * k[e];
        }
        for (size_t e = 0; e < length; e++)
            y[e] += sum[e];
    }
    derive(self, y, y + n, k, k + n); /* m and B there */
    free(k);
}

static char folder[] = "/tmp/test_dense_XXXXXX";

/* The file of a class's matrix of that rank, and its numbers. */
static void write_matrix(size_t i, size_t d, size_t rank, double *K)
{
    double lambda[MOST] = {0}, rotation[MOST * MOST];
    char path[64];
    for (size_t n = 0; n < rank; n++)
        lambda[n] = 0.2 + 2 * fabs(sin((double)(7 * n + 3 * i + 1)));
    rotation_make(d, 20 + i, rotation);
    rotation_matrix(d, rotation, lambda, K);
    (void)snprintf(path, sizeof path, "%s/K%zu.npy", folder, i);
    assert_int_equal(npy_write(path, K, 2, (size_t[]){d, d}, NULL), SGDL_OK);
}

/* The problem with matrices, the first of that rank, and its state y at t = 0. */
static sgdl_problem_t *state(naive_t *self, const char *options, size_t rank, double *y)
{
    const size_t d = self->d, n = self->L * d;
    char text[4096];
    FILE *out = fmemopen(text, sizeof text, "w");
    assert_non_null(out);
    const char *const labels = strstr(options, "logistic") ? "10" : "123";
    (void)fprintf(out, "{%s, dimension: %zu, time: 3, output: {times: [0, 3]}, classes: [", options,
                  d);
    for (size_t i = 0; i < self->C; i++) {
        write_matrix(i, d, i == 0 ? rank : d, self->K[i]);
        (void)fprintf(out,
                      "%s{label: %c, covariance: {family: file, path: '%s/K%zu.npy'}, mean: "
                      "{family: file, path: [",
                      i > 0 ? ", " : "", labels[i], folder, i);
        for (size_t k = 0; k < d; k++) {
            self->nu[i][k] = cos((double)(5 * k + 2 * i));
            (void)fprintf(out, "%s%.17g", k > 0 ? ", " : "", self->nu[i][k] / sqrt((double)d));
        }
        (void)fputs("]}}", out);
    }
    (void)fputs("], start: {file: [", out);
    for (size_t e = 0; e < n; e++) {
        const double x = 0.2 * sin((double)(3 * e + 1));
        y[e % self->L * d + e / self->L] = sqrt((double)d) * x;
        (void)fprintf(out, "%s%.17g", e > 0 ? ", " : "", x);
    }
    (void)fputs("]}}", out);
    assert_int_equal(fclose(out), 0);
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < n; k++)
            y[n + j * n + k] = y[j] * y[k];
    return parse_problem(text);
}

static void compare_with_naive(const char *options, size_t C, size_t d, size_t rank)
{
    naive_t self = {.d = d, .C = C, .L = C == 3 ? 3 : 1};
    const size_t n = self.L * d;
    sgdl_error_t error = {0};
    double *y = calloc(n + n * n, sizeof *y);
    assert_non_null(y);
    sgdl_problem_t *problem = state(&self, options, rank, y);
    self.problem = problem;
    self.population = problem_population(problem, self.L * (self.L + 1) / 2);
    self.population.room = self.room;
    const rate_source_t source = rate_source_of(&problem->learning_rate[0], 3);
    self.gamma = rate_source_at(&source, 0, NULL);
    march(&self, 3, y);
    sgdl_table_t table;
    sgdl_table_init(&table);
    if (sgdl_solve(problem, NULL, INTO(&table), &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    const char *note = sgdl_table_value(&table, "covariances");
    assert_true(d == 1 || (note && strstr(note, "do not commute")));
    double norm2 = 0;
    for (size_t j = 0; j < n; j++)
        norm2 += y[n + j * n + j] / (double)d;
    assert_close(table_at(&table, 1, "norm2"), norm2, 1e-8, 3e-8, options);
    for (size_t i = 0; i < C; i++) {
        char name[32];
        const double *m = self.m + i * self.L, *B = self.B + i * self.L * (self.L + 1) / 2;
        (void)snprintf(name, sizeof name, self.L == 1 ? "mean_%zu" : "mean_%zu_1", i + 1);
        assert_close(table_at(&table, 1, name), m[0], 1e-8, 3e-8, options);
        (void)snprintf(name, sizeof name, self.L == 1 ? "var_%zu" : "var_%zu_1", i + 1);
        assert_close(table_at(&table, 1, name), B[0], 1e-8, 3e-8, options);
        (void)snprintf(name, sizeof name, "risk_%zu", i + 1);
        assert_close(table_at(&table, 1, name), population_class_risk(&self.population, i, m, B, 0),
                     1e-8, 3e-8, options);
    }
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
    free(y);
}

static void equations_are_those_written(void **unused)
{
    (void)unused;
    compare_with_naive("loss: logistic, learning_rate: 1.5, ridge: 0.05, batch: 2, "
                       "gradient_noise: 0.3, label_noise: 0.1",
                       2, 6, 6);
    compare_with_naive("loss: logistic, learning_rate: 2", 2, 6, 2);
    compare_with_naive("loss: logistic, learning_rate: 2", 2, 2, 1);
    compare_with_naive("loss: logistic, learning_rate: 0.5", 2, 1, 1);
    compare_with_naive("loss: least-squares, learning_rate: 0.4, ridge: 0.1", 2, 6, 3);
    compare_with_naive("loss: least-squares, encoding: one-hot, learning_rate: 0.3, batch: 3", 3, 4,
                       2);
    compare_with_naive("loss: softmax, learning_rate: 1.5, ridge: 0.02", 3, 4, 3);
}

/* ---- simulation --------------------------------------------------------------------------------
 */

static void simulations_agree(void **unused)
{
    (void)unused;
    static const char *const problems[] = {
        "loss: logistic, learning_rate: 0.5, momentum: 0.3, batch: 2, gradient_noise: 0.1, "
        "intercept: 0.5",
        "loss: least-squares, learning_rate: 0.2, ridge: 0.1",
    };
    double K[MOST * MOST], *mean = K;
    enum { D = 120 };
    write_matrix(0, D, D / 2, K);
    write_matrix(1, D, D, K);
    for (size_t n = 0; n < D; n++)
        mean[n] = cos((double)n) / sqrt(D);
    char text[1024], path[64];
    (void)snprintf(path, sizeof path, "%s/mu.npy", folder);
    assert_int_equal(npy_write(path, mean, 1, (size_t[]){D}, NULL), SGDL_OK);
    for (size_t p = 0; p < sizeof problems / sizeof *problems; p++) {
        (void)snprintf(text, sizeof text,
                       "{%s, time: 4, start: {norm2: 0.2}, output: {points: 5}, classes: [{label: "
                       "1, covariance: {family: file, path: %s/K0.npy}, mean: {family: file, path: "
                       "%s}}, {label: 0, covariance: {family: file, path: %s/K1.npy}, mean: "
                       "{family: opposite, of: 1}}]}",
                       problems[p], folder, path, folder);
        sgdl_problem_t *problem = parse_problem(text);
        sgdl_comparison_t verdict;
        sgdl_plan_t plan = sgdl_plan_default();
        sgdl_table_t table;
        sgdl_error_t error = {0};
        plan.runs = 60;
        sgdl_table_init(&table);
        if (sgdl_compare(problem, &plan, INTO(&table), &verdict, &error) != SGDL_OK)
            fail_msg("%s: %s", error.place, error.message);
        if (verdict != SGDL_AGREE)
            fail_msg("%s: %s", problems[p], sgdl_table_value(&table, "largest_deviation_risk"));
        sgdl_table_free(&table);
        sgdl_problem_free(problem);
    }
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"K0.npy", "K1.npy", "K2.npy", "mu.npy"};
    char path[64];
    (void)state;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[k]);
        (void)unlink(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commuting_matrices_are_nodes),
        cmocka_unit_test(equations_are_those_written),
        cmocka_unit_test(simulations_agree),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
