/**
 * What a pass says of X_t in one row of numbers, of which rows may be averaged and extrapolated.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_LAYOUT_H
#define SGDLIMIT_THEORIES_FIXED_DATA_LAYOUT_H

#include "src/theories/fixed_data/setup.h"

/** Where in a row what begins. */
typedef struct layout {
    size_t mean;        /* [C*L] m_i, the bias included */
    size_t moment;      /* [C*pairs] B_i = X^T K_i X, packed upper triangles */
    size_t cross;       /* [C*L*K] X^T K_i X* */
    size_t norm2;       /* [L] |X_a|^2 */
    size_t overlap;     /* [L*K] X_a . X* */
    size_t bias;        /* [L] */
    size_t train_risk;  /* [C] mean loss over the samples of a class; the ridge left out */
    size_t train_error; /* [C] likewise; NAN where there is none */
    size_t width;       /* numbers of a row */
} layout_t;

layout_t layout_of(const setup_t *setup);

#endif
