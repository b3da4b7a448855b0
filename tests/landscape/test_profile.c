/* Measured profiles: splines against what they sample, their critical points against scans, files
 * that are none. */
#include "tests/landscape/landscape_of.h"
#include "tests/scratch_file.h"

#include "src/landscape/profile.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static double well(double x, int order)
{
    static const double c[] = {0.5, 0.6, -0.75, -1.2, 0, 0.6, 0.25};
    double sum = 0;
    for (int i = 6; i >= order; i--) {
        double factor = 1;
        for (int k = 0; k < order; k++)
            factor *= i - k;
        sum = sum * x + factor * c[i];
    }
    return sum;
}

/* x from -2.7 to 2.05, closer together in the middle. */
static double place(int i, int count)
{
    const double u = 2.0 * i / (count - 1) - 1;
    return -0.325 + 2.375 * (0.5 * u + 0.5 * u * u * u);
}

static void write_profile(const scratch_t *file, int count, bool sigma)
{
    FILE *stream = fopen(file->path, "w");
    assert_non_null(stream);
    (void)fprintf(stream, "# x, U\n\n");
    for (int i = 0; i < count; i++) {
        const double x = place(i, count);
        (void)fprintf(stream, "%.17g %.17g", x, well(x, 0));
        if (sigma)
            (void)fprintf(stream, "\t%.17g", 3 + sin(x));
        (void)fprintf(stream, i % 3 == 0 ? " # so\n\n" : "\n");
    }
    assert_int_equal(fclose(stream), 0);
}

static sgdl_problem_t *profile_hill(const scratch_t *file, const char *rest)
{
    char text[256];
    (void)snprintf(text, sizeof text, "{family: file, path: %s}", file->path);
    return hill(text, rest);
}

/* Largest error of a derivative well inside. */
static double worst(const landscape_t *landscape, int order)
{
    double most = 0;
    for (double x = -1.6; x < 1.5; x += 0.00317)
        most = fmax(most, fabs(landscape_slope(landscape, x, order) - well(x, order)));
    return most;
}

static void a_spline_comes_near_what_it_samples(void **state)
{
    static const double least_gain[] = {12, 6, 3}; /* of orders 4, 3, 2 by halving steps */
    double before[3] = {0};
    for (int count = 41; count <= 161; count = 2 * count - 1) {
        write_profile(*state, count, false);
        sgdl_problem_t *problem = profile_hill(*state, NULL);
        const landscape_t *landscape = landscape_of(problem);
        assert_true(landscape->range[0][0] == place(0, count) &&
                    landscape->range[0][1] == place(count - 1, count));
        assert_true(landscape->confining && !landscape->heavy_tailed && !landscape->smooth);
        for (int i = 0; i < count; i++)
            assert_close(landscape_slope(landscape, place(i, count), 0), well(place(i, count), 0),
                         1e-14, 1e-14, "through the points");
        for (int order = 0; order < 3; order++) {
            const double error = worst(landscape, order);
            if (count > 41)
                assert_true(error * least_gain[order] < before[order]);
            before[order] = error;
        }
        assert_int_equal(landscape->minima, 2);
        assert_close(landscape_minimum(landscape, 0)->x[0], -1, 2.0 / (count * count), 0, "flat");
        assert_close(landscape_minimum(landscape, 1)->x[0], 1, 2.0 / (count * count), 0, "sharp");
        sgdl_problem_free(problem);
    }
}

/* Continuous up to the second derivative, each that of the one before. */
static void derivatives_are_those_of_differences(void **state)
{
    write_profile(*state, 41, true);
    sgdl_problem_t *problem = profile_hill(*state, "");
    const landscape_t *landscape = landscape_of(problem);
    assert_int_equal(problem->noises, 0);
    assert_slopes(landscape, -2.5, 1.9, 2);
    for (int i = 1; i < 40; i++) {
        const double x = place(i, 41), near = 1e-11;
        for (int order = 0; order <= 2; order++)
            assert_close(landscape_slope(landscape, x + near, order),
                         landscape_slope(landscape, x - near, order), 1e-6, 1e-8, "no jump");
        const double middle = 0.5 * (x + place(i + 1, 41)), h = 1e-4;
        assert_close(landscape_slope(landscape, middle, 3),
                     (landscape_slope(landscape, middle + h, 2) -
                      landscape_slope(landscape, middle - h, 2)) /
                         (2 * h),
                     1e-7, 1e-7, "third");
        assert_close(landscape_sigma_slope(landscape, x, 0), 3 + sin(x), 1e-14, 0, "Sigma");
    }
    sgdl_problem_free(problem);
}

/* Of noise drawn through: as many as changes of sign of the slope on a fine grid. */
static void every_critical_point_is_found(void **state)
{
    enum { PLACES = 60, STEPS = 600000 };
    (void)state;
    for (unsigned trial = 0; trial < 20; trial++) {
        double table[2 * PLACES], *zero = NULL, x = 0;
        size_t count = 0, changes = 0;
        unsigned long long seed = 77 + trial;
        sgdl_error_t error = {0};
        for (int i = 0; i < PLACES; i++) {
            seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
            x += 0.2 + (double)(seed >> 40) / (double)(1 << 24);
            table[2 * i] = x;
            table[2 * i + 1] = (double)((seed >> 20) & 1023) / 1024;
        }
        profile_t profile;
        assert_int_equal(profile_init(&profile, table, PLACES, 2, 1, &error), SGDL_OK);
        assert_int_equal(profile_zeros(&profile, &zero, &count, &error), SGDL_OK);
        double before = profile_slope(&profile, table[0], 1);
        for (int k = 1; k <= STEPS; k++) {
            const double here = profile_slope(&profile, table[0] + (x - table[0]) * k / STEPS, 1);
            changes += (here > 0) != (before > 0);
            before = here;
        }
        assert_int_equal(count, changes);
        for (size_t i = 0; i < count; i++) {
            assert_true(i == 0 || zero[i] > zero[i - 1]);
            assert_close(profile_slope(&profile, zero[i], 1), 0, 1e-12, 0, "slope");
        }
        free(zero);
        profile_free(&profile);
    }
}

