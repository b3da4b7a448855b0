/**
 * Relaxation rates of the Fokker-Planck operator in one coordinate, and its slow modes:
 *
 *     m(t) = stationary + sum_k c_k right_k e^{-rate_k t},   c_k = sum_i left_ki m_i(0)
 *
 * Rates that are exponentially small, as those of metastable wells, keep all their digits: the
 * operator that acts on the fluxes through the faces has the same rates but for the zero, and a
 * factor whose entries are sums and products of positive numbers. Whatever follows works with that
 * factor and never with differences of rates between cells.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_SPECTRUM_H
#define SGDLIMIT_THEORIES_DIFFUSION_SPECTRUM_H

#include "src/theories/diffusion/generator.h"

/** The slowest modes. To be freed in any case. */
typedef struct spectrum {
    size_t cells, modes;
    double *rate; /* [modes] per t, increasing, by bisection; without the zero of the stationary law
                     and never below SPECTRUM_LEAST; owned */
    double *again; /* [modes] the same by inverse iteration; of rate's block */
    double next;   /* the rate of the mode after these; INFINITY if there is none */
    double
        *left; /* [modes*cells] functions of x, left_k0 > 0: sum_i stationary_i left_ki left_li is 1
                  for k = l,  else 0, and sum_i stationary_i left_ki is 0; of rate's block */
    double *right; /* [modes*cells] masses: stationary_i left_ki; of rate's block */
} spectrum_t;

/** Rates below it are lost to underflow. */
#define SPECTRUM_LEAST 1e-290

/** Of that many slow modes (less where there are fewer cells); O(modes * cells). With minima - 1 of
 * them, metastable wells are told apart: then `next` is far above. Errors: SGDL_ERR_MEMORY. */
int spectrum_init(spectrum_t *self, const generator_t *generator, size_t modes,
                  sgdl_error_t *error) SGDL_CHECKED;
void spectrum_free(spectrum_t *self);

/** All rates but the zero, increasing, by dqds: O(cells^2). rate [cells - 1]. Errors:
 * SGDL_ERR_MEMORY, SGDL_ERR_EXTERNAL. */
int spectrum_all(const generator_t *generator, double *rate, sgdl_error_t *error) SGDL_CHECKED;

enum { SPECTRUM_COMPARED = 8192 }; /* cells for which all rates take seconds */

/** The largest relative difference between the rates of the slow modes as found by bisection, by
 * inverse iteration and, up to SPECTRUM_COMPARED cells and where none is lost, among all rates;
 * into *apart. Errors: SGDL_ERR_SOLVER (above 1e-8), and as spectrum_all. */
int spectrum_check(const spectrum_t *self, const generator_t *generator, double *apart,
                   sgdl_error_t *error) SGDL_CHECKED;

#endif
