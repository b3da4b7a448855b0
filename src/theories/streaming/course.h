/**
 * One curve on its way: a problem under one learning rate, integrated from one output time to the
 * next.
 *
 * What is made of each time is the caller's: rows of a table, a few numbers. A course that diverges
 * or is interrupted ends there; the times before have been handed out.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_COURSE_H
#define SGDLIMIT_THEORIES_STREAMING_COURSE_H

#include "src/stepper/integrator.h"
#include "src/theories/streaming/evolution.h"
#include "src/theories/streaming/observe.h"
#include "src/theories/streaming/system.h"

/** What is to be integrated; all borrowed. */
typedef struct course_task {
    const sgdl_problem_t *problem;
    const sgdl_plan_t *plan; /* complete: its times are where the course is looked at */
    rate_source_t source;    /* of the learning rate, up to the last time */
} course_task_t;

typedef struct course course_t;

/** Called at each output time, with what is seen there in self->observer.seen; where
 * plan.directions ask for the state y, it is the risk alone, the last time with its slope. A status
 * ends the course. */
typedef int course_reached_f(void *context, course_t *self, const double *y, sgdl_error_t *error);

/** Not to be moved: its parts point to each other. */
struct course {
    course_task_t task;
    sgdl_system_t system;
    observer_t observer;
    evolution_t evolution;
    integrator_t integrator;
    course_reached_f *reached;
    void *context;
    size_t done;      /* output times that were reached */
    double stability; /* largest stable constant learning rate */
    double first_risk;
};

/** The nodes for learning rates up to the source's bound. */
int course_nodes(const course_task_t *task, sgdl_nodes_t *nodes, sgdl_error_t *error) SGDL_CHECKED;

/** Borrows the nodes. To be freed in any case. Errors: SGDL_ERR_MEMORY, SGDL_ERR_INPUT,
 * SGDL_ERR_EXTERNAL. */
int course_init(course_t *self, const course_task_t *task, const sgdl_nodes_t *nodes,
                sgdl_error_t *error) SGDL_CHECKED;
void course_free(course_t *self);

/** All output times. Errors: SGDL_ERR_DIVERGED, SGDL_ERR_INTERRUPTED, SGDL_ERR_SOLVER, those of
 * `reached`. */
int course_run(course_t *self, course_reached_f *reached, void *context,
               sgdl_error_t *error) SGDL_CHECKED;

/** Adds the integrator's work to the plan's statistics. */
void course_count(const course_t *self);

#endif