/* A file of noise beside a formula: known where the file is. */
static void noise_comes_from_a_file_too(void **state)
{
    const scratch_t *file = *state;
    char text[256];
    write_profile(file, 41, false); /* U as Sigma, from 0 up: not above 0 */
    (void)snprintf(text, sizeof text, "noise: {family: file, path: %s}", file->path);
    assert_no_hill("{family: double-well}", text, "above 0");
    scratch_write(file, "-1.5 1\n-1 2\n-0.5 1.5\n0 1\n0.5 1\n1 3\n1.5 2\n2 1\n");
    sgdl_problem_t *problem = hill("{family: double-well}", text);
    const landscape_t *landscape = landscape_of(problem);
    assert_close(landscape_sigma_slope(landscape, -0.5, 0), 1.5, 1e-14, 0, "Sigma");
    assert_true(landscape->range[0][0] == -1.5 && landscape->range[0][1] == 2);
    assert_false(landscape->heavy_tailed);
    sgdl_problem_free(problem);
    (void)strcat(text, "\nbox: [-2, 2]");
    assert_no_hill("{family: double-well}", text, "where the profile is known");
    (void)snprintf(text, sizeof text, "noise: {family: file, path: %s}\nbox: [-1.2, 1.2]",
                   file->path);
    sgdl_problem_free(hill("{family: double-well}", text));
}

/* What is refused, by the place in the file. */
static void what_is_no_profile_is_refused(void **state)
{
    static const struct {
        const char *content, *place, *words;
    } cases[] = {
        {"0 1\n1 0\n2 1\n", "", "3 rows"},
        {"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "", "1 number a line, allowed: 2 to 3"},
        {"0 1 1 1\n1 2 1 1\n", "", "4 numbers a line"},
        {"# x U\n0 5\n1 4\n\n# and on\n2 3\n2 2\n3 3\n4 4\n5 5\n6 6\n7 7\n", ":7", "x = 2 after 2"},
        {"0 5\n1 4\n2 3\n3 2\n2.5 3\n4 4\n5 5\n6 6\n7 7\n", ":5", "x = 2.5 after 3"},
        {"0 5\n1 4\n2 3 1\n3 2\n", ":3", "found 3 numbers"},
        {"0 5\n1 four\n", ":2", "four"},
        {"0, 5\n1, 4\n", ":1", "expected finite numbers, apart by blanks or tabs"},
        {"0 1\n1 2\n2 3\n3 4\n4 5\n5 6\n6 7\n7 8\n", "p.yaml:1", "no minimum"},
        {"0 8 1\n1 5 1\n2 3 1\n3 2 -1\n4 2 1\n5 6 1\n6 7 1\n7 8 1\n", "p.yaml:1", "above 0"},
    };
    const scratch_t *file = *state;
    for (size_t c = 0; c < COUNT(cases); c++) {
        const bool own = strstr(cases[c].words, "above 0") != NULL;
        char text[256], place[128];
        sgdl_problem_t *problem = sgdl_problem_new();
        sgdl_error_t error = {0};
        scratch_write(file, cases[c].content);
        (void)snprintf(text, sizeof text, "potential: {family: file, path: %s}\n%s", file->path,
                       own ? "" : "noise: {family: constant, value: 1}");
        (void)snprintf(place, sizeof place, "%s%s", *cases[c].place == 'p' ? "" : file->path,
                       cases[c].place);
        assert_int_equal(sgdl_problem_parse(problem, text, "p.yaml", NULL, 0, &error),
                         SGDL_ERR_INPUT);
        assert_string_equal(error.place, place);
        if (!strstr(error.message, cases[c].words))
            fail_msg("'%s' lacks '%s'", error.message, cases[c].words);
        sgdl_problem_free(problem);
    }
}

/* A table's header names the file, and what noise it brings. */
static void a_header_reads_back(void **state)
{
    write_profile(*state, 30, true);
    sgdl_problem_t *problem = profile_hill(*state, "");
    sgdl_table_t table;
    sgdl_error_t error = {0};
    char noise[64];
    sgdl_table_init(&table);
    assert_int_equal(sgdl_provenance(&table, "landscape", problem, NULL, &error), SGDL_OK);
    assert_non_null(sgdl_table_value(&table, "file_1"));
    assert_string_equal(sgdl_table_value(&table, "noise"), "own");
    assert_int_equal(sgdl_problem_get(problem, "noise", noise, sizeof noise, &error), SGDL_OK);
    assert_string_equal(noise, "own");
    sgdl_problem_t *copy = sgdl_problem_copy(problem, &error);
    assert_non_null(copy);
    assert_int_equal(sgdl_problem_validate(copy, &error), SGDL_OK);
    assert_true(landscape_minimum(landscape_of(copy), 0)->x[0] ==
                landscape_minimum(landscape_of(problem), 0)->x[0]);
    sgdl_problem_free(copy);
    sgdl_table_free(&table);
    sgdl_problem_free(problem);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_spline_comes_near_what_it_samples), CASE(derivatives_are_those_of_differences),
        CASE(every_critical_point_is_found),       CASE(noise_comes_from_a_file_too),
        CASE(what_is_no_profile_is_refused),       CASE(a_header_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
