#include "src/loss/orthant.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdint.h>

#include "src/loss/normal.h"
#include "src/loss/quadrature.h"

/* D = mean + F y, y ~ N(0, I), in the order of its factorisation. Rows from `rank` on are functions
 * of those before them. */
struct orthant {
    size_t size;                                       /* n components */
    size_t rank;                                       /* of the covariance */
    double mean[SGDL_ORTHANT_MAX];                     /* [n] */
    double factor[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX]; /* [n][rank] F, lower triangular */
};

/* Three standard errors of a lattice sum, relative to the probability so far (or to 0.1). */
static const double lattice_accuracy = 5e-4;

/* Variances below this part of the original one are rounding. */
static const double variance_floor = 64 * DBL_EPSILON;

static const double density_0 = 0.39894228040143267794; /* 1/sqrt(2 pi) */

/* P(N(0, 1) > x). In an integrand the last digits of far tails are not worth sgdl_normal_upper. */
static double upper_tail(double x) { return 0.5 * erfc(x * 0.70710678118654752440); }

/* ---- factorisation ------------------------------------------------------------------------ */

static void swap(double *a, double *b)
{
    const double old = *a;
    *a = *b;
    *b = old;
}

/* Exchanges components i < j in all that has been computed. */
static void exchange(struct orthant *self, double covariance[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX],
                     size_t i, size_t j)
{
    const size_t n = self->size;
    if (i == j)
        return;
    swap(&self->mean[i], &self->mean[j]);
    for (size_t k = 0; k < i; k++)
        swap(&self->factor[i][k], &self->factor[j][k]);
    for (size_t k = 0; k < n; k++)
        swap(&covariance[i][k], &covariance[j][k]);
    for (size_t k = 0; k < n; k++)
        swap(&covariance[k][i], &covariance[k][j]);
}

/* Variance of component i given the first `step` coordinates; 0 if that is all rounding. */
static double conditional_variance(const struct orthant *self, double variance, size_t i,
                                   size_t step)
{
    double rest = variance;
    for (size_t k = 0; k < step; k++)
        rest -= self->factor[i][k] * self->factor[i][k];
    return rest > variance_floor * variance ? rest : 0;
}

/* Component that is least likely to be positive when the first coordinates are at their conditional
 * means `typical`; n if none has any variance left. */
static size_t hardest(const struct orthant *self,
                      double covariance[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX], const double *typical,
                      size_t step)
{
    size_t best = self->size;
    double least = INFINITY;
    for (size_t i = step; i < self->size; i++) {
        const double variance = conditional_variance(self, covariance[i][i], i, step);
        if (variance == 0)
            continue;
        double mean = self->mean[i];
        for (size_t k = 0; k < step; k++)
            mean += self->factor[i][k] * typical[k];
        if (best == self->size || mean / sqrt(variance) < least) {
            best = i;
            least = mean / sqrt(variance);
        }
    }
    return best;
}

/* E[y | y > a]. */
static double truncated_mean(double a)
{
    return a >= SGDL_NORMAL_TAIL ? a + sgdl_normal_fraction(a)
                                 : density_0 * exp(-a * a / 2) / upper_tail(a);
}

/*
 * Cholesky factorisation of a covariance [n][n] (lower triangle is read) that is semidefinite up to
 * rounding. The component that is least likely to be positive comes first, and so on conditionally
 * (Gibson, Glasbey and Elston 1994): the integrand that is left varies little.
 */
