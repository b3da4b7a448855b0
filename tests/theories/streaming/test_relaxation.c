/* The rate of an exponential approach: that of what is seen to relax, in runs and in matrices. */
#include "tests/curves.h"

#include <lapacke.h>
#include <string.h>
#include <unistd.h>

#include "src/theories/streaming/limit/loaded.h"
#include "src/theories/streaming/limit/long_run.h"
#include "src/problem/problem.h"

enum { MOST_CLASSES = 8 };

/* Means and variances at three times. */
typedef struct moments_seen {
    size_t classes, times;
    double value[3][2 * MOST_CLASSES];
} moments_seen_t;

static void take_moments(void *context, const observation_t *seen)
{
    moments_seen_t *self = context;
    for (size_t i = 0; i < self->classes; i++) {
        self->value[self->times][2 * i] = seen->mean[i];
        self->value[self->times][2 * i + 1] = seen->var[i];
    }
    self->times++;
}

/* How fast means and variances relax between 18/rate and 20/rate. */
static double measured_rate(const sgdl_problem_t *problem, double rate)
{
    const double times[] = {18 / rate, 20 / rate, 50 / rate};
    moments_seen_t moments = {.classes = problem->classes};
    const long_run_t run = {.problem = problem, .seen = take_moments, .context = &moments};
    double left[2] = {0, 0};
    assert_true(problem->classes <= MOST_CLASSES);
    if (long_run(&run, times, 3, NULL) != SGDL_OK)
        fail_msg("the run failed");
    for (size_t row = 0; row < 2; row++)
        for (size_t e = 0; e < 2 * problem->classes; e++)
            left[row] = hypot(left[row], moments.value[row][e] - moments.value[2][e]);
    return log(left[0] / left[1]) / (times[1] - times[0]);
}

static double stated_rate(const sgdl_problem_t *problem)
{
    sgdl_limit_t limit;
    assert_int_equal(sgdl_limit_init(&limit, problem, NULL, 0, NULL), SGDL_OK);
    assert_true(isinf(limit.law.exponent));
    double rate = limit.law.rate;
    sgdl_limit_free(&limit);
    return rate;
}

static void rates_are_seen(void **unused)
{
    (void)unused;
    static const char *const problems[] = {
        /* the antisymmetric shift of the bias is slow, and nothing ever starts it */
        "{loss: least-squares, intercept: 0.1, %s}", "{intercept: 0.02, learning_rate: 1, %s}",
        /* with unequal classes it is started */
        "{loss: least-squares, intercept: 0.3, %s, classes: [{weight: 0.3}, {weight: 0.7}]}",
        /* two means and three eigenvalues, one direction in the first group */
        "{loss: least-squares, dimension: 3, learning_rate: 0.3, seed: 4, %s, classes: "
        "[{covariance: "
        "{family: zero-one, zero: [0.34, 1]}, mean: {family: gaussian}}, {covariance: {family: "
        "zero-one, zero: 0.34, scale: 2}, mean: {family: gaussian}}]}",
        "{dimension: 4, learning_rate: 0.5, seed: 1, ridge: 0.1, %s, classes: [{weight: 0.2, "
        "label: 1, covariance: {family: zero-one, zero: 0.25}, mean: {family: gaussian}}, {weight: "
        "0.5, label: 0, covariance: {family: isotropic, scale: 0.5}, mean: {family: gaussian}}, "
        "{weight: 0.3, label: 1, covariance: {family: isotropic, scale: 2}, mean: {family: "
        "constant}}]}",
        /* a start on directions that no mean reaches, and none */
        "{loss: least-squares, ridge: 0.2, start: {norm2: 1}, %s, classes: [{covariance: {family: "
        "zero-one, zero: 0.5, scale: 3}, mean: {family: constant, on: [0.5, 1]}}, {covariance: "
        "{family: zero-one, zero: 0.5, scale: 3}, mean: {family: opposite, of: 1}}]}"};
    for (size_t v = 0; v < sizeof problems / sizeof *problems; v++) {
        char text[1024];
        (void)snprintf(text, sizeof text, problems[v],
                       "tolerance: {relative: 1.0e-13, absolute: 1.0e-16}");
        sgdl_problem_t *problem = parse_problem(text);
        double rate = stated_rate(problem);
        assert_close(measured_rate(problem, rate), rate, 0, 0.03, text);
        sgdl_problem_free(problem);
    }
}

