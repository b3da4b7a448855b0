/* Heavy ball's operator and its slow modes: numbers made elsewhere, closed forms, dense eigenvalues,
 * symmetries. */
#include <stdint.h>
#include <string.h>

#include "src/base/linear.h"
#include "tests/theories/diffusion/slow_of.h"

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
    assert_close(rate_of(HEAVY, 0.2, 0, 800, 96), 0.0012322, 0, 3e-5, "friction 0.2");
    assert_close(rate_of(HEAVY, 5, 0, 800, 32), 0.00060154, 0, 3e-5, "friction 5");
}

/* On the grid they are those of e^{-U/T} to any digit: T halved squares what is exponential. */
static void tiny_rates_keep_their_digits(void **state)
{
    (void)state;
    const double coarse = rate_of(HEAVY, 0, 0.02, 400, 64), fine = rate_of(HEAVY, 0, 0.02, 800, 64);
    assert_close(fine, coarse, 0, 2e-3, "T = 0.02");
    slow_of_t made;
    make_setting(&made, HEAVY, 0, 0.01);
    make_slow(&made, 800, 64);
    assert_true(made.slow.rate[0] > 0 && made.slow.rate[0] < 1e-24);
    assert_true(momentum_modes_apart(&made.slow) < 1e-8);
    free_setting(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_of_the_double_well),
        cmocka_unit_test(tiny_rates_keep_their_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
