/* General steps: clipped and noisy gradients, momentum, labels of a teacher. The full kernel
 * against the algorithm as it is stated, the collapsed one against the full one, both against
 * arithmetic. */
#include "tests/same_law.h"

#include "tests/stated_steps.h"

/* ---- the algorithm as it is stated ------------------------------------------------------------
 */

#define LAWS                                                                                       \
    "covariance: {family: power-law, exponent: 0.5}, mean: {family: gaussian}}, {weight: 0.4, "
#define LAW "covariance: {family: isotropic, scale: 0.7}, mean: {family: constant, scale: 0.5}}]"
#define LABELS(one, two) "classes: [{weight: 0.6, label: " one ", " LAWS "label: " two ", " LAW
#define UNLABELLED "classes: [{weight: 0.6, " LAWS LAW
#define SIGNAL(labels)                                                                             \
    "teacher: {signal: {family: power-law, exponent: 0.2}, labels: " labels "}, " UNLABELLED
#define HEAVY "momentum: {gain: 1.5, weight: 1.2, decay: {value: 3, over: 0.2}}, "

#define ADAGRAD "learning_rate: {schedule: adagrad-norm, eta: 0.7, b0: 0.4}, "

static const char *const all[] = {
    "{dimension: 600, time: 0.2, learning_rate: 1.2, clip: 0.3, " LABELS("1", "0") "}",
    "{dimension: 70, time: 1, loss: least-squares, batch: 3, clip: 0.6, ridge: 0.2, intercept: 1, "
    "start: {norm2: 1}, " LABELS("1", "-1") "}",
    "{dimension: 900, time: 0.2, gradient_noise: 0.4, ridge: 0.3, " LABELS("1", "0") "}",
    "{dimension: 90, time: 1, momentum: 0.8, learning_rate: 0.2, intercept: 0.5, batch: 2, " LABELS(
        "1", "0") "}",
    "{dimension: 90, time: 1, loss: least-squares, encoding: one-hot, momentum: 0.5, "
    "learning_rate: {schedule: polynomial, value: 0.5, tau: 0.3, power: 0.5}, gradient_noise: "
    "0.3, batch: 2, intercept: 1, ridge: 0.1, start: {norm2: 1}, " LABELS("1", "2") "}",
    "{dimension: 80, time: 1, learning_rate: 0.4, " HEAVY "intercept: 1, " LABELS("1", "0") "}",
    "{dimension: 530, time: 0.3, learning_rate: 0.4, " HEAVY
    "clip: 0.4, gradient_noise: 0.2, ridge: 0.1, batch: 3, intercept: 1, " LABELS("1", "0") "}",
    "{dimension: 80, time: 1, loss: least-squares, " SIGNAL("linear, noise: 0.3") "}",
    "{dimension: 80, time: 1, loss: least-squares, intercept: 1, momentum: 0.4, clip: 0.5, " SIGNAL(
        "sign") "}",
    "{dimension: 80, time: 1, loss: least-squares, batch: 2, " SIGNAL("logistic, steepness: 2") "}",
    "{dimension: 80, time: 1, loss: least-squares, " HEAVY SIGNAL("logistic-soft") "}",
    "{dimension: 80, time: 1, start: {norm2: 1}, " SIGNAL("sign") "}",
    "{dimension: 80, time: 1, intercept: 1, ridge: 0.2, gradient_noise: 0.3, " SIGNAL(
        "logistic, steepness: 1.5") "}",
    "{dimension: 80, time: 1, gradient_noise: 0.3, clip: 0.5, batch: 2, ridge: 0.2, intercept: "
    "1, " ADAGRAD SIGNAL("sign") "}",
    "{dimension: 80, time: 1, loss: least-squares, encoding: one-hot, gradient_noise: 0.2, " ADAGRAD
        LABELS("1", "2") "}",
    "{dimension: 80, time: 1, clip: 0.2, batch: 2, " HEAVY SIGNAL("logistic-soft") "}",
    /* of several blocks: threads share them */
    "{dimension: 9001, time: 0.0012, loss: least-squares, encoding: one-hot, momentum: 0.5, "
    "gradient_noise: 0.3, batch: 2, intercept: 1, ridge: 0.1, start: {norm2: 1}, " LABELS("1",
                                                                                          "2") "}",
    "{dimension: 4097, time: 0.003, gradient_noise: 0.3, clip: 0.5, batch: 3, ridge: 0.2, "
    "intercept: 1, start: {norm2: 1}, " ADAGRAD SIGNAL("sign") "}",
    "{dimension: 8193, time: 0.0015, learning_rate: 0.4, clip: 0.4, " HEAVY LABELS("1", "0") "}",
    "{dimension: 12300, time: 0.001, loss: least-squares, learning_rate: 0.4, " SIGNAL(
        "linear, noise: 0.3") "}",
};

