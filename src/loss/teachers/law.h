/**
 * The joint law of the prediction r = q + shift r* and of z = k r*, the argument of the label's
 * probability (k the steepness; 1 for sign labels), and what the cases of teacher_average share.
 */
#ifndef SGDLIMIT_LOSS_TEACHERS_LAW_H
#define SGDLIMIT_LOSS_TEACHERS_LAW_H

#include <stdbool.h>

#include "src/loss/averages/pieces.h"
#include "src/loss/teacher.h"

typedef struct teacher_law {
    double q_m, q_B, q_cov;   /* of q; covariance of q and z */
    double z_m, z_sigma;      /* of z */
    double r_m, r_sigma;      /* of r */
    double r_on_z, r_given_z; /* slope of E[r | z], standard deviation of r given z */
    double z_on_r, z_given_r; /* the other way round */
    double k, shift;          /* z = k r*; r = q + shift r* */
} teacher_law_t;

void teacher_law_init(teacher_law_t *self, const teacher_t *teacher, const teacher_order_t *order);

/** The law of (-r, -z): labels are exchanged. */
teacher_law_t teacher_law_mirrored(const teacher_law_t *self);

/** Density at z = 0 of its marginal law. */
double teacher_law_density(const teacher_law_t *self);

/** P(z > 0), and P(z < 0), ties one half. */
double teacher_law_above(const teacher_law_t *self);
double teacher_law_below(const teacher_law_t *self);

/** Panels over x, r = r_m + r_sigma x: r = 0, where losses bend, and where E[z | r] = 0. */
void teacher_pieces_on_r(const teacher_law_t *self, bool sign, pieces_t *pieces);

/** Panels over x, z = z_m + z_sigma x: z = 0, and where E[r | z] = 0. */
void teacher_pieces_on_z(const teacher_law_t *self, pieces_t *pieces);

/** The cases; least squares without clipping, logistic loss with either kind of labels. */
void teacher_closed_average(const teacher_t *self, const teacher_law_t *law, sgdl_averages_t *out);
void teacher_logistic_average(const teacher_law_t *law, bool hard, sgdl_averages_t *out);
void teacher_sign_average(const teacher_law_t *law, sgdl_averages_t *out);

/** Clipped, with labels that take two values, or one value for each r*. All but the risk. */
void teacher_hard_average(const teacher_t *self, const sgdl_loss_t *loss, double threshold,
                          const teacher_law_t *law, sgdl_averages_t *out);
void teacher_soft_average(const sgdl_loss_t *loss, double threshold, const teacher_law_t *law,
                          sgdl_averages_t *out);

/** Risks alone: of least squares, of the logistic loss. */
double teacher_closed_risk(const teacher_t *self, const teacher_law_t *law);
double teacher_logistic_risk(const teacher_law_t *law);
double teacher_sign_risk(const teacher_law_t *law);

#endif
