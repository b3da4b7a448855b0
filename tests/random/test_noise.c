/* White noise in single precision: the map of the words, and the law of a stream. */
#include "tests/random/normal_law.h"

#include <Random123/threefry.h>

#include "src/random/box_muller_single.h"
#include "src/random/noise.h"

enum { LANES = NOISE_UNIT / 4, ROUNDS = 12 };

/* The first `count` numbers of a stream, a multiple of NOISE_UNIT. */
static float *draw(size_t count, uint64_t seed, uint64_t number)
{
    noise_t noise;
    float *out = malloc(count * sizeof *out);
    assert_non_null(out);
    noise_init(&noise, seed, number, STREAM_FEATURES);
    noise_fill(&noise, 0, count / NOISE_UNIT, out);
    return out;
}

/* The words of counter l of a unit, as src/random/noise.h states them. */
static threefry4x32_ctr_t words_of(uint64_t seed, uint64_t number, stream_purpose_t purpose,
                                   uint64_t unit, uint32_t l)
{
    const uint64_t place = unit * LANES + l;
    const threefry4x32_key_t key = {{(uint32_t)seed, (uint32_t)(seed >> 32), (uint32_t)purpose, 0}};
    const threefry4x32_ctr_t counter = {
        {(uint32_t)place, (uint32_t)(place >> 32), (uint32_t)number, (uint32_t)(number >> 32)}};
    return threefry4x32_R(ROUNDS, counter, key);
}

/* ---- the map -------------------------------------------------------------------------------- */

/* Half the squared radius by the C library: -log((w + (tail + 1/2)/1024)/2^30), of a number that is
 * exact in double. */
static double energy_of(uint32_t radius_word, uint32_t angle_word)
{
    const double tail = (double)(angle_word >> 3 & 1023);
    return -log(ldexp((double)(radius_word >> 2) + (tail + 0.5) / 1024, -30));
}

static double angle_of(uint32_t angle_word)
{
    return acos(-1) / 4 * ldexp((double)(angle_word >> 3) + 0.5, -29);
}

/* A few roundings to 24 bits; and where the radius is small its square's half comes in steps of
 * 2^-30, away from 0. */
static double slack(double energy, double size)
{
    const double r = sqrt(2 * energy), step = sqrt(2 * (energy + 0x1p-30)) - r;
    return size * (3.5e-7 + step / r);
}

static void assert_is_the_map(uint32_t radius_word, uint32_t angle_word, float first, float second)
{
    const double energy = energy_of(radius_word, angle_word), x = angle_of(angle_word);
    const double r = sqrt(2 * energy);
    double a = r * (angle_word & 1 ? sin(x) : cos(x));
    double b = r * (angle_word & 1 ? cos(x) : sin(x));
    a = angle_word & 2 ? -a : a;
    b = angle_word & 4 ? -b : b;
    if (!(fabs((double)first - a) <= slack(energy, fabs(a))) ||
        !(fabs((double)second - b) <= slack(energy, fabs(b))))
        fail_msg("words %08x %08x: %.9g %.9g, not %.9g %.9g", radius_word, angle_word,
                 (double)first, (double)second, a, b);
}

/* Box and Muller's map of Threefry's words, by the C library's functions. */
static void are_the_map_of_the_words(void **unused)
{
    (void)unused;
    enum { UNITS = 4000 };
    float *x = draw((size_t)UNITS * NOISE_UNIT, 12345, 7);
    for (uint64_t unit = 0; unit < UNITS; unit++)
        for (uint32_t l = 0; l < LANES; l++) {
            const threefry4x32_ctr_t w = words_of(12345, 7, STREAM_FEATURES, unit, l);
            const float *found = x + unit * NOISE_UNIT + l;
            assert_is_the_map(w.v[0], w.v[1], found[0], found[LANES]);
            assert_is_the_map(w.v[2], w.v[3], found[2 * LANES], found[3 * LANES]);
        }
    free(x);
}