static void full_kernel_makes_the_steps_as_stated(void **unused)
{
    (void)unused;
    for (size_t c = 0; c < sizeof all / sizeof all[0]; c++) {
        sgdl_problem_t *problem = parse_problem(all[c]);
        static stated_t stated;
        double m[8], B[8], cross[8];
        void *model, *state;
        stated_init(&stated, problem, 5);
        stated.experiment.threads = 1 + c % 3;
        if (strstr(all[c], ADAGRAD)) {
            stated.eta = 0.7;
            stated.b0 = 0.4;
        }
        moments_t moments = {.m = m, .B = B, .cross = problem->has_teacher ? cross : NULL};
        assert_int_equal(kernel_full.prepare(&stated.experiment, &model, NULL), SGDL_OK);
        assert_int_equal(kernel_full.begin(model, 0, 5, &state), SGDL_OK);
        const size_t steps = (size_t)rint(problem->time * problem->dimension);
        for (size_t piece = 0, done = 0; done < steps; piece++) {
            const size_t count = piece < steps - done ? piece : steps - done;
            assert_true(kernel_full.advance(state, count));
            for (size_t end = done + count; done < end; done++)
                stated_step(&stated,
                            sgdl_schedule_rate(&problem->learning_rate[0],
                                               (double)done / problem->dimension, problem->time));
            kernel_full.read(state, &moments);
            assert_moments(&stated, &moments);
        }
        kernel_full.end(state);
        kernel_full.discard(model);
        stated_free(&stated);
        sgdl_problem_free(problem);
    }
}

/* ---- without variance -------------------------------------------------------------------------
 */

/* All samples are the mean mu, |mu| = 1 and d = 32: X = x mu follows a recursion of two numbers.
 * Least squares for the label y, which a teacher X* = 0.5 u^0 gives as well. */
typedef struct line {
    const char *options;
    double clip, ridge, c2, beta;
    double gain, weight, decay, over; /* the map */
    double eta, b0;                   /* of adagrad-norm; else the rate is 0.9 */
} line_t;

static const line_t lines[] = {
    {"clip: 0.05, batch: 2", .clip = 0.05},
    {"clip: 0.1, ridge: 0.3, intercept: 0.7", .clip = 0.1, .ridge = 0.3, .c2 = 0.49},
    {"momentum: 0.75, intercept: 0.7", .clip = INFINITY, .c2 = 0.49, .beta = 0.75},
    {"momentum: 0.5, clip: 0.08, ridge: 0.2", .clip = 0.08, .ridge = 0.2, .beta = 0.5},
    {"momentum: {gain: 2, weight: 3, decay: 1.5}", .clip = INFINITY, .gain = 2, .weight = 3,
     .decay = 1.5, .over = INFINITY},
    {"momentum: {gain: 2, weight: 3, decay: {value: 4, over: 0.5}}, intercept: 0.7, clip: 0.1, "
     "ridge: 0.1, batch: 3",
     .clip = 0.1, .gain = 2, .weight = 3, .decay = 4, .over = 0.5, .c2 = 0.49, .ridge = 0.1},
    {"learning_rate: {schedule: adagrad-norm, eta: 4, b0: 1}, batch: 2", .clip = INFINITY, .eta = 4,
     .b0 = 1},
    {"learning_rate: {schedule: adagrad-norm, eta: 4, b0: 1}, clip: 0.15, ridge: 0.1", .clip = 0.15,
     .ridge = 0.1, .eta = 4, .b0 = 1},
};

typedef struct coordinate {
    double at, velocity;
} coordinate_t;

