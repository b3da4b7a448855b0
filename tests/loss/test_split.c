/*
 * Splits against the covariance that they stand for, their smoothness and symmetries; sparse grids
 * against moments of the Gaussian.
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
#include "src/loss/smolyak.h"
#include "src/loss/split.h"

enum { MOST = 100, KINDS = 6 };

static double uniform(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (double)(*seed >> 8) / 16777216.0;
}

static double *numbers(size_t count)
{
    double *x = calloc(count, sizeof *x);
    assert_non_null(x);
    return x;
}

/* Covariances of several kinds: diagonal, near to it, generic, of rank 2, with scales, with zeros.
 */
static void covariance(int kind, size_t L, unsigned seed, double *B)
{
    double *factor = numbers(L * L);
    const size_t rank = kind == 3 ? 2 : L;
    for (size_t e = 0; e < L * L; e++)
        factor[e] = kind == 0 ? 0 : (2 * uniform(&seed) - 1) / (kind == 1 ? 10 : 1);
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < L; b++) {
            double sum = a == b && kind < 2 ? 0.5 + uniform(&seed) : 0;
            for (size_t k = 0; k < rank; k++)
                sum += factor[a * L + k] * factor[b * L + k];
            if (kind == 4)
                sum *= pow(10, 4 * (double)(a + b) / (double)L - 4);
            if (kind == 5 && b > L / 2)
                sum = 0;
            B[packed_index(L, a, b)] = sum;
        }
    free(factor);
}

static double centred(size_t L, const double *full, size_t a, size_t b)
{
    double row = 0, column = 0, all = 0;
    for (size_t c = 0; c < L; c++) {
        row += full[a * L + c] / (double)L;
        column += full[c * L + b] / (double)L;
        for (size_t d = 0; d < L; d++)
            all += full[c * L + d] / (double)(L * L);
    }
    return full[a * L + b] - row - column + all;
}

/* The largest difference between B and D + W W^T, up to shifts if it is so, over the mean variance.
 */
static double difference(const split_t *split, const double *B)
{
    const size_t L = split->outputs;
    double *rest = numbers(L * L), worst = 0, mean = 0;
    for (size_t a = 0; a < L; a++) {
        mean += B[packed_index(L, a, a)] / (double)L;
        for (size_t b = 0; b < L; b++) {
            rest[a * L + b] = B[packed_pair(L, a, b)] - (a == b ? split->D[a] : 0);
            for (size_t k = 0; k < split->factors; k++)
                rest[a * L + b] -= split->W[k * L + a] * split->W[k * L + b];
        }
    }
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++)
            worst = fmax(worst, fabs(split->shifts ? centred(L, rest, a, b) : rest[a * L + b]));
    free(rest);
    return worst / mean;
}

static void it_is_the_covariance(void **state)
{
    (void)state;
    static const size_t sizes[] = {2, 3, 5, 10, 30};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int kind = 0; kind < KINDS; kind++)
            for (int shifts = 0; shifts < 2; shifts++) {
                const size_t L = sizes[s];
                double *B = numbers(packed_length(L)), *room = numbers(split_room(L, L));
                split_t split;
                covariance(kind, L, (unsigned)(7 * s) + 1, B);
                split_init(&split, L, L, shifts, room);
                assert_int_equal(split_covariance(&split, B, false), 0);
                assert_true(difference(&split, B) < 2e-9);
                for (size_t a = 0; a < L; a++)
                    assert_true(split.D[a] >= 0 && isfinite(split.D[a]));
                if (kind == 0 && shifts == 0)
                    for (size_t a = 0; a < L; a++) {
                        const double exact = B[packed_index(L, a, a)];
                        assert_true(split.D[a] > 0.9 * exact && split.D[a] <= exact * (1 + 1e-9));
                    }
                free(room);
                free(B);
            }
}

static void few_factors_leave_the_diagonal_alone(void **state)
{
    (void)state;
    enum { L = 30, FEW = 4 };
    double *B = numbers(packed_length(L)), *room = numbers(split_room(L, FEW));
    split_t split;
    covariance(2, L, 5, B);
    split_init(&split, L, FEW, false, room);
    assert_int_equal(split_covariance(&split, B, false), 0);
    assert_int_equal(split.factors, FEW);
    for (size_t a = 0; a < L; a++) {
        double sum = split.D[a];
        for (size_t k = 0; k < FEW; k++)
            sum += split.W[k * L + a] * split.W[k * L + a];
        assert_true(fabs(sum - B[packed_index(L, a, a)]) < 1e-9 * sum);
    }
    double last = INFINITY;
    for (size_t k = 0; k < FEW; k++) {
        double strength = 0;
        for (size_t a = 0; a < L; a++)
            strength += split.W[k * L + a] * split.W[k * L + a];
        assert_true(strength <= last && strength > 0);
        last = strength;
    }
    free(room);
    free(B);
}

