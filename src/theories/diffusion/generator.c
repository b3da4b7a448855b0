#include "src/theories/diffusion/generator.h"

#include <math.h>
#include <stdlib.h>

#include "src/base/gauss_legendre.h"

enum { POINTS = 6 };

/* z/(e^z - 1) for z >= 0; that of -z is larger by z. */
static double bernoulli(double z)
{
    if (z < 1e-4)
        return 1 - 0.5 * z + z * z / 12;
    return z / expm1(z);
}

/* The integral of U'/Sigma between two centres. */
static double drive(const landscape_t *landscape, const gauss_legendre_t *rule, double from,
                    double to)
{
    double sum = 0;
    if (landscape_noise_is_constant(landscape))
        return (landscape_slope(landscape, to, 0) - landscape_slope(landscape, from, 0)) /
               landscape_sigma_slope(landscape, from, 0);
    for (size_t k = 0; k < rule->order; k++) {
        const double x = from + (to - from) * rule->point[k];
        sum += rule->weight[k] * landscape_slope(landscape, x, 1) /
               landscape_sigma_slope(landscape, x, 0);
    }
    return sum * (to - from);
}

/* m_i ~ vol_i e^{-W_i}, from the steps of W. */
static void fill_stationary(generator_t *self)
{
    const double *edge = self->grid.edge;
    double W = 0, least = 0, sum = 0;
    for (size_t i = 0; i + 1 < self->grid.cells; i++) {
        W += self->step[i];
        least = fmin(least, W);
    }
    W = 0;
    for (size_t i = 0; i < self->grid.cells; i++) {
        self->stationary[i] = (edge[i + 1] - edge[i]) * exp(least - W);
        sum += self->stationary[i];
        if (i + 1 < self->grid.cells)
            W += self->step[i];
    }
    for (size_t i = 0; i < self->grid.cells; i++)
        self->stationary[i] /= sum;
}

void generator_rates(generator_t *self, double heat)
{
    const double *edge = self->grid.edge;
    if (heat == self->heat)
        return;
    self->heat = heat;
    for (size_t i = 0; i + 1 < self->grid.cells; i++) {
        const double step = self->drive[i] / heat + self->log_ratio[i];
        const double less = bernoulli(fabs(step)), more = less + fabs(step);
        self->step[i] = step;
        self->up[i] = heat * self->spread[i] * (step > 0 ? less : more) / (edge[i + 1] - edge[i]);
        self->down[i] =
            heat * self->spread[i] * (step > 0 ? more : less) / (edge[i + 2] - edge[i + 1]);
    }
}

void generator_heat(generator_t *self, double heat)
{
    generator_rates(self, heat);
    fill_stationary(self);
}

int generator_init(generator_t *self, const setting_t *setting, size_t cells, sgdl_error_t *error)
{
    grid_t grid;
    int status = grid_init(&grid, setting, cells, error);
    if (status == SGDL_OK)
        return generator_init_on(self, setting, &grid, error);
    *self = (generator_t){.setting = setting};
    grid_free(&grid);
    return status;
}

int generator_init_on(generator_t *self, const setting_t *setting, grid_t *grid,
                      sgdl_error_t *error)
{
    const landscape_t *landscape = setting->landscape;
    const size_t cells = grid->cells;
    *self = (generator_t){.setting = setting, .grid = *grid};
    *grid = (grid_t){0};
    self->up = malloc(7 * cells * sizeof *self->up);
    if (!self->up)
        return sgdl_fail_memory(error);
    self->down = self->up + cells;
    self->step = self->down + cells;
    self->drive = self->step + cells;
    self->log_ratio = self->drive + cells;
    self->stationary = self->log_ratio + cells;
    self->spread = self->stationary + cells;
    gauss_legendre_t rule;
    gauss_legendre_init(&rule, POINTS);
    for (size_t i = 0; i + 1 < cells; i++) {
        const double from = self->grid.centre[i], to = self->grid.centre[i + 1];
        self->drive[i] = drive(landscape, &rule, from, to);
        self->spread[i] = landscape_sigma_slope(landscape, self->grid.edge[i + 1], 0) / (to - from);
        self->log_ratio[i] = log(landscape_sigma_slope(landscape, to, 0) /
                                 landscape_sigma_slope(landscape, from, 0));
    }
    generator_heat(self, setting->heat);
    return SGDL_OK;
}

void generator_free(generator_t *self)
{
    grid_free(&self->grid);
    free(self->up);
    *self = (generator_t){0};
}

void generator_apply(const generator_t *self, const double *m, double *dm)
{
    double flux = 0; /* into the cell from below */
    for (size_t i = 0; i + 1 < self->grid.cells; i++) {
        const double out = self->up[i] * m[i] - self->down[i] * m[i + 1];
        dm[i] = flux - out;
        flux = out;
    }
    dm[self->grid.cells - 1] = flux;
}
