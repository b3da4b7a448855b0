#include "src/theories/diffusion/underdamped_modes.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/linear.h"
#include "src/base/memory.h"

enum {
    SMALL = 30, /* dimensions of Krylov's space for a mode that stands alone */
    LARGE = 60, /* for one among many, such as those of a single well */
    RESTARTS = 10,
    COARSE = 200, /* cells on which the number of modes is chosen */
    MODES_FIRST = 8
};

static const double residual_small = 1e-12;
static const double residual_large = 1e-9;
static const double rate_stands = 1e-7;
/* Two routes to a rate that differ by more have lost it. */
static const double allowed_apart = 1e-8;

/* Arnoldi's method on the inverse, without the modes that are known. */
typedef struct search {
    const inverse_t *inverse;
    const inverse_t *otherwise;    /* T(x): with other factors, for the transpose */
    const momentum_modes_t *known; /* the first `found` of them */
    size_t found;
    bool transposed;
    size_t length, most;
    double *basis;   /* [(most + 1)*length] owned */
    double *H;       /* [most*most] column-major; owned */
    double *scratch; /* [2*most^2 + 8*most] a copy of H, its vectors, eigenvalues, work; of H's */
    double last;     /* H's entry below the square */
    const sgdl_plan_t *plan;
} search_t;

/* An eigenvalue of the inverse, 1/rate of a mode. */
typedef struct ritz {
    double complex value;
    double residual;              /* relative */
    double complex weight[LARGE]; /* of the basis */
    size_t dimensions;
} ritz_t;

static double dot(size_t count, const double *a, const double *b)
{
    double sum = 0;
    for (size_t e = 0; e < count; e++)
        sum += a[e] * b[e];
    return sum;
}

static void subtract(size_t count, double factor, const double *a, double *b)
{
    for (size_t e = 0; e < count; e++)
        b[e] -= factor * a[e];
}

/* ---- the space ------------------------------------------------------------------------------- */

static void take_known(const search_t *self, double *c)
{
    const size_t length = self->length;
    for (size_t k = 0; k < self->found; k++) {
        const double *right = self->known->right + k * length,
                     *left = self->known->left + k * length;
        if (self->transposed)
            subtract(length, dot(length, right, c), left, c);
        else
            subtract(length, dot(length, left, c), right, c);
    }
}

/* Steps between wells, and shapes in them of both symmetries. */
static void begin(const search_t *self, double *c)
{
    const underdamped_t *flow = self->inverse->flow;
    const landscape_t *landscape = flow->setting->landscape;
    const double *edge = flow->grid.edge, width = edge[flow->cells] - edge[0];
    double mean = 0;
    memset(c, 0, self->length * sizeof *c);
    for (size_t i = 0; i < flow->cells; i++) {
        const double x = flow->grid.centre[i], y = (x - edge[0]) / width;
        const double basin = (double)landscape_basin(landscape, &x);
        c[i * flow->modes] = basin * (1 + 0.3 * basin) + y + 0.5 * y * y;
        mean += flow->root[i] * flow->root[i] * c[i * flow->modes];
    }
    for (size_t i = 0; i < flow->cells; i++)
        c[i * flow->modes] = flow->root[i] * (c[i * flow->modes] - mean);
    take_known(self, c);
}

/* One dimension more: column k of H. The length of what is new. */
static double extend(search_t *self, size_t k)
{
    const size_t length = self->length;
    double *next = self->basis + (k + 1) * length;
    inverse_apply(self->transposed ? self->otherwise : self->inverse, self->basis + k * length,
                  next, self->transposed);
    take_known(self, next);
    for (int twice = 0; twice < 2; twice++)
        for (size_t j = 0; j <= k; j++) {
            const double *v = self->basis + j * length, part = dot(length, v, next);
            subtract(length, part, v, next);
            self->H[k * self->most + j] += part;
        }
    const double norm = sqrt(dot(length, next, next));
    for (size_t e = 0; e < length && norm > 0; e++)
        next[e] /= norm;
    if (k + 1 < self->most)
        self->H[k * self->most + k + 1] = norm;
    self->last = norm;
    return norm;
}

/* ---- eigenvalues in the space ---------------------------------------------------------------- */

typedef struct eigen {
    size_t dimensions;
    const double *real, *imaginary, *vector;
} eigen_t;

