/* Long times of clipped, noisy and heavy gradients and of a teacher's labels: against closed forms,
 * and against runs that know nothing of how their end was found. */
#include "tests/curves.h"

#include "sgdlimit/critical.h"
#include "sgdlimit/limit.h"
#include "sgdlimit/sweep.h"
#include "src/problem/problem.h"
#include "src/theories/streaming/limit/growth.h"

static sgdl_limit_t limit_of(const char *text)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_limit_t limit;
    sgdl_error_t error = {0};
    if (sgdl_limit_init(&limit, problem, NULL, 0, &error) != SGDL_OK)
        fail_msg("%s: %s\n%s", error.place, error.message, text);
    sgdl_problem_free(problem);
    return limit;
}

#define LINEAR(more) "{signal: {family: constant}, labels: linear, noise: 0.5" more "}"
#define ONE_CLASS(more) "classes: [{covariance: {family: isotropic" more "}, mean: {family: zero}}]"

/* ---- closed forms ---------------------------------------------------------------------------- */

/* R_inf = (omega^2/2 + gamma sigma^2 W/4) / (1 - f), f = (1/2b) sum_n w_n lambda_n Gamma(lambda_n),
 * with a fixed momentum in gamma, and Gamma = gamma + g1 g3/(gamma lambda + delta). */
static void linear_teacher(void **unused)
{
    (void)unused;
    static const struct {
        double gamma, batch, momentum, sigma, gain, weight, decay;
    } cases[] = {{0.6, 1, 0, 0, 0, 0, 0},      {0.6, 2, 0, 0.3, 0, 0, 0},
                 {0.2, 1, 0.5, 0, 0, 0, 0},    {0.2, 3, 0.7, 0.4, 0, 0, 0},
                 {0.3, 1, 0, 0, 1, 0.4, 2},    {0.1, 2, 0, 0.5, 2, 0.3, 1},
                 {0.4, 1, 0, 0.2, 0.5, 0.4, 0}};
    for (size_t v = 0; v < sizeof cases / sizeof *cases; v++) {
        const double rate = cases[v].gamma / (1 - cases[v].momentum), lambda = 1.3,
                     b = cases[v].batch;
        const double Gamma =
            rate + cases[v].gain * cases[v].weight / (rate * lambda + cases[v].decay + 1e-300);
        const double noise = Gamma * pow(cases[v].sigma, 2) * 0.6 / 4;
        const double feedback = 0.6 * lambda * Gamma / (2 * b);
        const double risk = (0.125 + noise) / (1 - feedback);
        char text[1024], momentum[128];
        if (cases[v].gain > 0)
            (void)snprintf(momentum, sizeof momentum, "{gain: %g, weight: %g, decay: %g}",
                           cases[v].gain, cases[v].weight, cases[v].decay);
        else
            (void)snprintf(momentum, sizeof momentum, "%g", cases[v].momentum);
        (void)snprintf(text, sizeof text,
                       "{loss: least-squares, learning_rate: %g, batch: %g, gradient_noise: %g, "
                       "momentum: %s, teacher: {signal: {family: constant}, labels: linear, noise: "
                       "0.5}, classes: [{covariance: {family: zero-one, zero: 0.4, scale: 1.3}, "
                       "mean: {family: zero}}]}",
                       cases[v].gamma, b, cases[v].sigma, momentum);
        sgdl_limit_t limit = limit_of(text);
        assert_int_equal(limit.verdict, SGDL_VERDICT_POSITIVE);
        assert_close(limit.risk, risk, 0, 1e-10, text);
        assert_close(limit.risk_min, 0.125, 0, 1e-12, "risk_min");
        assert_true(isnan(limit.error));
        /* without variance nothing is learnt: 0.6 of the signal, and the noise around it */
        assert_close(limit.overlap_signal, 0.6, 1e-10, 0, "overlap");
        if (cases[v].sigma == 0)
            assert_close(limit.norm2, 0.6 + (2 * risk - 0.25) / lambda, 1e-10, 0, "norm2");
        else
            assert_true(isinf(limit.norm2) && limit.grows);
        if (cases[v].gain == 0)
            assert_close(limit.stability, (1 - cases[v].momentum) * 2 * b / (0.6 * lambda), 0,
                         1e-10, "stability");
        sgdl_limit_free(&limit);
    }
}

