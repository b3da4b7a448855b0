/*
 * O. Ledoit and M. Wolf, A well-conditioned estimator for large-dimensional covariance matrices,
 * J. Multivariate Analysis 88 (2004): S* = (1 - w) S + w m I with m = tr S/d and
 *
 *     w = min(b^2, D^2)/D^2,   D^2 = |S - m I|^2,   b^2 = (1/n^2) sum_r |x_r x_r^T - S|^2
 *
 * in the norm |A|^2 = tr(A A^T)/d. Since S is the mean of x_r x_r^T,
 * b^2 d = (1/n^2) sum_r |x_r|^4 - tr(S^2)/n.
 */
#include <math.h>

#include "src/data/fit.h"

double shrinkage_ledoit_wolf(size_t n, size_t d, const double *x, const double *S)
{
    double trace = 0, square = 0, fourth = 0;
    for (size_t a = 0; a < d; a++) {
        trace += S[a * d + a];
        square += S[a * d + a] * S[a * d + a];
        for (size_t b = a + 1; b < d; b++)
            square += 2 * S[a * d + b] * S[a * d + b];
    }
    for (size_t r = 0; r < n; r++) {
        double norm2 = 0;
        for (size_t a = 0; a < d; a++)
            norm2 += x[r * d + a] * x[r * d + a];
        fourth += norm2 * norm2;
    }
    const double rows = (double)n;
    const double spread = square - trace * trace / (double)d; /* D^2 d */
    const double noise = fourth / (rows * rows) - square / rows;
    if (!(noise > 0))
        return 0;
    return spread > noise ? noise / spread : 1;
}
