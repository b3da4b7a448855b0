/**
 * What a problem is inside: what was read of its statement.
 */
#ifndef SGDLIMIT_PROBLEM_PROBLEM_H
#define SGDLIMIT_PROBLEM_PROBLEM_H

#include <pthread.h>

#include "sgdlimit/problem.h"
#include "src/landscape/landscape.h"
#include "src/loss/committee.h"
#include "src/loss/order_parameters.h"
#include "src/tree/data.h"
#include "src/tree/tree.h"

/** A file that a problem depends on, as it was when the problem was read. */
typedef struct problem_file {
    const char *path; /* absolute; borrowed from the problem */
    uint32_t crc32;
} problem_file_t;

/** Momentum on the scale of the dimension: v <- (1 - decay/d) v + (gain/d) G,
 * X <- X - (gamma/d) G - (weight/d) v, decay(t) = decay/(1 + t/over), over INFINITY: constant. */
typedef struct heavy_ball {
    bool is_stated;
    double gain, weight, decay, over;
} heavy_ball_t;

/** What moves on a fixed data set. */
typedef enum method {
    METHOD_SGD,
    METHOD_SME, /* SGD's Gaussian diffusion */
    METHOD_FLOW /* gradient flow */
} method_t;

/** What a momentum beta is of: X <- X + beta (X - X_before) - rate grad, at X or, of Nesterov, at
 * X + beta (X - X_before). */
typedef enum nesterov {
    NESTEROV_NONE,
    NESTEROV_CONSTANT,  /* beta */
    NESTEROV_INCREASING /* k/(k+3) at step k */
} nesterov_t;

enum { PROBLEM_SIGNALS = COMMITTEE_HIDDEN }; /* the most signals */

struct sgdl_problem {
    const struct model *model; /* which keys it has; static */
    double dimension;          /* d, or INFINITY */
    const sgdl_loss_t *loss;   /* borrowed, static */
    bool one_hot;              /* targets are unit vectors of R^L instead of the label itself */

    /* Arrays of classes have room for C + PROBLEM_SIGNALS: a teacher's signals are classes of
     * weight 0 behind them, whose means they are; their covariances are isotropic and count for
     * nothing. */
    size_t classes;          /* C */
    double *weight;          /* [C] p_i, sum 1 */
    double *label;           /* [C] as stated */
    size_t *label_index;     /* [C] 0-based index of the class's label among the distinct ones */
    sgdl_spec_t *covariance; /* [C] */
    sgdl_mean_t *mean;       /* [C] */
    bool counted;            /* classes are stated by their number: alike, but for p_i of i^-zipf */
    double zipf;             /* 0: equal weights */
    bool has_teacher;
    size_t signals;    /* K, 0 without a teacher */
    teacher_t teacher; /* labels then come from it, and classes carry none */

    committee_task_t committee; /* of loss: committee, else zero: the student has L hidden units,
                                   the teacher one a signal */

    sgdl_targets_t targets; /* L = targets.outputs; distinct labels in increasing order */
    double *target;         /* [K*L] storage behind targets.target */

    size_t rates;                   /* number of learning rates, one curve each */
    sgdl_schedule_t *learning_rate; /* [rates]; of gradient flow the constant 1 */

    double ratio;    /* alpha = samples/d of a fixed data set; INFINITY: a stream of fresh ones */
    method_t method; /* of a fixed data set */
    double fraction; /* of it that a step sees: 1 all; NAN: small batches of `batch` samples, and
                        gradient flow */
    double persistence;  /* tau > 0 of persistent sampling, in units of flow; 0 of others */
    bool reshuffled;     /* fractions partition the data, anew every epoch */
    nesterov_t nesterov; /* what `momentum` is of */
    double intercept;    /* c, 0: none */
    double batch;        /* b, a positive integer */
    double ridge;        /* delta >= 0 */
    double clip;         /* c: samples' gradients are shortened to norm c sqrt(d); INFINITY: none */
    double gradient_noise;   /* sigma >= 0: sigma N(0, I_d) is added to a step's mean gradient */
    double momentum;         /* beta (landscapes: mu) in [0, 1) */
    heavy_ball_t heavy_ball; /* momentum on the scale of d; its weight is 0 without */
    double start_norm2;  /* E|X_0 column|^2 of an isotropic random start; NAN with a start file */
    char *start_path;    /* NULL, or the file of a given start; owned */
    const double *start; /* NULL, or [start_count = d*L] direction-major; of data or start_list */
    size_t start_count;
    double *start_list; /* NULL, or the numbers that stand in the problem itself; owned */

    double time; /* horizon in t, see sgdl_problem_time_unit */

