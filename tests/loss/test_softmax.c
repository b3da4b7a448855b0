/* The Gaussian averages of softmax: values that were made independently, the logistic loss of two
 * labels, plain tensor rules, symmetries, tails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "softmax_averages.h"

static void assert_close(double found, double expected, double tolerance, const char *what)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("%s is %.17g, expected %.17g", what, found, expected);
}

static void assert_same(const law_t *law, const found_t *a, const found_t *b, double tolerance)
{
    assert_close(a->risk, b->risk, tolerance * fmax(1, fabs(b->risk)), "risk");
    for (size_t e = 0; e < law->L; e++)
        assert_close(a->G[e], b->G[e], tolerance, "G");
    for (size_t p = 0; p < packed_length(law->L); p++) {
        assert_close(a->H[p], b->H[p], tolerance, "H");
        assert_close(a->Q[p], b->Q[p], tolerance, "Q");
    }
}

/* ---- values that tensor trapezoidal rules of two steps agree on to 1e-13 --------------------- */

typedef struct reference {
    law_t law;
    double risk, q0, q00, q01;
} reference_t;

static const reference_t references[] = {
    {{.L = 3, .m = {.5, -.3, .2}, .B = {{1, .3, -.2}, {.3, .8, .1}, {-.2, .1, 1.5}}},
     1.08409857421665,
     .4324011656319,
     .24722438869066,
     .08052807562893},
    {{.L = 3, .m = {3, 1, -2}, .B = {{4, 2, 1}, {2, 1.0001, .5}, {1, .5, .2502}}},
     .19499567408068,
     .83641011187161,
     .71720409878457,
     .11131002855458},
    {{.L = 3, .m = {30, 10, 0}, .B = {{400, -100, 50}, {-100, 250, 20}, {50, 20, 100}}},
     4.33607011583972,
     .74688123889484,
     .73543204887389,
     .01019485732156},
    {{.L = 4,
      .m = {1, 0, -.5, .25},
      .B = {{2, .5, .3, -.4}, {.5, 1.5, -.2, .1}, {.3, -.2, 1, .2}, {-.4, .1, .2, .7}}},
     1.10934656129688,
     .44190921640933,
     .26744887450906,
     .06514909140674},
};

/* b = 0 .. 9, B = W W^T with two columns (E), and with one (X). */
static law_t low_rank(bool wide)
{
    law_t law = {.L = 10};
    for (size_t a = 0; a < law.L; a++) {
        const double x = (double)a;
        law.m[a] = wide ? 20 * cos(x) : (9 - x) / 5;
        for (size_t b = 0; b < law.L; b++) {
            const double y = (double)b;
            law.B[a][b] = wide ? 1e4 * sin(x + 1) * sin(y + 1)
                               : 4 * cos(x + 1) * cos(y + 1) + 2.25 * sin(2 * x) * sin(2 * y);
        }
    }
    return law;
}

static void references_of_ten_are_met(void **state)
{
    (void)state;
    const law_t E = low_rank(false), X = low_rank(true);
    const found_t narrow = average_of(&E), wide = average_of(&X);
    assert_close(narrow.risk, 2.55336993372872, 1e-9, "risk");
    assert_close(mean_of(&E, &narrow, 0), .14726197566301, 1e-9, "E q0");
    assert_close(product_of(&E, &narrow, 0, 0), .03465352959590, 1e-9, "E q0 q0");
    assert_close(product_of(&E, &narrow, 0, 1), .01624548571395, 1e-9, "E q0 q1");
    assert_close(wide.risk, 60.562724754263, 1e-7, "risk");
    assert_close(mean_of(&X, &wide, 0), .14397189061362, 1e-7, "E q0");
    assert_close(product_of(&X, &wide, 0, 0), .10074973475096, 1e-7, "E q0 q0");
    assert_close(mean_of(&X, &wide, 4), .39135641797331, 1e-7, "E q4");
}

