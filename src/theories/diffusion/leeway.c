/* What is compared of a landscape, and by how much runs may be off. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/problem/plan.h"
#include "src/theories/diffusion/diffusion.h"
#include "src/theories/diffusion/setting.h"
#include "src/theories/diffusion/tail.h"

/* The least tail exponent of all curves; INFINITY: no tails but those of Gaussians. */
static double tails_of(const sgdl_problem_t *problem)
{
    double least = INFINITY;
    const features_t *features = landscape_features(&problem->landscape);
    for (size_t curve = 0; features && curve < problem_curves(problem); curve++) {
        setting_t setting;
        tail_t tail;
        if (setting_init(&setting, problem, NULL, curve, NULL) != SGDL_OK)
            continue;
        const least_squares_t own = {features->h, features->v, features->s2, setting.batch};
        if (tail_init(&tail, &own, setting.eta, NULL) == SGDL_OK)
            least = fmin(least, tail.exponent);
    }
    return least;
}

/* Means of squares have error bars where fourth moments exist. */
static bool is_of_squares(const char *name)
{
    return strcmp(name, "mean_loss") == 0 || strcmp(name, "var_x") == 0;
}

bool diffusion_compares(const sgdl_problem_t *problem, const char *name)
{
    const landscape_t *landscape = &problem->landscape;
    size_t basin;
    if (sscanf(name, "p_%zu", &basin) == 1)
        return landscape->minima > 1 && basin <= landscape->minima;
    if (is_of_squares(name))
        return tails_of(problem) > 4;
    return landscape->coordinates > 1 || name[strlen(name) - 1] != 'y';
}

static const char *why_of(const sgdl_problem_t *problem, bool exact)
{
    if (!exact)
        return "; ode is the diffusion; l is |1 - 2p| of a probability, else 0";
    if (!landscape_features(&problem->landscape))
        return "; ode is the exact law of Gaussian steps, l its third central moment over its "
               "variance";
    return tails_of(problem) > 4
               ? "; ode is the exact recursion of the first two moments; l is 0"
               : "; ode is the exact recursion of the mean; with such tails means of squares have "
                 "no error bars; l is 0";
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
                   .why = why_of(problem, chain),
                   .bound = heavy ? "c h^2" : "c eta",
                   .help = "a smaller learning rate",
                   .stride = setting.stride};
    if (exact)
        out->scale = INFINITY;
    return SGDL_OK;
}
