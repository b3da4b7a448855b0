/*
 * Logistic loss, L = 1, labels y in {0, 1}: f(r) = log(1 + e^r) - y r. The averages of label 1 are
 * those of sgdl_logistic_average at m, those of label 0 the same at -m with odd derivatives
 * negated.
 */
#include <assert.h>
#include <math.h>

#include "src/loss/averages/logistic_average.h"

/* The averages at (m, B) [0] and (-m, B) [1]; at most one of them is left out where its label has
 * probability 0. */
static void both_sides(double m, double B, const double probability[2],
                       sgdl_logistic_averages_t side[2])
{
    const size_t right = m >= 0 ? 0 : 1; /* the one whose argument is |m| */
    sgdl_logistic_average(fabs(m), B, &side[right]);
    if (probability[1 - right] > 0)
        logistic_mirror(fabs(m), &side[right], &side[1 - right]);
    else
        side[1 - right] = (sgdl_logistic_averages_t){0};
}

/* Probabilities of label 1 [0] and label 0 [1] in a class whose own label is number `label`. */
static void label_probabilities(const sgdl_targets_t *targets, size_t label, double probability[2])
{
    probability[0] = probability[1] = 0;
    for (size_t l = 0; l < targets->labels; l++)
        probability[targets->target[l] > 0.5 ? 0 : 1] +=
            sgdl_targets_probability(targets, label, l);
}

static void average(const sgdl_targets_t *targets, size_t label, size_t pairs, const double *m,
                    const double *B, sgdl_averages_t *out)
{
    assert(targets->outputs == 1 && pairs == 1 && label < targets->labels);
    (void)pairs;
    double p[2];
    sgdl_logistic_averages_t a[2];
    label_probabilities(targets, label, p);
    both_sides(m[0], B[0], p, a);
    out->risk = p[0] * a[0].f + p[1] * a[1].f;
    out->G[0] = p[0] * a[0].g - p[1] * a[1].g;
    out->H[0] = p[0] * a[0].h + p[1] * a[1].h;
    out->Q[0] = p[0] * a[0].g2 + p[1] * a[1].g2;
    out->G_B[0] = (p[0] * a[0].h1 - p[1] * a[1].h1) / 2;
    out->H_m[0] = p[0] * a[0].h1 - p[1] * a[1].h1;
    out->H_B[0] = (p[0] * a[0].h2 + p[1] * a[1].h2) / 2;
    out->Q_m[0] = p[0] * a[0].g2_1 - p[1] * a[1].g2_1;
    out->Q_B[0] = (p[0] * a[0].g2_2 + p[1] * a[1].g2_2) / 2;
}

static double risk(const sgdl_targets_t *targets, size_t label, size_t pairs, const double *m,
                   const double *B, double *room)
{
    (void)room;
    assert(targets->outputs == 1 && pairs == 1 && label < targets->labels);
    (void)pairs;
    double p[2];
    sgdl_logistic_averages_t a[2];
    label_probabilities(targets, label, p);
    both_sides(m[0], B[0], p, a);
    return p[0] * a[0].f + p[1] * a[1].f;
}

/* s(r) - y; without cancellation for the labels 0 and 1, between which a teacher's may lie. */
static void gradient(size_t outputs, const double *r, const double *target, double *g)
{
    assert(outputs == 1);
    (void)outputs;
    if (target[0] > 0 && target[0] < 1)
        g[0] = 1 / (1 + exp(-r[0])) - target[0];
    else
        g[0] = target[0] > 0.5 ? -1 / (1 + exp(r[0])) : 1 / (1 + exp(-r[0]));
}

/* log(1 + e^-z) */
static double softplus(double z) { return z > 0 ? log1p(exp(-z)) : log1p(exp(z)) - z; }

static double value(size_t outputs, const double *r, const double *target)
{
    assert(outputs == 1);
    (void)outputs;
    if (target[0] > 0 && target[0] < 1)
        return softplus(-r[0]) - target[0] * r[0];
    return softplus(target[0] > 0.5 ? r[0] : -r[0]);
}

/* s(r) - y = (1 - y) s(r) - y s(-r) */
static void slopes(size_t count, const double *r, const double *target, double *slope,
                   double *curvature)
{
    for (size_t j = 0; j < count; j++) {
        const double e = exp(-fabs(r[j])), large = 1 / (1 + e), small = e * large;
        slope[j] = r[j] > 0 ? (1 - target[j]) * large - target[j] * small
                            : (1 - target[j]) * small - target[j] * large;
        curvature[j] = large * small;
    }
}

static int decision(double target) { return target > 0.5 ? 1 : -1; }

static const double labels[] = {0, 1};

const sgdl_loss_t sgdl_loss_logistic = {.name = "logistic",
                                        .help = "log(1 + exp(-r)) for label 1, log(1 + exp(r)) for "
                                                "label 0; one output",
                                        .labels = labels,
                                        .label_count = sizeof labels / sizeof *labels,
                                        .standard_label = {1, 0},
                                        .separable = true,
                                        .quadratic = false,
                                        .exponential = true,
                                        .mirrored = true,
                                        .hessian_max = 0.25,
                                        .decision = decision,
                                        .average = average,
                                        .risk = risk,
                                        .gradient = gradient,
                                        .value = value,
                                        .slopes = slopes};
