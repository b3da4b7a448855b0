/* Laws against time: numbers made elsewhere, dense exponentials, symmetries, schedules, long times.
 */
#include <string.h>

#include "src/base/linear.h"
#include "src/theories/diffusion/start.h"
#include "tests/theories/diffusion/rates_of.h"

#define SHARP "batch: 16\nstart: {at: 1, width: 0.05}\n"

/* Of the solved problem with that many cells, at a time of its list. */
static double p_flat(const char *text, size_t cells, size_t row)
{
    char whole[1024];
    (void)snprintf(whole, sizeof whole, "%scells: %zu\n", text, cells);
    sgdl_table_t table = solve_text(whole);
    const double found = table_at(&table, row, "p_flat");
    for (size_t r = 0; r < table.rows; r++)
        assert_close(table_at(&table, r, "mass_error"), 0, 1e-13, 0, "mass");
    sgdl_table_free(&table);
    return found;
}

/* ---- numbers made elsewhere ------------------------------------------------------------------ */

/* CVODE and spectral sums in other programs. */
static void the_flat_well_fills(void **state)
{
    static const double expected[] = {0.00146083, 0.02264185, 0.20282229, 0.69884436};
    static const char text[] = WELL SHARP "output: {times: [1, 10, 100, 1000]}\n";
    (void)state;
    for (size_t i = 0; i < COUNT(expected); i++) {
        const double coarse = p_flat(text, 800, i), fine = p_flat(text, 1600, i);
        assert_close(coarse, expected[i], 2e-5, 0, "p_flat on 800 cells");
        assert_close(fine + (fine - coarse) / 3, expected[i], 5e-8, 0, "p_flat, extrapolated");
    }
}

/* D = 0.01: the gap is 4.775043558e-26, the stationary law 0.7468613179. */
static void all_times_there_are(void **state)
{
    static const char text[] =
        WELL "batch: 160\nstart: {basin: 2}\noutput: {times: [0, 1e12, 1e26, 1e28, 1e300]}\n";
    static const double law = 0.7468613179, gap = 4.775043558e-26;
    (void)state;
    const double coarse = p_flat(text, 800, 2), fine = p_flat(text, 1600, 2);
    assert_close(fine + (fine - coarse) / 3, law * -expm1(-gap * 1e26), 0, 1e-7, "p_flat at 1e26");
    assert_close(p_flat(text, 1600, 3), law, 1e-8, 0, "p_flat at 1e28");
    assert_close(p_flat(text, 1600, 4), law, 1e-8, 0, "p_flat at 1e300");
    assert_close(p_flat(text, 1600, 1), law * gap * 1e12, 0, 1e-3, "what has hardly begun");
}

/* ---- dense exponentials ---------------------------------------------------------------------- */

/* m <- e^{Q t} m by the eigenvectors of the symmetrised rates. */
static void exponential(const generator_t *generator, double t, double *m)
{
    const size_t n = generator->grid.cells;
    double *a = calloc(n * n + 3 * n, sizeof *a), *value = a + n * n, *root = value + n,
           *part = root + n;
    for (size_t i = 0; i < n; i++)
        root[i] = sqrt(generator->stationary[i]);
    for (size_t i = 0; i + 1 < n; i++) {
        a[i * n + i] -= generator->up[i];
        a[(i + 1) * n + i + 1] -= generator->down[i];
        a[(i + 1) * n + i] = a[i * n + i + 1] = sqrt(generator->up[i] * generator->down[i]);
    }
    assert_int_equal(linear_eigen_symmetric(n, a, n, value), 0);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < n; i++)
            part[k] += a[k * n + i] * m[i] / root[i];
    memset(m, 0, n * sizeof *m);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < n; i++)
            m[i] += root[i] * a[k * n + i] * part[k] * exp(fmin(value[k], 0) * t);
    free(a);
}

static void fill_start(const generator_t *generator, double *m)
{
    sgdl_error_t error = {0};
    if (start_fill(generator, m, &error) != SGDL_OK)
        fail_msg("%s", error.message);
}

/* The density of a table's block beside masses. */
static void assert_density(const sgdl_table_t *table, size_t block, const grid_t *grid,
                           const double *m, double absolute)
{
    for (size_t i = 0; i < grid->cells; i++) {
        const size_t row = block * grid->cells + i;
        assert_close(table_at(table, row, "x"), grid->centre[i], 1e-14, 0, "x");
        assert_close(table_at(table, row, "density") * (grid->edge[i + 1] - grid->edge[i]), m[i],
                     absolute, 0, "mass of a cell");
    }
}

