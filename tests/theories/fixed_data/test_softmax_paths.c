/* Softmax in the pass whose responses are blocks: against an independent solution of its equations,
 * against the logistic pass that shares nothing with it, and against itself. */
#include "tests/theories/fixed_data/stage.h"

#include "tests/fixed_data.h"

static double u_1_1(double u) { return pow(u, 1.1); }
static double late(double u) { return u < 0.4 ? 0.2 : 1; }
static double half(double u) { return u < 0 ? 0 : 0.5; }
static double unit(double u) { return u < 0 ? 0 : 1; }
static double cosine(double u) { return -1.2 * cos(2 * u); }
static double tilted(double u) { return 2 * u - 1.2; }

enum { SIXTY = 60, REPLICATES = 4 };

/* ---- three labels: sixty directions, fractions -------------------------------------------------
 */

static sgdl_problem_t *three_labels(void)
{
    static profile_f *const eigenvalue[] = {u_1_1, late, half}, *const mean[] = {unit, cosine,
                                                                                 tilted};
    sgdl_problem_t *problem = parse_problem(
        "dimension: 60\ndata: {ratio: 1.5}\nloss: softmax\nridge: 0.02\nlearning_rate: 0.8\n"
        "batch: {fraction: 0.4}\nclasses: [{weight: 0.3, label: 1}, {weight: 0.45, label: 2}, "
        "{weight: 0.25, label: 3}]\n");
    for (size_t i = 0; i < 3; i++) {
        state_eigenvalues(problem, i + 1, eigenvalue[i], SIXTY);
        state_mean(problem, i + 1, mean[i], SIXTY);
    }
    return problem;
}

/* Means over replicates of the last row, and of train columns of the one before. */
static void average_rows(stage_t *stage, const block_loss_t *loss, size_t paths, double *mean)
{
    const size_t width = stage->at.width, T = stage->timeline.steps;
    memset(mean, 0, width * sizeof *mean);
    for (size_t r = 0; r < REPLICATES; r++) {
        run_replicate(stage, loss, paths, 2, r);
        assert_true(stage->result.residual < 5);
        for (size_t j = 0; j < width; j++)
            mean[j] += stage->rows[(j < stage->at.train_risk ? T : T - 1) * width + j] / REPLICATES;
    }
}

/* Of an independent solution by 880 simulations and many samples: known to 0.0003, 0.001, 0.004. */
static void check_three_labels(const stage_t *stage, const double *row)
{
    static const double m[3][3] = {
        {1.1924, -0.9447, -0.2476}, {-1.0132, 0.7841, 0.2291}, {-0.6420, 0.4799, 0.1622}};
    static const double B[3] = {1.0544, 1.3609, 0.9356};
    double norm2 = 0, train = 0;
    for (size_t i = 0; i < 3; i++) {
        for (size_t a = 0; a < 3; a++)
            assert_close(row[stage->at.mean + i * 3 + a], m[i][a], 0.004, 0, "m");
        assert_close(row[stage->at.moment + packed_index(3, i, i)], B[i], 0.012, 0, "B");
        norm2 += row[stage->at.norm2 + i];
        train += stage->setup.p[i] * row[stage->at.train_risk + i];
    }
    assert_close(norm2, 8.6985, 0.02, 0, "norm2");
    assert_close(train, 0.2912, 0.002, 0, "train");
}

static void three_labels_come_to_known_numbers(void **state)
{
    (void)state;
    const timeline_step_t part = {.rate = 0.8, .chance = 0.4, .second = 2.5};
    for (size_t probed = 0; probed < 2; probed++) {
        stage_t stage;
        begin_problem(&stage, three_labels(), 24, &part, &selection_fraction);
        block_loss_t loss = block_loss_softmax(stage.problem);
        assert_false(loss.probed);
        loss.probed = probed;
        double *mean = calloc(stage.at.width, sizeof *mean);
        average_rows(&stage, &loss, 2048, mean);
        check_three_labels(&stage, mean);
        free(mean);
        end(&stage);
    }
}

