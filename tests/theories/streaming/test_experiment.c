/* What the simulation's runs are made of: factors of Gram matrices, classes and labels, rates. */
#include "tests/curves.h"

#include <string.h>

#include "src/theories/streaming/walkers/rate.h"
#include "src/theories/streaming/walkers/triangular.h"

static void add_gram(size_t rows, size_t L, const double *F, double *gram)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t a = 0; a < L; a++)
            for (size_t b = 0; b < L; b++)
                gram[a * L + b] += F[i * L + a] * F[i * L + b];
}

static void factors_keep_their_gram_matrix(void **unused)
{
    (void)unused;
    static normals_t normals;
    normals_init(&normals, 9, 9, STREAM_TRIALS);
    for (size_t L = 1; L <= 6; L++)
        for (size_t rows = L; rows <= 2 * L; rows++) {
            double F[72] = {0}, R[36] = {0}, expected[36] = {0}, pushed[36] = {0},
                   reduced[36] = {0};
            for (size_t e = 0; e < rows * L; e++)
                F[e] = rows % 3 == 0 && e % L == 0 ? 0 : normals_next(&normals);
            add_gram(rows, L, F, expected);
            for (size_t i = 0; i < rows; i++) {
                double row[6];
                memcpy(row, F + i * L, L * sizeof *row);
                triangular_push(L, R, row);
            }
            triangular_reduce(rows, L, F);
            add_gram(L, L, R, pushed);
            add_gram(L, L, F, reduced);
            for (size_t e = 0; e < L * L; e++) {
                assert_close(pushed[e], expected[e], 1e-13, 1e-13, "pushed");
                assert_close(reduced[e], expected[e], 1e-13, 1e-13, "reduced");
            }
            double P[21], cholesky[36] = {0}, again[36] = {0};
            for (size_t a = 0, p = 0; a < L; a++)
                for (size_t b = a; b < L; b++)
                    P[p++] = expected[a * L + b];
            triangular_cholesky(L, L, P, cholesky);
            add_gram(L, L, cholesky, again);
            for (size_t e = 0; e < L * L; e++)
                assert_close(again[e], expected[e], 1e-12, 1e-12, "cholesky");
        }
}

/* T^T T is Wishart: E = n delta_ab, Var = n (1 + delta_ab). */
static void drawn_factors_are_wishart(void **unused)
{
    (void)unused;
    enum { L = 3, DRAWS = 40000 };
    static normals_t normals;
    words_t words;
    normals_init(&normals, 1, 2, STREAM_TRIALS);
    words_init(&words, 1, 2, STREAM_TRIALS);
    for (double n = 1; n < 6; n += 1) {
        double mean[L * L] = {0}, square[L * L] = {0};
        for (size_t k = 0; k < DRAWS; k++) {
            double T[L * L], gram[L * L] = {0};
            triangular_draw(n, L, &normals, &words, T);
            add_gram(n < L ? (size_t)n : L, L, T, gram);
            for (size_t e = 0; e < L * L; e++) {
                mean[e] += gram[e] / DRAWS;
                square[e] += gram[e] * gram[e] / DRAWS;
            }
        }
        for (size_t a = 0; a < L; a++)
            for (size_t b = 0; b < L; b++) {
                double expected = a == b ? n : 0, variance = n * (a == b ? 2 : 1);
                double found = square[a * L + b] - mean[a * L + b] * mean[a * L + b];
                assert_close(mean[a * L + b], expected, 4.5 * sqrt(variance / DRAWS), 0, "mean");
                /* the fourth central moment of a chi^2 or a product is below 15 variance^2 */
                assert_close(found, variance, 4.5 * sqrt(15.0 / DRAWS) * variance, 0, "variance");
            }
    }
}

/* Frequencies of classes and of noisy labels. */
static void classes_and_labels_have_their_odds(void **unused)
{
    (void)unused;
    enum { DRAWS = 200000 };
    sgdl_problem_t *problem = parse_problem(
        "{dimension: 4, loss: least-squares, label_noise: 0.3, classes: [{weight: 0.1, label: 5}, "
        "{weight: 0.6, label: -1}, {weight: 0.3, label: 2, mean: {family: zero}}]}");
    experiment_t experiment;
    words_t choices;
    double count[3][3] = {{0}};
    words_init(&choices, 1, 1, STREAM_CHOICES);
    assert_int_equal(experiment_init(&experiment, problem, &problem->plan, NULL), SGDL_OK);
    for (size_t k = 0; k < DRAWS; k++) {
        size_t i;
        const double *target = experiment_draw(&experiment, &choices, &i);
        count[i][target - problem->target]++;
    }
    for (size_t i = 0; i < 3; i++)
        for (size_t l = 0; l < 3; l++) {
            double p = problem->weight[i] * (l == problem->label_index[i] ? 0.7 : 0.15);
            assert_close(count[i][l], p * DRAWS, 4.5 * sqrt(p * (1 - p) * DRAWS), 0, "odds");
        }
    experiment_free(&experiment);
    sgdl_problem_free(problem);
}

/* gamma_k = gamma(k/d), also where the schedule is looked up only once; and whether it is below its
 * largest then or later. */
static void rates_are_those_of_the_schedule(void **unused)
{
    (void)unused;
    static const char *const schedules[] = {
        "0.7",
        "{schedule: constant, value: 0.7, warmup: 2}",
        "{schedule: polynomial, value: 0.7, tau: 2, power: 1}",
        "{schedule: polynomial, value: 0.7, tau: 2, power: 0}",
        "{schedule: cosine, value: 0.7, final: 0.7}",
        "{schedule: cosine, value: 0.7}",
        "{schedule: piecewise, times: [1, 2], values: [0.7, 2, 0.7]}",
    };
    for (size_t c = 0; c < sizeof schedules / sizeof schedules[0]; c++) {
        char text[512];
        (void)snprintf(text, sizeof text, "{dimension: 10, time: 4, learning_rate: %s}",
                       schedules[c]);
        sgdl_problem_t *problem = parse_problem(text);
        experiment_t experiment;
        assert_int_equal(experiment_init(&experiment, problem, &problem->plan, NULL), SGDL_OK);
        rate_t rate;
        assert_int_equal(rate_init(&rate, &experiment, 0), SGDL_OK);
        for (uint64_t k = 0; k <= 40; k++)
            assert_true(rate_at(&rate, k, NULL) ==
                        sgdl_schedule_rate(&problem->learning_rate[0], (double)k / 10, 4));
        double least = INFINITY, largest = 0;
        for (uint64_t k = 0; k <= 40; k++)
            largest = fmax(largest, rate_at(&rate, k, NULL));
        for (uint64_t k = 40; k <= 40; k--) { /* down to 0 */
            least = fmin(least, rate_at(&rate, k, NULL));
            if (strstr(schedules[c], "final: 0.7")) /* where rounding decides */
                continue;
            assert_int_equal(rate_falls(&rate, k), least < largest);
        }
        rate_free(&rate);
        experiment_free(&experiment);
        sgdl_problem_free(problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(factors_keep_their_gram_matrix),
        cmocka_unit_test(drawn_factors_are_wishart),
        cmocka_unit_test(classes_and_labels_have_their_odds),
        cmocka_unit_test(rates_are_those_of_the_schedule),
    };
    return cmocka_run_group_tests_name("experiment", tests, NULL, NULL);
}
