/* Valid problems with very large and very small numbers: whatever they are, `limit` and `critical`
 * answer or say why not, and what they answer is possible. */
#include "tests/curves.h"
#include "src/problem/problem.h"

#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

/* ---- answers --------------------------------------------------------------------------------- */

static void assert_possible(const sgdl_limit_t *limit, const char *text)
{
    const double least[] = {limit->risk,         limit->risk_min,     limit->error,
                            limit->error_min,    limit->stability,    limit->clean_margin2,
                            limit->law.exponent, limit->learning_rate};
    for (size_t e = 0; e < sizeof least / sizeof *least; e++)
        if (least[e] < 0)
            fail_msg("number %zu is %g\n%s", e, least[e], text);
    for (size_t i = 0; i < limit->classes * limit->pairs; i++)
        if (limit->B[i] < 0 || limit->B_min[i] < 0)
            fail_msg("a variance is negative\n%s", text);
    if (limit->error > 1 || limit->error_min > 1)
        fail_msg("an error rate of %g, %g\n%s", limit->error, limit->error_min, text);
    if (limit->verdict == SGDL_VERDICT_ZERO && !(limit->risk == 0))
        fail_msg("no risk of zero\n%s", text);
    assert_true(limit->law.name && limit->law.formula && limit->reason);
}

static void assert_answered(int status, const sgdl_error_t *error, const char *text)
{
    if (status != SGDL_OK && (!*error->message || status == SGDL_ERR_MEMORY))
        fail_msg("status %d: '%s'\n%s", status, error->message, text);
}

