/** Committees: what loss and teacher state of them. */
#ifndef SGDLIMIT_PROBLEM_COMMITTEE_H
#define SGDLIMIT_PROBLEM_COMMITTEE_H

#include <stdio.h>

#include "src/problem/problem.h"
#include "src/problem/reading.h"

/** Is that what `loss` states, by its name alone or as a map? */
bool committee_is_stated(const node_t *root);

/** The loss's map, or its name: sets the problem's loss and its student. */
int committee_read(reading_t *self, const node_t *node) SGDL_CHECKED;
void committee_put(FILE *out, const sgdl_problem_t *problem);

/** The teacher's map: its signals, the means of classes behind the others, its hidden layer. */
int committee_read_teacher(reading_t *self, const node_t *node) SGDL_CHECKED;
void committee_put_teacher(FILE *out, const sgdl_problem_t *problem);

#endif
