/* Estimates against plain sums over the rows. */
#include "tests/data/estimates.h"

static double *mean_of(const char *folder, size_t i, size_t d)
{
    char path[SIZE];
    double *value = NULL;
    size_t count = 0;
    (void)snprintf(path, sizeof path, "%s/mean_%zu.txt", in_place(folder), i + 1);
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    value = calloc(d, sizeof *value);
    while (count < d && fscanf(stream, "%lf", &value[count]) == 1)
        count++;
    (void)fclose(stream);
    assert_int_equal(count, d);
    return value;
}

/* ---- plain sums ----------------------------------------------------------------------------- */

/* Mean and covariance (n - 1) of those of class i, or of all (i = CLASSES, over n). */
static size_t plain_moments(size_t i, double mean[P], double covariance[P][P])
{
    size_t n = 0;
    for (size_t r = 0; r < N; r++)
        n += i == CLASSES || class_of[r] == i;
    for (size_t a = 0; a < P; a++) {
        mean[a] = 0;
        for (size_t r = 0; r < N; r++)
            mean[a] += i == CLASSES || class_of[r] == i ? rows[r][a] / (double)n : 0;
    }
    for (size_t a = 0; a < P; a++)
        for (size_t b = 0; b < P; b++) {
            covariance[a][b] = 0;
            for (size_t r = 0; r < N; r++)
                if (i == CLASSES || class_of[r] == i)
                    covariance[a][b] += (rows[r][a] - mean[a]) * (rows[r][b] - mean[b]) /
                                        (double)(i == CLASSES ? n : n - 1);
        }
    return n;
}

/* The scale that makes sum_i p_i tr(K_i)/d = 1. */
static double plain_scale(void)
{
    double trace = 0;
    for (size_t i = 0; i < CLASSES; i++) {
        double mean[P], covariance[P][P];
        const size_t n = plain_moments(i, mean, covariance);
        for (size_t a = 0; a < P; a++)
            trace += covariance[a][a] * (double)n / (double)N / P;
    }
    return 1 / sqrt(trace);
}

static void moments_are_those_of_plain_sums(void **state)
{
    sgdl_table_t table;
    (void)state;
    estimate_into("plain", NULL, &table);
    const double s = plain_scale();
    double centre[P], total[P][P];
    (void)plain_moments(CLASSES, centre, total);
    assert_int_equal(table.rows, CLASSES);
    for (size_t i = 0; i < CLASSES; i++) {
        double mean[P], covariance[P][P], trace = 0, mean2 = 0;
        char name[32];
        const size_t n = plain_moments(i, mean, covariance);
        (void)snprintf(name, sizeof name, "covariance_%zu.npy", i + 1);
        npy_t K = array_of("plain", name);
        double *mu = mean_of("plain", i, P);
        for (size_t a = 0; a < P; a++) {
            assert_near(mu[a], s * (mean[a] - centre[a]), 1);
            trace += s * s * covariance[a][a] / P;
            mean2 += mu[a] * mu[a];
            for (size_t b = 0; b < P; b++)
                assert_near(K.value[a * P + b], s * s * covariance[a][b], 10);
        }
        const double *row = table.value + i * table.columns;
        assert_near(row[0], (double)(i + 1), 1);
        assert_near(row[1], (double)(i + 1), 1); /* one-hot */
        assert_near(row[2], (double)n, 1);
        assert_near(row[3], (double)n / N, 1);
        assert_near(row[4], trace, 10);
        assert_near(row[5], P, 1);
        assert_near(row[6], mean2, 10);
        assert_near(row[7], 0, 1);
        npy_free(&K);
        free(mu);
    }
    sgdl_table_free(&table);
}

