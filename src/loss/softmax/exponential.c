/* B = D + W W^T modulo shifts, nodes for the factors, and at each the exponential representation.
 */
#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "src/base/packed.h"
#include "src/loss/softmax/exponential.h"
#include "src/loss/softmax/moments.h"
#include "src/loss/softmax/softmax_rules.h"

enum { SMALL = 12, MIDDLE = 40 };

/* With many outputs hardly any factor is strong, and their rest to first order is more exact than
 * coarse grids for all of them. */
exponential_choice_t exponential_standard(size_t L)
{
    if (L <= SMALL)
        return (exponential_choice_t){2, L - 1, 0, false, 2};
    return (exponential_choice_t){2, L <= MIDDLE ? 10 : 6, L <= MIDDLE ? 0.05 : 0.12, true, 2};
}

size_t exponential_room(size_t L, size_t most)
{
    const size_t change = exponential_change_room(L) + L;
    const size_t jacobian = L <= SOFTMAX_JACOBIAN_OUTPUTS ? exponential_jacobian_room(L) : 0;
    const size_t derivatives = change > jacobian ? change : jacobian;
    return packed_length(L) + split_room(L, most) + factors_room(L) +
           exponential_tables_room(L) / sizeof(double) + 1 + exponential_rows_room(L) +
           L * EXPONENTIAL_BLOCK + 3 * L + L * L + derivatives;
}

size_t softmax_exponential_room(size_t L)
{
    return exponential_room(L, exponential_standard(L).most);
}

static double step_for(size_t L, const double *D)
{
    double least = D[0];
    for (size_t a = 1; a < L; a++)
        least = fmin(least, D[a]);
    return 0.35 * sqrt(1 + 0.6 * least);
}

/* Splits B and makes the tables; not 0: B is not finite. */
int exponential_begin(exponential_t *self, const exponential_choice_t *choice, size_t L,
                      const double *B, size_t orders, double *room)
{
    *self = (exponential_t){.L = L};
    split_init(&self->split, L, choice->most, true, room);
    self->split.least = choice->least;
    room += split_room(L, choice->most);
    if (choice->rest) {
        self->split.rest = room;
        room += packed_length(L);
    }
    if (split_covariance(&self->split, B, false) != 0)
        return 1;
    (void)factors_init(&self->factors, &self->split, choice->spread, choice->level, room);
    room += factors_room(L);
    exponential_tables_init(&self->tables, L, room);
    room += exponential_tables_room(L) / sizeof(double) + 1;
    exponential_tables_fill(&self->tables, self->split.D, step_for(L, self->split.D), orders);
    exponential_rows_init(&self->rows, &self->tables, room);
    room += exponential_rows_room(L);
    self->weighted = room;
    self->one = self->weighted + L * EXPONENTIAL_BLOCK;
    self->lower = self->one + L;
    self->square = self->lower + L;
    self->two = self->square + L;
    self->room = self->two + L * L;
    return 0;
}

/* Adds a block of a node: E q_a, E q_a q_b, the risk. */
static void add_block(exponential_t *self, size_t count)
{
    const size_t L = self->L;
    const exponential_rows_t *rows = &self->rows;
    const double weight = self->factors.weight, lower = self->factors.lower;
    double risk = 0;
    for (size_t i = 0; i < count; i++)
        risk += rows->risk[i];
    self->risk += weight * risk;
    for (size_t a = 0; a < L; a++) {
        const double *g = rows->ratio[1] + a * EXPONENTIAL_BLOCK;
        double *x = self->weighted + a * EXPONENTIAL_BLOCK;
        const double one = exponential_product(count, rows->product, g);
        self->one[a] += weight * one;
        self->lower[a] += lower * one;
        for (size_t i = 0; i < count; i++)
            x[i] = weight * rows->product[i] * g[i];
        self->square[a] += weight * exponential_product(count, rows->product,
                                                        rows->ratio[2] + a * EXPONENTIAL_BLOCK);
    }
    exponential_products(L, count, self->weighted, rows->ratio[1], self->two);
}

void exponential_clear(exponential_t *self)
{
    self->risk = 0;
    memset(self->one, 0, (3 * self->L + self->L * self->L) * sizeof *self->one);
}

static void sum_up(exponential_t *self, size_t own, const double *m)
{
    exponential_clear(self);
    for (factors_begin(&self->factors, m); factors_next(&self->factors);) {
        size_t count;
        exponential_rows_begin(&self->rows, own, self->factors.M);
        self->risk += self->factors.weight * self->rows.ahead;
        while ((count = exponential_rows_next(&self->rows)) > 0)
            add_block(self, count);
    }
}

void exponential_assemble(exponential_t *self, size_t own, sgdl_averages_t *out)
{
    const size_t L = self->L;
    for (size_t a = 0; a < L; a++) {
        self->two[a * L + a] = self->square[a];
        for (size_t b = 0; b < a; b++)
            self->two[a * L + b] = self->two[b * L + a];
    }
    const softmax_moments_t moments = {.L = L, .first = self->one, .second = self->two};
    softmax_moments_gradient(&moments, own, out);
}

void exponential_average(const exponential_choice_t *choice, size_t L, size_t own, const double *m,
                         const double *B, sgdl_averages_t *out)
{
    exponential_t self;
    const size_t orders = out->jacobian || choice->rest ? EXPONENTIAL_ORDERS : 3;
    if (exponential_begin(&self, choice, L, B, orders, out->room) != 0) {
        softmax_moments_fail(L, out);
        return;
    }
    sum_up(&self, own, m);
    if (choice->rest)
        exponential_add_rest(&self, own, m);
    exponential_assemble(&self, own, out);
    out->risk = self.risk;
    out->estimate = 0;
    for (size_t a = 0; a < L; a++)
        out->estimate = fmax(out->estimate, fabs(self.one[a] - self.lower[a]));
    if (out->jacobian)
        exponential_jacobian(&self, own, m, out->jacobian);
}

void softmax_exponential(size_t L, size_t own, const double *m, const double *B,
                         sgdl_averages_t *out)
{
    const exponential_choice_t choice = exponential_standard(L);
    exponential_average(&choice, L, own, m, B, out);
}
