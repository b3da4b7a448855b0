/*
 * Averages of softmax by the exponential representation: against tabled values, tensor grids for
 * the Gaussian itself, fewer outputs, symmetries and closed forms.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/packed.h"
#include "src/loss/softmax/exponential.h"
#include "src/loss/softmax/softmax_rules.h"

static double *numbers(size_t count)
{
    double *x = calloc(count, sizeof *x);
    assert_non_null(x);
    return x;
}

static sgdl_averages_t averages(size_t L)
{
    const size_t P = packed_length(L);
    return (sgdl_averages_t){.G = numbers(L),
                             .H = numbers(P),
                             .Q = numbers(P),
                             .room = numbers(softmax_exponential_room(L))};
}

static void discard(sgdl_averages_t *self)
{
    free(self->G);
    free(self->H);
    free(self->Q);
    free(self->room);
}

static double uniform(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (double)(*seed >> 8) / 16777216.0;
}

/* The largest difference of two sets of averages. */
static double distance(size_t L, const sgdl_averages_t *x, const sgdl_averages_t *y)
{
    double worst = fabs(x->risk - y->risk);
    for (size_t a = 0; a < L; a++)
        worst = fmax(worst, fabs(x->G[a] - y->G[a]));
    for (size_t p = 0; p < packed_length(L); p++)
        worst = fmax(worst, fmax(fabs(x->H[p] - y->H[p]), fabs(x->Q[p] - y->Q[p])));
    return worst;
}

static void two_factors(void **state)
{
    (void)state;
    enum { L = 10, P = L * (L + 1) / 2 };
    double m[L], B[P];
    sgdl_averages_t out = averages(L);
    for (size_t b = 0; b < L; b++)
        m[b] = (9 - (double)b) / 5;
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < L; b++)
            B[packed_index(L, a, b)] = 4 * cos((double)a + 1) * cos((double)b + 1) +
                                       2.25 * sin(2.0 * (double)a) * sin(2.0 * (double)b);
    softmax_exponential(L, 0, m, B, &out);
    assert_true(fabs(out.risk - 2.55336993372872) < 1e-9);
    assert_true(fabs(1 + out.G[0] - .14726197566301) < 1e-9);
    assert_true(fabs(-out.H[1] - .01624548571395) < 1e-9);
    assert_true(fabs(out.H[0] - (.14726197566301 - .03465352959590)) < 1e-9);
    softmax_exponential(L, 6, m, B, &out);
    assert_true(fabs(out.risk - 2.55336993372872 - (m[0] - m[6])) < 1e-9);
    assert_true(fabs(out.G[0] - .14726197566301) < 1e-9);
    assert_true(fabs(out.Q[0] - .03465352959590) < 1e-9);
    assert_true(fabs(out.Q[1] - .01624548571395) < 1e-9);
    discard(&out);
}

static void one_strong_factor(void **state)
{
    (void)state;
    enum { L = 10, P = L * (L + 1) / 2 };
    double m[L], B[P];
    sgdl_averages_t out = averages(L);
    for (size_t a = 0; a < L; a++) {
        m[a] = 20 * cos((double)a);
        for (size_t b = a; b < L; b++)
            B[packed_index(L, a, b)] = 1e4 * sin((double)a + 1) * sin((double)b + 1);
    }
    softmax_exponential(L, 0, m, B, &out);
    assert_true(fabs(out.risk - 60.562724754263) < 1e-7);
    assert_true(fabs(1 + out.G[0] - .14397189061362) < 1e-7);
    assert_true(fabs(out.G[4] - .39135641797331) < 1e-7);
    assert_true(fabs(out.H[0] - (.14397189061362 - .10074973475096)) < 1e-7);
    discard(&out);
}

/* softmax at a point, and log sum e^r - r_own. */
static double at_point(size_t L, size_t own, const double *r, double *q)
{
    double top = r[0], sum = 0;
    for (size_t a = 1; a < L; a++)
        top = fmax(top, r[a]);
    for (size_t a = 0; a < L; a++)
        sum += q[a] = exp(r[a] - top);
    for (size_t a = 0; a < L; a++)
        q[a] /= sum;
    return top + log(sum) - r[own];
}

