/* Real steps on a landscape: laws that are known in closed form, one step at a time and over many
 * runs. Seeds are fixed, and bounds are of 4 standard errors or more. */
#include <math.h>
#include <string.h>

#include "src/theories/diffusion/walker.h"
#include "tests/curves.h"

/* U = x^2, U'' = 2. */
#define PARABOLA "potential: {family: polynomial, coefficients: [0, 0, 1]}\n"
#define WELL                                                                                       \
    "potential: {family: double-well, scale: 0.5, linear: 1.2, quadratic: 0.5}\n"                  \
    "noise: {family: constant, value: 320}\n"

static walk_t walk_of(const sgdl_problem_t *problem, const sgdl_plan_t *plan)
{
    walk_t walk;
    sgdl_error_t error = {0};
    if (walk_init(&walk, problem, plan, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    return walk;
}

static sgdl_plan_t plan_of(const sgdl_problem_t *problem, sgdl_noise_law_t law)
{
    sgdl_plan_t plan = sgdl_plan_default();
    (void)problem;
    plan.noise_law = law;
    return plan;
}

static particle_t *particle_of(const walk_t *walk, uint64_t run, const double *x)
{
    particle_t *particle = NULL;
    sgdl_error_t error = {0};
    if (particle_new(&particle, walk, 0, run, x, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    return particle;
}

/* Simulates; the table is the caller's. */
static sgdl_table_t simulate(const char *text, sgdl_noise_law_t law, size_t runs, size_t threads)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t plan = plan_of(problem, law);
    sgdl_table_t table;
    sgdl_error_t error = {0};
    plan.runs = runs;
    plan.threads = threads;
    sgdl_table_init(&table);
    if (sgdl_simulate(problem, &plan, INTO(&table), &error) != SGDL_OK)
        fail_msg("%s: %s\n%s", error.place, error.message, text);
    sgdl_problem_free(problem);
    return table;
}

static double at(const sgdl_table_t *table, size_t row, const char *column)
{
    const long c = sgdl_table_find(table, column);
    if (c < 0)
        fail_msg("no column %s", column);
    return table->value[row * table->columns + (size_t)c];
}

/* A mean over runs and what it should be. */
static void assert_mean(const sgdl_table_t *table, size_t row, const char *name, double expected,
                        double errors)
{
    char mean[64], sd[64];
    (void)snprintf(mean, sizeof mean, "%s_mean", name);
    (void)snprintf(sd, sizeof sd, "%s_sd", name);
    const double runs = strtod(sgdl_table_value(table, "runs"), NULL);
    const double error = at(table, row, sd) / sqrt(runs), found = at(table, row, mean);
    if (!(fabs(found - expected) <= errors * error + 1e-14))
        fail_msg("%s in row %zu: %.8g +- %.2g, expected %.8g", name, row, found, error, expected);
}

/* ---- noise ----------------------------------------------------------------------------------- */

/* A step from the minimum is noise alone: -eta sqrt(Sigma/B) xi, xi sqrt(B) = 2 k - B with k
 * binomial. Batches that fill no word, one, and more than one. */
static void signs_of_a_batch_are_binomial(void **state)
{
    (void)state;
    enum { DRAWS = 20000 };
    static const int batches[] = {1, 5, 64, 130};
    for (size_t b = 0; b < sizeof batches / sizeof *batches; b++) {
        char text[256];
        const int B = batches[b];
        (void)snprintf(text, sizeof text,
                       PARABOLA "noise: {family: constant, value: 9}\nlearning_rate: 0.1\n"
                                "batch: %d\nstart: {at: 0}\n",
                       B);
        sgdl_problem_t *problem = parse_problem(text);
        const sgdl_plan_t plan = plan_of(problem, SGDL_NOISE_BINARY);
        walk_t walk = walk_of(problem, &plan);
        particle_t *particle = particle_of(&walk, 3, (double[]){0});
        double sum = 0, squares = 0, fourth = 0;
        for (int i = 0; i < DRAWS; i++) {
            particle->x[0] = 0;
            particle_step(particle);
            const double signs = particle->x[0] * B / (-0.1 * 3);
            assert_true(fabs(signs - rint(signs)) < 1e-9 && fabs(signs) < B + 0.5);
            assert_int_equal(((int)rint(signs) + B) % 2, 0);
            sum += signs;
            squares += signs * signs;
            fourth += signs * signs * signs * signs;
        }
        const double n = DRAWS, variance = squares / n;
        assert_true(fabs(sum / n) < 4 * sqrt(B / n));
        assert_true(fabs(variance - B) <= 4 * sqrt((2.0 * B * B - 2 * B) / n) + 1e-9);
        assert_true(fabs(fourth / n - (3.0 * B * B - 2 * B)) <= 0.15 * 3 * B * B + 1e-9);
        free(particle);
        walk_free(&walk);
        sgdl_problem_free(problem);
    }
}

/* x' = (1 - eta a) x + noise: the mean falls by 1 - eta a in a step, the variance comes to
 * (D/a)/(1 - eta a/2), whatever the law of the noise. a = 2, eta = 0.4, D = 0.4*5/(2*2) = 0.5. */
static void a_parabola_has_the_variance_of_its_recursion(void **state)
{
    (void)state;
    static const char text[] = PARABOLA "noise: {family: constant, value: 5}\nlearning_rate: 0.4\n"
                                        "batch: 2\nstart: {at: 2, width: 0.3}\ntime: 40\n"
                                        "output: {times: [0, 0.4, 1.2, 40]}\n";
    const double rest = 0.5 / 2 / (1 - 0.4);
    for (int law = SGDL_NOISE_GAUSSIAN; law <= SGDL_NOISE_BINARY; law++) {
        sgdl_table_t table = simulate(text, (sgdl_noise_law_t)law, 20000, 0);
        static const double steps[] = {0, 1, 3, 100};
        for (size_t p = 0; p < 4; p++) {
            const double decay = pow(1 - 0.8, steps[p]);
            const double variance = rest + (0.09 - rest) * decay * decay;
            assert_true(at(&table, p, "step") == steps[p]);
            assert_true(at(&table, p, "t") == 0.4 * steps[p]);
            assert_mean(&table, p, "mean_x", 2 * decay, 4);
            assert_mean(&table, p, "var_x", variance, 4);
            assert_mean(&table, p, "mean_loss", variance + 4 * decay * decay, 4);
            assert_mean(&table, p, "sharpness", 2, 4);
            assert_true(at(&table, p, "p_1_mean") == 1 && at(&table, p, "p_flat_sd") == 0);
        }
        sgdl_table_free(&table);
    }
}

/* A gradient that grows with x: of multiplicative noise Sigma = 1 + 2 x^2 (and U'' = 2) E x^2 is
 * m' = (1 - 2 eta)^2 m + eta^2/B (1 + 2 m). */
static void noise_that_grows_enters_as_it_is_where_a_run_stands(void **state)
{
    (void)state;
    sgdl_table_t table =
        simulate(PARABOLA "noise: {family: polynomial, coefficients: [1, 0, 2]}\n"
                          "learning_rate: 0.2\nbatch: 4\nstart: {at: 1, width: 0.1}\ntime: 2\n"
                          "output: {times: [0, 0.2, 2]}\n",
                 SGDL_NOISE_GAUSSIAN, 20000, 0);
    double square = 1.01;
    for (int step = 0; step <= 10; step++) {
        if (step <= 1 || step == 10)
            assert_mean(&table, step < 10 ? (size_t)step : 2, "mean_loss", square, 4);
        square = 0.36 * square + 0.01 * (1 + 2 * square);
    }
    sgdl_table_free(&table);
}

/* Least squares, e' = (1 - eta A) e + eta b: E e falls by 1 - eta h a step, and E e^2 comes to
 * (eta s^2 h/B)/(2h - eta(h^2 + v/B)): 3/11 at eta = 0.3, B = 1 of Gaussian features. */
static void least_squares_draws_its_samples(void **state)
{
    (void)state;
    sgdl_table_t table = simulate(
        "potential: {family: least-squares, second_moment: 1, fourth_moment: 3, noise: 1}\n"
        "learning_rate: 0.3\nstart: {at: 2, width: 0.1}\ntime: 18\n"
        "output: {times: [0, 0.3, 18]}\n",
        SGDL_NOISE_GAUSSIAN, 40000, 0);
    assert_mean(&table, 1, "mean_x", 2 * 0.7, 4);
    assert_mean(&table, 1, "var_x", 4.01 * (1 - 0.6 + 0.27) + 0.09 - 4 * 0.49, 4);
    assert_mean(&table, 2, "mean_x", 0, 4);
    assert_mean(&table, 2, "var_x", 0.2727272727, 4);
    assert_mean(&table, 2, "mean_loss", 0.5 * 0.2727272727, 4);
    sgdl_table_free(&table);
    /* features of the same size: A = h, an autoregression; of a wide law, shape h^2/v = 1/4 */
    static const char *const fourth[] = {"4", "20"};
    static const double v[] = {0, 16};
    for (size_t i = 0; i < 2; i++) {
        char text[256];
        (void)snprintf(text, sizeof text,
                       "potential: {family: least-squares, second_moment: 2, fourth_moment: %s, "
                       "noise: 1}\nlearning_rate: 0.05\nbatch: 8\nstart: {at: 0, width: 0.01}\n"
                       "time: 5\noutput: {times: [5]}\n",
                       fourth[i]);
        table = simulate(text, SGDL_NOISE_GAUSSIAN, 20000, 0);
        assert_mean(&table, 0, "var_x", 0.05 * 2 / 8 / (4 - 0.05 * (4 + v[i] / 8)), 4);
        sgdl_table_free(&table);
    }
}

/* Two coordinates that do not see each other are two of one, with noise of their own. */
static void coordinates_of_a_plane_are_independent(void **state)
{
    (void)state;
    for (int law = SGDL_NOISE_GAUSSIAN; law <= SGDL_NOISE_BINARY; law++) {
        sgdl_table_t table =
            simulate("potential: {family: terms, terms: [[2, 0, 1], [0, 2, 0.5]]}\n"
                     "noise: [{family: constant, value: 4}, {family: constant, value: 1}]\n"
                     "learning_rate: 0.2\nbatch: 2\nstart: {at: [1, -1], width: 0.1}\ntime: 12\n"
                     "output: {times: [0, 0.4, 12]}\n",
                     (sgdl_noise_law_t)law, 20000, 0);
        /* D = 0.2 and 0.05, U'' = 2 and 1 */
        assert_mean(&table, 1, "mean_x", 0.36, 4);
        assert_mean(&table, 1, "mean_y", -0.64, 4);
        assert_mean(&table, 2, "var_x", 0.1 / 0.8, 4);
        assert_mean(&table, 2, "var_y", 0.05 / 0.9, 4);
        assert_mean(&table, 2, "mean_loss", 0.1 / 0.8 + 0.5 * 0.05 / 0.9, 4);
        assert_mean(&table, 2, "sharpness", 3, 4);
        sgdl_table_free(&table);
    }
}

/* ---- momentum -------------------------------------------------------------------------------- */

/* On a parabola Var x = (T/a)/(1 - h^2 a/4), Var v = h^2 a Var x and Cov(x, v) = Var v/2: midway of
 * the last step, x - v/2, it is T/a, and so it is from the first step on, if it starts there. */
static void heavy_ball_keeps_the_temperature(void **state)
{
    (void)state;
    /* mu = 0.5, eta = 0.3: h^2 = 0.4; T = eta Sigma/(2 B (1 - mu)) = 0.3 * 8/2 = 1.2; a = 2 */
    static const char text[] = PARABOLA "noise: {family: constant, value: 8}\nlearning_rate: 0.3\n"
                                        "batch: 2\nmomentum: 0.5\ntime: 60\n"
                                        "start: {at: 0, width: 0.77459666924148338}\n"
                                        "output: {points: 4}\n";
    sgdl_table_t table = simulate(text, SGDL_NOISE_GAUSSIAN, 20000, 0);
    for (size_t p = 0; p < 4; p++) {
        assert_mean(&table, p, "var_x", 0.6, 4);
        assert_mean(&table, p, "mean_x", 0, 4);
        assert_true(fabs(at(&table, p, "t") - at(&table, p, "step") * sqrt(0.4)) < 1e-12);
    }
    sgdl_table_free(&table);
    sgdl_problem_t *problem = parse_problem(text);
    const sgdl_plan_t plan = plan_of(problem, SGDL_NOISE_GAUSSIAN);
    walk_t walk = walk_of(problem, &plan);
    enum { RUNS = 20000 };
    double squares = 0, products = 0, positions = 0;
    for (uint64_t run = 0; run < RUNS; run++) {
        particle_t *particle = particle_of(&walk, run, NULL);
        (void)particle_advance(particle, 40, -INFINITY, INFINITY);
        squares += particle->v[0] * particle->v[0] / RUNS;
        products += particle->v[0] * particle->x[0] / RUNS;
        positions += particle->x[0] * particle->x[0] / RUNS;
        free(particle);
    }
    const double variance = 0.6 / (1 - 0.4 * 2 / 4), error = 4 * sqrt(2.0 / RUNS);
    assert_true(fabs(positions / variance - 1) < error);
    assert_true(fabs(squares / (0.8 * variance) - 1) < error);
    assert_true(fabs(products / (0.4 * variance) - 1) < 2 * error);
    walk_free(&walk);
    sgdl_problem_free(problem);
}

/* <v^2>/h^2 = T but for O(h^2): mu = 0.95, eta = 0.0025 on the well, T = 0.1. */
static void heavy_ball_has_its_temperature_on_the_well(void **state)
{
    (void)state;
    sgdl_problem_t *problem = parse_problem(
        "potential: {family: double-well, scale: 0.5, linear: 1.2, quadratic: 0.5}\n"
        "noise: {family: constant, value: 32}\nlearning_rate: 0.0025\nbatch: 8\nmomentum: 0.95\n");
    const sgdl_plan_t plan = plan_of(problem, SGDL_NOISE_GAUSSIAN);
    walk_t walk = walk_of(problem, &plan);
    enum { RUNS = 20000 };
    const double h2 = 2 * 0.0025 / 1.95;
    double squares = 0;
    assert_true(fabs(walk.curve[0].setting.temperature - 0.1) < 1e-12);
    for (uint64_t run = 0; run < RUNS; run++) {
        particle_t *particle = particle_of(&walk, run, NULL);
        (void)particle_advance(particle, 300, -INFINITY, INFINITY);
        squares += particle->v[0] * particle->v[0] / h2 / RUNS;
        free(particle);
    }
    assert_true(fabs(squares - 0.1) < 0.1 * (4 * sqrt(2.0 / RUNS) + h2 * 1.2));
    walk_free(&walk);
    sgdl_problem_free(problem);
}

/* ---- time ------------------------------------------------------------------------------------ */

/* Without noise to speak of x is the product of 1 - 2 eta(t_k), t_k the sum of what went before. */
static void a_schedule_is_followed_step_by_step(void **state)
{
    (void)state;
    sgdl_table_t table = simulate(
        PARABOLA "noise: {family: constant, value: 1e-60}\n"
                 "learning_rate: {schedule: polynomial, value: 0.3, power: 1, tau: 2}\n"
                 "start: {at: 1, width: 1e-12}\ntime: 6\noutput: {times: [0, 0.44, 3, 6]}\n",
        SGDL_NOISE_GAUSSIAN, 3, 0);
    static const double asked[] = {0, 0.44, 3, 6};
    double t = 0, x = 1, steps = 0;
    for (size_t p = 0; p < 4; p++) {
        for (double eta = 0.3 / (1 + t / 2); fabs(t + eta - asked[p]) <= fabs(t - asked[p]);
             eta = 0.3 / (1 + t / 2)) {
            x *= 1 - 2 * eta;
            t += eta;
            steps++;
        }
        assert_true(at(&table, p, "step") == steps);
        assert_true(fabs(at(&table, p, "t") - t) < 1e-13);
        assert_true(fabs(at(&table, p, "mean_x_mean") / x - 1) < 1e-6);
    }
    /* int dt/eta = (t + t^2/4)/0.3 */
    assert_true(fabs(steps - (t + t * t / 4) / 0.3) < 2);
    sgdl_table_free(&table);
}

/* ---- walls ----------------------------------------------------------------------------------- */

/* Nearly no loss between walls: what is left of a law after many steps is even. */
static void walls_mirror_runs(void **state)
{
    (void)state;
    static const char text[] =
        "potential: {family: polynomial, coefficients: [0, 0, 1e-9]}\n"
        "noise: {family: constant, value: %g}\nlearning_rate: 0.1\n"
        "start: {at: 0.2, width: 0.1}\ntime: 20\nbox: [-1, 2]\noutput: {times: [0, 20]}\n";
    static const double noises[] = {4, 40000}; /* steps of 0.2, and of seven boxes */
    for (size_t i = 0; i < 2; i++) {
        char own[512];
        (void)snprintf(own, sizeof own, text, noises[i]);
        sgdl_table_t table = simulate(own, SGDL_NOISE_GAUSSIAN, 20000, 0);
        assert_mean(&table, 1, "mean_x", 0.5, 4);
        assert_mean(&table, 1, "var_x", 0.75, 4);
        assert_true(fabs(at(&table, 1, "mean_x_q10") + 0.7) < 0.05);
        assert_true(fabs(at(&table, 1, "mean_x_q90") - 1.7) < 0.05);
        assert_string_equal(sgdl_table_value(&table, "walls"),
                            "runs are mirrored at the ends of the box");
        sgdl_table_free(&table);
    }
}

/* ---- starts ---------------------------------------------------------------------------------- */

/* Of a parabola the stationary law is normal: D/a = 0.05/2. */
static void a_basin_starts_in_its_stationary_law(void **state)
{
    (void)state;
    sgdl_table_t table = simulate(PARABOLA "noise: {family: constant, value: 1}\n"
                                           "learning_rate: 0.1\ntime: 0.1\n"
                                           "output: {times: [0, 0.1]}\n",
                                  SGDL_NOISE_GAUSSIAN, 20000, 0);
    assert_mean(&table, 0, "mean_x", 0, 4);
    assert_mean(&table, 0, "var_x", 0.025, 4);
    assert_true(fabs(at(&table, 0, "mean_x_q90") / sqrt(0.025) - 1.28155) < 0.05);
    sgdl_table_free(&table);
    table = simulate(WELL "batch: 16\nstart: {basin: 2}\ntime: 0.01\noutput: {times: [0]}\n",
                     SGDL_NOISE_GAUSSIAN, 2000, 0);
    assert_true(at(&table, 0, "p_2_mean") > 0.999 && at(&table, 0, "p_2_mean") <= 1);
    assert_true(at(&table, 0, "p_flat_mean") == at(&table, 0, "p_1_mean"));
    sgdl_table_free(&table);
}

/* ---- ensembles ------------------------------------------------------------------------------- */

static void assert_same(const sgdl_table_t *a, const sgdl_table_t *b)
{
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->columns, b->columns);
    for (size_t i = 0; i < a->rows * a->columns; i++)
        assert_true(a->value[i] == b->value[i] || (isnan(a->value[i]) && isnan(b->value[i])));
}

static void threads_change_nothing(void **state)
{
    (void)state;
    static const char text[] = WELL "batch: [8, 16]\nlearning_rate: [0.01, 0.02]\ntime: 1\n"
                                    "start: {at: 1}\noutput: {points: 3}\n";
    for (int law = SGDL_NOISE_GAUSSIAN; law <= SGDL_NOISE_BINARY; law++) {
        sgdl_table_t one = simulate(text, (sgdl_noise_law_t)law, 60, 1);
        sgdl_table_t three = simulate(text, (sgdl_noise_law_t)law, 60, 3);
        assert_int_equal(one.blocks, 4);
        assert_same(&one, &three);
        sgdl_table_free(&one);
        sgdl_table_free(&three);
    }
}

/* Run 2 of two curves and of two ensembles is the same run. */
static void a_run_depends_on_its_number_alone(void **state)
{
    (void)state;
    sgdl_problem_t *problem = parse_problem(WELL "batch: 8\nstart: {at: 1}\n");
    const sgdl_plan_t plan = plan_of(problem, SGDL_NOISE_GAUSSIAN);
    walk_t walk = walk_of(problem, &plan), again = walk_of(problem, &plan);
    particle_t *a = particle_of(&walk, 2, NULL), *b = particle_of(&again, 2, NULL),
               *other = particle_of(&walk, 3, NULL);
    (void)particle_advance(a, 1000, -INFINITY, INFINITY);
    for (int k = 0; k < 1000; k++) /* one by one */
        particle_step(b);
    (void)particle_advance(other, 1000, -INFINITY, INFINITY);
    assert_true(a->x[0] == b->x[0]);
    assert_true(a->x[0] != other->x[0]);
    free(a);
    free(b);
    free(other);
    walk_free(&walk);
    walk_free(&again);
    sgdl_problem_free(problem);
}

/* Steps beyond 2/U'': rows before are kept, and the status says it. */
static void runs_that_leave_have_diverged(void **state)
{
    (void)state;
    sgdl_problem_t *problem = parse_problem(
        "potential: {family: polynomial, coefficients: [0, 0, 1, 0, 1]}\n"
        "noise: {family: constant, value: 1}\nlearning_rate: 1.5\nstart: {at: 3}\ntime: 60\n"
        "output: {times: [0, 60]}\n");
    sgdl_plan_t plan = plan_of(problem, SGDL_NOISE_GAUSSIAN);
    sgdl_table_t table;
    sgdl_error_t error = {0};
    plan.runs = 5;
    sgdl_table_init(&table);
    assert_int_equal(sgdl_simulate(problem, &plan, INTO(&table), &error), SGDL_ERR_DIVERGED);
    assert_non_null(strstr(error.message, "5 of 5 runs left for infinity"));
    assert_int_equal(table.rows, 1);
    assert_non_null(sgdl_table_value(&table, "curve_1_ended"));
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

/* ---- refusals -------------------------------------------------------------------------------- */

static void assert_refused(const char *text, const sgdl_plan_t *plan, const char *place,
                           const char *part)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_table_t table;
    sgdl_error_t error = {0};
    sgdl_table_init(&table);
    assert_int_equal(sgdl_simulate(problem, plan, INTO(&table), &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, place);
    if (!strstr(error.message, part))
        fail_msg("'%s' is not in '%s'", part, error.message);
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

static void what_cannot_be_simulated_is_refused(void **state)
{
    (void)state;
    sgdl_plan_t plan = sgdl_plan_default();
    assert_refused(WELL "momentum: 0.5\n"
                        "learning_rate: {schedule: polynomial, value: 0.3, power: 1, tau: 2}\n",
                   &plan, "learning_rate", "beside momentum");
    plan.kernel = SGDL_KERNEL_FULL;
    assert_refused(WELL, &plan, "--kernel", "beside a landscape");
    plan = sgdl_plan_default();
    plan.noise_law = SGDL_NOISE_BINARY;
    assert_refused("{dimension: 5}", &plan, "--noise-law", "beside a mixture");
    assert_refused("potential: {family: least-squares}\n", &plan, "--noise-law",
                   "samples are drawn");
    plan = sgdl_plan_default();
    plan.passage = true;
    assert_refused("{dimension: 5}", &plan, "model", "knows no first passages");
    assert_refused(PARABOLA "noise: {family: constant, value: 1}\n", &plan, "potential",
                   "has one minimum");
    assert_refused(WELL "learning_rate: {schedule: polynomial, value: 0.3, power: 1, tau: 2}\n",
                   &plan, "learning_rate", "found one that changes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_of_a_batch_are_binomial),
        cmocka_unit_test(a_parabola_has_the_variance_of_its_recursion),
        cmocka_unit_test(noise_that_grows_enters_as_it_is_where_a_run_stands),
        cmocka_unit_test(least_squares_draws_its_samples),
        cmocka_unit_test(coordinates_of_a_plane_are_independent),
        cmocka_unit_test(heavy_ball_keeps_the_temperature),
        cmocka_unit_test(heavy_ball_has_its_temperature_on_the_well),
        cmocka_unit_test(a_schedule_is_followed_step_by_step),
        cmocka_unit_test(walls_mirror_runs),
        cmocka_unit_test(a_basin_starts_in_its_stationary_law),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(a_run_depends_on_its_number_alone),
        cmocka_unit_test(runs_that_leave_have_diverged),
        cmocka_unit_test(what_cannot_be_simulated_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
