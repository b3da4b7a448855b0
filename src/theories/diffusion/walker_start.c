#include "src/theories/diffusion/walker_start.h"

#include <math.h>
#include <stdlib.h>

#include "src/theories/diffusion/plane_basins.h"
#include "src/theories/diffusion/plane_modes.h"
#include "src/theories/diffusion/start.h"

enum { MOST_DRAWS = 1000 };

static int allocate(start_law_t *self, size_t cells, size_t coordinates, sgdl_error_t *error)
{
    self->cells = cells;
    self->upto = malloc(cells * sizeof *self->upto);
    self->low = malloc(2 * cells * coordinates * sizeof *self->low);
    self->shared = calloc(cells, sizeof *self->shared);
    if (!self->upto || !self->low || !self->shared)
        return sgdl_fail_memory(error);
    self->size = self->low + cells * coordinates;
    return SGDL_OK;
}

/* upto holds masses, and then their sums up to each. */
static void sum_up(start_law_t *self)
{
    double sum = 0;
    for (size_t i = 0; i < self->cells; i++)
        self->upto[i] = sum += self->upto[i];
}

static int init_line(start_law_t *self, const setting_t *setting, sgdl_error_t *error)
{
    generator_t generator;
    int status = generator_init(&generator, setting, (size_t)setting->problem->cells[0], error);
    const grid_t *grid = &generator.grid;
    if (status == SGDL_OK)
        status = allocate(self, grid->cells, 1, error);
    if (status == SGDL_OK)
        status = start_fill(&generator, self->upto, error);
    for (size_t i = 0; i < self->cells && status == SGDL_OK; i++) {
        self->low[i] = grid->edge[i];
        self->size[i] = grid->edge[i + 1] - grid->edge[i];
    }
    if (status == SGDL_OK)
        sum_up(self);
    generator_free(&generator);
    return status;
}

static int fill_plane(start_law_t *self, const plane_t *plane, const sgdl_plan_t *plan,
                      sgdl_error_t *error)
{
    plane_modes_t modes = {0};
    plane_basins_t basins = {0};
    int status = plane_modes_init(&modes, plane, 0, plan, error);
    if (status == SGDL_OK)
        status = plane_basins_init(&basins, plane, plan, error);
    if (status == SGDL_OK)
        status = allocate(self, plane->count, PLANE_AXES, error);
    if (status == SGDL_OK)
        status = plane_basins_start(&basins, modes.stationary, self->upto, error);
    for (size_t i = 0; i < self->cells && status == SGDL_OK; i++) {
        plane_centre(plane, i, &self->low[PLANE_AXES * i]);
        self->shared[i] = basins.share[self->basin * plane->count + i] < 1;
        for (size_t axis = 0; axis < PLANE_AXES; axis++) {
            self->size[PLANE_AXES * i + axis] = plane->width[axis];
            self->low[PLANE_AXES * i + axis] -= 0.5 * plane->width[axis];
        }
    }
    if (status == SGDL_OK)
        sum_up(self);
    plane_basins_free(&basins);
    plane_modes_free(&modes);
    return status;
}

static int init_plane(start_law_t *self, const setting_t *setting, const sgdl_plan_t *plan,
                      sgdl_error_t *error)
{
    setting_t still = *setting; /* the law of positions is that of no momentum at the same heat */
    plane_t plane;
    still.momentum = still.friction = 0;
    still.rate = rate_source_constant(setting->eta, setting->rate.horizon);
    int status = plane_init(&plane, &still, plan, error);
    if (status == SGDL_OK)
        status = fill_plane(self, &plane, plan, error);
    plane_free(&plane);
    return status;
}

int start_law_init(start_law_t *self, const setting_t *setting, const sgdl_plan_t *plan,
                   sgdl_error_t *error)
{
    *self = (start_law_t){0};
    if (setting->problem->start_basin == 0)
        return SGDL_OK;
    self->basin = (size_t)setting->problem->start_basin - 1;
    return setting->landscape->coordinates == 1 ? init_line(self, setting, error)
                                                : init_plane(self, setting, plan, error);
}

void start_law_free(start_law_t *self)
{
    free(self->upto);
    free(self->low);
    free(self->shared);
    *self = (start_law_t){0};
}

/* The first cell up to which there is more than u. */
static size_t find(const start_law_t *self, double u)
{
    size_t low = 0, high = self->cells - 1;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (self->upto[middle] > u)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Anywhere in the cell; of one that belongs to several basins in the right one. */
static void draw_in_cell(const start_law_t *self, const landscape_t *landscape, size_t cell,
                         words_t *words, double *x)
{
    const size_t coordinates = landscape->coordinates;
    for (int draw = 0; draw < MOST_DRAWS; draw++) {
        for (size_t i = 0; i < coordinates; i++)
            x[i] = self->low[cell * coordinates + i] +
                   words_uniform(words) * self->size[cell * coordinates + i];
        if (!self->shared[cell] || landscape_basin(landscape, x) == self->basin)
            return;
    }
}

void start_law_draw(const start_law_t *self, const setting_t *setting, normals_t *normals,
                    words_t *words, double *x)
{
    const sgdl_problem_t *problem = setting->problem;
    if (self->cells > 0) {
        const double u = words_uniform(words) * self->upto[self->cells - 1];
        draw_in_cell(self, setting->landscape, find(self, u), words, x);
        return;
    }
    for (size_t i = 0; i < setting->landscape->coordinates; i++)
        x[i] = problem->start_at[i] + problem->start_width * normals_next(normals);
}

void start_law_moments(const start_law_t *self, const setting_t *setting, double *mean,
                       double *square)
{
    const double at = setting->problem->start_at[0], width = setting->problem->start_width;
    double sum = 0, sums[2] = {0};
    *mean = at;
    *square = at * at + width * width;
    if (self->cells == 0)
        return;
    for (size_t i = 0; i < self->cells; i++) {
        const double mass = self->upto[i] - sum, middle = self->low[i] + 0.5 * self->size[i];
        sums[0] += mass * middle;
        sums[1] += mass * (middle * middle + self->size[i] * self->size[i] / 12);
        sum = self->upto[i];
    }
    *mean = sums[0] / sum;
    *square = sums[1] / sum;
}
