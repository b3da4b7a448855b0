/**
 * Long times: where the risk ends, how it gets there, and where in the space of problems that
 * changes (docs/transitions.md).
 *
 * At constant learning rate gamma the equations of ode.h have a stationary point, a closed system
 * in the order parameters alone: with Hhat_n = sum_i p_i lambda_{i,n} Hbar_i + delta and
 * c_n = sum_i p_i G_i N_{n,i},
 *
 *     A_n = -c_n / Hhat_n      S_n = A_n A_n^T + (gamma/2b) sum_i p_i lambda_{i,n} Q_i / Hhat_n
 *
 * inserted into m_i and B_i. gamma -> 0 gives the minimiser of the population risk. It may be that
 * there is none: means with infinite Mahalanobis norm, M = sum_n w_n nu_n^2/lambda_bar_n, are
 * shifts of (m_1..m_C) that cost no variance; if those separate the classes the risk falls to
 * zero. This is the structural phase transition of Collins-Woodfin and Seroussi, arXiv 2510.14074.
 */
#ifndef SGDLIMIT_LONGTIME_H
#define SGDLIMIT_LONGTIME_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/error.h"
#include "sgdlimit/problem.h"
#include "sgdlimit/table.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What becomes of the risk as t -> infinity. */
typedef enum sgdl_verdict {
    SGDL_VERDICT_ZERO,     /* falls to zero */
    SGDL_VERDICT_POSITIVE, /* ends above zero */
    SGDL_VERDICT_DIVERGES  /* the learning rate is beyond its stability limit */
} sgdl_verdict_t;

/** "zero", "positive", "diverges". */
const char *sgdl_verdict_name(sgdl_verdict_t verdict);

/**
 * How the risk approaches its end. theta is the exponent in t; with a decaying learning rate all of
 * it holds in tau = int gamma dt at gamma = 1.
 */
typedef struct sgdl_law {
    const char *name;    /* static: "power law, limited by the signal", ... */
    const char *formula; /* static */
    double exponent;     /* theta: t^-theta; 0 for logarithms, INFINITY for exp(-rate t) */
    double constant;     /* in front of it, signed; NAN where it is not known */
    double log_power;    /* also (log t)^log_power */
    double rate;         /* of the exponential approach, else NAN; NAN also where not known */
} sgdl_law_t;

/** The long-time behaviour of one learning rate. Moments are laid out as in ode.h: L outputs and
 * pairs second moments a class. */
typedef struct sgdl_limit {
    size_t classes, outputs, pairs;
    size_t nodes;         /* that the sums over directions took */
    double learning_rate; /* gamma at t -> infinity */
    double decay;         /* gamma ~ t^-decay if learning_rate is 0 */
    double stability;     /* largest stable constant gamma, or INFINITY */
    sgdl_verdict_t verdict;
    const char *reason; /* static: what decided the verdict */
    bool stationary;    /* m and B below are finite and are reached */
    bool lost;          /* there should be a stationary point, but the search for it failed: margins
                           are so large that the risk is no number any more */
    bool lost_minimum;  /* the same of the minimiser */
    double risk, error; /* at t -> infinity; NAN where not known */
    double *m;          /* [C*L] */
    double *B;          /* [C*pairs] */
    double bias;        /* of the intercept, L = 1; else NAN */
    double risk_min, error_min; /* infimum of the population risk, ridge included in the minimum */
    double *m_min, *B_min;      /* where it is taken; NAN if nowhere */
    double clean_margin2;       /* kappa^2: squared distance of 0 from the hull of the label-signed
                                   means inside the common null space; 0 if they do not separate,
                                   NAN where rounding leaves no digit of it */
    double *mahalanobis2;       /* [C*C] as in sgdl_nodes_t */
    sgdl_law_t law;
    double *storage; /* behind the pointers above */
} sgdl_limit_t;

/**
 * Long times of the problem's learning rate number `rate`. Errors: SGDL_ERR_INPUT (more than
 * SGDL_LIMIT_CLASSES classes with a loss that is not least squares, or several outputs),
 * SGDL_ERR_SOLVER, SGDL_ERR_MEMORY,
 * SGDL_ERR_EXTERNAL.
 */