static void assert_pair(uint32_t radius_word, uint32_t angle_word)
{
    float first, second;
    single_pair(false, radius_word, angle_word, &first, &second);
    assert_true(first != 0 && second != 0);
    assert_is_the_map(radius_word, angle_word, first, second);
}

/* Those that a random word hardly ever reaches: u near 0 and 1 and where its exponent changes, each
 * with every octant of angles near 0, in between, and near pi/4. */
static void map_holds_at_the_corners(void **unused)
{
    (void)unused;
    static const uint32_t turns[] = {0,          1,          2,          511,        1023,
                                     1024,       0x00ffffff, 0x01000000, 0x01000001, 0x10000000,
                                     0x12345678, 0x1ffffc00, 0x1ffffffe, 0x1fffffff};
    for (size_t e = 0; e < sizeof turns / sizeof turns[0]; e++)
        for (uint32_t octant = 0; octant < 8; octant++) {
            const uint32_t angle_word = turns[e] << 3 | octant;
            for (uint32_t k = 0; k < 40; k++) {
                assert_pair(k, angle_word);
                assert_pair(UINT32_MAX - k, angle_word);
                assert_pair(0xb504f333 - 20 + k, angle_word); /* u = sqrt(1/2) */
                for (uint32_t bit = 3; bit < 32; bit++)
                    assert_pair((UINT32_C(1) << bit) - 20 + k, angle_word);
            }
        }
}

/* Where the processor has fused multiply-adds they give the same bytes as those made of doubles; so
 * does the C library, which is right whatever the processor has. */
static void fused_or_not_are_the_same(void **unused)
{
    (void)unused;
    for (uint32_t unit = 0; unit < 300; unit++)
        for (uint32_t l = 0; l < LANES; l++) {
            const threefry4x32_ctr_t w = words_of(3, 1, STREAM_TRIALS, unit, l);
            const uint32_t radius = w.v[0] >> (w.v[1] & 31), angle = w.v[2];
            float a[2], b[2];
            single_pair(true, radius, angle, &a[0], &a[1]);
            single_pair(false, radius, angle, &b[0], &b[1]);
            assert_memory_equal(a, b, sizeof a);
            single_pair(true, ~radius, angle, &a[0], &a[1]);
            single_pair(false, ~radius, angle, &b[0], &b[1]);
            assert_memory_equal(a, b, sizeof a);
        }
    for (uint32_t e = 0; e < 200000;
         e++) { /* halves of a last place, lost digits, opposite signs */
        const threefry4x32_ctr_t w = words_of(3, 2, STREAM_TRIALS, e, 0);
        const float x = (float)(w.v[0] & 0xffffff) + 1, y = (float)(w.v[1] & 0xfff) + 1;
        const float z = (w.v[3] & 1 ? -x * y : x * y) +
                        ldexpf((float)(w.v[2] & 0xff), (int)(w.v[3] >> 8 & 63) - 40);
        assert_true(single_fma(true, x, y, z) == single_fma(false, x, y, z));
    }
}

/* Every radius near 0 and every large one, squared: in order. */
static void radii_fall_as_their_words_grow(void **unused)
{
    (void)unused;
    enum { COUNT = 1 << 18 };
    for (uint32_t w = 0; w + 1 < COUNT; w++) {
        const uint32_t top = (1U << 30) - COUNT + w;
        assert_true(single_radius2(false, w, 1023) >= single_radius2(false, w + 1, 0));
        assert_true(single_radius2(false, w, 0) >= single_radius2(false, w, 1023));
        assert_true(single_radius2(false, top, 512) > single_radius2(false, top + 1, 512));
        assert_true(single_radius2(false, top, 0) == single_radius2(false, top, 1023));
    }
    assert_true(fabs((double)single_radius2(false, (1U << 30) - 1, 1023) - 0x1p-29) < 1e-15);
    assert_true((double)single_radius2(false, 0, 0) > 7.5 * 7.5);
    for (uint32_t tail = 0; tail < 1023; tail++)
        assert_true(single_radius2(false, 0, tail) > single_radius2(false, 0, tail + 1));
}

