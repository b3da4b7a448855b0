/* White noise in single precision: known by its place, and no two streams of it tell of each other,
 * nor of any other stream of the program. */
#include "tests/random/normal_law.h"

#include <Random123/threefry.h>

#include "src/random/noise.h"

enum { LANES = NOISE_UNIT / 4 };

/* ---- place ---------------------------------------------------------------------------------- */

/* Whatever is asked for, in whichever order: the same numbers, and nothing beside them is touched.
 */
static void place_alone_decides(void **unused)
{
    (void)unused;
    enum { UNITS = 300 };
    static const uint64_t firsts[] = {0, 12345, (UINT64_C(1) << 28) - 150, (UINT64_C(1) << 32) - 7,
                                      (UINT64_C(1) << 60) - UNITS};
    static float whole[UNITS * NOISE_UNIT], found[(UNITS + 2) * NOISE_UNIT];
    noise_t noise;
    noise_init(&noise, 21, 3, STREAM_FEATURES);
    for (size_t e = 0; e < sizeof firsts / sizeof firsts[0]; e++) {
        noise_fill(&noise, firsts[e], UNITS, whole);
        for (size_t piece = 1; piece <= UNITS; piece += piece < 20 ? 1 : 93) {
            for (size_t n = 0; n < sizeof found / sizeof *found; n++)
                found[n] = 77;
            for (size_t left = UNITS; left > 0;) { /* from the end to the begin */
                const size_t count = piece < left ? piece : left;
                left -= count;
                noise_fill(&noise, firsts[e] + left, count, found + (left + 1) * NOISE_UNIT);
                for (size_t n = 0; n < (left + 1) * NOISE_UNIT; n++)
                    assert_true(found[n] == 77);
            }
            assert_memory_equal(whole, found + NOISE_UNIT, sizeof whole);
            for (size_t n = 0; n < NOISE_UNIT; n++)
                assert_true(found[(UNITS + 1) * NOISE_UNIT + n] == 77);
        }
        noise_fill(&noise, firsts[e], 0, whole); /* nothing */
        assert_memory_equal(whole, found + NOISE_UNIT, sizeof whole);
    }
}

/* ---- streams -------------------------------------------------------------------------------- */

/* Where a stretch of numbers comes from. */
typedef struct source {
    uint64_t seed, number;
    stream_purpose_t purpose;
    uint64_t unit; /* the first */
} source_t;

#define UPPER (UINT64_C(1) << 32)

/* Neighbours and such as differ in their upper words alone; behind them all purposes. */
static const source_t sources[] = {
    {1, 1, STREAM_FEATURES, 0},
    {2, 0, STREAM_FEATURES, 0},
    {0, 1, STREAM_FEATURES, 0},
    {1 + UPPER, 0, STREAM_FEATURES, 0},
    {UPPER, 1, STREAM_FEATURES, 0},
    {1, UPPER, STREAM_FEATURES, 0},
    {1, 1 + UPPER, STREAM_FEATURES, 0},
    {UINT64_MAX, 0, STREAM_FEATURES, 0},
    {1, UINT64_MAX, STREAM_FEATURES, 0},
    {1, 0, STREAM_FEATURES, UINT64_C(1) << 20},
    {1, 0, STREAM_FEATURES, UINT64_C(1) << 28}, /* where a counter's low word is 0 again */
    {1, 0, STREAM_FEATURES, UPPER},
    {1, 0, STREAM_FEATURES, UINT64_C(1) << 59},
    {1, 0, STREAM_FEATURES, (UINT64_C(1) << 60) - 2048},
};

enum {
    SOURCES = sizeof sources / sizeof sources[0],
    STREAMS = SOURCES + STREAM_PURPOSES,
    LENGTH = 1 << 15
};

static source_t source_of(size_t e)
{
    return e < SOURCES ? sources[e]
                       : (source_t){.seed = 1, .purpose = (stream_purpose_t)(e - SOURCES)};
}

static float *draw(source_t source)
{
    noise_t noise;
    float *out = malloc(LENGTH * sizeof *out);
    assert_non_null(out);
    noise_init(&noise, source.seed, source.number, source.purpose);
    noise_fill(&noise, source.unit, LENGTH / NOISE_UNIT, out);
    return out;
}

/* Neither the numbers nor their squares are correlated, z shifted by so many. */
static void assert_uncorrelated(const float *x, const float *z, size_t shift)
{
    double sum = 0, squares = 0;
    const double count = (double)(LENGTH - shift);
    for (size_t n = 0; n + shift < LENGTH; n++) {
        const double a = (double)x[n], b = (double)z[n + shift];
        sum += a * b;
        squares += (a * a - 1) * (b * b - 1);
    }
    assert_true(fabs(sum) < 4.5 * sqrt(count));
    assert_true(fabs(squares) < 4.5 * 2 * sqrt(count));
}

static void streams_are_separate(void **unused)
{
    (void)unused;
    static const size_t shifts[] = {0, 1, LANES, NOISE_UNIT, 3 * NOISE_UNIT + 1};
    float *x[STREAMS];
    for (size_t e = 0; e < STREAMS; e++)
        x[e] = draw(source_of(e));
    for (size_t a = 0; a < STREAMS; a++)
        for (size_t b = 0; b < STREAMS; b++)
            for (size_t e = 0; e < sizeof shifts / sizeof shifts[0] && a != b; e++)
                assert_uncorrelated(x[a], x[b], shifts[e]);
    for (size_t e = 0; e < STREAMS; e++)
        free(x[e]);
}

/* The four numbers of a counter. */
typedef struct four {
    float value[4];
} four_t;

static int compare_fours(const void *a, const void *b) { return memcmp(a, b, sizeof(four_t)); }

