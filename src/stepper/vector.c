#include "src/stepper/vector.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "src/base/clones.h"

typedef const double *source_t;

static size_t length_of(N_Vector x) { return (size_t)NV_LENGTH_S(x); }

/* ---- kernels: element e of the result depends on element e alone, so operands may be the same ---
 */

CLONES static void kernel_linear_sum(size_t length, double a, source_t x, double b, source_t y,
                                     double *z)
{
#pragma omp simd
    for (size_t e = 0; e < length; e++)
        z[e] = a * x[e] + b * y[e];
}

CLONES static void kernel_sum(size_t length, source_t x, source_t y, double *z)
{
#pragma omp simd
    for (size_t e = 0; e < length; e++)
        z[e] = x[e] + y[e];
}

CLONES static void kernel_scale(size_t length, double a, source_t x, double *z)
{
#pragma omp simd
    for (size_t e = 0; e < length; e++)
        z[e] = a * x[e];
}

CLONES static void kernel_fill(size_t length, double a, double *z)
{
#pragma omp simd
    for (size_t e = 0; e < length; e++)
        z[e] = a;
}

CLONES static void kernel_product(size_t length, source_t x, source_t y, double *z)
{
#pragma omp simd
    for (size_t e = 0; e < length; e++)
        z[e] = x[e] * y[e];
}

/* Partial sums over chunks keep the rounding error of long sums small. */
enum { CHUNK = 1024 };

CLONES static double kernel_weighted_square(size_t length, source_t x, source_t w)
{
    double total = 0;
    for (size_t first = 0; first < length; first += CHUNK) {
        size_t end = length - first < CHUNK ? length : first + CHUNK;
        double sum = 0;
#pragma omp simd reduction(+ : sum)
        for (size_t e = first; e < end; e++)
            sum += (x[e] * w[e]) * (x[e] * w[e]);
        total += sum;
    }
    return total;
}

CLONES static double kernel_weights(size_t length, double rtol, source_t y, source_t atol,
                                    double *w)
{
    double smallest = INFINITY;
#pragma omp simd reduction(min : smallest)
    for (size_t e = 0; e < length; e++) {
        double bound = rtol * fabs(y[e]) + atol[e];
        smallest = bound < smallest ? bound : smallest;
        w[e] = 1 / bound;
    }
    return smallest;
}

/* z = sum_v a_v x_v; any x_v may be z. */
CLONES static void kernel_combination(size_t length, int count, const double *a, N_Vector *x,
                                      double *z)
{
    double sum[CHUNK];
    for (size_t first = 0; first < length; first += CHUNK) {
        size_t part = length - first < CHUNK ? length - first : CHUNK;
        for (size_t e = 0; e < part; e++)
            sum[e] = 0;
        for (int v = 0; v < count; v++) {
            double factor = a[v];
            source_t x_v = NV_DATA_S(x[v]) + first;
#pragma omp simd
            for (size_t e = 0; e < part; e++)
                sum[e] += factor * x_v[e];
        }
        for (size_t e = 0; e < part; e++)
            z[first + e] = sum[e];
    }
}

/* ---- operations in SUNDIALS' terms --------------------------------------------------------- */

static void linear_sum(sunrealtype a, N_Vector x, sunrealtype b, N_Vector y, N_Vector z)
{
    if (a == 1 && b == 1)
        kernel_sum(length_of(x), NV_DATA_S(x), NV_DATA_S(y), NV_DATA_S(z));
    else
        kernel_linear_sum(length_of(x), a, NV_DATA_S(x), b, NV_DATA_S(y), NV_DATA_S(z));
}

static void scale(sunrealtype a, N_Vector x, N_Vector z)
{
    kernel_scale(length_of(x), a, NV_DATA_S(x), NV_DATA_S(z));
}

static void fill(sunrealtype a, N_Vector z) { kernel_fill(length_of(z), a, NV_DATA_S(z)); }

static void product(N_Vector x, N_Vector y, N_Vector z)
{
    kernel_product(length_of(x), NV_DATA_S(x), NV_DATA_S(y), NV_DATA_S(z));
}

static sunrealtype weighted_square_sum(N_Vector x, N_Vector w)
{
    return kernel_weighted_square(length_of(x), NV_DATA_S(x), NV_DATA_S(w));
}

