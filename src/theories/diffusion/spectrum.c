/* With j_i = up_i m_i - down_i m_{i+1} the flux through face i,
 *
 *     -dj_i/dt = (up_i + down_i) j_i - up_i j_{i-1} - down_i j_{i+1}
 *
 * has the rates of the masses but for the zero. The symmetric form of that matrix is
 * L diag(pivot) L^T with pivot_i > 0 and pivot_i L_i^2 = coupling_i = down_i up_{i+1}/pivot_i. */
#include "src/theories/diffusion/spectrum.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/linear.h"

/* ---- the factor ---------------------------------------------------------------------------- */

typedef struct faces {
    size_t count;         /* faces: cells - 1 */
    const double *up;     /* [count] borrowed */
    const double *down;   /* [count] borrowed */
    double *pivot;        /* [count] owned */
    double *coupling;     /* [count - 1] of pivot's block, as all that follow */
    double *above;        /* [count] of the shifted factor from the first face on: its pivots */
    double *below;        /* [count] from the last face on */
    double *gradient;     /* [count] left_i - left_{i+1} of a mode */
    double largest, tiny; /* a bound on all rates; what a pivot that vanishes is replaced by */
} faces_t;

static int faces_init(faces_t *self, const generator_t *generator, sgdl_error_t *error)
{
    const size_t n = generator->grid.cells - 1;
    *self = (faces_t){.count = n, .up = generator->up, .down = generator->down};
    self->pivot = malloc(5 * n * sizeof *self->pivot);
    if (!self->pivot)
        return sgdl_fail_memory(error);
    self->coupling = self->pivot + n;
    self->above = self->coupling + n;
    self->below = self->above + n;
    self->gradient = self->below + n;
    double kept = 1; /* of up_i, in the pivot */
    for (size_t i = 0; i < n; i++) {
        self->pivot[i] = self->down[i] + self->up[i] * kept;
        kept = self->up[i] * kept / self->pivot[i];
        self->largest = fmax(self->largest, 2 * (self->up[i] + self->down[i]));
    }
    for (size_t i = 0; i + 1 < n; i++)
        self->coupling[i] = self->down[i] * self->up[i + 1] / self->pivot[i];
    self->tiny = 1e-290 * self->largest;
    return SGDL_OK;
}

static void faces_free(faces_t *self) { free(self->pivot); }

/* ---- rates by bisection -------------------------------------------------------------------- */

/* How many rates are below `shift`. */
static size_t count_below(const faces_t *self, double shift)
{
    double moved = -shift;
    size_t below = 0;
    for (size_t i = 0; i < self->count; i++) {
        double pivot = self->pivot[i] + moved;
        if (fabs(pivot) < self->tiny)
            pivot = -self->tiny;
        below += pivot < 0;
        if (i + 1 < self->count)
            moved = self->coupling[i] * (moved / pivot) - shift;
    }
    return below;
}

/* Rate number k from 0, to the last digits. Bisects exponents first: rates may be of any size. */
static double find_rate(const faces_t *self, size_t k)
{
    double low = SPECTRUM_LEAST, high = self->largest;
    if (count_below(self, low) > k)
        return low;
    for (int i = 0; i < 200 && high - low > 1e-15 * low; i++) {
        const double middle = high > 2 * low ? sqrt(low) * sqrt(high) : 0.5 * (low + high);
        if (count_below(self, middle) > k)
            high = middle;
        else
            low = middle;
    }
    return 0.5 * (low + high);
}

/* ---- modes by inverse iteration ------------------------------------------------------------ */

/* The shifted matrix factored from both ends; the face where the factors meet best, the twist, and
 * what is left there. */
static size_t factor_shifted(faces_t *self, double shift, double *left_over)
{
    const size_t n = self->count;
    double moved = -shift, least = INFINITY;
    size_t twist = 0;
    double *rest = self->gradient; /* scratch */
    for (size_t i = 0; i < n; i++) {
        rest[i] = moved;
        self->above[i] = self->pivot[i] + moved;
        if (fabs(self->above[i]) < self->tiny)
            self->above[i] = -self->tiny;
        if (i + 1 < n)
            moved = self->coupling[i] * (moved / self->above[i]) - shift;
    }
    double kept = self->pivot[n - 1] - shift;
    for (size_t i = n; i-- > 0;) {
        const double here = rest[i] + (kept + shift);
        if (fabs(here) < least) {
            least = fabs(here);
            *left_over = here;
            twist = i;
        }
        if (i == 0)
            break;
        self->below[i] = self->coupling[i - 1] + kept;
        if (fabs(self->below[i]) < self->tiny)
            self->below[i] = -self->tiny;
        kept = self->pivot[i - 1] * (kept / self->below[i]) - shift;
    }
    return twist;
}

/* One step of inverse iteration from the unit vector at the twist: the gradient of the mode, and
 * its rate by the Rayleigh quotient. */
static double iterate(faces_t *self, double shift)
{
    double left_over = 0, square = 1, norm = 1;
    const size_t twist = factor_shifted(self, shift, &left_over);
    self->gradient[twist] = 1;
    for (size_t i = twist; i-- > 0;) {
        self->gradient[i] = self->up[i + 1] * self->gradient[i + 1] / self->above[i];
        square *= self->up[i + 1] / self->above[i] * (self->down[i] / self->above[i]);
        norm += square;
    }
    square = 1;
    for (size_t i = twist; i + 1 < self->count; i++) {
        self->gradient[i + 1] = self->down[i] * self->gradient[i] / self->below[i + 1];
        square *= self->up[i + 1] / self->below[i + 1] * (self->down[i] / self->below[i + 1]);
        norm += square;
    }
    return shift + left_over / norm;
}

