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
    NORMAL_POINTS = 29  /* |x| <= 11.6: density(11.6 - 2) is 1e-21, and tilts by e^-2z reach 2 */
};

#define NORMAL_STEP 0.4

/* Half-width of a window in standard deviations: exp(-40) is left out. */
#define REACH 8.944271909999159

struct table {
    double weight[NORMAL_POINTS + 1];   /* NORMAL_STEP * density(NORMAL_STEP * i) */
    double rest[BLOCKS][BLOCK][FIELDS]; /* the tabulated integrands, minus the closed-form parts */
};

/* Filled once, read only afterwards. */
static struct table table;
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

/* All integrands at z, given e = e^-|z|. */
static void integrands(double z, double e, double phi[FIELDS])
{
    const double larger = 1 / (1 + e);
    const double smaller = e / (1 + e);
    const double s = z >= 0 ? larger : smaller; /* s(z) */
    const double c = z >= 0 ? smaller : larger; /* s(-z) */
    const double sc = smaller * larger;
    /* |s - c|, which must vanish like |z|/2: f''' averages to next to nothing around 0 */
    const double gap = (fabs(z) < 1 ? -expm1(-fabs(z)) : 1 - e) / (1 + e);
    phi[F] = log1p(e) + (z >= 0 ? 0 : -z);
    phi[G] = -c;
    phi[H] = sc;
    phi[G2] = c * c;
    phi[H1] = sc * (z >= 0 ? -gap : gap);
    phi[H2] = sc * (1 - 6 * sc);
    phi[G2_1] = -2 * sc * c;
    phi[G2_2] = 2 * sc * c * (2 * s - c);
}

static void fill_table(void)
{
    for (int i = 0; i <= NORMAL_POINTS; i++)
        table.weight[i] = NORMAL_STEP * normal_density(NORMAL_STEP * i);
    for (int i = 0; i < BLOCKS * BLOCK; i++) {
        const double z = GRID_STEP * (i + FIRST_POINT);
        const double e = exp(-fabs(z));
        const double c = e / (1 + e);
        const double upper = normal_upper(fabs(z));
        double *phi = table.rest[i / BLOCK][i % BLOCK];
        integrands(z, e, phi);
        phi[F] = log1p(e) - (normal_density(z) - fabs(z) * upper); /* even */
        phi[G] = z >= 0 ? upper - c : c - upper;                   /* odd */
        phi[G2] = z >= 0 ? c * c - upper : upper - c * (2 - c);
    }
}

/* sqrt(B) < 1, m >= 0. */
static void average_narrow(double m, double B, double sum[FIELDS])
{
    const double sigma = sqrt(B);
    const double exp_m = exp(-m); /* apart, since exp(-(m + sigma x)) loses m ulps */
    for (int i = -NORMAL_POINTS; i <= NORMAL_POINTS; i++) {
        const double shift = sigma * (NORMAL_STEP * i);
        const double ratio = exp_m * exp(-shift);
        const double weight = table.weight[i < 0 ? -i : i];
        double phi[FIELDS];
        integrands(m + shift, ratio <= 1 ? ratio : 1 / ratio, phi);
        for (int k = 0; k < FIELDS; k++)
            sum[k] += weight * phi[k];
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

/* Density factors exp(-(z-m)^2/2B) on a block: one fresh exponential, geometric from there. */
static void block_weights(int block, double m, pair_t variance, const double bend[CENTRE + 1],
                          double weight[BLOCK])
{
    const double z = GRID_STEP * (FIRST_POINT + block * BLOCK + CENTRE);
    const pair_t d = pair_sum(z, -m);
    const double peak = normal_gauss(d, variance);
    const double up = exp(-GRID_STEP * d.high / variance.high);
    const double down = 1 / up;
    const double up2 = up * up;
    const double down2 = down * down;
    weight[CENTRE - 4] = peak * (bend[4] * (down2 * down2));
    weight[CENTRE - 3] = peak * (bend[3] * (down2 * down));
    weight[CENTRE - 2] = peak * (bend[2] * down2);
    weight[CENTRE - 1] = peak * (bend[1] * down);
    weight[CENTRE] = peak;
    weight[CENTRE + 1] = peak * (bend[1] * up);
    weight[CENTRE + 2] = peak * (bend[2] * up2);
    weight[CENTRE + 3] = peak * (bend[3] * (up2 * up));
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
    double bend[CENTRE + 1];
    for (int i = 0; i <= CENTRE; i++)
        bend[i] = exp(-(GRID_STEP * i) * (GRID_STEP * i) / (2 * B));
    double total[FIELDS] = {0};
    for (int block = (int)low; block <= (int)high; block++) {
        double weight[BLOCK];
        block_weights(block, m, (pair_t){B, 0}, bend, weight);
        for (int i = 0; i < BLOCK; i++)
            for (int k = 0; k < FIELDS; k++)
                total[k] += weight[i] * table.rest[block][i][k];
    }
    const double scale = GRID_STEP * normal_density(0) / sigma;
    for (int k = 0; k < FIELDS; k++)
        sum[k] += scale * total[k];
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
