/* The full kernel where its blocks, panels and units begin and end: against plain SGD, against
 * itself in other units, and on any number of threads. */
#include "tests/plain_sgd.h"

#include <signal.h>

#ifdef _OPENMP
#include <omp.h>
#endif

enum { TEXT = 1 << 15 };

#define MIXED                                                                                      \
    "classes: [{weight: 0.3, label: 1, covariance: {family: isotropic, scale: 0.7}, mean: "        \
    "{family: gaussian}}, {weight: 0.5, label: 2, covariance: {family: zero-one, zero: [0.5, 1], " \
    "scale: 1.5}, mean: {family: constant, scale: 0.5}}, {weight: 0.2, label: 3, covariance: "     \
    "{family: power-law, exponent: 1}, mean: {family: zero}}]"
#define PAIR                                                                                       \
    "classes: [{weight: 0.6, label: 1, covariance: {family: power-law, exponent: 1}, mean: "       \
    "{family: gaussian}}, {weight: 0.4, label: 0, covariance: {family: isotropic}, mean: "         \
    "{family: "                                                                                    \
    "opposite, of: 1}}]"
#define ALL "ridge: 0.3, intercept: 0.5, label_noise: 0.1, start: {norm2: 1}, "
#define FALLING "learning_rate: {schedule: polynomial, value: 0.5, tau: 0.3, power: 0.5}, "
#define SQUARES "loss: least-squares, encoding: one-hot, "

/* A problem of d directions and so many steps; rest is its other keys. */
static const char *stated(int d, int steps, const char *rest)
{
    static char text[TEXT];
    const int length =
        snprintf(text, sizeof text, "{dimension: %d, time: %.17g, %s}", d, steps / (double)d, rest);
    assert_true(length > 0 && length < TEXT);
    return text;
}

/* ---- batches and outputs -------------------------------------------------------------------- */

/* As many outputs as classes. */
static const char *classes_of(int L)
{
    static char text[TEXT];
    int length = snprintf(text, sizeof text, "classes: [");
    for (int i = 0; i < L; i++)
        length += snprintf(text + length, sizeof text - (size_t)length,
                           "%s{weight: %.17g, label: %d, covariance: {family: isotropic, scale: "
                           "%g}, mean: {family: gaussian, scale: 0.7}}",
                           i > 0 ? ", " : "", 1.0 / L, i + 1, 0.5 + 0.1 * (i % 7));
    (void)snprintf(text + length, sizeof text - (size_t)length, "]");
    return text;
}

/* Panels hold 16 samples of up to 4 outputs, 12 of 5 and one of 70: full ones, one too many, less.
 */
static void batches_go_by_panels(void **unused)
{
    (void)unused;
    static const int batches[] = {1, 2, 11, 12, 13, 15, 16, 17, 24, 32, 33};
    static const int outputs[] = {1, 3, 5, 70};
    static char rest[2 * TEXT];
    for (size_t e = 0; e < sizeof batches / sizeof *batches; e++)
        for (size_t o = 0; o < sizeof outputs / sizeof *outputs; o++) {
            const int L = outputs[o];
            const char *classes = L == 1 ? PAIR : L == 3 ? MIXED : classes_of(L);
            (void)snprintf(rest, sizeof rest, "batch: %d, %s" ALL "%s%s", batches[e],
                           e % 2 ? FALLING : "", L == 1 ? "" : SQUARES, classes);
            assert_full_is_plain(stated(L == 70 ? 90 : 150, L == 70 ? 3 : 7, rest), 1,
                                 assert_same_moments);
        }
}

/* ---- blocks --------------------------------------------------------------------------------- */