static void move_line(const line_t *self, const double at[2], double G, coordinate_t *x)
{
    const double t = at[0], gamma = at[1], d = 32;
    if (self->gain > 0) {
        x->velocity *= 1 - self->decay / (1 + t / self->over) / d;
        x->velocity += self->gain / d * G;
        x->at -= gamma / d * G + self->weight / d * x->velocity;
    } else {
        x->velocity = self->beta * x->velocity + G;
        x->at -= gamma / d * x->velocity;
    }
}

static void follow_line(const line_t *self, const kernel_t *kernel, bool teacher)
{
    char text[768];
    (void)snprintf(text, sizeof text,
                   "{dimension: 32, time: 9, loss: least-squares, %s, %s, %s "
                   "classes: [{%s covariance: {family: isotropic, scale: 1.0e-30}, mean: {family: "
                   "constant}}]}",
                   self->eta > 0 ? "seed: 2" : "learning_rate: 0.9", self->options,
                   teacher ? "teacher: {signal: {family: constant, scale: 1.5}, labels: linear},"
                           : "",
                   teacher ? "" : "label: 1.5,");
    sgdl_problem_t *problem = parse_problem(text);
    experiment_t experiment;
    void *model, *state;
    double m, B, cross;
    moments_t moments = {.m = &m, .B = &B, .cross = teacher ? &cross : NULL};
    assert_int_equal(experiment_init(&experiment, problem, &problem->plan, NULL), SGDL_OK);
    assert_int_equal(kernel->prepare(&experiment, &model, NULL), SGDL_OK);
    assert_int_equal(kernel->begin(model, 0, 0, &state), SGDL_OK);
    coordinate_t x = {0}, bias = {0};
    double accumulated = 0;
    for (int k = 0; k < 200; k++) {
        const double allowed = self->clip * sqrt(32), error = x.at + bias.at - 1.5;
        const double g = fabs(error) > allowed ? copysign(allowed, error) : error;
        const double G = g + self->ridge * x.at;
        accumulated += G * G / (32 * 32);
        const double gamma =
            self->eta > 0 ? self->eta / sqrt(self->b0 * self->b0 + accumulated) : 0.9;
        move_line(self, (double[]){k / 32.0, gamma}, G, &x);
        move_line(self, (double[]){k / 32.0, gamma}, g * self->c2, &bias);
        assert_true(kernel->advance(state, 1));
        if (k % 7 != 0)
            continue;
        kernel->read(state, &moments);
        assert_close(m, x.at + bias.at - (teacher ? 1.5 : 0), 1e-12, 0, self->options);
        assert_close(moments.norm2, x.at * x.at, 1e-12, 0, self->options);
        if (teacher)
            assert_close(moments.overlap, 1.5 * x.at, 1e-12, 0, self->options);
    }
    assert_true(fabs(x.at + bias.at) > 0.9);
    kernel->end(state);
    kernel->discard(model);
    experiment_free(&experiment);
    sgdl_problem_free(problem);
}

static void kernels_follow_a_line(void **unused)
{
    (void)unused;
    for (size_t c = 0; c < sizeof lines / sizeof lines[0]; c++)
        for (int teacher = 0; teacher < 2; teacher++) {
            follow_line(&lines[c], &kernel_full, teacher);
            follow_line(&lines[c], &kernel_collapsed, teacher);
        }
}

/* ---- what changes nothing ---------------------------------------------------------------------
 */

typedef struct idle {
    const char *options;
    int most_batch; /* up to which the collapsed kernel draws the same numbers */
} idle_t;

static const idle_t idle[] = {
    {"gradient_noise: 1.0e-200", 3},
    {"clip: 1.0e+200", 1},                           /* draws more of every sample */
    {"momentum: {gain: 1, weight: 0, decay: 2}", 0}, /* so does a second column */
    {"momentum: {gain: 0, weight: 1, decay: 2}", 0},
};

