/* Ensembles over a walker that is no SGD: an autoregressive chain, whose law is known exactly. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/ensemble/ensemble.h"
#include "src/random/stream.h"

static void assert_near(double found, double expected, double error, const char *what)
{
    if (!(fabs(found - expected) <= error))
        fail_msg("%s: found %.15g, expected %.15g within %.3g", what, found, expected, error);
}

/* ---- the chain ------------------------------------------------------------------------------ */

/* x <- phi x + z from x = 3, z standard normal; a curve is a phi. Quantities: x and the run. */
enum { CURVES = 3, QUANTITIES = 2, NEVER = 1000000000 };
static const double phi[CURVES] = {0.5, 1, -0.9};
#define START 3.0

/* Shared by all runs; counters of what was begun and ended, and what goes wrong. */
typedef struct chain {
    uint64_t diverges_at;              /* every third run, from the second on, of... */
    size_t diverging_curve;            /* ...this curve */
    size_t failing_run;                /* cannot be begun */
    const volatile sig_atomic_t *stop; /* looked at in every step; NULL */
    atomic_size_t *begun, *ended;      /* NULL: nobody counts */
} chain_t;

typedef struct chain_run {
    const chain_t *chain;
    size_t curve;
    uint64_t run, step;
    double x;
    normals_t *normals;
} chain_run_t;

