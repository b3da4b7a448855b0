/* The program's random numbers: the law of the normals, the separation of the streams. */
#include "src/random/box_muller.h"
#include "src/random/stream.h"
#include "tests/random/normal_law.h"

enum { COUNTERS = NORMALS_BLOCK / 4 };

static void take_block(normals_t *stream, double *out)
{
    normals_refill(stream);
    memcpy(out, stream->value, sizeof stream->value);
}

static double *draw(size_t count, uint64_t seed, uint64_t run, stream_purpose_t purpose)
{
    normals_t stream;
    double *out = malloc((count + NORMALS_BLOCK) * sizeof *out);
    assert_non_null(out);
    normals_init(&stream, seed, run, purpose);
    for (size_t n = 0; n < count; n += NORMALS_BLOCK)
        take_block(&stream, out + n);
    return out;
}

/* Box and Muller's map of Threefry's words, by the C library's functions. */
static void are_the_map_of_the_words(void **unused)
{
    (void)unused;
    normals_t stream;
    normals_init(&stream, 12345, 7, STREAM_FEATURES);
    for (int block = 0; block < 40; block++) {
        normals_refill(&stream);
        for (uint64_t l = 0; l < COUNTERS; l++) {
            threefry4x64_key_t key = {{12345, 7, (uint64_t)STREAM_FEATURES, 0}};
            threefry4x64_ctr_t counter = {{(uint64_t)block * COUNTERS + l, 0, 0, 0}};
            threefry4x64_ctr_t w = threefry4x64_R(13, counter, key);
            for (size_t half = 0; half < 2; half++) {
                double u = ldexp((double)(0x10000000000000 - (w.v[2 * half] >> 12)), -52);
                uint64_t angle = w.v[2 * half + 1];
                double x = acos(-1) / 4 * ldexp((double)(angle >> 12), -52);
                double r = sqrt(-2 * log(u));
                double a = r * (angle & 1 ? sin(x) : cos(x));
                double b = r * (angle & 1 ? cos(x) : sin(x));
                const double *found = stream.value + 2 * half * COUNTERS + l;
                assert_true(fabs(found[0] - (angle & 2 ? -a : a)) <= 4e-15 * fabs(a));
                assert_true(fabs(found[COUNTERS] - (angle & 4 ? -b : b)) <= 4e-15 * fabs(b));
            }
        }
    }
}

/* The corners that a random word hardly ever reaches. */
static void map_holds_at_the_corners(void **unused)
{
    (void)unused;
    static const uint64_t words[] = {0,
                                     UINT64_MAX,
                                     UINT64_MAX - 4095,
                                     4096,
                                     UINT64_MAX / 2,
                                     UINT64_C(0x8000000000000000),
                                     UINT64_C(0x4afb0ccc06219000),
                                     UINT64_C(0x4afb0ccc0621b000)};
    const size_t count = sizeof words / sizeof words[0];
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            double a, b, u = ldexp((double)(0x10000000000000 - (words[i] >> 12)), -52);
            box_muller_pair(words[i], words[j], &a, &b);
            double r2 = -2 * log(u);
            assert_true(fabs(a * a + b * b - r2) <= 1e-15 * (1 + 8 * r2));
            double x = acos(-1) / 4 * ldexp((double)(words[j] >> 12), -52);
            double small = words[j] & 1 ? a : b, large = words[j] & 1 ? b : a;
            if (r2 > 0)
                assert_true(fabs(atan2(fabs(small), fabs(large)) - x) <= 1e-15);
        }
}

/* Vectorised for whichever processor: the bytes of the plain code, compiled for any. */
static void are_the_same_on_every_processor(void **unused)
{
    (void)unused;
    normals_t stream;
    normals_init(&stream, 3, 4, STREAM_START);
    for (uint64_t block = 0; block < 50; block++) {
        double plain[NORMALS_BLOCK];
        normals_refill(&stream);
        for (uint64_t l = 0; l < COUNTERS; l++)
            box_muller_normals(stream.key, block * COUNTERS + l, &plain[l], &plain[COUNTERS + l],
                               &plain[2 * COUNTERS + l], &plain[3 * COUNTERS + l]);
        assert_memory_equal(plain, stream.value, sizeof plain);
    }
}

