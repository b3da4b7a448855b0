/* What becomes of the risk: zero, more than zero, or divergence. */
#include <math.h>
#include <stdlib.h>

#include "src/theories/streaming/feedback.h"
#include "src/theories/streaming/limit/work.h"

/* Least squares: are all targets shifts that cost nothing? */
static bool targets_are_free(const work_t *self)
{
    const sgdl_targets_t *targets = &self->problem->targets;
    const size_t C = self->problem->classes, L = targets->outputs;
    for (size_t a = 0; a < L; a++)
        for (size_t j = 0; j < C; j++) {
            double left = 0, size = 0;
            for (size_t i = 0; i < C; i++) {
                double y = targets->target[self->problem->label_index[i] * L + a];
                left += self->separation.projector[j * C + i] * y;
                size = fmax(size, fabs(y));
            }
            if (fabs(left) > 1e-10 * size)
                return false;
        }
    return true;
}

/* Whether labels change by noise at all: with one label there is no other. */
static bool labels_are_noisy(const sgdl_problem_t *problem)
{
    return problem->targets.noise > 0 && problem->targets.labels > 1;
}

/* No weights are what all targets ask for, and so the run starts: no gradient has a mean or a
 * variance. */
static bool starts_at_rest(const sgdl_problem_t *problem)
{
    const sgdl_targets_t *targets = &problem->targets;
    for (size_t i = 0; i < problem->classes; i++)
        for (size_t a = 0; a < targets->outputs; a++)
            if (targets->target[problem->label_index[i] * targets->outputs + a] != 0)
                return false;
    return problem->start_norm2 == 0;
}

double verdict_seen_noise(const work_t *work)
{
    double seen = 0;
    if (!(work->drive.noise2 > 0))
        return 0;
    for (size_t n = 0; n < work->nodes.count; n++)
        if (work->nodes.eigenvalue_bar[n] > 0)
            seen += work->nodes.weight[n];
    return seen;
}

/* ---- least squares --------------------------------------------------------------------------- */

/* Do small residuals fade, be it that large ones are clipped? */
static int fades(const work_t *self, const double *H, const double *Q_B, bool *fading,
                 sgdl_error_t *error)
{
    const feedback_t feedback = {self->problem, &self->nodes, H, Q_B};
    double radius;
    int status = feedback_radius(&feedback, &self->drive, self->plan, &radius, error);
    *fading = radius < 1;
    return status;
}

/* The learning rate stays below its limit; that of a heavy ball has a lower one, too. */
static int is_stable(const work_t *self, bool *stable, sgdl_error_t *error)
{
    *stable = self->limit->learning_rate < self->limit->stability;
    return self->drive.push > 0 ? fades(self, NULL, NULL, stable, error) : SGDL_OK;
}

/* Means that meet all targets: of gradients without a mean the noise is left. */
static int judge_free_targets(work_t *self, sgdl_error_t *error)
{
    sgdl_limit_t *limit = self->limit;
    bool fading = true;
    int status = SGDL_OK;
    if (verdict_seen_noise(self) > 0 && drive_unit(&self->drive) > 0) {
        limit->reason = "the gradient's own noise keeps a variance";
        self->lifted = true;
        return SGDL_OK;
    }
    if (isfinite(self->problem->clip))
        status = fades(self, NULL, NULL, &fading, error);
    if (!fading) {
        limit->reason = "small residuals grow at this learning rate, up to where they are clipped";
        return status;
    }
    limit->verdict = SGDL_VERDICT_ZERO;
    limit->reason = self->problem->ridge > 0
                        ? "the bias, which the ridge spares, meets the one target"
                        : "the common clean directions meet all targets at no variance";
    return status;
}

