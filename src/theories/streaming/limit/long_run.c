#include "src/theories/streaming/limit/long_run.h"
#include "src/problem/problem.h"

#include "src/problem/plan.h"
#include "src/theories/streaming/course.h"
#include "src/theories/streaming/streaming.h"

static int hand_out(void *context, course_t *course, const double *y, sgdl_error_t *error)
{
    const long_run_t *self = context;
    (void)y;
    (void)error;
    self->seen(self->context, &course->observer.seen);
    return SGDL_OK;
}

bool streaming_limit_is_known(const sgdl_problem_t *problem)
{
    const sgdl_loss_t *loss = problem->loss;
    return loss->quadratic || (loss->exponential && problem->targets.outputs == 1);
}

int long_run_check(const sgdl_problem_t *problem, sgdl_error_t *error)
{
    if (streaming_limit_is_known(problem))
        return SGDL_OK;
    return sgdl_fail(error, SGDL_ERR_INPUT, NULL,
                     "long times of the loss %s are not known, allowed: those that are quadratic, "
                     "such as least-squares, and of one output that fall exponentially, such as "
                     "logistic; solve takes any loss as far as it is wanted",
                     problem->loss->name);
}

int long_run(const long_run_t *self, const double *times, size_t count, sgdl_error_t *error)
{
    sgdl_nodes_t nodes = {0};
    course_t course = {0};
    sgdl_plan_t plan;
    int status = plan_complete(&plan, self->plan, self->problem, error);
    if (status != SGDL_OK)
        return status;
    plan.times = times;
    plan.points = count;
    plan.shown = NULL;
    plan.shown_count = 0;
    plan.directions = false;
    const double horizon = times[count - 1];
    const course_task_t task = {
        self->problem, &plan,
        self->constant_rate > 0
            ? rate_source_constant(self->constant_rate, horizon)
            : rate_source_of(&self->problem->learning_rate[self->rate], horizon)};
    status = course_nodes(&task, &nodes, error);
    if (status == SGDL_OK)
        status = course_init(&course, &task, &nodes, error);
    if (status == SGDL_OK) {
        long_run_t own = *self;
        status = course_run(&course, hand_out, &own, error);
        course_count(&course);
    }
    course_free(&course);
    sgdl_nodes_free(&nodes);
    return status;
}