int sgdl_limit_init(sgdl_limit_t *self, const sgdl_problem_t *problem, size_t rate,
                    sgdl_error_t *error) SGDL_CHECKED;
void sgdl_limit_free(sgdl_limit_t *self);

/** The verdict alone, with the reason (static; may be NULL): cheap, and never lost. Errors: as
 * above.
 */
int sgdl_limit_verdict(const sgdl_problem_t *problem, size_t rate, sgdl_verdict_t *verdict,
                       const char **reason, sgdl_error_t *error) SGDL_CHECKED;

enum { SGDL_LIMIT_CLASSES = 256 };

typedef struct sgdl_limit_options {
    bool verify;         /* integrate to a long time and compare */
    double verify_time;  /* 0: chosen by the law */
    double verify_close; /* 1e-6: relative to the risk, beyond what the law still expects */
    const volatile sig_atomic_t *interrupted;                   /* may be NULL */
    void (*progress)(void *context, double fraction, double t); /* may be NULL */
    void *progress_context;
} sgdl_limit_options_t;

sgdl_limit_options_t sgdl_limit_options_default(void);

/**
 * The table of `sgdlimit limit`: a row a learning rate, the words in comments.
 * Errors: as above; SGDL_ERR_DISAGREED if the integration does not confirm the prediction, with
 * the table complete.
 */
int sgdl_limit_table(const sgdl_problem_t *problem, const sgdl_limit_options_t *options,
                     sgdl_table_t *table, sgdl_error_t *error) SGDL_CHECKED;

typedef struct sgdl_critical_options {
    const char *key; /* see sgdl_assignment_t; a number of the problem */
    double from, to; /* the verdicts there must differ; whole numbers if the key takes those: then
                        the search is among them */
    bool numeric;    /* judge by integrating, not by theory */
    double within;   /* width of the last bracket relative to |to - from|; 0: 1e-12, numeric 1e-3 */
    double horizon;  /* numeric: the last time, a power of ten; 0: 1e10 */
    const volatile sig_atomic_t *interrupted;                   /* may be NULL */
    void (*progress)(void *context, double fraction, double t); /* may be NULL; t is NAN */
    void *progress_context;
} sgdl_critical_options_t;

/**
 * Locates the value of a key at which the verdict changes, by bisection; a table with one row:
 * critical, uncertainty, lower, upper (the last bracket) and the verdicts there.
 *
 * The numeric judge asks how X = min_i m_i^2/B_i (least squares: 1/(2R)) grows in the clock
 * z = int gamma sum_i p_i Hbar_i dt: dX/dlog z ~ z^kappa, kappa above 0 where the risk goes to zero
 * and below 0 where it does not, long before the risk itself tells. The uncertainty adds to half of
 * the bracket what kappa's error makes of the value; it is the interval's where kappa has not
 * settled by the last time. Errors: SGDL_ERR_INPUT (no change between from and to; no options,
 * since a key has no default), those of sgdl_solve.
 */
int sgdl_critical(const sgdl_problem_t *problem, const sgdl_critical_options_t *options,
                  sgdl_table_t *table, sgdl_error_t *error) SGDL_CHECKED;

/* ---- sweeps ---------------------------------------------------------------------------------- */

enum { SGDL_SWEEP_AXES = 2 };

/** Values of a key: `count` numbers from `from` to `to`, evenly spaced or evenly in their logs. */
typedef struct sgdl_axis {
    const char *key; /* see sgdl_assignment_t; borrowed */
    double from, to;
    size_t count;
    bool log;
    bool whole; /* the key takes whole numbers; noted by sgdl_sweep_init */
} sgdl_axis_t;

/** "KEY=from:to:count" or "KEY=from:to:count:log". *key is a copy of the key that the axis borrows,
 * owned by the caller. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int sgdl_axis_parse(sgdl_axis_t *self, const char *text, char **key,
                    sgdl_error_t *error) SGDL_CHECKED;

/** Value number `index` < count. On a whole axis rounding errors are taken off. */
double sgdl_axis_value(const sgdl_axis_t *self, size_t index);

