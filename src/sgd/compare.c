/* ODE and ensemble in one table, with a verdict. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/sgd/curves.h"
#include "src/sgd/verdict.h"
#include "src/table/provenance.h"

/* Measured on the mixtures of examples/: see tests/test_agreement.c. */
#define ALLOWANCE 3.0

sgdl_compare_options_t sgdl_compare_options_default(void)
{
    return (sgdl_compare_options_t){
        .simulate = sgdl_simulate_options_default(), .significance = 1e-3, .allowance = ALLOWANCE};
}

/* ---- the table ----------------------------------------------------------------------------- */

static int add_columns(const ensemble_t *ensemble, sgdl_table_t *table, sgdl_error_t *error)
{
    int status = ensemble->curves > 1 ? sgdl_table_column(table, error, "curve") : SGDL_OK;
    if (status == SGDL_OK)
        status = sgdl_table_column(table, error, "t");
    for (size_t v = 0; v < COMPARED && status == SGDL_OK; v++) {
        status = sgdl_table_column(table, error, "%s_ode", compared_names[v]);
        if (status == SGDL_OK)
            status = curves_columns(table, compared_names[v], error);
    }
    return status;
}

static int add_rows(const ensemble_t *ensemble, const verdict_t *verdict, sgdl_table_t *table,
                    sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (size_t e = 0; e < verdict->rows && status == SGDL_OK; e++) {
        const pair_row_t *row = &verdict->row[e];
        double *next;
        if (e == 0 || row->curve != verdict->row[e - 1].curve)
            status = sgdl_table_block(table, error);
        if (status == SGDL_OK)
            status = sgdl_table_row(table, &next, error);
        if (status != SGDL_OK)
            return status;
        if (ensemble->curves > 1)
            *next++ = curves_value(ensemble->experiment.problem, row->curve);
        *next++ = row->t;
        for (size_t v = 0; v < COMPARED; v++) {
            *next++ = row->ode[v];
            next = curves_statistics(next, row->simulated[v]);
        }
    }
    return status;
}

/* All runs there, all rows of every curve. */
static bool is_complete(const ensemble_t *ensemble, const sgdl_compare_options_t *options,
                        const verdict_t *verdict)
{
    return verdict->runs == options->simulate.runs &&
           verdict->rows == ensemble->curves * ensemble->experiment.problem->points;
}

static int comment_verdict(const ensemble_t *ensemble, const sgdl_compare_options_t *options,
                           const verdict_t *verdict, sgdl_table_t *table, sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (size_t v = 0; v < COMPARED && status == SGDL_OK; v++) {
        const worst_t *worst = &verdict->worst[v];
        char key[64];
        (void)snprintf(key, sizeof key, "largest_deviation_%s", compared_names[v]);
        status = sgdl_table_comment(
            table, false, key, error,
            "|mean - ode| = %.4g at t = %.6g, learning rate %.6g; standard error %.4g, allowed "
            "z se + c/d = %.4g",
            worst->deviation, worst->t, curves_value(ensemble->experiment.problem, worst->curve),
            worst->standard_error, worst->allowed);
    }
    if (status == SGDL_OK)
        status = sgdl_table_comment(
            table, false, "criterion", error,
            "|mean - ode| <= z se + c/d in each of %zu rows; z = %.4g (Student's t, %zu runs, "
            "%g in all), c up to %.4g (risk), %.4g (error): %g times the curve's largest value%s",
            verdict->rows, verdict->z, verdict->runs, options->significance, verdict->largest_c[0],
            verdict->largest_c[1], options->allowance,
            ensemble->experiment.loss->quadratic ? ", over 1 - gamma/(its stability limit)" : "");
    if (status == SGDL_OK && verdict->runs < 2) /* after an interruption */
        status = sgdl_table_comment(table, false, "verdict", error, "none: one run, no error bar");
    else if (status == SGDL_OK && verdict->disagreeing == 0)
        status = sgdl_table_comment(table, false, "verdict", error, "agree%s",
                                    is_complete(ensemble, options, verdict)
                                        ? ""
                                        : " as far as it went: runs or rows are missing");
    else if (status == SGDL_OK)
        status =
            sgdl_table_comment(table, false, "verdict", error, "disagree in %zu of %zu numbers",
                               verdict->disagreeing, verdict->rows * COMPARED);
    return status;
}

static int fill_table(const ensemble_t *ensemble, const sgdl_compare_options_t *options,
                      const verdict_t *verdict, sgdl_table_t *table,
                      sgdl_error_t *error)
{
    int status = provenance_add(table, "compare", ensemble->experiment.problem, error);
    if (status == SGDL_OK)
        status = curves_comment(ensemble, table, error);
    for (size_t curve = 0; curve < ensemble->curves && status == SGDL_OK; curve++)
        status = curves_comment_incomplete(ensemble, curve, table, error);
    if (status == SGDL_OK && verdict->rows > 0)
        status = comment_verdict(ensemble, options, verdict, table, error);
    if (status == SGDL_OK)
        status = add_columns(ensemble, table, error);
    if (status == SGDL_OK)
        status = add_rows(ensemble, verdict, table, error);
    return status;
}

/* ---- the work ------------------------------------------------------------------------------ */

static int check_runs(const sgdl_compare_options_t *options, sgdl_error_t *error)
{
    if (options->simulate.runs >= 2)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                     "found %zu runs, allowed from 2: error bars come from their spread",
                     options->simulate.runs);
}

int sgdl_compare(const sgdl_problem_t *problem, const sgdl_compare_options_t *options,
                 sgdl_table_t *table, bool *agrees, sgdl_error_t *error)
{
    ensemble_t ensemble = {0};
    verdict_t verdict = {0};
    *agrees = false;
    int status = check_runs(options, error);
    if (status != SGDL_OK)
        return status;
    status = ensemble_init(&ensemble, problem, &options->simulate, error);
    if (status == SGDL_OK)
        status = ensemble_run(&ensemble, error);
    sgdl_compare_options_t uninterrupted = *options;
    if (status == SGDL_ERR_INTERRUPTED) /* the finished runs are still worth their curve */
        uninterrupted.simulate.interrupted = NULL;
    if (status == SGDL_OK || status == SGDL_ERR_INTERRUPTED) {
        sgdl_error_t *place = status == SGDL_OK ? error : NULL;
        int judged = verdict_init(&verdict, &ensemble, &uninterrupted, place);
        int filled = SGDL_OK;
        if (judged == SGDL_OK || judged == SGDL_ERR_DIVERGED)
            filled = fill_table(&ensemble, options, &verdict, table,
                                judged == SGDL_OK ? place : NULL);
        if (status == SGDL_OK)
            status = judged != SGDL_OK ? judged : filled;
    }
    if (status == SGDL_OK)
        status = curves_divergence(&ensemble, error);
    *agrees = status == SGDL_OK && verdict.disagreeing == 0;
    verdict_free(&verdict);
    ensemble_free(&ensemble);
    return status;
}
