/* How often samples are decided wrongly. Given its label y a residual has mean
 * E e - (y - E y) sum_s R_g(t,s), and second moments that lack what the label's own spread adds. */
#include <math.h>
#include <stdlib.h>

#include "src/base/packed.h"
#include "src/theories/fixed_data/exact.h"

/* Given label j of class i: P(wrong). room [L + pairs]. */
static double error_of_label(const exact_t *self, size_t i, size_t j, double *room)
{
    const setup_t *setup = self->side->setup;
    const size_t L = setup->L;
    const exact_class_t *class = &self->class[i];
    sgdl_targets_t clean = setup->problem->targets;
    const double *y = clean.target + j * L, h = class->row_sum;
    double *m = room, *B = room + L;
    clean.noise = 0;
    for (size_t l = 0; l < L; l++) {
        const double own = y[l] - self->label_mean[i * L + l];
        m[l] = y[l] + class->ee_mean[l] - h * own;
        for (size_t k = l; k < L; k++) {
            const double known = class->ee_mean[l] * class->ee_mean[k] +
                                 h * h * self->label_cov[(i * L + l) * L + k];
            B[packed_index(L, l, k)] = class->ee[l * L + k] - known;
        }
        B[packed_index(L, l, l)] = fmax(B[packed_index(L, l, l)], 0);
    }
    return sgdl_error_label(setup->problem->loss, &clean, j, setup->pairs, m, B, NULL);
}

void exact_error(const exact_t *self, double *error)
{
    const setup_t *setup = self->side->setup;
    const sgdl_targets_t *targets = &setup->problem->targets;
    double *room = malloc((setup->L + setup->pairs) * sizeof *room);
    for (size_t i = 0; i < setup->C; i++) {
        error[i] = setup->K > 0 || setup->population.no_error || !room ? NAN : 0;
        for (size_t j = 0; j < targets->labels && error[i] == error[i]; j++) {
            const double chance =
                sgdl_targets_probability(targets, setup->problem->label_index[i], j);
            if (chance > 0)
                error[i] += chance * error_of_label(self, i, j, room);
        }
    }
    free(room);
}
