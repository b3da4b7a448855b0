/** The labels of a class's samples. */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_SAMPLED_LABELS_H
#define SGDLIMIT_THEORIES_FIXED_DATA_SAMPLED_LABELS_H

#include "src/theories/fixed_data/setup.h"

/** How many labels samples of a class may get given all else, 1 where that decides. */
size_t labels_count(const setup_t *setup, size_t class);

/** Does a label need a random number of its own? */
bool labels_are_drawn(const setup_t *setup, size_t class);

typedef struct label {
    double target; /* as the loss takes it */
    double right;  /* probability that the right decision is r > 0; NAN: there is none */
    double chance; /* of this one */
} label_t;

/** Number `number` < labels_count; r_star counts with a teacher. */
label_t labels_of(const setup_t *setup, size_t class, double r_star, size_t number);

/** The one that a uniform number in (0, 1) stands for; its chance is 1. */
label_t labels_draw(const setup_t *setup, size_t class, double r_star, double uniform);

#endif
