/* Piecewise constant covariances and means. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "tests/program.h"
#include "tests/spectra_build.h"

enum { PIECES = 5, TRIALS = 40 };

static void steps(sgdl_spec_t *spec, const sgdl_family_t *const *table, size_t pieces,
                  const double *breaks, const double *values)
{
    *spec = sgdl_spec_default(build_family(table, "piecewise"));
    sgdl_setting_t *b = build_setting(spec, "breaks"), *v = build_setting(spec, "values");
    b->count = pieces - 1;
    v->count = pieces;
    b->list = malloc(pieces * sizeof *b->list);
    v->list = malloc(pieces * sizeof *v->list);
    assert_true(b->list && v->list);
    memcpy(b->list, breaks, (pieces - 1) * sizeof *breaks);
    memcpy(v->list, values, pieces * sizeof *values);
    assert_null(sgdl_spec_check(spec));
}

static void free_steps(build_t *build)
{
    for (size_t i = 0; i < BUILD_CLASSES; i++) {
        sgdl_spec_free(&build->covariance[i]);
        sgdl_spec_free(&build->mean[i].spec);
    }
}

static void assert_same_nodes(const sgdl_nodes_t *a, const sgdl_nodes_t *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->latent, b->latent);
    const size_t C = a->classes, N = a->count;
    assert_memory_equal(a->weight, b->weight, N * sizeof(double));
    assert_memory_equal(a->eigenvalue, b->eigenvalue, C * N * sizeof(double));
    assert_memory_equal(a->mean, b->mean, C * a->latent * N * sizeof(double));
    assert_memory_equal(a->clean, b->clean, N * sizeof(bool));
    assert_memory_equal(a->mahalanobis2, b->mahalanobis2, C * C * sizeof(double));
}

/* [z], [0, s] is zero-one, [a, b], [s, 0, s] the one on an interval. */
static void two_values_are_zero_one(void **state)
{
    (void)state;
    static const double dimensions[] = {INFINITY, 10, 97, 1000};
    static const double ends[][2] = {{0, 0.3}, {0, 0.7}, {0.1, 0.7}, {0.25, 0.26}};
    for (size_t d = 0; d < 4; d++)
        for (size_t e = 0; e < 4; e++) {
            build_t build, same;
            build_init(&build, 2, dimensions[d]);
            build_mean(&build, 0, "power-law", "exponent", 0.4);
            build.mean[0].on[0] = 0.2;
            build_mean(&build, 1, "gaussian", NULL, 0);
            same = build;
            same.mixture.covariance = same.covariance;
            same.mixture.mean = same.mean;
            build_covariance(&build, 0, "zero-one", "scale", 2.5);
            sgdl_setting_t *zero = build_setting(&build.covariance[0], "zero");
            zero->number[0] = ends[e][0] > 0 ? ends[e][0] : ends[e][1];
            zero->number[1] = ends[e][1];
            zero->count = ends[e][0] > 0 ? 2 : 1;
            const bool inside = ends[e][0] > 0;
            steps(&same.covariance[0], sgdl_covariance_families, inside ? 3 : 2,
                  inside ? ends[e] : ends[e] + 1,
                  inside ? (const double[]){2.5, 0, 2.5} : (const double[]){0, 2.5});
            sgdl_nodes_t a = build_nodes(&build, 1e-8, 1e3, 1);
            sgdl_nodes_t b = build_nodes(&same, 1e-8, 1e3, 1);
            assert_same_nodes(&a, &b);
            sgdl_nodes_free(&a);
            sgdl_nodes_free(&b);
            free_steps(&same);
        }
}

