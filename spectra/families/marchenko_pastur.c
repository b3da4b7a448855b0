/*
 * Marchenko-Pastur covariances: the quantiles of the spectrum of Z Z^T / n, Z a d x n matrix of
 * standard normals, ratio = d/n.
 *
 * With q = sqrt(ratio) <= 1 the bulk is lambda = 1 + q^2 - 2 q cos(theta), theta in [0, pi], and
 *
 *     dF = (2/pi) sin^2(theta) / lambda dtheta.
 *
 * For ratio r > 1 there is an atom of mass 1 - 1/r at zero, and the bulk is r times that of 1/r.
 * Replacing theta by pi - theta turns q into -q, so that the mass below theta and the mass above
 * it are one function of a signed q, each to full relative precision.
 */
#include "spectra/families/marchenko_pastur.h"

#include "spectra/families/family.h"

static const sgdl_key_t keys[] = {
    {.name = "ratio",
     .kind = SGDL_KEY_REAL,
     .required = true,
     .lower = 0,
     .lower_open = true,
     .upper = 1e6,
     .help = "dimension over number of samples"},
    FAMILY_SCALE(0, "the mean eigenvalue"),
};

static double density(double q, double phi)
{
    const double sine = sin(phi), half = sin(0.5 * phi);
    return M_2_PI * sine * sine / ((1 - q) * (1 - q) + 4 * q * half * half);
}

/* (x - atan x) / x^3 without cancellation. */
static double arctangent_excess(double x)
{
    const double y = x * x;
    if (x > 0.5)
        return (x - atan(x)) / (y * x);
    double sum = 0;
    for (int k = 27; k >= 0; k--)
        sum = 1.0 / (2 * k + 3) - y * sum;
    return sum;
}

/* The mass on [0, phi] by powers of q, |q| <= 1/5. Cancellation at small phi costs phi^-2 in
 * relative accuracy, but lambda only moves by q phi^2. */
static double mass_series(double q, double phi)
{
    if (phi < 1e-4)
        return M_2_PI * phi * phi * phi / (3 * (1 - q) * (1 - q));
    enum { TERMS = 26 };
    const double twice = 2 * cos(phi);
    double sine[TERMS + 2] = {0, sin(phi)}; /* sin(n phi) */
    for (size_t n = 2; n < TERMS + 2; n++)
        sine[n] = twice * sine[n - 1] - sine[n - 2];
    double sum = 0;
    for (size_t n = TERMS - 1; n >= 1; n--)
        sum = q * (sum + sine[n] / (double)n - sine[n + 2] / (double)(n + 2));
    return (phi - 0.5 * sine[2] + sum) / M_PI;
}

/* The mass on [0, phi], -1 <= q <= 1: by expanding sin^2/lambda, or in closed form with
 * t = tan(phi/2), the linear terms of the arc tangents taken out. */
static double mass(double q, double phi)
{
    if (fabs(q) < 0.2)
        return mass_series(q, phi);
    const double t = tan(0.5 * phi), r = q * q, sum = (1 + q) * (1 + q);
    const double x = q < 1 ? (1 + q) * t / (1 - q) : INFINITY;
    const double lifted = x < 0.5 ? sum * t * x * x * arctangent_excess(x)
                                  : sum * t - (1 - r) * atan2((1 + q) * t, 1 - q);
    const double cube = t * t * t;
    return (lifted - (1 + r) * cube * arctangent_excess(t) - 2 * q * cube / (1 + t * t)) /
           (M_PI * r);
}

/* An angle, the mass below it, and the density near it; all zero: none yet. */
typedef struct known {
    double phi, mass, density;
} known_t;

/* The angle below which the mass is `target` (up to about one half): Newton on log mass against
 * log phi, a curve whose slope only moves from 3 to 1, kept inside a bracket. It begins at an angle
 * that is known, if that is near. */
static double angle_near(double q, double target, known_t *known)
{
    if (!(target > 0))
        return 0;
    double low = 0, high = M_PI;
    double phi = fmin(fmax(cbrt(1.5 * M_PI * (1 - q) * (1 - q) * target), 0.5 * M_PI * target), 3);
    if (fabs(target - known->mass) < 0.1 * known->mass)
        phi = known->phi + (target - known->mass) / known->density;
    for (int step = 0; step < 100; step++) {
        const double found = mass(q, phi), slope = density(q, phi);
        if (found > target)
            high = phi;
        else
            low = phi;
        const double next = phi * exp(log(target / found) * found / (phi * slope));
        *known = (known_t){next, target, slope};
        if (fabs(next - phi) <= 1e-9 * phi) /* the error is the square of that */
            return next;
        phi = next > low && next < high ? next : 0.5 * (low + high);
    }
    return phi;
}

static double angle(double q, double target)
{
    known_t none = {0};
    return angle_near(q, target, &none);
}

/* A place of the bulk for q = sqrt(ratio) <= 1: the mass below it and above it, both to full
 * relative precision. */
typedef struct bulk {
    double q, below, above;
} bulk_t;

static double atom(double ratio) { return ratio > 1 ? (ratio - 1) / ratio : 0; }

/* 1 - u above and u - atom below, where they do not cancel. */
static bulk_t bulk_at(double ratio, double u)
{
    if (ratio <= 1)
        return (bulk_t){sqrt(ratio), u, fmax(0, 1 - u)};
    return (bulk_t){sqrt(1 / ratio), fmin(1, fmax(0, (u - atom(ratio)) * ratio)),
                    fmin(1, fmax(0, (1 - u) * ratio))};
}

