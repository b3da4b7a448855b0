#include "src/theories/fixed_data/limit/minimiser.h"

#include <stdlib.h>

int minimiser_init(minimiser_t *self, const setup_t *setup, sgdl_error_t *error)
{
    const layout_t layout = layout_of(setup);
    *self = (minimiser_t){.setup = setup, .layout = layout};
    self->own =
        calloc(layout.width + setup->C + setup->N + setup->C * setup->pairs, sizeof *self->own);
    if (!self->own)
        return sgdl_fail_memory(error);
    self->row = self->own;
    self->V = self->row + layout.width;
    self->H = self->V + setup->C;
    self->residual_moment = self->H + setup->N;
    return SGDL_OK;
}

void minimiser_free(minimiser_t *self)
{
    free(self->own);
    *self = (minimiser_t){0};
}

double minimiser_scale(const setup_t *setup)
{
    double sum = 0;
    for (size_t n = 0; n < setup->N; n++)
        for (size_t i = 0; i < setup->C; i++)
            sum += setup->weight[n] * setup->p[i] * setup->eigenvalue[n * setup->C + i];
    return sum;
}