/**
 * A grid of points in one or two keys, the last axis running fastest. A point is integrated to the
 * problem's time, and its limit found; what fails is a row with nan and its reason. The rows do not
 * depend on the order in which they are computed, nor on who computes them.
 */
typedef struct sgdl_sweep {
    sgdl_problem_t problem; /* as varied; owned */
    sgdl_axis_t axis[SGDL_SWEEP_AXES];
    size_t axes;
    bool timings; /* a last column with the seconds that a point took */
    char *text;   /* the problem as text, owned */
    size_t points, columns;
    double *value; /* [points*columns] */
    bool *done;    /* [points] */
    char **reason; /* [points] of a failure, owned; NULL: none */
} sgdl_sweep_t;

/** From a problem as text (YAML); the axes' keys must outlive self. One learning rate. `memory`:
 * the bytes that the rows may take, and each point's problem unless problem.memory is set to others
 * afterwards; 0: no bound. To be freed in any case. Errors: SGDL_ERR_INPUT (also a key that the
 * problem does not have or that changes nothing, a grid that is not whole where the key is, that
 * leaves the range of a key of the problem itself, or of which no point is a problem),
 * SGDL_ERR_MEMORY. */
int sgdl_sweep_init(sgdl_sweep_t *self, const char *text, const sgdl_axis_t *axes,
                    size_t axis_count, bool timings, double memory,
                    sgdl_error_t *error) SGDL_CHECKED;
void sgdl_sweep_free(sgdl_sweep_t *self);

/** Takes over the rows of an earlier, maybe unfinished table of the same sweep.
 * Errors: SGDL_ERR_INPUT (another sweep, or rows that are not what was written: a checksum tells;
 * `name` is the place), SGDL_ERR_MEMORY. */
int sgdl_sweep_restore(sgdl_sweep_t *self, const sgdl_table_t *table, const char *name,
                       sgdl_error_t *error) SGDL_CHECKED;

/** Takes over one row [columns] that was computed earlier, with the reason of a failure (NULL, "":
 * none). Errors: SGDL_ERR_INPUT (its point and values are not those of the grid),
 * SGDL_ERR_MEMORY. */
int sgdl_sweep_take(sgdl_sweep_t *self, const double *row, const char *reason,
                    sgdl_error_t *error) SGDL_CHECKED;

typedef struct sgdl_sweep_options {
    size_t threads; /* 0: as many as there are processors; with several ranks, 1 in each */
    /* Called by one thread at a time after each point; not 0 ends the sweep with that status. */
    int (*row)(void *context, size_t point, sgdl_error_t *error);
    void *row_context;
    const volatile sig_atomic_t *interrupted;                   /* may be NULL */
    void (*progress)(void *context, double fraction, double t); /* may be NULL; t is NAN */
    void *progress_context;
} sgdl_sweep_options_t;

/** Computes the points that are not done. Under MPI every rank calls it with the same sweep; rank 0
 * hands out the points and receives all rows. Errors: SGDL_ERR_INTERRUPTED, SGDL_ERR_MEMORY, those
 * of `row`. */
int sgdl_sweep_run(sgdl_sweep_t *self, const sgdl_sweep_options_t *options,
                   sgdl_error_t *error) SGDL_CHECKED;

/** How many of the points that are done have failed; *first (may be NULL) is the first of them. */
size_t sgdl_sweep_failed(const sgdl_sweep_t *self, size_t *first);

/** The comments and columns alone, to an empty table. Errors: SGDL_ERR_MEMORY. */
int sgdl_sweep_header(const sgdl_sweep_t *self, sgdl_table_t *table,
                      sgdl_error_t *error) SGDL_CHECKED;

/** Header and all rows that are done, to an empty table. Errors: SGDL_ERR_MEMORY. */
int sgdl_sweep_table(const sgdl_sweep_t *self, sgdl_table_t *table,
                     sgdl_error_t *error) SGDL_CHECKED;

#ifdef __cplusplus
}
#endif
#endif
