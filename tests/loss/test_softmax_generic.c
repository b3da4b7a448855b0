/* Softmax without structure: scrambled points and sparse grids beside other rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "softmax_averages.h"
#include "src/loss/softmax/points.h"
#include "src/loss/softmax/softmax_rules.h"

enum { FIVE = 5, PAIRS = 15, ENTRIES = FIVE + 2 * PAIRS, COLUMNS = FIVE + PAIRS };

static void assert_close(double found, double expected, double tolerance, const char *what)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("%s is %.17g, expected %.17g", what, found, expected);
}

/* Five outputs far from any diagonal. */
static void law_of(double scale, double *m, double *B)
{
    for (size_t a = 0; a < FIVE; a++) {
        m[a] = sqrt(scale) * sin(3 * (double)a);
        for (size_t b = a; b < FIVE; b++) {
            double *entry = &B[packed_index(FIVE, a, b)];
            *entry = a == b ? 0.1 * scale : 0;
            for (size_t k = 0; k < 3; k++)
                *entry += 0.6 * scale * cos((double)(a * (k + 1))) * cos((double)(b * (k + 1)));
        }
    }
}

typedef struct entries {
    double risk, estimate, value[ENTRIES]; /* G, H, Q */
} entries_t;

static sgdl_averages_t into(entries_t *self, double *room, bool frozen, double *jacobian)
{
    return (sgdl_averages_t){.G = self->value,
                             .H = self->value + FIVE,
                             .Q = self->value + FIVE + PAIRS,
                             .room = room,
                             .frozen = frozen,
                             .jacobian = jacobian};
}

static entries_t generic_at(const double *m, const double *B, double *room, bool frozen,
                            double *jacobian)
{
    entries_t self;
    sgdl_averages_t out = into(&self, room, frozen, jacobian);
    softmax_generic(FIVE, 1, m, B, &out);
    self.risk = out.risk;
    self.estimate = out.estimate;
    return self;
}

static double *room_of_five(void)
{
    double *room = calloc(softmax_generic_room(FIVE), sizeof *room);
    assert_non_null(room);
    return room;
}

/* Tensor trapezoid in all five directions, by the Cholesky factor. */
static void tensor(const double *m, const double *B, double step, entries_t *out)
{
    enum { MOST = 40 };
    const long last = (long)(6.6 / step);
    double A[FIVE][FIVE] = {{0}}, weight[2 * MOST + 1], total = 0, x[FIVE];
    long i[FIVE];
    memset(out, 0, sizeof *out);
    for (size_t k = 0; k < FIVE; k++)
        for (size_t a = k; a < FIVE; a++) {
            double sum = B[packed_pair(FIVE, a, k)];
            for (size_t j = 0; j < k; j++)
                sum -= A[a][j] * A[k][j];
            A[a][k] = a == k ? sqrt(sum) : sum / A[k][k];
        }
    assert_true(last <= MOST);
    for (long j = -last; j <= last; j++)
        total += weight[j + last] = exp(-0.5 * step * step * (double)(j * j));
    for (size_t k = 0; k < FIVE; k++)
        i[k] = -last;
    for (size_t k = 0; k < FIVE;) {
        double q[FIVE], sum = 0, w = 1;
        for (k = 0; k < FIVE; k++) {
            x[k] = step * (double)i[k];
            w *= weight[i[k] + last] / total;
        }
        if (w > 1e-13) {
            for (size_t a = 0; a < FIVE; a++) {
                double r = m[a];
                for (k = 0; k <= a; k++)
                    r += A[a][k] * x[k];
                sum += q[a] = exp(r);
            }
            out->risk += w * -log(q[1] / sum);
            for (size_t a = 0; a < FIVE; a++)
                out->value[a] += w * (q[a] / sum - (a == 1));
            for (size_t a = 0; a < FIVE; a++)
                for (size_t b = a; b < FIVE; b++) {
                    const size_t p = packed_index(FIVE, a, b);
                    const double both = q[a] * q[b] / (sum * sum);
                    out->value[FIVE + p] += w * ((a == b ? q[a] / sum : 0) - both);
                    out->value[FIVE + PAIRS + p] +=
                        w * (q[a] / sum - (a == 1)) * (q[b] / sum - (b == 1));
                }
        }
        for (k = 0; k < FIVE && i[k] == last; k++)
            i[k] = -last;
        if (k < FIVE)
            i[k]++;
    }
}

static void generic_is_the_tensor_rule(void **state)
{
    (void)state;
    static const double scales[] = {0.05, 0.2, 1, 2};
    for (size_t s = 0; s < sizeof scales / sizeof *scales; s++) {
        double m[FIVE], B[PAIRS], *room = room_of_five();
        entries_t plain;
        law_of(scales[s], m, B);
        tensor(m, B, scales[s] < 0.5 ? 1.1 : 0.75, &plain);
        const entries_t found = generic_at(m, B, room, false, NULL);
        assert_true(found.estimate > 0 && found.estimate < 2e-4);
        assert_close(found.risk, plain.risk, 2e-4, "risk");
        for (size_t e = 0; e < ENTRIES; e++)
            assert_close(found.value[e], plain.value[e], 4 * found.estimate + 1e-9, "an average");
        free(room);
    }
}

