/**
 * The largest eigenvalue of the operator by which a full-batch step of least squares moves X and
 * the bias: S + ridge, S the samples' second moments, the constant feature of the intercept among
 * them, which the ridge spares. It is the edge of the bulk, or an outlier that class means make
 * beyond it.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_EDGE_H
#define SGDLIMIT_THEORIES_FIXED_DATA_LIMIT_EDGE_H

#include "src/theories/fixed_data/limit/shrinkage.h"

/** *bulk (may be NULL): the edge of S itself, without outliers and ridge. Errors: SGDL_ERR_MEMORY,
 * SGDL_ERR_SOLVER. */
int edge_find(const setup_t *setup, double ridge, double *largest, double *bulk,
              sgdl_error_t *error) SGDL_CHECKED;

/** The rate at and beyond which full-batch steps with the problem's momentum grow in a direction of
 * that curvature: 2(1 + beta)/curvature, of Nesterov 2(1 + beta)/(1 + 2 beta)/curvature. */
double edge_rate(const sgdl_problem_t *problem, double curvature);

#endif