/* rows.npy holds what transform.npy makes of the data. */
static void assert_rows_follow(const char *folder, size_t d)
{
    npy_t transform = array_of(folder, "transform.npy"), a = array_of(folder, "rows.npy");
    assert_int_equal(transform.shape[0], d + 1);
    assert_int_equal(transform.shape[1], P);
    assert_int_equal(a.shape[0], N);
    assert_int_equal(a.shape[1], d + 1);
    for (size_t r = 0; r < N; r++) {
        assert_near(a.value[r * (d + 1)], (double)(class_of[r] + 1), 1);
        for (size_t k = 0; k < d; k++) {
            double sum = 0;
            for (size_t j = 0; j < P; j++)
                sum += transform.value[(1 + k) * P + j] * (rows[r][j] - transform.value[j]);
            assert_near(a.value[r * (d + 1) + 1 + k], sum, 10);
        }
    }
    npy_free(&transform);
    npy_free(&a);
}

static void rows_are_what_the_transform_says(void **state)
{
    sgdl_estimate_options_t options = sgdl_estimate_default();
    sgdl_table_t table;
    (void)state;
    options.replace = true;
    estimate_into("rows", &options, &table);
    sgdl_table_free(&table);
    assert_rows_follow("rows", P);
    options.components = 3;
    estimate_into("rows", &options, &table);
    sgdl_table_free(&table);
    assert_rows_follow("rows", 3);
    options.centre = options.scale = false;
    options.components = 0;
    estimate_into("rows", &options, &table);
    sgdl_table_free(&table);
    assert_rows_follow("rows", P);
    npy_t transform = array_of("rows", "transform.npy");
    for (size_t e = 0; e < (P + 1) * P; e++)
        assert_true(transform.value[e] == (e >= P && (e - P) % (P + 1) == 0));
    npy_free(&transform);
}

/* Components diagonalise the covariance of all rows, the largest first. */
static void components_are_principal(void **state)
{
    sgdl_estimate_options_t options = sgdl_estimate_default();
    sgdl_table_t table;
    double centre[P], total[P][P], captured = 0, before = INFINITY;
    (void)state;
    (void)plain_moments(CLASSES, centre, total);
    options.components = P;
    options.scale = false;
    estimate_into("pca", &options, &table);
    sgdl_table_free(&table);
    npy_t V = array_of("pca", "transform.npy");
    for (size_t k = 0; k < P; k++) {
        double variance = 0;
        for (size_t l = 0; l <= k; l++) {
            double product = 0, inner = 0;
            for (size_t a = 0; a < P; a++) {
                inner += V.value[(1 + k) * P + a] * V.value[(1 + l) * P + a];
                for (size_t b = 0; b < P; b++)
                    product += V.value[(1 + k) * P + a] * total[a][b] * V.value[(1 + l) * P + b];
            }
            assert_near(inner, k == l, 10);
            assert_near(k == l ? 0 : product, 0, 1000);
            variance = product;
        }
        assert_true(variance <= before);
        before = variance;
        captured += variance - total[k][k];
    }
    assert_near(captured, 0, 1000);
    npy_free(&V);
}

/* ---- shrinkage ------------------------------------------------------------------------------ */

/* As the paper has it, sample by sample. */
static double plain_ledoit_wolf(size_t n, double x[][P])
{
    double S[P][P] = {{0}}, m = 0, d2 = 0, b2 = 0;
    for (size_t a = 0; a < P; a++)
        for (size_t b = 0; b < P; b++)
            for (size_t r = 0; r < n; r++)
                S[a][b] += x[r][a] * x[r][b] / (double)n;
    for (size_t a = 0; a < P; a++)
        m += S[a][a] / P;
    for (size_t a = 0; a < P; a++)
        for (size_t b = 0; b < P; b++)
            d2 += pow(S[a][b] - (a == b ? m : 0), 2) / P;
    for (size_t r = 0; r < n; r++)
        for (size_t a = 0; a < P; a++)
            for (size_t b = 0; b < P; b++)
                b2 += pow(x[r][a] * x[r][b] - S[a][b], 2) / P / (double)n / (double)n;
    return fmin(b2, d2) / d2;
}

