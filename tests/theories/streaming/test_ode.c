/* The right-hand side, its Jacobian and the Newton solvers, each computed in two ways. */
#include "tests/curves.h"

#include <string.h>

#include "src/theories/streaming/newton.h"
#include "src/theories/streaming/system.h"
#include "tests/coupled_loss.h"

/* A small generator of our own, so that the draws are the same everywhere. */
static double draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) / 9007199254740992.0;
}

static double draw_normal(uint64_t *state)
{
    double u = draw(state), v = draw(state);
    return sqrt(-2 * log(u + 1e-300)) * cos(6.283185307179586 * v);
}

typedef struct fixture {
    sgdl_problem_t *problem;
    sgdl_nodes_t nodes;
    sgdl_system_t system;
    double *y, *b, *x, *work;
} fixture_t;

static void fixture_init(fixture_t *self, const char *text, uint64_t *state)
{
    sgdl_error_t error = {0};
    self->problem = parse_problem(text);
    if (strstr(text, "# coupled"))
        self->problem->loss = &coupled_loss;
    sgdl_mixture_t mixture = sgdl_problem_mixture(self->problem, &self->problem->plan);
    sgdl_quadrature_t quadrature = {.accuracy = 1e-4, .reach = 10, .refine = 1};
    rate_source_t source = rate_source_of(self->problem->learning_rate, self->problem->time);
    if (sgdl_nodes_init(&self->nodes, &mixture, &quadrature, &error) != SGDL_OK ||
        system_init(&self->system, self->problem, &self->problem->plan, &self->nodes, &source,
                    &error) != SGDL_OK)
        fail_msg("%s", error.message);
    size_t length = self->system.length, N = self->system.N, L = self->system.L;
    self->y = calloc(length, sizeof(double));
    self->b = calloc(length, sizeof(double));
    self->x = calloc(length, sizeof(double));
    self->work = calloc(4 * length, sizeof(double));
    for (size_t e = 0; e < length; e++) {
        self->y[e] = draw_normal(state);
        self->b[e] = draw_normal(state);
    }
    /* A positive definite S: a diagonal well above the off-diagonal. */
    for (size_t a = 0; a < L; a++)
        for (size_t n = 0; n < N; n++) {
            double *S = &self->y[self->system.S + system_diagonal(&self->system, a) * N + n];
            *S = 3 + fabs(*S) + (double)L;
        }
    assert_int_equal(system_evaluate(&self->system, 1.0, self->y), 0);
}

static void fixture_free(fixture_t *self)
{
    free(self->y);
    free(self->b);
    free(self->x);
    free(self->work);
    system_free(&self->system);
    sgdl_nodes_free(&self->nodes);
    sgdl_problem_free(self->problem);
}

/* Random problems: classes, losses, outputs, latent coordinates, ridge, intercept, noise. */
static void random_problem(char *text, size_t room, uint64_t *state)
{
    size_t C = 1 + (size_t)(5 * draw(state));
    /* logistic, scalar and one-hot least squares, a coupled loss on one-hot labels, softmax */
    int kind = (int)(5 * draw(state));
    size_t labels = kind >= 2 ? (C < 4 ? C : 4) : 2;
    size_t length = 0;
#define ADD(...) length += (size_t)snprintf(text + length, room - length, __VA_ARGS__)
    ADD("dimension: %s\n", draw(state) < 0.5 ? "inf" : "23");
    ADD("loss: %s\n", kind == 0 ? "logistic" : kind == 4 ? "softmax" : "least-squares");
    if (kind >= 2)
        ADD("encoding: one-hot\n");
    if (kind == 3)
        ADD("# coupled\n");
    ADD("learning_rate: %g\nridge: %g\nbatch: %d\n", 0.1 + draw(state), draw(state) < 0.5 ? 0 : 0.1,
        1 + (int)(3 * draw(state)));
    ADD("intercept: %g\n", draw(state) < 0.5 ? 0 : 0.7);
    ADD("momentum: %g\ngradient_noise: %g\n", draw(state) < 0.7 ? 0 : 0.6,
        draw(state) < 0.7 ? 0 : 0.5);
    if (C > 1 && labels > 1 && kind != 3 && draw(state) < 0.5)
        ADD("label_noise: 0.1\n");
    ADD("classes:\n");
    for (size_t i = 0; i < C; i++) {
        size_t label = i % labels;
        /* not equal, so that no classes are exchangeable: states here are any */
        ADD("  - {weight: %.17g, label: %g, ", 2.0 * (double)(i + 1) / (double)(C * (C + 1)),
            kind == 0   ? (double)label
            : kind == 1 ? 2 * (double)label - 1
                        : (double)label + 1);
        static const char *const covariances[] = {"{family: isotropic, scale: 0.7}",
                                                  "{family: zero-one, zero: 0.3, scale: 1.2}",
                                                  "{family: power-law, exponent: 1.2}"};
        static const char *const means[] = {"{family: gaussian}",
                                            "{family: power-law, exponent: 0.2}",
                                            "{family: constant, scale: 0.5, on: [0.1, 0.6]}"};
        ADD("covariance: %s, mean: %s}\n", covariances[(int)(3 * draw(state))],
            means[(int)(3 * draw(state))]);
    }
#undef ADD
    assert_true(length < room);
}

