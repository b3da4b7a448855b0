/* Valid problems with numbers from 1e-300 to 1e300: whatever they are, `limit` and `critical`
 * answer or say why not, and what they answer is possible. */
#include "tests/curves.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_rng.h>
#include <string.h>
#include <time.h>

/* ---- problems -------------------------------------------------------------------------------- */

/* Of any size: mostly ordinary, often extreme, sometimes 0. */
static double size(gsl_rng *random, double most)
{
    const double draw = gsl_rng_uniform(random);
    if (draw < 0.1)
        return 0;
    if (draw < 0.5)
        return exp(4 * gsl_rng_uniform(random) - 2);
    return fmin(pow(10, 600 * gsl_rng_uniform(random) - 300), most);
}

static double positive(gsl_rng *random, double most)
{
    const double x = size(random, most);
    return x > 0 ? x : 1e-300;
}

static double place(gsl_rng *random)
{
    static const double places[] = {0, 1e-300, 1e-9, 0.3, 0.5, 0.9999999, 1};
    return places[gsl_rng_uniform_int(random, 7)];
}

static double exponent(gsl_rng *random, double least)
{
    static const double some[] = {0, 1e-12, 0.5, 1, 3, 50, 1000};
    return gsl_rng_uniform(random) < 0.3 ? least * gsl_rng_uniform(random)
                                         : some[gsl_rng_uniform_int(random, 7)];
}

static void write_covariance(FILE *out, gsl_rng *random)
{
    switch (gsl_rng_uniform_int(random, 5)) {
    case 0:
        (void)fprintf(out, "{family: isotropic, scale: %.17g}", size(random, 1e100));
        break;
    case 1:
        (void)fprintf(out, "{family: zero-one, zero: %.17g, scale: %.17g}", place(random),
                      size(random, 1e100));
        break;
    case 2:
        (void)fprintf(out, "{family: marchenko-pastur, ratio: %.17g, scale: %.17g}",
                      gsl_rng_uniform(random) < 0.3 ? 1 : 3 * gsl_rng_uniform(random) + 1e-3,
                      size(random, 1e100));
        break;
    default:
        (void)fprintf(out, "{family: power-law, exponent: %.17g, scale: %.17g}",
                      exponent(random, -0.5), size(random, 1e100));
    }
}

static void write_mean(FILE *out, gsl_rng *random, size_t i)
{
    const double scale = size(random, 1e100) * (gsl_rng_uniform(random) < 0.5 ? -1 : 1);
    const double from = place(random), to = place(random);
    switch (gsl_rng_uniform_int(random, 5)) {
    case 0:
        (void)fputs("{family: zero", out);
        break;
    case 1:
        (void)fprintf(out, "{family: gaussian, scale: %.17g", fabs(scale));
        break;
    case 2:
        (void)fprintf(out, "{family: power-law, exponent: %.17g, scale: %.17g",
                      exponent(random, -0.499), scale);
        break;
    case 3:
        if (i > 0) {
            (void)fputs("{family: opposite, of: 1", out);
            break;
        } /* FALLTHROUGH */
    default:
        (void)fprintf(out, "{family: constant, scale: %.17g", scale);
    }
    if (from < to && gsl_rng_uniform(random) < 0.4)
        (void)fprintf(out, ", on: [%.17g, %.17g]", from, to);
    (void)fputc('}', out);
}

