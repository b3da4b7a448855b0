/* Least squares in one direction: the diffusion's law and what SGD itself does, in closed form or
 * by roots; cells are the check. */
#include <math.h>

#include "src/curve/emit.h"
#include "src/theories/diffusion/limit.h"

bool limit_has_tail(const sgdl_problem_t *problem)
{
    return landscape_features(&problem->landscape) != NULL;
}

static least_squares_t least_squares_of(const setting_t *setting)
{
    const features_t *features = landscape_features(setting->landscape);
    return (least_squares_t){
        .h = features->h, .v = features->v, .s2 = features->s2, .batch = setting->batch};
}

/* ---- notes --------------------------------------------------------------------------------- */

/* The same of all curves. */
static int note_features(const least_squares_t *problem, const sgdl_sink_t *sink,
                         sgdl_error_t *error)
{
    static const char key[] = "features";
    if (problem->v == 0)
        return emit_note(sink, key, error, "all of one length: there is no tail");
    return emit_note(
        sink, key, error,
        "tail_exponent and almost_surely_below take a^2 as Gamma distributed, of shape "
        "%.6g: Gaussian features have 1/2; bounded ones have no such tail at small "
        "learning rates",
        problem->h * problem->h / problem->v);
}

static int note_tail(const setting_t *setting, const tail_t *tail, const sgdl_sink_t *sink,
                     sgdl_error_t *error)
{
    char key[SETTING_KEY];
    setting_key(setting, "tail", key);
    if (!(setting->eta < tail->almost_surely_below))
        return emit_note(sink, key, error,
                         "SGD is not even almost surely stable at this learning rate: it has no "
                         "stationary law; the diffusion has one");
    if (!(setting->eta < tail->stable_below))
        return emit_note(sink, key, error,
                         "SGD has a stationary law, but without a second moment: P(|e| > x) ~ "
                         "x^-%.6g; the diffusion says %.6g",
                         tail->exponent, tail->exponent_sde);
    if (isinf(tail->exponent))
        return SGDL_OK;
    return emit_note(sink, key, error,
                     "P(|e| > x) ~ x^-%.6g of SGD, Kesten's exponent, which is the answer; the "
                     "diffusion says %.6g, and is not right as the learning rate falls, either",
                     tail->exponent, tail->exponent_sde);
}

static int note_gap(const setting_t *setting, const tail_t *tail, double cells,
                    const sgdl_sink_t *sink, sgdl_error_t *error)
{
    char key[SETTING_KEY];
    return emit_note(sink, setting_key(setting, "gap_check", key), error, "%s; cells give %.10g",
                     tail->continuous
                         ? "the edge of the diffusion's continuous spectrum, in closed "
                           "form, which cells of a box approach from above"
                         : "of the mean, in closed form",
                     cells);
}

/* ---- the two ways -------------------------------------------------------------------------- */

/* Between walls that nobody stated, the mean loss by quadrature is that of the closed form. */
static int check_mean(const setting_t *setting, const tail_t *tail, const least_squares_t *problem,
                      const limit_row_t *row, sgdl_error_t *error)
{
    const landscape_t *landscape = setting->landscape;
    const double found = row->law.mean_loss - landscape_minimum(landscape, 0)->loss;
    const double expected = 0.5 * problem->h * tail->second_moment_sde;
    /* where the moment is about to diverge, its tail is cut by what numbers hold */
    const double allowed = tail->exponent_sde > 2.5 ? 1e-8 : 1;
    if (!isnan(setting->problem->box[0][0]) || isinf(expected) ||
        fabs(found - expected) <= allowed * expected)
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_SOLVER, NULL,
                     "the diffusion's mean loss is %.12g by quadrature and %.12g in closed form",
                     found, expected);
}

int limit_tail(const setting_t *setting, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
               limit_row_t *row, sgdl_error_t *error)
{
    const least_squares_t problem = least_squares_of(setting);
    int status = tail_init(&row->tail, &problem, setting->eta, error);
    if (status == SGDL_OK)
        status = limit_line(setting, plan, sink, row, error);
    if (status == SGDL_OK)
        status = check_mean(setting, &row->tail, &problem, row, error);
    if (status == SGDL_OK)
        status = note_gap(setting, &row->tail, row->gap, sink, error);
    row->gap = row->tail.gap;
    if (status == SGDL_OK)
        status = note_features(&problem, sink, error);
    return status == SGDL_OK ? note_tail(setting, &row->tail, sink, error) : status;
}
