#include "sgdlimit/loss.h"
#include "src/loss/errors/union.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "src/loss/errors/common_factors.h"
#include "src/loss/errors/dependence.h"

enum { K = FACTORS_MAX };

/* Most evaluations of a variable's tail in a grid: alone, and with an expansion at every node. */
static const double most_tails = 1e6, most_expanded = 2e5;

/* Correlations below it are rounding; below the second, times their number, their squares are. */
static const double nothing = 1e-13, faintness = 1e-6;

/* Beyond it factors of which something is left take no more of a variance. */
static const double usual_share = 0.999;

/* Nodes where failures are below this part of the largest are not worth an expansion. */
static const double negligible = 1e-10;

/* How far the grid reaches around what is likeliest. */
static const double reach = 8;

/* Another factor is taken where the error is above this, and this part of rare failures, and where
 * it leaves less than half of the correlations' size. */
static const double enough = 2e-7, enough_of_rare = 1e-5;

typedef struct fit {
    size_t n, factors;
    const double *margin, *C, *guess;
    double *U;               /* [n*K] */
    double *spread;          /* [n] sqrt(1 - |U_b|^2) */
    double *R;               /* [n*n] correlations that are left, between what factors leave */
    double *z;               /* [n] */
    double *small;           /* [n] P(D_b < 0 | x) */
    double *some_R, *some_z; /* those of the variables `index` */
    size_t *index;
    double *room;
    double likeliest; /* of P(D_b < 0) */
    double size;      /* root of the mean square of R */
    bool independent, faint;
} fit_t;

/* P(some | x), summed over x, by trees alone, with loops, with what is of fourth and of fifth
 * order; and bounds of what expansions that failed may add. */
enum { TREES, LOOPS, FOURTH, FIFTH, ORDERS };

typedef struct totals {
    double by[ORDERS];
    double unknown;
    double coarse; /* of the last, on a grid of twice the step */
} totals_t;

typedef struct grid {
    double step[K], low[K], high[K];
    double nodes;
} grid_t;

static double upper_tail(double x) { return 0.5 * erfc(x * 0.70710678118654752440); }

static double share_of(const fit_t *self, size_t b)
{
    double sum = 0;
    for (size_t j = 0; j < self->factors; j++)
        sum += self->U[b * K + j] * self->U[b * K + j];
    return sum;
}

/* What the factors leave over. */
static void set_rest(fit_t *self)
{
    const size_t n = self->n;
    double largest = 0, squares = 0;
    for (size_t b = 0; b < n; b++)
        self->spread[b] = sqrt(1 - share_of(self, b));
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++) {
            double left = a == b ? 0 : self->C[a * n + b];
            for (size_t j = 0; j < self->factors && a != b; j++)
                left -= self->U[a * K + j] * self->U[b * K + j];
            if (fabs(left) < nothing)
                left = 0;
            left /= self->spread[a] * self->spread[b];
            self->R[a * n + b] = left;
            largest = fmax(largest, fabs(left));
            squares += left * left;
        }
    self->size = n > 1 ? sqrt(squares / (double)(n * (n - 1))) : 0;
    self->independent = largest == 0;
    self->faint = largest * (double)n <= faintness;
}

/* One more factor. Where something is left it must not take nearly all of a variance. */
static void add_factor(fit_t *self)
{
    common_factors_add(self->n, self->C, self->factors, self->U, self->z);
    self->factors++;
    set_rest(self);
    if (self->size < 1e-6)
        return;
    for (size_t b = 0; b < self->n; b++) {
        const double share = share_of(self, b);
        for (size_t j = 0; j < self->factors && share > usual_share; j++)
            self->U[b * K + j] *= sqrt(usual_share / share);
    }
    set_rest(self);
}

/* The product of many distribution functions is steeper than one. */
static double finest_step(size_t n)
{
    return n <= 3 ? 0.4 : 0.47 * fmin(1, pow(9.0 / (double)n, 0.2));
}

