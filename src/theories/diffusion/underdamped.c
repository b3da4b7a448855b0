#include "src/theories/diffusion/underdamped.h"

#include <math.h>
#include <stdlib.h>

/* Square roots of densities stay numbers. */
static const double highest = 1000;
/* T(x)/T - 1 to the power of n/2 is what mode n of a density at T(x) holds. */
static const double widest = 0.8;

/* ---- making and freeing --------------------------------------------------------------------- */

/* Cells are even: heavy tails have others. */
static int check_grid(const underdamped_t *self, sgdl_error_t *error)
{
    if (self->grid.even)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_INPUT, "momentum",
                     "found with a noise that grows as the loss does: velocities have all "
                     "temperatures, which no set of Hermite functions holds; allowed: momentum 0, "
                     "or another noise");
}

/* The middle of what T(x) goes through: there |T(x)/T - 1| is least. */
static int choose_temperature(underdamped_t *self, sgdl_error_t *error)
{
    const setting_t *setting = self->setting;
    double least = INFINITY, largest = 0;
    self->warm = !landscape_noise_is_constant(setting->landscape);
    for (size_t i = 0; i <= self->cells; i++) {
        const double T =
            setting->heat * landscape_sigma_slope(setting->landscape, self->grid.edge[i], 0);
        least = fmin(least, T);
        largest = fmax(largest, T);
    }
    self->temperature = self->warm ? 0.5 * (least + largest) : largest;
    if (!(least > 0) || !isfinite(largest))
        return sgdl_fail(error, SGDL_ERR_INPUT, "noise",
                         "is not above 0 everywhere between x = %g and %g", self->grid.edge[0],
                         self->grid.edge[self->cells]);
    if (largest - self->temperature <= widest * self->temperature)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_INPUT, "noise",
                     "varies between x = %g and %g by a factor %.3g; with momentum densities in V "
                     "are Hermite functions of one temperature, allowed: up to a factor %.0f (a "
                     "smaller box, or momentum 0)",
                     self->grid.edge[0], self->grid.edge[self->cells], largest / least,
                     (1 + widest) / (1 - widest));
}

static double loss_at(const underdamped_t *self, double x)
{
    return landscape_slope(self->setting->landscape, x, 0);
}

/* sqrt pi in cells and on faces. */
static int fill_roots(underdamped_t *self, sgdl_error_t *error)
{
    double least = INFINITY, most = -INFINITY, sum = 0;
    for (size_t i = 0; i < self->cells; i++) {
        self->root[i] = loss_at(self, self->grid.centre[i]);
        self->face[i] = loss_at(self, self->grid.edge[i + 1]);
        least = fmin(least, self->root[i]);
        most = fmax(most, fmax(self->root[i], self->face[i]));
    }
    if (!(most - least <= highest * self->temperature))
        return sgdl_fail(error, SGDL_ERR_INPUT, "box",
                         "reaches from x = %g to %g, where the loss rises by %.4g temperatures; "
                         "allowed with momentum: up to %.0f",
                         self->grid.edge[0], self->grid.edge[self->cells],
                         (most - least) / self->temperature, highest);
    for (size_t i = 0; i < self->cells; i++) {
        self->root[i] = exp((least - self->root[i]) / (2 * self->temperature));
        self->face[i] = exp((least - self->face[i]) / (2 * self->temperature));
        sum += self->root[i] * self->root[i];
    }
    for (size_t i = 0; i < self->cells; i++) {
        self->root[i] /= sqrt(sum);
        self->face[i] /= sqrt(sum);
    }
    return SGDL_OK;
}

static void fill_differences(underdamped_t *self)
{
    const double dx = self->grid.centre[1] - self->grid.centre[0];
    const double s = sqrt(self->temperature) / dx;
    for (size_t f = 0; f + 1 < self->cells; f++) {
        self->up[f] = s * self->face[f] / self->root[f];
        self->down[f] = s * self->face[f] / self->root[f + 1];
        self->rise[f] = s * self->root[f] / self->face[f];
        self->fall[f] = s * self->root[f + 1] / self->face[f];
    }
    for (size_t n = 0; n <= self->modes; n++)
        self->number[n] = sqrt((double)n);
    for (size_t i = 0; i < self->cells && self->warm; i++) {
        const double x[] = {self->grid.centre[i], self->grid.edge[i + 1]};
        for (size_t odd = 0; odd < 2; odd++)
            self->excess[odd * self->cells + i] =
                self->setting->heat * landscape_sigma_slope(self->setting->landscape, x[odd], 0) /
                    self->temperature -
                1;
    }
}

int underdamped_init(underdamped_t *self, const setting_t *setting, size_t cells, size_t modes,
                     sgdl_error_t *error)
{
    *self = (underdamped_t){.setting = setting,
                            .cells = cells,
                            .modes = modes,
                            .length = cells * modes,
                            .friction = setting->friction};
    int status = grid_init(&self->grid, setting, cells, error);
    if (status == SGDL_OK)
        status = check_grid(self, error);
    if (status == SGDL_OK)
        status = choose_temperature(self, error);
    if (status != SGDL_OK)
        return status;
    self->root = calloc(8 * cells + modes + 1, sizeof *self->root);
    if (!self->root)
        return sgdl_fail_memory(error);
    self->face = self->root + cells;
    self->up = self->face + cells;
    self->down = self->up + cells;
    self->rise = self->down + cells;
    self->fall = self->rise + cells;
    self->excess = self->fall + cells;
    self->number = self->excess + 2 * cells;
    status = fill_roots(self, error);
    if (status == SGDL_OK)
        fill_differences(self);
    return status;
}

void underdamped_free(underdamped_t *self)
{
    grid_free(&self->grid);
    free(self->root);
    *self = (underdamped_t){0};
}

/* ---- the operator --------------------------------------------------------------------------- */

static void add_transport(const underdamped_t *self, const double *c, double *dc)
{
    const size_t modes = self->modes;
    for (size_t f = 0; f + 1 < self->cells; f++) {
        const double *here = c + f * modes, *above = here + modes;
        double *change = dc + f * modes, *change_above = change + modes;
        for (size_t q = 1; q < modes; q += 2) {
            double K[4];
            underdamped_entries(self, f, q, K);
            change[q - 1] += K[0] * here[q];
            change_above[q - 1] += K[2] * here[q];
            change[q] -= K[0] * here[q - 1] + K[2] * above[q - 1];
            if (q + 1 == modes)
                continue;
            change[q + 1] += K[1] * here[q];
            change_above[q + 1] += K[3] * here[q];
            change[q] -= K[1] * here[q + 1] + K[3] * above[q + 1];
        }
    }
}

void underdamped_apply(const underdamped_t *self, const double *c, double *dc)
{
    const size_t modes = self->modes;
    for (size_t i = 0; i < self->cells; i++)
        for (size_t n = 0; n < modes; n++) {
            const size_t e = i * modes + n;
            dc[e] = -self->friction * (double)n * c[e];
            if (self->warm && n >= 2)
                dc[e] += self->friction * self->excess[(n & 1) * self->cells + i] *
                         self->number[n] * self->number[n - 1] * c[e - 2];
        }
    add_transport(self, c, dc);
}

double underdamped_mass(const underdamped_t *self, const double *c)
{
    double sum = 0;
    for (size_t i = 0; i < self->cells; i++)
        sum += self->root[i] * c[i * self->modes];
    return sum;
}