static void covariances_shrink_as_ledoit_and_wolf_say(void **state)
{
    sgdl_estimate_options_t options = sgdl_estimate_default();
    sgdl_table_t table;
    (void)state;
    options.shrinkage = SGDL_SHRINKAGE_LEDOIT_WOLF;
    options.scale = false;
    estimate_into("shrunk", &options, &table);
    for (size_t i = 0; i < CLASSES; i++) {
        double mean[P], covariance[P][P], x[N][P], trace = 0;
        size_t n = 0;
        char name[32];
        (void)plain_moments(i, mean, covariance);
        for (size_t r = 0; r < N; r++)
            if (class_of[r] == i) {
                for (size_t a = 0; a < P; a++)
                    x[n][a] = rows[r][a] - mean[a];
                n++;
            }
        const double w = plain_ledoit_wolf(n, x);
        assert_true(w > 0.01 && w < 1);
        assert_near(table.value[i * table.columns + 7], w, 10);
        (void)snprintf(name, sizeof name, "covariance_%zu.npy", i + 1);
        npy_t K = array_of("shrunk", name);
        for (size_t a = 0; a < P; a++)
            trace += covariance[a][a];
        for (size_t a = 0; a < P; a++)
            for (size_t b = 0; b < P; b++)
                assert_near(K.value[a * P + b],
                            (1 - w) * covariance[a][b] + (a == b ? w * trace / P : 0), 1000);
        npy_free(&K);
    }
    sgdl_table_free(&table);
}

static void noise_alone_shrinks_all_the_way(void **state)
{
    double x[2][P] = {{1, 0, 0, 0, 0}, {-1, 0, 0, 0, 0}}, S[P * P] = {0};
    (void)state;
    S[0] = 1; /* both rows have that square: no noise */
    assert_near(shrinkage_ledoit_wolf(2, P, x[0], S), 0, 1);
    double y[2][2] = {{1, 0}, {0, 1}}, T[4] = {0.5, 0, 0, 0.5};
    assert_near(shrinkage_ledoit_wolf(2, 2, y[0], T), 1, 1);
}

/* ---- shapes --------------------------------------------------------------------------------- */

static void shapes_are_those_of_plain_sums(void **state)
{
    sgdl_table_t table;
    sgdl_estimate_options_t options = sgdl_estimate_default();
    (void)state;
    options.replace = true;
    estimate_into("plain", &options, &table);
    double mean[P], covariance[P][P], sum = 0, largest = -INFINITY, norm4 = 0, square = 0;
    const size_t n = plain_moments(1, mean, covariance);
    double trace = 0;
    size_t at = 0;
    for (size_t a = 0; a < P; a++) {
        double fourth = 0, second = 0;
        for (size_t r = 0; r < N; r++)
            if (class_of[r] == 1) {
                fourth += pow(rows[r][a] - mean[a], 4) / (double)n;
                second += pow(rows[r][a] - mean[a], 2) / (double)n;
            }
        const double kurtosis = fourth / second / second - 3;
        sum += kurtosis / P;
        if (kurtosis > largest)
            at = a + 1;
        largest = fmax(largest, kurtosis);
        trace += second;
        for (size_t b = 0; b < P; b++)
            square += pow(covariance[a][b] * (double)(n - 1) / (double)n, 2);
    }
    for (size_t r = 0; r < N; r++) {
        double norm2 = 0;
        for (size_t a = 0; a < P; a++)
            norm2 += pow(rows[r][a] - mean[a], 2);
        if (class_of[r] == 1)
            norm4 += pow(norm2 - trace, 2) / (double)n;
    }
    const double *row = table.value + table.columns;
    assert_near(row[8], sum, 100);
    assert_near(row[9], largest, 100);
    assert_near(row[10], (double)at, 1);
    assert_near(row[11], norm4 / 2 / square, 100);
    sgdl_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_those_of_plain_sums),
        cmocka_unit_test(rows_are_what_the_transform_says),
        cmocka_unit_test(components_are_principal),
        cmocka_unit_test(covariances_shrink_as_ledoit_and_wolf_say),
        cmocka_unit_test(noise_alone_shrinks_all_the_way),
        cmocka_unit_test(shapes_are_those_of_plain_sums),
    };
    return cmocka_run_group_tests(tests, make_data, remove_all);
}
