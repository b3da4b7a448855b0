/**
 * Mean first-passage times of one coordinate between a reflecting end of the box and a target,
 *
 *     tau = int_from^target dy e^{phi(y)} int_end^y dz e^{-phi(z)}/D(z),   phi' = U'/D
 *
 * (mirrored where the target lies below), two ways that share U and Sigma alone: panels of Gauss's
 * points with integrated interpolants, in logarithms; and rates between cells, whose sums subtract
 * nothing, extrapolated.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_PASSAGE_H
#define SGDLIMIT_THEORIES_DIFFUSION_PASSAGE_H

#include "src/theories/diffusion/setting.h"

/** From where to where, in the box, and the end behind that reflects. */
typedef struct passage {
    double end, from, target; /* from lies between the two, or is one of them */
} passage_t;

/** What was found. */
typedef struct passage_time {
    double time;  /* in t; INFINITY beyond what a double holds */
    double log;   /* its logarithm, which always exists; -INFINITY: no way at all */
    double apart; /* relative difference of the two ways; NAN where a double holds neither */
} passage_time_t;

/** The passage in the box of the setting; a start next to the target is put there. Errors: as
 * grid_box; SGDL_ERR_INPUT, under `place`: one of them is outside. */
int passage_init(passage_t *self, const setting_t *setting, double from, double target,
                 const char *place, sgdl_error_t *error) SGDL_CHECKED;

/** log tau by panels, refined until that stands. Errors: SGDL_ERR_MEMORY, SGDL_ERR_INTERRUPTED. */
int passage_by_panels(const passage_t *self, const setting_t *setting, const sgdl_watch_t *watch,
                      double *log_time, sgdl_error_t *error) SGDL_CHECKED;

/** tau by cells; INFINITY beyond what a double holds. Errors: the same. */
int passage_by_cells(const passage_t *self, const setting_t *setting, const sgdl_watch_t *watch,
                     double *time, sgdl_error_t *error) SGDL_CHECKED;

/** Both. Errors: as above, SGDL_ERR_SOLVER: they disagree by more than 1e-8. */
int passage_find(const passage_t *self, const setting_t *setting, const sgdl_watch_t *watch,
                 passage_time_t *found, sgdl_error_t *error) SGDL_CHECKED;

#endif
