/* One coordinate with momentum: the law of X by quadrature (T(x): by cells), the gap of (X, V). */
#include <math.h>
#include <stdlib.h>

#include "src/curve/emit.h"
#include "src/theories/diffusion/limit.h"
#include "src/theories/diffusion/momentum.h"
#include "src/theories/diffusion/warnings.h"

static int note_law(const momentum_t *self, const sgdl_sink_t *sink, sgdl_error_t *error)
{
    char key[SETTING_KEY];
    const underdamped_t *flow = &self->flow[1];
    const double *stationary = self->inverse[1].stationary;
    const double outermost =
        flow->root[0] * stationary[0] +
        flow->root[flow->cells - 1] * stationary[(flow->cells - 1) * flow->modes];
    int status = emit_note(sink, setting_key(self->setting, "law_check", key), error, "%s",
                           flow->warm ? "of (X, V), the noise varies: from the cells"
                                      : "e^{-U/T}, by quadrature: that of (X, V) exactly");
    return status == SGDL_OK ? warnings_note_outermost(self->setting, outermost, sink, error)
                             : status;
}

int limit_momentum(const setting_t *setting, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                   limit_row_t *row, sgdl_error_t *error)
{
    momentum_t self;
    int status = momentum_init(&self, setting, plan, error);
    if (status == SGDL_OK)
        status = grid_note(&self.flow[1].grid, setting, sink, error);
    if (status == SGDL_OK)
        status = momentum_note(&self, sink, error);
    if (status == SGDL_OK)
        status = momentum_note_steps(setting, sink, error);
    if (status == SGDL_OK)
        status = momentum_law(&self, &row->law, error);
    if (status == SGDL_OK)
        status = note_law(&self, sink, error);
    row->gap = status == SGDL_OK ? momentum_rate(&self, 0) : NAN;
    momentum_free(&self);
    return status;
}
