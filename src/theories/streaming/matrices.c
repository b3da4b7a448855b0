#include "src/theories/streaming/matrices.h"

int matrices_note_clipped(const sgdl_sink_t *sink, double clipped, sgdl_error_t *error)
{
    if (clipped == 0)
        return SGDL_OK;
    return emit_note(sink, "clipped_eigenvalues", error,
                     "eigenvalues below 0 count as 0: the lowest was %.3g of its matrix' largest",
                     clipped);
}

int matrices_note(const sgdl_sink_t *sink, const sgdl_nodes_t *nodes, sgdl_error_t *error)
{
    if (!nodes->matrices)
        return SGDL_OK;
    int status =
        nodes->matrix
            ? emit_note(sink, "covariances", error,
                        "matrices that do not commute: off-diagonal parts up to %.3g of them in "
                        "the eigenbasis of their mean",
                        nodes->residual)
            : emit_note(sink, "covariances", error,
                        "matrices that commute: diagonal in a common basis, up to %.3g of them",
                        nodes->residual);
    return status == SGDL_OK ? matrices_note_clipped(sink, nodes->clipped, error) : status;
}
