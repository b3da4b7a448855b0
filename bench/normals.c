/*
 * What a standard normal costs, part by part, beside the ones that others have published; and
 * whether the law is right, over as many draws as one has time for.
 *
 *   ninja -C build bench/bench_normals
 *   build/bench/bench_normals              # CPU nanoseconds a normal
 *   build/bench/bench_normals 1e11 [SEED]  # the law over so many draws of each stream, in threads
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
#include "src/random/stream.h"

static void stop(const char *what)
{
    (void)fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

/* ---- parts ---------------------------------------------------------------------------------- */

typedef enum part { PART_WORDS, PART_LOGARITHM, PART_ROOT, PART_ANGLE, PARTS } part_t;

static const char *const part_names[PARTS] = {"words", "+ logarithm", "+ square root",
                                              "+ sine and cosine"};

enum { COUNTERS = NORMALS_BLOCK / 4, TURNS = 9, TIMES = 4000 };

/* As box_muller_pair, up to that part; what is left out is a word of the right size. */
static ELEMENTARY_INLINE void pair_up_to(part_t part, uint64_t radius_word, uint64_t angle_word,
                                         double *first, double *second)
{
    const double u = 2 - box_muller_uniform(radius_word);
    const double v = box_muller_uniform(angle_word) - 1;
    const double r2 = part >= PART_LOGARITHM ? box_muller_radius2(u) : u;
    const double r = part >= PART_ROOT ? sqrt(r2) : r2;
    *first = part >= PART_ANGLE ? r * box_muller_cos(0.78 * v) : r;
    *second = part >= PART_ANGLE ? r * box_muller_sin(0.78 * v) : v;
}

static ELEMENTARY_INLINE void fill_up_to(part_t part, uint64_t start, double *restrict value)
{
    const threefry4x64_key_t key = {{1, 2, 3, 4}};
#pragma omp simd
    for (size_t l = 0; l < COUNTERS; l++) {
        threefry4x64_ctr_t counter = {{start + l, 0, 0, 0}};
        threefry4x64_ctr_t words = threefry4x64_R(BOX_MULLER_ROUNDS, counter, key);
        pair_up_to(part, words.v[0], words.v[1], &value[l], &value[COUNTERS + l]);
        pair_up_to(part, words.v[2], words.v[3], &value[2 * COUNTERS + l],
                   &value[3 * COUNTERS + l]);
    }
}

CLONES static void fill_words(uint64_t start, double *value)
{
    fill_up_to(PART_WORDS, start, value);
}

CLONES static void fill_logarithm(uint64_t start, double *value)
{
    fill_up_to(PART_LOGARITHM, start, value);
}

CLONES static void fill_root(uint64_t start, double *value) { fill_up_to(PART_ROOT, start, value); }

CLONES static void fill_angle(uint64_t start, double *value)
{
    fill_up_to(PART_ANGLE, start, value);
}

static double time_part(part_t part)
{
    static void (*const fill[PARTS])(uint64_t, double *) = {fill_words, fill_logarithm, fill_root,
                                                            fill_angle};
    _Alignas(64) double value[NORMALS_BLOCK];
    const double begin = machine_seconds();
    for (uint64_t k = 0; k < TIMES; k++)
        fill[part](k * COUNTERS, value);
    return 1e9 * (machine_seconds() - begin) / TIMES / NORMALS_BLOCK;
}

static double time_whole(void)
{
    static normals_t normals;
    normals_init(&normals, 1, 1, STREAM_TRIALS);
    const double begin = machine_seconds();
    for (int k = 0; k < TIMES; k++)
        normals_refill(&normals);
    return 1e9 * (machine_seconds() - begin) / TIMES / NORMALS_BLOCK;
}

static void print_published(const published_t *row, const double *best)
{
    for (; row->name; row++, best++)
        (void)printf("%7.3f  %s\n", *best, row->name);
}

static void measure(void)
{
    enum { ROWS_MAX = 32 };
    double part[PARTS], whole = INFINITY, c[ROWS_MAX], cpp[ROWS_MAX];
    for (int p = 0; p < PARTS; p++)
        part[p] = INFINITY;
    for (int i = 0; i < ROWS_MAX; i++)
        c[i] = cpp[i] = NAN;
    for (int turn = 0; turn < TURNS; turn++) {
        for (int p = 0; p < PARTS; p++)
            part[p] = fmin(part[p], time_part((part_t)p));
        whole = fmin(whole, time_whole());
        for (int i = 0; published_cpp[i].name; i++)
            cpp[i] = fmin(cpp[i], published_time(&published_cpp[i]));
        for (int i = 0; published_c[i].name; i++)
            c[i] = fmin(c[i], published_time(&published_c[i]));
    }
    (void)printf("double precision, ns each\n");
    for (int p = 0; p < PARTS; p++)
        (void)printf("%7.3f  %s\n", part[p], part_names[p]);
    (void)printf("%7.3f  whole\n\npublished, ns each\n", whole);
    print_published(published_cpp, cpp);
    print_published(published_c, c);
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
    return check("double precision", draws, seed, draw_double) > 0;
}
