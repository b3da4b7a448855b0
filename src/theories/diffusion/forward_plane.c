/* Two coordinates: no steps in time, see plane_flow.h. */
#include <stdlib.h>
#include <string.h>

#include "src/base/memory.h"
#include "src/curve/emit.h"
#include "src/theories/diffusion/forward.h"
#include "src/theories/diffusion/plane_basins.h"
#include "src/theories/diffusion/plane_flow.h"

typedef struct state {
    plane_t plane;
    plane_modes_t modes;
    plane_basins_t basins;
    plane_flow_t flow;
} state_t;

static void free_state(void *state)
{
    state_t *self = state;
    if (!self)
        return;
    plane_flow_free(&self->flow);
    plane_basins_free(&self->basins);
    plane_modes_free(&self->modes);
    plane_free(&self->plane);
    free(self);
}

static int start(state_t *self, sgdl_error_t *error)
{
    double *mass = malloc(self->plane.count * sizeof *mass);
    int status = mass ? plane_basins_start(&self->basins, self->modes.stationary, mass, error)
                      : sgdl_fail_memory(error);
    if (status == SGDL_OK)
        status = plane_flow_init(&self->flow, &self->modes, mass, error);
    free(mass);
    return status;
}

static int init(forward_t *forward, sgdl_error_t *error)
{
    const setting_t *setting = forward->setting;
    const sgdl_plan_t *plan = forward->plan;
    state_t *self = calloc(1, sizeof *self);
    if (!self)
        return sgdl_fail_memory(error);
    forward->state = self;
    int status = plane_init(&self->plane, setting, plan, error);
    if (status == SGDL_OK)
        status = memory_ask(
            plan->memory, plane_factor_bytes(&self->plane) + plane_flow_bytes(&self->plane), error,
            "the laws on %zu cells with the factors of their rates", self->plane.count);
    if (status == SGDL_OK)
        status = plane_modes_init(&self->modes, &self->plane, setting->landscape->minima - 1, plan,
                                  error);
    if (status == SGDL_OK)
        status = plane_basins_init(&self->basins, &self->plane, plan, error);
    return status == SGDL_OK ? start(self, error) : status;
}

static int advance(forward_t *forward, double t, sgdl_error_t *error)
{
    state_t *self = forward->state;
    return plane_flow_at(&self->flow, t, forward->horizon, error);
}

static void observe(const forward_t *forward, observables_t *out)
{
    const state_t *self = forward->state;
    plane_basins_observe(&self->basins, self->flow.mass, out);
}

static size_t cells(const forward_t *forward)
{
    return ((const state_t *)forward->state)->plane.count;
}

/* Cells in the order of x, and of y for the same x. */
static void cell(const forward_t *forward, size_t index, double *values)
{
    const state_t *self = forward->state;
    const plane_t *plane = &self->plane;
    const size_t i = index / plane->cells[1], j = index % plane->cells[1];
    const size_t place = i * plane->stride[0] + j * plane->stride[1];
    plane_centre(plane, place, values);
    values[2] = self->flow.mass[place] / (plane->width[0] * plane->width[1]);
}

static int note(const forward_t *forward, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const state_t *self = forward->state;
    const plane_flow_t *flow = &self->flow;
    char key[SETTING_KEY];
    int status = plane_note(&self->plane, self->modes.stationary, sink, error);
    if (status == SGDL_OK)
        status =
            emit_note(sink, setting_key(forward->setting, "solver", key), error,
                      "arnoldi of shifted inverses; factors %zu; solutions %zu; largest space "
                      "%zu; slow modes taken out %zu; cells set from below 0 to 0 held at most "
                      "%.1e of the mass",
                      flow->factors, flow->solves, flow->largest, self->modes.modes, flow->clipped);
    return status;
}

const forward_kind_t forward_plane = {.init = init,
                                      .free_state = free_state,
                                      .advance = advance,
                                      .observe = observe,
                                      .cells = cells,
                                      .cell = cell,
                                      .note = note};