/* The maximiser: where the gradient of what is maximised vanishes, by differences of its value. */
static double log_determinant(size_t L, const double *B, const double *D)
{
    double *a = numbers(L * L), sum = 0;
    for (size_t i = 0; i < L; i++)
        for (size_t j = 0; j < L; j++)
            a[i * L + j] = B[packed_pair(L, i, j)] - (i == j ? D[i] : 0);
    for (size_t k = 0; k < L; k++) {
        assert_true(a[k * L + k] > 0);
        sum += log(a[k * L + k]);
        for (size_t i = k + 1; i < L; i++)
            for (size_t j = k + 1; j < L; j++)
                a[i * L + j] -= a[i * L + k] * a[k * L + j] / a[k * L + k];
    }
    free(a);
    return sum;
}

static void the_diagonal_is_the_maximiser(void **state)
{
    (void)state;
    enum { L = 8 };
    double B[L * (L + 1) / 2], D[L], *room = numbers(split_room(L, L));
    split_t split;
    covariance(2, L, 3, B);
    split_init(&split, L, L, false, room);
    assert_int_equal(split_covariance(&split, B, false), 0);
    double mu = 0;
    for (size_t a = 0; a < L; a++)
        mu += 0.02 * B[packed_index(L, a, a)] / L;
    for (size_t a = 0; a < L; a++) {
        const double step = 1e-5 * split.D[a];
        memcpy(D, split.D, sizeof D);
        D[a] += step;
        const double above = log_determinant(L, B, D);
        D[a] -= 2 * step;
        const double below = log_determinant(L, B, D);
        const double gradient = 1 + mu * ((above - below) / (2 * step) + 1 / split.D[a]);
        assert_true(fabs(gradient) * split.D[a] / mu < 1e-4); /* a ridge of 1e-10 is in it */
    }
    free(room);
}

static void shifts_do_not_count(void **state)
{
    (void)state;
    enum { L = 7 };
    double B[L * (L + 1) / 2], *room = numbers(2 * split_room(L, L));
    split_t one, other;
    unsigned seed = 11;
    covariance(2, L, 9, B);
    split_init(&one, L, L, true, room);
    split_init(&other, L, L, true, room + split_room(L, L));
    assert_int_equal(split_covariance(&one, B, false), 0);
    double shift[L];
    for (size_t a = 0; a < L; a++)
        shift[a] = uniform(&seed);
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < L; b++)
            B[packed_index(L, a, b)] += shift[a] + shift[b];
    assert_int_equal(split_covariance(&other, B, false), 0);
    for (size_t a = 0; a < L; a++)
        assert_true(fabs(one.D[a] - other.D[a]) < 1e-12);
    for (size_t k = 0; k < one.factors; k++) {
        double sum = 0;
        for (size_t a = 0; a < L; a++)
            sum += one.W[k * L + a];
        assert_true(fabs(sum) < 1e-9);
    }
    free(room);
}

static void a_warm_start_ends_at_the_same(void **state)
{
    (void)state;
    enum { L = 12 };
    double B[L * (L + 1) / 2], *room = numbers(2 * split_room(L, L));
    split_t cold, warm;
    split_init(&cold, L, L, true, room);
    split_init(&warm, L, L, true, room + split_room(L, L));
    for (int kind = 0; kind < KINDS; kind++) {
        covariance(kind, L, 2, B);
        assert_int_equal(split_covariance(&warm, B, false), 0);
        covariance(kind, L, 3, B);
        assert_int_equal(split_covariance(&warm, B, true), 0);
        assert_int_equal(split_covariance(&cold, B, false), 0);
        for (size_t a = 0; a < L; a++)
            assert_true(fabs(warm.D[a] - cold.D[a]) < 1e-10 * B[0] + 1e-9 * cold.D[a]);
        split_scale(&cold, 3);
        for (size_t e = 0; e < packed_length(L); e++)
            B[e] *= 3;
        assert_true(difference(&cold, B) < 2e-9);
    }
    free(room);
}