/* At the largest stable rate of a heavy ball f = 1: gamma + g1 g3/(gamma lambda + delta) = 2b /
 * lambda; beyond it the run diverges, and below the lower root, too. */
static void heavy_balls_are_stable_between_two_rates(void **unused)
{
    (void)unused;
    const double push = 1.2, damping = 0.5; /* gamma^2 + (1/2 - 2) gamma + 1.2 - 1 = 0, lambda 1 */
    const double root = sqrt(1.5 * 1.5 / 4 - (push - 2 * damping)), upper = 0.75 + root;
    const double rates[] = {0.75 - root - 0.02, 0.75 - root + 0.02, upper - 0.02, upper + 0.02};
    for (size_t v = 0; v < 4; v++) {
        char text[512];
        (void)snprintf(text, sizeof text,
                       "{loss: least-squares, learning_rate: %.17g, momentum: {gain: 1, weight: "
                       "1.2, decay: 0.5}, teacher: " LINEAR("") ", " ONE_CLASS("") "}",
                       rates[v]);
        sgdl_limit_t limit = limit_of(text);
        assert_close(limit.stability, upper, 0, 1e-9, "the largest stable rate");
        assert_int_equal(limit.verdict,
                         v == 1 || v == 2 ? SGDL_VERDICT_POSITIVE : SGDL_VERDICT_DIVERGES);
        sgdl_limit_free(&limit);
    }
    sgdl_limit_t limit =
        limit_of("{loss: least-squares, learning_rate: 0.5, momentum: {gain: 3, weight: 3, decay: "
                 "0.5}, teacher: " LINEAR("") ", " ONE_CLASS("") "}");
    assert_true(limit.stability == 0);
    assert_int_equal(limit.verdict, SGDL_VERDICT_DIVERGES);
    sgdl_limit_free(&limit);
}

/* Labels sign(r*), r* ~ N(0, 1): X tends to sqrt(2/pi) of the signal, R_min = (1 - 2/pi)/2. A ridge
 * d divides X by 1 + d. */
static void sign_labels_of_least_squares(void **unused)
{
    (void)unused;
    const double J = sqrt(M_2_PI), gamma = 0.5;
    sgdl_limit_t limit = limit_of("{loss: least-squares, learning_rate: 0.5, teacher: {signal: "
                                  "{family: constant}, labels: sign}, " ONE_CLASS("") "}");
    const double least = 0.5 * (1 - J * J), risk = least / (1 - gamma / 2);
    assert_close(limit.risk_min, least, 0, 1e-11, "R_min");
    assert_close(limit.risk, risk, 0, 1e-11, "R_inf");
    assert_close(limit.overlap_signal, J, 0, 1e-11, "overlap");
    assert_close(limit.norm2, J * J + gamma * risk, 0, 1e-11, "norm2");
    assert_close(limit.cos_signal, J / sqrt(J * J + gamma * risk), 0, 1e-11, "cos");
    assert_close(limit.stability, 2, 0, 1e-12, "threshold");
    assert_close(limit.B[0], limit.norm2, 0, 1e-11, "B is that of X");
    sgdl_limit_free(&limit);
    limit = limit_of("{loss: least-squares, learning_rate: 0.5, ridge: 0.2, teacher: {signal: "
                     "{family: constant}, labels: sign}, " ONE_CLASS("") "}");
    /* 1.2 S = ... : S = A^2 + gamma Q/(2 1.2), Q = 2 R, R = (1 - 2 J A + S)/2 */
    const double A = J / 1.2;
    const double R = 0.5 * (1 - 2 * J * A + A * A) / (1 - gamma / 2.4);
    assert_close(limit.overlap_signal, A, 0, 1e-11, "with a ridge");
    assert_close(limit.risk, R, 0, 1e-11, "with a ridge");
    sgdl_limit_free(&limit);
}

/* E f at r = kappa r*: the logistic risk is least at the teacher's own parameter. Soft labels leave
 * no noise there, so that slow enough a run ends in it. */
