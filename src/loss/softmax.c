/*
 * Softmax, f(r) = log sum_a e^{r_a} - r_c of an output a class: G = E q - e_c with q = softmax(r),
 * Hbar = E[diag q - q q^T], Q = E[(q - e_c)(q - e_c)^T].
 */
#include <assert.h>
#include <math.h>

#include "src/loss/second_moments.h"

/* q = softmax(r) and log sum_a e^{r_a - top}; top is the largest of r. */
static double normalise(size_t L, const double *r, double *top, double *q)
{
    double sum = 0;
    *top = r[0];
    for (size_t a = 1; a < L; a++)
        *top = fmax(*top, r[a]);
    for (size_t a = 0; a < L; a++)
        sum += q[a] = exp(r[a] - *top);
    for (size_t a = 0; a < L; a++)
        q[a] /= sum;
    return log(sum);
}

/* q - y, the entry of the label as minus the sum of the others: 1 - q would cancel. */
static void gradient(size_t outputs, const double *r, const double *target, double *g)
{
    double top, rest = 0;
    size_t own = 0;
    (void)normalise(outputs, r, &top, g);
    for (size_t a = 0; a < outputs; a++)
        if (target[a] > 0)
            own = a;
        else
            rest += g[a];
    g[own] = -rest;
}

/* log(1 + sum_{a != c} e^{r_a - r_c}), of whichever is largest. */
static double value(size_t outputs, const double *r, const double *target)
{
    size_t own = 0;
    double rest = 0, top = -INFINITY;
    for (size_t a = 0; a < outputs; a++)
        if (target[a] > 0)
            own = a;
        else
            top = fmax(top, r[a]);
    if (outputs == 1)
        return 0;
    for (size_t a = 0; a < outputs; a++)
        if (a != own)
            rest += exp(r[a] - top);
    const double ahead = top - r[own] + log(rest); /* log of the others' sum over the own */
    return ahead > 0 ? ahead + log1p(exp(-ahead)) : log1p(exp(ahead));
}

static void average(const sgdl_targets_t *targets, size_t label, size_t pairs, const double *m,
                    const double *B, sgdl_averages_t *out)
{
    const size_t L = targets->outputs;
    (void)label, (void)m, (void)B;
    out->risk = out->estimate = NAN;
    for (size_t a = 0; a < L; a++)
        out->G[a] = NAN;
    for (size_t p = 0; p < pairs; p++)
        out->H[p] = out->Q[p] = NAN;
}

static double risk(const sgdl_targets_t *targets, size_t label, size_t pairs, const double *m,
                   const double *B, double *room)
{
    (void)targets, (void)label, (void)pairs, (void)m, (void)B, (void)room;
    return NAN;
}

const sgdl_loss_t sgdl_loss_softmax = {.name = "softmax",
                                       .help = "log sum_a e^(r_a) - r_y; one output a label",
                                       .one_hot = true,
                                       .only_one_hot = true,
                                       .hessian_max = 0.5,
                                       .average = average,
                                       .risk = risk,
                                       .gradient = gradient,
                                       .value = value};
