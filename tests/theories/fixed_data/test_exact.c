/* Least squares on fixed data: numbers of an independent calculation (docs/fixed-data.md), and the
 * same curve in two ways. */
#include "tests/fixed_data.h"

#include <string.h>

#include "src/theories/fixed_data/exact.h"

enum { D = 20 };
static const double TIGHT = 1e-9;

/* ---- three classes that differ in everything ---------------------------------------------------
 */

static double lambda_1(double u) { return pow(u, 1.1); }
static double lambda_2(double u) { return 0.6 * sqrt(u); }
static double lambda_3(double u) { return u >= 0.4 ? 0.8 : 0; }
static double nu_1(double u) { return 0.8 * pow(u, -0.2); }
static double nu_2(double u) { return u - 0.5; }
static double nu_3(double u) { return 0.4 * cos(3 * u); }
static double true_signal(double u) { return 2.5 * cos(2 * u) + 0.5; }

static const char scalar[] = "{weight: 0.2, label: 1}, {weight: 0.5, label: -1},"
                             " {weight: 0.3, label: 0.5}";
static const char numbered[] = "{weight: 0.2, label: 1}, {weight: 0.5, label: 2},"
                               " {weight: 0.3, label: 3}";
static const char bare[] = "{weight: 0.2}, {weight: 0.5}, {weight: 0.3}";

static sgdl_problem_t *three_classes(const char *classes, const char *keys)
{
    char text[1024];
    (void)snprintf(text, sizeof text,
                   "loss: least-squares\ndata: {ratio: 1.4}\nridge: 0.03\nbatch: full\n"
                   "dimension: %d\nclasses: [%s]\n%s",
                   D, classes, keys);
    sgdl_problem_t *problem = parse_problem(text);
    state_eigenvalues(problem, 1, lambda_1, D);
    state_eigenvalues(problem, 2, lambda_2, D);
    state_eigenvalues(problem, 3, lambda_3, D);
    state_mean(problem, 1, nu_1, D);
    state_mean(problem, 2, nu_2, D);
    state_mean(problem, 3, nu_3, D);
    return problem;
}

typedef struct expected {
    size_t t;
    double m[3], B[3], norm2, train; /* train at step t - 1; NAN: not known */
} expected_t;

static void assert_known(double found, double known, const char *what)
{
    if (!isnan(known))
        assert_close(found, known, TIGHT, 0, what);
}

static void assert_rows(const passed_t *passed, const expected_t *row, size_t count)
{
    for (size_t e = 0; e < count; e++) {
        for (size_t i = 0; i < 3; i++) {
            assert_known(passed_at(passed, row[e].t, passed->at.mean + i), row[e].m[i], "m");
            assert_known(passed_at(passed, row[e].t, passed->at.moment + i), row[e].B[i], "B");
        }
        assert_known(passed_norm2(passed, row[e].t), row[e].norm2, "norm2");
        assert_known(passed_train(passed, row[e].t - 1), row[e].train, "train");
    }
}

static void check(const char *keys, const steps_t *steps, const expected_t *row, size_t count)
{
    sgdl_problem_t *problem = three_classes(scalar, keys);
    passed_t *passed = pass_over(problem, steps);
    assert_rows(passed, row, count);
    passed_free(passed);
    sgdl_problem_free(problem);
}

#define UNKNOWN                                                                                    \
    {                                                                                              \
        NAN, NAN, NAN                                                                              \
    }

static void full_batches_follow_known_numbers(void **state)
{
    (void)state;
    static const steps_t steps = {.T = 40, .rate = 0.3, .second = 1};
    static const expected_t row[] = {{1,
                                      {.07235543053, -.01910930869, .01919469297},
                                      {.01436836946, .01181790381, .0144354542},
                                      .02937687602,
                                      .3875},
                                     {2, UNKNOWN, UNKNOWN, .0878091931, .3026741432},
                                     {10,
                                      {.3465248752, -.1010654946, .1000096533},
                                      {.2036942061, .1903080037, .1839234538},
                                      .5615318146,
                                      .1507637184},
                                     {40,
                                      {.5397362064, -.1652604143, .1606349202},
                                      {.3821121078, .4053463076, .2979477231},
                                      1.40022116,
                                      .09449551895}};
    check("", &steps, row, 4);
}

