/* From a problem to the table of its simulation. */
#include "src/theories/streaming/simulate_directions.h"
#include "src/problem/plan.h"
#include "src/problem/provenance.h"

static int add_columns(const simulation_t *simulation, sgdl_table_t *table, sgdl_error_t *error)
{
    int status =
        simulation->problem->rates > 1 ? sgdl_table_column(table, error, "curve") : SGDL_OK;
    if (status == SGDL_OK)
        status = sgdl_table_column(table, error, "t");
    for (size_t q = 0; q < simulation->sgd.readout.count && status == SGDL_OK; q++) {
        char name[READOUT_NAME_SIZE];
        readout_name(&simulation->sgd.readout, q, name);
        status = curves_columns(table, name, error);
    }
    if (status == SGDL_OK && simulation->sgd.readout.shown_count == 0)
        status = sgdl_table_comment(table, false, "note_columns", error,
                                    "more than %d columns of the kind mean_i_a: none printed; "
                                    "choose classes with --classes",
                                    READOUT_CLASS_QUANTITIES);
    return status;
}

static int add_curve(const simulation_t *simulation, size_t curve, sgdl_table_t *table,
                     sgdl_error_t *error)
{
    kept_t kept = ensemble_kept(&simulation->ensemble, curve);
    int status = curves_comment_incomplete(simulation, curve, table, error);
    if (status == SGDL_OK && kept.rows > 0)
        status = sgdl_table_block(table, error);
    for (size_t p = 0; p < kept.rows && status == SGDL_OK; p++) {
        double *next;
        status = sgdl_table_row(table, &next, error);
        if (status != SGDL_OK)
            break;
        if (simulation->problem->rates > 1)
            *next++ = curves_value(simulation->problem, curve);
        *next++ = simulation_time(simulation, p);
        for (size_t q = 0; q < simulation->sgd.readout.count; q++)
            next = curves_statistics(next, ensemble_statistics(&simulation->ensemble, curve, p, q));
    }
    return status;
}

static int fill_table(const simulation_t *simulation, sgdl_table_t *table, sgdl_error_t *error)
{
    const bool by_direction = simulation->sgd.bins.quantities > 0;
    int status = provenance_add(table, "simulate", simulation->problem, simulation->plan, error);
    if (status == SGDL_OK)
        status = curves_comment(simulation, table, error);
    if (status == SGDL_OK)
        status = by_direction ? simulate_directions_columns(simulation, table, error)
                              : add_columns(simulation, table, error);
    for (size_t curve = 0; curve < simulation->problem->rates && status == SGDL_OK; curve++)
        status = by_direction ? simulate_directions_curve(simulation, curve, table, error)
                              : add_curve(simulation, curve, table, error);
    return status;
}

int sgdl_simulate(const sgdl_problem_t *problem, const sgdl_plan_t *plan, sgdl_table_t *table,
                  sgdl_error_t *error)
{
    const sgdl_plan_t whole = plan_complete(plan, problem);
    simulation_t simulation;
    int status = simulation_init(&simulation, problem, &whole, error);
    if (status == SGDL_OK)
        status = simulation_run(&simulation, error);
    if (status == SGDL_OK || (status == SGDL_ERR_INTERRUPTED && simulation_begun(&simulation))) {
        int filled = fill_table(&simulation, table, status == SGDL_OK ? error : NULL);
        if (status == SGDL_OK)
            status = filled;
    }
    if (status == SGDL_OK)
        status = curves_divergence(&simulation, error);
    simulation_free(&simulation);
    return status;
}
