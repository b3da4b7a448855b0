/**
 * The streaming system as an equation for the integrator: what is a small error, where the learning
 * rate jumps, how Newton's systems are solved.
 *
 * Segments lie between the breaks of the learning rate. The clock's scale is 1/(largest rate in the
 * segment); where the rate is zero nothing happens.
 *
 * Directions with a singular mean profile carry little weight and large coordinates N: absolute
 * tolerances are atol max(1, |N|) on A and atol max(1, |N|^2) on S, N in units of |mu| where that
 * is above 1, and shrink with |mu| and tr(K)/d, so that they bound the error of m and B evenly.
 */
#ifndef SGDLIMIT_THEORIES_STREAMING_EVOLUTION_H
#define SGDLIMIT_THEORIES_STREAMING_EVOLUTION_H

#include "sgdlimit/error.h"
#include "src/stepper/equation.h"
#include "src/stepper/integrator.h"
#include "src/theories/streaming/newton.h"
#include "src/theories/streaming/system.h"
#include "src/theories/streaming/uncertainty.h"

/**
 * The error of each step is controlled; over a run these add up. The integrator's tolerances are
 * those asked for times this factor, so that the answer's error is of their order. A small system
 * takes the stricter one: its steps cost next to nothing.
 */
#define EVOLUTION_SAFETY 0.05
/**
 * Averages without a closed form have errors of their own, which the equations inherit: no step is
 * to be more exact than this share of them, relative to the state of a node. What the curve is off
 * by on account of them the integrator cannot know; they are told beside it.
 */
#define EVOLUTION_INHERITED 0.1
#define EVOLUTION_SAFETY_SMALL 0.002
enum { EVOLUTION_SMALL = 32 }; /* nodes, of averages that are exact */

typedef struct evolution {
    equation_t equation;   /* borrows what follows */
    sgdl_system_t *system; /* borrowed */
    newton_t newton;       /* the whole solve, or the preconditioner of GMRES */
    double *atol;          /* [length] owned */
    double *least;         /* [length] owned: what atol is where averages are exact */
    segment_t *segment;    /* owned */
    const segment_t *last; /* where the right-hand side was asked for last: evaluations of one */
    double elapsed;        /* step share the choices that averages make */
} evolution_t;

/** Must stay where it is while an integrator runs on its equation. Errors: SGDL_ERR_MEMORY,
 * SGDL_ERR_INPUT (a dense solver of too many unknowns, a driven rate that looks at what is not
 * measured), SGDL_ERR_SOLVER; free is legal after them. */
int evolution_init(evolution_t *self, sgdl_system_t *system, sgdl_linear_solver_t kind,
                   sgdl_error_t *error) SGDL_CHECKED;
void evolution_free(evolution_t *self);

/** How the state moves and how well it is known at a time within the last step, where it is y. What
 * it borrows is valid until the next call. */
flow_t evolution_flow(const evolution_t *self, const integrator_t *integrator, double t,
                      const double *y);

#endif
