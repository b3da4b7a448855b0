/* Order parameters -> risk and error: against samples, quadrature and closed forms; ODE, runs and
 * limits call the same. */
#include "tests/curves.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <string.h>

#include "src/problem/problem.h"
#include "src/theories/streaming/course.h"

/* ---- samples ----------------------------------------------------------------------------------
 */

enum { MOST = 3, SAMPLES = 200000 };

/* r ~ N(m, B) for up to MOST outputs, B the packed triangle; the Cholesky factor by hand. */
static void draw(gsl_rng *random, size_t L, const double *m, const double *B, double *r)
{
    double factor[MOST][MOST] = {{0}}, normal[MOST];
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b <= a; b++) {
            double left = B[packed_index(L, b, a)];
            for (size_t k = 0; k < b; k++)
                left -= factor[a][k] * factor[b][k];
            factor[a][b] = a == b ? sqrt(left) : left / factor[b][b];
        }
    for (size_t a = 0; a < L; a++) {
        normal[a] = gsl_ran_gaussian_ziggurat(random, 1);
        r[a] = m[a];
        for (size_t k = 0; k <= a; k++)
            r[a] += factor[a][k] * normal[k];
    }
}

/* The label of a sample of class i: its own or, by chance, another one. */
static size_t draw_label(gsl_rng *random, const population_t *self, size_t i)
{
    size_t own = self->label_index[i], others = self->targets->labels - 1;
    if (others == 0 || gsl_rng_uniform(random) >= self->targets->noise)
        return own;
    size_t other = gsl_rng_uniform_int(random, others);
    return other < own ? other : other + 1;
}

static double loss_at(const population_t *self, size_t label, const double *r)
{
    const size_t L = self->targets->outputs;
    const double *y = self->targets->target + label * L;
    double sum = 0;
    if (self->loss != &sgdl_loss_least_squares)
        return log1p(exp(y[0] > 0 ? -r[0] : r[0]));
    for (size_t a = 0; a < L; a++)
        sum += 0.5 * (r[a] - y[a]) * (r[a] - y[a]);
    return sum;
}

static bool is_wrong(const population_t *self, size_t label, const double *r)
{
    size_t best = 0;
    if (self->targets->outputs == 1)
        return (r[0] > 0) != (self->loss->decision(self->targets->target[label]) > 0);
    for (size_t a = 1; a < self->targets->outputs; a++)
        best = r[a] > r[best] ? a : best;
    return best != label;
}

/* Risk and error are what samples of the whole mixture show, within five standard errors. */
static void assert_sampled(const population_t *self, const double *m, const double *B)
{
    const size_t L = self->targets->outputs;
    double mean[2] = {0, 0}, square[2] = {0, 0};
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(random, 5);
    for (int s = 0; s < SAMPLES; s++) {
        double u = gsl_rng_uniform(random), r[MOST];
        size_t i = 0;
        while (i + 1 < self->classes && u >= self->weight[i])
            u -= self->weight[i++];
        draw(random, L, m + i * L, B + i * self->pairs, r);
        const size_t label = draw_label(random, self, i);
        const double value[] = {loss_at(self, label, r), is_wrong(self, label, r)};
        for (int q = 0; q < 2; q++) {
            mean[q] += value[q] / SAMPLES;
            square[q] += value[q] * value[q] / SAMPLES;
        }
    }
    gsl_rng_free(random);
    const double found[] = {population_risk(self, m, B, NULL), population_error(self, m, B, NULL)};
    static const char *const names[] = {"risk", "error"};
    for (int q = 0; q < 2; q++)
        assert_close(found[q], mean[q], 5 * sqrt((square[q] - mean[q] * mean[q]) / SAMPLES), 0,
                     names[q]);
}

static void mixtures_are_what_samples_show(void **unused)
{
    (void)unused;
    static const double weight[] = {0.2, 0.5, 0.3};
    static const size_t of_two[] = {1, 0, 1}, of_three[] = {2, 0, 1};
    static const double signs[] = {0, 1}, units[] = {1, 0, 0, 1},
                        units_of_three[] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    static const double m[] = {0.7, -0.4, 0.3, 0.1, 0.9, -0.2, 0.5, 0.6, -0.3};
    static const double B1[] = {0.5, 2, 1.2};
    static const double B2[] = {0.5, 0.2, 0.9, 1, -0.4, 0.6, 0.8, 0.1, 0.3};
    static const double B3[] = {0.5, 0.2, 0.1,  0.9, -0.1, 0.4, 1,   -0.4, 0.2,
                                0.6, 0.1, 0.35, 0.8, 0.1,  0.1, 0.3, 0.05, 0.5};
    const sgdl_targets_t binary = {1, 2, signs, 0.15}, two = {2, 2, units, 0.1},
                         three = {3, 3, units_of_three, 0.2};
    const population_t logistic = {&sgdl_loss_logistic, &binary, 3, weight, of_two, 1};
    const population_t outputs2 = {&sgdl_loss_least_squares, &two, 3, weight, of_two, 3};
    const population_t outputs3 = {&sgdl_loss_least_squares, &three, 3, weight, of_three, 6};
    assert_sampled(&logistic, m, B1);
    assert_sampled(&outputs2, m, B2);
    assert_sampled(&outputs3, m, B3);
}

