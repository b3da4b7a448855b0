/* The pass that samples: against numbers of independent calculations (docs/fixed-data.md), whose
 * own errors are in the tolerances, against the exact recursion, and against itself. */
#include "tests/fixed_data.h"

#include <string.h>

#include "tests/theories/fixed_data/twenty_directions.h"

enum { PATHS = 2048, THREADS = 2 };

/* ---- a pass at the problem's own output times --------------------------------------------------
 */

typedef struct sample_run {
    sgdl_plan_t plan;
    setup_t setup;
    layout_t at;
    timeline_t timeline;
    double *rows;
    pass_result_t result;
} sample_run_t;

static int run_pass(sample_run_t *self, pass_f *pass, size_t paths, size_t threads)
{
    sgdl_error_t error = {0};
    const pass_task_t task = {.setup = &self->setup,
                              .timeline = &self->timeline,
                              .paths = paths,
                              .threads = threads,
                              .share = 1};
    memset(self->rows, 0, self->timeline.rows * self->at.width * sizeof *self->rows);
    return pass(&task, self->rows, &self->result, &error);
}

static sample_run_t *prepare(const sgdl_problem_t *problem)
{
    sample_run_t *self = calloc(1, sizeof *self);
    sgdl_error_t error = {0};
    if (plan_complete(&self->plan, NULL, problem, &error) != SGDL_OK ||
        setup_init(&self->setup, problem, &self->plan, 1e4, 1e-8, &error) != SGDL_OK ||
        timeline_init(&self->timeline, problem, &self->plan, 0, 0.25, 1, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    self->at = layout_of(&self->setup);
    self->rows = calloc(self->timeline.rows * self->at.width, sizeof *self->rows);
    return self;
}

static sample_run_t *run_expecting(const sgdl_problem_t *problem, pass_f *pass, size_t paths)
{
    sample_run_t *self = prepare(problem);
    if (run_pass(self, pass, paths, THREADS) != SGDL_OK)
        fail_msg("the pass failed");
    assert_int_equal(self->result.rows, self->timeline.rows);
    if (pass == pass_sampled)
        assert_true(self->result.residual > 0 && self->result.residual < 5);
    return self;
}

static void run_free(sample_run_t *self)
{
    timeline_free(&self->timeline);
    setup_free(&self->setup);
    free(self->rows);
    free(self);
}

static double at_row(const sample_run_t *self, size_t row, size_t column)
{
    return self->rows[row * self->at.width + column];
}

static double mixed(const sample_run_t *self, size_t row, size_t column)
{
    double sum = 0;
    for (size_t i = 0; i < self->setup.C; i++)
        sum += self->setup.p[i] * at_row(self, row, column + i);
    return sum;
}

static void assert_within(double found, double expected, double tolerance, const char *what)
{
    if (!isnan(expected) && !(fabs(found - expected) <= tolerance))
        fail_msg("%s: found %.6f, expected %.6f +- %g", what, found, expected, tolerance);
}

/* A row behind the first, which is at 0: of class 1, or m an overlap. NAN: not known. */
typedef struct known {
    double m, B, norm2, train;
} known_t;

static void check_known(const sample_run_t *run, const known_t *known, size_t count,
                        const known_t *tolerance)
{
    assert_int_equal(run->timeline.rows, count + 1);
    for (size_t r = 0; r < count; r++) {
        assert_within(at_row(run, r + 1, run->at.mean), known[r].m, tolerance->m, "m");
        assert_within(at_row(run, r + 1, run->at.moment), known[r].B, tolerance->B, "B");
        assert_within(at_row(run, r + 1, run->at.norm2), known[r].norm2, tolerance->norm2, "norm2");
        assert_within(mixed(run, r + 1, run->at.train_risk), known[r].train, tolerance->train,
                      "train risk");
    }
}

/* ---- two classes, three, and a signal in twenty directions -------------------------------------
 */

#define COMMON "data: {ratio: 1.5}\nridge: 0.02\nlearning_rate: 0.5\nloss: logistic\n"
static const known_t CLOSE = {.m = .006, .B = .02, .norm2 = .03, .train = .002};

static void check_twenty(const twenty_t *stated, const known_t *known, size_t count)
{
    sgdl_problem_t *problem = twenty_problem(stated);
    sample_run_t *run = run_expecting(problem, pass_sampled, PATHS);
    check_known(run, known, count, &CLOSE);
    run_free(run);
    sgdl_problem_free(problem);
}

#define PAIR(keys)                                                                                 \
    &(twenty_t) { 2, COMMON LOGISTIC_PAIR keys, PAIR_PROFILES, NULL }
#define THREE(keys)                                                                                \
    &(twenty_t) { 3, COMMON LOGISTIC_THREE keys, THREE_PROFILES, NULL }
#define TAUGHT(keys)                                                                               \
    &(twenty_t)                                                                                    \
    {                                                                                              \
        2,                                                                                         \
            COMMON "dimension: 20\nclasses: [{weight: 0.35}, {weight: 0.65}]\n"                    \
                   "teacher: {signal: {family: constant}, labels: logistic}\n" keys,               \
            PAIR_PROFILES, signal_cosine                                                           \
    }

static void full_batches(void **state)
{
    (void)state;
    static const known_t known[] = {{.79871, .33666, .70462, .40855},
                                    {1.64813, 1.28431, 3.17752, .24902},
                                    {2.30045, 2.37054, 6.76198, NAN}};
    check_twenty(PAIR("batch: full\noutput: {times: [0, 5, 20, 60]}\n"), known, 3);
}

static void nesterov(void **state)
{
    (void)state;
    static const known_t known[] = {{1.39383, .99159, 2.16572, NAN},
                                    {2.45198, 2.72997, 7.7432, NAN},
                                    {2.58232, 2.8979, 9.06519, NAN}};
    check_twenty(PAIR("batch: full\nmomentum: {nesterov: 0.7}\noutput: {times: [0, 5, 20, 50]}\n"),
                 known, 3);
}

static void fractions(void **state)
{
    (void)state;
    static const known_t known[] = {{.8028, .4104, .8188, .4180},
                                    {1.6613, 1.3689, 3.3278, .2543},
                                    {2.3136, 2.4402, 6.9056, NAN}};
    check_twenty(PAIR("batch: {fraction: 0.3}\noutput: {times: [0, 5, 20, 60]}\n"), known, 3);
}

/* batch b of rate gamma: eta = gamma/b = 2, cells of DT = 0.25/gamma: f = DT b/alpha = 1/12. */
static void small_batches(void **state)
{
    (void)state;
    static const known_t known[] = {{1.1983, .8857, 1.8830, NAN}, {1.6644, 1.4652, 3.4844, NAN}};
    sgdl_problem_t *problem = twenty_problem(
        &(twenty_t){2,
                    "data: {ratio: 1.5}\nridge: 0.02\nlearning_rate: 2\nbatch: 1\nloss: logistic\n"
                    "output: {times: [0, 2.5, 5]}\n" LOGISTIC_PAIR,
                    PAIR_PROFILES, NULL});
    sample_run_t *run = prepare(problem);
    sgdl_error_t error = {0};
    timeline_free(&run->timeline);
    assert_int_equal(timeline_init(&run->timeline, problem, &run->plan, 0, 0.125, 1, &error),
                     SGDL_OK);
    assert_int_equal(run_pass(run, pass_sampled, PATHS, THREADS), SGDL_OK);
    check_known(run, known, 2, &CLOSE);
    run_free(run);
    sgdl_problem_free(problem);
}

static void labels_from_a_signal(void **state)
{
    (void)state;
    static const known_t full[] = {{.58291, .28468, .53094, .47883},
                                   {1.1630, 1.22517, 2.48702, .3490}};
    static const known_t some[] = {{.5850, NAN, .610, NAN}, {1.1709, NAN, 2.602, NAN}};
    check_twenty(TAUGHT("batch: full\noutput: {times: [0, 5, 20]}\n"), full, 2);
    check_twenty(TAUGHT("batch: {fraction: 0.4}\noutput: {times: [0, 5, 20]}\n"), some, 2);
}

static void an_intercept_and_selections_with_a_memory(void **state)
{
    (void)state;
    static const known_t intercept[] = {{.53982, NAN, .51785, NAN}, {1.19047, NAN, 2.54796, NAN}},
                         epochs[] = {{.4708, NAN, .6148, .4835}, {.9549, NAN, 2.7189, .3425}},
                         chain[] = {{.4241, NAN, .7836, NAN}, {.9093, NAN, 2.9244, NAN}};
    check_twenty(THREE("batch: full\nintercept: 0.9\noutput: {times: [0, 5, 20]}\n"), intercept, 2);
    check_twenty(THREE("batch: {fraction: 0.25}\nsampling: reshuffled\n"
                       "output: {times: [0, 5, 20]}\n"),
                 epochs, 2);
    check_twenty(THREE("batch: {fraction: 0.3}\nsampling: {persistent: 2}\n"
                       "output: {times: [0, 5, 20]}\n"),
                 chain, 2);
}

/* ---- isotropic features, a signal's sign -------------------------------------------------------
 */

static const char sign_of_a_signal[] =
    "dimension: inf\nloss: logistic\nclasses: [{weight: 1, covariance: isotropic, mean: zero}]\n"
    "teacher: {signal: constant, labels: sign}\ndata: {ratio: 2}\nridge: 0.05\nstart: {norm2: 1}\n";

static void check_isotropic(const char *keys, const known_t *known, size_t count,
                            const known_t *tolerance)
{
    char text[1024];
    (void)snprintf(text, sizeof text, "%s%s", sign_of_a_signal, keys);
    sgdl_problem_t *problem = parse_problem(text);
    sample_run_t *run = run_expecting(problem, pass_sampled, 2 * PATHS);
    for (size_t r = 0; r < count; r++) {
        assert_within(at_row(run, r + 1, run->at.overlap), known[r].m, tolerance->m, "overlap");
        assert_within(at_row(run, r + 1, run->at.norm2), known[r].norm2, tolerance->norm2, "norm2");
    }
    assert_within(at_row(run, 0, run->at.train_risk), known[0].train, tolerance->train, "at 0");
    run_free(run);
    sgdl_problem_free(problem);
}

static void the_sign_of_a_signal(void **state)
{
    (void)state;
    static const known_t tolerance = {.m = .008, .norm2 = .03, .train = .003};
    static const known_t some[] = {{1.4205, 0, 3.218, .8060}, {1.6463, 0, 4.014, NAN}},
                         epochs[] = {{1.5020, 0, 3.434, .8060}, {1.7294, 0, 4.254, NAN}},
                         ahead[] = {{1.8891, 0, 5.125, .8060}, {1.7328, 0, 4.188, NAN}};
    check_isotropic("learning_rate: 1\nbatch: {fraction: 0.3}\noutput: {times: [0, 10, 20]}\n",
                    some, 2, &tolerance);
    check_isotropic("learning_rate: 1\nbatch: {fraction: 0.25}\nsampling: reshuffled\n"
                    "output: {times: [0, 10, 20]}\n",
                    epochs, 2, &tolerance);
    check_isotropic("learning_rate: 1\nbatch: full\nmomentum: {nesterov: 0.7}\n"
                    "output: {times: [0, 7, 15]}\n",
                    ahead, 2, &(known_t){.m = .008, .norm2 = .04, .train = .003});
}

/* ---- least squares, without and with sampling --------------------------------------------------
 */

static void check_exact(const char *keys, double tolerance)
{
    char text[1024];
    (void)snprintf(text, sizeof text, QUADRATIC_CLASSES "data: {ratio: 1.4}\nridge: 0.03\n%s",
                   keys);
    const twenty_t stated = {3, text, QUADRATIC_PROFILES, NULL};
    sgdl_problem_t *problem = twenty_problem(&stated);
    sample_run_t *exact = run_expecting(problem, pass_exact, 0),
                 *sampled = run_expecting(problem, pass_sampled, PATHS);
    for (size_t r = 0; r < exact->timeline.rows; r++)
        for (size_t c = 0; c < exact->at.train_error; c++) {
            const double expected = at_row(exact, r, c);
            assert_within(at_row(sampled, r, c), expected, tolerance * (0.1 + fabs(expected)),
                          "least squares");
        }
    for (size_t r = 0; r < exact->timeline.rows; r++)
        for (size_t i = 0; i < 3; i++)
            assert_within(at_row(sampled, r, sampled->at.train_error + i),
                          at_row(exact, r, exact->at.train_error + i), 0.05, "train error");
    run_free(exact);
    run_free(sampled);
    sgdl_problem_free(problem);
}

static void least_squares_needs_no_sampling(void **state)
{
    (void)state;
    check_exact("learning_rate: 0.3\nbatch: full\noutput: {times: [0, 1, 2, 10, 20]}\n", 2e-3);
    check_exact("learning_rate: 0.3\nbatch: {fraction: 0.3}\noutput: {times: [0, 1, 2, 10, 20]}\n",
                1e-2);
    check_exact("learning_rate: 0.2\nbatch: {fraction: 0.5}\nmomentum: {nesterov: 0.6}\n"
                "intercept: 0.8\nlabel_noise: 0.1\noutput: {times: [0, 3, 15]}\n",
                2e-2);
    /* cells with about as many visits as samples, and their diffusion */
    check_exact("learning_rate: 0.6\nbatch: 2\noutput: {times: [0, 1, 3]}\n", 1e-2);
    check_exact("learning_rate: 0.6\nbatch: 2\nmethod: sme\noutput: {times: [0, 1, 3]}\n", 1e-2);
}

static void a_noisy_linear_signal_needs_none_either(void **state)
{
    (void)state;
    sgdl_problem_t *problem =
        parse_problem("dimension: inf\nloss: least-squares\n"
                      "classes: [{weight: 1, covariance: isotropic, mean: zero}]\n"
                      "teacher: {signal: constant, labels: linear, noise: 0.5}\ndata: {ratio: 2}\n"
                      "ridge: 0.05\nstart: {norm2: 1}\nlearning_rate: 0.2\n"
                      "batch: {fraction: 0.3}\noutput: {times: [0, 1, 2, 10, 30]}\n");
    sample_run_t *exact = run_expecting(problem, pass_exact, 0),
                 *sampled = run_expecting(problem, pass_sampled, PATHS);
    for (size_t r = 0; r < exact->timeline.rows; r++)
        for (size_t c = 0; c < exact->at.train_error; c++)
            assert_within(at_row(sampled, r, c), at_row(exact, r, c),
                          1e-2 * (0.1 + fabs(at_row(exact, r, c))), "linear signal");
    assert_true(isnan(at_row(sampled, 0, sampled->at.train_error)));
    run_free(exact);
    run_free(sampled);
    sgdl_problem_free(problem);
}

/* ---- bytes, ends -------------------------------------------------------------------------------
 */

static void threads_change_nothing(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "batch: full\nlabel_noise: 0.1\nmomentum: {nesterov: 0.5}\noutput: {times: [0, 5, 12]}\n",
        "batch: {fraction: 0.3}\noutput: {times: [0, 5, 12]}\n",
        "batch: {fraction: 0.25}\nsampling: reshuffled\noutput: {times: [0, 5, 12]}\n"};
    for (size_t k = 0; k < 3; k++) {
        char text[1024];
        (void)snprintf(text, sizeof text, COMMON LOGISTIC_PAIR "%s", keys[k]);
        const twenty_t stated = {2, text, PAIR_PROFILES, NULL};
        sgdl_problem_t *problem = twenty_problem(&stated);
        sample_run_t *one = prepare(problem), *more = prepare(problem);
        const size_t bytes = one->timeline.rows * one->at.width * sizeof(double);
        assert_int_equal(run_pass(one, pass_sampled, 5000, 1), SGDL_OK);
        for (size_t threads = 2; threads <= 3; threads++) {
            assert_int_equal(run_pass(more, pass_sampled, 5000, threads), SGDL_OK);
            assert_memory_equal(one->rows, more->rows, bytes);
            assert_true(one->result.residual == more->result.residual);
        }
        run_free(one);
        run_free(more);
        sgdl_problem_free(problem);
    }
}

static void what_diverges_keeps_its_rows(void **state)
{
    (void)state;
    sgdl_problem_t *problem =
        parse_problem("dimension: inf\nloss: least-squares\n"
                      "classes: [{weight: 1, covariance: isotropic, mean: zero}]\n"
                      "teacher: {signal: constant, labels: linear}\ndata: {ratio: 2}\n"
                      "start: {norm2: 1}\nlearning_rate: 1e20\nbatch: full\n"
                      "output: {times: [0, 1, 2, 100]}\n");
    sample_run_t *run = prepare(problem);
    assert_int_equal(run_pass(run, pass_sampled, 512, 1), SGDL_ERR_DIVERGED);
    assert_true(run->result.rows >= 1 && run->result.rows < 4);
    run_free(run);
    sgdl_problem_free(problem);
}

static void an_interruption_ends_it(void **state)
{
    (void)state;
    volatile sig_atomic_t stop = 1;
    sgdl_problem_t *problem =
        twenty_problem(PAIR("batch: full\noutput: {times: [0, 5, 20, 60]}\n"));
    sample_run_t *run = prepare(problem);
    run->plan.watch.stop = &stop;
    assert_int_equal(run_pass(run, pass_sampled, 512, 1), SGDL_ERR_INTERRUPTED);
    assert_int_equal(run->result.rows, 0);
    run_free(run);
    sgdl_problem_free(problem);
}

/* What is told beforehand grows with paths and steps, and lists take less than all of time. */
static void memory_is_told(void **state)
{
    (void)state;
    sgdl_problem_t *all = twenty_problem(PAIR("batch: full\noutput: {times: [0, 40]}\n")),
                   *some =
                       twenty_problem(PAIR("batch: {fraction: 0.05}\noutput: {times: [0, 40]}\n"));
    sample_run_t *one = prepare(all), *other = prepare(some);
    const double full = pass_sampled_memory(&one->setup, &one->timeline, 4096, 1),
                 twice = pass_sampled_memory(&one->setup, &one->timeline, 8192, 1),
                 lists = pass_sampled_memory(&other->setup, &other->timeline, 4096, 1);
    assert_true(full > 2 * 4096 * 40.0 * 41 / 2 * 4 && full < 4 * 4096 * 40.0 * 41 / 2 * 4);
    assert_true(twice > 1.5 * full && twice < 2 * full);
    assert_true(lists < full / 2);
    run_free(one);
    run_free(other);
    sgdl_problem_free(all);
    sgdl_problem_free(some);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_batches),
        cmocka_unit_test(nesterov),
        cmocka_unit_test(fractions),
        cmocka_unit_test(small_batches),
        cmocka_unit_test(labels_from_a_signal),
        cmocka_unit_test(an_intercept_and_selections_with_a_memory),
        cmocka_unit_test(the_sign_of_a_signal),
        cmocka_unit_test(least_squares_needs_no_sampling),
        cmocka_unit_test(a_noisy_linear_signal_needs_none_either),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(what_diverges_keeps_its_rows),
        cmocka_unit_test(an_interruption_ends_it),
        cmocka_unit_test(memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