static void logistic_teacher(void **unused)
{
    (void)unused;
    sgdl_limit_t soft = limit_of("{learning_rate: 1, teacher: {signal: {family: constant}, labels: "
                                 "logistic-soft, steepness: 2}, " ONE_CLASS("") "}");
    sgdl_limit_t hard = limit_of("{learning_rate: 1, teacher: {signal: {family: constant}, labels: "
                                 "logistic, steepness: 2}, " ONE_CLASS("") "}");
    sgdl_limit_t fast =
        limit_of("{learning_rate: 30, teacher: {signal: {family: constant}, labels: "
                 "logistic-soft, steepness: 2}, " ONE_CLASS("") "}");
    sgdl_limit_t noisy =
        limit_of("{learning_rate: 1, gradient_noise: 0.3, teacher: {signal: "
                 "{family: constant}, labels: logistic-soft, steepness: 2}, " ONE_CLASS("") "}");
    assert_close(soft.risk, soft.risk_min, 0, 1e-14, "soft labels");
    assert_close(soft.overlap_signal, 2, 0, 1e-12, "the signal is found");
    assert_close(soft.norm2, 4, 0, 1e-12, "and nothing else");
    assert_close(hard.risk_min, soft.risk_min, 0, 1e-13, "the same least risk");
    assert_true(hard.risk > hard.risk_min * 1.01 && noisy.risk > noisy.risk_min * 1.001);
    assert_true(fast.risk > fast.risk_min * 1.01);
    assert_int_equal(soft.verdict, SGDL_VERDICT_POSITIVE);
    sgdl_limit_free(&soft);
    sgdl_limit_free(&hard);
    sgdl_limit_free(&fast);
    sgdl_limit_free(&noisy);
}

/* Sign labels are separable: no finite point, and no search for one. */
static void sign_labels_of_the_logistic_loss(void **unused)
{
    (void)unused;
    sgdl_limit_t limit =
        limit_of("{learning_rate: 1, teacher: {signal: {family: constant}, labels: "
                 "sign}, " ONE_CLASS("") "}");
    assert_int_equal(limit.verdict, SGDL_VERDICT_ZERO);
    assert_true(!limit.stationary && limit.risk == 0 && isinf(limit.norm2));
    assert_close(limit.law.exponent, 1.0 / 3, 1e-15, 0, "exponent");
    sgdl_limit_free(&limit);
    limit =
        limit_of("{learning_rate: 1, gradient_noise: 0.4, teacher: {signal: {family: constant}, "
                 "labels: sign}, " ONE_CLASS("") "}");
    assert_int_equal(limit.verdict, SGDL_VERDICT_POSITIVE);
    assert_close(limit.risk, 0.16 / 4, 0, 1e-12, "gamma sigma^2/4");
    sgdl_limit_free(&limit);
    const char *clipped =
        "{learning_rate: 2, clip: 0.5, gradient_noise: 1, time: 1e10, output: {times: "
        "[1e10]}, teacher: {signal: {family: constant}, labels: sign}, " ONE_CLASS("") "}";
    limit = limit_of(clipped);
    sgdl_table_t table = solve_text(clipped);
    assert_close(limit.risk, 2.0 / (4 * 0.5), 0, 1e-12, "gamma sigma^2/(4 tau)");
    assert_close(table_at(&table, 0, "risk"), limit.risk, 0, 0.01, "the run's");
    sgdl_table_free(&table);
    sgdl_limit_free(&limit);
}

/* ---- two ways -------------------------------------------------------------------------------- */

static void assert_same_end(const char *one, const char *other)
{
    sgdl_limit_t a = limit_of(one), b = limit_of(other);
    assert_int_equal(a.verdict, b.verdict);
    assert_close(a.risk, b.risk, 0, 1e-11, one);
    assert_close(a.risk_min, b.risk_min, 0, 1e-11, one);
    for (size_t e = 0; e < 2 * a.classes; e++)
        assert_close(a.m[e], b.m[e], 1e-10, 1e-10, one);
    sgdl_limit_free(&a);
    sgdl_limit_free(&b);
}

#define LAWS POWER_LAWS("0.6", "0.1")

