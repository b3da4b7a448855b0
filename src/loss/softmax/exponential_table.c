/* F is the convolution of phi_n = e^n exp(-e) with a Gaussian, by the trapezoidal rule on a grid of
 * phi. Small variances expand it in D; large ones go up a ladder of variances, each four times the
 * one before. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "src/base/clones.h"
#include "src/loss/softmax/exponential_table.h"

enum {
    HELD = EXPONENTIAL_HELD,
    TERMS = 7, /* of the expansion in D/2 */
    DERIVED = HELD + 2 * TERMS,
    POINTS = 1200,   /* of an output's table */
    SCRATCH = 14000, /* of phi, or of a rung */
    RUNGS = 2        /* at a time */
};

static const double small = 5e-4, large = 4; /* variances */
static const double widest = 20;             /* step: ladders begin at a thousandth of it */
static const double tail = 27;               /* exp(-tail) is negligible */
static const double nothing = 3.7;           /* as is exp(-exp(nothing)) */

/* Of the normal law, in standard deviations; beyond 8 probabilities are so small that they count
 * only where a prediction is certain, and there the law is tilted by at most one deviation a
 * deviation. */
static double reach(double sigma) { return 8.3 + fmin(sigma, 6); }

static double lowest(double D) { return -(nothing + reach(sqrt(D)) * sqrt(D)); }

/* Above it, F_n is two terms of its series in moments of e, or, of large variances, nothing. */
static double highest(double D) { return D < 25 ? 15 + 3 * D : 32 + 15 * sqrt(D); }

/* The table's spacing at most. */
static double finest(double D) { return 0.11 * (1 + 0.5 * sqrt(D)); }

static int exponent_below(double spacing, double step) { return (int)floor(log2(spacing / step)); }

size_t exponential_tables_room(size_t outputs)
{
    const size_t numbers =
        outputs * ((HELD + 1) * POINTS + 2) + (size_t)RUNGS * (HELD + 1) * SCRATCH;
    return numbers * sizeof(double) + outputs * sizeof(exponential_grid_t);
}

void exponential_tables_init(exponential_tables_t *self, size_t outputs, void *room)
{
    *self = (exponential_tables_t){.outputs = outputs, .low = room};
    self->high = self->low + outputs;
    self->grid = (exponential_grid_t *)(self->high + outputs);
    self->room = (double *)(self->grid + outputs);
}

static double *row_of(const exponential_grid_t *grid, size_t n)
{
    return grid->f + (n + 1) * grid->stride;
}

static double spacing_of(const exponential_tables_t *self, const exponential_grid_t *grid)
{
    return ldexp(self->step, grid->exponent);
}

/* A grid of that exponent over [low, high], numbers in `room`. */
static exponential_grid_t grid_over(double step, int exponent, double low, double high,
                                    double *room)
{
    const size_t phases = exponent < 0 ? (size_t)1 << -exponent : 1;
    const double spacing = ldexp(step, exponent), wide = (double)phases * spacing;
    const double first = floor(low / wide), last = ceil(high / wide);
    exponential_grid_t grid = {
        exponent, (long)first * (long)phases, phases, (size_t)(last - first) + 1, 0, room};
    grid.stride = grid.phases * grid.slots;
    return grid;
}

/* phi_0 to phi_{count - 1} on a grid, and 1 - phi_0. */
static void fill_phi(const exponential_tables_t *self, exponential_grid_t *grid, size_t count)
{
    const double spacing = spacing_of(self, grid);
    for (size_t p = 0; p < grid->phases; p++)
        for (size_t s = 0; s < grid->slots; s++) {
            const size_t place = p * grid->slots + s;
            const double v = ((double)grid->first + (double)(s * grid->phases + p)) * spacing;
            const double e = v < -7 ? 0 : exp(-v);
            double f = v < -7 ? 0 : exp(-e);
            grid->f[place] = v < -7 ? 1 : e < 1e-17 ? e : -expm1(-e);
            for (size_t n = 0; n < count; n++, f *= e)
                row_of(grid, n)[place] = f;
        }
}