static void write_lines(const char *folder, const char *name, const double *x, double divisor)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    for (int e = 0; e < 3; e++)
        (void)fprintf(out, "%.17g\n", x[e] / divisor);
    assert_int_equal(fclose(out), 0);
}

/* Two equal eigenvalues of three and two means: the slowest eigenvalue of gamma (K + sum p mu
 * mu^T), where the group of one direction has a latent coordinate too many. */
static void repeated_eigenvalues(void **unused)
{
    (void)unused;
    static const double K[] = {1, 2, 2}, nu[2][3] = {{0.5, 0.8, 1}, {-0.3, 0.4, -0.5}};
    char folder[] = "/tmp/test_relaxation_XXXXXX", text[2048];
    assert_non_null(mkdtemp(folder));
    write_lines(folder, "K", K, 1);
    write_lines(folder, "1", nu[0], sqrt(3));
    write_lines(folder, "2", nu[1], sqrt(3));
    (void)snprintf(text, sizeof text,
                   "{loss: least-squares, dimension: 3, learning_rate: 0.2, classes: [{covariance: "
                   "{family: file, path: %s/K}, mean: {family: file, path: %s/1}}, {covariance: "
                   "{family: file, path: %s/K}, mean: {family: file, path: %s/2}}]}",
                   folder, folder, folder, folder);
    sgdl_problem_t *problem = parse_problem(text);
    double matrix[9], value[3];
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            matrix[3 * i + j] = 0.2 * ((i == j) * K[i] + 0.5 * nu[0][i] * nu[0][j] / 3 +
                                       0.5 * nu[1][i] * nu[1][j] / 3);
    assert_int_equal(LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'N', 'U', 3, matrix, 3, value), 0);
    assert_close(stated_rate(problem), value[0], 0, 1e-12, "rate");
    sgdl_problem_free(problem);
    static const char *const names[] = {"K", "1", "2"};
    for (int f = 0; f < 3; f++) {
        char path[256];
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[f]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

/* Modes of matrices written down by hand, column-major. */
static void modes_by_hand(void **unused)
{
    (void)unused;
    double rate;
    { /* alone and not pushed; alone and pushed */
        double matrix[] = {-1, 0, 0, -3}, probe[] = {0, 1}, observer[] = {1, 1};
        modes_t modes = {2, matrix, 1, probe, 1, observer};
        assert_int_equal(modes_slowest(&modes, &rate, NULL), SGDL_OK);
        assert_close(rate, 3, 1e-12, 0, "not pushed");
    }
    { /* symmetric: (1, -1) decays at 1, (1, 1) at 3 and is all that is pushed */
        double matrix[] = {-2, -1, -1, -2}, probe[] = {1, 1}, observer[] = {1, 0};
        modes_t modes = {2, matrix, 1, probe, 1, observer};
        assert_int_equal(modes_slowest(&modes, &rate, NULL), SGDL_OK);
        assert_close(rate, 3, 1e-12, 0, "symmetric push");
    }
    { /* the same, pushed from one side, but seen only in the sum; then seen */
        double matrix[] = {-2, -1, -1, -2}, probe[] = {1, 0}, observer[] = {1, 1};
        modes_t modes = {2, matrix, 1, probe, 1, observer};
        assert_int_equal(modes_slowest(&modes, &rate, NULL), SGDL_OK);
        assert_close(rate, 3, 1e-12, 0, "seen in the sum");
        double again[] = {-2, -1, -1, -2}, aside[] = {1, 0.5};
        modes = (modes_t){2, again, 1, probe, 1, aside};
        assert_int_equal(modes_slowest(&modes, &rate, NULL), SGDL_OK);
        assert_close(rate, 1, 1e-12, 0, "seen");
    }
    { /* a spiral: real part of a complex pair; an inert coordinate beside it */
        double matrix[] = {-0.5, -2, 0, 2, -0.5, 0, 0, 0, 0}, probe[] = {1, 0, 0},
               observer[] = {0, 1, 1};
        modes_t modes = {3, matrix, 1, probe, 1, observer};
        assert_int_equal(modes_slowest(&modes, &rate, NULL), SGDL_OK);
        assert_close(rate, 0.5, 1e-12, 0, "spiral");
    }
    { /* nothing moves */
        double matrix[] = {0}, probe[] = {0}, observer[] = {1};
        modes_t modes = {1, matrix, 1, probe, 1, observer};
        assert_int_equal(modes_slowest(&modes, &rate, NULL), SGDL_OK);
        assert_true(isnan(rate));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_seen),
        cmocka_unit_test(repeated_eigenvalues),
        cmocka_unit_test(modes_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
