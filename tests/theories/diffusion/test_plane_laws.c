/* Laws in two coordinates: in time against dense exponentials and closed forms; tables of solve,
 * limit and escape against numbers made elsewhere. */
#include <string.h>

#include "sgdlimit/landscape.h"
#include "src/base/linear.h"
#include "src/theories/diffusion/plane_basins.h"
#include "src/theories/diffusion/plane_flow.h"
#include "tests/theories/diffusion/plane_of.h"

/* ---- laws in time --------------------------------------------------------------------------- */

typedef struct flow_of {
    plane_of_t of;
    plane_modes_t modes;
    plane_flow_t flow;
} flow_of_t;

/* From a Gaussian about `at`, as masses of cells. */
static double *gaussian(const plane_t *plane, const double *at, double width)
{
    double *mass = numbers(plane->count), sum = 0, x[2];
    for (size_t c = 0; c < plane->count; c++) {
        plane_centre(plane, c, x);
        mass[c] = exp(-(pow(x[0] - at[0], 2) + pow(x[1] - at[1], 2)) / (2 * width * width));
        sum += mass[c];
    }
    for (size_t c = 0; c < plane->count; c++)
        mass[c] /= sum;
    return mass;
}

static void begin_flow(flow_of_t *self, const double *start, size_t modes)
{
    const sgdl_plan_t plan = sgdl_plan_default();
    sgdl_error_t error = {0};
    assert_int_equal(plane_modes_init(&self->modes, &self->of.plane, modes, &plan, &error),
                     SGDL_OK);
    assert_int_equal(plane_flow_init(&self->flow, &self->modes, start, &error), SGDL_OK);
}

static void free_flow(flow_of_t *self)
{
    plane_flow_free(&self->flow);
    plane_modes_free(&self->modes);
    free_plane(&self->of);
}

static void flow_to(flow_of_t *self, double t, double horizon)
{
    sgdl_error_t error = {0};
    if (plane_flow_at(&self->flow, t, horizon, &error) != SGDL_OK)
        fail_msg("t = %g: %s", t, error.message);
}

/* A law there is: nowhere below 0, of mass 1. */
static void assert_law(const flow_of_t *self)
{
    double mass = 0;
    for (size_t c = 0; c < self->of.plane.count; c++) {
        mass += self->flow.mass[c];
        assert_true(self->flow.mass[c] >= 0);
    }
    assert_close(mass, 1, 1e-13, 0, "mass");
}

/* e^{tQ} of one coordinate on m, by all eigenvectors of the symmetrised rates. */
static void along_line(const generator_t *line, double t, const double *m, double *out)
{
    const size_t n = line->grid.cells;
    double *a = numbers(n * n + 2 * n), *value = a + n * n, *part = value + n;
    for (size_t i = 0; i < n; i++) {
        a[i + i * n] = (i + 1 < n ? line->up[i] : 0) + (i > 0 ? line->down[i - 1] : 0);
        if (i > 0)
            a[i - 1 + i * n] = -sqrt(line->up[i - 1] * line->down[i - 1]);
    }
    assert_int_equal(linear_eigen_symmetric(n, a, n, value), 0);
    memset(out, 0, n * sizeof *out);
    for (size_t k = 0; k < n; k++) {
        part[k] = 0;
        for (size_t i = 0; i < n; i++)
            part[k] += a[i + k * n] * m[i] / sqrt(line->stationary[i]);
        for (size_t i = 0; i < n; i++)
            out[i] +=
                exp(-fmax(value[k], 0) * t) * part[k] * a[i + k * n] * sqrt(line->stationary[i]);
    }
    free(a);
}

/* A sum of losses from a product: a product of laws of one coordinate at all times. */
static void laws_of_a_sum_are_products(void **state)
{
    static const double times[] = {1e-4, 2e-3, 0.03, 0.05, 0.4, 3, 20, 1000};
    enum { X = 60, Y = 44 };
    rates_of_t x, y;
    flow_of_t flow;
    double mx[X] = {0}, my[Y] = {0}, tx[X], ty[Y];
    (void)state;
    make_plane(&flow.of, SEPARABLE, 0.15, X, Y);
    make_rates(&x, ALONG_X, 0.15, X);
    make_rates(&y, ALONG_Y, 0.15, Y);
    const double at[] = {0.9, 0.4};
    double *start = gaussian(&flow.of.plane, at, 0.15);
    for (size_t i = 0; i < X; i++)
        for (size_t j = 0; j < Y; j++) {
            mx[i] += start[cell_of(&flow.of.plane, i, j)];
            my[j] += start[cell_of(&flow.of.plane, i, j)];
        }
    begin_flow(&flow, start, 1);
    for (size_t k = 0; k < COUNT(times); k++) {
        flow_to(&flow, times[k], 1000);
        assert_law(&flow);
        along_line(&x.generator, times[k], mx, tx);
        along_line(&y.generator, times[k], my, ty);
        for (size_t i = 0; i < X; i++)
            for (size_t j = 0; j < Y; j++)
                assert_close(flow.flow.mass[cell_of(&flow.of.plane, i, j)], tx[i] * ty[j], 2e-12, 0,
                             "mass of a cell");
    }
    free(start);
    free_rates(&x);
    free_rates(&y);
    free_flow(&flow);
}