static void what_does_nothing(void **unused)
{
    (void)unused;
    assert_same_end("{learning_rate: 0.8, clip: 1e9, " LAWS "}", "{learning_rate: 0.8, " LAWS "}");
    assert_same_end("{loss: least-squares, learning_rate: 0.8, clip: 1e9, " LAWS "}",
                    "{loss: least-squares, learning_rate: 0.8, " LAWS "}");
    assert_same_end("{learning_rate: 0.8, momentum: {gain: 2, weight: 0, decay: 1}, " LAWS "}",
                    "{learning_rate: 0.8, " LAWS "}");
    assert_same_end("{learning_rate: 0.2, momentum: 0.75, gradient_noise: 0.3, " LAWS "}",
                    "{learning_rate: 0.8, gradient_noise: 0.3, " LAWS "}");
    assert_same_end("{loss: least-squares, learning_rate: 0.2, momentum: 0.75, " LAWS "}",
                    "{loss: least-squares, learning_rate: 0.8, " LAWS "}");
    /* a fast velocity is no velocity: gamma + g1 g3/delta */
    assert_same_end("{learning_rate: 0.3, momentum: {gain: 5e14, weight: 1e-3, decay: 1e12}, " LAWS
                    "}",
                    "{learning_rate: 0.8, " LAWS "}");
}

#define FEW                                                                                        \
    "dimension: 30, time: 2000, output: {times: [2000]}, tolerance: {relative: 1e-11, absolute: "  \
    "1e-14}, classes: [{weight: 0.4, covariance: {family: isotropic, scale: 1.5}, mean: {family: " \
    "gaussian}}, {weight: 0.6, covariance: {family: power-law, exponent: 0.4}, mean: {family: "    \
    "constant, scale: 0.6}}]}"
#define ALONE                                                                                      \
    "dimension: 30, time: 2000, output: {times: [2000]}, tolerance: {relative: 1e-11, absolute: "  \
    "1e-14}, classes: [{covariance: {family: power-law, exponent: 0.4}, mean: {family: zero}}]}"
#define BALL "momentum: {gain: 1, weight: 0.3, decay: 1.5}"
#define SIGNAL(labels) "teacher: {signal: {family: gaussian}, labels: " labels "}"

static void assert_run_ends_there(const char *text)
{
    sgdl_limit_t limit = limit_of(text);
    sgdl_table_t table = solve_text(text);
    assert_true(limit.stationary);
    assert_close(table_at(&table, 0, "risk"), limit.risk, 1e-9, 1e-9, text);
    for (size_t i = 0; i < limit.classes; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "mean_%zu", i + 1);
        assert_close(table_at(&table, 0, name), limit.m[i], 1e-8, 1e-8, text);
        (void)snprintf(name, sizeof name, "var_%zu", i + 1);
        assert_close(table_at(&table, 0, name), limit.B[i], 1e-8, 1e-8, text);
    }
    if (sgdl_table_find(&table, "overlap_signal") >= 0) {
        assert_close(table_at(&table, 0, "overlap_signal"), limit.overlap_signal, 1e-8, 1e-8, text);
        assert_close(table_at(&table, 0, "cos_signal"), limit.cos_signal, 1e-8, 1e-8, text);
        if (!limit.grows)
            assert_close(table_at(&table, 0, "norm2"), limit.norm2, 1e-8, 1e-8, text);
    }
    sgdl_table_free(&table);
    sgdl_limit_free(&limit);
}

