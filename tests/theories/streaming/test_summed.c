/* Batches that are drawn by their sums: the law of those that are drawn sample by sample. */
#include "tests/curves.h"

#include <string.h>

#include "tests/same_law.h"

/* A simulation of the full kernel that draws its batches so. */
static void simulate(simulation_t *simulation, const sgdl_problem_t *problem, sgdl_plan_t *options,
                     batches_t batches, size_t runs)
{
    *options = problem->plan;
    options->runs = runs;
    options->kernel = SGDL_KERNEL_FULL;
    assert_int_equal(simulation_init(simulation, problem, options, NULL), SGDL_OK);
    sgd_t *sgd = &simulation->sgd;
    kernel_full.discard(sgd->model);
    sgd->model = NULL;
    sgd->experiment.batches = batches;
    assert_int_equal(kernel_full.prepare(&sgd->experiment, &sgd->model, NULL), SGDL_OK);
    assert_int_equal(simulation_run(simulation, NULL), SGDL_OK);
}

#define THREE                                                                                      \
    "classes: [{weight: 0.3, label: 1, covariance: {family: zero-one, zero: 0.4}, mean: {family: " \
    "gaussian}}, {weight: 0.5, label: 2, covariance: {family: isotropic, scale: 0.6}, mean: "      \
    "{family: gaussian, scale: 1.5}}, {weight: 0.2, label: 3, covariance: {family: zero-one, "     \
    "zero: [0.3, 0.7]}, mean: {family: power-law, exponent: 0.5}}]"
#define ALIKE                                                                                      \
    "classes: [{weight: 0.6, label: 1, covariance: {family: power-law, exponent: 1}, mean: "       \
    "{family: gaussian, scale: 2}}, {weight: 0.4, label: 0, covariance: {family: power-law, "      \
    "exponent: 1}, mean: {family: opposite, of: 1}}]"
#define APART                                                                                      \
    "classes: [{weight: 0.6, label: 1, covariance: {family: zero-one, zero: 0.5}, mean: {family: " \
    "gaussian, scale: 2, on: [0.25, 1]}}, {weight: 0.4, label: 0, covariance: {family: "           \
    "isotropic, scale: 1.7}, mean: {family: opposite, of: 1}}]"

/* ---- one step ------------------------------------------------------------------------------- */

enum { MOST = 32 };

/* Means and second moments of a step's update of X and of what is read out as m. */
typedef struct update {
    size_t size;
    double n, first[MOST], second[MOST][MOST], fourth[MOST][MOST];
} update_t;

static void add_update(update_t *self, const double *u)
{
    self->n++;
    for (size_t a = 0; a < self->size; a++) {
        self->first[a] += u[a];
        for (size_t b = a; b < self->size; b++) {
            self->second[a][b] += u[a] * u[b];
            self->fourth[a][b] += u[a] * u[b] * u[a] * u[b];
        }
    }
}

/* The updates of that many runs' second step: it pays what the first one owes in the pass in which
 * it draws. All runs begin at the same X. */
static void step_often(update_t *self, sgdl_problem_t *problem, batches_t batches, size_t runs)
{
    experiment_t experiment;
    void *model;
    double m[MOST], B[MOST];
    moments_t moments = {.m = m, .B = B};
    const bool drawn = batches == BATCHES_DRAWN;
    assert_int_equal(experiment_init(&experiment, problem, &problem->plan, NULL), SGDL_OK);
    experiment.batches = batches;
    assert_int_equal(kernel_full.prepare(&experiment, &model, NULL), SGDL_OK);
    const size_t L = experiment.L, count = L * experiment.d;
    memset(self, 0, sizeof *self);
    self->size = count + L;
    assert_true(self->size <= MOST);
    for (uint64_t run = 0; run < runs; run++) {
        void *state;
        double u[MOST];
        assert_int_equal(kernel_full.begin(model, 0, 2 * run + drawn, &state), SGDL_OK);
        assert_true(kernel_full.advance(state, 2));
        kernel_full.read(state, &moments);
        kernel_full.coordinates(state, u);
        memcpy(u + count, m, L * sizeof *u);
        for (size_t n = 0; n < experiment.d; n++)
            for (size_t l = 0; l < L; l++)
                u[l * experiment.d + n] -=
                    sqrt((double)experiment.d) * (problem->start ? problem->start[n * L + l] : 0);
        add_update(self, u);
        kernel_full.end(state);
    }
    kernel_full.discard(model);
    experiment_free(&experiment);
}