/* The mode itself from its gradient: summed from whichever end has lost less. */
static void sum_up(const faces_t *self, double rate, double *left)
{
    const size_t n = self->count;
    double largest = 0;
    left[0] = self->up[0] * self->gradient[0] / rate;
    for (size_t i = 0; i < n; i++)
        left[i + 1] = left[i] - self->gradient[i];
    double *lost = self->above; /* scratch: the largest number of the sum so far */
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, fabs(left[i]));
        lost[i] = largest;
    }
    double sum = -self->down[n - 1] * self->gradient[n - 1] / rate;
    largest = 0;
    for (size_t i = n; i > 0; i--) {
        largest = fmax(largest, fabs(sum));
        if (i == n || largest < lost[i])
            left[i] = sum;
        sum += self->gradient[i - 1];
    }
}

/* Its mass is zero to the last digits: rounding errors of the sum above are taken out. The first
 * cell's value is positive. */
static void normalise(const double *stationary, size_t cells, double *left, double *right)
{
    double norm = 0, mass = 0;
    for (size_t i = 0; i < cells; i++)
        mass += stationary[i] * left[i];
    for (size_t i = 0; i < cells; i++) {
        left[i] -= mass;
        norm += stationary[i] * left[i] * left[i];
    }
    norm = left[0] < 0 ? -sqrt(norm) : sqrt(norm);
    for (size_t i = 0; i < cells; i++) {
        left[i] /= norm;
        right[i] = stationary[i] * left[i];
    }
}

/* ---- slow modes ---------------------------------------------------------------------------- */

static void fill(spectrum_t *self, const generator_t *generator, faces_t *faces)
{
    for (size_t k = 0; k < self->modes; k++) {
        double *left = self->left + k * self->cells;
        self->rate[k] = find_rate(faces, k);
        self->again[k] = iterate(faces, self->rate[k]);
        sum_up(faces, self->rate[k], left);
        normalise(generator->stationary, self->cells, left, self->right + k * self->cells);
    }
    self->next = self->modes < faces->count ? find_rate(faces, self->modes) : INFINITY;
}

int spectrum_init(spectrum_t *self, const generator_t *generator, size_t modes, sgdl_error_t *error)
{
    const size_t cells = generator->grid.cells;
    faces_t faces;
    *self = (spectrum_t){.cells = cells, .modes = modes < cells ? modes : cells - 1};
    int status = faces_init(&faces, generator, error);
    if (status == SGDL_OK) {
        self->rate = malloc(2 * (self->modes + 1) * (cells + 1) * sizeof *self->rate);
        if (!self->rate)
            status = sgdl_fail_memory(error);
    }
    if (status == SGDL_OK) {
        self->again = self->rate + self->modes;
        self->left = self->again + self->modes;
        self->right = self->left + self->modes * cells;
        fill(self, generator, &faces);
    }
    faces_free(&faces);
    return status;
}

void spectrum_free(spectrum_t *self)
{
    free(self->rate);
    *self = (spectrum_t){0};
}

/* ---- all rates ----------------------------------------------------------------------------- */

int spectrum_all(const generator_t *generator, double *rate, sgdl_error_t *error)
{
    faces_t faces;
    int status = faces_init(&faces, generator, error);
    const size_t n = faces.count;
    if (status == SGDL_OK) {
        for (size_t i = 0; i < n; i++)
            faces.above[i] = sqrt(faces.pivot[i]);
        for (size_t i = 0; i + 1 < n; i++)
            faces.below[i] = -sqrt(faces.coupling[i]);
        const lapack_int info = linear_bidiagonal(n, faces.above, faces.below);
        if (info != 0)
            status = linear_fail(info, "LAPACK did not find the relaxation rates", error);
    }
    for (size_t i = 0; i < n && status == SGDL_OK; i++)
        rate[i] = faces.above[n - 1 - i] * faces.above[n - 1 - i];
    faces_free(&faces);
    return status;
}

/* ---- the ways compared --------------------------------------------------------------------- */

static double difference(double a, double b) { return fabs(a - b) / fmax(fabs(a), fabs(b)); }

int spectrum_check(const spectrum_t *self, const generator_t *generator, double *apart,
                   sgdl_error_t *error)
{
    static const double allowed = 1e-8;
    double *all = NULL;
    int status = SGDL_OK;
    *apart = 0;
    /* where rates underflow so does dqds */
    if (self->cells <= SPECTRUM_COMPARED && self->modes > 0 && self->rate[0] > SPECTRUM_LEAST) {
        all = malloc(self->cells * sizeof *all);
        status = all ? spectrum_all(generator, all, error) : sgdl_fail_memory(error);
    }
    for (size_t k = 0; k < self->modes && status == SGDL_OK; k++) {
        if (self->rate[k] <= SPECTRUM_LEAST)
            continue;
        *apart = fmax(*apart, difference(self->rate[k], self->again[k]));
        if (all)
            *apart = fmax(*apart, difference(self->rate[k], all[k]));
        if (!(*apart <= allowed))
            status =
                sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                          "relaxation rate %zu is %.9g by bisection, %.9g by inverse iteration "
                          "and %.9g by dqds: allowed to differ by %g",
                          k + 1, self->rate[k], self->again[k], all ? all[k] : NAN, allowed);
    }
    free(all);
    return status;
}