/* out += weight in, an entry in `stride` of it. */
CLONES static void add(size_t count, double weight, const double *restrict in, size_t stride,
                       double *restrict out)
{
    if (stride == 1)
        for (size_t j = 0; j < count; j++)
            out[j] += weight * in[j];
    else
        for (size_t j = 0; j < count; j++)
            out[j] += weight * in[j * stride];
}

/* out, on a grid at most as fine, is `in` convolved with a Gaussian of variance D whose spacing is
 * `apart` of the grid of `in`, which reaches as far as is needed. */
static void convolve(const exponential_tables_t *self, const exponential_grid_t *in, double D,
                     long apart, exponential_grid_t *out)
{
    const double sigma = sqrt(D), gap = (double)apart * spacing_of(self, in) / sigma;
    const long most = (long)ceil(reach(sigma) / gap);
    const long ratio = 1L << (out->exponent - in->exponent);
    const size_t stride = out->exponent <= 0 ? 1 : (size_t)ratio / in->phases;
    double total = 0;
    for (long i = -most; i <= most; i++)
        total += exp(-0.5 * gap * gap * (double)(i * i));
    memset(out->f, 0, (self->orders + 3) * out->stride * sizeof *out->f);
    for (size_t p = 0; p < out->phases; p++)
        for (long i = -most; i <= most; i++) {
            const long place = (out->first + (long)p) * ratio + i * apart - in->first;
            const size_t from =
                (size_t)(place % (long)in->phases) * in->slots + (size_t)(place / (long)in->phases);
            const double weight = exp(-0.5 * gap * gap * (double)(i * i)) / total;
            for (size_t n = 0; n < self->orders + 3; n++)
                add(out->slots, weight, in->f + n * in->stride + from, stride,
                    out->f + n * out->stride + p * out->slots);
        }
}

/* The coefficients a_i of F_n = sum_i a_i phi_{n + i} = sum_k (D/2)^k/k! d^2k phi_n/dv^2k. */
static void expansion(size_t n, double D, double a[2 * TERMS + 1])
{
    double c[2 * TERMS + 1] = {1}, power = 1;
    memset(a, 0, (2 * TERMS + 1) * sizeof *a);
    for (int k = 0; k <= TERMS; k++) {
        for (int i = 0; i <= 2 * k; i++)
            a[i] += power * c[i];
        power *= D / 2 / (k + 1);
        for (int twice = 0; twice < 2; twice++)
            for (int i = 2 * TERMS; i >= 0; i--)
                c[i] = (i > 0 ? c[i - 1] : 0) - ((double)n + i) * c[i];
    }
}

static void expand(const exponential_tables_t *self, const exponential_grid_t *phi, double D,
                   exponential_grid_t *out)
{
    double a[2 * TERMS + 1];
    memset(out->f, 0, (self->orders + 3) * out->stride * sizeof *out->f);
    const size_t from = (size_t)(out->first - phi->first) / out->phases; /* the same spacing */
    for (size_t p = 0; p < out->phases; p++) {
        const size_t begin = p * phi->slots + from;
        for (size_t n = 0; n < self->orders + 2; n++) {
            expansion(n, D, a);
            for (size_t i = 0; i < 2 * TERMS + 1; i++) {
                add(out->slots, a[i], row_of(phi, n + i) + begin, 1,
                    row_of(out, n) + p * out->slots);
                if (n == 0)
                    add(out->slots, i == 0 ? 1 : -a[i],
                        row_of(phi, i) + begin - (i == 0) * phi->stride, 1,
                        out->f + p * out->slots);
            }
        }
    }
}

/* Far above; n = -1: 1 - F_0. The moments of e are exp(-n v + n^2 D/2). */
static double far_above(int n, double v, double D)
{
    const int k = n < 1 ? 1 : n;
    if (D >= 25)
        return n == 0;
    const double value =
        exp(k * (0.5 * k * D - v)) * (1 - exp((k + 0.5) * D - v) / (n < 1 ? 2 : 1));
    return n == 0 ? 1 - value : value;
}

