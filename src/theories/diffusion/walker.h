/**
 * Real steps of SGD on a landscape, one run after another:
 *
 *     v' = mu v - eta g,   x' = x + v',   g = grad U(x) + xi sqrt(Sigma(x)/B)
 *
 * with momentum mu (0: plain SGD), eta that of t, which grows by eta in a step. xi is standard
 * normal, or what B signs give: (2 Binomial(B, 1/2) - B)/sqrt(B). Least squares draws its samples:
 * g = A x - b, A the mean of B squared features, b | A ~ N(0, s^2 A/B).
 *
 * Nothing holds a run but the loss: walls that a problem states reflect it, and the ends of a
 * file's range, behind which U is not known.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_WALKER_H
#define SGDLIMIT_THEORIES_DIFFUSION_WALKER_H

#include "src/ensemble/walker.h"
#include "src/random/stream.h"
#include "src/theories/diffusion/walker_start.h"

typedef enum gradient_law {
    GRADIENT_GAUSSIAN,
    GRADIENT_BINARY,
    GRADIENT_FEATURES /* least squares */
} gradient_law_t;

/** What the runs of a curve share. */
typedef struct walk_curve {
    setting_t setting;
    start_law_t start;
} walk_curve_t;

/** To be freed in any case. */
typedef struct walk {
    const sgdl_problem_t *problem; /* borrowed */
    const landscape_t *landscape;  /* borrowed */
    gradient_law_t law;
    bool constant_noise;
    double wall[LANDSCAPE_COORDINATES][2]; /* infinite: none */
    bool walls;                            /* one is finite */
    double feature_mean, feature_variance; /* of a^2; GRADIENT_FEATURES */
    double label_variance;                 /* s^2 */
    walk_curve_t *curve;                   /* [curves] owned */
    size_t curves;
} walk_t;

/** Errors: as setting_init and grid_init; SGDL_ERR_INPUT where the start is not within the walls, a
 * law of the noise that least squares does not take, a learning rate that changes beside momentum;
 * SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED. */
int walk_init(walk_t *self, const sgdl_problem_t *problem, const sgdl_plan_t *plan,
              sgdl_error_t *error) SGDL_CHECKED;
void walk_free(walk_t *self);

enum { WALK_COST = 30 }; /* nanoseconds of a step, roughly */

/** How its gradients are drawn, in a word. */
const char *walk_name(const walk_t *self);

/** One run. Not to be moved in memory less aligned than its normals. */
typedef struct particle {
    normals_t normals;
    words_t words;
    uint64_t bits; /* of a word, `left` of them unused */
    unsigned left;
    const walk_t *walk;
    const setting_t *setting;
    double x[LANDSCAPE_COORDINATES], v[LANDSCAPE_COORDINATES];
    double t, eta;
} particle_t;

/** All of them [curves*points]: steps after which a curve is at the plan's times, the nearest;
 * t[curves*points], if not NULL, is when that is. Errors: SGDL_ERR_INPUT (2^53 steps or more). */
int walk_steps(const walk_t *self, const sgdl_plan_t *plan, uint64_t *steps, double *t,
               sgdl_error_t *error) SGDL_CHECKED;

/** Number `run` of a curve at its start: drawn from the problem's or, if it is not NULL, at
 * x [coordinates]. With momentum v = h V, V normal with the temperature there as its variance, and
 * x half of v ahead. free(*out) in any case. Errors: SGDL_ERR_MEMORY, SGDL_ERR_INPUT (no start
 * within the walls). */
int particle_new(particle_t **out, const walk_t *walk, size_t curve, uint64_t run, const double *x,
                 sgdl_error_t *error) SGDL_CHECKED;

/** One step; many, until the first after which x, the first coordinate, is at or beyond low or
 * high. Returns how many. */
void particle_step(particle_t *self);
uint64_t particle_advance(particle_t *self, uint64_t steps, double low, double high);

/** Has it left for good? */
bool particle_is_lost(const particle_t *self);

/** The walker of curves: x [coordinates], with momentum half of v behind, where heavy ball is of
 * second order in h: midway of its last step. */
walker_t walk_walker(const walk_t *self);

#endif
