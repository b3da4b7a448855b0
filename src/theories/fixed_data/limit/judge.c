/* What becomes of the training risk as a run tells: how steeply it still falls at its end. */
#include <math.h>

#include "src/theories/fixed_data/fixed_data.h"
#include "src/theories/theory.h"

/* Separable data: the risk goes like 1/t; where it stays positive its slope vanishes. */
static const double even_slope = 0.5;
static const double nothing = 1e-20; /* of the risk at the start */

static double slope_between(const double *t, const double *risk, size_t row)
{
    return -log(risk[row + 1] / risk[row]) / log(t[row + 1] / t[row]);
}

static judgement_t judgement_of(const double *t, const double *risk)
{
    judgement_t out = {.verdict = SGDL_VERDICT_ZERO,
                       .kappa = INFINITY,
                       .error = 0,
                       .risk = risk[3],
                       .reason = "the training risk has vanished"};
    if (!(risk[3] > nothing * risk[0]))
        return out;
    const double before = slope_between(t, risk, 1), after = slope_between(t, risk, 2);
    out.kappa = after - even_slope;
    out.error = fabs(after - before);
    out.verdict = out.kappa > 0 ? SGDL_VERDICT_ZERO : SGDL_VERDICT_POSITIVE;
    out.reason =
        out.kappa > 0 ? "the training risk falls on" : "the training risk has levelled off";
    if (after < -even_slope)
        out.verdict = SGDL_VERDICT_DIVERGES;
    if (after < -even_slope)
        out.reason = "the training risk grows";
    return out;
}

int fixed_data_judge(const sgdl_problem_t *problem, const sgdl_plan_t *stated, size_t rate,
                     int decades, judgement_t *out, sgdl_error_t *error)
{
    const double end = rint(pow(10, decades)), t[] = {0, rint(end / 4), rint(end / 2), end};
    sgdl_plan_t plan = *stated;
    plan.times = t;
    plan.points = sizeof t / sizeof *t;
    plan.spacing = SGDL_SPACING_TIMES;
    plan.watch.progress = NULL;
    sgdl_curve_t *curve = sgdl_curve_new();
    const sgdl_sink_t sink = sgdl_curve_sink(curve);
    *out = (judgement_t){.kappa = NAN, .error = NAN, .risk = NAN};
    int status = curve ? fixed_data_solve(problem, &plan, &sink, error) : sgdl_fail_memory(error);
    if (status == SGDL_ERR_DIVERGED) {
        *out = (judgement_t){SGDL_VERDICT_DIVERGES, -INFINITY, 0, INFINITY, "the run diverges"};
        status = SGDL_OK;
    } else if (status == SGDL_OK) {
        const size_t first = rate * plan.points;
        *out = judgement_of(t, sgdl_curve_column(curve, "train_risk") + first);
    }
    sgdl_curve_free(curve);
    return status;
}