static int eigen_of(search_t *self, size_t dimensions, eigen_t *out, sgdl_error_t *error)
{
    const lapack_int n = (lapack_int)dimensions;
    double *H = self->scratch, *vector = H + self->most * self->most,
           *real = vector + self->most * self->most, *imaginary = real + self->most,
           *work = imaginary + self->most;
    for (size_t c = 0; c < dimensions; c++)
        memcpy(H + c * dimensions, self->H + c * self->most, dimensions * sizeof *H);
    const lapack_int info =
        LAPACKE_dgeev_work(LAPACK_COL_MAJOR, 'N', 'V', n, H, n, real, imaginary, NULL, 1, vector, n,
                           work, (lapack_int)(6 * self->most));
    *out = (eigen_t){dimensions, real, imaginary, vector};
    return info == 0 ? SGDL_OK
                     : linear_fail(info, "LAPACK finds no eigenvalues of a small matrix", error);
}

static void ritz_of(const search_t *self, const eigen_t *eigen, size_t k, ritz_t *out)
{
    const size_t n = eigen->dimensions;
    const double im = eigen->imaginary[k];
    const double *a = eigen->vector + (im < 0 ? k - 1 : k) * n, *b = a + n;
    out->value = eigen->real[k] + I * im;
    out->dimensions = n;
    for (size_t j = 0; j < n; j++)
        out->weight[j] = im == 0 ? a[j] : a[j] + I * (im > 0 ? b[j] : -b[j]);
    out->residual = cabs(out->weight[n - 1]) * self->last / cabs(out->value);
}

/* The slowest mode of those that are known well enough: of a mode that stands alone the largest
 * eigenvalue of all, of many the one whose rate has the least real part. */
static int choose(search_t *self, size_t dimensions, bool alone, ritz_t *out, sgdl_error_t *error)
{
    eigen_t eigen;
    ritz_t each;
    double best = INFINITY;
    int status = eigen_of(self, dimensions, &eigen, error);
    out->residual = INFINITY;
    for (size_t k = 0; k < dimensions && status == SGDL_OK; k++) {
        ritz_of(self, &eigen, k, &each);
        const double rank = alone ? 1 / cabs(each.value) : creal(1 / each.value);
        if (rank >= best || (!alone && !(each.residual < residual_large)))
            continue;
        best = rank;
        *out = each;
    }
    return status;
}

/* The mode as real and imaginary part, [length] each. */
static void assemble(const search_t *self, const ritz_t *ritz, double *real, double *imaginary)
{
    memset(real, 0, self->length * sizeof *real);
    memset(imaginary, 0, self->length * sizeof *imaginary);
    for (size_t j = 0; j < ritz->dimensions; j++) {
        const double *v = self->basis + j * self->length;
        subtract(self->length, -creal(ritz->weight[j]), v, real);
        subtract(self->length, -cimag(ritz->weight[j]), v, imaginary);
    }
}

static int run(search_t *self, bool alone, double *start, ritz_t *out, sgdl_error_t *error)
{
    const double norm = sqrt(dot(self->length, start, start));
    int status = SGDL_OK;
    memset(self->H, 0, self->most * self->most * sizeof *self->H);
    for (size_t e = 0; e < self->length; e++)
        self->basis[e] = start[e] / norm;
    for (size_t k = 0; k < self->most && status == SGDL_OK; k++) {
        const double scale = k > 0 ? fabs(self->H[0]) : 0;
        if (sgdl_watch_stopped(&self->plan->watch))
            return sgdl_fail(error, SGDL_ERR_INTERRUPTED, NULL, "interrupted");
        const double grown = extend(self, k);
        const bool whole = k + 1 == self->most || !(grown > 1e-15 * scale);
        if (!alone && !whole)
            continue;
        status = choose(self, k + 1, alone, out, error);
        if (status == SGDL_OK && (whole || (alone && k > 1 && out->residual < residual_small)))
            break;
    }
    return status;
}

static int search_init(search_t *self, const inverse_t *inverse, const momentum_modes_t *known,
                       const sgdl_plan_t *plan, sgdl_error_t *error)
{
    const bool many = inverse->flow->setting->landscape->minima == 1;
    *self = (search_t){.inverse = inverse,
                       .known = known,
                       .length = inverse->flow->length,
                       .most = many ? LARGE : SMALL,
                       .plan = plan};
    const size_t numbers = (self->most + 1) * self->length;
    int status = memory_ask(plan->memory, (double)numbers * sizeof *self->basis, error,
                            "slow modes of %zu cells and %zu modes in V", inverse->flow->cells,
                            inverse->flow->modes);
    if (status != SGDL_OK)
        return status;
    self->basis = malloc(numbers * sizeof *self->basis);
    self->H = malloc((3 * self->most * self->most + 8 * self->most) * sizeof *self->H);
    self->scratch = self->H ? self->H + self->most * self->most : NULL;
    return self->basis && self->H ? SGDL_OK : sgdl_fail_memory(error);
}

