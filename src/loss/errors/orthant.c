#include "src/loss/errors/orthant.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/loss/averages/normal.h"
#include "src/base/quadrature.h"

/* D = mean + F y, y ~ N(0, I), in the order of its factorisation. Rows from `rank` on are functions
 * of those before them. A row that needs y_0 .. y_k is positive on one side of a value of y_k: such
 * rows leave an interval of y_k, and no integrand jumps. */
struct orthant {
    size_t size;                                       /* n components */
    size_t rank;                                       /* of the covariance */
    double mean[SGDL_ORTHANT_MAX];                     /* [n] */
    double factor[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX]; /* [n][rank] F, lower triangular */
    size_t needs[SGDL_ORTHANT_MAX];                    /* [n] how many coordinates a row needs */
};

struct interval {
    double low, high;
};

/* Three standard errors of a lattice sum, relative to the probability so far (or to 0.1). */
static const double lattice_accuracy = 5e-4;

/* Variances below this part of the original one are rounding. */
static const double variance_floor = 64 * DBL_EPSILON;

/* Of a row beyond the rank, coefficients below this part of its standard deviation are rounding. */
static const double factor_floor = 1e-8;

static const double density_0 = 0.39894228040143267794; /* 1/sqrt(2 pi) */

/* P(N(0, 1) > x). In an integrand the last digits of far tails are not worth normal_upper. */
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
    return a >= SGDL_NORMAL_TAIL ? a + normal_fraction(a)
                                 : density_0 * exp(-a * a / 2) / upper_tail(a);
}

/* How many coordinates each row needs. Rows of the triangle need their own. */
static void count_needs(struct orthant *self, double covariance[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX])
{
    for (size_t i = 0; i < self->size; i++) {
        size_t needs = i < self->rank ? i + 1 : self->rank;
        while (i >= self->rank && needs > 0 &&
               fabs(self->factor[i][needs - 1]) <= factor_floor * sqrt(covariance[i][i]))
            needs--;
        self->needs[i] = needs;
    }
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
            break;
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
    count_needs(self, covariance);
}

/* ---- the product of conditional probabilities --------------------------------------------- */

/* Where y_k must lie, given the coordinates before, for all rows that need y_k and no later one to
 * be positive. */
static struct interval allowed(const struct orthant *self, size_t k, const double *y)
{
    struct interval at = {-INFINITY, INFINITY};
    for (size_t i = k; i < self->size; i++) {
        if (self->needs[i] != k + 1)
            continue;
        double centre = self->mean[i];
        for (size_t j = 0; j < k; j++)
            centre += self->factor[i][j] * y[j];
        const double edge = -centre / self->factor[i][k];
        if (self->factor[i][k] > 0)
            at.low = fmax(at.low, edge);
        else
            at.high = fmin(at.high, edge);
    }
    return at;
}

/* P(N(0, 1) lies there), from the smaller tails. */
static double mass(struct interval at)
{
    if (!(at.low < at.high))
        return 0;
    return at.low > -at.high ? upper_tail(at.low) - upper_tail(at.high)
                             : upper_tail(-at.high) - upper_tail(-at.low);
}

/* The point above which lies the part u of the mass. */
static double quantile(struct interval at, double u)
{
    if (at.low > -at.high) {
        const double beyond = upper_tail(at.high);
        return gsl_cdf_ugaussian_Qinv(beyond + (upper_tail(at.low) - beyond) * u);
    }
    const double beyond = upper_tail(-at.low);
    return -gsl_cdf_ugaussian_Qinv(beyond + (upper_tail(-at.high) - beyond) * u);
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

/* Adds a cut inside [cut[0], cut[1]], where there is room. */
static size_t add_cut(double *cut, size_t count, double x)
{
    if (x > cut[0] && x < cut[1] && count < QUADRATURE_CUTS)
        cut[count++] = x;
    return count;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/*
 * Where the integral over coordinate `depth` is cut: every 1, and finely where it changes faster. A
 * row that later coordinates hardly move changes sign within `width` of its edge; two rows leave
 * nothing of the next coordinate from where their edges for it cross.
 */
static size_t set_cuts(const struct nest *self, double low, double high, double *cut)
{
    const struct orthant *orthant = self->orthant;
    const size_t depth = self->depth, n = orthant->size;
    double centre[SGDL_ORTHANT_MAX];
    size_t count = 2;
    cut[0] = low, cut[1] = high;
    const double unit = (high - low) / ceil(high - low);
    for (double x = low + unit; x < high - unit / 2; x += unit)
        count = add_cut(cut, count, x);
    for (size_t i = depth + 1; i < n; i++) {
        const double *F = orthant->factor[i];
        double rest = 0;
        if (orthant->needs[i] < depth + 2)
            continue;
        centre[i] = orthant->mean[i];
        for (size_t k = 0; k < depth; k++)
            centre[i] += F[k] * self->y[k];
        for (size_t k = depth + 1; k < orthant->needs[i]; k++)
            rest = hypot(rest, F[k]);
        for (size_t j = depth + 1; j < i; j++) {
            const double *E = orthant->factor[j];
            if (orthant->needs[j] >= depth + 2)
                count = add_cut(cut, count,
                                -(centre[i] * E[depth + 1] - centre[j] * F[depth + 1]) /
                                    (F[depth] * E[depth + 1] - E[depth] * F[depth + 1]));
        }
        const double edge = -centre[i] / F[depth], width = rest / fabs(F[depth]);
        if (!(width < 0.25))
            continue;
        count = add_cut(cut, count, edge);
        for (double step = 2 * width; step < 1; step *= 4) {
            count = add_cut(cut, count, edge - step);
            count = add_cut(cut, count, edge + step);
        }
    }
    qsort(cut, count, sizeof *cut, by_value);
    return count;
}

/* Probability of the components from `depth` on, given the coordinates before. */
static double nested(struct nest *self, double *error)
{
    const struct orthant *orthant = self->orthant;
    const struct interval at = allowed(orthant, self->depth, self->y);
    if (self->depth + 1 == orthant->rank)
        return mass(at);
    /* cut at 9, or where the density has lost 1e-18 of what it has at the near end */
    const double low = fmax(at.low, at.high < 0 ? -hypot(at.high, 9) : -9);
    const double high = fmin(at.high, at.low > 0 ? hypot(at.low, 9) : 9);
    if (!(low < high))
        return 0;
    double cut[QUADRATURE_CUTS];
    const size_t count = set_cuts(self, low, high, cut);
    return quadrature_integrate(nested_integrand, self, cut, count, 1e-12, error);
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
    for (size_t k = 0; k < self->rank && product > 0; k++) {
        const struct interval at = allowed(self, k, y);
        product *= mass(at);
        if (k + 1 < self->rank && product > 0)
            y[k] = quantile(at, u[k]);
    }
    return product;
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
    if (self->rank == 0)
        return NAN; /* the covariance has overflowed */
    return self->rank <= ORTHANT_RANK ? quadrature(self, error) : lattice(self, allowed, error);
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

size_t orthant_rank(size_t size, const double *mean,
                    double covariance[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX])
{
    struct orthant orthant;
    double copy[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX];
    memcpy(copy, covariance, sizeof copy);
    factorise(&orthant, size, mean, copy);
    return orthant.rank;
}

double orthant_fail(size_t size, const double *mean,
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
    return fail > 1 ? 1 : fail; /* also where it is not a number */
}