static void multiply(size_t n, const double *a, const double *b, double *out)
{
    memset(out, 0, n * n * sizeof *out);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            for (size_t j = 0; j < n; j++)
                out[i * n + j] += a[i * n + k] * b[k * n + j];
}

/* e^{tQ} by rows: Taylor's series of a small part of t, squared. */
static double *exponential(const plane_t *plane, double t)
{
    const size_t n = plane->count;
    double *power = numbers(3 * n * n + 2 * n), *sum = power + n * n, *next = sum + n * n;
    double *m = next + n * n, *dm = m + n, size = 0;
    for (size_t c = 0; c < n; c++)
        size = fmax(size, plane_out(plane, c));
    const int squarings = (int)ceil(log2(fmax(4 * size * t, 1)));
    const double step = ldexp(t, -squarings);
    for (size_t c = 0; c < n; c++)
        power[c * n + c] = sum[c * n + c] = 1;
    for (int k = 1; k <= 16; k++)
        for (size_t c = 0; c < n; c++) { /* column c of step Q power / k */
            for (size_t r = 0; r < n; r++)
                m[r] = power[r * n + c];
            plane_apply(plane, m, dm);
            for (size_t r = 0; r < n; r++) {
                power[r * n + c] = dm[r] * step / k;
                sum[r * n + c] += power[r * n + c];
            }
        }
    for (int s = 0; s < squarings; s++) {
        multiply(n, sum, sum, next);
        memcpy(sum, next, n * n * sizeof *sum);
    }
    memcpy(power, sum, n * n * sizeof *sum);
    return power;
}

/* A chain that is not reversible, with and without slow modes taken out. */
static void laws_are_the_dense_exponential(void **state)
{
    static const double times[] = {0.001, 0.02, 0.3, 2, 40};
    (void)state;
    for (size_t modes = 0; modes < 2; modes++) {
        flow_of_t flow;
        make_plane(&flow.of, CURRENT "box: [[-2, 1.6], [-2, 1.7]]\n", 0.3, 12, 9);
        const size_t n = flow.of.plane.count;
        const double at[] = {1, 0.5};
        double *start = gaussian(&flow.of.plane, at, 0.3);
        begin_flow(&flow, start, modes);
        for (size_t k = 0; k < COUNT(times); k++) {
            flow_to(&flow, times[k], 40);
            assert_law(&flow);
            double *whole = exponential(&flow.of.plane, times[k]);
            for (size_t r = 0; r < n; r++) {
                double mass = 0;
                for (size_t c = 0; c < n; c++)
                    mass += whole[r * n + c] * start[c];
                assert_close(flow.flow.mass[r], mass, 1e-11, 0, "mass of a cell");
            }
            free(whole);
        }
        free(start);
        free_flow(&flow);
    }
}

/* Far up the slopes, where the stationary law has no mass to speak of; and times that are asked for
 * alone give what those among others do. */
static void starts_on_a_slope_come_down(void **state)
{
    static const double times[] = {1e-3, 0.02, 0.1, 0.5, 2, 10};
    flow_of_t flow, alone;
    const double at[] = {1.3, 2.2};
    (void)state;
    make_plane(&flow.of, VALLEY UNIT_NOISE, 0.1, 60, 50);
    make_plane(&alone.of, VALLEY UNIT_NOISE, 0.1, 60, 50);
    double *start = gaussian(&flow.of.plane, at, 0.2);
    begin_flow(&flow, start, 1);
    begin_flow(&alone, start, 1);
    for (size_t k = 0; k < COUNT(times); k++) {
        flow_to(&flow, times[k], 10);
        assert_law(&flow);
    }
    flow_to(&alone, 10, 10);
    for (size_t c = 0; c < flow.of.plane.count; c++)
        assert_close(alone.flow.mass[c], flow.flow.mass[c], 1e-10, 0, "mass of a cell");
    free(start);
    free_flow(&flow);
    free_flow(&alone);
}