/* One output under a teacher, with a heavy ball, or both; clipped or not. */
static void random_single_problem(char *text, size_t room, uint64_t *state)
{
    static const char *const labels[] = {"linear", "sign", "logistic", "logistic-soft"};
    size_t C = 1 + (size_t)(3 * draw(state)), length = 0, kind = (size_t)(4 * draw(state));
    const bool teacher = draw(state) < 0.7;
    if (teacher && C > 2)
        C = 2;
    const bool quadratic = (teacher && kind == 0) || draw(state) < 0.5;
#define ADD(...) length += (size_t)snprintf(text + length, room - length, __VA_ARGS__)
    ADD("dimension: %s\nloss: %s\n", draw(state) < 0.5 ? "inf" : "23",
        quadratic ? "least-squares" : "logistic");
    ADD("learning_rate: %g\nridge: %g\nbatch: %d\n", 0.1 + draw(state), draw(state) < 0.5 ? 0 : 0.1,
        1 + (int)(3 * draw(state)));
    ADD("intercept: %g\ngradient_noise: %g\n", draw(state) < 0.5 ? 0 : 0.7,
        draw(state) < 0.5 ? 0 : 0.4);
    if (draw(state) < 0.5)
        ADD("clip: %g\n", 0.2 + draw(state));
    if (!teacher || draw(state) < 0.5)
        ADD("momentum: {gain: %g, weight: %g, decay: {value: %g, over: 2}}\n", draw(state) + 0.1,
            2 * draw(state) + 0.1, 3 * draw(state));
    if (teacher)
        ADD("teacher: {signal: {family: %s}, labels: %s, noise: %g, steepness: %g}\n",
            draw(state) < 0.5 ? "gaussian" : "constant", labels[kind],
            kind > 0 || draw(state) < 0.5 ? 0 : 0.5, kind > 1 ? 0.8 : 1);
    ADD("classes:\n");
    for (size_t i = 0; i < C; i++) {
        static const char *const covariances[] = {"{family: isotropic, scale: 0.7}",
                                                  "{family: zero-one, zero: 0.3, scale: 1.2}",
                                                  "{family: power-law, exponent: 1.2}"};
        static const char *const means[] = {"{family: gaussian}", "{family: zero}",
                                            "{family: constant, scale: 0.5, on: [0.1, 0.6]}"};
        ADD("  - {weight: %.17g, ", 1.0 / (double)C);
        if (!teacher)
            ADD("label: %zu, ", i % 2);
        ADD("covariance: %s, mean: %s}\n", covariances[(int)(3 * draw(state))],
            means[(int)(3 * draw(state))]);
    }
#undef ADD
    assert_true(length < room);
}

/* Of all kinds. */
static void any_problem(char *text, size_t room, int trial, uint64_t *state)
{
    (trial % 3 == 2 ? random_single_problem : random_problem)(text, room, state);
}

/* J v against central differences of the right-hand side. */
static void jacobian_matches_finite_differences(void **unused)
{
    (void)unused;
    uint64_t state = 1;
    for (int trial = 0; trial < 60; trial++) {
        char text[4096];
        any_problem(text, sizeof text, trial, &state);
        fixture_t f;
        fixture_init(&f, text, &state);
        size_t length = f.system.length;
        double *plus = f.work, *minus = plus + length, *at = minus + length, *Jv = at + length;
        system_jacobian_times(&f.system, f.y, f.b, Jv);
        f.system.frozen = true;
        double step = 3e-6, scale = 0;
        for (size_t e = 0; e < length; e++)
            at[e] = f.y[e] + step * f.b[e];
        assert_int_equal(system_rhs(&f.system, 1.0, at, plus), 0);
        for (size_t e = 0; e < length; e++)
            at[e] = f.y[e] - step * f.b[e];
        assert_int_equal(system_rhs(&f.system, 1.0, at, minus), 0);
        for (size_t e = 0; e < length; e++)
            scale = fmax(scale, fabs(Jv[e]));
        for (size_t e = 0; e < length; e++)
            assert_close(Jv[e], (plus[e] - minus[e]) / (2 * step), 3e-8 * (1 + scale), 0, text);
        fixture_free(&f);
    }
}