/* known [2]: angles from below, and from above. */
static double bulk_quantile(bulk_t self, known_t known[2])
{
    const double q = self.q;
    if (self.below < 0.5) {
        const double sine = sin(0.5 * angle_near(q, self.below, &known[0]));
        return (1 - q) * (1 - q) + 4 * q * sine * sine;
    }
    const double sine = sin(0.5 * angle_near(-q, self.above, &known[1]));
    return (1 + q) * (1 + q) - 4 * q * sine * sine;
}

/* The integral of lambda^power dF, power 1 or 2, up to the angle phi: lambda dF is sin^2. */
static double moment_below(double q, double phi, int power)
{
    const double first = (phi - sin(phi) * cos(phi)) / M_PI;
    const double cube = sin(phi) * sin(phi) * sin(phi);
    return power == 1 ? first : (1 + q * q) * first - 4 * q * cube / (3 * M_PI);
}

static double bulk_moment(bulk_t self, int power)
{
    if (self.below < 0.5)
        return moment_below(self.q, angle(self.q, self.below), power);
    return moment_below(-self.q, M_PI, power) -
           moment_below(-self.q, angle(-self.q, self.above), power);
}

static double quantile(double ratio, double u, known_t known[2])
{
    if (ratio > 1 && position_inside(u, atom(ratio)))
        return 0;
    return fmax(1, ratio) * bulk_quantile(bulk_at(ratio, u), known);
}

double marchenko_pastur_quantile(double ratio, double u)
{
    known_t none[2] = {{0}};
    return quantile(ratio, u, none);
}

/* The integral of lambda^power du over 0 .. u; the bulk has the mass 1/ratio where ratio > 1. */
static double moment_to(double ratio, double u, int power)
{
    if (ratio > 1 && position_inside(u, atom(ratio)))
        return 0;
    return (ratio > 1 && power == 2 ? ratio : 1) * bulk_moment(bulk_at(ratio, u), power);
}

static double integral(const sgdl_spec_t *spec, position_t low, position_t high, int power)
{
    const double ratio = sgdl_spec_number(spec, "ratio"), scale = sgdl_spec_number(spec, "scale");
    return (power == 1 ? scale : scale * scale) *
           (moment_to(ratio, high.u, power) - moment_to(ratio, low.u, power));
}

static double eigenvalue(const sgdl_spec_t *spec, position_t at)
{
    return sgdl_spec_number(spec, "scale") *
           marchenko_pastur_quantile(sgdl_spec_number(spec, "ratio"), at.u);
}

/* Each begins at the one before it. */
static void row(const sgdl_spec_t *spec, size_t d, size_t first, size_t count, double *eigenvalue)
{
    const double ratio = sgdl_spec_number(spec, "ratio"), scale = sgdl_spec_number(spec, "scale");
    known_t known[2] = {{0}};
    for (size_t k = 0; k < count; k++)
        eigenvalue[k] = scale * quantile(ratio, (double)(first + k + 1) / (double)d, known);
}

static bool constant(const sgdl_spec_t *spec, position_t at)
{
    const double ratio = sgdl_spec_number(spec, "ratio");
    return sgdl_spec_number(spec, "scale") == 0 ||
           (ratio > 1 && position_inside(at.u, atom(ratio)));
}

static bool break_at(const sgdl_spec_t *spec, size_t k, family_break_t *out)
{
    const double edge = atom(sgdl_spec_number(spec, "ratio"));
    if (sgdl_spec_number(spec, "scale") == 0 || k > (edge > 0 ? 1 : 0))
        return false;
    *out = (family_break_t){.u = edge > 0 && k == 0 ? edge : 1, .singular = true};
    return true;
}

static family_origin_t origin(const sgdl_spec_t *spec)
{
    const double ratio = sgdl_spec_number(spec, "ratio"), scale = sgdl_spec_number(spec, "scale");
    if (scale == 0 || ratio > 1)
        return (family_origin_t){.exponent = 1, .below = scale == 0 ? 0 : log(atom(ratio))};
    if (ratio == 1) /* F = (theta + sin theta) / pi */
        return (family_origin_t){
            .coefficient = scale * M_PI_2 * M_PI_2, .exponent = 2, .below = -20};
    const double q = sqrt(ratio), edge = (1 - q) * (1 - q);
    return (family_origin_t){.limit = scale * edge,
                             .coefficient = scale * q * pow(1.5 * M_PI * edge, 2.0 / 3),
                             .exponent = 2.0 / 3,
                             .below = log1p(-q) - 31};
}

static double rate(const sgdl_spec_t *spec, position_t at)
{
    const family_origin_t start = origin(spec);
    const bool near_edge = start.limit > 0 && eigenvalue(spec, at) < 1.01 * start.limit;
    return constant(spec, at) ? 0 : near_edge ? start.exponent : 2;
}

const covariance_family_t covariance_marchenko_pastur = {
    .family = {.name = "marchenko-pastur",
               .help = "eigenvalues of a sample covariance matrix of white noise",
               .keys = keys,
               .key_count = FAMILY_COUNT(keys)},
    .eigenvalue = eigenvalue,
    .row = row,
    .slow = true,
    .constant = constant,
    .break_at = break_at,
    .origin = origin,
    .rate = rate,
    .integral = integral,
};