static void assert_same_updates(const char *text, double start, size_t runs)
{
    static update_t summed, drawn;
    sgdl_problem_t *problem = parse_problem(text);
    const size_t count = (size_t)problem->dimension * problem->targets.outputs;
    double *list = calloc(count, sizeof *list);
    assert_non_null(list);
    problem->start = problem->start_list = list;
    problem->start_norm2 = NAN;
    for (size_t e = 0; e < count; e++)
        list[e] = start * sin((double)(e * e + 1));
    step_often(&summed, problem, BATCHES_SUMMED, runs);
    step_often(&drawn, problem, BATCHES_DRAWN, runs);
    for (size_t a = 0; a < summed.size; a++) {
        const double n = drawn.n;
        assert_close(summed.first[a] / n, drawn.first[a] / n,
                     5 * sqrt(2 * drawn.second[a][a] / n / n), 1e-13, "mean");
        for (size_t b = a; b < summed.size; b++)
            assert_close(summed.second[a][b] / n, drawn.second[a][b] / n,
                         5 * sqrt(2 * drawn.fourth[a][b] / n / n), 1e-13, "second moment");
    }
    sgdl_problem_free(problem);
}

static void updates_have_the_moments_of_drawn_samples(void **unused)
{
    (void)unused;
    static const char *const cases[] = {
        "{dimension: 5, time: 1, learning_rate: 3, batch: 6, intercept: 0.7, label_noise: 0.2, "
        "ridge: 0.4, " ALIKE "}",
        "{dimension: 5, time: 1, learning_rate: 3, batch: 3, loss: least-squares, " APART "}",
        "{dimension: 4, time: 1, learning_rate: 2, batch: 7, loss: least-squares, encoding: "
        "one-hot, intercept: 1, ridge: 0.3, " THREE "}",
        "{dimension: 4, time: 1, learning_rate: 4, batch: 5, loss: softmax, label_noise: "
        "0.1, " THREE "}",
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        assert_same_updates(cases[c], 1, 30000);
        assert_same_updates(cases[c], 0, 10000); /* a singular X^T K X */
    }
}

/* ---- many steps ----------------------------------------------------------------------------- */

static void assert_same(const simulation_t *found, const simulation_t *expected, size_t runs)
{
    for (size_t row = 1; row < found->problem->plan.points; row++)
        for (size_t q = 0; q < found->sgd.readout.count; q++) {
            const sample_t a = sample_of(found, 0, runs, row, q);
            const sample_t b = sample_of(expected, runs, runs, row, q);
            const double mean_error = sqrt((a.variance + b.variance) / a.runs);
            const double variance_error = sqrt(variance_of_variance(a) + variance_of_variance(b));
            char what[READOUT_NAME_SIZE];
            readout_name(&found->sgd.readout, q, what);
            assert_close(a.mean, b.mean, 5 * mean_error, 1e-13, what);
            assert_close(a.variance, b.variance, 5 * variance_error, 1e-13, what);
        }
}

/* Of everything that is read out, by samples one by one and, where there is one, by the collapsed
 * kernel. */
static void assert_law(const char *text, size_t runs, bool collapses)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t options[3];
    simulation_t summed, drawn, collapsed;
    simulate(&summed, problem, &options[0], BATCHES_SUMMED, runs);
    simulate(&drawn, problem, &options[1], BATCHES_DRAWN, 2 * runs);
    assert_same(&summed, &drawn, runs);
    if (collapses) {
        run_simulation(&collapsed, problem, &options[2], SGDL_KERNEL_COLLAPSED, 2 * runs);
        assert_same(&summed, &collapsed, runs);
        simulation_free(&collapsed);
    }
    simulation_free(&summed);
    simulation_free(&drawn);
    sgdl_problem_free(problem);
}