static int chain_begin(const void *model, size_t curve, uint64_t run, void **state,
                       sgdl_error_t *error)
{
    const chain_t *chain = model;
    if (chain->begun)
        atomic_fetch_add(chain->begun, 1);
    chain_run_t *self = *state = calloc(1, sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    *self = (chain_run_t){.chain = chain, .curve = curve, .run = run, .x = START};
    if (run == chain->failing_run)
        return sgdl_fail(error, SGDL_ERR_EXTERNAL, "chain", "run %zu of curve %zu has no start",
                         (size_t)run, curve);
    self->normals = aligned_alloc(_Alignof(normals_t), sizeof *self->normals);
    if (!self->normals)
        return sgdl_fail_memory(error);
    normals_init(self->normals, 1 + curve, run, STREAM_TRIALS);
    return SGDL_OK;
}

static bool chain_advance(void *state, uint64_t steps)
{
    chain_run_t *self = state;
    for (uint64_t end = self->step + steps; self->step < end; self->step++) {
        if (self->chain->stop && *self->chain->stop)
            return false;
        self->x = phi[self->curve] * self->x + normals_next(self->normals);
    }
    return true;
}

static bool chain_measure(void *state, uint64_t step, double *row)
{
    chain_run_t *self = state;
    assert_true(step == self->step);
    row[0] = self->x;
    row[1] = (double)self->run;
    bool diverging = self->curve == self->chain->diverging_curve && self->run % 3 == 1;
    return !(diverging && step >= self->chain->diverges_at);
}

static void chain_end(void *state)
{
    chain_run_t *self = state;
    if (!self)
        return;
    if (self->chain->ended)
        atomic_fetch_add(self->chain->ended, 1);
    free(self->normals);
    free(self);
}

static const chain_t sound = {.diverges_at = NEVER, .failing_run = SIZE_MAX};

static walker_t walker_of(const chain_t *chain, double cost)
{
    return (walker_t){.name = "chain",
                      .model = chain,
                      .quantities = QUANTITIES,
                      .cost = cost,
                      .begin = chain_begin,
                      .advance = chain_advance,
                      .measure = chain_measure,
                      .end = chain_end};
}

/* Two rows at one step, and rows far apart. */
enum { POINTS = 6 };
static const uint64_t steps[POINTS] = {0, 1, 2, 2, 7, 40};

static ensemble_plan_t plan_of(size_t runs, size_t threads)
{
    return (ensemble_plan_t){
        .curves = CURVES, .runs = runs, .points = POINTS, .steps = steps, .threads = threads};
}

static int run_chain(ensemble_t *self, const chain_t *chain, const ensemble_plan_t *plan,
                     double cost, sgdl_error_t *error)
{
    const walker_t walker = walker_of(chain, cost);
    assert_int_equal(ensemble_init(self, plan, QUANTITIES, NULL), SGDL_OK);
    return ensemble_run(self, &walker, error);
}

/* ---- law ------------------------------------------------------------------------------------ */

/* E x_k = phi^k x_0, Var x_k = 1 + phi^2 + ... + phi^(2k-2); Gaussian, so that the variances of
 * the sample's variance and quantiles are known too. */
static void law_is_that_of_the_chain(void **unused)
{
    (void)unused;
    enum { RUNS = 20000 };
    ensemble_t ensemble;
    const ensemble_plan_t plan = plan_of(RUNS, 2);
    assert_int_equal(run_chain(&ensemble, &sound, &plan, 10, NULL), SGDL_OK);
    for (size_t curve = 0; curve < CURVES; curve++)
        for (size_t p = 0; p < POINTS; p++) {
            double k = (double)steps[p], mean = START * pow(phi[curve], k), square = phi[curve];
            square *= square;
            double variance = square == 1 ? k : (1 - pow(square, k)) / (1 - square);
            double sd = sqrt(variance), decile = sd * gsl_cdf_ugaussian_Pinv(0.9);
            double spread =
                sd * sqrt(0.1 * 0.9 / RUNS) / gsl_ran_ugaussian_pdf(gsl_cdf_ugaussian_Pinv(0.9));
            statistics_t found = ensemble_statistics(&ensemble, curve, p, 0);
            assert_int_equal(found.runs, RUNS);
            assert_near(found.mean, mean, 4.5 * sd / sqrt(RUNS), "mean");
            assert_near(found.sd * found.sd, variance, 4.5 * variance * sqrt(2.0 / RUNS),
                        "variance");
            assert_near(found.q10, mean - decile, 4.5 * spread, "q10");
            assert_near(found.q90, mean + decile, 4.5 * spread, "q90");
            /* the runs' numbers 0 .. n-1: an arithmetic progression */
            found = ensemble_statistics(&ensemble, curve, p, 1);
            assert_near(found.mean, (RUNS - 1) / 2.0, 1e-9, "mean of numbers");
            assert_near(found.sd, sqrt(RUNS * (RUNS + 1.0) / 12), 1e-8, "sd of numbers");
            assert_near(found.q10, 0.1 * (RUNS - 1), 1e-9, "q10 of numbers");
            assert_near(found.q90, 0.9 * (RUNS - 1), 1e-9, "q90 of numbers");
        }
    ensemble_free(&ensemble);
}

/* Row by row the run that the walker makes alone, in whatever pieces and threads. */
static void rows_are_those_of_the_walker_alone(void **unused)
{
    (void)unused;
    enum { RUNS = 9 };
    static const size_t threads[] = {1, 2, 5};
    static const double costs[] = {1, 1e7, 1e9}; /* all steps in one piece, two at a time, one */
    for (size_t e = 0; e < 9; e++) {
        ensemble_t ensemble;
        const ensemble_plan_t plan = plan_of(e == 4 ? 3 : RUNS, threads[e % 3]);
        assert_int_equal(run_chain(&ensemble, &sound, &plan, costs[e / 3], NULL), SGDL_OK);
        for (size_t curve = 0; curve < CURVES; curve++)
            for (size_t run = 0; run < plan.runs; run++) {
                void *state;
                uint64_t step = 0;
                assert_int_equal(chain_begin(&sound, curve, run, &state, NULL), SGDL_OK);
                for (size_t p = 0; p < POINTS; p++) {
                    double row[QUANTITIES];
                    for (; step < steps[p]; step++)
                        assert_true(chain_advance(state, 1));
                    assert_true(chain_measure(state, step, row));
                    assert_memory_equal(row, ensemble_row(&ensemble, curve, run, p), sizeof row);
                }
                chain_end(state);
            }
        ensemble_free(&ensemble);
    }
}

/* ---- early ends ----------------------------------------------------------------------------- */

/* Everything that is told of an ensemble, as bytes. */
static void tell(const ensemble_t *self, FILE *out)
{
    for (size_t curve = 0; curve < CURVES; curve++) {
        kept_t kept = ensemble_kept(self, curve);
        (void)fprintf(out, "%zu %zu %zu %d\n", kept.runs, kept.rows, kept.diverged,
                      kept.unfinished);
        for (size_t p = 0; p < kept.rows; p++)
            for (size_t q = 0; q < QUANTITIES; q++) {
                statistics_t s = ensemble_statistics(self, curve, p, q);
                (void)fprintf(out, "%a %a %a %a %zu\n", s.mean, s.sd, s.q10, s.q90, s.runs);
            }
    }
}

/* Of the second curve's runs 1, 4 and 7 diverge at the 5th step, which the row at 7 shows. */
static void divergence_keeps_the_rows_before(void **unused)
{
    (void)unused;
    enum { RUNS = 9 };
    static const size_t threads[] = {1, 2, 5};
    const chain_t chain = {.diverges_at = 5, .diverging_curve = 1, .failing_run = SIZE_MAX};
    char *told[3];
    for (size_t e = 0; e < 3; e++) {
        ensemble_t ensemble, whole;
        const ensemble_plan_t plan = plan_of(RUNS, threads[e]);
        double first[RUNS];
        size_t size;
        assert_int_equal(run_chain(&ensemble, &chain, &plan, 1e7, NULL), SGDL_OK);
        assert_int_equal(run_chain(&whole, &sound, &plan, 1e7, NULL), SGDL_OK);
        for (size_t curve = 0; curve < CURVES; curve++) {
            kept_t kept = ensemble_kept(&ensemble, curve);
            assert_int_equal(kept.runs, RUNS);
            assert_int_equal(kept.rows, curve == 1 ? 4 : POINTS);
            assert_int_equal(kept.diverged, curve == 1 ? 3 : 0);
            assert_false(kept.unfinished);
            /* the rows that are kept are those of all runs, the diverged ones too */
            for (size_t p = 0; p < kept.rows; p++) {
                statistics_t a = ensemble_statistics(&ensemble, curve, p, 0);
                memcpy(first, ensemble.sample, sizeof first);
                statistics_t b = ensemble_statistics(&whole, curve, p, 0);
                assert_memory_equal(first, whole.sample, sizeof first);
                assert_true(a.runs == RUNS && a.mean == b.mean && a.q90 == b.q90);
            }
        }
        FILE *out = open_memstream(&told[e], &size);
        assert_non_null(out);
        tell(&ensemble, out);
        assert_int_equal(fclose(out), 0);
        assert_string_equal(told[0], told[e]);
        ensemble_free(&ensemble);
        ensemble_free(&whole);
    }
    for (size_t e = 0; e < 3; e++)
        free(told[e]);
}

/* A run that diverges at its start leaves its curve without a row, and the others theirs. */
static void divergence_at_the_start_leaves_nothing(void **unused)
{
    (void)unused;
    const chain_t chain = {.diverges_at = 0, .diverging_curve = 2, .failing_run = SIZE_MAX};
    const ensemble_plan_t plan = plan_of(2, 1);
    ensemble_t ensemble;
    assert_int_equal(run_chain(&ensemble, &chain, &plan, 1, NULL), SGDL_OK);
    kept_t kept = ensemble_kept(&ensemble, 2);
    assert_true(kept.runs == 2 && kept.rows == 0 && kept.diverged == 1 && !kept.unfinished);
    assert_int_equal(ensemble_kept(&ensemble, 1).rows, POINTS);
    ensemble_free(&ensemble);
}

/* Listens to the progress, and sets the flag once enough is done. */
typedef struct fuse {
    volatile sig_atomic_t flag;
    double length, last;
    atomic_int inside;
} fuse_t;

static void burn(void *context, double fraction, double t)
{
    fuse_t *self = context;
    assert_int_equal(atomic_fetch_add(&self->inside, 1), 0); /* one thread at a time */
    assert_true(isnan(t) && fraction >= self->last && fraction <= 1 + 1e-12);
    self->last = fraction;
    if (fraction > self->length)
        self->flag = 1;
    atomic_fetch_sub(&self->inside, 1);
}

/* To the end, whatever runs diverge on the way. */
static void progress_comes_to_one(void **unused)
{
    (void)unused;
    const chain_t chain = {.diverges_at = 2, .diverging_curve = 0, .failing_run = SIZE_MAX};
    for (size_t threads = 1; threads < 6; threads += 2) {
        fuse_t fuse = {.length = 2};
        ensemble_plan_t plan = plan_of(8, threads);
        ensemble_t ensemble;
        plan.watch = (sgdl_watch_t){.stop = &fuse.flag, .progress = burn, .context = &fuse};
        assert_int_equal(run_chain(&ensemble, &chain, &plan, 1e7, NULL), SGDL_OK);
        assert_near(fuse.last, 1, 1e-12, "progress");
        ensemble_free(&ensemble);
    }
}

/* One thread, a step at a time: 4 runs of 40 steps a curve. Stopped within the third run of the
 * first curve; within its first run behind the row at 7; there too, but only the walker looks at
 * the flag: all other runs still begin, and have their row at the start. */
static void interruption_keeps_what_there_is(void **unused)
{
    (void)unused;
    static const double steps_done[] = {85, 12, 12};
    static const size_t runs[] = {2, 1, 4}, rows[] = {POINTS, 5, 1};
    static const double numbers[] = {0.5, 0, 1.5}; /* their mean */
    for (size_t e = 0; e < 3; e++) {
        fuse_t fuse = {.length = (steps_done[e] - 0.5) / (CURVES * 4 * 40)};
        chain_t chain = sound;
        ensemble_plan_t plan = plan_of(4, 1);
        ensemble_t ensemble;
        sgdl_error_t error = {0};
        plan.watch = (sgdl_watch_t){.stop = &fuse.flag, .progress = burn, .context = &fuse};
        if (e == 2) {
            chain.stop = &fuse.flag;
            plan.watch.stop = NULL;
        }
        assert_int_equal(run_chain(&ensemble, &chain, &plan, 1e9, &error), SGDL_ERR_INTERRUPTED);
        assert_int_equal(error.code, SGDL_ERR_INTERRUPTED);
        assert_non_null(strstr(error.message, e == 0 ? "2 of 12 runs" : "0 of 12 runs"));
        kept_t kept = ensemble_kept(&ensemble, 0);
        assert_int_equal(kept.runs, runs[e]);
        assert_int_equal(kept.rows, rows[e]);
        assert_int_equal(kept.unfinished, e > 0);
        assert_int_equal(kept.diverged, 0);
        for (size_t p = 0; p < kept.rows; p++) {
            statistics_t found = ensemble_statistics(&ensemble, 0, p, 1);
            assert_int_equal(found.runs, runs[e]);
            assert_true(found.mean == numbers[e]);
        }
        kept = ensemble_kept(&ensemble, 1);
        assert_int_equal(kept.runs, e == 2 ? 4 : 0);
        assert_int_equal(kept.rows, e == 2 ? 1 : 0);
        ensemble_free(&ensemble);
    }
}

static void interruption_before_the_first_run(void **unused)
{
    (void)unused;
    const sig_atomic_t flag = 1;
    atomic_size_t begun = 0;
    chain_t chain = sound;
    ensemble_plan_t plan = plan_of(5, 2);
    ensemble_t ensemble;
    plan.watch.stop = &flag;
    chain.begun = &begun;
    assert_int_equal(run_chain(&ensemble, &chain, &plan, 1, NULL), SGDL_ERR_INTERRUPTED);
    assert_int_equal(begun, 0);
    for (size_t curve = 0; curve < CURVES; curve++) {
        kept_t kept = ensemble_kept(&ensemble, curve);
        assert_true(kept.runs == 0 && kept.rows == 0 && kept.diverged == 0 && kept.unfinished);
    }
    ensemble_free(&ensemble);
}

/* The failure of a start is that of the ensemble, with its words; what was begun is ended. */
static void a_start_that_fails_ends_the_ensemble(void **unused)
{
    (void)unused;
    for (size_t threads = 1; threads < 6; threads += 2) {
        atomic_size_t begun = 0, ended = 0;
        chain_t chain = sound;
        const ensemble_plan_t plan = plan_of(40, threads);
        ensemble_t ensemble;
        sgdl_error_t error = {0};
        chain.failing_run = 3;
        chain.begun = &begun;
        chain.ended = &ended;
        assert_int_equal(run_chain(&ensemble, &chain, &plan, 1, &error), SGDL_ERR_EXTERNAL);
        assert_int_equal(error.code, SGDL_ERR_EXTERNAL);
        assert_string_equal(error.place, "chain");
        assert_string_equal(error.message, "run 3 of curve 0 has no start");
        assert_int_equal(begun, ended);
        assert_true(threads > 1 ? begun >= 1 : begun == 4); /* run 3 may be the first of all */
        ensemble_free(&ensemble);
    }
}

static void no_more_threads_than_runs(void **unused)
{
    (void)unused;
    ensemble_plan_t plan = plan_of(1, 64);
    assert_int_equal(ensemble_threads(&plan), CURVES);
    plan.threads = 2;
    assert_int_equal(ensemble_threads(&plan), 2);
    plan.threads = 0;
    assert_true(ensemble_threads(&plan) >= 1 && ensemble_threads(&plan) <= CURVES);
}

/* ---- statistics ----------------------------------------------------------------------------- */

/* Type 7 of Hyndman and Fan (1996) at p = tenths/10: the polygon through ((k-1)/(n-1), x_(k)), in
 * whole numbers as far as they go. Also by GSL. */
static double quantile_by_definition(const double *sorted, size_t n, size_t tenths)
{
    for (size_t k = 0; k + 1 < n; k++)
        if (10 * k <= tenths * (n - 1) && tenths * (n - 1) <= 10 * (k + 1)) {
            double right = (double)(tenths * (n - 1) - 10 * k) / 10;
            return (1 - right) * sorted[k] + right * sorted[k + 1];
        }
    return sorted[0];
}

static void statistics_are_those_of_their_definitions(void **unused)
{
    (void)unused;
    static normals_t normals;
    normals_init(&normals, 1, 1, STREAM_TRIALS);
    for (size_t n = 1; n < 64; n++) {
        double sample[64], sorted[64];
        for (size_t k = 0; k < n; k++)
            sorted[k] = sample[k] = 100 + normals_next(&normals);
        gsl_sort(sorted, 1, n);
        statistics_t found = statistics_of(sample, n);
        assert_int_equal(found.runs, n);
        assert_memory_equal(sample, sorted, n * sizeof *sorted);
        assert_near(found.mean, gsl_stats_mean(sorted, 1, n), 1e-12, "mean");
        assert_near(found.q10, quantile_by_definition(sorted, n, 1), 1e-12, "q10");
        assert_near(found.q90, quantile_by_definition(sorted, n, 9), 1e-12, "q90");
        assert_near(found.q10, gsl_stats_quantile_from_sorted_data(sorted, 1, n, 0.1), 1e-12,
                    "q10 of GSL");
        assert_near(found.q90, gsl_stats_quantile_from_sorted_data(sorted, 1, n, 0.9), 1e-12,
                    "q90 of GSL");
        if (n > 1)
            assert_near(found.sd, gsl_stats_sd(sorted, 1, n), 1e-12, "sd");
        else
            assert_true(isnan(found.sd));
    }
}

static void statistics_by_hand(void **unused)
{
    (void)unused;
    double sample[] = {10, 1, 3, 2, 5, 4, 7, 6, 9, 8, 11};
    statistics_t found = statistics_of(sample, 11);
    assert_true(found.mean == 6 && found.q10 == 2 && found.q90 == 10);
    assert_near(found.sd, sqrt(11), 1e-15, "sd");
    double same[] = {0.1, 0.1, 0.1};
    found = statistics_of(same, 3);
    assert_true(found.mean == 0.1 && found.sd == 0 && found.q10 == 0.1 && found.q90 == 0.1);
    double undefined[] = {0.1, NAN, 0.1};
    found = statistics_of(undefined, 3);
    assert_true(isnan(found.mean) && isnan(found.sd) && isnan(found.q10) && isnan(found.q90));
    double huge[] = {-1e300, 1e300};
    found = statistics_of(huge, 2);
    assert_true(found.mean == 0);
    assert_near(found.sd / 1e300, sqrt(2), 1e-15, "sd of what no square of a double holds");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(law_is_that_of_the_chain),
        cmocka_unit_test(rows_are_those_of_the_walker_alone),
        cmocka_unit_test(divergence_keeps_the_rows_before),
        cmocka_unit_test(divergence_at_the_start_leaves_nothing),
        cmocka_unit_test(progress_comes_to_one),
        cmocka_unit_test(interruption_keeps_what_there_is),
        cmocka_unit_test(interruption_before_the_first_run),
        cmocka_unit_test(a_start_that_fails_ends_the_ensemble),
        cmocka_unit_test(no_more_threads_than_runs),
        cmocka_unit_test(statistics_are_those_of_their_definitions),
        cmocka_unit_test(statistics_by_hand),
    };
    return cmocka_run_group_tests_name("ensemble", tests, NULL, NULL);
}
