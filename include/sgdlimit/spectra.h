/**
 * Spectra: profiles of eigenvalues and means, and the nodes that the equations live on.
 *
 * Class i of the Gaussian mixture has mean mu_i and covariance K_i; all K_i share one eigenbasis,
 * the standard basis unless some are stated as matrices: then the one that diagonalises them all,
 * if there is one. Direction rho = 1..d of that basis sits at u = rho/d in (0, 1], has weight 1/d,
 * eigenvalues lambda_i(u) and mean coordinates nu_i(u) = sqrt(d) <u_rho, mu_i>. Directions with the
 * same eigenvalues form one *node* n with weight w_n (the weights sum to 1), eigenvalues
 * lambda_{i,n} and latent mean coordinates N_n in R^{C x k}, N_n N_n^T = the node's average of nu
 * nu^T. So
 *
 *     tr(K_i)/d = sum_n w_n lambda_{i,n}       <mu_i, mu_j> = sum_n w_n (N_n N_n^T)_{ij}
 *
 * At d = infinity profiles are integrated over u: Gauss-Legendre panels split at every breakpoint,
 * uniform in log u or, near the edges of a Marchenko-Pastur law, in |u - edge|^(1/3); below some u0
 * the rest is one group.
 *
 * Nothing here knows of losses or of time, beyond the number `reach` that sizes u0.
 */
#ifndef SGDLIMIT_SPECTRA_H
#define SGDLIMIT_SPECTRA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sgdlimit/error.h"
#include "sgdlimit/spec.h"
#include "sgdlimit/watch.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Largest dimension whose directions are listed one by one. */
#define SGDL_DIMENSION_MAX 1e8

/** So many nodes at finite d, or fewer, are never compressed. */
#define SGDL_NODES_EXACT 4096

/** A class's mean: a member of a mean family, restricted to on[0] < u <= on[1]. */
typedef struct sgdl_mean {
    sgdl_spec_t spec;
    double on[2]; /* default {0, 1} */
} sgdl_mean_t;

/** A mixture as spectra see it. All arrays are borrowed. */
typedef struct sgdl_mixture {
    size_t classes;                /* C, signals included */
    double dimension;              /* d, or INFINITY */
    const double *weight;          /* [C] p_i, sum 1 */
    const sgdl_spec_t *covariance; /* [C] */
    const sgdl_mean_t *mean;       /* [C]; `opposite` and `same` are free of cycles */
    uint64_t seed;                 /* of Gaussian means */
    double clean_below;            /* tau: a direction is clean where sum_i p_i lambda_i <= tau */
    const double *start;           /* [d*outputs] a given X_0, direction-major, or NULL */
    size_t outputs;                /* L, used with start only */
    double memory;      /* bytes that building nodes or directions may take; 0: no bound */
    sgdl_watch_t watch; /* whose `stop` ends it early */
    /* The last classes, so many of them, are none, but signals X* that labels hang on: their
     * weights are 0, their covariances ones of no variance. The mean, which is X*, of a single one
     * may be u^b with b below -1/2 as long as X*^T K_i X* and X*^T mu_i are finite; several have
     * finite norms. Gaussian signals are drawn apart from all means. */
    size_t signals;
    size_t threads; /* that long lists are worked on with; the numbers do not depend on it. 0: as
                       many as there are processors, where there is enough to share */
} sgdl_mixture_t;

/** In both tables the last entry is NULL. */
extern const sgdl_family_t *const sgdl_covariance_families[];
extern const sgdl_family_t *const sgdl_mean_families[];

/** Reads a text file of numbers, one a line or all on one line, `#` comments allowed. *values is
 * owned by the caller (free). Errors: SGDL_ERR_INPUT with FILE:LINE, SGDL_ERR_MEMORY. */
int sgdl_numbers_read(const char *path, double **values, size_t *count,
                      sgdl_error_t *error) SGDL_CHECKED;

/** The directions of a finite-dimensional mixture, one by one. */
typedef struct sgdl_directions {
    size_t classes;     /* C */
    size_t dimension;   /* d */
    double *eigenvalue; /* [C*d] class-major: lambda_{i,rho} */
    double *mean;       /* [C*d] class-major: nu_{i,rho} */
    /* With covariances that are matrices, else NULL and zero: the common eigenbasis, profiles of
     * other classes and all means being stated in the standard one, */
    double *basis;   /* [d*d] direction rho in row rho */
    double *start;   /* [d*outputs] the mixture's start in it, direction-major; NULL without one */
    double *matrix;  /* NULL */
    double residual; /* the largest off-diagonal part of a K_i there, left out, relative to K_i */
    double clipped;  /* the lowest eigenvalue that was set to 0 for being below it, relative to the
                        largest of its class; 0: none */
} sgdl_directions_t;

/** Lists the directions. d must be finite, and matrices must commute. Errors: SGDL_ERR_INPUT (also
 * for more memory than the mixture allows, with the place --memory), SGDL_ERR_MEMORY,
 * SGDL_ERR_INTERRUPTED. */
int sgdl_directions_init(sgdl_directions_t *self, const sgdl_mixture_t *mixture,
                         sgdl_error_t *error) SGDL_CHECKED;
void sgdl_directions_free(sgdl_directions_t *self);

