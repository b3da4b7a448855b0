#include "src/theories/fixed_data/sampled/gaussians.h"

#include <math.h>
#include <stdlib.h>

/* What is left of a variance, relative to it, that rounding may have made. */
static const double PIVOT = 1e-10;

double gaussians_memory(size_t room)
{
    return (double)room * ((double)room * sizeof(double) + sizeof(size_t));
}

int gaussians_init(gaussians_t *self, size_t room, sgdl_error_t *error)
{
    *self = (gaussians_t){.room = room};
    self->L = calloc(room * room, sizeof *self->L);
    self->pivot = calloc(room, sizeof *self->pivot);
    return self->L && self->pivot ? SGDL_OK : sgdl_fail_memory(error);
}

void gaussians_free(gaussians_t *self)
{
    free(self->L);
    free(self->pivot);
    *self = (gaussians_t){0};
}

bool gaussians_row(gaussians_t *self, const double *covariance, double variance)
{
    double *row = self->L + self->rows * self->room, left = variance;
    for (size_t q = 0; q < self->rank; q++) {
        const double *before = self->L + self->pivot[q] * self->room;
        double rest = covariance[self->pivot[q]];
        for (size_t k = 0; k < q; k++)
            rest -= row[k] * before[k];
        row[q] = rest / before[q];
        left -= row[q] * row[q];
    }
    if (!(left > PIVOT * variance))
        return false;
    row[self->rank] = sqrt(left);
    return true;
}

void gaussians_commit(gaussians_t *self, bool brings)
{
    if (brings)
        self->pivot[self->rank++] = self->rows;
    self->rows++;
}
