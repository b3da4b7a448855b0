#include "src/loss/orthant.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "src/loss/normal.h"
#include "src/loss/quadrature.h"

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
static void exchange(sgdl_orthant_t *self, double covariance[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX],
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
static double conditional_variance(const sgdl_orthant_t *self, double variance, size_t i,
                                   size_t step)
{
    double rest = variance;
    for (size_t k = 0; k < step; k++)
        rest -= self->factor[i][k] * self->factor[i][k];
    return rest > variance_floor * variance ? rest : 0;
}

/* Component that is likeliest to fail when the first coordinates are at their conditional means
 * `typical`; n if none has any variance left. */
static size_t likeliest(const sgdl_orthant_t *self,
                        double covariance[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX],
                        const double *typical, size_t step)
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

void sgdl_orthant_init(sgdl_orthant_t *self, size_t size, const double *mean,
                       double covariance[SGDL_ORTHANT_MAX][SGDL_ORTHANT_MAX])
{
    double typical[SGDL_ORTHANT_MAX];
    *self = (sgdl_orthant_t){.size = size};
    for (size_t i = 0; i < size; i++) {
        self->mean[i] = mean[i];
        for (size_t j = 0; j < i; j++)
            covariance[j][i] = covariance[i][j];
    }
    for (size_t step = 0; step < size; step++) {
        const size_t pivot = likeliest(self, covariance, typical, step);
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

/* ---- first-failure sums ------------------------------------------------------------------- */

/* Component k fails where y_k <= this; for rows without a coordinate of their own -inf, 0 or +inf
 * (never, half, always), so that both kinds fail with probability Phi(threshold). */
static double threshold(const sgdl_orthant_t *self, size_t k, const double *y)
{
    const size_t known = k < self->rank ? k : self->rank;
    double centre = self->mean[k];
    for (size_t j = 0; j < known; j++)
        centre += self->factor[k][j] * y[j];
    if (k < self->rank)
        return -centre / self->factor[k][k];
    return centre > 0 ? -INFINITY : centre < 0 ? INFINITY : 0;
}

/* Failure of the rows beyond the rank. */
static double fail_dependent(const sgdl_orthant_t *self, const double *y)
{
    double fail = 0;
    for (size_t k = self->rank; k < self->size; k++)
        fail += (1 - fail) * upper_tail(-threshold(self, k, y));
    return fail;
}

/* ---- quadrature ----------------------------------------------------------------------------- */

struct nest {
    const sgdl_orthant_t *orthant;
    double y[SGDL_ORTHANT_MAX];
    size_t depth; /* coordinates that are set */
    double reach; /* |y| beyond it is left out */
    double inner_error;
};

static double nested_fail(struct nest *self, double *error);

static double nested_integrand(void *context, double x)
{
    struct nest *self = (struct nest *)context;
    double error = 0;
    self->y[self->depth++] = x;
    const double fail = nested_fail(self, &error);
    self->depth--;
    self->inner_error = fmax(self->inner_error, error);
    return density_0 * exp(-x * x / 2) * fail;
}

/* Failure of the components from `depth` on, given the coordinates before. */
static double nested_fail(struct nest *self, double *error)
{
    const sgdl_orthant_t *orthant = self->orthant;
    if (self->depth >= orthant->rank)
        return fail_dependent(orthant, self->y);
    const double a = threshold(orthant, self->depth, self->y);
    const double fail = upper_tail(-a);
    if (self->depth + 1 == orthant->size)
        return fail;
    return fail + sgdl_integrate(nested_integrand, self, fmax(a, -self->reach), self->reach, 1,
                                 1e-12, error);
}

static double quadrature(const sgdl_orthant_t *self, double *error)
{
    /* in two dimensions it is cheap to reach all that a double can hold */
    struct nest nest = {.orthant = self, .reach = self->size <= 2 ? 38 : 9};
    const double fail = nested_fail(&nest, error);
    *error += nest.inner_error + DBL_EPSILON * fail;
    return fail;
}

/* ---- lattice rule --------------------------------------------------------------------------- */

enum { SHIFTS = 8, FEWEST_POINTS = 512, MOST_POINTS = 4096 };

/* Fractional parts of the square roots of primes: Richtmyer's rule. */
static const double generator[SGDL_ORTHANT_MAX] = {
    0.41421356237309505, 0.73205080756887729, 0.23606797749978970, 0.64575131106459059,
    0.31662479035539985, 0.60555127546398929, 0.12310562561766055, 0.35889894354067355,
    0.79583152331271954, 0.38516480713450403, 0.56776436283002192, 0.08276253029821968,
    0.40312423743284868, 0.55743852430200065, 0.85565460040104412};

/* The sum for one point u of the unit cube [rank]. */
static double sample(const sgdl_orthant_t *self, const double *u)
{
    double y[SGDL_ORTHANT_MAX];
    double fail = 0;
    double pass = 1;
    for (size_t k = 0; k < self->rank; k++) {
        const double a = threshold(self, k, y);
        const double upper = upper_tail(a);
        fail += pass * upper_tail(-a);
        pass *= upper;
        if (k + 1 == self->size || pass == 0)
            return fail;
        y[k] = gsl_cdf_ugaussian_Qinv(upper * u[k]);
    }
    return fail + pass * fail_dependent(self, y);
}

/* Mean over `points` points of the lattice moved by `shift`; folded (1 - |2x - 1|) so that the
 * integrand is periodic. */
static double shifted_mean(const sgdl_orthant_t *self, size_t points, const double *shift)
{
    double sum = 0;
    for (size_t i = 0; i < points; i++) {
        double u[SGDL_ORTHANT_MAX];
        for (size_t k = 0; k < self->rank; k++) {
            double x = (double)(i + 1) * generator[k] + shift[k];
            x -= floor(x);
            u[k] = fmax(1 - fabs(2 * x - 1), 1e-17); /* 0 has no quantile */
        }
        sum += sample(self, u);
    }
    return sum / (double)points;
}

static double lattice(const sgdl_orthant_t *self, double *error)
{
    double mean = 0;
    for (size_t points = FEWEST_POINTS; points <= MOST_POINTS; points *= 2) {
        double square = 0;
        mean = 0;
        for (size_t s = 0; s < SHIFTS; s++) {
            double shift[SGDL_ORTHANT_MAX];
            for (size_t k = 0; k < SGDL_ORTHANT_MAX; k++) /* fixed, spread by the golden ratio */
                shift[k] = fmod(0.61803398874989485 * (double)(s * SGDL_ORTHANT_MAX + k + 1), 1);
            const double value = shifted_mean(self, points, shift);
            const double change = value - mean;
            mean += change / (double)(s + 1);
            square += change * (value - mean);
        }
        *error = 3 * sqrt(square / (SHIFTS * (SHIFTS - 1)));
        if (*error <= 1e-4 * fmin(mean, 0.1))
            break;
    }
    return mean;
}

double sgdl_orthant_fail(const sgdl_orthant_t *self, double *error)
{
    *error = 0;
    return self->size <= 3 ? quadrature(self, error) : lattice(self, error);
}
