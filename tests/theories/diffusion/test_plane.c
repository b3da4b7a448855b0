/* The operator in two coordinates: its factors against dense ones, its slow modes against those of
 * one coordinate, passages against sums over cells, boxes, symmetries. */
#include <string.h>

#include "src/base/linear.h"
#include "src/theories/diffusion/plane_band.h"
#include "src/theories/diffusion/plane_check.h"
#include "src/theories/diffusion/plane_passage.h"
#include "src/theories/diffusion/spectrum.h"
#include "tests/theories/diffusion/plane_of.h"

static const sgdl_watch_t nobody = {0};

/* Of which no dense factor loses digits. */
#define SMALL "box: [[-1.6, 1.4], [-1.5, 1.3]]\n"

/* ---- the operator --------------------------------------------------------------------------- */

/* Column by column through plane_apply: no cell gains or loses, rates are not negative. */
static void columns_sum_to_zero(void **state)
{
    plane_of_t of;
    (void)state;
    make_plane(&of, CURRENT, 0.2, 13, 9);
    const size_t count = of.plane.count;
    double *m = numbers(2 * count), *dm = m + count;
    for (size_t c = 0; c < count; c++) {
        double sum = 0;
        m[c] = 1;
        plane_apply(&of.plane, m, dm);
        for (size_t other = 0; other < count; other++) {
            sum += dm[other];
            assert_true(other == c || dm[other] >= 0);
        }
        assert_close(sum, 0, 1e-12 * plane_out(&of.plane, c), 0, "column");
        assert_close(-dm[c], plane_out(&of.plane, c), 0, 1e-14, "rate out");
        m[c] = 0;
    }
    free(m);
    free_plane(&of);
}

/* e^{-U/D} stands still to rounding. */
static void the_law_stands_still(void **state)
{
    plane_of_t of;
    (void)state;
    make_plane(&of, VALLEY UNIT_NOISE, 0.1, 40, 60);
    assert_true(of.plane.reversible);
    assert_int_equal(of.plane.band, 40);
    double *m = numbers(2 * of.plane.count), *dm = m + of.plane.count;
    for (size_t c = 0; c < of.plane.count; c++)
        m[c] = exp(-of.plane.loss[c] / 0.1);
    plane_apply(&of.plane, m, dm);
    for (size_t c = 0; c < of.plane.count; c++)
        assert_close(dm[c], 0, 1e-13 * plane_out(&of.plane, c), 0, "what changes");
    free(m);
    free_plane(&of);
}

/* ---- factors -------------------------------------------------------------------------------- */

/* shift I - Q by columns of plane_apply, absorbing cells apart; by rows, or its transpose. */
static double *dense(const plane_t *plane, double shift, const bool *absorbing, bool transposed)
{
    const size_t n = plane->count;
    double *a = numbers(n * n + 2 * n), *m = a + n * n, *dm = m + n;
    for (size_t c = 0; c < n; c++) {
        m[c] = 1;
        plane_apply(plane, m, dm);
        m[c] = 0;
        for (size_t r = 0; r < n; r++) {
            const bool apart = absorbing && (absorbing[r] || absorbing[c]);
            const double entry = apart ? r == c : (r == c ? shift : 0) - dm[r];
            a[transposed ? c * n + r : r * n + c] = entry;
        }
    }
    return a;
}

static void compare_with_dense(const plane_t *plane, double shift, const bool *absorbing)
{
    const size_t n = plane->count;
    const sgdl_plan_t plan = sgdl_plan_default();
    sgdl_error_t error = {0};
    plane_factor_t factor;
    plane_band_t band;
    assert_int_equal(plane_factor_init(&factor, plane, shift, absorbing, &nobody, &error), SGDL_OK);
    assert_int_equal(plane_band_init(&band, plane, shift, absorbing, &plan, &error), SGDL_OK);
    double *x = numbers(3 * n), *expected = x + n, *other = expected + n;
    for (int transposed = 0; transposed < 2; transposed++) {
        double *a = dense(plane, shift, absorbing, transposed);
        for (size_t c = 0; c < n; c++)
            x[c] = absorbing && absorbing[c] ? 0 : sin(1.0 + (double)c);
        memcpy(expected, x, n * sizeof *x);
        memcpy(other, x, n * sizeof *x);
        assert_int_equal(linear_solve_rows(n, a, 1, expected, NULL), 0);
        if (transposed)
            plane_factor_solve_transposed(&factor, x);
        else
            plane_factor_solve(&factor, x);
        assert_int_equal(plane_band_solve(&band, transposed, other, &error), SGDL_OK);
        for (size_t c = 0; c < n; c++) {
            assert_close(x[c], expected[c], 1e-11, 1e-10, "solution");
            if (!band.symmetric)
                assert_close(other[c], expected[c], 1e-11, 1e-10, "solution by LU");
        }
        free(a);
    }
    free(x);
    plane_factor_free(&factor);
    plane_band_free(&band);
}

