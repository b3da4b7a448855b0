/* From a problem to the table of its ensembles. */
#include <stdlib.h>

#include "src/ensemble/curves.h"
#include "src/theories/streaming/walkers/directions.h"
#include "src/problem/provenance.h"

sgdl_simulate_options_t sgdl_simulate_options_default(void)
{
    return (sgdl_simulate_options_t){.runs = 10, .kernel = SGDL_KERNEL_AUTO};
}

static int add_columns(const ensemble_t *ensemble, sgdl_table_t *table, sgdl_error_t *error)
{
    int status = ensemble->curves > 1 ? sgdl_table_column(table, error, "curve") : SGDL_OK;
    if (status == SGDL_OK)
        status = sgdl_table_column(table, error, "t");
    for (size_t q = 0; q < ensemble->readout.count && status == SGDL_OK; q++) {
        char name[READOUT_NAME_SIZE];
        readout_name(&ensemble->readout, q, name);
        status = curves_columns(table, name, error);
    }
    if (status == SGDL_OK && ensemble->readout.shown_count == 0)
        status = sgdl_table_comment(table, false, "note_columns", error,
                                    "more than %d columns of the kind mean_i_a: none printed; "
                                    "choose classes with --classes",
                                    READOUT_CLASS_QUANTITIES);
    return status;
}

static int add_curve(const ensemble_t *ensemble, size_t curve, double *scratch, sgdl_table_t *table,
                     sgdl_error_t *error)
{
    kept_t kept = ensemble_kept(ensemble, curve);
    int status = curves_comment_incomplete(ensemble, curve, table, error);
    if (status == SGDL_OK && kept.rows > 0)
        status = sgdl_table_block(table, error);
    for (size_t p = 0; p < kept.rows && status == SGDL_OK; p++) {
        double *next;
        status = sgdl_table_row(table, &next, error);
        if (status != SGDL_OK)
            break;
        if (ensemble->curves > 1)
            *next++ = curves_value(ensemble->experiment.problem, curve);
        *next++ = ensemble_time(ensemble, p);
        for (size_t q = 0; q < ensemble->readout.count; q++)
            next = curves_statistics(next, ensemble_statistics(ensemble, curve, p, q, scratch));
    }
    return status;
}

static int fill_table(const ensemble_t *ensemble, sgdl_table_t *table, sgdl_error_t *error)
{
    double *scratch = calloc(ensemble->runs, sizeof *scratch);
    if (!scratch)
        return sgdl_fail_memory(error);
    int status = provenance_add(table, "simulate", ensemble->experiment.problem, error);
    if (status == SGDL_OK)
        status = curves_comment(ensemble, table, error);
    if (status == SGDL_OK)
        status = ensemble->options->directions ? directions_table_columns(ensemble, table, error)
                                               : add_columns(ensemble, table, error);
    for (size_t curve = 0; curve < ensemble->curves && status == SGDL_OK; curve++)
        status = ensemble->options->directions
                     ? directions_table_curve(ensemble, curve, scratch, table, error)
                     : add_curve(ensemble, curve, scratch, table, error);
    free(scratch);
    return status;
}

int sgdl_simulate(const sgdl_problem_t *problem, const sgdl_simulate_options_t *options,
                  sgdl_table_t *table, sgdl_error_t *error)
{
    const sgdl_simulate_options_t standard = sgdl_simulate_options_default();
    ensemble_t ensemble;
    int status = ensemble_init(&ensemble, problem, options ? options : &standard, error);
    if (status == SGDL_OK)
        status = ensemble_run(&ensemble, error);
    if (status == SGDL_OK || status == SGDL_ERR_INTERRUPTED) {
        int filled = fill_table(&ensemble, table, status == SGDL_OK ? error : NULL);
        if (status == SGDL_OK)
            status = filled;
    }
    if (status == SGDL_OK)
        status = curves_divergence(&ensemble, error);
    ensemble_free(&ensemble);
    return status;
}
