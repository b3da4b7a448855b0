/**
 * Observables: what is read off the state at one time (docs/theory.md, section 5), and how a row of
 * a curve lists it.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_OBSERVE_H
#define SGDLIMIT_THEORIES_STREAMING_OBSERVE_H

#include "sgdlimit/error.h"
#include "sgdlimit/plan.h"
#include "src/curve/emit.h"
#include "src/loss/errors/apart.h"
#include "src/theories/streaming/system.h"
#include "src/theories/streaming/weights.h"

/** What was seen at one time; NAN where undefined, or beyond what the tolerance can know. */
typedef struct observation {
    double t, risk, error, learning_rate, norm2, slope;
    double clean_norm2, gradient_norm2, noise_power;
    double overlap_signal, cos_signal; /* with a teacher */
    double *class_risk, *class_error;  /* [C] */
    /* Of the classes that are shown, in their order: */
    double *mean, *var, *cos, *clean_share; /* [shown_count*L]; nothing unless outputs are shown */
    const double *bias;                     /* [L] in the state; NULL without an intercept */
} observation_t;

typedef struct observer {
    sgdl_system_t *system; /* borrowed */
    const size_t *shown;   /* [shown_count] classes that are looked at, borrowed */
    size_t shown_count;
    bool shows_outputs; /* means, variances, cosines, clean shares of every class shown */
    bool any_clean, any_other;
    observation_t seen;      /* at the last time; arrays owned */
    bool lacks_memory;       /* an error could not be computed for want of it */
    double argmax_estimate;  /* largest error estimate of the argmax error so far */
    double average_estimate; /* and of the averages */
    size_t *all;             /* owned: 0 .. C-1 */
    double *largest;         /* [C] eigenvalue of each class, owned */
    double *derivative;      /* [length] owned */
    double *m_dot, *B_dot;   /* [C*L], [C*pairs], owned */
    double *cross_dot;       /* [C] behind them */
    apart_t *apart;          /* owned, of the errors of shared rows */
    double *room;            /* [k*N] owned, of weights_mean with a teacher, of shared rows */
    /* [C] of the loss, whose risk is looked at: the system's unless that clips gradients, else
     * `own` */
    const sgdl_averages_t *average;
    sgdl_averages_t *own;   /* owned, as is what it points to; NULL without clipping */
    population_t unclipped; /* borrows the system's */
    double *gradient; /* [L*k*N], [U*N] of shared rows: sum_i p_i (G_ia N_i + lambda_i Hbar_ia A_a)
                         owned */
    double *drift, *shrinkage; /* owned: p_i G_i [L*C], p_i Hbar_i [L*C or pairs*C] */
} observer_t;

/** Most columns of the kind mean_i_a that are printed without being asked for. */
enum { OBSERVER_COLUMNS = 64 };

int observer_init(observer_t *self, sgdl_system_t *system, const sgdl_plan_t *plan,
                  sgdl_error_t *error) SGDL_CHECKED;
void observer_free(observer_t *self);

/** Looks at the state y, whose motion is `flow`, into self->seen: all but t is NAN if y is
 * unphysical. Allocates nothing. */
void observer_see(observer_t *self, double t, const double *y, const flow_t *flow);

/** The risk alone, and its slope unless `flow` is NULL: none of what takes quadratures. */
void observer_see_risk(observer_t *self, double t, const double *y, const flow_t *flow);

/** Output a of the class with index e among those shown, where outputs share rows (shared.h). */
void observer_see_shared(observer_t *self, size_t e, size_t a, const double *y, const flow_t *flow,
                         const double *rows);

/** The argmax errors of all classes there. */
void observer_shared_errors(observer_t *self);

/** Share of sum_n w_n x_n . N_n that lies in clean nodes; x of one output and N of one class
 * [rows*N]. A sum within its error `unknown` has none. */
double observer_clean_share(const observer_t *self, size_t rows, const double *x,
                            const double *mean, double unknown);

/** The cosine between an output, X . mu_i and |X|^2 as they are known, and the mean i (C: the
 * signal): NAN where its error says too little. */
double observer_cosine(const sgdl_system_t *system, known_t m, known_t norm2, size_t i);

/** The quantities of a row. */
int observer_quantities(const observer_t *self, emit_list_t *list,
                        sgdl_error_t *error) SGDL_CHECKED;

/** What was seen last, as that row; returns where the next number goes. Allocates nothing. */
double *observer_row(const observer_t *self, double *row);

#endif
