/*
 * Gaussian averages of f(z) = log(1 + e^-z) and its derivatives, z ~ N(m, B).
 *
 * Everything is meromorphic with its nearest poles at z = +-i pi, so the trapezoidal rule converges
 * like exp(-2 pi * pi / step) and reaches rounding with a few dozen points. Two uses of it:
 *
 *   sqrt(B) < 1:  in x, z = m + sqrt(B) x, with the normal density as weight;
 *   sqrt(B) >= 1: in z itself, on a fixed grid where all integrands are tabulated once and only the
 *                 Gaussian density is new. What does not fall off on the left (f, f', f'^2) is
 * first split from a function with the same asymptotes and a closed-form average, f = rho + rest,
 * -f' = Phi(-z) + rest,  f'^2 = Phi(-z) + rest, rho(z) = density(z) - z Phi(-z), E Phi(-z) =
 * Phi(-m/M),  E rho = M rho(m/M),  M^2 = 1 + B, so that every rest falls like e^-|z|. As 0 < rho <
 * f and Phi(-z) < 2 f'^2 for z > 0, subtracting them costs no relative accuracy, however far the
 * tail.
 *
 * Only m >= 0 is computed; the other side follows from s(-z) = 1 - s(z).
 */
#include "src/loss/averages/logistic_average.h"

#include <math.h>
#include <pthread.h>

#include "src/base/clones.h"
#include "src/base/elementary.h"
#include "src/loss/averages/normal.h"

/* Order of the fields in the tables and sums. */
enum { F, G, H, G2, H1, H2, G2_1, G2_2, FIELDS };

/* At rounding with two digits to spare at sqrt(B) = 1, the worst case; a binary fraction, so that
 * grid points are exact and e^-z in the table fits them even at z = 700. */
#define GRID_STEP 0.375

enum {
    BLOCK = 8,          /* grid points that share an evaluation of the density */
    CENTRE = 4,         /* where in the block */
    FIRST_POINT = -112, /* z = -42: for m >= 0 nothing matters on its left */
    BLOCKS = 250,       /* up to z = 707.6: e^-z is not far from underflow */
    NORMAL_POINTS = 29, /* |x| <= 11.6: density(11.6 - 2) is 1e-21, and tilts by e^-2z reach 2 */
    POINTS = 64,        /* those and a few of weight 0 */
};

#define NORMAL_STEP 0.4

/* Half-width of a window in standard deviations: exp(-40) is left out. */
#define REACH 8.944271909999159

struct table {
    /* NORMAL_STEP * density(NORMAL_STEP * i) for i from -NORMAL_POINTS on, 0 behind the last */
    double weight[POINTS];
    double rest[BLOCKS][BLOCK][FIELDS]; /* the tabulated integrands, minus the closed-form parts */
};

/* Filled once, read only afterwards. */
static struct table table;
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

/* 1 - e^-y for 0 <= y < 1, from e^-y - 1 = p (p + 2), p = e^-y/2 - 1 by its series. */
static ELEMENTARY_INLINE double decay_from_one(double y)
{
    const double a = -0.5 * y;
    double p = 1.0 / 1307674368000;
    p = 1.0 / 87178291200 + a * p;
    p = 1.0 / 6227020800 + a * p;
    p = 1.0 / 479001600 + a * p;
    p = 1.0 / 39916800 + a * p;
    p = 1.0 / 3628800 + a * p;
    p = 1.0 / 362880 + a * p;
    p = 1.0 / 40320 + a * p;
    p = 1.0 / 5040 + a * p;
    p = 1.0 / 720 + a * p;
    p = 1.0 / 120 + a * p;
    p = 1.0 / 24 + a * p;
    p = 1.0 / 6 + a * p;
    p = 0.5 + a * p;
    p = a + a * a * p;
    return -p * (p + 2);
}

/* All integrands at z, given e = e^-|z|, one behind the other or `stride` apart. */
static ELEMENTARY_INLINE void integrands(double z, double e, size_t stride, double *phi)
{
    const double size = fabs(z), larger = 1 / (1 + e), smaller = e / (1 + e);
    const double s = z >= 0 ? larger : smaller; /* s(z) */
    const double c = z >= 0 ? smaller : larger; /* s(-z) */
    const double sc = smaller * larger, left = size - z;
    /* |s - c|, which must vanish like |z|/2: f''' averages to next to nothing around 0 */
    const double near = decay_from_one(size), far = 1 - e;
    const double gap = (size < 1 ? near : far) / (1 + e), odd = sc * gap;
    phi[F * stride] = elementary_log1p(e) + 0.5 * left;
    phi[G * stride] = -c;
    phi[H * stride] = sc;
    phi[G2 * stride] = c * c;
    phi[H1 * stride] = z >= 0 ? -odd : odd;
    phi[H2 * stride] = sc * (1 - 6 * sc);
    phi[G2_1 * stride] = -2 * sc * c;
    phi[G2_2 * stride] = 2 * sc * c * (2 * s - c);
}