static int judge_quadratic(work_t *self, sgdl_error_t *error)
{
    sgdl_limit_t *limit = self->limit;
    bool stable = true;
    int status = SGDL_OK;
    self->at_rest = starts_at_rest(self->problem) && verdict_seen_noise(self) == 0;
    if (isinf(self->problem->clip))
        status = is_stable(self, &stable, error);
    limit->stationary = self->at_rest || stable;
    if (self->at_rest) {
        limit->verdict = SGDL_VERDICT_ZERO;
        limit->reason = "all targets are zero and so is the start: nothing moves";
    } else if (!stable) {
        limit->verdict = SGDL_VERDICT_DIVERGES;
        limit->reason = "the learning rate is not below its stability limit";
        if (self->drive.push > 0)
            limit->reason = "at this learning rate and momentum noise feeds on itself";
    } else if (labels_are_noisy(self->problem)) {
        limit->reason = "noisy labels cannot be met";
    } else if (targets_are_free(self)) {
        return judge_free_targets(self, error);
    } else if (self->problem->ridge > 0) {
        limit->reason = "the ridge keeps the classes' means from their targets";
    } else {
        limit->reason = "meeting the targets costs variance: Mahalanobis norms are finite";
    }
    return status;
}

/* ---- losses that fall exponentially: do signs separate the classes? ---------------------------
 */

static const char *separated_because(const work_t *self)
{
    if (self->problem->ridge > 0)
        return "the bias, which the ridge spares, serves the one label; there is no finite "
               "stationary point";
    if (self->stages.count > 1)
        return "directions that are clean for the classes that remain separate them stage by "
               "stage; there is no finite stationary point";
    return "the common clean directions separate the classes; there is no finite stationary point";
}

/* The widest margin, if the null space alone separates all classes. */
static int find_margin(work_t *self, sgdl_error_t *error)
{
    stages_t alone;
    const stages_of_t of = {self->problem, &self->nodes, self->sign, STAGES_NULL_SPACE, self->plan};
    int status = stages_init(&alone, &of, error);
    if (status == SGDL_OK && alone.count == 1 && alone.remaining == 0)
        status = separation_margin2(&self->separation, self->sign, self->problem->intercept,
                                    &self->limit->clean_margin2, error);
    stages_free(&alone);
    return status;
}

static int judge_signs(work_t *self, sgdl_error_t *error)
{
    sgdl_limit_t *limit = self->limit;
    const sgdl_problem_t *problem = self->problem;
    for (size_t i = 0; i < limit->classes; i++)
        self->sign[i] = problem->loss->decision(problem->targets.target[problem->label_index[i]]);
    limit->stationary = true;
    if (labels_are_noisy(problem)) {
        limit->reason = "noisy labels cannot be separated";
        return SGDL_OK;
    }
    const stages_of_t of = {problem, &self->nodes, self->sign, STAGES_ALL, self->plan};
    int status = stages_init(&self->stages, &of, error);
    if (status == SGDL_OK && self->stages.count == 1 && self->stages.remaining == 0)
        status = find_margin(self, error);
    limit->stationary = self->stages.count == 0;
    if (self->stages.remaining == 0) {
        limit->verdict = SGDL_VERDICT_ZERO;
        limit->reason = separated_because(self);
    } else if (!limit->stationary) {
        limit->reason = "directions that are clean for the classes that remain separate some of "
                        "the classes only; there is no finite stationary point";
    } else if (problem->ridge > 0) {
        limit->reason = "the ridge bounds the margin";
    } else {
        limit->reason = "the common clean directions do not separate the classes";
    }
    return status;
}

/* ---- a teacher's labels -----------------------------------------------------------------------
 */

static bool is_logistic(const teacher_t *teacher)
{
    return teacher->labels == TEACHER_LOGISTIC || teacher->labels == TEACHER_LOGISTIC_SOFT;
}

/* Where the deviation vanishes so do all mean gradients. */
static bool is_ideal(const sgdl_problem_t *problem)
{
    if (problem->ridge > 0)
        return false;
    return problem->loss->quadratic ? problem->teacher.labels == TEACHER_LINEAR
                                    : is_logistic(&problem->teacher);
}

/* There no single gradient is left, either: does a small deviation fade? */
static int judge_noiseless(work_t *self, sgdl_error_t *error)
{
    sgdl_limit_t *limit = self->limit;
    const size_t C = limit->classes;
    double *H = calloc(C, 2 * sizeof *H), *Q_B = H + C;
    bool fading;
    if (!H)
        return sgdl_fail_memory(error);
    for (size_t i = 0; i < C; i++) {
        double unused[6], zero = 0;
        sgdl_averages_t out = {.G = &unused[0],
                               .H = &H[i],
                               .Q = &unused[1],
                               .G_B = &unused[2],
                               .H_m = &unused[3],
                               .H_B = &unused[4],
                               .Q_m = &unused[5],
                               .Q_B = &Q_B[i]};
        population_average(&self->system.population, i, &zero, &zero, 0, &out);
    }
    int status = fades(self, H, Q_B, &fading, error);
    free(H);
    self->settled = fading;
    limit->reason = "small deviations from the teacher's signal grow at this learning rate";
    if (!fading)
        return status;
    limit->reason = "the parameter comes to what gave the labels";
    if (self->problem->loss->quadratic)
        limit->verdict = SGDL_VERDICT_ZERO;
    return status;
}

