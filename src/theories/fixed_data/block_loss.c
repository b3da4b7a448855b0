#include "src/theories/fixed_data/block_loss.h"

#include "src/loss/committee.h"

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

static void jump(const block_loss_t *self, const double *r, double y, double *out)
{
    committee_jump(&task_of(self)->student, r, y, out);
}

block_loss_t block_loss_committee(const sgdl_problem_t *problem)
{
    const committee_task_t *task = &problem->committee;
    return (block_loss_t){.context = task,
                          .label = label,
                          .value = value,
                          .gradient = gradient,
                          .hessian = hessian,
                          .jump = task->student.activation == ACTIVATION_RELU ? jump : NULL};
}