static void ask(const char *text, unsigned long seed)
{
    sgdl_problem_t *problem = sgdl_problem_new();
    sgdl_limit_t limit;
    sgdl_error_t error = {0};
    if (sgdl_problem_parse(problem, text, "test", NULL, 0, &error) != SGDL_OK) {
        assert_true(*error.message);
        sgdl_problem_free(problem);
        return;
    }
    int status = sgdl_limit_init(&limit, problem, NULL, 0, &error);
    assert_answered(status, &error, text);
    if (status == SGDL_OK) {
        assert_possible(&limit, text);
        sgdl_limit_free(&limit);
    }
    static const char *const keys[] = {"ridge", "intercept", "classes.1.mean.scale",
                                       "learning_rate"};
    const sgdl_critical_options_t options = {.key = keys[seed % 4], .from = 0.1, .to = 1e3};
    sgdl_table_t table;
    sgdl_table_init(&table);
    status = sgdl_critical(problem, NULL, &options, INTO(&table), &error);
    assert_answered(status, &error, text);
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

/* Each of these ended the program once. */
static void known_extremes(void **unused)
{
    (void)unused;
    static const char *const problems[] = {
        "{intercept: 1, classes: [{covariance: {family: zero-one, zero: 0.5}, mean: {family: "
        "constant, scale: 1.0e-5}}, {covariance: {family: zero-one, zero: 0.5}, mean: {family: "
        "opposite, of: 1}}]}",
        "{intercept: 1.0e+5, classes: [{covariance: {family: zero-one, zero: 0.5}}, {covariance: "
        "{family: zero-one, zero: 0.5}}]}",
        "{intercept: 1.0e+5}", "{intercept: 1.0e-200, classes: [{label: 0}, {label: 0}]}",
        "{intercept: 1.0e+200, classes: [{label: 0}, {label: 0}]}",
        "{intercept: 1.0e-200, ridge: 1, classes: [{label: 0}, {label: 0}]}",
        "{loss: least-squares, ridge: 0.29, intercept: 1.4, learning_rate: 0.07, classes: [{label: "
        "1.0e-69, covariance: {family: zero-one, zero: 0.2}, mean: {family: zero}}, {label: "
        "1.0e-69}]}",
        "{loss: least-squares, learning_rate: 0.1, classes: [{label: 1.0e-69}, {label: 2.0e-69}]}",
        /* powers so unlike in size that their ratio underflows */
        "{classes: [{weight: 0.6, label: 1, covariance: {family: power-law, exponent: -0.055, "
        "scale: "
        "1.0e-286}}, {weight: 0.4, label: 0, covariance: {family: isotropic, scale: 1.0e+100}, "
        "mean: "
        "{family: constant, scale: 1.0e-40}}]}",
        "{classes: [{covariance: {family: zero-one, zero: 0.5}, mean: {family: constant, scale: "
        "1.0e-200}}, {covariance: {family: zero-one, zero: 0.5}, mean: {family: opposite, of: "
        "1}}]}"};
    for (size_t v = 0; v < sizeof problems / sizeof *problems; v++)
        for (unsigned long key = 0; key < 4; key++)
            ask(problems[v], key);
}

/* ---- interruptions --------------------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;

static void on_timer(int number)
{
    (void)number;
    interrupted = 1;
}

static void interrupt_after(double seconds)
{
    const struct itimerval timer = {.it_value.tv_usec = (suseconds_t)(1e6 * seconds)};
    interrupted = seconds == 0;
    assert_true(signal(SIGVTALRM, on_timer) != SIG_ERR);
    assert_int_equal(setitimer(ITIMER_VIRTUAL, &timer, NULL), 0);
}

/* Many classes, whose limit takes minutes. The caller frees it. */
static void read_slow(sgdl_problem_t *problem, const char *loss)
{
    enum { CLASSES = 200, ROOM = 200 };
    char *text = malloc((CLASSES + 1) * ROOM);
    assert_non_null(text);
    size_t used = (size_t)snprintf(text, ROOM, "{loss: %s, learning_rate: 0.1, classes: [", loss);
    for (int i = 0; i < CLASSES; i++)
        used += (size_t)snprintf(text + used, ROOM,
                                 "%s{label: %d, weight: 0.005, covariance: {family: power-law, "
                                 "exponent: %g}, mean: {family: constant, on: [%g, 0.9]}}",
                                 i ? ", " : "", i % 2, 0.5 + 0.007 * i, 0.004 * i);
    (void)snprintf(text + used, ROOM, "]}");
    sgdl_error_t error = {0};
    if (sgdl_problem_parse(problem, text, "slow", NULL, 0, &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    free(text);
}

static void slow_limits_are_interrupted(void **unused)
{
    (void)unused;
    static const char *const losses[] = {"logistic", "least-squares"};
    static const double after[] = {0, 0.01, 0.3};
    for (size_t l = 0; l < 2; l++) {
        sgdl_problem_t *problem = sgdl_problem_new();
        read_slow(problem, losses[l]);
        problem->plan.watch.stop = &interrupted;
        for (size_t a = 0; a < sizeof after / sizeof *after; a++) {
            sgdl_limit_t limit;
            sgdl_error_t error = {0};
            interrupt_after(after[a]);
            assert_int_equal(sgdl_limit_init(&limit, problem, &problem->plan, 0, &error),
                             SGDL_ERR_INTERRUPTED);
            assert_string_equal(error.message, "interrupted");
        }
        sgdl_verdict_t verdict;
        interrupt_after(0.01);
        assert_int_equal(sgdl_limit_verdict(problem, &problem->plan, 0, &verdict, NULL, NULL),
                         SGDL_ERR_INTERRUPTED);
        const sgdl_critical_options_t search = {.key = "ridge", .from = 0, .to = 1};
        sgdl_table_t table;
        sgdl_table_init(&table);
        interrupt_after(0.1);
        assert_int_equal(sgdl_critical(problem, &problem->plan, &search, INTO(&table), NULL),
                         SGDL_ERR_INTERRUPTED);
        sgdl_table_free(&table);
        sgdl_problem_free(problem);
    }
}

/* The noise of SGD is so much larger than the means that the path from the origin begins far out
 * and bends where a variance would be negative. */
static void noise_beyond_the_means_loses_no_point(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{learning_rate: 29.1, classes: [{covariance: {family: isotropic}, mean: {family: "
        "constant}}, {covariance: "
        "{family: power-law, exponent: 1.83, scale: 373}, mean: {family: power-law, exponent: "
        "0.859, scale: 1.59}}]}",
        "{learning_rate: 3.84, label_noise: 0.101, classes: [{covariance: {family: power-law, "
        "exponent: 2.03, scale: 273}, mean: {family: constant, on: [0, 0.5]}}, {covariance: "
        "{family: power-law, exponent: 2.03, scale: 273}, mean: {family: opposite, of: 1}}]}",
        "{learning_rate: 12.8, ridge: 0.000782, intercept: 1, classes: [{covariance: {family: "
        "power-law, exponent: 1.81, scale: 251}, mean: {family: power-law, exponent: 1.15, scale: "
        "0.0758}}, {covariance: {family: power-law, exponent: 1.53, scale: 247}, mean: {family: "
        "power-law, exponent: 0.514, scale: 0.294}}]}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        sgdl_problem_t *problem = parse_problem(texts[i]);
        sgdl_limit_t limit;
        assert_int_equal(sgdl_limit_init(&limit, problem, NULL, 0, NULL), SGDL_OK);
        assert_false(limit.lost || limit.lost_minimum);
        assert_true(limit.stationary && limit.risk > limit.risk_min);
        assert_possible(&limit, texts[i]);
        sgdl_limit_free(&limit);
        sgdl_problem_free(problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_extremes),
        cmocka_unit_test(noise_beyond_the_means_loses_no_point),
        cmocka_unit_test(slow_limits_are_interrupted),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
