/**
 * Factors of shift I - Q, Q the rates of a plane, some cells absorbing.
 *
 * Gaussian elimination that never subtracts (Grassmann, Taksar and Heyman): a pivot is the sum of
 * what leaves its column, not a difference. Solutions of right-hand sides that are not negative
 * have the digits of the rates in every entry, however long it takes to get from one well into
 * another.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_PLANE_FACTOR_H
#define SGDLIMIT_THEORIES_DIFFUSION_PLANE_FACTOR_H

#include "src/theories/diffusion/plane.h"

/** To be freed in any case. */
typedef struct plane_factor {
    size_t count, band;
    double *row;    /* [count][2 band + 1] about the diagonal, which is unused: factors; owned */
    double *pivot;  /* [count]; 0: the cell takes no part; of row's block */
    double *excess; /* [count] scratch; of row's block */
} plane_factor_t;

/** Bytes that factors of so many cells take. */
double plane_factor_bytes(const plane_t *plane);

/** absorbing [count], may be NULL: none. What flows into such a cell is lost, and it takes no part.
 * Errors: SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED, SGDL_ERR_SOLVER (singular). */
int plane_factor_init(plane_factor_t *self, const plane_t *plane, double shift,
                      const bool *absorbing, const sgdl_watch_t *watch,
                      sgdl_error_t *error) SGDL_CHECKED;
void plane_factor_free(plane_factor_t *self);

/** x <- (shift I - Q)^-1 x, and with the transpose. x [count]; 0 in absorbing cells. */
void plane_factor_solve(const plane_factor_t *self, double *x);
void plane_factor_solve_transposed(const plane_factor_t *self, double *x);

#endif
