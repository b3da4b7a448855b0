/* Landscapes in two coordinates: critical points and basins against sums of two lines, turned and
 * shifted landscapes, and descent by brute force. */
#include "tests/landscape/landscape_of.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* W(x) + V(y): W = x^4/4 - x^2/2 + x/10 (three critical points), V = y^6/6 - y^4 + 2 y^2 - ... */
#define FOUR "{family: terms, terms: [[4, 0, 1], [2, 0, -2], [0, 4, 1], [0, 2, -2], [1, 1, 0.3]]}"

static void derivatives_are_those_of_differences(void **state)
{
    static const double h = 1e-6;
    (void)state;
    sgdl_problem_t *problem = hill(
        "{family: terms, terms: [[4, 0, 1], [2, 3, 0.5], [0, 6, 1], [1, 1, -1], [0, 2, 1], [3, "
        "1, 0.2]]}",
        NULL);
    const landscape_t *landscape = landscape_of(problem);
    for (int k = 0; k < 49; k++) {
        const double x[] = {-1.5 + 0.5 * (k % 7), -1.4 + 0.45 * (double)(k / 7)};
        double g[2], H[4];
        landscape_gradient(landscape, x, g);
        landscape_hessian(landscape, x, H);
        for (int i = 0; i < 2; i++) {
            double up[] = {x[0], x[1]}, down[] = {x[0], x[1]}, above[2], below[2];
            up[i] += h;
            down[i] -= h;
            landscape_gradient(landscape, up, above);
            landscape_gradient(landscape, down, below);
            assert_close(
                g[i], (landscape_loss(landscape, up) - landscape_loss(landscape, down)) / (2 * h),
                1e-7, 1e-7, "gradient");
            for (int j = 0; j < 2; j++)
                assert_close(H[2 * i + j], (above[j] - below[j]) / (2 * h), 1e-6, 1e-6, "Hessian");
        }
    }
    sgdl_problem_free(problem);
}

/* Of a sum of two lines all pairs of their critical points. */
static void a_sum_has_the_pairs_of_its_lines(void **state)
{
    static const double W[] = {0, 0.1, -2, 0, 1}, V[] = {0, -0.1, 2, 0, -1.25, 0, 1. / 6};
    char text[1024] = "{family: terms, terms: [";
    (void)state;
    for (size_t k = 1; k < COUNT(W) + COUNT(V); k++) {
        const bool of_x = k < COUNT(W);
        const size_t power = of_x ? k : k - COUNT(W), used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, "%s[%zu, %zu, %.17g]", k > 1 ? ", " : "",
                       of_x ? power : 0, of_x ? 0 : power, of_x ? W[power] : V[power]);
    }
    (void)strcat(text, "]}");
    sgdl_problem_t *both = hill(text, NULL), *first = polynomial_hill(W, COUNT(W)),
                   *second = polynomial_hill(V, COUNT(V));
    const landscape_t *plane = landscape_of(both), *x = landscape_of(first),
                      *y = landscape_of(second);
    assert_int_equal(x->critical_count, 3);
    assert_int_equal(y->critical_count, 5);
    assert_int_equal(plane->critical_count, 15);
    assert_int_equal(plane->minima, 6);
    assert_true(plane->confining);
    for (size_t i = 0; i < 15; i++) {
        const critical_point_t *point = &plane->critical[i], *a = &x->critical[i / 5],
                               *b = &y->critical[i % 5];
        const int up = (a->kind == CRITICAL_MAXIMUM) + (b->kind == CRITICAL_MAXIMUM);
        assert_close(point->x[0], a->x[0], 1e-10, 0, "x");
        assert_close(point->x[1], b->x[0], 1e-10, 0, "y");
        assert_close(point->loss, a->loss + b->loss, 1e-10, 0, "loss");
        assert_close(point->eigenvalue[0], fmin(a->curvature, b->curvature), 1e-8, 0, "least");
        assert_close(point->eigenvalue[1], fmax(a->curvature, b->curvature), 1e-8, 0, "most");
        assert_int_equal(point->kind, up == 0   ? CRITICAL_MINIMUM
                                      : up == 1 ? CRITICAL_SADDLE
                                                : CRITICAL_MAXIMUM);
    }
    for (int k = 0; k < 400; k++) { /* basins are pairs of intervals */
        const double at[] = {-1.9 + 0.19 * (k % 20) + 0.013,
                             -2.9 + 0.29 * (double)(k / 20) + 0.011};
        assert_int_equal(landscape_basin(plane, at),
                         3 * landscape_basin(x, &at[0]) + landscape_basin(y, &at[1]));
    }
    sgdl_problem_free(both);
    sgdl_problem_free(first);
    sgdl_problem_free(second);
}

