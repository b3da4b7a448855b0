/* Verdicts of random layouts of null spaces and power laws against the integration. */
#include "tests/verdicts.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_rng.h>

static double pick(gsl_rng *random, const double *from, size_t count)
{
    return from[gsl_rng_uniform_int(random, count)];
}

static void write_class(FILE *out, gsl_rng *random, bool powers, const char *weight)
{
    static const double exponents[] = {0.3, 1.5, 3}, zeros[] = {0.3, 0.5, 0.7},
                        scales[] = {-2, 2, 1.5}, starts[] = {0, 0, 0, 0.2, 0.3, 0.5, 0.7},
                        lengths[] = {0.1, 0.2, 0.3, 1};
    (void)fprintf(out, "{weight: %s, label: %lu, covariance: ", weight,
                  gsl_rng_uniform_int(random, 2));
    if (powers && gsl_rng_uniform(random) < 0.7)
        (void)fprintf(out, "{family: power-law, exponent: %g}", pick(random, exponents, 3));
    else
        (void)fprintf(out, "{family: zero-one, zero: [%g, %g]}",
                      gsl_rng_uniform_int(random, 4) ? 0 : 0.2, pick(random, zeros, 3));
    double from = powers ? 0 : pick(random, starts, 7);
    (void)fprintf(out, ", mean: {family: power-law, exponent: %g, scale: %g, on: [%g, %.2f]}}",
                  powers && gsl_rng_uniform_int(random, 3) == 0 ? 0.5 : 0, pick(random, scales, 3),
                  from, fmin(from + pick(random, lengths, 4), 1));
}

/* Classes of zero-one and power-law covariances, with gaps |2 beta + 1 - alpha| that let 1e12 tell.
 */
static void random_layouts(void **unused)
{
    (void)unused;
    static const char *const weights[] = {"0.5", "0.3333333333333333", "0.25"};
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    size_t zero = 0, staged = 0, short_of = 0;
    for (size_t n = 0; n < 50; n++) {
        char text[4096];
        FILE *out = fmemopen(text, sizeof text, "w");
        const size_t classes = 2 + gsl_rng_uniform_int(random, 3);
        (void)fprintf(out, "{learning_rate: 0.5, intercept: %d, classes: [",
                      gsl_rng_uniform_int(random, 3) == 0);
        for (size_t i = 0; i < classes; i++) {
            (void)fputs(i ? ", " : "", out);
            write_class(out, random, n % 2 == 1, weights[classes - 2]);
        }
        (void)fputs("]}", out);
        assert_int_equal(fclose(out), 0);
        sgdl_limit_t limit = limit_of(text);
        short_of += assert_verdict(text, limit.verdict) < 1e12;
        zero += limit.verdict == SGDL_VERDICT_ZERO;
        staged += limit.verdict == SGDL_VERDICT_ZERO && limit.clean_margin2 == 0;
        sgdl_limit_free(&limit);
    }
    assert_true(zero >= 10 && zero <= 40 && staged >= 2 && short_of <= 5);
    gsl_rng_free(random);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_layouts),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