static void equal_values_are_isotropic(void **state)
{
    (void)state;
    static const double dimensions[] = {INFINITY, 64, 999};
    for (size_t d = 0; d < 3; d++) {
        build_t build, same;
        build_init(&build, 2, dimensions[d]);
        build_covariance(&build, 0, "isotropic", "scale", 0.7);
        build_mean(&build, 0, "constant", "scale", -1.5);
        build_mean(&build, 1, "opposite", "of", 1);
        same = build;
        same.mixture.covariance = same.covariance;
        same.mixture.mean = same.mean;
        steps(&same.covariance[0], sgdl_covariance_families, 3, (const double[]){0.2, 0.5},
              (const double[]){0.7, 0.7, 0.7});
        steps(&same.mean[0].spec, sgdl_mean_families, 2, (const double[]){0.8},
              (const double[]){-1.5, -1.5});
        sgdl_nodes_t a = build_nodes(&build, 1e-8, 1e3, 1);
        sgdl_nodes_t b = build_nodes(&same, 1e-8, 1e3, 1);
        assert_int_equal(a.count, 1);
        assert_int_equal(b.count, 1);
        assert_close(b.weight[0], 1, 1e-15);
        assert_true(b.eigenvalue[0] == 0.7 && b.eigenvalue[1] == 1);
        for (size_t e = 0; e < 4; e++) {
            assert_close(a.gram[e], b.gram[e], 1e-14);
            assert_close(a.mahalanobis2[e], b.mahalanobis2[e], 1e-14);
        }
        sgdl_nodes_free(&a);
        sgdl_nodes_free(&b);
        free_steps(&same);
    }
}

/* ---- random ones ----------------------------------------------------------------------------- */

static int compare_numbers(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* In (0, 1), a uniform number for every (trial, index). */
static double uniform(uint64_t trial, uint64_t index)
{
    return 0.5 * erfc(-trial_normal(trial, index) / M_SQRT2);
}

/* Profiles of three classes on their own breaks, which in even trials are k/20. */
typedef struct trial {
    double breaks[6][PIECES - 1], values[6][PIECES]; /* covariances, means */
    size_t pieces[6];
} trial_t;

static trial_t draw(uint64_t number)
{
    trial_t self = {0};
    uint64_t index = 0;
    for (size_t f = 0; f < 6; f++) {
        self.pieces[f] = 2 + (size_t)(uniform(number, index++) * (PIECES - 1));
        for (size_t k = 0; k + 1 < self.pieces[f]; k++) {
            const double u = uniform(number, index++);
            const double grid = ((double)k * 20 / PIECES + 1 + floor(u * (20 / PIECES))) / 20;
            self.breaks[f][k] = number % 2 == 0 ? grid : u;
        }
        qsort(self.breaks[f], self.pieces[f] - 1, sizeof(double), compare_numbers);
        for (size_t k = 0; k < self.pieces[f]; k++) {
            const double x = trial_normal(number, index++);
            self.values[f][k] = f >= 3 ? x : x < -1 ? 0 : fabs(x);
        }
    }
    return self;
}

static void state_trial(build_t *build, const trial_t *trial, double dimension)
{
    build_init(build, 3, dimension);
    build->weight[0] = 0.2;
    build->weight[1] = 0.5;
    build->weight[2] = 0.3;
    for (size_t i = 0; i < 3; i++) {
        steps(&build->covariance[i], sgdl_covariance_families, trial->pieces[i], trial->breaks[i],
              trial->values[i]);
        steps(&build->mean[i].spec, sgdl_mean_families, trial->pieces[3 + i], trial->breaks[3 + i],
              trial->values[3 + i]);
    }
}

static double at_place(const trial_t *trial, size_t f, double u)
{
    size_t k = 0;
    while (k + 1 < trial->pieces[f] && trial->breaks[f][k] < u)
        k++;
    return trial->values[f][k];
}

/* Sums over all pieces by hand. */
static void sums_are_those_over_the_pieces(void **state)
{
    (void)state;
    for (uint64_t number = 1; number <= TRIALS; number++) {
        const trial_t trial = draw(number);
        build_t build;
        state_trial(&build, &trial, INFINITY);
        double edge[6 * PIECES], trace[3] = {0}, gram[9] = {0}, squares[9] = {0};
        size_t edges = 0;
        edge[edges++] = 0;
        for (size_t f = 0; f < 6; f++)
            for (size_t k = 0; k + 1 < trial.pieces[f]; k++)
                edge[edges++] = trial.breaks[f][k];
        edge[edges++] = 1;
        qsort(edge, edges, sizeof *edge, compare_numbers);
        for (size_t e = 0; e + 1 < edges; e++) {
            const double length = edge[e + 1] - edge[e], u = 0.5 * (edge[e] + edge[e + 1]);
            double lambda[3], nu[3], bar = 0;
            for (size_t i = 0; i < 3; i++) {
                lambda[i] = at_place(&trial, i, u);
                nu[i] = at_place(&trial, 3 + i, u);
                bar += build.weight[i] * lambda[i];
                trace[i] += length * lambda[i];
            }
            for (size_t i = 0; i < 3 && length > 0; i++)
                for (size_t j = 0; j < 3; j++) {
                    const double x = i == j ? nu[i] : nu[i] - nu[j];
                    gram[i * 3 + j] += length * nu[i] * nu[j];
                    squares[i * 3 + j] += length * x * x / (i == j ? lambda[i] : bar);
                }
        }
        sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 1e3, 1);
        for (size_t e = 0; e < 9; e++) {
            if (e < 3)
                assert_close(nodes.trace[e], trace[e], 1e-13);
            assert_close(nodes.gram[e], gram[e], 1e-12);
            if (isinf(squares[e]))
                assert_true(isinf(nodes.mahalanobis2[e]));
            else
                assert_close(nodes.mahalanobis2[e] / squares[e], 1, 1e-11);
        }
        sgdl_nodes_free(&nodes);
        free_steps(&build);
    }
}

