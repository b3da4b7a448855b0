#include "src/loss/averages/pieces.h"

#include <assert.h>
#include <math.h>

#include "src/loss/averages/normal.h"
#include "src/loss/averages/rules.h"

/* Of panels, for 16 points: the normal density by itself; beside a pole, in units of its distance
 * from the axis; leaving and approaching it, in units of the distance passed and left (the nearest
 * singularity then always is where its contribution has fallen below rounding); across a step. */
static const double plain = 2.5, beside = 1.2, leaving = 2.5, approaching = 0.7, across = 2.5;

/* Half-width of a window, and what no density reaches beyond. */
static const double reach = 9, limit = 38.6;

static const double density_0 = 0.39894228040143267794; /* 1/sqrt(2 pi) */

/* What halving a panel may change, of the whole: the halves themselves are far better. */
static const double refined = 1e-12;

struct source {
    piece_f *f;
    const void *context;
};

/* Widths that panels cannot tell from 0, at |x| < 40. */
static const double least = 1e-13;

void pieces_init(pieces_t *self, double left, double right)
{
    self->low = -fmin(reach + left, limit);
    self->high = fmin(reach + right, limit);
    self->features = 0;
}

void pieces_add(pieces_t *self, double centre, double width, bool step)
{
    if (!(fabs(centre) < 1e6 * (1 + width)))
        return;
    assert(self->features < PIECE_FEATURES);
    if (width < least)
        width = step ? 0 : least;
    self->feature[self->features++] = (piece_feature_t){centre, width, step};
}

void pieces_start_at(pieces_t *self, double low, double slope)
{
    if (!(low > self->low))
        return;
    self->low = low;
    if (low > 0)
        self->high = fmax(self->high, fmin(hypot(low, reach), low + reach));
    if (slope > 1)
        pieces_add(self, low, 7 / slope, false);
}

/* Where a panel that begins at x may end for one feature. */
static double end_for(const piece_feature_t *at, double x)
{
    const double passed = x - at->centre;
    if (!at->step)
        return x + fmax(beside * at->width, passed >= 0 ? leaving * passed : -approaching * passed);
    /* a tail of the step that matters at all is that beyond what the density reaches */
    const double core = (reach + limit * at->width) * at->width;
    if (passed < -core)
        return at->centre - core;
    return passed < core ? x + across * at->width : INFINITY;
}

static double next_end(const pieces_t *self, double x)
{
    double end = fmin(x + plain, self->high);
    for (size_t i = 0; i < self->features; i++)
        end = fmin(end, end_for(&self->feature[i], x));
    return fmax(end, x + least / 10);
}

static void add_piece(struct source source, double low, double high, double *sum)
{
    const gauss_legendre_t *rule = panel_rule();
    const double width = high - low;
    for (size_t i = 0; i < rule->order; i++) {
        const double x = low + width * rule->point[i];
        source.f(source.context, x, width * rule->weight[i] * density_0 * exp(-x * x / 2), sum);
    }
}

void pieces_sum(const pieces_t *self, piece_f *f, const void *context, double *sum)
{
    double end;
    for (double x = self->low; x < self->high; x = end) {
        end = next_end(self, x);
        add_piece((struct source){f, context}, x, end, sum);
    }
}

/* ---- refinement ----------------------------------------------------------------------------- */

struct refinement {
    struct source source;
    size_t fields, watched;
    int left;                   /* halvings that may still be done */
    double whole[PIECE_FIELDS]; /* of absolute values, panel by panel: grows with what is found */
    double *sum;
};

/* Adds the two halves of a panel whose own sums are `one`, or of what is halved further. */
static void refine(struct refinement *self, double low, double high, const double *one, int depth)
{
    const double middle = low + (high - low) / 2;
    double left[PIECE_FIELDS] = {0}, right[PIECE_FIELDS] = {0};
    add_piece(self->source, low, middle, left);
    add_piece(self->source, middle, high, right);
    bool good = true;
    for (size_t i = 0; i < self->watched; i++) {
        self->whole[i] += fmax(fabs(left[i]) + fabs(right[i]) - fabs(one[i]), 0);
        good = good && !(fabs(left[i] + right[i] - one[i]) > refined * self->whole[i]);
    }
    if (good || depth == 0 || self->left == 0) {
        for (size_t i = 0; i < self->fields; i++)
            self->sum[i] += left[i] + right[i];
        return;
    }
    self->left--;
    refine(self, low, middle, left, depth - 1);
    refine(self, middle, high, right, depth - 1);
}

void pieces_refine(const pieces_t *self, piece_fields_t what, double *sum)
{
    enum { DEPTH = 40, HALVINGS = 2000 };
    struct refinement task = {.source = {what.f, what.context},
                              .fields = what.fields,
                              .watched = what.watched,
                              .left = HALVINGS,
                              .sum = sum};
    double end;
    assert(what.fields <= PIECE_FIELDS);
    for (double x = self->low; x < self->high; x = end) {
        double one[PIECE_FIELDS] = {0};
        end = next_end(self, x);
        add_piece(task.source, x, end, one);
        for (size_t i = 0; i < what.fields; i++)
            task.whole[i] += fabs(one[i]);
    }
    for (double x = self->low; x < self->high; x = end) {
        double one[PIECE_FIELDS] = {0};
        end = next_end(self, x);
        add_piece(task.source, x, end, one);
        refine(&task, x, end, one, DEPTH);
    }
}