static void factors_are_those_of_the_dense_matrix(void **state)
{
    static const size_t shape[][2] = {{9, 12}, {12, 9}, {10, 10}};
    (void)state;
    for (size_t s = 0; s < COUNT(shape); s++)
        for (int current = 0; current < 2; current++) {
            plane_of_t of;
            bool absorbing[120] = {false};
            make_plane(&of, current ? CURRENT SMALL : VALLEY UNIT_NOISE SMALL, 0.5, shape[s][0],
                       shape[s][1]);
            assert_true(of.plane.reversible == !current);
            absorbing[40] = absorbing[41] = absorbing[77] = true;
            compare_with_dense(&of.plane, 3, NULL);
            compare_with_dense(&of.plane, 0.01, absorbing);
            compare_with_dense(&of.plane, 0, absorbing);
            free_plane(&of);
        }
}

/* The Cholesky factors are of a matrix with the same eigenvalues: the slowest by all of them. */
static void slowest_rates_are_eigenvalues(void **state)
{
    (void)state;
    for (int current = 0; current < 2; current++) {
        plane_of_t of;
        plane_modes_t modes;
        plane_check_t check;
        const sgdl_plan_t plan = sgdl_plan_default();
        sgdl_error_t error = {0};
        make_plane(&of, current ? CURRENT : VALLEY UNIT_NOISE, 0.5, 12, 10);
        const size_t n = of.plane.count;
        double *a = dense(&of.plane, 0, NULL, false), *value = numbers(2 * n),
               *imaginary = value + n;
        assert_int_equal(linear_eigenvalues(n, a, value, imaginary), 0);
        double least[3] = {INFINITY, INFINITY, INFINITY};
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < 3; k++)
                if (value[i] < least[k]) {
                    memmove(least + k + 1, least + k, (2 - k) * sizeof *least);
                    least[k] = value[i];
                    break;
                }
        assert_int_equal(plane_modes_init(&modes, &of.plane, 1, &plan, &error), SGDL_OK);
        assert_close(least[0], 0, 1e-10, 0, "the stationary mode");
        assert_close(modes.rate[0], least[1], 1e-10, 0, "slowest rate");
        assert_true(modes.next > 0.1 * least[2] && modes.next <= least[2] * (1 + 1e-3));
        assert_int_equal(plane_check(&modes, &plan, &check, &error), SGDL_OK);
        assert_true(check.done && check.gap < 1e-8 && check.law < 1e-10);
        plane_modes_free(&modes);
        free(a);
        free(value);
        free_plane(&of);
    }
}

/* ---- slow modes ----------------------------------------------------------------------------- */

/* A sum of two losses: rates are sums of rates, and the slowest is one of a coordinate. Down to
 * rates of which a difference of numbers holds nothing. */
static void modes_of_a_sum_are_those_of_its_parts(void **state)
{
    static const double heat[] = {0.5, 0.1, 0.02, 0.01, 0.004};
    (void)state;
    for (size_t h = 0; h < COUNT(heat); h++) {
        plane_of_t of;
        rates_of_t along;
        spectrum_t spectrum;
        plane_modes_t modes;
        const sgdl_plan_t plan = sgdl_plan_default();
        sgdl_error_t error = {0};
        make_plane(&of, SEPARABLE, heat[h], 96, 40);
        make_rates(&along, ALONG_X, heat[h], 96);
        assert_int_equal(spectrum_init(&spectrum, &along.generator, 1, &error), SGDL_OK);
        if (plane_modes_init(&modes, &of.plane, 1, &plan, &error) != SGDL_OK)
            fail_msg("%s", error.message);
        assert_close(modes.rate[0], spectrum.rate[0], 0, 1e-9, "slowest rate");
        for (size_t i = 0; i < 96; i++) {
            double mass = 0;
            for (size_t j = 0; j < 40; j++)
                mass += modes.stationary[cell_of(&of.plane, i, j)];
            assert_close(mass, along.generator.stationary[i], 1e-15, 1e-11, "marginal law");
        }
        assert_true(modes.apart < 1e-12);
        plane_modes_free(&modes);
        spectrum_free(&spectrum);
        free_rates(&along);
        free_plane(&of);
    }
}

/* Three wells whose barriers differ: both slow rates, as far as they are apart by less than what
 * numbers hold; beyond, the slowest. */
