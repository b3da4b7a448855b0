/* Optimal learning rates: closed forms, the order of pieces, best constants, refusals, early ends.
 */
#include "tests/optima.h"

/* ---- closed forms ----------------------------------------------------------------------------
 */

/* Isotropic, noiseless: dS = (gamma^2 - 2 gamma) S, so that 1 is best on every piece. */
static void without_noise_one_is_best(void **unused)
{
    (void)unused;
    const sgdl_optimise_options_t options = {5, 3, 0};
    optimum_t found =
        optimise("loss: least-squares, start: {norm2: 1}, learning_rate: 0.3, classes: "
                 "[{label: 0, mean: {family: zero}}]",
                 &options);
    for (size_t j = 0; j < 5; j++)
        assert_close(sgdl_curve_column(found.curve, "learning_rate")[j], 1, 1e-3, 0, "rate");
    assert_close(found.risk, 0.5 * exp(-3), 0, 1e-7, "risk");
    sgdl_curve_free(found.curve);
}

/* The same with gradient noise: dS = (gamma^2 - 2 gamma) S + gamma^2 sigma^2, whose optimal control
 * is the greedy one, gamma = S/(S + sigma^2): R(T) of many short pieces comes close to it, and of
 * few is above. */
static void many_pieces_come_close_to_control(void **unused)
{
    (void)unused;
    static const double sigma2 = 0.25, end = 4;
    double S = 1, h = end / 40000;
    for (int step = 0; step < 40000; step++) { /* dS = -S^2/(S + sigma^2): Heun */
        const double first = -S * S / (S + sigma2), moved = S + h * first;
        S += 0.5 * h * (first - moved * moved / (moved + sigma2));
    }
    const sgdl_optimise_options_t few = {4, end, 0}, many = {32, end, 0};
    static const char keys[] = LOOSE "loss: least-squares, start: {norm2: 1}, gradient_noise: 0.5, "
                                     "classes: [{label: 0, mean: {family: zero}}]";
    optimum_t of_few = optimise(keys, &few), of_many = optimise(keys, &many);
    assert_true(of_few.risk > of_many.risk && of_many.risk > 0.5 * S);
    /* the error of pieces of length h goes like h^2 */
    assert_close((of_few.risk - 0.5 * S) / (of_many.risk - 0.5 * S), 64, 0, 0.25, "order");
    sgdl_curve_free(of_few.curve);
    sgdl_curve_free(of_many.curve);
}

/* Half of the eigenvalues 1, half 0.05: the greedy rate tends to its closed form, the optimal one
 * does not, and the ratio of the risks grows without bound. */
static void the_greedy_search_is_ever_slower(void **unused)
{
    (void)unused;
    static const char keys[] =
        "loss: least-squares, teacher: {signal: {family: constant}, labels: linear}, classes: "
        "[{mean: {family: zero}, covariance: {family: piecewise, breaks: [0.5], values: [1, "
        "0.05]}}]";
    static const double l1 = 1, l2 = 0.05, ends[] = {20, 40, 80};
    const double root = sqrt(pow(l1, 6) - 4 * pow(l1, 5) * l2 + 8 * pow(l1, 4) * pow(l2, 2) -
                             6 * pow(l1, 3) * pow(l2, 3) + 8 * pow(l1, 2) * pow(l2, 4) -
                             4 * l1 * pow(l2, 5) + pow(l2, 6));
    const double limit = (pow(l1, 3) + 2 * l1 * l1 * l2 + 2 * l1 * l2 * l2 + pow(l2, 3) - root) /
                         ((l1 * l1 + l2 * l2) * (l1 * l1 + l2 * l2));
    double ratio = 1;
    for (size_t e = 0; e < 3; e++) {
        const sgdl_optimise_options_t options = {6, ends[e], 0};
        optimum_t found = optimise(keys, &options);
        const double greedy = number_of_note(found.curve, "risk_line_search") / found.risk;
        assert_true(greedy > 20 * ratio);
        ratio = greedy;
        const double *rate = sgdl_curve_column(found.curve, "learning_rate");
        const double *of_greedy = sgdl_curve_column(found.curve, "line_search");
        assert_true(rate[2] > 2.5);
        if (e == 2)
            assert_close(of_greedy[5], limit, 0, 1e-4, "greedy rate");
        sgdl_curve_free(found.curve);
    }
}

static sgdl_curve_t *optimal_limit(const char *text, double at)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_curve_t *curve = sgdl_curve_new();
    sgdl_error_t error = {0};
    const sgdl_sink_t sink = sgdl_curve_sink(curve);
    if (sgdl_limit_optimised(problem, NULL, at, &sink, &error) != SGDL_OK)
        fail_msg("%s: %s", text, error.message);
    sgdl_problem_free(problem);
    return curve;
}

