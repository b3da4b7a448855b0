/* Training errors of least squares on fixed data: after a step in closed form, and paths against
 * the second moments of the recursion. */
#include "tests/fixed_data.h"

#include "src/theories/fixed_data/exact_paths.h"

enum { D = 20 };

static double lambda_1(double u) { return pow(u, 1.1); }
static double lambda_2(double u) { return 0.6 * sqrt(u); }
static double nu_1(double u) { return 0.8 * pow(u, -0.2); }
static double nu_2(double u) { return u - 0.5; }
static double true_signal(double u) { return 2.5 * cos(2 * u) + 0.5; }
static double phi(double x) { return 0.5 * erfc(-x / sqrt(2)); }

static sgdl_problem_t *two_classes(const char *labels, const char *keys)
{
    char text[1024];
    (void)snprintf(text, sizeof text,
                   "loss: least-squares\ndata: {ratio: 1.4}\nridge: 0.03\nbatch: full\n"
                   "dimension: %d\nclasses: [{weight: 0.4%s}, {weight: 0.6%s}]\n%s",
                   D, labels, *labels ? ", label: -1" : "", keys);
    sgdl_problem_t *problem = parse_problem(text);
    state_eigenvalues(problem, 1, lambda_1, D);
    state_eigenvalues(problem, 2, lambda_2, D);
    state_mean(problem, 1, nu_1, D);
    state_mean(problem, 2, nu_2, D);
    return problem;
}

/* rho_i(1, 0) = -(rate/alpha) tr(K_i)/d */
static double response(const passed_t *passed, size_t i, double rate)
{
    return -rate / passed->setup.ratio * passed->setup.trace[i];
}

/* From X = 0 the residual is -y, and a step makes r = m + w + |rho| s y of it. */
static void assert_first_step(double second, double noise, double tolerance)
{
    const steps_t steps = {.T = 1, .rate = 0.5, .second = second};
    char keys[64];
    (void)snprintf(keys, sizeof keys, "label_noise: %g\n", noise);
    sgdl_problem_t *problem = two_classes(", label: 1", keys);
    passed_t *passed = pass_over(problem, &steps);
    for (size_t i = 0; i < 2; i++) {
        const double m = passed_at(passed, 1, passed->at.mean + i);
        const double sd = sqrt(passed_at(passed, 1, passed->at.moment + i));
        const double rho = response(passed, i, steps.rate);
        double expected = 0;
        for (int y = -1; y <= 1; y += 2) {
            const double chance = y == (i == 0 ? 1 : -1) ? 1 - noise : noise;
            const double seen = phi(-(m * y - rho * second) / sd), unseen = phi(-m * y / sd);
            expected += chance * (seen / second + (1 - 1 / second) * unseen);
        }
        assert_close(passed_at(passed, 1, passed->at.train_error + i), expected, tolerance, 0,
                     "train error");
        assert_close(passed_at(passed, 0, passed->at.train_error + i), 0.5, 1e-12, 0, "of X = 0");
    }
    passed_free(passed);
    sgdl_problem_free(problem);
}

static void a_step_of_a_full_batch_has_a_closed_form(void **state)
{
    (void)state;
    assert_first_step(1, 0, 1e-12);
    assert_first_step(1, 0.15, 1e-12);
}

static void a_step_of_a_fraction_has_one_too(void **state)
{
    (void)state;
    assert_first_step(2.5, 0, 0.02);
    assert_first_step(4, 0.15, 0.02);
}