/* Units of 64, chunks of 512 and blocks of 4096 directions: whole, one less, one more. */
static void dimensions_end_anywhere(void **unused)
{
    (void)unused;
    static const int dimensions[] = {1,   2,   63,   64,   65,   127,  128,  129, 511,
                                     512, 513, 4095, 4096, 4097, 8191, 8192, 8193};
    static const char *const rests[] = {ALL PAIR, "batch: 3, " ALL PAIR,
                                        "batch: 17, " ALL SQUARES MIXED, SQUARES MIXED};
    for (size_t e = 0; e < sizeof dimensions / sizeof *dimensions; e++)
        for (size_t r = 0; r < sizeof rests / sizeof *rests; r++)
            if (dimensions[e] > 2 || r < 2) /* three classes need that many directions */
                assert_full_is_plain(stated(dimensions[e], 5, rests[r]), 1 + (e + r) % 3,
                                     assert_same_moments);
}

/* ---- what varies, and what does not --------------------------------------------------------- */

/* Whole units without variance beside such as have some and such as vary in part, shared by classes
 * or not. */
static void units_without_variance_are_passed_over(void **unused)
{
    (void)unused;
#define HALVES(first, second, third)                                                               \
    "classes: [{weight: 0.5, label: 1, covariance: {family: zero-one, zero: " first                \
    "}, mean: {family: gaussian}}, {weight: 0.3, label: 0, covariance: {family: zero-one, "        \
    "zero: " second "}, mean: {family: zero}}, {weight: 0.2, label: 0, covariance: {family: "      \
    "zero-one, zero: " third "}, mean: {family: constant}}]"
    static const char *const rests[] = {
        HALVES("0.5", "[0.25, 0.75]", "[0.1, 0.95]"),
        ALL HALVES("[0, 0.064]", "[0.064, 0.128]", "[0.999, 1]"),
        "batch: 5, " ALL HALVES("[0.4, 1]", "[0, 1]", "[0.4, 1]"), /* the second does not vary */
        "batch: 20, " ALL HALVES("[0.128, 0.64]", "[0, 0.9]", "[0.3, 0.7]"),
    };
    for (size_t r = 0; r < sizeof rests / sizeof *rests; r++) {
        assert_full_is_plain(stated(1000, 15, rests[r]), 1, assert_same_moments);
        assert_full_is_plain(stated(5000, 5, rests[r]), 2, assert_same_moments);
    }
}

/* Samples that are their mean but for a thousandth, or without it altogether. */
static void classes_that_hardly_vary_keep_their_digits(void **unused)
{
    (void)unused;
#define HARDLY(variance)                                                                           \
    "learning_rate: 0.05, classes: [{weight: 0.5, label: 1, covariance: {family: isotropic, "      \
    "scale: " variance "}, mean: {family: gaussian, scale: 3}}, {weight: 0.5, label: 0, "          \
    "covariance: {family: isotropic, scale: 0.5}, mean: {family: constant}}]"
    static const char *const rests[] = {HARDLY("1e-6"), "batch: 3, ridge: 0.1, " HARDLY("1e-4"),
                                        HARDLY("1e-20"), "batch: 17, " HARDLY("5e-4"),
                                        HARDLY("6e-4") /* just so much that they do */};
    for (size_t r = 0; r < sizeof rests / sizeof *rests; r++)
        assert_full_is_plain(stated(700, 12, rests[r]), 1, assert_same_moments);
}

/* ---- numbers of any size -------------------------------------------------------------------- */

/* Everything as large as it may be beside what it is made of: moments of classes near 1e300 or
 * 1e-300 are told by their own size. */
static void assert_same_digits(const experiment_t *experiment, const moments_t *found,
                               const moments_t *expected, double relative)
{
    const size_t L = experiment->L;
    assert_close(found->norm2, expected->norm2, 0, relative, "norm2");
    for (size_t i = 0; i < experiment->C; i++)
        for (size_t l = 0; l < L; l++) {
            const double B = expected->B[i * experiment->pairs + l], m = expected->m[i * L + l];
            assert_close(found->m[i * L + l], m, relative * sqrt(B), relative, "mean");
            assert_close(found->B[i * experiment->pairs + l], B, 0, relative, "var");
        }
}