static void references_are_met(void **state)
{
    (void)state;
    for (size_t e = 0; e < sizeof references / sizeof *references; e++) {
        const reference_t *at = &references[e];
        const found_t found = average_of(&at->law);
        assert_close(found.risk, at->risk, 1e-9, "risk");
        assert_close(mean_of(&at->law, &found, 0), at->q0, 1e-9, "E q0");
        assert_close(product_of(&at->law, &found, 0, 0), at->q00, 1e-9, "E q0 q0");
        assert_close(product_of(&at->law, &found, 0, 1), at->q01, 1e-9, "E q0 q1");
        assert_true(found.estimate < 1e-8);
    }
}

/* ---- laws at random ------------------------------------------------------------------------- */

/* The Cholesky factor of B. */
static void factor_of(const law_t *law, double A[LAW_MOST][LAW_MOST])
{
    memset(A, 0, LAW_MOST * sizeof *A);
    for (size_t k = 0; k < law->L; k++)
        for (size_t i = k; i < law->L; i++) {
            double sum = law->B[i][k];
            for (size_t j = 0; j < k; j++)
                sum -= A[i][j] * A[k][j];
            A[i][k] = i == k ? sqrt(sum) : sum / A[k][k];
        }
}

/* What the gradient and the value at r add, of the labels as they are mixed. */
static void add_sample(const law_t *law, const double *r, double weight, found_t *sum)
{
    sgdl_targets_t targets;
    double target[LAW_MOST * LAW_MOST], q[LAW_MOST], g[LAW_MOST];
    unit_targets(law->L, law->noise, target, &targets);
    for (size_t l = 0; l < law->L; l++) {
        const double p = weight * sgdl_targets_probability(&targets, law->own, l);
        const double *y = target + l * law->L;
        if (p == 0)
            continue;
        sgdl_loss_softmax.gradient(law->L, r, y, g);
        sum->risk += p * sgdl_loss_softmax.value(law->L, r, y);
        for (size_t a = 0; a < law->L; a++) {
            q[a] = g[a] + y[a];
            sum->G[a] += p * g[a];
        }
        for (size_t a = 0; a < law->L; a++)
            for (size_t b = a; b < law->L; b++) {
                sum->H[packed_index(law->L, a, b)] += p * ((a == b ? q[a] : 0) - q[a] * q[b]);
                sum->Q[packed_index(law->L, a, b)] += p * g[a] * g[b];
            }
    }
}

/* The trapezoidal rule in all of R^L. */
static found_t plain_average(const law_t *law, double step, double reach)
{
    const long last = lround(2 * reach / step);
    long i[LAW_MOST] = {0};
    double A[LAW_MOST][LAW_MOST];
    found_t sum;
    memset(&sum, 0, sizeof sum);
    factor_of(law, A);
    for (size_t k = 0; k < law->L;) {
        double x[LAW_MOST], r[LAW_MOST], square = 0;
        for (k = 0; k < law->L; k++) {
            x[k] = step * (double)i[k] - reach;
            square += x[k] * x[k];
        }
        for (size_t a = 0; a < law->L; a++) {
            r[a] = law->m[a];
            for (k = 0; k <= a; k++)
                r[a] += A[a][k] * x[k];
        }
        if (square < reach * reach)
            add_sample(law, r, exp(-square / 2) * pow(step / sqrt(2 * M_PI), (double)law->L), &sum);
        for (k = 0; k < law->L && i[k] == last; k++)
            i[k] = 0;
        if (k < law->L)
            i[k]++;
    }
    return sum;
}

static void conditioning_is_the_plain_rule(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < 4; number++)
        for (size_t noisy = 0; noisy < 2; noisy++) {
            law_t law = random_law(3, number < 2 ? 0.4 : 1.5, number);
            law.noise = noisy ? 0.3 : 0;
            const found_t found = average_of(&law), plain = plain_average(&law, 0.4, 7.6);
            assert_same(&law, &found, &plain, 1e-9);
        }
    const law_t four = random_law(4, 0.3, 9);
    const found_t found = average_of(&four), plain = plain_average(&four, 0.7, 7.7);
    assert_same(&four, &found, &plain, 1e-9);
}

static void estimates_hold(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < 6; number++) {
        const law_t law = random_law(3, number % 2 ? 0.05 : 2, number);
        const found_t found = average_of(&law), plain = plain_average(&law, 0.4, 8);
        for (size_t a = 0; a < 3; a++)
            assert_close(found.G[a], plain.G[a], 3 * found.estimate + 2e-12, "G");
    }
}

