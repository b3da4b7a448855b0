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

bool block_loss_serves(const setup_t *setup)
{
    const sgdl_loss_t *loss = setup->problem->loss;
    return loss == &sgdl_loss_committee || (loss == &sgdl_loss_least_squares && setup->K == 0 &&
                                            setup->L > 1 && setup->L <= BLOCK_OUTPUTS);
}
