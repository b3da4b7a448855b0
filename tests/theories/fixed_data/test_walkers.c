/* Runs on a data set so small that its steps are made by hand: plain loops over the same draws. */
#include "tests/theories/fixed_data/walker_rig.h"

enum { N = 6, D = 3, F = D + 1, MOST_L = 3, STEPS = 7 };

/* ---- by hand --------------------------------------------------------------------------------- */

typedef struct hand {
    const sgdl_problem_t *problem;
    size_t L;
    double a[N][F], y[N][MOST_L]; /* the last feature is the intercept */
    double x[F][MOST_L], before[F][MOST_L];
    words_t words;
    normals_t *normals;
    size_t order[N];
    bool on[N];
    double s[N]; /* weights of the step, mean 1 */
} hand_t;

static void copy_data(hand_t *self, const walk_t *walk)
{
    const scene_t *scene = &walk->walks->scene;
    memset(self, 0, sizeof *self);
    self->problem = walk->walks->problem;
    self->L = scene->experiment.L;
    assert_int_equal(scene->n, N);
    for (size_t j = 0; j < N; j++) {
        for (size_t e = 0; e < F; e++)
            self->a[j][e] = walk->data.a[j * scene->stride + e];
        for (size_t l = 0; l < self->L; l++)
            self->y[j][l] = walk->data.y[j * self->L + l];
        self->order[j] = j;
    }
    for (size_t e = 0; e < F; e++)
        for (size_t l = 0; l < self->L; l++)
            self->x[e][l] = self->before[e][l] = walk->array[0][l * scene->stride + e];
    words_init(&self->words, self->problem->seed, 0, STREAM_VISITS);
}

static size_t uniform(hand_t *self, size_t n)
{
    return (size_t)floor(words_uniform(&self->words) * (double)n);
}

static void see_some(hand_t *self, size_t begin, size_t end)
{
    for (size_t k = begin; k < end; k++)
        self->s[self->order[k]] += (double)N / (double)(end - begin);
}

static void deal(hand_t *self, size_t first)
{
    for (size_t j = 0; j < first; j++) {
        const size_t k = j + uniform(self, N - j), other = self->order[j];
        self->order[j] = self->order[k];
        self->order[k] = other;
    }
}

static void persist(hand_t *self, size_t step, double leave)
{
    const double f = self->problem->fraction, enter = leave * f / (1 - f);
    for (size_t j = 0; j < N; j++) {
        const double u = words_uniform(&self->words);
        if (step == 0)
            self->on[j] = u < f;
        else if (self->on[j])
            self->on[j] = !(u < leave);
        else
            self->on[j] = u < enter;
        self->s[j] = self->on[j] ? 1 / f : 0;
    }
}

/* Which samples a step sees, half of them where it is a fraction. */
static void choose(hand_t *self, size_t step, double cell)
{
    const sgdl_problem_t *problem = self->problem;
    for (size_t j = 0; j < N; j++)
        self->s[j] = 0;
    if (problem->method == METHOD_SME) {
        for (size_t j = 0; j < N; j++)
            self->s[j] = 1 + sqrt(2 / (problem->batch * cell)) * normals_next(self->normals);
    } else if (isnan(problem->fraction)) {
        for (size_t k = 0; k < (size_t)problem->batch; k++)
            self->s[uniform(self, N)] += N / problem->batch;
    } else if (problem->persistence > 0) {
        persist(self, step,
                sgdl_schedule_rate(problem->learning_rate, 0, 1) / problem->persistence);
    } else if (problem->reshuffled) {
        if (step % 2 == 0)
            deal(self, N);
        see_some(self, step % 2 * N / 2, (step % 2 + 1) * N / 2);
    } else if (problem->fraction < 1) {
        deal(self, N / 2);
        see_some(self, 0, N / 2);
    } else {
        see_some(self, 0, N);
    }
}