static sgdl_table_t density_of(const char *text)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t plan = sgdl_plan_default();
    sgdl_table_t table;
    sgdl_error_t error = {0};
    plan.density = true;
    sgdl_table_init(&table);
    if (sgdl_solve(problem, &plan, INTO(&table), &error) != SGDL_OK)
        fail_msg("%s", error.message);
    sgdl_problem_free(problem);
    return table;
}

static void every_cell_goes_by_the_exponential(void **state)
{
    static const double times[] = {0, 0.01, 0.3, 5, 60, 1000};
    static const char *const noises[] = {
        "noise: {family: constant, value: 320}\n",
        "noise: {family: polynomial, coefficients: [320, 100, 40]}\n"};
    (void)state;
    for (size_t n = 0; n < COUNT(noises); n++) {
        char text[1024];
        double m[100];
        rates_of_t made;
        (void)snprintf(text, sizeof text,
                       DOUBLE_WELL "batch: 8\ncells: 100\nstart: {at: 0.5, width: 0.2}\n"
                                   "output: {times: [0, 0.01, 0.3, 5, 60, 1000]}\n%s",
                       noises[n]);
        make_rates(&made, text, 0, COUNT(m));
        sgdl_table_t table = density_of(text);
        assert_int_equal(table.rows, COUNT(times) * COUNT(m));
        for (size_t t = 0; t < COUNT(times); t++) {
            fill_start(&made.generator, m);
            exponential(&made.generator, times[t], m);
            assert_density(&table, t, &made.generator.grid, m, 1e-9);
        }
        sgdl_table_free(&table);
        free_rates(&made);
    }
}

/* Piece by piece, and from then on; steps are counted at the rate of the time. */
static void jumps_of_the_rate(void **state)
{
    static const char text[] = WELL SHARP
        "cells: 80\noutput: {times: [5, 20]}\n"
        "learning_rate: {schedule: piecewise, times: [5, 12], values: [0.02, 0.005, 0.01]}\n";
    double m[80];
    rates_of_t made;
    (void)state;
    make_rates(&made, text, 0, COUNT(m));
    generator_t *generator = &made.generator;
    sgdl_table_t curve = solve_text(text), table = density_of(text);
    fill_start(generator, m);
    exponential(generator, 5, m);
    assert_density(&table, 0, &generator->grid, m, 1e-9);
    generator_heat(generator, made.setting.heat * 0.25);
    exponential(generator, 7, m);
    generator_heat(generator, made.setting.heat * 0.5);
    exponential(generator, 8, m);
    assert_density(&table, 1, &generator->grid, m, 1e-9);
    assert_close(table_at(&curve, 0, "step"), 250, 0, 1e-12, "steps");
    assert_close(table_at(&curve, 1, "step"), 250 + 1400 + 800, 0, 1e-12, "steps");
    sgdl_table_free(&curve);
    sgdl_table_free(&table);
    free_rates(&made);
}

/* By exponentials at the middles of pieces. */
static void follow(generator_t *generator, double heat, int pieces, double *m)
{
    fill_start(generator, m);
    for (int k = 0; k < pieces; k++) {
        const double t = 20 * (k + 0.5) / pieces;
        generator_heat(generator, heat / sqrt(1 + t / 3));
        exponential(generator, 20.0 / pieces, m);
    }
    generator_heat(generator, heat);
}

static void a_rate_that_falls(void **state)
{
    static const char text[] =
        WELL SHARP "cells: 40\noutput: {times: [20]}\n"
                   "learning_rate: {schedule: polynomial, value: 0.03, tau: 3, power: 0.5}\n";
    double coarse[40], fine[40];
    rates_of_t made;
    (void)state;
    make_rates(&made, text, 0, COUNT(fine));
    sgdl_table_t curve = solve_text(text), table = density_of(text);
    follow(&made.generator, made.setting.heat, 400, coarse);
    follow(&made.generator, made.setting.heat, 800, fine);
    for (size_t i = 0; i < COUNT(fine); i++)
        fine[i] += (fine[i] - coarse[i]) / 3;
    assert_density(&table, 0, &made.generator.grid, fine, 1e-7);
    /* the integral of sqrt(1 + t/3)/0.03 */
    assert_close(table_at(&curve, 0, "step"), 2 / 0.03 * (pow(1 + 20. / 3, 1.5) - 1), 0, 1e-10,
                 "steps");
    sgdl_table_free(&curve);
    sgdl_table_free(&table);
    free_rates(&made);
}

/* ---- ways ------------------------------------------------------------------------------------ */

