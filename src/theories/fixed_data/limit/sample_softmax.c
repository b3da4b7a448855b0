#include "src/theories/fixed_data/limit/sample_softmax.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "src/random/sobol.h"
#include "src/theories/fixed_data/limit/lower.h"

/* ---- points ---------------------------------------------------------------------------------- */

static const double REACH = 6.5, LONGEST = 0.8;
static const double PART = 0.95; /* of the strip's width over pi: errors of 1e-9 */
static const double RUNG = 0.8;

static int allocate_points(sample_points_t *self, size_t dimensions, size_t count,
                           sgdl_error_t *error)
{
    *self = (sample_points_t){.dimensions = dimensions, .count = count};
    self->z = calloc(count * (dimensions + 1), sizeof *self->z);
    self->weight = self->z ? self->z + count * dimensions : NULL;
    return self->z ? SGDL_OK : sgdl_fail_memory(error);
}

void sample_points_free(sample_points_t *self)
{
    free(self->z);
    *self = (sample_points_t){0};
}

int sample_points_init_steps(sample_points_t *self, size_t dimensions, double step,
                             sgdl_error_t *error)
{
    const size_t half = (size_t)ceil(REACH / step), side = 2 * half + 1;
    int status = allocate_points(self, dimensions, dimensions == 2 ? side * side : side, error);
    double whole = 0;
    if (status != SGDL_OK)
        return status;
    for (size_t j = 0; j < self->count; j++) {
        double square = 0;
        for (size_t d = 0, rest = j; d < dimensions; d++, rest /= side) {
            const double z = step * ((double)(rest % side) - (double)half);
            self->z[j * dimensions + d] = z;
            square += z * z;
        }
        whole += self->weight[j] = exp(-square / 2);
    }
    for (size_t j = 0; j < self->count; j++)
        self->weight[j] /= whole;
    return SGDL_OK;
}

int sample_points_init_sobol(sample_points_t *self, size_t dimensions, size_t count,
                             uint64_t number, sgdl_error_t *error)
{
    int status = allocate_points(self, dimensions, count, error);
    if (status != SGDL_OK)
        return status;
    sobol_t *sobol = malloc(sizeof *sobol);
    if (!sobol)
        return sgdl_fail_memory(error);
    sobol_init(sobol, 1, number); /* a rule like any other: the problem's seed has no part in it */
    for (size_t j = 0; j < count; j++) {
        for (size_t d = 0; d < dimensions; d++)
            self->z[j * dimensions + d] =
                gsl_cdf_ugaussian_Pinv(sobol_point(sobol, d, (uint32_t)j));
        self->weight[j] = 1 / (double)count;
    }
    free(sobol);
    return SGDL_OK;
}

double sample_points_step(size_t L, const double *F)
{
    double widest = 0, step = LONGEST;
    for (size_t k = 0; k < L; k++) {
        double least = F[k], most = F[k];
        for (size_t a = 1; a < L; a++) {
            least = fmin(least, F[a * L + k]);
            most = fmax(most, F[a * L + k]);
        }
        widest = fmax(widest, most - least);
    }
    while (step * widest > PART)
        step *= RUNG;
    return step;
}

/* ---- one point --------------------------------------------------------------------------------
 */

enum { NEWTON_STEPS = 100, HALVINGS = 40 };
static const double SETTLED = 1e-10, SLOPE = 1e-4;

/* r = omega + F x, F F^T = V, where |x|^2/2 + l(r) is least. */
typedef struct balance_point {
    const block_loss_t *loss;
    size_t L;
    double y;
    const double *give;  /* F [L*L] */
    const double *omega; /* [L] */
    double x[BLOCK_OUTPUTS], r[BLOCK_OUTPUTS], g[BLOCK_OUTPUTS];
    double *H, *T, *S; /* [L*L] Hessian, F^T H, factor of 1 + F^T H F */
} balance_point_t;

static double objective(const balance_point_t *self, const double *x, double *r)
{
    const size_t L = self->L;
    double square = 0;
    for (size_t a = 0; a < L; a++) {
        r[a] = self->omega[a];
        for (size_t k = 0; k <= a; k++)
            r[a] += self->give[a * L + k] * x[k];
        square += x[a] * x[a];
    }
    return square / 2 + self->loss->value(self->loss, r, self->y);
}

/* g, H, T and S at r. */
static void look(balance_point_t *self)
{
    const size_t L = self->L;
    self->loss->gradient(self->loss, self->r, self->y, self->g);
    self->loss->hessian(self->loss, self->r, self->y, self->H);
    memset(self->T, 0, L * L * sizeof *self->T);
    for (size_t k = 0; k < L; k++)
        for (size_t a = k; a < L; a++)
            for (size_t b = 0; b < L; b++)
                self->T[k * L + b] += self->give[a * L + k] * self->H[a * L + b];
    for (size_t k = 0; k < L; k++)
        for (size_t h = 0; h < L; h++) {
            double sum = k == h;
            for (size_t a = h; a < L; a++)
                sum += self->T[k * L + a] * self->give[a * L + h];
            self->S[k * L + h] = sum;
        }
    (void)lower_factor(L, self->S);
}

