/*
 * Two outputs: softmax is the logistic loss log(1 + e^-z) of the difference z = r_own - r_other.
 */
#include <math.h>

#include "src/loss/softmax/softmax_rules.h"

/* By m_0, m_1, B_00, B_01, B_11 from the derivatives by mean and variance of z. */
static void put_row(size_t own, double by_mean, double by_variance, double *row)
{
    row[own] = by_mean;
    row[1 - own] = -by_mean;
    row[2] = row[4] = by_variance;
    row[3] = -2 * by_variance;
}

static void put_jacobian(size_t own, const sgdl_logistic_averages_t *z, double *jacobian)
{
    static const double sign[3] = {1, -1, 1}; /* of the entries 00, 01, 11 */
    enum { ROW = 5 };
    for (size_t a = 0; a < 2; a++)
        put_row(own, a == own ? z->h : -z->h, a == own ? z->h1 / 2 : -z->h1 / 2,
                jacobian + a * ROW);
    for (size_t p = 0; p < 3; p++) {
        put_row(own, sign[p] * z->h1, sign[p] * z->h2 / 2, jacobian + (2 + p) * ROW);
        put_row(own, sign[p] * z->g2_1, sign[p] * z->g2_2 / 2, jacobian + (5 + p) * ROW);
    }
}

void softmax_two(size_t own, const double *m, const double *B, sgdl_averages_t *out)
{
    sgdl_logistic_averages_t z;
    sgdl_logistic_average(m[own] - m[1 - own], fmax(B[0] - 2 * B[1] + B[2], 0), &z);
    out->risk = z.f;
    out->G[own] = z.g;
    out->G[1 - own] = -z.g;
    out->H[0] = out->H[2] = z.h;
    out->H[1] = -z.h;
    out->Q[0] = out->Q[2] = z.g2;
    out->Q[1] = -z.g2;
    out->estimate = 0;
    if (out->jacobian)
        put_jacobian(own, &z, out->jacobian);
}
