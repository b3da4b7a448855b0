/* One row a theory, and the public functions that go by them. */
#include "src/theories/theory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sgdlimit/landscape.h"
#include "sgdlimit/simulate.h"
#include "sgdlimit/solve.h"
#include "src/problem/keys.h"
#include "src/problem/problem.h"
#include "src/theories/committee/committee_stream.h"
#include "src/theories/diffusion/diffusion.h"
#include "src/theories/fixed_data/fixed_data.h"
#include "src/theories/streaming/limit/growth.h"
#include "src/theories/streaming/streaming.h"

/* ---- streaming SGD ---------------------------------------------------------------------------
 */

static int judge_streaming(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t rate,
                           int decades, judgement_t *out, sgdl_error_t *error)
{
    growth_t growth;
    int status = growth_judge(problem, rate, decades, plan, &growth, error);
    *out = (judgement_t){growth.verdict, growth.kappa, growth.error, growth.risk, growth.reason};
    return status;
}

static const char *const streaming_compared[] = {"risk", "error", "learning_rate", "overlap_signal",
                                                 NULL};
static const char *const streaming_compared_rows[] = {"risk_rows", "error_rows", NULL};

static const char *streaming_notes[][2] = {
    {"verdicts", "0 zero, 1 positive, 2 diverges"}, {"excess", "risk - risk_limit"}, {NULL, NULL}};

static const point_theory_t streaming_point = {.columns = streaming_point_columns,
                                               .measure = streaming_point_measure,
                                               .work = true,
                                               .notes = streaming_notes};

static const theory_t streaming = {
    .name = "streaming",
    .model = "mixture",
    .solve = streaming_solve,
    .directions = true,
    .simulate = streaming_simulate,
    .spectrum = streaming_spectrum,
    .limit = streaming_limit_table,
    .optimise = streaming_optimise,
    .limit_optimised = streaming_limit_optimised,
    .limit_of = streaming_limit_init,
    .verdict = streaming_limit_verdict,
    .verdict_by = "what the common clean directions can do",
    .judge = judge_streaming,
    .judge_by = "exponent kappa of the squared margin's growth",
    .least_decades = GROWTH_LEAST_DECADES,
    .most_decades = GROWTH_MOST_DECADES,
    .point = &streaming_point,
    .compared = streaming_compared,
    .compares = streaming_compares,
    .compared_rows = streaming_compared_rows,
    .finite = true,
    .leeway = streaming_leeway,
};

/* ---- SGD as a diffusion ---------------------------------------------------------------------
 */

static const char *diffusion_notes[][2] = {
    {"p_flat_time", "p_flat at t = time, from the start; all else is of t -> infinity"},
    {NULL, NULL}};

static const point_theory_t diffusion_point = {.columns = diffusion_point_columns,
                                               .measure = diffusion_point_measure,
                                               .notes = diffusion_notes};

static const char *const diffusion_compared[] = {"p_1",    "p_2",   "p_3",    "p_4",   "mean_loss",
                                                 "mean_x", "var_x", "mean_y", "var_y", NULL};

static const theory_t diffusion = {
    .name = "diffusion",
    .model = "landscape",
    .solve = diffusion_solve,
    .density = true,
    .simulate = diffusion_simulate,
    .passages = diffusion_passages,
    .limit = diffusion_limit,
    .discrete = true,
    .landscape = diffusion_landscape,
    .escape = diffusion_escape,
    .compared = diffusion_compared,
    .compares = diffusion_compares,
    .probabilities = "p_",
    .by_spread = true,
    .leeway = diffusion_leeway,
    .exact = diffusion_exact,
    .is_exact = diffusion_is_exact,
    .point = &diffusion_point,
};

/* ---- a fixed data set ------------------------------------------------------------------------
 */

static const char *const fixed_data_compared[] = {"risk", "error", "train_risk", "overlap_signal",
                                                  NULL};
static const char *const fixed_data_own_error[] = {"risk_se", "risk_se", "train_risk_se", NULL};

static const char *fixed_data_notes[][2] = {
    {"verdicts", "of the training risk: 0 zero, 1 positive, 2 diverges"}, {NULL, NULL}};

static const point_theory_t fixed_data_point = {.columns = fixed_data_point_columns,
                                                .measure = fixed_data_point_measure,
                                                .notes = fixed_data_notes};

static const theory_t fixed_data = {
    .name = "fixed data",
    .model = "fixed-data",
    .solve = fixed_data_solve,
    .simulate = fixed_data_simulate,
    .spectrum = streaming_spectrum,
    .limit = fixed_data_limit,
    .limit_of = fixed_data_limit_init,
    .verdict = fixed_data_verdict,
    .verdict_by = "whether some X meets all samples",
    .judge = fixed_data_judge,
    .judge_by = "how steeply the training risk falls at the end of a run, beyond one half",
    .least_decades = 2,
    .most_decades = 3,
    .point = &fixed_data_point,
    .compared = fixed_data_compared,
    .compares = fixed_data_compares,
    .own_error = fixed_data_own_error,
    .alike = "risk",
    .beside = fixed_data_beside,
    .finite = true,
    .leeway = fixed_data_leeway,
};