/* No two counters of any of these streams give the same numbers. */
static void streams_share_no_block(void **unused)
{
    (void)unused;
    enum { COUNT = STREAMS * LENGTH / 4 };
    four_t *all = malloc(COUNT * sizeof *all);
    assert_non_null(all);
    for (size_t e = 0, count = 0; e < STREAMS; e++) {
        float *x = draw(source_of(e));
        for (size_t n = 0; n < LENGTH;
             n += n % NOISE_UNIT == LANES - 1 ? NOISE_UNIT - LANES + 1 : 1)
            all[count++] = (four_t){{x[n], x[n + LANES], x[n + 2 * LANES], x[n + 3 * LANES]}};
        free(x);
    }
    qsort(all, COUNT, sizeof *all, compare_fours);
    for (size_t n = 1; n < COUNT; n++)
        assert_memory_not_equal(&all[n], &all[n - 1], sizeof *all);
    free(all);
}

/* What Threefry makes a block of. */
typedef struct block {
    uint32_t key[4], counter[4];
} block_t;

static int compare_blocks(const void *a, const void *b) { return memcmp(a, b, sizeof(block_t)); }

/* Whatever the seed, the number and the place: no two blocks are made of the same key and counter.
 * Streams of one key have counters apart, of which Threefry is a permutation; streams of one
 * counter have keys apart. */
static void key_and_counter_are_never_shared(void **unused)
{
    (void)unused;
    static const uint64_t some[] = {0, 1, 2, STREAM_MEANS, UPPER, UPPER + 1, UINT64_MAX};
    static const uint64_t units[] = {0, 1, 2, UINT64_C(1) << 28, UPPER, (UINT64_C(1) << 60) - 1};
    enum {
        SOME = sizeof some / sizeof *some,
        UNITS = sizeof units / sizeof *units,
        BLOCKS = SOME * SOME * STREAM_PURPOSES * UNITS * LANES
    };
    block_t *block = calloc(BLOCKS, sizeof *block);
    assert_non_null(block);
    size_t count = 0;
    for (size_t e = 0; e < SOME * SOME * STREAM_PURPOSES; e++) {
        noise_t noise;
        noise_init(&noise, some[e % SOME], some[e / SOME % SOME],
                   (stream_purpose_t)(e / (SOME * SOME)));
        for (size_t u = 0; u < UNITS; u++)
            for (uint64_t l = 0; l < LANES; l++, count++) {
                const uint64_t place = units[u] * LANES + l;
                memcpy(block[count].key, noise.key, sizeof noise.key);
                block[count].counter[0] = (uint32_t)place;
                block[count].counter[1] = (uint32_t)(place >> 32);
                memcpy(block[count].counter + 2, noise.number, sizeof noise.number);
            }
    }
    assert_int_equal(count, BLOCKS);
    qsort(block, BLOCKS, sizeof *block, compare_blocks);
    for (size_t n = 1; n < BLOCKS; n++)
        assert_memory_not_equal(&block[n], &block[n - 1], sizeof *block);
    free(block);
}

/* The double normals and the words of the same seed, number and purpose are other numbers. */
static void other_streams_tell_nothing(void **unused)
{
    (void)unused;
    static const size_t shifts[] = {0, 1, LANES, NOISE_UNIT};
    static normals_t normals;
    static float other[2][LENGTH];
    for (size_t e = 0; e < STREAMS; e++) {
        const source_t source = source_of(e);
        words_t words;
        normals_init(&normals, source.seed, source.number, source.purpose);
        words_init(&words, source.seed, source.number, source.purpose);
        for (size_t n = 0; n < LENGTH; n++) {
            other[0][n] = (float)normals_next(&normals);
            other[1][n] = (float)((words_uniform(&words) - 0.5) * sqrt(12));
        }
        float *x = draw(source);
        for (size_t kind = 0; kind < 2; kind++)
            for (size_t s = 0; s < sizeof shifts / sizeof shifts[0]; s++) {
                assert_uncorrelated(x, other[kind], shifts[s]);
                assert_uncorrelated(other[kind], x, shifts[s]);
            }
        free(x);
    }
}

/* Its order within blocks of doubles is another: place by place, the four numbers of a counter of
 * noise tell nothing of the four of the doubles'. */
static void counters_tell_nothing_of_doubles(void **unused)
{
    (void)unused;
    enum { COUNTERS = NORMALS_BLOCK / 4 };
    static normals_t normals;
    const source_t source = {.seed = 1, .number = 1, .purpose = STREAM_FEATURES};
    double sum[4][4] = {{0}};
    float *x = draw(source);
    normals_init(&normals, source.seed, source.number, source.purpose);
    for (size_t c = 0; c < LENGTH / 4; c++) {
        if (c % COUNTERS == 0)
            normals_refill(&normals);
        const float *noise = x + c / LANES * NOISE_UNIT + c % LANES;
        for (size_t e = 0; e < 16; e++)
            sum[e / 4][e % 4] +=
                (double)noise[e / 4 * LANES] * normals.value[e % 4 * COUNTERS + c % COUNTERS];
    }
    for (size_t e = 0; e < 16; e++)
        assert_true(fabs(sum[e / 4][e % 4]) < 4.5 * sqrt(LENGTH / 4));
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(place_alone_decides),
        cmocka_unit_test(streams_are_separate),
        cmocka_unit_test(streams_share_no_block),
        cmocka_unit_test(key_and_counter_are_never_shared),
        cmocka_unit_test(other_streams_tell_nothing),
        cmocka_unit_test(counters_tell_nothing_of_doubles),
    };
    return cmocka_run_group_tests_name("noise_streams", tests, NULL, NULL);
}