/* Copies a rung that reaches as far as its law does onto a longer grid of the same exponent. */
static void extend(const exponential_tables_t *self, const exponential_grid_t *in, double D,
                   exponential_grid_t *out)
{
    const double spacing = spacing_of(self, out);
    for (size_t p = 0; p < out->phases; p++)
        for (size_t s = 0; s < out->slots; s++) {
            const long k = out->first + (long)(s * out->phases + p);
            const long slot = (k - in->first - (long)p) / (long)in->phases;
            const size_t place = p * out->slots + s;
            for (size_t n = 0; n < self->orders + 3; n++)
                if (k < in->first)
                    out->f[n * out->stride + place] = n == 0;
                else if (slot >= (long)in->slots)
                    out->f[n * out->stride + place] = far_above((int)n - 1, (double)k * spacing, D);
                else
                    out->f[n * out->stride + place] =
                        in->f[n * in->stride + p * in->slots + (size_t)slot];
        }
}

/* What a table is made from: the variance up to 16 that a grid of phi gives, and the rungs above
 * it. */
typedef struct plan {
    int rungs, exponent;
    long apart;
    double D, low, high;
} plan_t;

static plan_t plan_for(const exponential_tables_t *self, double D, int exponent)
{
    plan_t plan = {.exponent = exponent, .apart = 0, .D = D};
    for (; plan.D > large; plan.D /= 4)
        plan.rungs++;
    const double wide =
        fmax(self->step, ldexp(self->step, exponent)); /* grids begin and end at it */
    plan.low = lowest(plan.D) - wide, plan.high = highest(plan.D) + wide;
    if (plan.D < small)
        return plan;
    const double sigma = sqrt(plan.D), most = fmin(0.8 * sigma, 0.3);
    const int finer = exponent_below(most, self->step);
    plan.exponent = finer < exponent - plan.rungs ? finer : exponent - plan.rungs;
    plan.apart = (long)(most / ldexp(self->step, plan.exponent));
    plan.low -= reach(sigma) * sigma + most;
    plan.high += reach(sigma) * sigma + most;
    return plan;
}

static bool covers(const plan_t *phi, const plan_t *wanted)
{
    return phi->exponent == wanted->exponent && (phi->apart == 0) == (wanted->apart == 0) &&
           phi->low <= wanted->low && phi->high >= wanted->high;
}

/* Has phi for this plan in grid, for all outputs that want it on that spacing if there is room. */
static void have_phi(const exponential_tables_t *self, plan_t *held, const plan_t *wanted,
                     exponential_grid_t *grid)
{
    if (covers(held, wanted))
        return;
    *held = *wanted;
    for (size_t b = 0; b < self->outputs; b++) {
        plan_t other = plan_for(self, self->D[b], self->grid[b].exponent);
        if (other.exponent == held->exponent && (other.apart == 0) == (held->apart == 0)) {
            other.low = fmin(other.low, held->low), other.high = fmax(other.high, held->high);
            *grid = grid_over(self->step, held->exponent, other.low, other.high, self->room);
            if (grid->stride < (held->apart == 0 ? 3000 : SCRATCH))
                held->low = other.low, held->high = other.high;
        }
    }
    *grid = grid_over(self->step, held->exponent, held->low, held->high, self->room);
    fill_phi(self, grid, held->apart == 0 ? DERIVED : self->orders + 2);
}