/* Adds weight times softmax's risk, G, Hbar and Q at a point. */
static void add_point(size_t L, size_t own, const double *r, double weight, sgdl_averages_t *out)
{
    double q[100];
    out->risk += weight * at_point(L, own, r, q);
    for (size_t a = 0; a < L; a++) {
        out->G[a] += weight * (q[a] - (a == own));
        for (size_t b = a; b < L; b++) {
            out->H[packed_index(L, a, b)] += weight * ((a == b ? q[a] : 0) - q[a] * q[b]);
            out->Q[packed_index(L, a, b)] += weight * (q[a] - (a == own)) * (q[b] - (b == own));
        }
    }
}

/* A tensor trapezoidal rule for r = m + A x, A [L*k].
 * Many parameters: the law, the rule and what comes out. */
static void tensor(size_t L, size_t k, size_t own, const double *m, const double *A, double step,
                   sgdl_averages_t *out)
{
    const long most = (long)ceil(6.2 / step);
    long place[6];
    double r[10];
    out->risk = 0;
    memset(out->G, 0, L * sizeof *out->G);
    memset(out->H, 0, packed_length(L) * sizeof *out->H);
    memset(out->Q, 0, packed_length(L) * sizeof *out->Q);
    for (size_t j = 0; j < k; j++)
        place[j] = -most;
    for (size_t j = 0; j < k;) {
        double weight = 1;
        memcpy(r, m, L * sizeof *r);
        for (size_t i = 0; i < k; i++) {
            const double x = (double)place[i] * step;
            weight *= step / sqrt(2 * M_PI) * exp(-0.5 * x * x);
            for (size_t a = 0; a < L; a++)
                r[a] += A[a * k + i] * x;
        }
        if (weight > 1e-14)
            add_point(L, own, r, weight, out);
        for (j = 0; j < k && place[j] == most; j++)
            place[j] = -most;
        if (j < k)
            place[j]++;
    }
}

static void covariance_of(size_t L, size_t k, const double *A, double *B)
{
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < L; b++) {
            B[packed_index(L, a, b)] = 0;
            for (size_t i = 0; i < k; i++)
                B[packed_index(L, a, b)] += A[a * k + i] * A[b * k + i];
        }
}

/* Five outputs whose covariance has full rank: four dimensions do, as the last output may be fixed.
 */
static void a_tensor_grid_for_five(void **state)
{
    (void)state;
    enum { L = 5, K = 4 };
    const double m[L] = {.7, -.4, .2, 0, .3};
    double A[L * K], B[L * (L + 1) / 2];
    sgdl_averages_t out = averages(L), exact = averages(L);
    unsigned seed = 3;
    for (int wide = 0; wide < 2; wide++) {
        for (size_t e = 0; e < L * K; e++)
            A[e] = e / K == L - 1
                       ? 0
                       : (wide ? .3 : .15) * (2 * uniform(&seed) - 1) + (e / K == e % K ? .7 : 0);
        covariance_of(L, K, A, B);
        tensor(L, K, 1, m, A, .7, &exact);
        softmax_exponential(L, 1, m, B, &out);
        assert_true(distance(L, &out, &exact) < (wide ? 1e-5 : 3e-7));
        assert_true(distance(L, &out, &exact) < 2 * out.estimate);
        const exponential_choice_t finer = {3, L - 1, 0, false, 2};
        double *kept = out.room, *room = out.room = numbers(exponential_room(L, L - 1));
        exponential_average(&finer, L, 1, m, B, &out);
        out.room = kept;
        assert_true(distance(L, &out, &exact) < (wide ? 5e-7 : 2e-9));
        free(room);
    }
    discard(&exact);
    discard(&out);
}

/* A covariance that is nearly diagonal, and means; of several sizes. */
static void structured(size_t L, unsigned seed, double *m, double *B)
{
    double *A = numbers(L * 3);
    for (size_t e = 0; e < 3 * L; e++)
        A[e] = .3 * (2 * uniform(&seed) - 1);
    covariance_of(L, 3, A, B);
    for (size_t a = 0; a < L; a++) {
        B[packed_index(L, a, a)] += .3 + uniform(&seed);
        m[a] = 2 * uniform(&seed) - 1;
    }
    free(A);
}