static void runs_have_the_law_of_drawn_samples(void **unused)
{
    (void)unused;
    assert_law("{dimension: 20, learning_rate: 2, batch: 4, start: {norm2: 1.5}, ridge: 0.3, "
               "intercept: 1, label_noise: 0.2, output: {times: [0, 0.05, 3]}, " APART "}",
               1000, true);
    assert_law("{dimension: 20, learning_rate: 3, batch: 16, output: {times: [0, 2]}, " ALIKE "}",
               1000, false);
    assert_law("{dimension: 1, learning_rate: 1, batch: 5, output: {times: [0, 1, 5]}}", 1000,
               true);
}

static void runs_of_several_outputs_have_it(void **unused)
{
    (void)unused;
    assert_law("{dimension: 13, learning_rate: 0.7, batch: 6, loss: least-squares, encoding: "
               "one-hot, output: {times: [0, 2]}, " THREE "}",
               200, true);
    assert_law("{dimension: 20, learning_rate: 3, batch: 8, loss: softmax, label_noise: 0.1, "
               "intercept: 0.5, output: {times: [0, 2]}, " THREE "}",
               60, true);
}

static void runs_have_the_law_of_drawn_samples_at_300(void **unused)
{
    (void)unused;
    assert_law("{dimension: 300, learning_rate: 8, batch: 30, output: {times: [0, 0.2, 1]}, " ALIKE
               "}",
               100, false);
}

/* Without variance nothing is random but the order of the classes: the same numbers. */
static void nothing_else_is_random(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem =
        parse_problem("{dimension: 50, time: 4, batch: 3, classes: [{covariance: {family: "
                      "zero-one, zero: [0, 1]}, mean: {family: gaussian}}, {covariance: {family: "
                      "zero-one, zero: [0, 1]}, mean: {family: power-law, exponent: 1}}], "
                      "intercept: 1, ridge: 0.1, label_noise: 0.1, output: {points: 9}}");
    sgdl_plan_t options[2];
    simulation_t summed, drawn;
    enum { RUNS = 3 };
    simulate(&summed, problem, &options[0], BATCHES_SUMMED, RUNS);
    run_simulation(&drawn, problem, &options[1], SGDL_KERNEL_COLLAPSED, RUNS);
    for (size_t run = 0; run < RUNS; run++)
        for (size_t row = 0; row < problem->plan.points; row++)
            for (size_t q = 0; q < drawn.sgd.readout.count; q++)
                assert_close(ensemble_row(&summed.ensemble, 0, run, row)[q],
                             ensemble_row(&drawn.ensemble, 0, run, row)[q], 1e-13, 1e-12, "value");
    simulation_free(&summed);
    simulation_free(&drawn);
    sgdl_problem_free(problem);
}

/* Least squares is linear in X: at any d, E m_k = m_inf (1 - (1 - (gamma/d)(M2 + c))^k). */
static void mean_follows_the_closed_form(void **unused)
{
    (void)unused;
    static const size_t batch[] = {8, 64};
    enum { RUNS = 5000 };
    const double M2 = 0.36, c = 0.8;
    for (size_t e = 0; e < 2; e++) {
        char text[512];
        (void)snprintf(text, sizeof text,
                       "{dimension: 6, loss: least-squares, learning_rate: 0.3, time: 4, batch: "
                       "%zu, classes: [{covariance: {family: isotropic, scale: 0.8}, mean: "
                       "{family: constant, scale: 0.6}}, {covariance: {family: isotropic, scale: "
                       "0.8}, mean: {family: opposite, of: 1}}], output: {points: 5}}",
                       batch[e]);
        sgdl_problem_t *problem = parse_problem(text);
        sgdl_plan_t options;
        simulation_t simulation;
        simulate(&simulation, problem, &options, BATCHES_SUMMED, RUNS);
        for (size_t row = 1; row < problem->plan.points; row++) {
            const sample_t m = sample_of(&simulation, 0, RUNS, row, READOUT_FIRST_CLASS);
            const double expected =
                M2 / (M2 + c) * (1 - pow(1 - 0.3 / 6 * (M2 + c), (double)simulation.steps[row]));
            assert_close(m.mean, expected, 4.5 * sqrt(m.variance / m.runs), 0, "E m");
        }
        simulation_free(&simulation);
        sgdl_problem_free(problem);
    }
}

