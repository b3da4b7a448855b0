/* Committees: gradients against differences, averages against draws and against one another's
 * derivatives, the bivariate normal law against integrals. */
#include <math.h>
#include <stdlib.h>

#include "tests/curves.h"

#include "src/base/quadrature.h"
#include "src/loss/averages/bivariate.h"
#include "src/loss/averages/normal.h"
#include "src/loss/committee.h"
#include "src/random/stream.h"

typedef struct bend {
    double k, rho;
} bend_t;

static double strip(void *context, double x)
{
    const bend_t *of = (const bend_t *)context;
    return normal_density(x) *
           normal_upper(-(of->k - of->rho * x) / sqrt((1 - of->rho) * (1 + of->rho)));
}

static void bivariate_probabilities_are_integrals(void **state)
{
    (void)state;
    static const double at[] = {-6, -2.3, -0.7, 0, 0.4, 1.9, 5};
    static const double rho[] = {-0.9999, -0.95, -0.6, 0, 0.3, 0.92, 0.93, 0.99, 0.999999};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++)
        for (size_t j = 0; j < sizeof at / sizeof *at; j++)
            for (size_t r = 0; r < sizeof rho / sizeof *rho; r++) {
                bend_t of = {at[j], rho[r]};
                const double bend = rho[r] != 0 ? at[j] / rho[r] : 0;
                const double width = sqrt(1 - rho[r] * rho[r]);
                double cut[QUADRATURE_CUTS] = {-12}, error = 0;
                size_t cuts = 1;
                for (int w = -1; w <= 1; w++)
                    if (bend + 8 * w * width > cut[cuts - 1] && bend + 8 * w * width < at[i])
                        cut[cuts++] = bend + 8 * w * width;
                cut[cuts++] = at[i];
                assert_close(bivariate_lower(at[i], at[j], rho[r]),
                             quadrature_integrate(strip, &of, cut, cuts, 1e-14, &error), 1e-13, 0,
                             "P(x < h, y < k)");
            }
    assert_close(bivariate_lower(0.3, 0.3, 1), normal_upper(-0.3), 1e-15, 0, "rho = 1");
    assert_close(bivariate_lower(0.3, -0.3, -1), 0, 1e-15, 0, "rho = -1");
    assert_close(bivariate_lower(INFINITY, 0.2, 0.5), normal_upper(-0.2), 1e-15, 0, "h = inf");
}

/* ---- at a point ------------------------------------------------------------------------------ */

static void slopes_are_those_of_the_loss(void **state)
{
    (void)state;
    static const double r[] = {0.7, -0.4, 1.3};
    const double y = 0.6, h = 1e-5;
    for (int kind = 0; kind < ACTIVATIONS; kind++) {
        const committee_t of = {(activation_t)kind, 3, {1, -0.5, 2}};
        double g[3], H[9];
        committee_gradient(&of, r, y, g);
        committee_hessian(&of, r, y, H);
        for (size_t a = 0; a < 3; a++) {
            double up[] = {r[0], r[1], r[2]}, down[] = {r[0], r[1], r[2]}, g_up[3], g_down[3];
            up[a] += h;
            down[a] -= h;
            const double e_up = committee_output(&of, up) - y,
                         e_down = committee_output(&of, down) - y;
            assert_close((e_up * e_up - e_down * e_down) / (4 * h), g[a], 1e-8, 0, "g");
            committee_gradient(&of, up, y, g_up);
            committee_gradient(&of, down, y, g_down);
            for (size_t b = 0; b < 3; b++)
                assert_close((g_up[b] - g_down[b]) / (2 * h), H[b * 3 + a], 1e-8, 0, "H");
        }
    }
}

/* ---- averages -------------------------------------------------------------------------------- */

static const double FACTOR[4][4] = {
    {0.9, 0, 0, 0}, {0.3, 0.7, 0, 0}, {0.4, -0.2, 0.8, 0}, {-0.1, 0.5, 0.3, 0.6}};
static const double MEAN[2][4] = {{0, 0, 0, 0}, {0.3, -0.2, 0.1, 0.4}};

