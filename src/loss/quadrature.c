#include "src/loss/quadrature.h"

#include <math.h>

enum { PANELS = 80, HALVINGS = 45 };

struct panel {
    double low, high;
    double value, error;
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

static struct panel evaluate(sgdl_integrand_f *f, void *context, double low, double high)
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

/* Replaces a panel's value and error by those of its halves until the error is small. */
static void refine(sgdl_integrand_f *f, void *context, struct panel *self, double allowed,
                   int halvings)
{
    if (!(self->error > allowed) || halvings == 0) /* also where the error is not a number */
        return;
    const double centre = (self->low + self->high) / 2;
    struct panel left = evaluate(f, context, self->low, centre);
    struct panel right = evaluate(f, context, centre, self->high);
    refine(f, context, &left, allowed, halvings - 1);
    refine(f, context, &right, allowed, halvings - 1);
    self->value = left.value + right.value;
    self->error = left.error + right.error;
}

double sgdl_integrate(sgdl_integrand_f *f, void *context, double low, double high, double panel,
                      double tolerance, double *error)
{
    if (!(low < high))
        return 0;
    struct panel panels[PANELS];
    const int count = (int)fmin(ceil((high - low) / panel), PANELS);
    double whole = 0;
    for (int i = 0; i < count; i++) {
        const double start = low + (high - low) * i / count;
        const double end = low + (high - low) * (i + 1) / count;
        panels[i] = evaluate(f, context, start, end);
        whole += fabs(panels[i].value);
    }
    double sum = 0;
    for (int i = 0; i < count; i++) {
        refine(f, context, &panels[i], tolerance * whole, HALVINGS);
        sum += panels[i].value;
        *error += panels[i].error;
    }
    return sum;
}
