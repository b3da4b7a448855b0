#include "src/theories/fixed_data/block_loss.h"

#include "src/loss/committee.h"

/* ---- committees ------------------------------------------------------------------------------ */

static const committee_task_t *task_of(const block_loss_t *self)
{
    return (const committee_task_t *)self->context;
}

static double label(const block_loss_t *self, size_t i, const double *r_star, double normal,
                    double uniform)
{
    (void)i, (void)uniform;
    const committee_task_t *task = task_of(self);
    return committee_output(&task->teacher, r_star) + task->noise * normal;
}

static double value(const block_loss_t *self, const double *r, double y)
{
    const double e = committee_output(&task_of(self)->student, r) - y;
    return 0.5 * e * e;
}

static void gradient(const block_loss_t *self, const double *r, double y, double *g)
{
    committee_gradient(&task_of(self)->student, r, y, g);
}

static void hessian(const block_loss_t *self, const double *r, double y, double *H)
{
    committee_hessian(&task_of(self)->student, r, y, H);
}

block_loss_t block_loss_committee(const sgdl_problem_t *problem)
{
    const committee_task_t *task = &problem->committee;
    return (block_loss_t){.context = task,
                          .label = label,
                          .value = value,
                          .gradient = gradient,
                          .hessian = hessian,
                          .jumps = task->student.activation == ACTIVATION_RELU};
}

/* ---- least squares against unit vectors: the label is a number of targets ----------------------
 */

static const sgdl_problem_t *problem_of(const block_loss_t *self)
{
    return (const sgdl_problem_t *)self->context;
}

static double target_of(const sgdl_targets_t *targets, double y, size_t l)
{
    return targets->target[(size_t)y * targets->outputs + l];
}

static double draw_target(const block_loss_t *self, size_t i, const double *r_star, double normal,
                          double uniform)
{
    (void)r_star, (void)normal;
    const sgdl_problem_t *problem = problem_of(self);
    const sgdl_targets_t *targets = &problem->targets;
    const size_t own = problem->label_index[i];
    size_t j = 0;
    double sum = sgdl_targets_probability(targets, own, 0);
    while (sum <= uniform && j + 1 < targets->labels)
        sum += sgdl_targets_probability(targets, own, ++j);
    return (double)j;
}

static double square_value(const block_loss_t *self, const double *r, double y)
{
    const sgdl_targets_t *targets = &problem_of(self)->targets;
    double sum = 0;
    for (size_t l = 0; l < targets->outputs; l++) {
        const double e = r[l] - target_of(targets, y, l);
        sum += 0.5 * e * e;
    }
    return sum;
}

static void square_gradient(const block_loss_t *self, const double *r, double y, double *g)
{
    const sgdl_targets_t *targets = &problem_of(self)->targets;
    for (size_t l = 0; l < targets->outputs; l++)
        g[l] = r[l] - target_of(targets, y, l);
}

static void square_hessian(const block_loss_t *self, const double *r, double y, double *H)
{
    (void)r, (void)y;
    const size_t L = problem_of(self)->targets.outputs;
    for (size_t a = 0; a < L * L; a++)
        H[a] = a / L == a % L;
}

/* Outputs that tie for the largest share the decision. */
static double is_wrong(const block_loss_t *self, const double *r, double y)
{
    const size_t L = problem_of(self)->targets.outputs, own = (size_t)y;
    size_t ties = 0;
    for (size_t l = 0; l < L; l++) {
        if (r[l] > r[own])
            return 1;
        ties += r[l] == r[own];
    }
    return 1 - 1 / (double)ties;
}

block_loss_t block_loss_one_hot(const sgdl_problem_t *problem)
{
    return (block_loss_t){.context = problem,
                          .label = draw_target,
                          .value = square_value,
                          .gradient = square_gradient,
                          .hessian = square_hessian,
                          .wrong = is_wrong};
}

/* ---- softmax against the same labels ----------------------------------------------------------
 */

static const double *vector_of(const sgdl_problem_t *problem, double y)
{
    return problem->targets.target + (size_t)y * problem->targets.outputs;
}

static double softmax_value(const block_loss_t *self, const double *r, double y)
{
    const sgdl_problem_t *problem = problem_of(self);
    return problem->loss->value(problem->targets.outputs, r, vector_of(problem, y));
}

static void softmax_gradient(const block_loss_t *self, const double *r, double y, double *g)
{
    const sgdl_problem_t *problem = problem_of(self);
    problem->loss->gradient(problem->targets.outputs, r, vector_of(problem, y), g);
}

/* diag(q) - q q^T, whose rows sum to zero; q = g + target. */
static void softmax_hessian(const block_loss_t *self, const double *r, double y, double *H)
{
    const sgdl_problem_t *problem = problem_of(self);
    const size_t L = problem->targets.outputs;
    const double *target = vector_of(problem, y);
    double q[BLOCK_OUTPUTS];
    softmax_gradient(self, r, y, q);
    for (size_t a = 0; a < L; a++)
        q[a] += target[a];
    for (size_t a = 0; a < L; a++)
        for (size_t b = 0; b < L; b++)
            H[a * L + b] = (a == b ? q[a] : 0) - q[a] * q[b];
}

/* Of so many outputs all responses of a sample cost less than the noise of some. */
enum { FOLLOWED = 4 };

block_loss_t block_loss_softmax(const sgdl_problem_t *problem)
{
    return (block_loss_t){.context = problem,
                          .label = draw_target,
                          .value = softmax_value,
                          .gradient = softmax_gradient,
                          .hessian = softmax_hessian,
                          .probed = problem->targets.outputs > FOLLOWED,
                          .wrong = is_wrong};
}

/* ---- which of them -----------------------------------------------------------------------------
 */

/* Of committees, and of what is there only where steps are chosen together or outputs look at one
 * another. */
bool block_loss_serves(const setup_t *setup)
{
    const sgdl_loss_t *loss = setup->problem->loss;
    const bool few = setup->L > 1 && setup->L <= BLOCK_OUTPUTS && setup->K == 0;
    return loss == &sgdl_loss_committee || few;
}

block_loss_t block_loss_of(const sgdl_problem_t *problem)
{
    if (problem->loss == &sgdl_loss_committee)
        return block_loss_committee(problem);
    return problem->loss->quadratic ? block_loss_one_hot(problem) : block_loss_softmax(problem);
}
