#include "src/stepper/integrator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/stepper/bdf.h"

/* Before this on the clock CVODE's steps would underflow, and nothing changes. */
#define NO_TIME 1e-290

int integrator_init(integrator_t *self, const equation_t *equation, sgdl_error_t *error)
{
    memset(self, 0, sizeof *self);
    self->equation = equation;
    self->bdf = calloc(1, sizeof *self->bdf);
    if (!self->bdf)
        return sgdl_fail_memory(error);
    return bdf_init(self->bdf, equation, error);
}

void integrator_free(integrator_t *self)
{
    if (self->bdf)
        bdf_free(self->bdf);
    free(self->bdf);
    memset(self, 0, sizeof *self);
}

static const segment_t *segment_of(const integrator_t *self)
{
    return &self->equation->segment[self->segment];
}

/* Where nothing happens, or so early on the clock that CVODE's steps would underflow, the state
 * stays what it is. */
static bool is_at_rest(const integrator_t *self, double elapsed)
{
    return self->bdf->scale == 0 || clock_of(self->bdf->scale, elapsed) < NO_TIME;
}

static int next_segment(integrator_t *self, sgdl_error_t *error)
{
    self->segment++;
    self->elapsed = 0;
    self->segment_done = false;
    int flag = bdf_enter(self->bdf, segment_of(self));
    return flag < 0 ? bdf_fail(self->bdf, self->t, flag, error) : SGDL_OK;
}

/* A step on the clock, towards s = goal. *elapsed receives where it came to, INFINITY: there. */
static int step_to(integrator_t *self, double goal, double *elapsed, sgdl_error_t *error)
{
    const equation_t *equation = self->equation;
    bool first = self->elapsed == 0;
    if (first && equation->check) {
        int status = equation->check(equation->context, segment_of(self), error);
        if (status != SGDL_OK)
            return status;
    }
    int flag = first ? bdf_choose_first_step(self->bdf, goal) : 0;
    double tau = INFINITY, tau_goal = clock_of(self->bdf->scale, goal);
    if (flag >= 0)
        flag = bdf_step(self->bdf, tau_goal, &tau);
    if (flag < 0)
        return bdf_fail(self->bdf, self->t, flag, error);
    *elapsed = tau < tau_goal ? elapsed_of(self->bdf->scale, tau) : INFINITY;
    return SGDL_OK;
}

int integrator_step(integrator_t *self, double stop, sgdl_error_t *error)
{
    int status = self->segment_done ? next_segment(self, error) : SGDL_OK;
    const segment_t *segment = segment_of(self);
    double target = fmin(stop, segment->end), goal = target - segment->begin, elapsed = INFINITY;
    if (status == SGDL_OK && !is_at_rest(self, goal))
        status = step_to(self, goal, &elapsed, error);
    if (status != SGDL_OK)
        return status;
    bool arrived = isinf(elapsed);
    self->elapsed = arrived ? goal : elapsed;
    self->t = arrived ? target : segment->begin + self->elapsed;
    self->segment_done = arrived && target == segment->end;
    return SGDL_OK;
}

bool integrator_reached(const integrator_t *self, double t)
{
    return t - segment_of(self)->begin <= self->elapsed;
}

const double *integrator_state(const integrator_t *self, double t)
{
    double elapsed = t - segment_of(self)->begin;
    if (elapsed == self->elapsed || is_at_rest(self, self->elapsed))
        return N_VGetArrayPointer(self->bdf->y);
    return bdf_state(self->bdf, elapsed);
}

motion_t integrator_motion(const integrator_t *self, double t)
{
    motion_t motion = {.segment = segment_of(self), .elapsed = t - segment_of(self)->begin};
    if (is_at_rest(self, self->elapsed))
        return motion;
    motion.derivative = bdf_derivative(self->bdf, motion.elapsed);
    bdf_last_step(self->bdf, &motion.step, &motion.order);
    motion.step = fabs(motion.step) * (self->bdf->scale + motion.elapsed);
    return motion;
}

integrator_statistics_t integrator_statistics(const integrator_t *self)
{
    return bdf_statistics(self->bdf);
}