/* Classes of one size beside others of another: floats hold both. */
static void classes_have_units_of_their_own(void **unused)
{
    (void)unused;
#define SIZES(one, one2, other, other2)                                                            \
    "classes: [{weight: 0.5, label: 1, covariance: {family: power-law, exponent: 1, scale: " one2  \
    "}, mean: {family: gaussian, scale: " one                                                      \
    "}}, {weight: 0.5, label: 0, covariance: {family: isotropic, scale: " other2                   \
    "}, mean: {family: gaussian, scale: " other "}}]"
    static const char *const rests[] = {
        SIZES("1e-150", "1e-300", "1", "1"),
        "batch: 17, " SIZES("1e-150", "1e-300", "1", "1"),
        "batch: 3, learning_rate: 1e-100, " SIZES("1e50", "1e100", "1e45", "1e90"),
        "learning_rate: 1e300, " SIZES("1e-150", "1e-300", "1e-150", "1e-300"),
        "learning_rate: 1e-100, loss: least-squares, " SIZES("1e50", "1e100", "1", "1"),
        SIZES("1e-40", "1e-80", "1e-12", "1e-24"),
        "learning_rate: 1e-26, " SIZES("1e12", "1e24", "1e13", "1e26"),
        "learning_rate: 1e12, " SIZES("1e-13", "1e-13", "1e-6", "1e-12"),
    };
    for (size_t r = 0; r < sizeof rests / sizeof *rests; r++)
        assert_full_is_plain(stated(300, 9, rests[r]), 1, assert_same_digits);
}

/* Makes steps of a run and hands out what is read in the end. */
static moments_t run_of(const sgdl_problem_t *problem, batches_t batches, experiment_t *experiment,
                        size_t steps)
{
    void *model, *state;
    assert_int_equal(experiment_init(experiment, problem, &problem->plan, NULL), SGDL_OK);
    experiment->batches = batches;
    moments_t found = new_moments(experiment);
    assert_int_equal(kernel_full.prepare(experiment, &model, NULL), SGDL_OK);
    assert_int_equal(kernel_full.begin(model, 0, 1, &state), SGDL_OK);
    assert_true(kernel_full.advance(state, steps));
    kernel_full.read(state, &found);
    kernel_full.end(state);
    kernel_full.discard(model);
    return found;
}

/* Features 2^k times as large and X 2^-k times, which the rate, the ridge and the intercept follow:
 * the same bytes, but for powers of two. */
static void assert_units_change_no_byte(batches_t batches)
{
    static const int powers[] = {0, 3, 30, 45, 100, 150, -3, -45, -500};
    for (int batch = 1; batch <= 19; batch += 9) {
        moments_t first = {0};
        for (size_t e = 0; e < sizeof powers / sizeof *powers; e++) {
            char rest[1024];
            const double c = ldexp(1, powers[e]), c2 = ldexp(1, 2 * powers[e]);
            experiment_t experiment;
            (void)snprintf(
                rest, sizeof rest,
                "batch: %d, learning_rate: %.17g, ridge: %.17g, intercept: %.17g, classes: "
                "[{weight: 0.5, label: 1, covariance: {family: power-law, exponent: 1, scale: "
                "%.17g}, mean: {family: gaussian, scale: %.17g}}, {weight: 0.5, label: 0, "
                "covariance: {family: zero-one, zero: 0.5, scale: %.17g}, mean: {family: constant, "
                "scale: %.17g}}]",
                batch, 0.8 / c2, 0.25 * c2, 0.5 * c, 0.7 * c2, 1.5 * c, 1.1 * c2, 0.4 * c);
            sgdl_problem_t *problem = parse_problem(stated(5000, 8, rest));
            const moments_t found = run_of(problem, batches, &experiment, 8);
            if (e == 0) {
                first = found;
            } else {
                assert_memory_equal(found.m, first.m, experiment.C * sizeof *found.m);
                assert_memory_equal(found.B, first.B, experiment.C * sizeof *found.B);
                assert_true(found.norm2 * c * c == first.norm2);
                assert_true(found.norm2 > 0);
                free(found.m);
            }
            experiment_free(&experiment);
            sgdl_problem_free(problem);
        }
        free(first.m);
    }
}