/* Vectorised for whichever processor: the bytes of the plain code, compiled for any. */
static void are_the_same_on_every_processor(void **unused)
{
    (void)unused;
    noise_t noise;
    noise_init(&noise, 3, UINT64_C(4) << 33, STREAM_START);
    for (uint64_t unit = (UINT64_C(1) << 28) - 100; unit < (UINT64_C(1) << 28) + 100; unit++) {
        float plain[NOISE_UNIT], found[NOISE_UNIT];
        noise_fill(&noise, unit, 1, found);
        for (uint32_t l = 0; l < LANES; l++) {
            const threefry4x32_ctr_t w = words_of(3, UINT64_C(4) << 33, STREAM_START, unit, l);
            single_pair(false, w.v[0], w.v[1], &plain[l], &plain[LANES + l]);
            single_pair(false, w.v[2], w.v[3], &plain[2 * LANES + l], &plain[3 * LANES + l]);
        }
        assert_memory_equal(plain, found, sizeof plain);
    }
}

/* ---- the law of a stream -------------------------------------------------------------------- */

static void moments_up_to_the_eighth(void **unused)
{
    (void)unused;
    enum { N = 1 << 23 };
    float *x = draw(N, 1, 0);
    double sum[9] = {0};
    for (size_t n = 0; n < N; n++) {
        double power = 1;
        for (int k = 1; k <= 8; k++)
            sum[k] += power *= (double)x[n];
    }
    for (int k = 1; k <= 8; k++) {
        const double error = sqrt((moment(2 * k) - moment(k) * moment(k)) / N);
        assert_true(fabs(sum[k] / N - moment(k)) < 4.5 * error);
    }
    free(x);
}

static void distribution_is_normal(void **unused)
{
    (void)unused;
    enum { N = 1 << 20 };
    double *all = malloc(N * sizeof *all);
    assert_non_null(all);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        float *x = draw(N, seed, seed);
        for (size_t n = 0; n < N; n++)
            all[n] = (double)x[n];
        assert_true(kolmogorov(all, N, normal_law) < KOLMOGOROV_BOUND);
        free(x);
    }
    free(all);
}

/* Bounds 1, 1.5, ..., 5.5. */
static void tails_hold_to_five_sigma_and_a_half(void **unused)
{
    (void)unused;
    enum { PIECES = 1 << 12, UNITS = 1 << 8, PIECE = UNITS * NOISE_UNIT, BOUNDS = 10 };
    double beyond[2][BOUNDS] = {{0}};
    float *x = malloc(PIECE * sizeof *x);
    noise_t noise;
    assert_non_null(x);
    noise_init(&noise, 2, 0, STREAM_FEATURES);
    for (uint64_t piece = 0; piece < PIECES; piece++) {
        noise_fill(&noise, piece * UNITS, UNITS, x);
        for (size_t n = 0; n < PIECE; n++)
            for (size_t b = 0; fabsf(x[n]) > 1 + 0.5F * (float)b && b < BOUNDS; b++)
                beyond[x[n] > 0][b]++;
    }
    free(x);
    for (size_t b = 0; b < BOUNDS; b++) {
        const double tail = gsl_cdf_ugaussian_Q(1 + 0.5 * (double)b);
        const double expected = tail * (double)PIECES * PIECE;
        for (size_t side = 0; side < 2; side++)
            assert_true(fabs(beyond[side][b] - expected) < 4.5 * sqrt(expected));
        assert_true(beyond[0][b] > 0 && beyond[1][b] > 0);
    }
}

/* Where radius words are small the tails are: those below 2^(32-k) have energies beyond k log 2. So
 * far out as this a simulation's stream comes once in 2^k pairs. */
