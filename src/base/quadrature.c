#include "src/base/quadrature.h"

#include <assert.h>
#include <math.h>

enum { HALVINGS = 45, PANELS = 1000 }; /* nothing that converges needs more */

struct panel {
    double low, high;
    double value, error;
};

struct integral {
    quadrature_f *f;
    void *context;
    double tolerance;
    double whole; /* of |f|, panel by panel: grows when halving finds what was missed */
    double value, error;
    int panels; /* halved so far */
};

/* Gauss-Kronrod (7, 15) on [-1, 1], positive half; odd places are the Gauss points. */
static const double node[8] = {
    0.991455371120812639206854697526329, 0.949107912342758524526189684047851,
    0.864864423359769072789712788640926, 0.741531185599394439863864773280788,
    0.586087235467691130294144691693913, 0.405845151377397166906606412076961,
    0.207784955007898467600689403773245, 0};
static const double kronrod[8] = {
    0.022935322010529224963732008058970, 0.063092092629978553290700663189204,
    0.104790010322250183839876322541518, 0.140653259715525918745189590510238,
    0.169004726639267902826583426598550, 0.190350578064785409913256402421014,
    0.204432940075298892414161999234649, 0.209482141084727828012999174891714};
static const double gauss[4] = {
    0.129484966168869693270611432679082, 0.279705391489276667901467771423780,
    0.381830050505118944950369775488975, 0.417959183673469387755102040816327};

static struct panel evaluate(quadrature_f *f, void *context, double low, double high)
{
    const double centre = (low + high) / 2;
    const double half = (high - low) / 2;
    const double middle = f(context, centre);
    double fine = kronrod[7] * middle;
    double coarse = gauss[3] * middle;
    double size = kronrod[7] * fabs(middle);
    double spread = 0;
    double value[7][2];
    for (int i = 0; i < 7; i++) {
        value[i][0] = f(context, centre - half * node[i]);
        value[i][1] = f(context, centre + half * node[i]);
        fine += kronrod[i] * (value[i][0] + value[i][1]);
        size += kronrod[i] * (fabs(value[i][0]) + fabs(value[i][1]));
        if (i % 2 == 1)
            coarse += gauss[i / 2] * (value[i][0] + value[i][1]);
    }
    spread += kronrod[7] * fabs(middle - fine / 2);
    for (int i = 0; i < 7; i++)
        spread += kronrod[i] * (fabs(value[i][0] - fine / 2) + fabs(value[i][1] - fine / 2));
    /* QUADPACK's estimate: |fine - coarse| is the error of the 7-point rule, far above the other's;
     * rounding is not an error that halving could mend */
    double error = fabs(fine - coarse);
    if (spread > 0)
        error = spread * fmin(1, pow(200 * error / spread, 1.5));
    error = fmax(error, 4e-16 * size);
    return (struct panel){low, high, half * fine, half * error};
}

/* Adds a panel, or its halves if its error is too large. */
static void refine(struct integral *self, const struct panel *panel, int halvings)
{
    if (!(panel->error > self->tolerance * self->whole) || halvings == 0 ||
        self->panels == PANELS) {
        self->value += panel->value;
        self->error += panel->error; /* not a number: halving would not mend it */
        return;
    }
    self->panels++;
    const double centre = (panel->low + panel->high) / 2;
    const struct panel left = evaluate(self->f, self->context, panel->low, centre);
    const struct panel right = evaluate(self->f, self->context, centre, panel->high);
    self->whole += fmax(fabs(left.value) + fabs(right.value) - fabs(panel->value), 0);
    refine(self, &left, halvings - 1);
    refine(self, &right, halvings - 1);
}

double quadrature_integrate(quadrature_f *f, void *context, const double *cut, size_t count,
                            double tolerance, double *error)
{
    struct integral self = {.f = f, .context = context, .tolerance = tolerance};
    struct panel panels[QUADRATURE_CUTS];
    assert(count <= QUADRATURE_CUTS);
    for (size_t i = 1; i < count; i++) {
        panels[i - 1] = evaluate(f, context, cut[i - 1], cut[i]);
        self.whole += fabs(panels[i - 1].value);
    }
    for (size_t i = 1; i < count; i++)
        refine(&self, &panels[i - 1], HALVINGS);
    *error += self.error;
    return self.value;
}