/* Each run at a time when nothing but its end is left of it. */
static void runs_end_there(void **unused)
{
    (void)unused;
    static const char *const problems[] = {
        "{learning_rate: 0.7, clip: 0.3, ridge: 0.05, " FEW,
        "{learning_rate: 0.7, gradient_noise: 0.3, ridge: 0.05, batch: 2, " FEW,
        "{learning_rate: 0.2, momentum: 0.6, clip: 0.4, gradient_noise: 0.3, ridge: 0.1, " FEW,
        "{loss: least-squares, learning_rate: 0.5, clip: 0.3, " FEW,
        "{loss: least-squares, learning_rate: 0.5, clip: 0.5, gradient_noise: 0.5, batch: 3, " FEW,
        "{loss: least-squares, learning_rate: 5, clip: 0.5, intercept: 0.7, " FEW,
        /* at no weights all is clipped, and nothing contracts */
        "{loss: least-squares, learning_rate: 0.5, clip: 0.15, gradient_noise: 0.1, " FEW,
        "{loss: least-squares, learning_rate: 0.3, clip: 0.3, " SIGNAL(
            "linear, noise: 0.05") ", " FEW,
        "{learning_rate: 0.4, ridge: 0.05, " BALL ", " FEW,
        "{learning_rate: 0.4, clip: 0.4, gradient_noise: 0.2, ridge: 0.05, " BALL ", " FEW,
        "{loss: least-squares, learning_rate: 0.3, gradient_noise: 0.2, intercept: 1, " BALL
        ", " FEW,
        "{loss: least-squares, learning_rate: 0.3, " SIGNAL("linear, noise: 0.5") ", " FEW,
        "{loss: least-squares, learning_rate: 0.3, ridge: 0.2, clip: 0.6, " SIGNAL(
            "linear, noise: 0.5") ", " FEW,
        "{loss: least-squares, learning_rate: 0.3, gradient_noise: 0.3, " SIGNAL("sign") ", " FEW,
        "{loss: least-squares, learning_rate: 0.2, momentum: 0.4, " SIGNAL("logistic") ", " FEW,
        "{loss: least-squares, learning_rate: 0.2, " BALL ", " SIGNAL("logistic-soft") ", " ALONE,
        "{learning_rate: 0.5, " SIGNAL("logistic, steepness: 1.5") ", " FEW,
        "{learning_rate: 0.5, intercept: 0.5, " SIGNAL("logistic-soft") ", " FEW,
        "{learning_rate: 0.5, clip: 0.3, gradient_noise: 0.2, " BALL
        ", " SIGNAL("logistic") ", " ALONE,
        "{learning_rate: 0.5, ridge: 0.1, start: {norm2: 1}, " SIGNAL("sign") ", " FEW,
        "{learning_rate: 30, " SIGNAL("logistic-soft, steepness: 2") ", " ALONE};
    for (size_t v = 0; v < sizeof problems / sizeof *problems; v++)
        assert_run_ends_there(problems[v]);
    const char *several = "{loss: least-squares, encoding: one-hot, learning_rate: 0.3, batch: 2, "
                          "gradient_noise: 0.4, momentum: 0.3, " FEW;
    sgdl_limit_t limit = limit_of(several);
    sgdl_table_t table = solve_text(several);
    assert_close(table_at(&table, 0, "risk"), limit.risk, 1e-9, 1e-9, several);
    assert_close(table_at(&table, 0, "error"), limit.error, 1e-8, 1e-8, several);
    sgdl_table_free(&table);
    sgdl_limit_free(&limit);
}

/* Beyond the limit of small residuals a clipped run ends at a noise of its own; below, in zero. */
static void clipped_residuals_fade_or_not(void **unused)
{
    (void)unused;
    for (int beyond = 0; beyond < 2; beyond++) {
        char text[1024];
        (void)snprintf(
            text, sizeof text,
            "{loss: least-squares, clip: 0.4, learning_rate: %g, time: 3000, output: "
            "{times: [3000]}, teacher: {signal: {family: constant}, labels: linear}, "
            "tolerance: {relative: 1e-10, absolute: 1e-14}, " ONE_CLASS(", scale: 0.8") "}",
            beyond ? 2.6 : 2.4);
        sgdl_limit_t limit = limit_of(text);
        sgdl_table_t table = solve_text(text);
        assert_int_equal(limit.verdict, beyond ? SGDL_VERDICT_POSITIVE : SGDL_VERDICT_ZERO);
        assert_true(isinf(limit.stability));
        assert_close(table_at(&table, 0, "risk"), limit.risk, 1e-8, 1e-7, text);
        sgdl_table_free(&table);
        sgdl_limit_free(&limit);
    }
}

/* ---- laws ------------------------------------------------------------------------------------ */

