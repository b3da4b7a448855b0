/**
 * The law of a sample's label given omega, what its preactivation would be without it.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_LABEL_LAW_H
#define SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_LABEL_LAW_H

#include "src/theories/fixed_data/limit/sample_average.h"

typedef struct label_law {
    const teacher_t *teacher; /* NULL: labels hang on the class alone */
    double chance;            /* of label 1 without a teacher */
    double m;                 /* of omega */
    double signal_m;          /* of r* */
    double slope, left;       /* r* given omega: slope of the mean, variance */
    double step;              /* in omega at which sums over a grid are exact */
} label_law_t;

/** false: there is no such law. */
bool label_law_init(label_law_t *self, const setup_t *setup, const sample_law_t *law);

/** P(label 1 | omega) and, beside it, E[1(label 1) (r* - m*) | omega]; the same of label 0.
 * Not of soft labels. */
void label_law_at(const label_law_t *self, double omega, double chance[2], double signal[2]);

#endif