static void factorise(struct orthant *self, size_t size, const double *mean,
                      double covariance[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX])
{
    double typical[SGDL_ORTHANT_MAX];
    *self = (struct orthant){.size = size};
    for (size_t i = 0; i < size; i++) {
        self->mean[i] = mean[i];
        for (size_t j = 0; j < i; j++)
            covariance[j][i] = covariance[i][j];
    }
    for (size_t step = 0; step < size; step++) {
        const size_t pivot = hardest(self, covariance, typical, step);
        if (pivot == size)
            return;
        exchange(self, covariance, step, pivot);
        const double root = sqrt(conditional_variance(self, covariance[step][step], step, step));
        double centre = self->mean[step];
        for (size_t k = 0; k < step; k++)
            centre += self->factor[step][k] * typical[k];
        self->factor[step][step] = root;
        typical[step] = truncated_mean(-centre / root);
        for (size_t i = step + 1; i < size; i++) {
            double sum = covariance[i][step];
            for (size_t k = 0; k < step; k++)
                sum -= self->factor[i][k] * self->factor[step][k];
            self->factor[i][step] = sum / root;
        }
        self->rank = step + 1;
    }
}

/* ---- the product of conditional probabilities --------------------------------------------- */

/* Component k is positive where y_k > this; for rows without a coordinate of their own -inf, 0 or
 * +inf (always, half, never), so that both kinds pass with probability upper_tail(threshold). */
static double threshold(const struct orthant *self, size_t k, const double *y)
{
    const size_t known = k < self->rank ? k : self->rank;
    double centre = self->mean[k];
    for (size_t j = 0; j < known; j++)
        centre += self->factor[k][j] * y[j];
    if (k < self->rank)
        return -centre / self->factor[k][k];
    return centre > 0 ? -INFINITY : centre < 0 ? INFINITY : 0;
}

/* Probability of the rows beyond the rank, all of whose coordinates are known. */
static double dependent_rows(const struct orthant *self, const double *y)
{
    double product = 1;
    for (size_t k = self->rank; k < self->size; k++)
        product *= upper_tail(threshold(self, k, y));
    return product;
}

/* ---- quadrature ----------------------------------------------------------------------------- */

struct nest {
    const struct orthant *orthant;
    double y[SGDL_ORTHANT_MAX];
    size_t depth; /* coordinates that are set */
    double inner_error;
};

static double nested(struct nest *self, double *error);

static double nested_integrand(void *context, double x)
{
    struct nest *self = (struct nest *)context;
    double error = 0;
    self->y[self->depth++] = x;
    const double inner = nested(self, &error);
    self->depth--;
    self->inner_error = fmax(self->inner_error, error);
    return density_0 * exp(-x * x / 2) * inner;
}

/* Probability of the components from `depth` on, given the coordinates before. */
static double nested(struct nest *self, double *error)
{
    const struct orthant *orthant = self->orthant;
    if (self->depth >= orthant->rank)
        return dependent_rows(orthant, self->y);
    const double a = threshold(orthant, self->depth, self->y);
    if (self->depth + 1 == orthant->size)
        return upper_tail(a);
    /* from a, or -9, to where the density has lost 1e-18 of what it has there */
    const double low = fmax(a, -9);
    const double high = low > 0 ? hypot(low, 9) : 9;
    return sgdl_integrate(nested_integrand, self, low, high, 1, 1e-12, error);
}

static double quadrature(const struct orthant *self, double *error)
{
    struct nest nest = {.orthant = self};
    const double value = nested(&nest, error);
    *error += nest.inner_error + DBL_EPSILON * value;
    return value;
}

/* ---- lattice rule --------------------------------------------------------------------------- */

enum { SHIFTS = 8, FEWEST_POINTS = 64, MOST_POINTS = 4096 };

/* Fractional parts of the square roots of primes: Richtmyer's rule, extensible point by point. */
static const double generator[SGDL_ORTHANT_MAX] = {
    0.41421356237309505, 0.73205080756887729, 0.23606797749978970, 0.64575131106459059,
    0.31662479035539985, 0.60555127546398929, 0.12310562561766055, 0.35889894354067355,
    0.79583152331271954, 0.38516480713450403, 0.56776436283002192, 0.08276253029821968,
    0.40312423743284868, 0.55743852430200065, 0.85565460040104412};

/* A fixed number in [0, 1) for each index, with no pattern (the finaliser of splitmix64). */
static double scattered(uint64_t index)
{
    uint64_t x = (index + 1) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((x ^ (x >> 31)) >> 11) * 0x1p-53;
}

