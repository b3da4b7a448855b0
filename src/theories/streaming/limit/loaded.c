#include "src/theories/streaming/limit/loaded.h"

#include <lapacke.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/linear.h"

/* Eigenvalues below this, relative to the largest, belong to directions on which nothing acts. */
static const double inert = 1e-11;
/* A product is zero if its terms cancel to this. */
static const double cancelled = 1e-9;
/* Or if it is below this part of what it could be: the point itself is known to 1e-11 only. */
static const double rounding = 1e-9;
/* Couplings and pushes below this part of the largest are none. */
static const double negligible = 1e-20;
/* Candidates that are looked at; if all of so many are at rest the next one is taken. */
enum { MOST_CANDIDATES = 40, PASSES = 4 };

/* ---- coordinates that do not count ----------------------------------------------------------- */

static double largest_of(const double *x, size_t count)
{
    double largest = 0;
    for (size_t e = 0; e < count; e++)
        largest = fmax(largest, fabs(x[e]));
    return largest;
}

/* Whether nothing pushes coordinate e, neither a probe nor another coordinate. */
static bool rests(const modes_t *self, size_t e, double coupling)
{
    const size_t n = self->n;
    for (size_t f = 0; f < n; f++)
        if (f != e && fabs(self->matrix[f * n + e]) > coupling)
            return false;
    for (size_t p = 0; p < self->probes; p++)
        if (fabs(self->probe[p * n + e]) > negligible * largest_of(self->probe + p * n, n))
            return false;
    return true;
}

static int drop_resting(modes_t *self, bool *dropped, sgdl_error_t *error)
{
    const size_t n = self->n, K = self->observers;
    const double coupling = negligible * largest_of(self->matrix, n * n);
    size_t *kept = calloc(n, sizeof *kept), count = 0;
    if (!kept)
        return sgdl_fail_memory(error);
    for (size_t e = 0; e < n; e++)
        if (!rests(self, e, coupling))
            kept[count++] = e;
    for (size_t a = 0; a < count; a++) /* kept[a] >= a: nothing is overwritten too early */
        for (size_t b = 0; b < count; b++)
            self->matrix[a * count + b] = self->matrix[kept[a] * n + kept[b]];
    for (size_t p = 0; p < self->probes; p++)
        for (size_t a = 0; a < count; a++)
            self->probe[p * count + a] = self->probe[p * n + kept[a]];
    for (size_t a = 0; a < count; a++)
        memmove(self->observer + a * K, self->observer + kept[a] * K, K * sizeof(double));
    free(kept);
    *dropped = count < n;
    self->n = count;
    return SGDL_OK;
}

/* ---- eigenvectors, one by one ---------------------------------------------------------------- */

/* D^-1 A D = Q H Q^T, D diagonal, H upper Hessenberg: eigenvectors of H cost n^2 each. */
typedef struct hessenberg {
    size_t n;
    double *reduced;          /* [n*n] H, and the reflectors of Q below it */
    double *matrix;           /* [n*n] H alone */
    double *tau, *scale;      /* [n] of Q, of D */
    double *real, *imaginary; /* [n] eigenvalues */
    double *trial;            /* [2*n] those that dhsein may change */
    double *left, *right;     /* [2*n] of one eigenvalue, real and imaginary parts */
    lapack_logical *select;   /* [n] */
    double *copy, *work;      /* [n*n] scratch, [n*(n + 2)] LAPACK's */
    double *storage;
} hessenberg_t;

static int allocate(hessenberg_t *self, size_t n, sgdl_error_t *error)
{
    *self = (hessenberg_t){.n = n};
    self->storage = calloc(n, (4 * n + 12) * sizeof(double));
    self->select = calloc(n, sizeof *self->select);
    if (!self->storage || !self->select)
        return sgdl_fail_memory(error);
    double *next = self->storage;
    self->reduced = next;
    self->matrix = next += n * n;
    self->tau = next += n * n;
    self->scale = next += n;
    self->real = next += n;
    self->imaginary = next += n;
    self->trial = next += n;
    self->left = next += 2 * n;
    self->right = next += 2 * n;
    self->copy = next += 2 * n;
    self->work = next + n * n;
    return SGDL_OK;
}

