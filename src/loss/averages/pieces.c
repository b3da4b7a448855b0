#include "src/loss/averages/pieces.h"

#include <assert.h>
#include <math.h>

#include "src/loss/averages/normal.h"
#include "src/loss/averages/rules.h"

/* Of panels, for 16 points: the normal density by itself; beside a pole, in units of its distance
 * from the axis; leaving and approaching it, in units of the distance passed and left (the nearest
 * singularity then always is where its contribution has fallen below rounding); across a step. */
static const double plain = 3.5, beside = 1.2, leaving = 2.5, approaching = 0.7, across = 2.5;

/* Half-width of a window, and what no density reaches beyond. */
static const double reach = 9, limit = 38.6;

static const double density_0 = 0.39894228040143267794; /* 1/sqrt(2 pi) */

/* A panel's error that is let pass, of the whole. */
static const double refined = 1e-13;

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

static void add_point(struct source source, double low, double width, size_t i, double *sum)
{
    const gauss_legendre_t *rule = panel_rule();
    const double x = low + width * rule->point[i];
    source.f(source.context, x, width * rule->weight[i] * density_0 * exp(-x * x / 2), sum);
}

void pieces_sum(const pieces_t *self, piece_f *f, const void *context, double *sum)
{
    double end;
    for (double x = self->low; x < self->high; x = end) {
        end = next_end(self, x);
        for (size_t i = 0; i < PANEL_POINTS; i++)
            add_point((struct source){f, context}, x, end - x, i, sum);
    }
}

/* ---- refinement ----------------------------------------------------------------------------- */

struct panel {
    double low, high;
    double sum[PIECE_FIELDS], error[PIECE_FIELDS];
};

struct refinement {
    piece_fields_t what;
    int left;                   /* halvings that may still be done */
    double least;               /* sums below are none */
    double whole[PIECE_FIELDS]; /* of absolute values, panel by panel: grows with what is found */
    double *sum;
};

/* The panel's sums, and how wrong they are: as Legendre coefficients fall from the middle to the
 * last, so they go on to twice as many, of which the rule errs by the first. */
static void evaluate(const piece_fields_t *what, double low, double high, struct panel *out)
{
    enum { LOW, LOW_NEXT, HIGH, HIGH_NEXT, DEGREES };
    const panel_legendre_t *legendre = panel_legendre();
    double at[DEGREES][PIECE_FIELDS] = {0};
    *out = (struct panel){.low = low, .high = high};
    for (size_t i = 0; i < PANEL_POINTS; i++) {
        double value[PIECE_FIELDS] = {0};
        add_point((struct source){what->f, what->context}, low, high - low, i, value);
        for (size_t k = 0; k < what->fields; k++) {
            out->sum[k] += value[k];
            for (size_t n = 0; n < DEGREES; n++)
                at[n][k] += value[k] * legendre->value[n][i];
        }
    }
    for (size_t k = 0; k < what->fields; k++) {
        const double before = fmax(fabs(at[LOW][k]), fabs(at[LOW_NEXT][k]));
        const double last = fmax(fabs(at[HIGH][k]), fabs(at[HIGH_NEXT][k]));
        const double rate = last < before ? last / before : 1;
        out->error[k] = last * rate * rate;
    }
}

/* Adds a panel, or its halves if its error is too large. */
static void refine(struct refinement *self, const struct panel *panel, int depth)
{
    bool good = depth == 0 || self->left == 0;
    for (size_t i = 0; i < self->what.fields && !good; i++)
        if (panel->error[i] > refined * fmax(self->whole[i], self->least))
            break;
        else
            good = i + 1 == self->what.fields;
    if (good) {
        for (size_t i = 0; i < self->what.fields; i++)
            self->sum[i] += panel->sum[i];
        return;
    }
    const double middle = panel->low + (panel->high - panel->low) / 2;
    struct panel left, right;
    evaluate(&self->what, panel->low, middle, &left);
    evaluate(&self->what, middle, panel->high, &right);
    for (size_t i = 0; i < self->what.fields; i++)
        self->whole[i] += fmax(fabs(left.sum[i]) + fabs(right.sum[i]) - fabs(panel->sum[i]), 0);
    self->left--;
    refine(self, &left, depth - 1);
    refine(self, &right, depth - 1);
}

void pieces_refine(const pieces_t *self, piece_fields_t what, double *sum)
{
    enum { DEPTH = 40, HALVINGS = 500, PANELS = 64 };
    struct refinement task = {.what = what, .left = HALVINGS, .sum = sum};
    struct panel panels[PANELS];
    size_t count = 0;
    double end;
    assert(what.fields <= PIECE_FIELDS);
    for (double x = self->low; x < self->high; x = end) {
        end = count + 1 < PANELS ? next_end(self, x) : self->high;
        evaluate(&what, x, end, &panels[count]);
        for (size_t i = 0; i < what.fields; i++)
            task.whole[i] += fabs(panels[count].sum[i]);
        count++;
    }
    for (size_t i = 0; i < what.fields; i++)
        task.least = fmax(task.least, 1e-20 * task.whole[i]);
    for (size_t i = 0; i < count; i++)
        refine(&task, &panels[i], DEPTH);
}