/* The solvers know no loss: whatever the averages and their derivatives are, they agree. */
static void scatter_averages(sgdl_system_t *system, uint64_t *state)
{
    for (size_t i = 0; i < system->C; i++) {
        sgdl_averages_t *average = &system->average[i];
        double *const of[] = {average->G,   average->G_B, average->H_m,  average->H_B, average->Q_m,
                              average->Q_B, &average->J,  &average->J_m, &average->J_B};
        for (size_t e = 0; e < sizeof of / sizeof *of; e++)
            if (e < 6 || system->has_signal)
                *of[e] = draw(state) - 0.5;
        if (system->has_signal)
            average->J_c = draw(state), average->H_c = draw(state), average->Q_c = draw(state);
    }
    assert_int_equal(system_set_rate(system, system->rate), 0);
}

static int solve_newton(newton_t *newton, const double *y, double h, const double *b, double *x)
{
    return (newton->setup && newton->setup(newton, y, h, true) != 0) ||
           newton->solve(newton, y, h, b, x) != 0;
}

/* The structured solve: small residual, and equal to LAPACK on the dense matrix. */
static void structured_solve_matches_dense(void **unused)
{
    (void)unused;
    uint64_t state = 2;
    for (int trial = 0; trial < 400; trial++) {
        char text[4096];
        any_problem(text, sizeof text, trial, &state);
        fixture_t f;
        fixture_init(&f, text, &state);
        size_t length = f.system.length;
        double h = pow(10, -3 + 4 * draw(&state));
        if (f.system.single)
            scatter_averages(&f.system, &state);
        newton_t structured, dense;
        sgdl_error_t error = {0};
        assert_int_equal(newton_init(&structured, &f.system, SGDL_LINEAR_STRUCTURED, &error), 0);
        assert_int_equal(solve_newton(&structured, f.y, h, f.b, f.x), 0);
        double *Jx = f.work, residual = 0, size = 0;
        system_jacobian_times(&f.system, f.y, f.x, Jx);
        for (size_t e = 0; e < length; e++) {
            residual = fmax(residual, fabs(f.x[e] - h * Jx[e] - f.b[e]));
            size = fmax(size, fabs(f.x[e]) + fabs(h * Jx[e]) + fabs(f.b[e]));
        }
        assert_close(residual / size, 0, 1e-13, 0, text);
        if (length <= 120) {
            double *y = f.work + length, largest = 0;
            assert_int_equal(newton_init(&dense, &f.system, SGDL_LINEAR_DENSE, &error), 0);
            assert_int_equal(solve_newton(&dense, f.y, h, f.b, y), 0);
            for (size_t e = 0; e < length; e++)
                largest = fmax(largest, fabs(y[e]));
            for (size_t e = 0; e < length; e++)
                assert_close(f.x[e], y[e], 1e-10 * largest, 0, text);
            newton_free(&dense);
        }
        newton_free(&structured);
        fixture_free(&f);
    }
}

/* The same dynamics written with d x d matrices in a rotated basis (section 9 of docs/theory.md),
 * which knows nothing of nodes: d/dt of m_i and B_i must agree. */
enum { DIM = 7 };

static void rotate(double *K, double *nu, uint64_t *state)
{
    for (int r = 0; r < 3 * DIM; r++) {
        int p = (int)(DIM * draw(state)), q = (int)(DIM * draw(state));
        double angle = 6.28 * draw(state), c = cos(angle), s = sin(angle);
        if (p == q)
            continue;
        for (int i = 0; i < 2; i++) {
            double *M = K + i * DIM * DIM, *v = nu + i * DIM;
            for (int e = 0; e < DIM; e++) {
                double x = M[p * DIM + e], z = M[q * DIM + e];
                M[p * DIM + e] = c * x - s * z;
                M[q * DIM + e] = s * x + c * z;
            }
            for (int e = 0; e < DIM; e++) {
                double x = M[e * DIM + p], z = M[e * DIM + q];
                M[e * DIM + p] = c * x - s * z;
                M[e * DIM + q] = s * x + c * z;
            }
            double x = v[p], z = v[q];
            v[p] = c * x - s * z;
            v[q] = s * x + c * z;
        }
    }
}