static void units_change_no_byte(void **unused)
{
    (void)unused;
    assert_units_change_no_byte(BATCHES_DRAWN);
    assert_units_change_no_byte(BATCHES_SUMMED);
}

/* ---- interruption --------------------------------------------------------------------------- */

static volatile sig_atomic_t stop;
static size_t looked, most_looked;
static const sgdl_loss_t *real_loss;

/* Says stop once it has been asked for so many samples. */
static void watched_gradient(size_t L, const double *r, const double *target, double *g)
{
    if (++looked == most_looked)
        stop = 1;
    real_loss->gradient(L, r, target, g);
}

/* A run of 9000 directions makes so many samples when it is told to stop after some. */
static void assert_ends(const char *rest, size_t threads, size_t after, size_t made)
{
    experiment_t experiment;
    void *model, *state;
    sgdl_problem_t *problem = parse_problem(stated(9000, 50, rest));
    assert_int_equal(experiment_init(&experiment, problem, &problem->plan, NULL), SGDL_OK);
    experiment.batches = BATCHES_DRAWN;
    real_loss = experiment.loss;
    sgdl_loss_t watched = *experiment.loss;
    watched.gradient = watched_gradient;
    experiment.loss = &watched;
    experiment.interrupted = &stop;
    experiment.threads = threads;
    stop = 0;
    looked = 0;
    most_looked = after;
    assert_int_equal(kernel_full.prepare(&experiment, &model, NULL), SGDL_OK);
    assert_int_equal(kernel_full.begin(model, 0, 0, &state), SGDL_OK);
    assert_false(kernel_full.advance(state, 50));
    assert_int_equal(looked, made);
    kernel_full.end(state);
    kernel_full.discard(model);
    experiment_free(&experiment);
    sgdl_problem_free(problem);
}

/* Plain runs end with the panel in which they are told to, general ones with the sample, in a batch
 * or between two steps. */