static void hessenberg_free(hessenberg_t *self)
{
    free(self->storage);
    free(self->select);
}

static int hessenberg_init(hessenberg_t *self, const modes_t *modes, sgdl_error_t *error)
{
    const size_t n = modes->n;
    const lapack_int order = (lapack_int)n;
    lapack_int low, high;
    int status = allocate(self, n, error);
    if (status != SGDL_OK)
        return status;
    memcpy(self->reduced, modes->matrix, n * n * sizeof(double));
    const lapack_int room = order * (order + 2);
    lapack_int info = LAPACKE_dgebal_work(LAPACK_COL_MAJOR, 'S', order, self->reduced, order, &low,
                                          &high, self->scale);
    if (info == 0)
        info = LAPACKE_dgehrd_work(LAPACK_COL_MAJOR, order, 1, order, self->reduced, order,
                                   self->tau, self->work, room);
    if (info != 0)
        return linear_fail(info, "LAPACK's dgehrd failed", error);
    for (size_t c = 0; c < n; c++)
        for (size_t r = 0; r <= c + 1 && r < n; r++)
            self->matrix[c * n + r] = self->reduced[c * n + r];
    memcpy(self->copy, self->matrix, n * n * sizeof(double));
    info = LAPACKE_dhseqr_work(LAPACK_COL_MAJOR, 'E', 'N', order, 1, order, self->copy, order,
                               self->real, self->imaginary, NULL, order, self->work, room);
    return info ? linear_fail(info, "LAPACK's dhseqr failed", error) : SGDL_OK;
}

/* Of an eigenvector of H, one of the modes' matrix with largest entry 1. */
static int transform_back(const hessenberg_t *self, double *v, bool is_left, lapack_int columns,
                          sgdl_error_t *error)
{
    const size_t n = self->n, parts = (size_t)columns;
    const lapack_int order = (lapack_int)n;
    lapack_int info =
        LAPACKE_dormhr_work(LAPACK_COL_MAJOR, 'L', 'N', order, columns, 1, order, self->reduced,
                            order, self->tau, v, order, self->work, order * (order + 2));
    if (info != 0)
        return linear_fail(info, "LAPACK's dormhr failed", error);
    double largest = 0;
    for (size_t e = 0; e < n; e++) {
        for (size_t p = 0; p < parts; p++)
            v[p * n + e] *= is_left ? 1 / self->scale[e] : self->scale[e];
        largest = fmax(largest, hypot(v[e], parts > 1 ? v[n + e] : 0));
    }
    for (size_t e = 0; e < parts * n && largest > 0; e++)
        v[e] /= largest;
    return SGDL_OK;
}

/* Both eigenvectors of eigenvalue e; *parts is 2 where they are complex. */
static int find_vectors(hessenberg_t *self, size_t e, size_t *parts, sgdl_error_t *error)
{
    const size_t n = self->n;
    const lapack_int order = (lapack_int)n;
    lapack_int found, failed_left[2], failed_right[2];
    memset(self->select, 0, n * sizeof *self->select);
    self->select[e] = 1;
    memcpy(self->trial, self->real, n * sizeof(double));
    *parts = self->imaginary[e] != 0 ? 2 : 1;
    lapack_int info =
        LAPACKE_dhsein_work(LAPACK_COL_MAJOR, 'B', 'N', 'N', self->select, order, self->matrix,
                            order, self->trial, self->imaginary, self->left, order, self->right,
                            order, 2, &found, self->work, failed_left, failed_right);
    if (info < 0) /* above: vectors that did not converge, which are near enough */
        return linear_fail(info, "LAPACK's dhsein failed", error);
    int status = transform_back(self, self->left, true, (lapack_int)*parts, error);
    return status != SGDL_OK ? status
                             : transform_back(self, self->right, false, (lapack_int)*parts, error);
}