/* Breaks at k/20 have the k d/20 lowest directions below, whatever rounding makes of rho/d. */
static void directions_are_counted(void **state)
{
    (void)state;
    static const size_t dimensions[] = {20, 60, 700, 2020};
    for (uint64_t number = 2; number <= TRIALS; number += 2)
        for (size_t e = 0; e < 4; e++) {
            const trial_t trial = draw(number);
            const size_t d = dimensions[e];
            build_t build;
            state_trial(&build, &trial, (double)d);
            sgdl_directions_t directions;
            assert_int_equal(sgdl_directions_init(&directions, &build.mixture, NULL), 0);
            for (size_t f = 0; f < 6; f++) {
                const double *found =
                    f < 3 ? directions.eigenvalue + f * d : directions.mean + (f - 3) * d;
                for (size_t rho = 1, k = 0; rho <= d; rho++) {
                    while (k + 1 < trial.pieces[f] &&
                           rho > (size_t)lround(trial.breaks[f][k] * 20) * (d / 20))
                        k++;
                    assert_true(found[rho - 1] == trial.values[f][k]);
                }
            }
            sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 1e3, 1);
            build.mixture.dimension = INFINITY;
            sgdl_nodes_t limit = build_nodes(&build, 1e-8, 1e3, 1); /* the same: nothing is cut */
            assert_int_equal(nodes.count, limit.count);
            for (size_t i = 0; i < 9; i++) {
                assert_close(nodes.gram[i], limit.gram[i], 1e-12);
                if (isfinite(limit.mahalanobis2[i]) && limit.mahalanobis2[i] > 0)
                    assert_close(nodes.mahalanobis2[i] / limit.mahalanobis2[i], 1, 1e-11);
            }
            sgdl_nodes_free(&limit);
            sgdl_nodes_free(&nodes);
            sgdl_directions_free(&directions);
            free_steps(&build);
        }
}

/* ---- beside profiles that vary --------------------------------------------------------------- */

/* n steps through the middles of u^2: sums of f are the midpoint rule, whose error is
 * h^2/24 (f'(1) - f'(0)) and higher powers; against the nodes of the power law itself. */
static void a_staircase_becomes_a_power_law(void **state)
{
    (void)state;
    enum { MOST = 256 };
    const double time = 2;
    build_t smooth;
    build_init(&smooth, 1, INFINITY);
    build_covariance(&smooth, 0, "power-law", "exponent", 2);
    build_mean(&smooth, 0, "power-law", "exponent", 1);
    sgdl_nodes_t law = build_nodes(&smooth, 1e-13, 1e6, 1);
    double exact = 0;
    for (size_t n = 0; n < law.count; n++)
        exact += law.weight[n] * exp(-time * law.eigenvalue[n]);
    for (size_t pieces = 16; pieces <= MOST; pieces *= 2) {
        double breaks[MOST], squares[MOST], line[MOST], sum = 0;
        const double h = 1 / (double)pieces;
        for (size_t k = 0; k < pieces; k++) {
            line[k] = h * ((double)k + 0.5);
            squares[k] = line[k] * line[k];
            breaks[k] = h * (double)(k + 1);
        }
        build_t build;
        build_init(&build, 1, INFINITY);
        steps(&build.covariance[0], sgdl_covariance_families, pieces, breaks, squares);
        steps(&build.mean[0].spec, sgdl_mean_families, pieces, breaks, line);
        sgdl_nodes_t nodes = build_nodes(&build, 1e-8, 1e3, 1);
        assert_int_equal(nodes.count, pieces);
        for (size_t n = 0; n < nodes.count; n++)
            sum += nodes.weight[n] * exp(-time * nodes.eigenvalue[n]);
        assert_close((exact - sum) / (h * h / 24 * (-2 * time * exp(-time))), 1, 40 * h * h);
        assert_close((law.gram[0] - nodes.gram[0]) / (h * h / 24 * 2), 1, 1e-6);
        assert_close(nodes.mahalanobis2[0], 1, 1e-12); /* nu^2 = lambda on every piece */
        sgdl_nodes_free(&nodes);
        free_steps(&build);
    }
    sgdl_nodes_free(&law);
}

