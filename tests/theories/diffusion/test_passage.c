/* Mean first-passage times: numbers made elsewhere, closed forms of flat and tilted boxes,
 * parabolas by series, symmetries. */
#include <string.h>

#include "src/theories/diffusion/passage.h"
#include "tests/curves.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define WELL                                                                                       \
    "potential: {family: double-well, scale: 0.5, linear: 1.2, quadratic: 0.5}\n"                  \
    "noise: {family: constant, value: 320}\nbox: [-2.7, 2.05]\n"
#define MIRRORED                                                                                   \
    "potential: {family: double-well, scale: 0.5, linear: -1.2, quadratic: 0.5}\n"                 \
    "noise: {family: constant, value: 320}\nbox: [-2.05, 2.7]\n"

static const double sharp = 1, flat = -1;

static setting_t setting_of(const sgdl_problem_t *problem)
{
    setting_t setting;
    sgdl_error_t error = {0};
    if (setting_init(&setting, problem, NULL, 0, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    return setting;
}

static passage_time_t find(const setting_t *setting, double from, double target)
{
    passage_t passage;
    passage_time_t found;
    sgdl_error_t error = {0};
    int status = passage_init(&passage, setting, from, target, NULL, &error);
    if (status == SGDL_OK)
        status = passage_find(&passage, setting, NULL, &found, &error);
    if (status != SGDL_OK)
        fail_msg("%s", error.message);
    return found;
}

static passage_time_t find_of(const char *text, double from, double target)
{
    sgdl_problem_t *problem = parse_problem(text);
    const setting_t setting = setting_of(problem);
    const passage_time_t found = find(&setting, from, target);
    sgdl_problem_free(problem);
    return found;
}

static void assert_near(double found, double expected, double relative)
{
    if (!(fabs(found - expected) <= relative * fabs(expected)))
        fail_msg("%.15g instead of %.15g, off by %.2g", found, expected, found / expected - 1);
}

static void times_of_the_double_well_are_known(void **state)
{
    (void)state;
    sgdl_problem_t *problem = parse_problem(WELL "batch: 16\n");
    const setting_t setting = setting_of(problem);
    const double saddle = landscape_barrier(setting.landscape, 0)->x[0];
    assert_near(find(&setting, sharp, flat).time, 422.6276762, 2e-10);
    assert_near(find(&setting, flat, sharp).time, 1114.687453, 5e-10);
    assert_near(find(&setting, sharp, saddle).time, 193.6100683, 3e-10);
    assert_true(find(&setting, sharp, flat).apart < 1e-9);
    sgdl_problem_free(problem);
    assert_near(find_of(WELL "batch: 8\n", sharp, flat).time, 27.12, 5e-4);
    assert_near(find_of(WELL "batch: 20\n", flat, sharp).time, 4784, 2e-4);
}

/* U is next to nothing beside D: Brownian motion. From the middle of a box [-1, 3] up to 2:
 * (L^2 - l^2)/(2 D), L = 3, l = 1 from the end that reflects. */
static void a_flat_box_is_brownian_motion(void **state)
{
    (void)state;
#define FLAT                                                                                       \
    "potential: {family: polynomial, coefficients: [0, 0, 1e-15]}\n"                               \
    "noise: {family: constant, value: 50}\nbox: [-1, 3]\n"
    const double D = 0.01 * 50 / 2;
    assert_near(find_of(FLAT, 0, 2).time, (9 - 1) / (2 * D), 1e-12);
    assert_near(find_of(FLAT, 1, -0.5).time, (3.5 * 3.5 - 2 * 2) / (2 * D), 1e-12);
    assert_near(find_of(FLAT, -1, 3).time, 16 / (2 * D), 1e-12);
    assert_near(find_of(FLAT, 3, -1).time, 16 / (2 * D), 1e-12);
    assert_true(find_of(FLAT, 0.25, 0.25).time == 0);
}

/* D(x) = c (1 + x^2) without a drift: p ~ 1/D, tau = int arctan y dy/c. */
static void noise_that_grows_has_a_closed_form(void **state)
{
    (void)state;
    const passage_time_t found =
        find_of("potential: {family: polynomial, coefficients: [0, 0, 1e-15]}\n"
                "noise: {family: polynomial, coefficients: [50, 0, 50]}\n"
                "box: [-1, 3]\n",
                0, 2);
    const double c = 0.01 * 50 / 2;
    /* int_0^2 dy (atan y + pi/4)/c, e^phi = 1 */
    const double expected = (2 * atan(2) - 0.5 * log(5) + 2 * M_PI / 4) / c;
    assert_near(found.time, expected, 1e-11);
}

/* U = x^2/2: from 0 up to b with the reflecting end far away, by the series in b/sqrt D
 *     tau = sqrt(pi/2) int_0^{b/sqrt D} e^{u^2/2} (1 + erf(u/sqrt 2)) du. */
static double parabola(double b)
{
    const size_t n = 20000;
    double sum = 0;
    for (size_t i = 0; i <= n; i++) {
        const double u = b * (double)i / (double)n;
        const double f = exp(0.5 * u * u) * (1 + erf(u / M_SQRT2));
        sum += f * (i == 0 || i == n ? 1 : i % 2 ? 4 : 2);
    }
    return sqrt(M_PI / 2) * sum * b / (double)n / 3;
}

static void a_parabola_is_left_as_its_error_function_says(void **state)
{
    (void)state;
#define PARABOLA                                                                                   \
    "potential: {family: polynomial, coefficients: [0, 0, 0.5]}\nbox: [-9, 9]\n"                   \
    "noise: {family: constant, value: 200}\n"
    assert_near(find_of(PARABOLA, 0, 1).time, parabola(1), 1e-10);
    assert_near(find_of(PARABOLA, 0, 3).time, parabola(3), 1e-10);
    assert_near(find_of(PARABOLA, 0, -3).time, parabola(3), 1e-10);
}

/* What is beyond a double is known by its logarithm, and grows by the barrier. */
static void enormous_barriers_do_not_overflow(void **state)
{
    (void)state;
    const double barrier = 0.5850501; /* over 1.6/B */
    const passage_time_t high = find_of(WELL "batch: 1600\n", sharp, flat);
    const passage_time_t higher = find_of(WELL "batch: 3200\n", sharp, flat);
    assert_true(isfinite(high.time) && high.apart <= 1e-8);
    assert_near(log(high.time), high.log, 1e-14);
    assert_true(isinf(higher.time) && isnan(higher.apart));
    assert_near(higher.log - high.log, barrier * 1600 / 1.6, 2e-4);
    assert_true(higher.log > 1000);
}

static void a_mirrored_well_takes_as_long(void **state)
{
    (void)state;
    assert_near(find_of(MIRRORED "batch: 16\n", -sharp, -flat).log,
                find_of(WELL "batch: 16\n", sharp, flat).log, 1e-13);
}

/* x -> 2x with U and Sigma that go along, and U + constant. */
static void units_change_nothing(void **state)
{
    (void)state;
    const double time = find_of(WELL "batch: 16\n", flat, sharp).time;
    /* 0.5 (x^2 - 1)^2 (1 + 1.2 x + 0.5 x^2) + 7 in powers of x */
    assert_near(find_of("potential: {family: polynomial, coefficients: [7.5, 0.6, -0.75, -1.2, 0, "
                        "0.6, 0.25]}\nnoise: {family: constant, value: 320}\nbatch: 16\n"
                        "box: [-2.7, 2.05]\n",
                        flat, sharp)
                    .time,
                time, 1e-11);
    /* V(y) = 4 U(y/2), Sigma 4 times as large: dy = 2 dx, the same time */
    assert_near(find_of("potential: {family: polynomial, coefficients: [2, 1.2, -0.75, -0.6, 0, "
                        "0.075, 0.015625]}\nnoise: {family: constant, value: 1280}\nbatch: 16\n"
                        "box: [-5.4, 4.1]\n",
                        2 * flat, 2 * sharp)
                    .time,
                time, 1e-11);
}

static void tails_behind_the_start_are_resolved(void **state)
{
    (void)state;
    const double near = find_of(PARABOLA, 0, 1).time;
    assert_near(find_of("potential: {family: polynomial, coefficients: [0, 0, 0.5]}\n"
                        "box: [-5000, 9]\nnoise: {family: constant, value: 200}\n",
                        0, 1)
                    .time,
                near, 1e-10);
}

static void a_target_outside_the_box_is_refused(void **state)
{
    (void)state;
    static const double targets[] = {2.06, -2.71, 1e9, -INFINITY};
    sgdl_problem_t *problem = parse_problem(WELL);
    const setting_t setting = setting_of(problem);
    passage_t passage;
    for (size_t i = 0; i < COUNT(targets); i++) {
        sgdl_error_t error = {0};
        assert_int_equal(passage_init(&passage, &setting, sharp, targets[i], "--target", &error),
                         SGDL_ERR_INPUT);
        assert_string_equal(error.place, "--target");
        assert_non_null(strstr(error.message, "from -2.7 to 2.05"));
    }
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_of_the_double_well_are_known),
        cmocka_unit_test(a_flat_box_is_brownian_motion),
        cmocka_unit_test(noise_that_grows_has_a_closed_form),
        cmocka_unit_test(a_parabola_is_left_as_its_error_function_says),
        cmocka_unit_test(enormous_barriers_do_not_overflow),
        cmocka_unit_test(a_mirrored_well_takes_as_long),
        cmocka_unit_test(units_change_nothing),
        cmocka_unit_test(tails_behind_the_start_are_resolved),
        cmocka_unit_test(a_target_outside_the_box_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