/* The product for one point u of the unit cube [rank]. */
static double sample(const struct orthant *self, const double *u)
{
    double y[SGDL_ORTHANT_MAX] = {0};
    double product = 1;
    for (size_t k = 0; k < self->rank; k++) {
        const double upper = upper_tail(threshold(self, k, y));
        product *= upper;
        if (k + 1 == self->size || product == 0)
            return product;
        y[k] = gsl_cdf_ugaussian_Qinv(upper * u[k]);
    }
    return product * dependent_rows(self, y);
}

/* Sum over points first..end-1 of the lattice moved by shift number s; folded, 1 - |2x - 1|, so
 * that the integrand is periodic. */
static double lattice_sum(const struct orthant *self, size_t first, size_t end, size_t s)
{
    double shift[SGDL_ORTHANT_MAX];
    double sum = 0;
    for (size_t k = 0; k < self->rank; k++)
        shift[k] = scattered(s * SGDL_ORTHANT_MAX + k);
    for (size_t i = first; i < end; i++) {
        double u[SGDL_ORTHANT_MAX];
        for (size_t k = 0; k < self->rank; k++) {
            double x = (double)i * generator[k] + shift[k];
            x -= floor(x);
            u[k] = fmax(1 - fabs(2 * x - 1), 1e-17); /* 0 has no quantile */
        }
        sum += sample(self, u);
    }
    return sum;
}

/* Doubles the points until three standard errors are below `allowed`. */
static double lattice(const struct orthant *self, double allowed, double *error)
{
    double sum[SHIFTS] = {0};
    double mean = 0;
    size_t done = 0;
    for (size_t points = FEWEST_POINTS; points <= MOST_POINTS; points *= 2) {
        double square = 0;
        mean = 0;
        for (size_t s = 0; s < SHIFTS; s++) {
            sum[s] += lattice_sum(self, done, points, s);
            const double value = sum[s] / (double)points;
            const double change = value - mean;
            mean += change / (double)(s + 1);
            square += change * (value - mean);
        }
        done = points;
        *error = 3 * sqrt(square / (SHIFTS * (SHIFTS - 1)));
        if (*error <= allowed)
            break;
    }
    return mean;
}

static double orthant_probability(const struct orthant *self, double allowed, double *error)
{
    *error = 0;
    return self->size <= 3 ? quadrature(self, error) : lattice(self, allowed, error);
}

/* ---- the union ------------------------------------------------------------------------------ */

/* Indices by increasing mean in standard deviations: the likeliest to fail first. */
static void sort_by_margin(size_t size, const double *mean,
                           double covariance[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX], size_t *order)
{
    double margin[SGDL_ORTHANT_MAX];
    for (size_t i = 0; i < size; i++) {
        margin[i] = mean[i] / sqrt(covariance[i][i]);
        size_t j = i;
        for (; j > 0 && margin[order[j - 1]] > margin[i]; j--)
            order[j] = order[j - 1];
        order[j] = i;
    }
}

double sgdl_orthant_fail(size_t size, const double *mean,
                         double covariance[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX], double *error)
{
    size_t order[SGDL_ORTHANT_MAX];
    double fail = 0;
    *error = 0;
    sort_by_margin(size, mean, covariance, order);
    for (size_t k = 0; k < size; k++) {
        double part_mean[SGDL_ORTHANT_MAX];
        double part[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX];
        for (size_t i = 0; i <= k; i++) {
            const double sign = i == k ? -1 : 1; /* k fails, those before it do not */
            part_mean[i] = sign * mean[order[i]];
            for (size_t j = 0; j <= i; j++)
                part[i][j] = (i == j ? 1 : sign) * covariance[order[i]][order[j]];
        }
        struct orthant orthant;
        double part_error;
        factorise(&orthant, k + 1, part_mean, part);
        fail += orthant_probability(&orthant, lattice_accuracy * fmin(fail, 0.1), &part_error);
        *error += part_error; /* not in squares: the terms share their lattice */
    }
    return fmin(fail, 1);
}