/* D along a path of covariances: fourth differences show jumps. */
static void it_is_smooth(void **state)
{
    (void)state;
    enum { L = 10, POINTS = 40, PACKED = L * (L + 1) / 2 };
    double from[PACKED], to[PACKED], B[PACKED], path[POINTS][L];
    double *room = numbers(split_room(L, L));
    split_t split;
    split_init(&split, L, L, true, room);
    covariance(1, L, 4, from);
    covariance(2, L, 8, to);
    for (int i = 0; i < POINTS; i++) {
        for (size_t e = 0; e < PACKED; e++)
            B[e] = from[e] + 1e-5 * i * (to[e] - from[e]);
        assert_int_equal(split_covariance(&split, B, false), 0);
        memcpy(path[i], split.D, sizeof path[i]);
    }
    for (int i = 2; i + 2 < POINTS; i++)
        for (size_t a = 0; a < L; a++)
            assert_true(fabs(path[i - 2][a] - 4 * path[i - 1][a] + 6 * path[i][a] -
                             4 * path[i + 1][a] + path[i + 2][a]) < 1e-11);
    free(room);
}

static void nothing_and_what_is_not_finite(void **state)
{
    (void)state;
    enum { L = 5, PACKED = L * (L + 1) / 2 };
    double B[PACKED] = {0}, *room = numbers(split_room(L, L));
    split_t split;
    split_init(&split, L, L, true, room);
    assert_int_equal(split_covariance(&split, B, false), 0);
    assert_int_equal(split.factors, 0);
    for (size_t a = 0; a < L; a++)
        assert_true(split.D[a] == 0);
    for (size_t e = 0; e < PACKED; e++)
        B[e] = 2.5; /* a shift alone */
    assert_int_equal(split_covariance(&split, B, false), 0);
    assert_true(difference(&split, B) < 1e-9);
    B[3] = NAN;
    assert_int_not_equal(split_covariance(&split, B, false), 0);
    B[3] = INFINITY;
    assert_int_not_equal(split_covariance(&split, B, true), 0);
    free(room);
}

/* E of the product of x_k^power_k: a product of double factorials. */
static double moment(size_t factors, const int *power)
{
    double value = 1;
    for (size_t k = 0; k < factors; k++)
        for (int p = power[k] - 1; power[k] > 0 && p > -1; p -= 2)
            value *= power[k] % 2 ? 0 : p;
    return value;
}

static double grid(size_t factors, int level, const int *power, bool lower)
{
    double sum = 0;
    smolyak_t nodes;
    for (smolyak_init(&nodes, factors, level); smolyak_next(&nodes);) {
        const smolyak_node_t *node = &nodes.node;
        double value = lower ? node->lower : node->weight;
        for (size_t k = 0; k < factors; k++) {
            double x = 0;
            for (size_t j = 0; j < node->count; j++)
                x = node->factor[j] == k ? node->x[j] : x;
            value *= power[k] > 0 ? pow(x, power[k]) : 1;
        }
        sum += value;
    }
    return sum;
}

static void grids_are_exact_for_polynomials(void **state)
{
    (void)state;
    enum { K = 4 };
    for (int level = 0; level <= SMOLYAK_LEVELS; level++)
        for (int code = 0; code < 8 * 8 * 8 * 8; code++) {
            const int power[K] = {code % 8, code / 8 % 8, code / 64 % 8, code / 512};
            const int degree = power[0] + power[1] + power[2] + power[3];
            if (degree <= 2 * level + 1)
                assert_true(fabs(grid(K, level, power, false) - moment(K, power)) < 1e-11);
            if (degree <= 2 * level - 1)
                assert_true(fabs(grid(K, level, power, true) - moment(K, power)) < 1e-11);
        }
}

static void grids_have_their_counts(void **state)
{
    (void)state;
    for (size_t k = 0; k < 14; k++) {
        assert_int_equal(smolyak_count(k, 0), 1);
        assert_int_equal(smolyak_count(k, 1), 2 * k + 1);
        assert_int_equal(smolyak_count(k, 2), 2 * k * k + 4 * k + 1);
    }
    smolyak_t nodes;
    smolyak_init(&nodes, 10, 1);
    assert_true(smolyak_next(&nodes));
    assert_int_equal(nodes.node.count, 0);
    assert_true(fabs(nodes.node.weight - (1 - 10 / 3.0)) < 1e-14);
    assert_true(nodes.node.lower == 1);
    assert_true(smolyak_next(&nodes));
    assert_true(fabs(nodes.node.weight - 1 / 6.0) < 1e-15 && nodes.node.lower == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_covariance),
        cmocka_unit_test(few_factors_leave_the_diagonal_alone),
        cmocka_unit_test(the_diagonal_is_the_maximiser),
        cmocka_unit_test(shifts_do_not_count),
        cmocka_unit_test(a_warm_start_ends_at_the_same),
        cmocka_unit_test(it_is_smooth),
        cmocka_unit_test(nothing_and_what_is_not_finite),
        cmocka_unit_test(grids_are_exact_for_polynomials),
        cmocka_unit_test(grids_have_their_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
