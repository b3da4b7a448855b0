#include "src/theories/streaming/simulate_directions.h"

#include <stdio.h>

#include "src/problem/curves.h"

/* overlap_i or overlap_i_a, with a teacher overlap_signal, then S or S_a, each with its four
 * statistics. */
static int list_statistics(const bins_t *bins, size_t classes, emit_list_t *list,
                           sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (size_t q = 0; q < (bins->means + 1) * bins->L && status == SGDL_OK; q++) {
        size_t i = q / bins->L, a = q % bins->L;
        char name[64];
        int used = i < classes ? snprintf(name, sizeof name, "overlap_%zu", i + 1)
                               : snprintf(name, sizeof name, "%s",
                                          i < bins->means ? "overlap_signal" : "S");
        if (bins->L > 1)
            (void)snprintf(name + used, sizeof name - (size_t)used, "_%zu", a + 1);
        status = statistics_quantities(list, name, error);
    }
    return status;
}

int simulate_directions_quantities(const simulation_t *simulation, emit_list_t *list,
                                   sgdl_error_t *error)
{
    static const char *const front[] = {"t", "bin", "weight", "eigenvalue_bar"};
    int status = SGDL_OK;
    for (size_t c = 0; c < sizeof front / sizeof front[0] && status == SGDL_OK; c++)
        status = emit_add(list, error, "%s", front[c]);
    return status != SGDL_OK
               ? status
               : list_statistics(&simulation->sgd.bins, simulation->problem->classes, list, error);
}

static void fill_row(const simulation_t *simulation, size_t curve, size_t p, size_t bin,
                     double *row)
{
    const bins_t *bins = &simulation->sgd.bins;
    const size_t width = (bins->means + 1) * bins->L;
    double *next = curves_put(simulation->problem, curve, simulation->problem->time, row);
    *next++ = simulation_time(simulation, p);
    *next++ = (double)(bin + 1);
    *next++ = bins->directions[bin] / (double)bins->d;
    *next++ = bins->eigenvalue[bin];
    for (size_t q = 0; q < width; q++)
        next = statistics_put(next,
                              ensemble_statistics(&simulation->ensemble, curve, p,
                                                  simulation->sgd.readout.count + bin * width + q));
}

int simulate_directions_curve(const simulation_t *simulation, size_t curve, double *row,
                              const sgdl_sink_t *sink, sgdl_error_t *error)
{
    kept_t kept = ensemble_kept(&simulation->ensemble, curve);
    int status = ensemble_note_incomplete(&simulation->ensemble, curve, sink, error);
    for (size_t p = 0; p < kept.rows && status == SGDL_OK; p++) {
        status = emit_block(sink, curve, kept.runs, error);
        for (size_t bin = 0; bin < simulation->sgd.bins.count && status == SGDL_OK; bin++) {
            fill_row(simulation, curve, p, bin, row);
            status = emit_row(sink, row, error);
        }
    }
    return status;
}
