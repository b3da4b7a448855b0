#include "src/theories/diffusion/plane.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/gauss_legendre.h"
#include "src/base/memory.h"
#include "src/curve/emit.h"

enum { POINTS = 6, NUMBERS = 5 };

/* Above it a box is too small. */
static const double much_mass = 1e-8;

/* z/(e^z - 1). */
static double bernoulli(double z)
{
    if (fabs(z) < 1e-4)
        return 1 - 0.5 * z + z * z / 12;
    return z / expm1(z);
}

void plane_centre(const plane_t *self, size_t cell, double *x)
{
    for (size_t axis = 0; axis < PLANE_AXES; axis++)
        x[axis] =
            self->box[axis][0] + self->width[axis] * (0.5 + (double)plane_place(self, cell, axis));
}

size_t plane_cell(const plane_t *self, const double *x)
{
    size_t cell = 0;
    for (size_t axis = 0; axis < PLANE_AXES; axis++) {
        const double place = floor((x[axis] - self->box[axis][0]) / self->width[axis]);
        const double inside = fmin(fmax(place, 0), (double)(self->cells[axis] - 1));
        cell += (size_t)inside * self->stride[axis];
    }
    return cell;
}

/* ---- rates ---------------------------------------------------------------------------------- */

/* The step of W between two centres at distance `width` along `axis`, at unit heat. */
static double drive(const landscape_t *landscape, const gauss_legendre_t *rule, size_t axis,
                    const double *from, double width)
{
    double sum = 0, x[] = {from[0], from[1]}, slope[PLANE_AXES];
    for (size_t k = 0; k < rule->order; k++) {
        x[axis] = from[axis] + width * rule->point[k];
        landscape_gradient(landscape, x, slope);
        sum += rule->weight[k] * slope[axis] / landscape_sigma(landscape, axis, x);
    }
    return sum * width;
}

/* Between a cell and its upper neighbour. */
static int fill_face(plane_t *self, const gauss_legendre_t *rule, size_t axis, size_t cell,
                     sgdl_error_t *error)
{
    const landscape_t *landscape = self->setting->landscape;
    const double heat = self->setting->heat, width = self->width[axis];
    double x[PLANE_AXES], sigma[3];
    plane_centre(self, cell, x);
    const double from[] = {x[0], x[1]};
    for (int i = 0; i < 3; i++) {
        sigma[i] = landscape_sigma(landscape, axis, x);
        if (!(sigma[i] > 0))
            return sgdl_fail(error, SGDL_ERR_INPUT, "noise",
                             "is %g at (%g, %g), allowed: above 0 everywhere in the box", sigma[i],
                             x[0], x[1]);
        x[axis] += 0.5 * width;
    }
    double step;
    if (landscape_noise_is_constant(landscape))
        step = (self->loss[cell + self->stride[axis]] - self->loss[cell]) / (heat * sigma[0]);
    else
        step = drive(landscape, rule, axis, from, width) / heat + log(sigma[2] / sigma[0]);
    const double scale = heat * sigma[1] / (width * width);
    self->up[axis][cell] = scale * bernoulli(step);
    self->down[axis][cell] = scale * bernoulli(-step);
    return SGDL_OK;
}

static int fill_rates(plane_t *self, sgdl_error_t *error)
{
    gauss_legendre_t rule;
    gauss_legendre_init(&rule, POINTS);
    double x[PLANE_AXES];
    for (size_t cell = 0; cell < self->count; cell++) {
        plane_centre(self, cell, x);
        self->loss[cell] = landscape_loss(self->setting->landscape, x);
        if (!isfinite(self->loss[cell]))
            return sgdl_fail(error, SGDL_ERR_INPUT, "potential",
                             "is %g at (%g, %g), allowed: a finite loss everywhere in the box",
                             self->loss[cell], x[0], x[1]);
    }
    int status = SGDL_OK;
    for (size_t axis = 0; axis < PLANE_AXES; axis++)
        for (size_t cell = 0; cell < self->count && status == SGDL_OK; cell++)
            if (plane_place(self, cell, axis) + 1 < self->cells[axis])
                status = fill_face(self, &rule, axis, cell, error);
    return status;
}

/* ---- making and freeing --------------------------------------------------------------------- */

static int refuse(const setting_t *setting, sgdl_error_t *error)
{
    if (!setting_is_constant(setting))
        return sgdl_fail(error, SGDL_ERR_INPUT, "learning_rate",
                         "changes with time in two coordinates, allowed there: a number");
    return SGDL_OK;
}

