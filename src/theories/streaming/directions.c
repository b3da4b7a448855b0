#include "src/theories/streaming/directions.h"

#include <math.h>

/* "A" alone, "A_2" for the second output, "A_2_1" where there are several latent coordinates. */
static int name_A(const sgdl_system_t *system, sgdl_table_t *table, size_t a, size_t j,
                  sgdl_error_t *error)
{
    if (system->k > 1)
        return sgdl_table_column(table, error, "A_%zu_%zu", a + 1, j + 1);
    return system->L > 1 ? sgdl_table_column(table, error, "A_%zu", a + 1)
                         : sgdl_table_column(table, error, "A");
}

static int name_S(const sgdl_system_t *system, sgdl_table_t *table, size_t a, size_t b,
                  sgdl_error_t *error)
{
    if (system->pairs > system->L)
        return sgdl_table_column(table, error, "S_%zu_%zu", a + 1, b + 1);
    return system->L > 1 ? sgdl_table_column(table, error, "S_%zu", a + 1)
                         : sgdl_table_column(table, error, "S");
}

int directions_columns(const sgdl_system_t *system, bool curve_column, sgdl_table_t *table,
                       sgdl_error_t *error)
{
    static const char *const front[] = {"t", "node", "weight", "eigenvalue_bar", "clean"};
    const size_t L = system->L;
    int status = curve_column ? sgdl_table_column(table, error, "curve") : SGDL_OK;
    for (size_t c = 0; c < sizeof front / sizeof front[0] && status == SGDL_OK; c++)
        status = sgdl_table_column(table, error, "%s", front[c]);
    for (size_t a = 0; a < L && status == SGDL_OK; a++)
        for (size_t j = 0; j < system->k && status == SGDL_OK; j++)
            status = name_A(system, table, a, j, error);
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < (system->pairs == L ? a + 1 : L) && status == SGDL_OK; b++)
            status = name_S(system, table, a, b, error);
    for (size_t i = 0; i < system->C; i++)
        for (size_t a = 0; a < L && status == SGDL_OK; a++)
            status = L > 1 ? sgdl_table_column(table, error, "overlap_%zu_%zu", i + 1, a + 1)
                           : sgdl_table_column(table, error, "overlap_%zu", i + 1);
    return status;
}

/* A_n . N_{n,i}: m_i is its sum over nodes with their weights. */
static double overlap(const sgdl_system_t *system, const double *y, size_t i, size_t a, size_t n)
{
    double sum = 0;
    for (size_t j = 0; j < system->k; j++)
        sum += y[system->A + (a * system->k + j) * system->N + n] *
               system->nodes->mean[(i * system->k + j) * system->N + n];
    return sum;
}

static void fill_row(const sgdl_system_t *system, const double *y, size_t n, double *next)
{
    const sgdl_nodes_t *nodes = system->nodes;
    *next++ = (double)(n + 1);
    *next++ = nodes->weight[n];
    *next++ = nodes->eigenvalue_bar[n];
    *next++ = nodes->clean[n] ? 1 : 0;
    for (size_t c = 0; c < system->L * system->k; c++)
        *next++ = y[system->A + c * system->N + n];
    for (size_t p = 0; p < system->pairs; p++)
        *next++ = y[system->S + p * system->N + n];
    for (size_t i = 0; i < system->C; i++)
        for (size_t a = 0; a < system->L; a++)
            *next++ = overlap(system, y, i, a, n);
}

int directions_block(sgdl_system_t *system, double curve, double t, const double *y,
                     sgdl_table_t *table, double *risk, sgdl_error_t *error)
{
    int status = sgdl_table_block(table, error);
    for (size_t n = 0; n < system->N && status == SGDL_OK; n++) {
        double *next;
        status = sgdl_table_row(table, &next, error);
        if (status != SGDL_OK)
            break;
        if (!isnan(curve))
            *next++ = curve;
        *next++ = t;
        fill_row(system, y, n, next);
    }
    *risk = system_evaluate(system, t, y) == 0 ? 0 : NAN;
    for (size_t i = 0; i < system->C; i++)
        *risk += system->problem->weight[i] * system->average[i].risk;
    return status;
}