/* Steps of a mean against power-law and Marchenko-Pastur covariances; another class repeats it,
 * turned round and cut. */
static void steps_of_means_meet_varying_covariances(void **state)
{
    (void)state;
    const double alpha = 0.6, breaks[] = {0.1, 0.45}, values[] = {2, 0, -1};
    build_t build;
    build_init(&build, 3, INFINITY);
    for (size_t i = 0; i < 2; i++)
        build_covariance(&build, i, "power-law", "exponent", alpha);
    build_covariance(&build, 2, "marchenko-pastur", "ratio", 0.5);
    build_mean(&build, 1, "opposite", "of", 1);
    build.mean[1].on[1] = 0.7;
    steps(&build.mean[0].spec, sgdl_mean_families, 3, breaks, values);
    sgdl_nodes_t nodes = build_nodes(&build, 1e-11, 1e5, 1);
    const double c = 1 - alpha;
    const double deep = 4 * pow(0.1, c) / c, to = (pow(0.7, c) - pow(0.45, c)) / c;
    assert_close(nodes.gram[0], 4 * 0.1 + 0.55, 1e-10);
    assert_close(nodes.gram[1], -(4 * 0.1 + 0.25), 1e-10);
    assert_close(nodes.gram[4], 4 * 0.1 + 0.25, 1e-10);
    assert_close(nodes.mahalanobis2[0], deep + (1 - pow(0.45, c)) / c, 1e-9);
    assert_close(nodes.mahalanobis2[4], deep + to, 1e-9);
    for (size_t n = 0; n < nodes.count; n++) /* no mean between the breaks */
        if (nodes.eigenvalue[n] > pow(0.11, alpha) && nodes.eigenvalue[n] < pow(0.44, alpha))
            assert_true(build_moment(&nodes, 0, 0, n) == 0);
    sgdl_nodes_free(&nodes);
    free_steps(&build);
}

/* At u -> 0 the first value counts. */
static void the_first_value_is_the_end(void **state)
{
    (void)state;
    for (size_t positive = 0; positive < 2; positive++) {
        build_t build;
        build_init(&build, 2, INFINITY);
        build_covariance(&build, 0, "power-law", "exponent", 1.5);
        steps(&build.covariance[1], sgdl_covariance_families, 3, (const double[]){1e-3, 0.5},
              (const double[]){positive ? 0.25 : 0, 2, 3});
        steps(&build.mean[0].spec, sgdl_mean_families, 2, (const double[]){0.2},
              (const double[]){0.75, 5});
        build_mean(&build, 1, "opposite", "of", 1);
        sgdl_tail_t tail;
        assert_int_equal(sgdl_tail_init(&tail, &build.mixture, NULL), 0);
        assert_true(tail.exists == !positive);
        if (tail.exists) {
            assert_true(tail.exponent == 1.5 && tail.coefficient == 0.5 && tail.columns == 1);
            assert_true(tail.power[0] == 0 && tail.mean[0] == 0.75 && tail.mean[1] == -0.75);
            assert_true(tail.below <= log(1e-3));
        }
        sgdl_tail_free(&tail);
        free_steps(&build);
    }
}

/* ---- the program ----------------------------------------------------------------------------- */

/* A table without the line that states the classes. */
static void drop_classes(char *table)
{
    char *line = strstr(table, "# classes: ");
    assert_non_null(line);
    char *end = strchr(line, '\n');
    (void)memmove(line, end, strlen(end) + 1);
}

