/* Optimal learning rates: no worse than schedules of few numbers and than the greedy one,
 * stationary where they are not zero, what `solve` says of them; constants against closed forms. */
#include "tests/curves.h"

#include <string.h>

enum { PIECES = 20, TEXT = 4096 };

/* ---- what is found ---------------------------------------------------------------------------
 */

typedef struct optimum {
    sgdl_curve_t *curve;
    double risk; /* as the notes have it */
} optimum_t;

static double number_of_note(const sgdl_curve_t *curve, const char *key)
{
    const char *text = sgdl_curve_note(curve, key);
    return text ? strtod(text, NULL) : NAN;
}

static optimum_t optimise(const char *keys, const sgdl_optimise_options_t *options)
{
    char text[TEXT];
    sgdl_error_t error = {0};
    (void)snprintf(text, sizeof text, "{%s}", keys);
    sgdl_problem_t *problem = parse_problem(text);
    optimum_t self = {.curve = sgdl_curve_new()};
    const sgdl_sink_t sink = sgdl_curve_sink(self.curve);
    if (sgdl_optimise(problem, NULL, options, &sink, &error) != SGDL_OK)
        fail_msg("%s: %s", keys, error.message);
    self.risk = number_of_note(self.curve, "risk_optimal");
    assert_int_equal(sgdl_curve_rows(self.curve), options->pieces);
    sgdl_problem_free(problem);
    return self;
}

/* The risk at the end, by `solve`, of a learning rate as a problem file states it. */
static double solved_risk(const char *keys, double end, const char *learning_rate)
{
    char text[2 * TEXT];
    (void)snprintf(
        text, sizeof text, "{%s, time: %.17g, output: {times: [%.17g]}, %s%s}", keys, end, end,
        strncmp(learning_rate, "learning_rate", 13) == 0 ? "" : "learning_rate: ", learning_rate);
    sgdl_table_t table = solve_text(text);
    const double risk = table_at(&table, 0, "risk");
    sgdl_table_free(&table);
    return risk;
}

/* The same of a function of t/T, sampled in the middle of each piece. */
static double sampled_risk(const char *keys, const double *end, size_t pieces,
                           double (*rate)(const double *p, double u), const double *p)
{
    char text[TEXT] = "{schedule: piecewise, times: [";
    for (size_t part = 0; part < 2; part++) {
        for (size_t j = 0; j < pieces - (part == 0); j++) {
            const size_t used = strlen(text);
            const double middle = 0.5 * ((j > 0 ? end[j - 1] : 0) + end[j]) / end[pieces - 1];
            (void)snprintf(text + used, sizeof text - used, "%s%.17g", j > 0 ? ", " : "",
                           part == 0 ? end[j] : rate(p, middle));
        }
        (void)strcat(text, part == 0 ? "], values: [" : "]}");
    }
    return solved_risk(keys, end[pieces - 1], text);
}

static double cosine(const double *p, double u)
{
    return p[1] + (p[0] - p[1]) * (1 + cos(M_PI * u)) / 2;
}

static double polynomial(const double *p, double u) { return p[0] * pow(1 + u / p[1], -p[2]); }

/* ---- ten problems ----------------------------------------------------------------------------
 */

#define LOOSE "tolerance: {relative: 1.0e-6, absolute: 1.0e-9}, "
#define TWO_SPEEDS                                                                                 \
    "loss: least-squares, start: {norm2: 1}, classes: [{label: 0, mean: {family: zero}, "          \
    "covariance: {family: piecewise, breaks: [0.5], values: [1, 0.1]}}]"

typedef struct task {
    const char *keys;
    double at, first;
    double large; /* a rate that is */
} task_t;

