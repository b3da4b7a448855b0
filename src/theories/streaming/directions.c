#include "src/theories/streaming/directions.h"

/* "A" alone, "A_2" for the second output, "A_2_1" where there are several latent coordinates. */
static int name_A(const sgdl_system_t *system, emit_list_t *list, size_t a, size_t j,
                  sgdl_error_t *error)
{
    if (system->k > 1)
        return emit_add(list, error, "A_%zu_%zu", a + 1, j + 1);
    return system->L > 1 ? emit_add(list, error, "A_%zu", a + 1) : emit_add(list, error, "A");
}

static int name_S(const sgdl_system_t *system, emit_list_t *list, size_t a, size_t b,
                  sgdl_error_t *error)
{
    if (system->pairs > system->L)
        return emit_add(list, error, "S_%zu_%zu", a + 1, b + 1);
    return system->L > 1 ? emit_add(list, error, "S_%zu", a + 1) : emit_add(list, error, "S");
}

int directions_quantities(const sgdl_system_t *system, emit_list_t *list, sgdl_error_t *error)
{
    static const char *const front[] = {"t", "node", "weight", "eigenvalue_bar", "clean"};
    const size_t L = system->L;
    int status = SGDL_OK;
    for (size_t c = 0; c < sizeof front / sizeof front[0] && status == SGDL_OK; c++)
        status = emit_add(list, error, "%s", front[c]);
    for (size_t a = 0; a < L && status == SGDL_OK; a++)
        for (size_t j = 0; j < system->k && status == SGDL_OK; j++)
            status = name_A(system, list, a, j, error);
    for (size_t a = 0; a < L; a++)
        for (size_t b = a; b < (system->pairs == L ? a + 1 : L) && status == SGDL_OK; b++)
            status = name_S(system, list, a, b, error);
    for (size_t i = 0; i < system->C; i++)
        for (size_t a = 0; a < L && status == SGDL_OK; a++)
            status = L > 1 ? emit_add(list, error, "overlap_%zu_%zu", i + 1, a + 1)
                           : emit_add(list, error, "overlap_%zu", i + 1);
    if (system->has_signal && status == SGDL_OK)
        status = emit_add(list, error, "overlap_signal");
    return status;
}

/* A_n . N_{n,i}: m_i is its sum over nodes with their weights; i = C: of the signal. */
static double overlap(const sgdl_system_t *system, const double *y, size_t i, size_t a, size_t n)
{
    double sum = 0;
    for (size_t j = 0; j < system->k; j++)
        sum += weights_first(system, y, a, j, n) *
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
    for (size_t a = 0; a < system->L; a++)
        for (size_t j = 0; j < system->k; j++)
            *next++ = weights_first(system, y, a, j, n);
    for (size_t p = 0; p < system->pairs; p++)
        *next++ =
            system->shift != 0 ? weights_second(system, y, n) : y[system->S + p * system->N + n];
    for (size_t i = 0; i < system->C; i++)
        for (size_t a = 0; a < system->L; a++)
            *next++ = overlap(system, y, i, a, n);
    if (system->has_signal)
        *next++ = overlap(system, y, system->C, 0, n);
}

int directions_rows(const course_t *course, const double *y, double *row, bool curve_first,
                    const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const sgdl_system_t *system = &course->system;
    double *next = row + (curve_first ? 1 : 0);
    *next++ = course->observer.seen.t;
    int status = SGDL_OK;
    for (size_t n = 0; n < system->N && status == SGDL_OK; n++) {
        fill_row(system, y, n, next);
        status = emit_row(sink, row, error);
    }
    return status;
}