/* Where a class has no variance a plain collapsed step draws nothing: there all have some. */
static simulation_t run_text(const char *options, int batch, sgdl_kernel_t kernel,
                             sgdl_problem_t **problem, sgdl_plan_t *plan)
{
    char text[768];
    simulation_t simulation;
    (void)snprintf(text, sizeof text,
                   "{dimension: 700, time: 0.1, output: {points: 3}, batch: %d, %s ridge: 0.1, "
                   "intercept: 1, classes: [{covariance: {family: %s: 0.5}, mean: {family: "
                   "gaussian}}, {covariance: {family: isotropic}, mean: {family: opposite, of: "
                   "1}}]}",
                   batch, options,
                   kernel == SGDL_KERNEL_FULL ? "zero-one, zero" : "isotropic, scale");
    *problem = parse_problem(text);
    run_simulation(&simulation, *problem, plan, kernel, 2);
    return simulation;
}

static void assert_idle(const char *options, int batch, sgdl_kernel_t kernel)
{
    sgdl_problem_t *problem[2];
    sgdl_plan_t plan[2];
    char text[128];
    (void)snprintf(text, sizeof text, "%s,", options);
    simulation_t plain = run_text("", batch, kernel, &problem[0], &plan[0]);
    simulation_t general = run_text(text, batch, kernel, &problem[1], &plan[1]);
    for (size_t run = 0; run < 2; run++)
        for (size_t row = 0; row < 3; row++)
            for (size_t q = 0; q < plain.sgd.readout.count; q++)
                assert_close(ensemble_row(&general.ensemble, 0, run, row)[q],
                             ensemble_row(&plain.ensemble, 0, run, row)[q], 1e-14, 1e-12, options);
    simulation_free(&plain);
    simulation_free(&general);
    sgdl_problem_free(problem[0]);
    sgdl_problem_free(problem[1]);
}

/* Whatever is done in another order is off by rounding alone. */
static void what_does_nothing_leaves_plain_runs(void **unused)
{
    (void)unused;
    for (size_t c = 0; c < sizeof idle / sizeof idle[0]; c++)
        for (int batch = 1; batch <= 3; batch += 2) {
            assert_idle(idle[c].options, batch, SGDL_KERNEL_FULL);
            if (batch <= idle[c].most_batch)
                assert_idle(idle[c].options, batch, SGDL_KERNEL_COLLAPSED);
        }
}

/* ---- laws -------------------------------------------------------------------------------------
 */

#define GROUPS                                                                                     \
    "covariance: {family: isotropic, scale: 1.3}, mean: {family: constant, scale: 0.8}}, "         \
    "{weight: "                                                                                    \
    "0.6, "
#define GROUP "covariance: {family: zero-one, zero: 0.4}, mean: {family: gaussian, scale: 0.5}}]"
#define GROUPED(one, two) "classes: [{weight: 0.4, label: " one ", " GROUPS "label: " two ", " GROUP
#define TAUGHT(labels)                                                                             \
    "teacher: {signal: {family: gaussian}, labels: " labels                                        \
    "}, classes: [{weight: 0.4, " GROUPS GROUP
#define TIMES "output: {times: [0, 0.1, 2]}, "

