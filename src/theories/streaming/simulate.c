/* From a problem to the curves of its simulation. */
#include <stdlib.h>

#include "src/problem/curves.h"
#include "src/problem/plan.h"
#include "src/theories/streaming/simulate_directions.h"
#include "src/theories/streaming/streaming.h"

static int list_quantities(const simulation_t *simulation, emit_list_t *list, sgdl_error_t *error)
{
    int status = emit_add(list, error, "t");
    for (size_t q = 0; q < simulation->sgd.readout.count && status == SGDL_OK; q++) {
        char name[READOUT_NAME_SIZE];
        readout_name(&simulation->sgd.readout, q, name);
        status = statistics_quantities(list, name, error);
    }
    return status;
}

static int add_curve(const simulation_t *simulation, size_t curve, double *row,
                     const sgdl_sink_t *sink, sgdl_error_t *error)
{
    kept_t kept = ensemble_kept(&simulation->ensemble, curve);
    int status = ensemble_note_incomplete(&simulation->ensemble, curve, sink, error);
    if (status == SGDL_OK && kept.rows > 0)
        status = emit_block(sink, curve, kept.runs, error);
    for (size_t p = 0; p < kept.rows && status == SGDL_OK; p++) {
        double *next = row;
        next = curves_put(simulation->problem, curve, simulation->problem->time, next);
        *next++ = simulation_time(simulation, p);
        for (size_t q = 0; q < simulation->sgd.readout.count; q++)
            next = statistics_put(next, ensemble_statistics(&simulation->ensemble, curve, p, q));
        status = emit_row(sink, row, error);
    }
    return status;
}

/* Quantities, and what the reader must know about them; *row [their number] is the caller's. */
static int begin(const simulation_t *simulation, const sgdl_sink_t *sink, double **row,
                 sgdl_error_t *error)
{
    const bool by_direction = simulation->sgd.bins.quantities > 0;
    emit_list_t list = {.group = QUANTITIES_OF_SIMULATE};
    int status = curves_quantities(simulation->problem, &list, error);
    if (status == SGDL_OK)
        status = by_direction ? simulate_directions_quantities(simulation, &list, error)
                              : list_quantities(simulation, &list, error);
    if (status == SGDL_OK)
        status = emit_quantities(&list, sink, error);
    if (status == SGDL_OK && !by_direction && simulation->sgd.readout.shown_count == 0)
        status = emit_note(sink, "note_columns", error,
                           "more than %d columns of the kind mean_i_a: none printed; "
                           "choose classes with --classes",
                           READOUT_CLASS_QUANTITIES);
    if (status == SGDL_OK && !(*row = calloc(list.count, sizeof **row)))
        status = sgdl_fail_memory(error);
    emit_free(&list);
    return status;
}

static int hand_out(const simulation_t *simulation, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const bool by_direction = simulation->sgd.bins.quantities > 0;
    double *row = NULL;
    int status = curves_note(simulation, sink, error);
    if (status == SGDL_OK)
        status = begin(simulation, sink, &row, error);
    for (size_t curve = 0; curve < simulation->ensemble.plan.curves && status == SGDL_OK; curve++)
        status = by_direction ? simulate_directions_curve(simulation, curve, row, sink, error)
                              : add_curve(simulation, curve, row, sink, error);
    free(row);
    return status;
}

int streaming_simulate(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                       const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t whole;
    int status = plan_complete(&whole, plan, problem, error);
    if (status != SGDL_OK)
        return status;
    simulation_t simulation;
    status = simulation_init(&simulation, problem, &whole, error);
    if (status == SGDL_OK)
        status = simulation_run(&simulation, error);
    if (status == SGDL_OK || (status == SGDL_ERR_INTERRUPTED && simulation_begun(&simulation))) {
        int filled = hand_out(&simulation, sink, status == SGDL_OK ? error : NULL);
        if (status == SGDL_OK)
            status = filled;
    }
    if (status == SGDL_OK)
        status = curves_divergence(&simulation, error);
    simulation_free(&simulation);
    return status;
}
