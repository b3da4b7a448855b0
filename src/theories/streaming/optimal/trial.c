#include "src/theories/streaming/optimal/trial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double spare = 4; /* how far beyond a rate the next nodes reach */

static int prepare(trial_t *self, double bound, sgdl_error_t *error)
{
    const sgdl_mixture_t mixture = sgdl_problem_mixture(self->problem, &self->plan);
    const sgdl_quadrature_t quadrature =
        problem_quadrature(self->problem, &self->plan, bound, self->time[self->pieces]);
    const staircase_of_t of = {self->problem, &self->plan, &self->nodes, self->time, self->pieces};
    staircase_free(&self->staircase);
    sgdl_nodes_free(&self->nodes);
    self->bound = bound;
    int status = sgdl_nodes_init(&self->nodes, &mixture, &quadrature, error);
    return status == SGDL_OK ? staircase_init(&self->staircase, &of, self->gradients, error)
                             : status;
}

int trial_init(trial_t *self, const staircase_of_t *of, double bound, bool gradients,
               sgdl_error_t *error)
{
    *self = (trial_t){.problem = of->problem,
                      .plan = *of->plan,
                      .time = of->time,
                      .pieces = of->pieces,
                      .gradients = gradients,
                      .risk = INFINITY};
    self->plan.times = &of->time[of->pieces];
    self->plan.points = 1;
    self->plan.spacing = SGDL_SPACING_TIMES;
    self->best = calloc(of->pieces, sizeof *self->best);
    return self->best ? prepare(self, bound, error) : sgdl_fail_memory(error);
}

void trial_free(trial_t *self)
{
    staircase_free(&self->staircase);
    sgdl_nodes_free(&self->nodes);
    free(self->best);
    *self = (trial_t){0};
}

static int serve(trial_t *self, const double *rate, sgdl_error_t *error)
{
    double largest = 0;
    for (size_t j = 0; j < self->pieces; j++)
        largest = fmax(largest, rate[j]);
    return largest > self->bound ? prepare(self, spare * largest, error) : SGDL_OK;
}

int trial_risk(trial_t *self, const double *rate, double *risk, sgdl_error_t *error)
{
    *risk = INFINITY;
    int status = serve(self, rate, error);
    if (status == SGDL_OK)
        status = staircase_risk(&self->staircase, rate, risk, NULL, error);
    self->runs++;
    if (status == SGDL_OK && *risk < self->risk) {
        memcpy(self->best, rate, self->pieces * sizeof *rate);
        self->risk = *risk;
    }
    return status;
}

int trial_gradient(trial_t *self, const double *rate, double *gradient, sgdl_error_t *error)
{
    double risk;
    int status = serve(self, rate, error);
    if (status == SGDL_OK)
        status = staircase_risk(&self->staircase, rate, &risk, gradient, error);
    self->slopes++;
    if (status == SGDL_OK && !isfinite(risk))
        return sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                         "the integrator gave up on the sensitivities of a run that it can do");
    return status;
}

int trial_constant(trial_t *self, double rate, double *risk, sgdl_error_t *error)
{
    double *rates = malloc(self->pieces * sizeof *rates);
    if (!rates)
        return sgdl_fail_memory(error);
    for (size_t j = 0; j < self->pieces; j++)
        rates[j] = rate;
    int status = trial_risk(self, rates, risk, error);
    free(rates);
    return status;
}

double trial_size(const trial_t *self)
{
    double size = 0;
    for (size_t i = 0; i < self->staircase.system.C; i++)
        size =
            fmax(size, fmax(self->nodes.trace[i], self->nodes.gram[i * (self->nodes.classes + 1)]));
    return size > 0 ? size * self->staircase.system.amplification : 1;
}
