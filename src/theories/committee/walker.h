/**
 * A run of a committee in a stream: every step draws its samples, in all directions.
 *
 *     V <- momentum V + (1/b) sum_j a_j g(X^T a_j)^T + ridge X ,   X <- X - (gamma/d) V
 */
#ifndef SGDLIMIT_THEORIES_COMMITTEE_WALKER_H
#define SGDLIMIT_THEORIES_COMMITTEE_WALKER_H

#include "src/ensemble/walker.h"
#include "src/schedule/source.h"
#include "src/theories/fixed_data/layout.h"
#include "src/theories/fixed_data/walkers/dataset.h"

/** What all runs share; not to be moved. */
typedef struct crowd {
    const sgdl_problem_t *problem; /* these three borrowed */
    const setup_t *setup;
    const sgdl_plan_t *plan;
    layout_t at;
    scene_t scene;
    rate_source_t *source; /* [rates] owned */
} crowd_t;

/** To be freed in any case. Errors: those of scene_init, SGDL_ERR_INPUT (a rate that the state
 * drives). */
int crowd_init(crowd_t *self, const setup_t *setup, const sgdl_plan_t *plan,
               sgdl_error_t *error) SGDL_CHECKED;
void crowd_free(crowd_t *self);

/** Doubles that a run takes. */
double crowd_numbers(const crowd_t *self);

/** Measures: risk, learning rate, norm2; of every class its m_a and B_aa, output by output; the
 * overlaps [L*K]. */
enum { CROWD_RISK, CROWD_RATE, CROWD_NORM2, CROWD_COMMON };
size_t crowd_quantities(const crowd_t *self);
walker_t crowd_walker(const crowd_t *self);

#endif
