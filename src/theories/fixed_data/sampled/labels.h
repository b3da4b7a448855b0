/** The labels of a class's samples. */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_SAMPLED_LABELS_H
#define SGDLIMIT_THEORIES_FIXED_DATA_SAMPLED_LABELS_H

#include "src/theories/fixed_data/setup.h"

/** How many labels samples of a class may get given all else: the same of every class. */
size_t labels_count(const setup_t *setup);

/** Is a normal number added to them? */
bool labels_are_noisy(const setup_t *setup);

typedef struct label {
    double target; /* as the loss takes it */
    double right;  /* probability that the right decision is r > 0; NAN: there is none */
    double chance; /* of this one; they sum to 1 */
} label_t;

/** Number `number` < labels_count, and of labels from a signal given r* and a normal number. */
label_t labels_of(const setup_t *setup, size_t class, size_t number, double r_star, double normal);

#endif
