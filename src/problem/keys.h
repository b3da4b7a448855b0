/** The top-level keys of a problem, in the order in which they are written. */
#ifndef SGDLIMIT_PROBLEM_KEYS_H
#define SGDLIMIT_PROBLEM_KEYS_H

enum { PROBLEM_KEYS = 15 };

extern const char *const problem_keys[PROBLEM_KEYS];

#endif
