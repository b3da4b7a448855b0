/* Simulations beside theories that draw paths: every method, in the dimensions that users take. */
#include "tests/curves.h"

#define CLASSES                                                                                    \
    "loss: logistic\nclasses: [{weight: 0.35, label: 1, covariance: {family: power-law, "          \
    "exponent: 1.1}, mean: {family: constant}}, {weight: 0.65, label: 0, covariance: {family: "    \
    "isotropic, scale: 0.8}, mean: {family: power-law, exponent: 0.3, scale: -0.8}}]\n"
#define SIGNAL                                                                                     \
    "loss: logistic\nclasses: [{weight: 1, covariance: {family: power-law, exponent: 0.7}, mean: " \
    "{family: zero}}]\nteacher: {signal: {family: gaussian}, labels: logistic, steepness: 2}\n"
#define SOFTMAX                                                                                    \
    "loss: softmax\nclasses: [{weight: 0.3, label: 1, covariance: {family: power-law, exponent: "  \
    "1.1}, mean: {family: constant}}, {weight: 0.45, label: 2, covariance: {family: zero-one, "    \
    "zero: 0.4}, mean: {family: constant, scale: -1.2}}, {weight: 0.25, label: 3, covariance: "    \
    "{family: isotropic, scale: 0.7}, mean: {family: gaussian}}]\n"
#define STEPS "output: {times: [0, 1, 2, 5, 10, 20]}\nlearning_rate: 0.6\nridge: 0.02\n"
#define FLOW "output: {times: [0, 0.5, 1, 2]}\nridge: 0.02\n"

static void theory_and_runs_agree(void **state)
{
    (void)state;
    static const char *const texts[] = {
        CLASSES STEPS
        "dimension: 600\ndata: {ratio: 1.5}\nbatch: full\nmomentum: {nesterov: 0.6}\n",
        CLASSES STEPS
        "dimension: 500\ndata: {ratio: 1.2}\nbatch: {fraction: 0.3}\nlabel_noise: 0.1",
        CLASSES STEPS "dimension: 600\ndata: {ratio: 2}\nbatch: {fraction: 0.25}\n"
                      "sampling: reshuffled\nintercept: 0.7\n",
        CLASSES STEPS "dimension: 500\ndata: {ratio: 1.5}\nbatch: {fraction: 0.4}\n"
                      "sampling: {persistent: 2}\n",
        CLASSES FLOW "dimension: 500\ndata: {ratio: 1.5}\nlearning_rate: 1.5\nbatch: 1",
        CLASSES FLOW "dimension: 500\ndata: {ratio: 1.5}\nlearning_rate: 1.5\nmethod: sme",
        CLASSES FLOW "dimension: 500\ndata: {ratio: 1.5}\nmethod: gradient-flow\n"
                     "start: {norm2: 0.5}\n",
        SIGNAL STEPS "dimension: 600\ndata: {ratio: 2}\nbatch: full\n",
        SOFTMAX STEPS "dimension: 600\ndata: {ratio: 1.5}\nbatch: full\nmomentum: 0.5\n",
        SOFTMAX STEPS "dimension: 600\ndata: {ratio: 1.5}\nbatch: {fraction: 0.4}\n",
        SOFTMAX STEPS "dimension: 600\ndata: {ratio: 1.5}\nbatch: {fraction: 0.25}\n"
                      "sampling: reshuffled\nlabel_noise: 0.1\nintercept: 0.5\n",
        SOFTMAX FLOW "dimension: 600\ndata: {ratio: 1.5}\nlearning_rate: 1\nbatch: 1\n",
    };
    for (size_t e = 0; e < sizeof texts / sizeof *texts; e++) {
        sgdl_problem_t *problem = parse_problem(texts[e]);
        sgdl_plan_t plan = sgdl_plan_default();
        sgdl_table_t table;
        sgdl_comparison_t verdict;
        sgdl_error_t error = {0};
        plan.runs = 40;
        sgdl_table_init(&table);
        if (sgdl_problem_set_number(problem, "seed", 100 + (double)e, &error) != SGDL_OK ||
            sgdl_compare(problem, &plan, INTO(&table), &verdict, &error) != SGDL_OK)
            fail_msg("%s\n%s", error.message, texts[e]);
        if (verdict != SGDL_AGREE)
            fail_msg("%s\n%s", sgdl_table_value(&table, "verdict"), texts[e]);
        sgdl_table_free(&table);
        sgdl_problem_free(problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(theory_and_runs_agree)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