/* Where a variable fails the factors are likeliest at -U_b margin_b. */
static grid_t lay_grid(const fit_t *self)
{
    grid_t grid = {.nodes = 1};
    for (size_t j = 0; j < self->factors; j++) {
        double steepest = 0, low = INFINITY, high = -INFINITY;
        for (size_t b = 0; b < self->n; b++) {
            const double margin = self->margin[b];
            steepest = fmax(steepest, fabs(self->U[b * K + j]) / self->spread[b]);
            if (upper_tail(margin) < negligible * self->likeliest)
                continue;
            const double centre = -self->U[b * K + j] * fmax(margin, 0);
            low = fmin(low, centre);
            high = fmax(high, centre);
        }
        grid.step[j] = finest_step(self->n) / sqrt(1 + steepest * steepest);
        grid.low[j] = floor((low - reach) / grid.step[j]);
        grid.high[j] = ceil((high + reach) / grid.step[j]);
        grid.nodes *= grid.high[j] - grid.low[j] + 1;
    }
    return grid;
}

/* The variables of which failures matter here, into some_z and *R; how many. Adds log P of the
 * others to *rest. */
static size_t choose(fit_t *self, double all, double *rest, const double **R)
{
    const size_t n = self->n;
    size_t count = 0;
    for (size_t b = 0; b < n; b++)
        if (self->small[b] > negligible * all)
            self->index[count++] = b;
        else
            *rest += log1p(-self->small[b]);
    *R = count == n ? self->R : self->some_R;
    for (size_t i = 0; i < count; i++) {
        self->some_z[i] = self->z[self->index[i]];
        for (size_t j = 0; j < count && count < n; j++)
            self->some_R[i * count + j] = self->R[self->index[i] * n + self->index[j]];
    }
    return count;
}