static void write_problem(FILE *out, gsl_rng *random)
{
    const size_t classes = 1 + gsl_rng_uniform_int(random, 3);
    const bool quadratic = gsl_rng_uniform(random) < 0.5;
    (void)fprintf(out, "{loss: %s, ", quadratic ? "least-squares" : "logistic");
    if (gsl_rng_uniform(random) < 0.3)
        (void)fprintf(out, "dimension: %lu, ", 1 + gsl_rng_uniform_int(random, 40));
    if (gsl_rng_uniform(random) < 0.4)
        (void)fprintf(out, "intercept: %.17g, ", size(random, 1e300));
    if (gsl_rng_uniform(random) < 0.4)
        (void)fprintf(out, "ridge: %.17g, ", size(random, 1e300));
    if (gsl_rng_uniform(random) < 0.3)
        (void)fprintf(out, "start: {norm2: %.17g}, ", size(random, 1e300));
    if (gsl_rng_uniform(random) < 0.2)
        (void)fprintf(out, "batch: %lu, ", 1 + gsl_rng_uniform_int(random, 1000000));
    if (gsl_rng_uniform(random) < 0.2)
        (void)fprintf(out,
                      "learning_rate: {schedule: polynomial, value: %.17g, tau: %.17g, power: "
                      "%.3f}, ",
                      positive(random, 1e300), positive(random, 1e300), gsl_rng_uniform(random));
    else
        (void)fprintf(out, "learning_rate: %.17g, ", positive(random, 1e300));
    (void)fputs("classes: [", out);
    double left = 1;
    for (size_t i = 0; i < classes; i++) {
        const double weight = i + 1 == classes                ? left
                              : gsl_rng_uniform(random) < 0.3 ? 1e-300
                                                              : left * gsl_rng_uniform_pos(random);
        left -= weight;
        (void)fprintf(out, "%s{weight: %.17g, label: %.17g, covariance: ", i ? ", " : "", weight,
                      quadratic ? size(random, 1e300) : (double)gsl_rng_uniform_int(random, 2));
        write_covariance(out, random);
        (void)fputs(", mean: ", out);
        write_mean(out, random, i);
        (void)fputc('}', out);
    }
    (void)fputs("]}", out);
}

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
    sgdl_problem_t problem;
    sgdl_limit_t limit;
    sgdl_error_t error = {0};
    if (sgdl_problem_parse(&problem, text, "test", NULL, 0, &error) != SGDL_OK) {
        assert_true(*error.message);
        return;
    }
    int status = sgdl_limit_init(&limit, &problem, 0, &error);
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
    status = sgdl_critical(&problem, &options, &table, &error);
    assert_answered(status, &error, text);
    sgdl_table_free(&table);
    sgdl_problem_free(&problem);
}

/* $SGDLIMIT_EXTREMES: seconds to go on for, from a seed of the clock; otherwise a fixed few. */
static void random_extremes(void **unused)
{
    (void)unused;
    const char *seconds = getenv("SGDLIMIT_EXTREMES");
    const time_t begin = time(NULL), end = begin + (seconds ? atol(seconds) : 0);
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    if (seconds)
        gsl_rng_set(random, (unsigned long)begin);
    for (unsigned long n = 0; n < 400 || time(NULL) < end; n++) {
        char text[4096];
        FILE *out = fmemopen(text, sizeof text, "w");
        write_problem(out, random);
        assert_int_equal(fclose(out), 0);
        if (seconds) {
            (void)fprintf(stderr, "%s\n", text);
            (void)fflush(stderr);
        }
        ask(text, n);
    }
    gsl_rng_free(random);
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
        "{intercept: 1.0e+5}",
        "{intercept: 1.0e-200, classes: [{label: 0}, {label: 0}]}",
        "{intercept: 1.0e+200, classes: [{label: 0}, {label: 0}]}",
        "{intercept: 1.0e-200, ridge: 1, classes: [{label: 0}, {label: 0}]}",
        "{classes: [{covariance: {family: zero-one, zero: 0.5}, mean: {family: constant, scale: "
        "1.0e-200}}, {covariance: {family: zero-one, zero: 0.5}, mean: {family: opposite, of: "
        "1}}]}"};
    for (size_t v = 0; v < sizeof problems / sizeof *problems; v++)
        for (unsigned long key = 0; key < 4; key++)
            ask(problems[v], key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_extremes),
        cmocka_unit_test(random_extremes),
    };
    (void)gsl_set_error_handler_off();
    const char *filter = getenv("CMOCKA_TEST_FILTER");
    if (filter)
        cmocka_set_test_filter(filter);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
