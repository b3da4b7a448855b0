#include "src/loss/averages/rules.h"

#include <math.h>
#include <pthread.h>

#include "src/loss/averages/normal.h"

/* Rules by the standard deviation up to which they serve: Gauss-Hermite with so many points, then
 * the trapezoidal rule of that step, whose errors are exp(-2 pi^2/step^2) and exp(-2 pi^2/(step
 * sigma)), over what the density, and one tilted by e^(2 sigma x), reaches. */
static const struct {
    double sigma;
    size_t points;
    double step;
} sizes[] = {{0, 1, 0},      {0.1, 8, 0},  {0.3, 16, 0},
             {0.6, 33, 0.6}, {1, 55, 0.4}, {NORMAL_RULE_SIGMA, 81, 0.285}};

enum { SIZES = sizeof sizes / sizeof *sizes, PATH_POINTS = 6 };

/* Filled once, read only afterwards. */
static normal_rule_t rules[SIZES];
static gauss_legendre_t path, panel;
static panel_legendre_t legendre;
static pthread_once_t rules_once = PTHREAD_ONCE_INIT;

/* The orthonormal Hermite polynomials of degree n and n - 1 at x. */
static double hermite(size_t n, double x, double *before)
{
    double value = 1;
    *before = 0;
    for (size_t k = 1; k <= n; k++) {
        const double next = (x * value - sqrt((double)(k - 1)) * *before) / sqrt((double)k);
        *before = value;
        value = next;
    }
    return value;
}

/* The largest zero of degree n below `bound`, by Newton's method on the polynomial divided by the
 * zeros found already. */
static double next_zero(size_t n, const double *found, size_t count, double start)
{
    double x = start;
    for (int step = 0; step < 100; step++) {
        double before, pull = 0;
        const double value = hermite(n, x, &before);
        for (size_t i = 0; i < count; i++)
            pull += 1 / (x - found[i]);
        const double change = value / (sqrt((double)n) * before - pull * value);
        x -= change;
        if (fabs(change) <= 2e-16 * (1 + fabs(x)))
            break;
    }
    return x;
}

static void fill_hermite(normal_rule_t *self, size_t n)
{
    self->points = n;
    for (size_t i = 0; i < n; i++) {
        double before;
        const double start = i == 0 ? 2 * sqrt((double)n) : self->x[i - 1] - 1e-3;
        self->x[i] = n == 1 ? 0 : next_zero(n, self->x, i, start);
        (void)hermite(n, self->x[i], &before);
        self->weight[i] = 1 / ((double)n * before * before);
    }
}

static void fill_trapezoid(normal_rule_t *self, size_t n, double step)
{
    self->points = n;
    for (size_t i = 0; i < n; i++) {
        self->x[i] = step * ((double)i - (double)(n - 1) / 2);
        self->weight[i] = step * normal_density(self->x[i]);
    }
}

static void fill_legendre(void)
{
    for (size_t i = 0; i < PANEL_POINTS; i++) {
        const double x = 2 * panel.point[i] - 1;
        double before = 1, value = x; /* degrees 0 and 1 */
        for (int n = 1; n < PANEL_POINTS; n++) {
            if (n % 8 >= 6)
                legendre.value[n / 8 * 2 + n % 2][i] = (2 * n + 1) * value;
            const double next = ((2 * n + 1) * x * value - n * before) / (n + 1);
            before = value;
            value = next;
        }
    }
}

static void fill_rules(void)
{
    for (size_t i = 0; i < SIZES; i++)
        if (sizes[i].step > 0)
            fill_trapezoid(&rules[i], sizes[i].points, sizes[i].step);
        else
            fill_hermite(&rules[i], sizes[i].points);
    gauss_legendre_init(&path, PATH_POINTS);
    gauss_legendre_init(&panel, PANEL_POINTS);
    fill_legendre();
}

const normal_rule_t *normal_rule(double sigma)
{
    size_t i = 0;
    (void)pthread_once(&rules_once, fill_rules);
    while (i + 1 < SIZES && sigma > sizes[i].sigma)
        i++;
    return &rules[i];
}

void tilted_rule_init(tilted_rule_t *self, double sigma)
{
    self->rule = normal_rule(sigma);
    self->sigma = sigma;
    for (size_t i = 0; i < self->rule->points; i++) {
        self->rise[i] = expm1(sigma * self->rule->x[i]);
        self->factor[i] = exp(sigma * self->rule->x[i]);
    }
}

const gauss_legendre_t *path_rule(void)
{
    (void)pthread_once(&rules_once, fill_rules);
    return &path;
}

const gauss_legendre_t *panel_rule(void)
{
    (void)pthread_once(&rules_once, fill_rules);
    return &panel;
}

const panel_legendre_t *panel_legendre(void)
{
    (void)pthread_once(&rules_once, fill_rules);
    return &legendre;
}
