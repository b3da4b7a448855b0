/**
 * A theory is a row: the model it serves and what it can do. Commands and studies know rows only.
 */
#ifndef SGDLIMIT_THEORIES_THEORY_H
#define SGDLIMIT_THEORIES_THEORY_H

#include "sgdlimit/curve.h"
#include "sgdlimit/error.h"
#include "sgdlimit/limit.h"
#include "sgdlimit/plan.h"
#include "src/problem/problem.h"

typedef int theory_f(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                     const sgdl_sink_t *sink, sgdl_error_t *error);

typedef struct theory {
    const char *name;      /* "streaming" */
    const char *model;     /* the value of the key `model` that it serves */
    const char *help;      /* one line */
    const char *time_unit; /* "steps/d" */
    /* What it can do; NULL: it can't, and is refused by naming which theories can. */
    theory_f *solve;
    theory_f *simulate;
    theory_f *limit;
    /* What becomes of the risk, for sweeps and critical values. */
    int (*verdict)(const sgdl_problem_t *problem, size_t rate, sgdl_verdict_t *verdict,
                   const char **reason, sgdl_error_t *error);
    /* What `compare` looks at: names of quantities, the last is NULL. */
    const char *const *compared;
} theory_t;

/** The last entry is NULL. */
extern const theory_t *const theories[];

/** The theory that serves the problem. */
const theory_t *theory_of(const sgdl_problem_t *problem);

#endif
