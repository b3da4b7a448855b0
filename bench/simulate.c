/*
 * The streaming kernel beside the machine's limit and its rivals, all in one run, in turns:
 * nanoseconds of one core.
 *
 *   meson compile -C build bench_simulate && build/bench/bench_simulate bench
 *
 * The argument is the folder of simulate_rivals.py, which measures what is Python's.
 *
 * First a standard normal, by the generators that others have published as Debian packages
 * (limit/published.h); nan: not installed. Then a coordinate update, that is a step divided by d:
 *
 *   kernel   what `sgdlimit simulate --kernel full` runs, binary logistic, isotropic
 *   fma      two fused multiply-adds over the arrays, where they lie at that d: in two passes or in
 *            one, whichever is faster (limit/machine.h)
 *   normal   the fastest of the published normals
 *   memory   both arrays read and written once, at the bandwidth measured on them (GB/s)
 *   limit    fma + normal, or memory where that takes longer
 *   binds    the largest part of the limit
 *   numpy, numba   the loop as one writes it there; nan: not installed
 *
 * Ratios compare speeds: kernel/limit = 0.5 is half as fast as the limit, kernel/numpy = 9 nine
 * times as fast as NumPy. What follows are whole ensembles, in seconds that pass.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench/limit/machine.h"
#include "bench/limit/published.h"
#include "bench/limit/rivals.h"
#include "sgdlimit/sgdlimit.h"
#include "src/theories/streaming/walkers/kernel.h"

enum { TURNS = 7 };

/* Coordinate updates that a turn measures. */
#define UPDATES 4e7

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void stop(const char *what)
{
    (void)fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static sgdl_problem_t *read_problem(size_t d, double time)
{
    char text[256];
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_error_t error = {0};
    (void)snprintf(text, sizeof text, "{dimension: %zu, time: %g, output: {points: 2}}", d, time);
    if (sgdl_problem_parse(problem, text, "bench", NULL, 0, &error) != SGDL_OK)
        stop(error.message);
    return problem;
}

/* ---- published normals ---------------------------------------------------------------------- */

/* `question` asks Python for it, see limit/rivals.h. */
typedef struct source {
    published_t row;
    const char *question;
} source_t;

enum { SOURCES_MAX = 32 };

static const source_t python[] = {
    {{"NumPy, ziggurat, SFC64, double", "python3-numpy", NULL}, "normals sfc64 float64"},
    {{"NumPy, ziggurat, SFC64, float", "python3-numpy", NULL}, "normals sfc64 float32"},
    {{"NumPy, ziggurat, PCG64, double", "python3-numpy", NULL}, "normals pcg64 float64"},
    {{"NumPy, ziggurat, PCG64, float", "python3-numpy", NULL}, "normals pcg64 float32"},
    {{"PyTorch, Box-Muller, double", "python3-torch", NULL}, "normals torch float64"},
    {{"PyTorch, Box-Muller, float", "python3-torch", NULL}, "normals torch float32"},
};

static size_t list_sources(source_t *sources)
{
    size_t count = 0;
    for (const published_t *row = published_cpp; row->name; row++)
        sources[count++] = (source_t){*row, NULL};
    for (const published_t *row = published_c; row->name; row++)
        sources[count++] = (source_t){*row, NULL};
    for (size_t i = 0; i < sizeof python / sizeof python[0]; i++)
        sources[count++] = python[i];
    return count;
}

/* Nanoseconds a normal. */
static double time_source(const source_t *self, rivals_t *rivals)
{
    return self->question ? rivals_ask(rivals, self->question) : published_time(&self->row);
}

/* Prints all; the fastest. */
static source_t measure_normals(rivals_t *rivals)
{
    source_t sources[SOURCES_MAX];
    double best[SOURCES_MAX];
    size_t fastest = 0;
    const size_t count = list_sources(sources);
    for (size_t i = 0; i < count; i++)
        best[i] = NAN;
    for (int turn = 0; turn < TURNS; turn++)
        for (size_t i = 0; i < count; i++)
            best[i] = fmin(best[i], time_source(&sources[i], rivals));
    (void)printf("published normals, ns each\n");
    for (size_t i = 0; i < count; i++) {
        (void)printf("%7.2f  %-46s %s\n", best[i], sources[i].row.name, sources[i].row.package);
        if (isnan(best[fastest]) || best[i] < best[fastest])
            fastest = i;
    }
    (void)printf("taken for the limit: %s\n\n", sources[fastest].row.name);
    (void)fflush(stdout);
    return sources[fastest];
}

/* ---- the streaming kernel, its limit and its rivals ----------------------------------------- */

/* Nanoseconds a coordinate update, the best turn of each. */
typedef struct costs {
    double kernel, fma, normal, memory, numpy, numba;
} costs_t;

typedef struct bench {
    size_t d, steps;
    sgdl_problem_t *problem;
    sgdl_plan_t plan;
    experiment_t experiment;
    void *model, *state;
    double *x, *a;
} bench_t;

static void bench_init(bench_t *self, size_t d)
{
    *self = (bench_t){.d = d, .steps = (size_t)(UPDATES / (double)d)};
    self->problem = read_problem(d, 1);
    self->plan = self->problem->plan;
    self->plan.threads = 1;
    self->x = machine_array(d, 1);
    self->a = machine_array(d, 1);
    if (!self->x || !self->a ||
        experiment_init(&self->experiment, self->problem, &self->plan, NULL) != SGDL_OK ||
        kernel_full.prepare(&self->experiment, &self->model, NULL) != SGDL_OK ||
        kernel_full.begin(self->model, 0, 0, &self->state) != SGDL_OK)
        stop("out of memory");
}

static void bench_free(bench_t *self)
{
    kernel_full.end(self->state);
    kernel_full.discard(self->model);
    experiment_free(&self->experiment);
    sgdl_problem_free(self->problem);
    free(self->x);
    free(self->a);
}

static double time_kernel(const bench_t *self)
{
    const double begin = machine_seconds();
    (void)kernel_full.advance(self->state, self->steps);
    return machine_seconds() - begin;
}

static double ask_loop(rivals_t *rivals, const char *package, size_t d)
{
    char question[64];
    (void)snprintf(question, sizeof question, "%s %zu", package, d);
    return rivals_ask(rivals, question);
}

/* All in turns, so that whatever else the machine does hits all. */
static void measure_updates(size_t d, const source_t *normals, rivals_t *rivals, costs_t *best)
{
    bench_t bench;
    bench_init(&bench, d);
    const double ns = 1e9 / (double)bench.steps / (double)d;
    *best = (costs_t){NAN, NAN, NAN, NAN, NAN, NAN};
    for (int turn = 0; turn < TURNS; turn++) {
        best->kernel = fmin(best->kernel, ns * time_kernel(&bench));
        best->fma = fmin(best->fma, ns * machine_passes(d, bench.steps, bench.x, bench.a));
        best->fma = fmin(best->fma, ns * machine_fused(d, bench.steps, bench.x, bench.a));
        best->normal = fmin(best->normal, time_source(normals, rivals));
        best->memory = fmin(best->memory, ns * machine_stream(d, bench.steps, bench.x, bench.a));
        best->numpy = fmin(best->numpy, ask_loop(rivals, "numpy", d));
        best->numba = fmin(best->numba, ask_loop(rivals, "numba", d));
    }
    bench_free(&bench);
}

static void print_updates(size_t d, const costs_t *best)
{
    const double limit = fmax(best->fma + best->normal, best->memory);
    const char *binds = best->memory >= limit       ? "memory"
                        : best->normal >= best->fma ? "normal"
                                                    : "fma";
    (void)printf("%8zu %7.3f %7.3f %7.3f %7.3f %7.0f %7.3f %7s %7.2f %7.2f %12.2f %12.1f %12.1f\n",
                 d, best->kernel, best->fma, best->normal, best->memory,
                 MACHINE_BYTES / best->memory, limit, binds, best->numpy, best->numba,
                 limit / best->kernel, best->numpy / best->kernel, best->numba / best->kernel);
    (void)fflush(stdout);
}

/* ---- whole ensembles ------------------------------------------------------------------------ */

typedef struct ensemble {
    size_t d;
    double time;
    size_t runs;
    sgdl_kernel_t kernel;
} ensemble_t;

static double time_ensemble(const ensemble_t *self, size_t threads)
{
    sgdl_problem_t *problem = read_problem(self->d, self->time);
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    options.runs = self->runs;
    options.threads = threads;
    options.kernel = self->kernel;
    sgdl_table_init(&table);
    const double begin = now();
    const sgdl_sink_t sink = sgdl_table_sink(&table);
    if (sgdl_simulate(problem, &options, &sink, &error) != SGDL_OK)
        stop(error.message);
    const double seconds = now() - begin;
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
    return seconds;
}

static void print_threads(const char *what, const ensemble_t *ensemble)
{
    double one = INFINITY, two = INFINITY;
    for (int turn = 0; turn < 2 * TURNS; turn++) {
        one = fmin(one, time_ensemble(ensemble, 1));
        two = fmin(two, time_ensemble(ensemble, 2));
    }
    (void)printf("%s: 1 thread %.3f s, 2 threads %.3f s, ratio %.2f\n", what, one, two, one / two);
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    static const size_t dimensions[] = {1000, 10000, 100000, 1000000};
    static const ensemble_t collapsed = {1000000, 20, 1, SGDL_KERNEL_COLLAPSED};
    static const ensemble_t several = {4000, 2, 8, SGDL_KERNEL_FULL};
    static const ensemble_t large = {1000000, 2e-4, 1, SGDL_KERNEL_FULL};
    rivals_t rivals;
    rivals_begin(&rivals, argc > 1 ? argv[1] : "bench");
    const source_t normals = measure_normals(&rivals);
    (void)printf("a coordinate update, ns of one core; ratios of speeds\n"
                 "%8s %7s %7s %7s %7s %7s %7s %7s %7s %7s %12s %12s %12s\n",
                 "d", "kernel", "fma", "normal", "memory", "(GB/s)", "limit", "binds", "numpy",
                 "numba", "kernel/limit", "kernel/numpy", "kernel/numba");
    for (size_t e = 0; e < sizeof dimensions / sizeof dimensions[0]; e++) {
        costs_t best;
        measure_updates(dimensions[e], &normals, &rivals, &best);
        print_updates(dimensions[e], &best);
    }
    rivals_end(&rivals);
    (void)printf("\ncollapsed kernel, d = 1e6, isotropic logistic, t = 20 (2e7 steps): %.2f s\n",
                 time_ensemble(&collapsed, 1));
    print_threads("8 runs at d = 4000 to t = 2", &several);
    print_threads("1 run at d = 1e6, 200 steps", &large);
    return 0;
}
