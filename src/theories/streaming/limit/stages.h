/**
 * Which classes end with no risk, and in what order they are taken there (docs/transitions.md,
 * section 2).
 *
 * A shift that costs no variance to the classes that remain, helps some of them and harms none,
 * takes those that it helps out of the question: they can be moved so much further than the rest
 * that whatever is done for the rest later, at their expense, does not count. So the test repeats
 * with the free shifts of the rest (separation.h), until all classes have dropped out and the risk
 * can fall to zero, or no free shift helps.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_LIMIT_STAGES_H
#define SGDLIMIT_THEORIES_STREAMING_LIMIT_STAGES_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"
#include "src/problem/problem.h"
#include "sgdlimit/spectra.h"

typedef struct stages {
    size_t classes;
    size_t count;       /* of stages in which classes dropped out */
    size_t remaining;   /* classes that never do */
    size_t *stage;      /* [C] 1..count, 0: never */
    bool at_transition; /* a term of the means was free by 2 beta + 1 = alpha exactly */
} stages_t;

/** Also what vanishes at u -> 0 only serves, or only what vanishes on whole intervals. */
typedef enum stages_reach { STAGES_ALL, STAGES_NULL_SPACE } stages_reach_t;

/** Whose stages. */
typedef struct stages_of {
    const sgdl_problem_t *problem;
    const sgdl_nodes_t *nodes;
    const double *sign; /* [C] +1 or -1, towards a class's label */
    stages_reach_t reach;
    const sgdl_plan_t *plan;
} stages_of_t;

/** To be freed in any case. Errors: SGDL_ERR_INPUT, SGDL_ERR_INTERRUPTED, SGDL_ERR_MEMORY. */
int stages_init(stages_t *self, const stages_of_t *of, sgdl_error_t *error) SGDL_CHECKED;
void stages_free(stages_t *self);

#endif