static bool is_isotropic(const landscape_t *landscape)
{
    const double *x = landscape_minimum(landscape, 0)->x;
    return landscape_noise_is_constant(landscape) &&
           landscape_sigma(landscape, 0, x) == landscape_sigma(landscape, 1, x);
}

int plane_init_cells(plane_t *self, const setting_t *setting, const size_t cells[PLANE_AXES],
                     sgdl_error_t *error)
{
    const size_t fast = cells[1] <= cells[0] ? 1 : 0;
    *self = (plane_t){.setting = setting,
                      .count = cells[0] * cells[1],
                      .band = cells[fast],
                      .reversible = is_isotropic(setting->landscape)};
    self->stride[fast] = 1;
    self->stride[1 - fast] = cells[fast];
    int status = refuse(setting, error);
    if (status == SGDL_OK)
        status = plane_box(setting, self->box, error);
    if (status != SGDL_OK)
        return status;
    for (size_t axis = 0; axis < PLANE_AXES; axis++) {
        self->cells[axis] = cells[axis];
        self->width[axis] = (self->box[axis][1] - self->box[axis][0]) / (double)cells[axis];
    }
    double *block = calloc(NUMBERS * self->count, sizeof *block);
    if (!block)
        return sgdl_fail_memory(error);
    self->up[0] = block;
    self->up[1] = block + self->count;
    self->down[0] = block + 2 * self->count;
    self->down[1] = block + 3 * self->count;
    self->loss = block + 4 * self->count;
    return fill_rates(self, error);
}

int plane_init(plane_t *self, const setting_t *setting, const sgdl_plan_t *plan,
               sgdl_error_t *error)
{
    const double *stated = setting->problem->cells;
    const size_t cells[] = {(size_t)stated[0], (size_t)stated[1]};
    int status = memory_ask(plan->memory, NUMBERS * stated[0] * stated[1] * sizeof(double), error,
                            "the rates between %.0f cells", stated[0] * stated[1]);
    *self = (plane_t){.setting = setting};
    return status == SGDL_OK ? plane_init_cells(self, setting, cells, error) : status;
}

void plane_free(plane_t *self)
{
    free(self->up[0]);
    *self = (plane_t){0};
}

/* ---- the operator --------------------------------------------------------------------------- */

double plane_out(const plane_t *self, size_t cell)
{
    double sum = 0;
    for (size_t axis = 0; axis < PLANE_AXES; axis++) {
        sum += self->up[axis][cell];
        if (cell >= self->stride[axis])
            sum += self->down[axis][cell - self->stride[axis]];
    }
    return sum;
}

/* Beyond the wall rates are zero, and with them what the fluxes there would be. */
void plane_apply(const plane_t *self, const double *m, double *dm)
{
    for (size_t cell = 0; cell < self->count; cell++)
        dm[cell] = 0;
    for (size_t axis = 0; axis < PLANE_AXES; axis++) {
        const size_t stride = self->stride[axis];
        for (size_t cell = 0; cell + stride < self->count; cell++) {
            const double flux =
                self->up[axis][cell] * m[cell] - self->down[axis][cell] * m[cell + stride];
            dm[cell] -= flux;
            dm[cell + stride] += flux;
        }
    }
}

/* ---- words ---------------------------------------------------------------------------------- */

static double outermost(const plane_t *self, const double *stationary)
{
    double sum = 0;
    for (size_t c = 0; c < self->count; c++)
        for (size_t axis = 0; axis < PLANE_AXES; axis++) {
            const size_t place = plane_place(self, c, axis);
            if (place == 0 || place + 1 == self->cells[axis]) {
                sum += stationary[c];
                break;
            }
        }
    return sum;
}

int plane_note(const plane_t *self, const double *stationary, const sgdl_sink_t *sink,
               sgdl_error_t *error)
{
    char key[SETTING_KEY];
    const setting_t *setting = self->setting;
    const double(*box)[2] = self->box, mass = outermost(self, stationary);
    int status = emit_note(sink, setting_key(setting, "grid", key), error,
                           "x from %.10g to %.10g, y from %.10g to %.10g, in %zu x %zu cells%s",
                           box[0][0], box[0][1], box[1][0], box[1][1], self->cells[0],
                           self->cells[1], self->reversible ? "" : "; the chain is not reversible");
    if (status == SGDL_OK)
        status = emit_note(sink, setting_key(setting, "outermost_cells", key), error,
                           "%.1e of the stationary mass", mass);
    if (status == SGDL_OK && mass > much_mass)
        status = emit_note(sink, setting_key(setting, "warning_box", key), error,
                           "%.1e of the stationary mass is in the outermost cells, above %g: the "
                           "walls of the box shape the law",
                           mass, much_mass);
    return status;
}
