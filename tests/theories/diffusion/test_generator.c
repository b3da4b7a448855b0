/* Rates between cells and the laws that they start from: balance, limits, Student's law. */
#include "src/theories/diffusion/observables.h"
#include "src/theories/diffusion/start.h"
#include "tests/theories/diffusion/rates_of.h"

/* Sigma falls and grows between the wells. */
#define UNEVEN DOUBLE_WELL "noise: {family: polynomial, coefficients: [320, 100, 40]}\n"

static void fluxes_balance_in_the_stationary_law(void **state)
{
    static const char *const texts[] = {WELL, UNEVEN};
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        rates_of_t made;
        make_rates(&made, texts[i], 0.1, 300);
        const generator_t *self = &made.generator;
        double sum = 0;
        for (size_t c = 0; c < self->grid.cells; c++)
            sum += self->stationary[c];
        assert_close(sum, 1, 1e-13, 0, "mass");
        for (size_t c = 0; c + 1 < self->grid.cells; c++) {
            assert_true(self->up[c] > 0 && self->down[c] > 0);
            assert_close(self->up[c] * self->stationary[c], self->down[c] * self->stationary[c + 1],
                         0, 1e-12, "flux");
        }
        free_rates(&made);
    }
}

static void columns_sum_to_zero(void **state)
{
    enum { CELLS = 50 };
    double m[CELLS] = {0}, dm[CELLS];
    rates_of_t made;
    (void)state;
    make_rates(&made, UNEVEN, 0.1, CELLS);
    for (size_t c = 0; c < CELLS; c++) {
        double sum = 0, size = 0;
        m[c] = 1;
        generator_apply(&made.generator, m, dm);
        m[c] = 0;
        for (size_t i = 0; i < CELLS; i++) {
            sum += dm[i];
            size = fmax(size, fabs(dm[i]));
            assert_true(i == c ? dm[i] < 0 : dm[i] >= 0);
        }
        assert_close(sum, 0, 1e-14 * size, 0, "what a cell loses, others win");
    }
    free_rates(&made);
}

static void another_heat_is_that_of_another_generator(void **state)
{
    rates_of_t one, other;
    (void)state;
    make_rates(&one, UNEVEN, 0.1, 200);
    make_rates(&other, UNEVEN, 0.03, 200);
    generator_heat(&one.generator, other.setting.heat);
    for (size_t c = 0; c + 1 < 200; c++) {
        assert_close(one.generator.up[c], other.generator.up[c], 0, 1e-14, "up");
        assert_close(one.generator.down[c], other.generator.down[c], 0, 1e-14, "down");
        assert_close(one.generator.stationary[c], other.generator.stationary[c], 0, 1e-14,
                     "stationary");
    }
    free_rates(&one);
    free_rates(&other);
}

/* d E X/dt = -E U' and d E X^2/dt = -2 E X U' + 2 E D, up to the square of the cells. */
static double error_of_moments(size_t cells)
{
    rates_of_t made;
    sgdl_error_t error = {0};
    make_rates(&made, UNEVEN "start: {at: 0.4, width: 0.3}\n", 0.1, cells);
    const landscape_t *landscape = made.setting.landscape;
    const grid_t *grid = &made.generator.grid;
    double *m = calloc(2 * cells, sizeof *m), *dm = m + cells;
    double first = 0, second = 0;
    assert_int_equal(start_fill(&made.generator, m, &error), SGDL_OK);
    generator_apply(&made.generator, m, dm);
    for (size_t c = 0; c < cells; c++) {
        const double x = grid->centre[c], slope = landscape_slope(landscape, x, 1);
        first += dm[c] * x + m[c] * slope;
        second +=
            dm[c] * x * x +
            m[c] * (2 * x * slope - 2 * made.setting.heat * landscape_sigma_slope(landscape, x, 0));
    }
    free(m);
    free_rates(&made);
    return fabs(first) + fabs(second);
}

static void moments_move_as_the_diffusion_has_it_to_second_order(void **state)
{
    const double coarse = error_of_moments(400), fine = error_of_moments(800);
    (void)state;
    assert_true(fine < 1e-3);
    assert_close(coarse / fine, 4, 0.1, 0, "ratio");
}

/* U = x^2/2, Sigma = c (U + u0): p ~ (U + u0)^{-1-1/tau}, tau = heat c, whose variance is
 * u0 2 tau/(2 - 3 tau + ... ): with nu = 1 + 2/tau degrees of freedom it is 2 u0/(nu - 2). */
