/*
 * What a standard normal costs, part by part, beside the ones that others have published; and
 * whether the law is right, over as many draws as one has time for.
 *
 *   ninja -C build bench/bench_normals
 *   build/bench/bench_normals              # CPU nanoseconds a normal
 *   build/bench/bench_normals 1e11 [SEED [single|double]]   # the law over so many draws, in
 * threads
 *
 * Parts add up: a row makes what stands above it, too. `whole` is what the program calls. Exit
 * status 1: some number lies where a thousand of its kind lie in one case of a thousand.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/law.h"
#include "bench/limit/machine.h"
#include "bench/limit/published.h"
#include "src/base/clones.h"
#include "src/random/box_muller.h"
#include "src/random/box_muller_single.h"
#include "src/random/noise.h"
#include "src/random/stream.h"

static void stop(const char *what)
{
    (void)fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

/* ---- parts ---------------------------------------------------------------------------------- */

typedef enum part { PART_WORDS, PART_LOGARITHM, PART_ROOT, PART_ANGLE, PART_WHOLE, PARTS } part_t;

static const char *const part_names[PARTS] = {"words", "+ logarithm", "+ square root",
                                              "+ sine and cosine", "whole"};

enum { COUNTERS = PUBLISHED_BLOCK / 4, LANES = NOISE_UNIT / 4, TURNS = 9, TIMES = 2000 };

/* As box_muller_pair, up to that part; what is left out is a number made of the word. */
static ELEMENTARY_INLINE void double_up_to(part_t part, uint64_t radius_word, uint64_t angle_word,
                                           double *first, double *second)
{
    const double u = 2 - box_muller_uniform(radius_word);
    const double v = box_muller_uniform(angle_word) - 1;
    const double r2 = part >= PART_LOGARITHM ? box_muller_radius2(u) : u;
    const double r = part >= PART_ROOT ? sqrt(r2) : r2;
    *first = part >= PART_ANGLE ? r * box_muller_cos(0.78 * v) : r;
    *second = part >= PART_ANGLE ? r * box_muller_sin(0.78 * v) : v;
}

static ELEMENTARY_INLINE void doubles_up_to(part_t part, uint64_t block)
{
    const threefry4x64_key_t key = {{1, 2, 3, 4}};
    double *const value = published_doubles;
#pragma omp simd
    for (size_t l = 0; l < COUNTERS; l++) {
        threefry4x64_ctr_t counter = {{block * COUNTERS + l, 0, 0, 0}};
        threefry4x64_ctr_t w = threefry4x64_R(BOX_MULLER_ROUNDS, counter, key);
        double_up_to(part, w.v[0], w.v[1], &value[l], &value[COUNTERS + l]);
        double_up_to(part, w.v[2], w.v[3], &value[2 * COUNTERS + l], &value[3 * COUNTERS + l]);
    }
}

/* As single_pair. */
static ELEMENTARY_INLINE void single_up_to(part_t part, uint32_t radius_word, uint32_t angle_word,
                                           float *first, float *second)
{
    const uint32_t turn = angle_word >> 3;
    const float x = (float)(int32_t)turn * 0x1p-30F;
    const float r2 = part >= PART_LOGARITHM ? single_radius2(true, radius_word >> 2, turn & 1023)
                                            : (float)(int32_t)(radius_word >> 2);
    const float r = part >= PART_ROOT ? sqrtf(r2) : r2;
    *first = part >= PART_ANGLE ? r * single_cos(true, x) : r;
    *second = part >= PART_ANGLE ? r * single_sin(true, x) : x;
}

/* As noise_fill. */
static ELEMENTARY_INLINE void singles_up_to(part_t part, uint64_t block)
{
    const threefry4x32_key_t key = {{1, 2, 3, 4}};
    for (size_t unit = 0; unit < PUBLISHED_BLOCK; unit += NOISE_UNIT) {
        const uint32_t start = (uint32_t)((block * PUBLISHED_BLOCK + unit) / 4);
        float *const value = published_floats + unit;
        uint32_t word[NOISE_UNIT];
#pragma omp simd
        for (uint32_t l = 0; l < LANES; l++) {
            threefry4x32_ctr_t counter = {{start + l, 0, 0, 0}};
            threefry4x32_ctr_t w = threefry4x32_R(NOISE_ROUNDS, counter, key);
            word[l] = w.v[0];
            word[LANES + l] = w.v[1];
            word[2 * LANES + l] = w.v[2];
            word[3 * LANES + l] = w.v[3];
        }
        for (size_t half = 0; half < NOISE_UNIT; half += NOISE_UNIT / 2) {
#pragma omp simd
            for (size_t l = half; l < half + LANES; l++)
                single_up_to(part, word[l], word[LANES + l], &value[l], &value[LANES + l]);
        }
    }
}

#define PARTS_OF(kind)                                                                             \
    CLONES static void kind##_words(uint64_t block) { kind##_up_to(PART_WORDS, block); }           \
    CLONES static void kind##_logarithm(uint64_t block) { kind##_up_to(PART_LOGARITHM, block); }   \
    CLONES static void kind##_root(uint64_t block) { kind##_up_to(PART_ROOT, block); }             \
    CLONES static void kind##_angle(uint64_t block) { kind##_up_to(PART_ANGLE, block); }