static int judge_sign_labels(work_t *self)
{
    sgdl_limit_t *limit = self->limit;
    const population_t *population = &self->system.population;
    limit->stationary = false;
    for (size_t i = 0; i < limit->classes; i++)
        if (!(population->signal_B[i] > 0)) {
            limit->reason = "there are classes whose labels are all the same: not known";
            return SGDL_OK;
        }
    if (verdict_seen_noise(self) > 0 && drive_unit(&self->drive) > 0) {
        limit->reason = "labels are separable, but the gradient's own noise grows as the norm does";
    } else {
        limit->verdict = SGDL_VERDICT_ZERO;
        limit->reason = "labels are separable: the norm grows without bound";
    }
    return SGDL_OK;
}

static const char *teacher_because(const sgdl_problem_t *problem)
{
    if (problem->ridge > 0)
        return "the ridge keeps the parameter from the teacher's signal";
    if (problem->teacher.labels == TEACHER_LINEAR)
        return problem->teacher.noise > 0 ? "the teacher's noise cannot be met"
                                          : "the gradient's own noise keeps a variance";
    if (problem->loss->quadratic)
        return "the labels are no linear function of the features";
    return problem->teacher.labels == TEACHER_LOGISTIC
               ? "labels that are drawn cannot be met"
               : "soft labels leave their own entropy, and the gradient's noise more";
}

static int judge_teacher(work_t *self, sgdl_error_t *error)
{
    sgdl_limit_t *limit = self->limit;
    const sgdl_problem_t *problem = self->problem;
    const teacher_t *teacher = &problem->teacher;
    const bool quadratic = problem->loss->quadratic;
    bool stable = true;
    int status = SGDL_OK;
    limit->stationary = true;
    limit->reason = teacher_because(problem);
    self->ideal = is_ideal(problem);
    if (quadratic && isinf(problem->clip))
        status = is_stable(self, &stable, error);
    if (!stable) {
        limit->verdict = SGDL_VERDICT_DIVERGES;
        limit->stationary = false;
        limit->reason = "the learning rate is not below its stability limit";
        return status;
    }
    if (!quadratic && teacher->labels == TEACHER_SIGN && !(problem->ridge > 0))
        return judge_sign_labels(self);
    const bool moved = verdict_seen_noise(self) > 0 && drive_unit(&self->drive) > 0;
    const bool noiseless =
        quadratic ? teacher->noise == 0 : teacher->labels == TEACHER_LOGISTIC_SOFT;
    return status == SGDL_OK && self->ideal && noiseless && !moved ? judge_noiseless(self, error)
                                                                   : status;
}

/* ---- all problems -----------------------------------------------------------------------------
 */

/* Whether a heavy ball goes on for ever: nothing takes its energy. */
static bool lacks_friction(const work_t *self)
{
    return self->drive.push > 0 && self->drive.rate == 0 && self->drive.damping == 0;
}

int verdict_find(work_t *self, sgdl_error_t *error)
{
    sgdl_limit_t *limit = self->limit;
    const sgdl_problem_t *problem = self->problem;
    limit->verdict = SGDL_VERDICT_POSITIVE;
    int status = SGDL_OK;
    if (lacks_friction(self)) {
        limit->reason = "no friction is left to the momentum at long times: not known";
        return SGDL_OK;
    }
    if (problem->has_teacher)
        status = judge_teacher(self, error);
    else if (problem->loss->quadratic)
        status = judge_quadratic(self, error);
    else
        status = judge_signs(self, error);
    if (limit->decay > 1 && !self->at_rest && !(self->drive.push > 0)) {
        limit->verdict = SGDL_VERDICT_POSITIVE;
        limit->reason = "the learning rate falls too fast: its integral is finite and the run "
                        "stops on its way";
        limit->stationary = self->settled = false;
    }
    return status;
}