static committee_law_t law_of(const double *mean)
{
    committee_law_t law = {.mean = {0}};
    for (size_t p = 0; p < 4; p++) {
        law.mean[p] = mean[p];
        for (size_t q = 0; q < 4; q++)
            for (size_t j = 0; j < 4; j++)
                law.cov[p][q] += FACTOR[p][j] * FACTOR[q][j];
    }
    return law;
}

static committee_task_t task_of(int student, int teacher)
{
    return (committee_task_t){
        {(activation_t)student, 2, {1, -0.7}}, {(activation_t)teacher, 2, {0.5, 1.2}}, 0.3};
}

/* f, then g_a, then g_a g_b. */
enum { DRAWN = 6, DRAWS = 200000 };

static void draw(const committee_task_t *task, const double *mean, double *average, double *error)
{
    static normals_t normals;
    normals_init(&normals, 7, 1, STREAM_TRIALS);
    for (size_t d = 0; d < DRAWN; d++)
        average[d] = error[d] = 0;
    for (size_t n = 0; n < DRAWS; n++) {
        double z[4], r[4], g[2];
        for (size_t p = 0; p < 4; p++)
            z[p] = normals_next(&normals);
        for (size_t p = 0; p < 4; p++) {
            r[p] = mean[p];
            for (size_t j = 0; j <= p; j++)
                r[p] += FACTOR[p][j] * z[j];
        }
        const double y =
            committee_output(&task->teacher, r + 2) + task->noise * normals_next(&normals);
        const double e = committee_output(&task->student, r) - y;
        committee_gradient(&task->student, r, y, g);
        const double value[DRAWN] = {e * e / 2, g[0], g[1], g[0] * g[0], g[0] * g[1], g[1] * g[1]};
        for (size_t d = 0; d < DRAWN; d++) {
            average[d] += value[d] / DRAWS;
            error[d] += value[d] * value[d] / DRAWS;
        }
    }
    for (size_t d = 0; d < DRAWN; d++)
        error[d] = sqrt((error[d] - average[d] * average[d]) / DRAWS);
}

static void averages_are_those_of_draws(void **state)
{
    (void)state;
    for (int kind = 0; kind < 8; kind++) {
        const committee_task_t task = task_of(kind & 1, kind >> 1 & 1);
        const double *mean = MEAN[kind >> 2];
        const committee_law_t law = law_of(mean);
        committee_averages_t of;
        double average[DRAWN], error[DRAWN];
        committee_average(&task, &law, &of);
        draw(&task, mean, average, error);
        const double closed[DRAWN] = {of.risk, of.G[0], of.G[1], of.Q[0], of.Q[1], of.Q[3]};
        for (size_t d = 0; d < DRAWN; d++)
            assert_close(closed[d], average[d], 4.5 * error[d], 0, "an average");
    }
}

/* By Bonnet's theorem: G is the risk's slope in the means, H and J are G's. */
static void averages_are_slopes_of_one_another(void **state)
{
    (void)state;
    const double h = 1e-5;
    for (int kind = 0; kind < 8; kind++) {
        const committee_task_t task = task_of(kind & 1, kind >> 1 & 1);
        committee_averages_t of, up, down;
        const committee_law_t law = law_of(MEAN[kind >> 2]);
        committee_average(&task, &law, &of);
        for (size_t p = 0; p < 4; p++) {
            committee_law_t above = law, below = law;
            above.mean[p] += h;
            below.mean[p] -= h;
            committee_average(&task, &above, &up);
            committee_average(&task, &below, &down);
            if (p < 2)
                assert_close((up.risk - down.risk) / (2 * h), of.G[p], 1e-8, 0, "G");
            for (size_t a = 0; a < 2; a++)
                assert_close((up.G[a] - down.G[a]) / (2 * h),
                             p < 2 ? of.H[a * 2 + p] : of.J[a * 2 + p - 2], 1e-8, 0, "H, J");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bivariate_probabilities_are_integrals),
        cmocka_unit_test(slopes_are_those_of_the_loss),
        cmocka_unit_test(averages_are_those_of_draws),
        cmocka_unit_test(averages_are_slopes_of_one_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