/* Outputs add up to what they began with, whatever samples do: H and g do not see (1, ..., 1). */
static void outputs_add_up_to_zero(void **state)
{
    (void)state;
    const timeline_step_t all = {.rate = 0.8, .chance = 1, .second = 1};
    stage_t stage;
    begin_problem(&stage, three_labels(), 10, &all, &selection_full);
    run(&stage, NULL, 512, 2);
    const double *row = stage.rows + 10 * stage.at.width;
    for (size_t i = 0; i < 3; i++) {
        const double *B = row + stage.at.moment + i * 6, *m = row + stage.at.mean + i * 3;
        assert_close(m[0] + m[1] + m[2], 0, 1e-6, 0, "m");
        assert_close(B[0] + B[1] + B[2], 0, 1e-5, 0, "B_1");
        assert_close(B[1] + B[3] + B[4], 0, 1e-5, 0, "B_2");
        assert_close(B[2] + B[4] + B[5], 0, 1e-5, 0, "B_3");
    }
    end(&stage);
}

/* ---- two labels: the logistic loss of r = r_2 - r_1 ---------------------------------------------
 */

static sgdl_table_t solve_pair(const char *loss, const char *first, const char *second,
                               const char *keys)
{
    char text[768];
    sgdl_problem_t *problem;
    sgdl_plan_t plan = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    (void)snprintf(text, sizeof text,
                   "data: {ratio: 1.4}\nlabel_noise: 0.1\nloss: %s\n%s\nclasses:\n"
                   "  - {weight: 0.35, label: %s, covariance: {family: isotropic}, mean: {family: "
                   "constant}}\n"
                   "  - {weight: 0.65, label: %s, covariance: {family: isotropic, scale: 0.6}, "
                   "mean: {family: constant, scale: -0.5}}\n",
                   loss, keys, first, second);
    problem = parse_problem(text);
    plan.paths = 1024;
    plan.accuracy = 0.01;
    sgdl_table_init(&table);
    if (sgdl_solve(problem, &plan, INTO(&table), &error) != SGDL_OK)
        fail_msg("%s\n%s", error.message, text);
    sgdl_problem_free(problem);
    return table;
}

static void check_pair(const sgdl_table_t *softmax, const sgdl_table_t *logistic, size_t row,
                       const char *what)
{
    static const char *const risks[] = {"risk", "train_risk"};
    static const char *const errors[] = {"risk_se", "train_risk_se"};
    for (size_t c = 0; c < 2; c++) {
        const double se =
            hypot(table_at(softmax, row, errors[c]), table_at(logistic, row, errors[c]));
        assert_true(se < 0.01);
        assert_close(table_at(softmax, row, risks[c]), table_at(logistic, row, risks[c]),
                     5 * se + 0.002, 0, what);
    }
    assert_close(table_at(softmax, row, "error"), table_at(logistic, row, "error"), 0.006, 0, what);
    assert_close(table_at(softmax, row, "train_error"), table_at(logistic, row, "train_error"),
                 0.015, 0, what);
    assert_close(2 * table_at(softmax, row, "norm2"), table_at(logistic, row, "norm2"), 0, 0.05,
                 what);
    for (size_t i = 1; i <= 2; i++) {
        char one[16], two[16], mean[16];
        (void)snprintf(one, sizeof one, "mean_%zu_1", i);
        (void)snprintf(two, sizeof two, "mean_%zu_2", i);
        (void)snprintf(mean, sizeof mean, "mean_%zu", i);
        assert_close(table_at(softmax, row, two) - table_at(softmax, row, one),
                     table_at(logistic, row, mean), 0.03, 0.02, what);
    }
}

/* X_2 - X_1 moves by twice the gradient of the logistic loss: at half the learning rate, twice the
 * ridge, it is the same; without a start |X_2 - X_1|^2 is twice |X_1|^2 + |X_2|^2. */