static void collapsed_has_the_law_of_full(void **unused)
{
    (void)unused;
    static const char *const cases[] = {
        "{dimension: 30, learning_rate: 1.2, clip: 0.2, " TIMES GROUPED("1", "0") "}",
        "{dimension: 30, loss: least-squares, learning_rate: 0.7, batch: 4, clip: 0.5, " TIMES
            GROUPED("1", "-1") "}",
        "{dimension: 30, learning_rate: 0.7, gradient_noise: 0.5, batch: 2, " TIMES GROUPED(
            "1", "0") "}",
        "{dimension: 30, learning_rate: 0.4, momentum: 0.7, intercept: 0.5, start: {norm2: "
        "1}, " TIMES GROUPED("1", "0") "}",
        "{dimension: 30, loss: least-squares, encoding: one-hot, learning_rate: 0.2, momentum: "
        "0.7, batch: 2, gradient_noise: 0.2, ridge: 0.2, intercept: 0.5, " TIMES GROUPED("1",
                                                                                         "2") "}",
        "{dimension: 30, learning_rate: 0.4, clip: 0.3, gradient_noise: 0.2, ridge: 0.1, batch: 3, "
        "intercept: 1, " HEAVY TIMES GROUPED("1", "0") "}",
        "{dimension: 30, loss: least-squares, learning_rate: 0.4, " TIMES TAUGHT(
            "linear, noise: 0.5") "}",
        "{dimension: 30, loss: least-squares, clip: 0.4, batch: 2, " TIMES TAUGHT("logistic") "}",
        "{dimension: 30, learning_rate: 0.4, " HEAVY TIMES TAUGHT("sign") "}",
        "{dimension: 30, gradient_noise: 0.3, batch: 2, clip: 0.4, " ADAGRAD TIMES TAUGHT(
            "sign") "}",
        "{dimension: 30, loss: least-squares, encoding: one-hot, gradient_noise: 0.3, " ADAGRAD
            TIMES GROUPED("1", "2") "}",
        "{dimension: 30, loss: least-squares, learning_rate: {schedule: line-search}, " TIMES
            TAUGHT("linear") "}",
        "{dimension: 30, intercept: 1, momentum: 0.5, " TIMES TAUGHT(
            "logistic-soft, steepness: 2") "}",
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
        assert_same_law(cases[c], 2000);
}

/* Directions that run out: with means, columns of X and of V there is nothing left over. */
static void collapsed_has_the_law_of_full_in_small_groups(void **unused)
{
    (void)unused;
    static const char *const cases[] = {
        "{dimension: 1, clip: 0.5, gradient_noise: 0.2, momentum: 0.5, output: {times: [0, 1, 5]}}",
        "{dimension: 3, learning_rate: 0.3, clip: 0.3, gradient_noise: 0.2, start: {norm2: "
        "1}, " HEAVY "output: {times: [0, 1, 5]}}",
        "{dimension: 5, learning_rate: 0.3, clip: 0.3, batch: 3, gradient_noise: 0.2, " TIMES
            GROUPED("1", "0") "}",
        "{dimension: 9, learning_rate: 0.3, momentum: 0.5, batch: 3, " TIMES TAUGHT("logistic") "}",
        "{dimension: 12, loss: least-squares, encoding: one-hot, learning_rate: 0.1, momentum: "
        "0.7, gradient_noise: 0.3, " TIMES GROUPED("1", "2") "}",
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
        assert_same_law(cases[c], 2000);
}

/* From X = 0 without gradients only the noise moves: X after k steps is normal, and with momentum
 * beta the first noises count (1 - beta^j)/(1 - beta) times. */
static void noise_alone_is_normal(void **unused)
{
    (void)unused;
    enum { RUNS = 4000, STEPS = 6 };
    const double beta = 0.6, sigma = 0.7, gamma = 0.5, d = 40;
    sgdl_problem_t *problem = parse_problem(
        "{dimension: 40, time: 0.15, learning_rate: 0.5, gradient_noise: 0.7, momentum: 0.6, loss: "
        "least-squares, classes: [{label: 0, covariance: {family: zero-one, zero: [0, 1]}, mean: "
        "{family: zero}}], output: {points: 2}}");
    double scale = 0;
    for (int j = 1; j <= STEPS; j++)
        scale += pow((1 - pow(beta, j)) / (1 - beta) * gamma * sigma / d, 2);
    for (int kernel = SGDL_KERNEL_FULL; kernel <= SGDL_KERNEL_COLLAPSED; kernel++) {
        sgdl_plan_t plan;
        simulation_t simulation;
        run_simulation(&simulation, problem, &plan, (sgdl_kernel_t)kernel, RUNS);
        const sample_t norm2 = sample_of(&simulation, 0, RUNS, 1, READOUT_NORM2);
        assert_close(norm2.mean, scale * d, 4.5 * scale * sqrt(2 * d / RUNS), 0, "mean");
        assert_close(norm2.variance, 2 * d * scale * scale, 4.5 * sqrt(variance_of_variance(norm2)),
                     0, "variance");
        simulation_free(&simulation);
    }
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_kernel_makes_the_steps_as_stated),
        cmocka_unit_test(kernels_follow_a_line),
        cmocka_unit_test(what_does_nothing_leaves_plain_runs),
        cmocka_unit_test(collapsed_has_the_law_of_full),
        cmocka_unit_test(collapsed_has_the_law_of_full_in_small_groups),
        cmocka_unit_test(noise_alone_is_normal),
    };
    return cmocka_run_group_tests_name("steps", tests, NULL, NULL);
}
