#include "src/theories/streaming/simulation.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/memory.h"

/* Rows of all runs, tables of them, and what the full kernel needs. */
static int ask_memory(const simulation_t *self, const ensemble_plan_t *plan, sgdl_error_t *error)
{
    const experiment_t *experiment = &self->sgd.experiment;
    const double threads = (double)ensemble_threads(plan);
    const double numbers =
        ensemble_numbers(plan, sgd_quantities(&self->sgd)) + sgd_numbers(&self->sgd, threads);
    return memory_ask(self->plan->memory, 8 * numbers, error,
                      "%.0f runs of %.0f rows, %.0f directions and %zu classes on %.0f threads",
                      (double)plan->curves * (double)plan->runs, (double)plan->points,
                      (double)experiment->d, experiment->C, threads);
}

static int set_steps(simulation_t *self, sgdl_error_t *error)
{
    const sgdl_plan_t *plan = self->plan;
    self->steps = calloc(plan->points, sizeof *self->steps);
    if (!self->steps)
        return sgdl_fail_memory(error);
    for (size_t p = 0; p < plan->points; p++) {
        double steps = rint(plan->times[p] * self->problem->dimension);
        if (!(steps < 0x1p53))
            return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                             "time %g takes %g steps, allowed: a simulation of fewer than 2^53",
                             plan->times[p], steps);
        self->steps[p] = (uint64_t)steps;
    }
    return SGDL_OK;
}

int simulation_init(simulation_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                    sgdl_error_t *error)
{
    *self = (simulation_t){.problem = problem, .plan = plan};
    if (plan->noise_law != SGDL_NOISE_GAUSSIAN)
        return sgdl_fail(
            error, SGDL_ERR_INPUT, "--noise-law",
            "found binary beside a mixture, whose samples are Gaussian; allowed there: "
            "gaussian");
    ensemble_plan_t ensemble = {.curves = problem_curves(problem),
                                .runs = plan->runs,
                                .points = plan->points,
                                .threads = plan->threads,
                                .watch = plan->watch};
    int status = sgd_init(&self->sgd, problem, plan, error);
    if (status == SGDL_OK)
        status = ask_memory(self, &ensemble, error);
    if (status == SGDL_OK)
        status = set_steps(self, error);
    ensemble.steps = self->steps;
    self->sgd.experiment.threads = ensemble_share(&ensemble);
    if (status == SGDL_OK)
        status = ensemble_init(&self->ensemble, &ensemble, sgd_quantities(&self->sgd), error);
    return status != SGDL_OK ? status : sgd_choose_kernel(&self->sgd, plan->kernel, error);
}

void simulation_free(simulation_t *self)
{
    ensemble_free(&self->ensemble);
    sgd_free(&self->sgd);
    free(self->steps);
    *self = (simulation_t){0};
}

int simulation_run(simulation_t *self, sgdl_error_t *error)
{
    const walker_t walker = sgd_walker(&self->sgd);
    return ensemble_run(&self->ensemble, &walker, error);
}

double simulation_time(const simulation_t *self, size_t row)
{
    return (double)self->steps[row] / self->problem->dimension;
}