/* Any place, in whatever order; what follows it follows. */
static void places_are_found(void **unused)
{
    (void)unused;
    enum { N = 1 << 13 };
    static const size_t places[] = {0, 511, 512, 0, 4095, 1023, 1024, 1030, 7, N - 1, N / 2, N / 2};
    static normals_t stream;
    double *x = draw(N, 9, 3, STREAM_NOISE);
    normals_init(&stream, 9, 3, STREAM_NOISE);
    for (size_t e = 0; e < sizeof places / sizeof places[0]; e++) {
        normals_seek(&stream, places[e]);
        assert_true(stream.value[stream.used] == x[places[e]]);
        for (size_t n = places[e]; n < N && n < places[e] + 700; n++)
            assert_true(normals_next(&stream) == x[n]);
    }
    normals_init(&stream, 9, 3, STREAM_NOISE);
    normals_seek(&stream, N - 3);
    assert_true(normals_next(&stream) == x[N - 3]);
    free(x);
}

static void moments_up_to_the_eighth(void **unused)
{
    (void)unused;
    enum { N = 1 << 23 };
    double *x = draw(N, 1, 0, STREAM_FEATURES);
    for (int k = 1; k <= 8; k++) {
        double sum = 0;
        for (size_t n = 0; n < N; n++)
            sum += pow(x[n], k);
        double error = sqrt((moment(2 * k) - moment(k) * moment(k)) / N);
        assert_true(fabs(sum / N - moment(k)) < 4.5 * error);
    }
    free(x);
}

static void distribution_is_normal(void **unused)
{
    (void)unused;
    enum { N = 1 << 20 };
    for (uint64_t seed = 1; seed <= 3; seed++) {
        double *x = draw(N, seed, seed, STREAM_FEATURES);
        assert_true(kolmogorov(x, N, normal_law) < KOLMOGOROV_BOUND);
        free(x);
    }
}

static void tails_hold_to_five_sigma(void **unused)
{
    (void)unused;
    enum { BLOCKS = 1 << 16, BOUNDS = 9 };
    double beyond[2][BOUNDS] = {{0}};
    normals_t stream;
    normals_init(&stream, 2, 0, STREAM_FEATURES);
    for (size_t block = 0; block < BLOCKS; block++) {
        normals_refill(&stream);
        for (size_t n = 0; n < NORMALS_BLOCK; n++) {
            double size = fabs(stream.value[n]);
            for (size_t b = 0; size > 1 + 0.5 * (double)b && b < BOUNDS; b++)
                beyond[stream.value[n] > 0][b]++;
        }
    }
    for (size_t side = 0; side < 2; side++)
        for (size_t b = 0; b < BOUNDS; b++) {
            double expected =
                gsl_cdf_ugaussian_Q(1 + 0.5 * (double)b) * (double)BLOCKS * NORMALS_BLOCK;
            assert_true(fabs(beyond[side][b] - expected) < 4.5 * sqrt(expected));
        }
    assert_true(beyond[0][BOUNDS - 1] > 0 && beyond[1][BOUNDS - 1] > 0);
}

/* Neighbours in a block, the four numbers of a counter, the same place in the next block. */
static void neighbours_are_independent(void **unused)
{
    (void)unused;
    enum { N = 1 << 20 };
    static const size_t lags[] = {1,   2,   3,   4,   7,   8,   15,  16,   64,
                                  127, 128, 129, 256, 384, 511, 512, 1024, 4096};
    double *x = draw(N + 4096, 5, 1, STREAM_FEATURES);
    for (size_t e = 0; e < sizeof lags / sizeof lags[0]; e++)
        assert_independent(x, N, lags[e]);
    free(x);
}

/* Each pair of a counter: half its squared norm is exponential, its angle uniform, both together
 * uncorrelated. */