/* Isotropic with gradient noise: S(T) in closed form, least where a fine scan says. */
static void best_constants_are_those_of_a_scan(void **unused)
{
    (void)unused;
    static const double sigma2 = 0.25, end = 3;
    double best = INFINITY, at = 0;
    for (double gamma = 1e-3; gamma < 2; gamma += 1e-5) {
        const double pace = 2 * gamma - gamma * gamma, rest = gamma * gamma * sigma2 / pace;
        const double S = rest + (1 - rest) * exp(-pace * end);
        at = S < best ? gamma : at;
        best = fmin(best, S);
    }
    sgdl_curve_t *curve = optimal_limit("{loss: least-squares, start: {norm2: 1}, gradient_noise: "
                                        "0.5, classes: [{label: 0, mean: {family: zero}}]}",
                                        end);
    assert_close(sgdl_curve_column(curve, "learning_rate")[0], at, 3e-5, 0, "gamma");
    const char *risk = strstr(sgdl_curve_note(curve, "optimal"), "t = 3, ");
    assert_non_null(risk);
    assert_close(strtod(risk + strlen("t = 3, "), NULL), 0.5 * best, 0, 1e-8, "risk");
    sgdl_curve_free(curve);
}

/* Noise alone is left in the end: the smaller the rate, the better, which is said in words. */
static void limits_without_an_optimum_say_so(void **unused)
{
    (void)unused;
    sgdl_curve_t *curve = optimal_limit("{loss: least-squares}", 0);
    assert_non_null(strstr(sgdl_curve_note(curve, "optimal"), "gamma -> 0"));
    assert_true(sgdl_curve_column(curve, "learning_rate")[0] > 1e-12);
    sgdl_curve_free(curve);
    curve = optimal_limit("{loss: least-squares, start: {norm2: 1}, classes: [{label: 0, mean: "
                          "{family: zero}}]}",
                          0);
    assert_non_null(strstr(sgdl_curve_note(curve, "optimal"), "none: "));
    sgdl_curve_free(curve);
}

/* ---- refusals and early ends -----------------------------------------------------------------
 */

static void assert_refused(const char *text, size_t pieces, double at, double first,
                           const char *place, const char *message)
{
    sgdl_problem_t *problem = parse_problem(text);
    const sgdl_optimise_options_t options = {pieces, at, first};
    sgdl_error_t error = {0};
    assert_int_equal(sgdl_optimise(problem, NULL, &options, NULL, &error), SGDL_ERR_INPUT);
    if (strcmp(error.place, place) != 0 || !strstr(error.message, message))
        fail_msg("found '%s: %s'", error.place, error.message);
    sgdl_problem_free(problem);
}

static void what_cannot_be_is_refused(void **unused)
{
    (void)unused;
    assert_refused("{}", 0, 1, 0, "--schedule", "found 0 pieces, allowed: from 1 to 1000");
    assert_refused("{}", 1001, 1, 0, "--schedule", "found 1001 pieces");
    assert_refused("{}", 2, 0, 0, "--at", "found 0, allowed: a finite time above 0");
    assert_refused("{}", 2, INFINITY, 0, "--at", "found inf");
    assert_refused("{}", 2, NAN, 0, "--at", "found");
    assert_refused("{}", 2, 1, 1, "--pieces", "a time above 0 and below 1");
    assert_refused("{}", 2, 1, -1, "--pieces", "found");
    assert_refused("{}", 1, 1, 0.5, "--pieces", "two pieces or more");
    assert_refused("{learning_rate: [0.1, 0.2]}", 2, 1, 0, "learning_rate",
                   "found 2 learning rates, allowed: one");
    assert_refused("{model: landscape, potential: {family: double-well}, noise: {family: constant, "
                   "value: 40}}",
                   2, 1, 0, "model", "knows no optimal learning rates; allowed: mixture");
}

typedef struct stop {
    volatile sig_atomic_t asked;
    double after;
} stop_t;

static void ask(void *context, double fraction, double t)
{
    stop_t *self = context;
    (void)t;
    self->asked = self->asked || fraction >= self->after;
}

/* Told to stop, it hands out the best so far, with its risk. */
static void what_is_interrupted_keeps_the_best(void **unused)
{
    (void)unused;
    static const double moments[] = {0.05, 0.15, 0.3, 0.5};
    for (size_t m = 0; m < sizeof moments / sizeof *moments; m++) {
        sgdl_problem_t *problem = parse_problem("{" LOOSE TWO_SPEEDS "}");
        sgdl_plan_t plan = sgdl_plan_default();
        stop_t stop = {.after = moments[m]};
        plan.watch = (sgdl_watch_t){.stop = &stop.asked, .progress = ask, .context = &stop};
        const sgdl_optimise_options_t options = {6, 20, 0};
        sgdl_curve_t *curve = sgdl_curve_new();
        const sgdl_sink_t sink = sgdl_curve_sink(curve);
        sgdl_error_t error = {0};
        assert_int_equal(sgdl_optimise(problem, &plan, &options, &sink, &error),
                         SGDL_ERR_INTERRUPTED);
        assert_non_null(strstr(error.message, "the schedule is the best so far"));
        assert_int_equal(sgdl_curve_rows(curve), 6);
        assert_close(solved_risk(LOOSE TWO_SPEEDS, 20, sgdl_curve_note(curve, "optimal")),
                     number_of_note(curve, "risk_optimal"), 0, 1e-6, "risk");
        sgdl_curve_free(curve);
        sgdl_problem_free(problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_noise_one_is_best),
        cmocka_unit_test(many_pieces_come_close_to_control),
        cmocka_unit_test(the_greedy_search_is_ever_slower),
        cmocka_unit_test(best_constants_are_those_of_a_scan),
        cmocka_unit_test(limits_without_an_optimum_say_so),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(what_is_interrupted_keeps_the_best),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
