/**
 * The weights of classes that are stated by their number: `classes: {count: 100, weights:
 * zipf:1.1}`.
 */
#ifndef SGDLIMIT_PROBLEM_CLASS_WEIGHTS_H
#define SGDLIMIT_PROBLEM_CLASS_WEIGHTS_H

#include <stdio.h>

#include "src/problem/problem.h"
#include "src/problem/reading.h"

/** Reads `weights`, which may be NULL (uniform), into problem->zipf. */
int class_weights_read(reading_t *self, node_t *weights) SGDL_CHECKED;

/** weight [C], of sum 1: p_i proportional to i^-zipf. */
void class_weights_fill(sgdl_problem_t *problem);

/** As YAML: uniform or zipf:1.1. */
void class_weights_put(FILE *out, const sgdl_problem_t *problem);

#endif