static void pairs_fill_the_plane(void **unused)
{
    (void)unused;
    enum { BLOCKS = 1 << 11, N = BLOCKS * COUNTERS };
    double *energy = malloc(N * sizeof *energy), *angle = malloc(N * sizeof *angle);
    assert_non_null(energy);
    assert_non_null(angle);
    for (size_t half = 0; half < 2; half++) {
        normals_t stream;
        double mixed = 0;
        normals_init(&stream, 8, 2, STREAM_FEATURES);
        for (size_t block = 0, n = 0; block < BLOCKS; block++) {
            normals_refill(&stream);
            for (size_t l = 0; l < COUNTERS; l++, n++) {
                double a = stream.value[2 * half * COUNTERS + l];
                double b = stream.value[(2 * half + 1) * COUNTERS + l];
                energy[n] = 0.5 * (a * a + b * b);
                angle[n] = 0.5 + atan2(b, a) / (2 * acos(-1));
                mixed += (energy[n] - 1) * (angle[n] - 0.5) * sqrt(12);
            }
        }
        assert_true(fabs(mixed) < 4.5 * sqrt(N));
        assert_true(kolmogorov(energy, N, exponential_law) < KOLMOGOROV_BOUND);
        assert_true(kolmogorov(angle, N, uniform_law) < KOLMOGOROV_BOUND);
    }
    free(energy);
    free(angle);
}

/* Whatever the seed and the number: no two streams have the same key, so that Threefry, which is a
 * permutation for each key, gives no two of them the same blocks but by chance. */
static void every_stream_has_a_key_of_its_own(void **unused)
{
    (void)unused;
    static const uint64_t numbers[] = {0, 1, 2, STREAM_MEANS, UINT64_C(1) << 32, UINT64_MAX};
    enum { NUMBERS = sizeof numbers / sizeof *numbers, KEYS = NUMBERS * NUMBERS * 2 };
    static normals_t normals;
    words_t words;
    uint64_t key[KEYS * STREAM_PURPOSES][4];
    size_t count = 0;
    for (size_t s = 0; s < NUMBERS; s++)
        for (size_t n = 0; n < NUMBERS; n++)
            for (int purpose = 0; purpose < STREAM_PURPOSES; purpose++) {
                normals_init(&normals, numbers[s], numbers[n], (stream_purpose_t)purpose);
                words_init(&words, numbers[s], numbers[n], (stream_purpose_t)purpose);
                memcpy(key[count++], normals.key, sizeof *key);
                memcpy(key[count++], words.key, sizeof *key);
            }
    for (size_t a = 0; a < count; a++)
        for (size_t b = a + 1; b < count; b++)
            assert_memory_not_equal(key[a], key[b], sizeof *key);
}

/* The streams of all purposes, and of neighbouring seeds and numbers, share no number and are
 * uncorrelated, in place and shifted; so are their squares. */
static void streams_are_separate(void **unused)
{
    (void)unused;
    enum { N = 1 << 15, STREAMS = STREAM_PURPOSES + 3, SHIFTS = 5 };
    static const size_t shifts[SHIFTS] = {0, 1, COUNTERS, NORMALS_BLOCK, 3 * NORMALS_BLOCK + 1};
    double *x[STREAMS] = {draw(N, 1, 1, STREAM_FEATURES), draw(N, 2, 0, STREAM_FEATURES),
                          draw(N, 0, 1, STREAM_FEATURES)};
    for (size_t e = 3; e < STREAMS; e++)
        x[e] = draw(N, 1, 0, (stream_purpose_t)(e - 3));
    for (size_t a = 0; a < STREAMS; a++)
        for (size_t b = 0; b < STREAMS; b++)
            for (size_t e = 0; e < SHIFTS && a != b; e++) {
                double sum = 0, squares = 0;
                size_t count = N - shifts[e];
                for (size_t n = 0; n < count; n++) {
                    double z = x[b][n + shifts[e]];
                    sum += x[a][n] * z;
                    squares += (x[a][n] * x[a][n] - 1) * (z * z - 1);
                }
                assert_true(fabs(sum) < 4.5 * sqrt((double)count));
                assert_true(fabs(squares) < 4.5 * 2 * sqrt((double)count));
            }
    double *all = malloc(STREAMS * N * sizeof *all);
    assert_non_null(all);
    for (size_t a = 0; a < STREAMS; a++)
        memcpy(all + a * N, x[a], N * sizeof *all);
    qsort(all, STREAMS * N, sizeof *all, compare_numbers);
    size_t repeated = 0;
    for (size_t n = 1; n < STREAMS * N; n++)
        repeated += all[n] == all[n - 1];
    assert_int_equal(repeated, 0);
    free(all);
    for (size_t a = 0; a < STREAMS; a++)
        free(x[a]);
}

