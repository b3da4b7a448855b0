/* From a problem to its curves. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/packed.h"
#include "src/curve/emit.h"
#include "src/problem/curves.h"
#include "src/problem/plan.h"
#include "src/stepper/integrator.h"
#include "src/theories/committee/committee_stream.h"
#include "src/theories/committee/flow.h"

/* A risk that is this many times the first one has exploded. */
static const double EXPLODED = 1e12;

typedef struct curves {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan; /* complete */
    const sgdl_sink_t *sink;
    double horizon;
    setup_t setup;
    committee_flow_t flow; /* of the curve at work */
    integrator_t integrator;
    size_t index; /* of the curve */
    size_t done;  /* its rows */
    double first; /* its first risk */
    double *seen; /* [width of a layout] owned, as is: */
    double *row;
} curves_t;

/* ---- rows ------------------------------------------------------------------------------------ */

static bool shows(const curves_t *self, size_t i)
{
    const sgdl_plan_t *plan = self->plan;
    for (size_t e = 0; plan->shown && e < plan->shown_count; e++)
        if (plan->shown[e] == i)
            return true;
    return !plan->shown;
}

static int add_class(emit_list_t *list, size_t i, size_t L, sgdl_error_t *error)
{
    static const char *const names[] = {"mean", "var", "cos"};
    int status = emit_add(list, error, "risk_%zu", i + 1);
    if (status == SGDL_OK)
        status = emit_add(list, error, "error_%zu", i + 1);
    for (size_t a = 0; a < L; a++)
        for (size_t c = 0; c < sizeof names / sizeof *names && status == SGDL_OK; c++)
            status = L == 1 ? emit_add(list, error, "%s_%zu", names[c], i + 1)
                            : emit_add(list, error, "%s_%zu_%zu", names[c], i + 1, a + 1);
    return status;
}

static int hand_out_quantities(curves_t *self, sgdl_error_t *error)
{
    static const char *const names[] = {"t", "risk", "error", "learning_rate", "norm2", "slope"};
    const size_t L = self->setup.L, K = self->setup.K;
    emit_list_t list = {.group = QUANTITIES_OF_SOLVE};
    int status = curves_quantities(self->problem, &list, error);
    for (size_t c = 0; c < sizeof names / sizeof *names && status == SGDL_OK; c++)
        status = emit_add(&list, error, "%s", names[c]);
    for (size_t i = 0; i < self->setup.C && status == SGDL_OK; i++)
        if (shows(self, i))
            status = add_class(&list, i, L, error);
    for (size_t o = 0; o < L * K && status == SGDL_OK; o++)
        status = L * K == 1
                     ? emit_add(&list, error, "overlap_signal")
                     : emit_add(&list, error, "overlap_signal_%zu_%zu", o / K + 1, o % K + 1);
    if (status == SGDL_OK)
        status = emit_quantities(&list, self->sink, error);
    if (status == SGDL_OK) {
        self->row = calloc(list.count, sizeof *self->row);
        self->seen = calloc(layout_of(&self->setup).width, sizeof *self->seen);
        if (!self->row || !self->seen)
            status = sgdl_fail_memory(error);
    }
    emit_free(&list);
    return status;
}

static double *fill_classes(const curves_t *self, double *next)
{
    const setup_t *setup = &self->setup;
    const layout_t *at = &self->flow.at;
    const size_t L = setup->L;
    for (size_t i = 0; i < setup->C; i++) {
        if (!shows(self, i))
            continue;
        *next++ = committee_flow_risk(&self->flow, self->seen, i);
        *next++ = NAN;
        for (size_t a = 0; a < L; a++) {
            const double m = self->seen[at->mean + i * L + a];
            *next++ = m;
            *next++ = self->seen[at->moment + i * setup->pairs + packed_index(L, a, a)];
            *next++ = overlap_cosine(m, self->seen[at->norm2 + a], setup->mean_norm2[i]);
        }
    }
    return next;
}

static int add_row(curves_t *self, double t, const double *y, sgdl_error_t *error)
{
    const setup_t *setup = &self->setup;
    const layout_t *at = &self->flow.at;
    const motion_t motion = integrator_motion(&self->integrator, t);
    double *next = self->row, norm2 = 0;
    if (self->problem->rates > 1)
        *next++ = problem_curve_value(self->problem, self->index, self->horizon);
    committee_flow_see(&self->flow, y, self->seen);
    const double risk = committee_flow_whole_risk(&self->flow, self->seen);
    if (self->done == 0)
        self->first = risk;
    if (!isfinite(risk) || risk > EXPLODED * (1 + self->first))
        return sgdl_fail(error, SGDL_ERR_DIVERGED, NULL,
                         "diverged at t = %.4g; %zu of %zu rows kept", t, self->done,
                         self->plan->points);
    for (size_t a = 0; a < setup->L; a++)
        norm2 += self->seen[at->norm2 + a];
    const double common[] = {t,
                             risk,
                             NAN,
                             rate_source_within(&self->flow.source, motion.segment->begin,
                                                motion.segment->end, motion.elapsed, NULL),
                             norm2,
                             committee_flow_slope(&self->flow, motion.segment, motion.elapsed, y)};
    for (size_t c = 0; c < sizeof common / sizeof *common; c++)
        *next++ = common[c];
    next = fill_classes(self, next);
    for (size_t o = 0; o < setup->L * setup->K; o++)
        *next++ = self->seen[at->overlap + o];
    self->done++;
    return emit_row(self->sink, self->row, error);
}

