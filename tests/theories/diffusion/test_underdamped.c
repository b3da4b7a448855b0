/* Heavy ball's operator and its slow modes: numbers made elsewhere, closed forms, dense
 * eigenvalues, symmetries. */
#include <stdint.h>
#include <string.h>

#include "src/base/linear.h"
#include "tests/theories/diffusion/slow_of.h"

#define MOMENTUM "learning_rate: 0.01\nmomentum: 0.9\n"
#define CONSTANT "noise: {family: constant, value: 2}\n" MOMENTUM
#define WIDE POTENTIAL CONSTANT
#define PARABOLA "potential: {family: polynomial, coefficients: [0, 0, 0.85]}\n" CONSTANT
#define SKEW(linear)                                                                               \
    "potential: {family: double-well, scale: 0.5, linear: " linear "}\nbox: [-2, 2]\n" CONSTANT
/* T(x) */
#define WARM                                                                                       \
    "potential: {family: double-well, scale: 0.5}\nbox: [-2, 2]\n"                                 \
    "noise: {family: polynomial, coefficients: [1, 0.2, 0.1]}\n" MOMENTUM

static double rate_of(const char *text, double friction, double temperature, size_t cells,
                      size_t modes)
{
    slow_of_t made;
    make_setting(&made, text, friction, temperature);
    make_slow(&made, cells, modes);
    const double rate = made.slow.rate[0];
    if (made.slow.why)
        fail_msg("%s", made.slow.why);
    assert_true(momentum_modes_apart(&made.slow) < 1e-8);
    free_setting(&made);
    return rate;
}

/* By ARPACK in Python and LU factors of the whole band in C. */
static void rates_of_the_double_well(void **state)
{
    (void)state;
    slow_of_t made;
    make_setting(&made, HEAVY, 0, 0);
    assert_close(made.setting.stride, 0.1025978352, 1e-10, 1e-9, "h");
    assert_close(made.setting.friction, 1.025978352, 1e-9, 1e-9, "friction");
    free_setting(&made);
    assert_close(rate_of(HEAVY, 0, 0, 800, 48), 0.00146320311, 0, 4e-9, "800 x 48");
    assert_close(rate_of(HEAVY, 0, 0, 1600, 48), 0.0014632119, 0, 2e-6, "1600 x 48");
    assert_close(rate_of(HEAVY, 0.2, 0, 1600, 128), 0.0012322, 0, 3e-5, "friction 0.2");
    assert_close(rate_of(HEAVY, 5, 0, 1600, 32), 0.00060154, 0, 1e-5, "friction 5");
}

/* Kramers' rate is approached as T falls, whatever is left of the rate. */
static void tiny_rates_keep_their_digits(void **state)
{
    static const double temperature[] = {0.02, 0.005, 0.0025}, close[] = {2e-3, 3e-4, 1e-4};
    (void)state;
    slow_of_t made;
    make_setting(&made, WIDE, 0, 0);
    const landscape_t *landscape = made.setting.landscape;
    const critical_point_t *saddle = landscape_barrier(landscape, 0);
    const double above = sqrt(-saddle->curvature), growth = sqrt(0.25 - saddle->curvature) - 0.5;
    for (size_t i = 0; i < COUNT(temperature); i++) {
        const double rate = (4 * rate_of(WIDE, 1, temperature[i], 1600, 48) -
                             rate_of(WIDE, 1, temperature[i], 800, 48)) /
                            3;
        double kramers = 0;
        for (size_t b = 0; b < 2; b++) {
            const critical_point_t *minimum = landscape_minimum(landscape, b);
            kramers += growth / above * sqrt(minimum->curvature) / (2 * M_PI) *
                       exp((minimum->loss - saddle->loss) / temperature[i]);
        }
        assert_close(rate, kramers, 0, close[i], "rate");
    }
    free_setting(&made);
}

/* U = a x^2/2: x and V relax with friction/2 +- sqrt(friction^2/4 - a), over and under damping. */
static void rates_of_a_parabola(void **state)
{
    static const double friction[] = {6, 3, 1, 0.4};
    const double a = 1.7;
    (void)state;
    for (size_t i = 0; i < COUNT(friction); i++) {
        double rate[2], frequency[2];
        for (size_t fine = 0; fine < 2; fine++) {
            slow_of_t made;
            make_setting(&made, PARABOLA, friction[i], 0.3);
            make_slow(&made, fine ? 800 : 400, 48);
            if (made.slow.why)
                fail_msg("%s", made.slow.why);
            assert_true(momentum_modes_apart(&made.slow) < 1e-8);
            rate[fine] = made.slow.rate[0];
            frequency[fine] = made.slow.frequency[0];
            free_setting(&made);
        }
        const double square = friction[i] * friction[i] / 4 - a;
        assert_close((4 * rate[1] - rate[0]) / 3, friction[i] / 2 - (square > 0 ? sqrt(square) : 0),
                     5e-8, 0, "rate");
        assert_close((4 * frequency[1] - frequency[0]) / 3, square < 0 ? sqrt(-square) : 0, 5e-8, 0,
                     "frequency");
    }
}

