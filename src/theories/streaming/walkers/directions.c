#include "src/theories/streaming/walkers/directions.h"

#include <stdio.h>

#include "src/ensemble/curves.h"

/* overlap_i or overlap_i_a, then S or S_a, each with its four statistics. */
static int statistics_columns(const bins_t *bins, sgdl_table_t *table, sgdl_error_t *error)
{
    int status = SGDL_OK;
    for (size_t q = 0; q < (bins->C + 1) * bins->L && status == SGDL_OK; q++) {
        size_t i = q / bins->L, a = q % bins->L;
        char name[64];
        int used = i < bins->C ? snprintf(name, sizeof name, "overlap_%zu", i + 1)
                               : snprintf(name, sizeof name, "S");
        if (bins->L > 1)
            (void)snprintf(name + used, sizeof name - (size_t)used, "_%zu", a + 1);
        status = curves_columns(table, name, error);
    }
    return status;
}

int directions_table_columns(const ensemble_t *ensemble, sgdl_table_t *table, sgdl_error_t *error)
{
    static const char *const front[] = {"t", "bin", "weight", "eigenvalue_bar"};
    int status = ensemble->curves > 1 ? sgdl_table_column(table, error, "curve") : SGDL_OK;
    for (size_t c = 0; c < sizeof front / sizeof front[0] && status == SGDL_OK; c++)
        status = sgdl_table_column(table, error, "%s", front[c]);
    return status != SGDL_OK ? status : statistics_columns(&ensemble->bins, table, error);
}

static int add_bin(const ensemble_t *ensemble, size_t curve, size_t p, size_t bin, double *scratch,
                   sgdl_table_t *table, sgdl_error_t *error)
{
    const bins_t *bins = &ensemble->bins;
    const size_t width = (bins->C + 1) * bins->L;
    double *next;
    int status = sgdl_table_row(table, &next, error);
    if (status != SGDL_OK)
        return status;
    if (ensemble->curves > 1)
        *next++ = curves_value(ensemble->experiment.problem, curve);
    *next++ = ensemble_time(ensemble, p);
    *next++ = (double)(bin + 1);
    *next++ = bins->directions[bin] / (double)bins->d;
    *next++ = bins->eigenvalue[bin];
    for (size_t q = 0; q < width; q++)
        next = curves_statistics(
            next, ensemble_statistics(ensemble, curve, p, ensemble->readout.count + bin * width + q,
                                      scratch));
    return SGDL_OK;
}

int directions_table_curve(const ensemble_t *ensemble, size_t curve, double *scratch,
                           sgdl_table_t *table, sgdl_error_t *error)
{
    kept_t kept = ensemble_kept(ensemble, curve);
    int status = curves_comment_incomplete(ensemble, curve, table, error);
    for (size_t p = 0; p < kept.rows && status == SGDL_OK; p++) {
        status = sgdl_table_block(table, error);
        for (size_t bin = 0; bin < ensemble->bins.count && status == SGDL_OK; bin++)
            status = add_bin(ensemble, curve, p, bin, scratch, table, error);
    }
    return status;
}
