/**
 * e^{tQ} on a vector of masses without steps in time: Arnoldi's process with (shift I - Q)^-1,
 * whose space holds the answer for all times about 1/shift, however stiff Q is.
 *
 * The slow modes are taken out beforehand, so that what is left dies within the wells.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_PLANE_FLOW_H
#define SGDLIMIT_THEORIES_DIFFUSION_PLANE_FLOW_H

#include "src/theories/diffusion/plane_arnoldi.h"
#include "src/theories/diffusion/plane_modes.h"

enum { FLOW_ORDER = 5 };

/** To be freed in any case. */
typedef struct plane_flow {
    const plane_modes_t *modes; /* borrowed */
    double *fast; /* [count] the law at time `begin` but for the stationary law and the slow modes;
                     owned */
    double begin;
    double *slow;    /* [modes] parts of the slow modes in the start; of fast's block */
    double *weight;  /* [count] of the inner product; of fast's block */
    double *mass;    /* [count] the law that was reached; of fast's block */
    arnoldi_t space; /* its basis is of fast's block */
    double *small;   /* (FLOW_ORDER + 3) matrices [ARNOLDI_MOST^2]; of fast's block */
    double norm;     /* of fast */
    double shift;
    size_t size;     /* of the space; 0: none that serves */
    double from, to; /* the times that it serves */
    /* what it took */
    size_t factors, solves, largest;
    double clipped; /* the largest mass that was below 0 */
} plane_flow_t;

/** Bytes that it takes beside the factors. */
double plane_flow_bytes(const plane_t *plane);

/** Of masses start [count], sum 1, and less modes than there are minima. Errors: SGDL_ERR_MEMORY.
 */
int plane_flow_init(plane_flow_t *self, const plane_modes_t *modes, const double *start,
                    sgdl_error_t *error) SGDL_CHECKED;
void plane_flow_free(plane_flow_t *self);

/** The law at time t into self->mass; `horizon` >= t is the last time that will be asked for.
 * Errors: SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED, SGDL_ERR_SOLVER. */
int plane_flow_at(plane_flow_t *self, double t, double horizon, sgdl_error_t *error) SGDL_CHECKED;

#endif
