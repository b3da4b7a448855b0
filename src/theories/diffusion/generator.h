/**
 * The Fokker-Planck operator in one coordinate as rates between cells (Scharfetter and Gummel's):
 *
 *     dm_i/dt = up_{i-1} m_{i-1} + down_i m_{i+1} - (up_i + down_{i-1}) m_i
 *
 * Columns sum to zero, rates are positive, and m_i ~ vol_i e^{-W_i} is exactly stationary.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_GENERATOR_H
#define SGDLIMIT_THEORIES_DIFFUSION_GENERATOR_H

#include "src/theories/diffusion/grid.h"

/** To be freed in any case. */
typedef struct generator {
    const setting_t *setting; /* borrowed */
    grid_t grid;              /* owned */
    double heat;              /* at which the rates hold */
    double *up;               /* [cells - 1] from cell i to i + 1; owned */
    double *down;             /* [cells - 1] from cell i + 1 to i; in up's block */
    double *step;             /* [cells - 1] W_{i+1} - W_i; in up's block */
    double *stationary;       /* [cells] masses, sum 1; in up's block */
    double *drive;            /* [cells - 1] int U'/Sigma dx between centres: step = drive/heat + */
    double *log_ratio;        /* [cells - 1] log(Sigma_{i+1}/Sigma_i); in up's block */
    double *spread;           /* [cells - 1] Sigma at the face over the distance of the centres */
} generator_t;

/** On that many cells. Errors: as grid_init. */
int generator_init(generator_t *self, const setting_t *setting, size_t cells,
                   sgdl_error_t *error) SGDL_CHECKED;
/** The same on cells of the caller's making, which it takes over. Errors: SGDL_ERR_MEMORY. */
int generator_init_on(generator_t *self, const setting_t *setting, grid_t *grid,
                      sgdl_error_t *error) SGDL_CHECKED;
void generator_free(generator_t *self);

/** The same at another heat (a schedule's): allocates nothing. */
void generator_heat(generator_t *self, double heat);
/** Its rates and steps alone, `stationary` stays: cheap, for right-hand sides. */
void generator_rates(generator_t *self, double heat);

/** dm/dt. m, dm [cells]. */
void generator_apply(const generator_t *self, const double *m, double *dm);

#endif