/* P(r y < 0), r = m + w + |rho| y, y the sign of r*: an integral over r*. */
static void labels_of_a_signal_have_one_as_well(void **state)
{
    (void)state;
    const steps_t steps = {.T = 1, .rate = 0.5, .second = 1};
    sgdl_error_t error = {0};
    sgdl_problem_t *problem =
        two_classes("", "teacher: {signal: {family: constant}, labels: sign}\n");
    double *coordinates = profile_values(true_signal, D, 1 / sqrt(D));
    assert_int_equal(sgdl_problem_set_signal(problem, coordinates, D, &error), SGDL_OK);
    free(coordinates);
    passed_t *passed = pass_over(problem, &steps);
    for (size_t i = 0; i < 2; i++) {
        const double m = passed_at(passed, 1, passed->at.mean + i);
        const double B = passed_at(passed, 1, passed->at.moment + i);
        const double cross = passed_at(passed, 1, passed->at.cross + i);
        const double scale = sqrt(passed->setup.signal_B[i]);
        const double sd = sqrt(B - cross * cross / (scale * scale));
        const double rho = response(passed, i, steps.rate), cell = 1e-3;
        double expected = 0;
        for (double z = -9 + cell / 2; z < 9; z += cell) {
            const double y = passed->setup.signal_m[i] + scale * z > 0 ? 1 : -1;
            const double r = m + cross / scale * z - rho * y;
            expected += cell * exp(-z * z / 2) / sqrt(2 * M_PI) * phi(-r * y / sd);
        }
        assert_close(passed_at(passed, 1, passed->at.train_error + i), expected, 0.02, 0,
                     "train error");
    }
    passed_free(passed);
    sgdl_problem_free(problem);
}

/* ---- paths -------------------------------------------------------------------------------------
 */

static void assert_moments(const exact_t *exact, const exact_paths_t *paths)
{
    const size_t L = exact->side->setup->L, M = paths->paths;
    for (size_t i = 0; i < exact->side->setup->C; i++)
        for (size_t l = 0; l < L; l++)
            for (size_t k = 0; k < L; k++) {
                const double *e = paths->class[i].e + l * M, *f = paths->class[i].e + k * M;
                double sum = 0, square = 0;
                for (size_t p = 0; p < M; p++) {
                    sum += e[p] * f[p] / (double)M;
                    square += e[p] * f[p] * e[p] * f[p] / (double)M;
                }
                const double spread = sqrt((square - sum * sum) / (double)M);
                assert_close(sum, exact->class[i].ee[l * L + k], 5 * spread + 1e-9, 0, "E e e");
            }
}

static void assert_paths(const char *labels, const char *keys, const steps_t *steps)
{
    sgdl_problem_t *problem = two_classes(labels, keys);
    passed_t *passed = pass_setup(problem);
    timeline_t timeline = steps_timeline(steps);
    sgdl_error_t error = {0};
    node_side_t side = {0};
    exact_t exact = {0};
    exact_paths_t paths = {0};
    if (node_side_init(&side, &passed->setup, steps->T, &error) != SGDL_OK ||
        exact_init(&exact, &side, &error) != SGDL_OK ||
        exact_paths_init(&paths, &exact, &timeline, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    assert_true(paths.paths > 0);
    for (size_t t = 0; t < steps->T; t++) {
        node_side_look(&side, timeline.step[t].ahead);
        exact_see(&exact);
        exact_paths_see(&paths);
        assert_moments(&exact, &paths);
        exact_answer(&exact, &timeline.step[t], &side.answer);
        exact_paths_answer(&paths);
        node_side_advance(&side, &timeline.step[t]);
    }
    exact_paths_free(&paths);
    exact_free(&exact);
    node_side_free(&side);
    free(timeline.step);
    free(timeline.due);
    free(timeline.t);
    passed_free(passed);
    sgdl_problem_free(problem);
}

static void paths_have_the_moments_of_the_recursion(void **state)
{
    (void)state;
    static const steps_t plain = {.T = 12, .rate = 0.3, .second = 2.5};
    static const steps_t ahead = {
        .T = 12, .rate = 0.2, .momentum = 0.6, .nesterov = true, .second = 2};
    assert_paths(", label: 1", "label_noise: 0.1\n", &plain);
    assert_paths(", label: 1", "intercept: 0.7\n", &ahead);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_of_a_full_batch_has_a_closed_form),
        cmocka_unit_test(a_step_of_a_fraction_has_one_too),
        cmocka_unit_test(labels_of_a_signal_have_one_as_well),
        cmocka_unit_test(paths_have_the_moments_of_the_recursion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
