#include "src/theories/fixed_data/limit/separable.h"

#include <math.h>

static const double tiny_ridge = 1e-8; /* of the mean eigenvalue */
enum { RIDGES_APART = 16 };

/* All labels are one and the same, and stay so. */
static bool one_label(const sgdl_problem_t *problem)
{
    for (size_t i = 1; i < problem->classes; i++)
        if (problem->label_index[i] != problem->label_index[0])
            return false;
    return problem->targets.noise == 0 || problem->targets.labels < 2;
}

/* Logarithm of V, averaged over classes. */
static double log_V(const minimiser_t *self)
{
    double sum = 0;
    for (size_t i = 0; i < self->setup->C; i++)
        if (self->setup->trace[i] > 0)
            sum += self->setup->p[i] * log(self->V[i]);
    return sum;
}

int separable_decide(minimiser_t *hinge, bool *is_separable, const char **reason,
                     sgdl_error_t *error)
{
    const setup_t *setup = hinge->setup;
    const sgdl_problem_t *problem = setup->problem;
    const bool taught = setup->K > 0;
    *is_separable = false;
    *reason = "soft labels are met by no sign";
    if (taught && setup->population.teacher->labels == TEACHER_LOGISTIC_SOFT)
        return SGDL_OK;
    *is_separable = true;
    *reason = "the bias serves the one label";
    if (!taught && problem->intercept != 0 && one_label(problem))
        return SGDL_OK;
    const double ridge = tiny_ridge * minimiser_scale(setup);
    double before, after;
    hinge->weighs_bias = true;
    int status = minimiser_nonlinear(hinge, sample_average_hinge, ridge, false, error);
    before = log_V(hinge);
    if (status == SGDL_OK)
        status =
            minimiser_nonlinear(hinge, sample_average_hinge, ridge / RIDGES_APART, true, error);
    after = log_V(hinge);
    *is_separable = after - before > 0.5 * log(RIDGES_APART);
    *reason = *is_separable ? "the samples are few enough to be separated"
                            : "the samples are too many to be separated";
    if (taught && setup->population.teacher->labels == TEACHER_SIGN) {
        *is_separable = true;
        *reason = "the teacher's signal separates the samples";
    }
    return status;
}