PARTS_OF(doubles)
PARTS_OF(singles)

static void doubles_whole(uint64_t block)
{
    static normals_t normals;
    if (block == 0)
        normals_init(&normals, 1, 1, STREAM_TRIALS);
    for (int n = 0; n < PUBLISHED_BLOCK; n += NORMALS_BLOCK)
        normals_refill(&normals);
}

static void singles_whole(uint64_t block)
{
    enum { UNITS = PUBLISHED_BLOCK / NOISE_UNIT };
    noise_t noise;
    noise_init(&noise, 1, 1, STREAM_TRIALS);
    noise_fill(&noise, block * UNITS, UNITS, published_floats);
}

/* Each makes PUBLISHED_BLOCK normals. */
static const struct {
    const char *name;
    void (*fill[PARTS])(uint64_t block);
} kinds[] = {
    {"double precision",
     {doubles_words, doubles_logarithm, doubles_root, doubles_angle, doubles_whole}},
    {"single precision",
     {singles_words, singles_logarithm, singles_root, singles_angle, singles_whole}},
};

enum { KINDS = sizeof kinds / sizeof kinds[0], ROWS_MAX = 32 };

static double time_part(void (*fill)(uint64_t block))
{
    const double begin = machine_seconds();
    for (uint64_t k = 0; k < TIMES; k++)
        fill(k);
    return 1e9 * (machine_seconds() - begin) / TIMES / PUBLISHED_BLOCK;
}

static void time_rows(const published_t *row, double *best)
{
    for (; row->name; row++, best++)
        *best = fmin(*best, published_time(row));
}

static void print_rows(const published_t *row, const double *best)
{
    for (; row->name; row++, best++)
        (void)printf("%7.3f  %s\n", *best, row->name);
}

static void measure(void)
{
    double part[KINDS * PARTS], c[ROWS_MAX], cpp[ROWS_MAX];
    for (int p = 0; p < KINDS * PARTS; p++)
        part[p] = NAN;
    for (int i = 0; i < ROWS_MAX; i++)
        c[i] = cpp[i] = NAN;
    for (int turn = 0; turn < TURNS; turn++) {
        for (int p = 0; p < KINDS * PARTS; p++)
            part[p] = fmin(part[p], time_part(kinds[p / PARTS].fill[p % PARTS]));
        time_rows(published_cpp, cpp);
        time_rows(published_c, c);
    }
    for (int p = 0; p < KINDS * PARTS; p++) {
        if (p % PARTS == 0)
            (void)printf("%s, ns each\n", kinds[p / PARTS].name);
        (void)printf("%7.3f  %s\n", part[p], part_names[p % PARTS]);
    }
    (void)printf("published, ns each\n");
    print_rows(published_cpp, cpp);
    print_rows(published_c, c);
}

/* ---- the law -------------------------------------------------------------------------------- */

/* Draws of one stream; the next ones come from the stream with the next number. */
#define CHUNK ((uint64_t)1 << 24)

static void draw_double(uint64_t seed, uint64_t number, law_t *law)
{
    normals_t normals;
    double block[LAW_BLOCK];
    normals_init(&normals, seed, number, STREAM_TRIALS);
    for (uint64_t n = 0; n < CHUNK; n += LAW_BLOCK) {
        for (size_t l = 0; l < LAW_BLOCK; l += NORMALS_BLOCK) {
            normals_refill(&normals);
            memcpy(block + l, normals.value, sizeof normals.value);
        }
        law_add(law, block);
    }
}

static void draw_single(uint64_t seed, uint64_t number, law_t *law)
{
    noise_t noise;
    float singles[LAW_BLOCK];
    double block[LAW_BLOCK];
    noise_init(&noise, seed, number, STREAM_TRIALS);
    for (uint64_t n = 0; n < CHUNK; n += LAW_BLOCK) {
        noise_fill(&noise, n / NOISE_UNIT, LAW_BLOCK / NOISE_UNIT, singles);
        for (size_t l = 0; l < LAW_BLOCK; l++)
            block[l] = (double)singles[l];
        law_add(law, block);
    }
}

/* How many numbers are out of bounds. */
static int check(const char *name, double draws, uint64_t seed,
                 void (*draw)(uint64_t seed, uint64_t number, law_t *law))
{
    const uint64_t chunks = (uint64_t)ceil(draws / (double)CHUNK);
    law_t *all = law_new();
    if (!all)
        stop("out of memory");
#pragma omp parallel
    {
        law_t *own = law_new();
        if (!own)
            stop("out of memory");
#pragma omp for schedule(dynamic)
        for (uint64_t chunk = 0; chunk < chunks; chunk++)
            draw(seed, chunk, own);
#pragma omp critical
        law_merge(all, own);
        free(own);
    }
    (void)printf("%s: ", name);
    const int out = law_report(all);
    free(all);
    return out;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        measure();
        return 0;
    }
    const double draws = strtod(argv[1], NULL);
    const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    if (!(draws >= 1 && draws <= 1e15))
        stop("the number of draws is 1 .. 1e15");
    const char *only = argc > 3 ? argv[3] : "";
    int out = 0;
    if (strcmp(only, "double") != 0)
        out += check("single precision", draws, seed, draw_single);
    if (strcmp(only, "single") != 0)
        out += check("double precision", draws, seed, draw_double);
    return out > 0;
}