/* |R(t) - R_inf| at two late times: its power and, where that is known, its constant. */
static void assert_law(const char *text, double exponent)
{
    sgdl_limit_t limit = limit_of(text);
    sgdl_table_t table = solve_text(text);
    const double t[2] = {table_at(&table, 0, "t"), table_at(&table, 1, "t")};
    double left[2];
    for (size_t row = 0; row < 2; row++)
        left[row] = table_at(&table, row, "risk") - limit.risk;
    assert_close(limit.law.exponent, exponent, 1e-12, 0, text);
    assert_close(-log(left[1] / left[0]) / log(t[1] / t[0]), exponent, 0.02, 0, text);
    if (isfinite(limit.law.constant))
        assert_close(left[1] * pow(t[1], exponent), limit.law.constant, 0, 0.02, text);
    sgdl_table_free(&table);
    sgdl_limit_free(&limit);
}

#define LATE "output: {times: [3e4, 3e5]}, time: 3e5, tolerance: {relative: 1e-11, absolute: 1e-16}"
#define TAIL(alpha)                                                                                \
    "classes: [{covariance: {family: power-law, exponent: " alpha "}, mean: {family: zero}}]"
#define POWER(beta, more)                                                                          \
    "teacher: {signal: {family: power-law, exponent: " beta "}, labels: " more "}"

static void laws_of_approach(void **unused)
{
    (void)unused;
    assert_law("{loss: least-squares, learning_rate: 0.5, " POWER(
                   "0.1", "linear") ", " LATE ", " TAIL("1.5") "}",
               1 + 1.2 / 1.5);
    assert_law("{loss: least-squares, learning_rate: 0.5, " POWER(
                   "-0.3", "linear, noise: 0.2") ", " LATE ", " TAIL("2") "}",
               1.2);
    assert_law("{loss: least-squares, learning_rate: 0.5, " POWER(
                   "1", "linear, noise: 0.7") ", " LATE ", " TAIL("2") "}",
               1.5);
    assert_law("{loss: least-squares, learning_rate: 0.5, gradient_noise: 0.5, " POWER(
                   "1", "linear, noise: 0.7") ", " LATE ", " TAIL("2") "}",
               0.5);
    assert_law("{learning_rate: 0.5, " POWER("-0.3", "logistic") ", " LATE ", " TAIL("2") "}", 1.2);
    assert_law("{loss: least-squares, learning_rate: 0.3, momentum: {gain: 1, weight: 0.2, decay: "
               "1}, " POWER("-0.3", "linear, noise: 0.2") ", " LATE ", " TAIL("2") "}",
               1.2);
    assert_law("{loss: least-squares, learning_rate: 0.5, gradient_noise: 0.3, " LATE
               ", " POWER_LAWS("1.5", "2") "}",
               2.0 / 3);
    assert_law("{loss: least-squares, learning_rate: 0.5, gradient_noise: 4, " LATE
               ", " POWER_LAWS("2.5", "-0.1") "}",
               0.4);
}

/* Where the spectrum keeps off zero: exponential, at the slowest rate that the risk shows. */
static void rates_of_relaxation(void **unused)
{
    (void)unused;
    static const char *const problems[] = {
        "teacher: {signal: {family: constant}, labels: linear, noise: 0.3}, loss: least-squares",
        "teacher: {signal: {family: constant}, labels: sign}, loss: least-squares",
        "teacher: {signal: {family: constant}, labels: logistic, steepness: 2}",
        "teacher: {signal: {family: constant}, labels: linear, noise: 0.3}, loss: least-squares, "
        "momentum: {gain: 1, weight: 0.1, decay: 1}",
        "teacher: {signal: {family: constant}, labels: logistic}, gradient_noise: 0.3, clip: 0.4, "
        "momentum: {gain: 0.5, weight: 0.2, decay: 2}"};
    for (size_t v = 0; v < sizeof problems / sizeof *problems; v++) {
        char text[1024];
        (void)snprintf(text, sizeof text, "{learning_rate: 0.6, %s, " ONE_CLASS("") "}",
                       problems[v]);
        sgdl_limit_t limit = limit_of(text);
        const double rate = limit.law.rate, t[2] = {9 / rate, 13 / rate};
        if (v == 0)
            assert_close(rate, 0.6 * (2 - 0.6), 0, 1e-9, "isotropic: gamma (2 - gamma)");
        (void)snprintf(text, sizeof text,
                       "{learning_rate: 0.6, %s, time: %.17g, output: {times: [%.17g, %.17g]}, "
                       "tolerance: {relative: 1e-12, absolute: 1e-15}, " ONE_CLASS("") "}",
                       problems[v], t[1], t[0], t[1]);
        sgdl_table_t table = solve_text(text);
        /* of least squares the slowest mode moves the overlap alone */
        const bool linear = v == 0 || v == 3;
        const char *name = linear ? "risk" : "overlap_signal";
        const double end = linear ? limit.risk : limit.overlap_signal;
        const double first = table_at(&table, 0, name) - end,
                     last = table_at(&table, 1, name) - end;
        assert_close(log(first / last) / (t[1] - t[0]), rate, 0, 0.01, text);
        sgdl_table_free(&table);
        sgdl_limit_free(&limit);
    }
}

