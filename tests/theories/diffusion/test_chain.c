/* The chain of real steps: closed forms of a parabola, dense eigenvalues on another grid, numbers
 * made elsewhere, symmetries. */
#include <string.h>

#include "src/base/linear.h"
#include "src/theories/diffusion/chain.h"
#include "tests/curves.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define WELL                                                                                       \
    "potential: {family: double-well, scale: 0.5, linear: 1.2, quadratic: 0.5}\n"                  \
    "noise: {family: constant, value: 320}\nbox: [-2.7, 2.05]\n"
#define MIRRORED                                                                                   \
    "potential: {family: double-well, scale: 0.5, linear: -1.2, quadratic: 0.5}\n"                 \
    "noise: {family: constant, value: 320}\nbox: [-2.05, 2.7]\n"
/* U'' = 2, D = 0.05 */
#define PARABOLA                                                                                   \
    "potential: {family: polynomial, coefficients: [0, 0, 1]}\n"                                   \
    "noise: {family: constant, value: 1}\nlearning_rate: 0.1\n"

static const double sharp = 1, flat = -1, saddle = 0.2542628300;

static setting_t setting_of(const sgdl_problem_t *problem)
{
    setting_t setting;
    sgdl_error_t error = {0};
    if (setting_init(&setting, problem, NULL, 0, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    return setting;
}

static chain_t chain_of(const setting_t *setting)
{
    const sgdl_plan_t plan = sgdl_plan_default();
    chain_t chain;
    sgdl_error_t error = {0};
    if (chain_init(&chain, setting, &plan, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    return chain;
}

static double passage(const setting_t *setting, double from, double target)
{
    const sgdl_plan_t plan = sgdl_plan_default();
    double steps;
    sgdl_error_t error = {0};
    if (chain_passage(setting, &plan, from, target, &steps, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    return steps * setting->eta;
}

static void assert_near(double found, double expected, double relative)
{
    if (!(fabs(found - expected) <= relative * fabs(expected)))
        fail_msg("%.15g instead of %.15g, off by %.2g", found, expected, found / expected - 1);
}

/* ---- the stationary law and the gap ----------------------------------------------------------
 */

static void a_parabola_has_the_variance_and_the_rate_of_its_recursion(void **state)
{
    (void)state;
    sgdl_problem_t *problem = parse_problem(PARABOLA);
    const setting_t setting = setting_of(problem);
    chain_t chain = chain_of(&setting);
    double basin[1];
    observables_t found = {.basin = basin};
    chain_observe(&chain, chain.stationary, &found);
    const double variance = 0.05 / 2 / (1 - 0.1 * 2 / 2);
    assert_near(found.variance[0], variance, 1e-11);
    assert_near(found.mean_loss, variance, 1e-11);
    assert_near(found.sharpness, 2, 1e-12);
    assert_near(basin[0], 1, 1e-13);
    assert_true(fabs(found.mean[0]) < 1e-12);
    assert_near(chain.gap, -log(1 - 0.1 * 2) / 0.1, 1e-11);
    assert_true(chain.astray == 0);
    chain_free(&chain);
    sgdl_problem_free(problem);
}

/* Steps that lead beyond the minimum: the eigenvalue 1 - eta U'' = -0.5, not its square. */
static void a_parabola_swings_at_long_steps(void **state)
{
    (void)state;
    static const double off[] = {0, 0.3};
    for (size_t i = 0; i < COUNT(off); i++) {
        char text[256];
        (void)snprintf(text, sizeof text,
                       "potential: {family: polynomial, coefficients: [0, %g, 0.75]}\n"
                       "noise: {family: constant, value: 1}\nlearning_rate: 1\n",
                       off[i]);
        sgdl_problem_t *problem = parse_problem(text);
        const setting_t setting = setting_of(problem);
        chain_t chain = chain_of(&setting);
        double basin[1];
        observables_t found = {.basin = basin};
        chain_observe(&chain, chain.stationary, &found);
        assert_near(chain.gap, log(2), 1e-9);
        assert_near(found.variance[0], 0.5 / 1.5 / (1 - 0.75), 1e-9);
        chain_free(&chain);
        sgdl_problem_free(problem);
    }
}

/* Trapezoids half a standard deviation apart, and every eigenvalue. */
static void solve_densely(const setting_t *setting, double low, double high, double *gap, double *p)
{
    const double s = sqrt(2 * setting->eta * setting->temperature);
    const size_t n = (size_t)((high - low) / (0.5 * s));
    double *a = calloc(n * n + 4 * n, sizeof *a), *real = a + n * n, *other = real + n;
    double *now = other + n, *next = now + n, second = 0, mass = 0;
    const double h = (high - low) / (double)(n - 1);
    assert_non_null(a);
    for (size_t j = 0; j < n; j++) {
        const double x = low + h * (double)j;
        const double m = x - setting->eta * landscape_slope(setting->landscape, x, 1);
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += a[i + j * n] = exp(-0.5 * pow((low + h * (double)i - m) / s, 2));
        for (size_t i = 0; i < n; i++)
            a[i + j * n] /= sum;
        now[j] = fabs(x) < 1 ? 1 : 0; /* not at the ends, where steps are long */
        mass += now[j];
    }
    for (int step = 0; step < 40000; step++) {
        memset(next, 0, n * sizeof *next);
        for (size_t j = 0; j < n; j++)
            for (size_t i = j > 30 ? j - 30 : 0; i < n && i < j + 30; i++)
                next[i] += a[i + j * n] * now[j];
        memcpy(now, next, n * sizeof *now);
    }
    *p = 0;
    for (size_t i = 0; i < n; i++)
        *p += pow(now[i] / mass, 2) / h; /* smooth, unlike a basin's edge */
    assert_int_equal(linear_eigenvalues(n, a, real, other), 0);
    for (size_t i = 0; i < n; i++)
        if (real[i] < 1 - 1e-9)
            second = fmax(second, real[i]);
    *gap = -log(second) / setting->eta;
    free(a);
}

static void points_and_trapezoids_have_the_same_gap_and_law(void **state)
{
    (void)state;
    sgdl_problem_t *problem = parse_problem(WELL "batch: 8\n");
    const setting_t setting = setting_of(problem);
    chain_t chain = chain_of(&setting);
    double gap, p, squares = 0;
    solve_densely(&setting, -2.7, 2.05, &gap, &p);
    for (size_t i = 0; i < chain.points; i++)
        squares += chain.stationary[i] * chain.stationary[i] / chain.weight[i];
    assert_near(chain.gap, gap, 1e-9);
    assert_near(squares, p, 1e-6); /* what is left of a start after 40000 steps at the gap */
    chain_free(&chain);
    sgdl_problem_free(problem);
}

static void the_gap_of_the_double_well_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double gap, tolerance;
    } cases[] = {{WELL "batch: 8\n", 0.05915, 1e-4},
                 {WELL "batch: 16\n", 0.00333736, 1e-5},
                 {WELL "batch: 24\n", 1.846e-4, 3e-4}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        sgdl_problem_t *problem = parse_problem(cases[i].text);
        const setting_t setting = setting_of(problem);
        chain_t chain = chain_of(&setting);
        assert_near(chain.gap, cases[i].gap, cases[i].tolerance);
        chain_free(&chain);
        sgdl_problem_free(problem);
    }
}

/* Noise in proportion to the loss, D = 0.5 (U + 0.1): 0.7363 to the left of the barrier. */
static void noise_may_change_along_the_way(void **state)
{
    (void)state;
    sgdl_problem_t *problem =
        parse_problem("potential: {family: double-well, scale: 0.5, linear: 1.2, quadratic: 0.5}\n"
                      "noise: {family: loss, factor: 200, floor: 0.1}\nlearning_rate: 0.005\nbox: "
                      "[-2.7, 2.05]\n");
    const setting_t setting = setting_of(problem);
    chain_t chain = chain_of(&setting);
    double basin[2];
    observables_t found = {.basin = basin};
    chain_observe(&chain, chain.stationary, &found);
    assert_true(fabs(basin[0] - 0.7363) < 5e-5);
    chain_free(&chain);
    sgdl_problem_free(problem);
}

/* ---- rates that are lost where numbers near 1 are subtracted ---------------------------------
 */

static void a_tiny_gap_is_the_sum_of_the_rates_both_ways(void **state)
{
    (void)state;
    static const char *const texts[] = {WELL "batch: 80\n", WELL "batch: 160\n"};
    static const double sde[] = {2.404008537e-13, 4.775043558e-26};
    for (size_t i = 0; i < COUNT(texts); i++) {
        sgdl_problem_t *problem = parse_problem(texts[i]);
        const setting_t setting = setting_of(problem);
        chain_t chain = chain_of(&setting);
        const double rates =
            1 / passage(&setting, sharp, flat) + 1 / passage(&setting, flat, sharp);
        assert_near(chain.gap, rates, 1e-8);
        assert_near(chain.gap, sde[i], 0.05); /* no finite-step correction of the barrier */
        chain_free(&chain);
        sgdl_problem_free(problem);
    }
}

/* A measured curvature has kinks: panels that do not know where would be off by 1e-6 and more, each
 * of these times in its own way. */
static void measured_profiles_are_resolved_between_their_points(void **state)
{
    (void)state;
    enum { PLACES = 60, ROOM = 64 };
    char text[ROOM * (PLACES + 4)] = "potential: {family: file, path: [";
    size_t used = strlen(text);
    for (int i = 0; i < PLACES; i++) {
        const double x = -2.75 + 4.85 * i / (PLACES - 1), a = x * x - 1;
        const double U = 0.5 * a * a * (1 + 1.2 * x + 0.5 * x * x) + 0.001 * ((i * 7) % 5 - 2);
        used += (size_t)snprintf(text + used, sizeof text - used, "%.12g, %.12g, ", x, U);
    }
    (void)snprintf(text + used, sizeof text - used,
                   "]}\nnoise: {family: constant, value: 320}\nbatch: 80\n");
    sgdl_problem_t *problem = parse_problem(text);
    const setting_t setting = setting_of(problem);
    chain_t chain = chain_of(&setting);
    assert_int_equal(setting.landscape->minima, 2);
    const double left = landscape_minimum(setting.landscape, 0)->x[0];
    const double right = landscape_minimum(setting.landscape, 1)->x[0];
    assert_near(chain.gap, 1 / passage(&setting, left, right) + 1 / passage(&setting, right, left),
                1e-8);
    chain_free(&chain);
    sgdl_problem_free(problem);
}

/* ---- first passages -------------------------------------------------------------------------
 */

static void passages_of_the_double_well_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double to_flat, to_sharp, to_saddle;
    } cases[] = {{WELL "batch: 8\n", 26.78, 62.1, 11.87},
                 {WELL "batch: 16\n", 414.1, 1117, 212.1},
                 {WELL "batch: 20\n", 1733, 4796, 903}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        sgdl_problem_t *problem = parse_problem(cases[i].text);
        const setting_t setting = setting_of(problem);
        assert_near(passage(&setting, sharp, flat), cases[i].to_flat, 5e-4);
        assert_near(passage(&setting, flat, sharp), cases[i].to_sharp, 1e-3);
        assert_near(passage(&setting, sharp, saddle), cases[i].to_saddle, 1e-3);
        sgdl_problem_free(problem);
    }
}

static void a_mirrored_well_has_the_same_chain(void **state)
{
    (void)state;
    sgdl_problem_t *problem = parse_problem(WELL "batch: 16\n");
    sgdl_problem_t *mirrored = parse_problem(MIRRORED "batch: 16\n");
    const setting_t setting = setting_of(problem), other = setting_of(mirrored);
    chain_t chain = chain_of(&setting), mirror = chain_of(&other);
    assert_near(mirror.gap, chain.gap, 1e-10);
    assert_near(passage(&other, -sharp, -flat), passage(&setting, sharp, flat), 1e-11);
    assert_near(passage(&other, -flat, -saddle), passage(&setting, flat, saddle), 1e-11);
    assert_true(passage(&setting, flat, flat) == 0);
    chain_free(&mirror);
    chain_free(&chain);
    sgdl_problem_free(mirrored);
    sgdl_problem_free(problem);
}

/* ---- laws of a start ------------------------------------------------------------------------
 */

enum { MOST = 8 };

static void laws_of(const chain_t *chain, double start, size_t count, const double *step,
                    double *law)
{
    const sgdl_plan_t plan = sgdl_plan_default();
    const double one = 1;
    double *first = calloc(2 * chain->points, sizeof *first);
    sgdl_error_t error = {0};
    assert_non_null(first);
    chain_first(chain, 1, &start, &one, first, first + chain->points);
    if (chain_laws(chain, first, &(chain_laws_t){count, step, law}, &plan, &error) != SGDL_OK)
        fail_msg("%s", error.message);
    free(first);
}

static void a_parabola_goes_as_its_recursion_says(void **state)
{
    (void)state;
    sgdl_problem_t *problem = parse_problem(PARABOLA);
    const setting_t setting = setting_of(problem);
    chain_t chain = chain_of(&setting);
    static const double step[MOST] = {1, 2, 3, 10, 11, 40, 1e6, 1e12};
    double *law = calloc(MOST * chain.points, sizeof *law), basin[1];
    assert_non_null(law);
    for (size_t count = 5; count <= MOST; count += 3) { /* by steps, by squares */
        laws_of(&chain, 0.5, count, step, law);
        for (size_t s = 0; s < count; s++) {
            observables_t found = {.basin = basin};
            const double q = 0.8;
            chain_observe(&chain, law + s * chain.points, &found);
            assert_true(fabs(found.mean[0] - 0.5 * pow(q, step[s])) < 1e-11);
            assert_near(found.variance[0], 2 * 0.1 * 0.05 * (1 - pow(q, 2 * step[s])) / (1 - q * q),
                        1e-10);
            assert_near(found.mass, 1, 1e-13);
        }
    }
    free(law);
    chain_free(&chain);
    sgdl_problem_free(problem);
}

/* Steps by steps, squares, and the slow mode: all tell the same probability. */
static void a_basin_empties_at_the_gap(void **state)
{
    (void)state;
    sgdl_problem_t *problem = parse_problem(WELL "batch: 24\n");
    const setting_t setting = setting_of(problem);
    chain_t chain = chain_of(&setting);
    static const double step[] = {3000, 4000, 1e6, 3e6, 1e15};
    double *law = calloc(COUNT(step) * chain.points, sizeof *law), p[COUNT(step)][2], walked[2][2];
    assert_non_null(law);
    observables_t found;
    laws_of(&chain, sharp, 2, step, law);
    for (size_t s = 0; s < 2; s++) {
        found.basin = walked[s];
        chain_observe(&chain, law + s * chain.points, &found);
    }
    laws_of(&chain, sharp, COUNT(step), step, law);
    for (size_t s = 0; s < COUNT(step); s++) {
        found.basin = p[s];
        chain_observe(&chain, law + s * chain.points, &found);
        assert_near(p[s][0] + p[s][1], 1, 1e-13);
    }
    assert_near(p[0][0], walked[0][0], 1e-11);
    assert_near(p[1][0], walked[1][0], 1e-11);
    const double limit = p[4][0], before = limit - p[1][0];
    for (size_t s = 2; s < 4; s++)
        assert_near(limit - p[s][0], before * exp(-chain.gap * 0.01 * (step[s] - step[1])), 1e-7);
    found.basin = walked[0];
    chain_observe(&chain, chain.stationary, &found);
    assert_near(limit, walked[0][0], 1e-9);
    free(law);
    chain_free(&chain);
    sgdl_problem_free(problem);
}

/* ---- what has no chain ---------------------------------------------------------------------- */

static void assert_refused(const char *text, const char *place, const char *message)
{
    const sgdl_plan_t plan = sgdl_plan_default();
    sgdl_problem_t *problem = parse_problem(text);
    const setting_t setting = setting_of(problem);
    chain_t chain;
    double steps;
    sgdl_error_t error = {0};
    assert_int_equal(chain_init(&chain, &setting, &plan, &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, place);
    assert_non_null(strstr(error.message, message));
    if (setting.landscape->minima > 1 && !strstr(message, "high")) /* a passage that long is inf */
        assert_int_equal(chain_passage(&setting, &plan, sharp, flat, &steps, &error),
                         SGDL_ERR_INPUT);
    chain_free(&chain);
    sgdl_problem_free(problem);
}

static void what_has_no_chain_is_refused_by_name(void **state)
{
    (void)state;
    assert_refused(WELL "momentum: 0.9\n", "--discrete", "momentum");
    assert_refused(
        WELL
        "batch: 100\nlearning_rate: {schedule: piecewise, times: [100], values: [0.01, 0.005]}\n",
        "--discrete", "learning rate that changes");
    assert_refused(WELL "batch: 2000\n", "--discrete", "temperatures high");
    assert_refused("potential: {family: polynomial, coefficients: [0, 0, 1]}\n"
                   "noise: {family: constant, value: 1}\nlearning_rate: 1e-7\n",
                   "--discrete", "points");
    assert_refused("potential: {family: polynomial, coefficients: [0, 0, 0.5]}\n"
                   "noise: {family: polynomial, coefficients: [1, 0, 3]}\nlearning_rate: 0.3\nbox: "
                   "[-400, 400]\n",
                   "--discrete", "a smaller box");
}

static void a_bound_of_memory_is_kept(void **state)
{
    (void)state;
    sgdl_plan_t plan = sgdl_plan_default();
    sgdl_problem_t *problem = parse_problem(WELL "batch: 100\n");
    const setting_t setting = setting_of(problem);
    chain_t chain;
    sgdl_error_t error = {0};
    plan.memory = 1000;
    assert_int_equal(chain_init(&chain, &setting, &plan, &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, "--memory");
    chain_free(&chain);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_parabola_has_the_variance_and_the_rate_of_its_recursion),
        cmocka_unit_test(a_parabola_swings_at_long_steps),
        cmocka_unit_test(points_and_trapezoids_have_the_same_gap_and_law),
        cmocka_unit_test(the_gap_of_the_double_well_is_known),
        cmocka_unit_test(noise_may_change_along_the_way),
        cmocka_unit_test(a_tiny_gap_is_the_sum_of_the_rates_both_ways),
        cmocka_unit_test(measured_profiles_are_resolved_between_their_points),
        cmocka_unit_test(passages_of_the_double_well_are_known),
        cmocka_unit_test(a_mirrored_well_has_the_same_chain),
        cmocka_unit_test(a_parabola_goes_as_its_recursion_says),
        cmocka_unit_test(a_basin_empties_at_the_gap),
        cmocka_unit_test(what_has_no_chain_is_refused_by_name),
        cmocka_unit_test(a_bound_of_memory_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