/* The words of a purpose tell nothing of its normals, nor of the words of another. */
static void words_are_separate(void **unused)
{
    (void)unused;
    enum { N = 1 << 15 };
    for (int a = 0; a < STREAM_PURPOSES; a++) {
        double *x = draw(N, 1, 0, (stream_purpose_t)a);
        for (int b = 0; b < STREAM_PURPOSES; b++) {
            words_t one, other;
            double normals = 0, words = 0;
            words_init(&one, 1, 0, (stream_purpose_t)a);
            words_init(&other, 1, 0, (stream_purpose_t)b);
            for (size_t n = 0; n < N; n++) {
                double u = (words_uniform(&other) - 0.5) * sqrt(12);
                normals += x[n] * u;
                words += (words_uniform(&one) - 0.5) * sqrt(12) * u;
            }
            assert_true(fabs(normals) < 4.5 * sqrt(N));
            assert_true(a == b || fabs(words) < 4.5 * sqrt(N));
        }
        free(x);
    }
}

static void words_are_uniform(void **unused)
{
    (void)unused;
    enum { N = 1 << 18 };
    words_t stream;
    double *u = malloc(N * sizeof *u), lag = 0;
    assert_non_null(u);
    words_init(&stream, 4, 4, STREAM_CHOICES);
    for (size_t n = 0; n < N; n++) {
        u[n] = words_uniform(&stream);
        lag += n > 0 ? (u[n] - 0.5) * (u[n - 1] - 0.5) * 12 : 0;
    }
    assert_true(fabs(lag) < 4.5 * sqrt(N));
    assert_true(kolmogorov(u, N, uniform_law) < KOLMOGOROV_BOUND);
    assert_true(u[0] >= 0 && u[N - 1] < 1);
    free(u);
}

static void chi_has_its_law(void **unused)
{
    (void)unused;
    enum { N = 100000 };
    static const double degrees[] = {1, 2, 3, 4, 10, 999, 1e6, 1e12};
    static normals_t normals;
    words_t words;
    double *p = malloc(N * sizeof *p);
    assert_non_null(p);
    for (size_t e = 0; e < sizeof degrees / sizeof degrees[0]; e++) {
        double n = degrees[e], mean = 0, square = 0;
        normals_init(&normals, 1, e, STREAM_FEATURES);
        words_init(&words, 1, e, STREAM_FEATURES);
        for (size_t k = 0; k < N; k++) {
            double chi = stream_chi(&normals, &words, n);
            double scaled = (chi * chi - n) / sqrt(2 * n);
            mean += scaled;
            square += scaled * scaled;
            p[k] = n < 1e9 ? gsl_cdf_chisq_P(chi * chi, n) : gsl_cdf_ugaussian_P(scaled);
        }
        /* the variance of (chi^2 - n)^2/(2n) is 2 + 12/n */
        assert_true(fabs(mean) < 4.5 * sqrt(N));
        assert_true(fabs(square - N) < 4.5 * sqrt((2 + 12 / n) * N));
        assert_true(kolmogorov(p, N, uniform_law) < KOLMOGOROV_BOUND);
    }
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(are_the_map_of_the_words),
        cmocka_unit_test(map_holds_at_the_corners),
        cmocka_unit_test(are_the_same_on_every_processor),
        cmocka_unit_test(places_are_found),
        cmocka_unit_test(moments_up_to_the_eighth),
        cmocka_unit_test(distribution_is_normal),
        cmocka_unit_test(tails_hold_to_five_sigma),
        cmocka_unit_test(neighbours_are_independent),
        cmocka_unit_test(pairs_fill_the_plane),
        cmocka_unit_test(every_stream_has_a_key_of_its_own),
        cmocka_unit_test(streams_are_separate),
        cmocka_unit_test(words_are_separate),
        cmocka_unit_test(words_are_uniform),
        cmocka_unit_test(chi_has_its_law),
    };
    return cmocka_run_group_tests_name("normals", tests, NULL, NULL);
}