/* A schedule whose rate stays what it is: BDF goes all the way. */
static void the_handover_is_seamless(void **state)
{
    static const char times[] = SHARP "output: {times: [10, 100, 1000]}\ncells: 400\n";
    char slow[1024], steady[1024];
    (void)state;
    (void)snprintf(slow, sizeof slow, "%s%slearning_rate: 0.01\n", WELL, times);
    (void)snprintf(steady, sizeof steady,
                   "%s%slearning_rate: {schedule: piecewise, times: [500], values: [0.01, 0.01]}\n"
                   "tolerance: {relative: 1e-11}\n",
                   WELL, times);
    sgdl_table_t one = solve_text(slow), other = solve_text(steady);
    for (size_t r = 0; r < 3; r++)
        for (size_t c = 0; c < one.columns; c++)
            assert_close(one.value[r * one.columns + c], other.value[r * one.columns + c], 2e-9,
                         2e-9, "by slow modes and by BDF");
    sgdl_table_free(&one);
    sgdl_table_free(&other);
}

static void no_density_is_negative(void **state)
{
    static const char *const starts[] = {"start: {at: 1, width: 0.05}\n",
                                         "start: {at: 1, width: 1e-4}\n",
                                         "start: {at: 0.25, width: 0.01}\n", "start: {basin: 2}\n"};
    static const double batches[] = {16, 160, 1600};
    (void)state;
    for (size_t i = 0; i < COUNT(starts) * COUNT(batches); i++) {
        char text[1024];
        (void)snprintf(text, sizeof text,
                       WELL "%sbatch: %g\ncells: 400\noutput: {times: [0, 1e-4, 1e-3, 0.01, 0.1, "
                            "1, 10, 30, 50, 1000, 1e9, 1e30]}\n",
                       starts[i % COUNT(starts)], batches[i / COUNT(starts)]);
        sgdl_table_t table = density_of(text);
        for (size_t r = 0; r < table.rows; r++)
            if (!(table_at(&table, r, "density") >= -1e-16))
                fail_msg("density %g at t = %g\n%s", table_at(&table, r, "density"),
                         table_at(&table, r, "t"), text);
        sgdl_table_free(&table);
    }
}

/* ---- symmetries ------------------------------------------------------------------------------ */

/* The double well of WELL and a constant, seen at c x: y = c x feels c^2 U(y/c) and c^2 Sigma. */
static sgdl_table_t seen_at(double c, double constant)
{
    static const double U[] = {0.5, 0.6, -0.75, -1.2, 0, 0.6, 0.25};
    char text[1024];
    size_t used = (size_t)snprintf(text, sizeof text,
                                   "potential: {family: polynomial, "
                                   "coefficients: [");
    for (size_t k = 0; k < COUNT(U); k++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.17g", k > 0 ? ", " : "",
                                 U[k] * pow(c, 2 - (double)k) + (k == 0 ? constant : 0));
    (void)snprintf(text + used, sizeof text - used,
                   "]}\nnoise: {family: constant, value: %.17g}\nbox: [%.17g, %.17g]\n"
                   "start: {at: %.17g, width: %.17g}\ncells: 300\nbatch: 16\n"
                   "output: {times: [0, 1, 30, 300]}\n",
                   320 * c * c, c > 0 ? -2.7 * c : 2.05 * c, c > 0 ? 2.05 * c : -2.7 * c, c,
                   0.05 * fabs(c));
    return solve_text(text);
}

static void mirrors_scales_and_constants(void **state)
{
    static const double scales[] = {-1, 1, 3, -0.2}, constants[] = {0, 7, 0, 0};
    sgdl_table_t plain = seen_at(1, 0);
    (void)state;
    for (size_t i = 0; i < COUNT(scales); i++) {
        const double c = scales[i];
        sgdl_table_t seen = seen_at(c, constants[i]);
        for (size_t r = 0; r < plain.rows; r++) {
            assert_close(table_at(&seen, r, c > 0 ? "p_1" : "p_2"), table_at(&plain, r, "p_1"),
                         1e-9, 0, "p_1");
            assert_close(table_at(&seen, r, "p_flat"), table_at(&plain, r, "p_flat"), 1e-9, 0,
                         "p_flat");
            assert_close(table_at(&seen, r, "mean_loss") - constants[i],
                         c * c * table_at(&plain, r, "mean_loss"), 1e-9, 1e-9, "mean_loss");
            assert_close(table_at(&seen, r, "sharpness"), table_at(&plain, r, "sharpness"), 0, 1e-8,
                         "sharpness");
            assert_close(table_at(&seen, r, "mean_x"), c * table_at(&plain, r, "mean_x"), 1e-9,
                         1e-9, "mean_x");
            assert_close(table_at(&seen, r, "var_x"), c * c * table_at(&plain, r, "var_x"), 1e-9,
                         1e-9, "var_x");
        }
        sgdl_table_free(&seen);
    }
    sgdl_table_free(&plain);
}