/* Newton's method, halving steps that do not lead down. */
static void settle(balance_point_t *self)
{
    const size_t L = self->L;
    double step[BLOCK_OUTPUTS], next[BLOCK_OUTPUTS], r[BLOCK_OUTPUTS];
    double now = objective(self, self->x, self->r);
    for (int n = 0; n < NEWTON_STEPS; n++) {
        double size = 0, slope = 0, part = 1, then = now;
        look(self);
        for (size_t k = 0; k < L; k++) {
            step[k] = -self->x[k];
            for (size_t a = k; a < L; a++)
                step[k] -= self->give[a * L + k] * self->g[a];
            size = fmax(size, fabs(step[k]) / (1 + fabs(self->x[k])));
        }
        if (!(size > SETTLED))
            break;
        lower_solve(L, self->S, 1, step);
        for (size_t k = 0; k < L; k++)
            slope -= step[k] * step[k];
        lower_solve_transposed(L, self->S, step);
        for (int h = 0; h < HALVINGS; h++, part /= 2) {
            for (size_t k = 0; k < L; k++)
                next[k] = self->x[k] + part * step[k];
            then = objective(self, next, r);
            if (then <= now + SLOPE * part * slope + 1e-14 * fabs(now))
                break;
        }
        now = then;
        memcpy(self->x, next, L * sizeof *next);
        memcpy(self->r, r, L * sizeof *r);
    }
}

/* ---- all of them ----------------------------------------------------------------------------- */

enum { POINTS = 128 }; /* of a block, whose sums are added in order */

static size_t width_of(size_t L) { return L + 2 * L * L + 2; }

static size_t block_count(size_t count) { return (count + POINTS - 1) / POINTS; }

size_t sample_softmax_scratch(size_t L, size_t count)
{
    return block_count(count) * (width_of(L) + 3 * L * L);
}

/* Adds what one point says: H (1 + V H)^-1 = H - T^T S^-1 T with S for 1 + F^T H F. */
static void add_point(balance_point_t *at, double weight, double *sums)
{
    const size_t L = at->L;
    double *gradient = sums, *response = sums + L, *square = response + L * L;
    const double *T = at->T;
    lower_solve(L, at->S, L, at->T);
    for (size_t a = 0; a < L; a++) {
        gradient[a] += weight * at->g[a];
        for (size_t b = 0; b < L; b++)
            square[a * L + b] += weight * at->g[a] * at->g[b];
        for (size_t b = 0; b < L; b++)
            response[a * L + b] += weight * at->H[a * L + b];
    }
    for (size_t k = 0; k < L; k++)
        for (size_t a = 0; a < L; a++)
            for (size_t b = 0; b < L; b++)
                response[a * L + b] -= weight * T[k * L + a] * T[k * L + b];
    square[L * L] += weight * at->loss->value(at->loss, at->r, at->y);
    square[L * L + 1] += weight * at->loss->wrong(at->loss, at->r, at->y);
}

static void sum_block(const setup_t *setup, const sample_points_t *points, const softmax_law_t *law,
                      size_t block, double *room)
{
    const size_t L = setup->L, own = setup->problem->label_index[law->class];
    const sgdl_targets_t *targets = &setup->problem->targets;
    const block_loss_t loss = block_loss_softmax(setup->problem);
    const size_t first = block * POINTS, left = points->count - first;
    double *sums = room + 3 * L * L, omega[BLOCK_OUTPUTS];
    for (size_t label = 0; label < targets->labels; label++) {
        const double chance = sgdl_targets_probability(targets, own, label);
        balance_point_t at = {.loss = &loss,
                              .L = L,
                              .y = (double)label,
                              .give = law->give,
                              .omega = omega,
                              .H = room,
                              .T = room + L * L,
                              .S = room + 2 * L * L};
        for (size_t j = first; j < first + (left < POINTS ? left : POINTS) && chance > 0; j++) {
            for (size_t a = 0; a < L; a++) {
                omega[a] = law->m[a];
                for (size_t k = 0; k <= a && k < points->dimensions; k++)
                    omega[a] += law->root[a * L + k] * points->z[j * points->dimensions + k];
            }
            settle(&at);
            add_point(&at, chance * points->weight[j], sums);
        }
    }
}

void sample_softmax(const setup_t *setup, const sample_points_t *points, const softmax_law_t *law,
                    double *scratch, softmax_average_t *out)
{
    const size_t L = setup->L, width = width_of(L), blocks = block_count(points->count);
    const size_t room = width + 3 * L * L;
    double *total = scratch + 3 * L * L;
    memset(scratch, 0, blocks * room * sizeof *scratch);
#ifdef _OPENMP
    const int threads = setup->plan->threads > 0 ? (int)setup->plan->threads : 0;
    (void)threads; /* of the pragma, which not every reader follows */
#pragma omp parallel for schedule(static) num_threads(threads > 0 ? threads : omp_get_max_threads())
#endif
    for (size_t b = 0; b < blocks; b++)
        sum_block(setup, points, law, b, scratch + b * room);
    for (size_t b = 1; b < blocks; b++)
        for (size_t e = 0; e < width; e++)
            total[e] += scratch[b * room + 3 * L * L + e];
    memcpy(out->gradient, total, L * sizeof *total);
    memcpy(out->response, total + L, L * L * sizeof *total);
    memcpy(out->square, total + L + L * L, L * L * sizeof *total);
    out->risk = total[L + 2 * L * L];
    out->error = total[L + 2 * L * L + 1];
}