/* ---- quadrature -------------------------------------------------------------------------------
 */

typedef struct integrand {
    double m, B;
    bool positive;
} integrand_t;

static double density_times_loss(double z, void *context)
{
    const integrand_t *self = context;
    const double r = self->m + sqrt(self->B) * z;
    return exp(-0.5 * z * z) / sqrt(2 * M_PI) * log1p(exp(self->positive ? -r : r));
}

static double quadrature(double m, double B, bool positive)
{
    integrand_t integrand = {m, B, positive};
    gsl_function function = {density_times_loss, &integrand};
    gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(200);
    double value, estimate;
    (void)gsl_integration_qags(&function, -12, 12, 0, 1e-12, 200, workspace, &value, &estimate);
    gsl_integration_workspace_free(workspace);
    return value;
}

static void logistic_mixtures_are_integrals(void **unused)
{
    (void)unused;
    static const double weight[] = {0.4, 0.6}, target[] = {0, 1}, noise = 0.1;
    static const double m[][2] = {{0, 0}, {0.3, -2}, {-4, 5}, {1, 20}};
    static const double B[][2] = {{1, 1}, {0.1, 3}, {9, 0.5}, {50, 7}};
    static const size_t label[] = {1, 0};
    const sgdl_targets_t targets = {1, 2, target, noise};
    const population_t population = {&sgdl_loss_logistic, &targets, 2, weight, label, 1};
    for (size_t c = 0; c < sizeof m / sizeof *m; c++) {
        double risk = 0, error = 0;
        for (size_t i = 0; i < 2; i++) {
            const bool own = label[i] == 1;
            const double positive = own ? 1 - noise : noise, side = m[c][i] / sqrt(2 * B[c][i]);
            risk += weight[i] * (positive * quadrature(m[c][i], B[c][i], true) +
                                 (1 - positive) * quadrature(m[c][i], B[c][i], false));
            error += weight[i] * (positive * 0.5 * erfc(side) + (1 - positive) * 0.5 * erfc(-side));
        }
        assert_close(population_risk(&population, m[c], B[c], NULL), risk, 0, 1e-9, "risk");
        assert_close(population_error(&population, m[c], B[c], NULL), error, 0, 1e-13, "error");
    }
}

/* ---- closed forms -----------------------------------------------------------------------------
 */

static void no_weights_know_nothing(void **unused)
{
    (void)unused;
    static const double weight[] = {0.3, 0.7}, zeros[6], signs[] = {0, 1}, units[] = {1, 0, 0, 1};
    static const size_t label[] = {0, 1};
    const sgdl_targets_t binary = {1, 2, signs, 0.2}, two = {2, 2, units, 0};
    const population_t logistic = {&sgdl_loss_logistic, &binary, 2, weight, label, 1};
    const population_t squares = {&sgdl_loss_least_squares, &two, 2, weight, label, 3};
    assert_close(population_risk(&logistic, zeros, zeros, NULL), M_LN2, 0, 1e-15, "log 2");
    assert_close(population_error(&logistic, zeros, zeros, NULL), 0.5, 0, 1e-15, "a half");
    assert_close(population_risk(&squares, zeros, zeros, NULL), 0.5, 0, 1e-15, "1/2 |y|^2");
    assert_close(population_error(&squares, zeros, zeros, NULL), 0.5, 0, 1e-15, "1 - 1/L");
}

/* Two outputs: 1/2 (|m - y|^2 + tr B), and the sign of a Gaussian difference. With the diagonal
 * alone the risk is the same and the error unknown. */