/* Up the ladder from plan->D to D. */
static void climb(const exponential_tables_t *self, const exponential_grid_t *phi,
                  const plan_t *plan, exponential_grid_t *out)
{
    const size_t part = SCRATCH * (HELD + 1) / 2;
    double *natural = self->room + (size_t)SCRATCH * (HELD + 1), *longer = natural + part,
           D = plan->D;
    int exponent = out->exponent - plan->rungs;
    exponential_grid_t rung = grid_over(self->step, exponent, lowest(D), highest(D), natural);
    convolve(self, phi, D, plan->apart, &rung);
    for (int r = 1; r <= plan->rungs; r++) {
        const double above = 4 * D, sigma = sqrt(above - D),
                     more = reach(sigma) * sigma + 0.7 * sqrt(D) +
                            fmax(self->step, ldexp(self->step, exponent + 1));
        exponential_grid_t wide =
            grid_over(self->step, exponent, lowest(above) - more, highest(above) + more, longer);
        assert((self->orders + 3) * (rung.stride > wide.stride ? rung.stride : wide.stride) <=
               part);
        extend(self, &rung, D, &wide);
        const long apart = (long)(0.7 * sqrt(D) / spacing_of(self, &wide));
        exponent++;
        rung = grid_over(self->step, exponent, lowest(above), highest(above), natural);
        convolve(self, &wide, above - D, apart, r == plan->rungs ? out : &rung);
        D = above;
    }
}

void exponential_tables_fill(exponential_tables_t *self, const double *D, double step,
                             size_t orders)
{
    self->D = D;
    self->step = step = fmin(step, widest);
    self->orders = orders;
    for (size_t b = 0; b < self->outputs; b++) {
        self->low[b] = lowest(D[b]);
        self->high[b] = D[b] < 2 * tail ? tail + D[b] / 2 : sqrt(2 * D[b] * tail);
        self->grid[b] =
            grid_over(step, exponent_below(finest(D[b]), step), lowest(D[b]), highest(D[b]),
                      self->room + (size_t)RUNGS * (HELD + 1) * SCRATCH + b * (HELD + 1) * POINTS);
        assert(self->grid[b].stride <= POINTS);
    }
    plan_t held = {.low = INFINITY};
    exponential_grid_t phi;
    for (size_t b = 0; b < self->outputs; b++) {
        const plan_t plan = plan_for(self, D[b], self->grid[b].exponent);
        have_phi(self, &held, &plan, &phi);
        if (plan.apart == 0)
            expand(self, &phi, D[b], &self->grid[b]);
        else if (plan.rungs == 0)
            convolve(self, &phi, D[b], plan.apart, &self->grid[b]);
        else
            climb(self, &phi, &plan, &self->grid[b]);
    }
}

/* F_n a fraction f of the spacing above a grid point: weights of F_n, F_{n+1}, F_{n+2} at that
 * point and at the next. */
typedef struct weights {
    double at[EXPONENTIAL_ORDERS + 1][6];
} weights_t;

static void weigh(double f, double spacing, weights_t *w)
{
    const double g = 1 - f, f3 = f * f * f, g3 = g * g * g;
    const double value[2] = {g3 * (1 + 3 * f + 6 * f * f), f3 * (1 + 3 * g + 6 * g * g)};
    const double slope[2] = {spacing * f * g3 * (1 + 3 * f), -spacing * g * f3 * (1 + 3 * g)};
    const double bend[2] = {0.5 * spacing * spacing * f * f * g3,
                            0.5 * spacing * spacing * g * g * f3};
    for (int end = 0; end < 2; end++) {
        for (int n = 0; n < EXPONENTIAL_ORDERS; n++) {
            w->at[n + 1][end] = value[end] - n * slope[end] + n * n * bend[end];
            w->at[n + 1][2 + end] = slope[end] - (2 * n + 1) * bend[end];
            w->at[n + 1][4 + end] = bend[end];
        }
        w->at[0][end] = value[end]; /* of 1 - F_0, then of F_1 and F_2 */
        w->at[0][2 + end] = -w->at[1][2 + end];
        w->at[0][4 + end] = -w->at[1][4 + end];
    }
}

