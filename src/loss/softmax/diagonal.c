#include "src/loss/softmax/diagonal.h"

#include <math.h>
#include <string.h>

#include "src/loss/softmax/exponential_node.h"

enum { BLOCK = EXPONENTIAL_BLOCK };

size_t diagonal_room(size_t L)
{
    return L + exponential_tables_room(L) / sizeof(double) + 1 + exponential_rows_room(L) +
           L * BLOCK;
}

static void add_block(const exponential_rows_t *rows, double *weighted, samples_t *out)
{
    const size_t L = out->L;
    for (size_t i = 0; i < rows->count; i++)
        out->risk += rows->risk[i];
    memset(weighted, 0, L * BLOCK * sizeof *weighted);
    for (size_t a = 0; a < L; a++) {
        const double *ratio = rows->ratio[1] + a * BLOCK;
        for (size_t i = 0; i < rows->count; i++)
            weighted[a * BLOCK + i] = rows->product[i] * ratio[i];
        out->first[a] += exponential_product(rows->count, rows->product, ratio);
    }
    for (size_t a = 0; a < L; a++) { /* E q_a^2 is of F_2 */
        out->second[a * L + a] +=
            exponential_product(rows->count, rows->product, rows->ratio[2] + a * BLOCK);
        for (size_t b = a + 1; b < L; b++)
            out->second[a * L + b] +=
                exponential_product(rows->count, weighted + a * BLOCK, rows->ratio[1] + b * BLOCK);
    }
}

void diagonal_average(const double *m, const double *deviation, double *room, samples_t *out)
{
    const size_t L = out->L;
    double *D = room, least = INFINITY;
    exponential_tables_t tables;
    exponential_rows_t rows;
    room += L;
    for (size_t a = 0; a < L; a++) {
        D[a] = deviation[a] * deviation[a];
        least = fmin(least, D[a]);
    }
    exponential_tables_init(&tables, L, room);
    room += exponential_tables_room(L) / sizeof(double) + 1;
    exponential_tables_fill(&tables, D, 0.35 * sqrt(1 + 0.6 * least), 3);
    exponential_rows_init(&rows, &tables, room);
    room += exponential_rows_room(L);
    exponential_rows_begin(&rows, out->own, m);
    while (exponential_rows_next(&rows) > 0)
        add_block(&rows, room, out);
}
