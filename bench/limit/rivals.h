/**
 * A Python process beside the benchmark that measures when it is asked, so that its turns lie
 * between ours: bench/simulate_rivals.py, by `python3` or by what the variable PYTHON names.
 */
#ifndef SGDLIMIT_BENCH_LIMIT_RIVALS_H
#define SGDLIMIT_BENCH_LIMIT_RIVALS_H

#include <stdio.h>
#include <sys/types.h>

typedef struct rivals {
    pid_t child; /* 0: none */
    FILE *ask, *answer;
} rivals_t;

/** Never fails: where there is no Python, all answers are NAN. */
void rivals_begin(rivals_t *self, const char *folder);

/** What the script answers to the line `question`: CPU nanoseconds. NAN: not installed. */
double rivals_ask(rivals_t *self, const char *question);

void rivals_end(rivals_t *self);

#endif