static sunrealtype wrms_norm(N_Vector x, N_Vector w)
{
    return sqrt(weighted_square_sum(x, w) / (double)length_of(x));
}

/* Z_v = a_v x + Y_v: x stays in cache. */
static int scale_add_multi(int count, sunrealtype *a, N_Vector x, N_Vector *Y, N_Vector *Z)
{
    size_t length = length_of(x);
    for (size_t first = 0; first < length; first += CHUNK) {
        size_t part = length - first < CHUNK ? length - first : CHUNK;
        for (int v = 0; v < count; v++)
            kernel_linear_sum(part, a[v], NV_DATA_S(x) + first, 1, NV_DATA_S(Y[v]) + first,
                              NV_DATA_S(Z[v]) + first);
    }
    return 0;
}

static int scale_array(int count, sunrealtype *a, N_Vector *x, N_Vector *z)
{
    for (int v = 0; v < count; v++)
        scale(a[v], x[v], z[v]);
    return 0;
}

static int linear_combination(int count, sunrealtype *a, N_Vector *x, N_Vector z)
{
    kernel_combination(length_of(z), count, a, x, NV_DATA_S(z));
    return 0;
}

/* ---- memory ---------------------------------------------------------------------------------- */

typedef struct content {
    struct _N_VectorContent_Serial serial; /* first: NV_DATA_S and NV_LENGTH_S see nothing else */
    vector_space_t *space;
} content_t;

/* Data begin with a line of the cache, so that no vector of a kernel straddles two. */
enum { LINE = 64 };

static vector_space_t *space_of(N_Vector x) { return ((content_t *)x->content)->space; }

static N_Vector clone(N_Vector from)
{
    vector_space_t *space = space_of(from);
    N_Vector self = N_VNewEmpty(from->sunctx);
    content_t *content = malloc(sizeof *content);
    double *data = aligned_alloc(LINE, (length_of(from) * sizeof *data + LINE - 1) / LINE * LINE);
    if (!self || !content || !data || N_VCopyOps(from, self) != 0) {
        if (self)
            N_VFreeEmpty(self);
        free(content);
        free(data);
        space->exhausted = true;
        return space->reserve;
    }
    *content = (content_t){{NV_LENGTH_S(from), SUNTRUE, data}, space};
    self->content = content;
    return self;
}

static void destroy(N_Vector self)
{
    if (!self || self == space_of(self)->reserve)
        return;
    free(NV_DATA_S(self));
    free(self->content);
    N_VFreeEmpty(self);
}

int vector_space_init(vector_space_t *self, sunindextype length, SUNContext context,
                      sgdl_error_t *error)
{
    *self = (vector_space_t){0};
    N_Vector reserve = N_VNew_Serial(length, context);
    content_t *content = malloc(sizeof *content);
    if (!reserve || !content) {
        if (reserve)
            N_VDestroy(reserve);
        free(content);
        return sgdl_fail_memory(error);
    }
    *content = (content_t){*(N_VectorContent_Serial)reserve->content, self};
    free(reserve->content);
    reserve->content = content;
    /* Clones copy the table of operations. */
    N_Vector_Ops ops = reserve->ops;
    ops->nvclone = clone;
    ops->nvcloneempty = NULL;
    ops->nvdestroy = destroy;
    ops->nvlinearsum = linear_sum;
    ops->nvscale = scale;
    ops->nvconst = fill;
    ops->nvprod = product;
    ops->nvwrmsnorm = wrms_norm;
    ops->nvwsqrsumlocal = weighted_square_sum;
    ops->nvlinearcombination = linear_combination;
    ops->nvscaleaddmulti = scale_add_multi;
    ops->nvscalevectorarray = scale_array;
    self->reserve = reserve;
    return SGDL_OK;
}

void vector_space_free(vector_space_t *self)
{
    if (self->reserve)
        N_VDestroy_Serial(self->reserve);
    *self = (vector_space_t){0};
}

N_Vector vector_new(vector_space_t *space)
{
    N_Vector self = clone(space->reserve);
    return self == space->reserve ? NULL : self;
}

int vector_error_weights(N_Vector y, double rtol, const double *atol, N_Vector weights)
{
    double smallest = kernel_weights(length_of(y), rtol, NV_DATA_S(y), atol, NV_DATA_S(weights));
    return !(smallest > 0);
}