/* A parabola's law stays a Gaussian: Ornstein and Uhlenbeck's. */
static void a_parabola(void **state)
{
    static const char text[] = "potential: {family: polynomial, coefficients: [0, 0, 1]}\n"
                               "noise: {family: constant, value: 40}\nstart: {at: 1, width: 0.3}\n"
                               "output: {times: [0.1, 0.7, 3, 1e9]}\n";
    (void)state;
    sgdl_table_t table = solve_text(text);
    for (size_t r = 0; r < table.rows; r++) {
        const double t = table_at(&table, r, "t"), left = exp(-2 * t);
        assert_close(table_at(&table, r, "mean_x"), left, 1e-5, 0, "mean");
        assert_close(table_at(&table, r, "var_x"), 0.09 * left * left + 0.1 * (1 - left * left),
                     1e-5, 0, "variance");
        assert_close(table_at(&table, r, "p_1"), 1, 1e-13, 0, "the only basin");
    }
    sgdl_table_free(&table);
}

/* ---- lists, refusals ------------------------------------------------------------------------- */

static void lists_are_all_pairs(void **state)
{
    static const char both[] = WELL "batch: [8, 16]\nlearning_rate: [0.01, 0.005]\ncells: 100\n"
                                    "output: {times: [0, 10]}\n";
    (void)state;
    sgdl_table_t table = solve_text(both);
    assert_int_equal(table.rows, 8);
    for (size_t r = 0; r < table.rows; r++) {
        char one[1024];
        (void)snprintf(one, sizeof one,
                       WELL "batch: %g\nlearning_rate: %g\ncells: 100\noutput: {times: [0, 10]}\n",
                       table_at(&table, r, "batch"), table_at(&table, r, "learning_rate"));
        sgdl_table_t alone = solve_text(one);
        assert_close(table_at(&table, r, "curve"), (double)(r / 2 + 1), 0, 0, "curve");
        assert_close(table_at(&table, r, "p_2"), table_at(&alone, r % 2, "p_2"), 0, 1e-14, "p_2");
        assert_close(table_at(&table, r, "step"), table_at(&alone, r % 2, "step"), 0, 0, "step");
        sgdl_table_free(&alone);
    }
    sgdl_table_free(&table);
}

static void assert_not_solved(const char *text, const char *place, const char *words)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_table_t table;
    sgdl_error_t error = {0};
    sgdl_table_init(&table);
    assert_int_equal(sgdl_solve(problem, NULL, INTO(&table), &error), SGDL_ERR_INPUT);
    if (strcmp(error.place, place) != 0 || !strstr(error.message, words))
        fail_msg("%s: %s", error.place, error.message);
    assert_int_equal(table.rows, 0);
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    assert_not_solved(WELL "start: {at: 1, width: 2}\n", "start", "wider box");
    assert_not_solved(WELL "start: {at: 2.049, width: 0.05}\n", "start", "of its mass in the box");
    assert_not_solved(WELL "learning_rate: {schedule: constant, value: 0.01, warmup: 3}\n",
                      "learning_rate", "no warm-up");
    assert_not_solved(WELL "learning_rate: {schedule: piecewise, times: [5], values: [0.01, 0]}\n",
                      "learning_rate", "above 0");
}

static void a_set_flag_stops(void **state)
{
    static const volatile sig_atomic_t stop = 1;
    sgdl_problem_t *problem = parse_problem(WELL);
    sgdl_plan_t plan = sgdl_plan_default();
    (void)state;
    plan.watch.stop = &stop;
    assert_int_equal(sgdl_solve(problem, &plan, NULL, NULL), SGDL_ERR_INTERRUPTED);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_flat_well_fills),
        cmocka_unit_test(all_times_there_are),
        cmocka_unit_test(every_cell_goes_by_the_exponential),
        cmocka_unit_test(jumps_of_the_rate),
        cmocka_unit_test(a_rate_that_falls),
        cmocka_unit_test(the_handover_is_seamless),
        cmocka_unit_test(no_density_is_negative),
        cmocka_unit_test(mirrors_scales_and_constants),
        cmocka_unit_test(a_parabola),
        cmocka_unit_test(lists_are_all_pairs),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(a_set_flag_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
