#include "bench/law.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/clones.h"

/* 16 and 128 are how far the two normals of a pair of words lie apart: of src/random/noise.h and of
 * stream.h. */
static const int lags[LAW_LAGS] = {1, 2, 3, 4, 8, 16, 32, 48, 64, 128, 256, 512};

/* Of a thousand standard normals the largest lies beyond it, on either side, in one case of a
 * thousand: 1e-6 each. */
#define BOUND 4.892

law_t *law_new(void) { return calloc(1, sizeof(law_t)); }

/* ---- sums ----------------------------------------------------------------------------------- */

CLONES static void add_moments(const double *x, double *sum)
{
    double s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0;
    double s7 = 0, s8 = 0, s9 = 0, s10 = 0, s11 = 0, s12 = 0;
#pragma omp simd reduction(+ : s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12)
    for (int n = 0; n < LAW_BLOCK; n++) {
        const double p1 = x[n], p2 = p1 * p1, p3 = p2 * p1, p4 = p2 * p2, p6 = p3 * p3;
        s1 += p1;
        s2 += p2;
        s3 += p3;
        s4 += p4;
        s5 += p4 * p1;
        s6 += p6;
        s7 += p6 * p1;
        s8 += p4 * p4;
        s9 += p6 * p3;
        s10 += p6 * p4;
        s11 += p6 * p4 * p1;
        s12 += p6 * p6;
    }
    const double sums[LAW_MOMENTS + 1] = {LAW_BLOCK, s1, s2, s3,  s4,  s5, s6,
                                          s7,        s8, s9, s10, s11, s12};
    for (int k = 0; k <= LAW_MOMENTS; k++)
        sum[k] = sums[k];
}

