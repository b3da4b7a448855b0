/* The jacobian from the moments of degree four: prod F_{n_a} over the outputs, sum n_a = 4,
 * integrates to six times E prod q_a^{n_a}. */
#include <assert.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/base/packed.h"
#include "src/loss/softmax/exponential.h"
#include "src/loss/softmax/moments.h"
#include "src/loss/softmax/softmax_rules.h"

enum { BLOCK = EXPONENTIAL_BLOCK, DEGREE = 4 };

/* Goes through the monomials in their order; a row a factor that has been chosen. */
typedef struct walk {
    const exponential_rows_t *rows;
    size_t count;
    double *partial; /* [DEGREE*BLOCK] */
    double *sum;     /* the next monomial's */
} walk_t;

size_t exponential_jacobian_room(size_t L)
{
    return (size_t)DEGREE * BLOCK + softmax_monomials(L, DEGREE) + softmax_moments_room(L, DEGREE);
}

CLONES static void multiply(size_t count, const double *restrict x, const double *restrict y,
                            double *restrict out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = x[i] * y[i];
}

/* Those of the outputs from `first` on and what is left of the degree, times the row at `depth`. */
static void go_through(walk_t *self, size_t first, int left, size_t depth)
{
    const double *row = self->partial + depth * BLOCK;
    for (size_t a = first; a < self->rows->outputs; a++)
        for (int power = left; power > 0; power--) {
            const double *factor = self->rows->ratio[power] + a * BLOCK;
            if (power == left) {
                *self->sum++ += exponential_product(self->count, row, factor);
                continue;
            }
            multiply(self->count, row, factor, self->partial + (depth + 1) * BLOCK);
            go_through(self, a + 1, left - power, depth + 1);
        }
}

void exponential_jacobian(exponential_t *rule, size_t own, const double *m, double *jacobian)
{
    const size_t L = rule->L, monomials = softmax_monomials(L, DEGREE);
    walk_t walk = {.rows = &rule->rows, .partial = rule->room};
    double *const sums = walk.partial + (size_t)DEGREE * BLOCK;
    softmax_moments_t moments;
    size_t order[SOFTMAX_JACOBIAN_OUTPUTS];
    assert(L <= SOFTMAX_JACOBIAN_OUTPUTS);
    for (size_t a = 0; a < L; a++)
        order[a] = a;
    softmax_moments_init(&moments, L, DEGREE, sums + monomials);
    memset(sums, 0, monomials * sizeof *sums);
    for (factors_begin(&rule->factors, m); factors_next(&rule->factors);) {
        exponential_rows_begin(&rule->rows, own, rule->factors.M);
        while ((walk.count = exponential_rows_next(&rule->rows)) > 0) {
            for (size_t i = 0; i < walk.count; i++)
                walk.partial[i] = rule->factors.weight / 6 * rule->rows.product[i];
            walk.sum = sums;
            go_through(&walk, 0, DEGREE, 0);
        }
    }
    softmax_monomials_spread(L, DEGREE, sums, order, moments.fourth);
    softmax_moments_lower(&moments);
    softmax_moments_jacobian(&moments, own, jacobian);
}