static void batches_of_a_fraction_follow_known_numbers(void **state)
{
    (void)state;
    static const steps_t steps = {.T = 40, .rate = 0.3, .second = 1 / 0.3};
    static const expected_t row[] = {
        {2, UNKNOWN, {.08205449887, .06604001798, .08381935444}, NAN, NAN},
        {10, {.3465248752, -.1010654946, .1000096533}, UNKNOWN, .6334587406, .1726176188},
        {40,
         {.5397362064, -.1652604143, .1606349202},
         {.4068808949, .4257519241, .3230279467},
         1.449166745,
         .1073569769}};
    check("", &steps, row, 3);
}

static void momentum_follows_known_numbers(void **state)
{
    (void)state;
    static const steps_t steps = {.T = 40, .rate = 0.2, .momentum = 0.6, .second = 2};
    static const expected_t row[] = {
        {10, {.4345878064, -.1295264879, .1277358187}, UNKNOWN, .9364807506, NAN},
        {40, UNKNOWN, {.4511260733, .4933240447, .3392071354}, 1.772364624, .09164548234}};
    check("", &steps, row, 2);
}

static void nesterov_follows_known_numbers(void **state)
{
    (void)state;
    static const steps_t steps = {
        .T = 40, .rate = 0.3, .momentum = 0.6, .nesterov = true, .second = 1};
    static const expected_t row[] = {
        {10, {.4841715084, -.1461802372, .1433192008}, UNKNOWN, 1.09842336, NAN},
        {40, UNKNOWN, {.4620997238, .5202157866, .3352508406}, 1.937216545, NAN}};
    check("", &steps, row, 2);
}

/* Where gradients are taken, which is ahead of X_t. */
static void risks_of_queries_follow_known_numbers(void **state)
{
    (void)state;
    static const timeline_step_t step = {
        .rate = 0.3, .momentum = 0.6, .ahead = 0.6, .chance = 1, .second = 1};
    sgdl_problem_t *problem = three_classes(scalar, "");
    passed_t *passed = pass_setup(problem);
    node_side_t side = {0};
    exact_t exact = {0};
    sgdl_error_t error = {0};
    double risk[3], train = 0;
    assert_int_equal(node_side_init(&side, &passed->setup, 40, &error), SGDL_OK);
    assert_int_equal(exact_init(&exact, &side, &error), SGDL_OK);
    for (size_t t = 0; t < 40; t++) {
        node_side_look(&side, step.ahead);
        exact_see(&exact);
        exact_risk(&exact, risk);
        exact_answer(&exact, &step, &side.answer);
        node_side_advance(&side, &step);
    }
    for (size_t i = 0; i < 3; i++)
        train += passed->setup.p[i] * risk[i];
    assert_close(train, .07995439877, TIGHT, 0, "train");
    exact_free(&exact);
    node_side_free(&side);
    passed_free(passed);
    sgdl_problem_free(problem);
}

static void an_intercept_follows_known_numbers(void **state)
{
    (void)state;
    static const steps_t steps = {.T = 40, .rate = 0.3, .second = 2.5};
    static const expected_t row[] = {
        {10, {.2228184357, -.2501132658, -.04879418292}, UNKNOWN, NAN, NAN},
        {40,
         {.3899785732, -.378601768, -.04551649281},
         {.3741645283, .3956043686, .3012282305},
         1.375205046,
         .09173673661}};
    check("intercept: 0.8\n", &steps, row, 2);
}