    /* of a landscape */
    sgdl_spec_t potential;
    sgdl_spec_t noise[LANDSCAPE_COORDINATES]; /* [noises] */
    size_t noises;
    landscape_t landscape;                  /* made of them */
    double *batches;                        /* [batch_count] of one curve each, with every rate */
    size_t batch_count;                     /* batch is the first of them */
    double start_at[LANDSCAPE_COORDINATES]; /* a Gaussian start; NAN with start_basin */
    double start_width;
    double start_basin; /* the stationary law of a basin, counted from 1; 0: none */
    double box[LANDSCAPE_COORDINATES][2]; /* NAN: found */
    double cells[LANDSCAPE_COORDINATES];  /* 0: chosen */
    double hermite;                       /* modes in V; 0: chosen */

    double clean_below; /* tau */
    uint64_t seed;

    sgdl_plan_t plan; /* as stated with the problem; its times are `times` */
    double *times;    /* [plan.points] owned */

    data_t data;          /* the numbers of all files and arrays, each once */
    size_t files;         /* regular files behind covariances, means and the start */
    problem_file_t *file; /* [files] each once */

    struct statement *statement; /* what all of it was read from; the last, and always the same */
};

/** The mixture as order parameters see it, with that many second moments a class; borrows. */
population_t problem_population(const sgdl_problem_t *self, size_t pairs);

/** The same with what clipping and a teacher need of the nodes; free is legal after an error, and
 * where it owns nothing. Errors: SGDL_ERR_MEMORY. */
int problem_population_init(population_t *out, const sgdl_problem_t *self, size_t pairs,
                            const sgdl_nodes_t *nodes, sgdl_error_t *error) SGDL_CHECKED;
void problem_population_free(population_t *self);

/** Velocity form: a momentum beta makes of the learning rate gamma/(1 - beta) (1 without). */
static inline double problem_amplification(const sgdl_problem_t *self)
{
    return 1 / (1 - self->momentum);
}

/** Fixed data, all of them or a fraction a step: t counts steps. */
static inline bool problem_counts_steps(const sgdl_problem_t *self)
{
    return self->method == METHOD_SGD && self->fraction > 0;
}

/** The first learning rate that the state drives by any of what is measured (SGDL_MEASURE_...), or
 * NULL. */
const sgdl_schedule_t *problem_driven_rate(const sgdl_problem_t *self, unsigned measures);

/** The bound on all learning rates up to the horizon; INFINITY if one has none. */
double problem_largest_rate(const sgdl_problem_t *self, double horizon);

/** sgdl_problem_quadrature for a largest learning rate and a last time that may be others than the
 * problem's. */
sgdl_quadrature_t problem_quadrature(const sgdl_problem_t *self, const sgdl_plan_t *plan,
                                     double rate, double horizon);

/** Curves: one a learning rate, or a pair of learning rate and batch where a list of these is taken
 * (curve = rate * batches + batch). */
size_t problem_curves(const sgdl_problem_t *self);

enum { CURVE_COLUMNS = 3 };

/** What tells the curves of a problem apart, as leading columns of every row: their names and the
 * values for a curve. Returns their number, 0 where there is one curve. */
size_t problem_curve_columns(const sgdl_problem_t *self, const char *names[CURVE_COLUMNS]);
void problem_curve_values(const sgdl_problem_t *self, size_t curve, double horizon,
                          double values[CURVE_COLUMNS]);

/** Whether curves are told apart by their numbers, from 1: some rate is driven by the state. */
bool problem_numbers_curves(const sgdl_problem_t *self);

/** That number, or the curve's learning rate as one: see rate_source_label. */
double problem_curve_value(const sgdl_problem_t *self, size_t curve, double horizon);

/**
 * What a problem states: the one source of all that is above. Whoever edits it leaves the rest to
 * problem_ready, which reads it again, once.
 */
typedef struct statement statement_t;
struct statement {
    tree_t tree;
    node_t *root;            /* NULL: reading failed, nothing is stated */
    char *folder;            /* that file names start from, absolute; NULL: the working directory */
    size_t kept;             /* nodes of the tree when nothing of it was left behind */
    bool is_read;            /* the problem is what root states */
    sgdl_problem_t *problem; /* whose statement it is */
    pthread_mutex_t lock;    /* for the first of several threads that ask */
};

/** Every computation begins with it: a problem that was edited is read again and, if it is none,
 * refused. Several threads may ask at once. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int problem_ready(const sgdl_problem_t *self, sgdl_error_t *error) SGDL_CHECKED;

/** Replaces all that is stated by a copy of `root` in `tree`; unread. NULL as self is a failed
 * sgdl_problem_new. Errors: SGDL_ERR_MEMORY. */
int problem_state(sgdl_problem_t *self, const tree_t *tree, const node_t *root, const char *folder,
                  sgdl_error_t *error) SGDL_CHECKED;

/** States nothing from now on, not even defaults: it cannot be computed. */
void problem_void(sgdl_problem_t *self);

/** The statement, to be edited. Errors: SGDL_ERR_INPUT where nothing is stated, SGDL_ERR_MEMORY. */
int problem_edit(sgdl_problem_t *self, statement_t **statement, sgdl_error_t *error) SGDL_CHECKED;

#endif
