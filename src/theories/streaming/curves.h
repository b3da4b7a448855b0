/** What the curves of simulate and compare share. */
#ifndef SGDLIMIT_THEORIES_STREAMING_CURVES_H
#define SGDLIMIT_THEORIES_STREAMING_CURVES_H

#include "src/curve/emit.h"
#include "src/theories/streaming/simulation.h"

/** Notes on the simulation as a whole. */
int curves_note(const simulation_t *simulation, const sgdl_sink_t *sink,
                sgdl_error_t *error) SGDL_CHECKED;

/** SGDL_ERR_DIVERGED with a message if runs of any curve diverged. */
int curves_divergence(const simulation_t *simulation, sgdl_error_t *error);

#endif