CLONES static void add_products(const double *x, int lag, double *sum)
{
    const double *y = x + lag;
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
#pragma omp simd simdlen(32) reduction(+ : s0, s1, s2, s3)
    for (int n = 0; n < LAW_BLOCK - lag; n++) {
        const double u = x[n] * x[n] - 1, v = y[n] * y[n] - 1;
        s0 += x[n] * y[n];
        s1 += x[n] * v;
        s2 += u * y[n];
        s3 += u * v;
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

CLONES static void find_cells(const double *x, int *cell)
{
    for (int n = 0; n < LAW_BLOCK; n++) {
        const double up = x[n] > -LAW_REACH ? x[n] : -LAW_REACH;
        const double inside = up < LAW_REACH - 1e-9 ? up : LAW_REACH - 1e-9;
        cell[n] = (int)((inside + LAW_REACH) * LAW_CELLS_A_UNIT);
    }
}

void law_add(law_t *self, const double *x)
{
    double sum[LAW_MOMENTS + 1];
    int cell[LAW_BLOCK];
    self->draws += LAW_BLOCK;
    add_moments(x, sum);
    for (int k = 0; k <= LAW_MOMENTS; k++)
        self->moment[k] += sum[k];
    for (int l = 0; l < LAW_LAGS; l++) {
        add_products(x, lags[l], sum);
        for (int p = 0; p < LAW_PRODUCTS; p++)
            self->product[l][p] += sum[p];
    }
    find_cells(x, cell);
    for (int n = 0; n < LAW_BLOCK; n++)
        self->cell[cell[n]]++;
}

void law_merge(law_t *self, const law_t *other)
{
    self->draws += other->draws;
    for (int k = 0; k <= LAW_MOMENTS; k++)
        self->moment[k] += other->moment[k];
    for (int l = 0; l < LAW_LAGS; l++)
        for (int p = 0; p < LAW_PRODUCTS; p++)
            self->product[l][p] += other->product[l][p];
    for (int c = 0; c < LAW_CELLS; c++)
        self->cell[c] += other->cell[c];
}

/* ---- what they say -------------------------------------------------------------------------- */

/* 1 where z is out of bounds. */
static int print_number(const char *what, double found, double expected, double z)
{
    const bool out = !(fabs(z) < BOUND);
    (void)printf("%-34s %18.10g %18.10g %8.2f%s\n", what, found, expected, z, out ? "  OUT" : "");
    return out;
}

/* (k - 1)!! or 0: the k-th moment. */
static double moment(int k)
{
    double product = k % 2 == 0;
    for (int i = k - 1; i > 1; i -= 2)
        product *= i;
    return product;
}

/* Means of high powers are far from normal themselves while large numbers are few; those whose
 * skewness shows are left out. */
static int report_moments(const law_t *self)
{
    const double N = (double)self->draws;
    int out = 0;
    for (int k = 1; k <= LAW_MOMENTS; k++) {
        char what[64];
        const double m = moment(k), variance = moment(2 * k) - m * m;
        const double third = moment(3 * k) - 3 * m * moment(2 * k) + 2 * m * m * m;
        const double found = (double)(self->moment[k] / self->moment[0]);
        (void)snprintf(what, sizeof what, "moment %d", k);
        if (third / pow(variance, 1.5) > 0.02 * sqrt(N))
            (void)printf("%-34s %18.10g %18.10g  too few draws\n", what, found, m);
        else
            out += print_number(what, found, m, (found - m) * sqrt(N / variance));
    }
    return out;
}

/* The standard normal that is as rare as that count, whose law is Poisson's while it is small. */
static double rarity(double count, double expected, double probability)
{
    const double variance = expected * (1 - probability);
    if (variance > 1e4)
        return (count - expected) / sqrt(variance);
    const double below = gsl_cdf_poisson_P((unsigned)count, expected);
    const double above = count > 0 ? gsl_cdf_poisson_Q((unsigned)count - 1, expected) : 1;
    if (above < 0.5)
        return gsl_cdf_ugaussian_Qinv(above);
    return below < 0.5 ? gsl_cdf_ugaussian_Pinv(below) : 0;
}

static int report_tails(const law_t *self)
{
    const double N = (double)self->draws;
    int out = 0;
    for (int half = 1; half <= 14; half++) {
        const int edge = half * LAW_CELLS_A_UNIT / 2, middle = LAW_CELLS / 2;
        const double p = gsl_cdf_ugaussian_Q(0.5 * half);
        uint64_t above = 0, below = 0;
        char what[64];
        for (int c = 0; c < middle - edge; c++) {
            below += self->cell[c];
            above += self->cell[LAW_CELLS - 1 - c];
        }
        (void)snprintf(what, sizeof what, "above %.1f", 0.5 * half);
        out += print_number(what, (double)above, N * p, rarity((double)above, N * p, p));
        (void)snprintf(what, sizeof what, "below -%.1f", 0.5 * half);
        out += print_number(what, (double)below, N * p, rarity((double)below, N * p, p));
    }
    return out;
}

/* P(x < lower edge of cell c) for the lower half, P(x > ...) for the upper one. */
static double cell_probability(int c)
{
    const double a = (double)c / LAW_CELLS_A_UNIT - LAW_REACH, b = a + 1.0 / LAW_CELLS_A_UNIT;
    if (c == 0)
        return gsl_cdf_ugaussian_P(b);
    if (c == LAW_CELLS - 1)
        return gsl_cdf_ugaussian_Q(a);
    return c < LAW_CELLS / 2 ? gsl_cdf_ugaussian_P(b) - gsl_cdf_ugaussian_P(a)
                             : gsl_cdf_ugaussian_Q(a) - gsl_cdf_ugaussian_Q(b);
}

/* Chi^2 of cells put together until each is expected to hold that part of the draws. */
static int report_histogram(const law_t *self, double part)
{
    const double N = (double)self->draws;
    double p = 0, rest = 1, chi2 = 0;
    uint64_t count = 0;
    int groups = 0;
    char what[64];
    for (int c = 0; c < LAW_CELLS; c++) {
        const double own = cell_probability(c);
        p += own;
        rest -= own;
        count += self->cell[c];
        if (c < LAW_CELLS - 1 && (p < part || rest < part))
            continue;
        const double difference = (double)count - N * p;
        chi2 += difference * difference / (N * p);
        groups++;
        p = 0;
        count = 0;
    }
    const double z = chi2 > groups ? gsl_cdf_ugaussian_Qinv(gsl_cdf_chisq_Q(chi2, groups - 1))
                                   : gsl_cdf_ugaussian_Pinv(gsl_cdf_chisq_P(chi2, groups - 1));
    (void)snprintf(what, sizeof what, "chi^2 of %d cells", groups);
    return print_number(what, chi2, groups - 1, z);
}

static int report_products(const law_t *self)
{
    static const char *const names[LAW_PRODUCTS] = {"x y", "x (y^2 - 1)", "(x^2 - 1) y",
                                                    "(x^2 - 1)(y^2 - 1)"};
    static const double variance[LAW_PRODUCTS] = {1, 2, 2, 4};
    int out = 0;
    for (int l = 0; l < LAW_LAGS; l++)
        for (int p = 0; p < LAW_PRODUCTS; p++) {
            char what[64];
            const double pairs = (double)(self->draws / LAW_BLOCK) * (LAW_BLOCK - lags[l]);
            const double sum = (double)self->product[l][p];
            (void)snprintf(what, sizeof what, "%s, %d apart", names[p], lags[l]);
            out += print_number(what, sum / pairs, 0, sum / sqrt(pairs * variance[p]));
        }
    return out;
}

int law_report(const law_t *self)
{
    const double N = (double)self->draws, finest = fmax(1e-6, 1000 / N);
    (void)printf("%.6g draws\n%-34s %18s %18s %8s\n", N, "", "found", "expected", "z");
    int out = report_moments(self) + report_tails(self) + report_histogram(self, 1.0 / 4096) +
              report_histogram(self, finest) + report_products(self);
    if (out > 0)
        (void)printf("NOT NORMAL: %d numbers beyond %.2f\n", out, BOUND);
    else
        (void)printf("normal: no number beyond %.2f\n", BOUND);
    return out;
}