static void fill_table(void)
{
    for (int i = -NORMAL_POINTS; i <= NORMAL_POINTS; i++)
        table.weight[NORMAL_POINTS + i] = NORMAL_STEP * normal_density(NORMAL_STEP * i);
    for (int i = 0; i < BLOCKS * BLOCK; i++) {
        const double z = GRID_STEP * (i + FIRST_POINT);
        const double e = exp(-fabs(z));
        const double c = e / (1 + e);
        const double upper = normal_upper(fabs(z));
        double *phi = table.rest[i / BLOCK][i % BLOCK];
        integrands(z, e, 1, phi);
        phi[F] = log1p(e) - (normal_density(z) - fabs(z) * upper); /* even */
        phi[G] = z >= 0 ? upper - c : c - upper;                   /* odd */
        phi[G2] = z >= 0 ? c * c - upper : upper - c * (2 - c);
    }
}

/* All integrands on the points of the normal density, [FIELDS][POINTS]. */
CLONES static void tabulate(double m, double sigma, double phi[FIELDS][POINTS])
{
    const double exp_m = exp(-m); /* apart, since exp(-(m + sigma x)) loses m ulps */
#pragma omp simd
    for (int i = 0; i < POINTS; i++) {
        const double shift = sigma * (NORMAL_STEP * (i - NORMAL_POINTS));
        const double ratio = exp_m * elementary_exp(-shift), inverse = 1 / ratio;
        integrands(m + shift, ratio <= 1 ? ratio : inverse, POINTS, &phi[0][i]);
    }
}

/* sqrt(B) < 1, m >= 0. Sums go by eight lanes, the same on all clones. */
CLONES static void average_narrow(double m, double B, double sum[FIELDS])
{
    double phi[FIELDS][POINTS];
    tabulate(m, sqrt(B), phi);
    for (int k = 0; k < FIELDS; k++) {
        double lane[BLOCK] = {0};
        for (int first = 0; first < POINTS; first += BLOCK)
            for (int i = 0; i < BLOCK; i++)
                lane[i] += table.weight[first + i] * phi[k][first + i];
        sum[k] += ((lane[0] + lane[4]) + (lane[1] + lane[5])) +
                  ((lane[2] + lane[6]) + (lane[3] + lane[7]));
    }
}

/*
 * How far right the rests, which fall like e^-|z| or faster, matter under N(m, B): to where the
 * product has lost a factor of e^40 from its peak, which is at m - B, or at 0 if m < B; and in no
 * case further than the same distance from the centre of the mass tilted by e^2z.
 */
static double reach_right(double m, double B, double sigma)
{
    const double gap = B - m;
    const double width = REACH * sigma;
    const double right = gap > 0 ? REACH * REACH * (B / (gap + hypot(gap, width))) : width - gap;
    return fmin(right, m + 2 * B + width);
}

/* Density factors exp(-(z-m)^2/2B) at the centres of blocks, and those to the points beside them.
 */
typedef struct block_factors {
    double peak[BLOCK], up[BLOCK], down[BLOCK];
    double bend[BLOCK]; /* exp(-(i GRID_STEP)^2/2B) */
} block_factors_t;

/* Of the eight blocks from `first` on. A number too small for the vectorised exponential comes from
 * the library. */
CLONES static void find_block_factors(double m, double B, int first, block_factors_t *out)
{
    double largest = 0;
#pragma omp simd reduction(max : largest)
    for (int b = 0; b < BLOCK; b++) {
        const double z = GRID_STEP * (FIRST_POINT + (first + b) * BLOCK + CENTRE);
        const double high = z - m, part = high - z; /* as in pair_sum and normal_gauss */
        const double low = (z - (high - part)) - (m + part);
        const double square = high * high, quotient = square / B;
        const double rest = fma(-quotient, B, square) + (fma(high, high, -square) + 2 * high * low);
        out->peak[b] = elementary_exp(-quotient / 2) * (1 - rest / (2 * B));
        out->up[b] = elementary_exp(-GRID_STEP * high / B);
        out->down[b] = 1 / out->up[b];
        largest = quotient > largest ? quotient : largest;
    }
    for (int b = 0; b < BLOCK && !(largest < 1400); b++) {
        const double z = GRID_STEP * (FIRST_POINT + (first + b) * BLOCK + CENTRE);
        out->peak[b] = normal_gauss(pair_sum(z, -m), (pair_t){B, 0});
    }
}