static double within(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static void add_to_all(totals_t *total, double value)
{
    for (size_t order = 0; order < ORDERS; order++)
        total->by[order] += value;
}

/* Adds weight times P(some | x), between the largest of the single ones and their sum. */
static void add_expansion(fit_t *self, double weight, double largest, double all, totals_t *total)
{
    double value = 0;
    const double most = fmin(all, 1);
    const double *R;
    const size_t count = choose(self, all, &value, &R);
    dependence_t part = {0};
    if (self->faint) {
        part.trees = dependence_faint(count, R, self->some_z, self->room);
    } else if (!dependence_log(count, R, self->some_z, self->room, &part)) {
        add_to_all(total, weight * (largest + most) / 2);
        total->unknown += weight * (most - largest) / 2;
        return;
    }
    const double parts[ORDERS] = {part.trees, part.loops, part.fourth, part.fifth};
    for (size_t order = 0; order < ORDERS; order++) {
        value += parts[order];
        total->by[order] += weight * within(-expm1(value), largest, most);
    }
}

/* The same; where it is below `smallest` as if they were independent. */
static void add_node(fit_t *self, const double *x, double weight, double smallest, totals_t *total)
{
    double largest = 0, all = 0, sum = 0;
    for (size_t b = 0; b < self->n; b++) {
        double centre = self->margin[b];
        for (size_t j = 0; j < self->factors; j++)
            centre += self->U[b * K + j] * x[j];
        self->z[b] = centre / self->spread[b];
        self->small[b] = upper_tail(self->z[b]);
        largest = fmax(largest, self->small[b]);
        all += self->small[b];
    }
    if (largest >= 1 - DBL_EPSILON) {
        add_to_all(total, weight);
    } else if (!self->independent && weight * all >= smallest) {
        add_expansion(self, weight, largest, all, total);
    } else {
        for (size_t b = 0; b < self->n; b++)
            sum += log1p(-self->small[b]);
        add_to_all(total, -weight * expm1(sum));
    }
}

/* The node's coordinates and weight; how many times the grid of twice the step takes it. */
static double place(const fit_t *self, const grid_t *grid, const double *at, double *x,
                    double *weight)
{
    double times = 1;
    *weight = 1;
    for (size_t j = 0; j < self->factors; j++) {
        x[j] = at[j] * grid->step[j];
        *weight *= grid->step[j] * 0.39894228040143267794 * exp(-x[j] * x[j] / 2);
        times *= fmod(at[j], 2) == 0 ? 2 : 0;
    }
    return times;
}

/* What the expansion leaves out, and the grid: its error is at most the square of the coarser
 * one's. */
static double estimate(const fit_t *self, const totals_t *total)
{
    const double *by = total->by, value = by[FIFTH];
    const double coarser = self->factors > 0 ? fabs(total->coarse / value - 1) : 0;
    const double rounding = self->factors > 0 ? 1e-14 : DBL_EPSILON;
    return 2 * fabs(value - by[FOURTH]) + 0.5 * self->size * fabs(by[FOURTH] - by[TREES]) +
           total->unknown + value * fmin(rounding + coarser * coarser, 1);
}

/* The average over the factors. */
static double integrate(fit_t *self, double *error)
{
    const grid_t grid = lay_grid(self);
    const double smallest = negligible * self->likeliest / grid.nodes;
    const double most = self->independent || self->faint ? most_tails : most_expanded;
    totals_t total = {0};
    double at[K], x[K];
    *error = INFINITY;
    if (!(grid.nodes * (double)self->n <= most))
        return NAN;
    memcpy(at, grid.low, sizeof at);
    for (size_t node = 0; node < (size_t)grid.nodes; node++) {
        double weight;
        const double times = place(self, &grid, at, x, &weight), before = total.by[FIFTH];
        if (weight * (double)self->n >= 1e-5 * smallest)
            add_node(self, x, weight, smallest, &total);
        total.coarse += times * (total.by[FIFTH] - before);
        for (size_t j = 0; j < self->factors && ++at[j] > grid.high[j]; j++)
            at[j] = grid.low[j];
    }
    *error = estimate(self, &total);
    return total.by[FIFTH] > 1 ? 1 : total.by[FIFTH]; /* by rounding; NAN stays */
}

static bool allocate(fit_t *self)
{
    const size_t n = self->n;
    double *next = calloc(n * (K + 4) + 2 * n * n + dependence_room(n), sizeof *next);
    self->index = calloc(n, sizeof *self->index);
    self->U = next;
    if (!next || !self->index)
        return false;
    self->spread = next += n * K;
    self->z = next += n;
    self->small = next += n; /* behind z: both are scratch of the fit */
    self->some_z = next += n;
    self->R = next += n;
    self->some_R = next += n * n;
    self->room = next + n * n;
    return true;
}

/* Whether the guess explains all; else there is no factor yet. */
static bool try_guess(fit_t *self)
{
    double largest = 0;
    for (size_t b = 0; b < self->n; b++) {
        self->U[b * K] = self->guess[b];
        largest = fmax(largest, self->guess[b]);
    }
    self->factors = largest < 0.99999 && largest > 0;
    if (self->factors > 0)
        set_rest(self);
    if (self->factors > 0 && self->independent)
        return true;
    self->factors = 0;
    set_rest(self);
    return self->independent;
}

/* Takes factors until the error is small or another one explains little. */
static double take_factors(fit_t *self, double *error)
{
    double value = NAN, size = INFINITY;
    if (try_guess(self))
        return integrate(self, error);
    while (self->factors < K && !self->independent) {
        double one_error;
        add_factor(self);
        if (!(self->size < size / 2) && self->factors > 1)
            continue;
        const double one = integrate(self, &one_error);
        size = self->size;
        if (one_error < *error)
            value = one, *error = one_error;
        if (*error <= enough * fmin(1, value * enough_of_rare / enough))
            return value;
    }
    return self->factors > 0 ? value : integrate(self, error);
}

double union_probability(size_t count, const double *margin, const double *C, const double *guess,
                         double *error)
{
    fit_t fit = {.n = count, .margin = margin, .C = C, .guess = guess};
    double value = NAN;
    *error = INFINITY;
    for (size_t b = 0; b < count; b++)
        fit.likeliest = fmax(fit.likeliest, upper_tail(margin[b]));
    if (allocate(&fit))
        value = take_factors(&fit, error);
    else
        *error = SGDL_ERROR_LACKS_MEMORY;
    free(fit.U);
    free(fit.index);
    return value;
}
