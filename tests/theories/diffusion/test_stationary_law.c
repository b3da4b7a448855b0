/* Stationary laws: numbers made elsewhere by other quadratures, closed forms, cells. */
#include <string.h>

#include "src/theories/diffusion/flatness.h"
#include "src/theories/diffusion/stationary.h"
#include "tests/theories/diffusion/rates_of.h"

enum { BASINS = 8 };

/* The law by quadrature, once it agrees with cells. */
static observables_t law_of(const char *text, double temperature, double basin[BASINS])
{
    rates_of_t coarse, fine;
    observables_t law = {.basin = basin};
    stationary_apart_t apart;
    sgdl_error_t error = {0};
    make_rates(&coarse, text, temperature, 1000);
    make_rates(&fine, text, temperature, 2000);
    int status = stationary_law(&coarse.setting, &law, &error);
    if (status == SGDL_OK)
        status = stationary_compare(&law, &coarse.generator, &fine.generator, &apart, &error);
    if (status != SGDL_OK)
        fail_msg("%s", error.message);
    double sum = 0;
    for (size_t b = 0; b < coarse.setting.landscape->minima; b++)
        sum += basin[b];
    assert_close(sum, 1, 1e-14, 0, "sum of probabilities");
    free_rates(&coarse);
    free_rates(&fine);
    return law;
}

static double first_basin(const char *text, double temperature)
{
    double basin[BASINS];
    (void)law_of(text, temperature, basin);
    return basin[0];
}

static void basins_of_the_double_well(void **state)
{
    (void)state;
    assert_close(first_basin(WELL, 0.2), 0.7073399461, 1e-10, 0, "B = 8");
    assert_close(first_basin(WELL, 0.1), 0.7259629234, 1e-10, 0, "B = 16");
    assert_close(first_basin(WELL, 1.6 / 24), 0.7330186650, 1e-10, 0, "B = 24");
    assert_close(first_basin(WELL, 0.01), 0.7468613179, 1e-10, 0, "D = 0.01");
}

/* The sharp minimum deeper by 0.0498. */
static void a_tilt_makes_it_depend_on_the_batch(void **state)
{
    static const char tilted[] =
        "potential: {family: double-well, scale: 0.5, linear: 1.2, quadratic: 0.5, tilt: -0.025}\n"
        "noise: {family: constant, value: 320}\nbox: [-2.7, 2.05]\n";
    (void)state;
    assert_close(first_basin(tilted, 0.1), 0.62148785, 1e-8, 0, "D = 0.1");
    assert_close(first_basin(tilted, 0.05), 0.51268745, 1e-8, 0, "D = 0.05");
    assert_close(first_basin(tilted, 0.02), 0.19701923, 1e-8, 0, "D = 0.02");
}

/* D = 0.5 (U + 0.1), and D in proportion to 1 + 0.5 x + 0.2 x^2, which is 0.7 at the flat minimum.
 */
static void noise_that_varies(void **state)
{
    static const char of_loss[] = DOUBLE_WELL "noise: {family: loss, factor: 1, floor: 0.1}\n";
    static const char of_place[] =
        DOUBLE_WELL "noise: {family: polynomial, coefficients: [1, 0.5, 0.2]}\n";
    (void)state;
    assert_close(first_basin(of_loss, 0.05), 0.7344, 5e-5, 0, "in proportion to the loss");
    assert_close(first_basin(of_place, 0.07), 0.98180, 5e-6, 0, "polynomial, 0.1");
    assert_close(first_basin(of_place, 0.042), 0.99697, 5e-6, 0, "polynomial, 0.06");
}

/* U = a x^2/2: E U = D/2, E U'' = a. In narrow and wide boxes. */
static void a_parabola(void **state)
{
    static const char *const texts[] = {
        "potential: {family: polynomial, coefficients: [0, 0, 1.5]}\n"
        "noise: {family: constant, value: 1}\n",
        "potential: {family: polynomial, coefficients: [0, 0, 1.5]}\n"
        "noise: {family: constant, value: 1}\nbox: [-30000, 1000]\n"};
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        rates_of_t made;
        double basin[BASINS];
        observables_t law = {.basin = basin};
        make_rates(&made, texts[i], 0.3, 10);
        assert_int_equal(stationary_law(&made.setting, &law, NULL), SGDL_OK);
        assert_close(law.mean_loss, 0.15, 0, 1e-10, "mean loss");
        assert_close(law.sharpness, 3, 0, 1e-12, "sharpness");
        free_rates(&made);
    }
}

/* U = x^2/2, Sigma = U + 1/2, heat tau: p ~ (1 + x^2)^{-1 - 1/tau}, a Student law whose variance is
 * 1/(2/tau - 1). */
static void heavy_tails(void **state)
{
    static const char text[] = "potential: {family: polynomial, coefficients: [0, 0, 0.5]}\n"
                               "noise: {family: loss, factor: 1, floor: 0.5}\n";
    (void)state;
    static const double taus[] = {0.2, 0.5, 1, 1.7};
    for (size_t i = 0; i < COUNT(taus); i++) {
        rates_of_t made;
        double basin[BASINS];
        observables_t law = {.basin = basin};
        make_rates(&made, text, 0.5 * taus[i], 10);
        assert_int_equal(stationary_law(&made.setting, &law, NULL), SGDL_OK);
        assert_close(law.mean_loss, 0.5 / (2 / taus[i] - 1), 0, taus[i] < 1.5 ? 1e-10 : 1e-3,
                     "mean loss");
        free_rates(&made);
    }
    rates_of_t made;
    double basin[BASINS];
    observables_t law = {.basin = basin};
    make_rates(&made, text, 0.5 * 2.5, 10);
    assert_int_equal(stationary_law(&made.setting, &law, NULL), SGDL_OK);
    assert_true(isinf(law.mean_loss));
    free_rates(&made);
}