static void slope(const hand_t *self, double q[F][MOST_L], double G[F][MOST_L])
{
    for (size_t e = 0; e < F; e++)
        for (size_t l = 0; l < self->L; l++)
            G[e][l] = e < D ? self->problem->ridge * q[e][l] : 0;
    for (size_t j = 0; j < N; j++)
        for (size_t l = 0; l < self->L; l++) {
            double r = 0;
            for (size_t e = 0; e < F; e++)
                r += self->a[j][e] * q[e][l];
            const double mean = self->problem->loss->quadratic ? r : 1 / (1 + exp(-r));
            for (size_t e = 0; e < F; e++)
                G[e][l] += self->s[j] / N * self->a[j][e] * (mean - self->y[j][l]);
        }
}

/* In terms of differences, which a constant rate allows for velocities, too. */
static void make_step(hand_t *self, size_t step, double rate, double cell)
{
    const sgdl_problem_t *problem = self->problem;
    const double k = (double)step;
    const double beta = problem->nesterov == NESTEROV_INCREASING ? k / (k + 3) : problem->momentum;
    const double ahead = problem->nesterov == NESTEROV_NONE ? 0 : beta;
    double q[F][MOST_L], G[F][MOST_L];
    choose(self, step, cell);
    for (size_t e = 0; e < F; e++)
        for (size_t l = 0; l < self->L; l++)
            q[e][l] = self->x[e][l] + ahead * (self->x[e][l] - self->before[e][l]);
    slope(self, q, G);
    for (size_t e = 0; e < F; e++)
        for (size_t l = 0; l < self->L; l++) {
            const double next =
                self->x[e][l] + beta * (self->x[e][l] - self->before[e][l]) - rate * G[e][l];
            self->before[e][l] = self->x[e][l];
            self->x[e][l] = next;
        }
}

/* ---- problems ----------------------------------------------------------------------------------
 */

#define DATA "data: {ratio: 2}\ndimension: 3\nridge: 0.2\n"
#define TWO                                                                                        \
    "classes: [{weight: 0.3, label: %s, covariance: {family: power-law, exponent: 0.5, scale: "    \
    "2}, "                                                                                         \
    "mean: {family: constant}}, {weight: 0.7, label: %s, covariance: {family: isotropic}, mean: "  \
    "{family: opposite, of: 1}}]\n"

static const char *const losses[][3] = {{"loss: logistic\n", "1", "0"},
                                        {"loss: least-squares\n", "1.5", "-1"},
                                        {"loss: least-squares\nencoding: one-hot\n", "2", "1"}};

static void state_problem(char text[2000], size_t loss, const char *more)
{
    char classes[700];
    (void)snprintf(classes, sizeof classes, TWO, losses[loss][1], losses[loss][2]);
    (void)snprintf(text, 2000, DATA "%s%s%s", losses[loss][0], classes, more);
}

static void assert_same(const hand_t *hand, const walk_t *walk, size_t step, const char *text)
{
    const size_t stride = walk->walks->scene.stride;
    for (size_t l = 0; l < hand->L; l++)
        for (size_t e = 0; e < F; e++) {
            const double found = walk->array[0][l * stride + e], expected = hand->x[e][l];
            if (!(fabs(found - expected) <= 1e-12 * (1 + fabs(expected))))
                fail_msg("coordinate %zu of output %zu after step %zu is %.17g, expected %.17g\n%s",
                         e, l, step + 1, found, expected, text);
        }
}

static void follow(const char *text)
{
    rig_t rig;
    rig_init(&rig, text);
    walk_t *walk = rig_begin(&rig, 0);
    hand_t hand;
    copy_data(&hand, walk);
    hand.normals = aligned_alloc(64, sizeof *hand.normals);
    assert_non_null(hand.normals);
    normals_init(hand.normals, rig.problem->seed, 0, STREAM_VISITS);
    const bool small = rig.walks.gait == &gait_small;
    const double gamma = sgdl_schedule_rate(rig.problem->learning_rate, 0, 1);
    const double cell = rig.walks.course->timeline.cell;
    const double rate = small ? gamma / D : cell > 0 ? gamma * cell : gamma;
    for (size_t step = 0; step < STEPS; step++) {
        assert_true(rig.walker.advance(walk, 1));
        make_step(&hand, step, rate, cell);
        assert_same(&hand, walk, step, text);
    }
    free(hand.normals);
    rig.walker.end(walk);
    rig_free(&rig);
}

/* ---- tests -------------------------------------------------------------------------------------
 */