/* ---- tables --------------------------------------------------------------------------------- */

typedef int compute_f(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                      const sgdl_sink_t *sink, sgdl_error_t *error);

static sgdl_table_t table_of(compute_f *compute, const char *text)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_table_t table;
    sgdl_error_t error = {0};
    sgdl_table_init(&table);
    if (compute(problem, NULL, INTO(&table), &error) != SGDL_OK)
        fail_msg("%s: %s", error.place, error.message);
    sgdl_problem_free(problem);
    return table;
}

/* Ornstein and Uhlenbeck's process in both coordinates, of different noise: means fall by e^{-at},
 * variances go to D/a; cells err in the second order. */
static void moments_of_a_quadratic_loss(void **state)
{
    static const double a[] = {1, 2.5}, D[] = {0.1, 0.05}, at[] = {0.5, -0.3}, width = 0.2;
    double off[2] = {0};
    (void)state;
    for (int fine = 0; fine < 2; fine++) {
        char text[512];
        (void)snprintf(text, sizeof text,
                       "potential: {family: terms, terms: [[2,0,0.5],[0,2,1.25]]}\n"
                       "noise: [{family: constant, value: 20}, {family: constant, value: 10}]\n"
                       "learning_rate: 0.01\nstart: {at: [0.5,-0.3], width: 0.2}\n"
                       "output: {times: [0, 0.1, 0.7, 2]}\ntime: 2\ncells: [%d, %d]\n",
                       fine ? 120 : 60, fine ? 80 : 40);
        sgdl_table_t table = table_of(sgdl_solve, text);
        for (size_t r = 0; r < table.rows; r++) {
            const double t = table_at(&table, r, "t");
            static const char *const mean[] = {"mean_x", "mean_y"}, *const var[] = {"var_x",
                                                                                    "var_y"};
            for (size_t i = 0; i < 2; i++) {
                const double expected =
                    D[i] / a[i] + (width * width - D[i] / a[i]) * exp(-2 * a[i] * t);
                assert_close(table_at(&table, r, mean[i]), at[i] * exp(-a[i] * t), 0.01, 0,
                             mean[i]);
                off[fine] = fmax(off[fine], fabs(table_at(&table, r, var[i]) / expected - 1));
            }
            assert_close(table_at(&table, r, "step"), 100 * t, 0, 1e-12, "step");
            assert_close(table_at(&table, r, "mass_error"), 0, 1e-12, 0, "mass");
            assert_close(table_at(&table, r, "sharpness"), 3.5, 0, 1e-10, "sharpness");
            assert_close(table_at(&table, r, "p_1"), 1, 1e-12, 0, "p_1");
        }
        assert_true(table.rows == 4);
        sgdl_table_free(&table);
    }
    if (!(off[1] < 0.02 && off[0] > 3 * off[1] && off[0] < 5 * off[1]))
        fail_msg("variances are off by %.3g and %.3g", off[0], off[1]);
}

/* Left of the line through the saddle, of the stationary law; the line cuts cells. */
static double left_of_the_saddle(const char *text, double heat)
{
    static const double saddle = 0.2542628300;
    plane_of_t of;
    plane_modes_t modes;
    const sgdl_plan_t plan = sgdl_plan_default();
    sgdl_error_t error = {0};
    double sum = 0, x[2];
    make_plane(&of, text, heat, 200, 120);
    assert_int_equal(plane_modes_init(&modes, &of.plane, 0, &plan, &error), SGDL_OK);
    for (size_t c = 0; c < of.plane.count; c++) {
        plane_centre(&of.plane, c, x);
        sum += modes.stationary[c] * fmin(fmax((saddle - x[0]) / of.plane.width[0] + 0.5, 0), 1);
    }
    plane_modes_free(&modes);
    free_plane(&of);
    return sum;
}

/* The valley's law left and right of the saddle, made elsewhere, also that of a current, of which
 * there is no closed form. Basins end where steepest descent parts, on a line that is bent. */
