/**
 * An estimate under way: rows chosen and transformed, and the moments of each class.
 */
#ifndef SGDLIMIT_DATA_FIT_H
#define SGDLIMIT_DATA_FIT_H

#include "sgdlimit/estimate.h"
#include "src/data/labelled.h"

/** Of one class, for the table. */
typedef struct class_shape {
    double trace, mean2, shrinkage;
    size_t rank;
    double kurtosis;         /* the average over directions of excess kurtosis */
    double largest_kurtosis; /* and the largest of them, */
    size_t kurtosis_at;      /* in direction number, from 1 */
    double norm_spread; /* the variance of |a - mu|^2 over 2 tr K^2, what it is of a Gaussian */
} class_shape_t;

/** All-zero is empty; to be freed in any case. */
typedef struct fit {
    const sgdl_estimate_options_t *options;
    labelled_t data;
    size_t rows, features; /* n of the labels that are taken; p, constant ones included */
    size_t d, classes;
    size_t *taken;        /* [rows] of the data's rows */
    size_t *of;           /* [rows] a row's class */
    size_t *label;        /* [classes] which of the data's labels */
    bool *positive;       /* [classes] with options->positive */
    size_t *count;        /* [classes] */
    bool *constant;       /* [features] */
    size_t constants;     /* how many are */
    double *a;            /* [rows*d] */
    double *mean;         /* [classes*d] */
    double *covariance;   /* [classes*d*d], of diagonal ones [classes*d] */
    double *transform;    /* [(1 + d)*features] c, and s V^T by rows */
    class_shape_t *shape; /* [classes] */
    double largest;       /* eigenvalue of the second moment of all rows */
} fit_t;

void fit_free(fit_t *self);

/** Which rows are taken, their classes, and which features are constant. Errors: SGDL_ERR_INPUT,
 * SGDL_ERR_MEMORY. */
int fit_choose(fit_t *self, const char *path, sgdl_error_t *error) SGDL_CHECKED;

/** The transform and the rows under it, before they are scaled. Errors: SGDL_ERR_INPUT,
 * SGDL_ERR_MEMORY, SGDL_ERR_EXTERNAL, SGDL_ERR_INTERRUPTED. */
int fit_transform(fit_t *self, const char *path, sgdl_error_t *error) SGDL_CHECKED;

/** Means and covariances of the rows, shrunk and scaled, the rows with them, and their shapes.
 * Errors: SGDL_ERR_MEMORY, SGDL_ERR_EXTERNAL, SGDL_ERR_INTERRUPTED, SGDL_ERR_INPUT. */
int fit_moments(fit_t *self, const char *path, sgdl_error_t *error) SGDL_CHECKED;

/** Adds x x^T of each row to the upper triangle of sum [d*d]. x [rows*d]. */
void add_squares(size_t rows, size_t d, const double *x, double *sum);

/** The shrinkage of Ledoit and Wolf, in [0, 1], of n centred rows x [n*d]; S [d*d], of which the
 * upper triangle is read, is their x^T x/n. */
double shrinkage_ledoit_wolf(size_t n, size_t d, const double *x, const double *S);

/** Writes the folder's files into `folder`, which exists. Errors: SGDL_ERR_OUTPUT,
 * SGDL_ERR_MEMORY. */
int fit_write(const fit_t *self, const char *path, const char *folder,
              sgdl_error_t *error) SGDL_CHECKED;

/** The text of problem.yaml, malloc'd. Errors: SGDL_ERR_MEMORY. */
int fit_statement(const fit_t *self, const char *path, char **text,
                  sgdl_error_t *error) SGDL_CHECKED;

/** Which loss it is: options->loss, or the usual one. */
const char *fit_loss(const fit_t *self);

/** The label of a class in the problem. */
double fit_label(const fit_t *self, size_t class_index);

#endif
