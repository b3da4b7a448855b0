/* Shared by the tests of simulations: what the runs of an ensemble say of one quantity, and whether
 * both kernels say the same. */
#ifndef SGDLIMIT_TESTS_SAME_LAW_H
#define SGDLIMIT_TESTS_SAME_LAW_H

#include "src/theories/streaming/simulation.h"
#include "tests/curves.h"

/* Mean, variance and the variance of both over the runs of one quantity. */
typedef struct sample {
    double mean, variance, fourth, runs;
} sample_t;

static inline sample_t sample_of(const simulation_t *simulation, size_t first, size_t runs,
                                 size_t row, size_t quantity)
{
    sample_t self = {.runs = (double)runs};
    for (int pass = 0; pass < 2; pass++)
        for (size_t r = first; r < first + runs; r++) {
            double value = ensemble_row(&simulation->ensemble, 0, r, row)[quantity];
            double off = value - self.mean;
            if (pass == 0) {
                self.mean += off / (double)(r - first + 1);
            } else {
                self.variance += off * off / (self.runs - 1);
                self.fourth += off * off * off * off / self.runs;
            }
        }
    return self;
}

static inline double variance_of_variance(sample_t sample)
{
    return (sample.fourth - sample.variance * sample.variance) / sample.runs;
}

static inline void run_simulation(simulation_t *simulation, const sgdl_problem_t *problem,
                                  sgdl_plan_t *options, sgdl_kernel_t kernel, size_t runs)
{
    *options = problem->plan;
    options->runs = runs;
    options->kernel = kernel;
    assert_int_equal(simulation_init(simulation, problem, options, NULL), SGDL_OK);
    assert_int_equal(simulation_run(simulation, NULL), SGDL_OK);
}

/* Means and variances of everything that is read out, within 5 standard errors. */
static inline void assert_same_law(const char *text, size_t runs)
{
    sgdl_problem_t *problem = parse_problem(text);
    sgdl_plan_t options[2];
    simulation_t full, collapsed;
    run_simulation(&full, problem, &options[0], SGDL_KERNEL_FULL, runs);
    /* Other runs, since the classes' stream is the same in both kernels. */
    run_simulation(&collapsed, problem, &options[1], SGDL_KERNEL_COLLAPSED, 2 * runs);
    for (size_t row = 1; row < problem->plan.points; row++)
        for (size_t q = 0; q < full.sgd.readout.count; q++) {
            sample_t a = sample_of(&full, 0, runs, row, q);
            sample_t b = sample_of(&collapsed, runs, runs, row, q);
            double mean_error = sqrt((a.variance + b.variance) / a.runs);
            double variance_error = sqrt(variance_of_variance(a) + variance_of_variance(b));
            char what[READOUT_NAME_SIZE];
            readout_name(&full.sgd.readout, q, what);
            if (isnan(a.mean) && isnan(b.mean)) /* the error of linear labels */
                continue;
            assert_close(b.mean, a.mean, 5 * mean_error, 1e-13, what);
            assert_close(b.variance, a.variance, 5 * variance_error, 1e-13, what);
        }
    simulation_free(&full);
    simulation_free(&collapsed);
    sgdl_problem_free(problem);
}

#endif