/* One number of G, H, Q. */
static double *entry(size_t L, sgdl_averages_t *out, size_t e)
{
    const size_t P = packed_length(L);
    return e < L ? &out->G[e] : e < L + P ? &out->H[e - L] : &out->Q[e - L - P];
}

static void check_change(size_t L, size_t own)
{
    const size_t P = packed_length(L);
    double *m = numbers(L), *B = numbers(P), *dm = numbers(L), *dB = numbers(P);
    sgdl_averages_t change = averages(L), above = averages(L), below = averages(L);
    unsigned seed = 17;
    structured(L, 5, m, B);
    for (size_t a = 0; a < L; a++)
        dm[a] = 2 * uniform(&seed) - 1;
    for (size_t p = 0; p < P; p++)
        dB[p] = .4 * uniform(&seed) - .2;
    softmax_exponential_change(L, own, m, B, dm, dB, &change);
    for (int side = 0; side < 2; side++) {
        const double step = side == 0 ? 1e-3 : -2e-3;
        for (size_t a = 0; a < L; a++)
            m[a] += step * dm[a];
        for (size_t p = 0; p < P; p++)
            B[p] += step * dB[p];
        softmax_exponential(L, own, m, B, side == 0 ? &above : &below);
    }
    for (size_t e = 0; e < L + 2 * P; e++) {
        const double difference = (*entry(L, &above, e) - *entry(L, &below, e)) / 2e-3;
        assert_true(fabs(difference - *entry(L, &change, e)) < (L > 12 ? 1e-4 : 6e-6));
    }
    free(m), free(B), free(dm), free(dB);
    discard(&change), discard(&above), discard(&below);
}

static void changes_are_differences(void **state)
{
    (void)state;
    check_change(5, 0);
    check_change(10, 7);
    check_change(30, 2);
}

/* Two ways that share the nodes only. */
static void the_jacobian_gives_the_changes(void **state)
{
    (void)state;
    static const size_t sizes[] = {5, 8, 10};
    for (size_t s = 0; s < 3; s++) {
        const size_t L = sizes[s], P = packed_length(L), own = s;
        double *m = numbers(L), *B = numbers(P), *direction = numbers(L + P);
        sgdl_averages_t change = averages(L), out = averages(L);
        unsigned seed = 23;
        structured(L, 6, m, B);
        for (size_t c = 0; c < L + P; c++)
            direction[c] = 2 * uniform(&seed) - 1;
        out.jacobian = numbers((L + 2 * P) * (L + P));
        softmax_exponential(L, own, m, B, &out);
        softmax_exponential_change(L, own, m, B, direction, direction + L, &change);
        for (size_t e = 0; e < L + 2 * P; e++) {
            double sum = 0;
            for (size_t c = 0; c < L + P; c++)
                sum += out.jacobian[e * (L + P) + c] * direction[c];
            assert_true(fabs(sum - *entry(L, &change, e)) < 1e-7);
        }
        for (size_t a = 0; a < L; a++) /* dG/dm is Hbar */
            for (size_t b = 0; b < L; b++)
                assert_true(fabs(out.jacobian[a * (L + P) + b] - out.H[packed_pair(L, a, b)]) <
                            1e-9);
        free(out.jacobian), free(m), free(B), free(direction);
        discard(&out), discard(&change);
    }
}

/* With many outputs the rest off the diagonal counts to first order; finer grids with many factors
 * agree. */
static void many_outputs_two_ways(void **state)
{
    (void)state;
    static const size_t sizes[] = {20, 60};
    for (size_t s = 0; s < 2; s++) {
        const size_t L = sizes[s], P = packed_length(L);
        double *m = numbers(L), *B = numbers(P);
        sgdl_averages_t out = averages(L), fine = averages(L);
        double *const kept = fine.room;
        const exponential_choice_t all = {2, s == 0 ? L - 1 : 10, 0, s != 0, 100};
        structured(L, 9, m, B);
        softmax_exponential(L, 3, m, B, &out);
        fine.room = numbers(exponential_room(L, all.most));
        exponential_average(&all, L, 3, m, B, &fine);
        assert_true(distance(L, &out, &fine) < 1e-5);
        assert_true(distance(L, &out, &fine) < 2 * out.estimate);
        free(fine.room);
        fine.room = kept;
        free(m), free(B);
        discard(&out), discard(&fine);
    }
}

