/**
 * Directions in bins of their mean eigenvalue, so that an ensemble can tell where in the space of
 * directions its runs are: overlap densities chi nu_i (with a teacher the signal's, too) and second
 * moments chi^2, bin by bin, chi = sqrt(d) times the coordinate of X.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_WALKERS_BINS_H
#define SGDLIMIT_THEORIES_STREAMING_WALKERS_BINS_H

#include "src/theories/streaming/walkers/experiment.h"

typedef struct bins {
    size_t means; /* C, and one more of a signal behind them */
    size_t L, d;
    size_t count;       /* bins that are not empty, in order of eigenvalue */
    size_t *of;         /* [d] the bin of a direction */
    double *mean;       /* [means*d] nu_{i,rho}, class-major */
    double *directions; /* [count] how many there are in a bin */
    double *eigenvalue; /* [count] the average of lambda_bar over a bin */
    size_t quantities;  /* of a row: count*(means*L + L) */
} bins_t;

/** Equal eigenvalues in one bin each if they are few, else bins of equal width in log lambda_bar
 * and one of zeros. To be freed in any case. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int bins_init(bins_t *self, const experiment_t *experiment, sgdl_error_t *error) SGDL_CHECKED;
void bins_free(bins_t *self);

/** Fills a row [quantities]: in each bin the averages of chi_a nu_i (class-major), then of chi_a^2.
 * chi [L*d], one output after another. */
void bins_row(const bins_t *self, const double *chi, double *row);

#endif
