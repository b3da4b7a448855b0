/* Landscapes in one coordinate: critical points against what made them and against brute scans. */
#include "tests/landscape/landscape_of.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- derivatives ----------------------------------------------------------------------------- */

static void derivatives_are_those_of_differences(void **state)
{
    static const char *const potentials[] = {
        "{family: polynomial, coefficients: [0.5, 0.6, -0.75, -1.2, 0, 0.6, 0.25]}",
        "{family: double-well, scale: 0.5, linear: 1.2, quadratic: 0.5, tilt: 0.1}",
        "{family: polynomial, coefficients: [0, 0, 1]}"};
    static const char *const noises[] = {
        "noise: {family: constant, value: 2}", "noise: {family: loss, factor: 3, floor: 1}",
        "noise: {family: polynomial, coefficients: [4, 0.5, 1, 0, 0.25]}"};
    (void)state;
    for (size_t p = 0; p < COUNT(potentials); p++)
        for (size_t n = 0; n < COUNT(noises); n++) {
            sgdl_problem_t *problem = hill(potentials[p], noises[n]);
            assert_slopes(landscape_of(problem), -1.5, 1.5, 4);
            sgdl_problem_free(problem);
        }
    sgdl_problem_t *problem =
        hill("{family: least-squares, second_moment: 1.5, fourth_moment: 4, noise: 0.5}", "");
    assert_slopes(landscape_of(problem), -3, 3, 4);
    sgdl_problem_free(problem);
}

/* The double well is the polynomial of its factors. */
static void a_double_well_is_its_product(void **state)
{
    (void)state;
    sgdl_problem_t *problem =
        hill("{family: double-well, scale: 0.5, linear: 1.2, quadratic: 0.5, tilt: -0.3}", NULL);
    for (double x = -2; x <= 2; x += 0.125)
        assert_close(landscape_slope(landscape_of(problem), x, 0),
                     0.5 * (x * x - 1) * (x * x - 1) * (1 + 1.2 * x + 0.5 * x * x) - 0.3 * x, 1e-14,
                     1e-14, "double well");
    sgdl_problem_free(problem);
}

/* ---- critical points ------------------------------------------------------------------------- */

enum { MOST = 21 };

/* U of which U' = scale * product of (x - zero), times (x^2 + 1) where `more`. */
static size_t integrate(const double *zero, size_t zeros, double scale, bool more,
                        double coefficient[MOST + 3])
{
    double slope[MOST + 2] = {scale};
    size_t degree = 0;
    for (size_t z = 0; z < zeros; z++) {
        slope[++degree] = 0;
        for (size_t k = degree; k > 0; k--)
            slope[k] = slope[k - 1] - zero[z] * slope[k];
        slope[0] *= -zero[z];
    }
    for (int twice = 0; more && twice < 1; twice++) {
        degree += 2;
        for (size_t k = degree; k >= 2; k--)
            slope[k] = slope[k - 2] + (k <= degree - 2 ? slope[k] : 0);
    }
    coefficient[0] = 0.25;
    for (size_t k = 0; k <= degree; k++)
        coefficient[k + 1] = slope[k] / (double)(k + 1);
    return degree + 2;
}

/* All of them, none else, minima and barriers in turn. */
static void assert_zeros(const landscape_t *landscape, const double *zero, size_t zeros,
                         double within)
{
    assert_int_equal(landscape->critical_count, zeros);
    for (size_t i = 0; i < zeros; i++) {
        const critical_point_t *point = &landscape->critical[i];
        assert_close(point->x[0], zero[i], within, within, "critical point");
        assert_int_equal(point->kind, i % 2 == 0 ? CRITICAL_MINIMUM : CRITICAL_MAXIMUM);
        assert_true((point->curvature > 0) == (i % 2 == 0));
    }
    assert_int_equal(landscape->minima, (zeros + 1) / 2);
    for (size_t b = 0; b + 1 < landscape->minima; b++) {
        const critical_point_t *barrier = landscape_barrier(landscape, b);
        assert_close(barrier->x[0], zero[2 * b + 1], within, within, "barrier");
        assert_ptr_equal(landscape_pass(landscape, b, b + 1), barrier);
        assert_ptr_equal(landscape_pass(landscape, b + 1, b), barrier);
        assert_int_equal(barrier->joins[0], b);
        assert_int_equal(barrier->joins[1], b + 1);
        for (int side = -1; side <= 1; side += 2) {
            const double x = barrier->x[0] + side * 1e-3;
            assert_int_equal(landscape_basin(landscape, &x), side < 0 ? b : b + 1);
        }
    }
}