CLONES static void find_bend(double B, double bend[BLOCK])
{
#pragma omp simd
    for (int i = 0; i < BLOCK; i++)
        bend[i] = elementary_exp(-(GRID_STEP * i) * (GRID_STEP * i) / (2 * B));
}

/* The points of a block, their weights geometric from the centre on, to two sums a field. */
CLONES static void add_grid_block(double rest[BLOCK][FIELDS], const block_factors_t *factors, int b,
                                  double total[2][FIELDS])
{
    const double peak = factors->peak[b], up = factors->up[b], down = factors->down[b];
    const double up2 = up * up, down2 = down * down, *bend = factors->bend;
    const double weight[BLOCK] = {
        peak * (bend[4] * (down2 * down2)),
        peak * (bend[3] * (down2 * down)),
        peak * (bend[2] * down2),
        peak * (bend[1] * down),
        peak,
        peak * (bend[1] * up),
        peak * (bend[2] * up2),
        peak * (bend[3] * (up2 * up)),
    };
    for (int k = 0; k < FIELDS; k++) {
        double even = total[0][k], odd = total[1][k];
#pragma GCC unroll 4
        for (int i = 0; i < BLOCK; i += 2) {
            even += weight[i] * rest[i][k];
            odd += weight[i + 1] * rest[i + 1][k];
        }
        total[0][k] = even;
        total[1][k] = odd;
    }
}

/* Adds the averages of the rests by the trapezoidal rule on the grid; m >= 0, sigma >= 1. */
static void add_rests(double m, double B, double sum[FIELDS])
{
    const double sigma = sqrt(B);
    const double span = GRID_STEP * BLOCK;
    const double start = GRID_STEP * FIRST_POINT;
    const double low = fmax((-reach_right(-m, B, sigma) - start) / span, 0);
    const double high = fmin((reach_right(m, B, sigma) - start) / span, BLOCKS - 0.5);
    if (!(low <= high)) /* all of it is beyond the table */
        return;
    double total[2][FIELDS] = {0};
    block_factors_t factors;
    find_bend(B, factors.bend);
    for (int block = (int)low, b = 0; block <= (int)high; block++, b++) {
        if (b % BLOCK == 0)
            find_block_factors(m, B, block, &factors);
        add_grid_block(table.rest[block], &factors, b % BLOCK, total);
    }
    const double scale = GRID_STEP * normal_density(0) / sigma;
    for (int k = 0; k < FIELDS; k++)
        sum[k] += scale * (total[0][k] + total[1][k]);
}

/* The closed-form parts; m >= 0. */
static void add_closed(double m, double B, double sum[FIELDS])
{
    const pair_t variance = pair_sum(1, B);
    const double M = sqrt(variance.high);
    const double x = m / M;
    double upper, rho;
    if (x < SGDL_NORMAL_TAIL) {
        upper = normal_upper(x);
        rho = normal_density(x) - x * upper;
    } else {
        const double c = normal_fraction(x);
        upper = normal_density(0) * normal_gauss((pair_t){m, 0}, variance) / (x + c);
        rho = c * upper;
    }
    sum[F] += M * rho;
    sum[G] -= upper;
    sum[G2] += upper;
}

void logistic_mirror(double m, const sgdl_logistic_averages_t *in, sgdl_logistic_averages_t *out)
{
    const sgdl_logistic_averages_t a = *in;
    out->f = m + a.f;
    out->g = -(1 + a.g);
    out->h = a.h;
    out->g2 = 1 + 2 * a.g + a.g2;
    out->h1 = -a.h1;
    out->h2 = a.h2;
    out->g2_1 = -2 * a.h - a.g2_1;
    out->g2_2 = 2 * a.h1 + a.g2_2;
}

void sgdl_logistic_average(double m, double B, sgdl_logistic_averages_t *out)
{
    if (!isfinite(m) || !isfinite(B)) {
        *out = (sgdl_logistic_averages_t){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
        return;
    }
    (void)pthread_once(&table_once, fill_table);
    double sum[FIELDS] = {0};
    const double side = fabs(m);
    if (B < 1) {
        average_narrow(side, B > 0 ? B : 0, sum);
    } else {
        add_closed(side, B, sum);
        add_rests(side, B, sum);
    }
    *out = (sgdl_logistic_averages_t){.f = sum[F],
                                      .g = sum[G],
                                      .h = sum[H],
                                      .g2 = sum[G2],
                                      .h1 = sum[H1],
                                      .h2 = sum[H2],
                                      .g2_1 = sum[G2_1],
                                      .g2_2 = sum[G2_2]};
    if (m < 0)
        logistic_mirror(side, out, out);
}