static void two_labels_are_the_logistic_loss(void **state)
{
    (void)state;
    static const struct {
        const char *softmax, *logistic;
    } methods[] = {
        {"batch: full\nmomentum: {nesterov: 0.5}\nintercept: 0.6\noutput: {times: [3, 12]}\n"
         "learning_rate: 0.4\nridge: 0.04",
         "batch: full\nmomentum: {nesterov: 0.5}\nintercept: 0.6\noutput: {times: [3, 12]}\n"
         "learning_rate: 0.8\nridge: 0.02"},
        {"batch: {fraction: 0.4}\nmomentum: 0.3\noutput: {times: [3, 12]}\n"
         "learning_rate: 0.4\nridge: 0.04",
         "batch: {fraction: 0.4}\nmomentum: 0.3\noutput: {times: [3, 12]}\n"
         "learning_rate: 0.8\nridge: 0.02"},
        {"batch: {fraction: 0.25}\nsampling: reshuffled\noutput: {times: [3, 12]}\n"
         "learning_rate: 0.4\nridge: 0.04",
         "batch: {fraction: 0.25}\nsampling: reshuffled\noutput: {times: [3, 12]}\n"
         "learning_rate: 0.8\nridge: 0.02"},
        {"batch: {fraction: 0.4}\nsampling: {persistent: 1}\noutput: {times: [3, 12]}\n"
         "learning_rate: 0.4\nridge: 0.04",
         "batch: {fraction: 0.4}\nsampling: {persistent: 2}\noutput: {times: [3, 12]}\n"
         "learning_rate: 0.8\nridge: 0.02"},
        {"batch: 1\noutput: {times: [1, 3]}\nlearning_rate: 0.5\nridge: 0.04",
         "batch: 1\noutput: {times: [1, 3]}\nlearning_rate: 1\nridge: 0.02"},
        {"method: sme\noutput: {times: [1, 3]}\nlearning_rate: 0.5\nridge: 0.04",
         "method: sme\noutput: {times: [1, 3]}\nlearning_rate: 1\nridge: 0.02"},
        {"method: gradient-flow\noutput: {times: [0.5, 2]}\nridge: 0.04",
         "method: gradient-flow\noutput: {times: [1, 4]}\nridge: 0.02"},
    };
    for (size_t e = 0; e < sizeof methods / sizeof *methods; e++) {
        sgdl_table_t softmax = solve_pair("softmax", "1", "2", methods[e].softmax);
        sgdl_table_t logistic = solve_pair("logistic", "0", "1", methods[e].logistic);
        for (size_t row = 0; row < 2; row++)
            check_pair(&softmax, &logistic, row, methods[e].softmax);
        sgdl_table_free(&softmax);
        sgdl_table_free(&logistic);
    }
}

/* ---- ever more samples: the stream -------------------------------------------------------------
 */

#define THREE                                                                                      \
    "loss: softmax\nlearning_rate: 1\nlabel_noise: 0.1\nridge: 0.02\n"                             \
    "output: {times: [1, 3]}\nclasses:\n"                                                          \
    "  - {weight: 0.3, label: 1, covariance: {family: power-law, exponent: 1.1}, mean: {family: "  \
    "constant}}\n"                                                                                 \
    "  - {weight: 0.45, label: 2, covariance: {family: isotropic}, mean: {family: constant, "      \
    "scale: -1.2}}\n"                                                                              \
    "  - {weight: 0.25, label: 3, covariance: {family: isotropic, scale: 0.7}, mean: {family: "    \
    "gaussian}}\n"

static void many_samples_are_a_stream(void **state)
{
    (void)state;
    static const char *const columns[] = {"risk", "error", "risk_1", "error_3"};
    sgdl_problem_t *problem = parse_problem(THREE "data: {ratio: 1000}\n");
    sgdl_plan_t plan = sgdl_plan_default();
    sgdl_table_t fixed, stream = solve_text(THREE);
    sgdl_error_t error = {0};
    plan.paths = 1024;
    sgdl_table_init(&fixed);
    if (sgdl_solve(problem, &plan, INTO(&fixed), &error) != SGDL_OK)
        fail_msg("%s", error.message);
    for (size_t row = 0; row < 2; row++) {
        const double se = table_at(&fixed, row, "risk_se");
        assert_true(se < 0.005);
        for (size_t c = 0; c < 4; c++)
            assert_close(table_at(&fixed, row, columns[c]), table_at(&stream, row, columns[c]),
                         5 * se + 0.002, 0, columns[c]);
        assert_close(table_at(&fixed, row, "norm2"), table_at(&stream, row, "norm2"), 0, 0.03,
                     "norm2");
    }
    sgdl_table_free(&fixed);
    sgdl_table_free(&stream);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_labels_come_to_known_numbers),
        cmocka_unit_test(outputs_add_up_to_zero),
        cmocka_unit_test(two_labels_are_the_logistic_loss),
        cmocka_unit_test(many_samples_are_a_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