/* ---- committees in a stream ------------------------------------------------------------------
 */

static const char *const committee_compared[] = {"risk", NULL};

static const theory_t committee = {
    .name = "streaming committee",
    .model = "committee",
    .solve = committee_stream_solve,
    .simulate = committee_stream_simulate,
    .compared = committee_compared,
    .finite = true,
    .leeway = streaming_leeway,
};

const theory_t *const theories[] = {&streaming, &fixed_data, &committee, &diffusion, NULL};

const theory_t *theory_of(const sgdl_problem_t *problem)
{
    size_t i = 0;
    if (problem_ready(problem, NULL) != SGDL_OK)
        return theories[0]; /* which finds the same, and says it */
    while (strcmp(theories[i]->model, problem->model->name) != 0)
        i++;
    return theories[i];
}

size_t theory_compared(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                       const char *names[COMPARED_MOST])
{
    const theory_t *theory = theory_of(problem);
    size_t count = 0;
    for (const char *const *name = theory->compared; name && *name && count < COMPARED_MOST; name++)
        if (!theory->compares || theory->compares(problem, *name))
            names[count++] = *name;
    const char *const *rows = plan && plan->rows ? theory->compared_rows : NULL;
    for (; rows && *rows && count < COMPARED_MOST; rows++)
        names[count++] = *rows;
    return count;
}

/* ---- abilities -------------------------------------------------------------------------------
 */

bool theory_can(const theory_t *self, ability_t ability)
{
    const bool can[THEORY_ABILITIES] = {
        [THEORY_SOLVES] = self->solve != NULL,
        [THEORY_SIMULATES] = self->simulate != NULL,
        [THEORY_SIMULATES_PASSAGES] = self->passages != NULL,
        [THEORY_LISTS_DIRECTIONS] = self->spectrum != NULL,
        [THEORY_SHOWS_DIRECTIONS] = self->directions,
        [THEORY_SHOWS_DENSITIES] = self->density,
        [THEORY_FINDS_LIMITS] = self->limit != NULL,
        [THEORY_FINDS_RISK_LIMITS] = self->limit_of != NULL,
        [THEORY_GIVES_VERDICTS] = self->verdict != NULL,
        [THEORY_JUDGES] = self->judge != NULL,
        [THEORY_MEASURES_POINTS] = self->point != NULL,
        [THEORY_HAS_LANDSCAPE] = self->landscape != NULL,
        [THEORY_FINDS_ESCAPES] = self->escape != NULL,
        [THEORY_HAS_CHAIN] = self->discrete,
        [THEORY_OPTIMISES] = self->optimise != NULL && self->limit_optimised != NULL,
        [THEORY_STREAMS_ROWS] = self->compared_rows != NULL,
    };
    return can[ability];
}

int theory_need(const theory_t *self, ability_t ability, const theory_t *const *all,
                sgdl_error_t *error)
{
    static const char *const things[THEORY_ABILITIES] = {
        [THEORY_SOLVES] = "has no curves",
        [THEORY_SIMULATES] = "has no simulation",
        [THEORY_SIMULATES_PASSAGES] = "knows no first passages",
        [THEORY_LISTS_DIRECTIONS] = "has no spectrum",
        [THEORY_SHOWS_DIRECTIONS] = "has no directions to show",
        [THEORY_SHOWS_DENSITIES] = "has no densities to show",
        [THEORY_FINDS_LIMITS] = "knows no limits at long times",
        [THEORY_FINDS_RISK_LIMITS] = "knows no limits of a risk",
        [THEORY_GIVES_VERDICTS] = "gives no verdict on long times",
        [THEORY_JUDGES] = "cannot judge long times by integrating",
        [THEORY_MEASURES_POINTS] = "has nothing to show of a sweep's points",
        [THEORY_HAS_LANDSCAPE] = "has no critical points to list",
        [THEORY_FINDS_ESCAPES] = "knows no escape times",
        [THEORY_HAS_CHAIN] = "has no chain of single steps",
        [THEORY_OPTIMISES] = "knows no optimal learning rates",
        [THEORY_STREAMS_ROWS] = "takes no rows of a file as samples",
    };
    char list[256] = "";
    const char *before = "";
    bool apart = false; /* theories that can serve models of the same word */
    if (theory_can(self, ability))
        return SGDL_OK;
    for (; *all; all++) {
        const size_t used = strlen(list);
        const char *name = model_told((*all)->model, self->model);
        if (!theory_can(*all, ability) || strcmp(name, before) == 0)
            continue;
        (void)snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", name);
        before = name;
        apart |= strcmp(name, model_told((*all)->model, "")) != 0;
    }
    return sgdl_fail(error, SGDL_ERR_INPUT, "model", "found %s, whose theory %s; allowed: %s",
                     model_told(self->model, apart ? self->model : ""), things[ability],
                     *list ? list : "none");
}

/* ---- public functions ------------------------------------------------------------------------
 */