/* A lift of U changes the mean loss alone, a mirror the order of basins. */
static void symmetries(void **state)
{
    double here[BASINS], there[BASINS];
    (void)state;
    const observables_t law =
        law_of("potential: {family: polynomial, coefficients: [0, 0.2, -2, 0, 1]}\n"
               "noise: {family: polynomial, coefficients: [2, 0.3, 0.5]}\nbox: [-2, 2.2]\n",
               0.1, here);
    const double heat = 0.1; /* at the first minimum, which is the last in the mirror */
    rates_of_t made;
    observables_t mirrored = {.basin = there};
    make_rates(&made,
               "potential: {family: polynomial, coefficients: [5, -0.2, -2, 0, 1]}\n"
               "noise: {family: polynomial, coefficients: [2, -0.3, 0.5]}\nbox: [-2.2, 2]\n",
               0, 10);
    made.setting.heat = heat / landscape_minimum(made.setting.landscape, 1)->sigma[0];
    assert_int_equal(stationary_law(&made.setting, &mirrored, NULL), SGDL_OK);
    assert_close(there[0], here[1], 1e-12, 1e-11, "basin");
    assert_close(there[1], here[0], 1e-12, 1e-11, "basin");
    assert_close(mirrored.mean_loss, law.mean_loss + 5, 1e-11, 0, "mean loss");
    assert_close(mirrored.sharpness, law.sharpness, 0, 1e-11, "sharpness");
    free_rates(&made);
}

/* Cells that are wrong are found out. */
static void disagreement_is_an_error(void **state)
{
    rates_of_t coarse, fine;
    double basin[BASINS];
    observables_t law = {.basin = basin};
    stationary_apart_t apart;
    sgdl_error_t error = {0};
    (void)state;
    make_rates(&coarse, WELL, 0.1, 400);
    make_rates(&fine, WELL, 0.1, 800);
    assert_int_equal(stationary_law(&coarse.setting, &law, &error), SGDL_OK);
    basin[0] += 1e-3;
    assert_int_equal(stationary_compare(&law, &coarse.generator, &fine.generator, &apart, &error),
                     SGDL_ERR_SOLVER);
    assert_non_null(strstr(error.message, "of a basin"));
    basin[0] -= 1e-3;
    law.sharpness *= 1 + 1e-4;
    assert_int_equal(stationary_compare(&law, &coarse.generator, &fine.generator, &apart, &error),
                     SGDL_ERR_SOLVER);
    assert_non_null(strstr(error.message, "sharpness"));
    free_rates(&coarse);
    free_rates(&fine);
}

/* ---- which minimum ------------------------------------------------------------------------- */

/* At B* odds by Laplace's method are even: quadrature says the same up to the next order. */
static void critical_batches(void **state)
{
    static const char *const texts[] = {
        "potential: {family: double-well, scale: 0.5, linear: 1.2, quadratic: 0.5, tilt: -0.025}\n"
        "noise: {family: constant, value: 320}\nbox: [-2.7, 2.05]\n",
        DOUBLE_WELL "noise: {family: polynomial, coefficients: [320, -8]}\n"};
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        rates_of_t made;
        make_rates(&made, texts[i], 0, 10);
        const flatness_t flatness = flatness_of(&made.setting);
        assert_int_equal(flatness.flat, 0);
        assert_int_equal(flatness.sharp, 1);
        assert_true(flatness.critical_batch > 1);
        const double heat = made.setting.heat * made.setting.batch / flatness.critical_batch;
        const double temperature = heat * landscape_minimum(made.setting.landscape, 0)->sigma[0];
        free_rates(&made);
        assert_close(first_basin(texts[i], temperature), 0.5, 0.5 * temperature, 0, "even odds");
    }
}

static void sqrt_rule(void **state)
{
    rates_of_t made;
    (void)state;
    make_rates(&made, WELL, 0, 10);
    const flatness_t flatness = flatness_of(&made.setting);
    assert_close(flatness.ratio, 3, 0, 1e-12, "ratio");
    assert_true(flatness.climb == 0 && isnan(flatness.critical_batch));
    free_rates(&made);
    /* B* = eta s2 ln(U''_s/U''_f)/(4 (U_f - U_s)), by hand */
    make_rates(&made,
               "potential: {family: double-well, scale: 0.5, linear: 1.2, quadratic: 0.5, "
               "tilt: -0.025}\nnoise: {family: constant, value: 320}\nlearning_rate: 0.03\n"
               "batch: 7\n",
               0, 10);
    const critical_point_t *flat = landscape_minimum(made.setting.landscape, 0);
    const critical_point_t *sharp = landscape_minimum(made.setting.landscape, 1);
    assert_close(flatness_of(&made.setting).critical_batch,
                 0.03 * 320 * log(sharp->curvature / flat->curvature) /
                     (4 * (flat->loss - sharp->loss)),
                 0, 1e-10, "B*");
    free_rates(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(basins_of_the_double_well),
        cmocka_unit_test(a_tilt_makes_it_depend_on_the_batch),
        cmocka_unit_test(noise_that_varies),
        cmocka_unit_test(a_parabola),
        cmocka_unit_test(heavy_tails),
        cmocka_unit_test(symmetries),
        cmocka_unit_test(disagreement_is_an_error),
        cmocka_unit_test(critical_batches),
        cmocka_unit_test(sqrt_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
