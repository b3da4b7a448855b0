/* A committee at a point. */
#include <math.h>

#include "sgdlimit/loss.h"
#include "src/loss/committee.h"

const char *const activation_words[ACTIVATIONS] = {"erf", "relu"};

/* The slopes of what errors it begins with are of order one. */
const sgdl_loss_t sgdl_loss_committee = {
    .name = "committee",
    .help = "(sum_a v_a act(r_a) - y)^2/2 with a fixed second layer v",
    .hessian_max = 2,
};

static double act(activation_t kind, double r)
{
    return kind == ACTIVATION_ERF ? erf(r * M_SQRT1_2) : fmax(r, 0);
}

static double act_1(activation_t kind, double r)
{
    if (kind == ACTIVATION_RELU)
        return r > 0;
    return M_2_SQRTPI * M_SQRT1_2 * exp(-0.5 * r * r);
}

double committee_output(const committee_t *self, const double *r)
{
    double sum = 0;
    for (size_t a = 0; a < self->hidden; a++)
        sum += self->second_layer[a] * act(self->activation, r[a]);
    return sum;
}

void committee_gradient(const committee_t *self, const double *r, double y, double *g)
{
    const double e = committee_output(self, r) - y;
    for (size_t a = 0; a < self->hidden; a++)
        g[a] = e * self->second_layer[a] * act_1(self->activation, r[a]);
}

void committee_hessian(const committee_t *self, const double *r, double y, double *H)
{
    const size_t L = self->hidden;
    double slope[COMMITTEE_HIDDEN];
    for (size_t a = 0; a < L; a++)
        slope[a] = self->second_layer[a] * act_1(self->activation, r[a]);
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++)
            H[a * L + b] = slope[a] * slope[b];
    if (self->activation == ACTIVATION_RELU)
        return;
    const double e = committee_output(self, r) - y;
    for (size_t a = 0; a < L; a++)
        H[a * L + a] -= e * slope[a] * r[a]; /* act'' = -r act' */
}