static void steps_are_those_made_by_hand(void **state)
{
    (void)state;
    static const char *const batches[] = {
        "batch: full",
        "batch: {fraction: 0.5}",
        "batch: {fraction: 0.5}\nsampling: reshuffled",
        "batch: {fraction: 0.4}\nsampling: {persistent: 1.5}",
        "batch: 1",
        "batch: 3",
        "batch: 40",
    };
    static const char *const others[] = {
        "momentum: 0", "momentum: 0.6", "momentum: {nesterov: 0.7}", "intercept: 0.8",
        "momentum: 0.5\nintercept: 1.3\nstart: {norm2: 2}\nlabel_noise: 0.3"};
    for (size_t loss = 0; loss < sizeof losses / sizeof *losses; loss++)
        for (size_t b = 0; b < sizeof batches / sizeof *batches; b++)
            for (size_t o = 0; o < sizeof others / sizeof *others; o++) {
                char text[2000], more[400];
                if (b >= 4 && o == 2)
                    continue; /* see below */
                (void)snprintf(more, sizeof more,
                               "learning_rate: 0.4\n%s\n%s\noutput: {times: [0, 7]}\n", batches[b],
                               others[o]);
                state_problem(text, loss, more);
                follow(text);
            }
}

static void increasing_momentum_is_that_made_by_hand(void **state)
{
    (void)state;
    char text[2000];
    for (size_t loss = 0; loss < sizeof losses / sizeof *losses; loss++) {
        state_problem(text, loss,
                      "learning_rate: 0.4\nbatch: full\nmomentum: {nesterov: increasing}\n"
                      "output: {times: [0, 7]}\n");
        follow(text);
    }
}

static void the_diffusion_is_that_made_by_hand(void **state)
{
    (void)state;
    char text[2000];
    for (size_t loss = 0; loss < sizeof losses / sizeof *losses; loss++) {
        state_problem(text, loss,
                      "learning_rate: 0.4\nbatch: 2\nmethod: sme\nintercept: 0.7\n"
                      "output: {times: [0, 7]}\n");
        follow(text);
    }
}

/* Gradient flow against Runge and Kutta's small steps. */
static void flow_slope(const hand_t *self, double q[F][MOST_L], double G[F][MOST_L])
{
    slope(self, q, G);
    for (size_t e = 0; e < F; e++)
        for (size_t l = 0; l < self->L; l++)
            G[e][l] = -G[e][l];
}

static void flow_step(hand_t *self, double h)
{
    static const double at[] = {0, 0.5, 0.5, 1}, share[] = {1. / 6, 1. / 3, 1. / 3, 1. / 6};
    double sum[F][MOST_L] = {{0}}, G[F][MOST_L] = {{0}}, q[F][MOST_L];
    for (size_t s = 0; s < 4; s++) {
        for (size_t e = 0; e < F; e++)
            for (size_t l = 0; l < self->L; l++)
                q[e][l] = self->x[e][l] + at[s] * h * G[e][l];
        flow_slope(self, q, G);
        for (size_t e = 0; e < F; e++)
            for (size_t l = 0; l < self->L; l++)
                sum[e][l] += share[s] * G[e][l];
    }
    for (size_t e = 0; e < F; e++)
        for (size_t l = 0; l < self->L; l++)
            self->x[e][l] += h * sum[e][l];
}

static void gradient_flow_is_that_of_small_steps(void **state)
{
    (void)state;
    enum { PARTS = 400 };
    static const double times[] = {0, 0.3, 2, 2.5, 9};
    for (size_t loss = 0; loss < sizeof losses / sizeof *losses; loss++) {
        char text[2000];
        rig_t rig;
        hand_t hand;
        state_problem(text, loss,
                      "method: gradient-flow\nintercept: 0.7\nstart: {norm2: 1}\n"
                      "output: {times: [0, 0.3, 2, 2.5, 9]}\n");
        rig_init(&rig, text);
        walk_t *walk = rig_begin(&rig, 0);
        copy_data(&hand, walk);
        for (size_t j = 0; j < N; j++)
            hand.s[j] = 1;
        for (size_t p = 0; p < 5; p++) {
            assert_true(rig.walker.advance(walk, 1));
            for (size_t k = 0; k < PARTS && p > 0; k++)
                flow_step(&hand, (times[p] - times[p - 1]) / PARTS);
            for (size_t l = 0; l < hand.L; l++)
                for (size_t e = 0; e < F; e++)
                    assert_close(walk->array[0][l * rig.walks.scene.stride + e], hand.x[e][l], 2e-6,
                                 2e-6, text);
        }
        rig.walker.end(walk);
        rig_free(&rig);
    }
}