/* Zeros of Chebyshev's polynomials: up to ten wells, close together at the ends. */
static void many_wells_are_found(void **state)
{
    (void)state;
    for (size_t zeros = 1; zeros <= 19; zeros += 2)
        for (int more = 0; more < 2 && zeros <= 17; more++) {
            double zero[MOST], coefficient[MOST + 3];
            for (size_t i = 0; i < zeros; i++)
                zero[i] = -cos(3.141592653589793 * (double)(2 * i + 1) / (double)(2 * zeros));
            const size_t count = integrate(zero, zeros, 3, more, coefficient);
            sgdl_problem_t *problem = polynomial_hill(coefficient, count);
            assert_zeros(landscape_of(problem), zero, zeros, 1e-9);
            sgdl_problem_free(problem);
        }
}

/* A scale of U or of x moves nothing else. */
static void scales_do_not_matter(void **state)
{
    static const double zero[] = {-1, 0.25, 1.5, 2, 7}, scales[] = {1e-150, 1e-9, 1, 1e9, 1e150};
    (void)state;
    for (size_t u = 0; u < COUNT(scales); u++)
        for (int power = -12; power <= 12; power += 4) {
            double scaled[COUNT(zero)], coefficient[MOST + 3];
            const double unit = pow(10, power);
            for (size_t i = 0; i < COUNT(zero); i++)
                scaled[i] = zero[i] * unit;
            const size_t count = integrate(scaled, COUNT(zero), scales[u], false, coefficient);
            sgdl_problem_t *problem = polynomial_hill(coefficient, count);
            const landscape_t *landscape = landscape_of(problem);
            assert_int_equal(landscape->critical_count, COUNT(zero));
            for (size_t i = 0; i < COUNT(zero); i++)
                assert_close(landscape->critical[i].x[0], scaled[i], 0, 1e-9, "scaled");
            sgdl_problem_free(problem);
        }
}

static unsigned long long next_random(unsigned long long *seed)
{
    *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return *seed >> 33;
}

/* Changes of sign of U' on a fine grid. */
static size_t scan(const landscape_t *landscape, double reach)
{
    enum { STEPS = 200000 };
    size_t changes = 0;
    double before = landscape_slope(landscape, -reach, 1);
    for (int k = 1; k <= STEPS; k++) {
        const double here = landscape_slope(landscape, -reach + 2 * reach * k / (STEPS + 0.7), 1);
        changes += (here > 0) != (before > 0);
        before = here;
    }
    return changes;
}

static void any_polynomial_is_that_of_a_scan(void **state)
{
    unsigned long long seed = 1;
    (void)state;
    for (int trial = 0; trial < 60; trial++) {
        double coefficient[MOST];
        const size_t degree = 2 * (1 + next_random(&seed) % 5);
        for (size_t k = 0; k <= degree; k++)
            coefficient[k] = (double)(next_random(&seed) % 2001) / 1000 - 1;
        coefficient[degree] = 0.5;
        sgdl_problem_t *problem = polynomial_hill(coefficient, degree + 1);
        const landscape_t *landscape = landscape_of(problem);
        size_t kinds[4] = {0};
        for (size_t i = 0; i < landscape->critical_count; i++)
            kinds[landscape->critical[i].kind]++;
        assert_int_equal(kinds[CRITICAL_MINIMUM] + kinds[CRITICAL_MAXIMUM], scan(landscape, 8));
        assert_int_equal(kinds[CRITICAL_MINIMUM], kinds[CRITICAL_MAXIMUM] + 1);
        sgdl_problem_free(problem);
    }
}

/* What a point is, what is around it says. */
static void degenerate_points_are_told_by_their_sides(void **state)
{
    static const struct {
        double coefficient[9];
        size_t count;
        double x[3];
        critical_kind_t kind[3];
        size_t points;
    } cases[] = {
        {{0, 0, 0, 0, 1}, 5, {0}, {CRITICAL_MINIMUM}, 1},
        {{1, -4, 6, -4, 1}, 5, {1}, {CRITICAL_MINIMUM}, 1},           /* (x - 1)^4 */
        {{0, 0, 0, 0, 0, 0, 0, 0, 2}, 9, {0}, {CRITICAL_MINIMUM}, 1}, /* 2 x^8 */
        {{0, 0, 0.5, -2. / 3, 0.25}, 5, {0, 1}, {CRITICAL_MINIMUM, CRITICAL_FLAT}, 2},
        {{0, 0, 0, 0, -1, 0, 1}, /* x^6 - x^4 */
         7,
         {-0.81649658092772603, 0, 0.81649658092772603},
         {CRITICAL_MINIMUM, CRITICAL_MAXIMUM, CRITICAL_MINIMUM},
         3},
    };
    (void)state;
    for (size_t c = 0; c < COUNT(cases); c++) {
        sgdl_problem_t *problem = polynomial_hill(cases[c].coefficient, cases[c].count);
        const landscape_t *landscape = landscape_of(problem);
        assert_int_equal(landscape->critical_count, cases[c].points);
        for (size_t i = 0; i < cases[c].points; i++) {
            const critical_point_t *point = &landscape->critical[i];
            assert_close(point->x[0], cases[c].x[i], 1e-5, 0, "degenerate point");
            assert_int_equal(point->kind, cases[c].kind[i]);
        }
        sgdl_problem_free(problem);
    }
    sgdl_problem_t *flat = polynomial_hill((double[]){0, 0, 0, 0, 1}, 5);
    assert_true(landscape_minimum(landscape_of(flat), 0)->curvature == 0);
    sgdl_problem_free(flat);
}

