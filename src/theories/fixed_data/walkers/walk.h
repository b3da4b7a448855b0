/**
 * A run on its own data set, as an ensemble walks it.
 *
 * A *gait* is one way to go on in time: stated steps (full batches, fractions, and sme in cells of
 * time), small batches step by step, and gradient flow, whose steps go from one output time to the
 * next.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_WALKERS_WALK_H
#define SGDLIMIT_THEORIES_FIXED_DATA_WALKERS_WALK_H

#include "src/ensemble/walker.h"
#include "src/schedule/source.h"
#include "src/theories/fixed_data/columns.h"
#include "src/theories/fixed_data/timeline.h"
#include "src/theories/fixed_data/walkers/dataset.h"
#include "src/theories/fixed_data/walkers/visits.h"

/* Arrays [L*stride] of a run: X, X before, the point at which the gradient is taken, the gradient,
 * the velocity. Gradient flow has slopes in the place of all but the first. */
enum { WALK_ARRAYS = 9 };

struct walk;
struct walks;

typedef struct gait {
    const char *name;
    size_t arrays; /* that a run takes */
    /* Makes one step; false: interrupted on the way. */
    bool (*step)(struct walk *self);
    double (*passes)(const struct walks *walks); /* over the data in a step, roughly */
} gait_t;

extern const gait_t gait_stated, gait_small, gait_flow;

/** A curve: its learning rate, and of stated steps these. */
typedef struct course {
    rate_source_t source;
    timeline_t timeline;
} course_t;

/** What all runs share. Not to be moved: its parts point to each other. To be freed in any case. */
typedef struct walks {
    const sgdl_problem_t *problem; /* borrowed; whole samples */
    const sgdl_plan_t *plan;       /* complete; borrowed */
    const columns_t *columns;      /* borrowed */
    scene_t scene;
    const gait_t *gait;
    size_t curves, rows;
    course_t *course;                /* [curves] */
    uint64_t *steps;                 /* [curves*rows] made by each row */
    double *t, *epoch, *flow, *rate; /* [curves*rows] of each row, as it is printed */
} walks_t;

/** Errors: those of scene_init and timeline_init, SGDL_ERR_INPUT (more steps than can be counted).
 */
int walks_init(walks_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
               const columns_t *columns, sgdl_error_t *error) SGDL_CHECKED;
void walks_free(walks_t *self);

/** Doubles that a run takes. */
double walks_numbers(const walks_t *self);

/** Measures the columns (columns.h). The train risk of all samples is their mean, not that of the
 * classes by their weights. */
walker_t walks_walker(const walks_t *self);

typedef struct walk {
    const walks_t *walks; /* borrowed */
    const course_t *course;
    size_t curve;
    uint64_t step; /* made */
    dataset_t data;
    visits_t visits;    /* of stated steps */
    words_t words;      /* of small ones */
    double rate_before; /* of the last small step */
    double t, stride;   /* of gradient flow: where it is, and the step that its error allows */
    bool has_slope;     /* at X */
    double *array[WALK_ARRAYS]; /* [L*stride] each, as many as the gait takes; owned */
    double *row;                /* [layout.width], and [2*(C+1)] of the samples behind it; owned */
    double *g;                  /* [L*SAMPLES_ROWS] output by output; owned */
    bool measured;
    double first_risk;
} walk_t;

/** Gradients g [L*SAMPLES_ROWS], output by output, of the first samples of a list at q, as many as
 * go into a panel; returns how many these are. */
size_t walk_slopes(walk_t *self, const double *q, const size_t *list, size_t count);

/** Adds to G [L*stride] the gradients a_j g(q^T a_j) of a batch with their weights. False:
 * interrupted. */
bool walk_gather(walk_t *self, const double *q, const batch_t *batch, double *G);

#endif