/* Values along a direction at frozen choices, by extrapolated central differences. */
static void slopes(const double *m, const double *B, const double *const d[2], double *room,
                   double *out)
{
    for (int fine = 0; fine < 2; fine++) {
        const double step = fine ? 5e-4 : 1e-3;
        double at[2][ENTRIES];
        for (int side = 0; side < 2; side++) {
            double other[COLUMNS];
            const double by = side ? -step : step;
            for (size_t c = 0; c < COLUMNS; c++)
                other[c] = c < FIVE ? m[c] + by * d[0][c] : B[c - FIVE] + by * d[1][c - FIVE];
            const entries_t found = generic_at(other, other + FIVE, room, true, NULL);
            memcpy(at[side], found.value, sizeof found.value);
        }
        for (size_t e = 0; e < ENTRIES; e++) {
            const double slope = (at[0][e] - at[1][e]) / (2 * step);
            out[e] = fine ? (4 * slope - out[e]) / 3 : slope;
        }
    }
}

static void derivatives_are_good_enough_for_newton(void **state)
{
    (void)state;
    for (size_t s = 0; s < 2; s++) {
        const double scale = s ? 1.0 : 0.05, tolerance = s ? 2e-3 : 2e-5;
        double m[FIVE], B[PAIRS], *room = room_of_five(), slope[ENTRIES];
        double dm[FIVE], dB[PAIRS], product[ENTRIES], *jacobian;
        entries_t changed;
        sgdl_averages_t out = into(&changed, room, true, NULL);
        law_of(scale, m, B);
        jacobian = calloc((size_t)ENTRIES * COLUMNS, sizeof *jacobian);
        assert_non_null(jacobian);
        for (size_t c = 0; c < COLUMNS; c++)
            *(c < FIVE ? &dm[c] : &dB[c - FIVE]) = cos(1 + 2 * (double)c);
        (void)generic_at(m, B, room, false, jacobian);
        slopes(m, B, (const double *const[]){dm, dB}, room, slope);
        softmax_generic_change(FIVE, 1, m, B, dm, dB, &out);
        for (size_t e = 0; e < ENTRIES; e++) {
            product[e] = 0;
            for (size_t c = 0; c < COLUMNS; c++)
                product[e] += jacobian[e * COLUMNS + c] * (c < FIVE ? dm[c] : dB[c - FIVE]);
            assert_close(changed.value[e], product[e], 1e-12, "jacobian times direction");
            assert_close(changed.value[e], slope[e], tolerance, "change");
        }
        free(jacobian);
        free(room);
    }
}

static void paths_are_smooth(void **state)
{
    (void)state;
    enum { POINTS = 9 };
    for (size_t s = 0; s < 2; s++) {
        double path[POINTS][ENTRIES], *room = room_of_five();
        for (size_t i = 0; i < POINTS; i++) {
            double m[FIVE], B[PAIRS];
            law_of((s ? 1.0 : 0.1) * (1 + 1e-4 * (double)i), m, B);
            const entries_t found = generic_at(m, B, room, i > 0, NULL);
            memcpy(path[i], found.value, sizeof found.value);
        }
        for (size_t i = 2; i + 2 < POINTS; i++)
            for (size_t e = 0; e < ENTRIES; e++)
                assert_close(path[i - 2][e] - 4 * path[i - 1][e] + 6 * path[i][e] -
                                 4 * path[i + 1][e] + path[i + 2][e],
                             0, 1e-10, "fourth difference");
        free(room);
    }
}

/* Means, variances, and products of coordinates, those that repeat included. */
static void points_are_normal(void **state)
{
    (void)state;
    static const size_t dimensions[] = {0, 1, 7, 39, 40, 41, 79, 80, 121};
    enum { COUNT = sizeof dimensions / sizeof *dimensions };
    static double x[COUNT][POINTS_COUNT];
    for (size_t set = 0; set < POINTS_SETS; set++) {
        for (size_t d = 0; d < COUNT; d++)
            points_fill(set, dimensions[d], 0, POINTS_COUNT, x[d]);
        for (size_t d = 0; d < COUNT; d++)
            for (size_t e = d; e < COUNT; e++) {
                double mean = 0, product = 0;
                for (size_t i = 0; i < POINTS_COUNT; i++) {
                    mean += x[d][i] / POINTS_COUNT;
                    product += x[d][i] * x[e][i] / POINTS_COUNT;
                }
                assert_close(mean, 0, 1e-3, "mean");
                assert_close(product, d == e ? 1 : 0, 0.05, "product");
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generic_is_the_tensor_rule),
        cmocka_unit_test(derivatives_are_good_enough_for_newton),
        cmocka_unit_test(paths_are_smooth),
        cmocka_unit_test(points_are_normal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