/* For curves, or what the plan wants in their place. */
static int need_for(const theory_t *self, ability_t ability, const sgdl_plan_t *plan,
                    sgdl_error_t *error)
{
    int status = theory_need(self, ability, theories, error);
    if (status == SGDL_OK && plan && plan->directions)
        status = theory_need(self, THEORY_SHOWS_DIRECTIONS, theories, error);
    if (status == SGDL_OK && plan && plan->rows)
        status = theory_need(self, THEORY_STREAMS_ROWS, theories, error);
    if (status == SGDL_OK && plan && plan->density)
        status = theory_need(self, THEORY_SHOWS_DENSITIES, theories, error);
    return status == SGDL_OK && plan && plan->discrete
               ? theory_need(self, THEORY_HAS_CHAIN, theories, error)
               : status;
}

int sgdl_solve(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
               sgdl_error_t *error)
{
    const theory_t *theory = theory_of(problem);
    int status = need_for(theory, THEORY_SOLVES, plan, error);
    return status == SGDL_OK ? theory->solve(problem, plan, sink, error) : status;
}

int sgdl_simulate(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                  sgdl_error_t *error)
{
    const theory_t *theory = theory_of(problem);
    const bool passages = plan && plan->passage;
    int status =
        need_for(theory, passages ? THEORY_SIMULATES_PASSAGES : THEORY_SIMULATES, plan, error);
    if (status != SGDL_OK)
        return status;
    return (passages ? theory->passages : theory->simulate)(problem, plan, sink, error);
}

int sgdl_limit_table(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                     const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const theory_t *theory = theory_of(problem);
    int status = need_for(theory, THEORY_FINDS_LIMITS, plan, error);
    return status == SGDL_OK ? theory->limit(problem, plan, sink, error) : status;
}

int sgdl_landscape(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                   sgdl_error_t *error)
{
    const theory_t *theory = theory_of(problem);
    int status = theory_need(theory, THEORY_HAS_LANDSCAPE, theories, error);
    return status == SGDL_OK ? theory->landscape(problem, plan, sink, error) : status;
}

int sgdl_escape(const sgdl_problem_t *problem, const sgdl_plan_t *plan, const sgdl_sink_t *sink,
                sgdl_error_t *error)
{
    const theory_t *theory = theory_of(problem);
    int status = need_for(theory, THEORY_FINDS_ESCAPES, plan, error);
    return status == SGDL_OK ? theory->escape(problem, plan, sink, error) : status;
}

int sgdl_optimise(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                  const sgdl_optimise_options_t *options, const sgdl_sink_t *sink,
                  sgdl_error_t *error)
{
    const theory_t *theory = theory_of(problem);
    int status = theory_need(theory, THEORY_OPTIMISES, theories, error);
    return status == SGDL_OK ? theory->optimise(problem, plan, options, sink, error) : status;
}

int sgdl_limit_optimised(const sgdl_problem_t *problem, const sgdl_plan_t *plan, double at,
                         const sgdl_sink_t *sink, sgdl_error_t *error)
{
    const theory_t *theory = theory_of(problem);
    int status = need_for(theory, THEORY_OPTIMISES, plan, error);
    return status == SGDL_OK ? theory->limit_optimised(problem, plan, at, sink, error) : status;
}

static int check_rate(const sgdl_problem_t *problem, size_t rate, sgdl_error_t *error)
{
    int status = sgdl_problem_validate(problem, error);
    if (status == SGDL_OK && rate >= sgdl_problem_rates(problem))
        status = sgdl_fail(error, SGDL_ERR_INPUT, "learning_rate",
                           "there is no number %zu, counted from 0; the problem states %zu", rate,
                           sgdl_problem_rates(problem));
    return status;
}

int sgdl_limit_init(sgdl_limit_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                    size_t rate, sgdl_error_t *error)
{
    const theory_t *theory = theory_of(problem);
    *self = (sgdl_limit_t){0};
    int status = theory_need(theory, THEORY_FINDS_RISK_LIMITS, theories, error);
    if (status == SGDL_OK)
        status = check_rate(problem, rate, error);
    return status == SGDL_OK ? theory->limit_of(self, problem, plan, rate, error) : status;
}

void sgdl_limit_free(sgdl_limit_t *self)
{
    free(self->storage);
    *self = (sgdl_limit_t){0};
}

int sgdl_limit_verdict(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t rate,
                       sgdl_verdict_t *verdict, const char **reason, sgdl_error_t *error)
{
    const theory_t *theory = theory_of(problem);
    int status = theory_need(theory, THEORY_GIVES_VERDICTS, theories, error);
    if (status == SGDL_OK)
        status = check_rate(problem, rate, error);
    return status == SGDL_OK ? theory->verdict(problem, plan, rate, verdict, reason, error)
                             : status;
}

const char *sgdl_verdict_name(sgdl_verdict_t verdict)
{
    return verdict == SGDL_VERDICT_ZERO       ? "zero"
           : verdict == SGDL_VERDICT_POSITIVE ? "positive"
                                              : "diverges";
}