static void two_labels_are_logistic(void **state)
{
    (void)state;
    static const double means[] = {-200, -3, 0, 0.7, 40};
    for (size_t e = 0; e < sizeof means / sizeof *means; e++)
        for (double scale = 0.01; scale < 1e4; scale *= 7) {
            law_t law = {.L = 2, .own = e % 2, .m = {means[e] + 3, 3}};
            law.B[0][0] = 1.5 * scale;
            law.B[1][1] = 0.4 * scale;
            law.B[0][1] = law.B[1][0] = 0.3 * scale;
            const found_t found = average_of(&law);
            sgdl_logistic_averages_t z;
            sgdl_logistic_average(e % 2 ? -means[e] : means[e], 1.3 * scale, &z);
            assert_close(found.risk, z.f, 1e-12 * z.f, "risk");
            assert_close(found.G[law.own], z.g, 1e-12 * fabs(z.g), "G");
            assert_close(found.G[1 - law.own], -z.g, 1e-12 * fabs(z.g), "G");
            assert_close(found.H[0], z.h, 1e-12 * z.h, "H");
            assert_close(found.H[1], -z.h, 1e-12 * z.h, "H");
            assert_close(found.Q[2], z.g2, 1e-12 * z.g2, "Q");
            assert_close(found.Q[1], -z.g2, 1e-12 * z.g2, "Q");
        }
}

static void one_label_is_nothing(void **state)
{
    (void)state;
    const law_t law = {.L = 1, .m = {3}, .B = {{2}}};
    const found_t found = average_of(&law);
    assert_true(found.risk == 0 && found.G[0] == 0 && found.H[0] == 0 && found.Q[0] == 0);
}

/* ---- symmetries and tails ------------------------------------------------------------------- */

static law_t rotated(const law_t *law)
{
    law_t other = *law;
    for (size_t a = 0; a < law->L; a++) {
        const size_t to = (a + 1) % law->L;
        other.m[to] = law->m[a];
        for (size_t b = 0; b < law->L; b++)
            other.B[to][(b + 1) % law->L] = law->B[a][b];
    }
    other.own = (law->own + 1) % law->L;
    return other;
}

static void symmetries_hold(void **state)
{
    (void)state;
    for (size_t L = 3; L <= 6; L++) {
        law_t law = random_law(L, L < 5 ? 1 : 0.01, 6);
        for (size_t a = 0; a < L && L == 6; a++) /* structure, where five has a sparse grid */
            law.B[a][a] += 1 + 0.2 * (double)a;
        law_t other = rotated(&law);
        const found_t found = average_of(&law), turned = average_of(&other);
        for (size_t a = 0; a < L; a++) {
            double sum_H = 0, sum_Q = 0;
            assert_close(turned.G[(a + 1) % L], found.G[a], 1e-9, "G");
            for (size_t b = 0; b < L; b++) {
                const size_t from = packed_pair(L, a, b);
                const size_t to = packed_pair(L, (a + 1) % L, (b + 1) % L);
                assert_close(turned.H[to], found.H[from], 1e-9, "H");
                assert_close(turned.Q[to], found.Q[from], 1e-9, "Q");
                sum_H += found.H[from];
                sum_Q += found.Q[from];
            }
            assert_close(sum_H, 0, 1e-13, "a row of H");
            assert_close(sum_Q, 0, 1e-13, "a row of Q");
        }
        /* r + z 1 */
        other = law;
        for (size_t a = 0; a < L; a++) {
            other.m[a] += 11;
            for (size_t b = 0; b < L; b++)
                other.B[a][b] += 3 + 0.1 * (double)(a + b);
        }
        const found_t shifted = average_of(&other);
        assert_same(&law, &shifted, &found, 1e-9);
    }
}

