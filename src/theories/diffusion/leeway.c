/* What is compared of a landscape, and by how much runs may be off. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/problem/plan.h"
#include "src/theories/diffusion/diffusion.h"
#include "src/theories/diffusion/setting.h"

bool diffusion_compares(const sgdl_problem_t *problem, const char *name)
{
    const landscape_t *landscape = &problem->landscape;
    size_t basin;
    if (sscanf(name, "p_%zu", &basin) == 1)
        return landscape->minima > 1 && basin <= landscape->minima;
    return landscape->coordinates > 1 || name[strlen(name) - 1] != 'y';
}

/* The diffusion is weakly of first order in eta, with momentum of second order in h. So is the
 * Gaussian chain beside steps whose noise is not normal. */
int diffusion_leeway(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t curve, double d,
                     leeway_t *out, sgdl_error_t *error)
{
    setting_t setting;
    (void)d;
    int status = setting_init(&setting, problem, plan, curve, error);
    if (status != SGDL_OK)
        return status;
    const bool chain = diffusion_is_exact(problem, plan), heavy = setting.momentum > 0;
    const bool exact = chain && plan->noise_law == SGDL_NOISE_GAUSSIAN;
    *out =
        (leeway_t){.scale = heavy ? 1 / (setting.stride * setting.stride) : 1 / setting.rate.bound,
                   .factor = 1,
                   .term = exact   ? " + z^2 l/(3 runs)"
                           : heavy ? " + z^2 l/(3 runs) + c h^2"
                                   : " + z^2 l/(3 runs) + c eta",
                   .why = chain ? "; ode is the exact law of Gaussian steps, l its third "
                                  "central moment over its variance"
                                : "; ode is the diffusion; l is |1 - 2p| of a probability, "
                                  "else 0",
                   .bound = heavy ? "c h^2" : "c eta",
                   .help = "a smaller learning rate",
                   .stride = setting.stride};
    if (exact)
        out->scale = INFINITY;
    return SGDL_OK;
}