/* Fewer outputs, the others far below. */
static void outputs_that_never_win_do_not_count(void **state)
{
    (void)state;
    enum { L = 5, P = L * (L + 1) / 2, K = 3 };
    const double A[K * K] = {.9, 0, 0, .3, .8, 0, -.2, .1, 1.1};
    const double m[L] = {.5, -.3, .2, -1e3, -1e3};
    double B[P] = {0}, few[K * (K + 1) / 2];
    sgdl_averages_t out = averages(L), exact = averages(L);
    covariance_of(K, K, A, few);
    for (size_t a = 0; a < K; a++)
        for (size_t b = a; b < K; b++)
            B[packed_index(L, a, b)] = few[packed_index(K, a, b)];
    tensor(K, K, 0, m, A, .5, &exact);
    softmax_exponential(L, 0, m, B, &out);
    assert_true(fabs(out.risk - exact.risk) < 1e-4);
    for (size_t a = 0; a < L; a++) {
        assert_true(fabs(out.G[a] - (a < K ? exact.G[a] : 0)) < 1e-4);
        for (size_t b = a; b < L; b++)
            assert_true(fabs(out.Q[packed_index(L, a, b)] -
                             (b < K ? exact.Q[packed_index(K, a, b)] : 0)) < 1e-4);
    }
    discard(&exact);
    discard(&out);
}

static void outputs_may_be_renamed(void **state)
{
    (void)state;
    enum { L = 8, P = L * (L + 1) / 2 };
    static const size_t name[L] = {3, 0, 6, 7, 1, 5, 2, 4};
    double m[L], B[P], m2[L], B2[P];
    sgdl_averages_t out = averages(L), other = averages(L);
    structured(L, 31, m, B);
    for (size_t a = 0; a < L; a++) {
        m2[name[a]] = m[a];
        for (size_t b = a; b < L; b++)
            B2[packed_pair(L, name[a], name[b])] = B[packed_index(L, a, b)];
    }
    softmax_exponential(L, 2, m, B, &out);
    softmax_exponential(L, name[2], m2, B2, &other);
    assert_true(fabs(out.risk - other.risk) < 1e-11);
    for (size_t a = 0; a < L; a++) {
        assert_true(fabs(out.G[a] - other.G[name[a]]) < 1e-11);
        for (size_t b = a; b < L; b++)
            assert_true(fabs(out.Q[packed_index(L, a, b)] -
                             other.Q[packed_pair(L, name[a], name[b])]) < 1e-11);
    }
    discard(&out);
    discard(&other);
}

/* Fourth differences along a path of means and covariances. */
static void a_path_is_smooth(void **state)
{
    (void)state;
    enum { L = 10, P = L * (L + 1) / 2, POINTS = 12 };
    double m[2][L], B[2][P], at_m[L], at_B[P], path[POINTS][L + 1];
    sgdl_averages_t out = averages(L);
    for (unsigned k = 0; k < 2; k++)
        structured(L, 40 + k, m[k], B[k]);
    for (int i = 0; i < POINTS; i++) {
        for (size_t a = 0; a < L; a++)
            at_m[a] = m[0][a] + 1e-4 * i * (m[1][a] - m[0][a]);
        for (size_t p = 0; p < P; p++)
            at_B[p] = B[0][p] + 1e-4 * i * (B[1][p] - B[0][p]);
        softmax_exponential(L, 1, at_m, at_B, &out);
        path[i][L] = out.risk;
        memcpy(path[i], out.G, sizeof at_m);
    }
    for (int i = 2; i + 2 < POINTS; i++)
        for (size_t a = 0; a < L + 1; a++)
            assert_true(fabs(path[i - 2][a] - 4 * path[i - 1][a] + 6 * path[i][a] -
                             4 * path[i + 1][a] + path[i + 2][a]) < 1e-10);
    discard(&out);
}

