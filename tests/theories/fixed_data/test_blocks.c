/* The pass whose responses are blocks, against independent solutions of its equations. */
#include "tests/theories/fixed_data/stage.h"

/* |X_1|^2 = 1, |X_2|^2 = 0.8, X_1.X_2 = 0.1, products with the signals 0.3, 0.1; 0, 0.2 */
static const char pair[] =
    "data: {ratio: 3}\ndimension: 4\nridge: 0.016666666666666666\n"
    "loss: {family: committee, activation: erf, hidden: 2, second_layer: [1, 1]}\n"
    "teacher: {signals: [{family: file, path: [1, 0, 0, 0]}, {family: file, path: [0, 1, 0, 0]}],"
    " activation: erf, second_layer: [1, 1], noise: 0.1}\n"
    "classes: [{weight: 1, mean: {family: zero}}]\n"
    "start: {file: [0.3, 0, 0.1, 0.2, 0.9486832980505138, 0.08432740427115678, 0, "
    "0.8676917940155458]}\n";

static void check_pair(const stage_t *self, const double m[4], const double q[3],
                       const double tolerance[3], double train)
{
    const double *row = self->rows + 40 * self->at.width;
    for (size_t j = 0; j < 4; j++)
        assert_close(row[self->at.overlap + j], m[j], tolerance[0], 0, "pair");
    for (size_t j = 0; j < 3; j++)
        assert_close(row[self->at.moment + j], q[j], tolerance[1], 0, "pair");
    assert_close((row - self->at.width)[self->at.train_risk], train, tolerance[2], 0, "pair");
}

static void a_pair_under_a_teacher_comes_to_known_overlaps(void **state)
{
    (void)state;
    const timeline_step_t part = {.rate = 0.45, .chance = 0.4, .second = 2.5};
    const timeline_step_t all = {.rate = 0.45, .chance = 1, .second = 1};
    stage_t stage;
    begin(&stage, pair, 40, &part, &selection_fraction);
    run(&stage, NULL, 8192, 2);
    check_pair(&stage, (double[]){0.551, 0.345, 0.302, 0.504}, (double[]){0.609, 0.176, 0.530},
               (double[]){0.008, 0.012, 0.0005}, 0.0104);
    end(&stage);
    begin(&stage, pair, 40, &all, &selection_full);
    run(&stage, NULL, 8192, 2);
    check_pair(&stage, (double[]){0.5467, 0.3431, 0.3005, 0.5000},
               (double[]){0.5905, 0.1819, 0.5101}, (double[]){0.008, 0.012, 0.0005}, 0.0092);
    end(&stage);
}

/* ---- published runs of two rectified units (arXiv 2402.03220): full batches, a target that no
 * committee is ------------------------------------------------------------------------------- */

static double cubic_label(const block_loss_t *self, size_t i, const double *r_star, double normal,
                          double uniform)
{
    (void)self, (void)i, (void)normal, (void)uniform;
    return tanh(r_star[0] + pow(r_star[1], 3) - 3 * r_star[1]);
}

/* Simulations at d = 5000: means of 32 runs, whose standard errors are below 0.0015; that of row t
 * are m_11, m_12, q_11, q_12, the others being theirs with signs changed. */