/* x -> -x. */
static void mirror_symmetry(void **state)
{
    (void)state;
    const double rate = rate_of(SKEW("0.4"), 1, 0.2, 300, 24);
    assert_close(rate_of(SKEW("-0.4"), 1, 0.2, 300, 24), rate, 0, 1e-9, "mirror");
}

/* The whole operator, dense: eigenvalues near 0, left and right vectors. */
static void dense_matrix_has_the_same_rate(void **state)
{
    enum { CELLS = 40, MODES = 6, ALL = CELLS * MODES };
    static double matrix[ALL * ALL], real[ALL], imaginary[ALL], unit[ALL];
    static const char *const text[] = {SKEW("0.4"), WARM};
    (void)state;
    for (size_t i = 0; i < COUNT(text); i++) {
        slow_of_t made;
        make_setting(&made, text[i], 1, 0.4);
        make_slow(&made, CELLS, MODES);
        for (size_t e = 0; e < ALL; e++) {
            memset(unit, 0, sizeof unit);
            unit[e] = 1;
            underdamped_apply(&made.flow, unit, matrix + e * ALL);
            assert_close(underdamped_mass(&made.flow, matrix + e * ALL), 0, 1e-11, 0, "mass");
        }
        assert_int_equal(linear_eigenvalues(ALL, matrix, real, imaginary), 0);
        double least = INFINITY, stationary = INFINITY;
        for (size_t e = 0; e < ALL; e++) {
            stationary = fmin(stationary, fabs(real[e]));
            if (fabs(real[e]) > 1e-9)
                least = fmin(least, -real[e]);
        }
        assert_close(stationary, 0, 1e-10, 0, "the stationary law's");
        assert_close(made.slow.rate[0], least, 0, 1e-8, "rate");
        assert_true(momentum_modes_apart(&made.slow) < 1e-8);
        underdamped_apply(&made.flow, made.inverse.stationary, unit);
        for (size_t e = 0; e < ALL; e++)
            assert_close(unit[e], 0, 1e-12, 0, "stationary");
        free_setting(&made);
    }
}

/* The inverse is one: of constant noise by fluxes, of T(x) by factors of all. */
static void inverse_of_the_operator(void **state)
{
    static const char *const text[] = {SKEW("0.4"), WARM};
    (void)state;
    for (size_t i = 0; i < COUNT(text); i++) {
        slow_of_t made;
        make_setting(&made, text[i], 0.7, 0.3);
        make_slow(&made, 60, 8);
        const size_t length = made.flow.length;
        double *b = calloc(3 * length, sizeof *b), *x = b + length, *again = x + length;
        for (size_t e = 0; e < length; e++)
            b[e] = sin(3.0 * (double)e);
        for (size_t e = 1; e < 8; e += 2)
            b[length - 8 + e] = 0; /* the wall */
        const double mass = underdamped_mass(&made.flow, b);
        for (size_t e = 0; e < length; e++)
            b[e] -= mass * made.inverse.stationary[e];
        inverse_apply(&made.inverse, b, x, false);
        underdamped_apply(&made.flow, x, again);
        for (size_t e = 0; e < length; e++)
            assert_close(-again[e], b[e], 1e-8, 0, "b");
        free(b);
        free_setting(&made);
    }
}

/* Overdamped: t counts in units of 1/friction, and rates are those without momentum. */
static void without_inertia(void **state)
{
    (void)state;
    for (double friction = 50; friction < 500; friction *= 4) {
        const double rate =
            friction *
            (4 * rate_of(HEAVY, friction, 0, 1600, 16) - rate_of(HEAVY, friction, 0, 800, 16)) / 3;
        /* the first correction is of the order of curvature/friction^2 */
        assert_close(rate, 0.003288479775, 0, 12 / (friction * friction), "rate");
        assert_true(rate < 0.003288479775);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_of_the_double_well),
        cmocka_unit_test(tiny_rates_keep_their_digits),
        cmocka_unit_test(rates_of_a_parabola),
        cmocka_unit_test(mirror_symmetry),
        cmocka_unit_test(dense_matrix_has_the_same_rate),
        cmocka_unit_test(inverse_of_the_operator),
        cmocka_unit_test(without_inertia),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