/* A velocity keeps the gradients of steps whose rate was another one. */
static void small_steps_keep_a_velocity(void **state)
{
    (void)state;
    for (size_t nesterov = 0; nesterov < 2; nesterov++) {
        char text[2000];
        rig_t rig;
        hand_t hand;
        double v[F] = {0};
        state_problem(text, 1,
                      "learning_rate: {schedule: piecewise, times: [0.9], values: [0.7, 0.2]}\n"
                      "batch: 2\nintercept: 0.5\nmomentum: 0.6\noutput: {times: [0, 7]}\n");
        rig_init(&rig, text);
        rig.problem->nesterov = nesterov ? NESTEROV_CONSTANT : NESTEROV_NONE;
        walk_t *walk = rig_begin(&rig, 0);
        copy_data(&hand, walk);
        for (size_t step = 0; step < STEPS; step++) {
            const double rate = (step < 3 ? 0.7 : 0.2) / D, before = (step < 4 ? 0.7 : 0.2) / D;
            double q[F][MOST_L], G[F][MOST_L];
            choose(&hand, step, 0);
            for (size_t e = 0; e < F; e++)
                q[e][0] = hand.x[e][0] - (nesterov ? 0.6 * before * v[e] : 0);
            slope(&hand, q, G);
            for (size_t e = 0; e < F; e++) {
                v[e] = 0.6 * v[e] + G[e][0];
                hand.x[e][0] -= rate * v[e];
            }
            assert_true(rig.walker.advance(walk, 1));
            assert_same(&hand, walk, step, text);
        }
        rig.walker.end(walk);
        rig_free(&rig);
    }
}

/* What is read off: averages over the population in closed form, over the samples by counting. */
static void check_rows(double intercept)
{
    static const double p[] = {0.3, 0.7}, label[] = {1.5, -1};
    char text[2000], more[200];
    rig_t rig;
    hand_t hand;
    double row[64], risk = 0, train = 0, wrong = 0, norm2 = 0;
    (void)snprintf(more, sizeof more,
                   "learning_rate: 0.4\nbatch: full\nintercept: %g\noutput: {times: [0, 5]}\n",
                   intercept);
    state_problem(text, 1, more);
    rig_init(&rig, text);
    walk_t *walk = rig_begin(&rig, 0);
    copy_data(&hand, walk);
    assert_true(rig.walker.measure(walk, 0, row));
    assert_true(rig.walker.advance(walk, 5));
    for (size_t step = 0; step < 5; step++)
        make_step(&hand, step, 0.4, 0);
    assert_true(rig.walker.measure(walk, 5, row));
    for (size_t i = 0; i < 2; i++) {
        const scene_t *scene = &rig.walks.scene;
        double m = intercept * hand.x[D][0], B = 0;
        for (size_t e = 0; e < D; e++) {
            const double deviation = scene->deviation[i * scene->stride + e];
            m += scene->mean[i * scene->stride + e] * hand.x[e][0];
            B += deviation * deviation * hand.x[e][0] * hand.x[e][0];
        }
        risk += p[i] * (B + (m - label[i]) * (m - label[i])) / 2;
    }
    for (size_t j = 0; j < N; j++) {
        double r = 0;
        for (size_t e = 0; e < F; e++)
            r += hand.a[j][e] * hand.x[e][0];
        train += (r - hand.y[j][0]) * (r - hand.y[j][0]) / 2 / N;
        wrong += (r * hand.y[j][0] < 0) / (double)N;
    }
    for (size_t e = 0; e < D; e++)
        norm2 += hand.x[e][0] * hand.x[e][0];
    assert_close(row[OBSERVED_RISK], risk, 1e-12, 1e-12, "risk");
    assert_close(row[OBSERVED_TRAIN_RISK], train, 1e-12, 1e-12, "train risk");
    assert_close(row[OBSERVED_TRAIN_ERROR], wrong, 1e-12, 1e-12, "train error");
    assert_close(row[OBSERVED_GAP], risk - train, 1e-12, 1e-12, "gap");
    assert_close(row[OBSERVED_NORM2], norm2, 1e-12, 1e-12, "norm2");
    assert_true(hand.x[D][0] != 0);
    rig.walker.end(walk);
    rig_free(&rig);
}

