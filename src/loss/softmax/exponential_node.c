#include <math.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/loss/softmax/exponential_node.h"

enum { BLOCK = EXPONENTIAL_BLOCK, TILE = 4 };

/* Sums over places go in eight lanes whatever the machine. */
typedef double lanes_t __attribute__((vector_size(64), aligned(8), may_alias));

static const double least = 1e-300; /* F_0 may vanish, and F_1 with it */

size_t exponential_rows_room(size_t outputs)
{
    return BLOCK * (2 + (EXPONENTIAL_ORDERS - 1) * outputs + EXPONENTIAL_ORDERS + 1 + 2);
}

void exponential_rows_init(exponential_rows_t *self, const exponential_tables_t *tables,
                           double *room)
{
    *self = (exponential_rows_t){.outputs = tables->outputs, .tables = tables, .product = room};
    self->risk = self->product + BLOCK;
    self->scratch = self->risk + BLOCK;
    double *next = self->scratch + (size_t)(EXPONENTIAL_ORDERS + 3) * BLOCK;
    for (int n = 1; n < EXPONENTIAL_ORDERS; n++, next += BLOCK * self->outputs)
        self->ratio[n] = next;
}

void exponential_rows_begin(exponential_rows_t *self, size_t own, const double *M)
{
    const exponential_tables_t *tables = self->tables;
    double low = -INFINITY, high = -INFINITY;
    for (size_t b = 0; b < self->outputs; b++) {
        low = fmax(low, M[b] + tables->low[b]);
        high = fmax(high, M[b] + tables->high[b]);
    }
    /* the risk of an output far behind is that of the foremost and how far it is behind */
    size_t foremost = 0;
    for (size_t b = 1; b < self->outputs; b++)
        if (M[b] > M[foremost])
            foremost = b;
    self->reference = M[own] > M[foremost] - 10 ? own : foremost;
    self->ahead = M[self->reference] - M[own];
    low = fmin(low, M[self->reference] + tables->low[self->reference]);
    self->M = M;
    self->next = floor(low / tables->step);
    self->end = ceil(high / tables->step);
}

/* On from the rows of one of the others: rest, the complement of their product, without
 * cancellation. */
CLONES static void go_on(size_t count, const double *restrict complement, const double *restrict f,
                         double *restrict product, double *restrict rest)
{
    for (size_t i = 0; i < count; i++) {
        rest[i] += product[i] * complement[i];
        product[i] *= f[i];
    }
}

CLONES static void divide(size_t count, const double *restrict f, const double *restrict by,
                          double *restrict out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = f[i] / (by[i] + least);
}

CLONES static void finish(size_t count, double step, const double *restrict own,
                          double *restrict product, double *restrict rest)
{
    for (size_t i = 0; i < count; i++) {
        rest[i] *= step * own[i];
        product[i] *= step * own[i];
    }
}

size_t exponential_rows_next(exponential_rows_t *self)
{
    const exponential_tables_t *tables = self->tables;
    const double left = self->end - self->next + 1;
    if (!(left >= 1))
        return 0;
    const size_t count = left < BLOCK ? (size_t)left : BLOCK, whole = (count + 7) / 8 * 8;
    double *own = self->scratch + (size_t)(EXPONENTIAL_ORDERS + 1) * BLOCK;
    for (size_t i = 0; i < whole; i++)
        self->product[i] = i < count, self->risk[i] = 0;
    for (size_t b = 0; b < self->outputs; b++) {
        double *f = self->scratch;
        exponential_tables_rows(tables, b, self->next * tables->step - self->M[b], whole, BLOCK, f);
        if (b == self->reference)
            memcpy(own, f + BLOCK, whole * sizeof *f);
        else
            go_on(whole, f, f + BLOCK, self->product, self->risk);
        for (size_t n = 1; n < tables->orders; n++)
            divide(whole, f + (n + 1) * BLOCK, f + BLOCK, self->ratio[n] + b * BLOCK);
    }
    finish(whole, tables->step, own, self->product, self->risk);
    self->next += (double)count;
    self->count = whole;
    return whole;
}

double exponential_product(size_t count, const double *x, const double *y)
{
    lanes_t sum = {0};
    for (size_t i = 0; i < count; i += 8)
        sum += *(const lanes_t *)(x + i) * *(const lanes_t *)(y + i);
    return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

/* TILE x TILE sums of products of rows. */
CLONES static void tile(size_t count, const double *x, const double *y, double out[TILE][TILE])
{
    lanes_t s[TILE][TILE];
    memset(s, 0, sizeof s);
    for (size_t i = 0; i < count; i += 8) {
        lanes_t b[TILE];
        for (int k = 0; k < TILE; k++)
            b[k] = *(const lanes_t *)(y + (size_t)k * BLOCK + i);
        for (int j = 0; j < TILE; j++) {
            const lanes_t a = *(const lanes_t *)(x + (size_t)j * BLOCK + i);
            for (int k = 0; k < TILE; k++)
                s[j][k] += a * b[k];
        }
    }
    for (int j = 0; j < TILE; j++)
        for (int k = 0; k < TILE; k++)
            out[j][k] = ((s[j][k][0] + s[j][k][4]) + (s[j][k][1] + s[j][k][5])) +
                        ((s[j][k][2] + s[j][k][6]) + (s[j][k][3] + s[j][k][7]));
}

void exponential_products(size_t L, size_t count, const double *x, const double *y, double *sum)
{
    const size_t whole = L / TILE * TILE;
    for (size_t a = 0; a < whole; a += TILE)
        for (size_t b = a; b < whole; b += TILE) {
            double out[TILE][TILE];
            tile(count, x + a * BLOCK, y + b * BLOCK, out);
            for (size_t j = 0; j < TILE; j++)
                for (size_t k = 0; k < TILE; k++)
                    sum[(a + j) * L + b + k] += out[j][k];
        }
    for (size_t b = whole; b < L; b++)
        for (size_t a = 0; a <= b; a++)
            sum[a * L + b] += exponential_product(count, x + a * BLOCK, y + b * BLOCK);
}
