/**
 * A loss of several outputs at one sample: what the block pass (pass.h) sees of it.
 */
#ifndef SGDLIMIT_THEORIES_FIXED_DATA_BLOCK_LOSS_H
#define SGDLIMIT_THEORIES_FIXED_DATA_BLOCK_LOSS_H

#include "src/theories/fixed_data/setup.h"

enum { BLOCK_OUTPUTS = 32 }; /* the most */

typedef struct block_loss {
    const void *context; /* borrowed */
    /* The label of a sample of class i whose r* [K] that is; a standard normal number and one in
     * (0, 1) decide what chance has in it. */
    double (*label)(const struct block_loss *self, size_t i, const double *r_star, double normal,
                    double uniform);
    /* At r [L], for that label: f, its gradient g [L] and Hessian H [L*L]. */
    double (*value)(const struct block_loss *self, const double *r, double y);
    void (*gradient)(const struct block_loss *self, const double *r, double y, double *g);
    void (*hessian)(const struct block_loss *self, const double *r, double y, double *H);
    bool jumps;  /* g does: the Hessian is not all of its derivative, and not asked for */
    bool probed; /* responses are followed along one direction a sample: block_response.h */
    /* 1 where the decision is wrong, 0 where it is right; NULL: there are no decisions. */
    double (*wrong)(const struct block_loss *self, const double *r, double y);
} block_loss_t;

/** Of a committee (src/loss/committee.h); borrows the problem. */
block_loss_t block_loss_committee(const sgdl_problem_t *problem);

/** Of least squares against unit vectors, whose labels hang on classes; borrows the problem. */
block_loss_t block_loss_one_hot(const sgdl_problem_t *problem);

/** Of softmax against the same labels; borrows the problem. */
block_loss_t block_loss_softmax(const sgdl_problem_t *problem);

/** Whether a problem's loss is one of those, and which. */
bool block_loss_serves(const setup_t *setup);
block_loss_t block_loss_of(const sgdl_problem_t *problem);

#endif