static void rows_are_what_was_walked(void **state)
{
    (void)state;
    check_rows(0.7);
    check_rows(-0.7);
}

/* Sums over directions have room for as many signals as there are. */
static void every_signal_is_there(void **state)
{
    (void)state;
    rig_t rig;
    rig_init(&rig, "data: {ratio: 2}\nloss: {family: committee, activation: erf, hidden: 2}\n"
                   "teacher: {signals: [{family: constant, scale: 1}, {family: constant, scale: "
                   "2}, {family: constant, scale: 3}, {family: constant, scale: 4}]}\n"
                   "classes: [{covariance: {family: isotropic}}]\nstart: {norm2: 1}\n"
                   "batch: full\ndimension: 3\noutput: {times: [0, 5]}\n");
    const scene_t *scene = &rig.walks.scene;
    assert_int_equal(scene->K, 4);
    for (size_t s = 0; s < 4; s++)
        for (size_t e = 0; e < D; e++)
            assert_close(scene->signal[s * scene->stride + e], (double)(s + 1) / sqrt(D), 1e-14, 0,
                         "signal");
    rig_free(&rig);
}

/* Rates of so many steps that their sum takes hours: who interrupts does not wait for it. */
static void sums_of_rates_can_be_interrupted(void **state)
{
    (void)state;
    sgdl_problem_t *problem = parse_problem(
        "data: {ratio: 2}\nclasses: [{label: 1}, {label: 0}]\ndimension: 1000\ntime: 1e9\n"
        "learning_rate: {schedule: polynomial, value: 1, tau: 2, power: 0.5}\n"
        "output: {points: 3}\n");
    const volatile sig_atomic_t stop = 1;
    sgdl_plan_t plan = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    plan.watch.stop = &stop;
    plan.runs = 2;
    sgdl_table_init(&table);
    assert_int_equal(sgdl_simulate(problem, &plan, INTO(&table), &error), SGDL_ERR_INTERRUPTED);
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

/* A run is the same whatever runs beside it, and no run is another. */
static void runs_are_their_own(void **state)
{
    (void)state;
    char text[2000];
    state_problem(text, 0,
                  "learning_rate: 0.4\nbatch: {fraction: 0.5}\nseed: 4\n"
                  "output: {points: 4}\ntime: 12\n");
    sgdl_problem_t *problem = parse_problem(text);
    char *tables[2] = {NULL, NULL};
    size_t sizes[2];
    for (size_t i = 0; i < 2; i++) {
        sgdl_plan_t plan = sgdl_plan_default();
        sgdl_table_t table;
        sgdl_error_t error = {0};
        plan.runs = 9;
        plan.threads = i == 0 ? 1 : 4;
        sgdl_table_init(&table);
        if (sgdl_simulate(problem, &plan, INTO(&table), &error) != SGDL_OK)
            fail_msg("%s", error.message);
        assert_true(table_at(&table, 3, "norm2_sd") > 0);
        FILE *out = open_memstream(&tables[i], &sizes[i]);
        assert_non_null(out);
        (void)fwrite(table.value, sizeof *table.value, table.rows * table.columns, out);
        (void)fclose(out);
        sgdl_table_free(&table);
    }
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(tables[0], tables[1], sizes[0]);
    free(tables[0]);
    free(tables[1]);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_those_made_by_hand),
        cmocka_unit_test(increasing_momentum_is_that_made_by_hand),
        cmocka_unit_test(the_diffusion_is_that_made_by_hand),
        cmocka_unit_test(gradient_flow_is_that_of_small_steps),
        cmocka_unit_test(small_steps_keep_a_velocity),
        cmocka_unit_test(rows_are_what_was_walked),
        cmocka_unit_test(every_signal_is_there),
        cmocka_unit_test(sums_of_rates_can_be_interrupted),
        cmocka_unit_test(runs_are_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
