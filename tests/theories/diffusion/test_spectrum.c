/* Relaxation rates and slow modes: numbers made elsewhere, closed forms, dense eigenvalues,
 * symmetries. */
#include "src/base/linear.h"
#include "src/theories/diffusion/spectrum.h"
#include "tests/theories/diffusion/rates_of.h"

static spectrum_t spectrum_of(const generator_t *generator, size_t modes)
{
    spectrum_t spectrum;
    sgdl_error_t error = {0};
    double apart = NAN;
    assert_int_equal(spectrum_init(&spectrum, generator, modes, &error), SGDL_OK);
    if (spectrum_check(&spectrum, generator, &apart, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    assert_true(apart < 1e-10);
    return spectrum;
}

static double gap_of(const char *text, double temperature, size_t cells)
{
    rates_of_t made;
    make_rates(&made, text, temperature, cells);
    spectrum_t spectrum = spectrum_of(&made.generator, 1);
    const double gap = spectrum.rate[0];
    spectrum_free(&spectrum);
    free_rates(&made);
    return gap;
}

static double extrapolated(const char *text, double temperature, size_t cells)
{
    return (4 * gap_of(text, temperature, 2 * cells) - gap_of(text, temperature, cells)) / 3;
}

/* By sinc collocation, Kramers' formula to the second order, and the chain of SGD steps. */
static void gaps_of_the_double_well(void **state)
{
    static const struct {
        double temperature, gap;
    } cases[] = {{0.2, 0.05829834152},
                 {0.1, 0.003288479775},
                 {1.6 / 24, 1.817851221e-4},
                 {0.02, 2.404008537e-13},
                 {0.01, 4.775043558e-26}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_close(gap_of(WELL, cases[i].temperature, 1600), cases[i].gap, 0, 1e-3, "gap");
        assert_close(extrapolated(WELL, cases[i].temperature, 1600), cases[i].gap, 0, 1e-8,
                     "gap, extrapolated");
    }
    assert_close(extrapolated(WELL, 0.01, 3200), 4.775043558e-26, 0, 1e-9, "gap at 3200 cells");
}

/* U = a x^2/2: lambda_k = k a, left_k Hermite polynomials. */
static void rates_of_a_parabola(void **state)
{
    (void)state;
    rates_of_t made;
    make_rates(&made,
               "potential: {family: polynomial, coefficients: [0, 0, 1.5]}\n"
               "noise: {family: constant, value: 1}\nbox: [-4.2, 4.2]\n",
               0.5, 3000);
    spectrum_t spectrum = spectrum_of(&made.generator, 3);
    for (size_t k = 0; k < 3; k++)
        assert_close(spectrum.rate[k], 3.0 * (double)(k + 1), 0, 2e-5, "rate");
    assert_close(spectrum.next, 12, 0, 2e-5, "the fourth");
    const double spread = sqrt(0.5 / 3);
    for (size_t i = 0; i < 3000; i += 97) {
        const double y = made.generator.grid.centre[i] / spread;
        if (fabs(y) > 5)
            continue;
        assert_close(spectrum.left[i], -y, 1e-4, 1e-4, "He_1");
        assert_close(spectrum.left[3000 + i], (y * y - 1) / sqrt(2), 1e-4, 1e-4, "He_2");
    }
    spectrum_free(&spectrum);
    free_rates(&made);
}

/* The symmetric form, dense, where its eigenvalues lose nothing. */
static void rates_are_those_of_the_dense_matrix(void **state)
{
    enum { CELLS = 60 };
    static double matrix[CELLS * CELLS], value[CELLS], all[CELLS];
    (void)state;
    rates_of_t made;
    make_rates(&made, WELL, 0.4, CELLS);
    const double *up = made.generator.up, *down = made.generator.down;
    for (size_t i = 0; i < CELLS; i++) {
        matrix[i * CELLS + i] = (i + 1 < CELLS ? up[i] : 0) + (i > 0 ? down[i - 1] : 0);
        if (i + 1 < CELLS)
            matrix[(i + 1) * CELLS + i] = -sqrt(up[i] * down[i]);
    }
    assert_int_equal(linear_eigen_symmetric(CELLS, matrix, CELLS, value), 0);
    assert_int_equal(spectrum_all(&made.generator, all, NULL), SGDL_OK);
    for (size_t k = 0; k + 1 < CELLS; k++)
        assert_close(all[k], value[k + 1], 1e-12 * value[CELLS - 1], 1e-9, "rate");
    spectrum_t spectrum = spectrum_of(&made.generator, CELLS);
    assert_int_equal(spectrum.modes, CELLS - 1);
    assert_true(isinf(spectrum.next));
    spectrum_free(&spectrum);
    free_rates(&made);
}

/* A mode is an eigenvector from both sides; modes are orthogonal, and carry no mass. */
static void modes_are_modes(void **state)
{
    enum { CELLS = 900, MODES = 4 };
    static double change[CELLS];
    (void)state;
    /* three wells of different depths */
    rates_of_t made;
    make_rates(&made,
               "potential: {family: polynomial, coefficients: [0, 0.05, 4, 0.1, -4, 0, 1]}\n"
               "noise: {family: constant, value: 1}\nbox: [-2.4, 2.4]\n",
               0.08, CELLS);
    assert_int_equal(made.setting.landscape->minima, 3);
    spectrum_t spectrum = spectrum_of(&made.generator, MODES);
    assert_true(spectrum.rate[1] < 1e-3 * spectrum.rate[2]);
    for (size_t k = 0; k < MODES; k++) {
        const double *left = spectrum.left + k * CELLS, *right = spectrum.right + k * CELLS;
        double mass = 0, largest = 0;
        generator_apply(&made.generator, right, change);
        for (size_t i = 0; i < CELLS; i++) {
            mass += right[i];
            largest = fmax(largest, fabs(right[i]));
        }
        assert_close(mass, 0, 1e-12, 0, "mass");
        for (size_t i = 0; i < CELLS; i++)
            assert_close(change[i], -spectrum.rate[k] * right[i], 1e-9 * largest, 1e-9, "change");
        for (size_t l = 0; l < MODES; l++) {
            double product = 0;
            for (size_t i = 0; i < CELLS; i++)
                product += left[i] * spectrum.right[l * CELLS + i];
            assert_close(product, k == l, 1e-11, 0, "product");
        }
    }
    spectrum_free(&spectrum);
    free_rates(&made);
}

/* x -> -x changes nothing; x -> c x, U -> c^2 U, D -> c^2 D neither. */
static void symmetries(void **state)
{
    (void)state;
    const double gap = gap_of("potential: {family: polynomial, coefficients: [0, 0.3, -2, 0, 1]}\n"
                              "noise: {family: constant, value: 1}\nbox: [-2, 1.8]\n",
                              0.05, 500);
    assert_close(gap_of("potential: {family: polynomial, coefficients: [7, -0.3, -2, 0, 1]}\n"
                        "noise: {family: constant, value: 1}\nbox: [-1.8, 2]\n",
                        0.05, 500),
                 gap, 0, 1e-11, "mirrored and lifted");
    /* U = 4 V(x/2): coefficients times 4/2^k */
    assert_close(gap_of("potential: {family: polynomial, coefficients: [0, 0.6, -2, 0, 0.25]}\n"
                        "noise: {family: constant, value: 1}\nbox: [-4, 3.6]\n",
                        0.2, 500),
                 gap, 0, 1e-11, "scaled");
}

/* Rates below what numbers hold are said to be so, not computed wrongly. */
static void underflow_is_known(void **state)
{
    (void)state;
    rates_of_t made;
    make_rates(&made, WELL, 0.0004, 20000);
    spectrum_t spectrum;
    assert_int_equal(spectrum_init(&spectrum, &made.generator, 1, NULL), SGDL_OK);
    assert_true(spectrum.rate[0] == SPECTRUM_LEAST);
    assert_close(spectrum.next, 1.2, 0, 0.02, "the flat well's inside");
    spectrum_free(&spectrum);
    free_rates(&made);
    double apart;
    make_rates(&made, WELL, 1e-7, 400);
    assert_int_equal(spectrum_init(&spectrum, &made.generator, 1, NULL), SGDL_OK);
    assert_int_equal(spectrum_check(&spectrum, &made.generator, &apart, NULL), SGDL_OK);
    spectrum_free(&spectrum);
    free_rates(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaps_of_the_double_well),
        cmocka_unit_test(rates_of_a_parabola),
        cmocka_unit_test(rates_are_those_of_the_dense_matrix),
        cmocka_unit_test(modes_are_modes),
        cmocka_unit_test(symmetries),
        cmocka_unit_test(underflow_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