CLONES static void interpolate(size_t count, const double *const restrict in[6],
                               const double *weight, size_t every, double *restrict out)
{
    const double *restrict a = in[0], *restrict b = in[1], *restrict c = in[2], *restrict d = in[3],
                           *restrict e = in[4], *restrict f = in[5];
    const double A = weight[0], B = weight[1], C = weight[2], D = weight[3], E = weight[4],
                 F = weight[5];
    if (every == 1)
        for (size_t i = 0; i < count; i++)
            out[i] = A * a[i] + B * b[i] + (C * c[i] + D * d[i]) + (E * e[i] + F * f[i]);
    else
        for (size_t i = 0; i < count; i++)
            out[i * every] = A * a[i] + B * b[i] + (C * c[i] + D * d[i]) + (E * e[i] + F * f[i]);
}

/* Rows where the table has them: `count` of every `every`-th place from v on.
 * Many parameters: a row is its place, its length and two strides. */
static void rows_inside(const exponential_tables_t *self, const exponential_grid_t *grid, double v,
                        size_t count, size_t every, size_t stride, double *out)
{
    const double spacing = spacing_of(self, grid), place = floor(v / spacing);
    const size_t k = (size_t)((long)place - grid->first);
    const size_t left = k % grid->phases * grid->slots + k / grid->phases;
    const size_t right = (k + 1) % grid->phases * grid->slots + (k + 1) / grid->phases;
    weights_t weights;
    weigh(v / spacing - place, spacing, &weights);
    for (size_t n = 0; n < self->orders + 1; n++) {
        const size_t first = n, second = n == 0 ? 2 : n + 1, third = n == 0 ? 3 : n + 2;
        const double *f = grid->f;
        const double *const in[6] = {
            f + first * grid->stride + left,  f + first * grid->stride + right,
            f + second * grid->stride + left, f + second * grid->stride + right,
            f + third * grid->stride + left,  f + third * grid->stride + right};
        interpolate(count, in, weights.at[n], every, out + n * stride);
    }
}

/* Rows above it: far_above with x = e^-v going down by a factor. */
static void rows_above(const exponential_tables_t *self, size_t output, double v, size_t count,
                       size_t stride, double *out)
{
    const double D = self->D[output], ratio = exp(-self->step);
    double x = exp(-v), c[EXPONENTIAL_ORDERS + 1];
    for (size_t n = 0; n <= self->orders; n++)
        c[n] = D < 25 ? exp((double)(n * n) * D / 2) : 0;
    for (size_t i = 0; i < count; i++, x *= ratio) {
        double power = x;
        out[i] = x * (c[1] - 0.5 * x * c[2]);
        out[stride + i] = 1 - out[i];
        for (size_t n = 1; n < self->orders; n++, power *= x)
            out[(n + 1) * stride + i] = power * (c[n] - x * c[n + 1]);
    }
}

void exponential_tables_rows(const exponential_tables_t *self, size_t output, double v,
                             size_t count, size_t stride, double *out)
{
    const exponential_grid_t *grid = &self->grid[output];
    const double spacing = spacing_of(self, grid);
    const double first = (double)grid->first * spacing;
    const double last = first + (double)(grid->slots * grid->phases) * spacing - 2 * spacing;
    /* places below it, and those inside */
    const double skip = ceil((first - v) / self->step),
                 reached = floor((last - v) / self->step) + 1;
    const size_t below = skip <= 0 ? 0 : skip < (double)count ? (size_t)skip : count;
    size_t inside = reached <= 0 ? 0 : reached < (double)count ? (size_t)reached : count;
    inside = inside < below ? below : inside;
    for (size_t n = 0; n < self->orders + 1; n++)
        for (size_t i = 0; i < below; i++)
            out[n * stride + i] = n == 0;
    const size_t every = grid->exponent > 0 ? (size_t)1 << grid->exponent : 1;
    for (size_t r = 0; r < every && below + r < inside; r++)
        rows_inside(self, grid, v + (double)(below + r) * self->step,
                    (inside - below - r + every - 1) / every, every, stride, out + below + r);
    if (inside < count)
        rows_above(self, output, v + (double)inside * self->step, count - inside, stride,
                   out + inside);
}
