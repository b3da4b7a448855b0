/** The labels of the classes and the targets that they stand for. */
#ifndef SGDLIMIT_PROBLEM_LABELS_H
#define SGDLIMIT_PROBLEM_LABELS_H

#include "src/problem/reading.h"

/** Needs the loss, the encoding and the classes. Errors: SGDL_ERR_INPUT, SGDL_ERR_MEMORY. */
int labels_read(reading_t *self) SGDL_CHECKED;

#endif