/* Saddles join the two minima beside them, and no others. */
static void saddles_join_their_sides(void **state)
{
    (void)state;
    sgdl_problem_t *problem = hill(FOUR, NULL);
    const landscape_t *landscape = landscape_of(problem);
    size_t passes = 0;
    assert_int_equal(landscape->minima, 4);
    assert_int_equal(landscape->critical_count, 9);
    for (size_t a = 0; a < 4; a++)
        for (size_t b = 0; b < a; b++) {
            const double *from = landscape_minimum(landscape, a)->x,
                         *to = landscape_minimum(landscape, b)->x;
            const bool across = from[0] * to[0] < 0 && from[1] * to[1] < 0;
            const critical_point_t *pass = landscape_pass(landscape, a, b);
            assert_ptr_equal(pass, landscape_pass(landscape, b, a));
            assert_true((pass == NULL) == across); /* the maximum is between */
            passes += pass != NULL;
        }
    assert_int_equal(passes, 4);
    const size_t flat = landscape_flattest(landscape); /* x = y has the smaller determinant */
    assert_true(
        landscape_minimum(landscape, flat)->x[0] * landscape_minimum(landscape, flat)->x[1] > 0);
    sgdl_problem_free(problem);
}

/* Descent with small steps of one length. */
static size_t brute(const landscape_t *landscape, double x, double y)
{
    double at[] = {x, y}, g[2];
    for (int k = 0; k < 40000; k++) {
        landscape_gradient(landscape, at, g);
        at[0] -= 1e-3 * g[0];
        at[1] -= 1e-3 * g[1];
    }
    for (size_t b = 0; b < landscape->minima; b++)
        if (hypot(at[0] - landscape_minimum(landscape, b)->x[0],
                  at[1] - landscape_minimum(landscape, b)->x[1]) < 1e-3)
            return b;
    return NO_BASIN;
}

static void basins_are_those_of_small_steps(void **state)
{
    (void)state;
    sgdl_problem_t *problem = hill(FOUR, NULL);
    const landscape_t *landscape = landscape_of(problem);
    for (int k = 0; k < 100; k++) {
        const double x[] = {-1.83 + 0.4 * (k % 10), -1.77 + 0.4 * (double)(k / 10)};
        assert_int_equal(landscape_basin(landscape, x), brute(landscape, x[0], x[1]));
    }
    sgdl_problem_free(problem);
}

/* (x - a)^2 and the like, expanded: where a landscape stands does not matter. */
static void a_shifted_landscape_has_shifted_points(void **state)
{
    (void)state;
    /* (u^2 - 1)^2 + v^2 with u = x - 30, v = y + 20 */
    sgdl_problem_t *problem = hill(
        "{family: terms, terms: [[4, 0, 1], [3, 0, -120], [2, 0, 5398], [1, 0, -107880], [0, 0, "
        "808601], [0, 2, 1], [0, 1, 40]]}",
        NULL);
    const landscape_t *landscape = landscape_of(problem);
    static const double x[] = {29, 30, 31};
    assert_int_equal(landscape->critical_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_close(landscape->critical[i].x[0], x[i], 1e-7, 0, "x");
        assert_close(landscape->critical[i].x[1], -20, 1e-9, 0, "y");
        assert_int_equal(landscape->critical[i].kind, i == 1 ? CRITICAL_SADDLE : CRITICAL_MINIMUM);
    }
    sgdl_problem_free(problem);
}

/* What goes down for ever is a landscape inside a box, where indices sum to the turns along it. */
static void a_box_keeps_what_does_not_confine(void **state)
{
    static const char cubic[] = "{family: terms, terms: [[3, 0, 1], [1, 0, -3], [0, 2, 1]]}";
    (void)state;
    assert_no_hill(cubic, NULL, "does not confine");
    sgdl_problem_t *problem =
        hill(cubic, "noise: {family: constant, value: 1}\nbox: [[-0.5, 3], [-1, 2]]");
    const landscape_t *landscape = landscape_of(problem);
    static const double in[] = {-0.4, 1}, beyond[] = {-1.5, 0.1};
    assert_true(landscape->whole && !landscape->confining);
    assert_int_equal(landscape->critical_count, 1);
    assert_close(landscape->critical[0].x[0], 1, 1e-12, 0, "x");
    assert_int_equal(landscape_basin(landscape, in), 0);
    assert_int_equal(landscape_basin(landscape, beyond), 0);
    sgdl_problem_free(problem);
    problem = hill(cubic, "noise: {family: constant, value: 1}\nbox: [[-1.5, 3], [-1, 2]]");
    landscape = landscape_of(problem);
    assert_true(landscape->whole); /* a minimum and the saddle at -1: indices sum to 0 */
    assert_int_equal(landscape->critical_count, 2);
    assert_true(landscape->critical[0].index == -1 && landscape->critical[1].index == 1);
    assert_true(landscape->critical[0].joins[0] == NO_BASIN ||
                landscape->critical[0].joins[1] == NO_BASIN);
    sgdl_problem_free(problem);
}