static void outputs_of_one_hot_labels_follow_known_numbers(void **state)
{
    (void)state;
    static const steps_t steps = {.T = 40, .rate = 0.3, .second = 2.5};
    static const double m[] = {.3564401242,   -.139462335,  .0876674943,
                               -.05437762009, .08574584985, -.05027388879,
                               .05541699797,  -.0809674617, .04850092113};
    static const double B[] = {.105611473,  .0270868722,   -.01671393166,
                               .3158775044, .008992127538, .2226524296};
    sgdl_problem_t *problem = three_classes(numbered, "encoding: one-hot\n");
    passed_t *passed = pass_over(problem, &steps);
    for (size_t a = 0; a < 9; a++)
        assert_close(passed_at(passed, 40, passed->at.mean + a), m[a], TIGHT, 0, "m");
    for (size_t a = 0; a < 6; a++)
        assert_close(passed_at(passed, 40, passed->at.moment + a), B[a], TIGHT, 0, "B");
    assert_close(passed_norm2(passed, 40), 1.63252675, TIGHT, 0, "norm2");
    assert_close(passed_train(passed, 39), .1830242007, TIGHT, 0, "train");
    passed_free(passed);
    sgdl_problem_free(problem);
}

static void linear_labels_follow_known_numbers(void **state)
{
    (void)state;
    static const steps_t steps = {.T = 40, .rate = 0.3, .second = 2.5};
    static const expected_t row[] = {
        {10, {1.03302983982, -.12946306706, .14385601724}, UNKNOWN, 1.7020679553, NAN},
        {40, UNKNOWN, {.8491324462, .9079566661, .7866205342}, 2.8063409425, .0496489151}};
    sgdl_problem_t *problem =
        three_classes(bare, "teacher: {signal: {family: constant}, labels: linear, noise: 0.4}\n");
    sgdl_error_t error = {0};
    double *coordinates = profile_values(true_signal, D, 1 / sqrt(D));
    assert_int_equal(sgdl_problem_set_signal(problem, coordinates, D, &error), SGDL_OK);
    free(coordinates);
    passed_t *passed = pass_over(problem, &steps);
    assert_rows(passed, row, 2);
    assert_close(passed_at(passed, 10, passed->at.overlap), 2.1609754747, TIGHT, 0, "overlap");
    passed_free(passed);
    sgdl_problem_free(problem);
}

/* ---- in two ways -------------------------------------------------------------------------------
 */

/* Noisy labels are those of classes that share all but the label. */
static void noisy_labels_are_further_classes(void **state)
{
    (void)state;
    static const steps_t steps = {.T = 12, .rate = 0.3, .second = 2};
    static const char six[] = "{weight: 0.18, label: 1}, {weight: 0.45, label: -1},"
                              " {weight: 0.27, label: 1}, {weight: 0.02, label: -1},"
                              " {weight: 0.05, label: 1}, {weight: 0.03, label: -1}";
    static const char three[] = "{weight: 0.2, label: 1}, {weight: 0.5, label: -1},"
                                " {weight: 0.3, label: 1}";
    sgdl_problem_t *noisy = three_classes(three, "label_noise: 0.1\n");
    sgdl_problem_t *clean = three_classes(six, "");
    static profile_f *const lambda[] = {lambda_1, lambda_2, lambda_3}, *const nu[] = {nu_1, nu_2,
                                                                                      nu_3};
    for (size_t i = 0; i < 3; i++) {
        state_eigenvalues(clean, i + 4, lambda[i], D);
        state_mean(clean, i + 4, nu[i], D);
    }
    passed_t *few = pass_over(noisy, &steps), *many = pass_over(clean, &steps);
    for (size_t t = 0; t <= steps.T; t++) {
        assert_close(passed_norm2(few, t), passed_norm2(many, t), 1e-13, 0, "norm2");
        assert_close(passed_train(few, t), passed_train(many, t), 1e-13, 0, "train");
        for (size_t i = 0; i < 3; i++)
            assert_close(passed_at(few, t, few->at.moment + i),
                         passed_at(many, t, many->at.moment + i), 1e-13, 0, "B");
    }
    passed_free(few);
    passed_free(many);
    sgdl_problem_free(noisy);
    sgdl_problem_free(clean);
}