/* Far ahead: risk = sum_b E e^{r_b - r_c}, closed; and far behind. */
static void certain_predictions(void **state)
{
    (void)state;
    enum { L = 6, P = L * (L + 1) / 2 };
    double m[L] = {0, 0, 200, 1, -1, 0.5}, B[P] = {0}, exact = 0, square = 0;
    sgdl_averages_t out = averages(L);
    for (size_t a = 0; a < L; a++)
        B[packed_index(L, a, a)] = 0.5 + 0.1 * (double)a;
    for (size_t a = 0; a < L; a++)
        exact += a == 2
                     ? 0
                     : exp(m[a] - m[2] + (B[packed_index(L, a, a)] + B[packed_index(L, 2, 2)]) / 2);
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++)
            square += a == 2 || b == 2 ? 0
                                       : exp(m[a] + m[b] - 2 * m[2] + 2 * B[packed_index(L, 2, 2)] +
                                             (B[packed_index(L, a, a)] + B[packed_index(L, b, b)]) *
                                                 (a == b ? 1 : .5));
    softmax_exponential(L, 2, m, B, &out);
    assert_true(exact > 1e-87 && exact < 1e-85);
    assert_true(fabs(out.risk / exact - 1) < 1e-5);
    assert_true(fabs(out.G[2] / exact + 1) < 1e-5);
    assert_true(fabs(out.H[packed_index(L, 2, 2)] / exact - 1) < 1e-5);
    assert_true(fabs(out.Q[packed_index(L, 2, 2)] / square - 1) < 1e-3);
    softmax_exponential(L, 4, m, B, &out);
    assert_true(fabs(out.risk - 201) < 1e-9);
    assert_true(fabs(out.G[4] + 1) < 1e-11 && fabs(out.G[2] - 1) < 1e-11);
    discard(&out);
}

static void constants_and_large_spreads(void **state)
{
    (void)state;
    enum { L = 7, P = L * (L + 1) / 2 };
    double m[L] = {.3, -.2, 1, 0, .7, -2, .1}, B[P] = {0}, q[L];
    sgdl_averages_t out = averages(L);
    const double risk = at_point(L, 3, m, q);
    for (int shift = 0; shift < 2; shift++) {
        softmax_exponential(L, 3, m, B, &out);
        assert_true(fabs(out.risk - risk) < 1e-10);
        for (size_t a = 0; a < L; a++)
            for (size_t b = a; b < L; b++) {
                assert_true(fabs(out.G[a] - (q[a] - (a == 3))) < 1e-10);
                assert_true(fabs(out.Q[packed_index(L, a, b)] -
                                 (q[a] - (a == 3)) * (q[b] - (b == 3))) < 5e-10);
            }
        for (size_t p = 0; p < P; p++)
            B[p] = 3; /* all outputs together */
    }
    for (double scale = 1e2; scale < 2e7; scale *= 10) {
        double sum = 0;
        for (size_t a = 0; a < L; a++)
            for (size_t b = a; b < L; b++)
                B[packed_index(L, a, b)] = (a == b) * scale;
        memset(m, 0, sizeof m);
        softmax_exponential(L, 3, m, B, &out);
        for (size_t a = 0; a < L; a++) {
            sum += out.Q[packed_index(L, a, a)];
            assert_true(fabs(out.G[a] - (1. / L - (a == 3))) < 1e-7);
        }
        assert_true(isfinite(out.risk) && sum > 0 && sum < L);
    }
    discard(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_factors),
        cmocka_unit_test(one_strong_factor),
        cmocka_unit_test(a_tensor_grid_for_five),
        cmocka_unit_test(changes_are_differences),
        cmocka_unit_test(the_jacobian_gives_the_changes),
        cmocka_unit_test(many_outputs_two_ways),
        cmocka_unit_test(outputs_that_never_win_do_not_count),
        cmocka_unit_test(outputs_may_be_renamed),
        cmocka_unit_test(a_path_is_smooth),
        cmocka_unit_test(certain_predictions),
        cmocka_unit_test(constants_and_large_spreads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