/* ---- the choice ------------------------------------------------------------------------------ */

/* Whether v, of largest entry 1, meets a real vector with entries `stride` apart, in spite of
 * cancellation. */
static bool meets(const double *v, size_t parts, const double *with, size_t stride, size_t n)
{
    double sum[2] = {0, 0}, size = 0, largest = 0;
    for (size_t e = 0; e < n; e++) {
        double term[2] = {0, 0};
        for (size_t p = 0; p < parts; p++)
            sum[p] += term[p] = v[p * n + e] * with[e * stride];
        size += hypot(term[0], term[1]);
        largest = fmax(largest, fabs(with[e * stride]));
    }
    const double product = hypot(sum[0], sum[1]);
    return product > cancelled * size && product > rounding * largest;
}

static bool is_loaded_and_seen(const modes_t *modes, const hessenberg_t *vectors, size_t parts)
{
    bool loaded = false, seen = false;
    for (size_t p = 0; p < modes->probes; p++)
        loaded |= meets(vectors->left, parts, modes->probe + p * modes->n, 1, modes->n);
    for (size_t k = 0; k < modes->observers; k++)
        seen |= meets(vectors->right, parts, modes->observer + k, modes->observers, modes->n);
    return loaded && seen;
}

/* The slowest eigenvalue that is not inert and comes behind number `last` in order of decay; n if
 * there is none. Of a pair the first counts. */
static size_t next_candidate(const hessenberg_t *self, size_t last, double largest)
{
    size_t best = self->n;
    for (size_t e = 0; e < self->n; e++) {
        const double decay = -self->real[e];
        const bool behind = last == self->n || decay > -self->real[last] ||
                            (decay == -self->real[last] && e > last);
        if (behind && hypot(decay, self->imaginary[e]) > inert * largest &&
            self->imaginary[e] >= 0 && (best == self->n || decay < -self->real[best]))
            best = e;
    }
    return best;
}

static int choose(const modes_t *self, hessenberg_t *vectors, double *rate, sgdl_error_t *error)
{
    const size_t n = self->n;
    double largest = 0;
    for (size_t e = 0; e < n; e++)
        largest = fmax(largest, hypot(vectors->real[e], vectors->imaginary[e]));
    const size_t slowest = next_candidate(vectors, n, largest);
    size_t e = slowest;
    for (int candidates = 0; e < n && candidates < MOST_CANDIDATES; candidates++) {
        size_t parts;
        int status = find_vectors(vectors, e, &parts, error);
        if (status != SGDL_OK)
            return status;
        if (is_loaded_and_seen(self, vectors, parts))
            break;
        e = next_candidate(vectors, e, largest);
    }
    if (e < n) /* the first that counts, or there were too many */
        *rate = -vectors->real[e];
    return SGDL_OK;
}

int modes_slowest(modes_t *self, double *rate, sgdl_error_t *error)
{
    hessenberg_t vectors;
    bool dropped = true;
    int status = SGDL_OK;
    *rate = NAN;
    for (size_t e = 0; e < self->n * self->n; e++) /* LAPACK would balance an infinity for ever */
        if (!(fabs(self->matrix[e]) <= 1e150))
            return SGDL_OK;
    for (int pass = 0; pass < PASSES && dropped && self->n > 0 && status == SGDL_OK; pass++)
        status = drop_resting(self, &dropped, error);
    if (status != SGDL_OK || self->n == 0)
        return status;
    status = hessenberg_init(&vectors, self, error);
    if (status == SGDL_OK)
        status = choose(self, &vectors, rate, error);
    hessenberg_free(&vectors);
    return status;
}