/* Far ahead q_b is e^{r_b - r_c}, whose averages are those of log-normal numbers. */
static void confident_predictions_keep_their_digits(void **state)
{
    (void)state;
    for (size_t L = 2; L <= 4; L++)
        for (size_t own = 0; own < L; own++)
            for (double scale = 0.1; scale < 20; scale *= 4) {
                law_t law = random_law(L, scale, 2);
                double risk = 0, square = 0;
                law.own = own;
                law.m[own] = 200;
                const found_t found = average_of(&law);
                for (size_t a = 0; a < L; a++)
                    for (size_t b = 0; a != own && b < L; b++) {
                        const double va = law.B[a][a] - 2 * law.B[a][own] + law.B[own][own];
                        const double vb = law.B[b][b] - 2 * law.B[b][own] + law.B[own][own];
                        const double cross =
                            law.B[a][b] - law.B[a][own] - law.B[b][own] + law.B[own][own];
                        if (b == own)
                            risk += exp(law.m[a] - law.m[own] + va / 2);
                        else
                            square +=
                                exp(law.m[a] + law.m[b] - 2 * law.m[own] + (va + vb) / 2 + cross);
                    }
                assert_true(risk > 0 && risk < 1e-30);
                assert_close(found.risk / risk, 1, 1e-8, "risk");
                assert_close(-found.G[own] / risk, 1, 1e-8, "G");
                assert_close(found.Q[packed_index(L, own, own)] / square, 1, 1e-6, "Q");
            }
}

static void points_are_the_loss_itself(void **state)
{
    (void)state;
    for (size_t L = 2; L <= 4; L++)
        for (size_t e = 0; e < 4; e++) {
            static const double sizes[] = {0, 1, 200, 1e4};
            law_t law = random_law(L, 1, e);
            found_t expected;
            for (size_t a = 0; a < L; a++)
                law.m[a] *= sizes[e];
            for (size_t shared = 0; shared < 2; shared++) {
                for (size_t a = 0; a < L; a++)
                    for (size_t b = 0; b < L; b++)
                        law.B[a][b] = shared ? 2 : 0;
                memset(&expected, 0, sizeof expected);
                add_sample(&law, law.m, 1, &expected);
                const found_t found = average_of(&law);
                assert_same(&law, &found, &expected, 1e-12);
            }
        }
}

/* Equal outputs share what there is, however large the variance; max r has known means. */
static void ties_are_shared(void **state)
{
    (void)state;
    for (size_t L = 2; L <= 4; L++) {
        static const double largest[] = {0.56418958354775628695, 0.84628437532163443042,
                                         1.02937537300396413170}; /* E max of L normals */
        law_t law = {.L = L};
        for (size_t a = 0; a < L; a++)
            law.B[a][a] = L < 4 ? 1e4 : 400;
        const found_t found = average_of(&law);
        for (size_t a = 0; a < L; a++)
            assert_close(mean_of(&law, &found, a), 1 / (double)L, 1e-9, "E q");
        /* the log-sum-exp is above the largest one where two are close: pi^2/6 of the density */
        assert_close(found.risk, sqrt(law.B[0][0]) * largest[L - 2], 0.2, "risk");
        assert_true(found.risk > sqrt(law.B[0][0]) * largest[L - 2]);
    }
}

/* Outputs so far apart that steps no longer resolve them: the estimate holds, and nothing takes
 * forever. */
static void far_outputs_are_estimated(void **state)
{
    (void)state;
    for (double variance = 1e8; variance < 1e300; variance *= 1e40) {
        law_t law = {.L = 3};
        for (size_t a = 0; a < law.L; a++)
            law.B[a][a] = variance;
        const found_t found = average_of(&law);
        assert_true(found.estimate < 1e-2);
        for (size_t a = 0; a < law.L; a++)
            assert_close(mean_of(&law, &found, a), 1.0 / 3, found.estimate, "E q");
        assert_close(found.risk / sqrt(variance), 0.84628437532163443042, found.estimate + 1e-4,
                     "risk");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_met),
        cmocka_unit_test(references_of_ten_are_met),
        cmocka_unit_test(conditioning_is_the_plain_rule),
        cmocka_unit_test(estimates_hold),
        cmocka_unit_test(two_labels_are_logistic),
        cmocka_unit_test(one_label_is_nothing),
        cmocka_unit_test(symmetries_hold),
        cmocka_unit_test(confident_predictions_keep_their_digits),
        cmocka_unit_test(points_are_the_loss_itself),
        cmocka_unit_test(ties_are_shared),
        cmocka_unit_test(far_outputs_are_estimated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
