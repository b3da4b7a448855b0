/* Exponents near the lowest allowed: eigenvalues and means without bound at u = 0, and scales and
 * weights near the smallest numbers that there are. */
#include "tests/program.h"

#include <sys/resource.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>

#include "tests/spectra_build.h"

static const double alphas[] = {-0.6, -0.7, -0.8, -0.9, -0.95};
static const double betas[] = {-0.49, -0.4, 0, 0.25, 1};
static const double times[] = {1e-3, 1e-1, 1, 5};
enum { ALPHAS = 5, BETAS = 5, TIMES = 4 };

typedef struct decay {
    double alpha, beta, t;
    int power;
} decay_t;

/* u = x^(1/alpha) makes x = lambda the variable: |alpha|^-1 x^(power - s - 1) exp(-t x). */
static double decay_integrand(double x, void *context)
{
    const decay_t *self = context;
    const double s = (2 * self->beta + 1) / -self->alpha;
    return exp((self->power - s - 1) * log(x) - self->t * x) / -self->alpha;
}

static double decay_integral(decay_t self)
{
    gsl_function function = {.function = decay_integrand, .params = &self};
    gsl_integration_workspace *room = gsl_integration_workspace_alloc(1000);
    double value = 0, error = 0;
    assert_non_null(room);
    const int status = gsl_integration_qagiu(&function, 1, 0, 1e-11, 1000, room, &value, &error);
    gsl_integration_workspace_free(room);
    assert_int_equal(status, 0);
    return value;
}

static double decay_sum(const sgdl_nodes_t *nodes, double t, int power)
{
    double sum = 0;
    for (size_t n = 0; n < nodes->count; n++)
        sum += nodes->weight[n] * build_moment(nodes, 0, 0, n) * pow(nodes->eigenvalue[n], power) *
               exp(-t * nodes->eigenvalue[n]);
    return sum;
}

static void check_decay(double alpha, double beta)
{
    build_t build;
    build_init(&build, 1, INFINITY);
    build_covariance(&build, 0, "power-law", "exponent", alpha);
    build_mean(&build, 0, "power-law", "exponent", beta);
    for (int refine = 1; refine <= 2; refine++) {
        sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 1e4, refine);
        assert_relative(nodes.trace[0], 1 / (1 + alpha), 1e-12);
        assert_relative(nodes.gram[0], 1 / (1 + 2 * beta), 1e-12);
        for (size_t i = 0; i < TIMES; i++)
            for (int power = 0; power <= 1; power++) {
                const decay_t decay = {alpha, beta, times[i], power};
                assert_relative(decay_sum(&nodes, times[i], power), decay_integral(decay), 1e-8);
            }
        sgdl_nodes_free(&nodes);
    }
}

static void decay_matches_an_integral_over_the_eigenvalue(void **state)
{
    (void)state;
    gsl_error_handler_t *before = gsl_set_error_handler_off();
    for (size_t a = 0; a < ALPHAS; a++)
        for (size_t b = 0; b < BETAS; b++)
            check_decay(alphas[a], betas[b]);
    (void)gsl_set_error_handler(before);
}

/* The last row's value in a column of a table as it is printed. */
static double last_value(const outcome_t *found, const char *column)
{
    char *text = strdup(found->out), *names = NULL, *values = NULL, *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (line[0] == '#')
            continue;
        values = line;
        names = names ? names : line;
    }
    double value = NAN;
    char *name_rest = NULL, *value_rest = NULL;
    char *name = strtok_r(names, "\t", &name_rest), *number = strtok_r(values, "\t", &value_rest);
    for (; name && number; name = strtok_r(NULL, "\t", &name_rest)) {
        if (strcmp(name, column) == 0)
            value = strtod(number, NULL);
        number = strtok_r(NULL, "\t", &value_rest);
    }
    free(text);
    if (!isfinite(value))
        fail_msg("no finite %s in %s", column, found->out);
    return value;
}

/* Refined nodes give the same curve. */
static void refined_curves_agree(void **state)
{
    (void)state;
    static const char *const covariances[] = {"power-law:exponent=-0.6", "power-law:exponent=-0.8",
                                              "power-law:exponent=-0.9"};
    for (size_t c = 0; c < sizeof covariances / sizeof *covariances; c++) {
        double risk[2];
        for (int refine = 1; refine <= 2; refine++) {
            outcome_t found =
                run("solve", "--loss", "least-squares", "--lr", "0.05", "--time", "20", "--points",
                    "3", "--covariance", covariances[c], "--refine", refine == 1 ? "1" : "2");
            assert_done(&found);
            risk[refine - 1] = last_value(&found, "risk");
            outcome_free(&found);
        }
        assert_relative(risk[0], risk[1], 1e-7);
    }
}

/* Opposite means +-mu, K = I, labels +-1: <mu, X> obeys m' = gamma (M - (1 + M) m), M = |mu|^2. */
static void overlaps_with_singular_means_are_exact(void **state)
{
    (void)state;
    static const double exponents[] = {-0.4, -0.49, -0.499};
    for (size_t e = 0; e < sizeof exponents / sizeof *exponents; e++) {
        const double M = 1 / (1 + 2 * exponents[e]);
        char mean[64], rate[32];
        (void)snprintf(mean, sizeof mean, "power-law:exponent=%g", exponents[e]);
        (void)snprintf(rate, sizeof rate, "%.17g", 0.1 / (1 + M));
        outcome_t found = run("solve", "--loss", "least-squares", "--lr", rate, "--time", "10",
                              "--points", "3", "--mean", mean);
        assert_done(&found);
        assert_relative(last_value(&found, "mean_1"), M / (1 + M) * (1 - exp(-1)), 1e-7);
        assert_relative(last_value(&found, "mean_2"), -M / (1 + M) * (1 - exp(-1)), 1e-7);
        outcome_free(&found);
    }
}

/* They are answered or refused, but in little memory; unbounded growth ended them once. */
static void tiny_scales_and_weights_take_little_memory(void **state)
{
    (void)state;
    static const char *const commands[][6] = {
        {"spectrum", "--covariance", "isotropic", "--covariance",
         "power-law:exponent=-0.5,scale=1e-310"},
        {"spectrum", "--weight", "1", "--weight", "1e-310"},
        {"spectrum", "--covariance", "power-law:exponent=-0.9,scale=1e-310"},
        {"spectrum", "--covariance", "power-law:exponent=-0.95,scale=1e-308", "--covariance",
         "power-law:exponent=3,scale=1e100"},
    };
    struct rlimit before, little = {.rlim_cur = (rlim_t)1 << 30};
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    little.rlim_max = before.rlim_max;
#ifdef __SANITIZE_ADDRESS__
    little = before; /* its shadow does not fit into any limit */
#endif
    for (size_t c = 0; c < sizeof commands / sizeof *commands; c++) {
        assert_int_equal(setrlimit(RLIMIT_AS, &little), 0);
        outcome_t found = run_with(NULL, NULL, commands[c]);
        assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
        assert_done(&found);
        assert_true(strlen(found.out) < 1000000);
        outcome_free(&found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decay_matches_an_integral_over_the_eigenvalue),
        cmocka_unit_test(refined_curves_agree),
        cmocka_unit_test(overlaps_with_singular_means_are_exact),
        cmocka_unit_test(tiny_scales_and_weights_take_little_memory),
    };
    return cmocka_run_group_tests_name("spectra_singular", tests, make_folder, remove_folder);
}
