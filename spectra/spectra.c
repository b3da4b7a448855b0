/* Nodes of a mixture: listed or integrated, summed, and compressed where they are many. */
#include "sgdlimit/spectra.h"

#include <math.h>

#include "spectra/compress/compress.h"
#include "spectra/nodes/nodes.h"

sgdl_quadrature_t sgdl_quadrature_default(void)
{
    return (sgdl_quadrature_t){.accuracy = 1e-8, .reach = 1e4, .refine = 1};
}

int sgdl_nodes_init(sgdl_nodes_t *self, const sgdl_mixture_t *mixture,
                    const sgdl_quadrature_t *quadrature, sgdl_error_t *error)
{
    const sgdl_quadrature_t standard = sgdl_quadrature_default();
    if (!quadrature)
        quadrature = &standard;
    *self = (sgdl_nodes_t){0};
    if (mixture->classes == 0)
        return sgdl_fail(error, SGDL_ERR_INPUT, "classes", "found a mixture of 0, allowed from 1");
    const bool limit = isinf(mixture->dimension);
    int status = limit ? nodes_init_limit(self, mixture, quadrature, error)
                       : nodes_init_finite(self, mixture, quadrature->matrices, error);
    if (status == SGDL_OK) {
        self->dimension = mixture->dimension;
        status = nodes_fill_sums(self, mixture, error);
    }
    for (size_t e = 0; status == SGDL_OK && self->matrix && e < self->classes * self->classes; e++)
        self->mahalanobis2[e] = NAN; /* which takes more than the diagonals */
    const size_t most = quadrature->most > 0 ? quadrature->most : SGDL_NODES_EXACT;
    if (status == SGDL_OK && (!limit || quadrature->most > 0) && self->count > most &&
        !self->matrix) {
        if (quadrature->exact)
            self->exact_because = "it was asked for";
        else
            status = nodes_compress(self, mixture, quadrature, error);
    }
    if (status != SGDL_OK)
        sgdl_nodes_free(self);
    return status;
}