/** How finely profiles at d = infinity are integrated. */
typedef struct sgdl_quadrature {
    double accuracy; /* aimed-at relative error of sums over nodes, e.g. the integrator's rtol */
    double reach;    /* bound on (largest Hessian) * int gamma dt: u0 has lambda(u0) * reach << 1 */
    int refine;      /* 1; 2 doubles both the panels and their points */
    bool exact;      /* at finite d: no compression */
    /* So many nodes or fewer are not compressed; more are, those of d = infinity too. 0: more than
     * SGDL_NODES_EXACT at finite d alone. */
    size_t most;
    bool matrices; /* covariances that do not commute are taken, see `matrix` of nodes */
} sgdl_quadrature_t;

/** 1e-8, a reach of 1e4, 1: what NULL stands for. */
sgdl_quadrature_t sgdl_quadrature_default(void);

typedef struct sgdl_nodes {
    size_t classes;         /* C, signals included */
    size_t count;           /* number of nodes N */
    size_t latent;          /* k, the same for all nodes (zero columns where a node needs fewer) */
    double dimension;       /* d, or INFINITY */
    double *weight;         /* [N] w_n */
    double *eigenvalue;     /* [C*N] class-major lambda_{i,n} */
    double *mean;           /* [C*k*N]: (N_n)_{i,a} at (i*k + a)*N + n */
    double *eigenvalue_bar; /* [N] sum_i p_i lambda_{i,n} */
    bool *clean;            /* [N] eigenvalue_bar <= clean_below */
    double *trace;          /* [C] tr(K_i)/d */
    double *gram;           /* [C*C] <mu_i, mu_j>; INFINITY for |X*|^2 where it is */
    double *mahalanobis2;   /* [C*C] diagonal: mu_i^T K_i^-1 mu_i; off it: (mu_i - mu_j)^T
                               (sum_l p_l K_l)^-1 (mu_i - mu_j). INFINITY where it diverges, NAN
                               of signals. */
    /* Many nodes are compressed to few that give the same sums (off with `exact`): */
    bool compressed;
    double compression_error;  /* estimated error of such sums, relative; 0 if not compressed */
    const char *exact_because; /* why many nodes were not compressed; static, NULL otherwise */
    /* With a given start (NULL otherwise), L = outputs: */
    size_t outputs;
    double *start_mean;   /* [L*k*N] A_n = average of chi zeta^T: (l*k + a)*N + n */
    double *start_second; /* [L(L+1)/2*N] S_n, packed upper triangle row by row */
    double *matrix; /* [C*N*N] K_i without its diagonal, which is `eigenvalue`, where they do not
                       commute: nodes are directions of the eigenbasis of sum_i p_i K_i then */
    bool matrices;  /* covariances were stated as ones: their directions' residual, clipped */
    double residual, clipped;
} sgdl_nodes_t;

/**
 * Builds the nodes of a mixture: exact groups of equal eigenvalues at finite d and wherever all
 * covariances are piecewise constant, the quadrature above for profiles at d = infinity. More than
 * SGDL_NODES_EXACT groups at finite d are compressed: on panels where the classes' eigenvalues are
 * smooth functions of one another, Gauss rules of the measure whose weights hold the directions'
 * weights and the Gram matrices of their means take their place. trace, gram and mahalanobis2 are
 * those of the directions.
 * Errors: SGDL_ERR_INPUT (also for more memory than the mixture allows, with the place --memory),
 * SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED, SGDL_ERR_EXTERNAL (LAPACK; info in error->raw),
 * SGDL_ERR_SOLVER where sums over the nodes miss known ones by more than the accuracy.
 */
int sgdl_nodes_init(sgdl_nodes_t *self, const sgdl_mixture_t *mixture,
                    const sgdl_quadrature_t *quadrature, sgdl_error_t *error) SGDL_CHECKED;
void sgdl_nodes_free(sgdl_nodes_t *self);

/** What became of the compression, for a table's comments; empty where there was nothing to
 * compress. Cut to `room` characters. Returns text. */
const char *sgdl_nodes_compression(const sgdl_nodes_t *self, char *text, size_t room);

/**
 * How the limit d = infinity ends at u -> 0: where the mean eigenvalue falls to zero continuously,
 *
 *     sum_i p_i lambda_i(u) ~ coefficient u^exponent,     nu_i(u) ~ sum_c mean_{i,c} u^{power_c}
 *
 * Directions ever closer to u = 0 are what long times still see. Classes of weight 0 do not count
 * in lambda; their means are listed all the same.
 */
typedef struct sgdl_tail {
    bool exists; /* false: no such end, or d finite */
    double exponent, coefficient;
    double below;   /* log u from which on the covariances are this power, to rounding error */
    size_t columns; /* of the means: terms that differ in power or are independent draws */
    double *power;  /* [columns], increasing */
    double *mean;   /* [columns*C] column by column; Gaussian means: their standard deviation */
} sgdl_tail_t;

/** Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED. */
int sgdl_tail_init(sgdl_tail_t *self, const sgdl_mixture_t *mixture,
                   sgdl_error_t *error) SGDL_CHECKED;
void sgdl_tail_free(sgdl_tail_t *self);

#ifdef __cplusplus
}
#endif
#endif
