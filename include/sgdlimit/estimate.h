/**
 * From labelled rows to a problem: the Gaussian mixture whose classes have the weights, means and
 * covariances of the rows of each label.
 *
 * Rows x are transformed to a = s V^T (x - c): c the mean of all rows, V the first principal
 * components of all (or none), s such that sum_i p_i tr(K_i)/d = 1, the theory's own scale.
 * What is written is a folder:
 *
 *     problem.yaml                      the problem, with remarks
 *     mean_I.txt                        mu_i, [d]
 *     covariance_I.npy                  K_i, [d*d]; covariance_I.txt [d] of diagonal ones
 *     rows.npy                          [n*(1 + d)] the class of a row from 1, and a
 *     transform.npy                     [(1 + d)*p] c and, below it, s V^T
 */
#ifndef SGDLIMIT_ESTIMATE_H
#define SGDLIMIT_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>

#include "sgdlimit/curve.h"
#include "sgdlimit/error.h"
#include "sgdlimit/watch.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What is done with features that are the same in all rows. */
typedef enum sgdl_constant {
    SGDL_CONSTANT_REFUSE, /* unless principal components are taken, which leave them out */
    SGDL_CONSTANT_DROP,
    SGDL_CONSTANT_KEEP /* as directions of zero variance */
} sgdl_constant_t;

/** K_i <- (1 - w) K_i + w tr(K_i)/d I with the w of Ledoit and Wolf (2004), class by class. */
#define SGDL_SHRINKAGE_LEDOIT_WOLF (-1.0)

/** Texts are borrowed; NULL where nothing is said. */
typedef struct sgdl_estimate_options {
    const char *labels;    /* a file of labels beside the data */
    const char *label;     /* the column of labels: a name or a number from 1; NULL: the one called
                              label, else the last */
    const char *format;    /* csv, tsv, npy, libsvm; NULL: by the name's ending */
    const char *only;      /* "3,8": the labels that are taken; NULL: all */
    const char *positive;  /* "1,3,5": the labels that count as one of two; NULL: each is its own */
    const char *loss;      /* logistic, least-squares, softmax; NULL: logistic of two labels, of
                              more least-squares, one-hot */
    const char *transform; /* transform.npy of another estimate, applied as it is */
    bool centre;           /* true */
    bool scale;            /* true */
    bool diagonal;         /* covariances without what is off the diagonal; false */
    size_t components;     /* principal components; 0: features as they are */
    double shrinkage;      /* w in [0, 1], or SGDL_SHRINKAGE_LEDOIT_WOLF; 0 */
    sgdl_constant_t constant;
    bool replace;  /* a folder that an estimate wrote; false */
    double memory; /* bytes that the work may take; 0: no bound */
    sgdl_watch_t watch;
} sgdl_estimate_options_t;

sgdl_estimate_options_t sgdl_estimate_default(void);

/** Reads `data` and writes `folder`, which appears whole or not at all. Hands out a row a class:
 * class, label (the problem's), rows, weight, trace (tr K_i/d), rank, mean2 (|mu_i|^2), shrinkage,
 * kurtosis, largest_kurtosis, kurtosis_at, norm_spread; notes say what they are of. Errors:
 * SGDL_ERR_INPUT, SGDL_ERR_OUTPUT, SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED, SGDL_ERR_EXTERNAL. */
int sgdl_estimate(const char *data, const char *folder, const sgdl_estimate_options_t *options,
                  const sgdl_sink_t *sink, sgdl_error_t *error) SGDL_CHECKED;

#ifdef __cplusplus
}
#endif
#endif