/* Whatever computes, computes the same of a zero-one covariance and its two steps. */
static void commands_cannot_tell_steps_from_zero_one(void **state)
{
    (void)state;
    static const char *const commands[][10] = {
        {"solve", "--time", "1e3", "--spacing", "log"},
        {"solve", "-d", "37", "--directions", "1,10"},
        {"spectrum", "-d", "50"},
        {"limit", "--lr", "0.1,0.5"},
        {"simulate", "-d", "40", "--time", "5", "--kernel", "full", "--runs", "3"},
        {"simulate", "-d", "40", "--time", "5", "--kernel", "collapsed", "--runs", "3"},
        {"critical", "--vary", "classes.1.mean.scale", "--from", "-1", "--to", "2"},
    };
    for (size_t k = 0; k < sizeof commands / sizeof *commands; k++) {
        char *table[2];
        int end[2];
        for (size_t e = 0; e < 2; e++) {
            const char *arguments[12] = {NULL};
            size_t count = 0;
            for (; commands[k][count]; count++)
                arguments[count] = commands[k][count];
            arguments[count++] = "--covariance";
            arguments[count++] =
                e ? "piecewise:breaks=0.3,values=0:1.5" : "zero-one:zero=0.3,scale=1.5";
            outcome_t made = run_with(NULL, NULL, arguments);
            end[e] = made.status;
            table[e] = made.out;
            made.out = NULL;
            if (made.status == 0)
                drop_classes(table[e]);
            outcome_free(&made);
        }
        assert_int_equal(end[0], end[1]);
        assert_string_equal(table[0], table[1]);
        free(table[0]);
        free(table[1]);
    }
}

static void tables_of_steps_reproduce_themselves(void **state)
{
    (void)state;
    static const char *const names[] = {"t.tsv", "t.csv", "t.json"};
    for (size_t k = 0; k < 3; k++) {
        outcome_t made =
            run("solve", "-t", "2", "--points", "3", "--covariance",
                "piecewise:breaks=0.3:0.7,values=1:0.5:2", "--mean",
                "piecewise:breaks=0.5,values=1:-2,on=0.1:1", "-o", in_folder(names[k]));
        assert_done(&made);
        outcome_t again = run("solve", in_folder(names[k]), "--format", names[k] + 2);
        assert_done(&again);
        char *table = read_file(in_folder(names[k]));
        assert_string_equal(again.out, table);
        free(table);
        outcome_free(&made);
        outcome_free(&again);
    }
}

/* Of a list one number by its place; the whole is no number. */
static void numbers_of_lists_are_varied(void **state)
{
    (void)state;
    static const char *const keys[][2] = {
        {"classes.1.covariance.values=1:3:3", "one of its numbers by its place, as KEY.1"},
        {"classes.*.covariance.breaks=0.1:0.3:3", "one of its numbers by its place, as KEY.1"},
        {"classes.1.covariance.values.3=1:3:3", "no entry '3' in this list, allowed: 1 to 2"},
        {"classes.1.covariance.values.1.x=1:3:3", "its place holds a single value"},
    };
    static const char base[] = "piecewise:breaks=0.3,values=0:1.5";
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        assert_fails(run("sweep", "--covariance", base, "--vary", keys[k][0]), 2, keys[k][1]);
    outcome_t varied = run("sweep", "--time", "1", "--covariance", base, "--vary",
                           "classes.*.covariance.values.2=1.5:3:2");
    outcome_t stated = run("sweep", "--time", "1", "--covariance",
                           "piecewise:breaks=0.3,values=0:3", "--vary", "ridge=0:1:2");
    assert_done(&varied);
    assert_done(&stated);
    const char *last = strstr(varied.out, "\n2\t3\t"), *first = strstr(stated.out, "\n1\t0\t");
    assert_non_null(last);
    assert_non_null(first);
    last += strlen("\n2\t3\t");
    first += strlen("\n1\t0\t");
    assert_int_equal(strncmp(last, first, strcspn(first, "\n")), 0);
    outcome_free(&varied);
    outcome_free(&stated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_values_are_zero_one),
        cmocka_unit_test(equal_values_are_isotropic),
        cmocka_unit_test(sums_are_those_over_the_pieces),
        cmocka_unit_test(directions_are_counted),
        cmocka_unit_test(a_staircase_becomes_a_power_law),
        cmocka_unit_test(steps_of_means_meet_varying_covariances),
        cmocka_unit_test(the_first_value_is_the_end),
        cmocka_unit_test(commands_cannot_tell_steps_from_zero_one),
        cmocka_unit_test_teardown(tables_of_steps_reproduce_themselves, empty_folder),
        cmocka_unit_test(numbers_of_lists_are_varied),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