/* ---- a curve --------------------------------------------------------------------------------- */

static int emit_reached(curves_t *self, sgdl_error_t *error)
{
    const sgdl_plan_t *plan = self->plan;
    int status = SGDL_OK;
    while (status == SGDL_OK && self->done < plan->points &&
           integrator_reached(&self->integrator, plan->times[self->done])) {
        const double t = plan->times[self->done];
        const double *y = integrator_state(&self->integrator, t);
        status = y ? add_row(self, t, y, error)
                   : sgdl_fail(error, SGDL_ERR_SOLVER, NULL, "no state at t = %.10g", t);
    }
    return status;
}

static int integrate(curves_t *self, sgdl_error_t *error)
{
    const sgdl_plan_t *plan = self->plan;
    const double last = plan->times[plan->points - 1];
    int status = emit_reached(self, error); /* t = 0 */
    while (status == SGDL_OK && self->done < plan->points) {
        const double t = self->integrator.t;
        sgdl_watch_report(
            &plan->watch,
            ((double)self->index + (last > 0 ? t / last : 1)) / (double)self->problem->rates, t);
        status = integrator_step(&self->integrator, last, error);
        if (status == SGDL_ERR_INTERRUPTED)
            return sgdl_fail(error, status, NULL, "interrupted at t = %.4g; %zu of %zu rows kept",
                             t, self->done, plan->points);
        if (status == SGDL_OK)
            status = emit_reached(self, error);
    }
    return status;
}

static int note_curve(const curves_t *self, sgdl_error_t *error)
{
    const integrator_statistics_t n = integrator_statistics(&self->integrator);
    char key[64] = "solver";
    if (self->problem->rates > 1)
        (void)snprintf(key, sizeof key, "curve_%zu_solver", self->index + 1);
    return emit_note(self->sink, key, error,
                     "cvode-bdf krylov; steps %ld; rhs_evaluations %ld; newton_iterations %ld; "
                     "error_test_failures %ld; newton_failures %ld; krylov_iterations %ld",
                     n.steps, n.rhs_evaluations, n.newton_iterations, n.error_test_failures,
                     n.newton_failures, n.krylov_iterations);
}

static int solve_curve(void *context, size_t curve, sgdl_error_t *error)
{
    curves_t *self = context;
    self->index = curve;
    const rate_source_t source =
        rate_source_of(&self->problem->learning_rate[self->index], self->horizon);
    self->done = 0;
    int status = committee_flow_init(&self->flow, &self->setup, &source, error);
    if (status == SGDL_OK)
        status = integrator_init(&self->integrator, &self->flow.equation, error);
    if (status == SGDL_OK)
        status = emit_block(self->sink, self->index, 0, error);
    if (status == SGDL_OK) {
        status = integrate(self, error);
        sgdl_error_t ignored;
        const int noted = note_curve(self, &ignored);
        if (curves_end_with_rows(status) && noted != SGDL_OK)
            status = sgdl_fail(error, noted, NULL, "%s", ignored.message);
    }
    integrator_free(&self->integrator);
    committee_flow_free(&self->flow);
    self->integrator = (integrator_t){0};
    return status;
}

int committee_stream_solve(const sgdl_problem_t *problem, const sgdl_plan_t *stated,
                           const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t plan;
    sgdl_error_t own; /* the caller may not want the message, a note does */
    error = error ? error : &own;
    int status = plan_complete(&plan, stated, problem, error);
    if (status != SGDL_OK)
        return status;
    curves_t self = {
        .problem = problem, .plan = &plan, .sink = sink, .horizon = plan_horizon(&plan, problem)};
    const sgdl_quadrature_t quadrature = sgdl_problem_quadrature(problem, &plan);
    status = setup_init(&self.setup, problem, &plan, fmax(1, quadrature.reach), plan.rtol, error);
    if (status == SGDL_OK)
        status = hand_out_quantities(&self, error);
    if (status == SGDL_OK)
        status = emit_note(sink, "nodes", error, "%zu (latent coordinates %zu)", self.setup.N,
                           self.setup.P);
    if (status == SGDL_OK)
        status =
            emit_note(sink, "time_unit", error, "t = steps/d; samples = %g t d", problem->batch);
    if (status == SGDL_OK)
        status = curves_solve(problem, sink, solve_curve, &self, error);
    free(self.row);
    free(self.seen);
    setup_free(&self.setup);
    return status;
}
