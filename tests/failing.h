/** What failing_memory.c and failing_output.c do in a program that they are compiled into. */
#ifndef SGDLIMIT_TESTS_FAILING_H
#define SGDLIMIT_TESTS_FAILING_H

#include <stdbool.h>

/** From now on allocation `number` fails, counted from here from 1, and all after it if asked for;
 * 0: none does. */
void failing_memory_arm(long number, bool all_after);
/** Allocations since then. */
long failing_memory_count(void);
/** Blocks that are not yet freed, but for those of SUNDIALS. Its library must be one of its own. */
long failing_memory_blocks(void);

/** From now on step `number` of all output fails with `code` (errno), counted from here from 1, and
 * all after it if asked for; 0: none does. */
void failing_output_arm(long number, bool all_after, int code);
/** Steps since then. */
long failing_output_count(void);

#endif