/* What noise the norm collects falls like 1/log t in the risk: z exp(z^2/2) = sqrt(4 M t/(2 pi W))
 * / sigma, R = gamma sigma^2 W/(2 z^2), to leading order. */
static void noise_against_a_clean_margin(void **unused)
{
    (void)unused;
    const char *text =
        "{learning_rate: 0.5, gradient_noise: 0.3, time: 1e12, output: {times: [1e10, 1e12]}, "
        "classes: [{covariance: {family: zero-one, zero: 0.5}, mean: {family: "
        "constant, on: [0, 0.5]}}, {covariance: {family: zero-one, zero: 0.5}, "
        "mean: {family: opposite, of: 1}}]}";
    sgdl_limit_t limit = limit_of(text);
    sgdl_table_t table = solve_text(text);
    assert_int_equal(limit.verdict, SGDL_VERDICT_ZERO);
    assert_close(limit.law.constant, 0.5 * 0.5 * 0.09 * 0.5, 0, 1e-12, "constant");
    assert_true(limit.law.exponent == 0 && limit.law.log_power == -1);
    for (size_t row = 0; row < 2; row++) {
        double z = 6;
        for (int k = 0; k < 100; k++)
            z = sqrt(2 *
                     log(sqrt(4 * 0.5 * table_at(&table, row, "t") / (2 * M_PI * 0.5)) / 0.3 / z));
        assert_close(table_at(&table, row, "risk"), limit.law.constant / (z * z), 0, 0.15, "risk");
    }
    sgdl_table_free(&table);
    sgdl_limit_free(&limit);
}

/* ---- commands -------------------------------------------------------------------------------- */

static void sweeps_and_verdicts(void **unused)
{
    (void)unused;
    sgdl_problem_t *problem =
        parse_problem("{loss: least-squares, learning_rate: 0.3, time: 5, teacher: " LINEAR(
            "") ", " ONE_CLASS("") "}");
    sgdl_error_t error = {0};
    growth_t growth;
    sgdl_verdict_t verdict;
    const char *reason;
    assert_int_equal(growth_judge(problem, 0, 6, &problem->plan, &growth, &error), SGDL_ERR_INPUT);
    assert_int_equal(sgdl_limit_verdict(problem, NULL, 0, &verdict, &reason, &error), SGDL_OK);
    assert_int_equal(verdict, SGDL_VERDICT_POSITIVE);
    assert_non_null(reason);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(linear_teacher),
                                       cmocka_unit_test(heavy_balls_are_stable_between_two_rates),
                                       cmocka_unit_test(sign_labels_of_least_squares),
                                       cmocka_unit_test(logistic_teacher),
                                       cmocka_unit_test(sign_labels_of_the_logistic_loss),
                                       cmocka_unit_test(what_does_nothing),
                                       cmocka_unit_test(runs_end_there),
                                       cmocka_unit_test(clipped_residuals_fade_or_not),
                                       cmocka_unit_test(laws_of_approach),
                                       cmocka_unit_test(rates_of_relaxation),
                                       cmocka_unit_test(noise_against_a_clean_margin),
                                       cmocka_unit_test(sweeps_and_verdicts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