/* Many parameters: four arrays in, two out. */
static void dense_derivative(const fixture_t *f, const double *K, const double *nu, const double *A,
                             const double *S, double *dA, double *dS)
{
    double gamma = f->system.gamma, delta = f->problem->ridge;
    for (int r = 0; r < DIM; r++) {
        dA[r] = -gamma * delta * A[r];
        for (int s = 0; s < DIM; s++)
            dS[r * DIM + s] = -2 * gamma * delta * S[r * DIM + s];
    }
    for (int i = 0; i < 2; i++) {
        const double *Ki = K + i * DIM * DIM, *v = nu + i * DIM;
        double p = f->problem->weight[i], G = f->system.average[i].G[0];
        double H = f->system.average[i].H[0], Q = f->system.average[i].Q[0];
        for (int r = 0; r < DIM; r++) {
            double KA = 0;
            for (int s = 0; s < DIM; s++)
                KA += Ki[r * DIM + s] * A[s];
            dA[r] -= gamma * p * (v[r] * G + H * KA);
            for (int s = 0; s < DIM; s++) {
                double KS = 0, SK = 0;
                for (int e = 0; e < DIM; e++) {
                    KS += Ki[r * DIM + e] * S[e * DIM + s];
                    SK += S[r * DIM + e] * Ki[e * DIM + s];
                }
                dS[r * DIM + s] -= gamma * p * (H * (KS + SK) + G * (v[r] * A[s] + A[r] * v[s]));
                dS[r * DIM + s] += gamma * gamma / f->problem->batch * p * Q * Ki[r * DIM + s];
            }
        }
    }
}

static void rhs_matches_rotated_matrices(void **unused)
{
    (void)unused;
    uint64_t state = 3;
    for (int trial = 0; trial < 20; trial++) {
        fixture_t f;
        fixture_init(&f,
                     trial % 2 ? "{dimension: 7, ridge: 0.2, batch: 2, classes: ["
                                 "{weight: 0.3, label: 1, covariance: {family: power-law, "
                                 "exponent: 1}, mean: {family: gaussian}}, {weight: 0.7, label: 0, "
                                 "covariance: {family: power-law, exponent: 0.4}, "
                                 "mean: {family: gaussian}}]}"
                               : "{dimension: 7, loss: least-squares, classes: ["
                                 "{weight: 0.6, label: 2, covariance: {family: power-law, "
                                 "exponent: 0.8}, mean: {family: gaussian}}, {weight: 0.4, label: "
                                 "-1, covariance: {family: isotropic, scale: 2}, "
                                 "mean: {family: power-law, exponent: 0.3}}]}",
                     &state);
        assert_int_equal(f.system.N, DIM);
        /* Single-direction nodes: chi = A with S = A A^T + V, V diagonal in the eigenbasis. */
        double K[2 * DIM * DIM] = {0}, nu[2 * DIM], A[2 * DIM], S[2 * DIM * DIM] = {0};
        for (int n = 0; n < DIM; n++) {
            double *S_n = &f.y[f.system.S + (size_t)n];
            A[n] = A[DIM + n] = f.y[n];
            *S_n = f.y[n] * f.y[n] + 0.5 + draw(&state);
            for (int i = 0; i < 2; i++) {
                K[i * DIM * DIM + n * DIM + n] = f.nodes.eigenvalue[i * DIM + n];
                nu[i * DIM + n] = f.nodes.mean[i * DIM + n];
            }
            for (int s = 0; s < DIM; s++)
                S[n * DIM + s] = f.y[n] * f.y[s];
            S[n * DIM + n] = *S_n;
        }
        memcpy(S + DIM * DIM, S, DIM * DIM * sizeof *S);
        uint64_t again = state; /* the same rotation for K, nu and S, A */
        rotate(K, nu, &state);
        rotate(S, A, &again);
        double *dy = f.work, m[2], B[2];
        assert_int_equal(system_rhs(&f.system, 1.0, f.y, dy), 0);
        system_moments(&f.system, dy, m, B);
        double dA[DIM], dS[DIM * DIM];
        dense_derivative(&f, K, nu, A, S, dA, dS);
        for (int i = 0; i < 2; i++) {
            double m_dot = 0, B_dot = 0;
            for (int r = 0; r < DIM; r++) {
                m_dot += nu[i * DIM + r] * dA[r] / DIM;
                for (int s = 0; s < DIM; s++)
                    B_dot += K[i * DIM * DIM + r * DIM + s] * dS[s * DIM + r] / DIM;
            }
            assert_close(m[i], m_dot, 1e-12, 1e-12, "dm/dt");
            assert_close(B[i], B_dot, 1e-12, 1e-12, "dB/dt");
        }
        fixture_free(&f);
    }
}

