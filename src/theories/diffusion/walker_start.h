/**
 * Draws from the start of a problem on a landscape: a Gaussian, or the stationary law of a basin by
 * its cells' masses.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_WALKER_START_H
#define SGDLIMIT_THEORIES_DIFFUSION_WALKER_START_H

#include "src/random/stream.h"
#include "src/theories/diffusion/setting.h"

/** To be freed in any case. */
typedef struct start_law {
    size_t cells; /* 0: the Gaussian */
    double *upto; /* [cells] mass of a cell and those before; owned */
    double *low;  /* [cells*coordinates] of each cell, its lower end; owned */
    double *size; /* [cells*coordinates]; in low's block */
    bool *shared; /* [cells] with another basin; owned */
    size_t basin; /* whose law it is */
} start_law_t;

/** Errors: as grid_init, or those of a plane's stationary law. */
int start_law_init(start_law_t *self, const setting_t *setting, const sgdl_plan_t *plan,
                   sgdl_error_t *error) SGDL_CHECKED;
void start_law_free(start_law_t *self);

/** Fills x [coordinates]. */
void start_law_draw(const start_law_t *self, const setting_t *setting, normals_t *normals,
                    words_t *words, double *x);

/** E x and E x^2 of what is drawn, in one coordinate. */
void start_law_moments(const start_law_t *self, const setting_t *setting, double *mean,
                       double *square);

#endif