/* The number of threads moves no byte; that many steps are worth waking them. */
static void threads_move_no_byte(void **state)
{
    (void)state;
    static const steps_t steps = {.T = 455, .rate = 0.3, .second = 1};
    sgdl_problem_t *problem = three_classes(scalar, "");
    passed_t *one = pass_setup(problem), *two = pass_setup(problem);
    sgdl_error_t error = {0};
    one->plan.threads = 1;
    two->plan.threads = 3;
    assert_int_equal(pass_steps(one, &steps, &error), SGDL_OK);
    assert_int_equal(pass_steps(two, &steps, &error), SGDL_OK);
    assert_memory_equal(one->rows, two->rows, (steps.T + 1) * one->at.width * sizeof(double));
    passed_free(one);
    passed_free(two);
    sgdl_problem_free(problem);
}

static void rows_before_a_divergence_are_kept(void **state)
{
    (void)state;
    static const steps_t steps = {.T = 200, .rate = 30, .second = 1};
    sgdl_problem_t *problem = three_classes(scalar, "");
    passed_t *passed = pass_setup(problem);
    sgdl_error_t error = {0};
    assert_int_equal(pass_steps(passed, &steps, &error), SGDL_ERR_DIVERGED);
    assert_true(passed->result.rows > 2 && passed->result.rows < 100);
    assert_true(isfinite(passed_train(passed, passed->result.rows - 1)));
    passed_free(passed);
    sgdl_problem_free(problem);
}

/* ---- nodes ----------------------------------------------------------------------------------- */

static void assert_few_nodes_do(const char *dimension)
{
    static const steps_t steps = {.T = 30, .rate = 0.5, .second = 3};
    char text[1024];
    (void)snprintf(text, sizeof text,
                   "loss: least-squares\ndata: {ratio: 2}\nbatch: full\ndimension: %s\n"
                   "classes: [{covariance: {family: power-law, exponent: 1.5},"
                   " mean: {family: power-law, exponent: 0.2}}, {covariance: {family: power-law,"
                   " exponent: 0.5}, mean: {family: constant}}]\n",
                   dimension);
    sgdl_problem_t *problem = parse_problem(text);
    passed_t *few = pass_over(problem, &steps);
    problem->plan.exact = true;
    passed_t *all = pass_over(problem, &steps);
    assert_true(few->setup.nodes.compressed && !all->setup.nodes.compressed);
    assert_true(few->setup.N < 80 && 2 * few->setup.N < all->setup.N);
    for (size_t t = 0; t <= steps.T; t++)
        for (size_t a = 0; a < few->at.width; a++)
            assert_close(passed_at(few, t, a), passed_at(all, t, a), 1e-8, 1e-8, "few nodes");
    passed_free(few);
    passed_free(all);
    sgdl_problem_free(problem);
}

static void few_nodes_do(void **state)
{
    (void)state;
    assert_few_nodes_do("inf");
    assert_few_nodes_do("300");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_batches_follow_known_numbers),
        cmocka_unit_test(batches_of_a_fraction_follow_known_numbers),
        cmocka_unit_test(momentum_follows_known_numbers),
        cmocka_unit_test(nesterov_follows_known_numbers),
        cmocka_unit_test(risks_of_queries_follow_known_numbers),
        cmocka_unit_test(an_intercept_follows_known_numbers),
        cmocka_unit_test(outputs_of_one_hot_labels_follow_known_numbers),
        cmocka_unit_test(linear_labels_follow_known_numbers),
        cmocka_unit_test(noisy_labels_are_further_classes),
        cmocka_unit_test(threads_move_no_byte),
        cmocka_unit_test(rows_before_a_divergence_are_kept),
        cmocka_unit_test(few_nodes_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