/* Whole runs with each linear solver: the same curve. */
static void linear_solvers_agree(void **unused)
{
    (void)unused;
    static const char *const problems[] = {
        "{dimension: 12, learning_rate: 0.8, intercept: 0.4, time: 30, classes: [{covariance: "
        "{family: power-law, exponent: 1}, mean: {family: gaussian}}, {covariance: {family: "
        "zero-one, zero: 0.3}, mean: {family: constant, scale: -0.6}}]}",
        "{dimension: 9, loss: least-squares, encoding: one-hot, learning_rate: 0.4, time: 30, "
        "classes: [{weight: 0.2, label: 1, covariance: {family: power-law, exponent: 1}, mean: "
        "{family: gaussian}}, {weight: 0.3, label: 2, mean: {family: gaussian}}, {weight: 0.5, "
        "label: 3, mean: {family: gaussian}}]}",
        "# coupled\n{dimension: 9, loss: least-squares, encoding: one-hot, learning_rate: 0.2, "
        "intercept: 0.5, ridge: 0.1, time: 30, classes: [{weight: 0.2, label: 1, covariance: "
        "{family: power-law, exponent: 1}, mean: {family: gaussian}}, {weight: 0.8, label: 2, mean:"
        " {family: gaussian}}]}"};
    for (size_t v = 0; v < sizeof problems / sizeof problems[0]; v++) {
        sgdl_table_t table[3];
        for (int kind = 0; kind < 3; kind++) {
            sgdl_problem_t *problem = parse_problem(problems[v]);
            sgdl_plan_t options = sgdl_plan_default();
            sgdl_error_t error = {0};
            options.linear_solver = (sgdl_linear_solver_t)kind;
            if (strstr(problems[v], "# coupled"))
                problem->loss = &coupled_loss;
            sgdl_table_init(&table[kind]);
            if (sgdl_solve(problem, &options, INTO(&table[kind]), &error) != SGDL_OK)
                fail_msg("%s", error.message);
            sgdl_problem_free(problem);
        }
        for (size_t e = 0; e < table[0].rows * table[0].columns; e++)
            for (int kind = 1; kind < 3; kind++)
                if (!isnan(table[0].value[e]))
                    assert_close(table[kind].value[e], table[0].value[e], 3e-7, 3e-7, problems[v]);
        for (int kind = 0; kind < 3; kind++)
            sgdl_table_free(&table[kind]);
    }
}

/* A coupled problem of large rank goes to GMRES by itself. */
static void large_rank_goes_to_krylov(void **unused)
{
    (void)unused;
    uint64_t state = 5;
    fixture_t f;
    fixture_init(&f,
                 "# coupled\n{dimension: 9, loss: least-squares, encoding: one-hot, classes: "
                 "[{weight: 0.25, label: 1}, {weight: 0.25, label: 2}, {weight: 0.25, label: 3},"
                 " {weight: 0.25, label: 4}]}",
                 &state);
    assert_int_equal(newton_choose(&f.system, SGDL_LINEAR_STRUCTURED), SGDL_LINEAR_STRUCTURED);
    f.system.C = 90; /* rank 90 (4 + 10) */
    assert_int_equal(newton_choose(&f.system, SGDL_LINEAR_STRUCTURED), SGDL_LINEAR_KRYLOV);
    assert_int_equal(newton_choose(&f.system, SGDL_LINEAR_DENSE), SGDL_LINEAR_DENSE);
    f.system.C = 4;
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jacobian_matches_finite_differences),
        cmocka_unit_test(structured_solve_matches_dense),
        cmocka_unit_test(rhs_matches_rotated_matrices),
        cmocka_unit_test(linear_solvers_agree),
        cmocka_unit_test(large_rank_goes_to_krylov),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
