/* The landscape's critical points as rows. */
#include <math.h>

#include "src/curve/emit.h"
#include "src/problem/plan.h"
#include "src/problem/problem.h"
#include "src/theories/diffusion/diffusion.h"

static int hand_out_quantities(const landscape_t *landscape, const sgdl_sink_t *sink,
                               sgdl_error_t *error)
{
    static const char *const line[] = {"x",    "loss",         "curvature",     "sigma",
                                       "kind", "barrier_left", "barrier_right", NULL};
    static const char *const plane[] = {"x",       "y",       "loss", "curvature_1", "curvature_2",
                                        "sigma_x", "sigma_y", "kind", NULL};
    emit_list_t list = {.group = QUANTITIES_OF_LANDSCAPE};
    int status = SGDL_OK;
    for (const char *const *name = landscape->coordinates == 1 ? line : plane;
         *name && status == SGDL_OK; name++)
        status = emit_add(&list, error, "%s", *name);
    if (status == SGDL_OK)
        status = emit_quantities(&list, sink, error);
    emit_free(&list);
    return status;
}

/* What has to be climbed from minimum `basin` towards its neighbour; NAN: there is none. */
static double barrier(const landscape_t *landscape, size_t basin, int towards)
{
    if (towards < 0 ? basin == 0 : basin + 1 == landscape->minima)
        return NAN;
    return landscape_barrier(landscape, towards < 0 ? basin - 1 : basin)->loss -
           landscape_minimum(landscape, basin)->loss;
}

static int hand_out_line(const landscape_t *landscape, const critical_point_t *point,
                         const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const bool minimum = point->kind == CRITICAL_MINIMUM;
    const double row[] = {point->x[0],
                          point->loss,
                          point->curvature,
                          point->sigma[0],
                          point->kind,
                          minimum ? barrier(landscape, point->basin, -1) : NAN,
                          minimum ? barrier(landscape, point->basin, 1) : NAN};
    return emit_row(sink, row, error);
}

static int hand_out_plane(const critical_point_t *point, const sgdl_sink_t *sink,
                          sgdl_error_t *error)
{
    const double row[] = {point->x[0],          point->x[1],          point->loss,
                          point->eigenvalue[0], point->eigenvalue[1], point->sigma[0],
                          point->sigma[1],      point->kind};
    return emit_row(sink, row, error);
}

int diffusion_landscape(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                        const sgdl_sink_t *sink, sgdl_error_t *error)
{
    sgdl_plan_t whole;
    int status = plan_complete(&whole, plan, problem, error);
    if (status != SGDL_OK)
        return status;
    const landscape_t *landscape = &problem->landscape;
    status = emit_note(sink, "kinds", error, "0 minimum, 1 maximum (barrier), 2 saddle, 3 flat");
    if (status == SGDL_OK)
        status = hand_out_quantities(landscape, sink, error);
    for (size_t i = 0; i < landscape->critical_count && status == SGDL_OK; i++)
        status = landscape->coordinates == 1
                     ? hand_out_line(landscape, &landscape->critical[i], sink, error)
                     : hand_out_plane(&landscape->critical[i], sink, error);
    return status;
}