/* ---- bytes ----------------------------------------------------------------------------------- */

/* chi after some steps, read in between or not. */
static void run_once(const sgdl_problem_t *problem, size_t threads, size_t pieces, double *chi)
{
    experiment_t experiment;
    void *model, *state;
    double m[MOST], B[MOST];
    moments_t moments = {.m = m, .B = B};
    assert_int_equal(experiment_init(&experiment, problem, &problem->plan, NULL), SGDL_OK);
    experiment.threads = threads;
    experiment.batches = BATCHES_SUMMED;
    assert_int_equal(kernel_full.prepare(&experiment, &model, NULL), SGDL_OK);
    assert_int_equal(kernel_full.begin(model, 0, 5, &state), SGDL_OK);
    for (size_t p = 0; p < pieces; p++) {
        assert_true(kernel_full.advance(state, 12 / pieces));
        kernel_full.read(state, &moments);
    }
    kernel_full.coordinates(state, chi);
    kernel_full.end(state);
    kernel_full.discard(model);
    experiment_free(&experiment);
}

static void bytes_do_not_depend_on_threads(void **unused)
{
    (void)unused;
    enum { D = 20011 };
    static double chi[3][3 * D];
    static const char *const cases[] = {
        "{dimension: 20011, time: 1, learning_rate: 200, batch: 9, " ALIKE "}",
        "{dimension: 20011, time: 1, learning_rate: 100, batch: 11, loss: softmax, " THREE "}"};
    for (size_t c = 0; c < 2; c++) {
        sgdl_problem_t *problem = parse_problem(cases[c]);
        const size_t bytes = D * problem->targets.outputs * sizeof chi[0][0];
        run_once(problem, 1, 1, chi[0]);
        run_once(problem, 3, 1, chi[1]);
        assert_memory_equal(chi[0], chi[1], bytes);
        run_once(problem, 2, 4, chi[2]); /* reading pays early, and rounds otherwise at most */
        for (size_t e = 0; e < D * problem->targets.outputs; e++)
            assert_close(chi[2][e], chi[0][e], 1e-12, 1e-10, "chi");
        sgdl_problem_free(problem);
    }
}

/* What a user gets: by their sums where that is cheaper. */
static void batches_are_drawn_as_is_cheaper(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        bool summed;
    } cases[] = {
        {"{dimension: 1000, time: 1, batch: 1, " ALIKE "}", false},
        {"{dimension: 1000, time: 1, batch: 16, " ALIKE "}", true},
        {"{dimension: 1000, time: 1, batch: 16, clip: 1, " ALIKE "}", false},
        {"{dimension: 1000, time: 1, batch: 4, loss: softmax, " THREE "}", false},
        {"{dimension: 1000, time: 1, batch: 100, loss: softmax, " THREE "}", true},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        experiment_t experiment;
        void *model;
        sgdl_problem_t *problem = parse_problem(cases[c].text);
        assert_int_equal(experiment_init(&experiment, problem, &problem->plan, NULL), SGDL_OK);
        double cost[2];
        bool same = true;
        for (size_t e = 0; e < 2; e++) {
            experiment.batches = e == 0 ? BATCHES_CHEAPER : BATCHES_DRAWN;
            assert_int_equal(kernel_full.prepare(&experiment, &model, NULL), SGDL_OK);
            cost[e] = kernel_full.cost(&experiment, model);
            same = cost[0] == cost[e];
            kernel_full.discard(model);
        }
        assert_true(same != cases[c].summed);
        assert_true(cost[0] <= cost[1]);
        experiment_free(&experiment);
        sgdl_problem_free(problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(updates_have_the_moments_of_drawn_samples),
        cmocka_unit_test(runs_have_the_law_of_drawn_samples),
        cmocka_unit_test(runs_of_several_outputs_have_it),
        cmocka_unit_test(runs_have_the_law_of_drawn_samples_at_300),
        cmocka_unit_test(nothing_else_is_random),
        cmocka_unit_test(mean_follows_the_closed_form),
        cmocka_unit_test(bytes_do_not_depend_on_threads),
        cmocka_unit_test(batches_are_drawn_as_is_cheaper),
    };
    return cmocka_run_group_tests_name("summed", tests, NULL, NULL);
}