static void rates_of_three_wells(void **state)
{
    /* x^2 (x - 1)^2 (x + 1.2)^2 */
#define THREE "[2,0,1.44],[3,0,-0.48],[4,0,-2.36],[5,0,0.4],[6,0,1]"
    static const double heat[] = {0.03, 0.005, 0.001};
    (void)state;
    for (size_t h = 0; h < COUNT(heat); h++) {
        plane_of_t of;
        rates_of_t along;
        spectrum_t spectrum;
        plane_modes_t modes;
        const sgdl_plan_t plan = sgdl_plan_default();
        sgdl_error_t error = {0};
        make_plane(&of,
                   "potential: {family: terms, terms: [" THREE ",[0,2,0.5]]}\n" UNIT_NOISE
                   "box: [[-1.6,1.4],[-1,1]]\n",
                   heat[h], 80, 20);
        make_rates(&along,
                   "potential: {family: polynomial, coefficients: "
                   "[0,0,1.44,-0.48,-2.36,0.4,1]}\n" UNIT_NOISE "box: [-1.6,1.4]\n",
                   heat[h], 80);
        assert_int_equal(spectrum_init(&spectrum, &along.generator, 2, &error), SGDL_OK);
        if (plane_modes_init(&modes, &of.plane, 2, &plan, &error) != SGDL_OK)
            fail_msg("%s", error.message);
        for (size_t k = 0; k < modes.modes; k++)
            assert_close(modes.rate[k], spectrum.rate[k], 0, 1e-9, "rate");
        assert_true(modes.lost == (modes.modes < 2));
        assert_true(!modes.lost || spectrum.rate[1] / spectrum.rate[0] > 1e12);
        plane_modes_free(&modes);
        spectrum_free(&spectrum);
        free_rates(&along);
        free_plane(&of);
    }
}

static double gap_of(const char *text, double heat, size_t x, size_t y)
{
    plane_of_t of;
    plane_modes_t modes;
    const sgdl_plan_t plan = sgdl_plan_default();
    sgdl_error_t error = {0};
    make_plane(&of, text, heat, x, y);
    assert_int_equal(plane_modes_init(&modes, &of.plane, 1, &plan, &error), SGDL_OK);
    const double gap = modes.rate[0];
    plane_modes_free(&modes);
    free_plane(&of);
    return gap;
}

/* x and y exchanged, x mirrored. */
static void names_of_coordinates_do_not_matter(void **state)
{
    static const char swapped[] =
        "potential: {family: terms, terms: [" W_TERMS_SWAPPED ",[2,0,0.75],[2,1,0.6],[2,2,0.2]]}\n"
        "noise: [{family: constant, value: 1}, {family: polynomial, coefficients: [1,0.5,0.2]}]\n"
        "box: [[-3,3], [-2.2,1.8]]\n";
    static const char mirrored[] =
        "potential: {family: terms, terms: [[0,0,0.5],[1,0,-0.6],[2,0,-0.75],[3,0,1.2],[5,0,-0.6],"
        "[6,0,0.25],[0,2,0.75],[1,2,-0.6],[2,2,0.2]]}\n"
        "noise: [{family: polynomial, coefficients: [1,-0.5,0.2]}, {family: constant, value: 1}]\n"
        "box: [[-1.8,2.2], [-3,3]]\n";
    (void)state;
    const double gap = gap_of(CURRENT "box: [[-2.2,1.8], [-3,3]]\n", 0.15, 50, 30);
    assert_close(gap_of(swapped, 0.15, 30, 50), gap, 0, 1e-10, "exchanged");
    assert_close(gap_of(mirrored, 0.15, 50, 30), gap, 0, 1e-10, "mirrored");
}

/* ---- passages ------------------------------------------------------------------------------- */

/* Beyond a line across x the second coordinate does not matter: sum_i (sum_{j<=i} m_j)/(up_i m_i)
 * of the first. */
static void passages_of_a_sum_are_those_of_its_part(void **state)
{
    static const double heat[] = {0.3, 0.1, 0.02};
    enum { CELLS = 95, FROM = 33, TO = 74 };
    (void)state;
    for (size_t h = 0; h < COUNT(heat); h++) {
        plane_of_t of;
        rates_of_t along;
        plane_passage_t passage;
        const sgdl_plan_t plan = sgdl_plan_default();
        sgdl_error_t error = {0};
        make_plane(&of, SEPARABLE, heat[h], CELLS, 30);
        make_rates(&along, ALONG_X, heat[h], CELLS);
        const generator_t *line = &along.generator;
        bool *absorbing = calloc(of.plane.count, sizeof *absorbing);
        for (size_t c = 0; c < of.plane.count; c++)
            absorbing[c] = plane_place(&of.plane, c, 0) >= TO;
        double below = 0, time = 0;
        for (size_t i = 0; i < TO; i++) {
            below += line->stationary[i];
            if (i >= FROM)
                time += below / (line->up[i] * line->stationary[i]);
        }
        const double x[] = {line->grid.centre[FROM], 0.37};
        if (plane_passage(&of.plane, absorbing, x, &plan, &passage, &error) != SGDL_OK)
            fail_msg("%s", error.message);
        assert_close(passage.time, time, 0, 1e-10, "passage");
        assert_true(passage.resolved > 1 || passage.apart < 1e-8 + passage.resolved);
        free(absorbing);
        free_rates(&along);
        free_plane(&of);
    }
}