static void interruption_ends_a_batch(void **unused)
{
    (void)unused;
    static const struct {
        int batch;
        size_t after, made;
    } cases[] = {{1, 1, 1},    {1, 7, 7},        {16, 5, 16},      {16, 16, 16},
                 {40, 3, 16},  {40, 17, 32},     {40, 33, 40},     {40, 41, 56},
                 {33, 33, 33}, {1000, 500, 512}, {1000, 999, 1000}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (size_t threads = 1; threads <= 3; threads += 2) {
            char rest[1024];
            (void)snprintf(rest, sizeof rest, "batch: %d, " PAIR, cases[c].batch);
            assert_ends(rest, threads, cases[c].after, cases[c].made);
            (void)snprintf(rest, sizeof rest, "clip: 0.5, batch: %d, " PAIR, cases[c].batch);
            assert_ends(rest, threads, cases[c].after, cases[c].after);
        }
}

/* ---- threads -------------------------------------------------------------------------------- */

static const char *const shared[] = {
    ALL FALLING PAIR,
    "batch: 5, " ALL FALLING PAIR,
    "batch: 35, " ALL PAIR,
    "batch: 3, " ALL FALLING SQUARES MIXED,
    "batch: 19, learning_rate: [0.5, 1], " SQUARES MIXED,
    "momentum: 0.5, clip: 0.4, gradient_noise: 0.1, batch: 2, " ALL PAIR,
    "learning_rate: {schedule: adagrad-norm, eta: 0.7, b0: 0.4}, " ALL PAIR,
    "learning_rate: 0.01, classes: [{weight: 0.5, label: 1, covariance: {family: isotropic, scale: "
    "1e-6}, mean: {family: gaussian, scale: 3}}, {weight: 0.5, label: 0, covariance: {family: "
    "isotropic}}]",
};
enum { SHARED = sizeof shared / sizeof *shared };

/* Eight blocks, the last of them not whole. */
static sgdl_table_t simulated(const char *rest, size_t runs, size_t threads)
{
    sgdl_plan_t plan = sgdl_plan_default();
    sgdl_error_t error = {0};
    sgdl_table_t table;
    char text[2048];
    (void)snprintf(text, sizeof text,
                   "{dimension: 30000, time: 0.0005, output: {times: [0, 0.0001, 0.0004, 0.0005]}, "
                   "%s}",
                   rest);
    sgdl_problem_t *problem = parse_problem(text);
    plan.runs = runs;
    plan.threads = threads;
    plan.kernel = SGDL_KERNEL_SAMPLES;
    sgdl_table_init(&table);
    if (sgdl_simulate(problem, &plan, INTO(&table), &error) != SGDL_OK)
        fail_msg("%s: %s", rest, error.message);
    sgdl_problem_free(problem);
    return table;
}

static bool same_values(const sgdl_table_t *a, const sgdl_table_t *b)
{
    return a->rows == b->rows && a->columns == b->columns && a->rows >= 4 &&
           memcmp(a->value, b->value, a->rows * a->columns * sizeof *a->value) == 0;
}

/* One run whose blocks threads share, and ensembles of fewer runs than threads. */
static void bytes_do_not_depend_on_threads(void **unused)
{
    (void)unused;
    static const size_t threads[] = {5, 2, 3, 13};
    for (size_t c = 0; c < SHARED; c++)
        for (size_t runs = 1; runs <= 2; runs++) {
            sgdl_table_t alone = simulated(shared[c], runs, 1);
            assert_true(table_at(&alone, 3, "norm2_mean") != table_at(&alone, 2, "norm2_mean"));
            for (size_t e = 0; e < (runs == 2 ? 1 : c == 0 ? 4 : 3); e++) {
                sgdl_table_t table = simulated(shared[c], runs, threads[e]);
                assert_true(same_values(&table, &alone));
                sgdl_table_free(&table);
            }
            sgdl_table_free(&alone);
        }
}

#ifdef _OPENMP
/* A caller's threads that simulate at once, each with threads of its own where its program allows
 * that and alone where it does not. */
static void callers_have_threads_of_their_own(void **unused)
{
    (void)unused;
    enum { CALLERS = 3 };
    const int levels = omp_get_max_active_levels();
    for (size_t c = 0; c < 4; c++)
        for (int allowed = 1; allowed <= 3; allowed++) {
            sgdl_table_t alone = simulated(shared[c], 1, 1), table[CALLERS];
            omp_set_max_active_levels(allowed);
#pragma omp parallel for num_threads(CALLERS) schedule(static, 1)
            for (int e = 0; e < CALLERS; e++)
                table[e] = simulated(shared[c], 1 + (size_t)e % 2, 3);
            assert_int_equal(omp_get_max_active_levels(), allowed);
            omp_set_max_active_levels(levels);
            assert_true(same_values(&table[0], &alone));
            assert_false(same_values(&table[1], &alone));
            assert_true(same_values(&table[2], &alone));
            for (size_t e = 0; e < CALLERS; e++)
                sgdl_table_free(&table[e]);
            sgdl_table_free(&alone);
        }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_go_by_panels),
        cmocka_unit_test(dimensions_end_anywhere),
        cmocka_unit_test(units_without_variance_are_passed_over),
        cmocka_unit_test(classes_that_hardly_vary_keep_their_digits),
        cmocka_unit_test(classes_have_units_of_their_own),
        cmocka_unit_test(units_change_no_byte),
        cmocka_unit_test(interruption_ends_a_batch),
        cmocka_unit_test(bytes_do_not_depend_on_threads),
#ifdef _OPENMP
        cmocka_unit_test(callers_have_threads_of_their_own),
#endif
    };
    return cmocka_run_group_tests_name("full_kernel", tests, NULL, NULL);
}