static void tails_hold_beyond_seven_sigma(void **unused)
{
    (void)unused;
    enum { N = 1 << 19, BOUNDS = 6 };
    static const uint32_t shifts[] = {10, 20, 28};
    static const double lowest[] = {4, 5.5, 6.3}; /* such lie wholly among them */
    double *energy = malloc(N * sizeof *energy);
    assert_non_null(energy);
    for (size_t e = 0; e < sizeof shifts / sizeof shifts[0]; e++) {
        const double least = shifts[e] * log(2);
        double beyond[4][BOUNDS] = {{0}};
        for (uint32_t n = 0; n < N; n++) {
            const threefry4x32_ctr_t w = words_of(11, e, STREAM_TRIALS, n, 0);
            float pair[2];
            single_pair(false, w.v[0] >> shifts[e], w.v[1], &pair[0], &pair[1]);
            energy[n] = -least;
            for (size_t m = 0; m < 2; m++) {
                energy[n] += 0.5 * (double)pair[m] * (double)pair[m];
                for (size_t b = 0;
                     b < BOUNDS && fabs((double)pair[m]) > lowest[e] + 0.2 * (double)b; b++)
                    beyond[2 * m + (pair[m] > 0)][b]++;
            }
        }
        for (size_t b = 0; b < BOUNDS; b++) {
            const double tail = gsl_cdf_ugaussian_Q(lowest[e] + 0.2 * (double)b);
            const double expected = ldexp(tail, (int)shifts[e]) * N;
            for (size_t kind = 0; kind < 4; kind++)
                assert_true(fabs(beyond[kind][b] - expected) < 4.5 * sqrt(expected));
        }
        assert_true(kolmogorov(energy, N, exponential_law) < KOLMOGOROV_BOUND);
    }
    free(energy);
}

/* Neighbours in a unit, the four numbers of a counter, the same place in the next units. */
static void neighbours_are_independent(void **unused)
{
    (void)unused;
    enum { N = 1 << 20, FARTHEST = 1 << 18 };
    static const size_t lags[] = {1,   2,   3,    4,    5,    7,    8,     12,    15,     16,
                                  17,  31,  32,   33,   47,   48,   49,    63,    64,     65,
                                  80,  96,  112,  127,  128,  129,  192,   256,   384,    511,
                                  512, 640, 1024, 4096, 8192, 8256, 10048, 65536, 100032, FARTHEST};
    float *x = draw(N + FARTHEST, 5, 1);
    double *wide = malloc((N + FARTHEST) * sizeof *wide);
    assert_non_null(wide);
    for (size_t n = 0; n < N + FARTHEST; n++)
        wide[n] = (double)x[n];
    for (size_t e = 0; e < sizeof lags / sizeof lags[0]; e++)
        assert_independent(wide, N, lags[e]);
    free(wide);
    free(x);
}

/* Each pair of a counter: half its squared norm is exponential, its angle uniform, both together
 * uncorrelated. */
static void pairs_fill_the_plane(void **unused)
{
    (void)unused;
    enum { UNITS = 1 << 14, N = UNITS * LANES };
    double *energy = malloc(N * sizeof *energy), *angle = malloc(N * sizeof *angle);
    float *x = draw((size_t)UNITS * NOISE_UNIT, 8, 2);
    assert_non_null(energy);
    assert_non_null(angle);
    for (size_t half = 0; half < 2; half++) {
        double mixed = 0;
        for (size_t n = 0; n < N; n++) {
            const float *pair = x + n / LANES * NOISE_UNIT + 2 * half * LANES + n % LANES;
            const double a = (double)pair[0], b = (double)pair[LANES];
            energy[n] = 0.5 * (a * a + b * b);
            angle[n] = 0.5 + atan2(b, a) / (2 * acos(-1));
            mixed += (energy[n] - 1) * (angle[n] - 0.5) * sqrt(12);
        }
        assert_true(fabs(mixed) < 4.5 * sqrt(N));
        assert_true(kolmogorov(energy, N, exponential_law) < KOLMOGOROV_BOUND);
        assert_true(kolmogorov(angle, N, uniform_law) < KOLMOGOROV_BOUND);
    }
    free(x);
    free(energy);
    free(angle);
}