/* Eyring and Kramers' rate is the limit of low temperatures: 1/time, with an error in proportion to
 * the temperature. */
static void kramers_is_the_limit(void **state)
{
    double off[2];
    (void)state;
    for (int h = 0; h < 2; h++) {
        plane_of_t of;
        plane_basins_t basins;
        plane_passage_t passage;
        const sgdl_plan_t plan = sgdl_plan_default();
        sgdl_error_t error = {0};
        make_plane(&of, VALLEY UNIT_NOISE, h == 0 ? 0.04 : 0.02, 200, 80);
        const landscape_t *landscape = of.setting.landscape;
        const critical_point_t *saddle = NULL;
        for (size_t c = 0; c < landscape->critical_count; c++)
            if (landscape->critical[c].kind == CRITICAL_SADDLE)
                saddle = &landscape->critical[c];
        assert_non_null(saddle);
        assert_int_equal(plane_basins_init(&basins, &of.plane, &plan, &error), SGDL_OK);
        bool *core = calloc(of.plane.count, sizeof *core);
        plane_core(&basins, 0, saddle, core);
        const critical_point_t *from = landscape_minimum(landscape, 1);
        assert_int_equal(plane_passage(&of.plane, core, from->x, &plan, &passage, &error), SGDL_OK);
        off[h] = passage.time * plane_kramers(&of.setting, from, saddle) - 1;
        assert_true(basins.descents < of.plane.count / 2);
        free(core);
        plane_basins_free(&basins);
        free_plane(&of);
    }
    assert_true(fabs(off[0]) < 0.15 && off[0] / off[1] > 1.7 && off[0] / off[1] < 2.4);
}

/* ---- boxes ---------------------------------------------------------------------------------- */

/* The least rectangle about an ellipse that is not along the axes: U = a x^2 + b x y + c y^2 = 40 D
 * where x^2 = 40 D 4c/(4ac - b^2). */
static void boxes_hold_the_ellipse(void **state)
{
    static const double a = 2, b = 3, c = 1.5, heat = 0.3;
    plane_of_t of;
    (void)state;
    make_plane(&of, "potential: {family: terms, terms: [[2,0,2],[1,1,3],[0,2,1.5]]}\n" UNIT_NOISE,
               heat, 20, 20);
    const double scale = 40 * heat * 4 / (4 * a * c - b * b);
    for (int end = 0; end < 2; end++) {
        const double sign = end == 0 ? -1 : 1;
        assert_close(of.plane.box[0][end], sign * sqrt(scale * c), 0, 1e-5, "x");
        assert_close(of.plane.box[1][end], sign * sqrt(scale * a), 0, 1e-5, "y");
    }
    free_plane(&of);
}

/* Where the law falls like a power no rectangle holds it. */
static void boxes_of_tails_are_refused(void **state)
{
    static const size_t cells[] = {12, 12};
    setting_t setting;
    plane_t plane = {0};
    sgdl_error_t error = {0};
    sgdl_problem_t *problem = parse_problem("potential: {family: terms, terms: [[2,0,1],[0,2,1]]}\n"
                                            "noise: {family: loss, factor: 1, floor: 0.1}\n");
    (void)state;
    assert_int_equal(setting_init(&setting, problem, NULL, 0, &error), SGDL_OK);
    assert_int_equal(plane_init_cells(&plane, &setting, cells, &error), SGDL_ERR_INPUT);
    assert_string_equal(error.place, "noise");
    plane_free(&plane);
    sgdl_problem_free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_sum_to_zero),
        cmocka_unit_test(the_law_stands_still),
        cmocka_unit_test(factors_are_those_of_the_dense_matrix),
        cmocka_unit_test(slowest_rates_are_eigenvalues),
        cmocka_unit_test(modes_of_a_sum_are_those_of_its_parts),
        cmocka_unit_test(rates_of_three_wells),
        cmocka_unit_test(names_of_coordinates_do_not_matter),
        cmocka_unit_test(passages_of_a_sum_are_those_of_its_part),
        cmocka_unit_test(kramers_is_the_limit),
        cmocka_unit_test(boxes_hold_the_ellipse),
        cmocka_unit_test(boxes_of_tails_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