static void search_free(search_t *self)
{
    free(self->basis);
    free(self->H);
}

/* ---- the modes ------------------------------------------------------------------------------- */

/* What friction takes from a mode whose parts these are; transport is skew. */
static double dissipation(const underdamped_t *flow, const double *real, const double *imaginary)
{
    double taken = 0, whole = 0;
    for (size_t e = 0; e < flow->length; e++) {
        const double square = real[e] * real[e] + imaginary[e] * imaginary[e];
        taken += flow->friction * (double)(e % flow->modes) * square;
        whole += square;
    }
    return taken / whole;
}

static int find_ritz(search_t *self, double *right, double *left, ritz_t *ritz, sgdl_error_t *error)
{
    const bool alone = self->most == SMALL;
    int status = SGDL_OK;
    begin(self, right);
    for (int r = 0; r < RESTARTS; r++) {
        status = run(self, alone, right, ritz, error);
        if (status != SGDL_OK || !isfinite(ritz->residual))
            return status;
        assemble(self, ritz, right, left);
        if (ritz->residual < (alone ? residual_small : residual_large))
            break;
    }
    return status;
}

/* The same of the transpose; constant noise: the mode with V -> -V. */
static int find_left(search_t *self, momentum_modes_t *modes, size_t k, sgdl_error_t *error)
{
    const size_t length = self->length;
    double *right = modes->right + k * length, *left = modes->left + k * length;
    ritz_t ritz;
    int status = SGDL_OK;
    if (self->inverse->flow->warm) {
        double *none = malloc(length * sizeof *none);
        self->transposed = true;
        status = none ? find_ritz(self, left, none, &ritz, error) : sgdl_fail_memory(error);
        self->transposed = false;
        free(none);
        if (status == SGDL_OK)
            modes->again[k] = creal(1 / ritz.value);
    } else
        for (size_t e = 0; e < length; e++)
            left[e] = e % 2 ? -right[e] : right[e];
    const double scale = dot(length, left, right);
    for (size_t e = 0; e < length && status == SGDL_OK; e++)
        left[e] /= scale;
    return status;
}

/* Modes of a single well whose eigenvalue is larger than those that were found may be slower still
 * where it oscillates. */
static bool is_slowest(const search_t *self, const ritz_t *ritz)
{
    const setting_t *setting = self->inverse->flow->setting;
    const double curvature = landscape_minimum(setting->landscape, 0)->curvature;
    return self->most == SMALL || cabs(1 / ritz->value) >= sqrt(curvature) ||
           setting->friction > sqrt(curvature) / 4;
}

static int find_mode(search_t *self, momentum_modes_t *modes, size_t k, sgdl_error_t *error)
{
    double *right = modes->right + k * self->length, *left = modes->left + k * self->length;
    ritz_t ritz;
    self->found = k;
    modes->rate[k] = modes->again[k] = NAN;
    int status = find_ritz(self, right, left, &ritz, error);
    if (status != SGDL_OK)
        return status;
    if (!(ritz.residual < residual_large)) {
        modes->why = "the inverse iteration does not converge";
        return SGDL_OK;
    }
    if (!is_slowest(self, &ritz)) {
        modes->why = "too many modes are as slow as the slowest: friction is too low";
        return SGDL_OK;
    }
    modes->rate[k] = creal(1 / ritz.value);
    modes->frequency[k] = fabs(cimag(1 / ritz.value));
    modes->again[k] = modes->rate[k];
    if (!self->inverse->flow->warm)
        modes->again[k] = dissipation(self->inverse->flow, right, left);
    if (modes->frequency[k] == 0)
        return find_left(self, modes, k, error);
    if (modes->modes > 1)
        modes->why = "the slowest of them oscillates: the wells are not metastable";
    modes->modes = k + 1;
    return SGDL_OK;
}

