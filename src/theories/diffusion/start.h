/**
 * The law of X at t = 0 in one coordinate, as masses of cells.
 */
#ifndef SGDLIMIT_THEORIES_DIFFUSION_START_H
#define SGDLIMIT_THEORIES_DIFFUSION_START_H

#include "src/theories/diffusion/generator.h"

/** The problem's start into mass [cells], sum 1: a Gaussian, integrated over each cell, or the
 * stationary law of a basin. Errors: SGDL_ERR_INPUT (a Gaussian that does not lie in the box). */
int start_fill(const generator_t *generator, double *mass, sgdl_error_t *error) SGDL_CHECKED;

/** Part of a Gaussian start that may lie beyond the box; the rest is what starts. */
#define START_OUTSIDE 1e-3

/** The standard normal law's mass between two points; nothing is lost in the tails. */
double start_between(double from, double to);

#endif
