/*
 * The streaming kernel beside its rivals and its limit, all in one run: coordinate updates (steps
 * times d) per second of one core. The limit is what a step cannot do without: d normals of the
 * same generator, one dot product, one axpy. Then the collapsed kernel at d = 10^6, and two
 * threads.
 *
 *   meson compile -C build bench_simulate && build/bench/bench_simulate bench
 *
 * The argument is the folder of simulate_rivals.py, which measures NumPy and Numba loops.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sgdlimit/sgdlimit.h"
#include "src/theories/streaming/walkers/kernel.h"
#include "src/theories/streaming/walkers/passes.h"

enum { REPEATS = 5 };

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

/* ---- the streaming kernel and its limit ----------------------------------------------------- */

/* Both in turns, so that whatever else the machine does hits both; the best of each. */
static void measure_streaming(size_t d, double *kernel, double *limit)
{
    sgdl_problem_t *problem = read_problem(d, 1);
    experiment_t experiment;
    void *model, *state;
    size_t stride, steps = 200000000 / d / REPEATS;
    double *x = experiment_rows(1, d, &stride), *z = experiment_rows(1, d + NORMALS_BLOCK, &stride);
    static normals_t normals;
    volatile double sink = 0;
    if (!x || !z || experiment_init(&experiment, problem, &problem->plan, NULL) != SGDL_OK ||
        kernel_full.prepare(&experiment, &model, NULL) != SGDL_OK ||
        kernel_full.begin(model, 0, 0, &state) != SGDL_OK)
        stop("out of memory");
    *kernel = *limit = INFINITY;
    normals_init(&normals, 1, 1, STREAM_TRIALS);
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        double begin = now();
        (void)kernel_full.advance(state, steps);
        *kernel = fmin(*kernel, now() - begin);
        begin = now();
        for (size_t k = 0; k < steps; k++) {
            double sum[PASS_LANES] = {0};
            for (size_t n = 0; n < d; n += NORMALS_BLOCK) {
                size_t count = d - n < NORMALS_BLOCK ? d - n : NORMALS_BLOCK;
                normals_refill(&normals);
                memcpy(z + n, normals.value, count * sizeof *z);
            }
            pass_dot(d, x, z, sum);
            pass_update(d, 1, 1e-9 * pass_total(sum), z, x);
        }
        *limit = fmin(*limit, now() - begin);
        sink += x[0];
    }
    *kernel = (double)steps * (double)d / *kernel;
    *limit = (double)steps * (double)d / *limit;
    kernel_full.end(state);
    kernel_full.discard(model);
    experiment_free(&experiment);
    sgdl_problem_free(problem);
    free(x);
    free(z);
}

/* ---- rivals --------------------------------------------------------------------------------- */

/* Coordinate updates a second of NumPy and Numba loops; NAN where they are not installed. */
static void measure_rivals(const char *folder, size_t d, double *numpy, double *numba)
{
    char command[4096], line[256];
    *numpy = *numba = NAN;
    (void)snprintf(command, sizeof command, "python3 '%s/simulate_rivals.py' %zu", folder, d);
    FILE *pipe = popen(command, "r");
    if (!pipe)
        return;
    if (!fgets(line, sizeof line, pipe) || sscanf(line, "%lf %lf", numpy, numba) != 2)
        *numpy = *numba = NAN;
    (void)pclose(pipe);
}

/* ---- whole commands ------------------------------------------------------------------------- */

static double measure_ensemble(size_t d, double time, size_t runs, size_t threads,
                               sgdl_kernel_t kernel)
{
    sgdl_problem_t *problem = read_problem(d, time);
    sgdl_plan_t options = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    options.runs = runs;
    options.threads = threads;
    options.kernel = kernel;
    sgdl_table_init(&table);
    double begin = now();
    const sgdl_sink_t sink = sgdl_table_sink(&table);
    if (sgdl_simulate(problem, &options, &sink, &error) != SGDL_OK)
        stop(error.message);
    double seconds = now() - begin;
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
    return seconds;
}

int main(int argc, char **argv)
{
    static const size_t dimensions[] = {1000, 10000, 100000, 1000000};
    (void)printf("coordinate updates per second, one core\n"
                 "%9s %10s %10s %10s %10s %12s %12s %12s\n",
                 "d", "kernel", "limit", "numpy", "numba", "limit/kernel", "kernel/numpy",
                 "kernel/numba");
    for (size_t e = 0; e < sizeof dimensions / sizeof dimensions[0]; e++) {
        double kernel, limit, numpy, numba;
        measure_streaming(dimensions[e], &kernel, &limit);
        measure_rivals(argc > 1 ? argv[1] : "bench", dimensions[e], &numpy, &numba);
        (void)printf("%9zu %10.3g %10.3g %10.3g %10.3g %12.2f %12.1f %12.1f\n", dimensions[e],
                     kernel, limit, numpy, numba, limit / kernel, kernel / numpy, kernel / numba);
        (void)fflush(stdout);
    }
    (void)printf(
        "\ncollapsed kernel, d = 10^6, isotropic logistic, t = 20 (2 10^7 steps): %.2f s\n",
        measure_ensemble(1000000, 20, 1, 1, SGDL_KERNEL_COLLAPSED));
    double one = measure_ensemble(4000, 20, 8, 1, SGDL_KERNEL_FULL);
    double two = measure_ensemble(4000, 20, 8, 2, SGDL_KERNEL_FULL);
    (void)printf("8 runs at d = 4000 to t = 20: 1 thread %.2f s, 2 threads %.2f s, ratio %.2f\n",
                 one, two, one / two);
    return 0;
}