static void numbers_of_the_valley(void **state)
{
    (void)state;
    const double p[] = {left_of_the_saddle(VALLEY UNIT_NOISE, 0.15),
                        left_of_the_saddle(VALLEY UNIT_NOISE, 0.1),
                        left_of_the_saddle(CURRENT, 0.15)};
    assert_close(p[0], 0.83394, 1e-5, 0, "at 0.15");
    assert_close(p[1], 0.84336, 1e-5, 0, "at 0.1");
    assert_close(p[2], 0.97648, 1e-5, 0, "of a current");
    sgdl_table_t table = table_of(sgdl_limit_table, VALLEY UNIT_NOISE
                                  "learning_rate: [0.3, 0.2]\ncells: [100, 60]\n");
    for (size_t r = 0; r < 2; r++) {
        assert_close(table_at(&table, r, "p_1"), p[r], 2e-4, 0, "p_1");
        assert_close(table_at(&table, r, "p_1") + table_at(&table, r, "p_2"), 1, 1e-12, 0, "sum");
    }
    sgdl_table_free(&table);
    table = table_of(sgdl_limit_table, CURRENT "learning_rate: 0.3\ncells: [100, 60]\n");
    assert_close(table_at(&table, 0, "p_flat"), p[2], 2e-4, 0, "p_flat of a current");
    sgdl_table_free(&table);
}

/* From the sharp well: p_flat(t) goes to its limit by the slowest rate. */
static void wells_mix_by_the_slowest_rate(void **state)
{
    (void)state;
#define MIXING VALLEY UNIT_NOISE "learning_rate: 0.2\ncells: [80, 48]\nstart: {basin: 2}\n"
    sgdl_table_t limit = table_of(sgdl_limit_table, MIXING);
    sgdl_table_t table =
        table_of(sgdl_solve, MIXING "time: 1e12\noutput: {times: [0, 200, 400, 1e12]}\n");
    const double p = table_at(&limit, 0, "p_flat"), gap = table_at(&limit, 0, "gap");
    assert_close(table_at(&table, 0, "p_2"), 1, 2e-3, 0, "p_2 at the start");
    assert_close(table_at(&table, 3, "p_flat"), p, 1e-5, 0, "p_flat at the end");
    assert_close(log((p - table_at(&table, 1, "p_flat")) / (p - table_at(&table, 2, "p_flat"))),
                 200 * gap, 0, 0.01, "relaxation");
    sgdl_table_free(&table);
    sgdl_table_free(&limit);
}

static void rows_of_escape(void **state)
{
    (void)state;
    sgdl_table_t table =
        table_of(sgdl_escape, VALLEY UNIT_NOISE "learning_rate: 0.2\ncells: [100, 60]\n");
    sgdl_table_t limit =
        table_of(sgdl_limit_table, VALLEY UNIT_NOISE "learning_rate: 0.2\ncells: [100, 60]\n");
    assert_int_equal(table.rows, 2);
    for (size_t r = 0; r < 2; r++) {
        const double balance = table_at(&limit, 0, r == 0 ? "p_2" : "p_1");
        assert_close(table_at(&table, r, "from"), (double)(r + 1), 0, 0, "from");
        assert_close(table_at(&table, r, "to"), (double)(2 - r), 0, 0, "to");
        assert_close(1 / table_at(&table, r, "mfpt"), balance * table_at(&limit, 0, "gap"), 0, 0.02,
                     "rate and gap");
        assert_close(table_at(&table, r, "kramers"), table_at(&table, r, "mfpt"), 0, 0.15,
                     "kramers");
        assert_close(table_at(&table, r, "mfpt_steps"), table_at(&table, r, "mfpt") / 0.2, 0, 1e-12,
                     "steps");
    }
    sgdl_table_free(&table);
    sgdl_table_free(&limit);
}

static void assert_refused(compute_f *compute, const char *text, const char *place)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_table_t table;
    sgdl_error_t error = {0};
    sgdl_table_init(&table);
    if (compute(problem, NULL, INTO(&table), &error) != SGDL_ERR_INPUT)
        fail_msg("%s", error.message);
    if (strcmp(error.place, place) != 0)
        fail_msg("refused under %s (%s), not %s", error.place, error.message, place);
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

static void what_two_coordinates_do_not_take(void **state)
{
    (void)state;
    assert_refused(sgdl_solve,
                   VALLEY UNIT_NOISE
                   "learning_rate: {schedule: polynomial, value: 0.1, tau: 10, power: 0.5}\n",
                   "learning_rate");
    assert_refused(sgdl_solve,
                   VALLEY UNIT_NOISE "start: {at: [1.9, 0], width: 0.3}\nbox: [[-2,2],[-2,2]]\n",
                   "start");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(laws_of_a_sum_are_products),
        cmocka_unit_test(laws_are_the_dense_exponential),
        cmocka_unit_test(starts_on_a_slope_come_down),
        cmocka_unit_test(moments_of_a_quadratic_loss),
        cmocka_unit_test(numbers_of_the_valley),
        cmocka_unit_test(wells_mix_by_the_slowest_rate),
        cmocka_unit_test(rows_of_escape),
        cmocka_unit_test(what_two_coordinates_do_not_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
