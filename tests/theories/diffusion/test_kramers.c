/* Kramers' times: numbers made elsewhere, the order at which they meet exact ones, closed forms. */
#include "src/theories/diffusion/kramers.h"
#include "src/theories/diffusion/passage.h"
#include "tests/theories/diffusion/rates_of.h"

static const double sharp = 1, flat = -1;

typedef struct times {
    double kramers, exact;
} times_t;

/* From the right minimum to the left one. */
static times_t times_at(const char *text, double batch)
{
    sgdl_problem_t *problem = parse_problem(text);
    setting_t setting;
    passage_t passage;
    passage_time_t found;
    sgdl_error_t error = {0};
    assert_int_equal(setting_init(&setting, problem, NULL, 0, &error), SGDL_OK);
    setting.heat /= batch;
    const landscape_t *landscape = setting.landscape;
    int status = passage_init(&passage, &setting, landscape_minimum(landscape, 1)->x[0],
                              landscape_minimum(landscape, 0)->x[0], NULL, &error);
    if (status == SGDL_OK)
        status = passage_find(&passage, &setting, NULL, &found, &error);
    if (status != SGDL_OK)
        fail_msg("%s", error.message);
    const times_t times = {kramers_time(&setting, 1, 0), found.time};
    sgdl_problem_free(problem);
    return times;
}

/* A polynomial noise may vary, so that nothing beyond the leading order is taken. */
#define LEADING                                                                                    \
    "potential: {family: double-well, scale: 0.5, linear: 1.2, quadratic: 0.5}\n"                  \
    "noise: {family: polynomial, coefficients: [320]}\nbox: [-2.7, 2.05]\n"

static void the_leading_order_is_known(void **state)
{
    (void)state;
    static const double batch[] = {8, 16, 20}, known[] = {20.2, 377, 1628};
    for (size_t i = 0; i < COUNT(batch); i++)
        assert_close(times_at(LEADING, batch[i]).kramers, known[i], 0, 3e-3, "time");
}

/* 2 pi/sqrt(U''_i |U''_s|) e^{U_s/D}, written out; the factor of the next order by differences. */
static void both_orders_are_what_they_say(void **state)
{
    (void)state;
    sgdl_problem_t *problem = parse_problem(WELL "batch: 16\n");
    setting_t setting;
    sgdl_error_t error = {0};
    assert_int_equal(setting_init(&setting, problem, NULL, 0, &error), SGDL_OK);
    const double D = 0.1, barrier = 0.5850501 / D, saddle = 0.2542628300;
    const double top = fabs(landscape_slope(setting.landscape, saddle, 2));
    assert_close(times_at(LEADING, 16).kramers, 2 * M_PI / sqrt(10.8 * top) * exp(barrier), 0, 1e-6,
                 "leading order");
    assert_true(kramers_has_next_order(&setting));
    const double ratio = kramers_time(&setting, 1, 0) / times_at(LEADING, 16).kramers;
    double c = 0;
    for (int which = 0; which < 2; which++) {
        const double x = which ? saddle : sharp, h = 0.01;
        double u[5];
        for (int k = 0; k < 5; k++)
            u[k] = landscape_slope(setting.landscape, x + h * (k - 2), 0);
        const double u2 = fabs(landscape_slope(setting.landscape, x, 2));
        const double u3 = (u[4] - 2 * u[3] + 2 * u[1] - u[0]) / (2 * h * h * h);
        const double u4 = (u[4] - 4 * u[3] + 6 * u[2] - 4 * u[1] + u[0]) / (h * h * h * h);
        c += 5 * u3 * u3 / (24 * u2 * u2 * u2) + (which ? 1 : -1) * u4 / (8 * u2 * u2);
    }
    assert_close(ratio, 1 + D * c, 0, 1e-4, "next order");
    sgdl_problem_free(problem);
}

/* Half the temperature: half, and a quarter, of what is left. */
static void each_order_errs_by_the_next(void **state)
{
    (void)state;
    const times_t warm = times_at(WELL, 80), cold = times_at(WELL, 160);
    const double rest[] = {warm.exact / warm.kramers - 1, cold.exact / cold.kramers - 1};
    assert_true(fabs(rest[1]) < 1e-3);
    assert_close(rest[0] / rest[1], 4, 0.3, 0, "next order");
    const times_t hot = times_at(LEADING, 80), lukewarm = times_at(LEADING, 160);
    assert_close((hot.exact / hot.kramers - 1) / (lukewarm.exact / lukewarm.kramers - 1), 2, 0.1, 0,
                 "leading order");
}

/* D(x) at the minimum and at the barrier enters, and phi in the place of U/D. */
static void noise_that_varies_is_met_at_the_leading_order(void **state)
{
    (void)state;
#define VARYING                                                                                    \
    "potential: {family: double-well, scale: 0.5, linear: 1.2, quadratic: 0.5}\n"                  \
    "noise: {family: polynomial, coefficients: [320, 160, 64]}\nbox: [-2.7, 2.05]\n"
    const times_t warm = times_at(VARYING, 160), cold = times_at(VARYING, 320);
    const double rest[] = {warm.exact / warm.kramers - 1, cold.exact / cold.kramers - 1};
    assert_true(fabs(rest[1]) < 0.02);
    assert_close(rest[0] / rest[1], 2, 0.1, 0, "leading order");
}

/* From the flat minimum, and mirrored. */
static void directions_mirror(void **state)
{
    (void)state;
    sgdl_problem_t *problem = parse_problem(WELL "batch: 16\n");
    sgdl_problem_t *mirrored =
        parse_problem("potential: {family: double-well, scale: 0.5, linear: -1.2, quadratic: 0.5}\n"
                      "noise: {family: constant, value: 320}\nbatch: 16\n");
    setting_t setting, mirror;
    sgdl_error_t error = {0};
    assert_int_equal(setting_init(&setting, problem, NULL, 0, &error), SGDL_OK);
    assert_int_equal(setting_init(&mirror, mirrored, NULL, 0, &error), SGDL_OK);
    assert_close(landscape_minimum(setting.landscape, 0)->x[0], flat, 1e-9, 0, "flat minimum");
    assert_close(kramers_time(&setting, 0, 1), kramers_time(&mirror, 1, 0), 0, 1e-12, "flat");
    assert_close(kramers_time(&setting, 1, 0), kramers_time(&mirror, 0, 1), 0, 1e-12, "sharp");
    assert_true(kramers_time(&setting, 0, 1) > kramers_time(&setting, 1, 0));
    sgdl_problem_free(mirrored);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_leading_order_is_known),
        cmocka_unit_test(both_orders_are_what_they_say),
        cmocka_unit_test(each_order_errs_by_the_next),
        cmocka_unit_test(noise_that_varies_is_met_at_the_leading_order),
        cmocka_unit_test(directions_mirror),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