static const task_t tasks[] = {
    {LOOSE "dimension: inf", 10, 0, 4},
    {LOOSE "loss: least-squares", 6, 0, 1.9},
    {LOOSE "loss: least-squares, batch: 4, label_noise: 0.1", 30, 0.1, 7},
    {LOOSE TWO_SPEEDS, 20, 0, 1.8},
    {LOOSE "loss: least-squares, ridge: 0.2, dimension: 3, " POWER_LAWS("1", "0"), 8, 0, 2},
    {LOOSE "loss: least-squares, gradient_noise: 0.3", 12, 0.05, 1.9},
    {LOOSE "clip: 0.4, label_noise: 0.2", 10, 0, 8},
    {LOOSE "loss: least-squares, momentum: 0.8, dimension: 4, " POWER_LAWS("1.5", "0.25"), 10, 0,
     0.4},
    {LOOSE "intercept: 1, classes: [{weight: 0.3, mean: {family: gaussian}}, {weight: 0.7}]", 5, 0,
     6},
    {LOOSE
     "loss: least-squares, encoding: one-hot, dimension: 3, classes: [{label: 1, mean: {family: "
     "gaussian}}, {label: 2, mean: {family: gaussian}}, {label: 3, mean: {family: gaussian}}]",
     9, 0, 1.5},
};

static void assert_no_worse(const task_t *task, const optimum_t *found, const char *what,
                            double risk)
{
    if (!(found->risk <= risk * (1 + 2e-6)))
        fail_msg("%s: %.10g, above that of a %s schedule, %.10g", task->keys, found->risk, what,
                 risk);
}

/* Members of the families that are tried here, not those that the search names. */
static void assert_best(const task_t *task, const optimum_t *found, const double *end)
{
    static const double levels[] = {0.02, 0.08, 0.2, 0.4, 0.6, 0.9};
    static const double finals[] = {0, 0.2, 0.6}, shapes[][2] = {{0.1, 0.7}, {0.3, 1}, {1, 2}};
    for (size_t l = 0; l < sizeof levels / sizeof *levels; l++) {
        const double level = levels[l] * task->large;
        for (size_t f = 0; f < 3; f++) {
            const double of_cosine[] = {level, finals[f] * level};
            const double of_polynomial[] = {level, shapes[f][0], shapes[f][1]};
            assert_no_worse(task, found, "cosine",
                            sampled_risk(task->keys, end, PIECES, cosine, of_cosine));
            assert_no_worse(task, found, "polynomial",
                            sampled_risk(task->keys, end, PIECES, polynomial, of_polynomial));
        }
        assert_no_worse(task, found, "constant",
                        sampled_risk(task->keys, end, PIECES, cosine, (double[]){level, level}));
    }
}

static void no_family_is_better(void **unused)
{
    (void)unused;
    for (size_t k = 0; k < sizeof tasks / sizeof *tasks; k++) {
        const task_t *task = &tasks[k];
        const sgdl_optimise_options_t options = {PIECES, task->at, task->first};
        optimum_t found = optimise(task->keys, &options);
        const double *end = sgdl_curve_column(found.curve, "t_end");
        const double *rate = sgdl_curve_column(found.curve, "learning_rate");
        const double *gradient = sgdl_curve_column(found.curve, "gradient");
        assert_true(end[PIECES - 1] == task->at);
        static const char *const notes[] = {"risk_constant", "risk_cosine", "risk_polynomial"};
        for (size_t n = 0; n < 3; n++)
            assert_no_worse(task, &found, notes[n], number_of_note(found.curve, notes[n]));
        assert_best(task, &found, end);
        /* what a change of any rate in proportion would do; at zero it could only rise */
        for (size_t j = 0; j < PIECES; j++)
            if (!(rate[j] > 0 ? fabs(rate[j] * gradient[j]) < 3e-3 * found.risk : gradient[j] >= 0))
                fail_msg("%s: piece %zu, rate %g, gradient %g of %g", task->keys, j, rate[j],
                         gradient[j], found.risk);
        /* and the line to be pasted is the schedule */
        assert_close(solved_risk(task->keys, task->at, sgdl_curve_note(found.curve, "optimal")),
                     found.risk, 0, 1e-6, task->keys);
        sgdl_curve_free(found.curve);
    }
}

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
        cmocka_unit_test(no_family_is_better),
        cmocka_unit_test(without_noise_one_is_best),
        cmocka_unit_test(many_pieces_come_close_to_control),
        cmocka_unit_test(best_constants_are_those_of_a_scan),
        cmocka_unit_test(limits_without_an_optimum_say_so),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(what_is_interrupted_keeps_the_best),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