/* So they do near the origin and near the axes: of the words that lead there energies below 2^-k
 * and angles within pi/4/2^k of an axis are uniform. */
static void pairs_fill_the_plane_near_its_axes(void **unused)
{
    (void)unused;
    enum { N = 1 << 18 };
    double *energy = malloc(N * sizeof *energy), *angle = malloc(N * sizeof *angle);
    assert_non_null(energy);
    assert_non_null(angle);
    for (uint32_t k = 3; k <= 12; k += 3) {
        for (uint32_t n = 0; n < N; n++) {
            const threefry4x32_ctr_t w = words_of(12, k, STREAM_TRIALS, n, 0);
            float a, b;
            single_pair(false, ~(w.v[0] >> k), w.v[1], &a, &b);
            energy[n] = -expm1(-0.5 * ((double)a * (double)a + (double)b * (double)b));
            energy[n] = ldexp(energy[n], (int)k);
            single_pair(false, w.v[2], w.v[3] >> k & ~UINT32_C(7), &a, &b);
            angle[n] = ldexp(atan2((double)b, (double)a) * 4 / acos(-1), (int)k);
        }
        assert_true(kolmogorov(energy, N, uniform_law) < KOLMOGOROV_BOUND);
        assert_true(kolmogorov(angle, N, uniform_law) < KOLMOGOROV_BOUND);
    }
    free(energy);
    free(angle);
}

/* Floats of the size of x lie ulp(x) apart, so that of n normals n^2/2 sum ulp(x) phi(x)^2 dx pairs
 * are equal; not one is 0. */
static void numbers_repeat_as_rarely_as_floats_must(void **unused)
{
    (void)unused;
    enum { N = 1 << 21 };
    float *x = draw(N, 6, 0);
    double *all = malloc(N * sizeof *all), expected = 0, found = 0;
    assert_non_null(all);
    for (int k = -40; k < 3; k++) { /* sizes in [2^k, 2^(k+1)), by the midpoint rule */
        double integral = 0;
        for (int p = 0; p < 1000; p++) {
            const double size = ldexp(1 + (p + 0.5) / 1000, k);
            integral += exp(-size * size) / (2 * acos(-1)) * ldexp(1, k) / 1000;
        }
        expected += 2 * integral * ldexp(1, k - 23) * N * (N / 2.0);
    }
    for (size_t n = 0; n < N; n++)
        all[n] = (double)x[n];
    qsort(all, N, sizeof *all, compare_numbers);
    for (size_t n = 1, equal = 0; n < N; n++) {
        assert_true(all[n] != 0);
        equal = all[n] == all[n - 1] ? equal + 1 : 0;
        found += (double)equal; /* pairs with those before */
    }
    assert_true(fabs(found - expected) < 4.5 * sqrt(expected));
    free(all);
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(are_the_map_of_the_words),
        cmocka_unit_test(map_holds_at_the_corners),
        cmocka_unit_test(fused_or_not_are_the_same),
        cmocka_unit_test(radii_fall_as_their_words_grow),
        cmocka_unit_test(are_the_same_on_every_processor),
        cmocka_unit_test(moments_up_to_the_eighth),
        cmocka_unit_test(distribution_is_normal),
        cmocka_unit_test(tails_hold_to_five_sigma_and_a_half),
        cmocka_unit_test(tails_hold_beyond_seven_sigma),
        cmocka_unit_test(neighbours_are_independent),
        cmocka_unit_test(pairs_fill_the_plane),
        cmocka_unit_test(pairs_fill_the_plane_near_its_axes),
        cmocka_unit_test(numbers_repeat_as_rarely_as_floats_must),
    };
    return cmocka_run_group_tests_name("noise", tests, NULL, NULL);
}