static int search_modes(momentum_modes_t *self, const inverse_t *inverse, const sgdl_plan_t *plan,
                        sgdl_error_t *error)
{
    search_t search;
    inverse_t otherwise = {0};
    int status = search_init(&search, inverse, self, plan, error);
    search.otherwise = &otherwise;
    if (status == SGDL_OK && inverse->flow->warm)
        status = inverse_init(&otherwise, inverse->flow, true, plan, error);
    for (size_t k = 0; k < self->modes && !self->why && status == SGDL_OK; k++)
        status = find_mode(&search, self, k, error);
    inverse_free(&otherwise);
    search_free(&search);
    return status;
}

int momentum_modes_init(momentum_modes_t *self, const inverse_t *inverse, const sgdl_plan_t *plan,
                        sgdl_error_t *error)
{
    const underdamped_t *flow = inverse->flow;
    const size_t minima = flow->setting->landscape->minima, count = minima > 1 ? minima - 1 : 1;
    *self = (momentum_modes_t){.length = flow->length, .modes = count};
    self->rate = calloc(3 * count, sizeof *self->rate);
    self->right = malloc(2 * count * flow->length * sizeof *self->right);
    if (!self->rate || !self->right)
        return sgdl_fail_memory(error);
    self->frequency = self->rate + count;
    self->again = self->frequency + count;
    self->left = self->right + count * flow->length;
    int status = search_modes(self, inverse, plan, error);
    if (status == SGDL_OK && !self->why && !(momentum_modes_apart(self) <= allowed_apart))
        self->why = flow->warm ? "two routes to it differ, it is lost to rounding: it is too small "
                                 "where the noise varies"
                               : "two routes to it differ, it is lost to rounding: friction is too "
                                 "low";
    return status;
}

void momentum_modes_free(momentum_modes_t *self)
{
    free(self->rate);
    free(self->right);
    *self = (momentum_modes_t){0};
}

double momentum_modes_apart(const momentum_modes_t *self)
{
    double most = 0;
    for (size_t k = 0; k < self->modes; k++)
        most = fmax(most, fabs(self->again[k] / self->rate[k] - 1));
    return most;
}

void momentum_modes_deflate(const momentum_modes_t *self, const inverse_t *inverse, double *c,
                            double *amplitude)
{
    const double mass = underdamped_mass(inverse->flow, c);
    subtract(self->length, mass, inverse->stationary, c);
    for (size_t k = 0; k < self->modes; k++) {
        amplitude[k] = 0;
        if (!isfinite(self->rate[k]) || self->frequency[k] != 0)
            continue;
        amplitude[k] = dot(self->length, self->left + k * self->length, c);
        subtract(self->length, amplitude[k], self->right + k * self->length, c);
    }
}

/* ---- how many modes in V --------------------------------------------------------------------- */

static int rate_with(const setting_t *setting, const sgdl_plan_t *plan, size_t modes, double *rate,
                     sgdl_error_t *error)
{
    const size_t stated = (size_t)setting->problem->cells[0];
    underdamped_t flow;
    inverse_t inverse = {0};
    momentum_modes_t slow = {0};
    int status = underdamped_init(&flow, setting, stated < COARSE ? stated : COARSE, modes, error);
    if (status == SGDL_OK)
        status = inverse_init(&inverse, &flow, false, plan, error);
    if (status == SGDL_OK)
        status = momentum_modes_init(&slow, &inverse, plan, error);
    *rate = status == SGDL_OK ? slow.rate[0] : NAN;
    momentum_modes_free(&slow);
    inverse_free(&inverse);
    underdamped_free(&flow);
    return status;
}

int momentum_modes_choose(const setting_t *setting, const sgdl_plan_t *plan, size_t *modes,
                          bool *stands, sgdl_error_t *error)
{
    const size_t stated = (size_t)setting->problem->hermite;
    double rate = NAN, before;
    int status = SGDL_OK;
    *stands = true;
    *modes = stated < UNDERDAMPED_LEAST_MODES ? UNDERDAMPED_LEAST_MODES : stated + stated % 2;
    if (stated > 0)
        return SGDL_OK;
    const size_t most =
        landscape_noise_is_constant(setting->landscape) ? MOMENTUM_MOST : MOMENTUM_MOST_WARM;
    *stands = false;
    for (size_t n = MODES_FIRST; n <= 2 * most && !*stands && status == SGDL_OK; n *= 2) {
        before = rate;
        status = rate_with(setting, plan, n, &rate, error);
        *stands = fabs(rate - before) <= rate_stands * rate;
        *modes = n > MODES_FIRST ? n / 2 : n;
    }
    return status;
}
