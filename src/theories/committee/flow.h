/**
 * The equations of a committee in a stream: X_n in node n is a_n.ell, rows [L*P] in the node's
 * latent basis, and noise beside it whose covariance is V_n [L*L].
 *
 *     Cov_n = a_n a_n^T + V_n    h_n = sum_i p_i lambda_{i,n} H_i + ridge
 *     da_n/dt = -gamma [ h_n a_n + sum_i p_i (G_i N_{n,i} + lambda_{i,n} J_i st_n) ]
 *     dV_n/dt = -gamma (h_n V_n + V_n h_n^T) + gamma^2/b sum_i p_i lambda_{i,n} Q_i
 *
 * with the averages G, H, J, Q of src/loss/committee.h at the classes' m_i = sum_n w_n a_n N_{n,i},
 * B_i = sum_n w_n lambda_{i,n} Cov_n, and B_i(*) = sum_n w_n lambda_{i,n} a_n st_n^T.
 */
#ifndef SGDLIMIT_THEORIES_COMMITTEE_FLOW_H
#define SGDLIMIT_THEORIES_COMMITTEE_FLOW_H

#include "src/loss/committee.h"
#include "src/schedule/source.h"
#include "src/stepper/equation.h"
#include "src/theories/fixed_data/layout.h"

typedef struct committee_flow {
    const setup_t *setup; /* borrowed */
    layout_t at;
    rate_source_t source;
    double amplification;          /* of the learning rate, by momentum */
    size_t length;                 /* of a state: N*L*P of a, then N*pairs of V */
    double *row;                   /* [at.width] order parameters of the state seen last */
    committee_averages_t *average; /* [C] there */
    double *atol, *shifted, *slope, *slope_shifted; /* [length] */
    segment_t now; /* the segment and the time in it that the right-hand side saw last */
    double elapsed;
    segment_t *segment; /* owned */
    equation_t equation;
} committee_flow_t;

/** Not to be moved. free is legal after an error. Errors: SGDL_ERR_INPUT (a rate that the state
 * drives), SGDL_ERR_MEMORY. */
int committee_flow_init(committee_flow_t *self, const setup_t *setup, const rate_source_t *source,
                        sgdl_error_t *error) SGDL_CHECKED;
void committee_flow_free(committee_flow_t *self);

/** Fills row (layout.h; without the train columns) at a state. */
void committee_flow_see(const committee_flow_t *self, const double *y, double *row);

/** Risk of a class, and of all, in such a row. */
double committee_flow_risk(const committee_flow_t *self, const double *row, size_t i);
double committee_flow_whole_risk(const committee_flow_t *self, const double *row);

/** d log risk/d log t. */
double committee_flow_slope(committee_flow_t *self, const segment_t *segment, double elapsed,
                            const double *y);

#endif
