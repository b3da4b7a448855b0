/* Parts of the pass that samples, each against what defines it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "src/theories/fixed_data/sampled/identities.h"

enum { T = 13, N = PATHS_BLOCK };

static void assert_close(double found, double expected, double tolerance, const char *what)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("%s: found %.12g, expected %.12g +- %g", what, found, expected, tolerance);
}

static double uniform(words_t *words) { return words_uniform(words); }

/* ---- Gaussian variables ------------------------------------------------------------------------
 */

/* Their factor gives back the covariance, and a variable that is a sum of others brings nothing. */
static void rows_reproduce_a_covariance(void **state)
{
    enum { ROWS = 6, WIDTH = 4 };
    double x[ROWS][WIDTH], covariance[ROWS];
    gaussians_t self;
    words_t words;
    (void)state;
    words_init(&words, 1, 0, STREAM_TRIALS);
    assert_int_equal(gaussians_init(&self, ROWS, NULL), SGDL_OK);
    for (size_t a = 0; a < ROWS; a++) {
        for (size_t k = 0; k < WIDTH; k++)
            x[a][k] = a == 2 ? x[0][k] - 2 * x[1][k] : a == 4 ? 0 : uniform(&words) - 0.5;
        for (size_t b = 0; b <= a; b++) {
            covariance[b] = 0;
            for (size_t k = 0; k < WIDTH; k++)
                covariance[b] += x[a][k] * x[b][k];
        }
        const bool brings = gaussians_row(&self, covariance, covariance[a]);
        assert_int_equal(brings, a != 2 && a != 4);
        const double *row = gaussians_last(&self);
        gaussians_commit(&self, brings);
        for (size_t b = 0; b <= a; b++) {
            double found = 0;
            for (size_t q = 0; q < self.rank; q++)
                found += row[q] * self.L[b * self.room + q];
            assert_close(found, covariance[b], 1e-12, "covariance");
        }
    }
    assert_int_equal(self.rank, WIDTH);
    gaussians_free(&self);
}

/* ---- responses ---------------------------------------------------------------------------------
 */

typedef struct trial {
    float rho[T][T];
    double weight[N], s[T][N], slope[T][N], column[T];
    double D[T][T][N]; /* by their definition */
} trial_t;

static void fill(trial_t *self, double fraction)
{
    words_t words;
    words_init(&words, 3, 0, STREAM_TRIALS);
    for (size_t j = 0; j < N; j++)
        self->weight[j] = j < N - 10 ? 1.0 / (N - 10) : 0;
    for (size_t t = 0; t < T; t++) {
        self->column[t] = uniform(&words);
        for (size_t s = 0; s < T; s++)
            self->rho[t][s] = (float)(uniform(&words) - 0.6);
        for (size_t j = 0; j < N; j++) {
            self->s[t][j] = uniform(&words) < fraction ? 1 / fraction : 0;
            self->slope[t][j] = 0.25 * uniform(&words);
        }
    }
    for (size_t t = 0; t < T; t++)
        for (size_t s = 0; s <= t; s++)
            for (size_t j = 0; j < N; j++) {
                double sum = s == t;
                for (size_t k = s; k < t; k++)
                    sum += (double)self->rho[t][k] * self->D[k][s][j];
                self->D[t][s][j] = self->s[t][j] * self->slope[t][j] * sum;
            }
}

/* Means and contractions of all steps, with s^t or, where lead leaves it out, without. */
static void check_response(trial_t *trial, double looks, bool independent)
{
    static double contraction[N], keep[N], lead[N], Rg[T];
    response_t response;
    float *scratch = malloc(response_scratch(T) * sizeof *scratch);
    assert_int_equal(response_init(&response, T, 1, looks, NULL), SGDL_OK);
    assert_int_equal(response.dense != NULL, response_is_dense(T, looks));
    for (size_t t = 0; t < T; t++) {
        for (size_t j = 0; j < N; j++) {
            keep[j] = trial->s[t][j] * trial->slope[t][j];
            lead[j] = independent ? trial->slope[t][j] : keep[j];
        }
        const response_step_t step = {.t = t,
                                      .rho = trial->rho[t],
                                      .weight = trial->weight,
                                      .lead = lead,
                                      .keep = keep,
                                      .column = {NULL, trial->column, NULL},
                                      .Rg = Rg,
                                      .contraction = {NULL, contraction, NULL},
                                      .scratch = scratch};
        assert_int_equal(response_step(&response, 0, &step), SGDL_OK);
        double summed[N] = {0};
        for (size_t s = 0; s <= t; s++) {
            double mean = 0;
            for (size_t j = 0; j < N; j++) {
                double sum = s == t;
                for (size_t k = s; k < t; k++)
                    sum += (double)trial->rho[t][k] * trial->D[k][s][j];
                mean += trial->weight[j] * lead[j] * sum;
                summed[j] += lead[j] * sum * trial->column[s];
            }
            assert_close(Rg[s], mean, 2e-6 * (1 + fabs(mean)), "response");
        }
        for (size_t j = 0; j < N; j++)
            assert_close(contraction[j], summed[j], 2e-5 * (1 + fabs(summed[j])), "contraction");
    }
    response_free(&response);
    free(scratch);
}

static void responses_follow_their_definition(void **state)
{
    static trial_t trial;
    (void)state;
    fill(&trial, 0.3);
    check_response(&trial, T, true);
    check_response(&trial, 0.3 * T, true);
    check_response(&trial, 0.3 * T, false);
    /* lists that turn out too short grow */
    check_response(&trial, 0.01, true);
    fill(&trial, 1);
    check_response(&trial, T, true);
}

/* ---- identities --------------------------------------------------------------------------------
 */

/* One step whose answers satisfy both, and those next to it, which do not. */
static void violations_are_seen(void **state)
{
    const double B[1] = {2}, Cg[1] = {0.5}, m = 0.3, mean = 0.2, Rg = 0.1, power = 0.5;
    (void)state;
    for (int wrong = 0; wrong < 4; wrong++) {
        identities_t self;
        paths_answer_t task = {.t = 0};
        assert_int_equal(identities_init(&self, T, 0, NULL), SGDL_OK);
        identities_prepare(&self, B, 0, &task);
        assert_int_equal(task.hold, 0);
        assert_close(task.column[0][0], 2, 0, "column");
        double sum[SUMS] = {0};
        sum[SUM_MEAN] = mean;
        sum[SUM_POWER] = power;
        sum[SUM_VALUE] = m * mean + Rg * B[0] + (wrong == 1 ? 0.01 : 0);
        sum[SUM_CHECK + 2] = wrong == 2 ? 0.01 : 0;
        sum[SUM_ERROR] = sum[SUM_ERROR + 2] = 1e-6;
        const double answer = Rg + (wrong == 3 ? 0.01 : 0);
        identities_judge(
            &self,
            &(identities_step_t){.copies = 1, .sum = sum, .B = B, .Cg = Cg, .Rg = &answer, .m = m});
        if (wrong == 0)
            assert_close(self.worst, 0, 1e-9, "deviation");
        else
            assert_true(self.worst > 6);
        identities_free(&self);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_reproduce_a_covariance),
        cmocka_unit_test(responses_follow_their_definition),
        cmocka_unit_test(violations_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