static void two_outputs_in_closed_form(void **unused)
{
    (void)unused;
    static const double weight[] = {0.25, 0.75}, units[] = {1, 0, 0, 1};
    static const double m[] = {0.8, 0.1, -0.2, 0.5}, diagonal[] = {0.5, 0.3, 0.7, 1.1};
    static const double B[] = {0.5, 0.2, 0.3, 0.7, -0.1, 1.1};
    static const size_t label[] = {0, 1};
    const sgdl_targets_t targets = {2, 2, units, 0};
    const population_t full = {&sgdl_loss_least_squares, &targets, 2, weight, label, 3};
    population_t part = full;
    double risk = 0, error = 0;
    for (size_t i = 0; i < 2; i++) {
        const double *mi = m + 2 * i, *Bi = B + 3 * i, *y = units + 2 * i;
        risk += weight[i] * 0.5 * (pow(mi[0] - y[0], 2) + pow(mi[1] - y[1], 2) + Bi[0] + Bi[2]);
        const double ahead = i == 0 ? mi[0] - mi[1] : mi[1] - mi[0];
        error += weight[i] * 0.5 * erfc(ahead / sqrt(2 * (Bi[0] + Bi[2] - 2 * Bi[1])));
    }
    assert_close(population_risk(&full, m, B, NULL), risk, 0, 1e-14, "risk");
    assert_close(population_error(&full, m, B, NULL), error, 0, 1e-13, "error");
    part.pairs = 2;
    assert_close(population_risk(&part, m, diagonal, NULL), risk, 0, 1e-14, "risk of the diagonal");
    assert_true(isnan(population_error(&part, m, diagonal, NULL)));
    for (size_t i = 0; i < 2; i++)
        for (size_t a = 0; a < 2; a++)
            assert_true(population_variance(&full, B, i, a) == diagonal[2 * i + a] &&
                        population_variance(&part, diagonal, i, a) == diagonal[2 * i + a]);
}

static void cosines_are_between_their_ends(void **unused)
{
    (void)unused;
    assert_true(isnan(overlap_cosine(0, 1, 0)) && isnan(overlap_cosine(NAN, 1, 1)));
    assert_true(overlap_cosine(0, 0, 2) == 0);
    assert_close(overlap_cosine(1.2, 4, 0.5), 1.2 / sqrt(2), 0, 1e-15, "cosine");
    assert_true(overlap_cosine(1.5, 1, 2) == 1 && overlap_cosine(-1.5, 1, 2) == -1);
}

/* ---- who calls it -----------------------------------------------------------------------------
 */

static int look(void *context, course_t *course, const double *y, sgdl_error_t *error)
{
    const population_t *population = &course->system.population;
    const observation_t *seen = &course->observer.seen;
    size_t *looks = context;
    (void)y;
    (void)error;
    const double risk = population_risk(population, course->system.m, course->system.B, NULL);
    assert_close(seen->risk, risk, 1e-15, 1e-13, "risk by its averages");
    if (!isnan(seen->error))
        assert_close(seen->error,
                     population_error(population, course->system.m, course->system.B, NULL), 1e-15,
                     1e-12, "error of classes, of which some are copies");
    assert_close(seen->risk, population_mix(population, seen->class_risk), 0, 0, "mixed");
    (*looks)++;
    return SGDL_OK;
}

/* The ODE's risk comes with its averages: it is the same as from the order parameters alone, all
 * the way; and so is what the limit says at its stationary point. */
static void theory_and_limit_mix_alike(void **unused)
{
    (void)unused;
    static const char *const texts[] = {
        "{learning_rate: 0.5, time: 50, label_noise: 0.1, classes: [{weight: 0.3}, {weight: 0.7, "
        "covariance: {family: power-law, exponent: 0.5}}]}",
        "{loss: least-squares, encoding: one-hot, dimension: 30, learning_rate: 0.4, time: 50, "
        "classes: [{label: 1}, {label: 2}, {label: 3}]}"};
    for (size_t e = 0; e < 2; e++) {
        sgdl_problem_t *problem = parse_problem(texts[e]);
        const course_task_t task = {problem, &problem->plan,
                                    rate_source_of(problem->learning_rate, problem->time)};
        sgdl_limit_t limit;
        sgdl_nodes_t nodes;
        course_t course;
        size_t looks = 0;
        assert_int_equal(course_nodes(&task, &nodes, NULL), SGDL_OK);
        assert_int_equal(course_init(&course, &task, &nodes, NULL), SGDL_OK);
        assert_int_equal(course_run(&course, look, &looks, NULL), SGDL_OK);
        assert_int_equal(looks, problem->plan.points);
        assert_int_equal(sgdl_limit_init(&limit, problem, NULL, 0, NULL), SGDL_OK);
        const population_t population = problem_population(problem, limit.pairs);
        assert_true(limit.risk == population_risk(&population, limit.m, limit.B, NULL));
        assert_true(limit.error == population_error(&population, limit.m, limit.B, NULL));
        sgdl_limit_free(&limit);
        course_free(&course);
        sgdl_nodes_free(&nodes);
        sgdl_problem_free(problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mixtures_are_what_samples_show),
        cmocka_unit_test(logistic_mixtures_are_integrals),
        cmocka_unit_test(no_weights_know_nothing),
        cmocka_unit_test(two_outputs_in_closed_form),
        cmocka_unit_test(cosines_are_between_their_ends),
        cmocka_unit_test(theory_and_limit_mix_alike),
    };
    (void)gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