/* A narrow valley that turns: Rosenbrock's. */
static void a_narrow_valley_has_one_minimum(void **state)
{
    (void)state;
    sgdl_problem_t *problem = hill(
        "{family: terms, terms: [[4, 0, 100], [2, 1, -200], [0, 2, 100], [2, 0, 1], [1, 0, -2], "
        "[0, 0, 1]]}",
        NULL);
    const landscape_t *landscape = landscape_of(problem);
    static const double far[] = {-1.2, 1};
    assert_int_equal(landscape->critical_count, 1);
    assert_close(landscape->critical[0].x[0], 1, 1e-9, 0, "x");
    assert_close(landscape->critical[0].x[1], 1, 1e-9, 0, "y");
    assert_int_equal(landscape_basin(landscape, far), 0);
    sgdl_problem_free(problem);
}

static void degenerate_points_are_told_by_what_is_around(void **state)
{
    static const struct {
        const char *terms;
        size_t points;
        critical_kind_t kind;
    } cases[] = {{"[[4, 0, 1], [0, 4, 1]]", 1, CRITICAL_MINIMUM},
                 {"[[4, 0, 1], [0, 2, 1]]", 1, CRITICAL_MINIMUM},
                 {"[[6, 0, 1], [4, 2, 3], [2, 4, 3], [0, 6, 1]]", 1, CRITICAL_MINIMUM}};
    (void)state;
    for (size_t c = 0; c < COUNT(cases); c++) {
        char text[256];
        (void)snprintf(text, sizeof text, "{family: terms, terms: %s}", cases[c].terms);
        sgdl_problem_t *problem = hill(text, NULL);
        const landscape_t *landscape = landscape_of(problem);
        assert_int_equal(landscape->critical_count, cases[c].points);
        assert_int_equal(landscape->critical[0].kind, cases[c].kind);
        assert_true(landscape->critical[0].eigenvalue[0] == 0);
        assert_close(hypot(landscape->critical[0].x[0], landscape->critical[0].x[1]), 0, 1e-4, 0,
                     "degenerate point");
        sgdl_problem_free(problem);
    }
}

#define NOISE "noise: {family: constant, value: 1}\n"

static void what_is_no_landscape_is_refused(void **state)
{
    (void)state;
    assert_no_hill("{family: terms, terms: [[2, 0, 1], [0, 2, -1]]}", NULL, "no minimum");
    assert_no_hill("{family: terms, terms: [[2, 0, 1]]}", NULL, "whole curves");
    assert_no_hill("{family: terms, terms: [[4, 0, 1], [2, 2, 2], [0, 4, 1], [2, 0, -2], [0, 2, "
                   "-2]]}",
                   NULL, "whole curves");
    assert_no_hill("{family: terms, terms: [[2, 0, 1], [0, 2, 1], [0, 3, 1]]}", NULL,
                   "does not confine");
    assert_no_hill(
        "{family: terms, terms: [[2, 0, 1], [0, 2, 1]]}",
        "noise: [[{family: constant, value: 1}, {family: constant, value: 0}], [{family: "
        "constant, value: 0}, {family: constant, value: 1}]]",
        "matrix");
    assert_no_hill("{family: terms, terms: [[2, 0, 1], [0, 2, 1]]}",
                   "noise: [{family: constant, value: 1}]", "found a list of 1");
    assert_no_hill(
        "{family: terms, terms: [[2, 0, 1], [0, 2, 1]]}",
        "noise: {family: terms, terms: [[0, 0, 1], [2, 0, -1]]}\nbox: [[-2, 2], [-2, 2]]",
        "above 0");
    assert_no_hill("{family: terms, terms: [[2, 0, 1], [0, 2]]}", NULL, "allowed a term [i, j, c]");
    assert_no_hill("{family: terms, terms: [[2.5, 0, 1]]}", NULL, "2.5");
    assert_no_hill("{family: terms, terms: [[21, 0, 1]]}", NULL, "21");
    assert_no_hill("{family: double-well}", "noise: {family: terms, terms: [[0, 0, 1]]}",
                   "two coordinates");
    assert_no_hill("{family: terms, terms: [[2, 0, 1], [0, 2, 1]]}", NOISE "start: {at: 1}",
                   "list of 2");
    assert_no_hill("{family: terms, terms: [[2, 0, 1], [0, 2, 1]]}", NOISE "cells: 100",
                   "list of two");
    assert_no_hill("{family: terms, terms: [[2, 0, 1], [0, 2, 1]]}", NOISE "momentum: 0.5",
                   "two coordinates");
    assert_no_hill("{family: terms, terms: [[2, 0, 1], [0, 2, 1]]}", NOISE "box: [[1, 2], [-1, 1]]",
                   "no minimum");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derivatives_are_those_of_differences),
        cmocka_unit_test(a_sum_has_the_pairs_of_its_lines),
        cmocka_unit_test(saddles_join_their_sides),
        cmocka_unit_test(basins_are_those_of_small_steps),
        cmocka_unit_test(a_shifted_landscape_has_shifted_points),
        cmocka_unit_test(a_box_keeps_what_does_not_confine),
        cmocka_unit_test(a_narrow_valley_has_one_minimum),
        cmocka_unit_test(degenerate_points_are_told_by_what_is_around),
        cmocka_unit_test(what_is_no_landscape_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