static void rectified_units_follow_published_runs(void **state)
{
    (void)state;
    static const char text[] =
        "data: {ratio: 3}\ndimension: 4\n"
        "loss: {family: committee, activation: relu, second_layer: [0.7071067811865476, "
        "-0.7071067811865476]}\n"
        "teacher: {signals: [{family: file, path: [1, 0, 0, 0]},"
        " {family: file, path: [0, 1, 0, 0]}]}\n"
        "classes: [{weight: 1, mean: {family: zero}}]\nstart: {file: [0, 0, 0, 0, 1, 0, 0, 1]}\n";
    static const double known[][4] = {
        {0, 0, 1, 0},
        {0.07572004432, -0.06257889413, 0.85500992550, 0.10994275519},
        {0.12384362646, -0.10183776103, 0.80574829822, 0.14912262243},
        {0.15617561692, -0.12758272714, 0.79172428786, 0.16024706406},
        {0.17998046582, -0.14606554394, 0.79290988506, 0.15909846285},
        {0.19887073078, -0.16035681491, 0.80170958704, 0.15215483508},
        {0.21467679386, -0.17219255695, 0.81459847236, 0.14265891821},
    };
    const timeline_step_t step = {.rate = 0.6, .chance = 1, .second = 1};
    stage_t stage;
    begin(&stage, text, 6, &step, &selection_full);
    block_loss_t loss = block_loss_committee(stage.problem);
    loss.label = cubic_label;
    run(&stage, &loss, 65536, 2);
    for (size_t t = 0; t <= 6; t++) {
        const double *row = stage.rows + t * stage.at.width;
        assert_close(row[stage.at.overlap], known[t][0], 0.006, 0, "m_11");
        assert_close(row[stage.at.overlap + 1], known[t][1], 0.006, 0, "m_12");
        assert_close(row[stage.at.moment], known[t][2], 0.02, 0, "q_11");
        assert_close(row[stage.at.moment + 1], known[t][3], 0.012, 0, "q_12");
    }
    end(&stage);
}

static void threads_change_no_byte(void **state)
{
    (void)state;
    const timeline_step_t part = {.rate = 0.45, .chance = 0.4, .second = 2.5};
    stage_t one, three;
    begin(&one, pair, 12, &part, &selection_fraction);
    begin(&three, pair, 12, &part, &selection_fraction);
    run(&one, NULL, 512, 1);
    run(&three, NULL, 512, 3);
    assert_memory_equal(one.rows, three.rows, 13 * one.at.width * sizeof *one.rows);
    end(&one);
    end(&three);
}

/* ---- least squares against unit vectors: independent steps by the recursion that draws nothing
 * --- */

static void unit_vectors_follow_the_exact_recursion(void **state)
{
    (void)state;
    static const char text[] =
        "data: {ratio: 1.5}\nloss: least-squares\nencoding: one-hot\nlabel_noise: 0.1\n"
        "intercept: 0.6\nridge: 0.02\nlearning_rate: 0.3\nbatch: {fraction: 0.4}\nclasses:\n"
        "  - {weight: 0.2, label: 1, covariance: {family: isotropic}, mean: {family: constant}}\n"
        "  - {weight: 0.45, label: 2, covariance: {family: isotropic, scale: 0.8},"
        " mean: {family: opposite, of: 1}}\n"
        "  - {weight: 0.35, label: 3, covariance: {family: isotropic}, mean: {family: gaussian}}\n";
    const timeline_step_t part = {.rate = 0.3, .chance = 0.4, .second = 2.5};
    const double tolerance[] = {0.01, 0.02};
    for (size_t e = 0; e < 2; e++) {
        const timeline_step_t all = {.rate = 0.3, .chance = 1, .second = 1};
        sgdl_error_t error = {0};
        stage_t stage;
        begin(&stage, text, 12, e ? &part : &all, e ? &selection_fraction : &selection_full);
        const block_loss_t loss = block_loss_one_hot(stage.problem);
        assert_true(block_loss_serves(&stage.setup));
        run(&stage, &loss, 4096, 2);
        double *exact = calloc(13 * stage.at.width, sizeof *exact);
        const pass_task_t task = {
            .setup = &stage.setup, .timeline = &stage.timeline, .threads = 1, .share = 1};
        pass_result_t result;
        assert_non_null(exact);
        assert_int_equal(pass_exact(&task, exact, &result, &error), SGDL_OK);
        for (size_t t = 0; t <= 12; t++)
            for (size_t j = 0; j < stage.at.width; j++)
                if (j < stage.at.train_error || t > 0) /* ties at 0 are decided otherwise */
                    assert_close(stage.rows[t * stage.at.width + j], exact[t * stage.at.width + j],
                                 j < stage.at.train_error ? tolerance[e] : 0.03, 0, "unit vectors");
        free(exact);
        end(&stage);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pair_under_a_teacher_comes_to_known_overlaps),
        cmocka_unit_test(rectified_units_follow_published_runs),
        cmocka_unit_test(threads_change_no_byte),
        cmocka_unit_test(unit_vectors_follow_the_exact_recursion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
