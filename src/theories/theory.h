/**
 * A theory is a row: the model it serves and what it can do. Commands and studies know rows only.
 */
#ifndef SGDLIMIT_THEORIES_THEORY_H
#define SGDLIMIT_THEORIES_THEORY_H

#include "sgdlimit/curve.h"
#include "sgdlimit/error.h"
#include "sgdlimit/limit.h"
#include "sgdlimit/optimise.h"
#include "sgdlimit/plan.h"
#include "sgdlimit/problem.h"
#include "src/curve/emit.h"
#include "src/ensemble/leeway.h"

/** What becomes of the risk, judged from long runs. */
typedef struct judgement {
    sgdl_verdict_t verdict;
    double kappa;       /* exponent whose sign decides; NAN where there is none */
    double error;       /* of kappa; INFINITY where it has not settled */
    double risk;        /* at the last time; NAN where not known */
    const char *reason; /* static */
} judgement_t;

/** Hands out quantities. Errors: see sgdl_solve, sgdl_simulate, sgdl_limit_table. */
typedef int theory_f(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                     const sgdl_sink_t *sink, sgdl_error_t *error);

/** What a point of a sweep shows beside the values of its keys. */
typedef struct point_theory {
    /* The columns of a sweep that varies this problem. */
    int (*columns)(const sgdl_problem_t *problem, emit_list_t *columns, sgdl_error_t *error);
    /* Their values [columns->count] at one of its points, NAN before. The error is that of the
     * first failure; what is known of a point nevertheless is there. */
    int (*measure)(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                   const emit_list_t *columns, double *value, sgdl_error_t *error);
    bool work; /* a sweep shows what the integrator did, too */
    const char *(
        *notes)[2]; /* key and text of what is to be said of the columns; the last is NULL */
} point_theory_t;

/** What it can do is not NULL; what it can't is refused by naming which theories can. */
typedef struct theory {
    const char *name;
    const char *model; /* the name of the model that it serves; each has one theory */

    theory_f *solve; /* curves */
    bool directions; /* solve and simulate take plan.directions */
    bool density;    /* solve takes plan.density */
    theory_f
        *simulate; /* the ensemble beside them: NAME_mean, _sd, _q10, _q90, notes on its runs */
    /* The same of first-passage times: a row a way out of a minimum, curve by curve; with
     * plan.discrete beside what is exact. */
    theory_f *passages;
    theory_f *spectrum;  /* the directions that solve takes */
    theory_f *limit;     /* a row a curve */
    bool discrete;       /* what takes plan.discrete */
    theory_f *landscape; /* a row a critical point of the loss */
    theory_f *escape;    /* a row a way out of a minimum */

    /* A row a piece of the optimal schedule; the limit at the best constant rate. See
     * sgdl_optimise, sgdl_limit_optimised. */
    int (*optimise)(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                    const sgdl_optimise_options_t *options, const sgdl_sink_t *sink,
                    sgdl_error_t *error);
    int (*limit_optimised)(const sgdl_problem_t *problem, const sgdl_plan_t *plan, double at,
                           const sgdl_sink_t *sink, sgdl_error_t *error);

    /* The limit of one learning rate, as numbers; see sgdl_limit_init, sgdl_limit_verdict. */
    int (*limit_of)(sgdl_limit_t *limit, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                    size_t rate, sgdl_error_t *error);
    int (*verdict)(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t rate,
                   sgdl_verdict_t *verdict, const char **reason, sgdl_error_t *error);
    const char *verdict_by; /* in words */

    /* What becomes of the risk as runs to t = 10^decades tell. */
    int (*judge)(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t rate, int decades,
                 judgement_t *out, sgdl_error_t *error);
    const char *judge_by; /* in words */
    int least_decades, most_decades;

    const point_theory_t *point; /* sweep */

    /* compare: names of quantities, at most COMPARED_MOST, the last is NULL. Those that a problem
     * does not hand out are passed over: `compares`; NULL: it hands out all of them. */
    const char *const *compared;
    bool (*compares)(const sgdl_problem_t *problem, const char *name);
    /* With plan.rows, which simulate takes if this is not NULL: names behind those, NAME_rows of
     * what rows say of NAME. The last is NULL. */
    const char *const *compared_rows;
    /* As many names as `compared`: of columns of `solve` that hold the standard error of what it
     * hands out itself, or a NULL for none. NULL: it knows its curves without such errors. */
    const char *const *own_error;
    /* The curves that an ensemble of dimension d is judged by, where that cannot be of quite the
     * problem that is stated: in whole samples. NULL: those of `solve`. */
    int (*beside)(const sgdl_problem_t *problem, const sgdl_plan_t *plan, double d,
                  const sgdl_sink_t *sink, sgdl_error_t *error);
    const char *probabilities; /* what names begin with that runs have or have not; NULL: none */
    const char *alike;         /* what names in the same units end with; NULL: none are */
    bool by_spread; /* what hardly moves is held against half of what a run is spread by, as its
                       zero means nothing; else against a tenth of its value */
    bool finite;    /* an ensemble is of a finite dimension: the problem's */
    /* What the mean of an ensemble, of dimension d where that is finite, may be off by. */
    int (*leeway)(const sgdl_problem_t *problem, const sgdl_plan_t *plan, size_t curve, double d,
                  leeway_t *out, sgdl_error_t *error);
    /* The curves of `solve` without what it leaves out of real steps, where `is_exact`: then an
     * ensemble is judged by these, and what `solve` says stands beside them as NAME_sde. They may
     * hold NAME_sd of one run, and NAME_lean, its third central moment over the variance. NULL: it
     * is judged by `solve`. */
    theory_f *exact;
    bool (*is_exact)(const sgdl_problem_t *problem, const sgdl_plan_t *plan);
} theory_t;

enum { COMPARED_MOST = 12 };

/** Names of what `compare` looks at of the problem; returns how many. plan may be NULL. */
size_t theory_compared(const sgdl_problem_t *problem, const sgdl_plan_t *plan,
                       const char *names[COMPARED_MOST]);

/** The last entry is NULL. */
extern const theory_t *const theories[];

/** The theory that serves the problem; of what is no problem the first. */
const theory_t *theory_of(const sgdl_problem_t *problem);

typedef enum ability {
    THEORY_SOLVES,
    THEORY_SIMULATES,
    THEORY_SIMULATES_PASSAGES,
    THEORY_LISTS_DIRECTIONS,
    THEORY_SHOWS_DIRECTIONS,
    THEORY_SHOWS_DENSITIES,
    THEORY_FINDS_LIMITS,
    THEORY_FINDS_RISK_LIMITS,
    THEORY_GIVES_VERDICTS,
    THEORY_JUDGES,
    THEORY_MEASURES_POINTS,
    THEORY_HAS_LANDSCAPE,
    THEORY_FINDS_ESCAPES,
    THEORY_HAS_CHAIN,
    THEORY_OPTIMISES,
    THEORY_STREAMS_ROWS,
    THEORY_ABILITIES
} ability_t;

bool theory_can(const theory_t *self, ability_t ability);

/** SGDL_ERR_INPUT, naming those of `all` (the last is NULL) that can, if it can't. */
int theory_need(const theory_t *self, ability_t ability, const theory_t *const *all,
                sgdl_error_t *error) SGDL_CHECKED;

#endif