/* ---- boxes, tails, refusals ------------------------------------------------------------------ */

/* U' = (x + 2)(x + 1) x (x - 1)(x - 2) */
#define THREE "{family: polynomial, coefficients: [0, 0, 2, 0, -1.25, 0, 0.16666666666666666]}"

static void a_box_leaves_out_what_is_outside(void **state)
{
    (void)state;
    sgdl_problem_t *whole = hill(THREE, NULL);
    assert_int_equal(landscape_of(whole)->minima, 3);
    assert_true(landscape_of(whole)->confining);
    sgdl_problem_t *part = hill(THREE, "noise: {family: constant, value: 1}\nbox: [-1.5, 3]");
    const landscape_t *landscape = landscape_of(part);
    assert_int_equal(landscape->minima, 2);
    assert_close(landscape_minimum(landscape, 0)->x[0], 0, 1e-12, 0, "first inside");
    assert_close(landscape_minimum(landscape, 1)->x[0], 2, 1e-9, 0, "second inside");
    assert_int_equal(landscape->critical_count, 4); /* the barrier at -1 too */
    assert_true(landscape->critical[0].joins[0] == NO_BASIN &&
                landscape->critical[0].joins[1] == 0);
    sgdl_problem_free(part);
    sgdl_problem_free(whole);
}

static void tails_are_heavy_where_noise_grows_with_the_loss(void **state)
{
    static const struct {
        const char *potential, *rest;
        bool heavy;
    } cases[] = {
        {"{family: double-well}", "noise: {family: constant, value: 1}", false},
        {"{family: double-well}", "noise: {family: loss, factor: 1, floor: 1}", true},
        {"{family: polynomial, coefficients: [0, 0, 1]}",
         "noise: {family: polynomial, coefficients: [1, 0, 1]}", true},
        {"{family: polynomial, coefficients: [0, 0, 1, 0, 1]}",
         "noise: {family: polynomial, coefficients: [1, 0, 1]}", false},
        {"{family: polynomial, coefficients: [0, 0, 1]}",
         "noise: {family: polynomial, coefficients: [1, 0, 0, 0, 1]}", true},
        {"{family: polynomial, coefficients: [0, 0, 1, 1]}",
         "noise: {family: loss, factor: 1, floor: 9}\nbox: [-0.5, 1]", false},
        {"{family: least-squares}", "", true},
        {"{family: least-squares, fourth_moment: 1}", "", false},
    };
    (void)state;
    for (size_t c = 0; c < COUNT(cases); c++) {
        sgdl_problem_t *problem = hill(cases[c].potential, cases[c].rest);
        if (landscape_of(problem)->heavy_tailed != cases[c].heavy)
            fail_msg("%s %s", cases[c].potential, cases[c].rest);
        sgdl_problem_free(problem);
    }
}

static void what_is_no_landscape_is_refused(void **state)
{
    (void)state;
    assert_no_hill("{family: polynomial, coefficients: [1]}", NULL, "no minimum");
    assert_no_hill("{family: polynomial, coefficients: [0, 1]}", NULL, "no minimum");
    assert_no_hill("{family: polynomial, coefficients: [0, 0, 0, 1]}", NULL, "no minimum");
    assert_no_hill("{family: polynomial, coefficients: [0, 0, -1]}", NULL, "no minimum");
    assert_no_hill("{family: polynomial, coefficients: [0, 0, 1, 1]}", NULL, "does not confine");
    assert_no_hill("{family: polynomial, coefficients: [0, 0, 1, 0, -1]}", NULL,
                   "does not confine");
    assert_no_hill(THREE, "noise: {family: constant, value: 1}\nbox: [3, 4]", "no minimum");
    assert_no_hill("{family: double-well}",
                   "noise: {family: polynomial, coefficients: [1, 0, -4, 0, 2]}", "above 0");
    assert_no_hill("{family: double-well}", "noise: {family: loss, factor: 1}", "above 0");
    assert_no_hill("{family: double-well}",
                   "noise: {family: polynomial, coefficients: [1, 0, -0.1]}\nbox: [-4, 4]",
                   "above 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derivatives_are_those_of_differences),
        cmocka_unit_test(a_double_well_is_its_product),
        cmocka_unit_test(many_wells_are_found),
        cmocka_unit_test(scales_do_not_matter),
        cmocka_unit_test(any_polynomial_is_that_of_a_scan),
        cmocka_unit_test(degenerate_points_are_told_by_their_sides),
        cmocka_unit_test(a_box_leaves_out_what_is_outside),
        cmocka_unit_test(tails_are_heavy_where_noise_grows_with_the_loss),
        cmocka_unit_test(what_is_no_landscape_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
