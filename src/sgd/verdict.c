#include "src/sgd/verdict.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/ode.h"
#include "src/ode/system.h"

const char *const compared_names[COMPARED] = {"risk", "error"};
static const size_t compared_quantity[COMPARED] = {READOUT_RISK, READOUT_ERROR};

double standard_error(statistics_t statistics)
{
    return statistics.sd / sqrt((double)statistics.runs);
}

/* ---- the ODE at the ensemble's times -------------------------------------------------------- */

static int solve(const ensemble_t *ensemble, const sgdl_compare_options_t *options,
                 sgdl_table_t *table, sgdl_error_t *error)
{
    sgdl_problem_t problem = *ensemble->experiment.problem; /* borrows all but the times */
    sgdl_solve_options_t solve_options = sgdl_solve_options_default();
    solve_options.interrupted = options->simulate.interrupted;
    problem.times = calloc(ensemble->points, sizeof *problem.times);
    if (!problem.times)
        return sgdl_fail_memory(error);
    for (size_t p = 0; p < ensemble->points; p++)
        problem.times[p] = ensemble_time(ensemble, p);
    int status = sgdl_solve(&problem, &solve_options, table, error);
    free(problem.times);
    return status;
}

/* ---- rows ---------------------------------------------------------------------------------- */

static void add_rows(verdict_t *self, const ensemble_t *ensemble, const sgdl_table_t *ode,
                     size_t curve, double *scratch)
{
    size_t first = ode->block_start[curve];
    size_t end = curve + 1 < ode->blocks ? ode->block_start[curve + 1] : ode->rows;
    kept_t kept = ensemble_kept(ensemble, curve);
    for (size_t p = 0; p < kept.rows && first + p < end; p++) {
        pair_row_t *row = &self->row[self->rows++];
        *row = (pair_row_t){.curve = curve, .t = ensemble_time(ensemble, p)};
        for (size_t v = 0; v < COMPARED; v++) {
            long column = sgdl_table_find(ode, compared_names[v]);
            row->ode[v] = ode->value[(first + p) * ode->columns + (size_t)column];
            row->simulated[v] =
                ensemble_statistics(ensemble, curve, p, compared_quantity[v], scratch);
            if (row->simulated[v].runs < self->runs)
                self->runs = row->simulated[v].runs;
        }
    }
}

static int collect(verdict_t *self, const ensemble_t *ensemble, const sgdl_table_t *ode,
                   sgdl_error_t *error)
{
    double *scratch = calloc(ensemble->runs, sizeof *scratch);
    self->row = calloc(ensemble->curves * ensemble->points, sizeof *self->row);
    self->runs = ensemble->runs;
    int status = scratch && self->row ? SGDL_OK : sgdl_fail_memory(error);
    for (size_t curve = 0; curve < ode->blocks && status == SGDL_OK; curve++)
        add_rows(self, ensemble, ode, curve, scratch);
    free(scratch);
    return status;
}

/* ---- judgement ----------------------------------------------------------------------------- */

/* 1/(1 - f), f the fraction of the stability limit; no more than 100 close to it or beyond. */
static int amplification(const ensemble_t *ensemble, size_t curve, double *factor,
                         sgdl_error_t *error)
{
    const sgdl_problem_t *problem = ensemble->experiment.problem;
    const sgdl_schedule_t *schedule = &problem->learning_rate[curve];
    sgdl_mixture_t mixture = sgdl_problem_mixture(problem);
    sgdl_quadrature_t quadrature = {.accuracy = problem->rtol, .refine = 1};
    sgdl_nodes_t nodes = {0};
    sgdl_system_t system = {0};
    double limit = INFINITY;
    int status = sgdl_nodes_init(&nodes, &mixture, &quadrature, error);
    if (status == SGDL_OK)
        status = system_init(&system, problem, &nodes, schedule, error);
    if (status == SGDL_OK)
        status = system_stability_limit(&system, &limit, error);
    system_free(&system);
    sgdl_nodes_free(&nodes);
    *factor = 1 / fmax(1 - sgdl_schedule_max(schedule, problem->time) / limit, 0.01);
    return status;
}

static int set_allowances(verdict_t *self, const ensemble_t *ensemble, double allowance,
                          sgdl_error_t *error)
{
    self->c = calloc(ensemble->curves * COMPARED, sizeof *self->c);
    if (!self->c)
        return sgdl_fail_memory(error);
    for (size_t e = 0; e < self->rows; e++)
        for (size_t v = 0; v < COMPARED; v++) {
            double *c = &self->c[self->row[e].curve * COMPARED + v];
            *c = fmax(*c, allowance * self->row[e].ode[v]);
        }
    for (size_t curve = 0; curve < ensemble->curves; curve++) {
        double factor = 1;
        int status = ensemble->experiment.loss->quadratic
                         ? amplification(ensemble, curve, &factor, error)
                         : SGDL_OK;
        if (status != SGDL_OK)
            return status;
        for (size_t v = 0; v < COMPARED; v++) {
            self->c[curve * COMPARED + v] *= factor;
            self->largest_c[v] = fmax(self->largest_c[v], self->c[curve * COMPARED + v]);
        }
    }
    return SGDL_OK;
}

static void judge_row(verdict_t *self, const pair_row_t *row, double dimension)
{
    for (size_t v = 0; v < COMPARED; v++) {
        double mean = row->simulated[v].mean, deviation = fabs(mean - row->ode[v]);
        double error = standard_error(row->simulated[v]);
        double allowed = self->z * error + self->c[row->curve * COMPARED + v] / dimension;
        worst_t *worst = &self->worst[v];
        if (isnan(mean) && isnan(row->ode[v])) /* undefined on both sides */
            continue;
        self->disagreeing += !(deviation <= allowed);
        if (!(deviation <= worst->deviation))
            *worst = (worst_t){deviation, error, allowed, row->t, row->curve};
    }
}

static int judge(verdict_t *self, const ensemble_t *ensemble, const sgdl_compare_options_t *options,
                 sgdl_error_t *error)
{
    double tests = (double)(self->rows > 0 ? self->rows : 1) * COMPARED;
    double tail = options->significance / tests / 2;
    self->z = self->runs > 1 ? gsl_cdf_tdist_Qinv(tail, (double)(self->runs - 1)) : NAN;
    int status = set_allowances(self, ensemble, options->allowance, error);
    for (size_t e = 0; e < self->rows && status == SGDL_OK; e++)
        judge_row(self, &self->row[e], ensemble->experiment.problem->dimension);
    return status;
}

int verdict_init(verdict_t *self, const ensemble_t *ensemble, const sgdl_compare_options_t *options,
                 sgdl_error_t *error)
{
    sgdl_table_t ode;
    *self = (verdict_t){0};
    sgdl_table_init(&ode);
    int status = solve(ensemble, options, &ode, error);
    bool has_rows = status == SGDL_OK || (status == SGDL_ERR_DIVERGED && ode.rows > 0);
    if (has_rows) {
        sgdl_error_t *place = status == SGDL_OK ? error : NULL;
        int judged = collect(self, ensemble, &ode, place);
        if (judged == SGDL_OK)
            judged = judge(self, ensemble, options, place);
        status = status == SGDL_OK ? judged : status;
    }
    sgdl_table_free(&ode);
    return status;
}

void verdict_free(verdict_t *self)
{
    free(self->row);
    free(self->c);
    *self = (verdict_t){0};
}