static void heavy_tails_have_their_variance_on_stretched_cells(void **state)
{
    static const double tau = 0.2, u0 = 0.3;
    rates_of_t made;
    (void)state;
    make_rates(&made,
               "potential: {family: polynomial, coefficients: [0, 0, 0.5]}\n"
               "noise: {family: loss, factor: 10, floor: 0.3}\n",
               tau * u0, 1600);
    assert_true(made.setting.landscape->heavy_tailed);
    assert_true(!made.generator.grid.even);
    double basin[1];
    observables_t seen = {.basin = basin};
    observables_of_cells(made.setting.landscape, &made.generator.grid, made.generator.stationary,
                         &seen);
    assert_close(seen.basin[0], 1, 1e-13, 0, "mass");
    assert_close(seen.mean[0], 0, 1e-9, 0, "mean");
    assert_close(seen.variance[0], 2 * u0 / (2 / tau - 1), 0, 1e-8, "variance");
    free_rates(&made);
}

static void a_start_in_a_basin_is_the_stationary_law_there(void **state)
{
    (void)state;
    for (size_t basin = 1; basin <= 2; basin++) {
        rates_of_t made;
        sgdl_error_t error = {0};
        double m[400], p[2], ratio = NAN;
        observables_t seen = {.basin = p};
        make_rates(&made, basin == 1 ? WELL "start: {basin: 1}" : WELL "start: {basin: 2}", 0.1,
                   COUNT(m));
        assert_int_equal(start_fill(&made.generator, m, &error), SGDL_OK);
        observables_of_cells(made.setting.landscape, &made.generator.grid, m, &seen);
        assert_close(seen.mass, 1, 1e-14, 0, "mass");
        assert_close(p[basin - 1], 1, 1e-14, 0, "all of it");
        assert_true(p[2 - basin] == 0);
        const size_t cut =
            grid_cell(&made.generator.grid, landscape_barrier(made.setting.landscape, 0)->x[0]);
        for (size_t c = 0; c < COUNT(m); c++) {
            if (m[c] == 0 || c + 1 == cut || c == cut + 1)
                continue;
            if (isnan(ratio))
                ratio = m[c] / made.generator.stationary[c];
            assert_close(m[c] / made.generator.stationary[c], ratio, 0, 1e-12, "ratio");
        }
        free_rates(&made);
    }
}

/* The cell that holds the barrier is shared between its neighbours. */
static void a_split_cell_is_counted_once(void **state)
{
    rates_of_t made;
    double m[40], p[2];
    (void)state;
    make_rates(&made, WELL, 0.1, COUNT(m));
    const grid_t *grid = &made.generator.grid;
    const double barrier = landscape_barrier(made.setting.landscape, 0)->x[0];
    const size_t cut = grid_cell(grid, barrier);
    for (size_t c = 0; c < COUNT(m); c++) {
        observables_t seen = {.basin = p};
        const double part = (barrier - grid->edge[cut]) / (grid->edge[cut + 1] - grid->edge[cut]);
        for (size_t i = 0; i < COUNT(m); i++)
            m[i] = i == c;
        observables_of_cells(made.setting.landscape, grid, m, &seen);
        assert_close(p[0], c < cut ? 1 : c > cut ? 0 : part, 1e-14, 0, "left");
        assert_close(p[0] + p[1], 1, 1e-15, 0, "both");
        assert_close(seen.mean[0], grid->centre[c], 1e-15, 0, "mean");
        assert_close(seen.mean_loss, landscape_slope(made.setting.landscape, grid->centre[c], 0),
                     1e-15, 0, "loss");
    }
    free_rates(&made);
}

static void a_box_nobody_stated_has_room_for_the_start(void **state)
{
    rates_of_t made;
    (void)state;
    make_rates(&made,
               "potential: {family: double-well, scale: 1}\nnoise: {family: constant, value: 1}\n"
               "start: {at: 3, width: 0.1}\n",
               0.01, 100);
    assert_close(made.generator.grid.edge[100], 3.8, 1e-12, 0, "end");
    assert_true(made.generator.grid.edge[0] > -3);
    free_rates(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fluxes_balance_in_the_stationary_law),
        cmocka_unit_test(columns_sum_to_zero),
        cmocka_unit_test(another_heat_is_that_of_another_generator),
        cmocka_unit_test(moments_move_as_the_diffusion_has_it_to_second_order),
        cmocka_unit_test(heavy_tails_have_their_variance_on_stretched_cells),
        cmocka_unit_test(a_start_in_a_basin_is_the_stationary_law_there),
        cmocka_unit_test(a_split_cell_is_counted_once),
        cmocka_unit_test(a_box_nobody_stated_has_room_for_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
